package ingest

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/fillrate/fillrate/ingest/table"
)

// Refused says in one sentence why a load was refused and what to do. Nothing was changed.
type Refused struct {
	Sentence string
	// Usage says that the mistake is in what was asked for, as opposed to in a file.
	Usage bool
	// Code names the refusal for those who say it in words of their own, with Args in the order in which the sentence holds
	// them. Where Code is empty there is only the sentence.
	Code string
	Args []string
}

func (r *Refused) Error() string { return r.Sentence }

// refuse fills a sentence; code names it.
func refuse(code, format string, args ...any) error {
	return &Refused{Sentence: fmt.Sprintf(format, args...), Code: code, Args: texts(args)}
}

// misuse refuses what was asked for.
func misuse(code, format string, args ...any) error {
	return &Refused{Sentence: fmt.Sprintf(format, args...), Usage: true, Code: code, Args: texts(args)}
}

// refusedFile says of a file that cannot be read what its error says; those that are cut short or damaged have a code.
func refusedFile(e *table.FileError) *Refused {
	refused := &Refused{Sentence: e.Error(), Args: []string{filepath.Base(e.Path)}}
	switch {
	case strings.Contains(e.Remedy, "cut short"):
		refused.Code = "file_cut"
	case strings.Contains(e.Reason, "damaged"):
		refused.Code = "file_damaged"
	}
	return refused
}

func texts(args []any) []string {
	var out []string
	for _, arg := range args {
		text := fmt.Sprint(arg)
		if share, ok := arg.(float64); ok {
			text = fmt.Sprintf("%.3g", share)
		}
		out = append(out, text)
	}
	return out
}
