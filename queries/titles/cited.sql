-- What names the work that a row of `asked` speaks of (kind, title, author, container, issn, isbn, oclc_number as the source
-- has them), in a form that two spellings share: copies go by their journal, the rest by the book. doc.md has the rules.
cited as not materialized (
  select
    *,
    case
      when issn_key is not null or journal_key is not null then null -- a copy: its journal tells
      else coalesce(
        case when kind <> 'copy' then coalesce(nullif(trim(oclc_number), ''), isbn_key) end,
        nullif(regexp_replace(trim(regexp_replace(lower(title), '[^\p{L}\p{N}]+', ' ', 'g')), '^(the|a|an) ', ''), '')
          || if(kind = 'copy', '', '|' || coalesce(regexp_replace(trim(regexp_replace(lower(author), '[^\p{L}\p{N}]+', ' ', 'g')), '^(the|a|an) ', ''), ''))
      )
    end as work_key
  from (
    select
      *,
      case length(isbn_found)
        when 13 then isbn_found
        when 10 then '978' || isbn_found[:9] ||
          (10 - list_sum(list_transform(range(1, 13), lambda i: ('978' || isbn_found)[i]::integer * if(i % 2 = 1, 1, 3))) % 10)::integer % 10
      end as isbn_key
    from (
      select
        *,
        upper(issn_found[:4] || '-' || issn_found[-4:]) as issn_key,
        replace(coalesce(
          nullif(regexp_extract(translate(isbn, 'x-–', 'X'), '(?:^|[^0-9X])(97[89] ?(?:[0-9] ?){9}[0-9]|(?:[0-9] ?){9}[0-9X])(?:[^0-9X]|$)', 1), ''),
          nullif(regexp_extract(translate(issn, 'x-–', 'X'), '(?:^|[^0-9X])(97[89] ?(?:[0-9] ?){9}[0-9]|(?:[0-9] ?){9}[0-9X])(?:[^0-9X]|$)', 1), '')
        ), ' ', '') as isbn_found
      from (
        select
          *,
          case when kind = 'copy' then
            nullif(regexp_extract(issn, '(?:^|[^0-9-])([0-9]{4}[-–]?[0-9]{3}[0-9Xx])(?:[^0-9A-Za-z-]|$)', 1), '')
          end as issn_found,
          case when kind = 'copy' then
            nullif(regexp_replace(trim(regexp_replace(lower(container), '[^\p{L}\p{N}]+', ' ', 'g')), '^(the|a|an) ', ''), '')
          end as journal_key
        from asked
      )
    )
  )
)
