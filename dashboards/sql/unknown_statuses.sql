-- Statuses that no profile lists, as the source writes them. They count as open.
select
  r.library, r.source, r.role,
  coalesce(case when m.status = 'unknown' then m.status_raw end, r.status_raw) as status,
  count(*) as n_requests
from fact_request f
join request r using (request_id)
left join milestone m using (request_id)
where f.status = 'unknown'
group by all
order by n_requests desc, status
limit 100;
