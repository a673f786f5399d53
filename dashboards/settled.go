package dashboards

import (
	"context"
	"strconv"

	"github.com/gin-gonic/gin"

	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/impact"
	"github.com/fillrate/fillrate/queries/settings"
)

// settledKey is under what a request keeps the settings that it is answered by: all of its answer is of one revision.
const settledKey = "settled"

// settled is the settings of a request, or why they can't be read.
type settled struct {
	settings.Settings
	err error
}

// settled reads what the library has settled, once a request.
func (s *server) settled(c *gin.Context) (settings.Settings, error) {
	if kept, ok := c.Get(settledKey); ok {
		known := kept.(settled)
		return known.Settings, known.err
	}
	var known settled
	known.Settings, known.err = s.readSettings(c.Request.Context())
	c.Set(settledKey, known)
	return known.Settings, known.err
}

// readSettings gives the settings as they are. Without them figures would be other ones, so that they can't be read is told
// in place of any.
func (s *server) readSettings(ctx context.Context) (settings.Settings, error) {
	if s.settings == nil {
		return settings.Settings{}, nil
	}
	got, err := s.settings.Get(ctx)
	if err != nil && queries.ErrorCode(err) != queries.Unavailable && ctx.Err() == nil {
		s.log.Error("the settings can't be read", "error", err)
		return got, refuse(queries.Unavailable, "settings.unreadable")
	}
	return got, err
}

// dressed gives a language with the library's style of dates and the names of its libraries.
func (s *server) dressed(c *gin.Context, w *locale.Words) *locale.Words {
	set, err := s.settled(c)
	if err != nil {
		return w // whoever asks for figures is told
	}
	return w.In(locale.DateStyle(set.DateStyle)).Naming(set.LibraryNames)
}

// rules are the settings that bear on every campaign, whatever the address says, and the part of a cache's key that tells
// them apart.
func (v *visit) rules() (impact.Rules, string) {
	rules := impact.RulesOf(queries.Filter{Defaults: v.filter.Defaults, Terms: v.filter.Terms})
	return rules, strconv.Itoa(rules.Suppress) + " " + strconv.Itoa(rules.YearStart) + " "
}
