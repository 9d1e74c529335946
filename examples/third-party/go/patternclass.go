package tracewire

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// A runeSet is ranges of characters, each from its first to its last.
type runeSet [][2]rune

// The classes of a pattern are of ASCII; Go's own `\s` lacks U+000B.
var patternClasses = map[byte]runeSet{
	'd': {{'0', '9'}},
	'w': {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}},
	's': {{'\t', '\r'}, {' ', ' '}},
}

// without is every character that is not in a set, whose ranges stand in order.
func (set runeSet) without() (rest runeSet) {
	next := rune(0)
	for _, r := range set {
		if next < r[0] {
			rest = append(rest, [2]rune{next, r[0] - 1})
		}
		next = r[1] + 1
	}
	return append(rest, [2]rune{next, utf8.MaxRune})
}

// single says whether a set has one character alone.
func (set runeSet) single() bool { return len(set) == 1 && set[0][0] == set[0][1] }

// folded is a set with the letters of ASCII in both cases, and nothing else: neither a long s nor a Kelvin sign.
func (set runeSet) folded() runeSet {
	for _, r := range set {
		for from, other := range map[rune]rune{'A': 'a' - 'A', 'a': 'A' - 'a'} {
			if low, high := max(r[0], from), min(r[1], from+25); low <= high {
				set = append(set[:len(set):len(set)], [2]rune{low + other, high + other})
			}
		}
	}
	return set
}

// class reads a class in brackets: characters, ranges, and escapes of both.
func (p *patternReader) class(flags patternFlags) error {
	p.at++
	negated := p.take("^")
	var set runeSet
	for first := true; ; first = false {
		if p.at >= len(p.in) {
			return p.refuse("a class without an end")
		}
		if p.peek() == ']' {
			if first {
				return p.refuse("a class of nothing")
			}
			p.at++
			p.set(set, negated, flags)
			return nil
		}
		items, err := p.item(first)
		if err != nil {
			return err
		}
		set = append(set, items...)
	}
}

// item reads a character, a range or an escaped class. What other engines read as something else is refused: brackets,
// doubled signs, and a hyphen that neither is a range nor stands at an end.
func (p *patternReader) item(first bool) (runeSet, error) {
	if rest := p.in[p.at:]; rest[0] == '-' && !first && !strings.HasPrefix(rest, "-]") {
		return nil, p.refuse("a hyphen in a class that has to be escaped")
	}
	set, err := p.member()
	if err != nil || p.peek() != '-' || strings.HasPrefix(p.in[p.at:], "-]") {
		return set, err
	}
	if !set.single() {
		return nil, p.refuse("a range that begins with a class")
	}
	p.at++
	if p.at >= len(p.in) || p.peek() == '-' {
		return nil, p.refuse("a range without an end")
	}
	end, err := p.member()
	if err != nil {
		return nil, err
	}
	if !end.single() || end[0][0] < set[0][0] {
		return nil, p.refuse("a range that ends before it begins")
	}
	return runeSet{{set[0][0], end[0][0]}}, nil
}

// member reads a character of a class, or an end of a range.
func (p *patternReader) member() (runeSet, error) {
	for _, sign := range []string{"[", "&&", "--", "~~"} {
		if strings.HasPrefix(p.in[p.at:], sign) {
			return nil, p.refuse("a sign in a class that has to be escaped")
		}
	}
	return p.char()
}

func (p *patternReader) char() (runeSet, error) {
	if p.peek() == '\\' {
		return p.escaped()
	}
	c, size := utf8.DecodeRuneInString(p.in[p.at:])
	p.at += size
	return runeSet{{c, c}}, nil
}

// escaped reads an escape that stands for characters.
func (p *patternReader) escaped() (runeSet, error) {
	if p.at+1 >= len(p.in) {
		return nil, p.refuse("an escape without an end")
	}
	c := p.in[p.at+1]
	if set, ok := patternClasses[c]; ok {
		p.at += 2
		return set, nil
	}
	if set, ok := patternClasses[c|0x20]; ok && isLetter(c) {
		p.at += 2
		return set.without(), nil
	}
	char := rune(c)
	switch {
	case c == 'n':
		char = '\n'
	case c == 'r':
		char = '\r'
	case c == 't':
		char = '\t'
	case c == 'x':
		return p.hex()
	case isAlnum(c) || c <= ' ' || c >= 0x7F || c == '<' || c == '>':
		return nil, p.refuse("an escape that patterns do not have here")
	}
	p.at += 2
	return runeSet{{char, char}}, nil
}

// hex reads a character that is given by its number, in two hex digits or in braces.
func (p *patternReader) hex() (runeSet, error) {
	digits, size := "", 4
	if rest := p.in[p.at+2:]; strings.HasPrefix(rest, "{") {
		digits, _, _ = strings.Cut(rest[1:], "}")
		size = len(digits) + 4
	} else if len(rest) >= 2 {
		digits = rest[:2]
	}
	n, err := strconv.ParseUint(digits, 16, 32)
	if err != nil || p.at+size > len(p.in) || len(digits) > 8 || !utf8.ValidRune(rune(n)) {
		return nil, p.refuse("an escape of no character")
	}
	p.at += size
	return runeSet{{rune(n), rune(n)}}, nil
}
