-- Every table (file or sheet) that was ever loaded, newest first.
select
  batch_id, load_id, imported_at, library, source, content, file, sheet,
  n_read, n_new, n_changed, n_unchanged, n_rejected
from import_batch
order by batch_id desc
limit 500;
