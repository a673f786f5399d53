package main

import "runtime/debug"

type versionCmd struct{}

// Run prints the version and those of the parts that compute.
func (c *versionCmd) Run(a *app) error {
	printf(a.Stdout, "fillrate %s\n", version)
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return nil
	}
	printf(a.Stdout, "%s\n", info.GoVersion)
	for _, module := range info.Deps {
		switch module.Path {
		case "github.com/duckdb/duckdb-go/v2", "github.com/apache/arrow-go/v18":
			printf(a.Stdout, "%s %s\n", module.Path, module.Version)
		}
	}
	return nil
}
