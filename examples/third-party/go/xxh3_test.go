package tracewire

import "testing"

// The values are those of the xxHash project's own library for the bytes 7i+3.
func TestXXH3(t *testing.T) {
	for _, c := range []struct {
		n             int
		plain, seeded uint64
	}{
		{0, 0x2d06800538d394c2, 0x7f70f819703314d},
		{1, 0x13e608bc156defed, 0x14db1e52520a6753},
		{3, 0xa9088dda485b481c, 0x9dd5039868f36558},
		{4, 0x6d9253b16c8b1ed3, 0x8e876c1f4b335e09},
		{8, 0x60539db630471163, 0xc4fb19fc0dbbd083},
		{9, 0xfeff668361d723a8, 0x1425faf3aa71930f},
		{13, 0x67f77075aba7f824, 0xf0e4b45f77270b2d},
		{16, 0xb8c859b0f030b585, 0x4d578df296014ea1},
		{17, 0x714a04408e79b80f, 0x5d99b78d0339af98},
		{64, 0x287eb1fa9e4be2c1, 0x112aba6b0bb8b890},
		{128, 0x67425a03650261bf, 0xe43914aa381ae74f},
		{129, 0xc664bf3311c6abc4, 0xe15b1485cb21dc56},
		{200, 0x746cd0025327bf5b, 0x33a003b8448ff808},
		{240, 0x64556dc6b462a6cf, 0xb54d7f2193603f7d},
		{241, 0x8beadd3a8874fe17, 0xbc1fa92df539d98e},
		{512, 0xf58202b8d9019d1d, 0x5f25aeb4ca88b504},
		{1024, 0x9b81661c641c72b1, 0xeda9fef668a12040},
		{1025, 0x806c2072ed713576, 0xc66018cbeb84461a},
		{2048, 0xabe604813ba62ed1, 0xdd19a67b08b4c1},
		{5000, 0x799aaddd7339581d, 0x5d72c17d4039734b},
	} {
		in := make([]byte, c.n)
		for i := range in {
			in[i] = byte(7*i + 3)
		}
		if got := xxh3(in, 0); got != c.plain {
			t.Errorf("%d bytes: %x, not %x", c.n, got, c.plain)
		}
		if got := xxh3(in, prime64x1); got != c.seeded {
			t.Errorf("%d bytes with a seed: %x, not %x", c.n, got, c.seeded)
		}
	}
}
