package tracewire

import (
	"math"
	"math/big"
	"strings"
)

// rules are the keys whose members are removed (TW-POL-001), in lower case.
type rules map[string]bool

func rulesOf(keys []string) rules {
	listed := make(rules, len(keys))
	for _, key := range keys {
		listed[lowerASCII(key)] = true
	}
	return listed
}

// redact is an event without what the rules remove inside the members of its body. The rule's name is `key`.
func (listed rules) redact(event map[string]any) map[string]any {
	if len(listed) == 0 {
		return event
	}
	return mapMembers(event, func(key string, v any) any {
		if body, ok := v.(map[string]any); ok && key == "body" {
			return mapMembers(body, func(_ string, v any) any { return listed.value(v) })
		}
		return v
	})
}

// has says whether a member's key is listed, as it is or without the number that tells it from another, whoever put that
// there.
func (listed rules) has(key string) bool {
	for _, form := range keyForms(key) {
		if listed[form] {
			return true
		}
	}
	return false
}

// keyForms are the texts that a key is compared by.
func keyForms(key string) []string {
	key = lowerASCII(key)
	if short := withoutNumber(key); short != key {
		return []string{key, short}
	}
	return []string{key}
}

// withoutNumber is a key without what tells it from another.
func withoutNumber(key string) string {
	if at := strings.LastIndexByte(key, '#'); at >= 0 && isCount(key[at+1:]) {
		return key[:at]
	}
	return key
}

// lowerASCII leaves other letters alone: a rule must not depend on a table of Unicode.
func lowerASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

// isCount says whether a text is a number from 2, as TW-VAL-013 writes it.
func isCount(text string) bool {
	return text != "" && text != "1" && text[0] != '0' && strings.Trim(text, "0123456789") == ""
}

func (listed rules) value(v any) any {
	switch v := v.(type) {
	case []any:
		return mapList(v, listed.value)
	case map[string]any:
		tag := isTag(v)
		return mapMembers(v, func(key string, v any) any {
			// The members of a tag are nobody's keys.
			if !tag && listed.has(unescapeKey(key)) {
				return map[string]any{"$redacted": "key"}
			}
			return listed.value(v)
		})
	}
	return v
}

// cut shortens texts and bytes that are longer than limit, wherever they stand as values (TW-LIM-004). Texts that are
// members of a tag stay whole: a tag that is cut says something else.
func cut(v any, limit int) any {
	switch v := v.(type) {
	case string:
		if kept := cutText(v, limit); len(kept) < len(v) {
			return cutMark(kept, len(v)-len(kept))
		}
	case []any:
		return mapList(v, func(element any) any { return cut(element, limit) })
	case map[string]any:
		if b, ok := bytesOf(v); ok {
			if len(b) > limit {
				return cutMark(Bytes(b[:limit]), len(b)-limit)
			}
			return v
		}
		tag := isTag(v)
		return mapMembers(v, func(key string, member any) any {
			if _, text := member.(string); text && tag {
				return member
			}
			return cut(member, limit)
		})
	}
	return v
}

func cutMark(kept any, missing int) any {
	return map[string]any{"$cut": kept, "missing_bytes": int64(missing)}
}

// Rates are the shares of traces that are recorded: the general one, and those of kinds of roots.
type Rates struct {
	Rate  float64
	Kinds map[string]float64
}

// keeps decides for a trace that begins with this kind. Where no rate is set, every trace is kept.
func (s *Rates) keeps(traceID, kind string) bool {
	if s == nil {
		return true
	}
	rate, given := s.Kinds[kind]
	if !given {
		rate = s.Rate
	}
	return sampled(traceID, rate)
}

func (s *Rates) keepsAll() bool {
	for _, rate := range s.Kinds {
		if rate != 1 {
			return false
		}
	}
	return s.Rate == 1
}

// members are the rates as they stand in a journal's header.
func (s *Rates) members() map[string]any {
	m := map[string]any{"rate": Float(s.Rate)}
	if len(s.Kinds) > 0 {
		kinds := map[string]any{}
		for kind, rate := range s.Kinds {
			kinds[kind] = Float(rate)
		}
		m["kinds"] = kinds
	}
	return m
}

// sampled decides for a trace by the last 56 bits of its id (TW-POL-005).
func sampled(traceID string, rate float64) bool {
	low, ok := new(big.Int).SetString(traceID[18:], 16)
	if !ok {
		return true
	}
	bound := new(big.Float).SetFloat64(math.Ldexp(1-rate, 56))
	return new(big.Float).SetInt(low).Cmp(bound) >= 0
}
