
select * exclude (target_days, waited_us), null::integer as days_late from late
