package tracewire

import "encoding/hex"

// Writing events, envelopes and recordings.

// protoEvent is the message Event, where a value is an event.
func protoEvent(event map[string]any) ([]byte, bool) {
	if !isEvent(event) {
		return nil, false
	}
	var out, body []byte
	other := map[string]any{}
	bodyNumber := 0
	fixed := map[int][]byte{}
	what, _ := event["type"].(string)
	fits := true
	for key, v := range event {
		text, isText := v.(string)
		switch key {
		case "seq":
			seq, ok := v.(int64)
			fits = ok && seq >= 0
			if seq > 0 {
				fixed[1] = putNumber(nil, 1, uint64(seq))
			}
		case "type":
			fits = isText
			if text != "" {
				fixed[2] = putChunk(nil, 2, text)
			}
		case "time":
			fixed[3], fits = protoTime(text)
		case "trace_id", "span_id", "parent_id":
			number, size := map[string]int{"trace_id": 4, "span_id": 5, "parent_id": 6}[key], 8
			if key == "trace_id" {
				size = 16
			}
			fits = len(text) == 2*size && isHex(text)
			b, _ := hex.DecodeString(text)
			fixed[number] = putChunk(nil, number, b)
		case "kind", "status", "nonce":
			number := map[string]int{"kind": 7, "status": 8, "nonce": 10}[key]
			fits = isText
			fixed[number] = putChunk(nil, number, text)
		case "duration_nanos":
			var nanos uint64
			nanos, fits = uintOf(v)
			fixed[9] = putNumber(nil, 9, nanos)
		case "body":
			bodyNumber, body, fits = protoEventBody(what, v)
		default:
			other[key] = v
		}
		if !fits {
			return nil, false
		}
	}
	if fixed[3] == nil || event["seq"] == nil {
		return nil, false
	}
	for number := 1; number <= 10; number++ {
		out = append(out, fixed[number]...)
	}
	if bodyNumber != 0 {
		out = putChunk(out, bodyNumber, body)
	}
	return putOther(out, other, eventShape), true
}

func protoTime(text string) ([]byte, bool) {
	t, ok := eventTime(text)
	if !ok {
		return nil, false
	}
	var stamp []byte
	if s := t.Unix(); s != 0 {
		stamp = putNumber(stamp, 1, uint64(s))
	}
	if n := t.Nanosecond(); n != 0 {
		stamp = putNumber(stamp, 2, uint64(n))
	}
	return putChunk(nil, 3, stamp), true
}

func protoEventBody(what string, v any) (int, []byte, bool) {
	body, ok := v.(map[string]any)
	if !ok || len(body) == 0 {
		return 0, nil, false
	}
	switch mark, hash := markOf(body); mark {
	case "$erased":
		return 21, hashBytes(hash), true
	case "$withheld":
		return 22, hashBytes(hash), true
	}
	if known, ok := protoBodies[what]; ok {
		return known.number, putMessage(nil, body, known.message), true
	}
	return 20, putMap(nil, 1, body), true
}

// protoEnvelope is the message Envelope, where a value is an envelope.
func protoEnvelope(e map[string]any) ([]byte, bool) {
	if !isEnvelope(e) {
		return nil, false
	}
	fixed := map[int][]byte{}
	other := map[string]any{}
	for key, v := range e {
		text, isText := v.(string)
		fits := true
		switch key {
		case "spec", "producer", "parent", "predecessor", "close":
			number := map[string]int{"spec": 1, "producer": 3, "parent": 6, "predecessor": 7, "close": 8}[key]
			if fits = isText; text != "" || number > 3 {
				fixed[number] = putChunk(nil, number, text)
			}
		case "seal", "first_seq":
			number := map[string]int{"seal": 2, "first_seq": 4}[key]
			if n := v.(int64); n > 0 {
				fixed[number] = putNumber(nil, number, uint64(n))
			}
		case "prev", "digest":
			number := map[string]int{"prev": 5, "digest": 9}[key]
			if fits = isHash(v); fits {
				fixed[number] = putChunk(nil, number, hashBytes(text))
			}
		case "resource":
			fixed[10] = putMap(nil, 10, v.(map[string]any))
		case "events":
			fixed[11], fits = protoEntries(v.([]any))
		case "content":
			fixed[12], fits = protoContents(v.(map[string]any))
		default:
			other[key] = v
		}
		if !fits {
			return nil, false
		}
	}
	var out []byte
	for number := 1; number <= 12; number++ {
		out = append(out, fixed[number]...)
	}
	return putOther(out, other, envelopeShape), true
}

func protoEntries(events []any) ([]byte, bool) {
	var out []byte
	for _, v := range events {
		event := v.(map[string]any)
		if mark, hash := markOf(event); mark == "$withheld" {
			out = putChunk(out, 11, putChunk(nil, 2, hashBytes(hash)))
			continue
		}
		b, ok := protoEvent(event)
		if !ok {
			return nil, false
		}
		out = putChunk(out, 11, putChunk(nil, 1, b))
	}
	return out, true
}

func protoContents(content map[string]any) ([]byte, bool) {
	var out []byte
	for _, hash := range sortedKeys(content) {
		entry, ok := content[hash].(map[string]any)
		if !ok || !isHash(hash) {
			return nil, false
		}
		message := putChunk(nil, 1, hashBytes(hash))
		if mark, given := markOf(entry); given == hash && mark != "$ref" {
			absence := uint64(1)
			if mark == "$withheld" {
				absence = 2
			}
			out = putChunk(out, 12, putNumber(message, 3, absence))
			continue
		}
		value, held := entry["value"]
		nonce, keyed := entry["nonce"]
		text, isText := nonce.(string)
		if !held || keyed && !isText {
			return nil, false
		}
		message = putChunk(message, 2, protoValue(value))
		if keyed {
			message = putChunk(message, 4, text)
		}
		other := map[string]any{}
		for key, v := range entry {
			if key != "value" && key != "nonce" {
				other[key] = v
			}
		}
		out = putChunk(out, 12, putOther(message, other, contentShape))
	}
	return out, len(content) > 0
}

// writeProto is the message Recording.
func writeProto(r recording) []byte {
	out := []byte{}
	if r.form != formLines {
		out = putNumber(out, 1, uint64(r.form))
	}
	for _, item := range r.items {
		var message []byte
		m, _ := item.(map[string]any)
		if b, ok := protoEnvelope(m); ok {
			message = putChunk(nil, 1, b)
		} else if b, ok := protoEvent(m); ok {
			message = putChunk(nil, 2, b)
		} else {
			message = putChunk(nil, 3, protoValue(item))
		}
		out = putChunk(out, 2, message)
	}
	return out
}
