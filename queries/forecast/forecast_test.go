package forecast_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/forecast"
	"github.com/fillrate/fillrate/queries/store"
)

// Two years of ten requests a month and a year of twenty. Before the newest twelve months nothing errs, so that the first
// combination stands: alpha 0.1, beta 0, gamma 0.1. The level then goes a tenth of the way each month: the errors are 10,
// 9, 8.1 … 10 × 0.9^11, together 71.757 of 240, where last year's months err by 120 of 240. The months' seasons are 0.9, 0.81 … 0.9^12,
// the level ends at 20 − 10 × 0.9^12 = 17.17570, so that January is expected to bring 18.07570.
// The median of the errors lies between the sixth and the seventh, 5.609655; times 1.4826 is 8.316874. Two months ahead the
// band is wider by the root of 1.01.
func TestWorkedByHand(t *testing.T) {
	counts := make([]int, 36)
	for i := range counts {
		counts[i] = 10
		if i >= 24 {
			counts[i] = 20
		}
	}
	result := ask(t, map[string][]int{"borrowing": counts}, "")
	if len(result.Rows) != 42 {
		t.Fatalf("%d months and not 36 + 6", len(result.Rows))
	}
	sigma := 1.4826 * 10 * (math.Pow(0.9, 5) + math.Pow(0.9, 6)) / 2
	for i, row := range result.Rows {
		var want []any
		switch {
		case i < 12:
			want = []any{nil, nil, nil, nil}
		case i < 24:
			want = []any{10.0, max(0, 10-1.96*sigma), 10 + 1.96*sigma, "holt_winters"}
		case i < 36:
			expected := 20 - 10*math.Pow(0.9, float64(i-24))
			want = []any{expected, max(0, expected-1.96*sigma), expected + 1.96*sigma, "holt_winters"}
		default:
			ahead := float64(i - 35)
			expected := 20 - 10*math.Pow(0.9, 12) + math.Pow(0.9, ahead)
			width := 1.96 * sigma * math.Sqrt(1+(ahead-1)*0.01)
			want = []any{expected, max(0, expected-width), expected + width, "holt_winters"}
		}
		same(t, fmt.Sprint("month ", i+1), row[2:6], want)
		same(t, "errors", row[6:9], []any{100 * (1 - math.Pow(0.9, 12)) / 240, 0.5, 100 * (1 - math.Pow(0.9, 12)) / 240})
	}
	if got := result.Rows[36][2].(float64); math.Abs(got-18.07570) > 0.00001 {
		t.Errorf("January is expected to bring %v", got)
	}
}

// What repeats is followed exactly, and then the simpler method stands.
func TestSeasonWithoutTrend(t *testing.T) {
	counts := make([]int, 48)
	for i := range counts {
		counts[i] = 5 + 3*(i%12)
	}
	for i, row := range ask(t, map[string][]int{"lending": counts}, "").Rows[12:] {
		same(t, fmt.Sprint("month ", i+13), []any{row[2], row[5], row[6], row[7]}, []any{float64(5 + 3*(i%12)), "seasonal_naive", 0.0, 0.0})
		if winters := row[8].(float64); winters > 1e-12 {
			t.Errorf("Holt-Winters errs by %v on what repeats itself", winters)
		}
	}
}

// A season on a straight trend is followed exactly from the first forecast on, and the months to come go on along it,
// where last year's months stay behind by a year's growth.
func TestSeasonWithTrend(t *testing.T) {
	value := func(i int) float64 { return 100 + 2*float64(i) + 12*float64((i*5)%12) }
	counts := make([]int, 40)
	for i := range counts {
		counts[i] = int(value(i))
	}
	rows := ask(t, map[string][]int{"borrowing": counts}, "").Rows
	if len(rows) != 46 {
		t.Fatalf("%d months and not 40 + 6", len(rows))
	}
	for i, row := range rows[12:] {
		same(t, fmt.Sprint("month ", i+13), []any{row[2], row[5]}, []any{value(i + 12), "holt_winters"})
		if e := row[8].(float64); e > 1e-12 {
			t.Errorf("it errs by %v", e)
		}
	}
}

// Series of chance are followed as the textbook's recursion follows them.
func TestTextbookRecursion(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 11))
	winters := 0
	for _, length := range []int{36, 41, 60, 75} {
		series := map[string][]int{}
		for _, role := range []string{"borrowing", "docdel", "lending"} {
			for i := range length {
				mean := 60 + float64(i)*random.Float64() + 25*math.Sin(float64(i)*math.Pi/6)
				series[role] = append(series[role], int(mean+8*random.NormFloat64()))
			}
		}
		result := ask(t, series, "role")
		for i, row := range result.Rows {
			role, step := row[0].(string), i%(length+6)
			want := textbook(series[role])
			same(t, fmt.Sprintf("%s, errors of %d months", role, length), row[8:10], []any{want.naiveError, want.wintersError})
			if step >= 12 && row[6] == "holt_winters" {
				winters++
				same(t, fmt.Sprintf("%s, month %d of %d", role, step+1, length), row[3:4], []any{want.expected[step]})
			}
		}
	}
	if winters == 0 {
		t.Error("Holt-Winters was never taken")
	}
}

type fit struct {
	expected                 []float64 // from month 1, six months beyond the series; the first twelve are 0
	naiveError, wintersError float64
}

// textbook is Holt-Winters by the equations of the definition, in their own form.
func textbook(counts []int) fit {
	n := len(counts)
	y := make([]float64, n)
	for i, count := range counts {
		y[i] = float64(count)
	}
	mean := func(values []float64) (m float64) {
		for _, v := range values {
			m += v / float64(len(values))
		}
		return m
	}
	share := func(expected []float64) float64 {
		wrong, all := 0.0, 0.0
		for t := n - 12; t < n; t++ {
			wrong += math.Abs(y[t] - expected[t])
			all += y[t]
		}
		return wrong / all
	}
	best, least := fit{}, math.Inf(1)
	for _, alpha := range []float64{0.1, 0.3, 0.5} {
		for _, beta := range []float64{0, 0.1} {
			for _, gamma := range []float64{0.1, 0.3} {
				level := mean(y[:12])
				trend := (mean(y[12:24]) - level) / 12
				season := make([]float64, n)
				for i := range 12 {
					season[i] = y[i] - (level + (float64(i+1)-6.5)*trend)
				}
				level += 5.5 * trend // from the middle of the first year to its end
				expected := make([]float64, n+6)
				squares := 0.0
				for t := 12; t < n; t++ {
					expected[t] = level + trend + season[t-12]
					if t < n-12 {
						squares += (y[t] - expected[t]) * (y[t] - expected[t])
					}
					before := level
					level = alpha*(y[t]-season[t-12]) + (1-alpha)*(level+trend)
					trend = beta*(level-before) + (1-beta)*trend
					season[t] = gamma*(y[t]-level) + (1-gamma)*season[t-12]
				}
				for h := 1; h <= 6; h++ {
					expected[n-1+h] = level + float64(h)*trend + season[n-1+h-12]
				}
				if squares < least {
					least, best = squares, fit{expected: expected, wintersError: share(expected)}
				}
			}
		}
	}
	best.naiveError = share(append(make([]float64, 12), y...))
	return best
}

// ask loads so many requests for each month from January 2010 on, by role, and asks for the forecast.
func ask(t *testing.T, series map[string][]int, by string) *queries.Result {
	t.Helper()
	ctx := context.Background()
	files := store.Open(t.TempDir())
	defer files.Close()
	_, err := files.Load(ctx, func(ctx context.Context, tx *store.Tx) (store.Verdict, error) {
		if _, err := tx.Exec(ctx, "insert into library values ('MAIN', 'UTC', true, null)"); err != nil {
			return store.Discard, err
		}
		for role, counts := range series {
			var rows []string
			for i, count := range append(counts, 1) { // a request on the first day after, so that the last month is full
				rows = append(rows, fmt.Sprintf("(%d, %d)", i, count))
			}
			_, err := tx.Exec(ctx, `insert into request (request_id, library, source, source_id, role, kind, status, created_at, last_change_at,
					columns, first_batch, last_batch, row_hash)
				select (hash(id) // 2)::bigint, 'MAIN', 'generic', id, $1, 'copy', 'sent', at_, at_, 0, 1, 1, 0
				from (
					select $1 || ' ' || month || ' ' || unnest(range(n)) as id, timestamp '2010-01-01' + to_months(month) as at_
					from (values `+strings.Join(rows, ", ")+`) months (month, n)
				)`, role)
			if err != nil {
				return store.Discard, err
			}
		}
		return store.Keep, tx.Derive(ctx)
	})
	if err != nil {
		t.Fatal(err)
	}
	snapshot, err := files.Snapshot(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer snapshot.Close()
	filter := queries.Filter{}
	if by != "" {
		filter.By = []string{by}
	}
	result, err := queries.Run(ctx, snapshot, forecast.Metric, filter)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// same compares values; numbers to nine digits.
func same(t *testing.T, what string, got, want []any) {
	t.Helper()
	for i := range want {
		g, isNumber := got[i].(float64)
		w, _ := want[i].(float64)
		if isNumber && want[i] != nil {
			if math.Abs(g-w) > 1e-9*max(1, math.Abs(w)) {
				t.Errorf("%s: %v and not %v", what, got, want)
				return
			}
		} else if got[i] != want[i] {
			t.Errorf("%s: %v and not %v", what, got, want)
			return
		}
	}
}
