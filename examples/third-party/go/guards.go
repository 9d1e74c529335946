package tracewire

import (
	"errors"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Guards, from spec/guards.md. Everything is kept as it comes, and every number is a big integer: this is a check of the text, no
// machine for a hot path.

var (
	askModels = []string{"llm", "embedding", "rerank"}
	ruleUnits = map[string]string{"money": "usd", "tokens": "tokens", "steps": "steps", "wall": "seconds", "repeat": "times", "cycle": "times", "idle": "times"}
	budgets   = []string{"money", "tokens", "steps", "wall"}
	wallText  = regexp.MustCompile(`^([0-9.]+)(ms|s|m|h|d)$`)
	wallUnits = map[string]int64{"ms": 1e6, "s": 1e9, "m": 60e9, "h": 3600e9, "d": 86400e9}
	decimals  = regexp.MustCompile(`^[0-9]+(\.[0-9]+)?$`)
)

type rate struct{ input, output, cached *big.Int }

type limits struct {
	most    map[string]*big.Int // by rule
	warnAt  *big.Int            // millionths
	rates   map[string]rate
	stops   bool
	reserve *big.Int
}

// A refusal names the member of the limits that cannot be used.
type refusal struct{ member string }

func (r refusal) Error() string { return r.member }

type open struct {
	in        *scope
	asked     map[string]*big.Int
	rate      *rate
	exact     string
	tells     bool
	isSettled bool
}

type made struct {
	exact, inRound string
	tells          bool
}

type scope struct {
	began          int64
	used, reserved map[string]*big.Int
	warned         map[string]bool
	calls          []made
	seen           map[string]bool
	idle           int64
}

// RunGuards runs the operation guard of the conformance protocol.
func RunGuards(guards, script []byte) ([]byte, error) {
	given, err := ReadJSON(guards)
	if err != nil {
		return nil, err
	}
	steps, err := ReadJSON(script)
	if err != nil {
		return nil, err
	}
	l, err := readLimits(given)
	if r := (refusal{}); errors.As(err, &r) {
		return Canonical(map[string]any{"refused": r.member}), nil
	}
	scopes, calls, results := map[string]*scope{}, map[string]*open{}, []any{}
	list, _ := steps.([]any)
	for _, each := range list {
		step, _ := each.(map[string]any)
		text := func(name string) string { s, _ := step[name].(string); return s }
		body, _ := step["body"].(map[string]any)
		at, _ := strconv.ParseInt(text("at_nanos"), 10, 64)
		switch text("do") {
		case "check":
			name := text("scope")
			if scopes[name] == nil {
				scopes[name] = &scope{began: at, used: nothing(), reserved: nothing(), warned: map[string]bool{}, seen: map[string]bool{}}
			}
			call, verdict := l.check(scopes[name], name, text("kind"), body, at)
			if call != nil {
				calls[text("as")] = call
			}
			results = append(results, verdict)
		case "settle":
			call := calls[text("as")]
			delete(calls, text("as"))
			if call != nil {
				call.settle(text("status"), body)
			}
			results = append(results, call != nil)
		case "status":
			results = append(results, l.status(scopes[text("scope")], text("scope"), at))
		}
	}
	return Canonical(map[string]any{"results": results}), nil
}

func nothing() map[string]*big.Int {
	return map[string]*big.Int{"money": new(big.Int), "tokens": new(big.Int), "steps": new(big.Int)}
}

// What is configured (TW-GRD-001, TW-GRD-002).

func readLimits(given any) (*limits, error) {
	l := &limits{most: map[string]*big.Int{}, warnAt: big.NewInt(800_000), rates: map[string]rate{}, reserve: big.NewInt(4096)}
	err := eachMember(given, "", func(name, way string, v any) error {
		switch name {
		case "budget":
			return eachMember(v, way, l.budget)
		case "loops":
			return eachMember(v, way, l.loop)
		case "rates":
			return eachMember(v, way, func(model, way string, v any) error { return l.rate(model, way, v) })
		case "warn_at":
			l.warnAt = amount(v, 6)
			if l.warnAt == nil || l.warnAt.Sign() == 0 || l.warnAt.Cmp(big.NewInt(1_000_000)) > 0 {
				return refusal{way}
			}
		case "unpriced":
			if v != "allow" && v != "stop" {
				return refusal{way}
			}
			l.stops = v == "stop"
		case "reserve_output_tokens":
			l.reserve = whole(v, 0, MaxInt)
			if l.reserve == nil {
				return refusal{way}
			}
		default:
			return refusal{way}
		}
		return nil
	})
	return l, err
}

func eachMember(v any, way string, take func(name, way string, v any) error) error {
	m, ok := v.(map[string]any)
	if !ok {
		if way == "" {
			way = "guards"
		}
		return refusal{way}
	}
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		to := name
		if way != "" {
			to = way + "." + name
		}
		if m[name] == nil && !strings.HasPrefix(way, "rates") && way != "rates" {
			continue
		}
		if err := take(name, to, m[name]); err != nil {
			return err
		}
	}
	return nil
}

func (l *limits) budget(name, way string, v any) error {
	var most *big.Int
	switch name {
	case "money":
		most = amount(v, 18)
		if most != nil && most.Cmp(power(30)) > 0 {
			most = nil
		}
	case "tokens", "steps":
		most = whole(v, 1, MaxInt)
	case "wall":
		most = wall(v)
	}
	if most == nil || most.Sign() == 0 {
		return refusal{way}
	}
	l.most[name] = most
	return nil
}

func (l *limits) loop(name, way string, v any) error {
	rule := map[string]string{"repeats": "repeat", "cycles": "cycle", "idle": "idle"}[name]
	times := whole(v, 2, 1000)
	if rule == "" || times == nil {
		return refusal{way}
	}
	l.most[rule] = times
	return nil
}

func (l *limits) rate(model, way string, v any) error {
	var r rate
	prices := map[string]**big.Int{"input": &r.input, "output": &r.output, "cached_input": &r.cached}
	err := eachMember(v, way, func(name, way string, v any) error {
		to := prices[name]
		if v == nil && name == "cached_input" {
			return nil
		}
		if to == nil {
			return refusal{way}
		}
		if *to = amount(v, 12); *to == nil || (*to).Cmp(power(18)) > 0 {
			return refusal{way}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if r.input == nil || r.output == nil {
		return refusal{way}
	}
	if r.cached == nil {
		r.cached = r.input
	}
	l.rates[model] = r
	return nil
}

func power(of int64) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(of), nil) }

// amount is decimal text or a number as a whole number of 10^-places; nil for what is none.
func amount(v any, places int) *big.Int {
	var text string
	switch v := v.(type) {
	case string:
		text = v
	case int64, float64:
		text = string(Canonical(v))
	case map[string]any:
		text, _ = v["$decimal"].(string)
	}
	if !decimals.MatchString(text) {
		return nil
	}
	before, behind, _ := strings.Cut(text, ".")
	if len(before) > 18 || len(behind) > places {
		return nil
	}
	n, _ := new(big.Int).SetString(before+behind+strings.Repeat("0", places-len(behind)), 10)
	return n
}

func whole(v any, least, most int64) *big.Int {
	if n, ok := v.(int64); ok && n >= least && n <= most {
		return big.NewInt(n)
	}
	return nil
}

func wall(v any) *big.Int {
	const most = 3_153_600_000
	if seconds := whole(v, 1, most); seconds != nil {
		return seconds.Mul(seconds, power(9))
	}
	text, _ := v.(string)
	parts := wallText.FindStringSubmatch(text)
	if parts == nil {
		return nil
	}
	n := amount(parts[1], 3)
	if n == nil {
		return nil
	}
	n.Mul(n, big.NewInt(wallUnits[parts[2]])).Quo(n, big.NewInt(1000))
	if n.Cmp(new(big.Int).Mul(big.NewInt(most), power(9))) > 0 {
		return nil
	}
	return n
}

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

func number(rule string, n *big.Int) string {
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
	limit, used, reserved, asked := number(rule, level[0]), number(rule, level[1]), number(rule, level[2]), number(rule, level[3])
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
		level := map[string]any{"used": number(rule, numbers[0])}
		if len(numbers) > 1 {
			level["reserved"] = number(rule, numbers[1])
		}
		if limit := l.most[rule]; limit != nil {
			level["limit"] = number(rule, limit)
		}
		out[rule] = level
	}
	return out
}
