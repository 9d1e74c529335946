package tracewire

import (
	"encoding/hex"
	"strings"
)

// Sealed is what a journal becomes.
type Sealed struct {
	Envelopes []map[string]any
	Pending   int  // events behind the last boundary
	Torn      bool // the end is neither a frame nor zeros
}

// Seal reads a journal file and makes its envelopes (section 8 of the journal's page).
func Seal(file []byte) (*Sealed, error) {
	journal, err := scan(file)
	if err != nil {
		return nil, err
	}
	header := journal.header
	policy, known := sealPolicy(header)
	if !known || forms["spec"](header.Spec) != nil {
		// Who does not know the version of the seal, or a rule, must not seal; the events can be shown all the same.
		return &Sealed{Pending: journal.events(), Torn: journal.torn}, nil
	}
	time, _ := formatNanos(header.Created)
	s := newSealer(header, policy)
	loss := func(f frame, length int, body map[string]any) {
		body["bytes"], body["offset"] = int64(length), int64(f.offset)
		event := lossEvent(body)
		event["time"] = time
		s.add(event)
	}
	for _, f := range journal.frames {
		switch {
		case f.damaged:
			loss(f, f.length, map[string]any{"reason": "damaged"})
		case f.kind == frameRecord:
			event, err := readEvent(f.payload)
			if err != nil {
				loss(f, len(f.payload), map[string]any{"reason": "invalid", "count": int64(1)})
				continue
			}
			time = event["time"].(string)
			s.add(event)
		case f.kind == frameMark:
			s.mark()
		case f.kind == frameClose:
			s.end(closeReason(f.payload))
		}
	}
	return &Sealed{Envelopes: s.envelopes, Pending: len(s.events), Torn: journal.torn}, nil
}

// events is how many of them the frames stand for.
func (s *scanned) events() (n int) {
	for _, f := range s.frames {
		if f.damaged || f.kind == frameRecord {
			n++
		}
	}
	return n
}

// closeReason is empty where it cannot be read.
func closeReason(payload []byte) *string {
	m, _ := readRecord(payload)
	reason, _ := m["reason"].(string)
	return &reason
}

// readEvent is the event of a record (TW-JNL-012).
func readEvent(payload []byte) (map[string]any, error) {
	event, err := readRecord(payload)
	if err != nil {
		return nil, err
	}
	delete(event, "seq")
	for key, v := range event {
		fits := true
		switch key {
		case "type", "kind", "status", "nonce":
			_, fits = v.(string)
		case "time":
			nanos, ok := bigOf(v)
			if !ok {
				return nil, errCBOR
			}
			event[key], fits = formatNanos(nanos)
		case "trace_id":
			fits = id(event, key, 16)
		case "span_id", "parent_id":
			fits = id(event, key, 8)
		case "duration_nanos":
			nanos, ok := bigOf(v)
			fits = ok && nanos.IsUint64()
		case "body":
			var body map[string]any
			if body, fits = v.(map[string]any); len(body) == 0 {
				delete(event, key)
			}
		default:
			if raw, ok := v.(rawBytes); ok {
				event[key] = Bytes(raw)
			}
		}
		if !fits {
			return nil, errCBOR
		}
	}
	if event["type"] == nil || event["time"] == nil {
		return nil, errCBOR
	}
	return event, nil
}

// id turns the bytes of an id into hex. Zeros are no id (TW-ID-001).
func id(event map[string]any, key string, size int) bool {
	raw, ok := event[key].(rawBytes)
	if !ok || len(raw) != size {
		return false
	}
	text := hex.EncodeToString(raw)
	event[key] = text
	return strings.Trim(text, "0") != ""
}
