package tracewire

import (
	"strconv"
	"strings"
)

// formatNumber writes a finite number as ECMAScript's Number::toString does (RFC 8785 section 3.2.2.3): the shortest
// digits that read back as the same number, without exponent from 1e-6 up to 1e21.
func formatNumber(f float64) string {
	if f == 0 {
		return "0"
	}
	sign := ""
	if f < 0 {
		sign, f = "-", -f
	}
	// Go finds the shortest digits; only where point and exponent stand differs.
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(f, 'e', -1, 64), "e")
	digits := strings.Replace(mantissa, ".", "", 1)
	e, _ := strconv.Atoi(exponent)
	k, n := len(digits), e+1
	switch {
	case k <= n && n <= 21:
		return sign + digits + strings.Repeat("0", n-k)
	case 0 < n && n <= 21:
		return sign + digits[:n] + "." + digits[n:]
	case -6 < n && n <= 0:
		return sign + "0." + strings.Repeat("0", -n) + digits
	}
	text := sign + digits[:1]
	if k > 1 {
		text += "." + digits[1:]
	}
	if e < 0 {
		return text + "e-" + strconv.Itoa(-e)
	}
	return text + "e+" + strconv.Itoa(e)
}
