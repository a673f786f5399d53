package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"

	"github.com/fillrate/fillrate/queries/store"
)

// app is what every subcommand works with.
type app struct {
	Stdout, Stderr io.Writer
	ctx            context.Context
}

// dataFlag is the data directory, as every subcommand takes it.
type dataFlag struct {
	Data string `help:"Data directory (default: $FILLRATE_DATA, else ./fillrate-data)." placeholder:"DIR" type:"path"`
}

// dir resolves the data directory: the flag, the environment, the default.
func (d dataFlag) dir() string {
	return cmp.Or(d.Data, os.Getenv("FILLRATE_DATA"), "fillrate-data")
}

// open gives the store of a data directory.
func (a *app) open(data dataFlag) *store.Files { return store.Open(data.dir()) }

// printf writes to a terminal or pipe; when that is gone there is nobody left to tell.
func printf(w io.Writer, format string, args ...any) { _, _ = fmt.Fprintf(w, format, args...) }
