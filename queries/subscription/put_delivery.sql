insert into delivery (subscription_id, period, channel, target, message_id, state, n_attempts, n_failures, note)
values (?, ?, ?, ?, ?, 'due', 0, 0, '')
