package picture

import "strings"

// glyphs is a font of 5 by 7 pixels, drawn for this package: each glyph is seven
// rows of five bits, the leftmost highest.
var glyphs = map[rune][7]uint8{
	'A': {14, 17, 17, 31, 17, 17, 17}, 'B': {30, 17, 17, 30, 17, 17, 30}, 'C': {14, 17, 16, 16, 16, 17, 14},
	'D': {30, 17, 17, 17, 17, 17, 30}, 'E': {31, 16, 16, 30, 16, 16, 31}, 'F': {31, 16, 16, 30, 16, 16, 16},
	'G': {14, 17, 16, 23, 17, 17, 14}, 'H': {17, 17, 17, 31, 17, 17, 17}, 'I': {14, 4, 4, 4, 4, 4, 14},
	'J': {7, 2, 2, 2, 2, 18, 12}, 'K': {17, 18, 20, 24, 20, 18, 17}, 'L': {16, 16, 16, 16, 16, 16, 31},
	'M': {17, 27, 21, 21, 17, 17, 17}, 'N': {17, 25, 21, 19, 17, 17, 17}, 'O': {14, 17, 17, 17, 17, 17, 14},
	'P': {30, 17, 17, 30, 16, 16, 16}, 'Q': {14, 17, 17, 17, 21, 18, 13}, 'R': {30, 17, 17, 30, 20, 18, 17},
	'S': {15, 16, 16, 14, 1, 1, 30}, 'T': {31, 4, 4, 4, 4, 4, 4}, 'U': {17, 17, 17, 17, 17, 17, 14},
	'V': {17, 17, 17, 17, 17, 10, 4}, 'W': {17, 17, 17, 21, 21, 27, 17}, 'X': {17, 17, 10, 4, 10, 17, 17},
	'Y': {17, 17, 10, 4, 4, 4, 4}, 'Z': {31, 1, 2, 4, 8, 16, 31},
	'0': {14, 17, 19, 21, 25, 17, 14}, '1': {4, 12, 4, 4, 4, 4, 14}, '2': {14, 17, 1, 6, 8, 16, 31},
	'3': {14, 17, 1, 6, 1, 17, 14}, '4': {2, 6, 10, 18, 31, 2, 2}, '5': {31, 16, 30, 1, 1, 17, 14},
	'6': {14, 16, 16, 30, 17, 17, 14}, '7': {31, 1, 2, 4, 8, 8, 8}, '8': {14, 17, 17, 14, 17, 17, 14},
	'9': {14, 17, 17, 15, 1, 1, 14}, ' ': {}, '.': {0, 0, 0, 0, 0, 12, 12}, ',': {0, 0, 0, 0, 12, 4, 8},
	':': {0, 12, 12, 0, 12, 12, 0}, ';': {0, 12, 12, 0, 12, 4, 8}, '!': {4, 4, 4, 4, 4, 0, 4},
	'?': {14, 17, 1, 2, 4, 0, 4}, '-': {0, 0, 0, 14, 0, 0, 0}, '–': {0, 0, 0, 31, 0, 0, 0}, '—': {0, 0, 0, 31, 0, 0, 0}, '+': {0, 4, 4, 31, 4, 4, 0},
	'\'': {4, 4, 8, 0, 0, 0, 0}, '’': {4, 4, 8, 0, 0, 0, 0}, '"': {10, 10, 0, 0, 0, 0, 0}, '(': {2, 4, 8, 8, 8, 4, 2}, ')': {8, 4, 2, 2, 2, 4, 8},
	'/': {1, 1, 2, 4, 8, 16, 16}, '&': {12, 18, 20, 8, 21, 18, 13}, '<': {2, 4, 8, 16, 8, 4, 2}, '>': {8, 4, 2, 1, 2, 4, 8},
	'#': {10, 10, 31, 10, 31, 10, 10}, '%': {25, 26, 2, 4, 8, 11, 19}, '*': {0, 4, 21, 14, 21, 4, 0}, '=': {0, 0, 31, 0, 31, 0, 0},
	'_': {0, 0, 0, 0, 0, 0, 31}, '[': {14, 8, 8, 8, 8, 8, 14}, ']': {14, 2, 2, 2, 2, 2, 14}, '@': {14, 17, 23, 21, 23, 16, 14},
	'$': {4, 15, 20, 14, 5, 30, 4}, '·': {0, 0, 0, 4, 0, 0, 0},
}

// pixels appends a path's data that writes text in the font of pixels, with
// pixels of the given size. ok is false if the font lacks one of the letters or
// the text is wider than room; nothing is drawn then.
func (s *svg) pixels(x, y px, text string, size, room px) (ok bool) {
	text = strings.ToUpper(text)
	n := px(0)
	for _, r := range text {
		if _, has := glyphs[r]; !has {
			return false
		}
		n++
	}
	if n == 0 || n*6*size > room {
		return false
	}
	for _, r := range text {
		for row, bits := range glyphs[r] {
			for col := 0; col < 5; col++ {
				run := 0
				for col+run < 5 && bits>>(4-col-run)&1 != 0 {
					run++
				}
				if run > 0 {
					s.box(x+px(col)*size, y+px(row)*size, px(run)*size, size)
					col += run
				}
			}
		}
		x += 6 * size
	}
	return true
}

// emblem appends a path's data of a creature of 9 by 8 pixels that the seed
// makes, the same on both sides, so that takes are told apart at a glance.
func (s *svg) emblem(x, y px, seed uint64, size px) {
	// The finaliser of splitmix64 (Steele, Lea and Flood, 2014).
	z := seed + 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	z ^= z >> 31
	for row := range 8 {
		for col := range 5 {
			on := z>>(row*5+col)&1 != 0
			// A body and two eyes make it a creature whatever the seed says.
			switch {
			case row == 3 && col >= 2, row == 4 && col >= 1:
				on = true
			case row == 2 && col == 2:
				on = false
			case row == 2 && col >= 1, row == 1 && col == 3:
				on = true
			}
			if !on {
				continue
			}
			s.box(x+px(col)*size, y+px(row)*size, size, size)
			if col != 4 {
				s.box(x+px(8-col)*size, y+px(row)*size, size, size)
			}
		}
	}
}
