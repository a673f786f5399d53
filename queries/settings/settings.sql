select coalesce((select max(revision) from setting_edit), 0), coalesce(setting.name, ''), coalesce(setting.value, '')
from (select 1) left join setting
order by setting.name
