select count(*) from saved_report
