-- What ReShare counts, each on its own day in the library's zone: requests created; of borrowing what was received (a
-- copy that skips the receipt when it is available) or filled locally; of lending what was filled.
with
  peers as not materialized (
    select * from facts where role in ('borrowing', 'lending')
  ),
  received as not materialized (
    select *, case when kind = 'loan' then received_at else coalesce(received_at, available_at) end as happened_at
    from peers
    where role = 'borrowing' and filled_by is distinct from 'local' and happened_at is not null
  )
select *, created_day as counted_day, 'created' as happening
from peers
union all
select * exclude (happened_at, start_at, end_at, hours_library, hours_day),
  happened_at::date + case when happened_at < start_at then -1 when happened_at >= end_at then 1 else 0 end,
  'filled'
from received left join (select library as hours_library, day as hours_day, start_at, end_at from business_day) on hours_library = library and hours_day = happened_at::date
union all
select *, outcome_day, 'filled'
from peers
where case role when 'lending' then outcome = 'filled' else outcome = 'filled' and filled_by = 'local' end
