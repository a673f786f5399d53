update subscription set removed_at = ?2 where id = ?1
