-- A later table's word on a reader replaces the earlier one; the same word changes nothing. Where one table says two
-- things of a reader, the alphabet decides, so that it always decides alike.
create or replace temp table patron_news as
with
  latest as (
    select library, source, patron_key, max_by((patron_group, department, pickup_site), (batch_id, coalesce(patron_group, ''), coalesce(department, ''), coalesce(pickup_site, ''))) as said, max(batch_id) as batch_id
    from incoming
    where patron_key is not null
    group by library, source, patron_key
  )
select latest.library, latest.source, latest.patron_key, said[1] as patron_group, said[2] as department, said[3] as pickup_site, latest.batch_id
from latest
anti join patron as held
  on held.library = latest.library and held.source = latest.source and held.patron_key = latest.patron_key
  and held.patron_group is not distinct from said[1] and held.department is not distinct from said[2]
  and held.pickup_site is not distinct from said[3];

delete from patron using patron_news as news
where patron.library = news.library and patron.source = news.source and patron.patron_key = news.patron_key;

insert into patron by name from patron_news;
