package tracewire

import "strings"

// Detectors (spec/privacy.md, section 4). Each finds from left to right in time that grows with the text alone: what is
// looked at from one place is bounded, or never looked at again.

// detectors by their names. What `credential` finds is no text.
var detectors = map[string]func(string) []span{
	"email": findEmails, "phone": places(phoneAt), "card": places(cardAt), "iban": places(ibanAt), "ip": places(addressAt),
	"national_id": places(nationalIDAt), "api_key": places(apiKeyAt), "bearer_token": places(bearerTokenAt), "jwt": places(jwtAt),
	"private_key": places(privateKeyAt), "url_password": places(urlPasswordAt), "credential": nil, "assignment": places(assignedAt),
}

// Groups of detectors (TW-RED-011).
var (
	secrets  = []string{"api_key", "bearer_token", "jwt", "private_key", "url_password", "credential", "assignment"}
	personal = []string{"email", "phone", "card", "iban", "ip", "national_id"}
)

// detectorsOf are the detectors that a name stands for.
func detectorsOf(name string) []string {
	switch name {
	case "secrets":
		return secrets
	case "personal":
		return personal
	case "all":
		return append(append([]string{}, secrets...), personal...)
	}
	if _, ok := detectors[name]; ok {
		return []string{name}
	}
	return nil
}

// places finds what a detector does that looks at one place at a time.
func places(at func(text string, place int) span) func(string) []span {
	return func(text string) (found []span) {
		for place := 0; place < len(text); {
			if f := at(text, place); f.from < f.to {
				found = append(found, f)
				place = f.to
			} else {
				place++
			}
		}
		return found
	}
}

// Characters are looked at by their bytes: every byte of a character beyond U+007F is high, and no word character.

func isLetter(c byte) bool   { return isSmall(c) || isCapital(c) }
func isSmall(c byte) bool    { return 'a' <= c && c <= 'z' }
func isCapital(c byte) bool  { return 'A' <= c && c <= 'Z' }
func isDigit(c byte) bool    { return '0' <= c && c <= '9' }
func isHigh(c byte) bool     { return c >= 0x80 }
func isAlnum(c byte) bool    { return isLetter(c) || isDigit(c) }
func isUpper(c byte) bool    { return isCapital(c) || isDigit(c) }
func isHexSmall(c byte) bool { return isDigit(c) || 'a' <= c && c <= 'f' }
func isURL(c byte) bool      { return isAlnum(c) || c == '-' || c == '_' }
func isDotted(c byte) bool   { return isURL(c) || c == '.' }
func isHexDigit(c byte) bool { return isHexSmall(c) || 'A' <= c && c <= 'F' }
func isWord(c byte) bool     { return isAlnum(c) || c == '_' }

// runEnd is where the run ends that begins at a place, or, if that is less, most bytes behind it.
func runEnd(text string, at, most int, in func(byte) bool) int {
	end := at
	for end < len(text) && end-at < most && in(text[end]) {
		end++
	}
	return end
}

// digitsEnd is where a group of digits ends. No form has more than this looks at.
func digitsEnd(text string, at int) int { return runEnd(text, at, 20, isDigit) }

// standsBefore says whether one of some letters and digits stands before a place. What ends an escape is none there.
func standsBefore(text string, at int, in func(byte) bool) bool {
	return at > 0 && in(text[at-1]) && !endsEscape(text, at)
}

// endsEscape says whether an escape stands before a place: a letter behind a backslash, four hex digits behind `\u`, two
// behind `%`.
func endsEscape(text string, at int) bool {
	hexBehind := func(sign string, digits int) bool {
		from := at - digits
		return strings.HasSuffix(text[:max(from, 0)], sign) && runEnd(text, from, digits, isHexDigit) == at
	}
	return at >= 2 && text[at-2] == '\\' && isLetter(text[at-1]) || hexBehind("%", 2) || hexBehind(`\u`, 4)
}

func freeLeft(text string, at int) bool  { return !standsBefore(text, at, isWord) }
func freeRight(text string, at int) bool { return at == len(text) || !isWord(text[at]) }

// numberBefore says whether one of some signs stands before a place, and a digit before that.
func numberBefore(text string, at int, signs string) bool {
	return at >= 2 && oneOf(text[at-1], signs) && standsBefore(text, at-1, isDigit)
}

// numberBehind says whether one of some signs stands at a place, and a digit behind that.
func numberBehind(text string, at int, signs string) bool {
	return at+1 < len(text) && oneOf(text[at], signs) && isDigit(text[at+1])
}

func oneOf(c byte, signs string) bool {
	for i := 0; i < len(signs); i++ {
		if signs[i] == c {
			return true
		}
	}
	return false
}

// justDigits is a text without anything else.
func justDigits(text string) string {
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		if isDigit(text[i]) {
			out = append(out, text[i])
		}
	}
	return string(out)
}

// luhn is the check of ISO/IEC 7812-1.
func luhn(digits string) bool {
	sum := 0
	for i := range len(digits) {
		n := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			n = 2*n/10 + 2*n%10
		}
		sum += n
	}
	return sum%10 == 0
}

// remainder is that of a number of any length.
func remainder(digits string, by int) (n int) {
	for i := range len(digits) {
		n = (10*n + int(digits[i]-'0')) % by
	}
	return n
}
