select coalesce(max(number), 0) from edition where name = ? and period = ?
