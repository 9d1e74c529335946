package tracewire

import (
	"strings"
	"unicode/utf8"
)

const (
	maxLocal = 64 // characters before the at sign
	maxLabel = 63 // characters of a part of a name
)

func isNameChar(c byte) bool  { return isAlnum(c) || isHigh(c) }
func isLocalChar(c byte) bool { return isNameChar(c) || oneOf(c, "._%+-'") }
func isLabelChar(c byte) bool { return isNameChar(c) || c == '-' }
func isTopChar(c byte) bool   { return isLetter(c) || isHigh(c) }

// findEmails looks from each at sign to both sides: what stands there belongs to no other one.
func findEmails(text string) (found []span) {
	least := 0
	for at := range len(text) {
		if text[at] != '@' {
			continue
		}
		from, to := localStart(text, at, least), domainEnd(text, at+1)
		// What stands before a host of git is nobody's name.
		if from < at && to > 0 && text[from:at] != "git" {
			found = append(found, span{from, to})
			least = to
		}
	}
	return found
}

// localStart is the first place from which an address leads up to its at sign, and at where there is none. Of more
// characters than an address has there, the last belong to it.
func localStart(text string, at, least int) int {
	start, first, place := at, at, at
	for n := 0; place > 0 && isLocalChar(text[place-1]); n++ {
		if n == maxLocal {
			if first >= least {
				return first
			}
			break
		}
		_, size := utf8.DecodeLastRuneInString(text[:place])
		place -= size
		if !isNameChar(text[place]) {
			continue
		}
		first = place
		if place >= least && !standsBefore(text, place, isNameChar) {
			start = place
		}
	}
	return start
}

// charsEnd is where a run ends of which at most so many characters are taken, and how many these are.
func charsEnd(text string, at, most int, in func(byte) bool) (end, n int) {
	for end = at; end < len(text) && n < most && in(text[end]); n++ {
		_, size := utf8.DecodeRuneInString(text[end:])
		end += size
	}
	return end, n
}

// domainEnd is where the longest name ends that begins at a place, 0 where there is none.
func domainEnd(text string, at int) (end int) {
	for named := false; ; {
		if top, n := charsEnd(text, at, maxLabel, isTopChar); named && n >= 2 {
			end = top
		}
		label, n := charsEnd(text, at, maxLabel, isLabelChar)
		if n == 0 || text[at] == '-' || text[label-1] == '-' || label == len(text) || text[label] != '.' {
			return end
		}
		if isScale(text[at:label]) {
			return end
		}
		named = named || strings.IndexFunc(text[at:label], func(c rune) bool { return c > 0x7F || isLetter(byte(c)) }) >= 0
		at = label + 1
	}
}

// isScale says whether a label is what pictures have in their names: `photo@2x.png`.
func isScale(label string) bool { return len(label) == 2 && isDigit(label[0]) && label[1] == 'x' }
