package tracewire

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// A pattern (TW-RED-003) is read here and written anew for Go's regexp, without anything that the two do not share: flags,
// `\s`, `.`, `^` and `$` are written out, and what the specification does not list is refused.

const (
	maxPattern = 4096 // bytes
	// maxTimes is how often something is repeated, all repetitions around it counted.
	maxTimes = 1000
	// maxPatternDepth bounds how deep groups stand inside each other, as Go's regexp does.
	maxPatternDepth = 1000
)

type patternFlags struct{ ignoreCase, lines, dotAll bool }

type patternReader struct {
	in    string
	at    int
	from  int // where the pattern stands in its rule
	out   strings.Builder
	names map[string]bool
}

// compilePattern is a pattern in Go's form; whole says that it has to match a text from its beginning to its end, and from
// where it stands in its rule.
func compilePattern(pattern string, whole bool, from int) (*regexp.Regexp, error) {
	p := &patternReader{in: pattern, from: from, names: map[string]bool{}}
	if len(pattern) > maxPattern {
		p.at = maxPattern
		return nil, p.refuse("a pattern of too many bytes")
	}
	_, err := p.sequence(patternFlags{}, 0)
	if err == nil && p.at < len(p.in) {
		err = p.refuse("a bracket closes what none opened")
	}
	if err != nil {
		return nil, err
	}
	written := p.out.String()
	if whole {
		written = `\A(?:` + written + `)\z`
	}
	compiled, err := regexp.Compile(written)
	if err != nil {
		return nil, p.refuse(err.Error())
	}
	return compiled, nil
}

// patternFinder finds what a pattern matches or, where it has groups, what the first of them does.
func patternFinder(pattern *regexp.Regexp) func(string) []span {
	group := min(pattern.NumSubexp(), 1)
	return func(text string) (found []span) {
		for _, at := range pattern.FindAllStringSubmatchIndex(text, -1) {
			if from, to := at[2*group], at[2*group+1]; from < to {
				found = append(found, span{from, to})
			}
		}
		return found
	}
}

func (p *patternReader) refuse(why string) error {
	return &Error{Code: "redact_pattern", Message: why, Offset: p.from + p.at}
}

func (p *patternReader) peek() byte {
	if p.at < len(p.in) {
		return p.in[p.at]
	}
	return 0
}

// take reads a text if it stands here.
func (p *patternReader) take(text string) bool {
	ok := strings.HasPrefix(p.in[p.at:], text)
	if ok {
		p.at += len(text)
	}
	return ok
}

// sequence reads alternatives up to the end of their group, and says how often something in it is repeated. Flags hold from
// where they stand up to there.
func (p *patternReader) sequence(flags patternFlags, depth int) (most int, err error) {
	if depth > maxPatternDepth {
		return 0, p.refuse("groups are nested too deep")
	}
	// What stands before, how often something in it is repeated, and whether it can be repeated itself.
	times, repeats := 1, false
	for p.at < len(p.in) && p.peek() != ')' {
		c := p.peek()
		if oneOf(c, "*+?{") {
			if !repeats {
				return 0, p.refuse("nothing stands before that can be repeated")
			}
			if times, err = p.quantifier(times); err != nil {
				return 0, err
			}
			repeats = false
			continue
		}
		most = max(most, times)
		times, repeats = 1, false
		switch c {
		case '|':
			p.out.WriteByte(c)
			p.at++
		case '(':
			times, repeats, err = p.group(&flags, depth)
		case '[':
			repeats, err = true, p.class(flags)
		default:
			repeats, err = p.one(flags)
		}
		if err != nil {
			return 0, err
		}
	}
	return max(most, times), nil
}

// assertions are signs that stand for places and not for characters, which nothing repeats, and what they are in Go.
var assertions = map[string]string{`^`: `\A`, `$`: `\z`, `\A`: `\A`, `\z`: `\z`, `\b`: `\b`, `\B`: `\B`}

// one reads what is no group and no class, and says whether it can be repeated.
func (p *patternReader) one(flags patternFlags) (repeats bool, err error) {
	for sign, written := range assertions {
		if p.take(sign) {
			if flags.lines {
				written = "(?m:" + sign + ")"
			}
			p.out.WriteString(written)
			return false, nil
		}
	}
	var set runeSet
	switch {
	case p.peek() == '\\':
		set, err = p.escaped()
	case !p.take("."):
		set, err = p.char()
	case flags.dotAll:
		set = runeSet{}.without()
	default:
		set = runeSet{{'\n', '\n'}}.without()
	}
	if err != nil {
		return false, err
	}
	p.set(set, false, flags)
	return true, nil
}

// quantifier reads what says how often something stands that repeats what is in it so many times, and whether rather less
// often.
func (p *patternReader) quantifier(times int) (int, error) {
	sign := p.in[p.at : p.at+1]
	place, length := p.at, 1
	if sign == "{" {
		counts, _, ok := strings.Cut(p.in[p.at+1:], "}")
		least, most, two := strings.Cut(counts, ",")
		low, given := countOf(least)
		high := low
		sign = fmt.Sprintf("{%d}", low)
		if two && most == "" {
			// Not to stand at all is not to be repeated; to stand any number of times is no number.
			high = max(low, 1)
			sign = fmt.Sprintf("{%d,}", low)
		} else if two {
			high, two = countOf(most)
			given = given && two
			sign = fmt.Sprintf("{%d,%d}", low, high)
		}
		switch {
		case !ok || !given:
			return 0, p.refuse("braces that say no number")
		case high < low:
			return 0, p.refuse("braces whose second number is the smaller one")
		}
		if times *= high; times > maxTimes {
			return 0, p.refuse("something is repeated too often")
		}
		length = len(counts) + 2
	}
	p.at = place + length
	p.out.WriteString(sign)
	if p.take("?") {
		p.out.WriteString("?")
	}
	return times, nil
}

// countOf is a number in braces, or one that is too large where it is.
func countOf(digits string) (int, bool) {
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(digits)
	if err != nil {
		n = maxTimes + 1
	}
	return min(n, maxTimes+1), true
}

// group reads a group, or flags for the rest of the one around them, which nothing can repeat.
func (p *patternReader) group(flags *patternFlags, depth int) (times int, repeats bool, err error) {
	inner := *flags
	p.at++
	switch {
	case p.take("?P<"), p.take("?<"):
		name, _, ok := strings.Cut(p.in[p.at:], ">")
		if !ok || !isGroupName(name) || p.names[name] {
			return 0, false, p.refuse("a group without a name of its own")
		}
		p.names[name] = true
		p.at += len(name) + 1
		p.out.WriteString("(?P<" + name + ">")
	case p.take("?:"):
		p.out.WriteString("(?:")
	case p.take("?"):
		closes, err := p.flags(&inner)
		if err != nil || closes {
			*flags = inner
			return 1, false, err
		}
		p.out.WriteString("(?:")
	default:
		p.out.WriteString("(")
	}
	if times, err = p.sequence(inner, depth+1); err != nil {
		return 0, false, err
	}
	if !p.take(")") {
		return 0, false, p.refuse("a group without an end")
	}
	p.out.WriteString(")")
	return times, true, nil
}

func isGroupName(name string) bool {
	return name != "" && !isDigit(name[0]) && strings.IndexFunc(name, func(c rune) bool { return c > 0x7F || !isWord(byte(c)) }) < 0
}

// flags reads `i`, `m` and `s`, those behind `-` being taken away, and says whether they stand alone.
func (p *patternReader) flags(flags *patternFlags) (alone bool, err error) {
	on, said := true, false
	for ; p.at < len(p.in); p.at++ {
		switch p.in[p.at] {
		case 'i':
			flags.ignoreCase = on
		case 'm':
			flags.lines = on
		case 's':
			flags.dotAll = on
		case '-':
			if !on {
				return false, p.refuse("flags that none are")
			}
			on, said = false, false
			continue
		case ')', ':':
			if !said {
				return false, p.refuse("flags that none are")
			}
			p.at++
			return p.in[p.at-1] == ')', nil
		default:
			return false, p.refuse("a group or flag that patterns do not have here")
		}
		said = true
	}
	return false, p.refuse("a group without an end")
}

// set writes one of some characters.
func (p *patternReader) set(set runeSet, negated bool, flags patternFlags) {
	if flags.ignoreCase {
		set = set.folded()
	}
	if set.single() && !negated {
		p.out.WriteString(regexp.QuoteMeta(string(set[0][0])))
		return
	}
	p.out.WriteString("[")
	if negated {
		p.out.WriteString("^")
	}
	for _, r := range set {
		fmt.Fprintf(&p.out, `\x{%x}-\x{%x}`, r[0], r[1])
	}
	p.out.WriteString("]")
}
