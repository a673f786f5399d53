select count(*)
from campaign
where removed_at is null
