-- The copies that count, and those that would if their article's year of publication were known.
select scope.*, null::integer as days_late
from scope
where request_id in (
  select request_id from cited where coalesce(issn_key, journal_key) is not null and (issn_key is not null or isbn_key is null)
)
