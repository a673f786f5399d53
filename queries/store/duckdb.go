package store

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	_ "embed"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"

	"github.com/duckdb/duckdb-go/v2"
)

//go:embed lockdown.sql
var lockdownSQL string

// Limits bounds what DuckDB may use; past Memory it spills to the data directory.
type Limits struct {
	Memory  string // as DuckDB writes it: 4GB
	Threads int
}

// usualMemory leaves a laptop room for the rest.
const usualMemory = "4GB"

// limitsFromEnvironment reads FILLRATE_MEMORY_LIMIT (such as 8GB); memory is what holds where it is not set.
func limitsFromEnvironment(memory string) Limits {
	return Limits{Memory: cmp.Or(os.Getenv("FILLRATE_MEMORY_LIMIT"), memory), Threads: runtime.NumCPU()}
}

var (
	memorySize = regexp.MustCompile(`^[0-9]+(\.[0-9]+)? ?([KMGT]i?)?B$`)
	errSetting = errors.New("a setting is wrong")
)

// open opens one DuckDB file, locked down: it reads no other file, loads no extension and takes no setting after.
// Everything a locked-down connection must know (memory, temporary directory) therefore goes in with the name.
func open(path, tempDir string, limits Limits, readOnly bool) (*sql.DB, error) {
	if !memorySize.MatchString(limits.Memory) {
		return nil, fmt.Errorf("%w: FILLRATE_MEMORY_LIMIT is %q: say it as a number and a unit, such as 4GB", errSetting, limits.Memory)
	}
	settings := url.Values{}
	settings.Set("temp_directory", tempDir)
	settings.Set("preserve_insertion_order", "false") // every query that cares orders its rows itself
	settings.Set("memory_limit", limits.Memory)
	settings.Set("allocator_flush_threshold", "16MB") // what is freed goes back: at 128 MB a load held half a GiB more
	settings.Set("threads", fmt.Sprint(limits.Threads))
	if readOnly {
		settings.Set("access_mode", "READ_ONLY")
	} else {
		// The formats of DuckDB 1.5 take a quarter less time to write; other programs need that version to read them.
		settings.Set("storage_compatibility_version", "v1.5.0")
	}
	connector, err := duckdb.NewConnector(path+"?"+settings.Encode(), func(conn driver.ExecerContext) error {
		for _, statement := range statements(lockdownSQL) {
			if _, err := conn.ExecContext(context.Background(), statement, nil); err != nil && !strings.Contains(err.Error(), "configuration has been locked") {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Base(path), err)
	}
	return sql.OpenDB(connector), nil
}

// statements splits a file of SQL at the semicolons that end its lines.
func statements(file string) []string {
	var out []string
	for _, part := range strings.Split(file, ";\n") {
		if hasCode(part) {
			out = append(out, part)
		}
	}
	return out
}

// hasCode tells SQL from a stretch of comments.
func hasCode(part string) bool {
	for line := range strings.Lines(part) {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "--") {
			return true
		}
	}
	return false
}

// isDiskFull recognises DuckDB's own words for a full disk; they reach Go only as text.
func isDiskFull(err error) bool {
	text := err.Error()
	return strings.Contains(text, "No space left on device") || strings.Contains(text, "max_temp_directory_size")
}
