-- Which titles do we borrow again and again? Borrowing requests, taken together by the work they ask for. A journal that
-- goes by its name alone goes by the ISSN that the same name has elsewhere in the scope. The most frequent spelling is
-- looked up for the rows that are shown only.
wanted as materialized (
  select
    by_columns,
    request_id, kind, patron_key, issn_key, journal_key, work_key,
    outcome = 'filled' as is_filled,
    -- the days before the end of the span, or of as_of's day
    outcome = 'filled' and counted_day < least($to::date, $as_of::date + 1)
      and counted_day >= least($to::date, $as_of::date + 1) - $purchase_window_days::integer as in_window,
    case when outcome = 'filled' and turnaround_us >= 0 then case when $is_business then business_us else turnaround_us end end as us,
    case when outcome = 'filled' then cost end as paid,
    case when outcome = 'filled' and cost is not null then coalesce(currency, 'unknown') end as paid_in
  from scope join cited using (request_id)
  where role = 'borrowing'
),

issn_of_journal as (
  select journal_key, min(issn_key) as issn_key
  from wanted
  where kind = 'copy' and issn_key is not null and journal_key is not null
  group by all
),

keyed as not materialized (
  select
    wanted.* exclude (issn_key, journal_key, work_key),
    kind = 'copy' and work_key is null as is_journal,
    case when is_journal then coalesce(wanted.issn_key, known.issn_key) end as issn,
    coalesce(case when is_journal then coalesce(wanted.issn_key, known.issn_key, wanted.journal_key) else work_key end, '') as work
  from wanted
  left join issn_of_journal known on known.journal_key = case when wanted.kind = 'copy' and wanted.issn_key is null then wanted.journal_key end
),

figures as (
  select
    by_columns,
    kind, is_journal, work,
    any_value(issn) as issn,
    count(*) as n_requests,
    count(*) filter (where is_filled) as n_filled,
    count(distinct patron_key) as n_patrons,
    quantile_cont(us, 0.5) / 86400e6 as median_days,
    case when min(paid_in) = max(paid_in) then sum(paid)::double end as total_cost,
    case when min(paid_in) = max(paid_in) then min(paid_in) end as currency,
    count(*) filter (where in_window) as n_filled_window,
    count(distinct patron_key) filter (where in_window) as n_readers_window,
    case when min(paid_in) filter (where in_window) = max(paid_in) filter (where in_window) then sum(paid) filter (where in_window) end as cost_window,
    quantile_cont(us, 0.5) filter (where in_window and $purchase_wait_days > 0) / 86400e6 as median_days_window
  from keyed
  group by all
),

judged as (
  select
    *,
    work <> '' and n_filled_window >= $purchase_requests and n_readers_window >= $purchase_readers and (
      $purchase_cost = 0 and $purchase_wait_days = 0
      or $purchase_cost > 0 and coalesce(cost_window >= $purchase_cost, false)
      or $purchase_wait_days > 0 and coalesce(median_days_window >= $purchase_wait_days, false)
    ) as purchase_candidate
  from figures
),

shown as materialized (
  select *, row_number() over () as place
  from (
    select
      *,
      row_number() over (
        partition by by_columns, true
        order by purchase_candidate desc, n_filled_window desc, n_requests desc, kind, work = '', work, is_journal
      ) as rank
    from judged
  )
  where rank <= $top or $top = 0
),

spelled as (
  select
    place,
    case when not shown.is_journal then title end as title,
    case when shown.is_journal then container end as container,
    case when shown.kind <> 'copy' then isbn_key end as isbn,
    count(*) as n
  from shown
  join keyed on same_group(shown, keyed) and keyed.kind = shown.kind and keyed.is_journal = shown.is_journal and keyed.work = shown.work
  join cited using (request_id)
  where shown.work <> ''
  group by all
),

words as (
  select place, part, word, sum(n) as n
  from (select place, n, unnest(['title', 'container', 'isbn']) as part, unnest([title, container, isbn]) as word from spelled)
  where word is not null
  group by all
),

named as (
  select
    place,
    arg_min(word, row(-n, word)) filter (where part = 'title') as title,
    arg_min(word, row(-n, word)) filter (where part = 'container') as container,
    arg_min(word, row(-n, word)) filter (where part = 'isbn') as isbn
  from words
  group by place
)

select
  by_columns,
  case when work = '' then 'unknown' else title end as title,
  container,
  coalesce(issn, isbn) as issn,
  kind, n_requests, n_filled, n_patrons, median_days, total_cost, currency, n_filled_window, purchase_candidate
from shown left join named using (place)
