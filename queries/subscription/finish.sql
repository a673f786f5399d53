update delivery set
    state = ?3, n_failures = ?4, failing_since = ?5, next_at = ?6, sent_at = coalesce(?7, sent_at), note = ?8
where delivery_id = ?1 and n_attempts = ?2 and state in ('sending', 'unclear')
