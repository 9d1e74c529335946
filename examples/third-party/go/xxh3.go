package tracewire

import (
	"encoding/binary"
	"math/bits"
)

// XXH3 with 64 bits, from the description in the xxHash project's specification. The journal's frames are guarded by it.
const (
	prime32x1 = 0x9E3779B1
	prime32x2 = 0x85EBCA77
	prime32x3 = 0xC2B2AE3D
	prime64x1 = 0x9E3779B185EBCA87
	prime64x2 = 0xC2B2AE3D27D4EB4F
	prime64x3 = 0x165667B19E3779F9
	prime64x4 = 0x85EBCA77C2B2AE63
	prime64x5 = 0x27D4EB2F165667C5
	primeMx1  = 0x165667919E3779F9
	primeMx2  = 0x9FB21C651E98DF25
)

var xxhSecret = [192]byte{
	0xb8, 0xfe, 0x6c, 0x39, 0x23, 0xa4, 0x4b, 0xbe, 0x7c, 0x01, 0x81, 0x2c, 0xf7, 0x21, 0xad, 0x1c,
	0xde, 0xd4, 0x6d, 0xe9, 0x83, 0x90, 0x97, 0xdb, 0x72, 0x40, 0xa4, 0xa4, 0xb7, 0xb3, 0x67, 0x1f,
	0xcb, 0x79, 0xe6, 0x4e, 0xcc, 0xc0, 0xe5, 0x78, 0x82, 0x5a, 0xd0, 0x7d, 0xcc, 0xff, 0x72, 0x21,
	0xb8, 0x08, 0x46, 0x74, 0xf7, 0x43, 0x24, 0x8e, 0xe0, 0x35, 0x90, 0xe6, 0x81, 0x3a, 0x26, 0x4c,
	0x3c, 0x28, 0x52, 0xbb, 0x91, 0xc3, 0x00, 0xcb, 0x88, 0xd0, 0x65, 0x8b, 0x1b, 0x53, 0x2e, 0xa3,
	0x71, 0x64, 0x48, 0x97, 0xa2, 0x0d, 0xf9, 0x4e, 0x38, 0x19, 0xef, 0x46, 0xa9, 0xde, 0xac, 0xd8,
	0xa8, 0xfa, 0x76, 0x3f, 0xe3, 0x9c, 0x34, 0x3f, 0xf9, 0xdc, 0xbb, 0xc7, 0xc7, 0x0b, 0x4f, 0x1d,
	0x8a, 0x51, 0xe0, 0x4b, 0xcd, 0xb4, 0x59, 0x31, 0xc8, 0x9f, 0x7e, 0xc9, 0xd9, 0x78, 0x73, 0x64,
	0xea, 0xc5, 0xac, 0x83, 0x34, 0xd3, 0xeb, 0xc3, 0xc5, 0x81, 0xa0, 0xff, 0xfa, 0x13, 0x63, 0xeb,
	0x17, 0x0d, 0xdd, 0x51, 0xb7, 0xf0, 0xda, 0x49, 0xd3, 0x16, 0x55, 0x26, 0x29, 0xd4, 0x68, 0x9e,
	0x2b, 0x16, 0xbe, 0x58, 0x7d, 0x47, 0xa1, 0xfc, 0x8f, 0xf8, 0xb8, 0xd1, 0x7a, 0xd0, 0x31, 0xce,
	0x45, 0xcb, 0x3a, 0x8f, 0x95, 0x16, 0x04, 0x28, 0xaf, 0xd7, 0xfb, 0xca, 0xbb, 0x4b, 0x40, 0x7e,
}

var le = binary.LittleEndian

// xxh3 is the 64-bit XXH3 hash of in with a seed.
func xxh3(in []byte, seed uint64) uint64 {
	n := uint64(len(in))
	secret := xxhSecret[:]
	word := func(at int) uint64 { return le.Uint64(secret[at:]) }
	switch {
	case n == 0:
		return avalanche64(seed ^ word(56) ^ word(64))
	case n <= 3:
		c := uint64(in[n-1]) | n<<8 | uint64(in[0])<<16 | uint64(in[n>>1])<<24
		return avalanche64((uint64(le.Uint32(secret)^le.Uint32(secret[4:])) + seed) ^ c)
	case n <= 8:
		seed ^= uint64(bits.ReverseBytes32(uint32(seed))) << 32
		v := uint64(le.Uint32(in[n-4:])) | uint64(le.Uint32(in))<<32
		v ^= (word(8) ^ word(16)) - seed
		v ^= bits.RotateLeft64(v, 49) ^ bits.RotateLeft64(v, 24)
		v *= primeMx2
		v ^= v>>35 + n
		v *= primeMx2
		return v ^ v>>28
	case n <= 16:
		low := ((word(24) ^ word(32)) + seed) ^ le.Uint64(in)
		high := ((word(40) ^ word(48)) - seed) ^ le.Uint64(in[n-8:])
		return avalanche(n + bits.ReverseBytes64(low) + high + fold(low, high))
	case n <= 240:
		return xxh3Middle(in, seed)
	}
	return xxh3Long(in, seed)
}

func xxh3Middle(in []byte, seed uint64) uint64 {
	n := len(in)
	acc := uint64(n) * prime64x1
	mix := func(at, secret int) {
		acc += fold(le.Uint64(in[at:])^(le.Uint64(xxhSecret[secret:])+seed), le.Uint64(in[at+8:])^(le.Uint64(xxhSecret[secret+8:])-seed))
	}
	if n <= 128 {
		for i := (n - 1) >> 5; i >= 0; i-- {
			mix(i*16, i*32)
			mix(n-i*16-16, i*32+16)
		}
		return avalanche(acc)
	}
	for i := range 8 {
		mix(i*16, i*16)
	}
	acc = avalanche(acc)
	for i := 8; i < n>>4; i++ {
		mix(i*16, (i-8)*16+3)
	}
	mix(n-16, 119)
	return avalanche(acc)
}

func xxh3Long(in []byte, seed uint64) uint64 {
	secret := xxhSecret
	for i := 0; i < len(secret); i += 16 {
		le.PutUint64(secret[i:], le.Uint64(secret[i:])+seed)
		le.PutUint64(secret[i+8:], le.Uint64(secret[i+8:])-seed)
	}
	acc := [8]uint64{prime32x3, prime64x1, prime64x2, prime64x3, prime64x4, prime32x2, prime64x5, prime32x1}
	stripe := func(b []byte, at int) {
		for i := range acc {
			data := le.Uint64(b[i*8:])
			value := data ^ le.Uint64(secret[at+i*8:])
			acc[i^1] += data
			acc[i] += value & 0xFFFFFFFF * (value >> 32)
		}
	}
	const block = 1024
	rest := in
	for len(rest) > block {
		for i := range block / 64 {
			stripe(rest[i*64:], i*8)
		}
		for i := range acc {
			acc[i] = (acc[i] ^ acc[i]>>47 ^ le.Uint64(secret[len(secret)-64+i*8:])) * prime32x1
		}
		rest = rest[block:]
	}
	for i := range (len(rest) - 1) / 64 {
		stripe(rest[i*64:], i*8)
	}
	stripe(in[len(in)-64:], len(secret)-71)
	result := uint64(len(in)) * prime64x1
	for i := range 4 {
		result += fold(acc[i*2]^le.Uint64(secret[11+i*16:]), acc[i*2+1]^le.Uint64(secret[19+i*16:]))
	}
	return avalanche(result)
}

// fold multiplies to 128 bits and puts both halves together.
func fold(a, b uint64) uint64 {
	high, low := bits.Mul64(a, b)
	return high ^ low
}

func avalanche(x uint64) uint64 {
	x ^= x >> 37
	x *= primeMx1
	return x ^ x>>32
}

func avalanche64(x uint64) uint64 {
	x ^= x >> 33
	x *= prime64x2
	x ^= x >> 29
	x *= prime64x3
	return x ^ x>>32
}
