insert into exposure (dimension, unit, from_day, n_readers)
values (?, ?, ?, ?)
on conflict (dimension, unit, from_day) do update set n_readers = excluded.n_readers
