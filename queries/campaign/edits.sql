select edited_at, how, field, before_words, after_words, is_after_results
from campaign_edit
where campaign_id = ?
order by edit_id
