-- Sentences that the imports left for their reader.
select batch_id, file, sheet, notes
from import_batch
where notes is not null and notes <> ''
order by batch_id desc
limit 100;
