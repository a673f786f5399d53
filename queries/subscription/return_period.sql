update subscription_period set state = 'waiting', note = ?4
where subscription_id = ?1 and period = ?2 and claim = ?3 and state = 'issuing'
