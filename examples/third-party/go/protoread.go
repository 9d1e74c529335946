package tracewire

import "errors"

// Reading envelopes and recordings.

// readProtoEnvelope reads the message Envelope.
func readProtoEnvelope(b []byte) (map[string]any, error) {
	resource, content, other := map[string]any{}, map[string]any{}, map[string]any{}
	events := []any{}
	e := map[string]any{"spec": "", "seal": int64(0), "producer": "", "first_seq": int64(0), "resource": resource}
	later, err := eachField(b, envelopeShape, func(i protoItem) (err error) {
		switch i.number {
		case 1, 3, 6, 7, 8:
			e[map[int]string{1: "spec", 3: "producer", 6: "parent", 7: "predecessor", 8: "close"}[i.number]], err = i.text()
		case 2, 4:
			e[map[int]string{2: "seal", 4: "first_seq"}[i.number]], err = i.unsigned()
		case 5, 9:
			e[map[int]string{5: "prev", 9: "digest"}[i.number]], err = i.hash()
		case 10:
			err = readMember(i, resource, 1)
		case 11:
			var event any
			event, err = readProtoEntry(i)
			events = append(events, event)
		case 12:
			err = readProtoContent(i, content)
		case otherField:
			err = readMember(i, other, 1)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	e["events"] = events
	if len(content) > 0 {
		e["content"] = content
	}
	if err := checkEnvelope(e); err != nil {
		return nil, err
	}
	if err := fixedMembers(other, b, envelopeMembers...); err != nil {
		return nil, err
	}
	return e, join(e, other, later, b)
}

func readProtoEntry(i protoItem) (event any, err error) {
	b, err := i.message()
	if err != nil {
		return nil, err
	}
	err = only(b, entryShape, func(part protoItem) error {
		if event != nil {
			return part.fault("proto_duplicate_field")
		}
		if part.number == 2 {
			hash, err := part.hash()
			event = map[string]any{"$withheld": hash}
			return err
		}
		inner, err := part.message()
		if err == nil {
			event, err = readProtoEvent(inner)
		}
		return err
	})
	if event == nil && err == nil {
		err = i.fault("proto_missing")
	}
	return event, err
}

func readProtoContent(i protoItem, content map[string]any) error {
	b, err := i.message()
	if err != nil {
		return err
	}
	hash, mark := "", ""
	entry, other := map[string]any{}, map[string]any{}
	later, err := eachField(b, contentShape, func(part protoItem) (err error) {
		switch part.number {
		case 1:
			hash, err = part.hash()
		case 2:
			var inner []byte
			if inner, err = part.message(); err == nil {
				entry["value"], err = readProtoValue(inner, 1)
			}
		case 3:
			if mark = map[uint64]string{1: "$erased", 2: "$withheld"}[part.n]; mark == "" {
				return part.fault("content_shape")
			}
		case 4:
			entry["nonce"], err = part.text()
		case otherField:
			err = readMember(part, other, 1)
		}
		return err
	})
	if err != nil {
		return err
	}
	_, held := entry["value"]
	_, twice := content[hash]
	alone := len(entry)+len(other)+len(later) == 0
	switch {
	case hash == "":
		return i.fault("proto_missing")
	case twice:
		return i.fault("proto_duplicate_key")
	case held == (mark != ""), mark != "" && !alone:
		return i.fault("content_shape")
	}
	if mark != "" {
		content[hash] = map[string]any{mark: hash}
		return nil
	}
	content[hash] = entry
	if err := fixedMembers(other, b, "value", "nonce"); err != nil {
		return err
	}
	return join(entry, other, later, b)
}

// readProto reads the message Recording.
func readProto(b []byte) (recording, error) {
	r := recording{formLines, []any{}}
	err := only(b, recordingShape, func(i protoItem) error {
		if i.number == 1 {
			n, err := i.varint()
			if err == nil && n > formExport {
				err = i.fault("proto_unknown_field")
			}
			r.form = int(n)
			return err
		}
		item, err := readProtoItem(i)
		r.items = append(r.items, item)
		return err
	})
	if err == nil && r.form == formSingle && len(r.items) != 1 {
		err = protoFault("proto_missing", b)
	}
	var e *Error
	if errors.As(err, &e) {
		e.Offset += cap(b)
	}
	return r, err
}

func readProtoItem(i protoItem) (item any, err error) {
	b, err := i.message()
	if err != nil {
		return nil, err
	}
	kinds := 0
	err = only(b, itemShape, func(part protoItem) error {
		if kinds++; kinds > 1 {
			return part.fault("proto_duplicate_field")
		}
		inner, err := part.message()
		if err != nil {
			return err
		}
		switch part.number {
		case 1:
			item, err = readProtoEnvelope(inner)
		case 2:
			item, err = readProtoEvent(inner)
		case 3:
			item, err = readProtoValue(inner, 0)
		}
		return err
	})
	if kinds == 0 && err == nil {
		err = i.fault("proto_missing")
	}
	return item, err
}
