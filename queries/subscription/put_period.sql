insert into subscription_period (subscription_id, period, from_day, to_day, due_at, state, claim, note)
values (?, ?, nullif(?, ''), nullif(?, ''), ?, ?, 0, '')
