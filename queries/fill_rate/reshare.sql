-- ReShare's filled_ratio: what was received, filled locally or supplied in the span, set against what was created in it.
select
  by_columns,
  count(*) filter (where happening = 'filled') as reshare_n_filled,
  count(*) filter (where happening = 'created') as reshare_n_requests,
  count(*) filter (where happening = 'filled') / nullif(count(*) filter (where happening = 'created'), 0) as reshare_filled_ratio
from happenings
group by all
