// Package drawing draws the charts of the dashboards without a browser: ECharts, the very file and the very option.js that
// pages load, runs in an engine written in Go and gives SVG.
package drawing

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/dop251/goja"

	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/dashboards/static"
)

// ErrNoECharts says that the binary was built without vendor/echarts.min.js, which `make build` fetches.
var ErrNoECharts = errors.New("ECharts is not part of this binary: build it with `make build`, or read the tables")

// Studio draws. It is safe for use by many goroutines at once; as many drawings are made at a time as there are processors.
//
// What it holds: about 23 MB for the compiled script once something was drawn, and 6 MB for each engine; both stay, as they
// are a quarter of a second's work.
type Studio struct {
	script func() ([]*goja.Program, error)
	fonts  func() (fonts, error)
	look   map[string]string // the custom properties of app.css
	places chan struct{}     // one for each drawing that is being made

	mutex sync.Mutex
	idle  []*engine
}

// longest is the time that one drawing may take; the largest of the dashboards takes half a second.
const longest = 30 * time.Second

// Open gives a studio. Nothing is loaded before the first drawing. The error is ErrNoECharts where there is none to load.
func Open() (*Studio, error) {
	const library = "vendor/echarts.min.js"
	file, err := static.Files.Open(library)
	if err != nil {
		return nil, ErrNoECharts
	}
	if err := file.Close(); err != nil {
		return nil, err
	}
	sheet, err := static.Files.ReadFile("app.css")
	if err != nil {
		return nil, err
	}
	return &Studio{
		look:   properties(string(sheet)),
		places: make(chan struct{}, max(1, runtime.GOMAXPROCS(0))),
		fonts:  sync.OnceValues(openFonts),
		script: sync.OnceValues(func() ([]*goja.Program, error) {
			var programs []*goja.Program
			for _, name := range []string{library, "option.js"} {
				source, err := static.Files.ReadFile(name)
				if err != nil {
					return nil, err
				}
				program, err := goja.Compile(name, string(source), false)
				if err != nil {
					return nil, fmt.Errorf("compiling %s: %w", name, err)
				}
				programs = append(programs, program)
			}
			return programs, nil
		}),
	}, nil
}

// Draw gives an option of package chart as an SVG of width × height pixels in the light theme, with the words of the
// language. The same option gives the same bytes, whatever was drawn before.
//
// The SVG holds shapes and texts only (svg.go lists elements and attributes), no script, no style sheet and no reference to
// anything but its own ids, which begin with a hash of its content. It ends with an error, and the engine is thrown away,
// where the option is none that ECharts can draw, and where it is not drawn when ctx ends or after half a minute.
func (s *Studio) Draw(ctx context.Context, option map[string]any, words *locale.Words, width, height int) ([]byte, error) {
	source, err := json.Marshal(option)
	if err != nil {
		return nil, fmt.Errorf("chart option: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	select {
	case s.places <- struct{}{}:
		defer func() { <-s.places }()
	case <-ctx.Done():
		return nil, fmt.Errorf("waiting to draw a chart: %w", context.Cause(ctx))
	}
	e, err := s.take()
	if err != nil {
		return nil, err
	}
	drawn, err := e.draw(ctx, string(source), words, width, height)
	if err != nil { // what it left behind, nobody knows: the engine is not used again
		return nil, fmt.Errorf("drawing a chart: %w", err)
	}
	svg, err := tidy(drawn)
	if err != nil {
		return nil, fmt.Errorf("drawing a chart: reading what ECharts drew: %w", err)
	}
	s.keep(e)
	return svg, nil
}

func (s *Studio) take() (*engine, error) {
	s.mutex.Lock()
	if n := len(s.idle); n > 0 {
		e := s.idle[n-1]
		s.idle = s.idle[:n-1]
		s.mutex.Unlock()
		return e, nil
	}
	s.mutex.Unlock()
	return s.newEngine()
}

func (s *Studio) keep(e *engine) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.idle = append(s.idle, e)
}

// properties reads the custom properties of a style sheet that hold a colour for each theme.
func properties(sheet string) map[string]string {
	all := map[string]string{}
	for line := range strings.Lines(sheet) {
		name, value, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if ok && strings.HasPrefix(name, "--") && strings.HasPrefix(value, "light-dark(") {
			all[name] = strings.TrimSuffix(value, ";")
		}
	}
	return all
}
