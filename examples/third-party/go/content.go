package tracewire

// Content is what people, models and tools said. It stands in slots, and a slot can hold its value, a reference to it,
// or the mark of what was taken out. All digests are the same whichever it is.

// isHash says whether a value is the text of a hash.
func isHash(v any) bool {
	s, ok := v.(string)
	if !ok || len(s) != 71 || s[:7] != "sha256:" {
		return false
	}
	return isHex(s[7:])
}

func isHex(s string) bool {
	for _, c := range []byte(s) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// markOf is the hash in a slot that holds `$ref`, `$erased` or `$withheld`, and which of these it is (TW-CON-003).
func markOf(v any) (mark, hash string) {
	m, ok := v.(map[string]any)
	if !ok || len(m) != 1 {
		return "", ""
	}
	for _, mark := range []string{"$ref", "$erased", "$withheld"} {
		if isHash(m[mark]) {
			return mark, m[mark].(string)
		}
	}
	return "", ""
}

func ref(hash string) any {
	return map[string]any{"$ref": hash}
}

// isMessage is TW-CON-002; a mark stands for the message that it took the place of.
func isMessage(v any) bool {
	if mark, _ := markOf(v); mark != "" {
		return true
	}
	m, ok := v.(map[string]any)
	if !ok {
		return false
	}
	if _, ok := m["role"].(string); ok {
		return true
	}
	switch m["type"] {
	case "message", "function_call", "function_call_output", "reasoning":
		return true
	}
	return false
}

func isMessages(v any) bool {
	list, ok := v.([]any)
	if !ok || len(list) == 0 {
		return false
	}
	for _, element := range list {
		if !isMessage(element) {
			return false
		}
	}
	return true
}

func mapList(list []any, change func(any) any) []any {
	out := make([]any, len(list))
	for i, element := range list {
		out[i] = change(element)
	}
	return out
}

func mapMembers(m map[string]any, change func(key string, v any) any) map[string]any {
	out := make(map[string]any, len(m))
	// In order, so that a second form of one content never wins by chance.
	for _, key := range sortedKeys(m) {
		out[key] = change(key, m[key])
	}
	return out
}

// mapInner is a slot's value with each slot that lies directly inside it changed (TW-CON-001).
func mapInner(v any, change func(any) any) any {
	if mark, _ := markOf(v); mark != "" {
		return v
	}
	if isMessages(v) {
		return mapList(v.([]any), change)
	}
	m, ok := v.(map[string]any)
	if !ok {
		return v
	}
	return mapMembers(m, func(key string, v any) any {
		switch key {
		case "system", "instructions", "tools":
			return change(v)
		case "messages":
			if isMessages(v) {
				return mapList(v.([]any), change)
			}
		}
		return v
	})
}

// mapBody is a body with each slot that lies directly in it changed.
func mapBody(body map[string]any, change func(any) any) map[string]any {
	return mapMembers(body, func(key string, v any) any {
		switch key {
		case "input", "output", "data", "tool_definitions":
			return change(v)
		case "attributes":
			if attributes, ok := v.(map[string]any); ok {
				return mapMembers(attributes, func(key string, v any) any { return mapAttribute(key, v, change) })
			}
		}
		return v
	})
}

func mapAttribute(key string, v any, change func(any) any) any {
	switch key {
	case "gen_ai.system_instructions", "gen_ai.tool.definitions":
		return change(v)
	case "gen_ai.input.messages", "gen_ai.output.messages":
		if list, ok := v.([]any); ok {
			return mapList(list, change)
		}
	}
	return v
}

// slotHash is the hash that a slot gives or, where it holds its value, the content hash of that.
func slotHash(v any) string {
	if _, hash := markOf(v); hash != "" {
		return hash
	}
	return ContentHash(v, "")
}

// ContentHash is TW-CON-005; nonce is empty where there is none.
func ContentHash(v any, nonce string) string {
	return hashWith(nonce, mapInner(v, func(slot any) any { return ref(slotHash(slot)) }))
}

// BodyHash is TW-DIG-001.
func BodyHash(body map[string]any, nonce string) string {
	if mark, hash := markOf(body); mark == "$erased" || mark == "$withheld" {
		return hash
	}
	return hashWith(nonce, mapBody(body, func(slot any) any { return ref(slotHash(slot)) }))
}

func hashWith(nonce string, form any) string {
	if nonce == "" {
		return Hash(Canonical(form))
	}
	return Hash(append([]byte(nonce+"\n"), Canonical(form)...))
}

// address replaces the slots of a body whose form is longer than limit by references (TW-CON-006) and hands out what
// they held, inner ones first.
func address(body map[string]any, limit int, keep func(hash string, form any)) map[string]any {
	var slot func(v any) any
	slot = func(v any) any {
		if mark, _ := markOf(v); mark != "" {
			return v
		}
		form := mapInner(v, slot)
		if len(Canonical(form)) <= limit {
			return form
		}
		hash := ContentHash(form, "")
		keep(hash, form)
		return ref(hash)
	}
	return mapBody(body, slot)
}
