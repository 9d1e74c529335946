package tracewire

import (
	"fmt"
	"strings"
	"testing"
)

// What is looked at, and what becomes of it (spec/privacy.md, sections 2 and 3): literal in, literal out.

const userKey = "otters in the bay"

// redacted is what becomes of an input in the protocol's notation.
func redacted(t *testing.T, rules, notation string) string {
	t.Helper()
	return input(t, `{"redact":[`+rules+`],"redact_key":"`+userKey+`"}`, notation)
}

// TW-RED-004: rules for keys with every action.
func TestKeysWithActions(t *testing.T) {
	const secret = `{"map":[["a",{"map":[["b","x@y.zz"]]}]]}`
	for _, c := range []struct{ rules, notation, want string }{
		{`"a -> drop"`, secret, `{"a":{"$redacted":"key"}}`},
		{`"a -> hash"`, `{"map":[["a","x"],["b",{"map":[["a",""]]}]]}`, `{"a":{"$redacted":"key","hash":"` + hashOf(`x`) + `"},"b":{"a":{"$redacted":"key","hash":"` + hashOf(``) + `"}}}`},
		{`"a -> hash"`, `{"map":[["a",{"bytes":"eA=="}]]}`, `{"a":{"$redacted":"key","hash":"` + hashOf(`{"$bytes":"eA=="}`) + `"}}`},
		{`"a -> hash"`, `"{\"a\":\"é\",\"a#2\":[\"é\"],\"a#1\":0}"`, `"{\"a\":{\"$redacted\":\"key\",\"hash\":\"` + hashOf(`é`) + `\"},\"a#1\":0,\"a#2\":{\"$redacted\":\"key\",\"hash\":\"` + hashOf(`["é"]`) + `\"}}"`},
		{`"@email","a -> hash"`, `{"map":[["a","x@y.zz"]]}`, `{"a":{"$redacted":"key","hash":"` + hashOf(`x@y.zz`) + `"}}`},
		{`""`, `{"map":[["",1],["#2",2],["a",3]]}`, `{"":{"$redacted":"key"},"#2":{"$redacted":"key"},"a":3}`},
		{`"key: -> drop"`, `{"map":[["",1]]}`, `{"":{"$redacted":"key"}}`},
		{`"key:/a/"`, `{"map":[["/a/","/a/"]]}`, `{"/a/":{"$redacted":"key"}}`},
		{`"a -> hash"`, secret, `{"a":{"$redacted":"key","hash":"` + hashOf(`{"b":"x@y.zz"}`) + `"}}`},
		{`"@email","a -> hash"`, secret, `{"a":{"$redacted":"key","hash":"` + hashOf(`{"b":"x@y.zz"}`) + `"}}`},
		{`"b -> hash","a"`, secret, `{"a":{"$redacted":"key"}}`},
		{`"a","a -> hash"`, secret, `{"a":{"$redacted":"key","hash":"` + hashOf(`{"b":"x@y.zz"}`) + `"}}`},
		{`"a -> drop","A -> hash"`, secret, `{"a":{"$redacted":"key"}}`},
		{`"A -> hash"`, `{"map":[["a#2",1],["a",null]]}`, `{"a":{"$redacted":"key","hash":"` + hashOf(`null`) + `"},"a#2":{"$redacted":"key","hash":"` + hashOf(`1`) + `"}}`},
		{`"a#2 -> drop","a -> hash"`, `{"map":[["a#2",1]]}`, `{"a#2":{"$redacted":"key"}}`},
		{`"a -> hash","a#2 -> drop"`, `{"map":[["a#2",1]]}`, `{"a#2":{"$redacted":"key","hash":"` + hashOf(`1`) + `"}}`},
		{`"$a -> drop"`, `{"map":[["$a",1],["a",2]]}`, `{"$$a":{"$redacted":"key"},"a":2}`},
		{`"missing_items -> drop"`, `{"map":[["missing_items",1]]}`, `{"missing_items":{"$redacted":"key"}}`},
	} {
		check(t, c.rules+" "+c.notation, redacted(t, c.rules, c.notation), c.want)
	}
}

// hashOf is h of TW-RED-009 with the key of the tests.
func hashOf(text string) string {
	return (&policy{hashKey: redactKey(userKey)}).hash([]byte(text))
}

// TW-RED-009: what a hash is made of, computed elsewhere.
func TestHash(t *testing.T) {
	check(t, "a key", fmt.Sprintf("%x", redactKey(userKey)), "5290d411741df9bb296b5d7b607398070c7ab28262bd2e4bb1c0ab32e8905f83")
	check(t, "a hash", hashOf("x@y.zz"), "9046a0e0b3c1b32c")
}

// TW-RED-005: texts, keys, bytes that are text, and what stands in tags.
func TestWhatIsLookedAt(t *testing.T) {
	for _, c := range []struct{ notation, want string }{
		{`["a@b.cd",{"map":[["x",["e@f.gh"]]]}]`, `["[email]",{"x":["[email]"]}]`},
		{`{"map":[["a@b.cd",1]]}`, `{"[email]":1}`},
		{`{"map":[["$a@b.cd",1]]}`, `{"$$[email]":1}`},
		{`{"bytes":"YUBiLmNk"}`, `{"$bytes":"W2VtYWlsXQ=="}`},
		{`{"bytes":"YUBiLmNk/w=="}`, `{"$bytes":"YUBiLmNk/w=="}`},
		{`{"bytes":""}`, `{"$bytes":""}`},
		{`{"map":[["$bytes","YUBiLmNk"]]}`, `{"$$bytes":"YUBiLmNk"}`},
		{`{"decimal":"a@b.cd"}`, `{"$decimal":"a@b.cd"}`},
		{`{"map":[["$unserializable","x"],["text","a@b.cd"]]}`, `{"$$unserializable":"x","text":"[email]"}`},
		{`{"foreign":"a@b.cd"}`, `{"$unserializable":"a@b.cd"}`},
		{`{"map":[[["a@b.cd"],1]]}`, `{"[\"[email]\"]":1}`},
	} {
		check(t, c.notation, redacted(t, `"@email"`, c.notation), c.want)
	}
	got := events(t, `{"redact":["@email","name:/plan/"]}`, `[{"do":"start","as":"a","kind":"agent","body":{"name":"plan","user_id":"a@b.cd","plan":["plan"]}}]`)
	check(t, "members of a body", got, `[{"body":{"name":"[name]","plan":["[name]"],"user_id":"[email]"},"kind":"agent","seq":1,"span_id":"0000000000000001",`+
		`"time":"2026-01-01T00:00:00.000000000Z","trace_id":"00000000000000000000000000000001","type":"span.start"}]`)
	p := policyFor(t, "@email")
	for in, want := range map[string]string{
		`{"$new":"a@b.cd","more":["a@b.cd",{"a@b.cd":"a@b.cd"}]}`:     `{"$new":"a@b.cd","more":["[email]",{"[email]":"[email]"}]}`,
		`{"$bytes":"YUBiLmNk","more":1}`:                              `{"$bytes":"YUBiLmNk","more":1}`,
		`{"$bytes":"YUBiLmN"}`:                                        `{"$bytes":"YUBiLmN"}`,
		`{"$cut":["a@b.cd"],"missing_items":1}`:                       `{"$cut":["[email]"],"missing_items":1}`,
		`{"$unserializable":"a@b.cd","text":"a@b.cd","m":{"a":null}}`: `{"$unserializable":"a@b.cd","text":"[email]","m":{"a":null}}`,
		`{"$unserializable":"T","text":"[\"a@b.cd\" ]"}`:              `{"$unserializable":"T","text":"[\"[email]\"]"}`,
		`{"$new":"T","text":"a@b.cd"}`:                                `{"$new":"T","text":"a@b.cd"}`,
	} {
		v, err := ReadJSON([]byte(in))
		if err != nil {
			t.Fatal(err)
		}
		check(t, in, canonicalOf(t, (&redaction{policy: p}).value(v, 0)), canonicalOf(t, wireOf(t, want)))
	}
}

// TW-RED-005: integers are looked at by their digits.
func TestNumbersByTheirDigits(t *testing.T) {
	const card = "4111111111111111"
	for _, c := range []struct{ rules, notation, want string }{
		{`"@card"`, `[` + card + `,-` + card + `,"` + card + `"]`, `["[card]","-[card]","[card]"]`},
		{`"@card"`, `[{"int":"4111111111111111110"},{"int":"-4111111111111111110"}]`, `["[card]","-[card]"]`},
		{`"@card -> drop"`, `[` + card + `,{"int":"-4111111111111111110"}]`, `[{"$redacted":"card"},{"$redacted":"card"}]`},
		{`"@card -> hash"`, `[-` + card + `]`, `["-[card:` + hashOf(card) + `]"]`},
		{`"@card","!` + card + `"`, `[` + card + `]`, `[` + card + `]`},
		{`"/[0-9]/"`, `[12345678,123456789,-12345678,{"double":"41a0000000000000"}]`, `[12345678,"[pattern][pattern][pattern][pattern][pattern][pattern][pattern][pattern][pattern]",-12345678,"[pattern][pattern][pattern][pattern][pattern][pattern][pattern][pattern][pattern]"]`},
		{`"/234/"`, `123456789`, `"1[pattern]56789"`}, {`"/-/"`, `-123456789`, `-123456789`},
		{`"/[0-9]+/"`, `[{"double":"419d6f3454000000"},{"decimal":"123456789"}]`, `["[pattern]",{"$decimal":"123456789"}]`},
		{`"/[0-9]+/"`, `{"double":"41dfffffffe00000"}`, `2147483647.5`},
		{`"/[0-9]+/"`, `{"map":[["$int","123456789"]]}`, `{"$$int":"[pattern]"}`},
		{`"/[0-9]+/"`, `"[123456789,-12345678901234567890,12345678,1e300,123456789.5,{\"$int\":\"1\"}]"`, `"[\"[pattern]\",\"-[pattern]\",12345678,\"[pattern]\",123456789.5,{\"$int\":\"1\"}]"`},
		{`"n","@card"`, `{"map":[["n",` + card + `]]}`, `{"n":{"$redacted":"key"}}`},
	} {
		check(t, c.rules+" "+c.notation, redacted(t, c.rules, c.notation), c.want)
	}
	p := policyFor(t, "/[0-9]+/")
	for in, want := range map[string]string{
		`{"$cut":["a"],"missing_items":123456789}`:                    `{"$cut":["a"],"missing_items":123456789}`,
		`{"$cut":["a"],"missing_items":{"$int":"12345678901234567"}}`: `{"$cut":["a"],"missing_items":{"$int":"12345678901234567"}}`,
		`{"$cut":[123456789,{"$int":"-12345678901234567"}],"n":1}`:    `{"$cut":["[pattern]","-[pattern]"],"n":1}`,
		`{"$int":"12345678901234567","more":1}`:                       `{"$int":"12345678901234567","more":1}`,
		`{"$float":"NaN"}`:                                            `{"$float":"NaN"}`,
	} {
		check(t, in, canonicalOf(t, (&redaction{policy: p}).value(wireOf(t, in), 0)), canonicalOf(t, wireOf(t, want)))
	}
	long := "[1" + strings.Repeat("0", 4095) + ","
	check(t, "4,096 digits", replacedText(t, long+`1]`, "/0{4}/"), `["1`+strings.Repeat("[pattern]", 1023)+`000",1]`)
	check(t, "4,097 digits", replacedText(t, `[ 1`+strings.Repeat("0", 4096)+`]`, "/0{4}/"), `[ 1`+strings.Repeat("[pattern]", 1024)+`]`)
	check(t, "a sign is no digit", replacedText(t, `[-`+long[1:]+`{"n":1}]`, "n"), `[{"$int":"-`+long[1:len(long)-1]+`"},{"n":{"$redacted":"key"}}]`)
	check(t, "without rules for texts", input(t, `{"redact":["a -> drop"]}`, card), card)
}

func wireOf(t *testing.T, text string) any {
	t.Helper()
	v, err := ReadJSON([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func canonicalOf(t *testing.T, v any) string {
	t.Helper()
	return string(Canonical(v))
}

// TW-RED-006: texts that are JSON are looked at as the values that they are.
func TestTextsThatAreJSON(t *testing.T) {
	nest := func(n int) string { return strings.Repeat("[", n) + `"a@b.cd"` + strings.Repeat("]", n) }
	within := func(n int) string {
		text := `{"p":"a@b.cd"}`
		for range n {
			text = string(Canonical([]any{text}))
		}
		return text
	}
	for _, c := range []struct{ text, want string }{
		{`{"p" : 1, "e":"a@b.cd"}`, `{"e":"[email]","p":{"$redacted":"key"}}`},
		{` ` + "\t\r\n" + `[ "a@b.cd", 1.0, -0, 1e2 ] `, `["[email]",1,0,100]`},
		{`{"e": "x", "n": 1.0}`, `{"e": "x", "n": 1.0}`},
		{`{"a":1,"a":"a@b.cd"}`, `{"a":1,"a":"[email]"}`},
		{`{"p":1} x`, `{"p":1} x`}, {`{"p":1,}`, `{"p":1,}`}, {`"{\"p\":1}"`, `"{\"p\":1}"`}, {"\v{\"p\":1}", "\v{\"p\":1}"},
		{`{"p":"\ud800"}`, `{"p":"\ud800"}`}, {`{"p":1e999}`, `{"p":1e999}`}, {`x {"p":1}`, `x {"p":1}`},
		{nest(64), strings.ReplaceAll(nest(64), "a@b.cd", "[email]")}, {nest(65), strings.ReplaceAll(nest(65), "a@b.cd", "[email]")},
		{strings.Repeat("[", 63) + `{"p":1}` + strings.Repeat("]", 63), strings.Repeat("[", 63) + `{"p":{"$redacted":"key"}}` + strings.Repeat("]", 63)},
		{strings.Repeat("[", 64) + `{"p":1}` + strings.Repeat("]", 64), strings.Repeat("[", 64) + `{"p":1}` + strings.Repeat("]", 64)},
		{within(3), strings.Replace(within(3), `\\\\\\\"a@b.cd\\\\\\\"`, `{\\\\\\\"$redacted\\\\\\\":\\\\\\\"key\\\\\\\"}`, 1)},
		{within(4), strings.Replace(within(4), `a@b.cd`, `[email]`, 1)},
		{`{"$p":1,"p#2":2,"$$p":3}`, `{"$$p":3,"$p":1,"p#2":{"$redacted":"key"}}`}, {`{"p#2":1,"p#1":2,"p#02":3,"P#33":4}`, `{"P#33":{"$redacted":"key"},"p#02":3,"p#1":2,"p#2":{"$redacted":"key"}}`},
		{`{"$bytes":"YUBiLmNk","a@b.cd":1}`, `{"$bytes":"YUBiLmNk","[email]":1}`},
		{`{"$cut":"a@b.cd","p":[]}`, `{"$cut":"[email]","p":{"$redacted":"key"}}`},
		{`{"n":9007199254740993,"p":1}`, `{"n":{"$int":"9007199254740993"},"p":{"$redacted":"key"}}`},
		{`["[email]"]`, `["[email]"]`},
	} {
		check(t, c.text, replacedText(t, c.text, "@email", "p -> drop"), c.want)
	}
	check(t, "dropped inside", replacedText(t, `{"a":["x a@b.cd"],"b":1}`, "@email -> drop"), `{"a":[{"$redacted":"email"}],"b":1}`)
	check(t, "dropped in a key", replacedText(t, `{"x a@b.cd":1}`, "@email -> drop"), `{"x [email]":1}`)
	check(t, "a hashed value", replacedText(t, `{"p":[9007199254740993, "a@b.cd"]}`, "p -> hash", "@email"), `{"p":{"$redacted":"key","hash":"`+zeroHash(`[{"$int":"9007199254740993"},"a@b.cd"]`)+`"}}`)
	check(t, "keys as they stand", replacedText(t, `{"$p":1,"$$p":2,"p":3}`, "$p -> drop"), `{"$$p":2,"$p":{"$redacted":"key"},"p":3}`)
	check(t, "in bytes", redacted(t, `"@email","p"`, `{"bytes":"eyJwIjogMX0="}`), `{"$bytes":"eyJwIjp7IiRyZWRhY3RlZCI6ImtleSJ9fQ=="}`)
	check(t, "keys of seal 1 alone", input(t, `{"redact":["p"]}`, `"{\"p\":1}"`), `"{\"p\":1}"`)
	check(t, "keys beside another rule", input(t, `{"redact":["p","!x"]}`, `"{\"p\":1}"`), `"{\"p\":{\"$redacted\":\"key\"}}"`)
}

func zeroHash(text string) string {
	return (&policy{hashKey: make([]byte, hashKeySize)}).hash([]byte(text))
}

// replacedText is a text that stays one.
func replacedText(t *testing.T, text string, rules ...string) string {
	t.Helper()
	left, ok := (&redaction{policy: policyFor(t, rules...)}).text(text, 0).(string)
	if !ok {
		t.Errorf("%s is no text any more", text)
	}
	return left
}

// TW-RED-007: keys that become the same text are told apart, in the order of the keys that they had.
func TestKeysThatBecomeTheSame(t *testing.T) {
	for notation, want := range map[string]string{
		`{"map":[["e@f.gh",2],["a@b.cd",1]]}`:                          `{"[email]":1,"[email]#2":2}`,
		`{"map":[["a@b.cd",1],["[email]",2],["[email]#2",3]]}`:         `{"[email]":2,"[email]#2":3,"[email]#3":1}`,
		`{"map":[["$a@b.cd",1],["$e@f.gh",2]]}`:                        `{"$$[email]":1,"$$[email]#2":2}`,
		`{"map":[["A@b.cd",1],["[email]",2]]}`:                         `{"[email]":1,"[email]#2":2}`,
		`"{\"a@b.cd\":1,\"e@f.gh\":2,\"$\":{\"$x\":\"a@b.cd\"}}"`:      `"{\"$\":{\"$x\":\"[email]\"},\"[email]\":1,\"[email]#2\":2}"`,
		`{"map":[["\ud83d\ude00 a@b.cd",1],["\uff5e a@b.cd",2]]}`:      `{"😀 [email]":1,"～ [email]":2}`,
		`{"map":[["a@b.cd",{"map":[["a@b.cd","a@b.cd"]]}]]}`:           `{"[email]":{"[email]":"[email]"}}`,
		`{"map":[["password",{"map":[["a@b.cd","x"]]}],["a@b.cd",0]]}`: `{"[email]":0,"password":{"[email]":"x"}}`,
	} {
		check(t, notation, redacted(t, `"@email"`, notation), want)
	}
	check(t, "hashed", redacted(t, `"@email -> hash"`, `{"map":[["a@b.cd",1]]}`), `{"[email:`+hashOf("a@b.cd")+`]":1}`)
}

// TW-RED-008: the ends of what was cut go, and so do chunks.
func TestEndsAndChunks(t *testing.T) {
	p := policyFor(t, "@card -> keep", "@email")
	cut := func(text string) string { return `{"$cut":"` + text + `","missing_bytes":5}` }
	b := func(n int) string { return strings.Repeat("b", n) }
	for in, want := range map[string]string{
		cut("a " + b(256)):                              `{"$cut":"a ","missing_bytes":261}`,
		cut("a " + b(257)):                              `{"$cut":"a ","missing_bytes":262}`,
		cut("a b" + b(100) + " " + b(200)):              `{"$cut":"a ","missing_bytes":307}`,
		cut(`a\n` + b(300)):                             `{"$cut":"a\n","missing_bytes":305}`,
		cut(strings.Repeat("x ", 200) + "x"):            `{"$cut":"` + strings.Repeat("x ", 72) + `","missing_bytes":262}`,
		cut(b(255)):                                     `{"$cut":"","missing_bytes":260}`,
		cut("a\u00a0" + b(300)):                         `{"$cut":"","missing_bytes":308}`,
		cut("a " + b(16384)):                            `{"$cut":"a ","missing_bytes":16389}`,
		cut("a " + b(16390)):                            `{"$cut":"a bbbbbb","missing_bytes":16389}`,
		cut("a é" + b(16383)):                           `{"$cut":"a ","missing_bytes":16390}`,
		cut("a@b.cd " + b(256)):                         `{"$cut":"[email] ","missing_bytes":261}`,
		`{"$cut":["` + b(300) + `"],"missing_items":1}`: `{"$cut":["` + b(300) + `"],"missing_items":1}`,
		`{"$cut":"x"}`:                                  `{"$cut":""}`,
		`{"$cut":{"$bytes":"` + base64Of("a "+b(256)+"\xe2\x82") + `"},"missing_bytes":1}`: `{"$cut":{"$bytes":"` + base64Of("a ") + `"},"missing_bytes":259}`,
		`{"$cut":{"$bytes":"` + base64Of("a "+b(256)+"\xff") + `"},"missing_bytes":1}`:     `{"$cut":{"$bytes":"` + base64Of("a "+b(256)+"\xff") + `"},"missing_bytes":1}`,
		`{"$cut":{"$bytes":"` + base64Of("a@b.cd "+b(256)) + `"},"missing_bytes":1}`:       `{"$cut":{"$bytes":"` + base64Of("[email] ") + `"},"missing_bytes":257}`,
		`{"x":[` + cut("a "+b(256)) + `]}`:                                                 `{"x":[{"$cut":"a ","missing_bytes":261}]}`,
	} {
		event := p.redact(map[string]any{"body": map[string]any{"input": wireOf(t, in)}})
		check(t, in, canonicalOf(t, event["body"]), canonicalOf(t, map[string]any{"input": wireOf(t, want)}))
	}
	hashed := policyFor(t, "@email", "x -> hash").redact(map[string]any{"body": map[string]any{"input": wireOf(t, `{"x":`+cut("a "+b(256))+`}`)}})
	check(t, "the hash of what was cut", canonicalOf(t, hashed["body"]), `{"input":{"x":{"$redacted":"key","hash":"`+zeroHash(cut("a "+b(256)))+`"}}}`)
	for _, c := range []struct{ rules, want string }{
		{`"@email"`, `[{"$redacted":"chunk"},{"$redacted":"chunk"}]`}, {`"/x/"`, `[{"$redacted":"chunk"},{"$redacted":"chunk"}]`},
		{`"@credential"`, `["a",1]`}, {`"@secrets","@credential -> keep"`, `[{"$redacted":"chunk"},{"$redacted":"chunk"}]`},
		{`"@email -> keep"`, `["a",1]`}, {`"!/x/"`, `["a",1]`}, {`"a -> drop"`, `["a",1]`}, {`"a"`, `["a",1]`},
	} {
		got := events(t, `{"redact":[`+c.rules+`]}`, `[{"do":"start","as":"a","kind":"llm"},{"do":"happen","span":"a","body":{"chunks":["a",1]}}]`)
		if !strings.Contains(got, `{"body":{"chunks":`+c.want+`}`) {
			t.Errorf("%s: %s", c.rules, got)
		}
	}
}

// TW-RED-008: of a text that was cut and began as JSON, nobody can tell the members.
func TestCutsThatBeginAsJSON(t *testing.T) {
	cut := func(text string) string {
		return canonicalOf(t, map[string]any{"$cut": text, "missing_bytes": int64(5)})
	}
	const mark = `{"$cut":{"$redacted":"key"},"missing_bytes":5}`
	for _, c := range []struct {
		rules []string
		in    string
		want  string
	}{
		{[]string{"@credential"}, cut(`{"a":"b`), mark}, {[]string{"a -> drop"}, cut(" \t\r\n[ 1"), mark}, {[]string{"a -> hash"}, cut(`{`), mark},
		{[]string{"@credential"}, cut(`{"password":"b"}`), `{"$cut":"{\"password\":{\"$redacted\":\"credential\"}}","missing_bytes":5}`}, {[]string{"@credential"}, cut(`x{"a":"b`), cut(`x{"a":"b`)},
		{[]string{"@credential -> keep"}, cut(`{"a":"b`), cut(`{"a":"b`)}, {[]string{"!x"}, cut(`{"a":"b`), cut(`{"a":"b`)}, {[]string{"@credential"}, cut(``), cut(``)},
		{[]string{"@credential"}, `{"$cut":[` + cut(`{"a`) + `],"missing_items":1}`, `{"$cut":[` + mark + `],"missing_items":1}`}, {[]string{"@credential"}, `{"$cut":"[1"}`, `{"$cut":{"$redacted":"key"}}`},
		{[]string{"@credential"}, `{"$cut":{"$bytes":"` + base64Of(`{"a`) + `"},"missing_bytes":5}`, `{"$cut":{"$bytes":"` + base64Of(`{"a`) + `"},"missing_bytes":5}`}, {[]string{"@credential"}, `{"x":"{\"a"}`, `{"x":"{\"a"}`},
		// The end goes first.
		{[]string{"@secrets"}, cut(`{"a": ` + strings.Repeat("b", 256)), `{"$cut":{"$redacted":"key"},"missing_bytes":261}`}, {[]string{"@email"}, cut(`{"a": ` + strings.Repeat("b", 256)), `{"$cut":"{\"a\": ","missing_bytes":261}`},
		{[]string{"@secrets"}, cut(`{"a":` + strings.Repeat("b", 256)), `{"$cut":"","missing_bytes":266}`}, {[]string{"@secrets"}, cut(`{} ` + strings.Repeat("b", 256)), `{"$cut":"{} ","missing_bytes":261}`},
	} {
		event := policyFor(t, c.rules...).redact(map[string]any{"body": map[string]any{"input": wireOf(t, c.in)}})
		check(t, strings.Join(c.rules, ", ")+" in "+c.in, canonicalOf(t, event["body"]), canonicalOf(t, map[string]any{"input": wireOf(t, c.want)}))
	}
	listed, _ := sealPolicy(&Header{Seal: 2, Redact: []string{"a"}, Rules: []string{"!x"}})
	check(t, "a key that is masked", canonicalOf(t, listed.redact(map[string]any{"body": map[string]any{"input": wireOf(t, cut(`{"b":`))}})["body"]), `{"input":`+mark+`}`)
	old, _ := sealPolicy(&Header{Seal: 1, Redact: []string{"a"}})
	check(t, "seal 1", canonicalOf(t, old.redact(map[string]any{"body": map[string]any{"input": wireOf(t, cut(`{"b":`))}})["body"]), `{"input":`+cut(`{"b":`)+`}`)
}

func base64Of(text string) string { return Bytes([]byte(text)).(map[string]any)["$bytes"].(string) }

// TW-RED-009: findings that overlap become one, and what is allowed is left out before.
func TestOverlapsAndAllowances(t *testing.T) {
	for _, c := range []struct {
		rules []string
		text  string
		want  string
	}{
		{[]string{"ab:/ab/", "bc:/bc/"}, "abc", `"[ab]"`},
		{[]string{"bc:/bc/", "ab:/ab/"}, "abc d", `"[ab] d"`},
		{[]string{"a:/a/", "ab:/ab/"}, "ab", `"[ab]"`},
		{[]string{"x:/ab/", "y:/ab/"}, "ab", `"[x]"`},
		{[]string{"ab:/ab/", "cd:/cd/"}, "abcd", `"[ab][cd]"`},
		{[]string{"ab:/ab/", "bc:/bc/", "cd:/cd/"}, "abcde", `"[ab]e"`},
		{[]string{"ab:/ab/", "bc:/bc/ -> drop"}, "abc", `{"$redacted":"ab"}`},
		{[]string{"ab:/ab/", "bc:/bc/ -> hash"}, "abc", `"[ab]"`},
		{[]string{"ab:/ab/ -> hash", "bc:/bc/"}, "abc", `"[ab:` + zeroHash("abc") + `]"`},
		{[]string{"/a/", "x:/b/ -> drop", "y:/c/ -> drop"}, "a c b", `{"$redacted":"y"}`},
		{[]string{"/a./"}, "a\u00e9 b", `"[pattern] b"`},
		{[]string{"@email", "!a@b.cd"}, "a@b.cd A@B.CD e@f.gh", `"a@b.cd A@B.CD [email]"`},
		{[]string{"@email", "!/[a-z]+@b\\.cd/"}, "a@b.cd A@b.cd aa@b.cd a@b.cde", `"a@b.cd [email] aa@b.cd [email]"`},
		{[]string{"@email", "!/a/"}, "a@b.cd", `"[email]"`},
		{[]string{"@email", "!/a@b|a@b.cd/"}, "a@b.cd", `"a@b.cd"`},
		{[]string{"@email", "!/^a.*$/"}, "x a@b.cd", `"x a@b.cd"`},
		{[]string{"@email", "!x a@b.cd"}, "x a@b.cd", `"x [email]"`},
		{[]string{"@email", "!é@b.cd"}, "é@b.cd É@b.cd", `"é@b.cd [email]"`},
		{[]string{"@email", "!a@b.cd", "x:/a@b\\.cd e/"}, "a@b.cd e", `"[x]"`},
		{[]string{"@email", "@url_password"}, "x://a:b@c.de", `"x://a:[email]"`},
		{[]string{"/nothing/", "!nothing"}, "nothing", `"nothing"`},
	} {
		check(t, strings.Join(c.rules, ", ")+" in "+c.text, replaced(t, c.text, c.rules...), c.want)
	}
	check(t, "bytes that are dropped", redacted(t, `"@email -> drop"`, `{"bytes":"YUBiLmNk"}`), `{"$redacted":"email"}`)
	check(t, "a cut that is dropped", string(Canonical((&redaction{policy: policyFor(t, "@email -> drop")}).value(map[string]any{"$cut": "a@b.cd " + strings.Repeat("b", 256), "missing_bytes": int64(1)}, 0))), `{"$cut":{"$redacted":"email"},"missing_bytes":257}`)
}

// TW-RED-018: what stands behind some keys is a secret whatever it is.
func TestCredentials(t *testing.T) {
	for _, c := range []struct{ rules, notation, want string }{
		{`"@credential"`, `{"map":[["password","x"],["Api-Key","y"],["name","z"]]}`, `{"Api-Key":{"$redacted":"credential"},"name":"z","password":{"$redacted":"credential"}}`},
		{`"@credential"`, `{"map":[["password",""],["passwd",null],["secret",true],["apikey",{"bytes":"eA=="}],["cookie",{"map":[["x","y"]]}]]}`, `{"apikey":{"$redacted":"credential"},"cookie":{"x":"y"},"passwd":null,"password":"","secret":true}`},
		{`"@credential"`, `{"map":[["pin_secret",1],["secret",{"double":"3fe0000000000000"}],["password",{"int":"-12345678901234567890"}],["cookie",{"double":"7ff8000000000000"}]]}`, `{"cookie":{"$float":"NaN"},"password":{"$redacted":"credential"},"pin_secret":{"$redacted":"credential"},"secret":{"$redacted":"credential"}}`},
		{`"@credential","@email"`, `{"map":[["cookie",["x",1,"",null,["a@b.cd"],{"map":[["secret","x"],["y","a@b.cd"]]}]]]}`, `{"cookie":[{"$redacted":"credential"},{"$redacted":"credential"},"",null,["[email]"],{"secret":{"$redacted":"credential"},"y":"[email]"}]}`},
		{`"@credential"`, `{"map":[["password#2","x"],["db.password#3",["x"]],["$secret","x"],["cookie",{"set":["x"]}]]}`, `{"$$secret":{"$redacted":"credential"},"cookie":[{"$redacted":"credential"}],"db.password#3":[{"$redacted":"credential"}],"password#2":{"$redacted":"credential"}}`},
		{`"@credential"`, `"{\"secret\":12345678901234567890,\"cookie\":[\"x\",{\"$int\":\"1\"}],\"passwd\":{\"$int\":\"1\"}}"`, `"{\"cookie\":[{\"$redacted\":\"credential\"},{\"$redacted\":\"credential\"}],\"passwd\":{\"$redacted\":\"credential\"},\"secret\":{\"$redacted\":\"credential\"}}"`},
		{`"@credential","!17","!{\"$int\":\"12345678901234567890\"}","!0.5"`, `{"map":[["secret",[17,18,{"int":"12345678901234567890"},{"double":"3fe0000000000000"},"17"]]]}`, `{"secret":[17,{"$redacted":"credential"},{"$int":"12345678901234567890"},0.5,"17"]}`},
		{`"@credential -> hash"`, `{"map":[["password",["x",17]]]}`, `{"password":[{"$redacted":"credential","hash":"` + hashOf(`x`) + `"},{"$redacted":"credential","hash":"` + hashOf(`17`) + `"}]}`},
		{`"@credential -> hash"`, `{"map":[["password","x"]]}`, `{"password":{"$redacted":"credential","hash":"` + hashOf(`x`) + `"}}`},
		{`"@secrets"`, `["password=otters","{\"a\":\"password=otters\",\"password\":\"x\"}"]`, `["password=[assignment]","{\"a\":\"password=[assignment]\",\"password\":{\"$redacted\":\"credential\"}}"]`},
		{`"@secrets","@assignment -> drop"`, `["password=otters","Bearer madeup0token1of2"]`, `[{"$redacted":"assignment"},"Bearer [bearer_token]"]`},
		{`"@credential -> drop"`, `{"map":[["password","x"]]}`, `{"password":{"$redacted":"credential"}}`},
		{`"@secrets","@credential -> keep"`, `{"map":[["password","x"]]}`, `{"password":"x"}`},
		{`"@credential","password"`, `{"map":[["password","x"]]}`, `{"password":{"$redacted":"key"}}`},
		{`"@credential","!NONE"`, `{"map":[["password","none"],["secret","none "]]}`, `{"password":"none","secret":{"$redacted":"credential"}}`},
		{`"@credential","!/x+/","/x/"`, `{"map":[["password","xx"]]}`, `{"password":"xx"}`},
		{`"@credential","!xx","/x/"`, `{"map":[["password","xx"]]}`, `{"password":"[pattern][pattern]"}`},
		{`"@credential"`, `"{\"a\": {\"x.password\": \"y\"}}"`, `"{\"a\":{\"x.password\":{\"$redacted\":\"credential\"}}}"`},
		{`"@credential","/pass/"`, `{"map":[["password","x"]]}`, `{"[pattern]word":{"$redacted":"credential"}}`},
		{`"@credential"`, `{"map":[["password","{\"a\":1}"]]}`, `{"password":{"$redacted":"credential"}}`},
	} {
		check(t, c.rules+" "+c.notation, redacted(t, c.rules, c.notation), c.want)
	}
	got := events(t, `{"redact":["@credential"]}`, `[{"do":"point","type":"log","body":{"secret":"x"}}]`)
	check(t, "a member of the body", got, `[{"body":{"secret":"x"},"seq":1,"time":"2026-01-01T00:00:00.000000000Z","type":"log"}]`)
}
