package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"github.com/alecthomas/kong"

	"github.com/fillrate/fillrate/queries/campaign"
)

// campaignCmd keeps the record of what the library did and when.
type campaignCmd struct {
	Add      campaignAddCmd      `cmd:"" help:"Record a campaign, or a change of the service."`
	List     campaignListCmd     `cmd:"" help:"List what is recorded."`
	Edit     campaignEditCmd     `cmd:"" help:"Change a record; what is not given stays, and an empty value clears."`
	Remove   campaignRemoveCmd   `cmd:"" help:"Take a record off the list; its history is kept."`
	History  campaignHistoryCmd  `cmd:"" help:"Show every edit of a record."`
	Import   campaignImportCmd   `cmd:"" help:"Record campaigns from a CSV file, all or none."`
	Exposure campaignExposureCmd `cmd:"" help:"Say how many readers a department has, for what is measured per head."`
	Plan     campaignPlanCmd     `cmd:"" help:"How large would the effect of a campaign to come have to be, to be seen?"`
	Impact   campaignImpactCmd   `cmd:"" help:"What did a campaign change, and how sure is that?"`
}

// measuredFlags say what is measured: when, of whom, and what; nil is not given.
type measuredFlags struct {
	Start                *string  `help:"First day (2026-09-01)." placeholder:"D"`
	End                  *string  `help:"Day after the last; none for a lasting change." placeholder:"D"`
	CarryOver            *string  `help:"Months after the end in which an effect is still expected, 0 to 24." placeholder:"N"`
	TargetDepartment     []string `help:"Department that was addressed (repeatable; no target: everyone)." sep:"none" placeholder:"NAME"`
	TargetGroup          []string `help:"Patron group that was addressed (repeatable)." sep:"none" placeholder:"NAME"`
	TargetLibrary        []string `help:"Library whose readers were addressed (repeatable)." sep:"none" placeholder:"CODE"`
	ComparisonDepartment []string `help:"Department to compare with (repeatable)." sep:"none" placeholder:"NAME"`
	ComparisonGroup      []string `help:"Patron group to compare with (repeatable)." sep:"none" placeholder:"NAME"`
	ComparisonLibrary    []string `help:"Library to compare with (repeatable)." sep:"none" placeholder:"CODE"`
	Role                 []string `help:"Whose requests: borrowing (the default) or docdel (repeatable)." sep:"none" placeholder:"ROLE"`
	Outcome              *string  `help:"What may have changed: ${outcomes}." placeholder:"ID"`
}

// campaignFlags are what people say of a campaign; nil is not given.
type campaignFlags struct {
	Name    *string `help:"What was done." placeholder:"TEXT"`
	Kind    *string `help:"campaign (towards readers; the default) or service_change." placeholder:"KIND"`
	Channel *string `help:"workshop, newsletter, social_media, liaison_visit, poster, course_page, or any other word." placeholder:"WORD"`
	measuredFlags
	PerHead    *bool   `negatable:"" help:"Measure per enrolled reader, see 'campaign exposure'."`
	Cost       *string `help:"What it cost." placeholder:"AMOUNT"`
	Currency   *string `help:"Currency of the cost, such as USD." placeholder:"CODE"`
	Hours      *string `help:"Staff hours." placeholder:"N"`
	Hypothesis *string `help:"What was expected, written down before results are looked at." placeholder:"TEXT"`
	Owner      *string `help:"Who of the staff answers for it." placeholder:"NAME"`
	Notes      *string `help:"Anything else." placeholder:"TEXT"`
}

// apply sets what was given. A value that can't be read is wrong usage.
func (f *campaignFlags) apply(c *campaign.Campaign) error {
	var perHead *string
	if f.PerHead != nil {
		text := strconv.FormatBool(*f.PerHead)
		perHead = &text
	}
	for _, flag := range []struct {
		field  string
		one    *string
		values []string
	}{
		{"name", f.Name, nil}, {"kind", f.Kind, nil}, {"channel", f.Channel, nil}, {"start", f.Start, nil}, {"end", f.End, nil},
		{"carry_over_months", f.CarryOver, nil},
		{"target.departments", nil, f.TargetDepartment}, {"target.patron_groups", nil, f.TargetGroup}, {"target.libraries", nil, f.TargetLibrary},
		{"comparison.departments", nil, f.ComparisonDepartment}, {"comparison.patron_groups", nil, f.ComparisonGroup}, {"comparison.libraries", nil, f.ComparisonLibrary},
		{"roles", nil, f.Role}, {"outcome", f.Outcome, nil}, {"per_head", perHead, nil}, {"cost", f.Cost, nil}, {"currency", f.Currency, nil},
		{"staff_hours", f.Hours, nil}, {"hypothesis", f.Hypothesis, nil}, {"owner", f.Owner, nil}, {"notes", f.Notes, nil},
	} {
		if flag.one != nil {
			flag.values = []string{*flag.one}
		}
		if flag.values == nil {
			continue
		}
		if err := campaign.Set(c, flag.field, flag.values...); err != nil {
			return usageError{err}
		}
	}
	return nil
}

// campaignVars are the words of --outcome in its help.
func campaignVars() kong.Vars {
	var ids []string
	for _, outcome := range campaign.Outcomes {
		ids = append(ids, outcome.ID)
	}
	return kong.Vars{"outcomes": strings.Join(ids, ", ")}
}

// withBook opens the record of a data directory.
func (a *app) withBook(data dataFlag, do func(*campaign.Book) error) (err error) {
	book, err := campaign.Open(a.ctx, data.dir())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	return do(book)
}

// asUsage makes a wrong field of a campaign wrong usage: it was typed on the command line.
func asUsage(err error) error {
	var field *campaign.FieldError
	if errors.As(err, &field) {
		return usageError{err}
	}
	return err
}

type campaignAddCmd struct {
	dataFlag
	ID string `name:"id" help:"Short name of the record: letters, digits, dots, hyphens, underscores (default: made of the name)." placeholder:"ID"`
	campaignFlags
}

// Run records a campaign.
func (cmd *campaignAddCmd) Run(a *app) error {
	c := campaign.Campaign{ID: cmd.ID}
	if err := cmd.apply(&c); err != nil {
		return err
	}
	return a.withBook(cmd.dataFlag, func(book *campaign.Book) error {
		c, err := book.Record(a.ctx, c, "add")
		if err != nil {
			return asUsage(err)
		}
		printf(a.Stdout, "Recorded %s: %s, %s.\n", c.ID, c.Name, spanWords(c))
		if !c.FrozenAt.IsZero() {
			printf(a.Stdout, "A record of this id was removed after its results were looked at: this one goes on with its history.\n")
		}
		a.noteSlips(cmd.dataFlag, []campaign.Campaign{c}, nil)
		return nil
	})
}

// spanWords says when, by the last day.
func spanWords(c campaign.Campaign) string {
	if c.End.IsZero() {
		return "from " + c.Start.Format(time.DateOnly) + " on"
	}
	return c.Start.Format(time.DateOnly) + " to " + c.End.AddDate(0, 0, -1).Format(time.DateOnly)
}

type campaignEditCmd struct {
	dataFlag
	Record string `arg:"" optional:"" name:"id" help:"The record's id."`
	ID     string `name:"id" help:"The same as a flag." placeholder:"ID"`
	campaignFlags
}

// Run changes a record and says what became different.
func (cmd *campaignEditCmd) Run(a *app) error {
	if (cmd.Record == "") == (cmd.ID == "") {
		return usageError{errors.New("name one record: fillrate campaign edit ID, with what is to change")}
	}
	return a.withBook(cmd.dataFlag, func(book *campaign.Book) error {
		c, err := book.Get(a.ctx, cmd.Record+cmd.ID)
		if err != nil {
			return err
		}
		before, err := book.History(a.ctx, c.ID)
		if err != nil {
			return err
		}
		if err := cmd.apply(&c); err != nil {
			return err
		}
		if err := book.Edit(a.ctx, c, "edit"); err != nil {
			return asUsage(err)
		}
		after, err := book.History(a.ctx, c.ID)
		if err != nil {
			return err
		}
		a.tellEdits(c, after[len(before):])
		a.noteSlips(cmd.dataFlag, []campaign.Campaign{c}, nil)
		return nil
	})
}

func (a *app) tellEdits(c campaign.Campaign, changes []campaign.Edit) {
	if len(changes) == 0 {
		printf(a.Stdout, "%s says that already: nothing was changed.\n", c.ID)
		return
	}
	isLate := false
	for _, change := range changes {
		printf(a.Stdout, "%s: %s\n", c.ID, oneLine(editWords(change)))
		isLate = isLate || change.AfterResults
	}
	if isLate {
		printf(a.Stdout, "Results were looked at on %s already: this change of what is measured is kept in the history and shown with the results.\n", c.FrozenAt.Format(time.DateOnly))
	}
}

// fieldWords says a field of a campaign in words.
var fieldWords = strings.NewReplacer("carry_over_months", "carry-over", "_", " ", ".", " ")

// editWords says what an edit did.
func editWords(edit campaign.Edit) string {
	switch {
	case edit.Field != "":
		text := fmt.Sprintf("%s changed: %s → %s", fieldWords.Replace(edit.Field), edit.Before, edit.After)
		if edit.AfterResults {
			text += " (after results were looked at)"
		}
		return text
	case edit.How == "looked":
		return "results were looked at"
	case edit.How == "remove":
		return "removed"
	}
	return "recorded"
}

type campaignRemoveCmd struct {
	dataFlag
	Record string `arg:"" name:"id" help:"The record's id."`
}

// Run takes a record off the list.
func (cmd *campaignRemoveCmd) Run(a *app) error {
	return a.withBook(cmd.dataFlag, func(book *campaign.Book) error {
		c, err := book.Get(a.ctx, cmd.Record)
		if err != nil {
			return err
		}
		if err := book.Remove(a.ctx, c.ID); err != nil {
			return err
		}
		printf(a.Stdout, "Removed %s: %s. Its history is kept, and the id goes on with it.\n", c.ID, c.Name)
		return nil
	})
}

type campaignHistoryCmd struct {
	dataFlag
	Record string `arg:"" name:"id" help:"The record's id."`
	Format string `enum:"text,json" default:"text" help:"text or json."`
}

// Run lists the edits of a record, earliest first; of a removed one too.
func (cmd *campaignHistoryCmd) Run(a *app) error {
	return a.withBook(cmd.dataFlag, func(book *campaign.Book) error {
		edits, err := book.History(a.ctx, cmd.Record)
		if err != nil {
			return err
		}
		if cmd.Format == "json" {
			return writeJSON(a.Stdout, edits)
		}
		for _, edit := range edits {
			printf(a.Stdout, "%s  %-6s  %s\n", edit.At.Format("2006-01-02 15:04"), edit.How, oneLine(editWords(edit)))
		}
		return nil
	})
}

type campaignListCmd struct {
	dataFlag
	Format string `enum:"table,json,csv" default:"table" help:"table, json, or csv as 'campaign import' reads it."`
}

// Run lists the records by their first day.
func (cmd *campaignListCmd) Run(a *app) error {
	return a.withBook(cmd.dataFlag, func(book *campaign.Book) error {
		list, err := book.List(a.ctx)
		if err != nil {
			return err
		}
		switch {
		case cmd.Format == "json":
			return writeJSON(a.Stdout, append([]campaign.Campaign{}, list...))
		case cmd.Format == "csv":
			return campaign.WriteCSV(a.Stdout, list)
		case len(list) == 0:
			printf(a.Stdout, "No campaign is recorded yet: `fillrate campaign add` records one.\n")
			return nil
		}
		return writeCampaigns(a.Stdout, list)
	})
}

func writeCampaigns(w io.Writer, list []campaign.Campaign) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	printf(table, "id\tname\tfirst day\tlast day\ttarget\tmeasured by\n")
	for _, c := range list {
		last := "lasting"
		if !c.End.IsZero() {
			last = c.End.AddDate(0, 0, -1).Format(time.DateOnly)
		}
		outcome, _ := campaign.FindOutcome(c.Outcome)
		printf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", c.ID, short(c.Name, 26), c.Start.Format(time.DateOnly), last, short(groupWords(c.Target), 24), short(outcome.Label, 14))
	}
	return table.Flush()
}

// groupWords names a group in one line.
func groupWords(g campaign.Group) string {
	if g.IsEmpty() {
		return "everyone"
	}
	var all []string
	for _, dimension := range []string{campaign.Department, campaign.PatronGroup, campaign.Library} {
		if names := g.Names(dimension); len(names) > 0 {
			all = append(all, strings.Join(names, ", "))
		}
	}
	return strings.Join(all, " · ")
}

// short cuts a text to n characters.
func short(text string, n int) string {
	runes := []rune(oneLine(text))
	if len(runes) <= n {
		return string(runes)
	}
	return string(runes[:n-1]) + "…"
}

type campaignImportCmd struct {
	dataFlag
	File string `arg:"" help:"CSV file with the columns of sample-data/campaigns.csv; lists in a cell are separated by semicolons." type:"path"`
}

// Run records the campaigns of a file.
func (cmd *campaignImportCmd) Run(a *app) error {
	return a.importFile(cmd.dataFlag, cmd.File, func(book *campaign.Book, from io.Reader, name string) (campaign.Summary, error) {
		return book.Import(a.ctx, from, name)
	}, func(book *campaign.Book) error {
		list, err := book.List(a.ctx)
		a.noteSlips(cmd.dataFlag, list, nil)
		return err
	})
}

// importFile takes a file into the book, says what became of it, and then looks at what is in the book.
func (a *app) importFile(data dataFlag, path string, read func(*campaign.Book, io.Reader, string) (campaign.Summary, error), look func(*campaign.Book) error) error {
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("%s can't be read: %w", filepath.Base(path), errors.Unwrap(err))
	}
	defer file.Close()
	return a.withBook(data, func(book *campaign.Book) error {
		summary, err := read(book, file, filepath.Base(path))
		if err != nil {
			return err
		}
		printf(a.Stdout, "%s: %d new, %d changed, %d unchanged.\n", filepath.Base(path), summary.New, summary.Changed, summary.Unchanged)
		return look(book)
	})
}

type campaignExposureCmd struct {
	dataFlag
	File string `arg:"" optional:"" help:"CSV file of dimension, unit, from, readers: dimension is department, patron_group or library, and from the day from which the number counts. Without a file: list what is known." type:"path"`
}

// Run imports or lists how many readers there are.
func (cmd *campaignExposureCmd) Run(a *app) error {
	if cmd.File != "" {
		return a.importFile(cmd.dataFlag, cmd.File, func(book *campaign.Book, from io.Reader, name string) (campaign.Summary, error) {
			return book.ImportExposures(a.ctx, from, name)
		}, func(book *campaign.Book) error {
			list, err := book.Exposures(a.ctx)
			a.noteSlips(cmd.dataFlag, nil, list)
			return err
		})
	}
	return a.withBook(cmd.dataFlag, func(book *campaign.Book) error {
		list, err := book.Exposures(a.ctx)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			printf(a.Stdout, "No numbers of readers are known yet: `fillrate campaign exposure FILE.csv` takes them from a file of dimension, unit, from, readers.\n")
			return nil
		}
		table := tabwriter.NewWriter(a.Stdout, 0, 0, 2, ' ', 0)
		printf(table, "dimension\tunit\tfrom\treaders\n")
		for _, e := range list {
			printf(table, "%s\t%s\t%s\t%s\n", e.Dimension, short(e.Unit, 40), e.From.Format(time.DateOnly), strconv.FormatFloat(e.NReaders, 'f', -1, 64))
		}
		return table.Flush()
	})
}

func writeJSON(w io.Writer, value any) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value)
}

// oneLine keeps what people typed from moving a terminal's cursor.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
}
