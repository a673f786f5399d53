-- Who gets which report when, and what became of it. Days are ISO dates, instants RFC 3339 in UTC with milliseconds, lists JSON
-- arrays of words. A subscription that was removed keeps its row, so that its deliveries can still be told.
create table subscription (
    id text not null primary key,
    report text not null,
    kind text not null, -- monthly, annual, worklists
    schedule text not null, -- first-working-day@07:00 …
    formats text not null,
    recipients text not null,
    attach integer not null,
    link text not null,
    folder text not null,
    language text not null,
    paper text not null,
    created_at text not null,
    since text not null, -- what was due until then does not count
    paused_at text,
    removed_at text
) strict;

-- What a subscription has come to: each period once, whatever the clock does.
create table subscription_period (
    subscription_id text not null references subscription (id),
    period text not null, -- 2025-03, 2025-07--2026-06, or the day of a list
    from_day text, -- null: a list, which stands as of now
    to_day text, -- day after the last
    due_at text not null,
    state text not null check (state in ('waiting', 'issuing', 'issued', 'skipped')),
    claim integer not null, -- how often it was taken up; who has the newest number may go on
    claimed_at text,
    edition_id text, -- once issued
    letter text, -- what the mail says, JSON
    note text not null, -- why it waits
    primary key (subscription_id, period)
) strict;

-- One message to one address, or one folder to fill. sending: somebody has taken it up. unclear: the mail server may have taken
-- the message, and it is never sent again by itself.
create table delivery (
    delivery_id integer primary key,
    subscription_id text not null,
    period text not null,
    channel text not null check (channel in ('mail', 'folder')),
    target text not null,
    message_id text not null unique, -- the left part of the mail's
    state text not null check (state in ('due', 'sending', 'sent', 'failed', 'given_up', 'unclear')),
    n_attempts integer not null, -- the number of the newest one is the claim of who makes it
    n_failures integer not null, -- in a row
    failing_since text,
    attempted_at text,
    next_at text, -- of failed
    sent_at text,
    note text not null, -- what went wrong last
    foreign key (subscription_id, period) references subscription_period (subscription_id, period),
    unique (subscription_id, period, channel, target)
) strict;

create index delivery_by_state on delivery (state);

-- Append-only: what became of each attempt. It holds nothing of the message.
create table delivery_attempt (
    delivery_id integer not null references delivery (delivery_id),
    attempt integer not null,
    at text not null,
    result text not null, -- sent, failed, given_up, unclear
    note text not null
) strict;

create index delivery_attempt_of on delivery_attempt (delivery_id, attempt);

create trigger delivery_attempt_stays before update on delivery_attempt begin select raise(abort, 'an attempt is never changed'); end;
create trigger delivery_attempt_is_kept before delete on delivery_attempt begin select raise(abort, 'an attempt is never removed'); end;
