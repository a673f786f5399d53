update subscription_period set state = 'issuing', claim = claim + 1, claimed_at = ?3
where subscription_id = ?1 and period = ?2 and state = 'waiting'
returning claim
