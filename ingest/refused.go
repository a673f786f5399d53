package ingest

import "fmt"

// Refused says in one sentence why a load was refused and what to do. Nothing was changed.
type Refused struct{ Sentence string }

func (r *Refused) Error() string { return r.Sentence }

func refuse(format string, args ...any) error {
	return &Refused{Sentence: fmt.Sprintf(format, args...)}
}
