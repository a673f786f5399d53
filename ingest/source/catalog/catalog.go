// Package catalog lists the source systems. A new one is a folder beside this and one line here.
package catalog

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/fillrate/fillrate/ingest/source"
	"github.com/fillrate/fillrate/ingest/source/generic"
	"github.com/fillrate/fillrate/ingest/source/illiad"
	"github.com/fillrate/fillrate/ingest/source/reference"
)

// sources are tried in this order when a file is to be recognised.
var sources = []source.Source{
	illiad.Source,
	reference.Source,
	generic.Source,
}

// OnRequest is the profile that is too plain to recognise a file by: it is used only where asked for by name.
const OnRequest = "generic"

// All gives the profiles of the catalog. They are read once and not to be changed.
var All = sync.OnceValue(func() []*source.Profile {
	var all []*source.Profile
	for _, one := range sources {
		profile, err := source.Parse(one.Profile, nil)
		if err != nil {
			panic(err) // a test reads every profile
		}
		profile.Milestones, profile.Doc = one.Milestones, one.Doc
		all = append(all, profile)
	}
	return all
})

// Find gives a profile of the catalog by its name, or reads a user's own from a file.
func Find(name string) (*source.Profile, error) {
	if profile, err := find(name); err == nil {
		return profile, nil
	}
	if !strings.HasSuffix(name, ".toml") {
		_, err := find(name)
		return nil, err
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("the profile %s cannot be read: check its name and permissions", name)
	}
	profile, err := source.Parse(string(text), find)
	if err != nil {
		return nil, fmt.Errorf("the profile %s: %w", filepath.Base(name), err)
	}
	return profile, nil
}

func find(name string) (*source.Profile, error) {
	var names []string
	for _, profile := range All() {
		if profile.Name == name {
			return profile, nil
		}
		names = append(names, profile.Name)
	}
	return nil, fmt.Errorf("no profile is called %q: there are %s, or give a .toml file of your own", name, strings.Join(names, ", "))
}
