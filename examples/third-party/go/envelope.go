package tracewire

import "strconv"

// Limits are those of TW-LIM-001, by their names in the journal's header.
type Limits struct {
	Depth, Nodes, TextBytes, RecordBytes, InlineBytes, EnvelopeEvents, EnvelopeBytes int
}

// DefaultLimits are the specification's.
var DefaultLimits = Limits{
	Depth: 64, Nodes: 50_000, TextBytes: 1 << 20, RecordBytes: 4 << 20, InlineBytes: 256, EnvelopeEvents: 256, EnvelopeBytes: 256 << 10,
}

// EnvelopeDigest is TW-DIG-003.
func EnvelopeDigest(envelope map[string]any) string {
	form := make(map[string]any, len(envelope))
	for key, v := range envelope {
		form[key] = v
	}
	delete(form, "content")
	delete(form, "digest")
	if events, ok := envelope["events"].([]any); ok {
		form["events"] = mapList(events, func(v any) any {
			if event, ok := v.(map[string]any); ok {
				return EventDigest(event)
			}
			return v
		})
	}
	return Hash(Canonical(form))
}

// A sealer makes envelopes of one producer's events.
type sealer struct {
	header    *Header
	policy    *policy
	envelopes []map[string]any
	carried   map[string]bool // content that some envelope has, the one under way included
	events    []any
	content   map[string]any
	bytes     int // canonical bytes of the events and content under way
	seq       int64
}

func newSealer(h *Header, p *policy) *sealer {
	return &sealer{header: h, policy: p, carried: map[string]bool{}, content: map[string]any{}}
}

// add takes an event that is decoded and normalised through the rest of TW-SEAL-002.
func (s *sealer) add(event map[string]any) {
	limits := s.header.Limits
	s.seq++
	event = s.policy.redact(event)
	event["seq"] = s.seq
	if body, ok := event["body"].(map[string]any); ok {
		body = mapMembers(body, func(key string, v any) any {
			if isTagKey(key) {
				return v
			}
			return cut(v, limits.TextBytes)
		})
		if s.header.Media {
			body = takeMedia(body, s.keep)
		}
		event["body"] = address(body, limits.InlineBytes, s.keep)
	}
	s.events = append(s.events, event)
	s.bytes += len(Canonical(event))
	if len(s.events) >= limits.EnvelopeEvents || s.bytes >= limits.EnvelopeBytes {
		s.end(nil)
	}
}

func (s *sealer) keep(hash string, form any) {
	if s.carried[hash] {
		return
	}
	s.carried[hash] = true
	s.content[hash] = map[string]any{"value": form}
	s.bytes += len(Canonical(form))
}

// mark ends the envelope if there is something in it.
func (s *sealer) mark() {
	if len(s.events) > 0 {
		s.end(nil)
	}
}

// end closes the envelope under way; reason is set for the producer's last one.
func (s *sealer) end(reason *string) {
	events := s.events
	if events == nil {
		events = []any{}
	}
	first := s.seq - int64(len(events)) + 1
	e := map[string]any{
		"spec": s.header.Spec, "seal": s.header.Seal, "producer": s.header.Producer, "resource": s.header.Resource,
		"first_seq": first, "events": events,
	}
	if n := len(s.envelopes); n > 0 {
		e["prev"] = s.envelopes[n-1]["digest"]
	}
	if first == 1 {
		optional(e, "parent", s.header.Parent)
		optional(e, "predecessor", s.header.Predecessor)
	}
	if reason != nil {
		e["close"] = *reason
	}
	if len(s.content) > 0 {
		e["content"] = s.content
	}
	e["digest"] = EnvelopeDigest(e)
	s.envelopes = append(s.envelopes, e)
	s.events, s.content, s.bytes = nil, map[string]any{}, 0
}

func optional(m map[string]any, key, text string) {
	if text != "" {
		m[key] = text
	}
}

// ProducerName is TW-ID-004: the process part, and the number of the file.
func ProducerName(process string, number int) string {
	return process + "-" + strconv.Itoa(number)
}
