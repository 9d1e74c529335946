package tracewire

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"math/big"
	"strconv"
	"strings"
	"time"
)

// Settings of a recorder. What is left empty is the specification's, or real: the clock, and ids drawn at random.
type Settings struct {
	Resource map[string]any // attributes in wire form
	Process  string         // 16 hex digits
	Limits   Limits
	Redact   []string // rules (TW-RED-002)
	// RedactKey is a secret from which the key is made that rules use which hash, nil where none does.
	RedactKey *string
	// LeftOut are the members of bodies that are switched off (TW-POL-006).
	LeftOut map[string]bool
	// Media says whether media are taken out of values and carried once.
	Media    bool
	Sampling *Rates
	Seed     uint64
	Now      func() (wall, monotonic int64)
	TraceID  func() string
	SpanID   func() string
}

// A Recorder is an emitter: it appends what a program does to a journal. It is not safe for use by two goroutines.
type Recorder struct {
	journal  *Journal
	settings Settings
	closed   bool
}

// A Span is a step that has begun, or the place of an event: something that others can stand below.
type Span struct {
	traceID, id     string
	recorded, ended bool
	wall, monotonic int64
}

// Parent is where a step comes from: a span of this recorder, or what another process handed on.
type Parent struct {
	Span                    *Span
	TraceParent, TraceState string
}

// NewRecorder begins a journal.
func NewRecorder(w io.Writer, s Settings) (*Recorder, error) {
	start := time.Now()
	if s.Now == nil {
		s.Now = func() (int64, int64) { return time.Now().UnixNano(), int64(time.Since(start)) }
	}
	if s.TraceID == nil {
		s.TraceID = func() string { return randomHex(16) }
	}
	if s.SpanID == nil {
		s.SpanID = func() string { return randomHex(8) }
	}
	if s.Process == "" {
		s.Process = randomHex(8)
	}
	if s.Limits == (Limits{}) {
		s.Limits = DefaultLimits
	}
	if s.Sampling != nil && s.Sampling.keepsAll() {
		s.Sampling = nil
	}
	if s.Seed == 0 {
		s.Seed, _ = strconv.ParseUint(randomHex(8), 16, 64)
	}
	keys, rules, hashKey, err := divideRules(s.Redact, s.RedactKey)
	if err != nil {
		return nil, err
	}
	// The file's own clock reading is not one of a step.
	header := &Header{
		Spec: "1.0", Seal: 1, Producer: ProducerName(s.Process, 1), Created: big.NewInt(start.UnixNano()), Resource: s.Resource,
		Limits: s.Limits, Redact: keys, Rules: rules, HashKey: hashKey, Sampling: s.Sampling,
	}
	switch {
	case s.Media:
		header.Seal, header.Media = 3, true
	case rules != nil:
		header.Seal = 2
	}
	journal, err := NewJournal(w, s.Seed, header)
	return &Recorder{journal: journal, settings: s}, err
}

func randomHex(n int) string {
	b := make([]byte, n)
	for {
		rand.Read(b)
		if text := hex.EncodeToString(b); strings.Trim(text, "0") != "" {
			return text
		}
	}
}

// fixed is an event's fixed part on its way into a record.
type fixed struct {
	kind                              string
	traceID, spanID, parentID, status string
	duration                          *big.Int // of an end
}

// own is what the emitter itself says in a body: it counts nothing and is always there (TW-LIM-004).
type own struct{ value any }

func (o own) put(out []byte) []byte {
	if i, ok := o.value.(*big.Int); ok {
		return cborPutBig(out, i)
	}
	return cborPutWire(out, o.value)
}

// write makes the record of an event. The body's members are host values.
func (r *Recorder) write(what string, wall int64, f fixed, body Map) error {
	var out []byte
	out = append(out, cborMap<<5|indefinite)
	put := func(key, text string) {
		if text != "" {
			out = cborPutText(cborPutText(out, key), text)
		}
	}
	putID := func(key, id string) {
		if b, err := hex.DecodeString(id); err == nil && id != "" {
			out = cborPutBytes(cborPutText(out, key), b)
		}
	}
	put("type", what)
	out = cborPutInt(cborPutText(out, "time"), wall)
	putID("trace_id", f.traceID)
	putID("span_id", f.spanID)
	putID("parent_id", f.parentID)
	put("kind", f.kind)
	put("status", f.status)
	if f.duration != nil {
		out = cborPutBig(cborPutText(out, "duration_nanos"), f.duration)
	}
	if body = r.settings.kept(body); len(body) > 0 {
		limits := r.settings.Limits
		out = append(cborPutText(out, "body"), cborMap<<5|indefinite)
		e := encoder{out: out, depth: limits.Depth, nodes: limits.Nodes, bytes: limits.RecordBytes}
		for _, member := range body {
			e.out = cborPutText(e.out, member.Key.(string))
			if own, ok := member.Value.(own); ok {
				e.out = own.put(e.out)
			} else {
				e.value(member.Value)
			}
		}
		out = append(e.out, cborBreak)
	}
	return r.journal.Record(append(out, cborBreak))
}

// kept are the members of a body that are not switched off.
func (s Settings) kept(body Map) Map {
	if len(s.LeftOut) == 0 {
		return body
	}
	var kept Map
	for _, member := range body {
		if name, _ := member.Key.(string); !s.LeftOut[name] {
			kept = append(kept, member)
		}
	}
	return kept
}

// Start begins a span. A nil parent makes a root.
func (r *Recorder) Start(parent *Parent, kind string, body Map) (*Span, error) {
	span := &Span{}
	parentID := ""
	recorded := true
	switch remote, ok := parseTraceParent(parent); {
	case parent != nil && parent.Span != nil:
		span.traceID, parentID, recorded = parent.Span.traceID, parent.Span.id, parent.Span.recorded
		if span.traceID == "" {
			span.traceID, recorded = r.newTrace(kind, body)
		}
	case ok:
		span.traceID, parentID = remote.traceID, remote.spanID
		recorded = r.settings.Sampling == nil || remote.flags&1 == 1
		body = addState(body, parent.TraceState)
	default:
		span.traceID, recorded = r.newTrace(kind, body)
	}
	// What is not recorded takes its ids all the same: they can be handed on.
	span.id = r.settings.SpanID()
	if r.closed || !recorded {
		return span, nil
	}
	span.recorded = true
	span.wall, span.monotonic = r.settings.Now()
	if kind == "" {
		kind = "step"
	}
	f := fixed{kind: named(kindAliases, kind), traceID: span.traceID, spanID: span.id, parentID: parentID}
	return span, r.write("span.start", span.wall, f, uncounted(body))
}

// newTrace is the trace of what has no parent (TW-ID-002), and whether it is recorded.
func (r *Recorder) newTrace(kind string, body Map) (string, bool) {
	id, given := traceOf(body)
	if !given {
		id = r.settings.TraceID()
	}
	return id, r.settings.Sampling.keeps(id, named(kindAliases, kind))
}

// traceOf is the trace id that a body's `correlation_id` stands for.
func traceOf(body Map) (string, bool) {
	for _, member := range body {
		if text, ok := member.Value.(string); ok && text != "" && member.Key == "correlation_id" {
			sum := sha256.Sum256([]byte("tracewire:correlation:" + cleanUTF8([]byte(text))))
			return hex.EncodeToString(sum[:16]), true
		}
	}
	return "", false
}

// uncounted is the body of a start or point whose `correlation_id` and `trace_state` count nothing.
func uncounted(body Map) Map {
	for _, member := range body {
		if text, ok := member.Value.(string); ok && (member.Key == "correlation_id" || member.Key == "trace_state") {
			body = body.with(member.Key.(string), own{cleanUTF8([]byte(text))})
		}
	}
	return body
}

// remote is a W3C trace context.
type remote struct {
	traceID, spanID string
	flags           uint64
}

func parseTraceParent(p *Parent) (remote, bool) {
	if p == nil || p.Span != nil {
		return remote{}, false
	}
	parts := strings.Split(p.TraceParent, "-")
	if len(parts) < 4 || len(parts[0]) != 2 || len(parts[1]) != 32 || len(parts[2]) != 16 || len(parts[3]) != 2 {
		return remote{}, false
	}
	for _, part := range parts[:4] {
		if !isHex(part) {
			return remote{}, false
		}
	}
	zeros := strings.Trim(parts[1], "0") == "" || strings.Trim(parts[2], "0") == ""
	if zeros || parts[0] == "ff" || parts[0] == "00" && len(parts) > 4 {
		return remote{}, false
	}
	flags, _ := strconv.ParseUint(parts[3], 16, 8)
	return remote{parts[1], parts[2], flags}, true
}

// addState puts the `tracestate` that came with the context into a body, where it is not empty.
func addState(body Map, state string) Map {
	if state == "" {
		return body
	}
	return body.with("trace_state", state)
}

// with is a body with one more member, in the place that it has among canonical ones.
func (body Map) with(name string, value any) Map {
	out := Map{}
	for _, member := range body {
		key, _ := member.Key.(string)
		if name != "" && !lessUTF16(key, name) {
			out, name = append(out, Pair{name, value}), ""
			if key == out[len(out)-1].Key {
				continue
			}
		}
		out = append(out, member)
	}
	if name != "" {
		out = append(out, Pair{name, value})
	}
	return out
}

func difference(a, b int64) *big.Int { return new(big.Int).Sub(big.NewInt(a), big.NewInt(b)) }

// live says whether anything may be said of a span. Also of one that has ended: what is late is recorded too.
func (r *Recorder) live(s *Span) bool {
	return !r.closed && s != nil && s.recorded
}

// Update says something of a span before its end.
func (r *Recorder) Update(s *Span, body Map) error {
	return r.inside(s, "span.update", body)
}

// Happen says what happened inside a span.
func (r *Recorder) Happen(s *Span, body Map) error {
	return r.inside(s, "span.event", body)
}

func (r *Recorder) inside(s *Span, what string, body Map) error {
	if !r.live(s) {
		return nil
	}
	wall, _ := r.settings.Now()
	return r.write(what, wall, fixed{traceID: s.traceID, spanID: s.id}, body)
}

// End ends a span.
func (r *Recorder) End(s *Span, status string, body Map) error {
	if !r.live(s) || s.ended {
		return nil
	}
	s.ended = true
	wall, monotonic := r.settings.Now()
	// Readings of 64 bits may be further apart than 64 bits can say.
	duration := difference(monotonic, s.monotonic)
	if duration.Sign() < 0 {
		duration.SetInt64(0)
	}
	skew := difference(wall, s.wall)
	if skew.Sub(skew, duration); new(big.Int).Abs(skew).Cmp(big.NewInt(1e9)) > 0 {
		body = body.with("clock_skew_nanos", own{skew})
	}
	if status == "" {
		status = "unset"
	}
	f := fixed{traceID: s.traceID, spanID: s.id, status: named(statusAliases, status), duration: duration}
	return r.write("span.end", wall, f, body)
}

// Point records an `event`, `log`, `metric` or `feedback`. An event has a place of its own, which is handed back.
func (r *Recorder) Point(what string, parent *Span, kind string, body Map) (*Span, error) {
	place := &Span{recorded: true}
	f := fixed{}
	if parent != nil {
		place.traceID, place.recorded = parent.traceID, parent.recorded
		f.spanID = parent.id
	} else if what == "event" {
		place.traceID, place.recorded = r.newTrace(kind, body)
	} else if id, ok := traceOf(body); ok {
		// What belongs to no span is of no trace, unless its user said so (TW-EVT-009).
		place.traceID = id
		place.recorded = r.settings.Sampling.keeps(id, "")
	}
	f.traceID = place.traceID
	if what == "event" {
		place.id = r.settings.SpanID()
		f.parentID, f.spanID, f.kind = f.spanID, place.id, named(kindAliases, kind)
		body = today(body)
	} else if parent != nil {
		place.id = parent.id
	}
	if r.closed || !place.recorded {
		place.recorded = false
		return place, nil
	}
	wall, _ := r.settings.Now()
	return place, r.write(what, wall, f, uncounted(body))
}

// today puts an event's name in the place of a short one, with the attributes that it stands for.
func today(body Map) Map {
	out := append(Map{}, body...)
	for i, member := range out {
		name, _ := member.Value.(string)
		short, ok := shortNames[name]
		if member.Key != "name" || !ok {
			continue
		}
		out[i].Value = short.event
		if len(short.sets) > 0 {
			out = setAttributes(out, short.sets)
		}
		break
	}
	return out
}

func setAttributes(body Map, sets map[string]any) Map {
	for i, member := range body {
		if member.Key != "attributes" {
			continue
		}
		attributes := Map{}
		switch given := member.Value.(type) {
		case Map:
			for _, pair := range given {
				key, _ := pair.Key.(string)
				if _, set := sets[key]; !set {
					attributes = append(attributes, pair)
				}
			}
		case map[string]any:
			return setAttributes(append(append(Map{}, body[:i]...), append(Map{{"attributes", sortedPairs(given)}}, body[i+1:]...)...), sets)
		}
		body[i].Value = append(attributes, sortedPairs(sets)...)
		return body
	}
	return append(body, Pair{"attributes", sets})
}

// Flush writes a mark: what was recorded can be sealed.
func (r *Recorder) Flush() error {
	if r.closed {
		return nil
	}
	return r.journal.Mark()
}

// Close ends the journal. What is recorded after it is lost.
func (r *Recorder) Close() error {
	if r.closed {
		return nil
	}
	r.closed = true
	return r.journal.Close("exited")
}
