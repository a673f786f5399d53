package impact

import (
	"slices"
	"strconv"

	"github.com/fillrate/fillrate/queries/campaign"
)

// What a report says is chosen in wording*.go and written in words/.

// topic is what the sentences of a report are about, from which they have the names of its record, outcome and units.
type topic struct {
	kind, title string // of the record
	outcome     string
	perHead     bool
	dimension   string
}

func topicOf(p *Panel) topic {
	return topic{
		kind: p.Campaign.Kind, title: p.Campaign.Name, outcome: p.Outcome.ID,
		perHead: p.Campaign.PerHead && p.Outcome.IsCount, dimension: p.Dimension,
	}
}

// place gives the words that any sentence may hold: {record} is a campaign or a change, {unit} and {units} what is compared,
// {things} what is counted or what a rate rests on, {outcome} chooses between singular and plural.
func (s topic) place(name string, l *Language) (any, bool) {
	switch name {
	case "record":
		if s.kind == campaign.KindServiceChange {
			return l.text("record.service_change"), true
		}
		return l.text("record.campaign"), true
	case "unit":
		return noun{l.text("unit." + s.unit()), !slices.Contains(l.feminine, s.dimension)}, true
	case "units":
		return l.text("units." + s.unit()), true
	case "things":
		return l.text("things." + s.things()), true
	case "outcome":
		return s.outcome != "" && s.outcome != outcomeRequests, true
	}
	return nil, false
}

// noun is a word with its gender.
type noun struct {
	word        string
	isMasculine bool
}

func (s topic) unit() string {
	switch s.dimension {
	case byDepartment, byPatronGroup, byLibrary:
		return s.dimension
	}
	return "readers"
}

func (s topic) things() string {
	switch s.outcome {
	case outcomeRequesters:
		return "readers"
	case outcomeFirstTime:
		return outcomeFirstTime
	case outcomeOverdue:
		return "loans"
	}
	return outcomeRequests
}

// isRate tells whether the outcome is a share or a median, which do not add up.
func (s topic) isRate() bool {
	return slices.Contains([]string{outcomeTurnaround, outcomeFillRate, outcomeOverdue, outcomeHeldLocally}, s.outcome)
}

// isMedian tells whether the outcome is a median of days, not a count or a share.
func (s topic) isMedian() bool { return s.outcome == outcomeTurnaround }

// about is the outcome of readers, at the start of a sentence: “Requests from History”.
func (s topic) about(who phrase) phrase {
	outcome := s.outcome
	if outcome == "" {
		outcome = outcomeRequests
	}
	if s.perHead {
		return say("about."+outcome+".per_head", "who", who)
	}
	return say("about."+outcome, "who", who)
}

// campaign is the record's name, or what it is.
func (s topic) campaign() phrase {
	if s.title != "" {
		return named(s.title)
	}
	return say("this")
}

// named is a name as it was written.
func named(name string) phrase { return say("name", "name", name) }

// list names up to four units, or the first two of more; small ones are only counted.
func (s topic) list(units []string, small int) phrase {
	shown := make(listed, 0, len(units)+1)
	for _, unit := range units {
		shown = append(shown, named(unit))
	}
	switch n := len(units) + small; {
	case n > 4 && len(units) > 0:
		shown = shown[:min(2, len(units))]
		shown = append(shown, say("list.others", "n", whole(n-len(shown))))
	case small == 1:
		shown = append(shown, say("list.a_small"))
	case small > 1:
		shown = append(shown, say("list.small", "n", whole(small)))
	}
	return say("name", "name", shown)
}

// together is what units with few readers are called in one.
func (s topic) together(n int) phrase { return say("together", "of", s.counted(n)) }

// counted is a number of units.
func (s topic) counted(n int) phrase { return say("counted", "n", whole(n)) }

// all counts units; where there are none, everyone is one.
func (s topic) all(n int) phrase {
	if s.unit() == "readers" {
		return say("everyone")
	}
	return s.counted(n)
}

// qualified adds to those addressed which of the units' readers are meant, where the target names more than the units.
func (s topic) qualified(targets phrase, p *Panel) phrase {
	var only names
	target := p.Campaign.Target
	if p.Dimension == byDepartment {
		only = append(only, target.PatronGroups...)
	}
	if p.Dimension == byDepartment || p.Dimension == byPatronGroup {
		only = append(only, target.Libraries...)
	}
	if len(only) == 0 {
		return targets
	}
	return say("qualified", "who", targets, "only", only)
}

// academicYear names a year by where it lies.
func academicYear(year, startsIn int) string {
	if startsIn == 1 {
		return strconv.Itoa(year)
	}
	next := (year + 1) % 100
	return strconv.Itoa(year) + "/" + strconv.Itoa(next/10) + strconv.Itoa(next%10)
}
