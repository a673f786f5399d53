package drawing

import (
	"math"
	"strconv"
	"strings"

	"github.com/dop251/goja"

	"github.com/fillrate/fillrate/dashboards/locale"
)

// numberFormat is Intl.NumberFormat as far as option.js uses it: minimumFractionDigits, maximumFractionDigits, and compact
// notation. It writes what browsers write.
func numberFormat(vm *goja.Runtime) func(goja.ConstructorCall) *goja.Object {
	return func(call goja.ConstructorCall) *goja.Object {
		options := call.Argument(1).ToObject(vm)
		number := func(name string) int {
			if v := options.Get(name); v != nil {
				return int(v.ToInteger())
			}
			return 0
		}
		f := formatOf(call.Argument(0).String())
		f.least, f.most = number("minimumFractionDigits"), number("maximumFractionDigits")
		if v := options.Get("notation"); v != nil {
			f.compact = v.String() == "compact"
		}
		if err := call.This.Set("format", f.write); err != nil {
			panic(vm.NewGoError(err))
		}
		return nil // This
	}
}

// format is how a language writes numbers.
type format struct {
	decimal, thousands string
	sizes              [4]string // what stands behind thousands, millions and so on
	least, most        int       // decimals
	compact            bool
}

// sizes are the short forms of CLDR, behind a space that does not break where there is one.
var sizes = map[string][4]string{
	"en":    {"K", "M", "B", "T"},
	"pt-BR": {"\u00a0mil", "\u00a0mi", "\u00a0bi", "\u00a0tri"},
}

func formatOf(tag string) format {
	w := locale.Find(tag)
	if w == nil {
		w = locale.All()[0]
	}
	return format{
		decimal:   strings.Trim(w.Number(0.5, 1), "05"),
		thousands: strings.Trim(w.Count(1000), "01"),
		sizes:     sizes[w.Tag],
	}
}

func (f format) write(n float64) string {
	sign := ""
	if math.Signbit(n) { // also of nothing, as browsers do
		sign = "-"
	}
	size := -1
	digits, exponent := decimalOf(math.Abs(n))
	if f.compact {
		for size < len(f.sizes)-1 && len(whole(round(digits, exponent, f.most))) > 3 { // 999.95 thousand is a million
			exponent -= 3
			size++
		}
	}
	text := round(digits, exponent, f.most)
	front, behind, _ := strings.Cut(text, ".")
	for len(behind) > f.least && strings.HasSuffix(behind, "0") {
		behind = behind[:len(behind)-1]
	}
	if len(front) > 4 || len(front) == 4 && !f.compact {
		front = grouped(front, f.thousands)
	}
	if behind != "" {
		front += f.decimal + behind
	}
	if size >= 0 {
		front += f.sizes[size]
	}
	return sign + front
}

// decimalOf gives the shortest digits that read as n, and where the point stands among them: 0.25 is 25 and 0.
func decimalOf(n float64) (digits string, exponent int) {
	text := strconv.FormatFloat(n, 'e', -1, 64)
	mantissa, power, _ := strings.Cut(text, "e")
	exponent, _ = strconv.Atoi(power)
	return strings.ReplaceAll(mantissa, ".", ""), exponent + 1
}

// round writes 0.digits × 10^exponent with so many decimals; a half goes away from nought.
func round(digits string, exponent, decimals int) string {
	if exponent < 0 {
		digits, exponent = strings.Repeat("0", -exponent)+digits, 0
	}
	for len(digits) < exponent+decimals+1 {
		digits += "0"
	}
	kept := []byte("0" + digits[:exponent+decimals])
	if digits[exponent+decimals] >= '5' {
		i := len(kept) - 1
		for ; kept[i] == '9'; i-- {
			kept[i] = '0'
		}
		kept[i]++
	}
	at := len(kept) - decimals
	front := strings.TrimLeft(string(kept[:at]), "0")
	if front == "" {
		front = "0"
	}
	if decimals == 0 {
		return front
	}
	return front + "." + string(kept[at:])
}

func whole(text string) string {
	front, _, _ := strings.Cut(text, ".")
	return front
}

func grouped(digits, mark string) string {
	var b strings.Builder
	for i, digit := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteString(mark)
		}
		b.WriteRune(digit)
	}
	return b.String()
}
