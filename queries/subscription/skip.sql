update subscription_period set state = 'skipped', note = '' where subscription_id = ? and period = ? and state = 'waiting'
