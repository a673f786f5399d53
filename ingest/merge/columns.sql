-- Whether a sighting had a column. The bits of request.columns stand in histories: names are added at the end, and
-- never move. merge.ColumnBits reads this list too.
create or replace temp macro has_column(columns, name) as (columns >> (list_position([
  'network', 'created_at', 'sent_at', 'shipped_at', 'received_at', 'available_at', 'due_at', 'returned_at', 'closed_at',
  'last_change_at', 'status_raw', 'reason_raw', 'partner_raw', 'partner_number', 'rota', 'patron_key', 'patron_group',
  'department', 'pickup_site', 'title', 'author', 'container', 'issn', 'isbn', 'oclc_number', 'doi', 'publication_year',
  'call_number', 'cost', 'need_by', 'rush', 'copyright_compliance'
], name) - 1) & 1) = 1
