-- deliveries, all or one or those of a subscription, newest first
select
    delivery.delivery_id, delivery.subscription_id, delivery.period, delivery.channel, delivery.target, delivery.message_id, delivery.state,
    delivery.n_attempts, delivery.n_failures, delivery.failing_since, delivery.attempted_at, delivery.next_at, delivery.sent_at,
    delivery.note, subscription_period.edition_id, subscription_period.letter
from delivery join subscription_period using (subscription_id, period)
where (?1 = 0 or delivery.delivery_id = ?1) and (?2 = '' or delivery.subscription_id = ?2)
order by delivery.delivery_id desc
