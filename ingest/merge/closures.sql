-- A closure is known by its library and day; a later file may rename it.
create or replace temp table closure_news as
select incoming.library, incoming.day, max(incoming.name) as name
from incoming
anti join closure as held on held.library = incoming.library and held.day = incoming.day and held.name is not distinct from incoming.name
group by incoming.library, incoming.day;

delete from closure using closure_news as news where closure.library = news.library and closure.day = news.day;

insert into closure by name from closure_news;
