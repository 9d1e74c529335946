package tracewire

import (
	"math"
	"math/big"
)

// Reading messages that stand in a table.

// join puts what has no field beside what has: the members of `other`, and the fields of a later version.
func join(m, other map[string]any, later, place []byte) error {
	if later != nil {
		if _, twice := other["$fields"]; twice {
			return protoFault("proto_duplicate_key", place)
		}
		other["$fields"] = Bytes(later)
	}
	for key, v := range other {
		if _, twice := m[key]; twice {
			return protoFault("proto_duplicate_key", place)
		}
		m[key] = v
	}
	return nil
}

// readMessage reads a message of a table back into the map that it was.
func readMessage(b []byte, message *protoMessage, depth int) (map[string]any, error) {
	m := map[string]any{}
	other := map[string]any{}
	later, err := eachField(b, message.shape, func(i protoItem) error {
		if i.number == otherField {
			return readMember(i, other, depth+1)
		}
		for _, field := range message.fields {
			if field.number == i.number {
				return readField(i, m, field, depth)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return m, join(m, other, later, b)
}

func readField(i protoItem, m map[string]any, field protoField, depth int) (err error) {
	name := field.name
	list, _ := m[name].([]any)
	switch field.form {
	case formText:
		m[name], err = i.text()
	case formTexts:
		var text string
		text, err = i.text()
		m[name] = append(list, text)
	case formBool:
		var n uint64
		n, err = i.varint()
		m[name] = n != 0
	case formUint:
		m[name], err = i.unsigned()
	case formSint:
		m[name], err = i.signed()
	case formDouble:
		m[name], err = i.double()
	case formMap:
		members, ok := m[name].(map[string]any)
		if !ok {
			members = map[string]any{}
			m[name] = members
		}
		err = readMember(i, members, depth+1)
	case formDoubles, formUints:
		if list, err = readNumbers(i, list, field.form); len(list) > 0 {
			m[name] = list
		}
	default:
		var b []byte
		if b, err = i.message(); err != nil {
			return err
		}
		var v any
		if field.form == formValue || field.form == formValues {
			v, err = readProtoValue(b, depth+1)
		} else {
			v, err = readMessage(b, field.message, depth+1)
		}
		if field.form == formValue || field.form == formMessage {
			m[name] = v
		} else {
			m[name] = append(list, v)
		}
	}
	return err
}

// readNumbers takes them packed and one by one.
func readNumbers(i protoItem, list []any, form protoForm) ([]any, error) {
	switch {
	case i.wire == wireFixed && form == formDoubles:
		v, err := i.double()
		return append(list, v), err
	case i.wire == wireVarint && form == formUints:
		v, err := i.unsigned()
		return append(list, v), err
	case i.wire != wireBytes:
		return nil, i.fault("proto_wire_type")
	}
	for b := i.chunk; len(b) > 0; {
		if form == formDoubles {
			if len(b) < 8 {
				return nil, i.fault("proto_end")
			}
			list, b = append(list, Float(math.Float64frombits(le.Uint64(b)))), b[8:]
			continue
		}
		n, rest, code := takeVarint(b)
		if code != "" {
			return nil, i.fault(code)
		}
		list, b = append(list, Integer(new(big.Int).SetUint64(n))), rest
	}
	return list, nil
}
