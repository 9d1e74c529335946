package tracewire

import "strings"

// Numbers of persons (TW-RED-016). In a form, `9` is a digit, `A` a capital letter, `*` one of both or a hyphen or plus, and
// everything else itself.

type nationalID struct {
	forms  []string
	checks func(id string) bool // given the characters without those that only part them
	alone  bool                 // no further group stands beside it, a space between
}

var nationalIDs = []nationalID{
	{[]string{"999-99-9999"}, usNumber, false},
	{[]string{"AA999999A", "AA 99 99 99 A"}, ukInsurance, false},
	{[]string{"99999999999", "99 999 999 999"}, germanTax, false},
	{[]string{"999999*99999999", "9 99 99 9* 999 999 99"}, frenchNIR, false},
	{[]string{"99999999A", "99999999-A", "A9999999A", "A9999999-A"}, spanishID, false},
	{[]string{"AAAAAA99A99A999A"}, italianCode, false},
	{[]string{"99999999999"}, polishPESEL, false},
	{[]string{"999999-9999", "999999+9999", "99999999-9999", "99999999+9999"}, swedishNumber, false},
	{[]string{"999999*999*"}, finnishCode, false},
	{[]string{"999.999.999-99"}, brazilianCPF, false},
	{[]string{"9999 9999 9999"}, indianAadhaar, true},
	{[]string{"99999999999999999*"}, chineseID, false},
	{[]string{"999 999 999"}, canadianSIN, true},
	{[]string{"999-999-999"}, canadianSIN, false},
	{[]string{"999999-9999999"}, koreanNumber, false},
}

func nationalIDAt(text string, at int) (longest span) {
	if !isUpper(text[at]) || !freeLeft(text, at) || numberBefore(text, at, "-.") {
		return span{}
	}
	for _, id := range nationalIDs {
		for _, form := range id.forms {
			end := at + len(form)
			if end <= longest.to || !hasForm(text, at, form) || !freeRight(text, end) || numberBehind(text, end, "-.") {
				continue
			}
			if id.alone && (numberBefore(text, at, " ") || numberBehind(text, end, " ")) {
				continue
			}
			if id.checks(strings.Map(withoutParting, text[at:end])) {
				longest = span{at, end}
			}
		}
	}
	return longest
}

func hasForm(text string, at int, form string) bool {
	if at+len(form) > len(text) {
		return false
	}
	for i := range len(form) {
		c, fits := text[at+i], false
		switch form[i] {
		case '9':
			fits = isDigit(c)
		case 'A':
			fits = isCapital(c)
		case '*':
			fits = isUpper(c) || c == '-' || c == '+'
		default:
			fits = c == form[i]
		}
		if !fits {
			return false
		}
	}
	return true
}

func withoutParting(c rune) rune {
	if strings.ContainsRune(" .", c) {
		return -1
	}
	return c
}

// fewDigits is the number of a few digits.
func fewDigits(digits string) int { return remainder(digits, 1_000_000_000) }

func within(digits string, low, high int) bool {
	n := fewDigits(digits)
	return low <= n && n <= high
}

func usNumber(id string) bool {
	area, group, serial := id[:3], fewDigits(id[4:6]), id[7:]
	if area >= "900" {
		return 50 <= group && group <= 65 || 70 <= group && group <= 88 || 90 <= group && group <= 92 || 94 <= group && group <= 99
	}
	return area != "000" && area != "666" && group != 0 && serial != "0000"
}

func ukInsurance(id string) bool {
	if strings.ContainsAny(id[:2], "DFIQUV") || id[1] == 'O' || id[8] > 'D' {
		return false
	}
	switch id[:2] {
	case "BG", "GB", "KN", "NK", "NT", "TN", "ZZ":
		return false
	}
	return true
}

func germanTax(id string) bool {
	if id[0] == '0' {
		return false
	}
	repeated := 0
	for digit := '0'; digit <= '9'; digit++ {
		switch n := strings.Count(id[:10], string(digit)); {
		case n > 3:
			return false
		case n > 1:
			repeated++
		}
	}
	product := 10
	for i := range 10 {
		sum := (product + int(id[i]-'0')) % 10
		if sum == 0 {
			sum = 10
		}
		product = 2 * sum % 11
	}
	return repeated == 1 && int(id[10]-'0') == (11-product)%10
}

func frenchNIR(id string) bool {
	switch id[5:7] {
	case "2A":
		id = id[:5] + "19" + id[7:]
	case "2B":
		id = id[:5] + "18" + id[7:]
	}
	if justDigits(id) != id || id[0] != '1' && id[0] != '2' || fewDigits(id[13:]) != 97-remainder(id[:13], 97) {
		return false
	}
	return within(id[3:5], 1, 12) || within(id[3:5], 20, 99)
}

func spanishID(id string) bool {
	digits := strings.TrimRight(id[:len(id)-1], "-")
	if at := strings.IndexByte("XYZ", digits[0]); at >= 0 {
		digits = string(rune('0'+at)) + digits[1:]
	}
	return isDigit(digits[0]) && id[len(id)-1] == "TRWAGMYFPDXBNJZSQVHLCKE"[remainder(digits, 23)]
}

func italianCode(id string) bool {
	odd := [26]int{1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23}
	if !strings.ContainsRune("ABCDEHLMPRST", rune(id[8])) {
		return false
	}
	sum := 0
	for i := range 15 {
		n := int(id[i] - '0')
		if isCapital(id[i]) {
			n = int(id[i] - 'A')
		}
		// Places are counted from 1.
		if i%2 == 0 {
			n = odd[n]
		}
		sum += n
	}
	return int(id[15]-'A') == sum%26
}

func polishPESEL(id string) bool {
	month := fewDigits(id[2:4]) % 20
	return weighted(id, 1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)%10 == 0 && 1 <= month && month <= 12 && within(id[4:6], 1, 31)
}

// weighted is the sum of the first digits, each with its weight.
func weighted(digits string, weights ...int) (sum int) {
	for i, weight := range weights {
		sum += weight * int(digits[i]-'0')
	}
	return sum
}

func swedishNumber(id string) bool {
	digits := justDigits(id)
	digits = digits[len(digits)-10:]
	return luhn(digits) && within(digits[2:4], 1, 12) && (within(digits[4:6], 1, 31) || within(digits[4:6], 61, 91))
}

func finnishCode(id string) bool {
	digits := id[:6] + id[7:10]
	if !strings.ContainsRune("-+ABCDEFYXWVU", rune(id[6])) || !within(id[:2], 1, 31) || !within(id[2:4], 1, 12) {
		return false
	}
	return id[10] == "0123456789ABCDEFHJKLMNPRSTUVWXY"[remainder(digits, 31)]
}

func brazilianCPF(id string) bool {
	digits := justDigits(id)
	if strings.Trim(digits, digits[:1]) == "" {
		return false
	}
	first := weighted(digits, 10, 9, 8, 7, 6, 5, 4, 3, 2) * 10 % 11 % 10
	second := weighted(digits, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2) * 10 % 11 % 10
	return int(digits[9]-'0') == first && int(digits[10]-'0') == second
}

func indianAadhaar(id string) bool { return id[0] >= '2' && verhoeff(id) }

// verhoeff computes in the group of the symmetries of a pentagon.
func verhoeff(digits string) bool {
	permutation := [10]int{1, 5, 7, 6, 2, 8, 3, 0, 9, 4}
	check := 0
	for i := range len(digits) {
		n := int(digits[len(digits)-1-i] - '0')
		for range i % 8 {
			n = permutation[n]
		}
		check = pentagon(check, n)
	}
	return check == 0
}

func pentagon(a, b int) int {
	switch {
	case a < 5 && b < 5:
		return (a + b) % 5
	case a < 5:
		return (a+b-5)%5 + 5
	case b < 5:
		return (a-5-b+5)%5 + 5
	}
	return (a - b + 5) % 5
}

func chineseID(id string) bool {
	sum := weighted(id, 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
	return id[17] == "10X98765432"[sum%11] && within(id[6:10], 1900, 2099) && within(id[10:12], 1, 12) && within(id[12:14], 1, 31)
}

func canadianSIN(id string) bool { return id[0] != '0' && id[0] != '8' && luhn(justDigits(id)) }

func koreanNumber(id string) bool {
	return within(id[2:4], 1, 12) && within(id[4:6], 1, 31) && '1' <= id[7] && id[7] <= '8'
}
