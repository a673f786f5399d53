-- The readers of each department and patron group over the whole history; see table reader_count.
truncate reader_count;

insert into reader_count
select 'department', coalesce(department, 'unknown') as value, count(distinct patron_key) + count(*) - count(patron_key)
from fact_request
group by value
union all
select 'patron_group', coalesce(patron_group, 'unknown') as value, count(distinct patron_key) + count(*) - count(patron_key)
from fact_request
group by value;
