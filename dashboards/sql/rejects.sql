-- Why rows were refused: per table, column and reason, with the first lines. Only the first 1,000 of a table are kept.
select
  r.batch_id, b.file, b.sheet, r.column_name, r.reason,
  count(*) as n_rows,
  array_to_string(list(r.line order by r.line)[:5], ', ') as first_lines
from reject r join import_batch b using (batch_id)
group by all
order by r.batch_id desc, n_rows desc, r.reason
limit 500;
