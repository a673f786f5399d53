package main

import (
	"errors"

	"github.com/fillrate/fillrate/queries/campaign"
	"github.com/fillrate/fillrate/queries/store"
)

// mostNotes is how many names a command says at most that the history does not have.
const mostNotes = 10

// noteSlips says on stderr what may be a slip in records that were taken all the same: a campaign may be recorded before there
// is data of those it addresses.
func (a *app) noteSlips(data dataFlag, list []campaign.Campaign, exposures []campaign.Exposure) {
	for _, c := range list {
		if c.Cost != nil && c.Currency == "" {
			a.note("%s has a cost but no currency: `fillrate campaign edit %s --currency USD` adds it", c.ID, c.ID)
		}
	}
	var groups []campaign.Group
	for _, c := range list {
		groups = append(groups, c.Target, c.Comparison)
	}
	for _, e := range exposures {
		groups = append(groups, e.Group())
	}
	if a.noteStrangers(data, groups) {
		a.note("names are kept as they are written, as later data may bring them; until then nothing is counted of these")
	}
}

// noteStrangers says which names the history does not have, and tells whether there were any. Without a history there is
// nothing to say.
func (a *app) noteStrangers(data dataFlag, groups []campaign.Group) bool {
	files := a.open(data)
	defer files.Close()
	snapshot, err := files.Snapshot(a.ctx)
	if errors.Is(err, store.ErrNoData) {
		return false
	}
	if err != nil {
		a.note("the names could not be looked up in the history: %s", sentence(a.ctx, err))
		return false
	}
	defer snapshot.Close()
	strangers, err := campaign.Strangers(a.ctx, snapshot, groups...)
	if err != nil {
		a.note("the names could not be looked up in the history: %s", sentence(a.ctx, err))
		return false
	}
	for _, stranger := range strangers[:min(len(strangers), mostNotes)] {
		a.note("%s", stranger)
	}
	if n := len(strangers) - mostNotes; n > 0 {
		a.note("%d more names are not in this history", n)
	}
	return len(strangers) > 0
}

// note says something that is no error.
func (a *app) note(format string, args ...any) {
	printf(a.Stderr, "fillrate: note: "+format+"\n", args...)
}
