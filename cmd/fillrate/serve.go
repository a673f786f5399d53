package main

import (
	"errors"
	"log/slog"
	"path/filepath"

	"github.com/fillrate/fillrate/dashboards"
	"github.com/fillrate/fillrate/dashboards/press"
	"github.com/fillrate/fillrate/queries/campaign"
	"github.com/fillrate/fillrate/queries/edition"
	"github.com/fillrate/fillrate/queries/settings"
	"github.com/fillrate/fillrate/queries/subscription"
)

type serveCmd struct {
	dataFlag
	Addr string `default:"127.0.0.1:8080" help:"Address to serve on; only this computer can reach it." placeholder:"HOST:PORT"`
	Log  string `enum:"info,debug" default:"info" help:"info logs pages, debug also files and health checks."`
}

// Run serves the dashboards until it is interrupted. The log goes to standard error.
func (c *serveCmd) Run(a *app) error {
	level := slog.LevelInfo
	if c.Log == "debug" {
		level = slog.LevelDebug
	}
	campaigns, err := campaign.Open(a.ctx, c.dir())
	if err != nil {
		return err
	}
	files := a.open(c.dataFlag)
	settled, err := settings.Open(a.ctx, c.dir())
	if err != nil {
		return err
	}
	editions, err := edition.Open(a.ctx, c.dir())
	if err != nil {
		return err
	}
	subscriptions, err := subscription.Open(a.ctx, c.dir())
	if err != nil {
		return err
	}
	return errors.Join(dashboards.Serve(a.ctx, dashboards.Options{
		Store:         files,
		Importer:      importer{files},
		Uploads:       filepath.Join(c.dir(), uploadFolder),
		Campaigns:     campaigns,
		Settings:      settled,
		Press:         &press.Press{Store: files, Editions: editions, Campaigns: campaigns, Settings: settled, Version: version},
		Subscriptions: subscriptions,
		Addr:          c.Addr,
		Version:       version,
		Logger:        slog.New(slog.NewTextHandler(a.Stderr, &slog.HandlerOptions{Level: level})),
		Started:       func(url string) { printf(a.Stdout, "Fillrate is at %s (stop with Ctrl-C)\n", url) },
	}), campaigns.Close(), settled.Close(), editions.Close(), subscriptions.Close())
}
