-- Each statement yields one sentence per broken promise; a load that yields any is thrown away.
select 'a request stands twice in the history' as broken
where (select count(*) - count(distinct request_id) from request) > 0;

select 'the facts hold ' || (select count(*) from fact_request) || ' requests and the history ' || (select count(*) from request) as broken
where (select count(*) from fact_request) <> (select count(*) from request);

select 'a request has no outcome that the metrics know: ' || any_value(outcome) as broken
from fact_request
where outcome not in ('open', 'filled', 'unfilled', 'cancelled')
having count(*) > 0;

select 'a request that has ended has no date of its outcome' as broken
where exists (from fact_request where outcome <> 'open' and outcome_at is null and created_at is not null);
