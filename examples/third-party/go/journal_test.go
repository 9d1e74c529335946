package tracewire

import (
	"bytes"
	"strings"
	"testing"
)

const manyScript = `[
	{"do":"start","as":"a","kind":"agent","body":{"name":"one","input":{"repeat":["x",300]}}},
	{"do":"flush"},
	{"do":"update","span":"a","body":{"output":[{"map":[["role","user"],["content",{"repeat":["x",300]}]]},{"map":[["role","tool"],["content","short"]]}]}},
	{"do":"happen","span":"a","body":{"name":"two"}},
	{"do":"end","span":"a","status":"ok","body":{"output":{"repeat":["x",300]}}}]`

func TestPrefixesAreStable(t *testing.T) {
	file := record(t, `{"limits":{"envelope_events":2}}`, manyScript)
	whole := envelopes(t, file)
	if len(whole) != 3 {
		t.Fatalf("%d envelopes", len(whole))
	}
	for n := range file {
		sealed, err := Seal(file[:n])
		if err != nil {
			continue
		}
		for i, e := range sealed.Envelopes {
			if string(Canonical(e)) != whole[i] {
				t.Fatalf("envelope %d of %d bytes differs", i, n)
			}
		}
	}
	if report, err := Verify([][]byte{[]byte(whole[2]), []byte(whole[0]), []byte(whole[1]), []byte(whole[0])}); err != nil || !report.Sound || !report.Complete || len(report.Findings) > 0 {
		t.Errorf("%+v", report)
	}
}

func TestDamage(t *testing.T) {
	file := record(t, `{}`, manyScript)
	whole, err := scan(file)
	if err != nil {
		t.Fatal(err)
	}
	frames := whole.frames
	hurt := bytes.Clone(file)
	hurt[frames[2].offset+9] ^= 1
	got := envelopes(t, hurt)[1]
	want := `{"body":{"bytes":` + Int64(frames[2].length) + `,"offset":` + Int64(frames[2].offset) + `,"reason":"damaged"},"seq":2,"time":"2026-01-01T00:00:00.000000000Z","type":"loss"}`
	if !strings.Contains(got, want) {
		t.Errorf("no %s in %s", want, got)
	}
	last := frames[len(frames)-1]
	if sealed, err := Seal(append(bytes.Clone(file[:last.offset]), make([]byte, 64)...)); err != nil || sealed.Torn || sealed.Pending != 3 || len(sealed.Envelopes) != 1 {
		t.Errorf("%+v %v", sealed, err)
	}
	if sealed, err := Seal(file[:last.offset+4]); err != nil || !sealed.Torn {
		t.Errorf("%+v %v", sealed, err)
	}
	for _, cut := range []int{last.offset, last.offset + 3, last.offset + 9} {
		for _, zeros := range []int{0, 64} {
			dead := append(bytes.Clone(file[:cut]), make([]byte, zeros)...)
			closed := Recover(dead)
			got := envelopes(t, closed)
			if !strings.Contains(got[1], `"close":"recovered"`) || strings.Contains(got[1], `"reason":"damaged"`) != (cut > last.offset) {
				t.Errorf("%d: %s", cut, got)
			}
			if !bytes.Equal(Recover(closed), closed) {
				t.Errorf("%d: closed twice", cut)
			}
		}
	}
	if _, err := Seal([]byte("no journal at all")); err.(*Error).Code != "journal_foreign" {
		t.Error(err)
	}
}

func Int64(n int) string { return string(Canonical(int64(n))) }

// sealOne seals one record of raw CBOR behind a header.
func sealOne(t *testing.T, payload string) string {
	t.Helper()
	var file bytes.Buffer
	s, _ := ScriptSettings(nil)
	r, err := NewRecorder(&file, s)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.journal.Record([]byte(payload)); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	return envelopes(t, file.Bytes())[0]
}

func TestCBOR(t *testing.T) {
	const log = "\xa3\x64type\x63log\x64time\x00\x64body"
	for body, want := range map[string]string{
		"\xa1\x61a\xf9\x3c\x00":                              `{"a":1}`,
		"\xa1\x61a\xf9\x7e\x00":                              `{"a":{"$float":"NaN"}}`,
		"\xa1\x61a\xf9\x00\x01":                              `{"a":5.960464477539063e-8}`,
		"\xa1\x61a\xfa\x3d\xcc\xcc\xcd":                      `{"a":0.10000000149011612}`,
		"\xa1\x61a\xc2\x49\x01" + zeros8:                     `{"a":{"$int":"18446744073709551616"}}`,
		"\xa1\x61a\xc3\x49\x01" + zeros8:                     `{"a":{"$int":"-18446744073709551617"}}`,
		"\xa1\x61a\x3b\xff\xff\xff\xff" + "\xff\xff\xff\xff": `{"a":{"$int":"-18446744073709551616"}}`,
		"\xa1\x61a\xc0\x74" + "2026-11-21T04:30:00Z":         `{"a":{"$time":"2026-11-21T04:30:00Z"}}`,
		"\xa1\x61a\xd9\x01\x02\x82\x09\x01":                  `{"a":[1,9]}`,
		"\xa1\x61a\x9f\x01\xd9\x74\x58\x05\xff":              `{"a":{"$cut":[1],"missing_items":5}}`,
		"\xa1\x61a\xbf\x61b\x01\xf7\x05\xff":                 `{"a":{"$cut":{"b":1},"missing_items":5}}`,
		"\xa1\x61a\xd9\x74\x58\x82\x61b\x05":                 `{"a":{"$cut":"b","missing_bytes":5}}`,
		"\xa1\x61a\xd9\x74\x58\xf6":                          `{"a":{"$cut":null}}`,
		"\xa1\x61a\xd9\x74\x57\xa1\x62$x\xf7":                `{"a":{"$x":null}}`,
		"\xa1\x61a\xc1\x05":                                  `{"a":{"$cbor":1,"value":5}}`,
	} {
		if got := sealOne(t, log+body); !strings.Contains(got, `"events":[{"body":`+want+`,"seq":1,`) {
			t.Errorf("%x: no %s in %s", body, want, got)
		}
	}
	for _, body := range []string{
		"\xa1\x61a\x7f\x61b\xff", "\xa1\x61a\xe0", "\xa1\x61a\xf8\x20", "\xa1\x61a\xff", "\xa1\x61a\x1c", "\xa1\x61a\x82\xd9\x74\x58\x05\x01",
		"\xa1\x61a" + strings.Repeat("\x81", 200) + "\x01", "\xa1\x61a\x01\x01", "\x05", "\xa1\x61a", "\xa1\x61a\x9b\xff\xff\xff\xff\xff\xff\xff\xff",
	} {
		if got := sealOne(t, log+body); !strings.Contains(got, `"reason":"invalid"`) {
			t.Errorf("%x: %s", body, got)
		}
	}
}

const zeros8 = "\x00\x00\x00\x00\x00\x00\x00\x00"
