package tracewire

import (
	"bytes"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A toonLine is one that is neither blank nor a comment.
type toonLine struct {
	depth  int
	text   string
	number int
	blanks int // blank lines so far
}

type toonReader struct {
	lines  []toonLine
	at     int
	strict bool
	deep   bool // a header nests deeper than is read
	names  int  // how many bytes the names of tables may still take
}

func toonError(code, message string, line int) error {
	return &Error{Code: code, Message: message, Offset: line}
}

// ReadTOON reads a document. The place in its errors is the line, from 1.
func ReadTOON(b []byte, lenient bool) (any, error) {
	r := &toonReader{strict: !lenient, names: names(len(b))}
	b = bytes.TrimPrefix(b, []byte(byteOrderMark))
	if !utf8.Valid(b) {
		return nil, toonError("toon_utf8", "ill-formed UTF-8", 0)
	}
	if err := r.split(b); err != nil {
		return nil, err
	}
	if len(r.lines) == 0 {
		return map[string]any{}, nil
	}
	if r.lines[0].depth > 0 && r.strict {
		return nil, r.fail("toon_indentation", "the first line is indented")
	}
	return r.root()
}

func (r *toonReader) fail(code, message string) error {
	at := min(r.at, len(r.lines)-1)
	return toonError(code, message, r.lines[at].number)
}

// split takes comments and blank lines out.
func (r *toonReader) split(b []byte) error {
	blanks := 0
	for i, raw := range bytes.Split(b, []byte("\n")) {
		text := strings.TrimSuffix(string(raw), "\r")
		content := strings.TrimLeft(text, " ")
		if strings.HasPrefix(content, "#") {
			continue
		}
		if content == "" {
			blanks++
			continue
		}
		spaces := len(text) - len(content)
		if r.strict && content[0] == '\t' {
			return toonError("toon_indentation", "a tab as indentation", i+1)
		}
		if r.strict && spaces%2 != 0 {
			return toonError("toon_indentation", "indentation of an odd number of spaces", i+1)
		}
		r.lines = append(r.lines, toonLine{spaces / 2, content, i + 1, blanks})
	}
	return nil
}

func (r *toonReader) root() (any, error) {
	first := r.lines[0]
	h, err := r.header(first.text)
	if err != nil {
		return nil, err
	}
	if h != nil && h.key == nil {
		r.at = 1
		v, err := r.scope(h, 0, true)
		if err == nil && r.strict && r.at < len(r.lines) {
			err = r.fail("toon_trailing", "lines behind the document's list")
		}
		return v, err
	}
	if first.text == "[]" {
		if r.at = 1; len(r.lines) > 1 && r.strict {
			return nil, r.fail("toon_trailing", "lines behind the document's list")
		}
		return []any{}, nil
	}
	if h == nil && len(r.lines) == 1 && unquoted(first.text, ":") < 0 {
		return r.token(first.text)
	}
	m := map[string]any{}
	if err := r.object(m, 0); err != nil {
		return nil, err
	}
	if r.at < len(r.lines) {
		return nil, r.fail("toon_syntax", "a line that belongs to nothing")
	}
	return m, nil
}

// unquoted is where the first of some characters stands outside of quotes, or -1.
func unquoted(text, chars string) int {
	quoted := false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case !quoted && strings.IndexByte(chars, c) >= 0:
			return i
		}
	}
	return -1
}

// deeper is the next line where it stands deeper than depth.
func (r *toonReader) deeper(depth int) bool {
	return r.at < len(r.lines) && r.lines[r.at].depth > depth
}

// begin looks at the first line of what stands below depth: it must not jump.
func (r *toonReader) begin(depth int) error {
	if depth > MaxDepth {
		return r.fail("toon_too_deep", "nested too deep")
	}
	if r.strict && r.deeper(depth) {
		return r.fail("toon_indentation", "a line more than one level deeper")
	}
	return nil
}

// stray passes lines that are too deep to belong to anything; strictly, they are an error.
func (r *toonReader) stray(depth int) error {
	if r.deeper(depth) && r.strict {
		return r.fail("toon_indentation", "a line deeper than what it stands in")
	}
	for r.deeper(depth) {
		r.at++
	}
	return nil
}

// object reads the fields at a depth.
func (r *toonReader) object(m map[string]any, depth int) error {
	if err := r.begin(depth); err != nil {
		return err
	}
	for r.at < len(r.lines) && r.lines[r.at].depth >= depth {
		if r.lines[r.at].depth > depth {
			if err := r.stray(depth); err != nil {
				return err
			}
			continue
		}
		text := r.lines[r.at].text
		if err := r.field(m, text, depth); err != nil {
			return err
		}
	}
	return nil
}

// field reads a field that stands at depth, with what is below it. r.at is its line.
func (r *toonReader) field(m map[string]any, text string, depth int) error {
	h, err := r.header(text)
	if err != nil {
		return err
	}
	if h != nil && h.key == nil {
		if r.strict {
			return r.fail("toon_header", "a header without a key")
		}
		h = nil
	}
	var key string
	var v any
	if h != nil {
		key = *h.key
		if err := r.single(m, key); err != nil {
			return err
		}
		r.at++
		v, err = r.scope(h, depth, false)
	} else {
		colon := unquoted(text, ":")
		if colon < 0 {
			return r.fail("toon_syntax", "a line without a colon")
		}
		if key, err = r.name(text[:colon]); err != nil {
			return err
		}
		if err := r.single(m, key); err != nil {
			return err
		}
		v, err = r.fieldValue(strings.Trim(text[colon+1:], " "), depth)
	}
	if err != nil {
		return err
	}
	m[key] = v
	return r.stray(depth)
}

func (r *toonReader) single(m map[string]any, key string) error {
	if _, twice := m[key]; twice && r.strict {
		return r.fail("toon_duplicate_key", "a key twice in one map")
	}
	return nil
}

func (r *toonReader) fieldValue(rest string, depth int) (any, error) {
	switch rest {
	case "":
		r.at++
		m := map[string]any{}
		if !r.deeper(depth) {
			return m, nil
		}
		return m, r.object(m, depth+1)
	case "[]":
		r.at++
		return []any{}, nil
	}
	v, err := r.token(rest)
	r.at++
	return v, err
}

// name is a key without its quotes.
func (r *toonReader) name(text string) (string, error) {
	text = strings.Trim(text, " ")
	if !strings.HasPrefix(text, `"`) {
		return text, nil
	}
	return r.unquote(text)
}

// token is a primitive.
func (r *toonReader) token(text string) (any, error) {
	text = strings.Trim(text, " ")
	switch {
	case strings.HasPrefix(text, `"`):
		return r.unquote(text)
	case text == "true", text == "false":
		return text == "true", nil
	case text == "null":
		return nil, nil
	case text != "" && text[0] != '+' && toonNumber.MatchString(text):
		digits := strings.TrimPrefix(text, "-")
		if len(digits) > 1 && digits[0] == '0' && '0' <= digits[1] && digits[1] <= '9' {
			return text, nil
		}
		return r.number(text)
	}
	return text, nil
}

func (r *toonReader) number(text string) (any, error) {
	if strings.ContainsAny(text, ".eE") {
		f, _ := strconv.ParseFloat(text, 64)
		if math.IsInf(f, 0) {
			return text, nil
		}
		return Float(f), nil
	}
	if i, err := strconv.ParseInt(text, 10, 64); err == nil {
		return Int(i), nil
	}
	return map[string]any{"$int": text}, nil
}

func (r *toonReader) unquote(text string) (string, error) {
	var out strings.Builder
	for i := 1; i < len(text); i++ {
		switch c := text[i]; c {
		case '"':
			if i != len(text)-1 {
				return "", r.fail("toon_syntax", "text behind a closing quote")
			}
			return out.String(), nil
		case '\\':
			i++
			char, size := toonEscape(text[i:])
			if size == 0 {
				return "", r.fail("toon_escape", "an escape that TOON does not have")
			}
			out.WriteRune(char)
			i += size - 1
		default:
			out.WriteByte(c)
		}
	}
	return "", r.fail("toon_syntax", "a quoted text without an end")
}

// toonEscape is the character of an escape and how long it is behind its backslash; 0 for none.
func toonEscape(text string) (rune, int) {
	if text == "" {
		return 0, 0
	}
	switch text[0] {
	case '"', '\\':
		return rune(text[0]), 1
	case 'n':
		return '\n', 1
	case 'r':
		return '\r', 1
	case 't':
		return '\t', 1
	case 'u':
		hex := &reader{in: []byte(text), at: 1}
		if unit, ok := hex.hex4(); ok && (unit < 0xD800 || unit > 0xDFFF) {
			return unit, 5
		}
	}
	return 0, 0
}

// cells splits a row at the delimiter, outside of quotes.
func (r *toonReader) cells(text string, delimiter byte) ([]any, error) {
	cells := []any{}
	for {
		end := unquoted(text, string(delimiter))
		part := text
		if end >= 0 {
			part = text[:end]
		}
		v, err := r.token(part)
		if err != nil {
			return nil, err
		}
		cells = append(cells, v)
		if end < 0 {
			return cells, nil
		}
		text = text[end+1:]
	}
}
