package tracewire

// The messages of spec/proto as tables: number, name and form of each field.

type protoForm int

const (
	formText protoForm = iota
	formBool
	formUint // uint64 and uint32
	formSint // sint64
	formDouble
	formValue
	formMap // map<string, Value>
	formMessage
	formTexts
	formValues
	formMessages
	formDoubles
	formUints
)

type protoField struct {
	number  int
	name    string
	form    protoForm
	message *protoMessage
}

// A protoMessage is a map in wire form whose members have fields; all others go into `other`.
type protoMessage struct {
	fields []protoField
	shape  protoShape
}

// A protoShape says which fields a message has, and which of them repeat.
type protoShape map[int]bool

const otherField = 100

// Shapes of the messages that have no table.
var (
	recordingShape = protoShape{1: false, 2: true}
	itemShape      = protoShape{1: false, 2: false, 3: false}
	envelopeShape  = protoShape{
		1: false, 2: false, 3: false, 4: false, 5: false, 6: false, 7: false, 8: false, 9: false, 10: true, 11: true, 12: true, otherField: true,
	}
	entryShape   = protoShape{1: false, 2: false}
	contentShape = protoShape{1: false, 2: false, 3: false, 4: false, otherField: true}
	eventShape   = protoShape{otherField: true}
	valueShape   = protoShape{}
	listShape    = protoShape{1: true}
	pairShape    = protoShape{1: false, 2: false}
	timeShape    = protoShape{1: false, 2: false}
)

func init() {
	for number := 1; number <= 22; number++ {
		eventShape[number] = false
	}
	for number := 1; number <= 10; number++ {
		valueShape[number] = false
	}
}

func message(fields ...protoField) *protoMessage {
	shape := protoShape{otherField: true}
	for _, field := range fields {
		shape[field.number] = field.form == formMap || field.form >= formTexts
	}
	return &protoMessage{fields, shape}
}

func texts(first int, names ...string) []protoField {
	var out []protoField
	for i, name := range names {
		out = append(out, protoField{first + i, name, formText, nil})
	}
	return out
}

func with(fields []protoField, more ...protoField) *protoMessage {
	return message(append(fields, more...)...)
}

var (
	protoLink  = with(texts(1, "trace_id", "span_id"), protoField{3, "attributes", formMap, nil})
	protoNamed = with(texts(1, "name", "version"))
	protoUsage = message(
		protoField{1, "input_tokens", formUint, nil}, protoField{2, "output_tokens", formUint, nil},
		protoField{3, "cache_read_input_tokens", formUint, nil}, protoField{4, "cache_write_input_tokens", formUint, nil},
		protoField{5, "reasoning_output_tokens", formUint, nil}, protoField{6, "details", formMap, nil}, protoField{7, "raw", formValue, nil},
	)
	protoCost = with(
		texts(1, "currency", "total", "input", "output"),
		protoField{5, "details", formMap, nil}, protoField{6, "price_source", formText, nil}, protoField{7, "price_version", formText, nil},
	)
	protoException = with(texts(1, "type", "message", "stacktrace"), protoField{4, "escaped", formBool, nil})
	protoTarget    = with(texts(1, "trace_id", "span_id", "session_id"))
	protoHistogram = message(
		protoField{1, "count", formUint, nil}, protoField{2, "sum", formDouble, nil}, protoField{3, "min", formDouble, nil},
		protoField{4, "max", formDouble, nil}, protoField{5, "bounds", formDoubles, nil}, protoField{6, "counts", formUints, nil},
	)
)

// A protoBody is the message of a type's body, and the field of Event that holds it.
type protoBody struct {
	number  int
	message *protoMessage
}

var protoBodies = map[string]protoBody{
	"span.start": {11, message(
		protoField{1, "name", formText, nil}, protoField{2, "attributes", formMap, nil}, protoField{3, "input", formValue, nil},
		protoField{4, "links", formMessages, protoLink}, protoField{5, "scope", formMessage, protoNamed}, protoField{6, "trace_state", formText, nil},
		protoField{7, "trace_flags", formUint, nil}, protoField{8, "correlation_id", formText, nil}, protoField{9, "session_id", formText, nil},
		protoField{10, "user_id", formText, nil}, protoField{11, "tags", formTexts, nil}, protoField{12, "environment", formText, nil},
		protoField{13, "release", formText, nil}, protoField{14, "level", formText, nil}, protoField{15, "prompt", formMessage, protoNamed},
		protoField{16, "dataset_item_id", formText, nil}, protoField{17, "experiment_run_id", formText, nil},
		protoField{18, "tool_definitions", formValue, nil}, protoField{19, "media", formValues, nil},
	)},
	"span.update": {12, message(
		protoField{1, "name", formText, nil}, protoField{2, "attributes", formMap, nil}, protoField{3, "input", formValue, nil},
		protoField{4, "output", formValue, nil}, protoField{5, "usage", formMessage, protoUsage}, protoField{6, "cost", formMessage, protoCost},
		protoField{7, "tags", formTexts, nil}, protoField{8, "level", formText, nil}, protoField{9, "links", formMessages, protoLink},
		protoField{10, "time_to_first_chunk_nanos", formUint, nil},
	)},
	"span.event": {13, message(
		protoField{1, "name", formText, nil}, protoField{2, "attributes", formMap, nil}, protoField{3, "chunks", formValues, nil},
		protoField{4, "exception", formMessage, protoException}, protoField{5, "data", formValue, nil},
	)},
	"span.end": {14, message(
		protoField{1, "status_message", formText, nil}, protoField{2, "attributes", formMap, nil}, protoField{3, "output", formValue, nil},
		protoField{4, "usage", formMessage, protoUsage}, protoField{5, "cost", formMessage, protoCost},
		protoField{6, "time_to_first_chunk_nanos", formUint, nil}, protoField{7, "exception", formMessage, protoException},
		protoField{8, "clock_skew_nanos", formSint, nil},
	)},
	"event": {15, message(
		protoField{1, "name", formText, nil}, protoField{2, "attributes", formMap, nil}, protoField{3, "data", formValue, nil},
		protoField{4, "correlation_id", formText, nil}, protoField{5, "session_id", formText, nil},
	)},
	"log": {16, with(texts(1, "message", "level", "logger"), protoField{4, "attributes", formMap, nil}, protoField{5, "correlation_id", formText, nil})},
	"metric": {17, message(
		protoField{1, "name", formText, nil}, protoField{2, "instrument", formText, nil}, protoField{3, "value", formDouble, nil},
		protoField{4, "unit", formText, nil}, protoField{5, "temporality", formText, nil},
		protoField{6, "histogram", formMessage, protoHistogram}, protoField{7, "attributes", formMap, nil},
		protoField{8, "correlation_id", formText, nil},
	)},
	"feedback": {18, message(
		protoField{1, "feedback_id", formText, nil}, protoField{2, "name", formText, nil}, protoField{3, "value", formValue, nil},
		protoField{4, "source", formText, nil}, protoField{5, "target", formMessage, protoTarget}, protoField{6, "supersedes", formText, nil},
		protoField{7, "comment", formText, nil}, protoField{8, "correlation_id", formText, nil},
	)},
	"loss": {19, message(
		protoField{1, "reason", formText, nil}, protoField{2, "count", formUint, nil}, protoField{3, "bytes", formUint, nil},
		protoField{4, "offset", formUint, nil},
	)},
}
