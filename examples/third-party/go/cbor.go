package tracewire

import (
	"errors"
	"math"
	"math/big"
)

// CBOR (RFC 8949) as far as TW-JNL-013 goes.
const (
	cborUint  = 0
	cborNint  = 1
	cborBytes = 2
	cborText  = 3
	cborList  = 4
	cborMap   = 5
	cborTag   = 6
	cborOther = 7

	tagTime    = 0
	tagPosBig  = 2
	tagNegBig  = 3
	tagSet     = 258
	tagWire    = 29783
	tagCut     = 29784
	indefinite = 31

	cborFalse     = 0xF4
	cborTrue      = 0xF5
	cborNull      = 0xF6
	cborUndefined = 0xF7
	cborBreak     = 0xFF

	maxNesting = 160
	maxKeys    = 4
	maxInteger = 64 << 10 // bytes of an integer: what it takes to write one in decimal grows faster than its length
)

var errCBOR = errors.New("a record that cannot be read")

func cborHead(out []byte, major byte, n uint64) []byte {
	major <<= 5
	switch {
	case n < 24:
		return append(out, major|byte(n))
	case n <= math.MaxUint8:
		return append(out, major|24, byte(n))
	case n <= math.MaxUint16:
		return append(out, major|25, byte(n>>8), byte(n))
	case n <= math.MaxUint32:
		return append(out, major|26, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	}
	return append(out, major|27, byte(n>>56), byte(n>>48), byte(n>>40), byte(n>>32), byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
}

func cborPutText(out []byte, s string) []byte {
	return append(cborHead(out, cborText, uint64(len(s))), s...)
}

func cborPutBytes(out, b []byte) []byte {
	return append(cborHead(out, cborBytes, uint64(len(b))), b...)
}

func cborPutInt(out []byte, i int64) []byte {
	if i < 0 {
		return cborHead(out, cborNint, uint64(-1-i))
	}
	return cborHead(out, cborUint, uint64(i))
}

func cborPutBig(out []byte, i *big.Int) []byte {
	n, major, tag := i, byte(cborUint), uint64(tagPosBig)
	if i.Sign() < 0 {
		n, major, tag = new(big.Int).Not(i), cborNint, tagNegBig
	}
	if n.IsUint64() {
		return cborHead(out, major, n.Uint64())
	}
	return cborPutBytes(cborHead(out, cborTag, tag), n.Bytes())
}

func cborPutFloat(out []byte, f float64) []byte {
	return append(out, append([]byte{0xFB}, be64(math.Float64bits(f))...)...)
}

func be64(n uint64) []byte {
	return []byte{byte(n >> 56), byte(n >> 48), byte(n >> 40), byte(n >> 32), byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}
}

// cborPutWire writes a value in wire form without the tag that says so.
func cborPutWire(out []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(out, cborNull)
	case bool:
		if v {
			return append(out, cborTrue)
		}
		return append(out, cborFalse)
	case int64:
		return cborPutInt(out, v)
	case float64:
		return cborPutFloat(out, v)
	case string:
		return cborPutText(out, v)
	case []any:
		out = cborHead(out, cborList, uint64(len(v)))
		for _, element := range v {
			out = cborPutWire(out, element)
		}
		return out
	case map[string]any:
		out = cborHead(out, cborMap, uint64(len(v)))
		for _, key := range sortedKeys(v) {
			out = cborPutWire(cborPutText(out, key), v[key])
		}
		return out
	}
	panic("not a value in wire form")
}
