-- a subscription as it is from now on; one that was removed is a new one
insert into subscription (id, report, kind, schedule, formats, recipients, attach, link, folder, language, paper, created_at, since)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?12)
on conflict (id) do update set
    report = excluded.report,
    kind = excluded.kind,
    schedule = excluded.schedule,
    formats = excluded.formats,
    recipients = excluded.recipients,
    attach = excluded.attach,
    link = excluded.link,
    folder = excluded.folder,
    language = excluded.language,
    paper = excluded.paper,
    created_at = excluded.created_at,
    since = excluded.since,
    paused_at = null,
    removed_at = null
