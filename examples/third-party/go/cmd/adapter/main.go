// Command adapter speaks the conformance protocol: JSON Lines in, JSON Lines out.
package main

import (
	"bufio"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"

	tracewire "tracewire.dev/example"
)

// A request has bytes as base64, which encoding/json reads and writes by itself.
type request struct {
	ID   json.RawMessage
	Do   string
	Case struct {
		Operation, From, To, Mark string
		Settings, Script, Guards  json.RawMessage
		Journal, Bytes, Envelope  []byte
		Envelopes                 [][]byte
		Contents, Keys            []string
		Bodies, Events            []int64
		Options                   tracewire.Options
	}
}

type members = map[string]any

func main() {
	in, out := bufio.NewReaderSize(os.Stdin, 1<<16), bufio.NewWriter(os.Stdout)
	write := json.NewEncoder(out)
	for {
		line, err := in.ReadBytes('\n')
		if len(line) > 1 {
			if err := errors.Join(write.Encode(answer(line)), out.Flush()); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
		}
		if err != nil {
			return
		}
	}
}

// answer never fails: what goes wrong is an answer too.
func answer(line []byte) (reply members) {
	var asked request
	err := json.Unmarshal(line, &asked)
	reply = members{"id": asked.ID}
	defer func() {
		if fault := recover(); fault != nil {
			failure(reply, fmt.Errorf("a fault of this implementation: %v", fault))
		}
	}()
	operation := operations[asked.Case.Operation]
	switch {
	case err != nil:
		return failure(reply, fmt.Errorf("a request that cannot be read: %v", err))
	case asked.Do == "start":
		reply["name"], reply["version"], reply["language"], reply["protocol"] = "tracewire-go-example", "0.1.0", "Go", "1.0"
		reply["capabilities"] = capabilities()
		return reply
	case asked.Do != "run" || operation == nil:
		reply["skipped"] = "no such operation here: " + asked.Do + " " + asked.Case.Operation
		return reply
	}
	for _, encoding := range []string{asked.Case.From, asked.Case.To} {
		if encoding != "" && !slices.Contains(tracewire.Encodings, encoding) {
			reply["skipped"] = "no such encoding here: " + encoding
			return reply
		}
	}
	result, err := operation(&asked)
	if err != nil {
		return failure(reply, err)
	}
	reply["result"] = result
	return reply
}

func failure(reply members, err error) members {
	code := "adapter"
	if coded := (*tracewire.Error)(nil); errors.As(err, &coded) {
		code = coded.Code
	}
	reply["error"] = members{"code": code, "message": err.Error()}
	return reply
}

func capabilities() []string {
	list := []string{"record", "record:media", "seal", "recover", "verify", "verify:keys", "withhold", "guard"}
	for _, encoding := range tracewire.Encodings {
		list = append(list, "convert:"+encoding)
	}
	return list
}

var operations = map[string]func(*request) (members, error){
	"record": func(r *request) (members, error) {
		_, envelopes, err := tracewire.RunScript(r.Case.Settings, r.Case.Script)
		return members{"envelopes": canonical(envelopes)}, err
	},
	"seal": func(r *request) (members, error) {
		sealed, err := tracewire.Seal(r.Case.Journal)
		if err != nil {
			return nil, err
		}
		return members{"envelopes": canonical(sealed.Envelopes), "pending": sealed.Pending}, nil
	},
	"recover": func(r *request) (members, error) {
		return members{"journal": append([]byte{}, tracewire.Recover(r.Case.Journal)...)}, nil
	},
	"verify": func(r *request) (members, error) {
		var keys []ed25519.PublicKey
		for _, text := range r.Case.Keys {
			key, err := hex.DecodeString(text)
			if err != nil || len(key) != ed25519.PublicKeySize {
				return nil, errors.New("a key is 64 hex digits")
			}
			keys = append(keys, key)
		}
		report, err := tracewire.Verify(r.Case.Envelopes, keys...)
		result := members{"sound": report.Sound, "complete": report.Complete, "findings": report.Findings}
		if keys != nil {
			result["proved"] = report.Proved
		}
		return result, err
	},
	"withhold": func(r *request) (members, error) {
		envelope, err := tracewire.ReadEnvelope(r.Case.Envelope)
		if err != nil {
			return nil, err
		}
		err = tracewire.Withhold(envelope, r.Case.Mark, r.Case.Contents, r.Case.Bodies, r.Case.Events)
		return members{"envelope": tracewire.Canonical(envelope)}, err
	},
	"guard": func(r *request) (members, error) {
		verdicts, err := tracewire.RunGuards(r.Case.Guards, r.Case.Script)
		return members{"verdicts": verdicts}, err
	},
	"convert": func(r *request) (members, error) {
		out, err := tracewire.Convert(r.Case.From, r.Case.To, r.Case.Bytes, r.Case.Options)
		return members{"bytes": out}, err
	},
}

func canonical(envelopes []map[string]any) [][]byte {
	list := make([][]byte, len(envelopes))
	for i, envelope := range envelopes {
		list[i] = tracewire.Canonical(envelope)
	}
	return list
}
