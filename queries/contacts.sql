-- How each partner is reached. Of several addresses counts one with an e-mail before one without, one of the partner's own
-- symbol before one of an alias, the address of the newest table before an older one's, and the lowest number.
select coalesce(alias.partner, contact.symbol) as partner, contact.name, contact.email, contact.address
from partner_contact as contact
left join partner_alias as alias using (symbol)
qualify row_number() over (
  partition by coalesce(alias.partner, contact.symbol)
  order by
    contact.email is null,
    contact.symbol <> coalesce(alias.partner, contact.symbol),
    contact.batch_id desc,
    coalesce(try_cast(contact.partner_number as bigint), 9223372036854775807),
    contact.partner_number, contact.symbol, contact.library, contact.source
) = 1
