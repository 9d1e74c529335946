package tracewire

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
)

// Findings about signed heads (TW-SIG-006).
const (
	FindingHead      = "head"      // a head that counts and another chain than the one that was signed
	FindingSignature = "signature" // a head that is not signed by the key that it names
)

// A head is a signed statement of where a producer's chain ended (spec/signing.md).
type head struct {
	producer, digest, key string
	firstSeq, seq         int64
	close                 any // nil where the end was open
	signature, signed     []byte
}

// isStatement tells what stands beside envelopes from these (TW-SIG-001).
func isStatement(v any) bool {
	m, ok := v.(map[string]any)
	if !ok {
		return false
	}
	_, ok = m["statement"].(string)
	return ok
}

// readHead gives nil for a statement of another kind.
func readHead(m map[string]any) (*head, error) {
	if m["statement"] != "head" {
		return nil, nil
	}
	wrong := misshapen("statement_shape", "a head lacks a member, or has one of another form")
	h := &head{close: m["close"]}
	text := func(name string, to *string) bool {
		value, ok := m[name].(string)
		*to = value
		return ok
	}
	number := func(name string, to *int64) bool {
		value, ok := m[name].(int64)
		*to = value
		return ok && value >= 0
	}
	var moment, signature string
	if !text("producer", &h.producer) || !text("digest", &h.digest) || !text("key", &h.key) || !text("time", &moment) ||
		!text("signature", &signature) || !number("first_seq", &h.firstSeq) || !number("seq", &h.seq) {
		return nil, wrong
	}
	if _, closes := m["close"]; closes {
		if _, ok := h.close.(string); !ok {
			return nil, wrong
		}
	}
	if forms["time"](moment) != nil || !isHash(h.digest) || h.firstSeq < 1 || h.seq < h.firstSeq-1 {
		return nil, wrong
	}
	bytes, err := base64.StdEncoding.Strict().DecodeString(signature)
	if err != nil || len(bytes) != ed25519.SignatureSize || len(signature) != base64.StdEncoding.EncodedLen(len(bytes)) {
		return nil, wrong
	}
	rest := map[string]any{}
	for name, value := range m {
		if name != "signature" {
			rest[name] = value
		}
	}
	h.signature, h.signed = bytes, append([]byte("tracewire head 1\n"), Canonical(rest)...)
	return h, nil
}

// keyID is how a head names a key (TW-SIG-002).
func keyID(key ed25519.PublicKey) string {
	sum := sha256.Sum256(key)
	return "ed25519:" + hex.EncodeToString(sum[:])[:16]
}

// counted are the heads that count: with keys those that one of them signed, else all (TW-SIG-005).
func (v *verifier) counted(heads []*head, keys []ed25519.PublicKey) []*head {
	if keys == nil {
		return heads
	}
	var counted []*head
	for _, h := range heads {
		named, valid := false, false
		for _, key := range keys {
			if keyID(key) == h.key {
				named, valid = true, valid || ed25519.Verify(key, h.signed, h.signature)
			}
		}
		if valid {
			counted = append(counted, h)
		} else if named {
			v.found[FindingSignature] = true
		}
	}
	return counted
}

// heads holds a producer's chain against its heads, and says whether these prove all of it (TW-SIG-004, 006 to 008).
func (v *verifier) heads(list []map[string]any, heads []*head) bool {
	intact := map[string]map[string]any{}
	end := int64(0)
	for _, e := range list {
		if digest := e["digest"].(string); EnvelopeDigest(e) == digest {
			intact[digest] = e
		}
		end = max(end, behind(e)-1)
	}
	proved := map[int64]bool{}
	var latest *head
	latestHere := false
	for _, h := range heads {
		here := v.hold(list, intact, h)
		if here {
			walk(list, intact, h.digest, proved)
		}
		switch {
		case latest == nil || latest.seq < h.seq || latest.seq == h.seq && latest.firstSeq < h.firstSeq:
			latest, latestHere = h, here
		case latest.seq == h.seq && latest.firstSeq == h.firstSeq:
			latestHere = latestHere || here
		}
	}
	if latest == nil {
		return false
	}
	if latest.seq > end {
		v.complete = false
	}
	for seq := int64(1); seq <= latest.seq && latestHere; seq++ {
		latestHere = proved[seq]
	}
	return latestHere
}

// hold compares a head with what stands in its place: whether that is the envelope which was signed, with its bytes.
func (v *verifier) hold(list []map[string]any, intact map[string]map[string]any, h *head) bool {
	begins, covers, named := false, false, false
	for _, e := range list {
		first := firstSeq(e)
		begins = begins || first == h.firstSeq
		named = named || first == h.firstSeq && e["digest"] == h.digest
		covers = covers || first < h.firstSeq && behind(e) > h.firstSeq
	}
	e := intact[h.digest]
	switch {
	case named && (e == nil || firstSeq(e) != h.firstSeq):
		return false
	case named && (e["close"] != h.close || behind(e) != h.seq+1):
		v.found[FindingHead] = true
		return false
	case named:
		return true
	case begins || covers:
		v.found[FindingHead] = true
	}
	return false
}

// walk notes the events of an envelope, and of those before it as far as they are here.
func walk(list []map[string]any, intact map[string]map[string]any, digest string, proved map[int64]bool) {
	for e := intact[digest]; e != nil; {
		for seq := firstSeq(e); seq < behind(e); seq++ {
			proved[seq] = true
		}
		prev, _ := e["prev"].(string)
		before := intact[prev]
		if before == nil || firstSeq(before) >= firstSeq(e) {
			return
		}
		e = before
	}
}
