select content from edition_values where edition_id = ?
