package source

// Source is what one folder beside this package holds.
type Source struct {
	Profile    string // profile.toml
	Milestones string // milestones.sql; empty where the system has no events
	Doc        string // doc.md
}
