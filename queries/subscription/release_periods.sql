-- periods whose issuing was begun too long ago, or after now, wait again
update subscription_period set state = 'waiting', note = 'the process that made the report ended before it was done'
where state = 'issuing' and (claimed_at < ?1 or claimed_at > ?2)
