-- Milestones of ILLiad requests, told by their status changes (design §3; formats §1.4a).
-- Population: the requests of temp table touched that have source events. Clock: UTC instants as recorded.
-- Null: no change tells of that milestone. Conditionals are no milestone: the reader still waits.
-- A change without a raw status is the supplier's shipping, read from a note of History; it is no status of ours.
with
  step as (
    select
      e.request_id, r.role, r.kind, e.happened_at, e.to_status_raw, e.to_status,
      meaning.ends,
      e.to_status_raw is null as is_note
    from event e
    semi join touched using (request_id)
    join request r using (request_id)
    join status_meaning meaning on meaning.role = r.role and meaning.status = e.to_status
    where e.basis = 'source'
  ),
  -- The newest status of ours; of changes at the same instant the one that ends the request is taken to be the last.
  standing as (
    select
      request_id,
      arg_max(to_status_raw, (happened_at, ends, to_status, to_status_raw)) as status_raw,
      arg_max(to_status, (happened_at, ends, to_status, to_status_raw)) as status,
      max(happened_at) as status_at,
      coalesce(max(happened_at) filter (where not ends), timestamp '-infinity') as last_open_at
    from step
    where not is_note
    group by request_id
  ),
  first_last as (
    select
      request_id,
      any_value(role) as role,
      any_value(kind) as kind,
      min(happened_at) filter (where to_status = 'sent') as first_sent,
      min(happened_at) filter (where to_status = 'shipped' and is_note) as first_shipped_note,
      min(happened_at) filter (where to_status = 'shipped' and not is_note) as first_shipped,
      min(happened_at) filter (where to_status = 'received') as first_received,
      min(happened_at) filter (where to_status = 'delivered') as first_delivered,
      max(happened_at) filter (where to_status = 'delivered') as last_delivered,
      min(happened_at) filter (where to_status = 'notified') as first_notified,
      min(happened_at) filter (where to_status = 'checked_out') as first_checked_out,
      min(happened_at) filter (where to_status = 'found') as first_found,
      min(happened_at) filter (where to_status = 'finished') as first_finished,
      max(happened_at) filter (where to_status = 'finished') as last_finished,
      max(happened_at) filter (where to_status = 'returned') as last_returned
    from step
    group by request_id
  ),
  -- What depends on another step of the same request.
  after as (
    select
      s.request_id,
      min(s.happened_at) filter (where s.to_status in ('returned', 'checked_in', 'finished') and s.happened_at >= f.first_shipped) as back_at,
      min(s.happened_at) filter (where s.ends and not s.is_note and s.happened_at >= t.last_open_at) as closed_at
    from step s
    join first_last f using (request_id)
    left join standing t using (request_id)
    group by s.request_id
  ),
  told as (
    select
      f.*, t.status_raw, t.status, t.status_at, a.back_at,
      case when m.ends then a.closed_at end as closed_at,
      case
        when f.role = 'borrowing' and f.kind = 'loan' then coalesce(f.first_notified, f.first_checked_out, f.last_delivered)
        when f.role = 'borrowing' then coalesce(f.last_delivered, f.first_notified, f.first_checked_out)
        when f.role = 'docdel' then coalesce(f.last_delivered, least(f.first_found, f.first_finished))
      end as available_at
    from first_last f
    left join standing t using (request_id)
    left join after a using (request_id)
    left join status_meaning m on m.role = f.role and m.status = t.status
  )
select
  request_id,
  case when role = 'borrowing' then first_sent end as sent_at,
  case
    when role = 'borrowing' then first_shipped_note
    when role = 'lending' and kind = 'loan' then first_shipped
    when role = 'lending' then coalesce(first_shipped, least(first_delivered, first_finished))
  end as shipped_at,
  case
    when role <> 'borrowing' then null
    when kind = 'copy' then coalesce(first_received, available_at)
    else first_received
  end as received_at,
  available_at,
  case
    when kind = 'copy' then null
    when role = 'lending' then back_at
    when last_returned is not null then last_returned
    when last_finished >= first_checked_out then last_finished
  end as returned_at,
  closed_at,
  status_raw,
  status,
  status_at
from told
