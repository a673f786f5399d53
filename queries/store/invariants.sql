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

select 'an address of a partner stands twice in the history' as broken
where (select count(*) - count(distinct (library, source, symbol, partner_number)) from partner_contact) > 0;

select 'a library, a closure, an alias, a group, a target or a weight stands twice in the history' as broken
where (select count(*) - count(distinct (role, kind)) from sla_target) > 0
  or (select count(*) - count(distinct patron_group) from patron_group_weight) > 0
  or (select count(*) - count(distinct (library, day)) from business_day) > 0
  or (select count(*) - count(distinct library) from library) > 0
  or (select count(*) - count(distinct (library, day)) from closure) > 0
  or (select count(*) - count(distinct symbol) from partner_alias) > 0
  or (select count(*) - count(distinct partner) from partner_group) > 0;

select 'a request has ' || any_value(wrong) as broken
from (
  select
    case
      when count(*) filter (where answer = 'filled') > 1 then 'two attempts that filled it'
      when count(position) < count(*) and count(*) > 1 or min(position) <> 1 or max(position) <> count(*) or 2 * sum(position) <> count(*) * (count(*) + 1)
        then 'a gap among its attempts'
    end as wrong
  from attempt
  group by request_id
)
where wrong is not null
having count(*) > 0;

select 'an attempt filled a request that was not filled' as broken
where exists (
  from (from attempt where answer = 'filled') as filler
  anti join (from fact_request where role = 'borrowing' and outcome = 'filled' and filled_by = 'lender') as filled using (request_id)
);

select 'a request was sent to lenders and has no attempt' as broken
where exists (
  from fact_request
  join (from request where role = 'borrowing' and trim(rota, ' ,;|>') <> '') as listed using (request_id)
  anti join attempt using (request_id)
  where fact_request.sent_at is not null
);
