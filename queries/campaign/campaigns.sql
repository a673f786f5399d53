-- every record, or the one of an id; removed ones too
select
    id, revision, name, kind, channel, start_day, coalesce(end_day, ''), carry_over_months,
    target_departments, target_patron_groups, target_libraries,
    comparison_departments, comparison_patron_groups, comparison_libraries,
    roles, outcome, per_head, cost, currency, staff_hours, hypothesis, owner, notes,
    coalesce(window_frozen_at, ''), removed_at is not null
from campaign
where ?1 = '' or id = ?1
order by start_day, id
