package tracewire

import (
	"strings"
	"testing"
)

// input records one span with an input in the protocol's notation, and gives the input's canonical form on the wire.
func input(t *testing.T, settings, notation string) string {
	t.Helper()
	got := envelopes(t, record(t, settings, `[{"do":"start","as":"a","body":{"input":`+notation+`}}]`))
	if len(got) != 1 {
		t.Fatalf("%d envelopes", len(got))
	}
	_, rest, _ := strings.Cut(got[0], `"body":{"input":`)
	form, _, _ := strings.Cut(rest, `},"kind"`)
	return form
}

func TestValues(t *testing.T) {
	for notation, want := range map[string]string{
		`null`:                           `null`,
		`{"int":"-9007199254740993"}`:    `{"$int":"-9007199254740993"}`,
		`{"int":"9007199254740991"}`:     `9007199254740991`,
		`{"int":"18446744073709551616"}`: `{"$int":"18446744073709551616"}`,
		`{"double":"3ff0000000000000"}`:  `1`,
		`{"double":"8000000000000000"}`:  `0`,
		`{"double":"7ff0000000000000"}`:  `{"$float":"Infinity"}`,
		`{"double":"fff0000000000000"}`:  `{"$float":"-Infinity"}`,
		`{"double":"7ff8000000000001"}`:  `{"$float":"NaN"}`,
		`{"double":"44b52d02c7e14af6"}`:  `{"$int":"99999999999999991611392"}`,
		`{"float":"3dcccccd"}`:           `0.10000000149011612`,
		`{"utf16":"0041d83d"}`:           `"A` + "\uFFFD" + `"`,
		`{"utf8":"61ff62"}`:              `"a` + "\uFFFD" + `b"`,
		`{"bytes":"AAEC"}`:               `{"$bytes":"AAEC"}`,
		`{"map":[["1","a"],[1,"b"],["1#2","c"],[null,"d"],[["x",1],"e"],["$ref","f"]]}`: `{"$$ref":"f","1":"a","1#2":"c","1#3":"b","[\"x\",1]":"e","null":"d"}`,
		`{"map":[[{"double":"3ff8000000000000"},1],[{"bytes":"AA=="},2],[true,3]]}`:     `{"1.5":1,"true":3,"{\"$bytes\":\"AA==\"}":2}`,
		`{"set":[10,9,"a",[1]]}`:                             `["a",10,9,[1]]`,
		`{"moment":"2026-11-21T05:30:00.5+01:00"}`:           `{"$time":"2026-11-21T04:30:00.500000000Z"}`,
		`{"local":"2026-11-21T05:30:00.5"}`:                  `{"$time":"2026-11-21T05:30:00.500000000"}`,
		`{"date":"2026-11-21"}`:                              `{"$time":"2026-11-21"}`,
		`{"time":"05:30:00"}`:                                `{"$time":"05:30:00.000000000"}`,
		`{"decimal":"1.50"}`:                                 `{"$decimal":"1.50"}`,
		`{"cycle":"list"}`:                                   `[{"$unserializable":"cycle"}]`,
		`{"cycle":"map"}`:                                    `{"k":{"$unserializable":"cycle"}}`,
		`{"foreign":"Widget"}`:                               `{"$unserializable":"Widget"}`,
		`{"nest":["list",2,0]}`:                              `[[0]]`,
		`{"map":[["$ref","sha256:` + zeros64 + `"]]}`:        `{"$$ref":"sha256:` + zeros64 + `"}`,
		`{"map":[["A",{"set":[]}],["a",{"map":[]}]]}`:        `{"A":[],"a":{}}`,
		`[{"list_of":[0,3]},{"repeat":["ab",2]}]`:            `[[0,0,0],"abab"]`,
		`{"map":[["k",1],["k",2],["k",3]]}`:                  `{"k":1,"k#2":2,"k#3":3}`,
		`{"map":[["secret",1],["secret",2],["secret#2",3]]}`: `{"secret":{"$redacted":"key"},"secret#2":{"$redacted":"key"},"secret#3":{"$redacted":"key"}}`,
		`{"utf8":"eda080eda0bdedb880ed"}`:                    "\"\uFFFD😀\uFFFD\"",
		`{"map":[["secret",1],["SECRET",[2]],["s",3]]}`:      `{"SECRET":{"$redacted":"key"},"s":3,"secret":{"$redacted":"key"}}`,
		`[[{"map":[["x",{"map":[["Secret",null]]}]]}]]`:      `[[{"x":{"Secret":{"$redacted":"key"}}}]]`,
	} {
		if got := input(t, `{"redact":["secret"]}`, notation); got != want {
			t.Errorf("%s: %s, not %s", notation, got, want)
		}
	}
}

const zeros64 = "0000000000000000000000000000000000000000000000000000000000000000"

func TestLimits(t *testing.T) {
	for _, c := range []struct{ limits, notation, want string }{
		{`"text_bytes":4`, `"abcdé"`, `{"$cut":"abcd","missing_bytes":2}`},
		{`"text_bytes":4`, `"abcé"`, `{"$cut":"abc","missing_bytes":2}`},
		{`"text_bytes":2`, `{"bytes":"AAEC"}`, `{"$cut":{"$bytes":"AAE="},"missing_bytes":1}`},
		{`"nodes":4`, `{"list_of":[0,10]}`, `{"$cut":[0,0,0],"missing_items":7}`},
		{`"nodes":3`, `{"map":[["a",1],["b",2],["c",3]]}`, `{"$cut":{"a":1},"missing_items":2}`},
		{`"nodes":2`, `{"map":[["a",1],["b",2],["c",3]]}`, `{"$cut":{"a":{"$cut":null}},"missing_items":2}`},
		{`"depth":1`, `{"set":[{"set":[]}]}`, `[{"$cut":null,"missing_depth":1}]`},
		{`"nodes":3`, `{"set":[3,2,1]}`, `{"$cut":[2,3],"missing_items":1}`},
		{`"text_bytes":1`, `{"decimal":"1.50"}`, `{"$decimal":"1.50"}`},
		{`"depth":2`, `{"nest":["list",4,0]}`, `[[{"$cut":null,"missing_depth":1}]]`},
		{`"nodes":0`, `1`, `{"$cut":null}`},
	} {
		if got := input(t, `{"limits":{`+c.limits+`}}`, c.notation); got != c.want {
			t.Errorf("%s %s: %s, not %s", c.limits, c.notation, got, c.want)
		}
	}
	file := record(t, `{"limits":{"record_bytes":1000}}`, `[{"do":"start","body":{"input":[{"repeat":["é",2000]},{"list_of":[1,900]}]}}]`)
	if len(file) > 1600 {
		t.Errorf("a record of %d bytes", len(file))
	}
	if got := envelopes(t, file)[0]; !strings.Contains(got, "missing_bytes") {
		t.Error(got)
	}
}

// Ids, sampling, time, parents and names of today.
func TestRecorder(t *testing.T) {
	got := strings.Join(envelopes(t, record(t, `{"sampling":{"double":"3feffffffffffff0"},"trace_ids":["0af7651916cd43dd8448eb211c80319c"],"clock":{"moments":[["0","0"],["5000000000","1"]]}}`, `[
		{"do":"start","as":"a","kind":"generation","body":{}},
		{"do":"end","span":"a","status":"success"},
		{"do":"end","span":"a"},
		{"do":"update","span":"a","body":{"name":"late"}},
		{"do":"start","as":"b","parent":{"traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01","tracestate":"x=y"}},
		{"do":"start","as":"c","parent":{"traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"}},
		{"do":"happen","span":"c","body":{"name":"unseen"}},
		{"do":"start","as":"d","body":{"correlation_id":"order-1"}},
		{"do":"point","type":"event","as":"e","parent":"b","body":{"name":"mcp.tool.called"}},
		{"do":"point","type":"log","parent":"b","body":{"message":"hi"}},
		{"do":"point","type":"metric","body":{"value":1}},
		{"do":"flush"},{"do":"flush"},{"do":"close"},{"do":"point","type":"log"}]`)), "\n")
	for _, want := range []string{
		`{"kind":"llm","seq":1,"span_id":"0000000000000001","time":"1970-01-01T00:00:00.000000000Z","trace_id":"0af7651916cd43dd8448eb211c80319c","type":"span.start"}`,
		`{"body":{"clock_skew_nanos":4999999999},"duration_nanos":1,"seq":2,"span_id":"0000000000000001","status":"ok","time":"1970-01-01T00:00:05.000000000Z",`,
		`{"body":{"trace_state":"x=y"},"kind":"step","parent_id":"b7ad6b7169203331","seq":4,"span_id":"0000000000000002","time":"2026-01-01T00:00:00.001000000Z"`,
		`"body":{"correlation_id":"order-1"},"kind":"step","seq":5,"span_id":"0000000000000004"`,
		`"body":{"attributes":{"mcp.method.name":"tools/call"},"name":"mcp.request"},"parent_id":"0000000000000002","seq":6,"span_id":"0000000000000005"`,
		`{"body":{"message":"hi"},"seq":7,"span_id":"0000000000000002"`,
		`{"body":{"value":1},"seq":8,"time"`,
		`"events":[],"first_seq":9,`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
	if !strings.Contains(got, "late") || strings.Contains(got, "unseen") {
		t.Error(got)
	}
}

func TestSampling(t *testing.T) {
	const low, high = "ffffffffffffffff" + "ff" + "7fffffffffffff", "0000000000000000" + "01" + "80000000000000"
	for id, want := range map[string]bool{low: false, high: true} {
		if got := sampled(id, 0.5); got != want {
			t.Errorf("%s: %v", id, got)
		}
		if sampled(id, 0) || !sampled(id, 1) {
			t.Errorf("%s at the ends", id)
		}
	}
}
