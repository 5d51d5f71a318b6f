package money

// The figures of 大写金额, by value.
var figures = [...]string{"零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"}

// scales are the powers of ten that have a word, largest first.
var scales = []struct {
	size uint64
	word string
}{{1_0000_0000, "亿"}, {1_0000, "万"}, {1000, "仟"}, {100, "佰"}, {10, "拾"}}

// Capital writes f in the capital figures of Chinese bills (大写金额), which
// cannot be altered with a pen: 人民币壹佰贰拾元零伍分. A sum without fen ends in 整.
func (f Fen) Capital() string {
	n := magnitude(int64(f))
	text := "人民币"
	if f < 0 {
		text += "负"
	}
	yuan, jiao, fen := n/100, n/10%10, n%10
	if yuan > 0 || n == 0 {
		text += capital(yuan) + "元"
	}
	if jiao > 0 {
		text += figures[jiao] + "角"
	}
	if fen == 0 {
		return text + "整"
	}
	if jiao == 0 && yuan > 0 {
		text += "零"
	}
	return text + figures[fen] + "分"
}

// capital writes a whole number, one 零 for every gap inside it.
func capital(n uint64) string {
	for _, s := range scales {
		if n < s.size {
			continue
		}
		text, rest := capital(n/s.size)+s.word, n%s.size
		if rest == 0 {
			return text
		}
		if rest < s.size/10 {
			text += figures[0]
		}
		return text + capital(rest)
	}
	return figures[n]
}
