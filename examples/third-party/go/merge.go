package tracewire

// Two copies of one envelope become one (TW-DIG-005).

// merge puts what a second copy of an envelope holds in the place of what the first withholds (TW-DIG-005). What either
// has erased stays erased.
func merge(into, from map[string]any) {
	content, _ := into["content"].(map[string]any)
	other, _ := from["content"].(map[string]any)
	if content == nil && other != nil {
		content = map[string]any{}
		into["content"] = content
	}
	for hash, v := range other {
		theirs, _ := markOf(v)
		if mark, _ := markOf(content[hash]); content[hash] == nil || mark == "$withheld" || theirs == "$erased" {
			content[hash] = v
		}
	}
	events, theirs := into["events"].([]any), from["events"].([]any)
	for i := range min(len(events), len(theirs)) {
		events[i] = held(events[i], theirs[i])
	}
}

// held is a with what b holds in the place of what a withholds. Both have the same digest, so the same shape.
func held(a, b any) any {
	theirs, _ := markOf(b)
	if mark, _ := markOf(a); mark == "$withheld" || theirs == "$erased" {
		return b
	}
	switch a := a.(type) {
	case []any:
		other, _ := b.([]any)
		for i := range min(len(a), len(other)) {
			a[i] = held(a[i], other[i])
		}
	case map[string]any:
		other, _ := b.(map[string]any)
		if mark, _ := markOf(a["body"]); mark == "$withheld" && other["nonce"] != nil {
			// A body that was taken out left its nonce behind; both come back together.
			a["nonce"] = other["nonce"]
		}
		if mark, _ := markOf(other["body"]); mark == "$erased" {
			delete(a, "nonce")
		}
		for key, v := range a {
			if theirs, ok := other[key]; ok {
				a[key] = held(v, theirs)
			}
		}
	}
	return a
}
