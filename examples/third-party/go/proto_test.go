package tracewire

import (
	"fmt"
	"strings"
	"testing"
)

// Whatever goes to protobuf comes back.
func TestProtoRestores(t *testing.T) {
	many := sealedMany(t)
	hash := "sha256:" + strings.Repeat("ab", 32)
	cases := []string{
		`null`, `[]`, `{}`, `[null]`, `-1`, `0.5`, `"x"`, `{"$int":"9007199254740992"}`, `{"$int":"5"}`, `{"$int":"18446744073709551616"}`, `{"$float":"NaN"}`,
		`{"$bytes":"AAEC"}`, `{"$bytes":"AAE"}`, `{"$ref":"` + hash + `"}`, `{"$ref":"x"}`, `{"a":{"b":[{},[],null,{"$float":"-Infinity"}]}}`,
		`{"envelopes":[1],"spec":"1.0"}`, `{"envelopes":[1],"spec":"1.1"}`, many[0], "[" + strings.Join(many, ",") + "]",
		`{"envelopes":[` + strings.Join(many, ",") + `],"spec":"1.0"}`,
	}
	event := func(what, members string) string {
		return fmt.Sprintf(`{"seq":1,"time":"2026-01-01T00:00:00.000000001Z","type":%q%s}`, what, members)
	}
	cases = append(cases,
		event("log", ""), event("log", `,"body":{}`), event("log", `,"body":{"message":null,"level":"info","x":1,"attributes":{}}`), event("new", `,"body":{"a":1},"b":2`),
		event("log", `,"body":{"$erased":"`+hash+`"}`), event("log", `,"body":{"$cut":{"message":"x"},"missing_items":1}`), event("log", `,"kind":null`),
		event("span.end", `,"duration_nanos":{"$int":"9007199254740993"},"status":"ok","body":{"usage":{"input_tokens":5,"output_tokens":{"$int":"9007199254740993"},"raw":null,"details":{"a":-1}},"cost":{},"clock_skew_nanos":-5}`),
		event("span.start", `,"trace_id":"0af7651916cd43dd8448eb211c80319c","span_id":"00f067aa0ba902b7","body":{"links":[{"trace_id":"x"}],"tags":["a",""],"media":[null],"trace_flags":1,"prompt":{"name":1},"scope":{"name":"n","version":{"$cut":"v"}}}`),
		event("metric", `,"body":{"value":1,"histogram":{"bounds":[0.5,1],"counts":[0,1,2],"min":{"$float":"NaN"}}}`),
		event("span.event", `,"body":{"exception":{"escaped":false,"type":"E"},"chunks":[],"data":null}`),
		event("log", `,"trace_id":"xyz"`),
	)
	for _, in := range cases {
		v, err := ReadJSON([]byte(in))
		if err != nil {
			t.Fatal(in, err)
		}
		b, err := Convert("json", "proto", []byte(in), Options{})
		if err != nil {
			t.Fatal(in, err)
		}
		back, err := Convert("proto", "json", b, Options{})
		if err != nil || string(back) != string(Canonical(v)) {
			t.Errorf("%s\nis %s %v", in, back, err)
		}
		for n := range b {
			Convert("proto", "json", b[:n], Options{})
		}
	}
	lines := many[0] + "\n" + event("log", "") + "\n1\n"
	b, err := Convert("jsonl", "proto", []byte(lines), Options{})
	if err != nil {
		t.Fatal(err)
	}
	back, err := Convert("proto", "jsonl", b, Options{})
	v, _ := ReadJSON([]byte(event("log", "")))
	if want := many[0] + "\n" + string(Canonical(v)) + "\n1\n"; err != nil || string(back) != want {
		t.Errorf("%s %v, not %s", back, err, want)
	}
}

// One way to write, and what is refused (TW-PB-002, 003, 006).
func TestProtoBytes(t *testing.T) {
	for in, want := range map[string]string{
		`[null,1]`:                        "\x08\x02\x12\x02\x1a\x00\x12\x04\x1a\x02\x10\x02",
		`{"":null}`:                       "\x08\x01\x12\x06\x1a\x04\x32\x02\x0a\x00",
		`{"$float":"NaN"}`:                "\x08\x01\x12\x0b\x1a\x09\x19\x00\x00\x00\x00\x00\x00\xf8\x7f",
		`{"$int":"18446744073709551616"}`: "\x08\x01\x12\x0b\x1a\x09\x19\x00\x00\x00\x00\x00\x00\xf0\x43",
		`{"$fields":{"$bytes":"WAE="},"value":1}`: "\x08\x01\x12\x06\x1a\x04\x10\x02\x58\x01",
		`{"envelopes":[],"spec":"1.0"}`:           "\x08\x03",
	} {
		got, err := Convert("json", "proto", []byte(in), Options{})
		if err != nil || string(got) != want {
			t.Errorf("%s: %x %v, not %x", in, got, err, want)
		}
		back, err := Convert("proto", "json", got, Options{})
		if err != nil || string(back) != in {
			t.Errorf("%s: back as %s %v", in, back, err)
		}
	}
	for in, code := range map[string]string{
		"\x08\x01": "proto_missing", "\x08\x01\x08\x01\x12\x02\x1a\x00": "proto_duplicate_field", "\x12\x02\x1a\x00\x08\x02\x12\x02\x1a\x00": "proto_duplicate_field",
		"\x08\x04": "proto_unknown_field", "\x18\x01": "proto_unknown_field", "\x12\x03\x1a\x00": "proto_end", "\x13\x14": "proto_wire_type", "\x12\x00": "proto_missing",
		"\x12\x06\x1a\x04\x08\x01\x10\x01": "proto_duplicate_field", "\x12\x05\x1a\x03\x22\x01\xff": "proto_utf8", "\x12\x05\x1a\x03\x42\x01\x00": "proto_length",
		"\x12\x08\x1a\x06\x32\x04\x0a\x00\x0a\x00": "proto_duplicate_key",
	} {
		_, err := Convert("proto", "json", []byte(in), Options{})
		if e, ok := err.(*Error); !ok || e.Code != code || e.Offset < 0 || e.Offset > len(in) {
			t.Errorf("%x: %v, not %s", in, err, code)
		}
	}
}
