package tracewire

import (
	"bytes"
	"strings"
	"testing"
)

// policyFor is what a file with these rules does, all of them in its header.
func policyFor(t *testing.T, texts ...string) *policy {
	t.Helper()
	p, ok := sealPolicy(&Header{Seal: 2, Rules: texts, HashKey: make([]byte, hashKeySize)})
	if !ok {
		t.Fatalf("no rules: %q", texts)
	}
	return p
}

// replaced is what becomes of a text.
func replaced(t *testing.T, text string, rules ...string) string {
	t.Helper()
	return string(Canonical((&redaction{policy: policyFor(t, rules...)}).text(text, 0)))
}

// TW-RED-002: what a text looks for is decided by the first line that fits.
func TestRules(t *testing.T) {
	for text, want := range map[string]string{
		"@email": "detectors email mask", "@email -> hash": "detectors email hash", "@card -> keep": "detectors card keep",
		"@secrets -> drop": "detectors api_key bearer_token jwt private_key url_password credential assignment drop",
		"@personal":        "detectors email phone card iban ip national_id mask",
		"@all":             "detectors api_key bearer_token jwt private_key url_password credential assignment email phone card iban ip national_id mask",
		"!a@b.cd":          "allows text a@b.cd", "!/a|b/": "allows pattern", "! ": "allows text  ", "!/": "allows text /", "!!": "allows text !", "!@email": "allows text @email",
		"/a/": "pattern pattern mask", "/a/ -> hash": "pattern pattern hash", "/ -> / -> drop": "pattern pattern drop", "/ -> / -> mask": "pattern pattern mask", "a/b/": "key a/b/ mask",
		"otter:/a/": "pattern otter mask", "a:/b/c/": "pattern a mask", "key:/a/": "key /a/ mask", "key:/(/": "key /(/ mask", "o2_t:/a/ -> drop": "pattern o2_t drop", "Otter:/a/": "key Otter:/a/ mask", "2o:/a/": "key 2o:/a/ mask",
		strings.Repeat("a", 32) + ":/b/": "pattern " + strings.Repeat("a", 32) + " mask", strings.Repeat("a", 33) + ":/b/": "key " + strings.Repeat("a", 33) + ":/b/ mask",
		"password": "key password mask", "key:password -> hash": "key password hash", "key:@type": "key @type mask", "key:!": "key ! mask", "key:key:": "key key: mask", "key:": "key  mask",
		"": "key  mask", " -> mask": "key  mask", "key: -> drop": "key  drop", " -> drop": "key  drop", "Key:a": "key Key:a mask", "key:!/a/ -> hash": "key !/a/ hash", "!key:a": "allows text key:a",
		"!/a": "allows text /a", "!a/": "allows text a/", "a -> mask": "key a mask", "a ->mask": "key a ->mask mask", "a -> mask -> drop": "key a -> mask drop", "a -> b -> mask": "key a -> b mask", "x:/": "key x:/ mask", "x:/a": "key x:/a mask", "x:y/a/": "key x:y/a/ mask", ":/a/": "key :/a/ mask",
		"a/": "key a/ mask", "a -> Mask": "", "a -> b": "", "a -> ": "", " -> ": "", "!a -> b": "", "key:a -> b": "", "/a -> drop/": "", "/ -> /": "", "a -> mask ": "", "a -> mask -> x": "", "!/a -> b/": "",
		"/": "", "/a": "", "/a/b": "", "/ -> mask": "", "/a -> hash": "", "@": "", "@mail": "", "@email ": "", "@Email": "", "@email -> mask -> hash": "", "!": "", "!a -> mask": "", "!/a/ -> keep": "", "//": "", "x://": "", "!//": "", "a -> keep": "", "/a/ -> keep": "", "key:a -> keep": "", "x:/a/ -> keep": "", " -> keep": "",
	} {
		r, err := parseRule(text)
		got := ""
		act := map[action]string{actMask: " mask", actHash: " hash", actDrop: " drop", actKeep: " keep"}[r.action]
		switch {
		case err != nil:
			check(t, text, code(err), "redact_rule 0")
		case r.detectors != nil:
			got = "detectors " + strings.Join(r.detectors, " ") + act
		case r.allows && r.pattern != nil:
			got = "allows pattern"
		case r.allows:
			got = "allows text " + r.text
		case r.pattern != nil:
			got = "pattern " + r.name + act
		default:
			got = "key " + r.text + act
		}
		check(t, text, got, want)
	}
}

// TW-RED-002: of several rules for one detector the last decides, at the place of the first.
func TestSeveralRulesForOneDetector(t *testing.T) {
	const text = "a@b.cd 4111 1111 1111 1111"
	check(t, "kept", replaced(t, text, "@all", "@card -> keep"), `"[email] 4111 1111 1111 1111"`)
	check(t, "found again", replaced(t, text, "@card -> keep", "@personal"), `"[email] [card]"`)
	check(t, "dropped", replaced(t, text, "@personal", "@card -> drop"), `{"$redacted":"card"}`)
	check(t, "a pattern of the same name", replaced(t, text, "email:/b/", "@email -> keep"), `"a@[email].cd 4111 1111 1111 1111"`)
	// Both find the same: the first one's name stands, wherever the last rule for it does.
	check(t, "place of the first", replaced(t, "4111111111111111", "@card", "x:/\\d+/", "@card -> hash"), `"[card:3acce036e24fa90a]"`)
	check(t, "place of the last", replaced(t, "4111111111111111", "x:/\\d+/", "@card"), `"[x]"`)
}

// Settings: plain keys stand where seal 1 has them, all else makes the file one of seal 2.
func TestRulesInTheHeader(t *testing.T) {
	for _, c := range []struct{ settings, seal, keys, rules string }{
		{`{"redact":["a","key:b","c -> mask"]}`, `"seal":1`, "[a b c]", "[]"},
		{`{"redact":["a","b -> drop","!c","@email"]}`, `"seal":2`, "[a]", "[b -> drop !c @email]"},
		{`{"redact":["a -> hash"],"redact_key":"an otter's water"}`, `"seal":2`, "[]", "[a -> hash]"},
		{`{"redact":["a -> hash"],"redact_key":"öööööööö"}`, `"seal":2`, "[]", "[a -> hash]"},
		{`{"redact":["a"],"redact_key":"k"}`, `"seal":1`, "[a]", "[]"}, {`{"redact":["a","!b"],"redact_key":"k"}`, `"seal":2`, "[a]", "[!b]"},
		{`{"redact":["",""]}`, `"seal":1`, "[ ]", "[]"},
	} {
		file := record(t, c.settings, `[{"do":"point","type":"log"}]`)
		s, err := scan(file)
		if err != nil {
			t.Fatal(err)
		}
		check(t, "keys of "+c.settings, "["+strings.Join(s.header.Redact, " ")+"]", c.keys)
		check(t, "rules of "+c.settings, "["+strings.Join(s.header.Rules, " ")+"]", c.rules)
		if got := envelopes(t, file)[0]; !strings.Contains(got, c.seal) {
			t.Errorf("%s: no %s in %s", c.settings, c.seal, got)
		}
		if hashes := s.header.HashKey != nil; hashes != strings.Contains(c.rules, "hash") {
			t.Errorf("%s: a hash key %x", c.settings, s.header.HashKey)
		}
	}
	for settings, want := range map[string]string{
		`{"redact":["@mail"]}`: "redact_rule 0", `{"redact":["a -> hash"]}`: "redact_rule 0", `{"redact":["a","/"]}`: "redact_rule 0", `{"redact":["/(/"]}`: "redact_pattern 2",
		`{"redact":["a -> hash"],"redact_key":"an otter's wate"}`: "redact_rule 0", `{"redact":["a -> hash"],"redact_key":"ööööööö1"}`: "redact_rule 0", `{"redact":["@card","@email -> hash"],"redact_key":""}`: "redact_rule 0",
		// The place of what is refused is the byte of the rule.
		`{"redact":["!/é*+/"]}`: "redact_pattern 5", `{"redact":["otter:/a**/ -> drop"]}`: "redact_pattern 9", `{"redact":["/[a-c-e]/"]}`: "redact_pattern 5", `{"redact":["/a{2}{3}/"]}`: "redact_pattern 5",
		`{"redact":["/(?:a{10}){101}c/"]}`: "redact_pattern 10", `{"redact":["/(?:(?:a{10}){10}b){11}c/"]}`: "redact_pattern 19", `{"redact":["/(?:(?:a{500}){0,}){3}c/"]}`: "redact_pattern 19", `{"redact":["/(?:a{10}b){101}c/"]}`: "redact_pattern 11",
	} {
		_, _, err := RunScript([]byte(settings), []byte(`[{"do":"point","type":"log"}]`))
		check(t, settings, code(err), want)
	}
}

// TW-RED-001: a file is sealed where its version is the one that its rules ask for, and where they are rules.
func TestWhichFilesAreSealed(t *testing.T) {
	const hashes = "a -> hash"
	for _, c := range []struct {
		seal  int64
		rules []string
		key   int
		want  bool
	}{
		{1, nil, 0, true}, {2, nil, 0, false}, {2, []string{"@email"}, 0, true}, {2, []string{hashes}, 32, true}, {2, []string{"@email"}, 7, true},
		{3, nil, 0, false}, {3, []string{"@email"}, 0, false}, {2, []string{"@mail"}, 0, false}, {2, []string{"/(/"}, 0, false},
		{2, []string{hashes}, 0, false}, {2, []string{hashes}, 31, false}, {2, []string{hashes, "@all"}, 33, false},
	} {
		h := &Header{Seal: c.seal, Rules: c.rules}
		if c.key > 0 {
			h.HashKey = make([]byte, c.key)
		}
		if _, got := sealPolicy(h); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
	file := record(t, `{"redact":["@email"]}`, `[{"do":"point","type":"log"}]`)
	s, _ := scan(file)
	s.header.Rules = []string{"@mail"}
	var out bytes.Buffer
	j, err := NewJournal(&out, 1, s.header)
	if err == nil {
		err = j.Record(s.frames[0].payload)
	}
	sealed, sealErr := Seal(out.Bytes())
	if err != nil || sealErr != nil || len(sealed.Envelopes) > 0 || sealed.Pending != 1 {
		t.Errorf("%+v %v %v", sealed, err, sealErr)
	}
}

// TW-RED-001: what a header with rules, or something else in their place, is.
func TestHeadersWithRules(t *testing.T) {
	const settings = `{"redact":["x","@email"]}`
	file := record(t, settings, `[{"do":"point","type":"log","body":{"attributes":{"map":[["t",["a@b.cd","{\"x\":1}"]]]}}}]`)
	s, err := scan(file)
	if err != nil {
		t.Fatal(err)
	}
	const looked = `["[email]","{\"x\":{\"$redacted\":\"key\"}}"]`
	for _, c := range []struct{ seal, rules, want string }{
		{"2", "\x65rules\x81\x66@email", looked}, {"2", "\x65other\x05", ""}, {"2", "\x65rules\x80", ""},
		{"2", "\x65rules\x05", "journal_header 16"}, {"2", "\x65rules\xf6", "journal_header 16"}, {"2", "\x65rules\x66@email", "journal_header 16"}, {"2", "\x65rules\x82\x66@email\x05", "journal_header 16"},
		{"2", "\x65rules\x81\x65@mail", ""}, {"1", "\x65rules\x81\x66@email", `["a@b.cd","{\"x\":1}"]`}, {"1", "\x65rules\x81\x65@mail", `["a@b.cd","{\"x\":1}"]`}, {"1", "\x65rules\x05", `["a@b.cd","{\"x\":1}"]`},
		{"3", "\x65rules\x81\x66@email", ""}, {"3", "\x65rules\x05", "journal_header 16"},
	} {
		payload := strings.Replace(string(s.header.payload()), "\x64seal\x02", "\x64seal"+string(c.seal[0]-'0'), 1)
		payload = strings.Replace(payload, "\x65rules\x81\x66@email", c.rules, 1)
		out := appendFrame(append([]byte{}, file[:headSize]...), headSize, frameHeader, []byte(payload), s.seed)
		for _, f := range s.frames {
			out = appendFrame(out, len(out), f.kind, f.payload, s.seed)
		}
		sealed, err := Seal(out)
		got := code(err)
		if err == nil && len(sealed.Envelopes) > 0 {
			got = string(Canonical(sealed.Envelopes[0]))
			_, got, _ = strings.Cut(got, `"attributes":{"t":`)
			got, _, _ = strings.Cut(got, "}},")
		}
		check(t, c.seal+" "+c.rules, got, c.want)
	}
}
