package tracewire

import (
	"fmt"
	"math"
	"math/big"
	"reflect"
	"slices"
	"time"
)

// Host values: what a program hands to the recorder. Beside Go's own (nil, bool, numbers, string, []byte, []any,
// map[string]any, *big.Int, time.Time, time.Duration, error) there are types for what Go has no word for.
type (
	// A Pair is a member of a Map; its key may be any value.
	Pair struct{ Key, Value any }
	// Map is a map in an order of its own.
	Map []Pair
	// Set is a set, in any order.
	Set []any
	// Moment is a time with its zone, in RFC 3339.
	Moment string
	// Local is a date and time of day without zone, in ISO 8601.
	Local string
	// Date is a date, YYYY-MM-DD.
	Date string
	// Clock is a time of day, HH:MM:SS with or without a fraction.
	Clock string
	// Decimal is a decimal number as its host prints it.
	Decimal string
	// Foreign is the name of a type that has no form on the wire.
	Foreign string
	// Wire is a value that is in wire form already: its `$` keys are tags.
	Wire struct{ Value any }
)

// least is the room that a mark of a cut and the ends around it need.
const least = 16

// An encoder writes host values as CBOR and keeps to the limits of a record while it does (TW-LIM-001).
type encoder struct {
	out   []byte
	depth int
	nodes int
	bytes int       // how long out may become
	above []uintptr // the lists and maps that the value stands in
}

func (e *encoder) room() int {
	return e.bytes - len(e.out) - least*(len(e.above)+1)
}

func (e *encoder) full() bool {
	return e.nodes <= 0 || e.room() < least
}

// wire writes a value in wire form.
func (e *encoder) wire(v any) {
	e.whole(cborPutWire(cborHead(nil, cborTag, tagWire), v))
}

func (e *encoder) integer(i *big.Int) {
	if i.BitLen() > 8*maxInteger {
		e.missing()
		return
	}
	e.whole(cborPutBig(nil, i))
}

// whole writes what would be something else if it were cut.
func (e *encoder) whole(item []byte) {
	if len(item) > e.room() {
		e.missing()
		return
	}
	e.out = append(e.out, item...)
}

// missing stands for a value for which there is no room.
func (e *encoder) missing() { e.out = append(cborHead(e.out, cborTag, tagCut), cborNull) }

func (e *encoder) value(v any) {
	if e.full() {
		e.missing()
		return
	}
	e.nodes--
	switch v := v.(type) {
	case nil, bool:
		e.out = cborPutWire(e.out, v)
	case int:
		e.out = cborPutInt(e.out, int64(v))
	case int64:
		e.out = cborPutInt(e.out, v)
	case *big.Int:
		e.integer(v)
	case float64:
		e.out = cborPutFloat(e.out, v)
	case float32:
		e.out = cborPutFloat(e.out, float64(v))
	case time.Duration:
		e.out = cborPutFloat(e.out, v.Seconds())
	case string:
		e.text(cleanUTF8([]byte(v)))
	case []byte:
		e.binary(v)
	case time.Time:
		e.moment(v.Format(time.RFC3339Nano))
	case Moment:
		e.moment(string(v))
	case Local:
		e.wire(map[string]any{"$time": nineDigits(string(v))})
	case Clock:
		e.wire(map[string]any{"$time": nineDigits(string(v))})
	case Date:
		e.wire(map[string]any{"$time": string(v)})
	case Decimal:
		e.wire(map[string]any{"$decimal": string(v)})
	case Foreign:
		e.wire(Unserializable(string(v)))
	case Wire:
		e.wire(v.Value)
	case error:
		e.members(Map{{"type", fmt.Sprintf("%T", v)}, {"message", v.Error()}})
	case []any:
		e.list(v, reflect.ValueOf(v).Pointer(), 0)
	case Set:
		e.list(v, reflect.ValueOf(v).Pointer(), tagSet)
	case Map:
		e.pairs(v, reflect.ValueOf(v).Pointer())
	case map[string]any:
		e.pairs(sortedPairs(v), reflect.ValueOf(v).Pointer())
	default:
		e.wire(Unserializable(fmt.Sprintf("%T", v)))
	}
}

// sortedPairs gives a Go map an order, for it has none.
func sortedPairs(m map[string]any) Map {
	pairs := make(Map, 0, len(m))
	for _, key := range sortedKeys(m) {
		pairs = append(pairs, Pair{key, m[key]})
	}
	return pairs
}

func (e *encoder) moment(text string) {
	if moment, ok := momentOf(text); ok {
		e.wire(moment)
		return
	}
	e.wire(map[string]any{"$unserializable": "time", "text": cutText(text, 512)})
}

func (e *encoder) text(s string) {
	if kept := cutText(s, e.room()); len(kept) < len(s) {
		e.out = cborPutText(cborHead(cborHead(e.out, cborTag, tagCut), cborList, 2), kept)
		e.out = cborPutInt(e.out, int64(len(s)-len(kept)))
		return
	}
	e.out = cborPutText(e.out, s)
}

func (e *encoder) binary(b []byte) {
	if room := e.room(); len(b) > room {
		e.out = cborPutBytes(cborHead(cborHead(e.out, cborTag, tagCut), cborList, 2), b[:room])
		e.out = cborPutInt(e.out, int64(len(b)-room))
		return
	}
	e.out = cborPutBytes(e.out, b)
}

// enter says whether a list or map may be written, and writes what stands for it where not.
func (e *encoder) enter(at uintptr, size int) bool {
	switch {
	case size > 0 && slices.Contains(e.above, at):
		e.wire(Unserializable("cycle"))
		return false
	case len(e.above) >= e.depth:
		e.wire(map[string]any{"$cut": nil, "missing_depth": int64(1)})
		return false
	}
	e.above = append(e.above, at)
	return true
}

func (e *encoder) leave() {
	e.out = append(e.out, cborBreak)
	e.above = e.above[:len(e.above)-1]
}

// list writes a list, under a tag where it is a set.
func (e *encoder) list(list []any, at uintptr, tag uint64) {
	if !e.enter(at, len(list)) {
		return
	}
	if tag != 0 {
		e.out = cborHead(e.out, cborTag, tag)
	}
	e.out = append(e.out, cborList<<5|indefinite)
	for i, v := range list {
		if e.full() {
			e.out = cborPutInt(cborHead(e.out, cborTag, tagCut), int64(len(list)-i))
			break
		}
		e.value(v)
	}
	e.leave()
}

func (e *encoder) pairs(m Map, at uintptr) {
	if e.enter(at, len(m)) {
		e.members(m)
		e.above = e.above[:len(e.above)-1]
	}
}

// members writes a map without looking at how deep it stands.
func (e *encoder) members(m Map) {
	e.out = append(e.out, cborMap<<5|indefinite)
	for i, pair := range m {
		if e.full() || !e.key(pair.Key) {
			e.out = cborPutInt(append(e.out, cborUndefined), int64(len(m)-i))
			break
		}
		e.value(pair.Value)
	}
	e.out = append(e.out, cborBreak)
}

// key writes a key whole or not at all: a part of a key is another key. What it is made of counts as values do.
func (e *encoder) key(key any) bool {
	k := encoder{depth: e.depth, nodes: e.nodes, bytes: math.MaxInt32, above: e.above}
	if text, ok := key.(string); ok {
		k.nodes--
		k.out = cborPutText(nil, cleanUTF8([]byte(text)))
	} else {
		k.above = slices.Clone(e.above)
		k.value(key)
	}
	if len(k.out) > e.room()-least {
		return false
	}
	e.out, e.nodes = append(e.out, k.out...), k.nodes
	return true
}
