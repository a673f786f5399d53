package merge

import (
	_ "embed" // columns.sql
	"regexp"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/cespare/xxhash/v2"
)

// instant is a UTC instant in microseconds, without a zone as DuckDB's timestamp is.
var instant = &arrow.TimestampType{Unit: arrow.Microsecond}

func text(name string) arrow.Field {
	return arrow.Field{Name: name, Type: arrow.BinaryTypes.String, Nullable: true}
}

func number(name string) arrow.Field {
	return arrow.Field{Name: name, Type: arrow.PrimitiveTypes.Int64, Nullable: true}
}

func at(name string) arrow.Field { return arrow.Field{Name: name, Type: instant, Nullable: true} }

var batch = arrow.Field{Name: "batch_id", Type: arrow.PrimitiveTypes.Int32}

// RequestSchema is a record of sightings of requests: the columns of table request as queries/store/schema describes
// them, with cost in cents. columns has the ColumnBits of those that the sighting's table had, and
// row_hash is taken over their canonical values; 0 is not a hash.
var RequestSchema = arrow.NewSchema([]arrow.Field{
	number("request_id"), text("library"), text("source"), text("source_id"), text("role"), text("kind"), text("network"),
	at("created_at"), at("sent_at"), at("shipped_at"), at("received_at"), at("available_at"),
	at("due_at"), at("returned_at"), at("closed_at"), at("last_change_at"),
	text("status_raw"), text("status"), text("reason_raw"), text("reason"), text("filled_by"),
	text("partner_raw"), text("partner"), text("partner_number"), text("rota"),
	number("patron_key"), text("patron_group"), text("department"), text("pickup_site"),
	text("title"), text("author"), text("container"), text("issn"), text("isbn"), text("oclc_number"), text("doi"),
	{Name: "publication_year", Type: arrow.PrimitiveTypes.Int32, Nullable: true},
	text("call_number"), number("cost_cents"), text("currency"),
	{Name: "need_by", Type: arrow.FixedWidthTypes.Date32, Nullable: true},
	{Name: "rush", Type: arrow.FixedWidthTypes.Boolean, Nullable: true},
	text("copyright_compliance"),
	number("columns"), batch, number("row_hash"),
}, nil)

// EventSchema is a record of status changes that a source's tracking tells of.
var EventSchema = arrow.NewSchema([]arrow.Field{
	number("request_id"), at("happened_at"), text("from_status_raw"), text("from_status"), text("to_status_raw"), text("to_status"), batch,
}, nil)

// PatronSchema is a record of readers.
var PatronSchema = arrow.NewSchema([]arrow.Field{
	text("library"), text("source"), number("patron_key"), text("patron_group"), text("department"), text("pickup_site"), batch,
}, nil)

// PartnerSchema is a record of partner libraries: address is its lines, one under the other.
var PartnerSchema = arrow.NewSchema([]arrow.Field{
	text("library"), text("source"), text("partner_number"), text("symbol"), text("name"), text("email"), text("address"), batch,
}, nil)

// Schemas of the reference files of design §3.12.
var (
	ClosureSchema = arrow.NewSchema([]arrow.Field{
		text("library"), {Name: "day", Type: arrow.FixedWidthTypes.Date32}, text("name"),
	}, nil)
	PartnerAliasSchema = arrow.NewSchema([]arrow.Field{text("symbol"), text("partner")}, nil)
	PartnerGroupSchema = arrow.NewSchema([]arrow.Field{text("partner"), text("partner_group")}, nil)
	SLATargetSchema    = arrow.NewSchema([]arrow.Field{
		text("role"), text("kind"), {Name: "days", Type: arrow.PrimitiveTypes.Float64},
	}, nil)
	GroupWeightSchema = arrow.NewSchema([]arrow.Field{
		text("patron_group"), {Name: "weight", Type: arrow.PrimitiveTypes.Int32},
	}, nil)
)

//go:embed columns.sql
var columnsSQL string

// columnNames are the names of columns.sql in its order.
var columnNames = regexp.MustCompile(`'(\w+)'`).FindAllStringSubmatch(columnsSQL, -1)

// ColumnBits gives the bits that stand for columns of table request. A name that has no bit, because it is always
// there or goes with another, adds none.
func ColumnBits(names []string) int64 {
	var bits int64
	for i, match := range columnNames {
		if slices.Contains(names, match[1]) {
			bits |= 1 << i
		}
	}
	return bits
}

// RequestKeys gives the keys of a source's requests: the xxHash64 of library, source and source_id, so that every load
// in every order gives a request the same one. Two requests under one key are refused by Finish; among 50 million
// requests the chance of any is about 1 in 15,000. A RequestKeys belongs to one goroutine.
type RequestKeys struct{ text []byte }

// NewRequestKeys is for the requests of one source of a library.
func NewRequestKeys(library, source string) *RequestKeys {
	return &RequestKeys{text: []byte(library + "\x00" + source + "\x00")}
}

// Key gives the request_id of a source_id, without making a string of it.
func (k *RequestKeys) Key(sourceID []byte) int64 {
	n := len(k.text)
	k.text = append(k.text, sourceID...)
	key := int64(xxhash.Sum64(k.text))
	k.text = k.text[:n]
	return key
}
