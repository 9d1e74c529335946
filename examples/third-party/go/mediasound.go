package tracewire

import (
	"bytes"
	"math"
)

// Sound (TW-MED-010).

// lasting is sound with its duration, where what that needs could be read.
func lasting(l *look, kind string, nanos uint64) *medium {
	if l.failed {
		nanos = 0
	}
	return &medium{kind: kind, nanos: nanos}
}

func wavMedium(l *look) *medium {
	if !l.has(0, "RIFF") || !l.has(8, "WAVE") {
		return nil
	}
	at, rate := uint64(12), uint64(0)
	for range 256 {
		size := l.le32(at + 4)
		if l.failed {
			break
		}
		if l.has(at, "data") {
			left := l.total - min(l.total, at+8)
			return lasting(l, "audio/wav", over(min(size, left), rate))
		}
		if l.has(at, "fmt ") {
			rate = l.le32(at + 16)
		}
		at += 8 + size + size%2
	}
	return &medium{kind: "audio/wav"}
}

func flacMedium(l *look) *medium {
	if !l.has(0, "fLaC") || l.u8(4)&0x7F != 0 || l.failed {
		return nil
	}
	all := l.be64(18)
	return lasting(l, "audio/flac", over(all&(1<<36-1), all>>44))
}

func oggMedium(l *look) *medium {
	if !l.has(0, "OggS\x00") {
		return nil
	}
	h := 27 + l.u8(26)
	if l.failed {
		return nil
	}
	switch {
	case l.has(h, "OpusHead"):
		skipped := l.le16(h + 10)
		if last, ok := l.lastPage(); ok && last >= skipped {
			return lasting(l, "audio/ogg", over(last-skipped, 48_000))
		}
		return &medium{kind: "audio/ogg"}
	case l.has(h, "\x01vorbis"):
		if last, ok := l.lastPage(); ok {
			return lasting(l, "audio/ogg", over(last, l.le32(h+12)))
		}
		return &medium{kind: "audio/ogg"}
	case l.has(h, "\x7fFLAC"):
		return &medium{kind: "audio/ogg"}
	case l.has(h, "\x80theora"):
		return &medium{kind: "video/ogg"}
	}
	return &medium{kind: "application/ogg"}
}

// lastPage is the position that the last page says.
func (l *look) lastPage() (uint64, bool) {
	if uint64(len(l.b)) != l.total {
		return 0, false
	}
	from := len(l.b) - min(len(l.b), 65_536)
	at := bytes.LastIndex(l.b[from:], []byte("OggS"))
	if at < 0 {
		return 0, false
	}
	probe := look{b: l.b}
	position := probe.le64(uint64(from + at + 6))
	return position, !probe.failed && position != math.MaxUint64
}

// mp3Frame is a frame of MPEG audio, layer III.
type mp3Frame struct {
	version, bitRate, rate, samples, side, length uint64
}

var bitRates = [2][16]uint64{
	{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0},
	{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0},
}

func (l *look) mp3Frame(at uint64) (f mp3Frame, ok bool) {
	probe := look{b: l.b}
	head := probe.be32(at)
	f.version = head >> 19 & 3
	if probe.failed || head>>21 != 0x7FF || f.version == 1 || head>>17&3 != 1 || head>>10&3 == 3 {
		return f, false
	}
	f.rate = []uint64{44_100, 48_000, 32_000}[head>>10&3]
	later, mono := 1, head>>6&3 == 3
	f.samples, f.side = 576, 17
	if mono {
		f.side = 9
	}
	switch f.version {
	case 3:
		later, f.samples, f.side = 0, 1152, 32
		if mono {
			f.side = 17
		}
	case 2:
		f.rate /= 2
	default:
		f.rate /= 4
	}
	f.bitRate = 1000 * bitRates[later][head>>12&15]
	f.length = f.samples/8*f.bitRate/f.rate + head>>9&1
	return f, f.bitRate > 0
}

func (l *look) mp3Nanos(at uint64) uint64 {
	f, ok := l.mp3Frame(at)
	if !ok {
		return 0
	}
	info := at + 4 + f.side
	if l.has(info, "Xing") || l.has(info, "Info") {
		probe := look{b: l.b}
		if flags := probe.be32(info + 4); probe.failed || flags&1 == 1 {
			frames := probe.be32(info + 8)
			if probe.failed {
				return 0
			}
			return over(frames*f.samples, f.rate)
		}
	}
	left := l.total - min(l.total, at)
	if left > math.MaxUint64/8 {
		return 0
	}
	return over(left*8, f.bitRate)
}

func id3Medium(l *look) *medium {
	if !l.has(0, "ID3") {
		return nil
	}
	size := uint64(0)
	for at := uint64(6); at < 10; at++ {
		b := l.u8(at)
		if l.failed || b >= 0x80 {
			return nil
		}
		size = size<<7 | b
	}
	if size += 10; l.u8(5)&0x10 != 0 {
		size += 10
	}
	return &medium{kind: "audio/mpeg", nanos: l.mp3Nanos(size)}
}

func mp3Medium(l *look) *medium {
	f, ok := l.mp3Frame(0)
	if !ok {
		return nil
	}
	if next, ok := l.mp3Frame(f.length); f.length < uint64(len(l.b)) && (!ok || next.version != f.version) {
		return nil
	}
	return &medium{kind: "audio/mpeg", nanos: l.mp3Nanos(0)}
}

// adtsFrame is the length of a frame of AAC, 0 where none stands here.
func (l *look) adtsFrame(at uint64) uint64 {
	probe := look{b: l.b}
	head, more := probe.be32(at), probe.be16(at+4)
	length := head&3<<11 | more>>5
	if probe.failed || head>>20 != 0xFFF || head>>17&3 != 0 || head>>10&15 > 12 || length < 7 {
		return 0
	}
	return length
}

func adtsMedium(l *look) *medium {
	length := l.adtsFrame(0)
	if length == 0 || length < uint64(len(l.b)) && l.adtsFrame(length) == 0 {
		return nil
	}
	return &medium{kind: "audio/aac"}
}
