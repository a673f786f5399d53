-- The copies that would count if they are of a periodical.
asked as not materialized (
  select request_id, kind, null::varchar as oclc_number, null::varchar as title, null::varchar as author, container, issn, isbn
  from scope
  join (select request_id, container, issn, isbn, publication_year, copyright_compliance from request where role = 'borrowing' and kind = 'copy')
    using (request_id)
  where $contu_limit > 0 and role = 'borrowing' and kind = 'copy' and counted_day is not null
    and (outcome = 'open' or outcome = 'filled' and filled_by = 'lender')
    and copyright_compliance is distinct from 'ccl'
    and coalesce(year(counted_day) - publication_year, 0) between -1 and $contu_years - 1
)
