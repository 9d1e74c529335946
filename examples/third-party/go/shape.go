package tracewire

import "strings"

// The form of envelopes and events: what a reader takes, whatever else it makes of them. The members of a body are not
// looked at, for a reader keeps what it does not understand.

func misshapen(code, message string) error { return &Error{Code: code, Message: message} }

var forms = map[string]func(v any) error{
	"spec": func(v any) error {
		text, err := textMember(v)
		minor, ok := strings.CutPrefix(text, "1.")
		if err == nil && (!ok || minor == "" || strings.Trim(minor, "0123456789") != "") {
			err = misshapen("spec_version", "another major version of the specification")
		}
		return err
	},
	"producer": anyText, "parent": anyText, "predecessor": anyText, "close": anyText,
	"seal": countMember, "first_seq": countMember, "seq": countMember, "digest": hashMember, "prev": hashMember,
	"type": anyText, "kind": anyText, "status": anyText, "nonce": anyText,
	"trace_id":  func(v any) error { return idMember(v, "trace_id", 32) },
	"span_id":   func(v any) error { return idMember(v, "span_id", 16) },
	"parent_id": func(v any) error { return idMember(v, "span_id", 16) },
	"time": func(v any) error {
		text, err := textMember(v)
		if _, fits := eventTime(text); err == nil && !fits {
			err = misshapen("time", "not a time in the form of the wire")
		}
		return err
	},
	"duration_nanos": func(v any) error {
		if nanos, ok := intOf(v); !ok || !nanos.IsUint64() {
			return misshapen("member_type", "not an integer of 64 bits")
		}
		return nil
	},
}

var (
	envelopeMembers = []string{
		"spec", "seal", "producer", "first_seq", "digest", "resource", "events", "prev", "parent", "predecessor", "close", "content",
	}
	eventMembers = []string{
		"seq", "type", "time", "trace_id", "span_id", "parent_id", "kind", "status", "duration_nanos", "nonce", "body",
	}
)

func textMember(v any) (string, error) {
	text, ok := v.(string)
	if !ok {
		return "", misshapen("member_type", "a member is no text")
	}
	return text, nil
}

func anyText(v any) error {
	_, err := textMember(v)
	return err
}

func countMember(v any) error {
	if n, ok := v.(int64); !ok || n < 0 {
		return misshapen("member_type", "a member is no number of something")
	}
	return nil
}

func hashMember(v any) error {
	_, err := textMember(v)
	if err == nil && !isHash(v) {
		err = misshapen("hash", "not the text of a hash")
	}
	return err
}

func idMember(v any, code string, digits int) error {
	text, err := textMember(v)
	if err == nil && (len(text) != digits || !isHex(text) || strings.Trim(text, "0") == "") {
		err = misshapen(code, "not an id")
	}
	return err
}

// members checks those that have a form of their own, and that the first ones are there.
func members(m map[string]any, names []string, required int, missing string) error {
	for i, name := range names {
		v, ok := m[name]
		if !ok && i < required {
			return misshapen(missing, "a member is missing: "+name)
		}
		if form := forms[name]; ok && form != nil {
			if err := form(v); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkEnvelope says why a value is no envelope.
func checkEnvelope(v any) error {
	e, ok := v.(map[string]any)
	if !ok {
		return misshapen("envelope_shape", "an envelope is a map")
	}
	if err := members(e, envelopeMembers, 7, "envelope_member_missing"); err != nil {
		return err
	}
	_, resource := e["resource"].(map[string]any)
	events, ok := e["events"].([]any)
	if !resource || !ok {
		return misshapen("member_type", "a member of an envelope has another type")
	}
	for _, event := range events {
		if mark, _ := markOf(event); mark == "$withheld" {
			continue
		}
		if err := checkEvent(event); err != nil {
			return err
		}
	}
	if content, given := e["content"]; given {
		return checkContent(content)
	}
	return nil
}

func checkEvent(v any) error {
	event, ok := v.(map[string]any)
	if !ok {
		return misshapen("event_shape", "an event is a map")
	}
	if err := members(event, eventMembers, 3, "event_member_missing"); err != nil {
		return err
	}
	if body, given := event["body"]; given {
		if _, ok := body.(map[string]any); !ok {
			return misshapen("event_shape", "a body is a map")
		}
	}
	return nil
}

func checkContent(v any) error {
	content, ok := v.(map[string]any)
	if !ok {
		return misshapen("member_type", "content is a map")
	}
	for _, hash := range sortedKeys(content) {
		if err := hashMember(hash); err != nil {
			return err
		}
		entry := content[hash]
		if mark, given := markOf(entry); mark == "$erased" || mark == "$withheld" {
			if given != hash {
				return misshapen("content_shape", "what was taken out has another hash than its place")
			}
			continue
		}
		m, _ := entry.(map[string]any)
		if _, held := m["value"]; !held {
			return misshapen("content_shape", "an entry of content has no value")
		}
		if nonce, keyed := m["nonce"]; keyed && anyText(nonce) != nil {
			return misshapen("content_shape", "a nonce is a text")
		}
	}
	return nil
}

// isEnvelope says whether reading a value as an envelope and writing that gives the same value (TW-ENC-001).
func isEnvelope(e map[string]any) bool {
	if checkEnvelope(e) != nil {
		return false
	}
	for _, event := range e["events"].([]any) {
		if m := event.(map[string]any); !wholeBody(m) {
			return false
		}
	}
	content, given := e["content"].(map[string]any)
	return !given || len(content) > 0
}

// isEvent is isEnvelope for an event.
func isEvent(event map[string]any) bool {
	return checkEvent(event) == nil && wholeBody(event)
}

// wholeBody says false for an empty body, which no writer keeps.
func wholeBody(event map[string]any) bool {
	body, given := event["body"].(map[string]any)
	return !given || len(body) > 0
}
