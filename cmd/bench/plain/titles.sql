-- The plainest scan: of each borrowing request what names the work (title, author, container, issn, isbn, oclc_number) and
-- what is counted of it (outcome, reader, turnaround, cost).
select
  case when $3 then date_trunc('month', created_day) end as month,
  count(*), count(*) filter (where outcome = 'filled'), count(fact_request.patron_key), max(turnaround_us), sum(fact_request.cost), min(fact_request.currency),
  min(title), min(author), min(container), min(issn), min(isbn), min(oclc_number)
from fact_request join request using (request_id)
where created_day >= $1::date and created_day < $2::date and fact_request.role = 'borrowing'
group by all
