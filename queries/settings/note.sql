insert into setting_edit (revision, edited_at, name, before_words, after_words)
values (?, ?, ?, ?, ?)
