-- The requests behind the rows, with what parts them.
select * from ruled
