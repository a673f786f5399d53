-- Reports as they were issued, whole and for ever. Days are ISO dates, instants RFC 3339 in UTC, hashes SHA-256 in hex.
create table edition (
    id text not null primary key, -- NAME-PERIOD-NUMBER
    name text not null,
    period text not null,
    number integer not null, -- from 1 for a name and a period, without gaps
    title text not null,
    spec text not null, -- JSON: what was asked for, as it can be asked again
    from_day text, -- null: a list, which is of one instant
    to_day text, -- day after the last
    as_of text not null,
    generation integer not null,
    last_batch integer not null, -- newest import of the history; 0: none
    batch_mark text not null, -- what that import can be known by, as a rolled-back history gives its number again
    definitions text not null, -- hash of what the figures mean
    version text not null, -- of Fillrate
    settings_revision integer not null,
    values_hash text not null,
    content_hash text not null, -- of everything here, the files and the values
    issued_at text not null,
    unique (name, period, number)
) strict;

create table edition_file (
    edition_id text not null references edition (id) deferrable initially deferred,
    format text not null,
    file_name text not null,
    n_bytes integer not null,
    sha256 text not null,
    content blob not null,
    primary key (edition_id, format)
) strict;

-- The figures, so that later ones can be set beside them: compressed JSON.
create table edition_values (
    edition_id text not null primary key references edition (id) deferrable initially deferred,
    content blob not null
) strict;

-- An edition's row is written last and closes it.
create trigger edition_has_the_next_number before insert on edition
when new.number <> (select coalesce(max(number), 0) + 1 from edition where name = new.name and period = new.period)
begin
    select raise(abort, 'an edition has the number after the newest');
end;

create trigger edition_is_new before insert on edition
when exists (select 1 from edition where id = new.id)
begin
    select raise(abort, 'an edition is never replaced');
end;

create trigger edition_file_is_new before insert on edition_file
when exists (select 1 from edition where id = new.edition_id)
begin
    select raise(abort, 'an edition is never added to');
end;

create trigger edition_values_are_new before insert on edition_values
when exists (select 1 from edition where id = new.edition_id)
begin
    select raise(abort, 'an edition is never added to');
end;

create trigger edition_stays before update on edition begin select raise(abort, 'an edition is never changed'); end;
create trigger edition_is_kept before delete on edition begin select raise(abort, 'an edition is never removed'); end;
create trigger edition_file_stays before update on edition_file begin select raise(abort, 'an edition is never changed'); end;
create trigger edition_file_is_kept before delete on edition_file begin select raise(abort, 'an edition is never removed'); end;
create trigger edition_values_stay before update on edition_values begin select raise(abort, 'an edition is never changed'); end;
create trigger edition_values_are_kept before delete on edition_values begin select raise(abort, 'an edition is never removed'); end;

-- Reports that the library put together for itself.
create table saved_report (
    name text not null primary key,
    spec text not null, -- JSON
    saved_at text not null
) strict;
