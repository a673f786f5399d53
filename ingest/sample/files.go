package sample

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// files writes the large exports, one after the other where they are split by year.
type files struct {
	dir     string
	cfg     Config
	open    [3]*export
	year    int
	rows    []FileTruth // of the files that are complete
	created []string    // paths
}

// export is one file being written.
type export struct {
	file *os.File
	text *bufio.Writer
	zip  *gzip.Writer
	w    io.Writer
	name string
	rows int
}

var exportNames = [3]struct{ name, heading string }{{"Transactions", transactionHeading}, {"Tracking", trackingHeading}, {"History", historyHeading}}

// create makes a new file and never writes over one.
func (f *files) create(name string) (*os.File, error) {
	path := filepath.Join(f.dir, filepath.FromSlash(name))
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("%s is there already and not part of a sample; choose another directory", path)
	}
	if err == nil {
		f.created = append(f.created, path)
	}
	return file, err
}

// whole writes a small file at once.
func (f *files) whole(name string, text []byte, rows int) error {
	file, err := f.create(name)
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	f.rows = append(f.rows, FileTruth{name, rows})
	return errors.Join(err, file.Close())
}

// discard removes what a failed run has written.
func (f *files) discard() {
	for _, path := range f.created {
		os.Remove(path)
	}
}

func (f *files) write(b *batch) error {
	if f.cfg.SplitYears && b.year != f.year {
		if err := f.close(); err != nil {
			return err
		}
	}
	f.year = b.year
	parts := [3]struct {
		text []byte
		rows int
	}{{b.transactions, b.nTransactions}, {b.tracking, b.nEvents}, {b.history, b.nHistory}}
	for i, p := range parts {
		if f.cfg.TransactionsOnly && i > 0 {
			break
		}
		if f.open[i] == nil {
			if err := f.start(i); err != nil {
				return err
			}
		}
		if _, err := f.open[i].w.Write(p.text); err != nil {
			return err
		}
		f.open[i].rows += p.rows
	}
	return nil
}

func (f *files) start(i int) error {
	name := exportNames[i].name
	if f.cfg.SplitYears {
		name += fmt.Sprintf("-%d-%02d", f.year, (f.year+1)%100)
	}
	name = "illiad/" + name + ".csv"
	if f.cfg.Gzip {
		name += ".gz"
	}
	file, err := f.create(name)
	if err != nil {
		return err
	}
	e := &export{file: file, text: bufio.NewWriterSize(file, 1<<20), name: name}
	e.w = e.text
	if f.cfg.Gzip {
		// The header carries neither name nor time, so that the same history gives the same bytes.
		if e.zip, err = gzip.NewWriterLevel(e.text, gzip.BestCompression); err != nil {
			return err
		}
		e.w = e.zip
	}
	f.open[i] = e
	_, err = io.WriteString(e.w, exportNames[i].heading)
	return err
}

// close finishes the open files and notes their rows.
func (f *files) close() error {
	var errs []error
	for i, e := range f.open {
		if e == nil {
			continue
		}
		if e.zip != nil {
			errs = append(errs, e.zip.Close())
		}
		errs = append(errs, e.text.Flush(), e.file.Close())
		f.rows = append(f.rows, FileTruth{e.name, e.rows})
		f.open[i] = nil
	}
	return errors.Join(errs...)
}
