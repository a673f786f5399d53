-- the names of a dimension that are most like one that is not among them
with names as (
  select
    case $dimension::varchar when 'department' then department when 'patron_group' then patron_group else library end as name,
    count(*) as n
  from fact_request
  group by all
),
likened as (
  select
    name,
    n,
    damerau_levenshtein(strip_accents(lower(name)), strip_accents(lower($name::varchar))) as distance,
    length($name::varchar) > 2 and (contains(lower(name), lower($name::varchar)) or contains(lower($name::varchar), lower(name))) as is_part
  from names
  where name is not null
)
select name
from likened
where is_part or distance <= greatest(1, length($name::varchar) // 3)
order by distance, n desc, name
limit 3
