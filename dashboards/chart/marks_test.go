package chart

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fillrate/fillrate/dashboards/locale"
)

func TestPlace(t *testing.T) {
	months := Buckets("month", at(2024, 1), at(2024, 4))
	day := func(month time.Month, day int) time.Time { return time.Date(2024, month, day, 0, 0, 0, 0, time.UTC) }
	for _, test := range []struct {
		day  time.Time
		want float64
	}{
		{day(1, 1), 0}, {day(2, 1), 1}, {day(1, 17), 16.0 / 31}, {day(2, 15), 1 + 14.0/29}, // a leap year
		{day(3, 31), 2 + 30.0/31}, {day(4, 1), 3}, {day(12, 31), 3}, {time.Date(2023, 12, 31, 0, 0, 0, 0, time.UTC), 0},
	} {
		if got := Place("month", months, test.day); math.Abs(got-test.want) > 1e-12 {
			t.Errorf("%s stands at %v, want %v", test.day.Format(time.DateOnly), got, test.want)
		}
	}
	weeks := Buckets("week", at(2024, 1), at(2024, 2)) // 1 January 2024 is a Monday
	if got := Place("week", weeks, day(1, 11)); math.Abs(got-(1+3.0/7)) > 1e-12 {
		t.Errorf("the Thursday of the second week stands at %v", got)
	}
}

// The upper line of a band is a height over the lower one, whatever the sign of that.
func TestBandAddsUpBelowNought(t *testing.T) {
	lo, hi := []*float64{new(-5.0), nil, new(-8.0), new(2.0)}, []*float64{new(-1.0), new(3.0), new(4.0), new(2.0)}
	series := Band{Name: "Likely", Color: "s1", Lo: lo, Hi: hi}.series()
	lower, upper := series[0].(map[string]any), series[1].(map[string]any)
	if lower["stack"] != upper["stack"] || lower["stackStrategy"] != "all" || upper["stackStrategy"] != "all" {
		t.Errorf("the two lines are not stacked on one another whatever their signs: %v %v", lower, upper)
	}
	for i := range lo {
		bottom, height := lower["data"].([]any)[i], upper["data"].([]any)[i]
		if lo[i] == nil || hi[i] == nil {
			if bottom != nil || height != nil {
				t.Errorf("place %d has a bound only on one side, and is drawn", i)
			}
			continue
		}
		if height.(float64) < 0 || bottom.(float64)+height.(float64) != *hi[i] {
			t.Errorf("place %d: %v and %v do not reach %v", i, bottom, height, *hi[i])
		}
	}
}

func TestSignedChartBeginsBelowNought(t *testing.T) {
	chart := options()["band"]
	for signed, want := range map[bool]bool{true: false, false: true} {
		chart.Signed = signed
		option, err := chart.Option()
		if err != nil {
			t.Fatal(err)
		}
		if _, got := option["yAxis"].([]any)[0].(map[string]any)["min"]; got != want {
			t.Errorf("signed %v: the axis is tied to nought: %v", signed, got)
		}
	}
}

// Each value lies in exactly one bin, at the place where it is marked, and nought is an edge.
func TestBins(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Float64Range(-0.99, 60), 0, 50).Draw(t, "values")
		actual := rapid.Float64Range(-0.99, 10).Draw(t, "actual")
		bins := Bins(values, 0.01, actual)
		if len(bins) < 2 || len(bins) > 26 {
			t.Fatalf("%d bins", len(bins))
		}
		n := 0
		for i, bin := range bins {
			n += bin.N
			if i > 0 && math.Abs(bin.From-bins[i-1].To) > 1e-9 {
				t.Fatalf("a gap before %v", bin)
			}
		}
		if n != len(values) {
			t.Fatalf("%d of %d values are counted", n, len(values))
		}
		if !slices.ContainsFunc(bins, func(b Bin) bool { return math.Abs(b.From) < 1e-9 || math.Abs(b.To) < 1e-9 }) {
			t.Fatal("nought is no edge")
		}
		place := BinPlace(bins, actual)
		bin := bins[int(place)]
		slack := 1e-9 * max(1, bin.To-bin.From) // a place is that exact, in bins
		if actual < bin.From-slack || actual > bin.To+slack {
			t.Fatalf("%v is marked in %v", actual, bin)
		}
	})
	for _, odd := range []float64{math.Inf(1), math.NaN()} {
		if bins := Bins([]float64{odd, 1}, 0.01); bins != nil && math.IsInf(odd, 1) {
			t.Errorf("%v gives bins", odd)
		}
	}
}

func TestDescribeTellsABand(t *testing.T) {
	got := Describe(locale.Find("en"), options()["band"])
	if want := "Likely range: from −4 to 13 at the end (Mar 2024)"; !strings.HasSuffix(got, want) {
		t.Errorf("%s\nwant at the end: %s", got, want)
	}
}

// What is known in a single bucket is drawn all the same: a bar in place of an area, and a symbol in place of a line.
func TestASingleBucket(t *testing.T) {
	categories := []Category{{Label: "Jan"}, {Label: "Feb"}, {Label: "Mar"}}
	c := Chart{Kind: Lines, Format: Count, Categories: categories,
		Series: []Series{{Name: "Expected", Color: "s2", Bare: true, Points: []Point{{}, {Value: new(4.0)}, {}}}, {Name: "Observed", Color: "s1", Bare: true, Points: []Point{{Value: new(1.0)}, {Value: new(4.0)}, {}}}},
		Bands:  []Band{{Name: "Likely", Color: "s2", Lo: []*float64{nil, new(2.0), nil}, Hi: []*float64{nil, new(7.0), nil}}}}
	option, err := c.Option()
	if err != nil {
		t.Fatal(err)
	}
	series := option["series"].([]any)
	expected, observed, band := series[0].(map[string]any), series[1].(map[string]any), series[3].(map[string]any)
	if expected["showSymbol"] != true || observed["showSymbol"] != false {
		t.Errorf("symbols shown: %v of a single point, %v of two in a row", expected["showSymbol"], observed["showSymbol"])
	}
	line, _ := band["markLine"].(map[string]any)
	if data, _ := line["data"].([]any); len(data) != 1 {
		t.Errorf("the single range is drawn as %v", line)
	}
	c.Bands[0].Lo[2], c.Bands[0].Hi[2] = new(2.0), new(7.0)
	if option, err = c.Option(); err != nil || option["series"].([]any)[3].(map[string]any)["markLine"] != nil {
		t.Errorf("a range of two buckets is an area (%v)", err)
	}
}
