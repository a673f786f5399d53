package ingest

import "fmt"

// Refused says in one sentence why a load was refused and what to do. Nothing was changed.
type Refused struct {
	Sentence string
	// Usage says that the mistake is in what was asked for, as opposed to in a file.
	Usage bool
}

func (r *Refused) Error() string { return r.Sentence }

func refuse(format string, args ...any) error {
	return &Refused{Sentence: fmt.Sprintf(format, args...)}
}

// misuse refuses what was asked for.
func misuse(format string, args ...any) error {
	return &Refused{Sentence: fmt.Sprintf(format, args...), Usage: true}
}
