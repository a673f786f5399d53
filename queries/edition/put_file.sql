insert into edition_file (edition_id, format, file_name, n_bytes, sha256, content) values (?, ?, ?, ?, ?, ?)
