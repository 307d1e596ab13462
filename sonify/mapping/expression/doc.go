// Package expression compiles the expressions of a piece, such as
//
//	ace && speed_kmh > 180
//	winner == 1 ? 1 : -1
//	clamp(log2(size_bytes ?? 1) / 20, 0, 1)
//
// The language is that of github.com/expr-lang/expr, cut down to what one event
// needs: numbers, texts, yes and no, the operators + - * / % ** (or ^), == != <
// <= > >=, and or not (&& || !), in [...], contains, startsWith, endsWith,
// matches, ?: and ??, and the functions that [Functions] lists. There are no
// loops, lists, variables or ranges, so an expression takes no longer than it is
// long.
//
// A name is a field of the event; signal.NAME is a signal of the piece. All
// numbers are float64. Yes and no count as 1 and 0 where a number is needed, a
// number other than 0 as yes where a condition is. A missing value makes all that
// needs it missing: has(x) asks for it, x ?? 0 replaces it, and in both x may be
// a field that no event has. What is not evaluated
// is not needed: false && x is false, and the other branch of ?: does not matter.
//
// We take the library's parser and tree, and evaluate the tree ourselves. Its
// own machine has no missing values, tells whole numbers from others, computes
// powers with package math (other bits on other CPUs), and allocates a number
// each time it makes one.
package expression
