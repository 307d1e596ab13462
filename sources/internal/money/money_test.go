package money_test

import (
	"fmt"
	"math/big"
	"strings"
	"testing"

	"proscenium/sources/internal/money"
)

func show(a money.Amount) string {
	return fmt.Sprintf("%v %v %v", a.Major, a.Minor, a.Currency)
}

func TestText(t *testing.T) {
	for _, c := range []struct{ text, currency, want string }{
		{"409.94", "USD", "409.94 40994 USD"},
		{"0.10", "eur", "0.1 10 EUR"},
		{"1000", "JPY", "1000 1000 JPY"},
		{"1000.00", "JPY", "1000 1000 JPY"},
		{"1000.50", "JPY", "1000.5  JPY"}, // there is no half yen
		{"1.005", "KWD", "1.005 1005 KWD"},
		{"12.5", "BHD", "12.5 12500 BHD"},
		{"-3.20", "CHF", "-3.2 -320 CHF"},
		{"19.999", "EUR", "19.999  EUR"},
		{"5", "", "5  "},
		{".5", "EUR", "0.5 50 EUR"},
		{"7.", "EUR", "7 700 EUR"},
		{"92233720368547758.08", "EUR", "9.223372036854776e+16  EUR"},
		{"0.0001", "CLF", "0.0001 1 CLF"},
	} {
		a, ok := money.Text(c.text, c.currency)
		if got := show(a); !ok || got != c.want {
			t.Errorf("%s %s is %q, want %q", c.text, c.currency, got, c.want)
		}
	}
	for _, bad := range []string{"", "-", ".", "1e3", "1,000", "NaN", "0x1", "+1", "1 000", strings.Repeat("9", 60)} {
		if a, ok := money.Text(bad, "EUR"); ok || show(a) != "  " {
			t.Errorf("%q is %q", bad, show(a))
		}
	}
}

func TestUnits(t *testing.T) {
	for _, c := range []struct {
		n        int64
		currency string
		iso, st  string
	}{
		{11250, "eur", "112.5 11250 EUR", "112.5 11250 EUR"},
		{500, "jpy", "500 500 JPY", "500 500 JPY"},
		{1005, "kwd", "1.005 1005 KWD", "1.005 1005 KWD"},
		{1000, "isk", "1000 1000 ISK", "10 10 ISK"}, // Stripe counts hundredths that do not exist
		{1050, "ugx", "1050 1050 UGX", "10.5  UGX"},
		{7, "mga", "0.07 7 MGA", "7 700 MGA"},
		{-250, "usd", "-2.5 -250 USD", "-2.5 -250 USD"},
		{250, "", " 250 ", " 250 "},
	} {
		if got := show(money.Units(c.n, c.currency)); got != c.iso {
			t.Errorf("%d %s is %q, want %q", c.n, c.currency, got, c.iso)
		}
		if got := show(money.Stripe(c.n, c.currency)); got != c.st {
			t.Errorf("%d %s of Stripe is %q, want %q", c.n, c.currency, got, c.st)
		}
	}
}

// The smallest unit is exact, whatever is written.
func FuzzText(f *testing.F) {
	for _, s := range []string{"409.94", "1.005", "-0.1", "1000", "9223372036854775807"} {
		for _, c := range []string{"USD", "JPY", "KWD", ""} {
			f.Add(s, c)
		}
	}
	f.Fuzz(func(t *testing.T, text, currency string) {
		a, ok := money.Text(text, currency)
		if !ok {
			if show(a) != "  " {
				t.Fatalf("%q is refused, and %q", text, show(a))
			}
			return
		}
		want, ok := new(big.Rat).SetString(strings.TrimSuffix(text, "."))
		if !ok {
			t.Fatalf("%q is no number, and %q", text, show(a))
		}
		minor, ok := a.Minor.Float()
		if !ok || minor > 1<<53 || minor < -1<<53 {
			return
		}
		code, _ := money.Code(currency)
		want.Mul(want, new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(money.Exponent(code))), nil)))
		if got := new(big.Rat).SetFloat64(minor); got.Cmp(want) != 0 {
			t.Fatalf("%q %s has the smallest units %v, want %v", text, currency, got, want)
		}
	})
}
