package tracewire

import (
	"math/big"
	"slices"
	"strings"
)

// What a call asks (section 2), and what is said of it (section 4).

func (l *limits) check(s *scope, name, kind string, body map[string]any, at int64) (*open, map[string]any) {
	called, _ := body["name"].(string)
	attributes, _ := body["attributes"].(map[string]any)
	model, _ := attributes["gen_ai.request.model"].(string)
	input, hasInput := body["input"]
	call := &open{in: s, asked: nothing()}
	call.asked["steps"].SetInt64(1)
	if slices.Contains(askModels, kind) && (l.most["money"] != nil || l.most["tokens"] != nil) {
		in := tokensIn(body)
		out := new(big.Int)
		if kind == "llm" {
			out.Set(l.reserve)
			if most, ok := attributes["gen_ai.request.max_tokens"].(int64); ok && most >= 0 {
				out.SetInt64(most)
			}
		}
		call.asked["tokens"].Add(in, out)
		if call.rate = l.rateOf(model); call.rate != nil {
			call.asked["money"].Set(price(call.rate, in, new(big.Int), out))
		}
	}
	unpriced := l.most["money"] != nil && slices.Contains(askModels, kind) && call.rate == nil
	m := made{inRound: key(kind, called)}
	if hasInput && isWhole(input) {
		m.exact = key(kind, called, string(Canonical(input)))
		if m.tells = kind != "llm"; m.tells {
			m.inRound = m.exact
		}
	}
	call.exact, call.tells = m.exact, m.tells
	verdict := map[string]any{"decision": "allow"}
	if unpriced {
		verdict["unpriced"] = true
	}
	near := ""
	var nearLevel [4]*big.Int
	for _, rule := range []string{"money", "tokens", "steps", "wall", "repeat", "cycle", "idle"} {
		level, applies := l.level(s, rule, call, m, at)
		if !applies {
			continue
		}
		sum := new(big.Int).Add(level[1], level[2])
		sum.Add(sum, level[3])
		over := sum.Cmp(level[0])
		isUnpriced := rule == "money" && unpriced && l.stops
		if isUnpriced || over > 0 || (over == 0 && !slices.Contains(budgets[:3], rule)) {
			say(verdict, "stop", rule, level, name, kind, called, isUnpriced)
			return nil, verdict
		}
		share := new(big.Int).Mul(level[0], l.warnAt)
		if near == "" && !s.warned[rule] && new(big.Int).Mul(sum, big.NewInt(1_000_000)).Cmp(share) >= 0 {
			near, nearLevel = rule, level
		}
	}
	if near != "" {
		s.warned[near] = true
		say(verdict, "warn", near, nearLevel, name, kind, called, false)
	}
	for _, what := range []string{"money", "tokens", "steps"} {
		s.reserved[what].Add(s.reserved[what], call.asked[what])
	}
	s.calls = append(s.calls, m)
	return call, verdict
}

func key(parts ...string) string {
	list := make([]any, len(parts))
	for i, part := range parts {
		list[i] = part
	}
	return string(Canonical(list))
}

func tokensIn(body map[string]any) *big.Int {
	if usage, ok := body["usage"].(map[string]any); ok {
		if n, ok := usage["input_tokens"].(int64); ok && n >= 0 {
			return big.NewInt(n)
		}
	}
	bytes := 0
	for _, name := range []string{"input", "tool_definitions"} {
		if v, ok := body[name]; ok {
			bytes += len(Canonical(v))
		}
	}
	return big.NewInt(int64((bytes + 3) / 4))
}

func (l *limits) rateOf(model string) *rate {
	if model == "" || l.most["money"] == nil {
		return nil
	}
	if r, ok := l.rates[model]; ok {
		return &r
	}
	best, found := -1, (*rate)(nil)
	for name, r := range l.rates {
		prefix, isPrefix := strings.CutSuffix(name, "*")
		if isPrefix && strings.HasPrefix(model, prefix) && len(name) > best {
			best, found = len(name), &r
		}
	}
	return found
}

func price(r *rate, in, cached, out *big.Int) *big.Int {
	if cached.Cmp(in) > 0 {
		cached = in
	}
	sum := new(big.Int).Mul(new(big.Int).Sub(in, cached), r.input)
	sum.Add(sum, new(big.Int).Mul(cached, r.cached))
	return sum.Add(sum, new(big.Int).Mul(out, r.output))
}

func isWhole(v any) bool {
	switch v := v.(type) {
	case []any:
		return !slices.ContainsFunc(v, func(item any) bool { return !isWhole(item) })
	case map[string]any:
		for name, item := range v {
			if name == "$cut" || name == "$redacted" || name == "$unserializable" || !isWhole(item) {
				return false
			}
		}
	}
	return true
}

// level is limit, used, reserved, asked.
func (l *limits) level(s *scope, rule string, call *open, m made, at int64) (level [4]*big.Int, applies bool) {
	limit, zero, one := l.most[rule], new(big.Int), big.NewInt(1)
	if limit == nil {
		return level, false
	}
	same := int64(0)
	for _, earlier := range s.calls {
		if m.exact != "" && earlier.exact == m.exact {
			same++
		}
	}
	switch rule {
	case "wall":
		return [4]*big.Int{limit, big.NewInt(max(at-s.began, 0)), zero, zero}, true
	case "repeat":
		return [4]*big.Int{limit, big.NewInt(same), zero, one}, same > 0
	case "cycle":
		rounds := roundsBefore(append(slices.Clone(s.calls), m))
		return [4]*big.Int{limit, big.NewInt(rounds), zero, one}, rounds > 0
	case "idle":
		return [4]*big.Int{limit, big.NewInt(s.idle), zero, zero}, s.idle > 0 && same > 0 && m.tells
	}
	return [4]*big.Int{limit, s.used[rule], s.reserved[rule], call.asked[rule]}, true
}

// roundsBefore is TW-GRD-013, with all calls up to this one.
func roundsBefore(calls []made) (most int64) {
	for p := 2; p <= 8 && p <= len(calls); p++ {
		round := calls[len(calls)-p:]
		tells, differs := false, false
		for _, call := range round {
			tells = tells || call.tells
			differs = differs || call.inRound != round[0].inRound
		}
		r := 0
		for at := len(calls) - 1; at >= p && calls[at].inRound == calls[at-p].inRound; at-- {
			r++
		}
		if tells && differs && r%p == 0 {
			most = max(most, int64(r/p))
		}
	}
	return most
}

// settle is TW-GRD-011 and TW-GRD-014.
func (c *open) settle(status string, body map[string]any) {
	for what, asked := range c.asked {
		c.in.reserved[what].Sub(c.in.reserved[what], asked)
	}
	usage, _ := body["usage"].(map[string]any)
	counts := [3]*big.Int{}
	for i, name := range []string{"input_tokens", "cache_read_input_tokens", "output_tokens"} {
		counts[i] = new(big.Int)
		if n, ok := usage[name].(int64); ok && n >= 0 {
			counts[i].SetInt64(n)
		}
	}
	used := c.asked
	_, hasIn := usage["input_tokens"].(int64)
	_, hasOut := usage["output_tokens"].(int64)
	switch {
	case hasIn || hasOut:
		used = map[string]*big.Int{"tokens": new(big.Int).Add(counts[0], counts[2]), "money": new(big.Int)}
		if c.rate != nil {
			used["money"] = price(c.rate, counts[0], counts[1], counts[2])
		}
	case status == "error":
		used = nothing()
	}
	money := used["money"]
	if cost, ok := body["cost"].(map[string]any); ok && (cost["currency"] == nil || cost["currency"] == "USD") {
		if total, ok := cost["total"].(string); ok && decimals.MatchString(total) {
			money = reported(total)
		}
	}
	c.in.used["money"].Add(c.in.used["money"], money)
	c.in.used["tokens"].Add(c.in.used["tokens"], used["tokens"])
	c.in.used["steps"].Add(c.in.used["steps"], big.NewInt(1))
	if !c.tells {
		return
	}
	gave := ""
	if output, ok := body["output"]; ok && isWhole(output) {
		gave = "gave " + string(Canonical(output))
	} else if status == "error" {
		gave = "failed"
	} else {
		return
	}
	if seen := key(c.exact, gave); c.in.seen[seen] {
		c.in.idle++
	} else {
		c.in.seen[seen], c.in.idle = true, 0
	}
}

func reported(total string) *big.Int {
	before, behind, _ := strings.Cut(total, ".")
	behind += strings.Repeat("0", 18)
	n, _ := new(big.Int).SetString(before+behind[:18], 10)
	if strings.Trim(behind[18:], "0") != "" {
		n.Add(n, big.NewInt(1))
	}
	if n.Cmp(power(30)) > 0 {
		return power(30)
	}
	return n
}

// What is said (section 6).

func writtenNumber(rule string, n *big.Int) string {
	places := map[string]int{"money": 18, "wall": 9}[rule]
	digits := n.String()
	if missing := places + 1 - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	at := len(digits) - places
	return strings.TrimSuffix(strings.TrimRight(digits[:at]+"."+digits[at:], "0"), ".")
}

func shown(text string) string {
	if characters := []rune(text); len(characters) > 80 {
		return string(characters[:80]) + "…"
	}
	return text
}

func say(verdict map[string]any, decision, rule string, level [4]*big.Int, scope, kind, name string, unpriced bool) {
	limit, used, reserved, asked := writtenNumber(rule, level[0]), writtenNumber(rule, level[1]), writtenNumber(rule, level[2]), writtenNumber(rule, level[3])
	whose := "the process"
	if what, id, ok := strings.Cut(scope, ":"); ok {
		whose = what + " " + id
		if what == "session" {
			whose = `session "` + shown(id) + `"`
		}
	}
	call, isStop := kind+` "`+shown(name)+`"`, decision == "stop"
	times := new(big.Int).Add(level[1], level[3]).String()
	nearly := func(stop string) string {
		if isStop {
			return stop
		}
		return "is nearly used"
	}
	var message string
	switch rule {
	case "money", "tokens", "steps":
		budget, unit := strings.TrimSuffix(rule, "s"), ""
		if rule == "money" {
			unit = " USD"
		}
		message = budget + " budget of " + whose + " " + nearly("would be exceeded") + ": " + call + " asks " + asked + unit + ", " + used + unit +
			" used, " + reserved + unit + " reserved, limit " + limit + unit
		if unpriced {
			message = "money budget of " + whose + ": no price is known for " + call + ", and calls without one are stopped"
		}
	case "wall":
		message = "wall budget of " + whose + " " + nearly("is used up") + ": " + used + " s have passed before " + call + ", limit " + limit + " s"
	case "repeat":
		message = "loop in " + whose + ": " + call + " with the same arguments for time " + times + ", limit " + limit
	case "cycle":
		message = "loop in " + whose + ": the round of calls that ends with " + call + " for time " + times + " in a row, limit " + limit
	case "idle":
		message = "no progress in " + whose + ": " + used + " calls in a row brought nothing new before " + call + ", limit " + limit
	}
	for name, v := range map[string]string{"decision": decision, "rule": rule, "unit": ruleUnits[rule], "scope": scope, "kind": kind, "name": name,
		"limit": limit, "used": used, "reserved": reserved, "asked": asked, "message": message} {
		verdict[name] = v
	}
	if isStop {
		verdict["code"] = "loop_detected"
		if slices.Contains(budgets, rule) {
			verdict["code"] = "budget_exceeded"
		}
	}
}

func (l *limits) status(s *scope, name string, at int64) any {
	if s == nil {
		return nil
	}
	levels := map[string][]*big.Int{
		"money": {s.used["money"], s.reserved["money"]}, "tokens": {s.used["tokens"], s.reserved["tokens"]}, "steps": {s.used["steps"], s.reserved["steps"]},
		"wall": {big.NewInt(max(at-s.began, 0))}, "idle": {big.NewInt(s.idle)},
	}
	out := map[string]any{"scope": name}
	for rule, numbers := range levels {
		level := map[string]any{"used": writtenNumber(rule, numbers[0])}
		if len(numbers) > 1 {
			level["reserved"] = writtenNumber(rule, numbers[1])
		}
		if limit := l.most[rule]; limit != nil {
			level["limit"] = writtenNumber(rule, limit)
		}
		out[rule] = level
	}
	return out
}
