delete from setting where name = ?
