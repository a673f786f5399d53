-- The plainest scan: of each borrowed copy what names the periodical (container, issn, isbn), the years, and the outcome.
select
  case when $3 then date_trunc('month', created_day) end as month,
  count(*), count(*) filter (where outcome = 'filled' and fact_request.filled_by = 'lender'), min(container), min(issn), min(isbn), min(publication_year), min(copyright_compliance)
from fact_request join request using (request_id)
where created_day >= $1::date and created_day < $2::date and fact_request.role = 'borrowing' and fact_request.kind = 'copy'
group by all
