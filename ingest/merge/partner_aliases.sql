-- One partner per symbol; a later file's word replaces the earlier one.
create or replace temp table alias_news as
select upper(trim(incoming.symbol)) as symbol, upper(trim(max(incoming.partner))) as partner
from incoming
group by upper(trim(incoming.symbol));

delete from alias_news using partner_alias as held where held.symbol = alias_news.symbol and held.partner = alias_news.partner;

delete from partner_alias using alias_news as news where partner_alias.symbol = news.symbol;

insert into partner_alias by name from alias_news;
