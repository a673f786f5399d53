package main

import (
	"context"
	"errors"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/fillrate/fillrate/dashboards"
	"github.com/fillrate/fillrate/ingest"
	"github.com/fillrate/fillrate/ingest/source/catalog"
	"github.com/fillrate/fillrate/queries/store"
)

// uploadFolder is where files that a browser sent wait in the data directory.
const uploadFolder = "uploads"

// importer is the pipeline of `fillrate ingest` behind the pages.
type importer struct{ files store.Store }

var _ dashboards.Importer = importer{}

// Profiles implements dashboards.Importer.
func (importer) Profiles() []dashboards.ImportProfile {
	var list []dashboards.ImportProfile
	for _, profile := range catalog.All() {
		if profile.Name != "reference" { // always read along
			list = append(list, dashboards.ImportProfile{Name: profile.Name, Title: profile.Title})
		}
	}
	return list
}

// Try implements dashboards.Importer.
func (i importer) Try(ctx context.Context, files []string, o dashboards.ImportOptions, progress dashboards.ImportProgress) (*dashboards.ImportSummary, error) {
	return i.run(ctx, files, o, progress, true)
}

// Load implements dashboards.Importer.
func (i importer) Load(ctx context.Context, files []string, o dashboards.ImportOptions, progress dashboards.ImportProgress) (*dashboards.ImportSummary, error) {
	return i.run(ctx, files, o, progress, false)
}

func (i importer) run(ctx context.Context, files []string, o dashboards.ImportOptions, progress dashboards.ImportProgress, dry bool) (*dashboards.ImportSummary, error) {
	summary, err := ingest.Run(ctx, i.files, ingest.Options{
		Files: files, Profile: o.Profile, Library: o.Library, Role: o.Role, Zone: o.Zone, DateOrder: o.DateOrder, Encoding: o.Encoding, Sheet: o.Sheet,
		Columns: o.Columns, RowHash: o.RowHash, DryRun: dry, Strict: o.Strict, MaxRejects: o.MaxRejects,
	}, progress)
	var refused *ingest.Refused
	if errors.As(err, &refused) {
		return nil, refusal(refused, files)
	}
	if err != nil {
		return nil, err
	}
	return forPages(summary), nil
}

var flagName = regexp.MustCompile(`--([a-z]+(?:-[a-z]+)*)`)

// flagControls are the controls of the form that stand for the flags of the command.
var flagControls = map[string]string{
	"library": "library", "tz": "zone", "date-order": "date_order", "role": "role", "profile": "profile", "id": "row_hash", "sheet": "sheet",
	"columns": "columns", "max-rejects": "max_rejects", "strict": "strict",
}

// refusal says no more of a file than its name, and which controls of the form would help.
func refusal(by *ingest.Refused, files []string) *dashboards.ImportRefused {
	sentence := by.Sentence
	for _, path := range files {
		sentence = strings.ReplaceAll(sentence, path, filepath.Base(path))
	}
	refused := &dashboards.ImportRefused{Sentence: sentence, Code: by.Code, Args: by.Args}
	seen := map[string]bool{}
	for _, match := range flagName.FindAllStringSubmatch(sentence, -1) {
		if control := flagControls[match[1]]; control != "" && !seen[control] {
			seen[control] = true
			refused.Options = append(refused.Options, control)
		}
	}
	return refused
}

func forPages(s *ingest.Summary) *dashboards.ImportSummary {
	out := &dashboards.ImportSummary{
		Library: s.Library, New: s.Requests.New, Changed: s.Requests.Changed, Unchanged: s.Requests.Unchanged, NewEvents: s.NewEvents,
		ZoneAssumed: s.ZoneAssumed, OrdersDiffer: s.OrdersDiffer, Changes: s.Changed, Generation: s.Generation, Requests: s.History.Requests,
	}
	for _, f := range s.Files {
		file := dashboards.ImportedFile{Name: f.File, SameAs: f.SameAs}
		for _, left := range f.LeftOut {
			file.LeftOut = append(file.LeftOut, dashboards.LeftOut{Sheet: left.Sheet, Reason: left.Reason})
		}
		for _, t := range f.Tables {
			one := dashboards.ImportedTable{
				Sheet: t.Sheet, RecognisedAs: t.RecognisedAs, Content: string(t.Content), Read: t.Read, New: t.Counts.New, Changed: t.Counts.Changed,
				Unchanged: t.Counts.Unchanged, Refused: t.Rejected, Skipped: t.Skipped, Undetermined: t.Undetermined, Negative: t.Negative, Notes: t.Notes,
			}
			for _, why := range t.Rejects {
				one.Rejects = append(one.Rejects, dashboards.ImportReject(why))
			}
			for _, status := range t.UnknownStatuses {
				one.UnknownStatuses = append(one.UnknownStatuses, dashboards.StatusCount(status))
			}
			file.Tables = append(file.Tables, one)
		}
		out.Files = append(out.Files, file)
	}
	return out
}
