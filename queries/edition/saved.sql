-- ?1 and ?2 are the same name; empty: all of them
select name, spec, saved_at from saved_report where ? = '' or name = ? order by name
