select revision, edited_at, name, before_words, after_words
from setting_edit
order by edit_id
