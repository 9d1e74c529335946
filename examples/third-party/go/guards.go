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
