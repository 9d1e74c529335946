package tracewire

import "math"

// Writing messages that stand in a table: what has no field, or another form than its field, goes into `other`.

// putOther writes the members that have no field, and behind them the fields of a later version.
func putOther(out []byte, other map[string]any, shape protoShape) []byte {
	later, ok := laterFields(other["$fields"], shape)
	if ok {
		delete(other, "$fields")
	}
	return append(putMap(out, otherField, other), later...)
}

// putMessage writes a map in wire form by its message; what does not fit a field goes into `other`.
func putMessage(out []byte, m map[string]any, message *protoMessage) []byte {
	other := make(map[string]any, len(m))
	for key, v := range m {
		other[key] = v
	}
	for _, field := range message.fields {
		if v, ok := m[field.name]; ok {
			if with, ok := putField(out, v, field); ok {
				out = with
				delete(other, field.name)
			}
		}
	}
	return putOther(out, other, message.shape)
}

// putField says false where a value has another form than its field.
func putField(out []byte, v any, field protoField) ([]byte, bool) {
	number := field.number
	switch field.form {
	case formValue:
		return putChunk(out, number, protoValue(v)), true
	case formText:
		text, ok := v.(string)
		return putChunk(out, number, text), ok
	case formBool:
		b, ok := v.(bool)
		if b {
			return putNumber(out, number, 1), ok
		}
		return putNumber(out, number, 0), ok
	case formUint:
		n, ok := uintOf(v)
		return putNumber(out, number, n), ok && (field.name != "trace_flags" || n <= math.MaxUint32)
	case formSint:
		i, ok := intOf(v)
		if !ok || !i.IsInt64() {
			return nil, false
		}
		return putNumber(out, number, zigzag(i.Int64())), true
	case formDouble:
		f, ok := doubleOf(v)
		return putDouble(out, number, f), ok
	case formMap:
		m, ok := v.(map[string]any)
		return putMap(out, number, m), ok && len(m) > 0
	case formMessage:
		m, ok := v.(map[string]any)
		return putChunk(out, number, putMessage(nil, m, field.message)), ok
	}
	list, ok := v.([]any)
	if !ok || len(list) == 0 {
		return nil, false
	}
	return putList(out, list, field)
}

func putList(out []byte, list []any, field protoField) ([]byte, bool) {
	var packed []byte
	for _, v := range list {
		switch field.form {
		case formTexts:
			text, ok := v.(string)
			if !ok {
				return nil, false
			}
			out = putChunk(out, field.number, text)
		case formValues:
			out = putChunk(out, field.number, protoValue(v))
		case formMessages:
			m, ok := v.(map[string]any)
			if !ok {
				return nil, false
			}
			out = putChunk(out, field.number, putMessage(nil, m, field.message))
		case formDoubles:
			f, ok := doubleOf(v)
			if !ok {
				return nil, false
			}
			packed = le.AppendUint64(packed, math.Float64bits(f))
		case formUints:
			n, ok := uintOf(v)
			if !ok {
				return nil, false
			}
			packed = putVarint(packed, n)
		}
	}
	if packed != nil {
		out = putChunk(out, field.number, packed)
	}
	return out, true
}

func uintOf(v any) (uint64, bool) {
	i, ok := intOf(v)
	if !ok || !i.IsUint64() {
		return 0, false
	}
	return i.Uint64(), true
}
