package edition

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/store"
)

// issuerDir tells this very test binary to be a process that issues editions, see TestMain.
const issuerDir = "FILLRATE_TEST_ISSUER_DIR"

// TestMain lets the tests start processes that issue monthly-2025-03 and print the id of each edition once it is there:
// FILLRATE_TEST_ISSUER_N of them, and they kill themselves at step FILLRATE_TEST_ISSUER_DIES_AT.
func TestMain(m *testing.M) {
	if dir := os.Getenv(issuerDir); dir != "" {
		if err := issueOn(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func issueOn(dir string) error {
	number := func(name string) int {
		n, err := strconv.Atoi(os.Getenv("FILLRATE_TEST_ISSUER_" + name))
		if err != nil {
			panic(err)
		}
		return n
	}
	b, err := Open(context.Background(), dir)
	if err != nil {
		return err
	}
	step, last := 0, number("DIES_AT")
	b.step = func(string) {
		if step++; step == last {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
	}
	for range number("N") {
		e, err := b.Issue(context.Background(), "monthly", "2025-03", func(number int) (*Draft, error) { return march(number), nil })
		if err != nil {
			return err
		}
		fmt.Println(e.ID)
	}
	return b.Close()
}

// issuer is such a process; diesAt 0: it does not.
func issuer(t *testing.T, dir string, n, diesAt int) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	process := exec.CommandContext(t.Context(), self)
	process.Env = append(os.Environ(), issuerDir+"="+dir, "FILLRATE_TEST_ISSUER_N="+strconv.Itoa(n), "FILLRATE_TEST_ISSUER_DIES_AT="+strconv.Itoa(diesAt))
	return process
}

// checkBook fails unless the editions 1 to n, and no others, are there and whole.
func checkBook(t *testing.T, dir string, n int) {
	t.Helper()
	b, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	list, err := b.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != n {
		t.Fatalf("there are %d editions, want %d", len(list), n)
	}
	for i := range n {
		checkWhole(t, b, ID("monthly", "2025-03", i+1))
	}
	if b.db == nil {
		return
	}
	var found string
	if err := b.db.QueryRow("pragma integrity_check").Scan(&found); err != nil || found != "ok" {
		t.Errorf("app.db: %s, %v", found, err)
	}
	for table, want := range map[string]int{"edition": n, "edition_file": 3 * n, "edition_values": n} {
		var got int
		if err := b.db.QueryRow("select count(*) from " + table).Scan(&got); err != nil || got != want {
			t.Errorf("%s has %d rows, %v; want %d", table, got, err, want)
		}
	}
}

// stepsOfIssue is how often Issue looks at Book.step: locked, made, begun, three files, values, row, committed.
const stepsOfIssue = 9

// A process killed at any step of issuing leaves a whole edition or none, and no number is lost.
func TestAKillBetweenAnyTwoSteps(t *testing.T) {
	dir := t.TempDir()
	there := 0
	for round := range 2 {
		for at := 1; at <= stepsOfIssue+1; at++ {
			out, err := issuer(t, dir, 1, at).Output()
			if isAlive := at > stepsOfIssue; (err == nil) != isAlive {
				t.Fatalf("round %d, step %d: %v", round, at, err)
			}
			if at >= stepsOfIssue { // it was committed
				there++
			}
			if at > stepsOfIssue && strings.TrimSpace(string(out)) != ID("monthly", "2025-03", there) {
				t.Errorf("round %d: it said %q", round, out)
			}
			checkBook(t, dir, there)
		}
	}
}

// A process killed at any moment: what it said was issued is there.
func TestAKillAtAnyMoment(t *testing.T) {
	dir := t.TempDir()
	said, there := 0, 0
	for round := range 8 {
		process := issuer(t, dir, 1000, 0)
		out, err := process.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := process.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for range 1 + round {
			if !lines.Scan() {
				t.Fatalf("round %d: it stopped: %v", round, lines.Err())
			}
			said++
		}
		if err := process.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		for lines.Scan() { // what it still said before it died
			said++
		}
		if err := process.Wait(); err == nil {
			t.Error("it ended by itself")
		}
		b := bookIn(t, dir)
		list, err := b.List(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if there = len(list); there < said || there > said+round+1 { // at most the one under way in each round was not said
			t.Errorf("round %d: %d editions and %d said", round, there, said)
		}
	}
	checkBook(t, dir, there)
}

// Processes and goroutines that issue at once take numbers one after the other.
func TestManyAtOnce(t *testing.T) {
	const each = 6
	dir := t.TempDir()
	var processes []*exec.Cmd
	for range 2 {
		process := issuer(t, dir, each, 0)
		process.Stderr = os.Stderr
		if err := process.Start(); err != nil {
			t.Fatal(err)
		}
		processes = append(processes, process)
	}
	b := bookIn(t, dir)
	var mu sync.Mutex
	making := 0
	var wait sync.WaitGroup
	for range each {
		wait.Go(func() {
			_, err := b.Issue(context.Background(), "monthly", "2025-03", func(number int) (*Draft, error) {
				mu.Lock()
				if making++; making > 1 {
					t.Error("two are made at once")
				}
				mu.Unlock()
				defer func() { mu.Lock(); making--; mu.Unlock() }()
				return march(number), nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	for _, process := range processes {
		if err := process.Wait(); err != nil {
			t.Error(err)
		}
	}
	checkBook(t, dir, 3*each)
}

func TestWaitingForTheOneThatIsMade(t *testing.T) {
	dir := t.TempDir()
	b, other := bookIn(t, dir), bookIn(t, dir)
	other.patience = time.Millisecond
	_, err := b.Issue(t.Context(), "monthly", "2025-03", func(number int) (*Draft, error) {
		no := func(int) (*Draft, error) { return nil, errors.New("made beside another") }
		if _, err := other.Issue(t.Context(), "ours", "2025-03", no); queries.ErrorCode(err) != queries.Unavailable || !strings.Contains(err.Error(), "another report has been in the making for 1ms") {
			t.Errorf("it waited too long and said: %v", err)
		}
		ctx, stop := context.WithCancel(t.Context())
		stop()
		if _, err := b.Issue(ctx, "ours", "2025-03", no); !errors.Is(err, context.Canceled) {
			t.Errorf("it was told to stop and said: %v", err)
		}
		return march(number), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	checkBook(t, dir, 1)
}

// On a disk that is too small issuing fails in one sentence and leaves nothing; with room again it goes on with the same number.
func TestAFullDisk(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=2m"); err != nil {
		t.Skipf("a small disk can only be made by root with the right to mount (%v), so a full disk was not tried", err)
	}
	defer func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	}()
	b := bookIn(t, dir)
	mustIssue(t, b, "monthly", "2025-03")
	filler := filepath.Join(dir, "filler")
	for room := 0; room <= 400_000; room += 50_000 { // it is full at another point each time
		fill(t, filler, dir, room)
		_, err := b.Issue(t.Context(), "monthly", "2025-03", func(number int) (*Draft, error) { return march(number), nil })
		if err == nil {
			break
		}
		if room >= 350_000 {
			t.Errorf("with %d bytes of room: %v", room, err)
		}
		if queries.ErrorCode(err) != queries.Unavailable || !strings.Contains(err.Error(), "the disk is full") || strings.Contains(err.Error(), "\n") {
			t.Errorf("with %d bytes of room: %v", room, err)
		}
		checkBook(t, dir, 1)
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Get(t.Context(), ID("monthly", "2025-03", 2)); err != nil {
		mustIssue(t, b, "monthly", "2025-03")
	}
	checkBook(t, dir, 2)
}

// fill leaves so many bytes of a small disk free.
func fill(t *testing.T, filler, dir string, room int) {
	t.Helper()
	_ = os.Remove(filler)
	var disk syscall.Statfs_t
	if err := syscall.Statfs(dir, &disk); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filler, make([]byte, int(disk.Bavail)*int(disk.Bsize)-room), 0o600); err != nil {
		t.Fatal(err)
	}
}

// The same where a quota or a limit of the process, and not the disk, sets the end.
func TestAFileThatMayNotGrow(t *testing.T) {
	dir := t.TempDir()
	b := bookIn(t, dir)
	mustIssue(t, b, "monthly", "2025-03")
	info, err := os.Stat(filepath.Join(dir, store.AppFile))
	if err != nil {
		t.Fatal(err)
	}
	process := issuer(t, dir, 1, 0)
	limited := exec.CommandContext(t.Context(), "sh", "-c", `ulimit -f "$1" && exec "$2"`, "sh", strconv.FormatInt((info.Size()+100_000)/512, 10), process.Path)
	limited.Env = process.Env
	var said strings.Builder
	limited.Stderr = &said
	if err := limited.Run(); err == nil {
		t.Fatal("it wrote more than it may")
	}
	if !strings.Contains(said.String(), "the disk is full") && !strings.Contains(said.String(), "nothing was changed") {
		t.Errorf("it said %q", said.String())
	}
	checkBook(t, dir, 1)
	if e := mustIssue(t, b, "monthly", "2025-03"); e.Number != 2 {
		t.Errorf("the number after is %d", e.Number)
	}
}
