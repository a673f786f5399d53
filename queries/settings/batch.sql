insert into import_batch (
  batch_id, load_id, imported_at, library, source, content, file, sheet, sha256,
  n_read, n_new, n_changed, n_unchanged, n_rejected, notes
)
select
  coalesce(max(batch_id), 0) + 1, coalesce(max(load_id), 0) + 1, $1, null, 'settings', 'settings', $2, null, $3,
  0, 0, $4, 0, 0, $5
from import_batch
