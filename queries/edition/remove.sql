delete from saved_report where name = ?
