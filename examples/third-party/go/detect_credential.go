package tracewire

import (
	"slices"
	"strings"
)

// Names behind which a secret stands, whatever it looks like: of members of maps (TW-RED-018), and in texts (TW-RED-019).

// credentialKeys is what such names end with.
var credentialKeys = []string{
	"accesstoken", "apikey", "authorization", "authtoken", "clientsecret", "connectionstring", "cookie", "passwd", "password", "privatekey",
	"refreshtoken", "secret", "secretkey", "sessiontoken",
}

var noHyphens = strings.NewReplacer("-", "", "_", "")

// isCredential says whether a key, as its user chose it, is such a name.
func isCredential(key string) bool {
	key = withoutNumber(key)
	key = lowerASCII(noHyphens.Replace(key[strings.LastIndexAny(key, "./")+1:]))
	return slices.ContainsFunc(credentialKeys, func(name string) bool { return strings.HasSuffix(key, name) })
}

const (
	maxName     = 64   // characters of a name that are looked at
	maxQuoted   = 4096 // bytes of a value in quotes
	leastSecret = 4    // bytes of a value that is found
)

// assignedAt looks at a sign behind which the value of a name stands, and finds that.
func assignedAt(text string, at int) span {
	if !oneOf(text[at], "=:") || !isCredential(nameBefore(text, at)) {
		return span{}
	}
	from := runEnd(text, at+1, 2, isSpace)
	end := runEnd(text, from, len(text), isPlain)
	if from < len(text) && isQuote(text[from]) {
		quote := text[from]
		from++
		end = runEnd(text, from, maxQuoted+1, func(c byte) bool { return c != quote && c != '\n' })
		if end-from > maxQuoted || end == len(text) || text[end] != quote {
			return span{}
		}
	}
	if end-from < leastSecret {
		return span{}
	}
	return span{from, end}
}

// nameBefore is the name before a sign, which may stand in quotes and have spaces behind it.
func nameBefore(text string, at int) string {
	for n := 0; n < 2 && at > 0 && isSpace(text[at-1]); n++ {
		at--
	}
	if at > 0 && isQuote(text[at-1]) {
		at--
	}
	from := at
	for from > 0 && at-from < maxName && isDotted(text[from-1]) {
		from--
	}
	return text[from:at]
}

func isSpace(c byte) bool { return c == ' ' }
func isQuote(c byte) bool { return c == '"' || c == '\'' }

// isPlain says whether a character may stand in a value without quotes.
func isPlain(c byte) bool { return c > ' ' && !oneOf(c, ",;&\"')]}<>") }
