-- The views that other programs read: R, Python, Metabase, Power BI. Made anew by each load, so that they always fit the
-- tables. Instants are UTC, days are those of the library's zone. What a metric counts is counted from these columns
-- alone; see the comments.
--
-- No view holds patron_key: it tells one reader's requests from another's, and a list of titles by reader is what a
-- library must not hand on. Departments and patron groups of fewer than 5 readers, and the next larger one, which they
-- are hidden behind, are called suppressed.

create or replace view requests as
with
  small as (
    select
      list(value) filter (where dimension = 'department') as departments,
      list(value) filter (where dimension = 'patron_group') as patron_groups
    from (
      select
        dimension, value,
        n_readers between 1 and 4 as is_small,
        lag(n_readers between 1 and 4, 1, false) over (partition by dimension order by value <> 'suppressed', n_readers, value) as is_next
      from reader_count
    )
    where is_small or is_next
  ),
  today as (
    select library, zone, as_of, timezone(zone, timezone('UTC', as_of))::date as local_day
    from library cross join history_state
  )
select
  fact.request_id, fact.library, fact.source, fact.role, fact.kind, fact.network, fact.partner, fact.partner_group,
  case when list_contains(small.departments, coalesce(fact.department, 'unknown')) then 'suppressed' else fact.department end as department,
  case when list_contains(small.patron_groups, coalesce(fact.patron_group, 'unknown')) then 'suppressed' else fact.patron_group end as patron_group,
  fact.status, fact.outcome, fact.reason, fact.filled_by,
  today.zone,
  fact.created_at, fact.created_day, fact.created_hour, fact.sent_at, fact.shipped_at, fact.received_at, fact.available_at,
  fact.returned_at, fact.closed_at, fact.outcome_at, fact.outcome_day, fact.outcome_dated as is_outcome_dated,
  fact.turnaround_us / 86400e6 as turnaround_days,
  fact.business_us / 86400e6 as business_days,
  target.days as target_days,
  case when fact.turnaround_us >= 0 then fact.turnaround_us <= target.days * 86400e6 end as is_within_target,
  (epoch_us(fact.outcome_at) - epoch_us(fact.created_at)) / 86400e6 as days_to_outcome,
  case when fact.outcome = 'open' and fact.created_at is not null then greatest(epoch_us(today.as_of) - epoch_us(fact.created_at), 0) / 86400e6 end as age_days,
  fact.is_negative,
  fact.due_day, fact.due_end_at, fact.is_back,
  fact.kind = 'loan' and fact.outcome = 'filled' and fact.role in ('borrowing', 'lending')
    and fact.returned_at is null and not fact.is_back as is_out,
  case when fact.kind = 'loan' and fact.outcome = 'filled' and fact.role in ('borrowing', 'lending')
    and fact.returned_at is null and not fact.is_back and fact.due_day is not null
    then greatest(today.local_day - fact.due_day, 0) end as days_late,
  coalesce(days_late >= 1, false) as is_overdue,
  fact.cost, fact.currency, fact.need_by, fact.rush,
  today.as_of
from fact_request fact
cross join small
left join today using (library)
left join sla_target target on target.role = fact.role and target.kind = fact.kind;

comment on view requests is 'One row per request, as it stands at as_of: what became of it, when, and how long it took. Cohort basis: group by created_day; period basis: count what ended by outcome_day.';
comment on column requests.request_id is 'Key of the request in every view.';
comment on column requests.library is 'Code of the library that loaded it.';
comment on column requests.source is 'The system that it was exported from: illiad, generic …';
comment on column requests.role is 'borrowing, lending or docdel (supplied from the library''s own holdings).';
comment on column requests.kind is 'loan, copy or unknown.';
comment on column requests.network is 'The network that it went through; null where the source does not say.';
comment on column requests.partner is 'The other library, after aliases: who supplied or was asked last, or who asked. Null for pseudo-lenders and where it is not known.';
comment on column requests.partner_group is 'The group of that partner; null without one.';
comment on column requests.department is 'The reader''s department; suppressed where it has fewer than 5 readers in the whole history, null where it is not known.';
comment on column requests.patron_group is 'The reader''s group; suppressed where it has fewer than 5 readers in the whole history, null where it is not known.';
comment on column requests.status is 'The newest status, in the words common to all sources; unknown for one that no profile lists.';
comment on column requests.outcome is 'open, filled, unfilled or cancelled. Fill rate = filled / (filled + unfilled).';
comment on column requests.reason is 'Why it was not filled; null where it was, is open, or nobody said.';
comment on column requests.filled_by is 'lender, open_access, purchase, local or unknown; null where it was not filled.';
comment on column requests.zone is 'The library''s time zone, which the days go by.';
comment on column requests.created_at is 'When it was made, UTC; null where no row says.';
comment on column requests.created_day is 'The day of created_at in the library''s zone: the cohort that the request belongs to.';
comment on column requests.created_hour is 'The hour of created_at in the library''s zone, 0 to 23.';
comment on column requests.sent_at is 'Borrowing: when the first lender was asked, UTC.';
comment on column requests.shipped_at is 'When the item left the lender, UTC.';
comment on column requests.received_at is 'Borrowing: when it reached the library, UTC.';
comment on column requests.available_at is 'When the reader could have it, UTC.';
comment on column requests.returned_at is 'When the loan came back, UTC.';
comment on column requests.closed_at is 'When the request ended, UTC.';
comment on column requests.outcome_at is 'The date of the outcome, UTC: available_at (lending: shipped_at) where filled, the closing where not, else the last change. Null while open.';
comment on column requests.outcome_day is 'The day of outcome_at in the library''s zone: the period that the outcome belongs to.';
comment on column requests.is_outcome_dated is 'Whether outcome_at is a milestone and not a mere last change.';
comment on column requests.turnaround_days is 'Days of 24 hours from created_at to available_at (lending: shipped_at), filled requests only; null where a date is missing. Metric turnaround leaves negative ones out.';
comment on column requests.business_days is 'The same without weekends and the library''s closures, in days of 24 hours.';
comment on column requests.target_days is 'The service target of the role and kind; null without one.';
comment on column requests.is_within_target is 'Whether turnaround_days is at most target_days; null where it is not measured, or negative. Its mean is share_within_sla.';
comment on column requests.days_to_outcome is 'Days of 24 hours from created_at to outcome_at; null while open.';
comment on column requests.age_days is 'Days of 24 hours from created_at to as_of, while open; null once ended.';
comment on column requests.is_negative is 'Whether a milestone or the last change lies before created_at: two clocks, or a slip.';
comment on column requests.due_day is 'The day on which the loan is due, as last granted, in the library''s zone.';
comment on column requests.due_end_at is 'The instant at which that day ends, UTC.';
comment on column requests.is_back is 'Whether the status says that a loan came back.';
comment on column requests.is_out is 'Whether it is a filled loan of role borrowing or lending that has not come back at as_of: n_out of metric overdue.';
comment on column requests.days_late is 'Whole days since due_day at as_of while the loan is out, without grace; 0 where not late, null where not out or without a due day.';
comment on column requests.is_overdue is 'Whether days_late is 1 or more: n_overdue of metric overdue, without grace.';
comment on column requests.cost is 'What the request cost, in currency; null where the source does not say.';
comment on column requests.currency is 'The currency of cost. Costs of several currencies are not to be added up.';
comment on column requests.need_by is 'The day after which the reader has no use for it.';
comment on column requests.rush is 'Whether it was asked for in a hurry; null where the source does not say.';
comment on column requests.as_of is 'The newest date of the history, UTC: what the row was true at.';

create or replace view request_details as
select
  request_id, source_id, status_raw, reason_raw, pickup_site, title, author, container, issn, isbn, oclc_number, doi,
  publication_year, call_number, copyright_compliance
from request;

comment on view request_details is 'One row per request: what was asked for and the source''s own words. Join it to requests by request_id; apart, as it is much wider than any count needs.';
comment on column request_details.request_id is 'Key of the request in every view.';
comment on column request_details.source_id is 'The source''s own number of the request.';
comment on column request_details.status_raw is 'The status in the source''s words.';
comment on column request_details.reason_raw is 'The reason for not filling it, in the source''s words.';
comment on column request_details.pickup_site is 'Where the reader fetches it.';
comment on column request_details.title is 'Title of the book, article or chapter.';
comment on column request_details.author is 'Its author.';
comment on column request_details.container is 'The journal or book that holds a copy.';
comment on column request_details.issn is 'ISSN as the source has it; some sources put an ISBN here.';
comment on column request_details.isbn is 'ISBN as the source has it.';
comment on column request_details.oclc_number is 'Number in WorldCat.';
comment on column request_details.doi is 'DOI of an article.';
comment on column request_details.publication_year is 'Year of publication.';
comment on column request_details.call_number is 'Call number.';
comment on column request_details.copyright_compliance is 'The rule that a copy was ordered under: ccg (guidelines), ccl (law) or null.';

create or replace view attempts as
select
  attempt.request_id, attempt.position, attempt.lender, attempt.asked_at, attempt.answered_at, attempt.answer, attempt.was_conditional,
  case when answered_at >= asked_at and answer in ('filled', 'no') then (epoch_us(answered_at) - epoch_us(asked_at)) / 86400e6 end as response_days
from attempt;

comment on view attempts is 'One row per lender that a borrowing request was put to. Join it to requests by request_id.';
comment on column attempts.request_id is 'Key of the request in every view.';
comment on column attempts.position is '1 is the lender asked first; null where the source names only the lender that it ended with.';
comment on column attempts.lender is 'The library asked, after aliases.';
comment on column attempts.asked_at is 'When it was asked, UTC; null where the source does not tell one lender''s turn from another''s.';
comment on column attempts.answered_at is 'When it answered, UTC.';
comment on column attempts.answer is 'filled, no, expired, conditional, withdrawn or open; null where the source does not tell. A lender''s fill rate = filled / (filled + no + expired).';
comment on column attempts.was_conditional is 'Whether it answered with a condition first.';
comment on column attempts.response_days is 'Days of 24 hours from asked_at to answered_at, of the answers filled and no; null otherwise.';

create or replace view status_changes as
select request_id, happened_at, from_status_raw, from_status, to_status_raw, to_status, basis
from event;

comment on view status_changes is 'One row per change of a request''s status. Join it to requests by request_id.';
comment on column status_changes.request_id is 'Key of the request in every view.';
comment on column status_changes.happened_at is 'When it happened, UTC.';
comment on column status_changes.from_status_raw is 'The status before, in the source''s words; null where the source does not say.';
comment on column status_changes.from_status is 'The status before, in the words common to all sources.';
comment on column status_changes.to_status_raw is 'The status after, in the source''s words; null for a change that was read from a note.';
comment on column status_changes.to_status is 'The status after, in the words common to all sources.';
comment on column status_changes.basis is 'source: a tracking table told it; import: it was seen between two exports.';

create or replace view imports as
select batch_id, load_id, imported_at, library, source, content, file, sheet, n_read, n_new, n_changed, n_unchanged, n_rejected, notes
from import_batch;

comment on view imports is 'One row per file or sheet that a load read. rows_rejected of metric data_quality = sum(n_rejected) / sum(n_read).';
comment on column imports.batch_id is 'Number of the file or sheet.';
comment on column imports.load_id is 'Number of the load that read it.';
comment on column imports.imported_at is 'When it was read, by the loader''s clock, UTC; no metric reads it.';
comment on column imports.library is 'The library that it was loaded for; null where the file speaks of all.';
comment on column imports.source is 'The system that it comes from.';
comment on column imports.content is 'What it holds: requests, events, closures …';
comment on column imports.file is 'Name of the file, without its folder.';
comment on column imports.sheet is 'Name of the sheet of a workbook.';
comment on column imports.n_read is 'Rows read.';
comment on column imports.n_new is 'Rows that were new.';
comment on column imports.n_changed is 'Rows that changed what was known.';
comment on column imports.n_unchanged is 'Rows that said nothing new.';
comment on column imports.n_rejected is 'Rows that were refused; table reject says why.';
comment on column imports.notes is 'What the load said about it, a sentence a line.';
