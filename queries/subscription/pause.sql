update subscription set paused_at = ?2 where id = ?1 and paused_at is null
