select content from edition_file where edition_id = ? and format = ?
