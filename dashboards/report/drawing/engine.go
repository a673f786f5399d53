package drawing

import (
	"context"
	_ "embed"
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/dop251/goja"

	"github.com/fillrate/fillrate/dashboards/locale"
)

//go:embed studio.js
var glue string

// family is what drawings are written in: widths are those of Liberation Sans, which Arial and Helvetica share, and PDF files
// carry it.
const family = "Liberation Sans, Arial, Helvetica, sans-serif"

// engine is one place where scripts run. Only one goroutine may use it at a time.
type engine struct {
	vm    *goja.Runtime
	paint goja.Callable
}

func (s *Studio) newEngine() (*engine, error) {
	programs, err := s.script()
	if err != nil {
		return nil, err
	}
	written, err := s.fonts()
	if err != nil {
		return nil, err
	}
	vm := goja.New()
	vm.SetMaxCallStackSize(2000)
	vm.SetRandSource(rand.New(rand.NewPCG(0, 0)).Float64) // ECharts names its parts by chance
	for _, program := range programs {
		if _, err := vm.RunProgram(program); err != nil {
			return nil, fmt.Errorf("loading ECharts: %w", err)
		}
	}
	studio := vm.NewObject()
	for name, value := range map[string]any{
		"font":         family,
		"property":     func(name string) string { return s.look[name] },
		"width":        written.width,
		"NumberFormat": numberFormat(vm),
	} {
		if err := studio.Set(name, value); err != nil {
			return nil, err
		}
	}
	made, err := vm.RunString(glue)
	if err != nil {
		return nil, err
	}
	begin, ok := goja.AssertFunction(made)
	if !ok {
		return nil, fmt.Errorf("studio.js is no function")
	}
	given, err := begin(goja.Undefined(), studio)
	if err != nil {
		return nil, err
	}
	paint, ok := goja.AssertFunction(given)
	if !ok {
		return nil, fmt.Errorf("studio.js gives no function")
	}
	return &engine{vm: vm, paint: paint}, nil
}

// draw gives ECharts' own SVG of an option.
func (e *engine) draw(ctx context.Context, option string, words *locale.Words, width, height int) (drawn string, err error) {
	defer func() {
		if problem := recover(); problem != nil { // in the engine itself
			err = fmt.Errorf("%v", problem)
		}
	}()
	stop := context.AfterFunc(ctx, func() { e.vm.Interrupt(context.Cause(ctx)) })
	said := map[string]string{"lang": words.Tag}
	for _, key := range words.Keys() {
		if strings.HasPrefix(key, "js.chart") {
			said[key] = words.Text(key)
		}
	}
	svg, err := e.paint(goja.Undefined(), e.vm.ToValue(option), e.vm.ToValue(said), e.vm.ToValue(width), e.vm.ToValue(height))
	if !stop() { // it was interrupted, or is about to be
		return "", context.Cause(ctx)
	}
	if err != nil {
		return "", err
	}
	return svg.String(), nil
}
