-- deliveries that were taken up too long ago, or after now: nobody makes them any more
select delivery_id
from delivery
where state = 'sending' and (attempted_at < ?1 or attempted_at > ?2)
order by delivery_id
