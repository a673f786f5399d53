-- One target per role and kind; a later file's word replaces the earlier one. Of two in one load the longer counts.
create or replace temp table target_news as
select role, kind, max(days) as days
from incoming
group by role, kind;

delete from target_news using sla_target as held where held.role = target_news.role and held.kind = target_news.kind and held.days = target_news.days;

delete from sla_target using target_news as news where sla_target.role = news.role and sla_target.kind = news.kind;

insert into sla_target by name from target_news;
