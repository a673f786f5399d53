package campaign

import (
	"context"
	"errors"
	"io"
	"time"
)

var errNotYet = errors.New("not yet")

// Add records a new campaign; how is add or import. An id that is taken is a Conflict.
func (b *Book) Add(ctx context.Context, c Campaign, how string) error { return errNotYet }

// Edit changes a record to what c says; c.Revision must be the one that was read, else Conflict. Nothing changed: nothing happens.
func (b *Book) Edit(ctx context.Context, c Campaign, how string) error { return errNotYet }

// Remove takes a campaign off the list. Its history stays.
func (b *Book) Remove(ctx context.Context, id string) error { return errNotYet }

// Get gives a campaign by its id, in any case of letters; NotFound names those there are.
func (b *Book) Get(ctx context.Context, id string) (Campaign, error) { return Campaign{}, errNotYet }

// List gives all campaigns by start, then id.
func (b *Book) List(ctx context.Context) ([]Campaign, error) { return nil, nil }

// History gives every edit of a record, earliest first.
func (b *Book) History(ctx context.Context, id string) ([]Edit, error) { return nil, nil }

// Looked marks that results of a campaign were seen; only the first time counts.
func (b *Book) Looked(ctx context.Context, id string, at time.Time) error { return errNotYet }

// FreeID makes an id of a name that no record has, nor had.
func (b *Book) FreeID(ctx context.Context, name string) (string, error) { return "", errNotYet }

// Import adds and changes campaigns from a CSV file, all or none.
func (b *Book) Import(ctx context.Context, from io.Reader, file string) (Summary, error) {
	return Summary{}, errNotYet
}

// Exposures gives all exposures by dimension, unit and day.
func (b *Book) Exposures(ctx context.Context) ([]Exposure, error) { return nil, nil }

// ImportExposures adds and changes exposures from a CSV file, all or none.
func (b *Book) ImportExposures(ctx context.Context, from io.Reader, file string) (Summary, error) {
	return Summary{}, errNotYet
}

// FieldError is an input that was refused: Field as in JSON (start, target.departments, …), Message one sentence. Its code is queries.Invalid.
type FieldError struct{ Field, Message string }

func (e *FieldError) Error() string { return e.Message }

// Validate gives the first thing wrong as a *FieldError.
func Validate(c Campaign) error { return errNotYet }

// Clean trims what was typed and fills in the defaults (kind, roles, outcome). Add, Edit and Import do so themselves.
func Clean(c Campaign) Campaign { return c }

// Set reads one field from text as a person types it (days 2024-09-01; list fields take several values; empty clears), a *FieldError where it can't.
func Set(c *Campaign, field string, values ...string) error { return errNotYet }

// Text gives a field as Set reads it.
func Text(c Campaign, field string) []string { return nil }

// Words gives a field as the history of edits says it.
func Words(c Campaign, field string) string { return "" }

// Fields names the fields that people set, as in JSON.
func Fields() []string { return nil }

// Measured tells whether changing a field changes what is measured.
func Measured(field string) bool { return false }

// Channels are the usual channels; any other word will do.
var Channels = []string{"workshop", "newsletter", "social_media", "liaison_visit", "poster", "course_page"}
