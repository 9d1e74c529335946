package tracewire

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/big"
	"regexp"
	"strconv"
)

// What the first bytes of a medium say (spec/media.md, section 3).

// wireInt is a number as an Int, or as `$int` where it is beyond.
func wireInt(n uint64) any {
	if n <= 1<<53-1 {
		return int64(n)
	}
	return map[string]any{"$int": strconv.FormatUint(n, 10)}
}

// A look is at bytes of which some may be missing. What cannot be read makes it fail.
type look struct {
	b      []byte
	total  uint64
	failed bool
}

func (l *look) at(place, n uint64) []byte {
	if place > uint64(len(l.b)) || n > uint64(len(l.b))-place {
		l.failed = true
		return make([]byte, n)
	}
	return l.b[place : place+n]
}

func (l *look) has(place uint64, text string) bool {
	return place <= uint64(len(l.b)) && bytes.HasPrefix(l.b[place:], []byte(text))
}

func (l *look) u8(place uint64) uint64   { return uint64(l.at(place, 1)[0]) }
func (l *look) be16(place uint64) uint64 { return uint64(binary.BigEndian.Uint16(l.at(place, 2))) }
func (l *look) be32(place uint64) uint64 { return uint64(binary.BigEndian.Uint32(l.at(place, 4))) }
func (l *look) be64(place uint64) uint64 { return binary.BigEndian.Uint64(l.at(place, 8)) }
func (l *look) le16(place uint64) uint64 { return uint64(le.Uint16(l.at(place, 2))) }
func (l *look) le32(place uint64) uint64 { return uint64(le.Uint32(l.at(place, 4))) }
func (l *look) le64(place uint64) uint64 { return le.Uint64(l.at(place, 8)) }
func (l *look) le24(place uint64) uint64 {
	b := l.at(place, 3)
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16
}

// recognise is TW-MED-007; nil where the bytes are no medium.
func recognise(b []byte, total uint64) *medium {
	for _, tell := range []func(l *look) *medium{
		pngMedium, jpegMedium, gifMedium, webpMedium, bmpMedium, tiffMedium, svgMedium, boxMedium, elementMedium, pdfMedium,
		wavMedium, flacMedium, oggMedium, id3Medium, mp3Medium, adtsMedium,
	} {
		if m := tell(&look{b: b, total: total}); m != nil {
			return m
		}
	}
	return nil
}

// sized is a picture that is one only with its size.
func sized(l *look, kind string, width, height uint64) *medium {
	if l.failed || width == 0 || height == 0 {
		return nil
	}
	return &medium{kind: kind, width: width, height: height}
}

// told gives a picture its size where it could be read.
func told(l *look, kind string, width, height uint64) *medium {
	if l.failed || width == 0 || height == 0 {
		return &medium{kind: kind}
	}
	return &medium{kind: kind, width: width, height: height}
}

// over is a duration of a/b seconds, in nanoseconds.
func over(a, b uint64) uint64 {
	if b == 0 {
		return 0
	}
	n := new(big.Int).Mul(new(big.Int).SetUint64(a), big.NewInt(1e9))
	n.Quo(n, new(big.Int).SetUint64(b))
	if !n.IsUint64() || n.Uint64() > 1<<53-1 {
		return 0
	}
	return n.Uint64()
}

func pngMedium(l *look) *medium {
	if !l.has(0, "\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR") {
		return nil
	}
	return sized(l, "image/png", l.be32(16), l.be32(20))
}

func jpegMedium(l *look) *medium {
	if !l.has(0, "\xff\xd8\xff") || len(l.b) < 4 {
		return nil
	}
	p := uint64(2)
	for range 1024 {
		if l.u8(p) != 0xFF || l.failed {
			break
		}
		for p++; l.u8(p) == 0xFF && !l.failed; p++ {
		}
		marker := l.u8(p)
		switch {
		case l.failed, marker == 0, marker >= 0xD8 && marker <= 0xDA:
			return &medium{kind: "image/jpeg"}
		case marker == 1, marker >= 0xD0 && marker <= 0xD7:
			p++
		case marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC:
			width, height := l.be16(p+6), l.be16(p+4)
			return told(l, "image/jpeg", width, height)
		default:
			length := l.be16(p + 1)
			if length < 2 {
				return &medium{kind: "image/jpeg"}
			}
			p += 1 + length
		}
	}
	return &medium{kind: "image/jpeg"}
}

func gifMedium(l *look) *medium {
	if !l.has(0, "GIF87a") && !l.has(0, "GIF89a") {
		return nil
	}
	return sized(l, "image/gif", l.le16(6), l.le16(8))
}

func webpMedium(l *look) *medium {
	if !l.has(0, "RIFF") || !l.has(8, "WEBP") {
		return nil
	}
	var width, height uint64
	switch {
	case l.has(12, "VP8 ") && l.has(23, "\x9d\x01\x2a"):
		width, height = l.le16(26)&0x3FFF, l.le16(28)&0x3FFF
	case l.has(12, "VP8L") && l.has(20, "\x2f"):
		both := l.le32(21)
		width, height = both&0x3FFF+1, both>>14&0x3FFF+1
	case l.has(12, "VP8X"):
		width, height = l.le24(24)+1, l.le24(27)+1
	}
	return told(l, "image/webp", width, height)
}

func bmpMedium(l *look) *medium {
	if !l.has(0, "BM") || l.le32(6) != 0 {
		return nil
	}
	switch l.le32(14) {
	case 12:
		if l.le16(22) == 1 {
			return sized(l, "image/bmp", l.le16(18), l.le16(20))
		}
	case 40, 52, 56, 64, 108, 124:
		height := int64(int32(l.le32(22)))
		if l.le16(26) == 1 {
			return sized(l, "image/bmp", l.le32(18), uint64(max(height, -height)))
		}
	}
	return nil
}

func tiffMedium(l *look) *medium {
	short, long := l.le16, l.le32
	if l.has(0, "MM\x00\x2a") {
		short, long = l.be16, l.be32
	} else if !l.has(0, "II\x2a\x00") {
		return nil
	}
	directory := long(4)
	values := map[uint64]uint64{}
	for i := range min(short(directory), 1024) {
		entry := directory + 2 + 12*i
		tag, form, value := short(entry), short(entry+2), uint64(0)
		switch form {
		case 3:
			value = short(entry + 8)
		case 4:
			value = long(entry + 8)
		default:
			continue
		}
		if _, known := values[tag]; !known {
			values[tag] = value
		}
	}
	return told(l, "image/tiff", values[256], values[257])
}

var (
	svgBegins = regexp.MustCompile(`^(?:\xEF\xBB\xBF)?[\t\n\r ]*(?:<svg|<\?xml|<!--|<!DOCTYPE svg)`)
	svgRoot   = regexp.MustCompile(`<svg[\t\n\r />]`)
	svgWidth  = regexp.MustCompile(`[\t\n\r ]width="([^"]*)"`)
	svgHeight = regexp.MustCompile(`[\t\n\r ]height="([^"]*)"`)
	svgPixels = regexp.MustCompile(`^([0-9]{1,9})(?:px)?$`)
)

func svgMedium(l *look) *medium {
	head := l.b[:min(len(l.b), 1024)]
	// Patterns are of texts: every byte as a character.
	text := make([]rune, len(head))
	for i, b := range head {
		text[i] = rune(b)
	}
	s := string(text)
	if !svgBegins.MatchString(s) {
		return nil
	}
	root := svgRoot.FindStringIndex(s)
	if root == nil {
		return nil
	}
	tag := s[root[0]:]
	if end := bytes.IndexByte([]byte(tag), '>'); end >= 0 {
		tag = tag[:end]
	}
	pixels := func(pattern *regexp.Regexp) uint64 {
		if found := pattern.FindStringSubmatch(tag); found != nil {
			if digits := svgPixels.FindStringSubmatch(found[1]); digits != nil {
				n, _ := strconv.ParseUint(digits[1], 10, 64)
				return n
			}
		}
		return 0
	}
	return told(l, "image/svg+xml", pixels(svgWidth), pixels(svgHeight))
}

func pdfMedium(l *look) *medium {
	if l.has(0, "%PDF-") {
		return &medium{kind: "application/pdf"}
	}
	return nil
}

// part is a box or an element: where its payload lies, and whether all of it does.
type part struct {
	kind        string
	id          uint64
	from, until uint64
	whole       bool
}

func firstPart(list []part, kind string, id uint64) (part, bool) {
	for _, p := range list {
		if p.kind == kind && p.id == id {
			return p, true
		}
	}
	return part{}, false
}

// boxes are those between two places (TW-MED-008).
func (l *look) boxes(from, until uint64) (list []part) {
	for len(list) < 256 {
		probe := look{b: l.b}
		size, kind, head := probe.be32(from), string(probe.at(from+4, 4)), uint64(8)
		switch size {
		case 0:
			size = until - min(from, until)
		case 1:
			size, head = probe.be64(from+8), 16
		}
		if probe.failed || size < head || from+head > until {
			break
		}
		end := from + size
		if end < from {
			end = math.MaxUint64
		}
		list = append(list, part{kind: kind, from: from + head, until: min(end, until), whole: end <= until})
		from = min(end, until)
	}
	return list
}

var pictureBrands = map[string]string{
	"avif": "image/avif", "avis": "image/avif", "heic": "image/heic", "heix": "image/heic", "heim": "image/heic",
	"heis": "image/heic", "hevc": "image/heic", "hevx": "image/heic",
}

func boxMedium(l *look) *medium {
	if l.be32(0) < 16 || !l.has(4, "ftyp") {
		return nil
	}
	brand := string(l.at(8, 4))
	if l.failed {
		return nil
	}
	kind := pictureBrands[brand]
	if brand == "mif1" || brand == "msf1" {
		kind = "image/heif"
		for i := uint64(0); i < 16 && 16+4*i < l.be32(0); i++ {
			probe := look{b: l.b}
			if known := pictureBrands[string(probe.at(16+4*i, 4))]; known != "" && !probe.failed {
				kind = known
				break
			}
		}
	}
	if kind == "" {
		return l.film(brand)
	}
	m := &medium{kind: kind}
	list, skip := l.boxes(0, uint64(len(l.b))), uint64(0)
	for _, name := range []string{"meta", "iprp", "ipco"} {
		p, ok := firstPart(list, name, 0)
		if !ok {
			return m
		}
		if skip = 0; name == "meta" {
			skip = 4
		}
		list = l.boxes(p.from+skip, p.until)
	}
	found := false
	for _, p := range list {
		probe := look{b: l.b}
		width, height := probe.be32(p.from+4), probe.be32(p.from+8)
		if p.kind == "ispe" && !probe.failed && (!found || width*height > m.width*m.height) {
			found, m.width, m.height = true, width, height
		}
	}
	return m
}

func (l *look) film(brand string) *medium {
	m := &medium{kind: "video/mp4"}
	switch brand {
	case "qt  ":
		m.kind = "video/quicktime"
	case "M4A ", "M4B ", "M4P ":
		m.kind = "audio/mp4"
	}
	movie, ok := firstPart(l.boxes(0, uint64(len(l.b))), "moov", 0)
	if !ok {
		return m
	}
	list := l.boxes(movie.from, movie.until)
	for _, track := range list {
		head, ok := firstPart(l.boxes(track.from, track.until), "tkhd", 0)
		if track.kind != "trak" || !ok {
			continue
		}
		probe := look{b: l.b}
		at := head.from + 76
		if probe.u8(head.from) == 1 {
			at += 12
		}
		width, height := probe.be32(at)>>16, probe.be32(at+4)>>16
		if !probe.failed && width > 0 && height > 0 {
			m.width, m.height = width, height
			break
		}
	}
	if m.kind == "video/mp4" && m.width == 0 && movie.whole {
		m.kind = "audio/mp4"
	}
	if head, ok := firstPart(list, "mvhd", 0); ok {
		probe := look{b: l.b}
		var units, scale uint64
		switch probe.u8(head.from) {
		case 0:
			if units, scale = probe.be32(head.from+16), probe.be32(head.from+12); units == math.MaxUint32 {
				units = 0
			}
		case 1:
			if units, scale = probe.be64(head.from+24), probe.be32(head.from+20); units == math.MaxUint64 {
				units = 0
			}
		}
		if !probe.failed {
			m.nanos = over(units, scale)
		}
	}
	return m
}

// number is one of EBML: as many bytes as the zeros before its first bit say, of a size without that bit.
func (l *look) number(at uint64, most int, size bool) (n, length uint64) {
	first := l.u8(at)
	length = 1
	for mask := uint64(0x80); length <= 8 && first&mask == 0; mask >>= 1 {
		length++
	}
	if int(length) > most {
		l.failed = true
		return 0, length
	}
	n = first
	if size {
		n &= 1<<(8-length) - 1
	}
	for _, b := range l.at(at+1, length-1) {
		n = n<<8 | uint64(b)
	}
	return n, length
}

// elements are those between two places (TW-MED-009).
func (l *look) elements(from, until uint64) (list []part) {
	for len(list) < 256 {
		probe := look{b: l.b}
		id, idBytes := probe.number(from, 4, false)
		size, sizeBytes := probe.number(from+idBytes, 8, true)
		data := from + idBytes + sizeBytes
		if probe.failed || data > until {
			break
		}
		end := data + size
		if size == 1<<(7*sizeBytes)-1 {
			end = until
		}
		list = append(list, part{id: id, from: data, until: min(end, until), whole: end <= until})
		from = min(end, until)
	}
	return list
}

// unsigned is the number that an element holds.
func (l *look) unsigned(list []part, id uint64) (n uint64, ok bool) {
	p, ok := firstPart(list, "", id)
	if length := p.until - p.from; !ok || length < 1 || length > 8 {
		return 0, false
	}
	for _, b := range l.at(p.from, p.until-p.from) {
		n = n<<8 | uint64(b)
	}
	return n, true
}

func elementMedium(l *look) *medium {
	end := uint64(len(l.b))
	list := l.elements(0, end)
	if len(list) == 0 || list[0].id != 0x1A45DFA3 {
		return nil
	}
	docType, ok := firstPart(l.elements(list[0].from, list[0].until), "", 0x4282)
	if !ok {
		return nil
	}
	var m medium
	sound := ""
	switch string(l.at(docType.from, docType.until-docType.from)) {
	case "webm":
		m.kind, sound = "video/webm", "audio/webm"
	case "matroska":
		m.kind, sound = "video/x-matroska", "audio/x-matroska"
	default:
		return nil
	}
	segment, ok := firstPart(l.elements(list[0].until, end), "", 0x18538067)
	if !ok {
		return &m
	}
	inside := l.elements(segment.from, segment.until)
	if tracks, ok := firstPart(inside, "", 0x1654AE6B); ok {
		shows := false
		for _, track := range l.elements(tracks.from, tracks.until) {
			video, ok := firstPart(l.elements(track.from, track.until), "", 0xE0)
			if track.id != 0xAE || !ok {
				continue
			}
			shows = true
			size := l.elements(video.from, video.until)
			width, wide := l.unsigned(size, 0xB0)
			height, high := l.unsigned(size, 0xBA)
			if wide && high {
				m.width, m.height = width, height
			}
			break
		}
		if !shows && tracks.whole {
			m.kind = sound
		}
	}
	if info, ok := firstPart(inside, "", 0x1549A966); ok {
		m.nanos = l.elementNanos(l.elements(info.from, info.until))
	}
	return &m
}

func (l *look) elementNanos(info []part) uint64 {
	scale, ok := uint64(1_000_000), true
	if _, given := firstPart(info, "", 0x2AD7B1); given {
		scale, ok = l.unsigned(info, 0x2AD7B1)
	}
	duration, given := firstPart(info, "", 0x4489)
	if !ok || !given {
		return 0
	}
	var units float64
	switch duration.until - duration.from {
	case 4:
		units = float64(math.Float32frombits(uint32(l.be32(duration.from))))
	case 8:
		units = math.Float64frombits(l.be64(duration.from))
	}
	if nanos := math.Floor(units * float64(scale)); nanos >= 1 && nanos < 1<<53 {
		return uint64(nanos)
	}
	return 0
}
