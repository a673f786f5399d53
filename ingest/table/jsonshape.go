package table

import "bytes"

// jsonKind is how the objects lie in the file.
type jsonKind byte

const (
	notJSON    jsonKind = iota
	jsonList            // [ {…}, {…} ], perhaps as a member of an outer object
	jsonLines           // one object on each line
	jsonValues          // objects one after another, or a single one
)

// shape is what the start of the text says about the file.
type shape struct {
	kind  jsonKind
	start int      // jsonList: offset of the first element
	depth int      // jsonList: objects around the list
	lists []string // names of the lists, where there are several to choose from
}

// maxEnvelope is how many members an object may have beside its one list of
// objects and still count as a wrapper (total, page, next …) rather than a record.
const maxEnvelope = 8

// jsonShape looks at the start of a text.
func jsonShape(sample []byte) shape {
	p := skipSpace(sample, 0)
	if p == len(sample) {
		return shape{}
	}
	q := skipSpace(sample, p+1)
	if q == len(sample) {
		q--
	}
	switch {
	case sample[p] == '[' && (sample[q] == '{' || sample[q] == ']'):
		return shape{kind: jsonList, start: p + 1}
	case sample[p] == '{' && (sample[q] == '"' || sample[q] == '}'):
	default:
		return shape{}
	}
	end, ok := skipValue(sample, p)
	if ok {
		if r := skipSpace(sample, end); r < len(sample) {
			if bytes.IndexByte(sample[p:end], '\n') < 0 && bytes.IndexByte(sample[end:r], '\n') >= 0 {
				return shape{kind: jsonLines}
			}
			return shape{kind: jsonValues}
		}
	}
	// One object: a wrapper or a record?
	var names []string
	start, others := 0, 0
	for q < len(sample) && sample[q] == '"' {
		k, ok := skipValue(sample, q)
		if !ok {
			break
		}
		name := string(sample[q+1 : k-1])
		v := skipSpace(sample, k)
		if v == len(sample) || sample[v] != ':' {
			break
		}
		v = skipSpace(sample, v+1)
		if v == len(sample) {
			break
		}
		first := skipSpace(sample, v+1)
		if sample[v] == '[' && first < len(sample) && (sample[first] == '{' || sample[first] == ']') {
			if len(names) == 0 || sample[first] == '{' {
				if len(names) == 0 {
					start = v + 1
				}
				names = append(names, name)
			}
		} else {
			others++
		}
		e, ok := skipValue(sample, v)
		if !ok {
			break
		}
		q = skipSpace(sample, e)
		if q < len(sample) && sample[q] == ',' {
			q = skipSpace(sample, q+1)
		}
	}
	switch {
	case len(names) == 0 || others > maxEnvelope:
		return shape{kind: jsonValues}
	case len(names) > 1:
		return shape{kind: jsonList, lists: names}
	}
	return shape{kind: jsonList, start: start, depth: 1}
}
