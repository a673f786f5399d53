package sheets

import (
	"archive/zip"
	"bytes"
	"io"
	"regexp"
	"slices"

	"github.com/xuri/excelize/v2"
)

// pack writes the workbook. Excelize lists the types of pictures (there are none here) in another order each time: they
// are sorted, so that the same report gives the same bytes.
func pack(w io.Writer, file *excelize.File) error {
	content, err := file.WriteToBuffer()
	if err != nil {
		return err
	}
	in, err := zip.NewReader(bytes.NewReader(content.Bytes()), int64(content.Len()))
	if err != nil {
		return err
	}
	out := zip.NewWriter(w)
	for _, part := range in.File {
		if part.Name != "[Content_Types].xml" {
			if err := out.Copy(part); err != nil {
				return err
			}
			continue
		}
		if err := packTypes(out, part); err != nil {
			return err
		}
	}
	return out.Close()
}

var defaultTypes = regexp.MustCompile(`<Default [^>]*></Default>`)

func packTypes(out *zip.Writer, part *zip.File) error {
	in, err := part.Open()
	if err != nil {
		return err
	}
	text, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	sorted := defaultTypes.FindAll(text, -1)
	slices.SortFunc(sorted, bytes.Compare)
	at := 0
	text = defaultTypes.ReplaceAllFunc(text, func([]byte) []byte {
		at++
		return sorted[at-1]
	})
	w, err := out.Create(part.Name)
	if err != nil {
		return err
	}
	_, err = w.Write(text)
	return err
}
