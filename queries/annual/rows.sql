-- Every request that falls under a rule.
select *, null::integer as days_late from scope where is_outcome or not $is_period
