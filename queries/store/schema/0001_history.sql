-- The history that exports tell: one row per request, its status changes, and what is needed to read them.
-- No primary keys, unique constraints, indexes, sequences or enum columns: the same tables must stand on DuckLake.
-- Uniqueness is the loader's duty; queries/store/invariants.sql checks the small tables and the requests in every load.
-- Every timestamp is UTC; the zone that local readings were made in is kept in library.zone.

-- One row per library code ever loaded. zone_given is false while the zone is only assumed to be UTC.
create table library (
  library varchar not null,
  zone varchar not null,
  zone_given boolean not null,
  date_order varchar -- mdy, dmy or ymd once declared or proven by a file
);

-- One row per table (file or sheet) that a load read.
create table import_batch (
  batch_id integer not null,
  load_id integer not null, -- one run of `fillrate ingest`
  imported_at timestamp not null, -- the loader's clock; no metric reads it
  library varchar,
  source varchar not null, -- illiad, generic, reference …
  content varchar not null, -- requests, events, notes, patrons, partners, closures, partner_aliases, partner_groups
  file varchar not null, -- base name only: folders name people
  sheet varchar,
  sha256 varchar not null, -- of the file
  n_read bigint not null,
  n_new bigint not null,
  n_changed bigint not null,
  n_unchanged bigint not null,
  n_rejected bigint not null,
  notes varchar -- sentences for the reader, one a line
);

-- Rows that were refused. reason never quotes a patron's field.
create table reject (
  batch_id integer not null,
  line bigint not null,
  column_name varchar,
  reason varchar not null
);

-- What the source's own row says of a request, newest sighting first column by column. Milestones here are only
-- those that a column of the source *means*; those told by events are in milestone. fact_request unites both.
create table request (
  request_id bigint not null, -- xxHash64 of library, source and source_id: the same in every order of loading
  library varchar not null,
  source varchar not null,
  source_id varchar not null,
  role varchar not null, -- borrowing, lending, docdel
  kind varchar not null, -- loan, copy, unknown
  network varchar,
  created_at timestamp,
  sent_at timestamp,
  shipped_at timestamp,
  received_at timestamp,
  available_at timestamp,
  due_at timestamp, -- last granted
  first_due_at timestamp, -- earliest due date ever seen; null where it is due_at
  returned_at timestamp,
  closed_at timestamp,
  last_change_at timestamp, -- decides which of two sightings is newer
  status_raw varchar,
  status varchar not null, -- a status of status_meaning; unknown for a status that no profile lists
  reason_raw varchar,
  reason varchar,
  filled_by varchar, -- set by a pseudo-lender or the source; null means a lender where filled
  partner_raw varchar,
  partner varchar, -- trimmed, upper case; null for pseudo-lenders
  partner_number varchar, -- the source's own key of the partner (ILLiad: LenderAddressNumber)
  rota varchar, -- lenders tried in order, as the source lists them
  patron_key bigint, -- first 8 bytes of HMAC-SHA-256 under the data directory's key file
  patron_group varchar,
  department varchar,
  pickup_site varchar,
  title varchar, -- of the book, or of the article or chapter
  author varchar,
  container varchar, -- journal or book that holds the copy
  issn varchar,
  isbn varchar,
  oclc_number varchar,
  doi varchar,
  publication_year integer,
  call_number varchar,
  cost decimal(12, 2),
  currency varchar,
  need_by date,
  rush boolean,
  columns bigint not null, -- which of the above the sighting had, a bit each: ingest/merge/columns.sql
  first_change_at timestamp, -- last_change_at and status of the oldest sighting ever loaded; null where that is this one
  first_status_raw varchar,
  first_status varchar,
  first_batch integer not null,
  last_batch integer not null, -- the batch whose sighting stands
  row_hash bigint not null -- of the canonical values of the sighting
);

-- Sightings of requests that were seen with different sets of columns, one row per request and set; request holds
-- what they say together. Same columns as request, same order.
create table sighting as from request limit 0;

-- Sightings that lost to an equally new one of the same load, so that the same load again changes nothing.
create table outdone (request_id bigint not null, columns bigint not null, row_hash bigint not null);

-- Status changes, append-only, a set: request_id, happened_at, to_status_raw, to_status and basis together are unique.
create table event (
  request_id bigint not null,
  happened_at timestamp not null,
  from_status_raw varchar, -- where the source records it
  from_status varchar,
  to_status_raw varchar, -- null for a change that is read from a note (ILLiad History: "shipped")
  to_status varchar not null,
  basis varchar not null, -- source: a tracking table; import: seen between two exports
  batch_id integer not null
);

-- Milestones told by a source's events; only requests that have source events.
create table milestone (
  request_id bigint not null,
  sent_at timestamp,
  shipped_at timestamp,
  received_at timestamp,
  available_at timestamp,
  returned_at timestamp,
  closed_at timestamp,
  status_raw varchar, -- of the newest event
  status varchar,
  status_at timestamp
);

-- Readers as a user table tells of them, without anything that names them.
create table patron (
  library varchar not null,
  source varchar not null,
  patron_key bigint not null,
  patron_group varchar,
  department varchar,
  pickup_site varchar,
  batch_id integer not null
);

-- Partner libraries as an address table tells of them.
create table partner (
  library varchar not null,
  source varchar not null,
  partner_number varchar not null,
  symbol varchar,
  name varchar,
  batch_id integer not null
);

create table partner_alias (symbol varchar not null, partner varchar not null);
create table partner_group (partner varchar not null, partner_group varchar not null);
create table closure (library varchar not null, day date not null, name varchar);

-- What a status means for each role (design §4): its outcome, whether it ends the request, whether a loan is back.
-- A cancellation by staff is unfilled unless reason_meaning says otherwise.
create table status_meaning (
  role varchar not null,
  status varchar not null,
  outcome varchar not null,
  ends boolean not null,
  is_back boolean not null
);
insert into status_meaning
select role, status, outcome, ends, is_back
from (values
  ('new', 'open', 'open', 'open', false, false),
  ('in_process', 'open', 'open', 'open', false, false),
  ('sent', 'open', 'open', 'open', false, false),
  ('conditional', 'open', 'open', 'open', false, false),
  ('found', 'open', 'open', 'filled', false, false),
  ('shipped', 'open', 'filled', 'filled', false, false),
  ('received', 'open', 'filled', 'open', false, false),
  ('delivered', 'filled', 'filled', 'filled', false, false),
  ('notified', 'filled', 'filled', 'filled', false, false),
  ('checked_out', 'filled', 'filled', 'filled', false, false),
  ('renewed', 'filled', 'filled', 'filled', false, false),
  ('overdue', 'filled', 'filled', 'filled', false, false),
  ('recalled', 'filled', 'filled', 'filled', false, false),
  ('claims_returned', 'filled', 'filled', 'filled', false, false),
  ('lost', 'filled', 'filled', 'filled', false, false),
  ('return_pending', 'filled', 'filled', 'filled', false, false),
  ('returned', 'filled', 'filled', 'filled', false, true),
  ('checked_in', 'filled', 'filled', 'filled', true, true),
  ('finished', 'filled', 'filled', 'filled', true, true),
  ('unfilled', 'unfilled', 'unfilled', 'unfilled', true, false),
  ('expired', 'unfilled', 'unfilled', 'unfilled', true, false),
  ('cancelled_staff', 'unfilled', 'unfilled', 'unfilled', true, false),
  ('cancelled_patron', 'cancelled', 'cancelled', 'cancelled', true, false),
  ('unknown', 'open', 'open', 'open', false, false)
) as meaning (status, borrowing, lending, docdel, ends, is_back)
unpivot (outcome for role in (borrowing, lending, docdel));

-- Reasons that make an ended request cancelled, whatever its status says. Every other reason leaves it unfilled.
create table reason_meaning (reason varchar not null, outcome varchar not null);
insert into reason_meaning values
  ('patron_request', 'cancelled'),
  ('duplicate', 'cancelled'),
  ('created_in_error', 'cancelled'),
  ('held_locally', 'cancelled'),
  ('free_online', 'cancelled');

-- Service targets: a filled request is within its target when its turnaround is at most `days`.
create table sla_target (role varchar not null, kind varchar not null, days double not null);
insert into sla_target values
  ('borrowing', 'loan', 10), ('borrowing', 'copy', 3), ('borrowing', 'unknown', 10),
  ('lending', 'loan', 3), ('lending', 'copy', 2), ('lending', 'unknown', 3),
  ('docdel', 'loan', 3), ('docdel', 'copy', 2), ('docdel', 'unknown', 3);

-- One row: what the queries need to know of the whole history.
create table history_state (
  as_of timestamp, -- newest created, milestone, last-change or event timestamp; null while there is no request
  n_requests bigint not null
);

-- Derived once per load by queries/store/facts.sql: one narrow row per request, in order of created_at.
create table fact_request (
  request_id bigint not null,
  library varchar not null,
  source varchar not null,
  role varchar not null,
  kind varchar not null,
  network varchar,
  partner varchar, -- after aliases; null for pseudo-lenders and unknown ones
  partner_group varchar,
  department varchar,
  patron_group varchar,
  patron_key bigint,
  filled_by varchar, -- lender, open_access, purchase, local, unknown; null where not filled
  reason varchar, -- null where filled or open
  status varchar not null, -- as it stands: the newest of the row's and the events'
  created_at timestamp,
  created_day date, -- in the library's zone
  sent_at timestamp,
  shipped_at timestamp,
  received_at timestamp,
  available_at timestamp,
  returned_at timestamp,
  closed_at timestamp,
  outcome varchar not null, -- open, filled, unfilled, cancelled
  outcome_at timestamp, -- null where open; a milestone, else the last-change date
  outcome_day date, -- in the library's zone
  outcome_dated boolean not null, -- outcome_at is a milestone (not a mere last-change date of a filled request)
  turnaround_us bigint, -- microseconds created → available (lending: shipped); null where not filled or undated
  business_us bigint, -- the same without weekends and the library's closures
  due_day date, -- in the library's zone
  due_end_at timestamp, -- the instant that day ends
  is_back boolean not null, -- the status says that a loan came back
  is_negative boolean not null -- a milestone or the last change lies before created_at
);
