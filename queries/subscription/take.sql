update delivery set state = 'sending', n_attempts = n_attempts + 1, attempted_at = ?2
where delivery_id = ?1
