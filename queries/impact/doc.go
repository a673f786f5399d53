// Package impact answers what a campaign changed, and how sure that is. It compares departments that were addressed with
// departments that were not, checks itself against periods in which nothing was done, and says that it can't tell where that
// is so. Methods and reference results: the files of package stats name their sources.
package impact

import _ "embed"

// Doc says in words how a campaign is measured, for those who read its results.
//
//go:embed doc.md
var Doc string
