package report

import (
	"encoding/json"
	"net/url"
	"time"

	"github.com/fillrate/fillrate/queries"
)

// specJSON is how a Spec is kept. What is left open is left out.
type specJSON struct {
	Name     string   `json:"name,omitempty"`
	Title    string   `json:"title,omitempty"`
	Kind     Kind     `json:"kind,omitempty"`
	Sections []string `json:"sections,omitempty"`
	Groups   []string `json:"groups,omitempty"`
	Filter   string   `json:"filter,omitempty"` // as a URL's query
	From     string   `json:"from,omitempty"`   // 2025-03-01
	To       string   `json:"to,omitempty"`
	Language string   `json:"language,omitempty"`
	Paper    Paper    `json:"paper,omitempty"`
}

// MarshalJSON writes the spec with its filter as a URL's query. What the library has settled (Filter.Defaults, Terms) is no
// part of it; the spec of a Report names the numbers that it was made with.
func (s Spec) MarshalJSON() ([]byte, error) {
	filter := s.Filter
	filter.From, filter.To, filter.AsOf = time.Time{}, time.Time{}, time.Time{}
	filter.Preset, filter.Compare, filter.By = "", "", nil
	return json.Marshal(specJSON{Name: s.Name, Title: s.Title, Kind: s.Kind, Sections: s.Sections, Groups: s.Groups, Filter: filter.Encode(),
		From: dayText(s.From), To: dayText(s.To), Language: s.Language, Paper: s.Paper})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (s *Spec) UnmarshalJSON(text []byte) error {
	var kept specJSON
	if err := json.Unmarshal(text, &kept); err != nil {
		return err
	}
	values, err := url.ParseQuery(kept.Filter)
	if err != nil {
		return err
	}
	filter, err := queries.ParseFilter(values)
	if err != nil {
		return err
	}
	read := Spec{Name: kept.Name, Title: kept.Title, Kind: kept.Kind, Sections: kept.Sections, Groups: kept.Groups, Filter: filter, Language: kept.Language, Paper: kept.Paper}
	for _, day := range []struct {
		text string
		into *time.Time
	}{{kept.From, &read.From}, {kept.To, &read.To}} {
		if day.text == "" {
			continue
		}
		if *day.into, err = time.Parse(time.DateOnly, day.text); err != nil {
			return err
		}
	}
	*s = read
	return nil
}

func dayText(day time.Time) string {
	if day.IsZero() {
		return ""
	}
	return day.Format(time.DateOnly)
}
