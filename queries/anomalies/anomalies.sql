-- Which months lie outside what was to be expected, and what explains most of it? The months of the forecast that lie
-- outside their band, each with the one value of a dimension whose requests have changed most, against the same month a
-- year earlier, in the direction in which the month's requests have.
with
  forecasts as materialized (
forecast.sql
  ),

  outside as (
    select * from forecasts where is_outside
  ),

  -- The days of each and of the month a year earlier, so that the history is read of those days only. A month may be
  -- both, for two years.
  compared as (
    select
      by_columns,
      month as outside_month,
      is_now,
      unnest(range(month - to_months(months_back), month - to_months(months_back - 1), interval 1 day))::date as day
    from outside, (values (true, 0), (false, 12)) years (is_now, months_back)
  ),

  told as (
    select
      scope.*,
      outside_month,
      is_now,
      scope.role as of_role,
      scope.kind as of_kind,
      coalesce(scope.partner, 'unknown') as of_partner,
      coalesce(scope.department, 'unknown') as of_department,
      coalesce(scope.patron_group, 'unknown') as of_patron_group,
      scope.library as of_library,
      coalesce(scope.network, 'unknown') as of_network
    from scope
    join compared on scope.created_day = compared.day and same_group(scope, compared)
  ),

  counts as (
    select
      by_columns,
      outside_month,
      list_position(
        [grouping(of_role), grouping(of_kind), grouping(of_partner), grouping(of_department), grouping(of_patron_group), grouping(of_library), grouping(of_network)],
        0
      ) as place,
      coalesce(of_role, of_kind, of_partner, of_department, of_patron_group, of_library, of_network) as value,
      count(*) filter (where is_now) as value_n,
      count(*) filter (where not is_now) as value_before
    from told
    group by grouping sets (
      (by_columns, outside_month, of_role),
      (by_columns, outside_month, of_kind),
      (by_columns, outside_month, of_partner),
      (by_columns, outside_month, of_department),
      (by_columns, outside_month, of_patron_group),
      (by_columns, outside_month, of_library),
      (by_columns, outside_month, of_network)
    )
  ),

  -- Departments and patron groups where a month has a value of few readers: naming another value would tell it, as
  -- what is left of the month.
  readers as (
    select
      by_columns,
      outside_month,
      is_now,
      list_position([grouping(of_department), grouping(of_patron_group)], 0) + 3 as place,
      count(distinct patron_key) filter (where of_role <> 'lending') + count(*) filter (where of_role <> 'lending' and patron_key is null) as n_readers
    from told
    where $suppress_below > 0
    group by grouping sets (
      (by_columns, outside_month, is_now, of_department),
      (by_columns, outside_month, is_now, of_patron_group)
    )
  ),

  revealing as (
    select by_columns, outside_month, place
    from readers
    where n_readers between 1 and $suppress_below - 1
    group by all
  ),

  -- A dimension with one value only would explain all of it and say nothing.
  several as (
    select *
    from counts
    qualify count(*) over (partition by by_columns, outside_month, place) > 1
  ),

  -- What there was a year earlier; each request has one role.
  before as (
    select by_columns, outside_month, sum(value_n)::bigint as n_now, sum(value_before)::bigint as n_before
    from counts
    where place = 1
    group by all
  ),

  candidates as (
    select several.*, value_n - value_before as value_difference, abs(value_difference) as moved
    from several
    join before on same_group(several, before) and before.outside_month = several.outside_month
    anti join revealing on same_group(several, revealing) and revealing.outside_month = several.outside_month and revealing.place = several.place
    where value_n + value_before >= 10
      and sign(value_n - value_before) * sign(n_now - n_before) = 1
  ),

  explained as (
    select *
    from candidates
    qualify row_number() over (partition by by_columns, outside_month order by moved desc, place, value) = 1
  ),

  listed as (
    select outside.*, n_before, place, value, value_n, value_before, value_difference
    from outside
    left join before on same_group(outside, before) and before.outside_month = outside.month
    left join explained on same_group(outside, explained) and explained.outside_month = outside.month
  )

select
  by_columns,
  month,
  n_requests,
  expected,
  lo,
  hi,
  n_requests - expected as difference,
  ['role', 'kind', 'partner', 'department', 'patron_group', 'library', 'network'][place] as dimension,
  value,
  value_n,
  value_before,
  value_difference,
  value_difference / nullif(n_requests - n_before, 0) as share_of_difference
from listed
