-- One group per partner; a later file's word replaces the earlier one.
create or replace temp table group_news as
select upper(trim(incoming.partner)) as partner, trim(max(incoming.partner_group)) as partner_group
from incoming
group by upper(trim(incoming.partner));

delete from group_news using partner_group as held where held.partner = group_news.partner and held.partner_group = group_news.partner_group;

delete from partner_group using group_news as news where partner_group.partner = news.partner;

insert into partner_group by name from group_news;
