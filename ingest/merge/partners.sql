-- A later table's word on a partner replaces the earlier one; the same word changes nothing. Where one table says two
-- things of a partner, the alphabet decides, so that it always decides alike.
create or replace temp table partner_news as
with
  latest as (
    select library, source, partner_number, max_by((symbol, name), (batch_id, coalesce(symbol, ''), coalesce(name, ''))) as said, max(batch_id) as batch_id
    from incoming
    where partner_number is not null
    group by library, source, partner_number
  )
select latest.library, latest.source, latest.partner_number, said[1] as symbol, said[2] as name, latest.batch_id
from latest
anti join partner as held
  on held.library = latest.library and held.source = latest.source and held.partner_number = latest.partner_number
  and held.symbol is not distinct from said[1] and held.name is not distinct from said[2];

delete from partner using partner_news as news
where partner.library = news.library and partner.source = news.source and partner.partner_number = news.partner_number;

insert into partner by name from partner_news;
