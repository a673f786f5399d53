insert into edition_values (edition_id, content) values (?, ?)
