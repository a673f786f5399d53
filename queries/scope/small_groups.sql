-- The departments and patron groups that a list of requests does not name: those with too few readers in the whole
-- history, and the next larger one, which they are hidden behind: so never one alone.
small_groups as (
  select dimension, value
  from (
    select
      dimension, value,
      n_readers between 1 and $suppress_below - 1 as is_small,
      lag(n_readers between 1 and $suppress_below - 1, 1, false) over (partition by dimension order by value <> 'suppressed', n_readers, value) as is_next
    from reader_count
  )
  where is_small or is_next
)
