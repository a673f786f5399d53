package ingest_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fillrate/fillrate/ingest"
	"github.com/fillrate/fillrate/ingest/merge"
)

const lenderHeading = "LenderString,AddressNumber,LibraryName,Address1,Address2,EMailAddress,Password\n"

func TestContactsOfPartnersMerge(t *testing.T) {
	data, dir := openData(t), t.TempDir()
	options := ingest.Options{Library: "MAIN", Zone: "UTC"}
	both := write(t, dir, "LenderAddresses.csv", lenderHeading+"ABC,1,A College,1 Nowhere Street,,ill@abc.example,sesame\nXYZ,2,A Library,,,ill@xyz.example,\n")
	run(t, data, options, both)
	if again := run(t, data, options, both); again.Changed {
		t.Errorf("the same file again: %+v, want nothing changed", again)
	}
	moved := write(t, dir, "moved.csv", lenderHeading+"ABC,1,A College,2 Elsewhere Road,,ill@abc.example,\n")
	summary := run(t, data, options, moved)
	if got := summary.Files[0].Tables[0].Counts; !summary.Changed || got != (merge.Counts{Changed: 1}) {
		t.Errorf("a new address: %+v (changed %v), want one changed", got, summary.Changed)
	}
	// A table without addresses says nothing of them.
	run(t, data, options, write(t, dir, "bare.csv", "LenderString,AddressNumber,LibraryName\nABC,1,A College of another name\n"))
	contacts := dump(t, data, parts["contacts"])
	want := "symbol=ABC | partner_number=1 | name=A College | email=ill@abc.example | address=2 Elsewhere Road\n" +
		"symbol=XYZ | partner_number=2 | name=A Library | email=ill@xyz.example\n"
	if contacts != want {
		t.Errorf("contacts are\n%swant\n%s", contacts, want)
	}
}

// What a table of partners says of people and secrets is in no file of the data directory.
func TestContactsHoldNoPerson(t *testing.T) {
	data, dir := openData(t), t.TempDir()
	run(t, data, ingest.Options{Library: "MAIN", Zone: "UTC"}, write(t, dir, "LenderAddresses.csv",
		"LenderString,AddressNumber,LibraryName,Address1,Address2,Address3,EMailAddress,Password,Notes,Phone\n"+
			"ABC,1,A College,Attention Zebedee Quux,1 Nowhere Street,c/o Zebedee Quux,Zebedee Quux <ill@abc.example>,sesamopen,Zebedee Quux knows,5550100123\n"))
	data.Close()
	files, err := filepath.Glob(filepath.Join(data.Dir(), "generations", "*.duckdb"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, path := range files {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(content), "ill@abc.example") {
			t.Errorf("%s does not hold the address: the test looks for words in vain", filepath.Base(path))
		}
		for _, word := range []string{"Zebedee", "Quux", "sesamopen", "5550100123"} {
			if strings.Contains(string(content), word) {
				t.Errorf("%s holds %q", filepath.Base(path), word)
			}
		}
	}
}

// An own profile maps no address of people, whatever table it says it is.
func TestOwnProfileMapsNoAddressOfPeople(t *testing.T) {
	dir := t.TempDir()
	export := write(t, dir, "t.csv", "LenderString,AddressNumber,TEMailAddress,Password\nABC,1,x,y\n")
	for text, word := range map[string]string{
		"extends = \"illiad\"\n[[table]]\ncontent = \"partners\"\n[table.columns]\nemail = [\"TEMailAddress\"]\n": `"TEMailAddress" names people`,
		"extends = \"illiad\"\n[[table]]\ncontent = \"partners\"\n[table.columns]\nname = [\"EMailAddress\"]\n":   `"EMailAddress" names people`,
		"extends = \"illiad\"\ninstitutional = [\"Password\"]\n":                                                  "institutional",
	} {
		refusedWith(t, openData(t), ingest.Options{Library: "MAIN", Profile: write(t, dir, "own.toml", text)}, []string{word}, export)
	}
}
