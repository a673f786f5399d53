package dashboards

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fillrate/fillrate/queries"
)

// Keys of an address by which a page is asked for one of its tiles, or for all of them at once.
//
// A page waits for its tiles as long as its patience lasts, from the beginning of the visit. A tile that is not there by
// then stands as an empty place, and the page's script asks for it at the same address with tile=ID; with wait=1, which
// is where the place leads without script, the page waits for all.
const (
	tileKey       = "tile"
	waitKey       = "wait"
	generationKey = "generation" // beside tileKey: the one that the page stands on
)

// tile makes one figure of a page. Where its queries fail it gives the error and, in the figure, at least its ID and
// title, so that its place can be kept.
type tile func() (*figure, error)

// pace is how a context's queries wait.
type pace struct {
	until     time.Time // zero: until they are done
	onlyLooks bool      // takes what is there
}

type paceKey struct{}

func patienceOf(ctx context.Context) pace {
	w, _ := ctx.Value(paceKey{}).(pace)
	return w
}

// unhurried makes a context wait until its queries are done.
func unhurried(ctx context.Context) context.Context {
	return context.WithValue(ctx, paceKey{}, pace{})
}

// draw makes the figures of a page side by side; the cache lets two of their queries run at a time. Those that take
// longer than the page's patience are late, and their queries go on.
func (v *visit) draw(tiles ...tile) []*figure {
	if v.happened != nil {
		v.happened() // every chart marks it: no chart is to go without because it was late
	}
	if v.tile != "" {
		return v.drawOne(tiles)
	}
	figures := make([]*figure, len(tiles))
	late := make([]bool, len(tiles))
	if v.started.IsZero() || v.waits {
		v.drawInto(figures, late, tiles, pace{})
	} else {
		v.drawInto(figures, late, tiles, pace{until: v.started.Add(v.server.patience)})
	}
	for i, f := range figures {
		if late[i] {
			f.Late, f.Whole = v.withKey(tileKey, f.ID, generationKey, strconv.Itoa(v.reading.Generation)), v.withKey(waitKey, "1")
		}
	}
	figures = slices.DeleteFunc(figures, func(f *figure) bool { return f.ID == "" && f.Error == "" })
	v.isWhole = !slices.ContainsFunc(figures, func(f *figure) bool { return f.Error != "" || f.Late != "" })
	return figures
}

// drawOne makes the tile that the address names. What the others are called they tell without a query.
func (v *visit) drawOne(tiles []tile) []*figure {
	figures := make([]*figure, len(tiles))
	v.drawInto(figures, make([]bool, len(tiles)), tiles, pace{onlyLooks: true})
	i := slices.IndexFunc(figures, func(f *figure) bool { return f.ID == v.tile })
	if i < 0 {
		return nil
	}
	v.drawInto(figures[i:i+1], make([]bool, 1), tiles[i:i+1], pace{})
	v.alone = figures[i]
	return figures[i : i+1]
}

// drawInto makes each tile's figure. One that is late and has no ID, which nobody could ask for, is waited for.
func (v *visit) drawInto(figures []*figure, late []bool, tiles []tile, w pace) {
	whole := v.ctx
	v.ctx = context.WithValue(whole, paceKey{}, w)
	v.each(tiles, func(i int) { figures[i], late[i] = v.make(tiles[i]) })
	v.ctx = whole
	if w.onlyLooks {
		return
	}
	v.each(tiles, func(i int) {
		if late[i] && figures[i].ID == "" {
			figures[i], late[i] = v.make(tiles[i])
		}
	})
}

// each does something for every tile at once, and waits.
func (v *visit) each(tiles []tile, do func(int)) {
	done := make(chan struct{})
	for i := range tiles {
		go func() {
			defer func() { done <- struct{}{} }()
			do(i)
		}()
	}
	for range tiles {
		<-done
	}
}

// make runs a tile. It always gives a figure: what went wrong stands in it, and the page stays.
func (v *visit) make(t tile) (f *figure, isLate bool) {
	defer func() {
		if reason := recover(); reason != nil {
			v.server.log.Error("tile panicked", "path", v.path, "reason", reason)
			f, isLate = &figure{Error: v.Text("internal_tile")}, false
		}
	}()
	f, err := t()
	if f == nil {
		f = &figure{}
	}
	if errors.Is(err, errLate) {
		return &figure{ID: f.ID, Title: f.Title, Wide: f.Wide, Height: f.Height, Template: f.Template}, true
	}
	if err != nil {
		told := explain(v.Words, err)
		if told.Code == queries.Internal {
			v.server.log.Error("tile failed", "path", v.path, "tile", f.ID, "error", err)
			told.Message = v.Text("internal_tile")
		}
		f.Error, f.Option, f.Table = told.Message, nil, nil
	}
	return f, false
}

// withKey is the visit's address that asks for one tile, or waits for all: with keys and their values.
func (v *visit) withKey(pairs ...string) string {
	values := url.Values{}
	for name, words := range v.values {
		values[name] = words
	}
	for _, key := range []string{tileKey, waitKey, generationKey} {
		values.Del(key)
	}
	for pair := range slices.Chunk(pairs, 2) {
		values.Set(pair[0], pair[1])
	}
	return address(v.path, values)
}

// writeTile answers with the one tile that was asked for.
func (v *visit) writeTile(c *gin.Context, page string) error {
	if v.alone == nil || v.alone.ID == "" && v.alone.Error == "" { // it turned out to have nothing to say: its place goes
		c.Data(http.StatusOK, "text/html; charset=utf-8", []byte("<div hidden></div>"))
		return nil
	}
	name := v.alone.Template
	if name == "" {
		name = "figure"
	}
	var b bytes.Buffer
	if err := v.server.templates[v.Tag][page].ExecuteTemplate(&b, name, v.alone); err != nil {
		return err
	}
	made, err := zip(b.Bytes())
	if err != nil {
		return err
	}
	return made.write(c, http.StatusOK)
}
