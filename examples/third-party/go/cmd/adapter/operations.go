package main

import (
	"bytes"

	tracewire "tracewire.dev/example"
)

func record(c map[string]any) (any, error) {
	settings, err := tracewire.ScriptSettings(object(c["settings"]))
	if err != nil {
		return nil, err
	}
	var file bytes.Buffer
	recorder, err := tracewire.NewRecorder(&file, settings)
	if err != nil {
		return nil, err
	}
	if err := tracewire.RunScript(recorder, items(c["script"])); err != nil {
		return nil, err
	}
	sealed, err := tracewire.Seal(file.Bytes())
	if err != nil {
		return nil, err
	}
	envelopes := sealed.Envelopes
	if len(envelopes) == 1 && len(items(envelopes[0]["events"])) == 0 {
		// Nothing was recorded: an emitter would not have begun a file.
		envelopes = nil
	}
	return map[string]any{"envelopes": encodeAll(envelopes)}, nil
}

func seal(c map[string]any) (any, error) {
	file, err := decode(c["journal"])
	if err != nil {
		return nil, err
	}
	sealed, err := tracewire.Seal(file)
	if err != nil {
		return nil, err
	}
	return map[string]any{"envelopes": encodeAll(sealed.Envelopes), "pending": int64(sealed.Pending)}, nil
}

func encodeAll(envelopes []map[string]any) []any {
	list := []any{}
	for _, e := range envelopes {
		list = append(list, encode(tracewire.Canonical(e)))
	}
	return list
}

func verify(c map[string]any) (any, error) {
	var files [][]byte
	for _, text := range items(c["envelopes"]) {
		file, err := decode(text)
		if err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	report, err := tracewire.Verify(files)
	if err != nil {
		return nil, err
	}
	findings := []any{}
	for _, finding := range report.Findings {
		findings = append(findings, finding)
	}
	return map[string]any{"sound": report.Sound, "complete": report.Complete, "findings": findings}, nil
}

func withhold(c map[string]any) (any, error) {
	file, err := decode(c["envelope"])
	if err != nil {
		return nil, err
	}
	envelope, err := tracewire.ReadEnvelope(file)
	if err != nil {
		return nil, err
	}
	mark, _ := c["mark"].(string)
	var contents []string
	for _, hash := range items(c["contents"]) {
		text, _ := hash.(string)
		contents = append(contents, text)
	}
	if err := tracewire.Withhold(envelope, mark, contents, numbers(c["bodies"]), numbers(c["events"])); err != nil {
		return nil, err
	}
	return map[string]any{"envelope": encode(tracewire.Canonical(envelope))}, nil
}

func numbers(v any) []int64 {
	var out []int64
	for _, n := range items(v) {
		if i, ok := n.(int64); ok {
			out = append(out, i)
		}
	}
	return out
}

func convert(c map[string]any) (any, error) {
	in, err := decode(c["bytes"])
	if err != nil {
		return nil, err
	}
	from, _ := c["from"].(string)
	to, _ := c["to"].(string)
	given := object(c["options"])
	options := tracewire.Options{}
	options.Delimiter, _ = given["delimiter"].(string)
	options.Lenient, _ = given["lenient"].(bool)
	options.FormulaSafe, _ = given["formula_safe"].(bool)
	out, err := tracewire.Convert(from, to, in, options)
	if err != nil {
		return nil, err
	}
	return map[string]any{"bytes": encode(out)}, nil
}
