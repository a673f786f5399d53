-- The rows that may have fewer readers than can be shown, and the rows beside them, which they could be taken together
-- with: one row per context (what else the question is split by), department and patron group, with the bounds of its
-- readers. A reader's key sets one of 63 bits: the bits that are set are never more than the readers, and the requests
-- never fewer. Lending requests are no reader's of ours: a row of them alone tells of nobody, and nobody can be hidden
-- among them, as a table by role tells them apart.
cells as (
  select
    by_columns, is_arrival, department, patron_group,
    count(*) filter (where is_of_reader and patron_key is null) as n_without_key,
    count(patron_key) filter (where is_of_reader) as n_with_key,
    coalesce(bit_or(1::bigint << ((patron_key & 63) % 63)) filter (where is_of_reader), 0) as bits
  from readers
  group by all
),
in_need as (
  select distinct by_columns, is_arrival from cells where n_without_key + bit_count(bits) between 1 and $suppress_below - 1
)
select
  dense_rank() over (order by by_columns, is_arrival) as context,
  department, patron_group, n_without_key, n_with_key, bits
from cells semi join in_need on same_group(cells, in_need) and cells.is_arrival = in_need.is_arrival
