-- The rows that have fewer readers than may be shown, and the rows beside them, which they could be taken together with:
-- one row per context (what else the question is split by), department and patron group. keys is null where there are
-- readers enough. A reader's key sets one of 63 bits, and the bits that are set are never more than the readers: only
-- where they are too few is it worth counting readers one by one.
cells as materialized (
  select
    by_columns, is_arrival, department, patron_group,
    count(*) - count(patron_key) as n_without_key,
    coalesce(bit_count(bit_or(1::ubigint << (hash(patron_key) % 63)::integer) filter (where patron_key is not null)), 0) as n_bits
  from readers
  group by all
),
doubtful as (
  select * from cells where n_without_key + n_bits < $suppress_below
),
counted_out as (
  select
    by_columns, is_arrival, department, patron_group,
    coalesce(list(distinct patron_key) filter (where patron_key is not null), []) as own_keys
  from readers semi join doubtful
    on same_group(readers, doubtful) and readers.is_arrival = doubtful.is_arrival
    and readers.department = doubtful.department and readers.patron_group = doubtful.patron_group
  group by all
),
told as (
  select cells.*, own_keys
  from cells left join counted_out
    on same_group(cells, counted_out) and cells.is_arrival = counted_out.is_arrival
    and cells.department = counted_out.department and cells.patron_group = counted_out.patron_group
),
in_need as (
  select distinct by_columns, is_arrival from told where n_without_key + len(own_keys) < $suppress_below
)
select
  dense_rank() over (order by by_columns, is_arrival) as context,
  department, patron_group, n_without_key,
  array_to_string(own_keys, ' ') as keys
from told semi join in_need on same_group(told, in_need) and told.is_arrival = in_need.is_arrival
