-- Is a journal near the CONTU limit? Copies ordered from other libraries, filled or still open, of articles young enough,
-- per periodical and calendar year of the request. Spellings and volumes of one periodical are counted together, as in
-- titles. Every borrowed copy takes part in finding the ISSN of a name, those that count in the rest.
copies as materialized (
  select
    by_columns,
    year(counted_day) as asked_year, issn_key, journal_key, container,
    isbn_key is not null and issn_key is null as is_chapter,
    case
      when copyright_compliance is not distinct from 'ccl' or year(counted_day) is null then null -- under other rules
      when publication_year is null then 'unknown_year'
      when year(counted_day) - publication_year between -1 and $contu_years - 1 then 'within_rule'
    end as counts_as,
    outcome = 'filled' and filled_by = 'lender' as is_filled,
    outcome = 'open' as is_open,
    count(*) as n
  from scope join cited using (request_id)
  where role = 'borrowing' and kind = 'copy'
  group by all
),

issn_of_journal as (
  select journal_key, min(issn_key) as issn_key from copies where issn_key is not null and journal_key is not null group by all
),

counted_copies as (
  select
    copies.* exclude (issn_key, journal_key),
    coalesce(copies.issn_key, known.issn_key) as issn,
    coalesce(issn, copies.journal_key) as periodical
  from copies
  left join issn_of_journal known on known.journal_key = case when copies.issn_key is null then copies.journal_key end
  where (is_filled or is_open) and counts_as is not null and not is_chapter and periodical is not null
),

periodicals as (
  select
    by_columns,
    asked_year, periodical,
    any_value(issn) as issn,
    coalesce(sum(n) filter (where counts_as = 'within_rule'), 0) as n_within_rule,
    coalesce(sum(n) filter (where counts_as = 'within_rule' and is_filled), 0) as n_filled,
    coalesce(sum(n) filter (where counts_as = 'within_rule' and is_open), 0) as n_open,
    coalesce(sum(n) filter (where counts_as = 'unknown_year'), 0) as n_unknown_year
  from counted_copies
  group by all
),

spellings as (
  select
    by_columns,
    asked_year, periodical, container, sum(n) as n
  from counted_copies
  where container is not null
  group by all
),

named as (
  select
    by_columns,
    asked_year, periodical, arg_min(container, row(-n, container)) as container
  from spellings
  group by all
),

spelled as (
  select periodicals.*, named.container
  from periodicals
  left join named on same_group(periodicals, named) and named.asked_year = periodicals.asked_year and named.periodical = periodicals.periodical
),

ranked as (
  select
    *,
    row_number() over (
      partition by by_columns, true order by asked_year desc, n_within_rule desc, n_unknown_year desc, container, issn
    ) as rank
  from spelled
)

select
  by_columns,
  container, issn, asked_year::integer as year,
  n_within_rule, n_filled, n_open, n_unknown_year,
  $contu_limit::integer as "limit",
  greatest($contu_limit - n_within_rule, 0) as n_left,
  n_within_rule > $contu_limit as over_limit,
  n_within_rule between $contu_limit - 1 and $contu_limit as near_limit
from ranked
where $contu_limit > 0 and (rank <= $top or $top = 0)
