package tracewire

import "strings"

// Numbers of cards and accounts (TW-RED-013, TW-RED-014).

func cardAt(text string, at int) span {
	if !isDigit(text[at]) || !freeLeft(text, at) || numberBefore(text, at, ".") {
		return span{}
	}
	fits := func(end int) bool {
		return end > 0 && freeRight(text, end) && !numberBehind(text, end, ".") && isCard(justDigits(text[at:end]))
	}
	group := digitsEnd(text, at) - at
	if 13 <= group && group <= 19 && fits(at+group) {
		return span{at, at + group}
	}
	for _, groups := range [][]int{{4, 4, 4, 4, 3}, {4, 4, 4, 4}, {4, 6, 5}, {4, 6, 4}} {
		if end := groupsEnd(text, at, groups); fits(end) {
			return span{at, end}
		}
	}
	return span{}
}

// isCard says whether digits begin as those of a card of their length do, and hold its check.
func isCard(digits string) bool {
	begins := map[int]string{13: "4", 14: "30 36 38 39", 15: "34 37", 16: "2 3 4 5 6", 17: "4 5 6", 18: "4 5 6", 19: "4 5 6"}
	for prefix := range strings.FieldsSeq(begins[len(digits)]) {
		if strings.HasPrefix(digits, prefix) {
			return luhn(digits)
		}
	}
	return false
}

// groupsEnd is where groups of so many digits end that have one sign between them, always the same; 0 where they do not
// stand there.
func groupsEnd(text string, at int, groups []int) int {
	sign := byte(0)
	for i, size := range groups {
		if i > 0 {
			if at == len(text) || text[at] != ' ' && text[at] != '-' || i > 1 && text[at] != sign {
				return 0
			}
			sign = text[at]
			at++
		}
		if digitsEnd(text, at)-at != size {
			return 0
		}
		at += size
	}
	return at
}

// ibanLengths are those of ISO 13616, by country.
var ibanLengths = map[string]int{
	"AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BI": 27, "BR": 29, "BY": 28, "CH": 21,
	"CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DJ": 27, "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24, "FI": 18, "FK": 18, "FO": 18,
	"FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HN": 28, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IQ": 23, "IS": 26,
	"IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LC": 32, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "LY": 25, "MC": 27, "MD": 24,
	"ME": 22, "MK": 19, "MN": 20, "MR": 27, "MT": 31, "MU": 30, "NI": 28, "NL": 18, "NO": 15, "OM": 23, "PK": 24, "PL": 28, "PS": 29,
	"PT": 25, "QA": 29, "RO": 24, "RS": 22, "RU": 33, "SA": 24, "SC": 31, "SD": 18, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "SO": 23,
	"ST": 25, "SV": 28, "TL": 23, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20, "YE": 30,
}

func ibanAt(text string, at int) span {
	if at+4 > len(text) || !freeLeft(text, at) || !isDigit(text[at+2]) || !isDigit(text[at+3]) {
		return span{}
	}
	length := ibanLengths[text[at:at+2]]
	number := make([]byte, 0, 34)
	end := at
	for ; len(number) < length; end++ {
		if n := len(number); n > 0 && n%4 == 0 && end < len(text) && text[end] == ' ' {
			end++
		}
		if end == len(text) || !isUpper(text[end]) {
			return span{}
		}
		number = append(number, text[end])
	}
	if length == 0 || !freeRight(text, end) || !ibanChecks(string(number)) {
		return span{}
	}
	return span{at, end}
}

// ibanChecks computes the remainder by 97 of the number with its first four characters behind the others, each letter being
// two digits.
func ibanChecks(number string) bool {
	n := 0
	for _, c := range []byte(number[4:] + number[:4]) {
		if isDigit(c) {
			n = (10*n + int(c-'0')) % 97
		} else {
			n = (100*n + int(c-'A') + 10) % 97
		}
	}
	return n == 1
}
