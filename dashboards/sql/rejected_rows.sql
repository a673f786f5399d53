-- Every refused row that is kept: the first 1,000 of a table.
select r.batch_id::varchar, b.file, coalesce(b.sheet, ''), r.line::varchar, coalesce(r.column_name, ''), r.reason
from reject r join import_batch b using (batch_id)
order by r.batch_id desc, r.line, r.column_name, r.reason;
