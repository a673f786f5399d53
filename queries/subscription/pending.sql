-- deliveries that are to be made now, in order. One that failed in what is now the future failed by a wrong clock.
select delivery.delivery_id
from delivery join subscription on subscription.id = delivery.subscription_id
where subscription.paused_at is null and subscription.removed_at is null
and (delivery.state = 'due' or (delivery.state = 'failed' and (delivery.next_at <= ?1 or delivery.attempted_at > ?1)))
and (?2 = 0 or delivery.delivery_id = ?2)
order by delivery.delivery_id
