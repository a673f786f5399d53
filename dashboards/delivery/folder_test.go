package delivery

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fillrate/fillrate/queries/subscription"
)

func names(t *testing.T, folder string) []string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	list := []string{}
	for _, entry := range entries {
		list = append(list, entry.Name())
	}
	return list
}

// Files come into a folder whole, and never over another one.
func TestFolder(t *testing.T) {
	d := newDesk(t, nil)
	folder := filepath.Join(t.TempDir(), "reports of the library")
	d.subscribe(func(s *subscription.Subscription) {
		s.Recipients, s.Folder, s.Formats = nil, folder, []string{"pdf", "csv"}
	})
	d.set("2025-04-01T11:00:00Z")
	failure := func(what, want string) {
		t.Helper()
		outcomes, err := d.RunDue(t.Context(), false)
		if err != nil {
			t.Fatal(err)
		}
		last := outcomes[len(outcomes)-1]
		if last.State != "failed" || !strings.Contains(last.Note, want) || !last.IsFailure {
			t.Errorf("%s: %+v", what, last)
		}
		d.clock = last.Next
	}
	failure("no folder", "is not there: make it, or mount what it is on")
	if err := os.WriteFile(folder, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	failure("a file", "is not there")
	if err := os.Remove(folder); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(folder, "monthly-2025-03-1.zip")
	if err := os.WriteFile(other, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	failure("another file of its name", "monthly-2025-03-1.zip can't be written: another file has its name: move that one away")
	if diff := cmp.Diff([]string{"monthly-2025-03-1.pdf", "monthly-2025-03-1.zip"}, names(t, folder)); diff != "" {
		t.Error(diff)
	}
	if text, err := os.ReadFile(other); err != nil || string(text) != "mine" {
		t.Errorf("%q, %v", text, err)
	}
	// One of the same size, and a link to another place, are others too.
	if err := os.WriteFile(other, bytes.Repeat([]byte("x"), len(content("csv"))), 0o600); err != nil {
		t.Fatal(err)
	}
	failure("another file of its size", "another file has its name")
	if err := os.Remove(other); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(t.TempDir(), "elsewhere"), other); err != nil {
		t.Fatal(err)
	}
	failure("a link", "another file has its name")
	if err := os.Remove(other); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"2025-03 " + folder + " sent"}, d.run()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"monthly-2025-03-1.pdf", "monthly-2025-03-1.zip"}, names(t, folder)); diff != "" {
		t.Error(diff)
	}
	if text, err := os.ReadFile(other); err != nil || !bytes.Equal(text, content("csv")) {
		t.Errorf("%d bytes, %v", len(text), err)
	}
	// On purpose once more: it is there, and that is all.
	list, err := d.Book.Deliveries(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	if o, err := d.Resend(t.Context(), list[0].ID); err != nil || o.State != "sent" {
		t.Errorf("%+v, %v", o, err)
	}
}

// A folder that nothing can be written to.
func TestAFolderThatTakesNothing(t *testing.T) {
	err := put("/proc", []File{{Name: "a.pdf", Bytes: []byte("x")}})
	if err == nil || !strings.HasPrefix(err.Error(), "/proc/a.pdf can't be written: ") {
		t.Errorf("%v", err)
	}
	folder := t.TempDir()
	for _, name := range []string{"../a.pdf", "a/b.pdf", "/tmp/a.pdf", "", ".."} {
		if err := put(folder, []File{{Name: name, Bytes: []byte("x")}}); err == nil {
			t.Errorf("%q was written", name)
		}
	}
	if got := names(t, folder); len(got) > 0 {
		t.Errorf("%v", got)
	}
}

// A full disk leaves no file, and no part of one.
func TestAFullDisk(t *testing.T) {
	folder := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), self)
	command.Env = append(os.Environ(), "FILLRATE_TEST_FULL="+folder)
	output, err := command.CombinedOutput()
	if err != nil || !strings.Contains(string(output), "can't be written: file too large") {
		t.Errorf("%s, %v", output, err)
	}
	if diff := cmp.Diff([]string{"small.pdf"}, names(t, folder)); diff != "" {
		t.Error(diff)
	}
}

// fillFolder is a process on a disk that has room for a thousand bytes a file.
func fillFolder(folder string) int {
	signal.Ignore(syscall.SIGXFSZ)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 1000, Max: 1000}); err != nil {
		fmt.Println(err)
		return 1
	}
	err := put(folder, []File{{Name: "small.pdf", Bytes: []byte("small")}, {Name: "large.pdf", Bytes: content("pdf")}})
	fmt.Println(err, putNew(filepath.Join(folder, "other.pdf"), content("pdf")))
	if err == nil {
		return 1
	}
	return 0
}
