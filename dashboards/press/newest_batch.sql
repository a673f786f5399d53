-- an import by its number; without one the newest
select batch_id, strftime(imported_at, '%Y-%m-%dT%H:%M:%S.%f') || ' ' || sha256 as mark
from import_batch
where $1::integer is null or batch_id = $1::integer
order by batch_id desc
limit 1
