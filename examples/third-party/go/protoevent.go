package tracewire

import "time"

// Reading the message Event.

// fixedMembers may not stand in `other`.
func fixedMembers(other map[string]any, b []byte, names ...string) error {
	for _, name := range names {
		if _, ok := other[name]; ok {
			return protoFault("proto_duplicate_key", b)
		}
	}
	return nil
}

// readProtoEvent reads the message Event.
func readProtoEvent(b []byte) (map[string]any, error) {
	event := map[string]any{"seq": int64(0), "type": ""}
	other := map[string]any{}
	var body protoItem
	later, err := eachField(b, eventShape, func(i protoItem) (err error) {
		switch i.number {
		case 1:
			event["seq"], err = i.unsigned()
		case 2:
			event["type"], err = i.text()
		case 3:
			event["time"], err = readProtoTime(i)
		case 4:
			event["trace_id"], err = i.bytes(16)
		case 5:
			event["span_id"], err = i.bytes(8)
		case 6:
			event["parent_id"], err = i.bytes(8)
		case 7, 8, 10:
			event[map[int]string{7: "kind", 8: "status", 10: "nonce"}[i.number]], err = i.text()
		case 9:
			event["duration_nanos"], err = i.unsigned()
		case otherField:
			err = readMember(i, other, 1)
		default:
			if body.number != 0 {
				return i.fault("proto_duplicate_field")
			}
			body = i
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if body.number != 0 {
		if err := readProtoBody(event, body); err != nil {
			return nil, err
		}
	}
	if err := fixedMembers(other, b, eventMembers...); err != nil {
		return nil, err
	}
	if err := checkEvent(event); err != nil {
		return nil, err
	}
	return event, join(event, other, later, b)
}

func readProtoBody(event map[string]any, i protoItem) error {
	if i.number == 21 || i.number == 22 {
		hash, err := i.hash()
		event["body"] = map[string]any{map[int]string{21: "$erased", 22: "$withheld"}[i.number]: hash}
		return err
	}
	b, err := i.message()
	if err != nil {
		return err
	}
	known, ok := protoBodies[event["type"].(string)]
	body := map[string]any{}
	switch {
	case ok && known.number == i.number:
		body, err = readMessage(b, known.message, 1)
	case i.number == 20:
		// A writer of an earlier version did not know the type.
		err = only(b, listShape, func(item protoItem) error { return readMember(item, body, 1) })
	default:
		return i.fault("body_shape")
	}
	if len(body) > 0 {
		event["body"] = body
	}
	return err
}

func readProtoTime(i protoItem) (string, error) {
	b, err := i.message()
	if err != nil {
		return "", err
	}
	var seconds, nanos int64
	err = only(b, timeShape, func(part protoItem) error {
		n, err := part.varint()
		if part.number == 1 {
			seconds = int64(n)
		} else {
			nanos = int64(n)
		}
		return err
	})
	if err == nil && (nanos < 0 || nanos >= 1e9 || !fits64(time.Unix(seconds, nanos))) {
		err = i.fault("time")
	}
	text, _ := formatMoment(time.Unix(seconds, nanos))
	return text, err
}
