-- More of what dashboards ask for, counted beforehand: loans by the day they are due, what can be chosen, what is doubtful,
-- and the same as it stood a year before the newest date, which most comparisons ask for. All of it is derived.

alter table fact_request add column last_batch integer; -- import_batch that told of the request last

-- The instants that roll-ups speak of: the history's newest date, and twelve months before it. year_from starts the last
-- twelve full months before it, in the libraries' zone where they share one.
create table rollup_instant (as_of timestamp not null, year_from date not null);

alter table fact_day add column as_of timestamp;
alter table life_month add column as_of timestamp;
alter table outcome_wait add column as_of timestamp;

-- months is 1, of requests created in a month, or 12, of those created in the twelve months from year_from. Those of
-- months stand for the newest date alone, those of twelve for every instant, and for one role and kind at a time.
alter table turnaround_month add column as_of timestamp;
alter table turnaround_month add column months integer;
alter table stages_month add column as_of timestamp;
alter table stages_month add column months integer;

-- Filled loans by the day they are due, of which it is known that they are out, or when they came back.
create table loan_day (
  as_of timestamp not null,
  due_day date,
  library varchar not null,
  source varchar not null,
  role varchar not null, -- borrowing, lending
  is_out boolean not null,
  is_returned boolean not null,
  late_days integer, -- from the end of the due day to the return; 0 for one in time, null where either is not known
  n bigint not null
);

-- How many requests have each value of the dimensions that filter.
create table choice_count (dimension varchar not null, value varchar not null, n bigint not null);

-- What is doubtful in the requests that each import_batch told of last.
create table doubt_count (
  batch_id integer not null,
  n_requests bigint not null,
  n_unknown_status bigint not null,
  n_undetermined bigint not null, -- filled, but a date that the turnaround needs is missing
  n_negative bigint not null
);

-- Statuses that no profile lists, as the source writes them.
create table unknown_status (library varchar not null, source varchar not null, role varchar not null, status varchar, n_requests bigint not null);
