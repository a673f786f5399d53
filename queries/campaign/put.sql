-- a record as it is from now on, new or not; the first look at its results stays
insert into campaign (
    id, revision, name, kind, channel, start_day, end_day, carry_over_months,
    target_departments, target_patron_groups, target_libraries,
    comparison_departments, comparison_patron_groups, comparison_libraries,
    roles, outcome, per_head, cost, currency, staff_hours, hypothesis, owner, notes
)
values (?, ?, ?, ?, ?, ?, nullif(?, ''), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
on conflict (id) do update set
    revision = excluded.revision,
    name = excluded.name,
    kind = excluded.kind,
    channel = excluded.channel,
    start_day = excluded.start_day,
    end_day = excluded.end_day,
    carry_over_months = excluded.carry_over_months,
    target_departments = excluded.target_departments,
    target_patron_groups = excluded.target_patron_groups,
    target_libraries = excluded.target_libraries,
    comparison_departments = excluded.comparison_departments,
    comparison_patron_groups = excluded.comparison_patron_groups,
    comparison_libraries = excluded.comparison_libraries,
    roles = excluded.roles,
    outcome = excluded.outcome,
    per_head = excluded.per_head,
    cost = excluded.cost,
    currency = excluded.currency,
    staff_hours = excluded.staff_hours,
    hypothesis = excluded.hypothesis,
    owner = excluded.owner,
    notes = excluded.notes,
    removed_at = null
