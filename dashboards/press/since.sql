-- Of the requests of a filter and a span: those that an import after $1 was the first to tell of, and those that it told
-- something else of. Lists of names are parted by the character 31; an empty list is all of them.
with
  moved as (
    select
      request_id,
      first_batch > $1 as is_new
    from request
    where last_batch > $1
    union all
    select request_id, false
    from event
    where batch_id > $1
  ),
  once as (
    select request_id, bool_or(is_new) as is_new
    from moved
    group by request_id
  )
select
  count(*) filter (is_new) as n_arrived,
  count(*) filter (not is_new) as n_changed
from once
join fact_request using (request_id)
where
  (
    $2::date is null
    or (created_day >= $2::date and created_day < $3::date)
    or ($4::boolean and outcome_day >= $2::date and outcome_day < $3::date)
  )
  and ($5 = '' or list_contains(string_split($5, chr(31)), library))
  and ($6 = '' or list_contains(string_split($6, chr(31)), role))
  and ($7 = '' or list_contains(string_split($7, chr(31)), kind))
  and ($8 = '' or list_contains(string_split($8, chr(31)), coalesce(network, 'unknown')))
  and ($9 = '' or list_contains(string_split($9, chr(31)), coalesce(partner, 'unknown')))
  and ($10 = '' or list_contains(string_split($10, chr(31)), coalesce(department, 'unknown')))
  and ($11 = '' or list_contains(string_split($11, chr(31)), coalesce(patron_group, 'unknown')))
  and ($12 = '' or list_contains(string_split($12, chr(31)), source))
