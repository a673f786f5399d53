-- only the first look counts
update campaign
set window_frozen_at = ?
where id = ? and window_frozen_at is null and removed_at is null
