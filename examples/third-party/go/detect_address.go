package tracewire

import (
	"net/netip"
	"strings"
)

// Addresses of the internet protocol (TW-RED-015).

// maxAddress is how long the run is that an address of version 6 is looked for in.
const maxAddress = 45

func addressAt(text string, at int) span {
	if !freeLeft(text, at) || at > 0 && text[at-1] == '.' || behindColon(text, at) {
		return span{}
	}
	if end := address4End(text, at); end > 0 {
		return span{at, end}
	}
	return span{at, at + len(address6(text, at))}
}

// behindColon says whether a colon stands before a place that may be one of an address.
func behindColon(text string, at int) bool {
	return at >= 2 && text[at-1] == ':' && (text[at-2] == ':' || standsBefore(text, at-1, isHexDigit))
}

func address4End(text string, at int) int {
	from, above9 := at, false
	for i := range 4 {
		if i > 0 {
			if at == len(text) || text[at] != '.' {
				return 0
			}
			at++
		}
		end := digitsEnd(text, at)
		size := end - at
		if size < 1 || size > 3 || size > 1 && text[at] == '0' || remainder(text[at:end], 1000) > 255 {
			return 0
		}
		above9 = above9 || size > 1
		at = end
	}
	switch address := text[from:at]; {
	case !above9, address == "0.0.0.0", address == "255.255.255.255", strings.HasPrefix(address, "127."):
		return 0
	}
	if !freeRight(text, at) || numberBehind(text, at, ".") {
		return 0
	}
	return at
}

func isAddressChar(c byte) bool { return isHexDigit(c) || c == ':' || c == '.' }

func address6(text string, at int) string {
	address := text[at:runEnd(text, at, maxAddress+1, isAddressChar)]
	if len(address) > maxAddress {
		return ""
	}
	for strings.HasSuffix(address, ".") || strings.HasSuffix(address, ":") && !strings.HasSuffix(address, "::") {
		address = address[:len(address)-1]
	}
	if strings.Count(address, ":") < 2 || !strings.ContainsAny(address, "0123456789") || address == "::1" || !freeRight(text, at+len(address)) {
		return ""
	}
	if _, err := netip.ParseAddr(address); err != nil {
		return ""
	}
	return address
}
