insert into campaign_edit (campaign_id, edited_at, how, field, before_words, after_words, is_after_results)
values (?, ?, ?, ?, ?, ?, ?)
