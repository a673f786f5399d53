-- What each table left doubtful in the requests that it told of last.
select batch_id, b.file, b.sheet, n_requests, n_unknown_status, n_undetermined, n_negative
from doubt_count left join import_batch b using (batch_id)
order by batch_id desc;
