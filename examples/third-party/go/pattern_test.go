package tracewire

import (
	"strings"
	"testing"
)

// TW-RED-003: what a pattern finds, written as what stands in its place.
func TestPatterns(t *testing.T) {
	for _, c := range []struct{ pattern, text, want string }{
		{`otter`, "an otter, two otters", "an [pattern], two [pattern]s"},
		{`o..`, "o\nab oab", "o\nab [pattern]"}, {`(?s)o.a`, "o\na", "[pattern]"}, {`(?s:o.)(?-s:.)`, "o\n\na o\na", "o\n\na [pattern]"},
		{`[a-c]+`, "xabcd", "x[pattern]d"}, {`[^a-c]+`, "xabcd\n", "[pattern]abc[pattern]"}, {`[a\-z-]+`, "b-a-z", "b[pattern]"},
		{`[\d\]]+`, "a1]2", "a[pattern]"}, {`[^\d]+`, "1é2", "1[pattern]2"},
		{`[\s]+`, "a\t\n\v\f\r b\u0085\u00a0", "a[pattern]b\u0085\u00a0"}, {`\S+`, "\v é\v", "\v [pattern]\v"},
		{`[\S]+`, "\v é\v", "\v [pattern]\v"}, {`\w+`, "é_a1-", "é[pattern]-"}, {`\d+`, "٣3", "٣[pattern]"}, {`\D\W`, "1é-_", "1[pattern]_"},
		{`\bé`, "é aé", "é a[pattern]"}, {`\Ba`, "ba a", "b[pattern] a"}, {`^a`, "a\na", "[pattern]\na"},
		{`(?m)^a$`, "a\na\nb", "[pattern]\n[pattern]\nb"}, {`a$`, "a\n", "a\n"}, {`\Aa|b\z`, "aab\nb", "[pattern]ab\n[pattern]"},
		{`(?i)straße k`, "STRAßE K", "[pattern]"}, {`(?i)k|s`, "\u212a ſ K S", "\u212a ſ [pattern] [pattern]"},
		{`(?i)[^k]`, "kK\u212a", "kK[pattern]"}, {`(?i)[j-l]`, "\u212aK", "\u212a[pattern]"}, {`(?i:a)b`, "Ab AB", "[pattern] AB"},
		{`(?i)a(?-i)b`, "Ab AB", "[pattern] AB"}, {`((?i)a)b`, "Ab", "[pattern]b"}, {`a(?i)b|c`, "C aB Ab", "[pattern] [pattern] Ab"},
		{`(?i)[A-z]`, "^", "[pattern]"}, {`(?i)\x61`, "A", "[pattern]"}, {`(?im)^a`, "x\nA", "x\n[pattern]"},
		{`a{2}`, "aaaaa", "[pattern][pattern]a"}, {`a{2,}`, "aaaaa", "[pattern]"}, {`a{1,2}?`, "aa", "[pattern][pattern]"},
		{`a+?b`, "aab", "[pattern]"}, {`a|ab`, "ab", "[pattern]b"}, {`ab|a`, "ab", "[pattern]"}, {`a??b`, "ab", "[pattern]"},
		{`\x41\x{1F600}\.\/\-\_`, "A😀./-_", "[pattern]"}, {`\!\"\#\$\%\&\'\(\)\*\+\,\-\.\/\:\;\=\?\@\[\\\]\^\_\x60\{\|\}\~`, "!\"#$%&'()*+,-./:;=?@[\\]^_`{|}~", "[pattern]"},
		{`<>`, "<>", "[pattern]"}, {`[<>]+`, "<>", "[pattern]"}, {`\<`, "", "redact_pattern"}, {`a\>`, "", "redact_pattern"}, {`[\<]`, "", "redact_pattern"}, {`[\>]`, "", "redact_pattern"},
		{`a]`, "a]", "[pattern]"}, {`}`, "}", "[pattern]"}, {`]{2}`, "]]", "[pattern]"}, {`[{}]+`, "{}", "[pattern]"}, {`a}{2}`, "a}}", "[pattern]"}, {`\n\r\t`, "\n\r\t", "[pattern]"}, {`a]b}`, "a]b}", "[pattern]"},
		{`a\ b`, "", "redact_pattern"},
		{`x*`, "aaxx", "aa[pattern]"}, {`|a`, "aa", "aa"}, {`()a`, "a", "a"}, {`(?:o)tter`, "otter", "[pattern]"},
		{`id=(\d+)`, "id=12 id=x", "id=[pattern] id=x"}, {`(?P<n>\d)(\d)`, "12", "[pattern]2"}, {`(a)|b`, "ab", "[pattern]b"},
		{`(?:(a)|b)(c)`, "ac bc", "[pattern]c bc"}, {`((a)b)`, "ab", "[pattern]"}, {`a(b)a`, "ababa", "a[pattern]aba"},
		{`(`, "", "redact_pattern"}, {`)`, "", "redact_pattern"}, {`a)b`, "", "redact_pattern"}, {`[a`, "", "redact_pattern"},
		{`[]`, "", "redact_pattern"}, {`[]a]`, "", "redact_pattern"}, {`[z-a]`, "", "redact_pattern"}, {`[[:alpha:]]`, "", "redact_pattern"},
		{`[a[b]]`, "", "redact_pattern"}, {`[a&&b]`, "", "redact_pattern"}, {`[a--b]`, "", "redact_pattern"}, {`[\d-z]`, "", "redact_pattern"},
		{`[a-\d]`, "", "redact_pattern"}, {`[a-c-e]`, "", "redact_pattern"}, {`[\b]`, "", "redact_pattern"},
		{`(a)\1`, "", "redact_pattern"}, {`a(?=b)`, "", "redact_pattern"}, {`a(?!b)`, "", "redact_pattern"}, {`(?<=a)b`, "", "redact_pattern"},
		{`(?<!a)b`, "", "redact_pattern"}, {`(?<n>\d)(?<_1>\d)`, "12", "[pattern]2"}, {`(?<a1>b)`, "b", "[pattern]"}, {`(?<1>a)`, "", "redact_pattern"}, {`(?<é>a)`, "", "redact_pattern"}, {`(?<a.b>a)`, "", "redact_pattern"},
		{`(?<>a)`, "", "redact_pattern"}, {`(?<a`, "", "redact_pattern"}, {`(?<a>b)(?P<a>c)`, "", "redact_pattern"}, {`(?P<a>b`, "", "redact_pattern"},
		// Signs in classes
		{`[a-]+`, "a-", "[pattern]"}, {`[^-a]+`, "a-b", "a-[pattern]"}, {`[-]`, "-", "[pattern]"}, {`[!-&]+`, "#&", "[pattern]"}, {`[&]`, "&", "[pattern]"}, {`[~a~]`, "~", "[pattern]"}, {`[\&&]+`, "&", "[pattern]"},
		{`[!-&&]`, "", "redact_pattern"}, {`[&&]`, "", "redact_pattern"}, {`[~~]`, "", "redact_pattern"}, {`[a~~b]`, "", "redact_pattern"}, {`[}-~~]`, "", "redact_pattern"}, {`[--a]`, "", "redact_pattern"},
		{`[--]`, "", "redact_pattern"}, {`[+--]`, "", "redact_pattern"}, {`[a[]`, "", "redact_pattern"}, {`[A-[]`, "", "redact_pattern"}, {`[a-`, "", "redact_pattern"}, {`[\w-]`, "-", "[pattern]"},
		{`[-\d]`, "-", "[pattern]"}, {`[a-b-]+`, "ab-", "[pattern]"}, {`[]`, "", "redact_pattern"}, {`[^]`, "", "redact_pattern"}, {`[^]a]`, "", "redact_pattern"},
		// What is repeated
		{`a{1000}`, strings.Repeat("a", 1000), "[pattern]"}, {`(?:a{10}){100}`, strings.Repeat("a", 1000), "[pattern]"}, {`(?:a{10}){101}`, "", "redact_pattern"}, {`(?:a{10,}){101}`, "", "redact_pattern"},
		{`(?:a{2,10}){101}`, "", "redact_pattern"}, {`(?:a{10}b|c){101}`, "", "redact_pattern"}, {`(?:c|(?:a{10}))d{1000}`, "x", "x"}, {`(?:(?:a{10}){10}){11}`, "", "redact_pattern"},
		{`(?:(?:a{10}){10}){10}`, strings.Repeat("a", 1000), "[pattern]"}, {`(?:a*){1000}`, "aa", "[pattern]"}, {`(?:a{500})*b`, "b", "[pattern]"}, {`(?:a{500})+`, strings.Repeat("a", 1000), "[pattern]"},
		{`(?:a{500}){0,3}`, "", "redact_pattern"}, {`(?:a{1000}){0,}b`, "b", "[pattern]"}, {`(?:(?:a{1000}){0,}){2}`, "", "redact_pattern"}, {`(?:(?:a{1000}){0}b){2}`, "bb", "[pattern]"}, {`a{0}b`, "b", "[pattern]"},
		{`a{002}`, "aa", "[pattern]"}, {`a{00001,2}`, "aa", "[pattern]"}, {`a{1001,}`, "", "redact_pattern"}, {`a{0,1001}`, "", "redact_pattern"}, {`a{99999999999999999999}`, "", "redact_pattern"},
		{`a{-1}`, "", "redact_pattern"}, {`a{ 1}`, "", "redact_pattern"}, {`a{1,2,3}`, "", "redact_pattern"}, {`a{}`, "", "redact_pattern"}, {`a{,}`, "", "redact_pattern"}, {`a{2}{3}`, "", "redact_pattern"}, {`a{2}+`, "", "redact_pattern"},
		{`a{2}??`, "", "redact_pattern"}, {`a*?`, "a", "a"}, {`^*`, "", "redact_pattern"}, {`a$?`, "", "redact_pattern"}, {`\b+`, "", "redact_pattern"}, {`\B*`, "", "redact_pattern"}, {`\A{2}`, "", "redact_pattern"},
		{`\z??`, "", "redact_pattern"}, {`(?m)^*`, "", "redact_pattern"}, {`(?:^)*a`, "ba", "b[pattern]"}, {`(^|b)?a`, "ba", "[pattern]a"}, {`()*a`, "a", "a"}, {`(?:(?i))*a`, "a", "[pattern]"},
		{`(?i)+a`, "", "redact_pattern"}, {`|+a`, "", "redact_pattern"}, {`(+a)`, "", "redact_pattern"},
		{strings.Repeat("a", 4096), strings.Repeat("a", 4096), "[pattern]"}, {strings.Repeat("a", 4097), "", "redact_pattern"}, {strings.Repeat("é", 2049), "", "redact_pattern"},
		{`a(?-i)b`, "ab", "[pattern]"}, {`(?i-s)A.`, "a\n ab", "a\n [pattern]"}, {`(?s)(?:(?i-s)a.)b.`, "AcB AcbX Ac\nb Acb\n", "AcB [pattern] Ac\nb [pattern]"}, {`(?ms-i:^a.)`, "b\na\n", "b\n[pattern]"},
		{`(?i--s)a`, "", "redact_pattern"}, {`(?i-)a`, "", "redact_pattern"}, {`(?i`, "", "redact_pattern"}, {`(?P=n)`, "", "redact_pattern"},
		{`\pL`, "", "redact_pattern"}, {`\p{L}`, "", "redact_pattern"}, {`\P{L}`, "", "redact_pattern"}, {`\Q.\E`, "", "redact_pattern"},
		{`\Z`, "", "redact_pattern"}, {`\G`, "", "redact_pattern"}, {`\h`, "", "redact_pattern"}, {`\u0041`, "", "redact_pattern"},
		{`\f`, "", "redact_pattern"}, {`\0`, "", "redact_pattern"}, {`\é`, "", "redact_pattern"}, {`\x4`, "", "redact_pattern"},
		{`\x{}`, "", "redact_pattern"}, {`\x{d800}`, "", "redact_pattern"}, {`\x{110000}`, "", "redact_pattern"}, {`\`, "", "redact_pattern"},
		{`*a`, "", "redact_pattern"}, {`a|*`, "", "redact_pattern"}, {`(?i)*`, "", "redact_pattern"}, {`a**`, "", "redact_pattern"},
		{`a++`, "", "redact_pattern"}, {`a+?+`, "", "redact_pattern"}, {`a{`, "", "redact_pattern"}, {`{1}`, "", "redact_pattern"},
		{`a{,3}`, "", "redact_pattern"}, {`a{3,2}`, "", "redact_pattern"}, {`a{x}`, "", "redact_pattern"}, {`a{1001}`, "", "redact_pattern"},
		{`(?x)a`, "", "redact_pattern"}, {`(?U)a`, "", "redact_pattern"}, {`(?)a`, "", "redact_pattern"}, {`(?-)a`, "", "redact_pattern"},
		{`(?P<a>b)(?P<a>c)`, "", "redact_pattern"}, {`(?P<>a)`, "", "redact_pattern"}, {`(?P<1>a)`, "", "redact_pattern"},
		{`(?#a)`, "", "redact_pattern"}, {`(?>a)`, "", "redact_pattern"},
	} {
		r, err := parseRule("/" + c.pattern + "/")
		if err != nil {
			got := err.(*Error).Code
			check(t, c.pattern, got, c.want)
			continue
		}
		p := &policy{finders: []finder{{name: r.name, find: patternFinder(r.pattern)}}}
		got, _ := p.plain(c.text, false)
		check(t, c.pattern, got.(string), c.want)
	}
}
