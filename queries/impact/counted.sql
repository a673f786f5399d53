-- What a campaign's outcomes are counted of: the requests of the readers that its panel is limited to, each with its
-- unit, and whether the outcome is read of it. Stands before every statement below as the table counted; unit_column is
-- written in by the caller.
counted as not materialized (
  select
    *,
    unit_column as unit,
    case $outcome
      when 'fill_rate' then outcome in ('filled', 'unfilled')
      when 'median_turnaround' then outcome = 'filled' and turnaround_us >= 0
      else true
    end as is_read
  from fact_request
  where list_contains($roles::varchar[], role)
    and (reason is null or reason not in ('duplicate', 'created_in_error'))
    and (len($departments::varchar[]) = 0 or list_contains($departments::varchar[], coalesce(department, 'unknown')))
    and (len($patron_groups::varchar[]) = 0 or list_contains($patron_groups::varchar[], coalesce(patron_group, 'unknown')))
    and (len($libraries::varchar[]) = 0 or list_contains($libraries::varchar[], library))
)
