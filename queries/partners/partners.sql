-- Which partners can we count on? What we asked each lender, from the attempts of the requests in scope, beside what was
-- borrowed from and lent to each partner. The two sides are counted apart and then put together.
with
  today as (
    select library, timezone(zone, timezone('UTC', $as_of::timestamp))::date as local_day from library
  ),

  -- A group of partners is the lender's here, as the request may have ended with another.
  asked as (
    select
      attempts.* replace (coalesce(lender_group.partner_group, 'unknown') as partner_group),
      answer in ('filled', 'no', 'expired') as is_answered,
      case when answer in ('filled', 'no') and answered_at >= asked_at then epoch_us(answered_at) - epoch_us(asked_at) end as response_us
    from attempts left join partner_group lender_group on lender_group.partner = attempts.lender
  ),

  asked_of as (
    select
      by_columns,
      lender as partner,
      count(*) as n_attempts,
      count(*) filter (where is_answered) as n_answered,
      count(*) filter (where answer = 'filled') as n_filled,
      count(*) filter (where answer = 'expired') as n_expired,
      count(*) filter (where was_conditional) as n_conditional,
      count(*) filter (where is_answered and position = 1) as n_first,
      count(*) filter (where answer = 'filled' and position = 1) as n_filled_first,
      count(response_us) as n_responses,
      quantile_cont(response_us, [0.5, 0.9]) as response_quantiles_us
    from asked
    group by all
  ),

  supplied as (
    select
      scope.* replace (coalesce(scope.partner, 'unknown') as partner),
      scope.role = 'borrowing' as is_borrowed,
      case when is_borrowed and turnaround_us >= 0 then case when $is_business then business_us else turnaround_us end <= target.days * 86400e6 end as is_within,
      case when is_borrowed and scope.kind = 'loan' and received_at >= shipped_at then epoch_us(received_at) - epoch_us(shipped_at) end as transit_us,
      case when is_borrowed then cost end as paid,
      case when is_borrowed and cost is not null then coalesce(currency, 'unknown') end as paid_in,
      coalesce(
        not is_borrowed and scope.kind = 'loan' and returned_at is null and not is_back
          and local_day - due_day - $grace_days - $return_transit_days >= 1,
        false
      ) as is_overdue
    from scope
    left join sla_target target on target.role = scope.role and target.kind = scope.kind
    left join today on today.library = scope.library
    where scope.outcome = 'filled' and (scope.role = 'lending' or scope.role = 'borrowing' and filled_by = 'lender')
  ),

  supplied_by as (
    select
      by_columns,
      partner,
      count(*) filter (where is_borrowed) as borrowed,
      count(*) filter (where not is_borrowed) as lent,
      count(*) filter (where is_overdue) as n_overdue,
      quantile_cont(transit_us, 0.5) / 86400e6 as median_transit_days,
      avg(is_within::integer) as share_within_sla,
      count(paid) as n_paid,
      case when min(paid_in) = max(paid_in) then min(paid_in) end as currency,
      case when min(paid_in) = max(paid_in) then sum(paid)::double end as total_cost
    from supplied
    group by all
  ),

  -- Each partner stands once on either side, so that every sum is of one figure and what is missing.
  partners as (
    select
      by_columns,
      partner,
      coalesce(sum(n_attempts), 0)::bigint as n_attempts,
      coalesce(sum(n_answered), 0)::bigint as n_answered,
      coalesce(sum(n_filled), 0)::bigint as n_filled,
      coalesce(sum(n_first), 0)::bigint as n_first,
      coalesce(sum(n_responses), 0)::bigint as n_responses,
      coalesce(sum(borrowed), 0)::bigint as borrowed,
      coalesce(sum(lent), 0)::bigint as lent,
      coalesce(sum(n_overdue), 0)::bigint as n_overdue,
      sum(n_filled_first) as n_filled_first,
      sum(n_expired) as n_expired,
      sum(n_conditional) as n_conditional,
      any_value(response_quantiles_us) as response_quantiles_us,
      any_value(median_transit_days) as median_transit_days,
      any_value(share_within_sla) as share_within_sla,
      any_value(currency) as currency,
      any_value(total_cost) as total_cost,
      any_value(n_paid) as n_paid
    from (from asked_of union all by name from supplied_by)
    group by all
  ),

  -- A rate is drawn towards that of all partners together, as if $min_n more answers had come at that rate.
  cards as (
    select
      by_columns,
      partner, n_attempts, n_answered, n_filled,
      n_filled / nullif(n_answered, 0) as fill_rate,
      (n_filled + $min_n * sum(n_filled) over all_partners / nullif(sum(n_answered) over all_partners, 0))
        / nullif(n_answered + $min_n, 0) as fill_rate_shrunk,
      n_answered < $min_n as is_small,
      n_first,
      n_filled_first / nullif(n_first, 0) as fill_rate_first,
      n_expired / nullif(n_answered, 0) as expired_share,
      n_conditional / nullif(n_attempts, 0) as conditional_share,
      n_responses,
      response_quantiles_us[1] / 86400e6 as median_response_days,
      response_quantiles_us[2] / 86400e6 as p90_response_days,
      median_transit_days,
      share_within_sla,
      borrowed, lent,
      lent - borrowed as balance,
      n_overdue,
      currency,
      total_cost,
      total_cost / nullif(n_paid, 0) as cost_per_filled
    from partners
    window all_partners as (partition by by_columns, true)
  )

select cards.*, coalesce(provisional, false) as provisional
from cards left join maturity on same_group(cards, maturity)
