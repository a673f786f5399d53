-- What the library has settled for all pages, reports and commands. A setting that is not here is as usual.
create table setting (
    name text not null primary key, -- language, date_style, zone, terms, library.CODE, or an option of the metrics
    value text not null
) strict;

-- Append-only: each change of a setting, a row a name. The newest revision is that of the settings as a whole.
create table setting_edit (
    edit_id integer primary key,
    revision integer not null,
    edited_at text not null, -- RFC 3339 in UTC
    name text not null,
    before_words text not null, -- empty: as usual
    after_words text not null
) strict;
