package tracewire

import (
	"math/big"
	"strings"
	"time"
)

const (
	dayForm    = "2006-01-02"
	clockForm  = "15:04:05.000000000"
	localForm  = dayForm + "T" + clockForm
	momentForm = localForm + "Z"
)

// formatNanos is the form of TW-TIME-001 of nanoseconds since 1970. It says false for a year that has no four digits.
func formatNanos(nanos *big.Int) (string, bool) {
	seconds, rest := new(big.Int).DivMod(nanos, big.NewInt(1e9), new(big.Int))
	if !seconds.IsInt64() {
		return "", false
	}
	return formatMoment(time.Unix(seconds.Int64(), rest.Int64()))
}

func formatMoment(t time.Time) (string, bool) {
	t = t.UTC()
	return t.Format(momentForm), 0 <= t.Year() && t.Year() <= 9999
}

// momentOf is the wire form of a time with a zone, given as RFC 3339.
func momentOf(text string) (any, bool) {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return nil, false
	}
	form, fits := formatMoment(t)
	return map[string]any{"$time": form}, fits
}

// nineDigits fills the fraction of a time without zone up to nine digits, and drops what goes beyond.
func nineDigits(text string) string {
	whole, fraction, _ := strings.Cut(text, ".")
	return whole + "." + (fraction + "000000000")[:9]
}
