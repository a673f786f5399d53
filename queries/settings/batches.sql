select imported_at, file, notes from import_batch where source = 'settings' order by batch_id
