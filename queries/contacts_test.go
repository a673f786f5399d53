package queries

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestContactsOfPartnersWithSeveralAddresses(t *testing.T) {
	snapshot := loaded(t,
		"insert into partner_alias values ('DOCABC', 'ABC')",
		`insert into partner_contact values
			('MAIN', 'illiad', 'ABC', '10', 'Tenth', 'ten@abc.example', null, 4),
			('MAIN', 'illiad', 'ABC', '2', 'Second', 'two@abc.example', null, 4),
			('MAIN', 'illiad', 'ABC', '1', 'First, long ago', 'one@abc.example', null, 3),
			('MAIN', 'illiad', 'DOCABC', '1', 'By another symbol', 'docline@abc.example', null, 9),
			('MAIN', 'illiad', 'XYZ', '1', 'Without e-mail', null, '1 Nowhere Street', 9),
			('MAIN', 'illiad', 'XYZ', '3', 'With', 'ill@xyz.example', null, 1),
			('MAIN', 'illiad', 'ONLY', 'x', null, null, '2 Nowhere Street' || chr(10) || 'Nowhere', 1)`)
	got, err := Contacts(context.Background(), snapshot)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]Contact{
		"ABC":  {Name: "Second", Email: "two@abc.example"},
		"XYZ":  {Name: "With", Email: "ill@xyz.example"},
		"ONLY": {Address: "2 Nowhere Street\nNowhere"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}
