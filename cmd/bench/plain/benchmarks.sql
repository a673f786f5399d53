-- The plainest scan of what the metric needs: counts and sums of the facts' columns that it reads, and the attempts of the
-- requests in the span, counted.
with
  turns as (
    select count(*) as n_attempts, count(*) filter (where answer = 'filled' and position = 1) as n_first, count(*) filter (where position <= 2) as n_two
    from attempt join fact_request using (request_id)
    where created_day >= $1::date and created_day < $2::date
  )
select
  case when $3 then date_trunc('month', created_day) end as month,
  role, kind, outcome, count(*), avg(turnaround_us), avg(business_us), avg(epoch_us(received_at) - epoch_us(created_at)),
  count(cost) filter (where currency = 'USD'), sum(cost) filter (where currency = 'USD'), count(*) filter (where reason = 'held_locally'),
  count(*) filter (where filled_by = 'lender'), any_value((select n_attempts + n_first + n_two from turns))
from fact_request
where created_day >= $1::date and created_day < $2::date
group by all
