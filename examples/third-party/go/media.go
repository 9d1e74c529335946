package tracewire

import (
	"encoding/base64"
	"math"
	"math/bits"
	"strings"
)

// Media are taken out of the values of slots, carried once under the hash of their bytes, and a tag says what they were
// (spec/media.md). Their author knew the core's, so this proves less about its page than the rest does about the others.

// takeMedia is a body without its media, each of which is kept under its hash.
func takeMedia(body map[string]any, keep func(hash string, form any)) map[string]any {
	var value func(v any) any
	nested := func(v any) any {
		switch m := v.(type) {
		case []any:
			return value(v)
		case map[string]any:
			if _, plain := bytesOf(m); !plain {
				return value(v)
			}
		}
		return v
	}
	value = func(v any) any {
		switch v := v.(type) {
		case string:
			if b, prefix, encoding, ok := textMedium(v); ok {
				return carriedTag(b, prefix, encoding, keep)
			}
		case []any:
			return mapList(v, value)
		case map[string]any:
			if !isTag(v) {
				return mapMembers(v, func(_ string, v any) any { return value(v) })
			}
			if b, ok := bytesOf(v); ok {
				if recognise(b, uint64(len(b))) != nil {
					return carriedTag(b, "", "", keep)
				}
				return v
			}
			if tag := cutMedium(v); tag != nil {
				return tag
			}
			if v["$media"] == nil {
				return mapMembers(v, func(_ string, v any) any { return nested(v) })
			}
		}
		return v
	}
	return mapBody(body, value)
}

func carriedTag(b []byte, prefix, encoding string, keep func(hash string, form any)) any {
	said := recognise(b, uint64(len(b))).members(uint64(len(b)))
	said["hash"] = Hash(b)
	optional(said, "prefix", prefix)
	optional(said, "encoding", encoding)
	keep(Hash(b), Bytes(b))
	return map[string]any{"$media": said}
}

// dataOf is what may be base64 in a text, and what stands before it (TW-MED-003).
func dataOf(text string) (prefix, data string, ok bool) {
	if !strings.HasPrefix(text, "data:") {
		return "", text, len(text) >= 32 && begins(text)
	}
	comma := strings.IndexByte(text[:min(len(text), 256)], ',')
	if comma < 0 || !strings.HasSuffix(text[:comma], ";base64") {
		return "", "", false
	}
	prefix, data = text[:comma+1], text[comma+1:]
	return prefix, data, begins(data)
}

// begins says whether long data begins like a medium.
func begins(data string) bool {
	if len(data) <= 1368 {
		return true
	}
	head, _, ok := decodeExact(data[:1368], base64.RawStdEncoding, base64.RawURLEncoding)
	return ok && recognise(head, math.MaxUint64) != nil
}

// encodings in the order in which they are tried.
var encodings = []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding}
var encodingNames = []string{"base64", "base64-unpadded", "base64url", "base64url-unpadded"}

// decodeExact decodes what the first of these encodes to that very text.
func decodeExact(data string, tried ...*base64.Encoding) ([]byte, int, bool) {
	for i, encoding := range tried {
		if b, err := encoding.Strict().DecodeString(data); err == nil && encoding.EncodeToString(b) == data {
			return b, i, true
		}
	}
	return nil, 0, false
}

func textMedium(text string) (b []byte, prefix, encoding string, ok bool) {
	prefix, data, ok := dataOf(text)
	if !ok {
		return nil, "", "", false
	}
	b, i, ok := decodeExact(data, encodings...)
	if !ok || recognise(b, uint64(len(b))) == nil {
		return nil, "", "", false
	}
	return b, prefix, encodingNames[i], true
}

// cutMedium is the tag of a medium of which not all was recorded (TW-MED-006), nil where it is none.
func cutMedium(m map[string]any) any {
	missing, ok := bigOf(m["missing_bytes"])
	if !ok || !missing.IsUint64() || len(m) != 2 {
		return nil
	}
	var b []byte
	var prefix string
	total, over := missing.Uint64(), uint64(0)
	switch kept := m["$cut"].(type) {
	case string:
		var data string
		if prefix, data, ok = dataOf(kept); !ok {
			return nil
		}
		if b, _, ok = decodeExact(data[:len(data)&^3], base64.RawStdEncoding, base64.RawURLEncoding); !ok {
			return nil
		}
		if total, over = bits.Add64(total, uint64(len(data)), 0); over != 0 || total > math.MaxUint64/3 {
			return nil
		}
		total = total * 3 / 4
	case map[string]any:
		if b, ok = bytesOf(kept); !ok {
			return nil
		}
		if total, over = bits.Add64(total, uint64(len(b)), 0); over != 0 {
			return nil
		}
	default:
		return nil
	}
	told := recognise(b, total)
	if told == nil {
		return nil
	}
	said := told.members(total)
	said["missing_bytes"] = said["bytes"]
	optional(said, "prefix", prefix)
	return map[string]any{"$media": said}
}

// A medium is what bytes are told to be; 0 is what is not told.
type medium struct {
	kind                 string
	width, height, nanos uint64
}

func (m *medium) members(total uint64) map[string]any {
	said := map[string]any{"type": m.kind, "bytes": wireInt(total)}
	if m.width > 0 && m.height > 0 {
		said["width"], said["height"] = wireInt(m.width), wireInt(m.height)
	}
	if m.nanos > 0 && m.nanos <= 1<<53-1 {
		said["duration_nanos"] = int64(m.nanos)
	}
	return said
}

// mediaHash is the other hash that a content of plain bytes may stand under (TW-MED-004), empty where there is none.
func mediaHash(value any) string {
	m, _ := value.(map[string]any)
	b, ok := bytesOf(m)
	if !ok || len(b) == 0 {
		return ""
	}
	if strings.IndexByte(`{["-0123456789abcdefnt`, b[0]) >= 0 && !strings.HasPrefix(string(b), "fLaC") {
		return ""
	}
	return Hash(b)
}

// mediaIn calls each with the hash of every medium in a value (TW-MED-012).
func mediaIn(v any, each func(hash string)) {
	switch v := v.(type) {
	case []any:
		for _, element := range v {
			mediaIn(element, each)
		}
	case map[string]any:
		if said, ok := v["$media"].(map[string]any); ok && len(v) == 1 {
			if isHash(said["hash"]) {
				each(said["hash"].(string))
			}
			return
		}
		for _, key := range sortedKeys(v) {
			mediaIn(v[key], each)
		}
	}
}
