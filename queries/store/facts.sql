-- Derives fact_request and history_state from request, milestone and the reference tables. Runs inside every load.
-- Two small calendars first, then every fact in one pass over the requests.

-- 1. The UTC days that the history spans, per library. Due dates reach into the future, and are kept within reason.
create or replace temp table history_day as
with
  stamps as (
    select
      library,
      min(least(created_at, sent_at, shipped_at, received_at, available_at, returned_at, closed_at, last_change_at, due_at)) as first_at,
      max(greatest(created_at, sent_at, shipped_at, received_at, available_at, returned_at, closed_at, last_change_at, due_at)) as last_at
    from request
    group by library
    union all
    select
      r.library,
      min(least(m.sent_at, m.shipped_at, m.received_at, m.available_at, m.returned_at, m.closed_at, m.status_at)),
      max(greatest(m.sent_at, m.shipped_at, m.received_at, m.available_at, m.returned_at, m.closed_at, m.status_at))
    from milestone m
    join request r using (request_id)
    group by r.library
  ),
  spans as (
    select
      library,
      greatest(min(first_at), timestamp '1950-01-01')::date - 2 as first_day,
      least(max(last_at), timestamp '2150-01-01')::date + 3 as end_day
    from stamps
    group by library
  )
select library, unnest(range(first_day::timestamp, end_day::timestamp, interval 1 day))::date as day from spans;

-- 2. Offset from UTC per library and UTC day: a plain hash join instead of a zone conversion per row.
--    switch_at is the first quarter hour of the day from which the other offset holds.
create or replace temp table zone_day as
with
  ends as (
    select
      d.library, d.day as utc_day, l.zone,
      timezone(l.zone, timezone('UTC', d.day::timestamp)) - d.day::timestamp as before,
      timezone(l.zone, timezone('UTC', d.day::timestamp + interval 1 day)) - (d.day::timestamp + interval 1 day) as after
    from history_day d
    join library l using (library)
  )
select
  library, utc_day, before, after,
  case
    when before = after then utc_day::timestamp
    else utc_day::timestamp + to_minutes(15 * list_min(list_filter(range(0, 97), lambda quarter:
      timezone(zone, timezone('UTC', utc_day::timestamp + to_minutes(15 * quarter))) - (utc_day::timestamp + to_minutes(15 * quarter)) = after)))
  end as switch_at
from ends;

-- 3. Open time per library and local day, counted from the library's first day: business time between two instants
--    is the difference of two readings of this counter. Saturdays, Sundays and closures are not open.
truncate business_day;

insert into business_day
with
  hours as (
    select
      d.library, d.day,
      timezone('UTC', timezone(l.zone, d.day::timestamp)) as start_at,
      timezone('UTC', timezone(l.zone, (d.day + 1)::timestamp)) as end_at,
      isodow(d.day) <= 5 and not exists (from closure c where c.library = d.library and c.day = d.day) as is_open
    from history_day d
    join library l using (library)
  )
select
  library, day, start_at, end_at, is_open,
  coalesce(sum(case when is_open then epoch_us(end_at) - epoch_us(start_at) else 0 end)
    over (partition by library order by day rows between unbounded preceding and 1 preceding), 0)::bigint as open_us_before
from hours;

-- 4. The facts, in order of creation so that a date range reads few row groups.
truncate fact_request;

insert into fact_request
with
  -- the newest status wins; a milestone told by events stands before one told by a column
  united as (
    select
      r.request_id, r.library, r.source, r.role, r.kind, r.network, r.created_at, r.due_at,
      r.patron_key, r.patron_group, r.department, r.partner, r.partner_number, r.filled_by, r.reason,
      case when m.status_at > r.last_change_at or r.last_change_at is null then coalesce(m.status, r.status) else r.status end as status,
      coalesce(m.sent_at, r.sent_at) as sent_at,
      coalesce(m.shipped_at, r.shipped_at) as shipped_at,
      coalesce(m.received_at, r.received_at) as received_at,
      coalesce(m.available_at, r.available_at) as available_at,
      coalesce(m.returned_at, r.returned_at) as returned_at,
      coalesce(m.closed_at, r.closed_at) as closed_at,
      r.cost, r.currency, r.need_by, r.rush,
      greatest(r.last_change_at, m.status_at) as changed_at,
      least(r.last_change_at, m.status_at) as earliest_change_at,
      r.last_batch
    from request r
    left join milestone m using (request_id)
  ),
  meant as (
    select
      u.*,
      s.is_back,
      case when s.outcome = 'unfilled' then coalesce(why.outcome, s.outcome) else s.outcome end as outcome
    from united u
    join status_meaning s on s.role = u.role and s.status = u.status
    left join reason_meaning why on why.reason = u.reason
  ),
  -- the date of the outcome: its milestone, else the last change
  dated as (
    select
      meant.*,
      case outcome
        when 'filled' then case role when 'lending' then shipped_at else available_at end
        when 'open' then null
        else closed_at
      end as milestone_at,
      case when outcome <> 'open' then coalesce(milestone_at, changed_at, created_at) end as outcome_at
    from meant
  ),
  placed as (
    select
      d.*,
      d.created_at + case when d.created_at < zc.switch_at then zc.before else zc.after end as created_local,
      created_local::date as created_day,
      (d.outcome_at + case when d.outcome_at < zo.switch_at then zo.before else zo.after end)::date as outcome_day,
      (d.due_at + case when d.due_at < zd.switch_at then zd.before else zd.after end)::date as due_day,
      -- a request that a pseudo-lender filled has no partner, whatever address stands on it
      coalesce(d.partner, case when coalesce(d.filled_by, 'lender') = 'lender' then upper(trim(address.symbol)) end) as symbol
    from dated d
    left join zone_day zc on zc.library = d.library and zc.utc_day = d.created_at::date
    left join zone_day zo on zo.library = d.library and zo.utc_day = d.outcome_at::date
    left join zone_day zd on zd.library = d.library and zd.utc_day = d.due_at::date
    left join partner address on address.library = d.library and address.source = d.source and address.partner_number = d.partner_number
  )
select
  t.request_id, t.library, t.source, t.role, t.kind, t.network,
  coalesce(alias.partner, t.symbol) as partner,
  groups.partner_group,
  coalesce(t.department, reader.department) as department,
  coalesce(t.patron_group, reader.patron_group) as patron_group,
  t.patron_key,
  case when t.outcome = 'filled' then coalesce(t.filled_by, case when t.role = 'docdel' then 'local' else 'lender' end) end as filled_by,
  case when t.outcome in ('unfilled', 'cancelled') then t.reason end as reason,
  t.status,
  t.created_at, t.created_day, t.sent_at, t.shipped_at, t.received_at, t.available_at, t.returned_at, t.closed_at,
  t.outcome, t.outcome_at, t.outcome_day,
  t.milestone_at is not null as outcome_dated,
  case when t.outcome = 'filled' then epoch_us(t.milestone_at) - epoch_us(t.created_at) end as turnaround_us,
  case when t.outcome = 'filled' and t.milestone_at is not null then
    (finish.open_us_before + case when finish.is_open then epoch_us(t.milestone_at) - epoch_us(finish.start_at) else 0 end)
    - (start.open_us_before + case when start.is_open then epoch_us(t.created_at) - epoch_us(start.start_at) else 0 end)
  end as business_us,
  t.due_day,
  due.end_at as due_end_at,
  t.is_back,
  coalesce(least(t.sent_at, t.shipped_at, t.received_at, t.available_at, t.returned_at, t.closed_at, t.earliest_change_at) < t.created_at, false) as is_negative,
  hour(t.created_local) as created_hour, t.cost, t.currency, t.need_by, t.rush, t.last_batch
from placed t
left join business_day start on start.library = t.library and start.day = t.created_day
left join business_day finish on finish.library = t.library and finish.day = t.outcome_day
left join business_day due on due.library = t.library and due.day = t.due_day
left join patron reader on reader.library = t.library and reader.source = t.source and reader.patron_key = t.patron_key
left join partner_alias alias on alias.symbol = t.symbol
left join partner_group groups on groups.partner = coalesce(alias.partner, t.symbol)
order by t.created_at;

-- 5. What the whole history knows of time. Due and need-by dates aside: they lie in the future by nature.
truncate history_state;

insert into history_state
select
  greatest(
    (select max(greatest(created_at, last_change_at, sent_at, shipped_at, received_at, available_at, returned_at, closed_at)) from request),
    (select max(e.happened_at) from event e semi join request using (request_id))
  ),
  (select count(*) from request);
