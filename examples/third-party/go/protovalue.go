package tracewire

// Reading the message Value, and maps of it.

// readProtoValue reads the message Value.
func readProtoValue(b []byte, depth int) (any, error) {
	if depth > MaxDepth {
		return nil, protoFault("proto_too_deep", b)
	}
	var v any
	kinds := 0
	later, err := eachField(b, valueShape, func(i protoItem) (err error) {
		if kinds++; kinds > 1 {
			return i.fault("proto_duplicate_field")
		}
		v, err = readKind(i, depth)
		return err
	})
	if err != nil || later == nil {
		return v, err
	}
	tag := map[string]any{"$fields": Bytes(later)}
	if kinds > 0 {
		tag["value"] = v
	}
	return tag, nil
}

func readKind(i protoItem, depth int) (any, error) {
	switch i.number {
	case 1:
		n, err := i.varint()
		return n != 0, err
	case 2:
		return i.signed()
	case 3:
		return i.double()
	case 4:
		return i.text()
	case 7:
		b, err := i.message()
		return Bytes(b), err
	case 8, 9, 10:
		hash, err := i.hash()
		return map[string]any{[]string{"$ref", "$erased", "$withheld"}[i.number-8]: hash}, err
	}
	b, err := i.message()
	if err != nil {
		return nil, err
	}
	list, m := []any{}, map[string]any{}
	err = only(b, listShape, func(item protoItem) error {
		if i.number == 6 {
			return readMember(item, m, depth+1)
		}
		inner, err := item.message()
		if err != nil {
			return err
		}
		v, err := readProtoValue(inner, depth+1)
		list = append(list, v)
		return err
	})
	if i.number == 6 {
		return m, err
	}
	return list, err
}

// readMember reads one pair of a map<string, Value> into m.
func readMember(i protoItem, m map[string]any, depth int) error {
	pair, err := i.message()
	if err != nil {
		return err
	}
	key, value := "", any(nil)
	err = only(pair, pairShape, func(part protoItem) (err error) {
		if part.number == 1 {
			key, err = part.text()
			return err
		}
		b, err := part.message()
		if err == nil {
			value, err = readProtoValue(b, depth)
		}
		return err
	})
	if _, twice := m[key]; twice && err == nil {
		err = i.fault("proto_duplicate_key")
	}
	m[key] = value
	return err
}
