package tracewire

import "strings"

// Telephone numbers (TW-RED-012), in four forms that are tried in this order.

func phoneAt(text string, at int) span {
	for _, form := range []func(string, int) int{internationalEnd, americanEnd, nationalEnd, frenchEnd} {
		if end := form(text, at); end > 0 {
			return span{at, end}
		}
	}
	return span{}
}

// internationalEnd is (a): a plus, and as many groups as have at most 15 digits together. Others than the only one stand
// behind the code of a country.
func internationalEnd(text string, at int) int {
	if text[at] != '+' || !freeLeft(text, at) || at > 0 && text[at-1] == '+' || at+1 == len(text) || text[at+1] < '1' || text[at+1] > '9' {
		return 0
	}
	const code = 3
	digits, first, end := 0, 0, 0
	for from := at + 1; ; {
		group := digitsEnd(text, from)
		if group == from || digits+group-from > 15 || end > 0 && first > code {
			break
		}
		digits += group - from
		if end == 0 {
			first = digits
		}
		end = group
		from = runEnd(text, end, 2, func(c byte) bool { return oneOf(c, " .-/()") })
		if from == end {
			break
		}
	}
	if digits < 8 {
		return 0
	}
	return end
}

func startsNumber(text string, at int) bool {
	return freeLeft(text, at) && !numberBefore(text, at, ".-")
}

// americanEnd is (b): three, three and four digits, perhaps behind a 1.
func americanEnd(text string, at int) int {
	if !startsNumber(text, at) {
		return 0
	}
	if text[at] == '1' && at+2 < len(text) && oneOf(text[at+1], " .-") {
		at += 2
	}
	opens := text[at] == '('
	if opens {
		at++
	}
	if !isAreaCode(text, at) {
		return 0
	}
	at += 3
	if at == len(text) {
		return 0
	}
	sign := text[at]
	if opens {
		if sign != ')' {
			return 0
		}
		at++
		if at < len(text) && text[at] == ' ' {
			at++
		}
	} else if at++; !oneOf(sign, " .-") {
		return 0
	}
	if !isAreaCode(text, at) || at+3 == len(text) || !oneOf(text[at+3], " .-") || !opens && text[at+3] != sign {
		return 0
	}
	at += 4
	if digitsEnd(text, at)-at != 4 || !freeRight(text, at+4) || numberBehind(text, at+4, ".-") {
		return 0
	}
	return at + 4
}

// isAreaCode says whether three digits stand at a place, as both groups of an American number have them.
func isAreaCode(text string, at int) bool { return digitsEnd(text, at)-at == 3 && text[at] >= '2' }

// nationalEnd is (c): a group that begins with a zero, and as many further ones as fit.
func nationalEnd(text string, at int) (end int) {
	if !startsNumber(text, at) || !startsWithZero(text, at) {
		return 0
	}
	group := digitsEnd(text, at)
	digits := group - at
	if digits < 3 || digits > 5 || digits == 5 && strings.HasPrefix(text[group:], "-") {
		return 0
	}
	for range 4 {
		if group == len(text) || !oneOf(text[group], " -/") {
			break
		}
		from := group + 1
		if group = digitsEnd(text, from); group == from {
			break
		}
		if digits += group - from; digits > 12 {
			break
		}
		if digits >= 9 && freeRight(text, group) {
			end = group
		}
	}
	return end
}

// frenchEnd is (d): five pairs.
func frenchEnd(text string, at int) int {
	if !freeLeft(text, at) || numberBefore(text, at, " .") || !startsWithZero(text, at) || at+14 > len(text) || text[at+2] != ' ' && text[at+2] != '.' {
		return 0
	}
	for i := range 14 {
		if c := text[at+i]; i%3 == 2 && c != text[at+2] || i%3 != 2 && !isDigit(c) {
			return 0
		}
	}
	if !freeRight(text, at+14) || numberBehind(text, at+14, " .") {
		return 0
	}
	return at + 14
}

func startsWithZero(text string, at int) bool {
	return text[at] == '0' && at+1 < len(text) && '1' <= text[at+1] && text[at+1] <= '9'
}
