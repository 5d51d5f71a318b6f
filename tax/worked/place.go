package worked

import "strings"

// places are the administrative codes (GB/T 2260) of the provinces, and of the
// cities and counties whose rules differ from their province's.
var places = map[string]string{
	"北京": "11", "天津": "12", "河北": "13", "山西": "14", "内蒙古": "15", "辽宁": "21", "吉林": "22", "黑龙江": "23",
	"上海": "31", "江苏": "32", "浙江": "33", "安徽": "34", "福建": "35", "江西": "36", "山东": "37", "河南": "41",
	"湖北": "42", "湖南": "43", "广东": "44", "广西": "45", "海南": "46", "重庆": "50", "四川": "51", "贵州": "52",
	"云南": "53", "西藏": "54", "陕西": "61", "甘肃": "62", "青海": "63", "宁夏": "64", "新疆": "65",

	"广州": "4401", "深圳": "4403", "佛山": "4406", "东莞": "4419", "花都": "440114", "从化": "440117",
	"长沙": "4301", "岳阳": "4306", "岳阳楼": "430602", "云溪": "430603", "君山": "430611", "岳阳县": "430621",
	"华容": "430623", "湘阴": "430624", "平江": "430626", "汨罗": "430681", "临湘": "430682",
}

// nowhere is the code of a case that names no place: only national rules hold.
const nowhere = "000000"

// countyOf returns the six-digit code of the narrowest place named in text.
func countyOf(text string) string {
	var code, name string
	for n, c := range places {
		if !strings.Contains(text, n) {
			continue
		}
		if len(c) > len(code) || len(c) == len(code) && (len(n) > len(name) || len(n) == len(name) && n < name) {
			code, name = c, n
		}
	}
	return (code + nowhere)[:len(nowhere)]
}
