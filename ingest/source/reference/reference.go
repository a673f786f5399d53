// Package reference describes the small files that say what no export says: closures, partner aliases, partner groups,
// service targets, weights of patron groups.
package reference

import (
	_ "embed"

	"github.com/fillrate/fillrate/ingest/source"
)

//go:embed profile.toml
var profile string

//go:embed doc.md
var doc string

// Source is the reference files, for the catalog.
var Source = source.Source{Profile: profile, Doc: doc}
