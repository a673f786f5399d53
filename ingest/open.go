package ingest

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/fillrate/fillrate/ingest/source"
	"github.com/fillrate/fillrate/ingest/table"
)

// input is one file of a load.
type input struct {
	path    string
	file    *table.File
	sha256  func() (string, error) // waits for the hash, which is computed beside
	leftOut []leftOut
	sameAs  string // the file whose content this one repeats
}

// openAll opens every file and recognises its tables before any work is done, so that one wrong name among ten costs
// nothing. Parts come in the order in which they are read, whatever the order of the names.
func openAll(ctx context.Context, opt Options) (inputs []*input, parts []*part, err error) {
	list, err := profiles(opt.Profile)
	if err != nil {
		return nil, nil, err
	}
	defer func() {
		if err != nil {
			closeAll(inputs)
		}
	}()
	for _, path := range opt.Files {
		if err := ctx.Err(); err != nil {
			return inputs, nil, err
		}
		in := &input{path: path}
		if in.file, err = table.Open(path, table.Options{Sheet: opt.Sheet, Columns: opt.Columns, Encoding: opt.Encoding}); err != nil {
			return inputs, nil, refuseFile(path, err)
		}
		inputs = append(inputs, in)
		found, err := recogniseAll(in, list, opt)
		if err != nil {
			return inputs, nil, err
		}
		parts = append(parts, found...)
	}
	hashAll(inputs)
	if parts, err = inOrder(inputs, parts); err != nil {
		return inputs, nil, err
	}
	return inputs, parts, nil
}

// inOrder sorts parts into the order in which they are read, whatever the order of the names on the command line, and
// leaves out what repeats another file.
func inOrder(inputs []*input, parts []*part) ([]*part, error) {
	if len(inputs) == 1 {
		slices.SortStableFunc(parts, func(a, b *part) int { return cmp.Compare(a.content().Order(), b.content().Order()) })
		return parts, nil
	}
	first := map[string]string{}
	sums := map[*input]string{}
	for _, in := range inputs {
		sum, err := in.sha256()
		if err != nil {
			return nil, err
		}
		sums[in] = sum
		if name, again := first[sum]; again {
			in.sameAs = name
		} else {
			first[sum] = filepath.Base(in.path)
		}
	}
	parts = slices.DeleteFunc(parts, func(p *part) bool { return p.input.sameAs != "" })
	slices.SortStableFunc(parts, func(a, b *part) int {
		return cmp.Or(cmp.Compare(a.content().Order(), b.content().Order()), cmp.Compare(sums[a.input], sums[b.input]))
	})
	return parts, nil
}

func closeAll(inputs []*input) {
	for _, in := range inputs {
		_ = in.file.Close() // read only: nothing can be lost
	}
}

// recogniseAll picks the tables of a file that are read; it refuses a file of which none is.
func recogniseAll(in *input, list []*source.Profile, opt Options) ([]*part, error) {
	var parts []*part
	withoutID := 0
	for _, t := range in.file.Tables {
		found, why := recognise(in, t, list, opt)
		if why == "" {
			parts = append(parts, found)
			continue
		}
		if found != nil {
			withoutID++
			why += ": left out (--id row-hash takes it)"
		}
		in.leftOut = append(in.leftOut, leftOut{Sheet: t.Name, Reason: why})
	}
	if len(parts) > 0 {
		return parts, nil
	}
	if len(in.leftOut) == 0 {
		return nil, refuse("no_table", "%s: it holds no table", filepath.Base(in.path))
	}
	var reasons []string
	for _, out := range in.leftOut {
		reason, _, _ := strings.Cut(out.Reason, ": left out (")
		if out.Sheet != "" {
			reason = fmt.Sprintf("sheet %q %s", out.Sheet, reason)
		}
		reasons = append(reasons, reason)
	}
	sentence := filepath.Base(in.path) + " " + reasons[0]
	if in.leftOut[0].Sheet != "" {
		sentence = filepath.Base(in.path) + ": " + strings.Join(reasons, "; ")
	}
	switch withoutID {
	case 0:
	case 1:
		sentence += "; --id row-hash takes it, telling rows apart by their content"
	default:
		sentence += "; --id row-hash takes them, telling rows apart by their content: choose one with --sheet, so that no request is read twice"
	}
	refused := &Refused{Sentence: sentence, Code: "no_table_fits", Args: []string{filepath.Base(in.path)}}
	if len(in.leftOut) == 1 {
		refused.Code = leftOutCode(in.leftOut[0].Reason, withoutID > 0)
	}
	return nil, refused
}

// leftOutCode names the reason for which the only table of a file is refused.
func leftOutCode(reason string, withoutID bool) string {
	switch {
	case withoutID:
		return "no_identifier"
	case strings.HasPrefix(reason, noHeading):
		return "no_heading"
	case reason == isEmpty:
		return "no_table"
	}
	return "unknown_table"
}

// refuseFile keeps the sentence of an unreadable file; what is no fault of the file stays what it is.
func refuseFile(path string, err error) error {
	var fileError *table.FileError
	if errors.As(err, &fileError) {
		return refusedFile(fileError)
	}
	return fmt.Errorf("%s: %w", filepath.Base(path), err)
}

// hashAll starts to hash the files, two at a time: the hash of a single one is only needed when all is read.
func hashAll(inputs []*input) {
	turn := make(chan struct{}, 2)
	for _, in := range inputs {
		var sum string
		var err error
		done := make(chan struct{})
		go func() {
			defer close(done)
			turn <- struct{}{}
			defer func() { <-turn }()
			sum, err = hashFile(in.path)
		}()
		in.sha256 = func() (string, error) {
			<-done
			return sum, err
		}
	}
}

// hashFile gives the SHA-256 of a file's bytes, by which the same export is known again under any name.
func hashFile(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", refuse("unreadable", "%s: the file cannot be read: %v", filepath.Base(path), err)
	}
	defer f.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, f); err != nil {
		return "", refuse("unreadable", "%s: the file cannot be read: %v", filepath.Base(path), err)
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}
