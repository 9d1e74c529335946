package tracewire

import (
	"math"
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

// formatNanos is the form of TW-TIME-001 of nanoseconds since 1970. It says false beyond 64 bits.
func formatNanos(nanos *big.Int) (string, bool) {
	return time.Unix(0, nanos.Int64()).UTC().Format(momentForm), nanos.IsInt64()
}

// eventTime is the time of an event, which is one of 64 bits of nanoseconds, in its one form.
func eventTime(text string) (time.Time, bool) {
	t, err := time.Parse(momentForm, text)
	return t, err == nil && t.Format(momentForm) == text && fits64(t)
}

func fits64(t time.Time) bool {
	return !t.Before(time.Unix(0, math.MinInt64)) && !t.After(time.Unix(0, math.MaxInt64))
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
