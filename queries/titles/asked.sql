-- Borrowing requests, put together as the source words them, so that each wording is normalised once, and with it what is
-- counted of a title. Whom and how long is kept in lists, as distinct counts and medians can't be added up.
asked as materialized (
  select
    by_columns,
    kind,
    hash(oclc_number, isbn, title, author, container, issn) as wording, -- six texts cost three times as much to group by
    any_value(oclc_number) as oclc_number, any_value(isbn) as isbn, any_value(title) as title,
    any_value(author) as author, any_value(container) as container, any_value(issn) as issn,
    count(*) as n_requests,
    count(*) filter (where is_filled) as n_filled,
    count(*) filter (where in_window) as n_filled_window,
    list(patron_key) filter (where patron_key is not null) as readers,
    list(patron_key) filter (where patron_key is not null and in_window) as readers_window,
    list(us) filter (where us is not null) as waits_us,
    list(us) filter (where us is not null and in_window and $purchase_wait_days > 0) as waits_window_us,
    sum(paid) as paid, min(paid_in) as first_currency, max(paid_in) as last_currency,
    sum(paid) filter (where in_window) as paid_window,
    min(paid_in) filter (where in_window) as first_currency_window, max(paid_in) filter (where in_window) as last_currency_window
  from (
    select
      scope.*,
      worded.* exclude (request_id),
      outcome = 'filled' as is_filled,
      -- the days before the end of the span, or of as_of's day
      is_filled and counted_day < least($to::date, $as_of::date + 1)
        and counted_day >= least($to::date, $as_of::date + 1) - $purchase_window_days::integer as in_window,
      case when is_filled and turnaround_us >= 0 then case when $is_business then business_us else turnaround_us end end as us,
      case when is_filled then scope.cost end as paid,
      case when paid is not null then coalesce(scope.currency, 'unknown') end as paid_in
    from scope
    join (
      -- only what can name the work, as every wording is one more to put together
      select
        request_id, issn,
        case when kind <> 'copy' then oclc_number end as oclc_number,
        case when kind <> 'copy' then isbn end as isbn,
        case when kind <> 'copy' and nullif(trim(oclc_number), '') is null then author end as author,
        case when kind = 'copy' then container end as container,
        case when kind <> 'copy' or not coalesce(regexp_matches(container, '[\p{L}\p{N}]'), false) then title end as title
      from request
      where role = 'borrowing'
    ) as worded using (request_id)
    where role = 'borrowing'
  )
  group by all
)
