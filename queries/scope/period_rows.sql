-- Every request once, though it may count twice: on the day it was created and on the day it ended.
select
  *,
  case when is_arrival then created_day else outcome_day end as counted_day
from (
  select
    *,
    coalesce(created_day >= $from::date, $from is null) and coalesce(created_day < $to::date, $to is null) as is_arrival,
    outcome <> 'open'
      and coalesce(outcome_day >= $from::date, $from is null) and coalesce(outcome_day < $to::date, $to is null) as is_outcome
  from facts
)
where is_arrival or is_outcome
