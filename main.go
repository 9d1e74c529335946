package main

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"fmt"
	"encoding/base64"
	"math/big"
	"os"
	"strings"

	tracewire "tracewire.dev/example"
)

// each line: hex records separated by spaces; "m" a mark; "c:reason" close -> base64 journal
func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<26)
	for in.Scan() {
		var f bytes.Buffer
		l := tracewire.DefaultLimits
		j, err := tracewire.NewJournal(&f, 7, &tracewire.Header{Spec: "1.0", Seal: 1, Producer: "p-1", Created: big.NewInt(5), Resource: map[string]any{}, Limits: l, Redact: []string{"k"}})
		if err != nil { panic(err) }
		for _, w := range strings.Fields(in.Text()) {
			switch {
			case w == "m": j.Mark()
			case strings.HasPrefix(w, "c:"): j.Close(w[2:])
			default:
				b, err := hex.DecodeString(w)
				if err != nil { panic(err) }
				j.Record(b)
			}
		}
		fmt.Println(base64.StdEncoding.EncodeToString(f.Bytes()))
	}
}
