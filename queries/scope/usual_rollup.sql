-- t95 of each role as the load left it.
select role as usual_role, to_microseconds(t95_us) as t95 from outcome_wait where as_of = $as_of::timestamp
