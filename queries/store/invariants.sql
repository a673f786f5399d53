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

select 'a milestone stands twice in the history' as broken
where (select count(*) - count(distinct request_id) from milestone) > 0;

select 'a reader stands twice in the history' as broken
where (select count(*) - count(distinct (library, source, patron_key)) from patron) > 0;

select 'a partner stands twice in the history' as broken
where (select count(*) - count(distinct (library, source, partner_number)) from partner) > 0;

select 'a library, a closure, an alias or a group stands twice in the history' as broken
where (select count(*) - count(distinct library) from library) > 0
  or (select count(*) - count(distinct (library, day)) from closure) > 0
  or (select count(*) - count(distinct symbol) from partner_alias) > 0
  or (select count(*) - count(distinct partner) from partner_group) > 0;
