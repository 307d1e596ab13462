package expression

import (
	"errors"
	"fmt"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/builtin"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"

	"proscenium/sonify"
)

// Error is a mistake in an expression.
type Error struct {
	Line int // in the expression, from 1
	Col  int // from 1, in characters
	Msg  string
	Hint string // the nearest right thing, or empty
}

func (e *Error) Error() string {
	s := fmt.Sprintf("%d:%d: %s", e.Line, e.Col, e.Msg)
	if e.Hint != "" {
		s += " (" + e.Hint + ")"
	}
	return s
}

// fault makes an error about the part n.
func (c *compiler) fault(n ast.Node, hint, format string, args ...any) *Error {
	return errorAt(c.src, n.Location().From, hint, format, args...)
}

// errorAt makes an error about the character at index at.
func errorAt(src string, at int, hint, format string, args ...any) *Error {
	e := &Error{Line: 1, Col: 1, Hint: hint, Msg: fmt.Sprintf(format, args...)}
	for _, r := range src {
		if at <= 0 {
			break
		}
		at--
		if e.Col++; r == '\n' {
			e.Line, e.Col = e.Line+1, 1
		}
	}
	return e
}

// parse makes a tree of src.
func parse(src string) (n ast.Node, bad *Error) {
	if utf8.RuneCountInString(src) > maxSource {
		return nil, errorAt(src, 0, "", "the expression has more than %d characters", maxSource)
	}
	if !utf8.ValidString(src) {
		return nil, errorAt(src, 0, "", "the expression is not in UTF-8")
	}
	if strings.TrimSpace(src) == "" {
		return nil, errorAt(src, 0, "", "the expression is empty")
	}
	// The parser is somebody else's: a tree it makes of nonsense must not stop the
	// program.
	defer func() {
		if r := recover(); r != nil {
			n, bad = nil, errorAt(src, 0, "", "the expression cannot be read")
		}
	}()
	config := conf.CreateNew()
	config.MaxNodes = maxNodes
	for name := range functions {
		config.Functions[name] = &builtin.Function{Name: name}
	}
	tree, err := parser.ParseWithConfig(src, config)
	if err != nil {
		return nil, explain(src, err)
	}
	return tree.Node, nil
}

// token matches how the parser names what it did not expect.
var token = regexp.MustCompile(`^unexpected token (\w+)(?:\("(.*)"\))?`)

// choice says how a choice is written, to those who write if or forget a half.
const choice = "a choice is written winner == 1 ? 1 : -1"

// explain says what the parser's error means.
func explain(src string, err error) *Error {
	var fe *file.Error
	if !errors.As(err, &fe) {
		return errorAt(src, 0, "", "%v", err)
	}
	msg, hint, at := strings.TrimPrefix(fe.Message, "compilation failed: "), "", fe.From
	m := token.FindStringSubmatch(fe.Message)
	switch {
	case strings.Contains(msg, "maximum allowed nodes"):
		msg = fmt.Sprintf("the expression has more than %d parts", maxNodes)
	case m != nil && m[1] == "EOF":
		msg = "the expression ends too early"
		switch {
		case strings.Count(src, "(") > strings.Count(src, ")"):
			hint = "a ) is missing"
		case strings.Contains(src, "?") && !strings.Contains(src, ":"):
			hint = choice
		}
	case m != nil:
		msg = "unexpected " + m[2]
		switch {
		case m[2] == "=":
			hint = "write == to compare"
		case m[2] == "&" || m[2] == "|":
			hint = "write " + m[2] + m[2]
		case m[2] == "#" || m[2] == ".":
			msg, hint = "an expression cannot loop", "it is evaluated for one event at a time"
		case strings.EqualFold(m[2], "and") || strings.EqualFold(m[2], "or") || strings.EqualFold(m[2], "not"):
			hint = "write " + strings.ToLower(m[2]) + " in small letters"
		case m[2] == "then" || m[2] == "else" || m[2] == "if" || strings.HasPrefix(strings.TrimSpace(src), "if "):
			hint = choice
		case m[1] == "Identifier" || m[1] == "Number" || m[1] == "String":
			hint = "an operator is missing before it"
		}
	case strings.HasPrefix(msg, "Operator ("):
		msg, hint = "?? stands beside another operator", "wrap it in parentheses: (x ?? 0)"
	case strings.Contains(msg, "integer literal"), strings.Contains(msg, "float literal"):
		// The parser has gone on to what follows the number: go back to its start.
		r := []rune(src)
		at = min(at, len(r))
		for at > 0 && !digit(r[at-1]) {
			at--
		}
		for at > 0 && (digit(r[at-1]) || r[at-1] == '.' || r[at-1] == 'e') {
			at--
		}
		msg, hint = tooLarge, tooLargeHint
	}
	return errorAt(src, at, hint, "%s", lowerFirst(msg))
}

// Whole numbers are as large as the smallest int that Go has.
const (
	tooLarge     = "the number is too large"
	tooLargeHint = "write numbers above 2147483647 as 5e9"
)

func digit(r rune) bool { return r >= '0' && r <= '9' || r == '_' }

func lowerFirst(s string) string {
	if s != "" && s[0] >= 'A' && s[0] <= 'Z' {
		return strings.ToLower(s[:1]) + s[1:]
	}
	return s
}

// loops are the functions of expr that run over a list.
var loops = map[string]bool{
	"all": true, "none": true, "any": true, "one": true, "filter": true, "map": true, "count": true, "sum": true, "find": true, "findIndex": true,
	"findLast": true, "findLastIndex": true, "groupBy": true, "sortBy": true, "reduce": true, "mean": true, "median": true,
}

// refuse says why a part of expr's language is none of ours.
func (c *compiler) refuse(n ast.Node) *Error {
	const single = "it is evaluated for one event at a time; signals sum, count and compare events"
	switch n := n.(type) {
	case *ast.BuiltinNode:
		if loops[n.Name] {
			return c.fault(n, single, "an expression cannot loop: there is no function %s", quoted(n.Name))
		}
		return c.fault(n, sonify.DidYouMean(n.Name, functionNames()), "there is no function %s", quoted(n.Name))
	case *ast.PredicateNode, *ast.PointerNode:
		return c.fault(n, single, "an expression cannot loop")
	case *ast.VariableDeclaratorNode, *ast.SequenceNode:
		return c.fault(n, "write it as one expression", "an expression has no variables and no steps")
	case *ast.NilNode:
		return c.fault(n, "has(x) tells whether x is there; x ?? 0 gives another value", "nil is not a value")
	case *ast.ArrayNode:
		return c.fault(n, `lists stand behind "in" only`, "a list is not a value")
	case *ast.MapNode, *ast.PairNode:
		return c.fault(n, "", "a table is not a value")
	case *ast.BytesNode:
		return c.fault(n, "", "bytes are not a value")
	case *ast.MemberNode, *ast.ChainNode, *ast.SliceNode:
		return c.fault(n, "fields are written by their name, signals as signal.NAME", "parts of values cannot be read")
	case *ast.BinaryNode:
		return c.fault(n, "", "there is no operator %s", n.Operator)
	case *ast.UnaryNode:
		return c.fault(n, "", "there is no operator %s", n.Operator)
	}
	return c.fault(n, "", "this cannot be evaluated")
}

// text returns how the part n is written, shortened.
func (c *compiler) text(n ast.Node) string {
	s := n.String()
	if r := []rune(s); len(r) > 30 {
		s = string(r[:29]) + "…"
	}
	return s
}

// names lists the fields that are known, sorted.
func (c *compiler) names() []string {
	var names []string
	for n := range c.scope.Fields {
		names = append(names, n)
	}
	for n := range c.scope.Extra {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

// listed writes names behind a hint, if there are any.
func (c *compiler) listed(names []string) string {
	if len(names) == 0 || len(names) > 20 {
		return ""
	}
	return "; there are: " + strings.Join(names, ", ")
}

// quoted quotes a name, and cuts it if it is long.
func quoted(name string) string {
	if r := []rune(name); len(r) > 40 {
		name = string(r[:39]) + "…"
	}
	return strconv.Quote(name)
}
