-- What the library did and when. Days are ISO dates, instants RFC 3339 in UTC, lists JSON arrays of names.
-- A record that was removed keeps its row, so that its history and its first look at results are not lost.
create table campaign (
    id text not null primary key collate nocase,
    revision integer not null,
    name text not null,
    kind text not null,
    channel text not null,
    start_day text not null,
    end_day text, -- day after the last; null: lasting
    carry_over_months integer not null,
    target_departments text not null,
    target_patron_groups text not null,
    target_libraries text not null,
    comparison_departments text not null,
    comparison_patron_groups text not null,
    comparison_libraries text not null,
    roles text not null,
    outcome text not null,
    per_head integer not null,
    cost real,
    currency text not null,
    staff_hours real,
    hypothesis text not null,
    owner text not null,
    notes text not null,
    window_frozen_at text, -- first look at results
    removed_at text
) strict;

-- Append-only: each change of a record, a row a field.
create table campaign_edit (
    edit_id integer primary key,
    campaign_id text not null collate nocase references campaign (id),
    edited_at text not null,
    how text not null,
    field text not null,
    before_words text not null,
    after_words text not null,
    is_after_results integer not null
) strict;

create index campaign_edit_of on campaign_edit (campaign_id, edit_id);

-- How many readers a department, patron group or library has from a day on.
create table exposure (
    dimension text not null,
    unit text not null,
    from_day text not null,
    n_readers real not null,
    primary key (dimension, unit, from_day)
) strict;
