-- The history as it stands: the newest date lies at or before as_of, so that nothing is cut off.
select * from fact_request
