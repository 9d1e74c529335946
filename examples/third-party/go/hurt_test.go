package tracewire

import (
	"bytes"
	"math/rand"
	"testing"
)

// Whatever happens to bytes, a reader answers with a value or an error, and what was sealed from a hurt file is sound.
func TestHurt(t *testing.T) {
	r := rand.New(rand.NewSource(2))
	file := record(t, `{"limits":{"envelope_events":2}}`, manyScript)
	envelope := []byte(sealedMany(t)[0])
	for range 5000 {
		hurt := bytes.Clone(file)
		for range 1 + r.Intn(4) {
			at := headSize + 100 + r.Intn(len(hurt)-headSize-100)
			hurt[at] = byte(r.Intn(256))
		}
		sealed, err := Seal(hurt)
		if err != nil {
			continue
		}
		var files [][]byte
		for _, e := range sealed.Envelopes {
			files = append(files, Canonical(e))
		}
		if report, err := Verify(files); err != nil || !report.Sound {
			t.Fatalf("%+v", report)
		}
	}
	for range 5000 {
		hurt := bytes.Clone(envelope)
		hurt[r.Intn(len(hurt))] = byte(r.Intn(256))
		Verify([][]byte{hurt, envelope})
	}
	const log = "\xa3\x64type\x63log\x64time\x00\x64body\xa1\x61a"
	for range 50000 {
		body := make([]byte, r.Intn(12))
		r.Read(body)
		if event, err := readEvent(append([]byte(log), body...)); err == nil {
			Canonical(event)
		}
	}
}
