package tracewire

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

// One test for each sentence that two readers had taken differently: literal in, literal out.

// events are the events of a script, without the envelope around them.
func events(t *testing.T, settings, script string) string {
	t.Helper()
	_, rest, _ := strings.Cut(strings.Join(envelopes(t, record(t, settings, script)), "\n"), `"events":`)
	list, _, _ := strings.Cut(rest, `,"first_seq":`)
	return list
}

func check(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %s, not %s", what, got, want)
	}
}

// code is the code and place of an error.
func code(err error) string {
	var coded *Error
	if !errors.As(err, &coded) {
		return ""
	}
	return coded.Code + " " + Int64(coded.Offset)
}

// TW-JSON-002: the place is where a literal, number or escape begins, and one that is not complete has its own code.
func TestPlacesInJSON(t *testing.T) {
	for in, want := range map[string]string{
		`[01]`: "json_number 1", `[1,-]`: "json_number 3", `1e`: "json_number 0", `1.`: "json_number 0", `-`: "json_number 0", `[1.5x]`: "json_syntax 4", `["a\x"]`: "json_escape 3",
		`"\`: "json_escape 1", `"\u12`: "json_escape 1", `"\ud83d`: "json_surrogate 1", `"a`: "json_end 2", `[1,`: "json_end 3", `{"a"`: "json_end 4", `nul`: "json_syntax 0", `[tru]`: "json_syntax 1",
		` `: "json_end 1", `{"a":1,"a":2}`: "json_duplicate_key 7", `1 2`: "json_trailing 2", `[1e999]`: "number_range 1",
	} {
		_, err := ReadJSON([]byte(in))
		check(t, in, code(err), want)
	}
}

// TW-ID-002: a correlation id that is empty gives no trace id.
func TestEmptyCorrelation(t *testing.T) {
	check(t, "a log and a span", events(t, `{"trace_ids":["0af7651916cd43dd8448eb211c80319c"]}`, `[
		{"do":"point","type":"log","body":{"correlation_id":""}},
		{"do":"start","as":"a","kind":"agent","body":{"correlation_id":""}}]`),
		`[{"body":{"correlation_id":""},"seq":1,"time":"2026-01-01T00:00:00.000000000Z","type":"log"},`+
			`{"body":{"correlation_id":""},"kind":"agent","seq":2,"span_id":"0000000000000001","time":"2026-01-01T00:00:00.001000000Z",`+
			`"trace_id":"0af7651916cd43dd8448eb211c80319c","type":"span.start"}]`)
}

// TW-TIME-001: an event's time has 64 bits of nanoseconds; a value may be of any year of four digits.
func TestTimesOf64Bits(t *testing.T) {
	check(t, "the ends", events(t, `{"clock":{"moments":[["-9223372036854775808","0"],["9223372036854775807","0"]]}}`, `[{"do":"point","type":"log"},{"do":"point","type":"log"}]`),
		`[{"seq":1,"time":"1677-09-21T00:12:43.145224192Z","type":"log"},{"seq":2,"time":"2262-04-11T23:47:16.854775807Z","type":"log"}]`)
	check(t, "years", input(t, `{}`, `[{"moment":"0000-01-01T00:00:00Z"},{"moment":"9999-12-31T23:59:59.999999999Z"}]`), `[{"$time":"0000-01-01T00:00:00.000000000Z"},{"$time":"9999-12-31T23:59:59.999999999Z"}]`)
	if got := sealOne(t, "\xa2\x64type\x63log\x64time\x1b\x80\x00\x00\x00\x00\x00\x00\x00"); !strings.Contains(got, `"reason":"invalid"`) {
		t.Errorf("a record of no time: %s", got)
	}
	const event = `{"seq":1,"time":"2262-04-11T23:47:16.854775808Z","type":"log"}`
	b, err := Convert("json", "proto", []byte(event), Options{})
	if err != nil || b[4]&7 != 2 || b[4]>>3 != 3 {
		t.Errorf("an event of no time is %x %v", b, err)
	}
}

// TW-TIME-002: readings of 64 bits that are further apart than 64 bits can say.
func TestLongDuration(t *testing.T) {
	got := events(t, `{"clock":{"moments":[["0","-9223372036854775808"],["0","9223372036854775807"],["0","0"]]}}`, `[{"do":"start","as":"a","kind":"agent"},{"do":"end","span":"a","status":"ok"}]`)
	_, end, _ := strings.Cut(got, `},`)
	check(t, "an end", end, `{"body":{"clock_skew_nanos":{"$int":"-18446744073709551615"}},"duration_nanos":{"$int":"18446744073709551615"},"seq":2,"span_id":"0000000000000001",`+
		`"status":"ok","time":"1970-01-01T00:00:00.000000000Z","trace_id":"00000000000000000000000000000001","type":"span.end"}]`)
}

// TW-EVT-004: what W3C does not allow is no parent, and the state beside it is ignored.
func TestBadTraceParent(t *testing.T) {
	for _, parent := range []string{"", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331", "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"} {
		check(t, parent, events(t, `{}`, `[{"do":"start","kind":"agent","parent":{"traceparent":"`+parent+`","tracestate":"x=y"}}]`),
			`[{"kind":"agent","seq":1,"span_id":"0000000000000001","time":"2026-01-01T00:00:00.000000000Z","trace_id":"00000000000000000000000000000001","type":"span.start"}]`)
	}
}

// TW-POL-001: keys are compared without a number from 2 at their end, and what a key is made of is left alone.
func TestNumberedKeys(t *testing.T) {
	check(t, "keys", input(t, `{"redact":["password"]}`, `{"map":[["password#2",1],["Password#10",1],["password#1",1],["password#",1],["password#x",1],[["password"],1],[{"map":[["password",2]]},1]]}`),
		`{"Password#10":{"$redacted":"key"},"[\"password\"]":1,"password#":1,"password#1":1,"password#2":{"$redacted":"key"},"password#x":1,"{\"password\":2}":1}`)
	check(t, "a listed number", input(t, `{"redact":["password#2"]}`, `{"map":[["password#2",1],["password",1],["password#3",1],["password#2#2",1]]}`),
		`{"password":1,"password#2":{"$redacted":"key"},"password#2#2":{"$redacted":"key"},"password#3":1}`)
	check(t, "with a dollar", input(t, `{"redact":["$key"]}`, `{"map":[["$key",1],["$key#2",1],["key",1]]}`), `{"$$key":{"$redacted":"key"},"$$key#2":{"$redacted":"key"},"key":1}`)
}

// TW-POL-005: a rate of 1 is none, so flags of a parent decide nothing.
func TestRateOfOne(t *testing.T) {
	const script = `[{"do":"start","kind":"agent","parent":{"traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"}}]`
	for _, rate := range []string{`1`, `1.0`, `{"double":"3ff0000000000000"}`} {
		if got := events(t, `{"sampling":`+rate+`}`, script); !strings.Contains(got, `"parent_id":"b7ad6b7169203331"`) {
			t.Errorf("%s: %s", rate, got)
		}
	}
}

// TW-LIM-004: keys are not cut, and what they are made of counts and nests.
func TestLimitsOfKeys(t *testing.T) {
	for _, c := range []struct{ limits, notation, want string }{
		{`"text_bytes":2`, `{"map":[["abc",1],[["abcd"],2]]}`, `{"[\"abcd\"]":2,"abc":1}`},
		{`"text_bytes":1`, `{"map":[[{"bytes":"AAEC"},1]]}`, `{"{\"$bytes\":\"AAEC\"}":1}`},
		{`"nodes":5`, `{"map":[[[1,2],"x"],["b",2]]}`, `{"$cut":{"[1,2]":"x"},"missing_items":1}`},
		{`"nodes":4`, `{"map":[[[1,2],"x"],["b",2]]}`, `{"$cut":{"[1,2]":{"$cut":null}},"missing_items":1}`},
		{`"depth":2`, `{"map":[[[[1]],"x"]]}`, `{"[{\"$cut\":null,\"missing_depth\":1}]":"x"}`},
	} {
		check(t, c.limits+" "+c.notation, input(t, `{"limits":{`+c.limits+`}}`, c.notation), c.want)
	}
}

// The protocol: a step that makes no record reads no clock but takes its ids, and a trace id where it stands in none.
func TestUnsampledSteps(t *testing.T) {
	check(t, "the last", events(t, `{"sampling":0.5,"trace_ids":["00000000000000000000000000000001","00000000000000000000000000000002","000000000000000000ffffffffffffff"]}`, `[
		{"do":"start","as":"a","kind":"agent"},{"do":"start","parent":"a","kind":"tool"},{"do":"point","type":"event","parent":"a"},{"do":"point","type":"event"},
		{"do":"end","span":"a","status":"ok"},{"do":"start","kind":"agent"}]`),
		`[{"kind":"agent","seq":1,"span_id":"0000000000000005","time":"2026-01-01T00:00:00.000000000Z","trace_id":"000000000000000000ffffffffffffff","type":"span.start"}]`)
}

// TW-JNL-013: what is refused of marks of cuts, and how deep values go.
func TestMarksOfCuts(t *testing.T) {
	const log = "\xa3\x64type\x63log\x64time\x00\x64body\xa1\x61a"
	for body, want := range map[string]string{
		"\xd9\x74\x58\x82\x41b\x01": `{"$cut":{"$bytes":"Yg=="},"missing_bytes":1}`, "\xd9\x74\x58\x9f\x61b\x01\xff": `{"$cut":"b","missing_bytes":1}`, "\xd9\x74\x58\xf7": `{"$cut":null}`,
		"\x81\xd9\x74\x58\x1b\xff" + "\xff\xff\xff\xff\xff\xff\xff": `{"$cut":[],"missing_items":{"$int":"18446744073709551615"}}`,
		strings.Repeat("\x81", 159) + "\x01":                        strings.Repeat("[", 159) + "1" + strings.Repeat("]", 159),
		"\xd9\x74\x58\x82\x61b\x00":                                 "", "\xd9\x74\x58\x82\x61b\x20": "", "\xd9\x74\x58\x82\x61b\xf9\x3c\x00": "", "\x81\xd9\x74\x58\x00": "", "\xa1\xf7\x00": "", "\xa1\xf7\xf6": "",
		"\xd9\x74\x58\x82\x05\x01": "", "\xd9\x74\x58\x83\x61b\x01\x01": "", "\xd9\x74\x58\x81\x61b": "", "\xd9\x74\x58\xf4": "", "\xd9\x74\x58\xa0": "", "\xd9\x74\x58\x61b": "", "\xd9\x74\x58\x05": "",
		"\xd9\x74\x58\x82\xd9\x74\x57\xa1\x66$bytes\x60\x01": "", "\xc0\x05": "", "\xc0\x81\x60": "", strings.Repeat("\x81", 160) + "\x01": "",
	} {
		want := `"events":[{"body":{"a":` + want + `},"seq":1,`
		if strings.Contains(want, `"a":}`) {
			want = `"reason":"invalid"`
		}
		if got := sealOne(t, log+body); !strings.Contains(got, want) {
			t.Errorf("%x: no %s in %s", body, want, got)
		}
	}
}

// TW-PB-002: a form single has one item, and a body has the message of its event's type.
func TestProtoRefuses(t *testing.T) {
	const log = "\x08\x01\x12\x03log\x1a\x00"
	item := func(event string) string {
		inner := string(putChunk(nil, 2, event))
		return "\x08\x02" + string(putChunk(nil, 2, inner))
	}
	for in, want := range map[string]string{
		"\x08\x01": "proto_missing", "\x08\x01\x12\x02\x1a\x00\x12\x02\x1a\x00": "proto_missing", item(log + "\x5a\x00"): "body_shape", item(log + "\xa2\x01\x00"): "",
		item(log + "\x82\x01\x00"): "", item("\x08\x01\x12\x03new\x1a\x00\x82\x01\x00"): "body_shape",
		item("\x08\x01\x12\x03log\x1a\x0a\x08\xff\xff\xff\xff\xff\xff\xff\xff\x7f"): "time",
	} {
		_, err := Convert("proto", "json", []byte(in), Options{})
		got, _, _ := strings.Cut(code(err), " ")
		check(t, in, got, want)
	}
}

// TW-VFY-003: fork, overlap, and the envelope before.
func TestForksAndOverlaps(t *testing.T) {
	e := sealedMany(t)
	one := envelopes(t, record(t, `{"limits":{"envelope_events":1}}`, `[{"do":"point","type":"log"},{"do":"point","type":"log"},{"do":"point","type":"log"}]`))
	// The envelope says that another one stands before it.
	renamed := func(envelope, before string) string {
		_, digest, _ := strings.Cut(before, `"digest":"`)
		head, rest, _ := strings.Cut(envelope, `"prev":"`)
		return head + `"prev":"` + digest[:71] + rest[71:]
	}
	other := envelopes(t, record(t, `{"limits":{"envelope_events":1}}`, manyScript))
	for _, c := range []struct {
		files []string
		want  string
	}{
		{[]string{e[0], e[1], forged(e[1])}, "digest fork"},
		{[]string{e[0], e[1], strings.Replace(e[1], `"seal":1`, `"seal":2`, 1), e[2]}, "digest"},
		{[]string{e[0], e[1], other[2], other[3]}, "sequence"},
		{[]string{e[0], e[2]}, ""},
		{[]string{one[0], one[1], renamed(one[2], one[0])}, "chain digest"},
		{[]string{renamed(one[2], one[0]), one[1], one[0]}, "chain digest"},
	} {
		var files [][]byte
		for _, file := range c.files {
			files = append(files, []byte(file))
		}
		r, err := Verify(files)
		if err != nil {
			t.Fatal(err)
		}
		check(t, strings.Join(c.files, "\n"), strings.Join(r.Findings, " "), c.want)
	}
}

// TW-CSV-001, TW-TOON-001 and 002: members in canonical order, and U+FEFF.
func TestOrderAndMark(t *testing.T) {
	const in = `[{"b":1,"a":{"d":1,"c":2}},{"0":null}]`
	for to, want := range map[string]string{
		"csv":  "a,b,0\r\n\"{\"\"c\"\":2,\"\"d\"\":1}\",1,\r\n,,null\r\n",
		"toon": "[2]:\n  - a:\n      c: 2\n      d: 1\n    b: 1\n  - \"0\": null",
	} {
		b, err := Convert("json", to, []byte(in), Options{Delimiter: "comma"})
		check(t, to, string(b)+code(err), want)
	}
	b, err := Convert("json", "toon", []byte(`"\ufeffx"`), Options{})
	check(t, "a mark", string(b)+code(err), "\"\uFEFFx\"")
	b, err = Convert("toon", "json", []byte("\uFEFFa: 1"), Options{})
	check(t, "a mark before", string(b)+code(err), `{"a":1}`)
}

// TW-JNL-019: where a close goes, and which files get none.
func TestRecover(t *testing.T) {
	file := record(t, `{}`, `[{"do":"point","type":"log"}]`)
	s, err := scan(file)
	if err != nil {
		t.Fatal(err)
	}
	open := file[:s.frames[1].offset]
	closing := func(at int) []byte {
		return appendFrame(nil, at, frameClose, []byte("\xa1\x66reason\x69recovered"), s.seed)
	}
	for tail, gap := range map[string]int{"": 0, "\x00\x00\x00": 0, string(make([]byte, 64)): 0, "\x01": 8, "\x00\x00\x00\x00\x00\x00\x00\x01": 8, "\x01" + string(make([]byte, 64)): 8, "123456789": 16} {
		got := Recover(append(bytes.Clone(open), tail...))
		at := len(open) + gap
		want := append(append(bytes.Clone(open), strings.TrimRight(tail, "\x00")...), make([]byte, gap)...)[:at]
		if !bytes.Equal(got, append(want, closing(at)...)) {
			t.Errorf("behind %x: %x", tail, got[len(open):])
		}
	}
	newer := bytes.Replace(file, []byte("\x66format\x01"), []byte("\x66format\x02"), 1)
	for what, stays := range map[string][]byte{"closed": file, "foreign": []byte("a text"), "no header": file[:40], "newer": newer, "empty": nil} {
		if got := Recover(stays); !bytes.Equal(got, stays) {
			t.Errorf("%s: %x", what, got)
		}
	}
}

// TW-JNL-012, TW-JNL-013: names of records, and what stands under tags.
func TestRecords(t *testing.T) {
	const log = "\x64type\x63log\x64time\x00"
	for record, want := range map[string]string{
		"\xa3" + log + "\x62$x\xa1\x62$y\x01":              `{"$x":{"$$y":1},"seq":1,"time":"1970-01-01T00:00:00.000000000Z","type":"log"}`,
		"\xa3" + log + "\x64body\xa1\x62$y\x01":            `{"body":{"$$y":1},"seq":1,`,
		"\xa3" + log + "\x64type\x63log":                   `"reason":"invalid"`,
		"\xa2\x64type\x63log\x64time\xc2\x41\x05":          `"reason":"invalid"`,
		"\xa3" + log + "\x6eduration_nanos\xc2\x41\x05":    `"reason":"invalid"`,
		"\xa3" + log + "\x64body\xd9\x74\x57\xa1\x61a\x01": `"reason":"invalid"`,
		"\xa3" + log + "\x61x\xd9\x74\x57\x01":             `"reason":"invalid"`,
		"\xa3" + log + "\x61x\xd9\x01\x02\xa0":             `"reason":"invalid"`,
		"\xa3" + log + "\x61x\xc2\x01":                     `"reason":"invalid"`,
		"\xa3" + log + "\x61x\x81\xd9\x74\x58\xc2\x41\x05": `"reason":"invalid"`,
		"\xa3" + log + "\x61x\xd9\x01\x02\x82\x02\x01":     `"x":[1,2]`,
	} {
		if got := sealOne(t, record); !strings.Contains(got, want) {
			t.Errorf("%x: no %s in %s", record, want, got)
		}
	}
}

// TW-JNL-007, TW-VER-002, TW-ID-004: what is skipped, what is not sealed, and whose header cannot be read.
func TestUnknownKinds(t *testing.T) {
	file := record(t, `{}`, `[{"do":"point","type":"log"}]`)
	s, err := scan(file)
	if err != nil {
		t.Fatal(err)
	}
	unknown := appendFrame(bytes.Clone(file[:s.frames[1].offset]), s.frames[1].offset, 0, []byte{cborNull}, s.seed)
	if sealed, err := Seal(unknown); err != nil || sealed.Pending != 1 || len(sealed.Envelopes) != 0 {
		t.Errorf("%+v %v", sealed, err)
	}
	changed := func(change func(*Header)) (*Sealed, error) {
		var out bytes.Buffer
		header := *s.header
		change(&header)
		j, err := NewJournal(&out, 1, &header)
		if err != nil {
			t.Fatal(err)
		}
		if err := j.Record(s.frames[0].payload); err != nil {
			t.Fatal(err)
		}
		return Seal(out.Bytes())
	}
	for _, change := range []func(*Header){func(h *Header) { h.Seal = 2 }, func(h *Header) { h.Spec = "2.0" }, func(h *Header) { h.Spec = "1.x" }} {
		if sealed, err := changed(change); err != nil || sealed.Pending != 1 || len(sealed.Envelopes) != 0 {
			t.Errorf("%+v %v", sealed, err)
		}
	}
	for _, name := range []string{"mine", "0000000000000001", "0000000000000001-0", "000000000000000A-1", "000000000000001-1", "0000000000000001-1x"} {
		_, err := changed(func(h *Header) { h.Producer = name })
		check(t, name, code(err), "journal_header 16")
	}
}

// TW-LIM-004: what an emitter itself writes counts nothing and is always there.
func TestOwnMembers(t *testing.T) {
	got := events(t, `{"limits":{"nodes":0},"clock":{"moments":[["0","0"],["5000000000","1"]]}}`, `[
		{"do":"start","as":"a","kind":"agent","parent":{"traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01","tracestate":"x=y"},"body":{"correlation_id":"c","name":"n"}},
		{"do":"end","span":"a","status":"ok","body":{"output":1}}]`)
	for _, want := range []string{`{"correlation_id":"c","name":{"$cut":null},"trace_state":"x=y"}`, `{"clock_skew_nanos":4999999999,"output":{"$cut":null}}`} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
}
