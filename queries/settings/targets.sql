select role, kind, days from sla_target order by role, kind
