-- Editions of the attached app.db that this one does not have, as an edition is never lost: not to a restore either.
insert into edition_file
select * from kept.edition_file where edition_id not in (select id from main.edition);

insert into edition_values
select * from kept.edition_values where edition_id not in (select id from main.edition);

insert into edition
select * from kept.edition where id not in (select id from main.edition) order by name, period, number;
