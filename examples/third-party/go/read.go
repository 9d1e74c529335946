package tracewire

import (
	"bytes"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	// MaxDepth is how many lists and maps may stand inside each other. The specification asks for at least 128.
	MaxDepth = 512
	// MaxBytes bounds what is read in one piece.
	MaxBytes = 64 << 20
)

// ReadJSON reads one JSON document strictly and gives its value in wire form (TW-JSON-002 to 005).
func ReadJSON(b []byte) (any, error) {
	return (&reader{in: b}).document()
}

func (r *reader) document() (any, error) {
	b := r.in
	if len(b) > MaxBytes {
		return nil, r.fail("json_too_large", "larger than this reader takes")
	}
	if bytes.HasPrefix(b, []byte("\uFEFF")) {
		return nil, r.fail("json_syntax", "a byte order mark")
	}
	r.space()
	v, err := r.value(0)
	if err != nil {
		return nil, err
	}
	if r.space(); r.at < len(b) {
		return nil, r.fail("json_trailing", "bytes after the value")
	}
	return v, nil
}

type reader struct {
	in     []byte
	at     int
	digits int // how many an integer may have, 0 for any
	depth  int // how many lists and maps may stand inside each other, 0 for MaxDepth
	inText bool
}

func (r *reader) fail(code, message string) error {
	return &Error{Code: code, Message: message, Offset: r.at}
}

func (r *reader) peek() byte {
	if r.at < len(r.in) {
		return r.in[r.at]
	}
	return 0
}

func (r *reader) space() {
	for r.at < len(r.in) {
		switch r.in[r.at] {
		case ' ', '\t', '\n', '\r':
			r.at++
		default:
			return
		}
	}
}

func (r *reader) tooDeep(depth int) bool {
	return depth > MaxDepth || r.depth > 0 && depth > r.depth
}

var literals = []struct {
	word  string
	value any
}{{"null", nil}, {"true", true}, {"false", false}}

func (r *reader) value(depth int) (any, error) {
	if r.at >= len(r.in) {
		return nil, r.fail("json_end", "the value ends too early")
	}
	switch c := r.in[r.at]; {
	case c == '{':
		return r.object(depth + 1)
	case c == '[':
		return r.array(depth + 1)
	case c == '"':
		return r.text()
	case c == '-' || '0' <= c && c <= '9':
		return r.number()
	}
	for _, literal := range literals {
		if bytes.HasPrefix(r.in[r.at:], []byte(literal.word)) {
			r.at += len(literal.word)
			return literal.value, nil
		}
	}
	if c, size := utf8.DecodeRune(r.in[r.at:]); c == utf8.RuneError && size == 1 {
		return nil, r.fail("json_utf8", "ill-formed UTF-8")
	}
	return nil, r.fail("json_syntax", "no value begins here")
}

func (r *reader) array(depth int) (any, error) {
	if r.tooDeep(depth) {
		return nil, r.fail("json_too_deep", "nested too deep")
	}
	r.at++
	list := []any{}
	for r.space(); r.peek() != ']'; r.space() {
		if len(list) > 0 {
			if err := r.expect(','); err != nil {
				return nil, err
			}
			r.space()
		}
		v, err := r.value(depth)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	r.at++
	return list, nil
}

func (r *reader) object(depth int) (any, error) {
	if r.tooDeep(depth) {
		return nil, r.fail("json_too_deep", "nested too deep")
	}
	r.at++
	m := map[string]any{}
	for r.space(); r.peek() != '}'; r.space() {
		if len(m) > 0 {
			if err := r.expect(','); err != nil {
				return nil, err
			}
			r.space()
		}
		if err := r.more(); err != nil {
			return nil, err
		}
		if r.peek() != '"' {
			return nil, r.fail("json_syntax", "a key is missing")
		}
		start := r.at
		key, err := r.text()
		if err != nil {
			return nil, err
		}
		if _, twice := m[key]; twice {
			r.at = start
			return nil, r.fail("json_duplicate_key", "a key twice in one map")
		}
		r.space()
		if err := r.expect(':'); err != nil {
			return nil, err
		}
		r.space()
		if m[key], err = r.value(depth); err != nil {
			return nil, err
		}
	}
	r.at++
	return m, nil
}

func (r *reader) more() error {
	if r.at >= len(r.in) {
		return r.fail("json_end", "the text ends inside a value")
	}
	return nil
}

func (r *reader) expect(c byte) error {
	if err := r.more(); err != nil {
		return err
	}
	if r.in[r.at] != c {
		return r.fail("json_syntax", "expected "+string(c))
	}
	r.at++
	return nil
}

func (r *reader) text() (string, error) {
	r.at++
	var out []byte
	for {
		if r.at >= len(r.in) {
			return "", r.fail("json_end", "a text without an end")
		}
		switch c := r.in[r.at]; {
		case c == '"':
			r.at++
			return string(out), nil
		case c == '\\':
			ch, err := r.escape()
			if err != nil {
				return "", err
			}
			out = utf8.AppendRune(out, ch)
		case c < 0x20:
			return "", r.fail("json_control", "a control character in a text")
		case c < utf8.RuneSelf:
			out = append(out, c)
			r.at++
		default:
			ch, size := utf8.DecodeRune(r.in[r.at:])
			if ch == utf8.RuneError && size == 1 {
				return "", r.fail("json_utf8", "ill-formed UTF-8")
			}
			out = append(out, r.in[r.at:r.at+size]...)
			r.at += size
		}
	}
}

func (r *reader) escape() (rune, error) {
	start := r.at
	if r.at+1 >= len(r.in) {
		return 0, r.fail("json_escape", "an escape without an end")
	}
	c := r.in[r.at+1]
	r.at += 2
	switch c {
	case '"', '\\', '/':
		return rune(c), nil
	case 'b':
		return '\b', nil
	case 't':
		return '\t', nil
	case 'n':
		return '\n', nil
	case 'f':
		return '\f', nil
	case 'r':
		return '\r', nil
	case 'u':
		unit, ok := r.hex4()
		if ok && 0xD800 <= unit && unit < 0xDC00 && bytes.HasPrefix(r.in[r.at:], []byte(`\u`)) {
			r.at += 2
			low, fine := r.hex4()
			ok = fine
			if fine && 0xDC00 <= low && low <= 0xDFFF {
				return 0x10000 + (unit-0xD800)<<10 + low - 0xDC00, nil
			}
		}
		if ok && (unit < 0xD800 || unit > 0xDFFF) {
			return unit, nil
		}
		r.at = start
		if ok {
			return 0, r.fail("json_surrogate", "a surrogate without its other half")
		}
	}
	r.at = start
	return 0, r.fail("json_escape", "an escape that JSON does not have")
}

func (r *reader) hex4() (rune, bool) {
	if r.at+4 > len(r.in) {
		return 0, false
	}
	var u rune
	for _, c := range r.in[r.at : r.at+4] {
		switch {
		case '0' <= c && c <= '9':
			u = u<<4 | rune(c-'0')
		case 'a' <= c && c <= 'f':
			u = u<<4 | rune(c-'a'+10)
		case 'A' <= c && c <= 'F':
			u = u<<4 | rune(c-'A'+10)
		default:
			return 0, false
		}
	}
	r.at += 4
	return u, true
}

func (r *reader) skipDigits() int {
	from := r.at
	for '0' <= r.peek() && r.peek() <= '9' {
		r.at++
	}
	return r.at - from
}

func (r *reader) number() (any, error) {
	start := r.at
	fail := func() (any, error) {
		r.at = start
		return nil, r.fail("json_number", "not a number of JSON")
	}
	if r.peek() == '-' {
		r.at++
	}
	if r.peek() == '0' {
		r.at++
		if '0' <= r.peek() && r.peek() <= '9' {
			return fail()
		}
	} else if r.skipDigits() == 0 {
		return fail()
	}
	exact := true
	if r.peek() == '.' {
		exact = false
		r.at++
		if r.skipDigits() == 0 {
			return fail()
		}
	}
	if c := r.peek(); c == 'e' || c == 'E' {
		exact = false
		r.at++
		if c := r.peek(); c == '+' || c == '-' {
			r.at++
		}
		if r.skipDigits() == 0 {
			return fail()
		}
	}
	literal := string(r.in[start:r.at])
	if exact {
		if r.digits > 0 && len(strings.TrimPrefix(literal, "-")) > r.digits {
			r.at = start
			return nil, r.fail("json_integer_length", "an integer of too many digits")
		}
		if i, err := strconv.ParseInt(literal, 10, 64); err == nil {
			return r.tagged(Int(i)), nil
		}
		return r.tagged(map[string]any{"$int": literal}), nil
	}
	f, _ := strconv.ParseFloat(literal, 64)
	if math.IsInf(f, 0) {
		r.at = start
		return nil, r.fail("number_range", "larger than any double")
	}
	return r.tagged(Float(f)), nil
}

// tagged is a number, told apart from a map that looks like one where no map is a tag.
func (r *reader) tagged(v any) any {
	if m, ok := v.(map[string]any); ok && r.inText {
		return numberInText(m)
	}
	return v
}
