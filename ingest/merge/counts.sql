-- What the batches from $1 on did: rows that are new by their first sighting, and older ones whose sighting now stands.
-- For events, patrons and partners every row that a batch added is new; a partner of which only the contact is news has
-- changed.
select batch_id, sum(n_new)::bigint as n_new, sum(n_changed)::bigint as n_changed
from (
  select first_batch as batch_id, count(*) as n_new, 0 as n_changed from request where first_batch >= $1 group by all
  union all
  select last_batch, 0, count(*) from request where last_batch >= $1 and first_batch < $1 group by all
  union all
  select batch_id, count(*), 0 from event where batch_id >= $1 and basis = 'source' group by all
  union all
  select batch_id, count(*), 0 from patron where batch_id >= $1 group by all
  union all
  select batch_id, count(*), 0 from partner where batch_id >= $1 group by all
  union all
  select batch_id, 0, count(*) from (from partner_contact anti join partner using (library, source, partner_number, batch_id)) where batch_id >= $1 group by all
)
group by batch_id
