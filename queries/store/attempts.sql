-- Derives attempt, a borrowing request put to one lender, from the rota, the facts and the events. Runs inside every load
-- after facts.sql. The rota names the lenders in the order of asking; where the request's partner stands in it, those
-- after the partner were never asked.

-- 1. The distinct rotas, read once each: lenders in order, under the names that their aliases stand for.
create or replace temp table rota_lenders as
with
  written as (
    select distinct rota from request where role = 'borrowing' and rota is not null
  ),
  named as (
    select
      rota,
      unnest(list_filter(string_split(translate(upper(rota), ';|> ' || chr(9) || chr(10) || chr(13), ',,,,,,,'), ','), lambda symbol: symbol <> '')) as symbol,
      generate_subscripts(list_filter(string_split(translate(upper(rota), ';|> ' || chr(9) || chr(10) || chr(13), ',,,,,,,'), ','), lambda symbol: symbol <> ''), 1) as position
    from written
  )
select rota, list(coalesce(alias.partner, named.symbol) order by position) as lenders
from named
left join partner_alias alias using (symbol)
group by rota;

-- 2. When each request was sent: the changes to 'sent' that its source records, else its one date.
create or replace temp table send as
with
  told as (
    select distinct request_id, happened_at as sent_at from event where basis = 'source' and to_status = 'sent'
  )
select request_id, sent_at from told semi join (from fact_request where role = 'borrowing') using (request_id)
union all
select request_id, sent_at from fact_request anti join told using (request_id) where role = 'borrowing' and sent_at is not null;

create or replace temp table conditional as
select distinct request_id, happened_at as conditional_at from event where to_status = 'conditional';

create or replace temp table sends as
select request_id, count(*) as n_sends, min(sent_at) as first_sent_at from send group by request_id;

-- 3. What happened between one send and the next, where that can matter: the request was sent more than once, its last
--    lender did not fill it and still it was filled, or it ended unfilled on a day that only an event may tell.
create or replace temp table followed as
select request_id from sends where n_sends > 1
union
select request_id from fact_request where role = 'borrowing' and outcome = 'filled' and (filled_by <> 'lender' or partner is null)
union
select request_id from fact_request where role = 'borrowing' and outcome in ('unfilled', 'cancelled') and outcome_at is null;

create or replace temp table turn as
with
  spans as (
    select
      request_id, sent_at as asked_at,
      row_number() over (partition by request_id order by sent_at) as place,
      lead(sent_at) over (partition by request_id order by sent_at) as next_at
    from send
    semi join followed using (request_id)
  )
select
  spans.request_id, spans.place, spans.asked_at,
  -- the first change after asking is the answer, at the latest the next asking
  least(min(happened_at) filter (where to_status <> 'sent'), any_value(next_at)) as change_at,
  min(happened_at) filter (where to_status = 'conditional') as conditional_at
from spans
left join (from event semi join followed using (request_id)) as change
  on change.request_id = spans.request_id and change.happened_at > spans.asked_at and change.happened_at <= coalesce(spans.next_at, timestamp 'infinity')
group by spans.request_id, spans.place, spans.asked_at;

-- 4. The attempts.
truncate attempt;

insert into attempt by name
with
  conditions as (
    select
      request_id,
      min(conditional_at) as first_conditional_at,
      min(conditional_at) filter (where conditional_at > first_sent_at) as conditional_after_at
    from conditional
    left join sends using (request_id)
    group by request_id
  ),
  borrowed as (
    select
      f.request_id, f.kind, f.partner, f.outcome, f.outcome_at, f.status, f.shipped_at, f.available_at,
      f.outcome = 'filled' and f.filled_by = 'lender' as by_lender,
      f.outcome = 'open' and f.status in ('new', 'in_process') and f.sent_at is null as is_unsent,
      listed.lenders,
      coalesce(len(listed.lenders), 0) as n_lenders,
      -- a lender that was asked twice and ends the list gave its answer the second time
      case when listed.lenders[-1] = f.partner then n_lenders else nullif(list_position(listed.lenders, f.partner), 0) end as partner_place,
      coalesce(sends.n_sends, 0) as n_sends, sends.first_sent_at,
      conditions.first_conditional_at, conditions.conditional_after_at
    from fact_request f
    left join (
      select request_id, lenders
      from request
      join rota_lenders using (rota)
      where role = 'borrowing'
    ) as listed on listed.request_id = f.request_id
    left join sends on sends.request_id = f.request_id
    left join conditions on conditions.request_id = f.request_id
    where f.role = 'borrowing'
  ),
  -- how many lenders were asked, and whether the list itself tells
  counted as (
    select
      *,
      n_lenders > 0 as has_rota,
      case
        when is_unsent then 0
        when n_lenders = 0 then (partner is not null and (by_lender or outcome in ('open', 'unfilled')))::integer
        when by_lender and partner is not null then coalesce(partner_place, n_lenders + 1)
        when outcome = 'open' then coalesce(partner_place, n_lenders)
        else n_lenders
      end as n_asked,
      -- only where sends and attempts are as many does a send tell whose turn it was
      n_sends = n_asked as is_matched
    from borrowed
  ),
  asked as (
    select
      request_id, has_rota, n_asked, is_matched,
      unnest(range(1, n_asked + 1)) as place,
      unnest(case when n_asked > n_lenders then list_append(lenders, partner) else lenders[:n_asked] end) as lender,
      is_matched and n_sends > 1 as has_turns,
      first_sent_at, first_conditional_at, conditional_after_at,
      case when by_lender and partner is null then null else 'no' end as earlier_answer,
      case
        when outcome = 'filled' and by_lender then if(partner is null, null, 'filled')
        when outcome = 'filled' then 'no'
        when outcome = 'unfilled' then if(status = 'expired', 'expired', 'no')
        when outcome = 'cancelled' then 'withdrawn'
        else if(status = 'conditional', 'conditional', 'open')
      end as last_answer,
      case when outcome in ('unfilled', 'cancelled') then outcome_at end as ended_at,
      coalesce(shipped_at, available_at) as supplied_at,
      coalesce(shipped_at, case when kind <> 'loan' then available_at end) as told_at
    from counted
    where n_asked > 0
  ),
  turned as (
    select *, place = n_asked as is_last, case when is_matched then place end as turn_place from asked
  ),
  answered as (
    select
      turned.* exclude (turn_place),
      if(is_last, last_answer, earlier_answer) as answer,
      case
        when has_turns then turn.asked_at
        when is_matched or turned.place = 1 and has_rota then first_sent_at
      end as asked_at,
      turn.change_at,
      if(has_turns, turn.conditional_at, conditional_after_at) as own_conditional_at
    from turned
    left join turn on turn.request_id = turned.request_id and turn.place = turned.turn_place
  )
select
  request_id,
  case when has_rota then place end as position,
  lender,
  asked_at,
  case
    -- a condition is the lender's answer: its clock stops there, the reader's runs on
    when answer = 'filled' then if(asked_at is not null and own_conditional_at < supplied_at, own_conditional_at, told_at)
    when is_last and ended_at is not null then ended_at
    when answer = 'conditional' then if(asked_at is null, first_conditional_at, own_conditional_at)
    when is_matched and answer is distinct from 'open' then change_at
  end as answered_at,
  answer,
  coalesce(answer = 'conditional', false)
    or if(is_matched, own_conditional_at is not null, is_last and first_conditional_at is not null) as was_conditional
from answered;
