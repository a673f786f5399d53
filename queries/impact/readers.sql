-- Readers of each unit over the whole history, where the load has not counted them: see the table reader_count.
select unit, count(distinct patron_key) + count(*) - count(patron_key) as n
from counted
group by all
