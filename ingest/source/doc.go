// Package source describes source systems as data. A profile says how a system's tables are told by their headings,
// which heading holds which column of a request, and what the system's own words for statuses, reasons, roles and
// kinds mean. It is written in TOML, so that a library extends it without a programmer; one folder per system holds
// its profile, its milestones in SQL and its doc.md. The package reads profiles; it opens no export.
package source
