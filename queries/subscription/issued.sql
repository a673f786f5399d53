update subscription_period set state = 'issued', edition_id = ?4, letter = ?5, note = ''
where subscription_id = ?1 and period = ?2 and claim = ?3 and state in ('issuing', 'waiting')
