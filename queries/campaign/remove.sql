-- the row stays, with its history
update campaign
set removed_at = ?, revision = revision + 1
where id = ?
