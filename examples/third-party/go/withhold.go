package tracewire

import "slices"

// Withhold takes contents, bodies and whole events out of an envelope (section 8 of the specification). The mark is
// `erased` or `withheld`, but whole events can only be withheld; no digest changes.
func Withhold(e map[string]any, mark string, contents []string, bodies, events []int64) error {
	if mark != "erased" && mark != "withheld" {
		return &Error{Code: "mark", Message: "neither erased nor withheld"}
	}
	mark = "$" + mark
	var slot func(any) any
	slot = func(v any) any {
		// What is withheld can be erased; what is erased stays erased.
		if given, hash := markOf(v); given != "" {
			if given == "$withheld" && slices.Contains(contents, hash) {
				return map[string]any{mark: hash}
			}
			return v
		}
		if hash := slotHash(v); slices.Contains(contents, hash) {
			return map[string]any{mark: hash}
		}
		return mapInner(v, slot)
	}
	content, _ := e["content"].(map[string]any)
	for hash, v := range content {
		entry, _ := v.(map[string]any)
		value, held := entry["value"]
		if given, _ := markOf(v); given == "$erased" {
			continue
		}
		if slices.Contains(contents, hash) {
			content[hash] = map[string]any{mark: hash}
		} else if held {
			entry["value"] = mapInner(value, slot)
		}
	}
	list := e["events"].([]any)
	for i, v := range list {
		event := v.(map[string]any)
		seq, there := event["seq"].(int64)
		if !there {
			continue
		}
		body, ok := event["body"].(map[string]any)
		given, _ := markOf(body)
		switch {
		case slices.Contains(events, seq):
			list[i] = map[string]any{"$withheld": EventDigest(event)}
		case given == "$erased":
		case ok && slices.Contains(bodies, seq):
			nonce, _ := event["nonce"].(string)
			event["body"] = map[string]any{mark: BodyHash(body, nonce)}
			delete(event, "nonce")
		case ok && given == "":
			event["body"] = mapBody(body, slot)
		}
	}
	return nil
}
