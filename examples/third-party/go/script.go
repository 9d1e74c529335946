package tracewire

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// Scripts and typed values are how the conformance protocol says what a program does.

// What a case can ask for is bounded.
const (
	maxNest     = 100_000
	maxDecimals = 1_000_000
)

// HostValue is the host value that the protocol's notation stands for.
func HostValue(v any) (any, error) {
	switch v := v.(type) {
	case nil, bool, string, int64, float64:
		return v, nil
	case []any:
		return hostList(v)
	case map[string]any:
		if len(v) == 1 {
			for kind, argument := range v {
				return typedValue(kind, argument)
			}
		}
	}
	return nil, errors.New("not in the notation of values")
}

func hostList(list []any) ([]any, error) {
	out := make([]any, len(list))
	for i, v := range list {
		var err error
		if out[i], err = HostValue(v); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func typedValue(kind string, argument any) (any, error) {
	switch kind {
	case "cycle":
		if argument == "map" {
			m := Map{{Key: "k"}}
			m[0].Value = m
			return m, nil
		}
		list := make([]any, 1)
		list[0] = list
		return list, nil
	}
	switch argument := argument.(type) {
	case string:
		return typedText(kind, argument)
	case []any:
		return typedList(kind, argument)
	}
	return nil, fmt.Errorf("not in the notation of values: %s", kind)
}

func typedText(kind, text string) (any, error) {
	bits := func(size int) (uint64, error) { return strconv.ParseUint(text, 16, size) }
	switch kind {
	case "int":
		if len(text) > maxDecimals {
			break
		}
		if i, ok := new(big.Int).SetString(text, 10); ok {
			return i, nil
		}
	case "double":
		b, err := bits(64)
		return math.Float64frombits(b), err
	case "float":
		b, err := bits(32)
		return math.Float32frombits(uint32(b)), err
	case "utf16":
		b, err := hex.DecodeString(text)
		if err != nil || len(b)%2 != 0 {
			break
		}
		units := make([]uint16, len(b)/2)
		for i := range units {
			units[i] = uint16(b[2*i])<<8 | uint16(b[2*i+1])
		}
		return cleanUTF16(units), nil
	case "utf8":
		b, err := hex.DecodeString(text)
		return string(b), err
	case "bytes":
		return base64.StdEncoding.DecodeString(text)
	case "moment":
		return Moment(text), nil
	case "local":
		return Local(text), nil
	case "date":
		return Date(text), nil
	case "time":
		return Clock(text), nil
	case "decimal":
		return Decimal(text), nil
	case "foreign":
		return Foreign(text), nil
	}
	return nil, fmt.Errorf("not in the notation of values: %s", kind)
}

func typedList(kind string, argument []any) (any, error) {
	bad := fmt.Errorf("not in the notation of values: %s", kind)
	switch kind {
	case "set":
		list, err := hostList(argument)
		return Set(list), err
	case "map":
		m := make(Map, len(argument))
		for i, pair := range argument {
			both, ok := pair.([]any)
			if !ok || len(both) != 2 {
				return nil, bad
			}
			values, err := hostList(both)
			if err != nil {
				return nil, err
			}
			m[i] = Pair{values[0], values[1]}
		}
		return m, nil
	case "nest":
		if len(argument) != 3 {
			return nil, bad
		}
		times, ok := argument[1].(int64)
		if !ok || times > maxNest {
			return nil, bad
		}
		v, err := HostValue(argument[2])
		for range times {
			if argument[0] == "map" {
				v = Map{{"k", v}}
			} else {
				v = []any{v}
			}
		}
		return v, err
	}
	return nil, bad
}

// ScriptSettings are a recorder's settings as a case gives them.
func ScriptSettings(m map[string]any) (Settings, error) {
	s := Settings{Process: "0000000000000001", Limits: DefaultLimits, Seed: 1}
	if process, ok := m["process"].(string); ok {
		s.Process = process
	}
	s.Resource = map[string]any{"service.name": "conformance"}
	if pairs, ok := m["resource"].([]any); ok {
		resource, err := typedList("map", pairs)
		if err != nil {
			return s, err
		}
		e := encoder{depth: s.Limits.Depth, nodes: s.Limits.Nodes, bytes: s.Limits.RecordBytes}
		e.value(resource)
		v, err := (&cborReader{in: e.out}).value(0, false)
		if err != nil {
			return s, err
		}
		s.Resource, _ = rules(nil).value(v).(map[string]any)
	}
	limits, _ := m["limits"].(map[string]any)
	for name, v := range limits {
		if n, ok := integer(v); !ok || !s.Limits.Set(name, int(n)) {
			return s, errors.New("no such limit: " + name)
		}
	}
	for _, key := range list(m["redact"]) {
		text, ok := key.(string)
		if !ok {
			return s, errors.New("a rule is a text")
		}
		s.Redact = append(s.Redact, text)
	}
	if text, ok := m["redact_key"].(string); ok {
		s.RedactKey = &text
	}
	var ok bool
	if s.LeftOut, ok = scriptCapture(m["capture"]); !ok {
		return s, errors.New("capture is no switch")
	}
	s.Media = m["media"] == true
	if given, ok := m["sampling"]; ok {
		rates, ok := scriptRates(given)
		if !ok {
			return s, errors.New("sampling is no rate")
		}
		s.Sampling = rates
	}
	var trace, span bool
	s.TraceID, trace = scriptIDs(list(m["trace_ids"]), 32)
	s.SpanID, span = scriptIDs(list(m["span_ids"]), 16)
	if !trace || !span {
		return s, errors.New("an id is not one")
	}
	clock, _ := m["clock"].(map[string]any)
	s.Now = scriptClock(clock)
	return s, nil
}

func list(v any) []any {
	l, _ := v.([]any)
	return l
}

// integer takes what may be large as decimal text too.
func integer(v any) (int64, bool) {
	switch v := v.(type) {
	case int64:
		return v, true
	case string:
		n, err := strconv.ParseInt(v, 10, 64)
		return n, err == nil
	}
	return 0, false
}

// scriptIDs hands out ids in order, and counts behind them. It says false where one is no id.
func scriptIDs(ids []any, digits int) (func() string, bool) {
	for _, id := range ids {
		if text, ok := id.(string); !ok || len(text) != digits || !isHex(text) {
			return nil, false
		}
	}
	next, counted := 0, 0
	return func() string {
		if next < len(ids) {
			next++
			return ids[next-1].(string)
		}
		counted++
		return fmt.Sprintf("%0*x", digits, counted)
	}, true
}

func scriptClock(m map[string]any) func() (wall, monotonic int64) {
	wall, monotonic, step := int64(1767225600000000000), int64(0), int64(1000000)
	for key, to := range map[string]*int64{"wall_nanos": &wall, "monotonic_nanos": &monotonic, "step_nanos": &step} {
		if n, ok := integer(m[key]); ok {
			*to = n
		}
	}
	moments := list(m["moments"])
	return func() (int64, int64) {
		if len(moments) > 0 {
			both := list(moments[0])
			moments = moments[1:]
			if len(both) == 2 {
				w, _ := integer(both[0])
				m, _ := integer(both[1])
				return w, m
			}
		}
		w, m := wall, monotonic
		wall, monotonic = wall+step, monotonic+step
		return w, m
	}
}

// RunScript is the journal of a program that does what a script says, and the envelopes that it becomes. A program that
// records nothing has none: an emitter begins no file before it has something to write.
// Both are given as JSON.
func RunScript(settings, script []byte) (file []byte, envelopes []map[string]any, err error) {
	var given, steps any
	if len(settings) > 0 {
		if given, err = ReadJSON(settings); err != nil {
			return nil, nil, err
		}
	}
	if steps, err = ReadJSON(script); err != nil {
		return nil, nil, err
	}
	members, _ := given.(map[string]any)
	s, err := ScriptSettings(members)
	if err != nil {
		return nil, nil, err
	}
	var out bytes.Buffer
	r, err := NewRecorder(&out, s)
	if err != nil {
		return nil, nil, err
	}
	places := map[string]*Span{}
	for _, v := range list(steps) {
		step, _ := v.(map[string]any)
		if err := runStep(r, step, places); err != nil {
			return nil, nil, err
		}
	}
	if err := r.Close(); err != nil {
		return nil, nil, err
	}
	sealed, err := Seal(out.Bytes())
	if err != nil {
		return nil, nil, err
	}
	if first := sealed.Envelopes[0]["events"].([]any); len(first) == 0 {
		return out.Bytes(), nil, nil
	}
	return out.Bytes(), sealed.Envelopes, nil
}

func runStep(r *Recorder, step map[string]any, places map[string]*Span) error {
	text := func(key string) string {
		s, _ := step[key].(string)
		return s
	}
	body, err := scriptBody(step["body"])
	if err != nil {
		return err
	}
	var place *Span
	switch do := text("do"); do {
	case "start":
		place, err = r.Start(scriptParent(step["parent"], places), text("kind"), body)
	case "point":
		place, err = r.Point(text("type"), places[text("parent")], text("kind"), body)
	case "update":
		return r.Update(places[text("span")], body)
	case "happen":
		return r.Happen(places[text("span")], body)
	case "end":
		return r.End(places[text("span")], text("status"), body)
	case "flush":
		return r.Flush()
	case "close":
		return r.Close()
	default:
		return errors.New("no such step: " + do)
	}
	if as := text("as"); as != "" {
		places[as] = place
	}
	return err
}

func scriptParent(v any, places map[string]*Span) *Parent {
	switch v := v.(type) {
	case string:
		return &Parent{Span: places[v]}
	case map[string]any:
		p := &Parent{}
		p.TraceParent, _ = v["traceparent"].(string)
		p.TraceState, _ = v["tracestate"].(string)
		return p
	}
	return nil
}

// scriptBody keeps the members in the order of their names: JSON has none.
func scriptBody(v any) (Map, error) {
	m, _ := v.(map[string]any)
	var body Map
	for _, key := range sortedKeys(m) {
		value, err := HostValue(m[key])
		if err != nil {
			return nil, err
		}
		body = append(body, Pair{key, value})
	}
	return body, nil
}

// scriptCapture are the members of bodies that a case switches off.
func scriptCapture(given any) (map[string]bool, bool) {
	switch given := given.(type) {
	case nil:
		return nil, true
	case bool:
		off := !given
		return map[string]bool{"input": off, "output": off, "chunks": off, "data": off}, true
	case string:
		off := given == "input"
		return map[string]bool{"input": !off, "output": off, "chunks": off, "data": off}, off || given == "output"
	case map[string]any:
		off := map[string]bool{}
		for name, value := range given {
			on, ok := value.(bool)
			if !ok || !strings.Contains(" input output chunks data attributes message ", " "+name+" ") {
				return nil, false
			}
			off[name] = !on
		}
		return off, true
	}
	return nil, false
}

// scriptRates are rates of sampling: one number, or a map of `rate` and `kinds`.
func scriptRates(given any) (*Rates, bool) {
	if rate, ok := scriptRate(given); ok {
		return &Rates{Rate: rate}, true
	}
	m, ok := given.(map[string]any)
	if !ok {
		return nil, false
	}
	rates := &Rates{Rate: 1, Kinds: map[string]float64{}}
	if general, given := m["rate"]; given {
		if rates.Rate, ok = scriptRate(general); !ok {
			return nil, false
		}
	}
	kinds, _ := m["kinds"].(map[string]any)
	for kind, given := range kinds {
		if rates.Kinds[kind], ok = scriptRate(given); !ok {
			return nil, false
		}
	}
	return rates, true
}

func scriptRate(given any) (float64, bool) {
	switch rate := given.(type) {
	case int64:
		return float64(rate), true
	case float64:
		return rate, true
	case map[string]any:
		if v, err := HostValue(rate); err == nil {
			f, ok := v.(float64)
			return f, ok
		}
	}
	return 0, false
}
