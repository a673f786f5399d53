-- The copies that count, and those that would if their article's year of publication were known.
select scope.*, null::integer as days_late
from scope join cited using (request_id)
where $contu_limit > 0 and role = 'borrowing' and kind = 'copy' and (outcome = 'open' or outcome = 'filled' and filled_by = 'lender')
  and coalesce(issn_key, journal_key) is not null and (issn_key is not null or isbn_key is null)
  and copyright_compliance is distinct from 'ccl'
  and coalesce(year(counted_day) - publication_year, 0) between -1 and $contu_years - 1 and counted_day is not null
