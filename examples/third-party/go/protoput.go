package tracewire

import (
	"encoding/hex"
	"math"
	"math/big"
)

// Protobuf as the messages of spec/proto say, written by hand: fields by number, map entries by key.

const (
	wireVarint  = 0
	wireFixed   = 1
	wireBytes   = 2
	wireFixed32 = 5
)

func putVarint(out []byte, n uint64) []byte {
	for ; n >= 0x80; n >>= 7 {
		out = append(out, byte(n)|0x80)
	}
	return append(out, byte(n))
}

func putKey(out []byte, number, wire int) []byte {
	return putVarint(out, uint64(number)<<3|uint64(wire))
}

func putNumber(out []byte, number int, n uint64) []byte {
	return putVarint(putKey(out, number, wireVarint), n)
}

func putDouble(out []byte, number int, f float64) []byte {
	return le.AppendUint64(putKey(out, number, wireFixed), math.Float64bits(f))
}

func putChunk[T string | []byte](out []byte, number int, b T) []byte {
	return append(putVarint(putKey(out, number, wireBytes), uint64(len(b))), b...)
}

func zigzag(i int64) uint64 { return uint64(i)<<1 ^ uint64(i>>63) }

// protoValue is the message Value. Tags that have a field of their own travel in no other way.
func protoValue(v any) []byte {
	switch v := v.(type) {
	case nil:
		return nil
	case bool:
		n := uint64(0)
		if v {
			n = 1
		}
		return putNumber(nil, 1, n)
	case int64:
		return putNumber(nil, 2, zigzag(v))
	case float64:
		return putDouble(nil, 3, v)
	case string:
		return putChunk(nil, 4, v)
	case []any:
		var list []byte
		for _, element := range v {
			list = putChunk(list, 1, protoValue(element))
		}
		return putChunk(nil, 5, list)
	case map[string]any:
		if out := protoTag(v); out != nil {
			return out
		}
		return putChunk(nil, 6, putMap(nil, 1, v))
	}
	panic("not a value in wire form")
}

// protoTag is the Value of a tag that has a field, and nil for every other map.
func protoTag(m map[string]any) []byte {
	if raw, ok := m["$fields"]; ok {
		return protoLater(raw, m)
	}
	if len(m) != 1 {
		return nil
	}
	if mark, hash := markOf(m); mark != "" {
		number := map[string]int{"$ref": 8, "$erased": 9, "$withheld": 10}[mark]
		return putChunk(nil, number, hashBytes(hash))
	}
	if b, ok := bytesOf(m); ok {
		return putChunk(nil, 7, b)
	}
	if i, ok := intOf(m); ok && i.IsInt64() {
		return putNumber(nil, 2, zigzag(i.Int64()))
	}
	if f, ok := doubleOf(m); ok {
		return putDouble(nil, 3, f)
	}
	return nil
}

// protoLater is a Value with fields of a later version (TW-PB-006), and nil where the tag does not say such.
func protoLater(raw any, m map[string]any) []byte {
	fields, ok := laterFields(raw, valueShape)
	if !ok || len(m) > 2 {
		return nil
	}
	v, held := m["value"]
	if inner, ok := v.(map[string]any); held && ok && inner["$fields"] != nil {
		return nil
	}
	if len(m) == 2 && v == nil {
		return nil
	}
	return append(protoValue(v), fields...)
}

// laterFields are the bytes of a member `$fields`, where these are fields that a message does not have.
func laterFields(v any, shape protoShape) ([]byte, bool) {
	m, _ := v.(map[string]any)
	b, ok := bytesOf(m)
	if !ok || len(b) == 0 {
		return nil, false
	}
	later, err := eachField(b, shape, func(i protoItem) error { return i.fault("proto_duplicate_field") })
	return later, err == nil
}

// maxDigits is more than any field holds: a double has 309 digits. Longer ones are slow to read.
const maxDigits = 400

// intOf is an integer of any size, its tag with the digits that would be written.
func intOf(v any) (*big.Int, bool) {
	if i, ok := v.(int64); ok {
		return big.NewInt(i), true
	}
	tag, _ := v.(map[string]any)
	text, _ := tag["$int"].(string)
	if len(text) > maxDigits {
		return nil, false
	}
	i, ok := bigOf(v)
	if !ok {
		return nil, false
	}
	safe := i.IsInt64() && -MaxInt <= i.Int64() && i.Int64() <= MaxInt
	return i, !safe && i.String() == text
}

// doubleOf is the double that restores a number.
func doubleOf(v any) (float64, bool) {
	if f, ok := v.(float64); ok {
		return f, true
	}
	if i, ok := intOf(v); ok {
		f, accuracy := new(big.Float).SetInt(i).Float64()
		return f, accuracy == big.Exact && !math.IsInf(f, 0)
	}
	m, _ := v.(map[string]any)
	if len(m) != 1 {
		return 0, false
	}
	switch m["$float"] {
	case "NaN":
		return math.Float64frombits(0x7FF8000000000000), true
	case "Infinity":
		return math.Inf(1), true
	case "-Infinity":
		return math.Inf(-1), true
	}
	return 0, false
}

func hashBytes(hash string) []byte {
	b, _ := hex.DecodeString(hash[7:])
	return b
}

// putMap writes map<string, Value>.
func putMap(out []byte, number int, m map[string]any) []byte {
	for _, key := range sortedKeys(m) {
		// An empty key and a null are defaults of a pair and left out.
		var pair []byte
		if key != "" {
			pair = putChunk(pair, 1, key)
		}
		if m[key] != nil {
			pair = putChunk(pair, 2, protoValue(m[key]))
		}
		out = putChunk(out, number, pair)
	}
	return out
}
