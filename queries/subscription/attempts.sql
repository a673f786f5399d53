select attempt, at, result, note from delivery_attempt where delivery_id = ? order by rowid
