package main

import (
	"encoding/json"
	"text/tabwriter"

	"github.com/fillrate/fillrate/queries/store"
)

type generationsCmd struct {
	dataFlag
	Format string `enum:"text,json" default:"text" help:"text or json."`
}

// Run lists the kept generations, newest first.
func (c *generationsCmd) Run(a *app) error {
	files := a.open(c.dataFlag)
	list, err := files.Generations()
	if err != nil {
		return err
	}
	if c.Format == "json" {
		return json.NewEncoder(a.Stdout).Encode(list)
	}
	if len(list) == 0 {
		printf(a.Stdout, "There is no generation yet: load an export with `fillrate ingest FILE…`.\n")
		return nil
	}
	table := tabwriter.NewWriter(a.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	printf(table, "generation\tmade\tMB\t\t\n")
	for _, generation := range list {
		mark := ""
		if generation.Current {
			mark = "current"
		}
		printf(table, "%d\t%s\t%.1f\t%s\t\n", generation.Number, generation.MadeAt.Format("2006-01-02 15:04"), float64(generation.Bytes)/1e6, mark)
	}
	return table.Flush()
}

type rollbackCmd struct {
	dataFlag
	To int `help:"Number of the generation (default: the one before the current)." placeholder:"N"`
}

// Run moves the pointer; the generation left behind stays until newer ones push it out.
func (c *rollbackCmd) Run(a *app) error {
	generation, err := a.open(c.dataFlag).Rollback(c.To)
	if err != nil {
		return err
	}
	printf(a.Stdout, "Generation %d is current.\n", generation.Number)
	return nil
}

type backupCmd struct {
	dataFlag
	Target string `arg:"" help:"New folder for the backup." type:"path"`
}

// Run copies the current generation, the key file and what people recorded.
func (c *backupCmd) Run(a *app) error {
	generation, err := a.open(c.dataFlag).Backup(c.Target)
	if err != nil {
		return err
	}
	printf(a.Stdout, "Backed up to %s (%.1f MB). It holds the key under which readers are known: keep it as safe as the data.\n", c.Target, float64(generation.Bytes)/1e6)
	return nil
}

type restoreCmd struct {
	dataFlag
	Source string `arg:"" help:"Folder that 'fillrate backup' wrote." type:"existingdir"`
}

// Run publishes the backup as a new generation.
func (c *restoreCmd) Run(a *app) error {
	restored, err := a.open(c.dataFlag).Restore(c.Source)
	if err != nil {
		return err
	}
	printf(a.Stdout, "Generation %d holds the backup and is current; `fillrate rollback` takes it back.\n", restored.Number)
	if restored.TookApp {
		printf(a.Stdout, "The campaigns, settings, saved reports and subscriptions are those of the backup; every edition that was issued is kept.\n")
	}
	if restored.KeptApp != "" {
		printf(a.Stdout, "Those recorded here before are kept in %s: to return to them, stop Fillrate and give that file the name %s.\n", restored.KeptApp, store.AppFile)
	}
	return nil
}
