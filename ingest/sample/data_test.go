package sample

import (
	"bytes"
	"compress/gzip"
	"flag"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write sample-data anew")

// sampleData is the configuration of the sample that lies in the repository.
var sampleData = Config{Requests: 30_000, Seed: 1, Gzip: true, SplitYears: true}

const sampleDir = "../../sample-data"

// TestSampleData invents the sample in the repository again and compares it file by file. The texts are compared, not the
// compressed bytes, which another release of Go may pack differently.
func TestSampleData(t *testing.T) {
	if *update {
		if _, err := Write(t.Context(), sampleDir, sampleData); err != nil {
			t.Fatal(err)
		}
	}
	fresh := t.TempDir()
	if _, err := Write(t.Context(), fresh, sampleData); err != nil {
		t.Fatal(err)
	}
	want, got := listing(t, fresh), listing(t, sampleDir)
	got = slices.DeleteFunc(got, func(name string) bool { return name == "README.md" })
	if !slices.Equal(got, want) {
		t.Fatalf("sample-data holds %v, the generator writes %v", got, want)
	}
	for _, name := range want {
		a, b := content(t, filepath.Join(fresh, name)), content(t, filepath.Join(sampleDir, name))
		if !bytes.Equal(a, b) {
			t.Errorf("sample-data/%s differs from what the generator writes; run go test ./ingest/sample -run TestSampleData -update", name)
		}
	}
}

// TestSampleDataIsSmall keeps the repository light.
func TestSampleDataIsSmall(t *testing.T) {
	var total int64
	for _, name := range listing(t, sampleDir) {
		info, err := os.Stat(filepath.Join(sampleDir, name))
		if err != nil {
			t.Fatal(err)
		}
		total += info.Size()
		if info.Size() > 1<<20 {
			t.Errorf("sample-data/%s has %d bytes, over 1 MiB", name, info.Size())
		}
	}
	if total > 4<<20 {
		t.Errorf("sample-data has %d bytes, over 4 MiB", total)
	}
}

func listing(t *testing.T, dir string) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			name, _ := filepath.Rel(dir, path)
			names = append(names, filepath.ToSlash(name))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(names)
	return names
}

// content reads a file, unpacked.
func content(t *testing.T, path string) []byte {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var r io.Reader = file
	if strings.HasSuffix(path, ".gz") {
		zip, err := gzip.NewReader(file)
		if err != nil {
			t.Fatal(err)
		}
		if !zip.ModTime.IsZero() || zip.Name != "" {
			t.Errorf("%s carries a time or a name in its gzip header", path)
		}
		r = zip
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
