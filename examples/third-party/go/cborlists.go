package tracewire

import "math/big"

// Lists, maps and tags of records, with what was cut of them.

// more says whether a list or map that has had i of n members goes on, and passes the break of one without a length.
func (r *cborReader) more(i, n int64) bool {
	if n >= 0 {
		return i < n
	}
	if r.peek(cborBreak) {
		r.at++
		return false
	}
	return true
}

func (r *cborReader) list(n int64, depth int, wire bool) (any, error) {
	if n > int64(len(r.in)-r.at) {
		return nil, errCBOR
	}
	list := []any{}
	for i := int64(0); r.more(i, n); i++ {
		v, err := r.item(depth, wire)
		if err != nil {
			return nil, err
		}
		if missing, ok := v.(itemsCut); ok {
			// The mark stands last, or the list is not one of ours.
			if r.more(i+1, n) {
				return nil, errCBOR
			}
			return map[string]any{"$cut": list, "missing_items": int64(missing)}, nil
		}
		if b, ok := v.(rawBytes); ok {
			v = Bytes(b)
		}
		list = append(list, v)
	}
	return list, nil
}

// entries reads a map's members. keep leaves byte strings raw, for the ids of a record.
func (r *cborReader) entries(n int64, depth int, wire, keep bool) (any, error) {
	if n > int64(len(r.in)-r.at) {
		return nil, errCBOR
	}
	var entries []entry
	for i := int64(0); r.more(i, n); i++ {
		if r.peek(cborUndefined) {
			r.at++
			missing, err := r.value(depth, wire)
			count, ok := missing.(int64)
			if err != nil || !ok || r.more(i+1, n) {
				return nil, errCBOR
			}
			return map[string]any{"$cut": mapOf(entries), "missing_items": count}, nil
		}
		if major := r.major(); keep && major != cborText {
			return nil, errCBOR
		}
		key, err := r.key(depth, wire)
		if err != nil {
			return nil, err
		}
		if number := key == "time" || key == "duration_nanos"; keep && number && r.major() == cborOther {
			// 1.0 and 1 are one value, but an integer of the fixed part is not written as a float.
			return nil, errCBOR
		}
		v, err := r.item(depth, wire)
		if err != nil {
			return nil, err
		}
		switch raw := v.(type) {
		case rawBytes:
			if !keep {
				v = Bytes(raw)
			}
		case itemsCut:
			return nil, errCBOR
		}
		entries = append(entries, entry{key, v})
	}
	return mapOf(entries), nil
}

func (r *cborReader) key(depth int, wire bool) (string, error) {
	// A key in a key in a key is written out once more for each of them, so there is a bound of its own.
	r.keys++
	v, err := r.value(depth, wire)
	r.keys--
	if err != nil {
		return "", err
	}
	text, ok := v.(string)
	switch {
	case !ok && r.keys >= maxKeys:
		return "", errCBOR
	case !ok:
		return string(Canonical(v)), nil
	case wire:
		return text, nil
	}
	return escapeKey(text), nil
}

func (r *cborReader) tagged(tag uint64, depth int, wire bool) (any, error) {
	if tag == tagCut {
		return r.cut(depth, wire)
	}
	v, err := r.item(depth, wire || tag == tagWire)
	if err != nil {
		return nil, err
	}
	switch tag {
	case tagWire:
		return v, nil
	case tagSet:
		if list, ok := v.([]any); ok {
			return sortSet(list), nil
		}
		if m, ok := v.(map[string]any); ok && m["missing_items"] != nil {
			if list, ok := m["$cut"].([]any); ok {
				sortSet(list)
				return m, nil
			}
		}
	case tagPosBig, tagNegBig:
		if b, ok := v.(rawBytes); ok {
			i := new(big.Int).SetBytes(b)
			if tag == tagNegBig {
				i.Not(i)
			}
			return Integer(i), nil
		}
	case tagTime:
		// Its writer gave it the form that it has on the wire.
		if text, ok := v.(string); ok {
			return map[string]any{"$time": text}, nil
		}
		return nil, errCBOR
	}
	switch raw := v.(type) {
	case rawBytes:
		v = Bytes(raw)
	case itemsCut:
		return nil, errCBOR
	}
	return map[string]any{"$cbor": Integer(new(big.Int).SetUint64(tag)), "value": v}, nil
}

func (r *cborReader) cut(depth int, wire bool) (any, error) {
	v, err := r.value(depth, wire)
	if err != nil {
		return nil, err
	}
	switch v := v.(type) {
	case nil:
		return map[string]any{"$cut": nil}, nil
	case int64:
		if v >= 0 {
			return itemsCut(v), nil
		}
	case []any:
		if len(v) != 2 {
			break
		}
		missing, ok := v[1].(int64)
		_, text := v[0].(string)
		tag, isMap := v[0].(map[string]any)
		if ok && (text || isMap && tag["$bytes"] != nil) {
			return map[string]any{"$cut": v[0], "missing_bytes": missing}, nil
		}
	}
	return nil, errCBOR
}
