-- A later table's word on an address replaces the earlier one; the same word changes nothing, and a table without e-mail and
-- postal addresses takes none away. Where one table says two things of an address, the alphabet decides.
create or replace temp table contact_news as
with
  latest as (
    select
      library, source, symbol, partner_number,
      max_by((name, email, address), (batch_id, coalesce(email, ''), coalesce(address, ''), coalesce(name, ''))) as said,
      max(batch_id) as batch_id
    from incoming
    where symbol is not null and partner_number is not null and coalesce(email, address) is not null
    group by library, source, symbol, partner_number
  )
select
  latest.library, latest.source, latest.symbol, latest.partner_number,
  said[1] as name, said[2] as email, said[3] as address, latest.batch_id
from latest
anti join partner_contact as held
  on held.library = latest.library and held.source = latest.source
  and held.symbol = latest.symbol and held.partner_number = latest.partner_number
  and held.name is not distinct from said[1] and held.email is not distinct from said[2] and held.address is not distinct from said[3];

delete from partner_contact using contact_news as news
where partner_contact.library = news.library and partner_contact.source = news.source
  and partner_contact.symbol = news.symbol and partner_contact.partner_number = news.partner_number;

insert into partner_contact by name from contact_news;
