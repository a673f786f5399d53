-- The same with the readers' keys, for where their bounds leave a choice. keys is null where there are readers enough.
cells as materialized (
  select
    by_columns, is_arrival, department, patron_group,
    count(*) filter (where is_of_reader and patron_key is null) as n_without_key,
    coalesce(bit_count(bit_or(1::bigint << ((patron_key & 63) % 63)) filter (where is_of_reader)), 0) as n_bits
  from readers
  group by all
),
doubtful as (
  select * from cells where n_without_key + n_bits < $suppress_below
),
counted_out as (
  select
    by_columns, is_arrival, department, patron_group,
    coalesce(list(distinct patron_key) filter (where is_of_reader and patron_key is not null), []) as own_keys
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
  select distinct by_columns, is_arrival from told where n_without_key + len(own_keys) between 1 and $suppress_below - 1
)
select
  dense_rank() over (order by by_columns, is_arrival) as context,
  department, patron_group, n_without_key,
  array_to_string(own_keys, ' ') as keys
from told semi join in_need on same_group(told, in_need) and told.is_arrival = in_need.is_arrival
