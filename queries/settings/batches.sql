select imported_at, notes from import_batch where source = 'settings' order by batch_id
