-- what was imported after $1: loads, and those of them that told of other things than requests and what happened to them
select
  count(distinct load_id) as n_loads,
  count(distinct load_id) filter (content not in ('requests', 'events', 'notes')) as n_other
from import_batch
where batch_id > $1
