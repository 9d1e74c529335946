package tracewire

import (
	"crypto/sha256"
	"regexp"
	"slices"
	"strings"
)

// Rules of redaction are texts that say what to look for and what becomes of it (spec/privacy.md, section 1).

// An action is what becomes of what a rule finds.
type action byte

const (
	actMask action = iota
	actHash
	actDrop
	actKeep
)

var actions = map[string]action{"mask": actMask, "hash": actHash, "drop": actDrop, "keep": actKeep}

// A rule is the text of one, read. One of the first three members says what it looks for.
type rule struct {
	detectors []string
	pattern   *regexp.Regexp
	text      string // a key, or a text that is allowed
	name      string // of a pattern that looks for something
	allows    bool
	action    action
}

// isKey says whether the rule looks for members with a key.
func (r *rule) isKey() bool { return r.detectors == nil && r.pattern == nil && !r.allows }

func noRule(text string) error {
	return &Error{Code: "redact_rule", Message: "no rule of redaction: " + text}
}

// parseRule reads the text of a rule (TW-RED-002).
func parseRule(text string) (r rule, err error) {
	what, acts := text, false
	if at := strings.LastIndex(text, " -> "); at >= 0 {
		if r.action, acts = actions[text[at+4:]]; !acts {
			return r, noRule(text)
		}
		what = text[:at]
	}
	if name, ok := strings.CutPrefix(what, "@"); ok {
		if r.detectors = detectorsOf(name); r.detectors == nil {
			return r, noRule(text)
		}
		return r, nil
	}
	if key, ok := strings.CutPrefix(what, "key:"); ok {
		return r.withText(text, key)
	}
	if allowed, ok := strings.CutPrefix(what, "!"); ok {
		if r.allows = true; acts || allowed == "" {
			return r, noRule(text)
		}
		if isPattern(allowed) {
			return r.withPattern(what, len("!"))
		}
		return r.withText(text, allowed)
	}
	name, _, _ := strings.Cut(what, ":/")
	switch {
	case isPattern(what):
		r.name = "pattern"
		return r.withPattern(what, 0)
	case strings.HasPrefix(what, "/"):
		return r, noRule(text)
	case isPatternName(name) && isPattern(strings.TrimPrefix(what[len(name):], ":")):
		r.name = name
		return r.withPattern(what, len(name)+1)
	}
	return r.withText(text, what)
}

func (r rule) withText(text, what string) (rule, error) {
	if r.text = what; r.action == actKeep {
		return r, noRule(text)
	}
	return r, nil
}

// withPattern reads the pattern between a slash and the one that ends a text.
func (r rule) withPattern(text string, slash int) (rule, error) {
	pattern := text[slash+1 : len(text)-1]
	if pattern == "" || r.action == actKeep {
		return r, noRule(text)
	}
	var err error
	r.pattern, err = compilePattern(pattern, r.allows, slash+1)
	return r, err
}

// isPattern says whether a text begins and ends with a slash.
func isPattern(text string) bool { return len(text) >= 2 && text[0] == '/' && text[len(text)-1] == '/' }

func isPatternName(name string) bool {
	return name != "" && len(name) <= 32 && 'a' <= name[0] && name[0] <= 'z' && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == ""
}

// leastKey is how many bytes the key has that a user keeps for rules that hash.
const leastKey = 16

// divideRules are the texts of a setting as the header has them: the keys that are masked, all other rules, and what these
// hash with, if one does.
func divideRules(texts []string, userKey *string) (keys, rules []string, hashKey []byte, err error) {
	hashes := false
	for _, text := range texts {
		r, err := parseRule(text)
		if err != nil {
			return nil, nil, nil, err
		}
		if r.isKey() && r.action == actMask {
			keys = append(keys, r.text)
			continue
		}
		rules = append(rules, text)
		if r.action == actHash {
			hashes = true
		}
	}
	if hashes {
		if userKey == nil || len(cleanUTF8([]byte(*userKey))) < leastKey {
			return nil, nil, nil, &Error{Code: "redact_rule", Message: "a rule that hashes needs a key of at least 16 bytes"}
		}
		hashKey = redactKey(*userKey)
	}
	return keys, rules, hashKey, nil
}

// redactKey is the key of rules that hash, made from a text that a user keeps.
func redactKey(text string) []byte {
	key := sha256.Sum256([]byte("tracewire redact key 1:" + cleanUTF8([]byte(text))))
	return key[:]
}

// A finder looks for something in texts, or, if it is the detector `credential`, for members.
type finder struct {
	name     string
	action   action
	find     func(text string) []span
	detector bool
}

// A policy is what a header's `redact` says.
type policy struct {
	listed     rules // the keys of seal 1
	keys       map[string]keyRule
	finders    []finder
	credential *finder
	looks      bool // there is a finder that looks for something in texts
	texts      map[string]bool
	patterns   []*regexp.Regexp
	hashKey    []byte
}

// A keyRule is what becomes of members with a key, and how many rules for keys stand before it.
type keyRule struct {
	action action
	place  int
}

// sealPolicy is the policy of a file, and whether one that knows seals 1 to 3 may seal it (TW-VER-002, TW-RED-001, TW-MED-001).
func sealPolicy(h *Header) (*policy, bool) {
	switch h.Seal {
	case 1:
		return &policy{listed: rulesOf(h.Redact)}, true
	case 2:
		// Without rules it would be of seal 1.
		if len(h.Rules) == 0 {
			return nil, false
		}
	case 3:
		if !h.Media {
			return nil, false
		}
		if len(h.Rules) == 0 {
			return &policy{listed: rulesOf(h.Redact)}, true
		}
	default:
		return nil, false
	}
	p := &policy{listed: rulesOf(h.Redact), keys: map[string]keyRule{}, texts: map[string]bool{}, hashKey: h.HashKey}
	for _, text := range h.Rules {
		r, err := parseRule(text)
		if err != nil || r.action == actHash && len(h.HashKey) != hashKeySize {
			return nil, false
		}
		p.add(r)
	}
	// What is kept had to stand here until now, for its place.
	p.finders = slices.DeleteFunc(p.finders, func(f finder) bool { return f.action == actKeep })
	for i, f := range p.finders {
		if f.find == nil {
			p.credential = &p.finders[i]
		} else {
			p.looks = true
		}
	}
	return p, true
}

func (p *policy) add(r rule) {
	switch {
	case r.allows && r.pattern != nil:
		p.patterns = append(p.patterns, r.pattern)
	case r.allows:
		p.texts[lowerASCII(r.text)] = true
	case r.pattern != nil:
		p.finders = append(p.finders, finder{name: r.name, action: r.action, find: patternFinder(r.pattern)})
	case r.isKey():
		if key := lowerASCII(r.text); p.keys[key].place == 0 {
			p.keys[key] = keyRule{r.action, len(p.keys) + 1}
		}
	}
	for _, name := range r.detectors {
		p.detect(name, r.action)
	}
}

// detect takes a rule for a detector. The last decides the action, at the place of the first.
func (p *policy) detect(name string, does action) {
	for i, f := range p.finders {
		if f.name == name && f.detector {
			p.finders[i].action = does
			return
		}
	}
	p.finders = append(p.finders, finder{name, does, detectors[name], true})
}
