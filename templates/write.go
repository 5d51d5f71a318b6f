package templates

import (
	"fmt"
	"html/template"
	"math/big"
	"strconv"
	"strings"
	"time"

	"onewindow/internal/money"
)

// officeTime is the zone of people's times (UTC+8 without summer time since 1991).
var officeTime = time.FixedZone("Asia/Shanghai", 8*60*60)

// words are what the pages of a language call to write as its readers do.
func words(lang string) template.FuncMap {
	return template.FuncMap{
		"say": func(code string, args ...any) string { return Say(lang, code, pairs(args)) },
		"word": func(vocabulary string, code any) string {
			return Say(lang, vocabulary+"."+fmt.Sprint(code), nil)
		},
		"money":   func(f money.Fen) string { return f.Format() },
		"fen":     func(f int64) string { return money.Fen(f).Format() },
		"capital": func(f money.Fen) string { return Capital(lang, f) },
		"rate":    Rate,
		"day":     func(t time.Time) string { return Date(lang, t.In(officeTime)) },
		"date":    func(t time.Time) string { return Date(lang, t) },
		"moment":  func(t time.Time) string { return Moment(lang, t) },
		"short":   func(t time.Time) string { return short(lang, t) },
		"iso":     func(t time.Time) string { return t.In(officeTime).Format(time.RFC3339) },
		"lasting": func(d time.Duration) string { return Lasting(lang, d) },
		"lang":    func() string { return lang },
		"asset":   AssetURL,
		"plus":    func(a, b int) int { return a + b },
		"list":    func(items ...any) []any { return items },
	}
}

// pairs reads the args of a sentence: a name, its value, the next name.
func pairs(args []any) map[string]string {
	if len(args) == 0 {
		return nil
	}
	named := map[string]string{}
	for i := 0; i+1 < len(args); i += 2 {
		named[fmt.Sprint(args[i])] = fmt.Sprint(args[i+1])
	}
	return named
}

// Capital writes an amount as Chinese receipts do (大写). Others have no such form:
// it is "" there.
func Capital(lang string, f money.Fen) string {
	if lang != Chinese {
		return ""
	}
	return f.Capital()
}

// Rate writes basis points as a percentage without needless zeros: 150 is 1.5%.
func Rate(bp int64) string {
	text := big.NewRat(bp, 100).FloatString(2)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".") + "%"
}

// Area writes hundredths of a square metre: 95.00 平方米.
func Area(lang string, hundredths int64) string {
	return Say(lang, "page.area", map[string]string{"number": fmt.Sprintf("%d.%02d", hundredths/100, hundredths%100)})
}

// Moment writes an instant in the office's time: 2026年11月22日 14:05.
func Moment(lang string, t time.Time) string {
	t = t.In(officeTime)
	return Date(lang, t) + map[string]string{Chinese: " ", English: ", "}[lang] + t.Format("15:04")
}

// short writes an instant as tables do, without its year.
func short(lang string, t time.Time) string {
	return t.In(officeTime).Format(map[string]string{Chinese: "1月2日 15:04", English: "2 Jan, 15:04"}[lang])
}

// Lasting writes a duration in its two greatest units: 0.8 秒, 12 分 30 秒, 1 天 2 小时.
func Lasting(lang string, d time.Duration) string {
	one := func(unit string, n time.Duration) string {
		return Say(lang, "page.lasting."+unit, map[string]string{"n": strconv.FormatInt(int64(n), 10)})
	}
	switch {
	case d < 100*time.Millisecond:
		return Say(lang, "page.lasting.moment", nil)
	case d < 10*time.Second:
		tenths := fmt.Sprintf("%d.%d", d/time.Second, d%time.Second/(100*time.Millisecond))
		return Say(lang, "page.lasting.seconds", map[string]string{"n": tenths})
	case d < time.Minute:
		return one("seconds", d/time.Second)
	case d < time.Hour:
		return one("minutes", d/time.Minute) + " " + one("seconds", d%time.Minute/time.Second)
	case d < 24*time.Hour:
		return one("hours", d/time.Hour) + " " + one("minutes", d%time.Hour/time.Minute)
	}
	return one("days", d/(24*time.Hour)) + " " + one("hours", d%(24*time.Hour)/time.Hour)
}
