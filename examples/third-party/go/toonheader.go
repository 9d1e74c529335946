package tracewire

import (
	"regexp"
	"strconv"
	"strings"
)

// A toonHeader declares a list, a table, or a table whose rows have keys.
type toonHeader struct {
	key       *string // nil where there is none
	count     int
	keyed     bool
	delimiter byte
	fields    []toonField // nil where it is no table
	rest      string      // what stands behind the colon
}

var toonBracket = regexp.MustCompile(`^\[(0|[1-9][0-9]*)(:?)([\t|]?)\]`)

// header reads a line as a header. It gives nil where the line is none, and, strictly, an error where it is a bad one.
func (r *toonReader) header(text string) (*toonHeader, error) {
	bracket := unquoted(text, "[:")
	if bracket < 0 || text[bracket] == ':' || unquoted(text[bracket:], ":") < 0 {
		return nil, nil
	}
	h := &toonHeader{delimiter: ','}
	if name := text[:bracket]; name != "" {
		if name[0] == '"' {
			key, err := r.unquote(name)
			if err != nil {
				return nil, err
			}
			h.key = &key
		} else if toonKey.MatchString(name) {
			h.key = &name
		} else {
			return nil, nil
		}
	}
	if r.fill(h, text[bracket:]) {
		return h, nil
	}
	if r.deep {
		return nil, r.fail("toon_too_deep", "nested too deep")
	}
	if r.strict {
		return nil, r.fail("toon_header", "a header that is not one")
	}
	return nil, nil
}

// fill reads a header from its bracket on.
func (r *toonReader) fill(h *toonHeader, text string) bool {
	parts := toonBracket.FindStringSubmatch(text)
	if parts == nil {
		return false
	}
	count, err := strconv.Atoi(parts[1])
	if err != nil {
		return false
	}
	h.count, h.keyed = count, parts[2] != ""
	if parts[3] != "" {
		h.delimiter = parts[3][0]
	}
	text = text[len(parts[0]):]
	if strings.HasPrefix(text, "{") {
		var ok bool
		if h.fields, text, ok = r.fields(text, h.delimiter, 0); !ok {
			return false
		}
	}
	if !strings.HasPrefix(text, ":") || h.keyed && h.fields == nil {
		return false
	}
	h.rest = strings.Trim(text[1:], " ")
	return h.fields == nil || h.rest == ""
}

// fields reads a list of fields in braces and gives what stands behind it.
func (r *toonReader) fields(text string, delimiter byte, depth int) (fields []toonField, rest string, ok bool) {
	if depth > MaxDepth {
		r.deep = true
		return nil, "", false
	}
	for text[0] != '}' {
		text = text[1:]
		end := unquoted(text, string(delimiter)+"{}")
		if end < 0 {
			return nil, "", false
		}
		field := toonField{}
		name := strings.Trim(text[:end], " ")
		if name == "" || name[0] != '"' && strings.ContainsAny(name, ",|\t") && r.strict {
			return nil, "", false
		}
		var err error
		if field.name, err = r.name(name); err != nil {
			return nil, "", false
		}
		text = text[end:]
		if text[0] == '{' {
			if field.group, text, ok = r.fields(text, delimiter, depth+1); !ok || text == "" {
				return nil, "", false
			}
			if text[0] != delimiter && text[0] != '}' {
				return nil, "", false
			}
		}
		fields = append(fields, field)
	}
	return fields, text[1:], true
}

func leaves(fields []toonField) int {
	n := 0
	for _, field := range fields {
		if field.group != nil {
			n += leaves(field.group)
		} else {
			n++
		}
	}
	return n
}

// row makes a map of cells. The cells that are left are handed back.
func (r *toonReader) row(fields []toonField, cells []any) (map[string]any, []any, error) {
	m := make(map[string]any, len(fields))
	for _, field := range fields {
		if err := r.single(m, field.name); err != nil {
			return nil, nil, err
		}
		if r.names -= len(field.name); r.names < 0 {
			return nil, nil, r.fail("toon_too_large", "the names of tables take far more room than the text")
		}
		if field.group != nil {
			inner, rest, err := r.row(field.group, cells)
			if err != nil {
				return nil, nil, err
			}
			m[field.name], cells = inner, rest
		} else if len(cells) > 0 {
			m[field.name], cells = cells[0], cells[1:]
		}
	}
	return m, cells, nil
}

// scope reads what a header at depth declares. r.at is the line behind it.
func (r *toonReader) scope(h *toonHeader, depth int, root bool) (any, error) {
	if h.fields == nil && h.rest != "" {
		list, err := r.cells(h.rest, h.delimiter)
		if err != nil {
			return nil, err
		}
		return list, r.counted(h, len(list))
	}
	start := r.at
	if r.deeper(depth) {
		if err := r.begin(depth + 1); err != nil {
			return nil, err
		}
	}
	var v any
	var n int
	var err error
	switch {
	case h.keyed:
		m := map[string]any{}
		n, err = r.entries(m, h, depth+1)
		v = m
	case h.fields != nil:
		v, n, err = r.rows(h, depth+1)
	default:
		v, n, err = r.items(depth + 1)
	}
	if err != nil {
		return nil, err
	}
	if r.strict && r.at > start && r.lines[r.at-1].blanks > r.lines[start].blanks {
		return nil, r.fail("toon_blank_line", "a blank line inside a list")
	}
	return v, r.counted(h, n)
}

func (r *toonReader) counted(h *toonHeader, n int) error {
	if r.strict && n != h.count {
		return r.fail("toon_count", "another number of items than declared")
	}
	return nil
}

// here says whether the line under way stands at depth; lines that are too deep are passed or refused.
func (r *toonReader) here(depth int) (bool, error) {
	if err := r.stray(depth); err != nil {
		return false, err
	}
	return r.at < len(r.lines) && r.lines[r.at].depth == depth, nil
}

func (r *toonReader) rows(h *toonHeader, depth int) (any, int, error) {
	list := []any{}
	for {
		if ok, err := r.here(depth); !ok || err != nil {
			return list, len(list), err
		}
		text := r.lines[r.at].text
		colon, delimiter := unquoted(text, ":"), unquoted(text, string(h.delimiter))
		if colon >= 0 && (delimiter < 0 || colon < delimiter) {
			return list, len(list), nil
		}
		cells, err := r.cells(text, h.delimiter)
		if err != nil {
			return nil, 0, err
		}
		m, err := r.wide(h, cells)
		if err != nil {
			return nil, 0, err
		}
		list = append(list, m)
		r.at++
	}
}

func (r *toonReader) wide(h *toonHeader, cells []any) (any, error) {
	if len(cells) != leaves(h.fields) {
		return nil, r.fail("toon_width", "another number of cells than fields")
	}
	m, _, err := r.row(h.fields, cells)
	return m, err
}

func (r *toonReader) entries(m map[string]any, h *toonHeader, depth int) (int, error) {
	for n := 0; ; n++ {
		if ok, err := r.here(depth); !ok || err != nil {
			return n, err
		}
		text := r.lines[r.at].text
		colon := unquoted(text, ":")
		if colon < 0 {
			return n, r.fail("toon_syntax", "a row without a key")
		}
		key, err := r.name(text[:colon])
		if err != nil {
			return n, err
		}
		if err := r.single(m, key); err != nil {
			return n, err
		}
		var cells []any
		if rest := strings.Trim(text[colon+1:], " "); rest != "" {
			if cells, err = r.cells(rest, h.delimiter); err != nil {
				return n, err
			}
		}
		if m[key], err = r.wide(h, cells); err != nil {
			return n, err
		}
		r.at++
	}
}

func (r *toonReader) items(depth int) (any, int, error) {
	list := []any{}
	for {
		if ok, err := r.here(depth); !ok || err != nil {
			return list, len(list), err
		}
		text := r.lines[r.at].text
		if text != "-" && !strings.HasPrefix(text, "- ") {
			return nil, 0, r.fail("toon_syntax", "a line in a list that is no item")
		}
		v, err := r.item(strings.Trim(text[1:], " "), depth)
		if err != nil {
			return nil, 0, err
		}
		list = append(list, v)
	}
}

func (r *toonReader) item(text string, depth int) (any, error) {
	h, err := r.header(text)
	if err != nil {
		return nil, err
	}
	switch {
	case text == "":
		r.at++
		return map[string]any{}, nil
	case text == "[]":
		r.at++
		return []any{}, nil
	case h != nil && h.key == nil && h.fields == nil:
		r.at++
		return r.scope(h, depth, false)
	case unquoted(text, ":") < 0:
		v, err := r.token(text)
		r.at++
		return v, err
	}
	// The first field stands on the line of the hyphen, and one level deeper than it.
	m := map[string]any{}
	if err := r.field(m, text, depth+1); err != nil {
		return nil, err
	}
	if r.at < len(r.lines) && r.lines[r.at].depth == depth+1 {
		err = r.object(m, depth+1)
	}
	return m, err
}
