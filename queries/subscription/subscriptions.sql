-- every subscription, or the one of an id, removed ones too
select id, report, kind, schedule, formats, recipients, attach, link, folder, language, paper, created_at, since, paused_at, removed_at
from subscription
where ?1 = '' or id = ?1
order by id
