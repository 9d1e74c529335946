package tracewire

import (
	"bytes"
	"io"
	"math/big"
	"os"
	"strings"
)

// The journal is the file that an emitter appends to, frame by frame (spec/journal.md).

// Kinds of frames.
const (
	frameHeader = 1
	frameRecord = 2
	frameMark   = 3
	frameClose  = 4
)

var magic = []byte{0x89, 'T', 'W', 'J', '\r', '\n', 0x1A, '\n'}

const headSize = 16

// A Header is the first frame of a journal: everything that decides bytes.
type Header struct {
	Spec                string
	Seal                int64
	Producer            string
	Created             *big.Int // nanoseconds since 1970 UTC
	Resource            map[string]any
	Limits              Limits
	Redact              []string // keys
	Rules               []string // of redaction, nil where there are none
	HashKey             []byte   // what rules hash with
	Media               bool     // media are taken out of values
	Sampling            *Rates
	Parent, Predecessor string
}

func (l *Limits) members() map[string]*int {
	return map[string]*int{
		"depth": &l.Depth, "nodes": &l.Nodes, "text_bytes": &l.TextBytes, "record_bytes": &l.RecordBytes,
		"inline_bytes": &l.InlineBytes, "envelope_events": &l.EnvelopeEvents, "envelope_bytes": &l.EnvelopeBytes,
	}
}

// Set changes the limit of this name. It says false where there is none.
func (l *Limits) Set(name string, n int) bool {
	limit, ok := l.members()[name]
	if ok {
		*limit = n
	}
	return ok
}

// A frame is what stands at an offset of a journal: a good frame of any kind, or damage.
type frame struct {
	kind           byte
	offset, length int
	payload        []byte
	damaged        bool
}

func guard(offset, n int, kind byte, seed uint64) uint32 {
	b := le.AppendUint64(nil, uint64(offset))
	b = append(le.AppendUint32(b, uint32(n)), kind)
	return uint32(xxh3(b, seed)) & 0xFFFFFF
}

func padding(n int) int {
	return (8 - n%8) % 8
}

func appendFrame(out []byte, offset int, kind byte, payload []byte, seed uint64) []byte {
	from := len(out)
	n := len(payload)
	g := guard(offset, n, kind, seed)
	out = append(le.AppendUint32(out, uint32(n)), kind, byte(g), byte(g>>8), byte(g>>16))
	out = append(append(out, payload...), make([]byte, padding(n))...)
	return le.AppendUint64(out, xxh3(out[from:], seed+uint64(offset)))
}

// frameAt reads the frame at an offset, if a good one stands there.
func frameAt(file []byte, offset int, seed uint64) (frame, bool) {
	rest := file[offset:]
	if len(rest) < 24 {
		return frame{}, false
	}
	n, kind := int(le.Uint32(rest)), rest[4]
	g := uint32(rest[5]) | uint32(rest[6])<<8 | uint32(rest[7])<<16
	if n < 1 || g != guard(offset, n, kind, seed) {
		return frame{}, false
	}
	body := 8 + n + padding(n)
	if body+8 > len(rest) || le.Uint64(rest[body:]) != xxh3(rest[:body], seed+uint64(offset)) {
		return frame{}, false
	}
	return frame{kind: kind, offset: offset, length: body + 8, payload: rest[8 : 8+n]}, true
}

// A scanned journal is what its bytes say, frame by frame.
type scanned struct {
	header *Header
	seed   uint64
	frames []frame
	end    int  // behind the last good frame
	closed bool // a close stands there
	torn   bool // what follows is not all zero
}

// scan reads a journal's frames up to its close, or to where nothing good follows.
func scan(file []byte) (*scanned, error) {
	if len(file) < headSize || !bytes.Equal(file[:8], magic) {
		return nil, &Error{Code: "journal_foreign", Message: "not a journal"}
	}
	s := &scanned{seed: le.Uint64(file[8:])}
	first, ok := frameAt(file, headSize, s.seed)
	if !ok || first.kind != frameHeader {
		return nil, &Error{Code: "journal_header", Message: "the header cannot be read", Offset: headSize}
	}
	var err error
	if s.header, err = readHeader(first.payload); err != nil {
		return nil, err
	}
	s.end = headSize + first.length
	for s.end < len(file) && !s.closed {
		f, ok := nextFrame(file, s.end, s.seed)
		if !ok {
			s.torn = len(bytes.Trim(file[s.end:], "\x00")) > 0
			break
		}
		if f.offset > s.end {
			s.frames = append(s.frames, frame{offset: s.end, length: f.offset - s.end, damaged: true})
		}
		s.frames = append(s.frames, f)
		s.end, s.closed = f.offset+f.length, f.kind == frameClose
	}
	return s, nil
}

// nextFrame is the first good frame at an offset or a multiple of 8 behind it.
func nextFrame(file []byte, at int, seed uint64) (frame, bool) {
	for ; at < len(file); at += 8 {
		if f, ok := frameAt(file, at, seed); ok {
			return f, true
		}
	}
	return frame{}, false
}

// Recover closes a journal whose writer is dead (TW-JNL-019). No byte that is not zero is written over, and a file that is
// closed, or whose header cannot be read, stays as it is.
func Recover(file []byte) []byte {
	s, err := scan(file)
	if err != nil || s.closed {
		return file
	}
	at := s.end
	if s.torn {
		at = len(bytes.TrimRight(file, "\x00"))
		at += padding(at)
	}
	out := append(bytes.Clone(file[:min(at, len(file))]), make([]byte, max(at-len(file), 0))...)
	return appendFrame(out, at, frameClose, closePayload("recovered"), s.seed)
}

// isProducer says whether a name is that of a journal's emitter (TW-ID-004).
func isProducer(name string) bool {
	process, number, ok := strings.Cut(name, "-")
	return ok && len(process) == 16 && isHex(process) && number != "" && number[0] != '0' && strings.Trim(number, "0123456789") == ""
}

func closePayload(reason string) []byte {
	return cborPutWire(nil, map[string]any{"reason": reason})
}

// headerForms are what the members of a header have to be where they are there.
var headerForms = map[string]func(v any) bool{
	"format": is[int64], "seal": is[int64], "spec": is[string], "producer": is[string], "parent": is[string], "predecessor": is[string],
	"sources": is[string], "resource": is[map[string]any], "limits": is[map[string]any], "redact": is[map[string]any],
	"sampling": is[map[string]any], "origin": is[map[string]any], "sinks": isTexts,
}

func is[T any](v any) bool {
	_, ok := v.(T)
	return ok
}

func isTexts(v any) bool {
	list, ok := v.([]any)
	for _, element := range list {
		ok = ok && is[string](element)
	}
	return ok
}

func readHeader(payload []byte) (*Header, error) {
	bad := &Error{Code: "journal_header", Message: "the header cannot be read", Offset: headSize}
	m, err := readRecord(payload)
	if err != nil {
		return nil, bad
	}
	if format, ok := bigOf(m["format"]); ok && m["format"] != int64(1) {
		return nil, &Error{Code: "journal_newer", Message: "a newer format: " + format.String(), Offset: headSize}
	}
	for name, form := range headerForms {
		if v, given := m[name]; given && !form(v) {
			return nil, bad
		}
	}
	h := &Header{Limits: DefaultLimits, Resource: map[string]any{}}
	h.Spec, _ = m["spec"].(string)
	h.Producer, _ = m["producer"].(string)
	h.Parent, _ = m["parent"].(string)
	h.Predecessor, _ = m["predecessor"].(string)
	if resource, ok := m["resource"].(map[string]any); ok {
		h.Resource = resource
	}
	var sealed, created bool
	h.Seal, sealed = m["seal"].(int64)
	h.Created, created = bigOf(m["created"])
	if m["format"] == nil || m["spec"] == nil || !isProducer(h.Producer) || !sealed || !created || !h.Created.IsInt64() || !h.decides(m) {
		return nil, bad
	}
	return h, nil
}

// decides reads the members that must be there because they decide bytes, or say who may close the file.
func (h *Header) decides(m map[string]any) bool {
	limits, _ := m["limits"].(map[string]any)
	for name, limit := range h.Limits.members() {
		n, ok := limits[name].(int64)
		if !ok || n < 0 {
			return false
		}
		*limit = int(n)
	}
	redact, _ := m["redact"].(map[string]any)
	if !isTexts(redact["keys"]) || m["sinks"] == nil {
		return false
	}
	for _, key := range redact["keys"].([]any) {
		h.Redact = append(h.Redact, key.(string))
	}
	if media, given := m["media"]; given && h.Seal == 3 {
		if !is[bool](media) {
			return false
		}
		h.Media = media.(bool)
	}
	if !h.readRules(redact) {
		return false
	}
	origin, _ := m["origin"].(map[string]any)
	for _, name := range []string{"host", "boot", "pid_namespace"} {
		if v, given := origin[name]; given && !is[string](v) {
			return false
		}
	}
	_, pid := bigOf(origin["pid"])
	_, started := bigOf(origin["started"])
	rate := true
	if sampling, ok := m["sampling"].(map[string]any); ok {
		rate = is[int64](sampling["rate"]) || is[float64](sampling["rate"])
	}
	return pid && started && rate
}

// readRules reads what seals 2 and 3 have besides; in a file of another one it may mean something else. Whether these are rules is
// for who seals to say.
func (h *Header) readRules(redact map[string]any) bool {
	rules, given := redact["rules"]
	if h.Seal != 2 && h.Seal != 3 || !given {
		return true
	}
	if !isTexts(rules) {
		return false
	}
	for _, text := range rules.([]any) {
		h.Rules = append(h.Rules, text.(string))
	}
	if m, ok := redact["hash_key"].(map[string]any); ok {
		h.HashKey, _ = bytesOf(m)
	}
	return true
}

// bigOf is the integer in wire form, of any size.
func bigOf(v any) (*big.Int, bool) {
	switch v := v.(type) {
	case int64:
		return big.NewInt(v), true
	case map[string]any:
		if text, ok := v["$int"].(string); ok && len(v) == 1 {
			return new(big.Int).SetString(text, 10)
		}
	}
	return nil, false
}

// payload is the header as CBOR.
func (h *Header) payload() []byte {
	limits := map[string]any{}
	for name, n := range h.Limits.members() {
		limits[name] = int64(*n)
	}
	m := map[string]any{
		"format": int64(1), "spec": h.Spec, "seal": h.Seal, "producer": h.Producer, "limits": limits,
		"sinks": []any{}, "origin": map[string]any{"pid": int64(os.Getpid()), "started": h.Created.Int64() / 1e9},
	}
	if h.Media {
		m["media"] = true
	}
	if h.Sampling != nil {
		m["sampling"] = h.Sampling.members()
	}
	optional(m, "parent", h.Parent)
	optional(m, "predecessor", h.Predecessor)
	out := cborHead(nil, cborMap, uint64(len(m)+3))
	for _, key := range sortedKeys(m) {
		out = cborPutWire(cborPutText(out, key), m[key])
	}
	out = cborPutBig(cborPutText(out, "created"), h.Created)
	out = h.putRedact(cborPutText(out, "redact"))
	return cborPutWire(cborHead(cborPutText(out, "resource"), cborTag, tagWire), h.Resource)
}

func (h *Header) putRedact(out []byte) []byte {
	size := uint64(1)
	if h.Rules != nil {
		size++
	}
	if h.HashKey != nil {
		size++
	}
	out = cborPutTexts(cborPutText(cborHead(out, cborMap, size), "keys"), h.Redact)
	if h.Rules != nil {
		out = cborPutTexts(cborPutText(out, "rules"), h.Rules)
	}
	if h.HashKey != nil {
		out = cborPutBytes(cborPutText(out, "hash_key"), h.HashKey)
	}
	return out
}

func cborPutTexts(out []byte, texts []string) []byte {
	out = cborHead(out, cborList, uint64(len(texts)))
	for _, text := range texts {
		out = cborPutText(out, text)
	}
	return out
}

// A Journal appends frames to a file.
type Journal struct {
	w      io.Writer
	seed   uint64
	offset int
}

// NewJournal begins a file with its header. The seed is random in real use.
func NewJournal(w io.Writer, seed uint64, h *Header) (*Journal, error) {
	j := &Journal{w: w, seed: seed}
	if err := j.write(le.AppendUint64(bytes.Clone(magic), seed)); err != nil {
		return nil, err
	}
	return j, j.append(frameHeader, h.payload())
}

func (j *Journal) write(b []byte) error {
	n, err := j.w.Write(b)
	j.offset += n
	return err
}

func (j *Journal) append(kind byte, payload []byte) error {
	return j.write(appendFrame(nil, j.offset, kind, payload, j.seed))
}

// Record appends a record, a CBOR map.
func (j *Journal) Record(payload []byte) error { return j.append(frameRecord, payload) }

// Mark appends a flush mark.
func (j *Journal) Mark() error { return j.append(frameMark, []byte{cborNull}) }

// Close ends the file; the caller closes what it was written to.
func (j *Journal) Close(reason string) error {
	return j.append(frameClose, closePayload(reason))
}
