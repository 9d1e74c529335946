package tracewire

import (
	"fmt"
	"strings"
	"testing"
)

func sealedMany(t *testing.T) []string {
	return envelopes(t, record(t, `{"limits":{"envelope_events":2}}`, manyScript))
}

// forged is an envelope that claims another digest.
func forged(envelope string) string {
	before, rest, _ := strings.Cut(envelope, `"digest":"sha256:`)
	return before + `"digest":"sha256:` + zeros64 + rest[64:]
}

func TestFindings(t *testing.T) {
	e := sealedMany(t)
	lastOpen := strings.Replace(e[2], `"close":"exited",`, "", 1)
	body := strings.Replace(e[1], `"prev":"sha256:`, `"prev":"sha256:0`, 1)
	for _, c := range []struct {
		files []string
		want  string
	}{
		{e, "true true []"},
		{e[:2], "true false []"},
		{[]string{e[0], e[2]}, "true false []"},
		{e[1:], "true false []"},
		{[]string{e[0], e[1], lastOpen}, "false false [digest]"},
		{[]string{strings.Replace(e[0], `"value":"xx`, `"value":"yx`, 1), e[1], e[2]}, "false false [content]"},
		{[]string{e[0], strings.Replace(e[1], `"seq":2`, `"seq":3`, 1), e[2]}, "false false [digest sequence]"},
		{[]string{e[0], e[1], e[2], strings.Replace(e[2], `"seal":1`, `"seal":2`, 1)}, "false false [digest]"},
		{append([]string{forged(e[2])}, e...), "false false [digest fork]"},
		{[]string{e[0], strings.Replace(e[1], `"digest"`, `"close":"exited","digest"`, 1), e[2]}, "false false [closed digest]"},
		{[]string{strings.Replace(e[0], `"producer"`, `"prev":"sha256:`+zeros64+`","producer"`, 1), e[1], e[2]}, "false false [chain digest]"},
	} {
		var files [][]byte
		for _, file := range c.files {
			files = append(files, []byte(file))
		}
		r, err := Verify(files)
		if got := fmt.Sprint(r.Sound, r.Complete, r.Findings); err != nil || got != c.want {
			t.Errorf("%s, not %s, %v", got, c.want, err)
		}
	}
	for file, want := range map[string]string{
		"{}": "envelope_member_missing", "[]": "envelope_shape", "{": "json_end", body: "hash",
		strings.Replace(e[0], `"spec":"1.0"`, `"spec":"2.0"`, 1):  "spec_version",
		strings.Replace(e[0], `"seq":1`, `"seq":-1`, 1):           "member_type",
		strings.Replace(e[0], `"events":[{`, `"events":[0,{`, 1):  "event_shape",
		strings.Replace(e[0], `"span_id":"0`, `"span_id":"x`, 1):  "span_id",
		strings.Replace(e[0], `"trace_id":"0`, `"trace_id":"`, 1): "trace_id",
		strings.Replace(e[0], `"time":"2026-01`, `"time":"x`, 1):  "time",
		strings.Replace(e[0], `{"value":"xx`, `{"values":"xx`, 1): "content_shape",
		strings.Replace(e[0], `"type":"span`, `"typ":"span`, 1):   "event_member_missing",
	} {
		if _, err := Verify([][]byte{[]byte(file)}); err == nil || err.(*Error).Code != want {
			t.Errorf("%v, not %s", err, want)
		}
	}
}

func TestWithhold(t *testing.T) {
	short := slotHash("Shall we row?")
	whole := envelopes(t, record(t, otters, strings.Replace(ottersScript, `{"map":[["question","Shall we row?"],["Password","otter"]]}`, `"Shall we row?"`, 1)))[0]
	read := func() map[string]any {
		v, err := ReadJSON([]byte(whole))
		if err != nil {
			t.Fatal(err)
		}
		return v.(map[string]any)
	}
	var long string
	for hash := range read()["content"].(map[string]any) {
		long = hash
	}
	for _, c := range []struct {
		mark           string
		contents       []string
		bodies, events []int64
		want           []string
	}{
		{"erased", []string{short}, nil, nil, []string{`"input":{"$erased":"` + short + `"}`}},
		{"withheld", []string{long}, nil, nil, []string{`"` + long + `":{"$withheld":"` + long + `"}`, `{"$ref":"` + long + `"}`}},
		{"erased", nil, []int64{2}, nil, []string{`{"body":{"$erased":"sha256:`}},
		{"withheld", nil, nil, []int64{2, 3}, []string{`},{"$withheld":"sha256:494b1cf1`, `},{"$withheld":"sha256:487ffd63`}},
	} {
		e := read()
		if err := Withhold(e, c.mark, c.contents, c.bodies, c.events); err != nil {
			t.Fatal(err)
		}
		got := Canonical(e)
		for _, want := range c.want {
			if !strings.Contains(string(got), want) {
				t.Errorf("no %s in %s", want, got)
			}
		}
		if r, err := Verify([][]byte{got}); err != nil || !r.Sound || !r.Complete {
			t.Errorf("%+v %v", r, err)
		}
		if r, err := Verify([][]byte{got, []byte(whole)}); err != nil || !r.Sound || !r.Complete {
			t.Errorf("%+v %v after merging", r, err)
		}
	}
}

// What one copy has erased does not come back by the other, whichever comes first (TW-DIG-005).
func TestErasedStays(t *testing.T) {
	one := func(message string) map[string]any {
		body := map[string]any{"input": ref(Hash([]byte("1"))), "name": message}
		event := map[string]any{"body": body, "seq": int64(1), "time": "2026-01-01T00:00:00.000000000Z", "type": "log"}
		e := map[string]any{"spec": "1.0", "seal": int64(1), "producer": "p-1", "resource": map[string]any{}, "first_seq": int64(1), "close": "exited", "events": []any{event}}
		e["digest"] = EnvelopeDigest(e)
		return e
	}
	whole, erased := one("x"), one("x")
	if err := Withhold(erased, "erased", nil, []int64{1}, nil); err != nil {
		t.Fatal(err)
	}
	// Bodies and events are named by the numbers that they bear, wherever they stand.
	moved := one("x")
	moved["events"].([]any)[0].(map[string]any)["seq"] = int64(3)
	if err := Withhold(moved, "erased", nil, []int64{3}, []int64{1}); err != nil {
		t.Fatal(err)
	}
	if got := string(Canonical(moved["events"])); !strings.HasPrefix(got, `[{"body":{"$erased":`) {
		t.Error(got)
	}
	for _, files := range [][][]byte{{Canonical(whole), Canonical(erased)}, {Canonical(erased), Canonical(whole)}} {
		if r, err := Verify(files); err != nil || !r.Sound || !r.Complete {
			t.Errorf("%+v %v", r, err)
		}
	}
	if r, err := Verify([][]byte{Canonical(whole)}); err != nil || !r.Sound || r.Complete {
		t.Errorf("%+v %v: a content is missing", r, err)
	}
}

// Keyed mode: a nonce is part of the hash and goes with what it belongs to.
func TestKeyed(t *testing.T) {
	const nonce = "000102030405060708090a0b0c0d0e0f"
	body := map[string]any{"message": "secret"}
	event := map[string]any{"body": body, "nonce": nonce, "seq": int64(1), "time": "2026-01-01T00:00:00.000000000Z", "type": "log"}
	e := map[string]any{"spec": "1.0", "seal": int64(1), "producer": "p-1", "resource": map[string]any{}, "first_seq": int64(1), "close": "exited", "events": []any{event}}
	e["digest"] = EnvelopeDigest(e)
	if BodyHash(body, nonce) != Hash([]byte(nonce+"\n"+`{"message":"secret"}`)) {
		t.Error("another hash than that of the nonce, a line's end and the form")
	}
	if r, _ := Verify([][]byte{Canonical(e)}); !r.Sound || !r.Complete {
		t.Errorf("%+v", r)
	}
	if err := Withhold(e, "erased", nil, []int64{1}, nil); err != nil || event["nonce"] != nil {
		t.Error(err, event)
	}
	if r, _ := Verify([][]byte{Canonical(e)}); !r.Sound {
		t.Errorf("%+v", r)
	}
}
