-- Borrowed copies, put together as the source words them: title, author and OCLC number tell nothing of a periodical. Every
-- copy takes part in finding the ISSN of a name; n_filled and n_open count those that a lender filled and those still open.
asked as materialized (
  select
    by_columns,
    'copy' as kind, null::varchar as oclc_number, null::varchar as title, null::varchar as author,
    container, issn, isbn,
    year(counted_day) as asked_year,
    case
      when copyright_compliance is not distinct from 'ccl' or counted_day is null then null -- under other rules, or nobody knows when
      when publication_year is null then 'unknown_year'
      when year(counted_day) - publication_year between -1 and $contu_years - 1 then 'within_rule'
    end as counts_as,
    count(*) filter (where outcome = 'filled' and filled_by = 'lender') as n_filled,
    count(*) filter (where outcome = 'open') as n_open
  from scope
  join (select request_id, container, issn, isbn, publication_year, copyright_compliance from request where role = 'borrowing' and kind = 'copy')
    using (request_id)
  where role = 'borrowing' and kind = 'copy'
  group by all
)
