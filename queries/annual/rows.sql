-- Every request that falls under a rule.
select * exclude (direction, form, is_own, rule), null::integer as days_late from ruled
