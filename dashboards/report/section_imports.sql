-- The tables (files or sheets) that were loaded since an instant, newest first, and how many there were in all.
select
  imported_at, library, source, content, file, sheet, n_read, n_new, n_changed, n_unchanged, n_rejected,
  count(*) over () as n_tables
from import_batch
where imported_at >= $1::timestamp
order by batch_id desc
limit $2
