package sample

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// files writes the large exports, one after the other where they are split by year.
type files struct {
	dir  string
	cfg  Config
	open [3]*export
	year int
	rows []FileTruth
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

func newFiles(dir string, cfg Config) *files { return &files{dir: dir, cfg: cfg} }

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
	file, err := os.Create(filepath.Join(f.dir, filepath.FromSlash(name)))
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
