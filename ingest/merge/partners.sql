-- A later table's word on a partner replaces the earlier one; the same word changes nothing. A number that one table gives
-- to several libraries, as where ILLiad counts the addresses of each anew, names none of them: unknown, rather than wrong.
create or replace temp table partner_news as
with
  newest as (
    select *
    from incoming
    where partner_number is not null
    qualify batch_id = max(batch_id) over (partition by library, source, partner_number)
  ),
  latest as (
    select library, source, partner_number, batch_id,
      case when count(distinct upper(trim(symbol))) <= 1 then max((symbol, name)) end as said
    from newest
    group by all
  )
select latest.library, latest.source, latest.partner_number, said[1] as symbol, said[2] as name, latest.batch_id
from latest
anti join partner as held
  on held.library = latest.library and held.source = latest.source and held.partner_number = latest.partner_number
  and held.symbol is not distinct from said[1] and held.name is not distinct from said[2];

delete from partner using partner_news as news
where partner.library = news.library and partner.source = news.source and partner.partner_number = news.partner_number;

insert into partner by name from partner_news;
