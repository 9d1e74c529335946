package tracewire

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
)

const hashKeySize = 32

// hashDigits is how many hex digits of a hash stand in a mark.
const hashDigits = 16

// A span is where something stands in a text, in bytes. One without length is nothing.
type span struct{ from, to int }

// A finding is what becomes one because it overlaps (TW-RED-009).
type finding struct {
	span
	name   string
	action action
}

// allows says whether an allowing rule covers what was found.
func (p *policy) allows(found string) bool {
	if len(p.texts) > 0 && p.texts[lowerASCII(found)] {
		return true
	}
	for _, pattern := range p.patterns {
		if pattern.MatchString(found) {
			return true
		}
	}
	return false
}

// findings are what the rules find in a text, from its beginning to its end, none of them overlapping another.
func (p *policy) findings(text string) (merged []finding) {
	var found []finding
	for _, f := range p.finders {
		if f.find == nil {
			continue
		}
		for _, at := range f.find(text) {
			if !p.allows(text[at.from:at.to]) {
				found = append(found, finding{at, f.name, f.action})
			}
		}
	}
	// They stand in the order of the rules, and a stable sort leaves those of one place and length in it.
	slices.SortStableFunc(found, func(a, b finding) int {
		return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(b.to, a.to))
	})
	for _, f := range found {
		last := len(merged) - 1
		if last < 0 || merged[last].to <= f.from {
			merged = append(merged, f)
			continue
		}
		merged[last].to = max(merged[last].to, f.to)
		if f.action == actDrop {
			merged[last].action = actDrop
		}
	}
	return merged
}

// hash is h of TW-RED-009.
func (p *policy) hash(found []byte) string {
	mac := hmac.New(sha256.New, p.hashKey)
	mac.Write(found)
	return hex.EncodeToString(mac.Sum(nil))[:hashDigits]
}

// plain is what becomes of a text in which nothing but findings is replaced, and whether anything was. In a key nothing is
// dropped but what was found (TW-RED-007).
func (p *policy) plain(text string, isKey bool) (any, bool) {
	found := p.findings(text)
	if len(found) == 0 {
		return text, false
	}
	var out strings.Builder
	at := 0
	for _, f := range found {
		if f.action == actDrop && !isKey {
			return map[string]any{"$redacted": f.name}, true
		}
		out.WriteString(text[at:f.from] + "[" + f.name)
		if f.action == actHash {
			out.WriteString(":" + p.hash([]byte(text[f.from:f.to])))
		}
		out.WriteString("]")
		at = f.to
	}
	return out.String() + text[at:], true
}

// whole is the mark of a value that was replaced whole.
func (p *policy) whole(name string, does action, v any) any {
	mark := map[string]any{"$redacted": name}
	if does == actHash {
		mark["hash"] = p.hash(rawOf(v))
	}
	return mark
}

// rawOf are the bytes of a value that rules look at as a whole: those of a text, else the canonical ones.
func rawOf(v any) []byte {
	if text, ok := v.(string); ok {
		return []byte(text)
	}
	return Canonical(v)
}
