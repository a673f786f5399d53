-- What was created on each day, counted: a row stands for n requests that have library, source, role, kind and outcome in
-- common.
select *, created_day as counted_day, true as is_arrival, outcome <> 'open' as is_outcome from fact_day
