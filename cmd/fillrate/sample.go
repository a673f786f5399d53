package main

import "github.com/fillrate/fillrate/ingest/sample"

type sampleCmd struct {
	Requests int    `default:"30000" help:"How many requests to invent." placeholder:"N"`
	Seed     uint64 `default:"1" help:"The same seed and size give the same bytes." placeholder:"S"`
	Out      string `required:"" help:"Folder to write to." type:"path" placeholder:"DIR"`
	Gzip     bool   `help:"Compress the exports."`
}

// Run writes the exports and truth.json, which says what was put in.
func (c *sampleCmd) Run(a *app) error {
	truth, err := sample.Write(a.ctx, c.Out, sample.Config{Requests: c.Requests, Seed: c.Seed, Gzip: c.Gzip})
	if err != nil {
		return err
	}
	_ = truth
	printf(a.Stdout, "Invented %d requests in %s; truth.json there says what was put in.\n", c.Requests, c.Out)
	return nil
}
