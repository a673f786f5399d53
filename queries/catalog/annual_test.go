package catalog_test

import (
	"context"
	"maps"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/annual"
)

// The surveys' figures of a history that is counted by hand, see testdata/surveys.txtar. Split by source they are the same.
func TestSurveysAgreeWithTheHandCount(t *testing.T) {
	archive, err := txtar.ParseFile("../annual/testdata/surveys.txtar")
	if err != nil {
		t.Fatal(err)
	}
	snapshot := loadCase(t, archive)
	from, to := annual.FiscalYear(2024, 7)
	want := map[string]map[string]int64{
		"ipeds": {"provided": 9, "received": 10},
		"acrl":  {"81": 9, "81a": 5, "81b": 3, "81c": 8, "81-unknown": 1, "82": 10, "82a": 4, "82b": 5, "82c": 9, "82-unknown": 1},
		"arl":   {"provided": 9, "received": 10},
	}
	// everything that ended in the year, and of the two forms
	whole := map[string]int64{"provided": 12, "received": 17, "81": 12, "82": 17, "81c": 11, "82c": 16}
	for _, by := range [][]string{nil, {"source"}} {
		result, err := queries.Run(context.Background(), snapshot, annual.Metric, queries.Filter{From: from, To: to, Basis: queries.Period, By: by})
		if err != nil {
			t.Fatal(err)
		}
		for _, survey := range annual.Surveys {
			got := map[string]int64{}
			for _, figure := range survey.Count(result) {
				got[figure.Line.ID] = figure.N
				var counted, all, rapid int64
				for _, part := range figure.Trail {
					all += part.N
					if part.IsCounted {
						counted += part.N
					}
					if len(part.Of) != len(by) {
						t.Fatalf("a part is of %v", part.Of)
					}
					if len(by) > 0 && part.Of[0] == "rapid" {
						rapid += part.N
					}
				}
				if counted != figure.N || figure.IsWithheld {
					t.Errorf("%s %s: %d, its trail adds up to %d", survey.ID, figure.Line.ID, figure.N, counted)
				}
				if n, ok := whole[figure.Line.ID]; ok && n != all {
					t.Errorf("%s %s: the trail has %d requests, want %d", survey.ID, figure.Line.ID, all, n)
				}
				if len(by) > 0 && survey.ID == "ipeds" && rapid != 1 {
					t.Errorf("%s: %d came through the second system", figure.Line.ID, rapid)
				}
			}
			if !maps.Equal(got, want[survey.ID]) {
				t.Errorf("%s by %v: %v, counted by hand %v", survey.ID, by, got, want[survey.ID])
			}
		}
	}
}
