package tracewire

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// record runs a script, given as JSON, and gives the journal.
func record(t *testing.T, settings, script string) []byte {
	t.Helper()
	steps, err := ReadJSON([]byte(script))
	if err != nil {
		t.Fatal(err)
	}
	file, _, err := RunScript([]byte(settings), Canonical(writeOut(steps)))
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// writeOut writes out what the cases say more briefly than the protocol does.
func writeOut(v any) any {
	switch v := v.(type) {
	case []any:
		return mapList(v, writeOut)
	case map[string]any:
		if pair, ok := v["repeat"].([]any); ok {
			return strings.Repeat(pair[0].(string), int(pair[1].(int64)))
		}
		if pair, ok := v["list_of"].([]any); ok {
			return slices.Repeat([]any{writeOut(pair[0])}, int(pair[1].(int64)))
		}
		return mapMembers(v, func(_ string, v any) any { return writeOut(v) })
	}
	return v
}

func envelopes(t *testing.T, file []byte) []string {
	t.Helper()
	sealed, err := Seal(file)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range sealed.Envelopes {
		out = append(out, string(Canonical(e)))
	}
	return out
}

const otters = `{"resource":[["service.name","demo"]],"redact":["password"]}`

const ottersScript = `[
	{"do":"start","as":"a","kind":"agent","body":{"name":"plan","input":{"map":[["question","Shall we row?"],["Password","otter"]]}}},
	{"do":"start","as":"b","kind":"tool","parent":"a","body":{"name":"forecast"}},
	{"do":"end","span":"b","status":"ok","body":{"output":{"repeat":["otters ",60]}}},
	{"do":"end","span":"a","status":"ok","body":{"output":{"repeat":["otters ",60]}}}]`

// The worked example of the specification comes out byte for byte.
func TestWorkedExample(t *testing.T) {
	page, err := os.ReadFile("../../../spec/examples/minimal.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```json\n")
	want, _, _ := strings.Cut(rest, "\n```")
	got := envelopes(t, record(t, otters, ottersScript))
	if len(got) != 1 || got[0] != want {
		t.Errorf("%s\nnot %s", got, want)
	}
}
