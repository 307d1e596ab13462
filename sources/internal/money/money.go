// Package money reads amounts the way shops and payment services write them: as
// decimal texts in the currency, or as whole numbers of its smallest unit. It never
// reckons in floats, so that "1.005" dinars are 1005 fils and not 1004.
package money

import (
	"math"
	"strconv"
	"strings"

	"proscenium/sonify"
)

// exponents are the currencies of ISO 4217 (list one of 2024) whose smallest unit is
// not the hundredth part.
var exponents = map[string]int{
	"BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0,
	"RWF": 0, "UGX": 0, "UYI": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
	"BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
	"CLF": 4, "UYW": 4,
}

// stripe are the currencies that Stripe counts otherwise (docs.stripe.com/currencies,
// "Zero-decimal currencies" and "Special cases").
var stripe = map[string]int{"ISK": 2, "UGX": 2, "MGA": 0}

// Code returns a currency's code in capitals. ok is false if it is none: three
// letters.
func Code(text string) (code string, ok bool) {
	if len(text) != 3 {
		return "", false
	}
	for i := range len(text) {
		if c := text[i] | 0x20; c < 'a' || c > 'z' {
			return "", false
		}
	}
	return strings.ToUpper(text), true
}

// Exponent returns how many decimals the smallest unit of a currency is away from the
// currency itself: 2 for EUR, 0 for JPY, 3 for KWD, 2 for what is unknown.
func Exponent(code string) int {
	if e, ok := exponents[code]; ok {
		return e
	}
	return 2
}

// Amount is a sum of money. The zero Amount is missing.
type Amount struct {
	Major    sonify.Value // in the currency: 112.5
	Minor    sonify.Value // in its smallest unit: 11250
	Currency sonify.Value // "EUR"
}

// pow10 are the powers that a currency may need.
var pow10 = [...]int64{1, 10, 100, 1000, 10000}

// Text reads an amount written as a decimal number of the currency: "409.94", "-5",
// "1000". If the currency is unknown there is no smallest unit, and Minor is missing;
// so it is if the amount has more decimals than the currency. ok is false, and the
// Amount missing, if text is no such number.
func Text(text, currency string) (a Amount, ok bool) {
	code, known := Code(currency)
	exp := Exponent(code)
	digits, minor, exact, ok := decimal(text, exp)
	if !ok {
		return Amount{}, false
	}
	a.Major = sonify.Num(digits)
	if known {
		a.Currency = sonify.Word(code)
		if exact {
			a.Major = major(minor, exp)
			a.Minor = sonify.Num(float64(minor))
		}
	}
	return a, true
}

// Units reads an amount that counts a currency's smallest units, by ISO 4217. Without
// a currency it says how many, and not how much: Major is missing.
func Units(minor int64, currency string) Amount {
	code, known := Code(currency)
	if !known {
		return Amount{Minor: sonify.Num(float64(minor))}
	}
	return Amount{Major: major(minor, Exponent(code)), Minor: sonify.Num(float64(minor)), Currency: sonify.Word(code)}
}

// Stripe reads an amount as Stripe counts it, which differs from ISO 4217 in a few
// currencies. Minor is in the smallest unit of ISO 4217 all the same.
func Stripe(count int64, currency string) Amount {
	code, known := Code(currency)
	e, odd := stripe[code]
	if !known || !odd {
		return Units(count, currency)
	}
	a := Amount{Major: major(count, e), Currency: sonify.Word(code)}
	switch have := Exponent(code); {
	case have >= e && abs(count) < math.MaxInt64/pow10[have-e]:
		a.Minor = sonify.Num(float64(count * pow10[have-e]))
	case have < e && count%pow10[e-have] == 0:
		a.Minor = sonify.Num(float64(count / pow10[e-have]))
	}
	return a
}

func abs(n int64) int64 {
	if n < 0 {
		return -n
	}
	return n
}

// major is minor in the currency: one division, so that it is the float nearest to it.
func major(minor int64, exp int) sonify.Value {
	return sonify.Num(float64(minor) / float64(pow10[exp]))
}

// decimal reads a decimal number. minor is it times 10 to the exp, if exact says
// that nothing is left over.
func decimal(text string, exp int) (f float64, minor int64, exact, ok bool) {
	sign := int64(1)
	digits, negative := strings.CutPrefix(text, "-")
	if negative {
		sign = -1
	}
	whole, frac, _ := strings.Cut(digits, ".")
	if whole == "" && frac == "" || len(digits) > 40 {
		return 0, 0, false, false
	}
	exact = true
	push := func(d byte) {
		if minor > (math.MaxInt64-9)/10 {
			exact = false
			return
		}
		minor = minor*10 + int64(d)
	}
	for i := range len(whole) {
		if whole[i] < '0' || whole[i] > '9' {
			return 0, 0, false, false
		}
		push(whole[i] - '0')
	}
	for i := range len(frac) {
		switch {
		case frac[i] < '0' || frac[i] > '9':
			return 0, 0, false, false
		case i < exp:
			push(frac[i] - '0')
		case frac[i] != '0':
			exact = false
		}
	}
	for i := len(frac); i < exp; i++ {
		push(0)
	}
	f, err := strconv.ParseFloat(text, 64)
	return f, sign * minor, exact, err == nil
}
