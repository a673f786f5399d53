-- How a partner library is reached, as an address table tells: the institution's own e-mail and postal address, no person's.
-- Several addresses of one symbol are numbered by the source. queries/contacts.sql says which of them counts.
create table partner_contact (
  library varchar not null,
  source varchar not null,
  symbol varchar not null, -- trimmed, upper case
  partner_number varchar not null,
  name varchar,
  email varchar, -- one address
  address varchar, -- lines, one under the other
  batch_id integer not null
);
