-- What the whole catalog of metrics needs beside the requests themselves.

-- What the source says of the copyright rule that a copy was ordered under: ccg (guidelines), ccl (law) or null.
alter table request add column copyright_compliance varchar;
alter table sighting add column copyright_compliance varchar;

-- A request put to one lender. Derived once per load by queries/store/attempts.sql from the rota and the events.
create table attempt (
  request_id bigint not null,
  position integer, -- 1 is the lender asked first; null where the source names only the lender that it ended with
  lender varchar not null, -- after aliases
  asked_at timestamp, -- null where the source does not tell one lender's turn from another's
  answered_at timestamp,
  answer varchar, -- filled, no, expired, conditional, withdrawn, open; null where the source does not tell
  was_conditional boolean not null -- answered with a condition before this answer
);

-- Weights of patron groups in the priority score of open requests, 0 to 100.
create table patron_group_weight (patron_group varchar not null, weight integer not null);

-- Open time per library and local day, counted from the library's first day: business time between two instants is the
-- difference of two readings of this counter.
create table business_day (
  library varchar not null,
  day date not null,
  start_at timestamp not null,
  end_at timestamp not null,
  is_open boolean not null,
  open_us_before bigint not null
);

alter table fact_request add column created_hour integer; -- 0 to 23, in the library's zone
alter table fact_request add column cost decimal(12, 2);
alter table fact_request add column currency varchar;
alter table fact_request add column need_by date;
alter table fact_request add column rush boolean;

-- How many readers each department and patron group has had in the whole history: which of them are too small to show.
-- Derived once per load by queries/store/readers.sql.
create table reader_count (
  dimension varchar not null, -- department, patron_group
  value varchar not null, -- unknown where the history does not say
  n_readers bigint not null -- a request without a reader's key counts as a reader of its own, a lending request as none
);

-- What dashboards ask for by month, counted beforehand as of the history's newest date. Derived once per load by
-- queries/store/rollup.sql; the metrics give the same figures from the facts.

-- Requests by the day they were created; null where that is not known.
create table fact_day (
  created_day date,
  library varchar not null,
  source varchar not null,
  role varchar not null,
  kind varchar not null,
  outcome varchar not null,
  n bigint not null,
  n_undated bigint not null, -- without outcome_dated
  n_followed bigint not null, -- whose time from creation to the outcome, or to as_of, is known and not negative
  n_7d bigint not null, -- of these, those whose time is at most 7 days
  n_14d bigint not null,
  n_30d bigint not null,
  min_us bigint, -- shortest and longest such time, negative ones among them
  max_us bigint
);

-- The lives of the requests created in a month that ended within 30 days: n lives that are put off to until_us, the next
-- moment at which a curve of filled_within_Nd is read (7, 14, 30 days, or the age of a request that is open).
create table life_month (
  starts_on date, -- the month's first day; null for a creation too far back for a day of its own
  library varchar not null,
  source varchar not null,
  role varchar not null,
  kind varchar not null,
  is_filled boolean not null,
  until_us bigint not null, -- after creation
  n bigint not null
);

-- t95 of each role: the 95th percentile of the time to an outcome, over the outcomes of the 365 days before as_of.
create table outcome_wait (role varchar not null, t95_us bigint not null);

-- Turnaround of the requests created in a month; library, role and kind are null where the row speaks of all together.
create table turnaround_month (
  starts_on date, -- the month's first day; null where the day of creation is not known
  library varchar,
  role varchar,
  kind varchar,
  n_filled bigint not null,
  n bigint not null,
  n_undetermined bigint not null,
  n_negative bigint not null,
  median_days double,
  p90_days double,
  mean_days double,
  share_within_sla double
);

-- Stages of the requests created in a month; library is null where the row speaks of all together.
create table stages_month (
  starts_on date,
  library varchar,
  role varchar not null,
  kind varchar not null,
  stage varchar not null,
  position integer not null,
  n bigint not null,
  n_undetermined bigint not null,
  median_days double,
  p90_days double,
  mean_days double,
  share double,
  is_bottleneck boolean not null
);
