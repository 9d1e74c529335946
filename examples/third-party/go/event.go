package tracewire

// An event is a map in wire form: a fixed part, and all the rest in `body` (section 5 of the specification).

// EventDigest is TW-DIG-002. An event that is withheld whole carries its digest.
func EventDigest(event map[string]any) string {
	if mark, hash := markOf(event); mark == "$withheld" {
		return hash
	}
	form := make(map[string]any, len(event))
	for key, v := range event {
		form[key] = v
	}
	delete(form, "nonce")
	if body, ok := event["body"].(map[string]any); ok {
		nonce, _ := event["nonce"].(string)
		form["body"] = BodyHash(body, nonce)
	}
	return Hash(Canonical(form))
}

// lossEvent says what could not be read of a file (TW-EVT-010).
func lossEvent(body map[string]any) map[string]any {
	return map[string]any{"type": "loss", "body": body}
}
