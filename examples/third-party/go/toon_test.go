package tracewire

import (
	"math/rand"
	"strings"
	"testing"
)

func TestTOON(t *testing.T) {
	for in, want := range map[string]string{
		`{}`: "", `[]`: "[]", `null`: "null", `"a b"`: "a b", `"- x"`: `"- x"`, `1e-7`: "1e-7", `{"a":[]}`: "a: []", `[[],[1,"x"]]`: "[2]:\n  - [0]:\n  - [2]: 1,x",
		`{"items":[{"sku":"A1","qty":2},{"sku":"B2","qty":1.5}]}`:                                        "items[2]{qty,sku}:\n  2,A1\n  1.5,B2",
		`{"o":[{"id":1,"c":{"n":"Ada","k":"DK"}},{"id":2,"c":{"n":"Bob","k":"UK"}}]}`:                    "o[2]{c{k,n},id}:\n  DK,Ada,1\n  UK,Bob,2",
		`{"users":{"alice":{"age":30},"bob":{"age":25}}}`:                                                "users[2:]{age}:\n  alice: 30\n  bob: 25",
		`{"a":{"x":1},"b":{"x":2}}`:                                                                      "[2:]{x}:\n  a: 1\n  b: 2",
		`{"items":[1,{"a":1},"text"]}`:                                                                   "items[3]:\n  - 1\n  - a: 1\n  - text",
		`[{"a":[{"x":1},{"x":2}],"b":1},{}]`:                                                             "[2]:\n  - a[2]{x}:\n      1\n      2\n    b: 1\n  -",
		`{"a b":{"$int":"9007199254740993"},"s":"","t":"true","n":"05","p":"+1","q":"x,y","u":"\u0001"}`: "\"a b\":\n  $int: \"9007199254740993\"\nn: \"05\"\np: \"+1\"\nq: \"x,y\"\ns: \"\"\nt: \"true\"\nu: \"\\u0001\"",
	} {
		want = strings.Replace(want, "$int:", `"$int":`, 1)
		got, err := Convert("json", "toon", []byte(in), Options{})
		if err != nil || string(got) != want {
			t.Errorf("%s\n%s %v\nnot\n%s", in, got, err, want)
		}
	}
	for in, code := range map[string]string{
		"a: 1\na: 2": "toon_duplicate_key", "a[2]: 1": "toon_count", "a[03]: 1": "toon_header", "a[1]{}:\n  1": "toon_header", "a: \"x": "toon_syntax", `a: "\x"`: "toon_escape",
		"a:\n   b: 1": "toon_indentation", "a:\n    b: 1": "toon_indentation", "a: 1\n  b: 2": "toon_indentation", "x\ny": "toon_syntax", "[1]: 1\nx: 2": "toon_trailing",
		"a[1]{x,y}:\n  1": "toon_width", "a[2]:\n  - 1\n\n  - 2": "toon_blank_line", "a[1|]{x,y}:\n  1|2": "toon_header", "\ta: 1": "toon_indentation", "a\xff": "toon_utf8",
		"a:\n  [1]: x": "toon_header", "a[1]:\n  b: 1": "toon_syntax",
	} {
		_, err := ReadTOON([]byte(in), false)
		if e, ok := err.(*Error); !ok || e.Code != code {
			t.Errorf("%q: %v, not %s", in, err, code)
		}
	}
	for in, want := range map[string]string{
		"# note\na: 1\r\n\nb: -x\n": `{"a":1,"b":"-x"}`, "key[2|]: a|b,c": `{"key":["a","b,c"]}`, "foo-bar: 05": `{"foo-bar":"05"}`, "a[0]:": `{"a":[]}`, "a:b[2]: x": `{"a":"b[2]: x"}`,
		"t[1\t]{a\tb}:\n  1\t2": `{"t":[{"a":1,"b":2}]}`, "l[1]:\n  - a:\n      b: 1\n    c: 2": `{"l":[{"a":{"b":1},"c":2}]}`, "-5": `-5`, "a: .5": `{"a":".5"}`,
		"x[1]:\n  - y[1]:\n      - z[1]{q}:\n          7\n": `{"x":[{"y":[{"z":[{"q":7}]}]}]}`, "a: 1e999": `{"a":"1e999"}`, "a: 9007199254740993": `{"a":{"$int":"9007199254740993"}}`,
	} {
		v, err := ReadTOON([]byte(in), false)
		if err != nil || string(Canonical(v)) != want {
			t.Errorf("%q: %s %v, not %s", in, Canonical(v), err, want)
		}
	}
}

// someValue makes values that are likely to hit the corners of TOON and protobuf.
func someValue(r *rand.Rand, depth int) any {
	words := []string{"", "a", "b", "x y", " s", "-", "- a", "#", "1", "05", "true", "null", "a,b", "a|b", "a\tb", "a:b", `"`, `\`, "[", "[]", "{}", "\n", "é", "\u0001", "$ref"}
	word := func() string { return words[r.Intn(len(words))] }
	kind := r.Intn(9)
	if depth <= 0 {
		kind = r.Intn(5)
	}
	switch kind {
	case 0:
		return nil
	case 1:
		return r.Intn(2) == 0
	case 2:
		return int64(r.Intn(100) - 50)
	case 3:
		return 0.25 + float64(r.Intn(9))*1e-9
	case 4:
		return word()
	case 5, 6:
		list := []any{}
		same := r.Intn(2) == 0
		first := someValue(r, depth-1)
		for range r.Intn(4) {
			if m, ok := first.(map[string]any); ok && same {
				list = append(list, mapMembers(m, func(string, any) any { return someValue(r, r.Intn(2)) }))
			} else {
				list = append(list, someValue(r, depth-1))
			}
		}
		return list
	}
	m := map[string]any{}
	for range r.Intn(4) {
		m[word()] = someValue(r, depth-1)
	}
	return m
}

func TestRoundTrips(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	delimiters := []string{"comma", "tab", "pipe"}
	for range 20000 {
		v := Canonical(someValue(r, 5))
		for _, to := range []string{"toon", "proto"} {
			b, err := Convert("json", to, v, Options{Delimiter: delimiters[r.Intn(3)]})
			if err != nil {
				t.Fatal(err)
			}
			back, err := Convert(to, "json", b, Options{})
			if err != nil || string(back) != string(v) {
				t.Fatalf("%s\nis %s %v in\n%s", v, back, err, b)
			}
			if len(b) > 0 {
				b[r.Intn(len(b))] = byte(r.Intn(256))
				Convert(to, "json", b, Options{Lenient: r.Intn(2) == 0})
			}
		}
	}
}
