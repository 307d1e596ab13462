// Package exact is arithmetic that gives the same bits on every CPU and in
// WebAssembly, for everything between the events and the score.
//
// Two things differ between machines. The functions of package math have
// assembly of their own on some (Exp on amd64, arm64 and s390x), and the
// compiler may fuse x*y + z into one instruction that rounds once instead of
// twice. The functions here are made of +, -, *, / and square root, which IEEE
// 754 fixes to the bit, and every product that is added or subtracted is wrapped
// in a conversion, which the language forbids to fuse. Package nofma finds
// sums where that was forgotten. Of package math only what is exact by
// definition is used: Sqrt, Floor, Trunc, Frexp, Ldexp and the like.
//
// The accuracy stated with each function is in units in the last place (ulp) of
// the result, as measured by the tests against math/big or package math.
package exact
