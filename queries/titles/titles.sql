-- Which titles do we borrow again and again? The wordings of `asked` that speak of one work, taken together. A journal that
-- goes by its name alone goes by the ISSN that the same name has elsewhere in the scope. What is dear to count is counted
-- of the rows that need it.
issn_of_journal as (
  select journal_key, min(issn_key) as issn_key from cited where issn_key is not null and journal_key is not null group by all
),

keyed as materialized (
  select
    cited.* exclude (wording, issn, isbn, oclc_number, author, issn_found, isbn_found, issn_key, journal_key, work_key),
    kind = 'copy' and work_key is null as is_journal,
    case when is_journal then coalesce(cited.issn_key, known.issn_key) end as issn,
    coalesce(case when is_journal then coalesce(cited.issn_key, known.issn_key, cited.journal_key) else work_key end, '') as work
  from cited
  left join issn_of_journal known on known.journal_key = case when cited.issn_key is null then cited.journal_key end
),

per_title as (
  select
    by_columns,
    kind, is_journal, work,
    any_value(issn) as issn,
    sum(n_requests)::bigint as n_requests,
    sum(n_filled)::bigint as n_filled,
    sum(n_filled_window)::bigint as n_filled_window,
    list(readers_window) as readers_window,
    list(waits_window_us) as waits_window_us,
    case when min(first_currency) = max(last_currency) then sum(paid)::double end as total_cost,
    case when min(first_currency) = max(last_currency) then min(first_currency) end as currency,
    case when min(first_currency_window) = max(last_currency_window) then sum(paid_window) end as cost_window
  from keyed
  group by all
),

judged as (
  select
    * exclude (readers_window, waits_window_us, cost_window),
    case
      when work = '' or n_filled_window < $purchase_requests then false
      else len(list_distinct(flatten(readers_window))) >= $purchase_readers and (
        $purchase_cost = 0 and $purchase_wait_days = 0
        or $purchase_cost > 0 and cost_window >= $purchase_cost
        or $purchase_wait_days > 0 and list_aggregate(flatten(waits_window_us), 'quantile_cont', 0.5) >= $purchase_wait_days * 86400e6
      )
    end is true as purchase_candidate
  from per_title
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

wordings as materialized (
  select
    place, title, container, readers, waits_us, keyed.n_requests as n,
    shown.is_journal, shown.kind, shown.work, isbn_key
  from shown
  join keyed on same_group(shown, keyed) and keyed.kind = shown.kind and keyed.is_journal = shown.is_journal and keyed.work = shown.work
),

counted_readers as (
  select
    place,
    coalesce(len(list_distinct(flatten(list(readers)))), 0) as n_patrons,
    list_aggregate(flatten(list(waits_us)), 'quantile_cont', 0.5) / 86400e6 as median_days
  from wordings
  group by place
),

-- The most frequent wording of each.
spelled as (
  select
    place, n,
    unnest(['title', 'container', 'isbn']) as part,
    unnest([if(not is_journal, title, null), if(is_journal, container, null), if(kind <> 'copy', isbn_key, null)]) as word
  from wordings
  where work <> ''
),

words as (
  select place, part, word, sum(n) as n from spelled where word is not null group by all
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
  kind, n_requests, n_filled,
  n_patrons, median_days, total_cost, currency, n_filled_window, purchase_candidate
from shown
left join named using (place)
left join counted_readers using (place)
