-- ?1 and ?2 are the same id; empty: all of them
with
  described as (
    select edition_id, json_group_array(json_object('format', format, 'name', file_name, 'size', n_bytes, 'sha256', sha256) order by format) as files
    from edition_file
    group by edition_id
  )
select
  id, name, period, number, title, spec, from_day, to_day, as_of, generation, last_batch, batch_mark, definitions, version,
  settings_revision, values_hash, content_hash, issued_at, coalesce(files, '[]')
from edition
left join described on edition_id = id
where ? = '' or id = ?
order by issued_at desc, id desc
