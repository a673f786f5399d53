package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fillrate/fillrate/queries/edition"
)

// fillrateIn runs fillrate as a process of its own and gives what it printed.
func fillrateIn(t *testing.T, dir string, args ...string) string {
	t.Helper()
	out, err := fillrateProcess(t, dir, args...).Output()
	if err != nil {
		t.Fatalf("fillrate %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

func fillrateProcess(t *testing.T, dir string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := exec.LookPath("fillrate") // testscript puts this very binary there
	if err != nil {
		t.Fatal(err)
	}
	process := exec.CommandContext(t.Context(), self, args...)
	process.Dir, process.Env = dir, append(os.Environ(), "FILLRATE_DATA="+filepath.Join(dir, "data"))
	return process
}

// A process that is killed while it issues leaves no half edition, and no number is lost.
func TestAKillWhileAReportIsIssued(t *testing.T) {
	dir := t.TempDir()
	export := "request_id,role,kind,created,available,status,updated\n1,borrowing,loan,2025-03-03,2025-03-06,delivered,2025-03-06\n2,borrowing,loan,2025-04-03,,sent,2025-04-03\n"
	if err := os.WriteFile(filepath.Join(dir, "march.csv"), []byte(export), 0o600); err != nil {
		t.Fatal(err)
	}
	fillrateIn(t, dir, "ingest", "--library", "MAIN", "--profile", "generic", "--tz", "UTC", "march.csv")
	issue := []string{"report", "monthly", "--issue"}
	started := time.Now()
	fillrateIn(t, dir, issue...)
	whole := time.Since(started) // what it takes on this machine, so that the kills are spread over it
	const kills = 8
	done := 1
	for i := range kills {
		process := fillrateProcess(t, dir, issue...)
		if err := process.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(whole * time.Duration(i+1) / (kills + 1))
		if err := process.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
			t.Fatal(err)
		}
		_ = process.Wait() // killed, or done before
		var list []edition.Edition
		if err := json.Unmarshal([]byte(fillrateIn(t, dir, "report", "editions", "--format", "json")), &list); err != nil {
			t.Fatal(err)
		}
		if len(list) < done || len(list) > done+1 {
			t.Fatalf("kill %d: %d editions after %d", i, len(list), done)
		}
		done = len(list)
	}
	if out := fillrateIn(t, dir, issue...); !strings.HasPrefix(out, fmt.Sprintf("Issued monthly-2025-03-%d:", done+1)) {
		t.Errorf("after %d editions it said %s", done, out)
	}
	for i := range done + 1 {
		id := fmt.Sprintf("monthly-2025-03-%d", i+1)
		fillrateIn(t, dir, "report", "edition", id, "--out", "out")
		if out := fillrateIn(t, dir, "report", "restate", id); !strings.Contains(out, "No figure differs") {
			t.Errorf("%s: %s", id, out)
		}
	}
	left := 0
	if err := filepath.WalkDir(filepath.Join(dir, "data"), func(path string, entry fs.DirEntry, err error) error {
		if strings.HasSuffix(path, "-journal") {
			left++
		}
		return err
	}); err != nil || left > 0 {
		t.Errorf("%d journals are left, %v", left, err)
	}
}
