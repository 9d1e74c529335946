package tracewire

import (
	"math/big"
	"unicode/utf8"
)

// What was cut or came in pieces may hold a part of what would have been found (TW-RED-008).

const (
	endBytes    = 256
	maxEndBytes = 16_384
)

// shorten takes the end off the text, or the bytes that are text, in the mark of a cut.
func shorten(mark map[string]any) map[string]any {
	switch kept := mark["$cut"].(type) {
	case string:
		return cutEnd(mark, kept, func(left string) any { return left })
	case map[string]any:
		if b, ok := bytesOf(kept); ok {
			if _, ok := textOf(b); ok {
				return cutEnd(mark, string(b), func(left string) any { return Bytes([]byte(left)) })
			}
		}
	}
	return mark
}

// cutEnd is the mark of a cut without the end of what it keeps.
func cutEnd(mark map[string]any, kept string, form func(left string) any) map[string]any {
	left := withoutEnd(kept)
	missing, ok := bigOf(mark["missing_bytes"])
	if !ok {
		missing = new(big.Int)
	}
	missing = new(big.Int).Add(missing, big.NewInt(int64(len(kept)-len(left))))
	return mapMembers(mark, func(key string, member any) any {
		switch key {
		case "$cut":
			return form(left)
		case "missing_bytes":
			return Integer(missing)
		}
		return member
	})
}

// withoutEnd is a text without its last bytes and the word that they stand in, as far as that is taken, ending between
// characters.
func withoutEnd(s string) string {
	end, least := max(len(s)-endBytes, 0), max(len(s)-maxEndBytes, 0)
	for end > least && !isBlank(s[end-1]) {
		end--
	}
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end]
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// textOf is the text of bytes that are UTF-8, without an incomplete character at their end.
func textOf(b []byte) (string, bool) {
	end := len(b)
	for n := 1; n < utf8.UTFMax && n <= len(b); n++ {
		if rest := b[len(b)-n:]; utf8.RuneStart(rest[0]) {
			if !utf8.FullRune(rest) {
				end -= n
			}
			break
		}
	}
	return string(b[:end]), utf8.Valid(b[:end])
}

// hideChunks takes away what may be a piece of something larger.
func hideChunks(v any) any {
	hidden := func(any) any { return map[string]any{"$redacted": "chunk"} }
	switch v := v.(type) {
	case []any:
		return mapList(v, hidden)
	case map[string]any:
		if list, ok := v["$cut"].([]any); ok {
			// A list that was cut is one all the same.
			return mapMembers(v, func(key string, member any) any {
				if key == "$cut" {
					return mapList(list, hidden)
				}
				return member
			})
		}
	}
	return v
}
