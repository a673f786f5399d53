-- The lives of months that the span or the rows cut, from the facts.
union all
select by_columns, epoch_us(outcome_at) - epoch_us(created_at) as until_us, outcome = 'filled' as is_filled, 1 as n
from scope
where outcome <> 'open' and until_us between 0 and 30::bigint * 86400000000 and is_watched(created_day) and beside_whole_months
