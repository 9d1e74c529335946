package tracewire

import (
	"math"
	"math/big"
)

// A cborReader turns items into values in wire form: what the user's keys and sets become is settled here.
type cborReader struct {
	in   []byte
	at   int
	keys int // how many keys that are no texts the reader stands in
}

// rawBytes is a byte string before anybody asked for its wire form: ids in records are such.
type rawBytes []byte

// itemsCut is what tag 29784 over an integer leaves for the list around it.
type itemsCut struct{ n any }

// readRecord reads the one map of a payload. The values of its members are in wire form, but byte strings stay raw.
func readRecord(payload []byte) (map[string]any, error) {
	r := &cborReader{in: payload}
	major, _, n, err := r.head()
	if err != nil || major != cborMap || n < 0 && payload[0]&31 != indefinite {
		return nil, errCBOR
	}
	m := map[string]any{}
	for i := int64(0); r.more(i, n); i++ {
		if err := r.member(m); err != nil {
			return nil, err
		}
	}
	if r.at != len(payload) {
		return nil, errCBOR
	}
	return m, nil
}

// member reads a member of a record. Its name is none of the user's keys, and stays as it is.
func (r *cborReader) member(m map[string]any) error {
	if r.major() != cborText {
		return errCBOR
	}
	v, err := r.item(1, false)
	name, ok := v.(string)
	if _, twice := m[name]; err != nil || !ok || twice {
		return errCBOR
	}
	switch major := r.major(); name {
	case "time", "duration_nanos":
		// 1.0 and 1 are one value, but an integer of the fixed part is not written as a float, nor as a bignum.
		ok = major == cborUint || major == cborNint
	case "body":
		ok = major == cborMap
	}
	if !ok {
		return errCBOR
	}
	m[name], err = r.item(1, false)
	if _, cut := m[name].(itemsCut); cut {
		return errCBOR
	}
	return err
}

// head reads an item's first bytes. For an item of indefinite length, info is 31 and n is -1.
func (r *cborReader) head() (major, info byte, n int64, err error) {
	if r.at >= len(r.in) {
		return 0, 0, 0, errCBOR
	}
	major, info = r.in[r.at]>>5, r.in[r.at]&31
	r.at++
	switch {
	case info < 24:
		return major, info, int64(info), nil
	case info == indefinite:
		return major, info, -1, nil
	case info > 27:
		return 0, 0, 0, errCBOR
	}
	size := 1 << (info - 24)
	if r.at+size > len(r.in) {
		return 0, 0, 0, errCBOR
	}
	var u uint64
	for _, b := range r.in[r.at : r.at+size] {
		u = u<<8 | uint64(b)
	}
	r.at += size
	return major, info, int64(u), nil
}

func (r *cborReader) peek(b byte) bool {
	return r.at < len(r.in) && r.in[r.at] == b
}

func (r *cborReader) major() byte {
	if r.at < len(r.in) {
		return r.in[r.at] >> 5
	}
	return cborOther
}

// value reads one item. wire says that `$` keys are tags and not the user's.
func (r *cborReader) value(depth int, wire bool) (any, error) {
	v, err := r.item(depth, wire)
	switch raw := v.(type) {
	case rawBytes:
		return Bytes(raw), err
	case itemsCut:
		return nil, errCBOR
	}
	return v, err
}

func (r *cborReader) item(depth int, wire bool) (any, error) {
	major, info, n, err := r.head()
	if err != nil || info == indefinite && major != cborList && major != cborMap {
		return nil, errCBOR
	}
	if nests := major == cborList || major == cborMap || major == cborTag; nests && depth > maxNesting {
		return nil, errCBOR
	}
	switch major {
	case cborUint:
		return Integer(new(big.Int).SetUint64(uint64(n))), nil
	case cborNint:
		i := new(big.Int).SetUint64(uint64(n))
		return Integer(i.Not(i)), nil
	case cborBytes, cborText:
		if n < 0 || n > int64(len(r.in)-r.at) {
			return nil, errCBOR
		}
		b := r.in[r.at : r.at+int(n)]
		r.at += int(n)
		if major == cborText {
			return cleanUTF8(b), nil
		}
		return rawBytes(b), nil
	case cborList, cborMap:
		if n < 0 && info != indefinite {
			return nil, errCBOR
		}
		if major == cborList {
			return r.list(n, depth+1, wire)
		}
		return r.entries(n, depth+1, wire)
	case cborTag:
		return r.tagged(uint64(n), depth+1, wire)
	}
	return r.simple(info, uint64(n))
}

func (r *cborReader) simple(info byte, n uint64) (any, error) {
	switch info {
	case 20:
		return false, nil
	case 21:
		return true, nil
	case 22, 23:
		return nil, nil
	case 25:
		return Float(halfFloat(uint16(n))), nil
	case 26:
		return Float(float64(math.Float32frombits(uint32(n)))), nil
	case 27:
		return Float(math.Float64frombits(n)), nil
	}
	return nil, errCBOR
}

func halfFloat(h uint16) float64 {
	exponent, fraction := int(h>>10&31), float64(h&1023)
	f := math.Ldexp(1024+fraction, exponent-25)
	switch {
	case exponent == 0:
		f = math.Ldexp(fraction, -24)
	case exponent == 31 && fraction == 0:
		f = math.Inf(1)
	case exponent == 31:
		return math.NaN()
	}
	if h>>15 == 1 {
		return -f
	}
	return f
}
