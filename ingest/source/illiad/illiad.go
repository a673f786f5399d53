// Package illiad describes the exports of ILLiad; doc.md tells them and the rules.
package illiad

import (
	_ "embed"

	"github.com/fillrate/fillrate/ingest/source"
)

//go:embed profile.toml
var profile string

//go:embed milestones.sql
var milestones string

//go:embed doc.md
var doc string

// Source is ILLiad, for the catalog.
var Source = source.Source{Profile: profile, Milestones: milestones, Doc: doc}
