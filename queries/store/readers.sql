-- The readers of each department and patron group over the whole history; see table reader_count. Another library's
-- requests are no reader's of ours: counted, they would make unknown, where most of them stand, the largest of all.
truncate reader_count;

insert into reader_count
with
  asked as (
    select
      coalesce(department, 'unknown') as department, coalesce(patron_group, 'unknown') as patron_group, patron_key,
      role <> 'lending' as is_of_reader
    from fact_request
  )
select 'department', department as value, count(distinct patron_key) filter (where is_of_reader) + count(*) filter (where is_of_reader and patron_key is null)
from asked
group by value
union all
select 'patron_group', patron_group as value, count(distinct patron_key) filter (where is_of_reader) + count(*) filter (where is_of_reader and patron_key is null)
from asked
group by value;
