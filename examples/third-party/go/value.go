// Package tracewire is an emitter and reader of the tracewire wire format, written from the text of the specification
// alone. It uses the standard library and nothing else.
package tracewire

import (
	"bytes"
	"encoding/base64"
	"math"
	"math/big"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A value in wire form is one of: nil, bool, int64, float64, string, []any, map[string]any. An int64 is within MaxInt on
// both sides, and a float64 is finite and not integral; everything else that is a number is a tag.
const (
	// MaxInt is the largest integer that every reader holds exactly.
	MaxInt = 1<<53 - 1
)

// An Error is what a reader answers when it refuses its input: a code for programs, and the place for people.
type Error struct {
	Code    string
	Message string
	Offset  int
}

func (e *Error) Error() string {
	return e.Code + " at " + strconv.Itoa(e.Offset) + ": " + e.Message
}

// Float is the wire form of a 64-bit float (TW-VAL-001 to 004).
func Float(f float64) any {
	switch {
	case math.IsNaN(f):
		return map[string]any{"$float": "NaN"}
	case math.IsInf(f, 1):
		return map[string]any{"$float": "Infinity"}
	case math.IsInf(f, -1):
		return map[string]any{"$float": "-Infinity"}
	case f != math.Trunc(f):
		return f
	case math.Abs(f) <= MaxInt:
		return int64(f)
	}
	i, _ := new(big.Float).SetFloat64(f).Int(nil)
	return Integer(i)
}

// Integer is the wire form of an integer of any size.
func Integer(i *big.Int) any {
	if i.IsInt64() {
		return Int(i.Int64())
	}
	return map[string]any{"$int": i.String()}
}

// Int is the wire form of an int64.
func Int(i int64) any {
	if -MaxInt <= i && i <= MaxInt {
		return i
	}
	return map[string]any{"$int": strconv.FormatInt(i, 10)}
}

// Bytes is the wire form of bytes.
func Bytes(b []byte) any {
	return map[string]any{"$bytes": base64.StdEncoding.EncodeToString(b)}
}

// bytesOf are the bytes of a tag whose text is the one that would be written.
func bytesOf(m map[string]any) ([]byte, bool) {
	text, ok := m["$bytes"].(string)
	if !ok || len(m) != 1 {
		return nil, false
	}
	b, err := base64.StdEncoding.Strict().DecodeString(text)
	return b, err == nil && base64.StdEncoding.EncodeToString(b) == text
}

// Unserializable is the wire form of a value that has none.
func Unserializable(name string) any {
	return map[string]any{"$unserializable": name}
}

// isTagKey says whether a key begins with exactly one `$`.
func isTagKey(key string) bool {
	return strings.HasPrefix(key, "$") && !strings.HasPrefix(key, "$$")
}

// isTag says whether a map is a tag.
func isTag(m map[string]any) bool {
	for key := range m {
		if isTagKey(key) {
			return true
		}
	}
	return false
}

// escapeKey puts a `$` before a user's key that begins with one (TW-VAL-008).
func escapeKey(key string) string {
	if strings.HasPrefix(key, "$") {
		return "$" + key
	}
	return key
}

// unescapeKey is the key as the user chose it.
func unescapeKey(key string) string {
	if strings.HasPrefix(key, "$$") {
		return key[1:]
	}
	return key
}

// cleanUTF8 is the text of bytes that may be ill-formed: each maximal part that begins like a character and is none
// becomes one U+FFFD, as the Unicode standard recommends, and so does an encoded surrogate (TW-VAL-010).
func cleanUTF8(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	var out strings.Builder
	for len(b) > 0 {
		r, size := utf8.DecodeRune(b)
		if r != utf8.RuneError || size > 1 {
			out.Write(b[:size])
			b = b[size:]
			continue
		}
		if surrogate(b, 0xA0) && surrogate(b[3:], 0xB0) {
			// Two that belong together are a character, also where they came encoded.
			high, low := rune(b[1]&0x0F)<<6|rune(b[2]&0x3F), rune(b[4]&0x0F)<<6|rune(b[5]&0x3F)
			out.WriteRune(0x10000 + high<<10 + low)
			b = b[6:]
			continue
		}
		out.WriteRune(utf8.RuneError)
		b = b[illFormed(b):]
	}
	return out.String()
}

// surrogate says whether b begins with an encoded surrogate of a half: 0xA0 for the high one, 0xB0 for the low one.
func surrogate(b []byte, half byte) bool {
	return len(b) > 2 && b[0] == 0xED && b[1]&0xF0 == half && b[2]&0xC0 == 0x80
}

// illFormed is the length of the ill-formed part at the start of b: as many bytes as could begin a character.
func illFormed(b []byte) int {
	low, high, more := byte(0x80), byte(0xBF), 0
	switch c := b[0]; {
	case 0xC2 <= c && c <= 0xDF:
		more = 1
	case c == 0xE0:
		low, more = 0xA0, 2
	case surrogate(b, 0xA0), surrogate(b, 0xB0):
		// Unicode would have three of it; a surrogate is one, however it came.
		return 3
	case c == 0xED:
		high, more = 0x9F, 2
	case 0xE1 <= c && c <= 0xEF:
		more = 2
	case c == 0xF0:
		low, more = 0x90, 3
	case 0xF1 <= c && c <= 0xF3:
		more = 3
	case c == 0xF4:
		high, more = 0x8F, 3
	}
	n := 1
	for ; n <= more && n < len(b) && low <= b[n] && b[n] <= high; n++ {
		low, high = 0x80, 0xBF
	}
	return n
}

// cleanUTF16 is the text of UTF-16 code units, with U+FFFD for each surrogate that has no other half.
func cleanUTF16(units []uint16) string {
	var out strings.Builder
	for i := 0; i < len(units); i++ {
		u := rune(units[i])
		switch {
		case u < 0xD800 || u > 0xDFFF:
			out.WriteRune(u)
		case u < 0xDC00 && i+1 < len(units) && 0xDC00 <= units[i+1] && units[i+1] <= 0xDFFF:
			i++
			out.WriteRune(0x10000 + (u-0xD800)<<10 + rune(units[i]) - 0xDC00)
		default:
			out.WriteRune(utf8.RuneError)
		}
	}
	return out.String()
}

// cutText is the longest beginning of s that has at most limit bytes and ends between scalar values.
func cutText(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	if limit < 0 {
		limit = 0
	}
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit]
}

// sortSet puts a set's members in the order of their canonical bytes (TW-VAL-012).
func sortSet(list []any) []any {
	forms := make([]struct {
		bytes []byte
		value any
	}, len(list))
	for i, v := range list {
		forms[i].bytes, forms[i].value = Canonical(v), v
	}
	sort.SliceStable(forms, func(i, j int) bool { return bytes.Compare(forms[i].bytes, forms[j].bytes) < 0 })
	out := make([]any, len(list))
	for i, form := range forms {
		out[i] = form.value
	}
	return out
}
