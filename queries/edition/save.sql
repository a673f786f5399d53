insert into saved_report (name, spec, saved_at) values (?, ?, ?)
on conflict (name) do update set spec = excluded.spec, saved_at = excluded.saved_at
