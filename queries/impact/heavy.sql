-- Requests in Post and Pre of the busiest 1 % (rounded up) of each unit's readers, over both windows together, for those
-- who are known by a key. A request without one is a reader of its own, and not among the busiest.
with
  asked as (
    select unit, patron_key, created_day >= $post_from::date and created_day < $post_to::date as is_post, count(*) as n
    from counted
    where list_contains($units::varchar[], unit)
      and (created_day >= $post_from::date and created_day < $post_to::date or created_day >= $pre_from::date and created_day < $pre_to::date)
    group by all
  ),

  readers as (
    select unit, patron_key, sum(n) as n
    from asked
    where patron_key is not null
    group by all
  ),

  -- how many readers each unit has, those without a key among them
  size as (
    select unit, count(distinct patron_key) + coalesce(sum(n) filter (where patron_key is null), 0) as n_readers
    from asked
    group by all
  ),

  busiest as (
    select unit, patron_key
    from (select *, row_number() over (partition by unit order by n desc, patron_key) as place from readers) join size using (unit)
    where place <= ceil(n_readers / 100)
  )

select unit, coalesce(sum(n) filter (where is_post), 0)::bigint as n_post, coalesce(sum(n) filter (where not is_post), 0)::bigint as n_pre
from asked semi join busiest using (unit, patron_key)
group by all
