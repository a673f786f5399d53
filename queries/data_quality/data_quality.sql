-- What is wrong with the data? One row per check: how many of how many. Two checks speak of the loads and libraries of the
-- whole history, and are left out where the rest is split.
with
  counts as (
    select
      by_columns,
      count(*) as n_requests,
      count(*) filter (where created_at is null) as no_created_at,
      count(*) filter (where outcome = 'filled') as n_filled,
      count(*) filter (where outcome = 'filled' and turnaround_us is null) as undated_fill,
      count(*) filter (where is_negative) as negative_duration,
      count(*) filter (where status = 'unknown') as unknown_status,
      count(*) filter (where kind = 'unknown') as unknown_kind,
      count(*) filter (where outcome = 'filled' and (role = 'lending' or role = 'borrowing' and filled_by = 'lender')) as n_with_partner,
      count(*) filter (where outcome = 'filled' and (role = 'lending' or role = 'borrowing' and filled_by = 'lender')
        and coalesce(partner, 'unknown') = 'unknown') as no_partner,
      count(*) filter (where outcome in ('unfilled', 'cancelled')) as n_with_reason,
      count(*) filter (where outcome in ('unfilled', 'cancelled') and coalesce(reason, 'unknown') = 'unknown') as no_reason,
      count(*) filter (where role <> 'lending') as n_of_readers,
      count(*) filter (where role <> 'lending' and coalesce(patron_group, 'unknown') = 'unknown') as no_patron_group,
      count(*) filter (where role <> 'lending' and coalesce(department, 'unknown') = 'unknown') as no_department
    from scope
    group by all
  ),

  asked as (
    select by_columns, request_id, patron_key, epoch_us(created_at) as created_us, kind = 'copy' as is_copy
    from scope
    where role <> 'lending' and patron_key is not null
  ),

  -- A title says something where it has a letter or a digit; its first character mostly tells. Only the titles asked for are
  -- held: all of a long history's would not fit beside the rest.
  titled as (
    select request_id, title, container
    from request semi join asked using (request_id)
    where case when unicode(title) between 97 and 122 or unicode(title) between 65 and 90 then true else regexp_matches(title, '[\p{L}\p{N}]') end
  ),

  named as (
    select by_columns, count(*) as n_named
    from asked semi join titled using (request_id)
    group by all
  ),

  -- Only requests of a reader who asked for something else within a week can be duplicates. Titles are dear to compare.
  near as (
    select *
    from asked
    window same_reader as (partition by patron_key, is_copy order by created_us)
    qualify created_us - lag(created_us) over same_reader <= 7 * 86400000000 or lead(created_us) over same_reader - created_us <= 7 * 86400000000
  ),

  near_titled as (
    select near.*, title, case when is_copy then coalesce(container, '') else '' end as journal
    from near join titled using (request_id)
  ),

  words as (
    select text, regexp_replace(trim(regexp_replace(lower(text), '[^\p{L}\p{N}]+', ' ', 'g')), '^(the|a|an) ', '') as plain
    from (select title as text from near_titled union select journal from near_titled)
  ),

  -- The first of several is none; at one instant the request with the smaller key comes first.
  repeated as (
    select
      near_titled.*,
      created_us - lag(created_us) over (partition by patron_key, is_copy, title_words.plain, journal_words.plain order by created_us, request_id)
        <= 7 * 86400000000 as is_repeated
    from near_titled
    join words title_words on title_words.text = title
    join words journal_words on journal_words.text = journal
  ),

  duplicates as (
    select by_columns, count(*) filter (where is_repeated) as likely_duplicate
    from repeated
    group by all
  ),

  joined as (
    select
      counts.*,
      coalesce(n_named, 0) as n_named,
      coalesce(likely_duplicate, 0) as likely_duplicate
    from counts
    left join named on same_group(counts, named)
    left join duplicates on same_group(counts, duplicates)
  ),

  checks as (
    select
      by_columns,
      typeof(row(by_columns, true)) = 'STRUCT(BOOLEAN)' as is_whole,
      unnest([
        {'check_name': 'rows_rejected', 'of_loads': true,
          'n': (select coalesce(sum(n_rejected), 0) from import_batch)::bigint, 'n_of': (select coalesce(sum(n_read), 0) from import_batch)::bigint,
          'meaning': 'Rows of the files loaded so far that were refused, each time they were loaded.'},
        {'check_name': 'no_created_at', 'of_loads': false, 'n': no_created_at, 'n_of': n_requests,
          'meaning': 'Requests without a date of creation: they are in no month and have no turnaround.'},
        {'check_name': 'undated_fill', 'of_loads': false, 'n': undated_fill, 'n_of': n_filled,
          'meaning': 'Filled requests without a turnaround, as the date of creation or of supply is not known.'},
        {'check_name': 'negative_duration', 'of_loads': false, 'n': negative_duration, 'n_of': n_requests,
          'meaning': 'Requests with a date before their creation, as two clocks or two systems disagree.'},
        {'check_name': 'unknown_status', 'of_loads': false, 'n': unknown_status, 'n_of': n_requests,
          'meaning': 'Requests whose status no profile lists: they count as open.'},
        {'check_name': 'unknown_kind', 'of_loads': false, 'n': unknown_kind, 'n_of': n_requests,
          'meaning': 'Requests of which nobody can say whether they are loans or copies.'},
        {'check_name': 'no_partner', 'of_loads': false, 'n': no_partner, 'n_of': n_with_partner,
          'meaning': 'Requests that a lender filled, or that were filled for a borrower, without saying which library it was.'},
        {'check_name': 'no_reason', 'of_loads': false, 'n': no_reason, 'n_of': n_with_reason,
          'meaning': 'Unfilled and cancelled requests without a known reason.'},
        {'check_name': 'no_patron_group', 'of_loads': false, 'n': no_patron_group, 'n_of': n_of_readers,
          'meaning': 'Requests of the library''s own readers without a patron group.'},
        {'check_name': 'no_department', 'of_loads': false, 'n': no_department, 'n_of': n_of_readers,
          'meaning': 'Requests of the library''s own readers without a department.'},
        {'check_name': 'likely_duplicate', 'of_loads': false, 'n': likely_duplicate, 'n_of': n_named,
          'meaning': 'Requests of a reader for what the same reader had asked for within the seven days before.'},
        {'check_name': 'zone_assumed', 'of_loads': true,
          'n': (select count(*) filter (where not zone_given) from library), 'n_of': (select count(*) from library),
          'meaning': 'Libraries whose time zone nobody has given: their times are taken for UTC.'}
      ], recursive := true)
    from joined
  )

select by_columns, check_name, n, n_of, n / nullif(n_of, 0) as share, meaning
from checks
where is_whole or not of_loads
