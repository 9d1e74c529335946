package tracewire

import (
	"cmp"
	"crypto/ed25519"
	"sort"
	"strings"
)

// Findings of a verifier: what is broken (TW-VFY-003). What is missing or was taken out is none.
const (
	FindingDigest   = "digest"   // an envelope's digest is not that of its bytes
	FindingContent  = "content"  // a content under another hash than its own
	FindingSequence = "sequence" // an event whose number is not that of its place, or that stands twice
	FindingChain    = "chain"    // `prev` is not the digest before it, or a member stands where it may not
	FindingFork     = "fork"     // two envelopes begin with the same event
	FindingClosed   = "closed"   // an envelope behind the one with `close`
)

// A Report is what envelopes prove (section 12 of the specification).
type Report struct {
	Sound    bool // nothing is broken
	Complete bool // and nothing is missing
	Proved   bool // keys were given, and vouch for all of it (TW-SIG-008)
	Findings []string
}

type verifier struct {
	found    map[string]bool
	complete bool
}

// Verify checks envelopes given as JSON, in any order and of any producers, and statements among them. One that cannot be
// read is an error. Where keys are given, heads count that one of them signed, else all.
func Verify(files [][]byte, keys ...ed25519.PublicKey) (Report, error) {
	v := &verifier{found: map[string]bool{}, complete: true}
	producers := map[string][]map[string]any{}
	seen := map[string]map[string]any{}
	heads := map[string][]*head{}
	for _, file := range files {
		if v, err := ReadJSON(file); err == nil && isStatement(v) {
			h, err := readHead(v.(map[string]any))
			if err != nil {
				return Report{}, err
			}
			if h != nil {
				heads[h.producer] = append(heads[h.producer], h)
			}
			continue
		}
		e, err := ReadEnvelope(file)
		if err != nil {
			return Report{}, err
		}
		producer, digest := e["producer"].(string), e["digest"].(string)
		if EnvelopeDigest(e) != digest {
			v.found[FindingDigest] = true
		} else if first := seen[digest]; first != nil {
			v.contentHashes(e)
			merge(first, e)
			continue
		} else {
			seen[digest] = e
		}
		producers[producer] = append(producers[producer], e)
	}
	proved := keys != nil
	for name, signed := range heads {
		signed = v.counted(signed, keys)
		if heads[name] = signed; len(signed) > 0 && producers[name] == nil {
			producers[name] = nil
		}
	}
	for name, list := range producers {
		v.chain(list)
		v.contents(list)
		proved = v.heads(list, heads[name]) && proved
	}
	report := Report{Sound: len(v.found) == 0, Findings: []string{}}
	report.Complete = report.Sound && v.complete
	report.Proved = report.Sound && proved && len(producers) > 0
	for finding := range v.found {
		report.Findings = append(report.Findings, finding)
	}
	sort.Strings(report.Findings)
	return report, nil
}

// maxEnvelope is what a reader has to take (TW-LIM-003).
const maxEnvelope = 16 << 20

// ReadEnvelope reads one and looks at the form of its members.
func ReadEnvelope(file []byte) (map[string]any, error) {
	if len(file) > maxEnvelope {
		return nil, misshapen("json_too_large", "larger than an envelope may be")
	}
	v, err := ReadJSON(file)
	if err == nil {
		err = checkEnvelope(v)
	}
	if err != nil {
		return nil, err
	}
	// An empty body is none, and so is an empty content (TW-EVT-002, TW-ENV-001).
	e := v.(map[string]any)
	for _, raw := range e["events"].([]any) {
		if event := raw.(map[string]any); !wholeBody(event) {
			delete(event, "body")
		}
	}
	if content, ok := e["content"].(map[string]any); ok && len(content) == 0 {
		delete(e, "content")
	}
	return e, nil
}

func firstSeq(e map[string]any) int64 { return e["first_seq"].(int64) }

// behind is the number of the event that follows an envelope.
func behind(e map[string]any) int64 { return firstSeq(e) + int64(len(e["events"].([]any))) }

// chain looks at a producer's envelopes, in an order that does not depend on the one in which they came.
func (v *verifier) chain(list []map[string]any) {
	sort.SliceStable(list, func(i, j int) bool {
		a, b := list[i], list[j]
		return cmp.Or(cmp.Compare(firstSeq(a), firstSeq(b)), cmp.Compare(behind(a), behind(b)), strings.Compare(a["digest"].(string), b["digest"].(string))) < 0
	})
	names, ends := map[any]map[string]any{}, map[int64][]map[string]any{}
	for _, e := range list {
		// One that is empty and closes has nothing that another could stand behind.
		if end := behind(e); end > firstSeq(e) || e["close"] == nil {
			names[e["digest"]], ends[end] = e, append(ends[end], e)
		}
	}
	closed, end := false, int64(1)
	var latest, passed map[string]any // the one that ends last: of those that begin before e, and of those that were looked at
	for i, e := range list {
		// Two that claim one digest are one envelope, be it that one of them was changed.
		if i > 0 && firstSeq(list[i-1]) == firstSeq(e) && list[i-1]["digest"] != e["digest"] {
			v.found[FindingFork] = true
		}
		if i > 0 && firstSeq(list[i-1]) < firstSeq(e) {
			latest = passed
		}
		v.place(e, before(e, names[e["prev"]], ends[firstSeq(e)], latest))
		if closed && firstSeq(list[i-1]) < firstSeq(e) {
			v.found[FindingClosed] = true
		}
		if firstSeq(e) > end {
			v.complete = false
		}
		if passed == nil || behind(passed) < behind(e) {
			passed = e
		}
		closed, end = closed || e["close"] != nil, max(end, behind(e))
	}
	v.complete = v.complete && closed
}

// before is the envelope that stands before e: one that ends where it begins, of several the one that it names; else the
// one that ends last of those that begin before it. What claims its own digest is itself, changed.
func before(e, named map[string]any, ending []map[string]any, latest map[string]any) map[string]any {
	if named != nil && behind(named) == firstSeq(e) && named["digest"] != e["digest"] {
		return named
	}
	for _, b := range ending {
		if b["digest"] != e["digest"] {
			return b
		}
	}
	if latest != nil && latest["digest"] == e["digest"] {
		return nil
	}
	return latest
}

// place looks at an envelope where it stands.
func (v *verifier) place(e, before map[string]any) {
	first, events := firstSeq(e), e["events"].([]any)
	for i, raw := range events {
		event := raw.(map[string]any)
		if mark, _ := markOf(event); mark != "$withheld" && event["seq"] != first+int64(i) {
			v.found[FindingSequence] = true
		}
	}
	if len(events) == 0 && e["close"] == nil || first < 1 {
		v.found[FindingSequence] = true
	}
	if first > 1 && (e["parent"] != nil || e["predecessor"] != nil) {
		v.found[FindingChain] = true
	}
	var digest any // what `prev` has to be
	switch {
	case before != nil && behind(before) > first:
		v.found[FindingSequence] = true
		return
	case before != nil && behind(before) == first:
		digest = before["digest"]
	case first > 1:
		// What stood before it is missing, and so is what `prev` could be compared with.
		return
	}
	if e["prev"] != digest {
		v.found[FindingChain] = true
	}
}

// contents checks what a producer carries, and that all it refers to is there.
func (v *verifier) contents(list []map[string]any) {
	carried := map[string]bool{}
	needed := map[string]bool{}
	for _, e := range list {
		v.contentHashes(e)
		content, _ := e["content"].(map[string]any)
		for hash, entry := range content {
			carried[hash] = true
			if value, held := entry.(map[string]any)["value"]; held {
				mapInner(value, need(needed))
				mediaIn(value, func(hash string) { needed[hash] = true })
			}
		}
		for _, raw := range e["events"].([]any) {
			if body, ok := raw.(map[string]any)["body"].(map[string]any); ok {
				mapBody(body, need(needed))
				mapBody(body, needMedia(needed))
			}
		}
	}
	for hash := range needed {
		v.complete = v.complete && carried[hash]
	}
}

func (v *verifier) contentHashes(e map[string]any) {
	content, _ := e["content"].(map[string]any)
	for hash, raw := range content {
		entry := raw.(map[string]any)
		nonce, _ := entry["nonce"].(string)
		if value, held := entry["value"]; held && ContentHash(value, nonce) != hash && (nonce != "" || mediaHash(value) != hash) {
			v.found[FindingContent] = true
		}
	}
}

// needMedia notes the media of a slot.
func needMedia(needed map[string]bool) func(any) any {
	return func(slot any) any {
		mediaIn(slot, func(hash string) { needed[hash] = true })
		return slot
	}
}

// need notes what a slot, and those inside it, refer to.
func need(needed map[string]bool) func(any) any {
	var look func(any) any
	look = func(slot any) any {
		if mark, hash := markOf(slot); mark == "$ref" {
			needed[hash] = true
		}
		mapInner(slot, look)
		return slot
	}
	return look
}
