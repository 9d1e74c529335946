package tracewire

import (
	"regexp"
	"strconv"
	"strings"
)

// TOON, after its public specification, version 4.0. Members stand in canonical order, as maps here have no other.

var (
	toonKey    = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.]*$`)
	toonNumber = regexp.MustCompile(`^[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)
)

type toonWriter struct {
	lines     []string
	delimiter string
	symbol    string // what a header says of the delimiter
}

// WriteTOON writes a value.
func WriteTOON(v any, delimiter byte) []byte {
	w := &toonWriter{delimiter: string(delimiter)}
	if delimiter != ',' {
		w.symbol = w.delimiter
	}
	switch v := v.(type) {
	case []any:
		w.array("", v, 0)
	case map[string]any:
		if !w.keyed("", v, 0) {
			w.fields(v, 0)
		}
	default:
		text := w.primitive(v)
		if strings.HasPrefix(text, byteOrderMark) {
			// At the start of a file it would be taken for a mark of the encoding.
			text = toonQuote(text)
		}
		w.line(0, text)
	}
	return []byte(strings.Join(w.lines, "\n"))
}

func (w *toonWriter) line(depth int, text string) {
	w.lines = append(w.lines, strings.Repeat("  ", depth)+text)
}

func (w *toonWriter) primitive(v any) string {
	text, ok := v.(string)
	if !ok {
		return string(Canonical(v))
	}
	if w.bare(text) {
		return text
	}
	return toonQuote(text)
}

// bare says whether a text may stand without quotes.
func (w *toonWriter) bare(text string) bool {
	switch text {
	case "", "true", "false", "null":
		return false
	}
	if text != strings.Trim(text, " \t") || toonNumber.MatchString(text) || text[0] == '-' || text[0] == '#' {
		return false
	}
	for _, c := range text {
		if c < 0x20 {
			return false
		}
	}
	return !strings.ContainsAny(text, `:"\[]{}`+w.delimiter)
}

func toonQuote(text string) string {
	var out strings.Builder
	out.WriteByte('"')
	for _, c := range text {
		switch {
		case c == '"' || c == '\\':
			out.WriteString(`\` + string(c))
		case c == '\n':
			out.WriteString(`\n`)
		case c == '\r':
			out.WriteString(`\r`)
		case c == '\t':
			out.WriteString(`\t`)
		case c < 0x20:
			out.WriteString(`\u00` + string(hexDigits[c>>4]) + string(hexDigits[c&15]))
		default:
			out.WriteRune(c)
		}
	}
	return out.String() + `"`
}

func toonName(key string) string {
	if toonKey.MatchString(key) {
		return key
	}
	return toonQuote(key)
}

func isPrimitive(v any) bool {
	switch v.(type) {
	case []any, map[string]any:
		return false
	}
	return true
}

func (w *toonWriter) fields(m map[string]any, depth int) {
	for _, key := range sortedKeys(m) {
		name := toonName(key)
		switch v := m[key].(type) {
		case []any:
			w.array(name, v, depth)
		case map[string]any:
			if !w.keyed(name, v, depth) {
				w.line(depth, name+":")
				w.fields(v, depth+1)
			}
		default:
			w.line(depth, name+": "+w.primitive(v))
		}
	}
}

// A toonField is a column of a table, or a group of columns.
type toonField struct {
	name  string
	group []toonField
}

// columns are those of maps that are uniform enough for a table.
func columns(rows []map[string]any) ([]toonField, bool) {
	if len(rows) == 0 || len(rows[0]) == 0 {
		return nil, false
	}
	var fields []toonField
	for _, key := range sortedKeys(rows[0]) {
		var inner []map[string]any
		for _, row := range rows {
			v, ok := row[key]
			if !ok || len(row) != len(rows[0]) {
				return nil, false
			}
			if m, ok := v.(map[string]any); ok {
				inner = append(inner, m)
			} else if !isPrimitive(v) {
				return nil, false
			}
		}
		field := toonField{name: key}
		if len(inner) > 0 {
			var ok bool
			if field.group, ok = columns(inner); !ok || len(inner) != len(rows) {
				return nil, false
			}
		}
		fields = append(fields, field)
	}
	return fields, true
}

func (w *toonWriter) header(fields []toonField) string {
	names := make([]string, len(fields))
	for i, field := range fields {
		names[i] = toonName(field.name)
		if field.group != nil {
			names[i] += w.header(field.group)
		}
	}
	return "{" + strings.Join(names, w.delimiter) + "}"
}

func (w *toonWriter) cells(row map[string]any, fields []toonField) []string {
	var cells []string
	for _, field := range fields {
		if field.group != nil {
			cells = append(cells, w.cells(row[field.name].(map[string]any), field.group)...)
		} else {
			cells = append(cells, w.primitive(row[field.name]))
		}
	}
	return cells
}

// keyed writes a map of uniform maps as a table whose rows have keys. It says false where the map is none.
func (w *toonWriter) keyed(name string, m map[string]any, depth int) bool {
	if len(m) < 2 {
		return false
	}
	var rows []map[string]any
	keys := sortedKeys(m)
	for _, key := range keys {
		row, ok := m[key].(map[string]any)
		if !ok {
			return false
		}
		rows = append(rows, row)
	}
	fields, ok := columns(rows)
	if !ok {
		return false
	}
	w.line(depth, name+"["+strconv.Itoa(len(rows))+":"+w.symbol+"]"+w.header(fields)+":")
	for i, row := range rows {
		w.line(depth+1, toonName(keys[i])+": "+strings.Join(w.cells(row, fields), w.delimiter))
	}
	return true
}

func (w *toonWriter) count(list []any) string {
	return "[" + strconv.Itoa(len(list)) + w.symbol + "]"
}

// inline is a list of primitives behind its header.
func (w *toonWriter) inline(list []any) (string, bool) {
	cells := make([]string, len(list))
	for i, v := range list {
		if !isPrimitive(v) {
			return "", false
		}
		cells[i] = w.primitive(v)
	}
	return w.count(list) + ": " + strings.Join(cells, w.delimiter), true
}

func (w *toonWriter) array(name string, list []any, depth int) {
	if len(list) == 0 {
		if name != "" {
			name += ": "
		}
		w.line(depth, name+"[]")
		return
	}
	if text, ok := w.inline(list); ok {
		w.line(depth, name+text)
		return
	}
	if fields, rows, ok := table(list); ok {
		w.line(depth, name+w.count(list)+w.header(fields)+":")
		for _, row := range rows {
			w.line(depth+1, strings.Join(w.cells(row, fields), w.delimiter))
		}
		return
	}
	w.line(depth, name+w.count(list)+":")
	w.items(list, depth+1)
}

func table(list []any) ([]toonField, []map[string]any, bool) {
	var rows []map[string]any
	for _, v := range list {
		row, ok := v.(map[string]any)
		if !ok {
			return nil, nil, false
		}
		rows = append(rows, row)
	}
	fields, ok := columns(rows)
	return fields, rows, ok
}

func (w *toonWriter) items(list []any, depth int) {
	for _, v := range list {
		switch v := v.(type) {
		case []any:
			if len(v) == 0 {
				w.line(depth, "- "+w.count(v)+":")
			} else if text, ok := w.inline(v); ok {
				w.line(depth, "- "+text)
			} else {
				w.line(depth, "- "+w.count(v)+":")
				w.items(v, depth+1)
			}
		case map[string]any:
			if len(v) == 0 {
				w.line(depth, "-")
				continue
			}
			// The first field shares the line of the hyphen; all else stands as if the hyphen were indentation.
			first := len(w.lines)
			w.fields(v, depth+1)
			w.lines[first] = strings.Repeat("  ", depth) + "- " + w.lines[first][2*depth+2:]
		default:
			w.line(depth, "- "+w.primitive(v))
		}
	}
}
