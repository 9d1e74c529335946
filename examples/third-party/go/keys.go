package tracewire

import "strconv"

// What keys become: the host may have keys that are no texts, and two that become the same text.

// An entry is a member of a map on its way to wire form, its key already a text.
type entry struct {
	key   string
	value any
}

// mapOf settles collisions in the host's order (TW-VAL-013): the first keeps its text, a later one gets the next number
// that makes a text no entry has, wherever it stands.
func mapOf(entries []entry) map[string]any {
	m := make(map[string]any, len(entries))
	own := make(map[string]bool, len(entries))
	for _, e := range entries {
		own[e.key] = true
	}
	next := map[string]int{}
	for _, e := range entries {
		if _, taken := m[e.key]; !taken {
			m[e.key] = e.value
			continue
		}
		n := max(next[e.key], 2)
		key := e.key + "#" + strconv.Itoa(n)
		for _, taken := m[key]; taken || own[key]; _, taken = m[key] {
			n++
			key = e.key + "#" + strconv.Itoa(n)
		}
		next[e.key] = n + 1
		m[key] = e.value
	}
	return m
}
