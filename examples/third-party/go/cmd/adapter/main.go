// Command adapter speaks the conformance protocol: JSON Lines in, JSON Lines out.
package main

import (
	"bufio"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	tracewire "tracewire.dev/example"
)

func main() {
	in := bufio.NewReaderSize(os.Stdin, 1<<16)
	out := bufio.NewWriter(os.Stdout)
	for {
		line, err := in.ReadBytes('\n')
		if len(line) > 1 {
			out.Write(append(tracewire.Canonical(answer(line)), '\n'))
			out.Flush()
		}
		if err != nil {
			if err != io.EOF {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			return
		}
	}
}

// answer never fails: what goes wrong is an answer too.
func answer(line []byte) (reply map[string]any) {
	request, err := tracewire.ReadJSON(line)
	m, ok := request.(map[string]any)
	if err != nil || !ok {
		return failure(map[string]any{"id": nil}, fmt.Errorf("a request that cannot be read: %v", err))
	}
	reply = map[string]any{"id": m["id"]}
	defer func() {
		if p := recover(); p != nil {
			failure(reply, fmt.Errorf("a fault of this implementation: %v", p))
		}
	}()
	if m["do"] == "start" {
		reply["name"], reply["version"], reply["language"], reply["protocol"] = "tracewire-go-example", "0.1.0", "Go", "1.0"
		reply["capabilities"] = capabilities()
		return reply
	}
	c, _ := m["case"].(map[string]any)
	name, _ := c["operation"].(string)
	operation, ok := operations[name]
	if m["do"] != "run" || !ok {
		reply["skipped"] = fmt.Sprintf("no such operation here: %v %v", m["do"], name)
		return reply
	}
	for _, end := range []string{"from", "to"} {
		if encoding, ok := c[end].(string); ok && !slices.Contains(tracewire.Encodings, encoding) {
			reply["skipped"] = "no such encoding here: " + encoding
			return reply
		}
	}
	result, err := operation(c)
	if err != nil {
		return failure(reply, err)
	}
	reply["result"] = result
	return reply
}

func failure(reply map[string]any, err error) map[string]any {
	code := "adapter"
	var coded *tracewire.Error
	if errors.As(err, &coded) {
		code = coded.Code
	}
	reply["error"] = map[string]any{"code": code, "message": err.Error()}
	return reply
}

var operations = map[string]func(map[string]any) (any, error){
	"record": record, "seal": seal, "verify": verify, "withhold": withhold, "convert": convert,
}

func capabilities() []any {
	list := []any{"record", "seal", "verify", "withhold"}
	for _, encoding := range tracewire.Encodings {
		list = append(list, "convert:"+encoding)
	}
	return list
}

// object and items read members that may be absent.
func object(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}

func items(v any) []any {
	l, _ := v.([]any)
	return l
}

func decode(v any) ([]byte, error) {
	text, ok := v.(string)
	if !ok {
		return nil, errors.New("bytes are missing")
	}
	return base64.StdEncoding.DecodeString(text)
}

func encode(b []byte) any {
	return base64.StdEncoding.EncodeToString(b)
}
