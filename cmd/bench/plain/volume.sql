-- The plainest scan of what volume needs: created_day for span and month, outcome for its counts, role for provisional.
select case when $3 then date_trunc('month', created_day) end as month, role, outcome, count(*)
from fact_request
where created_day >= $1::date and created_day < $2::date
group by all
