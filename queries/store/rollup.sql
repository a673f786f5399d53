-- Derives what dashboards ask for by month from fact_request, as of history_state.as_of. Days add up to any span; as
-- quantiles don't, turnaround and stages are finished for each month and each choice of the dimensions kept.

-- 1. Requests per day.
truncate fact_day;

insert into fact_day
select
  created_day, library, source, role, kind, outcome,
  count(*),
  count(*) filter (where not outcome_dated),
  count(*) filter (where us >= 0),
  count(*) filter (where us between 0 and 7 * 86400000000),
  count(*) filter (where us between 0 and 14 * 86400000000),
  count(*) filter (where us between 0 and 30 * 86400000000),
  min(us),
  max(us)
from (
  select *, epoch_us(coalesce(outcome_at, (select as_of from history_state))) - epoch_us(created_at) as us
  from fact_request
)
group by all
order by created_day;

-- 2. The usual time to an outcome, as in queries/scope/usual.sql.
truncate outcome_wait;

insert into outcome_wait
select role, quantile_cont(epoch_us(outcome_at) - epoch_us(created_at), 0.95)::bigint
from fact_request
where outcome_at >= (select as_of from history_state) - to_days(365) and outcome_dated and outcome_at >= created_at
group by role;

-- 3. Lives. First the moments, by steps of 2^24 microseconds: no moment, one, or more lie in a step.
create or replace temp table moment_step as
with
  moments as (
    select epoch_us((select as_of from history_state)) - epoch_us(created_at) as us
    from fact_request
    where outcome = 'open' and created_at > (select as_of from history_state) - to_days(30)
    union
    select unnest([7, 14, 30]) * 86400000000
  ),
  steps as (
    select (us >> 24)::integer as step, min(us) as first_us, list(us) as all_us from moments group by step
  )
select
  step, first_us,
  case when len(all_us) > 1 then all_us end as several_us,
  min(first_us) over (order by step rows between 1 following and unbounded following) as next_us
from (select unnest(range((30 * 86400000000 >> 24) + 1))::integer as step) left join steps using (step);

truncate life_month;

insert into life_month
select
  date_trunc('month', created_day)::date as starts_on, library, source, role, kind, outcome = 'filled' as is_filled,
  case
    when first_us is null then next_us
    when us <= first_us then first_us
    when several_us is null then next_us
    else coalesce(list_min(list_filter(several_us, lambda moment: moment >= us)), next_us)
  end as until_us,
  count(*)
from (select *, epoch_us(outcome_at) - epoch_us(created_at) as us from fact_request where outcome <> 'open')
join moment_step on step = (us >> 24)::integer
where us between 0 and 30 * 86400000000
group by all
order by starts_on;

-- 4. Turnaround by the calendar's clock, as in queries/turnaround/turnaround.sql.
truncate turnaround_month;

insert into turnaround_month
with
  timed as (
    select
      date_trunc('month', created_day)::date as starts_on, library, fact.role, fact.kind,
      turnaround_us >= 0 as is_measured,
      case when turnaround_us >= 0 then turnaround_us end as us,
      us <= target.days * 86400e6 as is_within
    from fact_request fact left join sla_target target on target.role = fact.role and target.kind = fact.kind
    where outcome = 'filled'
  ),
  groups as (
    select
      starts_on, library, role, kind,
      count(*) as n_filled,
      count(*) filter (where is_measured) as n,
      count(*) filter (where is_measured is null) as n_undetermined,
      count(*) filter (where not is_measured) as n_negative,
      quantile_cont(us, [0.5, 0.9]) as quantiles_us,
      avg(us) as mean_us,
      avg(is_within::integer) as share_within_sla
    from timed
    group by starts_on, cube (library, role, kind)
  )
select
  starts_on, library, role, kind, n_filled, n, n_undetermined, n_negative,
  quantiles_us[1] / 86400e6, quantiles_us[2] / 86400e6, mean_us / 86400e6, share_within_sla
from groups
order by starts_on;

-- 5. Stages by the calendar's clock, as in queries/stages/stages.sql.
truncate stages_month;

insert into stages_month
with
  -- The dates that part the stages; dates that a list does not have are null.
  dated as (
    select
      date_trunc('month', created_day)::date as starts_on, library, role, kind,
      case when role <> 'borrowing' then ['processing']
        when kind = 'loan' then ['processing', 'supplier', 'transit', 'receiving']
        else ['processing', 'supplier'] end as stages,
      epoch_us(created_at) as us_0,
      epoch_us(case role when 'borrowing' then sent_at when 'lending' then shipped_at else available_at end) as us_1,
      epoch_us(case when role = 'borrowing' then case kind when 'loan' then shipped_at else available_at end end) as us_2,
      epoch_us(case when role = 'borrowing' and kind = 'loan' then received_at end) as us_3,
      epoch_us(case when role = 'borrowing' and kind = 'loan' then available_at end) as us_4
    from fact_request
    where outcome = 'filled' and (role <> 'borrowing' or filled_by = 'lender')
  ),
  stepped as (
    select
      *,
      us_1 >= us_0 and (len(stages) < 2 or us_2 >= us_1) and (len(stages) < 4 or (us_3 >= us_2 and us_4 >= us_3)) as is_complete,
      case when is_complete then us_1 - us_0 end as step_1,
      case when is_complete then us_2 - us_1 end as step_2,
      case when is_complete then us_3 - us_2 end as step_3,
      case when is_complete then us_4 - us_3 end as step_4
    from dated
  ),
  groups as (
    select
      starts_on, library, role, kind, stages,
      count(*) as n_filled,
      count(*) filter (where is_complete) as n,
      [quantile_cont(step_1, [0.5, 0.9]), quantile_cont(step_2, [0.5, 0.9]),
        quantile_cont(step_3, [0.5, 0.9]), quantile_cont(step_4, [0.5, 0.9])] as quantiles_us,
      [avg(step_1), avg(step_2), avg(step_3), avg(step_4)] as means_us
    from stepped
    group by starts_on, role, kind, stages, cube (library)
  ),
  staged as (
    select *, unnest(stages) as stage, generate_subscripts(stages, 1)::integer as position, list_sum(means_us) as mean_us
    from groups
  )
select
  starts_on, library, role, kind, stage, position, n, n_filled - n,
  quantiles_us[position][1] / 86400e6, quantiles_us[position][2] / 86400e6, means_us[position] / 86400e6,
  means_us[position] / nullif(mean_us, 0),
  coalesce(mean_us > 0 and position = list_position(means_us, list_max(means_us)), false)
from staged
order by starts_on;
