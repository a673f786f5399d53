// Package generic describes plain tables of requests, and is what a library's own profile starts from.
package generic

import (
	_ "embed"

	"github.com/fillrate/fillrate/ingest/source"
)

//go:embed profile.toml
var profile string

//go:embed doc.md
var doc string

// Source is any table with plain headings, for the catalog.
var Source = source.Source{Profile: profile, Doc: doc}
