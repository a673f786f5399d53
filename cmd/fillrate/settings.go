package main

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/impact"
	"github.com/fillrate/fillrate/queries/settings"
	"github.com/fillrate/fillrate/queries/store"
)

// settingsCmd shows and changes what the library has settled for all questions.
type settingsCmd struct {
	List    settingsListCmd    `cmd:"" default:"withargs" help:"List every setting with its value and what is usual."`
	Set     settingsSetCmd     `cmd:"" help:"Give a setting another value."`
	Unset   settingsUnsetCmd   `cmd:"" help:"Make settings as usual again."`
	History settingsHistoryCmd `cmd:"" help:"Show every change of a setting."`
}

// settled gives what a data directory's library has settled; nothing where it has no record. A record that can't be read is
// an error: figures without it would be other ones.
func (a *app) settled(data dataFlag) (s settings.Settings, err error) {
	err = a.withSettings(data, func(book *settings.Book) error {
		s, err = book.Get(a.ctx)
		return err
	})
	return s, err
}

// rules are those of the settings that bear on every campaign.
func (a *app) rules(data dataFlag) (impact.Rules, error) {
	s, err := a.settled(data)
	return impact.RulesOf(s.Apply(queries.Filter{})), err
}

func (a *app) withSettings(data dataFlag, do func(*settings.Book) error) (err error) {
	book, err := settings.Open(a.ctx, data.dir())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	return do(book)
}

// service gives the targets and weights of the history, nothing where there is none yet, and the libraries that it knows.
func (a *app) service(files *store.Files) (s settings.Service, libraries []string, err error) {
	snapshot, err := files.Snapshot(a.ctx)
	if errors.Is(err, store.ErrNoData) {
		return settings.Service{}, nil, nil
	}
	if err != nil {
		return settings.Service{}, nil, err
	}
	defer func() { err = errors.Join(err, snapshot.Close()) }()
	if s, err = settings.Targets(a.ctx, snapshot); err != nil {
		return s, nil, err
	}
	choices, err := queries.Choices(a.ctx, snapshot)
	for _, choice := range choices["library"] {
		libraries = append(libraries, choice.Value)
	}
	return s, libraries, err
}

type settingsListCmd struct{ dataFlag }

// Run lists the settings, then the targets and weights of the history.
func (cmd *settingsListCmd) Run(a *app) error {
	s, err := a.settled(cmd.dataFlag)
	if err != nil {
		return err
	}
	files := a.open(cmd.dataFlag)
	defer files.Close()
	service, libraries, err := a.service(files)
	if err != nil {
		return err
	}
	out := tabwriter.NewWriter(a.Stdout, 0, 0, 2, ' ', 0)
	line := func(name, value, usual, doc string) {
		printf(out, "%s\t%s\t%s\t%s\n", oneLine(name), oneLine(value), oneLine(usual), doc)
	}
	line("NAME", "VALUE", "USUAL", "MEANING")
	line(settings.Language, cmp.Or(s.Language, "–"), "–", "Language of the pages ("+languageTags()+"); –: the browser's.")
	line(settings.DateStyle, cmp.Or(s.DateStyle, "dmy"), "dmy", "Order of a date on the pages: dmy, mdy or iso.")
	line(settings.Zone, cmp.Or(s.Zone, "–"), "–", "Time zone that the page of imports offers for a library's first load.")
	line(settings.Terms, cmp.Or(strings.Join(s.Words(settings.Terms), "; "), "–"), "–", "Academic terms, for the presets term and previous_term; the first opens the academic year.")
	for _, code := range withNamed(libraries, s.LibraryNames) {
		line(settings.LibraryPrefix+code, s.LibraryName(code), code, "Name of the library on the pages.")
	}
	for _, option := range settings.Options() {
		line(option.Name, strconv.Itoa(s.Number(option.Name)), strconv.Itoa(option.Default), option.Doc)
	}
	if len(service.Targets) > 0 {
		for _, target := range settings.UsualTargets() {
			line(settings.TargetName(target.Role, target.Kind), daysText(service.Days(target.Role, target.Kind)), daysText(target.Days), "Days within which such a request is to be filled.")
		}
	}
	for _, weight := range service.Weights {
		line(settings.WeightPrefix+weight.Group, strconv.Itoa(weight.Weight), "–", "Weight of the patron group in the priority of open requests, 0 to 100.")
	}
	return out.Flush()
}

// withNamed adds the libraries that have a name and no history yet.
func withNamed(libraries []string, names map[string]string) []string {
	known := map[string]bool{}
	for _, code := range libraries {
		known[code] = true
	}
	for _, code := range slices.Sorted(maps.Keys(names)) {
		if !known[code] {
			libraries = append(libraries, code)
		}
	}
	return libraries
}

func daysText(days float64) string {
	if days == 0 {
		return "–"
	}
	return strconv.FormatFloat(days, 'f', -1, 64)
}

func languageTags() string {
	var tags []string
	for _, w := range locale.All() {
		tags = append(tags, w.Tag)
	}
	return strings.Join(tags, ", ")
}

type settingsSetCmd struct {
	dataFlag
	Name  string   `arg:"" help:"Name of the setting: see 'fillrate settings'."`
	Value []string `arg:"" help:"Its value; terms take one each, such as \"Fall 08-24 to 12-18\"."`
}

// Run changes a setting. A value that can't be used is wrong usage.
func (cmd *settingsSetCmd) Run(a *app) error {
	return a.settle(cmd.dataFlag, []string{cmd.Name}, cmd.Value...)
}

type settingsUnsetCmd struct {
	dataFlag
	Names []string `arg:"" name:"name" help:"Names of the settings."`
}

// Run makes settings as usual again.
func (cmd *settingsUnsetCmd) Run(a *app) error { return a.settle(cmd.dataFlag, cmd.Names) }

// settle gives settings of these names the value, or none. Those of app.db and those of the history are changed each in one
// go.
func (a *app) settle(data dataFlag, names []string, value ...string) error {
	var ours, theirs []string
	for _, name := range names {
		if strings.HasPrefix(name, settings.TargetPrefix) || strings.HasPrefix(name, settings.WeightPrefix) {
			theirs = append(theirs, name)
		} else {
			ours = append(ours, name)
		}
	}
	if len(ours) > 0 {
		if err := a.settleNumbers(data, ours, value); err != nil {
			return err
		}
	}
	if len(theirs) > 0 {
		return a.settleTargets(data, theirs, strings.Join(value, " "))
	}
	return nil
}

func (a *app) settleNumbers(data dataFlag, names, value []string) error {
	return a.withSettings(data, func(book *settings.Book) error {
		before, err := book.Get(a.ctx)
		if err != nil {
			return err
		}
		after := before
		for _, name := range names {
			if err := after.Set(name, value...); err != nil {
				return asWrongSetting(err)
			}
		}
		if w := locale.Find(after.Language); w != nil {
			after.Language = w.Tag
		} else if after.Language != "" {
			return usageError{errors.New("the pages don't speak " + oneLine(after.Language) + ": use one of " + languageTags())}
		}
		if after, err = book.Put(a.ctx, after); err != nil {
			return asWrongSetting(err)
		}
		if after.Revision == before.Revision {
			printf(a.Stdout, "Nothing changed.\n")
			return nil
		}
		for _, name := range names {
			printf(a.Stdout, "%s: %s, was %s.\n", oneLine(name), wordsOr(after.Words(name)), wordsOr(before.Words(name)))
		}
		return nil
	})
}

func wordsOr(words []string) string {
	if len(words) == 0 {
		return "as usual"
	}
	return oneLine(strings.Join(words, "; "))
}

func (a *app) settleTargets(data dataFlag, names []string, value string) error {
	files := a.open(data)
	defer files.Close()
	before, _, err := a.service(files)
	if err != nil {
		return err
	}
	after := before
	for _, name := range names {
		if err := after.Set(name, value); err != nil {
			return asWrongSetting(err)
		}
	}
	generation, err := settings.PutTargets(a.ctx, files, before.Mark(), after, "settings command", time.Now())
	if err != nil {
		return err
	}
	if before.Mark() == after.Mark() {
		printf(a.Stdout, "Nothing changed.\n")
		return nil
	}
	printf(a.Stdout, "Generation %d has the new targets; `fillrate rollback` returns to those of before.\n", generation.Number)
	return nil
}

// asWrongSetting makes a wrong value wrong usage: it was typed on the command line.
func asWrongSetting(err error) error {
	if field := new(settings.FieldError); errors.As(err, &field) {
		return usageError{err}
	}
	return err
}

type settingsHistoryCmd struct{ dataFlag }

// Run lists every change, earliest first, those of the history's targets after those of the settings.
func (cmd *settingsHistoryCmd) Run(a *app) (err error) {
	var edits []settings.Edit
	if err := a.withSettings(cmd.dataFlag, func(book *settings.Book) (err error) {
		edits, err = book.History(a.ctx)
		return err
	}); err != nil {
		return err
	}
	for _, edit := range edits {
		a.tellEdit(edit)
	}
	files := a.open(cmd.dataFlag)
	defer files.Close()
	snapshot, err := files.Snapshot(a.ctx)
	if errors.Is(err, store.ErrNoData) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, snapshot.Close()) }()
	changes, err := settings.TargetEdits(a.ctx, snapshot)
	for _, edit := range changes {
		a.tellEdit(edit)
	}
	return err
}

func (a *app) tellEdit(edit settings.Edit) {
	printf(a.Stdout, "%s  %s: %s, was %s\n", edit.At.UTC().Format("2006-01-02 15:04"), oneLine(edit.Name), oneLine(cmp.Or(edit.After, "as usual")), oneLine(cmp.Or(edit.Before, "as usual")))
}
