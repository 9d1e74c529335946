package tracewire

import (
	"bytes"
	"errors"
)

// Encodings that this package reads and writes.
var Encodings = []string{"json", "jsonl", "proto", "toon", "csv"}

// Options of a conversion.
type Options struct {
	Delimiter   string // comma, tab or pipe
	Lenient     bool
	FormulaSafe bool `json:"formula_safe"`
}

// The forms of a recording (TW-ENC-002).
const (
	formLines = iota
	formSingle
	formList
	formExport
)

// A recording is a sequence of items and the form in which they stood.
type recording struct {
	form  int
	items []any
}

// recordingOf takes a document apart.
func recordingOf(v any) recording {
	switch v := v.(type) {
	case []any:
		return recording{formList, v}
	case map[string]any:
		if list, ok := v["envelopes"].([]any); ok && len(v) == 2 && v["spec"] == "1.0" {
			return recording{formExport, list}
		}
	}
	return recording{formSingle, []any{v}}
}

// document is the one value of a recording. Lines have none of their own and become a list.
func (r recording) document() any {
	switch r.form {
	case formSingle:
		return r.items[0]
	case formExport:
		return map[string]any{"envelopes": r.items, "spec": "1.0"}
	}
	return r.items
}

// readLines reads JSON Lines (TW-ENC-006).
func readLines(b []byte) (recording, error) {
	r := recording{formLines, []any{}}
	at := 0
	for _, line := range bytes.SplitAfter(b, []byte("\n")) {
		if len(bytes.Trim(line, " \t\r\n")) > 0 {
			v, err := ReadJSON(bytes.TrimSuffix(line, []byte("\n")))
			var e *Error
			if errors.As(err, &e) {
				e.Offset += at
				return r, e
			}
			r.items = append(r.items, v)
		}
		at += len(line)
	}
	return r, nil
}

func readRecording(from string, b []byte, o Options) (recording, error) {
	switch from {
	case "json":
		v, err := ReadJSON(b)
		return recordingOf(v), err
	case "jsonl":
		return readLines(b)
	case "proto":
		return readProto(b)
	case "toon":
		v, err := ReadTOON(b, o.Lenient)
		return recordingOf(v), err
	case "csv":
		v, err := ReadCSV(b, ',')
		return recordingOf(v), err
	}
	return recording{}, &Error{Code: "encoding", Message: "no such encoding here: " + from}
}

// Convert reads bytes of one encoding and writes them in another.
func Convert(from, to string, b []byte, o Options) ([]byte, error) {
	if len(b) > MaxBytes {
		return nil, &Error{Code: "item_too_large", Message: "larger than this reader takes"}
	}
	r, err := readRecording(from, b, o)
	if err != nil {
		return nil, err
	}
	switch to {
	case "json":
		return Canonical(r.document()), nil
	case "jsonl":
		out := []byte{}
		for _, item := range r.items {
			out = append(appendValue(out, item), '\n')
		}
		return out, nil
	case "proto":
		return writeProto(r), nil
	case "toon":
		return WriteTOON(r.document(), o.delimiter()), nil
	case "csv":
		return WriteCSV(r.document(), ',', o.FormulaSafe)
	}
	return nil, &Error{Code: "encoding", Message: "no such encoding here: " + to}
}

func (o Options) delimiter() byte {
	switch o.Delimiter {
	case "tab":
		return '\t'
	case "pipe":
		return '|'
	}
	return ','
}
