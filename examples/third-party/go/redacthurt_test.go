package tracewire

import (
	"math/rand"
	"strings"
	"testing"
)

// Whatever a text holds, every rule answers, what is found lies in the text and between characters, and what is left is a
// text or a mark.
func TestRedactHurt(t *testing.T) {
	pieces := []string{
		"0", "1", "4111", "555", "-", "-", ".", ".", " ", " ", "+", "(", ")", "/", ":", ":", "://", "@", "@", "a", "b.cd", "é", "😀", "eyJ", "Bearer ", "sk-", "sk-ant-", "SG.", "AKIA", "GB29", "AB", "X",
		"-----BEGIN ", "PRIVATE KEY", "-----", "-----END ", " BLOCK", "{", "}", "[", "]", `"`, ",", "::", "_", "=", "password", "'", "%3", "\\", `\u00`, "git", "2x", "\n", "\x00", strings.Repeat("x1", 20), strings.Repeat("7", 14),
	}
	p := policyFor(t, "@all", "/a(é|1)?/", "@phone -> hash", "!a@b.cd")
	r := rand.New(rand.NewSource(3))
	for range 30000 {
		var text strings.Builder
		for range r.Intn(14) {
			text.WriteString(pieces[r.Intn(len(pieces))])
		}
		at := 0
		for _, f := range p.findings(text.String()) {
			if f.from < at || f.to <= f.from || f.to > text.Len() {
				t.Fatalf("%q: %+v", text.String(), f)
			}
			at = f.to
		}
		left := (&redaction{policy: p}).value(map[string]any{text.String(): text.String()}, 0)
		for key, v := range left.(map[string]any) {
			text, ok := v.(string)
			if v, _ := v.(map[string]any); !ok && v["$redacted"] == nil || cleanUTF8([]byte(key)) != key || cleanUTF8([]byte(text)) != text {
				t.Fatalf("%q: %v", key, v)
			}
		}
	}
}
