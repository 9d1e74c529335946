package tracewire

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

const byteOrderMark = "\uFEFF"

func csvError(code, message string, line int) error {
	return &Error{Code: code, Message: message, Offset: line}
}

// WriteCSV writes a list of maps (TW-CSV-001 to 004). safe asks for a `'` before what a spreadsheet takes for a formula.
func WriteCSV(v any, delimiter byte, safe bool) ([]byte, error) {
	list, ok := v.([]any)
	if !ok {
		return nil, csvError("csv_shape", "not a list of maps", 0)
	}
	var columns []string
	known, members := map[string]bool{}, 0
	for _, element := range list {
		row, ok := element.(map[string]any)
		if !ok {
			return nil, csvError("csv_shape", "not a list of maps", 0)
		}
		members += len(row)
		for _, key := range sortedKeys(row) {
			if !known[key] {
				known[key] = true
				columns = append(columns, key)
			}
		}
	}
	if len(list) == 0 {
		return []byte{}, nil
	}
	if cells := len(columns) * len(list); len(columns) == 0 || cells > 1<<20 && cells/64 > members {
		return nil, csvError("csv_shape", "a table that is empty, or nearly so", 0)
	}
	w := csvWriter{delimiter: delimiter, alone: len(columns) == 1}
	for i, column := range columns {
		if safe {
			column = harmless(column)
		}
		w.cell(i, column, strings.HasPrefix(column, byteOrderMark))
	}
	w.end()
	for _, element := range list {
		for i, column := range columns {
			text := ""
			if v, ok := element.(map[string]any)[column]; ok {
				text = cellText(v, safe)
			}
			w.cell(i, text, false)
		}
		w.end()
	}
	return w.out, nil
}

// cellText is what a cell says before it is quoted.
func cellText(v any, safe bool) string {
	text, ok := v.(string)
	if !ok {
		return string(Canonical(v))
	}
	if safe {
		text = harmless(text)
	}
	if _, reads := cellValue(text); text == "" || reads {
		return string(Canonical(text))
	}
	return text
}

// cellValue is the value of a cell that reads as JSON.
func cellValue(text string) (any, bool) {
	v, err := (&reader{in: []byte(text), digits: 4096}).document()
	return v, err == nil
}

func harmless(text string) string {
	if text != "" && strings.IndexByte("=+-@\t\r\n", text[0]) >= 0 {
		return "'" + text
	}
	return text
}

type csvWriter struct {
	out       []byte
	delimiter byte
	alone     bool // there is one column only
}

func (w *csvWriter) cell(i int, text string, quote bool) {
	if i > 0 {
		w.out = append(w.out, w.delimiter)
	}
	if quote || text == "" && w.alone || strings.ContainsAny(text, "\"\r\n"+string(w.delimiter)) {
		text = `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
	}
	w.out = append(w.out, text...)
}

func (w *csvWriter) end() {
	w.out = append(w.out, '\r', '\n')
}

// ReadCSV reads a list of maps. The place in its errors is the line, from 1.
func ReadCSV(b []byte, delimiter byte) (any, error) {
	b = bytes.TrimPrefix(b, []byte(byteOrderMark))
	r := csvReader{in: b, line: 1, delimiter: delimiter}
	if !utf8.Valid(b) {
		for utf8.Valid(b[:r.at]) && r.at < len(b) {
			_, size := utf8.DecodeRune(b[r.at:])
			if size == 1 && b[r.at] >= utf8.RuneSelf {
				break
			}
			r.at += size
		}
		return nil, csvError("csv_utf8", "ill-formed UTF-8", 1+bytes.Count(b[:r.at], []byte("\n")))
	}
	list := []any{}
	if len(b) == 0 {
		return list, nil
	}
	columns, err := r.row()
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for _, column := range columns {
		if seen[column] {
			return nil, csvError("csv_duplicate_column", "two columns of one name", 1)
		}
		seen[column] = true
	}
	names := names(len(b))
	for r.at < len(b) {
		line := r.line
		cells, err := r.row()
		if err != nil {
			return nil, err
		}
		if len(cells) != len(columns) {
			return nil, csvError("csv_width", "another number of cells than columns", line)
		}
		row := make(map[string]any, len(cells))
		for i, cell := range cells {
			if cell == "" {
				continue
			}
			if names -= len(columns[i]); names < 0 {
				return nil, csvError("csv_too_large", "the names of the columns take far more room than the text", line)
			}
			if v, ok := cellValue(cell); ok {
				row[columns[i]] = v
			} else {
				row[columns[i]] = cell
			}
		}
		list = append(list, row)
	}
	return list, nil
}

// names is how many bytes the names of a text's columns may take when they are repeated in each row.
func names(text int) int { return 1<<20 + 64*text }

type csvReader struct {
	in        []byte
	at, line  int
	delimiter byte
}

// row reads cells up to the end of the line.
func (r *csvReader) row() ([]string, error) {
	var cells []string
	for {
		cell, err := r.cell()
		if err != nil {
			return nil, err
		}
		cells = append(cells, cell)
		if r.at < len(r.in) && r.in[r.at] == r.delimiter {
			r.at++
			continue
		}
		if r.at < len(r.in) && r.in[r.at] == '\r' {
			r.at++
			if r.at == len(r.in) || r.in[r.at] != '\n' {
				return nil, csvError("csv_line_end", "a CR that no LF follows", r.line)
			}
		}
		r.at++
		r.line++
		return cells, nil
	}
}

func (r *csvReader) cell() (string, error) {
	if r.at < len(r.in) && r.in[r.at] == '"' {
		return r.quoted()
	}
	start := r.at
	for ; r.at < len(r.in); r.at++ {
		switch c := r.in[r.at]; c {
		case '"':
			return "", csvError("csv_quote", "a quote in a cell without quotes", r.line)
		case '\r', '\n', r.delimiter:
			return string(r.in[start:r.at]), nil
		}
	}
	return string(r.in[start:]), nil
}

func (r *csvReader) quoted() (string, error) {
	start := r.line
	var out []byte
	for r.at++; r.at < len(r.in); r.at++ {
		c := r.in[r.at]
		if c == '\n' {
			r.line++
		}
		if c != '"' {
			out = append(out, c)
			continue
		}
		if r.at++; r.at < len(r.in) && r.in[r.at] == '"' {
			out = append(out, '"')
			continue
		}
		if r.at < len(r.in) && r.in[r.at] != r.delimiter && r.in[r.at] != '\r' && r.in[r.at] != '\n' {
			return "", csvError("csv_quote", "text behind a closing quote", r.line)
		}
		return string(out), nil
	}
	return "", csvError("csv_end", "a quoted cell without an end", start)
}
