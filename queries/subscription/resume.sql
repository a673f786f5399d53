-- what was due during the pause does not count
update subscription set paused_at = null, since = ?2 where id = ?1 and paused_at is not null
