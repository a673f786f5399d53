insert into delivery_attempt (delivery_id, attempt, at, result, note) values (?, ?, ?, ?, ?)
