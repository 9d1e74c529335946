package tracewire_test

import (
	"bytes"
	"fmt"
	"log"

	tracewire "tracewire.dev/example"
)

// A run is recorded into a journal, sealed, and verified.
func Example() {
	var file bytes.Buffer
	recorder, err := tracewire.NewRecorder(&file, tracewire.Settings{Resource: map[string]any{"service.name": "demo"}})
	if err != nil {
		log.Fatal(err)
	}
	span, err := recorder.Start(nil, "agent", tracewire.Map{{Key: "name", Value: "plan"}, {Key: "input", Value: "Shall we row?"}})
	if err != nil {
		log.Fatal(err)
	}
	if err := recorder.End(span, "ok", tracewire.Map{{Key: "output", Value: map[string]any{"answer": 42}}}); err != nil {
		log.Fatal(err)
	}
	if err := recorder.Close(); err != nil {
		log.Fatal(err)
	}
	sealed, err := tracewire.Seal(file.Bytes())
	if err != nil {
		log.Fatal(err)
	}
	for _, envelope := range sealed.Envelopes {
		report, err := tracewire.Verify([][]byte{tracewire.Canonical(envelope)})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(len(envelope["events"].([]any)), "events, sound:", report.Sound, "complete:", report.Complete)
	}
	// Output: 2 events, sound: true complete: true
}
