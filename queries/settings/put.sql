insert into setting (name, value) values (?, ?)
on conflict (name) do update set value = excluded.value
