package main

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestAnswers(t *testing.T) {
	for request, want := range map[string]string{
		`{"id":1,"do":"start","protocol":"1.0"}`: `"capabilities":["record","record:media","seal","recover","verify","verify:keys","withhold","guard","convert:json",`,
		`{"id":2,"do":"run","case":{"operation":"convert","from":"json","to":"json","bytes":"WyAxLjAgXQ=="}}`:        `{"id":2,"result":{"bytes":"WzFd"}}`,
		`{"id":3,"do":"run","case":{"operation":"convert","from":"json","to":"json","bytes":"MDE="}}`:                `{"error":{"code":"json_number",`,
		`{"id":4,"do":"run","case":{"operation":"convert","from":"json","to":"xml","bytes":"MQ=="}}`:                 `{"id":4,"skipped":"no such encoding here: xml"}`,
		`{"id":5,"do":"run","case":{"operation":"dance"}}`:                                                           `{"id":5,"skipped":"no such operation here: run dance"}`,
		`{"id":6,"do":"run","case":{"operation":"verify","envelopes":[]}}`:                                           `{"id":6,"result":{"complete":true,"findings":[],"sound":true}}`,
		`{"id":7,"do":"run","case":{"operation":"record","script":[]}}`:                                              `{"id":7,"result":{"envelopes":[]}`,
		`{"id":8,"do":"run","case":{"operation":"record","script":[{"do":"start","body":{"input":{"map":[[1]]}}}]}}`: `{"error":{"code":"adapter",`,
		`{"id":9,"do":"run","case":{"operation":"seal","journal":"AAAA"}}`:                                           `{"error":{"code":"journal_foreign",`,
		`{"id":10,"do":"run","case":{"operation":"withhold","envelope":"e30=","mark":"erased"}}`:                     `{"error":{"code":"envelope_member_missing",`,
		`{"id":11,"do":"run","case":{"operation":"recover","journal":"AAAA"}}`:                                       `{"id":11,"result":{"journal":"AAAA"}}`,
		`{"id":12,"do":"run","case":{"operation":"seal","journal":"not base64"}}`:                                    `{"error":{"code":"adapter",`,
	} {
		if got := asked(t, request); !strings.Contains(got, want) {
			t.Errorf("%s: %s", request, got)
		}
	}
}

func asked(t *testing.T, request string) string {
	t.Helper()
	reply, err := json.Marshal(answer([]byte(request)))
	if err != nil {
		t.Fatal(err)
	}
	return string(reply)
}
