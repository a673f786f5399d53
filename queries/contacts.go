package queries

import (
	"context"
	"database/sql"
	_ "embed"

	"github.com/fillrate/fillrate/queries/store"
)

//go:embed contacts.sql
var contactsSQL string

// Contact is how a partner library is reached, as its address table tells. What is not known is empty.
type Contact struct {
	Name    string
	Email   string // one address
	Address string // postal, its lines one under the other
}

// Contacts gives the contacts of partner libraries by the partner's symbol as the metrics name it, after aliases. Of a
// partner with several addresses it gives one, by the rule in contacts.sql.
func Contacts(ctx context.Context, snapshot *store.Snapshot) (map[string]Contact, error) {
	rows, err := snapshot.DB().QueryContext(ctx, contactsSQL)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	contacts := map[string]Contact{}
	for rows.Next() {
		var partner string
		var name, email, address sql.NullString
		if err := rows.Scan(&partner, &name, &email, &address); err != nil {
			return nil, err
		}
		contacts[partner] = Contact{name.String, email.String, address.String}
	}
	return contacts, rows.Err()
}
