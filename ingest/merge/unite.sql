-- Settles the requests that have more than one sighting after the files of a load were added. Usually few or none.

create or replace temp table repeated as
select request_id from request group by request_id having count(*) > 1;

-- Every sighting of theirs. A row of request with row_hash 0 was united from rows of sighting and is none itself,
-- but it remembers the oldest sighting.
create or replace temp table candidate as
select r.* from request r semi join repeated using (request_id)
union all by name
select s.* from sighting s semi join repeated using (request_id);

create or replace temp table oldest as
select
  request_id,
  min(first_batch) as first_batch,
  min(coalesce(first_due_at, due_at)) as first_due_at,
  min(
    case when first_status is null
      then {changed_at: coalesce(last_change_at, timestamp 'infinity'), status_raw: status_raw, status: status}
      else {changed_at: coalesce(first_change_at, timestamp 'infinity'), status_raw: first_status_raw, status: first_status}
    end
  ) as said
from candidate
group by request_id;

-- A status seen between two imports becomes an event: every sighting but the oldest, dated by its last change.
insert into event by name
with
  seen as (
    select request_id, last_change_at as happened_at, status_raw as to_status_raw, status as to_status, last_batch as batch_id
    from candidate where row_hash <> 0
    union all
    select request_id, first_change_at, first_status_raw, first_status, first_batch from candidate where first_status is not null
  )
select seen.request_id, seen.happened_at, seen.to_status_raw, seen.to_status, 'import' as basis, min(seen.batch_id) as batch_id
from seen
join oldest using (request_id)
anti join (from event where basis = 'import') as held
  on held.request_id = seen.request_id and held.happened_at = seen.happened_at
  and held.to_status = seen.to_status and held.to_status_raw is not distinct from seen.to_status_raw
where seen.happened_at is not null
  and (seen.happened_at, seen.to_status_raw) is distinct from (oldest.said.changed_at, oldest.said.status_raw)
group by seen.request_id, seen.happened_at, seen.to_status_raw, seen.to_status;

-- Of the sightings with the same columns the newest stands; of equally new ones the later import; within one load a
-- status that ends, then whatever their words decide, so that chance and the order of files have no part in it.
create or replace temp table placed as
select
  candidate.*,
  row_number() over (
    partition by request_id, columns
    order by
      last_change_at desc nulls last, least(last_batch, this_load.first_batch) desc,
      coalesce(meaning.ends, false) desc, status_raw desc, reason_raw desc, partner_raw desc, due_at desc, title desc, row_hash desc
  ) as place,
  last_batch >= this_load.first_batch as is_of_this_load
from candidate
cross join this_load
left join (select role, status, ends from status_meaning) as meaning using (role, status)
where row_hash <> 0;

create or replace temp table standing as
select * exclude (place, is_of_this_load) from placed where place = 1;

insert into outdone
select distinct lost.request_id, lost.columns, lost.row_hash
from placed lost
join placed won using (request_id, columns)
where won.place = 1 and won.is_of_this_load and lost.place > 1 and lost.is_of_this_load
  and lost.row_hash <> won.row_hash and lost.last_change_at is not distinct from won.last_change_at;

-- Each remembers the oldest sighting of its request, unless it is that itself, so that it does not matter which of
-- them came first.
create or replace temp table ranked as
select
  standing.* exclude (first_batch, first_due_at, first_change_at, first_status_raw, first_status),
  oldest.first_batch,
  case when oldest.first_due_at is distinct from due_at then oldest.first_due_at end as first_due_at,
  (oldest.said.changed_at, oldest.said.status_raw) is not distinct from (coalesce(last_change_at, timestamp 'infinity'), status_raw) as is_oldest,
  case when not is_oldest then nullif(oldest.said.changed_at, timestamp 'infinity') end as first_change_at,
  case when not is_oldest then oldest.said.status_raw end as first_status_raw,
  case when not is_oldest then oldest.said.status end as first_status,
  row_number() over (partition by request_id order by last_change_at nulls first, last_batch, row_hash) as newness,
  count(*) over (partition by request_id) as n_layouts
from standing
join oldest using (request_id);

delete from sighting where request_id in (from repeated);

insert into sighting by name
select * exclude (is_oldest, newness, n_layouts) from ranked where n_layouts > 1;

delete from request where request_id in (from repeated);

-- One set of columns: the standing sighting as it is.
insert into request by name
select * exclude (is_oldest, newness, n_layouts) from ranked where n_layouts = 1;

-- Several: column by column, the newest sighting that has the column. An empty cell is a value, an absent column none.
insert into request by name
select
  request_id,
  any_value(library) as library,
  any_value(source) as source,
  any_value(source_id) as source_id,
  arg_max(role, newness) as role,
  coalesce(arg_max(kind, newness) filter (where kind <> 'unknown'), 'unknown') as kind,
  arg_max_null(network, newness) filter (where has_column(columns, 'network')) as network,
  arg_max_null(created_at, newness) filter (where has_column(columns, 'created_at')) as created_at,
  arg_max_null(sent_at, newness) filter (where has_column(columns, 'sent_at')) as sent_at,
  arg_max_null(shipped_at, newness) filter (where has_column(columns, 'shipped_at')) as shipped_at,
  arg_max_null(received_at, newness) filter (where has_column(columns, 'received_at')) as received_at,
  arg_max_null(available_at, newness) filter (where has_column(columns, 'available_at')) as available_at,
  arg_max_null(due_at, newness) filter (where has_column(columns, 'due_at')) as due_at,
  min(first_due_at) as first_due_at,
  arg_max_null(returned_at, newness) filter (where has_column(columns, 'returned_at')) as returned_at,
  arg_max_null(closed_at, newness) filter (where has_column(columns, 'closed_at')) as closed_at,
  max(last_change_at) as last_change_at,
  arg_max_null(status_raw, newness) filter (where has_column(columns, 'status_raw')) as status_raw,
  coalesce(arg_max(status, newness) filter (where has_column(columns, 'status_raw')), arg_max(status, newness)) as status,
  arg_max_null(reason_raw, newness) filter (where has_column(columns, 'reason_raw')) as reason_raw,
  arg_max_null(reason, newness) filter (where has_column(columns, 'reason_raw')) as reason,
  arg_max_null(filled_by, newness) filter (where has_column(columns, 'partner_raw')) as filled_by,
  arg_max_null(partner_raw, newness) filter (where has_column(columns, 'partner_raw')) as partner_raw,
  arg_max_null(partner, newness) filter (where has_column(columns, 'partner_raw')) as partner,
  arg_max_null(partner_number, newness) filter (where has_column(columns, 'partner_number')) as partner_number,
  arg_max_null(rota, newness) filter (where has_column(columns, 'rota')) as rota,
  arg_max_null(patron_key, newness) filter (where has_column(columns, 'patron_key')) as patron_key,
  arg_max_null(patron_group, newness) filter (where has_column(columns, 'patron_group')) as patron_group,
  arg_max_null(department, newness) filter (where has_column(columns, 'department')) as department,
  arg_max_null(pickup_site, newness) filter (where has_column(columns, 'pickup_site')) as pickup_site,
  arg_max_null(title, newness) filter (where has_column(columns, 'title')) as title,
  arg_max_null(author, newness) filter (where has_column(columns, 'author')) as author,
  arg_max_null(container, newness) filter (where has_column(columns, 'container')) as container,
  arg_max_null(issn, newness) filter (where has_column(columns, 'issn')) as issn,
  arg_max_null(isbn, newness) filter (where has_column(columns, 'isbn')) as isbn,
  arg_max_null(oclc_number, newness) filter (where has_column(columns, 'oclc_number')) as oclc_number,
  arg_max_null(doi, newness) filter (where has_column(columns, 'doi')) as doi,
  arg_max_null(publication_year, newness) filter (where has_column(columns, 'publication_year')) as publication_year,
  arg_max_null(call_number, newness) filter (where has_column(columns, 'call_number')) as call_number,
  arg_max_null(cost, newness) filter (where has_column(columns, 'cost')) as cost,
  arg_max_null(currency, newness) filter (where has_column(columns, 'cost')) as currency,
  arg_max_null(need_by, newness) filter (where has_column(columns, 'need_by')) as need_by,
  arg_max_null(rush, newness) filter (where has_column(columns, 'rush')) as rush,
  arg_max_null(copyright_compliance, newness) filter (where has_column(columns, 'copyright_compliance')) as copyright_compliance,
  bit_or(columns) as columns,
  min(first_change_at) as first_change_at,
  min(first_status_raw) as first_status_raw,
  min(first_status) as first_status,
  any_value(first_batch) as first_batch,
  max(last_batch) as last_batch,
  0 as row_hash
from ranked
where n_layouts > 1
group by request_id;
