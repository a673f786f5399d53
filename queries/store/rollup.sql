-- Derives what dashboards ask for by month from fact_request, as of history_state.as_of and of twelve months before it. Days
-- add up to any span; as quantiles don't, turnaround and stages are finished for each month, and for twelve, and each
-- choice of the dimensions kept.

-- The instants.
truncate rollup_instant;

insert into rollup_instant
with
  places as (
    select case when count(distinct zone) = 1 then any_value(zone) end as zone from library
  ),
  newest as (
    select as_of, (date_trunc('month', coalesce(timezone(zone, timezone('UTC', as_of)), as_of)) - to_months(12))::date as year_from
    from history_state cross join places
    where as_of is not null
  )
from newest
union all
select as_of - to_months(12), (year_from - to_months(12))::date from newest;

-- The facts as they stand and as they stood: what queries/scope/facts_cut.sql says of the columns used here.
create or replace temp view fact_at as
select
  as_of, library, source, role, kind, created_at, created_day, sent_at, shipped_at, received_at, available_at, returned_at,
  outcome, outcome_at, outcome_dated, filled_by, turnaround_us, due_day, due_end_at, is_back
from fact_request cross join history_state
union all
select
  as_of, library, source, role, kind, created_at, created_day,
  case when sent_at <= as_of then sent_at end,
  case when shipped_at <= as_of then shipped_at end,
  case when received_at <= as_of then received_at end,
  case when available_at <= as_of then available_at end,
  case when returned_at <= as_of then returned_at end,
  case when is_reopened then 'open' else outcome end,
  case when not is_reopened then outcome_at end,
  outcome_dated and not is_reopened,
  case when not is_reopened then filled_by end,
  case when not is_reopened then turnaround_us end,
  due_day, due_end_at,
  is_back and coalesce(returned_at, closed_at, as_of) <= as_of
from (
  select *, outcome_at > as_of is true as is_reopened
  from fact_request cross join (select min(as_of) as as_of from rollup_instant)
  where coalesce(created_at, least(sent_at, shipped_at, received_at, available_at, returned_at, closed_at, outcome_at), as_of) <= as_of
);

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
  max(us),
  as_of
from (
  select *, epoch_us(coalesce(outcome_at, as_of)) - epoch_us(created_at) as us
  from fact_at
)
group by all
order by as_of, created_day;

-- 2. The usual time to an outcome, as in queries/scope/usual.sql.
truncate outcome_wait;

insert into outcome_wait
select role, quantile_cont(epoch_us(outcome_at) - epoch_us(created_at), 0.95)::bigint, as_of
from fact_at
where outcome_at >= as_of - to_days(365) and outcome_dated and outcome_at >= created_at
group by role, as_of;

-- 3. Lives. First the moments, by steps of 2^24 microseconds: no moment, one, or more lie in a step.
create or replace temp table moment_step as
with
  moments as (
    select as_of, epoch_us(as_of) - epoch_us(created_at) as us
    from fact_at
    where outcome = 'open' and created_at > as_of - to_days(30)
    union
    select as_of, unnest([7, 14, 30]) * 86400000000 from rollup_instant
  ),
  steps as (
    select as_of, (us >> 24)::integer as step, min(us) as first_us, list(us) as all_us from moments group by as_of, step
  )
select
  as_of, step, first_us,
  case when len(all_us) > 1 then all_us end as several_us,
  min(first_us) over (partition by as_of order by step rows between 1 following and unbounded following) as next_us
from (select as_of, unnest(range((30 * 86400000000 >> 24) + 1))::integer as step from rollup_instant) left join steps using (as_of, step);

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
  count(*),
  fact.as_of
from (select *, epoch_us(outcome_at) - epoch_us(created_at) as us from fact_at where outcome <> 'open') fact
join moment_step on moment_step.as_of = fact.as_of and step = (us >> 24)::integer
where us between 0 and 30 * 86400000000
group by all
order by fact.as_of, starts_on;

-- 4. Turnaround by the calendar's clock, as in queries/turnaround/turnaround.sql: each month by every choice of the
-- dimensions, and the last twelve months of each instant by role and kind.
create or replace temp view filled_wait as
select
  as_of, created_day, library, fact.role, fact.kind,
  turnaround_us >= 0 as is_measured,
  case when turnaround_us >= 0 then turnaround_us end as us,
  us <= target.days * 86400e6 as is_within
from fact_at fact left join sla_target target on target.role = fact.role and target.kind = fact.kind
where outcome = 'filled';

create or replace temp macro wait_figures(us, is_measured, is_within) as {
  n_filled: count(*),
  n: count(*) filter (where is_measured),
  n_undetermined: count(*) filter (where is_measured is null),
  n_negative: count(*) filter (where not is_measured),
  quantiles_us: quantile_cont(us, [0.5, 0.9]),
  mean_days: avg(us) / 86400e6,
  share_within_sla: avg(is_within::integer)
};

truncate turnaround_month;

insert into turnaround_month by name
with
  groups as (
    select as_of, date_trunc('month', created_day)::date as starts_on, 1 as months, library, role, kind, wait_figures(us, is_measured, is_within) as figures
    from filled_wait
    where as_of = (select as_of from history_state)
    group by as_of, starts_on, cube (library, role, kind)
    union all
    select as_of, year_from, 12, library, role, kind, wait_figures(us, is_measured, is_within)
    from filled_wait join rollup_instant using (as_of)
    where created_day >= year_from and created_day < year_from + to_months(12)
    group by as_of, year_from, grouping sets ((role, kind), (library, role, kind))
  ),
  written as (
    select * exclude (figures), unnest(figures) from groups
  )
select
  * exclude (quantiles_us),
  quantiles_us[1] / 86400e6 as median_days,
  quantiles_us[2] / 86400e6 as p90_days
from written
order by as_of, starts_on;

-- 5. Stages by the calendar's clock, as in queries/stages/stages.sql. Dates that a list does not have are null.
create or replace temp view filled_steps as
with
  dated as (
    select
      as_of, created_day, library, role, kind,
      case when role <> 'borrowing' then ['processing']
        when kind = 'loan' then ['processing', 'supplier', 'transit', 'receiving']
        else ['processing', 'supplier'] end as stages,
      epoch_us(created_at) as us_0,
      epoch_us(case role when 'borrowing' then sent_at when 'lending' then shipped_at else available_at end) as us_1,
      epoch_us(case when role = 'borrowing' then case kind when 'loan' then shipped_at else available_at end end) as us_2,
      epoch_us(case when role = 'borrowing' and kind = 'loan' then received_at end) as us_3,
      epoch_us(case when role = 'borrowing' and kind = 'loan' then available_at end) as us_4
    from fact_at
    where outcome = 'filled' and (role <> 'borrowing' or filled_by = 'lender')
  )
select
  *,
  us_1 >= us_0 and (len(stages) < 2 or us_2 >= us_1) and (len(stages) < 4 or (us_3 >= us_2 and us_4 >= us_3)) as is_complete,
  case when is_complete then us_1 - us_0 end as step_1,
  case when is_complete then us_2 - us_1 end as step_2,
  case when is_complete then us_3 - us_2 end as step_3,
  case when is_complete then us_4 - us_3 end as step_4
from dated;

create or replace temp macro step_figures(is_complete, step_1, step_2, step_3, step_4) as {
  n_filled: count(*),
  n: count(*) filter (where is_complete),
  quantiles_us: [quantile_cont(step_1, [0.5, 0.9]), quantile_cont(step_2, [0.5, 0.9]),
    quantile_cont(step_3, [0.5, 0.9]), quantile_cont(step_4, [0.5, 0.9])],
  means_us: [avg(step_1), avg(step_2), avg(step_3), avg(step_4)]
};

truncate stages_month;

insert into stages_month by name
with
  groups as (
    select as_of, date_trunc('month', created_day)::date as starts_on, 1 as months, library, role, kind, stages, step_figures(is_complete, step_1, step_2, step_3, step_4) as figures
    from filled_steps
    where as_of = (select as_of from history_state)
    group by as_of, starts_on, role, kind, stages, cube (library)
    union all
    select as_of, year_from, 12, library, role, kind, stages, step_figures(is_complete, step_1, step_2, step_3, step_4)
    from filled_steps join rollup_instant using (as_of)
    where created_day >= year_from and created_day < year_from + to_months(12)
    group by as_of, year_from, role, kind, stages, cube (library)
  ),
  written as (
    select * exclude (figures), unnest(figures) from groups
  ),
  staged as (
    select *, unnest(stages) as stage, generate_subscripts(stages, 1)::integer as position, list_sum(means_us) as mean_us
    from written
  )
select
  as_of, starts_on, months, library, role, kind, stage, position, n,
  n_filled - n as n_undetermined,
  quantiles_us[position][1] / 86400e6 as median_days,
  quantiles_us[position][2] / 86400e6 as p90_days,
  means_us[position] / 86400e6 as mean_days,
  means_us[position] / nullif(mean_us, 0) as share,
  coalesce(mean_us > 0 and position = list_position(means_us, list_max(means_us)), false) as is_bottleneck
from staged
order by as_of, starts_on;

-- 6. Loans by the day they are due, as in queries/overdue/loans.sql. The day of a return beyond all calendars is that of
-- its instant: it is late, or in time, by far.
truncate loan_day;

insert into loan_day
select
  as_of, due_day, library, source, role,
  returned_at is null and not is_back as is_out,
  returned_at is not null as is_returned,
  case when due_end_at is not null then
    greatest(0, returned_at::date + case when returned_at < start_at then -1 when returned_at >= end_at then 1 else 0 end - due_day)
  end as late_days,
  count(*)
from fact_at
left join (select library as day_library, day, start_at, end_at from business_day) on day_library = library and day = returned_at::date
where kind = 'loan' and outcome = 'filled' and role <> 'docdel' and (returned_at is not null or not is_back)
group by all
order by as_of, due_day;

-- 7. What can be chosen.
truncate choice_count;

insert into choice_count
select 'library', library, sum(n) from fact_day where as_of = (select as_of from history_state) group by all
union all
select 'source', source, sum(n) from fact_day where as_of = (select as_of from history_state) group by all
union all
select 'role', role, sum(n) from fact_day where as_of = (select as_of from history_state) group by all
union all
select 'kind', kind, sum(n) from fact_day where as_of = (select as_of from history_state) group by all
union all
select 'network', coalesce(network, 'unknown'), count(*) from fact_request group by all
union all
select 'partner', coalesce(partner, 'unknown'), count(*) from fact_request group by all
union all
select 'department', coalesce(department, 'unknown'), count(*) from fact_request group by all
union all
select 'patron_group', coalesce(patron_group, 'unknown'), count(*) from fact_request group by all;

-- 8. What is doubtful.
truncate doubt_count;

insert into doubt_count
select
  last_batch,
  count(*),
  count(*) filter (where status = 'unknown'),
  count(*) filter (where outcome = 'filled' and turnaround_us is null),
  count(*) filter (where is_negative)
from fact_request
group by all;

truncate unknown_status;

insert into unknown_status
select
  r.library, r.source, r.role,
  coalesce(case when m.status = 'unknown' then m.status_raw end, r.status_raw),
  count(*)
from fact_request f
join request r using (request_id)
left join milestone m using (request_id)
where f.status = 'unknown'
group by all;
