-- the periods that a subscription has come to
select period, from_day, to_day, due_at, state, claim, claimed_at, edition_id, letter, note
from subscription_period
where subscription_id = ?1
order by due_at, period
