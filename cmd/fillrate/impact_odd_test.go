package main

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// oddHistory has eight departments as they should be, and some as they come: Alchemy closed in March 2023, Data Science opened
// in October 2023, Classics asked for nothing since 2021, and of Runes there are a handful of requests.
func oddHistory(asOf time.Time) monthly {
	m := monthly{first: time.Date(2020, time.January, 1, 0, 0, 0, 0, time.UTC), counts: map[string][]int{}, asOf: asOf}
	season := [12]int{90, 120, 110, 125, 70, 60, 55, 70, 115, 135, 110, 60} // per cent
	mean := map[string]int{"History": 40, "Music": 20, "Nursing": 30, "Sociology": 25, "Biology": 35, "Chemistry": 22, "English": 38, "Education": 28,
		"Alchemy": 18, "Data Science": 16, "Classics": 12, "Runes": 1}
	chance := uint32(20240901)
	for i := range 54 {
		for _, name := range []string{"History", "Music", "Nursing", "Sociology", "Biology", "Chemistry", "English", "Education", "Alchemy", "Data Science", "Classics", "Runes"} {
			chance = chance*1664525 + 1013904223
			n := mean[name] * season[i%12] * (1000 + 3*i) / 100_000
			n = n * (85 + int(chance>>24)*30/256) / 100
			switch {
			case name == "Alchemy" && i >= 38, name == "Data Science" && i < 45, name == "Classics" && i >= 12, name == "Runes" && i%11 != 0:
				n = 0
			case name == "Runes":
				n = 1
			}
			m.counts[name] = append(m.counts[name], n)
		}
	}
	return m
}

var codes = []string{"likely_increase", "likely_decrease", "no_clear_effect", "cant_tell"}

type oddCase struct {
	name    string
	flags   string // of campaign add; a comma separates the names of a list flag
	verdict string // empty: any of the four
	refused string // code of a refusal that must be among those given; several with | between
	method  string // of the headline; "none": there must be no headline; empty: any or none
	says    string // what the verdict's text must match
	unsaid  string // what neither it nor the refusals may match
}

const regular = "--target-department History,Music,Nursing --comparison-department Sociology,Biology,Chemistry,English,Education"

var oddCases = []oddCase{
	{name: "sent to everyone", flags: "--start 2023-09-01 --end 2024-01-01", refused: "no_comparison|all_treated", method: "its"},
	{name: "every department named", flags: "--start 2023-09-01 --end 2024-01-01 --target-department " +
		"History,Music,Nursing,Sociology,Biology,Chemistry,English,Education", refused: "no_comparison|all_treated", method: "its"},
	{name: "fewer than four departments", flags: "--start 2023-09-01 --end 2024-01-01 --target-department History --comparison-department Music", refused: "few_units"},
	{name: "one department of five: too few ways to choose it", flags: "--start 2023-09-01 --end 2024-01-01 --target-department History " +
		"--comparison-department Music,Nursing,Sociology,Biology", refused: "few_units"},
	{name: "still running", flags: "--start 2024-05-01 --end 2024-09-01 " + regular, verdict: "cant_tell", refused: "not_finished", method: "none"},
	{name: "lasting, since last winter", flags: "--start 2024-02-01 " + regular, verdict: "cant_tell", refused: "not_finished", method: "none"},
	{name: "ended, but not its carry-over", flags: "--start 2024-02-01 --end 2024-05-01 --carry-over 6 " + regular, verdict: "cant_tell", refused: "not_finished", method: "none"},
	{name: "not started", flags: "--start 2031-09-01 --end 2032-01-01 " + regular, verdict: "cant_tell", refused: "not_started", method: "none"},
	{name: "lasting for longer than a year", flags: "--start 2022-09-01 " + regular, method: "did_permutation"},
	{name: "carry-over of two years", flags: "--start 2022-09-01 --end 2022-12-01 --carry-over 24 " + regular, method: "did_permutation"},
	{name: "unknown department", flags: "--start 2023-09-01 --end 2024-01-01 --target-department Astrology --comparison-department " +
		"Sociology,Biology,Chemistry,English,Education", verdict: "cant_tell", refused: "no_data", method: "none"},
	{name: "unknown department among others", flags: "--start 2023-09-01 --end 2024-01-01 --target-department Astrology,History,Music,Nursing " +
		"--comparison-department Sociology,Biology,Chemistry,English,Education", method: "did_permutation"},
	{name: "nobody known to compare with", flags: "--start 2023-09-01 --end 2024-01-01 --target-department History,Music,Nursing " +
		"--comparison-department Astrology,Palmistry", refused: "no_comparison|few_units|all_treated"},
	{name: "a department with no requests", flags: "--start 2023-09-01 --end 2024-01-01 --target-department Classics --comparison-department " +
		"Sociology,Biology,Chemistry,English,Education", verdict: "cant_tell", refused: "no_data|zero_counts", method: "none"},
	{name: "a department with no requests among others", flags: "--start 2023-09-01 --end 2024-01-01 --target-department Classics,History,Music,Nursing " +
		"--comparison-department Sociology,Biology,Chemistry,English,Education", method: "did_permutation"},
	{name: "a department that closed", flags: "--start 2023-09-01 --end 2024-01-01 --target-department Alchemy --comparison-department " +
		"Sociology,Biology,Chemistry,English,Education", verdict: "cant_tell", method: "none"},
	{name: "a department that closed among the targets", flags: "--start 2023-09-01 --end 2024-01-01 --target-department Alchemy,History,Music,Nursing " +
		"--comparison-department Sociology,Biology,Chemistry,English,Education", method: "did_permutation"},
	{name: "a department that closed in the comparison", flags: "--start 2023-09-01 --end 2024-01-01 --target-department History,Music,Nursing " +
		"--comparison-department Alchemy,Sociology,Biology,Chemistry,English,Education", method: "did_permutation"},
	{name: "a new department", flags: "--start 2023-09-01 --end 2024-01-01 --target-department Data_Science --comparison-department " +
		"Sociology,Biology,Chemistry,English,Education", verdict: "cant_tell", method: "none"},
	{name: "a department of hardly any requests", flags: "--start 2023-09-01 --end 2024-01-01 --target-department Runes --comparison-department " +
		"Sociology,Biology,Chemistry,English,Education", verdict: "cant_tell"},
	{name: "history under 24 months", flags: "--start 2021-09-01 --end 2022-01-01 " + regular, verdict: "cant_tell", refused: "short_history", method: "none"},
	{name: "before the history", flags: "--start 2015-09-01 --end 2016-01-01 " + regular, verdict: "cant_tell", refused: "short_history", method: "none",
		unsaid: "not_finished|no_data|nobody"},
	{name: "in the first days of the history", flags: "--start 2020-01-01 --end 2020-01-02 " + regular, verdict: "cant_tell", refused: "short_history", method: "none"},
	{name: "one day", flags: "--start 2023-10-04 --end 2023-10-05 " + regular},
	{name: "a leap day", flags: "--start 2024-02-29 --end 2024-03-01 " + regular},
	{name: "the last month of the history", flags: "--start 2024-06-01 --end 2024-07-01 " + regular, method: "did_permutation"},
	{name: "half months", flags: "--start 2023-09-17 --end 2023-12-09 " + regular, method: "did_permutation"},
	{name: "per head, enrolment not known", flags: "--start 2023-09-01 --end 2024-01-01 --per-head " + regular, verdict: "cant_tell", refused: "exposure_missing", method: "none"},
	{name: "by patron group", flags: "--start 2023-09-01 --end 2024-01-01 --target-group Faculty --comparison-group Graduate,Undergraduate", refused: "few_units"},
	{name: "by library", flags: "--start 2023-09-01 --end 2024-01-01 --target-library MAIN", refused: "no_comparison|all_treated"},
	{name: "faculty of some departments", flags: "--start 2023-09-01 --end 2024-01-01 --target-group Faculty " + regular},
	{name: "document delivery", flags: "--start 2023-09-01 --end 2024-01-01 --role docdel " + regular},
	{name: "a service change for everyone", flags: "--kind service_change --start 2023-09-01 --outcome median_turnaround", verdict: "cant_tell"},
	{name: "requesters", flags: "--outcome requesters --start 2023-09-01 --end 2024-01-01 " + regular, method: "did_permutation"},
	{name: "first-time requesters", flags: "--outcome first_time_requesters --start 2023-09-01 --end 2024-01-01 " + regular},
	{name: "turnaround that the export does not tell", flags: "--outcome median_turnaround --start 2023-09-01 --end 2024-01-01 " + regular, verdict: "cant_tell",
		method: "none", unsaid: "There are no requests"},
	{name: "fill rate of all filled", flags: "--outcome fill_rate --start 2023-09-01 --end 2024-01-01 " + regular},
	{name: "overdue rate without loans", flags: "--outcome overdue_rate --start 2023-09-01 --end 2024-01-01 " + regular, verdict: "cant_tell"},
	{name: "held locally without any", flags: "--outcome held_locally --start 2023-09-01 --end 2024-01-01 " + regular, verdict: "cant_tell", refused: "zero_counts", method: "none"},
}

// args are the arguments of campaign add; an underscore stands for a space in a name.
func (c oddCase) args(data, id string) []string {
	args := []string{"campaign", "add", "--data", data, "--id", id, "--name", "Campaign " + id}
	words := strings.Fields(c.flags)
	for i := 0; i < len(words); i++ {
		if i+1 == len(words) || strings.HasPrefix(words[i+1], "--") { // a switch
			args = append(args, words[i])
			continue
		}
		for _, value := range strings.Split(words[i+1], ",") {
			args = append(args, words[i], strings.ReplaceAll(value, "_", " "))
		}
		i++
	}
	for i, arg := range args { // --kind and --outcome have underscores of their own
		if i > 0 && (args[i-1] == "--kind" || args[i-1] == "--outcome") {
			args[i] = strings.ReplaceAll(arg, " ", "_")
		}
	}
	return args
}

// An answer never holds what is no number, a word that claims too much, or an account's name.
var never = regexp.MustCompile(`(?i)\bNaN\b|\bInf\b|significan|\bproves?\b|\bcaused\b|\bu0\d+|panic|%!`)

func (c oddCase) check(t *testing.T, data, id string) answer {
	t.Helper()
	formats := []string{"text", "csv", "json"}
	if testing.Short() {
		formats = formats[2:]
	}
	a := answer{t: t, what: id}
	for _, format := range formats {
		status, stdout, stderr := fillrate(t, "campaign", "impact", id, "--data", data, "--format", format)
		if status != 0 || stdout == "" {
			t.Fatalf("as %s: status %d: %s", format, status, stderr)
		}
		if found := never.FindString(stdout + stderr); found != "" {
			t.Errorf("as %s: the answer says %q: %s", format, found, stdout+stderr)
		}
		if format == "json" {
			if err := json.Unmarshal([]byte(stdout), &a.tree); err != nil {
				t.Fatal(err)
			}
		}
	}
	code, text := a.text("verdict", "code"), a.text("verdict", "text")
	if !slices.Contains(codes, code) || text == "" {
		t.Errorf("the verdict is %q: %q", code, text)
	}
	if c.verdict != "" && code != c.verdict {
		t.Errorf("the verdict is %s (%s), want %s", code, text, c.verdict)
	}
	if c.says != "" && !regexp.MustCompile(c.says).MatchString(text) {
		t.Errorf("the verdict says %q, want %s", text, c.says)
	}
	var refused []string
	for _, refusal := range a.list("refusals") {
		row := refusal.(map[string]any)
		refused = append(refused, fmt.Sprint(row["code"]))
		text += " " + fmt.Sprint(row["code"], " ", row["reason"], " ", row["needed"])
		if row["reason"] == "" || row["needed"] == "" {
			t.Errorf("the refusal %v lacks its reason, or what is needed", row)
		}
	}
	if c.refused != "" && !slices.ContainsFunc(refused, func(code string) bool { return slices.Contains(strings.Split(c.refused, "|"), code) }) {
		t.Errorf("refused is %v, want %s", refused, c.refused)
	}
	if c.unsaid != "" && regexp.MustCompile(c.unsaid).MatchString(text) {
		t.Errorf("the answer says %q, which matches %s", text, c.unsaid)
	}
	if a.at("headline") == nil {
		if code != "cant_tell" {
			t.Errorf("the verdict is %s without a headline", code)
		}
		if c.method != "" && c.method != "none" {
			t.Errorf("no headline, want one by %s; refused: %v", c.method, a.at("refusals"))
		}
		return a
	}
	if got := a.text("headline", "method"); c.method != "" && got != c.method {
		t.Errorf("the headline's method is %s, want %s", got, c.method)
	}
	if rr, lo, hi, p := a.number("headline", "rr"), a.number("headline", "lo"), a.number("headline", "hi"), a.number("headline", "p"); !(0 < lo && lo <= rr && rr <= hi && 0 <= p && p <= 1) {
		t.Errorf("the headline is %v (%v to %v), p %v", rr, lo, hi, p)
	} else if strings.HasPrefix(code, "likely_") && lo <= 1 && 1 <= hi {
		t.Errorf("the verdict is %s, though the interval from %v to %v spans 1", code, lo, hi)
	}
	return a
}

// Campaigns as libraries run them: each gets an answer that makes sense, and none brings the program down.
func TestOddCampaigns(t *testing.T) {
	data := oddHistory(time.Time{}).ingested(t, allMonth)
	for i, c := range oddCases {
		t.Run(c.name, func(t *testing.T) {
			id := fmt.Sprintf("odd-%d", i)
			if status, _, stderr := fillrate(t, c.args(data, id)...); status != 0 {
				t.Fatalf("campaign add: status %d: %s", status, stderr)
			}
			c.check(t, data, id)
			if status, _, stderr := fillrate(t, "campaign", "remove", id, "--data", data); status != 0 {
				t.Fatalf("campaign remove: status %d: %s", status, stderr)
			}
		})
	}
}

// Two campaigns in the same departments at the same time have one effect between them, whatever else was recorded.
func TestInseparableCampaigns(t *testing.T) {
	data := oddHistory(time.Time{}).ingested(t, allMonth)
	twins := oddCase{name: "twins", flags: "--start 2023-09-01 --end 2024-01-01 " + regular, verdict: "cant_tell", refused: "inseparable", method: "none", says: "joint effect"}
	for _, id := range []string{"one", "two"} {
		if status, _, stderr := fillrate(t, twins.args(data, id)...); status != 0 {
			t.Fatalf("campaign add: status %d: %s", status, stderr)
		}
	}
	for _, id := range []string{"one", "two"} {
		a := twins.check(t, data, id)
		if text := a.text("verdict", "text"); !strings.Contains(text, "Campaign one") || !strings.Contains(text, "Campaign two") {
			t.Errorf("the verdict names not both campaigns: %s", text)
		}
		if !(a.number("joint_effect", "rr") > 0) {
			t.Errorf("the joint effect is %v", a.at("joint_effect"))
		}
	}
	// A month apart they can hardly be told apart either; half a year apart they can.
	apart := oddCase{flags: "--start 2023-02-01 --end 2023-05-01 " + regular, method: "joint_twfe"}
	if status, _, stderr := fillrate(t, "campaign", "remove", "two", "--data", data); status != 0 {
		t.Fatal(stderr)
	}
	if status, _, stderr := fillrate(t, apart.args(data, "three")...); status != 0 {
		t.Fatal(stderr)
	}
	oddCase{}.check(t, data, "one")
	oddCase{}.check(t, data, "three")

	// A service change for everyone at the same time touches both groups alike.
	if status, _, stderr := fillrate(t, "campaign", "remove", "three", "--data", data); status != 0 {
		t.Fatal(stderr)
	}
	change := oddCase{flags: "--kind service_change --start 2023-09-01"}
	if status, _, stderr := fillrate(t, change.args(data, "tool")...); status != 0 {
		t.Fatal(stderr)
	}
	oddCase{method: "did_permutation"}.check(t, data, "one")
}

// An export in the middle of the campaign's last month is no answer yet.
func TestAnExportBeforeTheEnd(t *testing.T) {
	data := oddHistory(time.Date(2024, time.June, 18, 0, 0, 0, 0, time.UTC)).ingested(t, allMonth)
	c := oddCase{flags: "--start 2024-03-01 --end 2024-07-01 " + regular, verdict: "cant_tell", refused: "incomplete_month|not_finished", method: "none"}
	if status, _, stderr := fillrate(t, c.args(data, "early")...); status != 0 {
		t.Fatal(stderr)
	}
	a := c.check(t, data, "early")
	if raw := a.at("raw_change"); raw != nil {
		t.Errorf("a raw change is shown before the end: %v", raw)
	}
}

// What can't be recorded is refused in a sentence, and nothing changes.
func TestCampaignsThatAreRefused(t *testing.T) {
	data := oddHistory(time.Date(2020, time.March, 1, 0, 0, 0, 0, time.UTC)).ingested(t, allMonth)
	for name, c := range map[string]struct{ flags, says string }{
		"in both groups":     {"--start 2023-09-01 --end 2024-01-01 --target-department History,Music --comparison-department Music,Biology", "Music"},
		"ends first":         {"--start 2023-09-01 --end 2023-09-01 " + regular, "2023-09-01"},
		"no such outcome":    {"--start 2023-09-01 --outcome happiness " + regular, "happiness"},
		"no such day":        {"--start 2023-02-30 " + regular, "2023-02-30"},
		"negative cost":      {"--start 2023-09-01 --cost=-5 " + regular, "cost"},
		"too long carried":   {"--start 2023-09-01 --end 2024-01-01 --carry-over 25 " + regular, "24"},
		"no such kind":       {"--start 2023-09-01 --kind party", "party"},
		"lending can't move": {"--start 2023-09-01 --role lending " + regular, "lending"},
	} {
		status, stdout, stderr := fillrate(t, oddCase{flags: c.flags}.args(data, "refused")...)
		if status == 0 || !strings.HasPrefix(stderr, "fillrate: ") || !strings.Contains(stderr, c.says) || strings.Count(strings.TrimSpace(stderr), "\n") != 0 {
			t.Errorf("%s: status %d, %q, want one sentence about %s", name, status, stdout+stderr, c.says)
		}
	}
	status, _, stderr := fillrate(t, "campaign", "impact", "refused", "--data", data)
	if status != 1 || !strings.HasPrefix(stderr, "fillrate: ") {
		t.Errorf("impact of a campaign that is not there: status %d, %q", status, stderr)
	}
	empty := t.TempDir()
	record(t, empty, "C1", "2023-09-01", "2024-01-01", []string{"History"}, []string{"Music"})
	if status, stdout, stderr := fillrate(t, "campaign", "impact", "C1", "--data", empty); status != 1 || !strings.Contains(stderr, "no data yet") {
		t.Errorf("impact without a history: status %d, %q", status, stdout+stderr)
	}
}
