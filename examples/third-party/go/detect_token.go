package tracewire

import "strings"

// apiPrefix is what keys of one kind begin with, and what follows (TW-RED-017).
type apiPrefix struct {
	prefix string
	set    func(byte) bool
	least  int
}

var apiPrefixes = []apiPrefix{
	{"sk-ant-", isURL, 24}, {"sk-proj-", isURL, 24}, {"sk-svcacct-", isURL, 24}, {"sk-admin-", isURL, 24},
	{"sk-or-v1-", isHexSmall, 32}, {"sk-lf-", isURL, 32}, {"sk-", isAlnum, 32},
	{"sk_live_", isAlnum, 16}, {"sk_test_", isAlnum, 16}, {"rk_live_", isAlnum, 16}, {"whsec_", isAlnum, 24},
	{"AKIA", isUpper, 16}, {"ASIA", isUpper, 16}, {"AIza", isURL, 35}, {"ya29.", isURL, 20}, {"GOCSPX-", isURL, 20},
	{"ghp_", isAlnum, 36}, {"gho_", isAlnum, 36}, {"ghu_", isAlnum, 36}, {"ghs_", isAlnum, 36}, {"ghr_", isAlnum, 36},
	{"github_pat_", isURL, 40}, {"glpat-", isURL, 20},
	{"xoxb-", isURL, 20}, {"xoxp-", isURL, 20}, {"xoxa-", isURL, 20}, {"xoxr-", isURL, 20}, {"xoxs-", isURL, 20}, {"xapp-", isURL, 20},
	{"hf_", isAlnum, 34}, {"gsk_", isAlnum, 40}, {"xai-", isAlnum, 40}, {"r8_", isAlnum, 37}, {"pplx-", isAlnum, 32}, {"fw_", isAlnum, 22},
	{"lsv2_pt_", isURL, 32}, {"lsv2_sk_", isURL, 32}, {"npm_", isAlnum, 36}, {"pypi-AgE", isURL, 40}, {"SG.", isDotted, 60},
	{"dapi", isHexSmall, 32}, {"dop_v1_", isHexSmall, 64},
	{"dckr_pat_", isURL, 20}, {"hvs.", isURL, 24}, {"nvapi-", isURL, 40}, {"sb_secret_", isURL, 20}, {"ATATT", isURL, 20},
	{"rk_test_", isAlnum, 16}, {"glrt-", isURL, 20}, {"csk-", isAlnum, 40}, {"shpat_", isHexSmall, 32}, {"tvly-", isURL, 24},
}

func afterAlnum(text string, at int) bool { return standsBefore(text, at, isAlnum) }

func apiKeyAt(text string, at int) span {
	if afterAlnum(text, at) {
		return span{}
	}
	for _, p := range apiPrefixes {
		if strings.HasPrefix(text[at:], p.prefix) {
			if end := p.end(text, at+len(p.prefix)); end > 0 {
				return span{at, end}
			}
		}
	}
	return span{}
}

// end is where a key ends whose prefix ends at a place, 0 where it is none. The run is only looked at to its end where the
// key is found.
func (p *apiPrefix) end(text string, at int) int {
	first := runEnd(text, at, p.least, p.set)
	if first-at < p.least {
		return 0
	}
	differ := 0
	for i := at; i < first; i++ {
		if text[i] != text[at] {
			differ++
		}
	}
	if 2*differ <= p.least {
		return 0
	}
	if (p.prefix == "AKIA" || p.prefix == "ASIA") && first < len(text) && p.set(text[first]) {
		return 0
	}
	end := runEnd(text, first, len(text), p.set)
	return at + len(strings.TrimRight(text[at:end], "."))
}

const tokenSigns = "._~+/-"

func isTokenChar(c byte) bool { return isAlnum(c) || oneOf(c, tokenSigns) }

// bearerTokenAt looks behind a word and a space. The run has no space, so it is looked at once.
func bearerTokenAt(text string, at int) span {
	if afterAlnum(text, at) || text[at]|0x20 != 'b' {
		return span{}
	}
	for _, word := range []string{"bearer ", "basic "} {
		from := at + len(word)
		if from > len(text) || lowerASCII(text[at:from]) != word {
			continue
		}
		end := runEnd(text, from, len(text), isTokenChar)
		digits, signs := 0, 0
		for i := from; i < end; i++ {
			if isDigit(text[i]) {
				digits++
			} else if !isLetter(text[i]) {
				signs++
			}
		}
		if end-from >= 16 && (digits > 0 || signs >= 2) {
			return span{from, runEnd(text, end, 2, func(c byte) bool { return c == '=' })}
		}
	}
	return span{}
}

func jwtAt(text string, at int) span {
	if afterAlnum(text, at) || !strings.HasPrefix(text[at:], "eyJ") {
		return span{}
	}
	head := runEnd(text, at+3, 257, isURL)
	if n := head - at - 3; n < 8 || n > 256 || !strings.HasPrefix(text[head:], ".eyJ") {
		return span{}
	}
	claims := runEnd(text, head+4, 16_384, isURL)
	if claims == len(text) || text[claims] != '.' {
		return span{}
	}
	return span{at, runEnd(text, claims+1, len(text), isURL)}
}

const pemDashes = "-----"

func isPEMChar(c byte) bool { return isCapital(c) || isDigit(c) || c == ' ' }

func privateKeyAt(text string, at int) span {
	const begin, kind = pemDashes + "BEGIN ", "PRIVATE KEY"
	if !strings.HasPrefix(text[at:], begin) {
		return span{}
	}
	from := at + len(begin)
	for n := range 31 {
		place := from + n
		if strings.HasPrefix(text[min(place, len(text)):], kind) {
			rest := text[place+len(kind):]
			rest = strings.TrimPrefix(rest, " BLOCK")
			if strings.HasPrefix(rest, pemDashes) {
				return span{at, pemEnd(text, len(text)-len(rest)+len(pemDashes))}
			}
		}
		if place >= len(text) || !isPEMChar(text[place]) {
			break
		}
	}
	return span{}
}

// pemEnd is behind the line that ends a block, or the end of the text. What is looked at on the way is found.
func pemEnd(text string, at int) int {
	const ends = pemDashes + "END "
	for {
		next := strings.Index(text[at:], ends)
		if next < 0 {
			return len(text)
		}
		at += next
		if end := runEnd(text, at+len(ends), 41, isPEMChar); strings.HasPrefix(text[end:], pemDashes) {
			return end + len(pemDashes)
		}
		at++
	}
}

// urlPasswordAt looks behind `://`, and finds what stands there between a name and a host.
func urlPasswordAt(text string, at int) span {
	if !strings.HasPrefix(text[at:], "://") {
		return span{}
	}
	from := at + 3
	end := runEnd(text, from, 200, func(c byte) bool { return c > ' ' && !oneOf(c, `/?#"<>`) })
	last := strings.LastIndexByte(text[from:end], '@')
	if last < 0 {
		return span{}
	}
	colon := strings.IndexByte(text[from:from+last], ':')
	if colon < 0 {
		return span{}
	}
	return span{from + colon + 1, from + last}
}
