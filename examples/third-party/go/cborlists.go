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
			return map[string]any{"$cut": list, "missing_items": missing.n}, nil
		}
		if b, ok := v.(rawBytes); ok {
			v = Bytes(b)
		}
		list = append(list, v)
	}
	return list, nil
}

// entries reads a map's members.
func (r *cborReader) entries(n int64, depth int, wire bool) (any, error) {
	if n > int64(len(r.in)-r.at) {
		return nil, errCBOR
	}
	var entries []entry
	for i := int64(0); r.more(i, n); i++ {
		if r.peek(cborUndefined) {
			r.at++
			missing, err := r.missing(depth)
			if err != nil || r.more(i+1, n) {
				return nil, errCBOR
			}
			return map[string]any{"$cut": mapOf(entries), "missing_items": missing}, nil
		}
		key, err := r.key(depth, wire)
		if err != nil {
			return nil, err
		}
		v, err := r.value(depth, wire)
		if err != nil {
			return nil, err
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

// under is what a tag of the journal stands over; nothing else may stand there.
var under = map[uint64][2]byte{
	tagTime: {cborText, cborText}, tagPosBig: {cborBytes, cborBytes}, tagNegBig: {cborBytes, cborBytes},
	tagSet: {cborList, cborList}, tagWire: {cborList, cborMap},
}

func (r *cborReader) tagged(tag uint64, depth int, wire bool) (any, error) {
	if tag == tagCut {
		return r.cut(depth, wire)
	}
	if majors, ours := under[tag]; ours && r.major() != majors[0] && r.major() != majors[1] {
		return nil, errCBOR
	}
	v, err := r.item(depth, wire || tag == tagWire)
	if err != nil {
		return nil, err
	}
	switch tag {
	case tagWire:
		return v, nil
	case tagSet:
		if m, cut := v.(map[string]any); cut {
			m["$cut"] = sortSet(m["$cut"].([]any))
			return m, nil
		}
		return sortSet(v.([]any)), nil
	case tagPosBig, tagNegBig:
		b := v.(rawBytes)
		if len(b) > maxInteger {
			return nil, errCBOR
		}
		i := new(big.Int).SetBytes(b)
		if tag == tagNegBig {
			i.Not(i)
		}
		return Integer(i), nil
	case tagTime:
		// Its writer gave it the form that it has on the wire.
		return map[string]any{"$time": v}, nil
	}
	switch raw := v.(type) {
	case rawBytes:
		v = Bytes(raw)
	case itemsCut:
		return nil, errCBOR
	}
	return map[string]any{"$cbor": Integer(new(big.Int).SetUint64(tag)), "value": v}, nil
}

// cut reads what stands under the tag of a cut: what was kept of a text or bytes and how much is missing, how many
// elements of the list around it are missing, or null for a value that is missing whole.
func (r *cborReader) cut(depth int, wire bool) (any, error) {
	switch r.major() {
	case cborOther:
		if v, err := r.item(depth, wire); err != nil || v != nil {
			return nil, errCBOR
		}
		return map[string]any{"$cut": nil}, nil
	case cborList:
		_, info, n, _ := r.head()
		if kept := r.major(); depth > maxNesting || n != 2 && info != indefinite || kept != cborText && kept != cborBytes {
			return nil, errCBOR
		}
		kept, err := r.value(depth+1, wire)
		if err != nil {
			return nil, err
		}
		missing, err := r.missing(depth + 1)
		if err != nil || r.more(2, n) {
			return nil, errCBOR
		}
		return map[string]any{"$cut": kept, "missing_bytes": missing}, nil
	}
	missing, err := r.missing(depth)
	return itemsCut{missing}, err
}

// missing reads how much was cut: an integer from 1, written as one.
func (r *cborReader) missing(depth int) (any, error) {
	if r.major() != cborUint {
		return nil, errCBOR
	}
	v, err := r.value(depth, false)
	if n, ok := bigOf(v); err != nil || !ok || n.Sign() < 1 {
		return nil, errCBOR
	}
	return v, nil
}
