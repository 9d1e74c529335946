package tracewire

import (
	"strconv"
	"strings"
)

// What rules look at (spec/privacy.md, section 2): the texts and keys inside the members of a body.

const (
	// maxTexts is how many texts that are JSON are looked at within each other, maxTextDepth how deep each nests, and
	// maxTextDigits how many an integer of one has.
	maxTexts      = 4
	maxTextDepth  = 64
	maxTextDigits = 4096
)

// redact is an event without what the rules remove inside the members of its body.
func (p *policy) redact(event map[string]any) map[string]any {
	if p.keys == nil {
		return p.listed.redact(event)
	}
	return mapMembers(event, func(key string, v any) any {
		body, ok := v.(map[string]any)
		if !ok || key != "body" {
			return v
		}
		w := &redaction{policy: p}
		return mapMembers(body, func(name string, v any) any {
			if p.looks && name == "chunks" {
				v = hideChunks(v)
			}
			return w.value(v, 0)
		})
	})
}

// A redaction counts what it replaces, so that a text in which nothing was stays as it is.
type redaction struct {
	*policy
	replaced int
}

// value is what becomes of a value. level is how many texts that are JSON it stands in; in none, maps may be tags.
func (w *redaction) value(v any, level int) any {
	switch v := v.(type) {
	case string:
		return w.text(v, level)
	case []any:
		return mapList(v, func(element any) any { return w.value(element, level) })
	case int64:
		return w.number(v, strconv.FormatInt(v, 10))
	case numberInText:
		digits, _ := integerOf(v)
		return w.number(map[string]any(v), digits)
	case map[string]any:
		if level == 0 && isTag(v) {
			return w.tag(v)
		}
		if digits, ok := integerOf(v); ok {
			return w.number(v, digits)
		}
		return w.members(v, level)
	}
	return v
}

// tag looks at the lists and maps in a tag, at texts in some, and at bytes and digits that are like texts. A number that
// says something about a tag is none of the user's.
func (w *redaction) tag(v map[string]any) any {
	if b, ok := bytesOf(v); ok {
		return w.bytes(v, b)
	}
	if literal, ok := integerOf(v); ok {
		return w.number(v, literal)
	}
	if w.looks {
		v = shorten(v)
	}
	_, strange := v["$unserializable"]
	return mapMembers(v, func(key string, member any) any {
		switch inner := member.(type) {
		case string:
			if key == "$cut" {
				return w.cutText(inner)
			} else if strange && key == "text" {
				return w.text(inner, 0)
			}
		case []any:
			return w.value(inner, 0)
		case map[string]any:
			if _, number := integerOf(inner); !number {
				return w.value(inner, 0)
			}
		}
		return member
	})
}

// cutText is what becomes of a text whose end is missing. Nobody can tell the members of one that began as JSON.
func (w *redaction) cutText(s string) any {
	byName := w.credential != nil || len(w.listed)+len(w.keys) > 0
	if _, whole := valueInText(s); byName && beginsAsJSON(s) && !whole {
		w.replaced++
		return w.whole("key", actMask, s)
	}
	return w.text(s, 0)
}

// leastDigits is how many a number has that is looked at.
const leastDigits = 9

// number is what becomes of an integer, which is looked at without its sign.
func (w *redaction) number(v any, literal string) any {
	digits := strings.TrimPrefix(literal, "-")
	if len(digits) < leastDigits {
		return v
	}
	left, found := w.plain(digits, false)
	if !found {
		return v
	}
	w.replaced++
	if text, ok := left.(string); ok {
		return literal[:len(literal)-len(digits)] + text
	}
	return left
}

// integerOf are the digits of an integer that is a tag, and its sign.
func integerOf(m map[string]any) (string, bool) {
	literal, ok := m["$int"].(string)
	digits := strings.TrimPrefix(literal, "-")
	return literal, ok && len(m) == 1 && digits != "" && runEnd(digits, 0, len(digits), isDigit) == len(digits)
}

func (w *redaction) bytes(v map[string]any, b []byte) any {
	if text, ok := textOf(b); ok && len(b) > 0 && len(text) == len(b) {
		before := w.replaced
		left := w.text(text, 0)
		if kept, ok := left.(string); ok && w.replaced != before {
			return Bytes([]byte(kept))
		} else if !ok {
			return left
		}
	}
	return v
}

// members looks at a map that is no tag: at its keys, and at what they stand for (TW-RED-007).
func (w *redaction) members(m map[string]any, level int) any {
	entries := make([]entry, 0, len(m))
	for _, key := range sortedKeys(m) {
		own := key
		if level == 0 {
			own = unescapeKey(key)
		}
		v := w.member(own, m[key], level)
		if left, found := w.plain(own, true); found {
			w.replaced++
			if key = left.(string); level == 0 {
				key = escapeKey(key)
			}
		}
		entries = append(entries, entry{key, v})
	}
	return mapOf(entries)
}

// member is what becomes of the value behind a key. Rules for keys come first, then what stands in members by their names.
func (w *redaction) member(key string, v any, level int) any {
	if does, ok := w.byKey(key); ok {
		w.replaced++
		return w.whole("key", does, v)
	}
	if w.credential != nil && isCredential(key) {
		if list, ok := v.([]any); ok {
			return mapList(list, func(element any) any { return w.secret(element, level) })
		}
		return w.secret(v, level)
	}
	return w.value(v, level)
}

// secret is what becomes of a value, or of an element of one, behind the name of a secret.
func (w *redaction) secret(v any, level int) any {
	if !isSecret(v, level) || w.allows(string(rawOf(v))) {
		return w.value(v, level)
	}
	w.replaced++
	return w.whole("credential", w.credential.action, v)
}

// isSecret says whether a value is a text that is not empty, a number, bytes, or a part of a text or of bytes.
func isSecret(v any, level int) bool {
	switch v := v.(type) {
	case string:
		return v != ""
	case int64, float64, numberInText:
		return true
	case map[string]any:
		_, number := integerOf(v)
		return number || level == 0 && isPart(v)
	}
	return false
}

// isPart says whether a tag is bytes, or a text or bytes that were cut.
func isPart(m map[string]any) bool {
	kept, cut := m["$cut"]
	if inner, ok := kept.(map[string]any); ok {
		m = inner
	}
	_, text := kept.(string)
	_, bytes := bytesOf(m)
	return cut && text || bytes
}

// byKey is the action of the first rule for a key (TW-RED-004); those that mask, listed beside the others, come last.
func (w *redaction) byKey(key string) (does action, ok bool) {
	first := 0
	for _, form := range keyForms(key) {
		if r := w.keys[form]; r.place > 0 && (first == 0 || r.place < first) {
			first, does = r.place, r.action
		}
	}
	return does, first > 0 || w.listed.has(key)
}

// text is what becomes of a text: it is looked at as the value that it is, if it is one (TW-RED-006), or as it stands.
func (w *redaction) text(s string, level int) any {
	if level < maxTexts {
		if v, ok := valueInText(s); ok {
			before := w.replaced
			if left := w.value(v, level+1); w.replaced != before {
				return string(Canonical(left))
			}
			return s
		}
	}
	left, found := w.plain(s, false)
	if found {
		w.replaced++
	}
	return left
}

// numberInText is a number of a text that is JSON for which JSON has no exact form. No other map of such a text is a tag.
type numberInText map[string]any

func beginsAsJSON(s string) bool {
	begin := strings.TrimLeft(s, " \t\n\r")
	return begin != "" && (begin[0] == '{' || begin[0] == '[')
}

// valueInText is the list or map that a text is.
func valueInText(s string) (any, bool) {
	if !beginsAsJSON(s) {
		return nil, false
	}
	v, err := (&reader{in: []byte(s), depth: maxTextDepth, digits: maxTextDigits, inText: true}).document()
	return v, err == nil
}
