package tracewire

import "testing"

func TestCSV(t *testing.T) {
	for in, want := range map[string]string{
		`[]`:                                  "",
		`[{"a":1,"b":"x"},{"c":null,"a":""}]`: "a,b,c\r\n1,x,\r\n\"\"\"\"\"\",,null\r\n",
		`[{"a":"1"},{"a":"a,b"},{},{"a":[1,"x"]}]`:            "a\r\n\"\"\"1\"\"\"\r\n\"a,b\"\r\n\"\"\r\n\"[1,\"\"x\"\"]\"\r\n",
		`[{"\ufeffa":" 1 ","b":{"$int":"9007199254740993"}}]`: "b,\"\uFEFFa\"\r\n\"{\"\"$int\"\":\"\"9007199254740993\"\"}\",\"\"\" 1 \"\"\"\r\n",
	} {
		got, err := Convert("json", "csv", []byte(in), Options{})
		if err != nil || string(got) != want {
			t.Errorf("%s: %q %v, not %q", in, got, err, want)
		}
		back, err := Convert("csv", "csv", got, Options{})
		if err != nil || string(back) != want {
			t.Errorf("%q: %q %v", want, back, err)
		}
	}
	for in, code := range map[string]string{
		"a,b\n1": "csv_width", "a,a\n": "csv_duplicate_column", "a\nx\"": "csv_quote", "a\n\"x\"y": "csv_quote", "a\n\"x": "csv_end", "a\rb": "csv_line_end", "a\n\xff": "csv_utf8",
	} {
		if _, err := Convert("csv", "json", []byte(in), Options{}); err == nil || err.(*Error).Code != code {
			t.Errorf("%q: %v, not %s", in, err, code)
		}
	}
	for _, in := range []string{`1`, `{}`, `[1]`, `[{},1]`} {
		if _, err := Convert("json", "csv", []byte(in), Options{}); err == nil || err.(*Error).Code != "csv_shape" {
			t.Errorf("%q: %v", in, err)
		}
	}
	got, err := Convert("csv", "json", []byte("\uFEFFa,b\n \"\"\n"), Options{})
	if err == nil {
		t.Errorf("a quote behind a space: %s", got)
	}
	if got, err := Convert("json", "csv", []byte(`[{"=a":"-1","b":-1}]`), Options{FormulaSafe: true}); err != nil || string(got) != "'=a,b\r\n'-1,-1\r\n" {
		t.Errorf("%q %v", got, err)
	}
}
