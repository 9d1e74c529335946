package tracewire

import (
	"math"
	"testing"
)

// The numbers of RFC 8785, appendix B.
func TestNumbers(t *testing.T) {
	for bits, want := range map[uint64]string{
		0x0000000000000000: "0",
		0x8000000000000000: "0",
		0x0000000000000001: "5e-324",
		0x8000000000000001: "-5e-324",
		0x7fefffffffffffff: "1.7976931348623157e+308",
		0xffefffffffffffff: "-1.7976931348623157e+308",
		0x4340000000000000: "9007199254740992",
		0xc340000000000000: "-9007199254740992",
		0x4430000000000000: "295147905179352830000",
		0x44b52d02c7e14af5: "9.999999999999997e+22",
		0x44b52d02c7e14af6: "1e+23",
		0x44b52d02c7e14af7: "1.0000000000000001e+23",
		0x444b1ae4d6e2ef4e: "999999999999999700000",
		0x444b1ae4d6e2ef4f: "999999999999999900000",
		0x444b1ae4d6e2ef50: "1e+21",
		0x3eb0c6f7a0b5ed8c: "9.999999999999997e-7",
		0x3eb0c6f7a0b5ed8d: "0.000001",
		0x41b3de4355555553: "333333333.3333332",
		0x41b3de4355555554: "333333333.33333325",
		0x41b3de4355555555: "333333333.3333333",
		0x41b3de4355555556: "333333333.3333334",
		0x41b3de4355555557: "333333333.33333343",
		0xbecbf647612f3696: "-0.0000033333333333333333",
		0x43143ff3c1cb0959: "1424953923781206.2",
	} {
		if got := formatNumber(math.Float64frombits(bits)); got != want {
			t.Errorf("%x: %s, not %s", bits, got, want)
		}
	}
}

// The example of RFC 8785, section 3.2.2, but for its two numbers beyond 2^53, which are texts here (TW-VAL-002).
func TestCanonical(t *testing.T) {
	const in = `{
  "numbers": [333333333.33333329, 4.50, 2e-3, 0.000000000000000000000000001],
  "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
  "literals": [null, true, false]
}`
	const want = `{"literals":[null,true,false],"numbers":[333333333.3333333,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`
	v, err := ReadJSON([]byte(in))
	if err != nil {
		t.Fatal(err)
	}
	if got := string(Canonical(v)); got != want {
		t.Errorf("%s\nnot %s", got, want)
	}
}

// The order of RFC 8785, section 3.2.3: by UTF-16 code units, not by bytes.
func TestKeyOrder(t *testing.T) {
	const in = `{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One",` +
		`"\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}`
	const want = "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\",\"ö\":\"Latin Small Letter O With Diaeresis\"," +
		"\"€\":\"Euro Sign\",\"😀\":\"Emoji: Grinning Face\",\"\ufb33\":\"Hebrew Letter Dalet With Dagesh\"}"
	v, err := ReadJSON([]byte(in))
	if err != nil {
		t.Fatal(err)
	}
	if got := string(Canonical(v)); got != want {
		t.Errorf("%q\nnot %q", got, want)
	}
}

func TestReadNumbers(t *testing.T) {
	for in, want := range map[string]string{
		"-0": "0", "-0.0": "0", "1.0": "1", "1e2": "100", "9007199254740991": "9007199254740991",
		"9007199254740992": `{"$int":"9007199254740992"}`, "-9007199254740993": `{"$int":"-9007199254740993"}`,
		"1e23":   `{"$int":"99999999999999991611392"}`,
		"0.1":    "0.1",
		"1e-400": "0",
	} {
		v, err := ReadJSON([]byte(in))
		if err != nil {
			t.Errorf("%s: %v", in, err)
		} else if got := string(Canonical(v)); got != want {
			t.Errorf("%s: %s, not %s", in, got, want)
		}
	}
}

func TestRefused(t *testing.T) {
	for in, code := range map[string]string{
		`{"a":1,"a":2}`: "json_duplicate_key", `"\ud800"`: "json_surrogate", `"\ud800\u0041"`: "json_surrogate", "\"\xff\"": "json_utf8",
		"\uFEFF1": "json_syntax", "1 1": "json_trailing", "01": "json_number", "1.": "json_number", "-": "json_number", "1e400": "number_range",
		"[1,]": "json_syntax", `{"a":1,}`: "json_syntax", "": "json_end", "[": "json_end", "\"\t\"": "json_control", `"\x"`: "json_escape", "NaN": "json_syntax",
	} {
		_, err := ReadJSON([]byte(in))
		if e, ok := err.(*Error); !ok || e.Code != code {
			t.Errorf("%q: %v, not %s", in, err, code)
		}
	}
}

func TestCleanText(t *testing.T) {
	if got := cleanUTF8([]byte("a\xff\xe2\x82b\xed\xa0\x80")); got != "a\uFFFD\uFFFDb\uFFFD" {
		t.Errorf("%q", got)
	}
	if got := cleanUTF16([]uint16{0x41, 0xD83D, 0xD83D, 0xDE00, 0xDE00}); got != "A\uFFFD😀\uFFFD" {
		t.Errorf("%q", got)
	}
}
