-- What names the work that a request asks for, in a form that two spellings share: copies go by their journal, the rest
-- by the book. doc.md has the rules. Each column is computed only where a statement reads it.
cited as not materialized (
  select
    request_id, title, container, publication_year, copyright_compliance, issn_key, isbn_key, journal_key,
    case
      when kind <> 'copy' then coalesce(nullif(trim(oclc_number), ''), isbn_key, title_key || '|' || coalesce(author_key, ''))
      when issn_key is null and journal_key is null then title_key
    end as work_key -- of a copy: only where no journal is named
  from (
    select
      * exclude (isbn),
      nullif(issn_found.first || '-' || upper(issn_found.last), '-') as issn_key,
      case length(isbn_found)
        when 13 then isbn_found
        when 10 then '978' || isbn_found[:9] ||
          (10 - list_sum(list_transform(range(1, 13), lambda i: ('978' || isbn_found)[i]::integer * if(i % 2 = 1, 1, 3))) % 10)::integer % 10
      end as isbn_key,
      nullif(regexp_replace(trim(regexp_replace(lower(container), '[^\p{L}\p{N}]+', ' ', 'g')), '^(the|a|an) ', ''), '') as journal_key,
      nullif(regexp_replace(trim(regexp_replace(lower(title), '[^\p{L}\p{N}]+', ' ', 'g')), '^(the|a|an) ', ''), '') as title_key,
      nullif(regexp_replace(trim(regexp_replace(lower(author), '[^\p{L}\p{N}]+', ' ', 'g')), '^(the|a|an) ', ''), '') as author_key
    from (
      select
        *,
        regexp_extract(issn, '(?:^|[^0-9-])([0-9]{4})[-–]?([0-9]{3}[0-9Xx])(?:[^0-9A-Za-z-]|$)', ['first', 'last']) as issn_found,
        -- what stands in isbn comes first, and numbers without blanks before those with
        regexp_extract(
          upper(concat_ws(';', translate(isbn, '-–', ''), translate(isbn, '-– ', ''), translate(issn, '-–', ''), translate(issn, '-– ', ''))),
          '(?:^|[^0-9X])([0-9]{13}|[0-9]{9}[0-9X])(?:[^0-9X]|$)', 1) as isbn_found
      from request
      where role = 'borrowing'
    )
  )
)
