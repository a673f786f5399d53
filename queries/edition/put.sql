insert into edition (
  id, name, period, number, title, spec, from_day, to_day, as_of, generation, last_batch, batch_mark, definitions, version,
  settings_revision, values_hash, content_hash, issued_at
)
values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
