package tracewire

import (
	"math"
	"math/big"
	"unicode/utf8"
)

// Fields as they stand on the wire, read one by one.

// protoFault is an error at a place. What is left of the buffer behind b says where that is; readProto makes an offset
// of it, so nobody has to carry offsets around.
func protoFault(code string, b []byte) error {
	return &Error{Code: code, Message: "not the messages of a recording", Offset: -cap(b)}
}

// A protoItem is one field as it stands on the wire.
type protoItem struct {
	number, wire int
	n            uint64 // of a number, or the bits of a double
	chunk        []byte
	place        []byte // from the field's key on
}

func (i protoItem) fault(code string) error { return protoFault(code, i.place) }

// takeVarint reads an integer and says with which code it cannot.
func takeVarint(b []byte) (n uint64, rest []byte, code string) {
	for i := 0; i < len(b) && i < 10; i++ {
		if i == 9 && b[i] > 1 {
			return 0, nil, "proto_varint"
		}
		n |= uint64(b[i]&0x7F) << (7 * i)
		if b[i] < 0x80 {
			return n, b[i+1:], ""
		}
	}
	if len(b) < 10 {
		return 0, nil, "proto_end"
	}
	return 0, nil, "proto_varint"
}

// maxField is the largest number of a field.
const maxField = 1<<29 - 1

func takeField(b []byte) (item protoItem, rest []byte, err error) {
	key, rest, code := takeVarint(b)
	if code == "" && (key>>3 == 0 || key>>3 > maxField) {
		code = "proto_key"
	}
	if code != "" {
		return item, nil, protoFault(code, b)
	}
	item = protoItem{number: int(key >> 3), wire: int(key & 7), place: b}
	size := uint64(0)
	switch item.wire {
	case wireVarint:
		item.n, rest, code = takeVarint(rest)
	case wireFixed:
		if size = 8; len(rest) >= 8 {
			item.n = le.Uint64(rest)
		}
	case wireBytes:
		size, rest, code = takeVarint(rest)
	case wireFixed32:
		size = 4
	default:
		code = "proto_wire_type"
	}
	if code == "" && size > uint64(len(rest)) {
		code = "proto_end"
	}
	if code != "" {
		return item, nil, protoFault(code, b)
	}
	item.chunk = rest[:size]
	return item, rest[size:], nil
}

// eachField hands out the fields that a message has, and gives back the bytes of those that it does not have. A field
// that stands twice is refused, and so are items of a repeated one that stand apart.
func eachField(b []byte, shape protoShape, visit func(protoItem) error) (later []byte, err error) {
	return fields(b, shape, false, visit)
}

// fields is eachField, and refuses what a message does not have where it is strict.
func fields(b []byte, shape protoShape, strict bool, visit func(protoItem) error) (later []byte, err error) {
	seen := map[int]bool{}
	last := 0
	for len(b) > 0 {
		if key, _, code := takeVarint(b); strict && code == "" && key>>3 != 0 && key>>3 <= maxField {
			// The key says it, whatever follows.
			if _, known := shape[int(key>>3)]; !known {
				return nil, protoFault("proto_unknown_field", b)
			}
		}
		item, rest, err := takeField(b)
		if err != nil {
			return nil, err
		}
		repeats, known := shape[item.number]
		switch {
		case !known:
			later = append(later, b[:len(b)-len(rest)]...)
		case seen[item.number] && (!repeats || last != item.number):
			return nil, item.fault("proto_duplicate_field")
		default:
			if err := visit(item); err != nil {
				return nil, err
			}
		}
		seen[item.number], last = true, item.number
		b = rest
	}
	return later, nil
}

// only is eachField for a message that has no place for fields of a later version.
func only(b []byte, shape protoShape, visit func(protoItem) error) error {
	_, err := fields(b, shape, true, visit)
	return err
}

func (i protoItem) message() ([]byte, error) {
	if i.wire != wireBytes {
		return nil, i.fault("proto_wire_type")
	}
	return i.chunk, nil
}

func (i protoItem) text() (string, error) {
	b, err := i.message()
	if err == nil && !utf8.Valid(b) {
		err = i.fault("proto_utf8")
	}
	return string(b), err
}

func (i protoItem) hash() (string, error) {
	text, err := i.bytes(32)
	return "sha256:" + text, err
}

func (i protoItem) bytes(size int) (string, error) {
	if i.wire != wireBytes {
		return "", i.fault("proto_wire_type")
	}
	if len(i.chunk) != size {
		return "", i.fault("proto_length")
	}
	out := make([]byte, 0, 2*size)
	for _, c := range i.chunk {
		out = append(out, hexDigits[c>>4], hexDigits[c&15])
	}
	return string(out), nil
}

func (i protoItem) varint() (uint64, error) {
	if i.wire != wireVarint {
		return 0, i.fault("proto_wire_type")
	}
	return i.n, nil
}

func (i protoItem) unsigned() (any, error) {
	n, err := i.varint()
	return Integer(new(big.Int).SetUint64(n)), err
}

func (i protoItem) signed() (any, error) {
	n, err := i.varint()
	return Int(int64(n>>1) ^ -int64(n&1)), err
}

func (i protoItem) double() (any, error) {
	if i.wire != wireFixed {
		return nil, i.fault("proto_wire_type")
	}
	return Float(math.Float64frombits(i.n)), nil
}
