-- The file is the whole list: groups that it leaves out have no weight. The same list again changes nothing. Of two weights
-- for one group the larger counts.
create or replace temp table weight_news as
select patron_group, max(weight) as weight
from incoming
group by patron_group;

delete from patron_group_weight
where exists (from weight_news) -- a file of which no row could be read says nothing
  and (exists (from weight_news anti join patron_group_weight using (patron_group, weight))
    or exists (from patron_group_weight as held anti join weight_news using (patron_group, weight)));

insert into patron_group_weight by name from weight_news where not exists (from patron_group_weight);
