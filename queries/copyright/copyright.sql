-- Which journals are near the CONTU limit? Copies ordered from other libraries, filled or still open, of articles young
-- enough, per periodical and calendar year of the request. Spellings of one periodical are counted together, as in titles.
issn_of_journal as (
  select journal_key, min(issn_key) as issn_key from cited where issn_key is not null and journal_key is not null group by all
),

copies as materialized (
  select
    by_columns,
    asked_year, container, counts_as, n_filled, n_open,
    coalesce(cited.issn_key, known.issn_key) as periodical_issn,
    coalesce(periodical_issn, cited.journal_key) as periodical
  from cited
  left join issn_of_journal known on known.journal_key = case when cited.issn_key is null then cited.journal_key end
  where n_filled + n_open > 0 and counts_as is not null
    and periodical is not null
    and (cited.issn_key is not null or isbn_key is null) -- an ISBN alone: a chapter of a book
),

periodicals as (
  select
    by_columns,
    asked_year, periodical,
    any_value(periodical_issn) as issn,
    coalesce(sum(n_filled) filter (where counts_as = 'within_rule'), 0)::bigint as n_filled,
    coalesce(sum(n_open) filter (where counts_as = 'within_rule'), 0)::bigint as n_open,
    coalesce(sum(n_filled + n_open) filter (where counts_as = 'unknown_year'), 0)::bigint as n_unknown_year
  from copies
  group by all
),

spellings as (
  select
    by_columns,
    asked_year, periodical, container, sum(n_filled + n_open) as n
  from copies
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
  select periodicals.*, n_filled + n_open as n_within_rule, named.container
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
