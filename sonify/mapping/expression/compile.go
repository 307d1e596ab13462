package expression

import (
	"regexp"
	"strings"
	"unicode"

	"github.com/expr-lang/expr/ast"

	"proscenium/sonify"
)

// Limits of an expression.
const (
	maxSource  = 2000 // characters
	maxNodes   = 200  // parts
	maxPattern = 500  // bytes of a regular expression
	maxFields  = 64   // fields read
)

// Compile reads an expression. The error is an [*Error].
func Compile(src string, scope *Scope) (*Expr, error) {
	if scope == nil {
		scope = &Scope{}
	}
	tree, err := parse(src)
	if err != nil {
		return nil, err
	}
	c := &compiler{scope: scope, slots: map[string]int{}, expr: &Expr{text: strings.TrimSpace(src), slot: -1, signal: -1}}
	c.src = src
	code, err := c.compile(tree)
	if err != nil {
		return nil, err
	}
	e := c.expr
	e.code = code
	switch n := tree.(type) {
	case *ast.IdentifierNode:
		if slot, ok := c.slots[n.Value]; ok {
			e.slot = slot
		}
	case *ast.MemberNode:
		e.signal = e.signals[0]
	}
	return e, nil
}

// compiler translates the tree of one expression.
type compiler struct {
	src   string
	scope *Scope
	slots map[string]int
	expr  *Expr
	// lacking are the names that ask for themselves whether there is such a field.
	lacking map[*ast.IdentifierNode]bool
}

// mayLack notes that n stands where its absence is minded: has(n), n ?? x. There a
// name that no event has is no mistake, unless it looks like a slip: music that
// was made for many sources asks what this one has.
func (c *compiler) mayLack(n ast.Node) {
	switch n := n.(type) {
	case *ast.IdentifierNode:
		if c.lacking == nil {
			c.lacking = map[*ast.IdentifierNode]bool{}
		}
		c.lacking[n] = true
	case *ast.BinaryNode:
		if n.Operator == "??" {
			c.mayLack(n.Left)
			c.mayLack(n.Right)
		}
	}
}

func (c *compiler) compile(n ast.Node) (code, *Error) {
	switch n := n.(type) {
	case *ast.IntegerNode:
		if n.Value > 1<<31-1 { // more is not read where int has 32 bits
			return code{}, c.fault(n, tooLargeHint, tooLarge)
		}
		return constant(sonify.Num(float64(n.Value))), nil
	case *ast.FloatNode:
		return constant(sonify.Num(n.Value)), nil
	case *ast.BoolNode:
		return constant(sonify.Truth(n.Value)), nil
	case *ast.StringNode:
		return constant(sonify.Word(n.Value)), nil
	case *ast.IdentifierNode:
		return c.identifier(n)
	case *ast.MemberNode:
		return c.member(n)
	case *ast.UnaryNode:
		return c.unary(n)
	case *ast.BinaryNode:
		return c.binary(n)
	case *ast.ConditionalNode:
		parts, err := c.all(n.Cond, n.Exp1, n.Exp2)
		if err != nil {
			return code{}, err
		}
		return fold(choose(parts[0], parts[1], parts[2]), parts...), nil
	case *ast.CallNode:
		return c.call(n)
	}
	return code{}, c.refuse(n)
}

// all compiles several parts.
func (c *compiler) all(nodes ...ast.Node) ([]code, *Error) {
	parts := make([]code, len(nodes))
	for i, n := range nodes {
		p, err := c.compile(n)
		if err != nil {
			return nil, err
		}
		parts[i] = p
	}
	return parts, nil
}

// numbers reports the first of the parts that is no number.
func (c *compiler) numbers(why string, parts []code, nodes ...ast.Node) *Error {
	for i, p := range parts {
		if p.typ == sonify.Text {
			hint := ""
			if p.konst != nil {
				if _, ok := p.konst.Float(); ok {
					hint = "write the number without quotes"
				}
			} else {
				hint = "number(...) reads a number from a text"
			}
			return c.fault(nodes[i], hint, "%s needs numbers, and %s is a text", why, c.text(nodes[i]))
		}
	}
	return nil
}

// field makes code that reads a field.
func (c *compiler) field(n ast.Node, name string, typ sonify.ValueType) (code, *Error) {
	slot, ok := c.slots[name]
	if !ok {
		slot = len(c.expr.fields)
		if slot == maxFields {
			return code{}, c.fault(n, "", "more than %d fields are read", maxFields)
		}
		c.slots[name] = slot
		c.expr.fields = append(c.expr.fields, name)
	}
	return readField(slot, typ), nil
}

func (c *compiler) identifier(n *ast.IdentifierNode) (code, *Error) {
	name := n.Value
	if t, ok := c.scope.Fields[name]; ok {
		return c.field(n, name, t)
	}
	if t, ok := c.scope.Extra[name]; ok {
		return c.field(n, name, t)
	}
	for _, s := range c.scope.Signals {
		// Where fields are not known, one may well be called what a signal is
		// called: it is often what the signal is made of.
		if s == name && !c.scope.Open {
			return code{}, c.fault(n, "write signal."+name, "%s is a signal", name)
		}
	}
	if _, ok := functions[name]; ok {
		return code{}, c.fault(n, "write "+name+"("+functions[name].args+")", "%s is a function", name)
	}
	if name == "signal" {
		return code{}, c.fault(n, "write signal.NAME"+c.listed(c.scope.Signals), "signal needs the name of a signal")
	}
	if c.scope.Open {
		return c.field(n, name, sonify.Missing)
	}
	hint := sonify.DidYouMean(name, c.names())
	if c.lacking[n] && sonify.Nearest(name, c.names()) == "" {
		return c.field(n, name, sonify.Missing)
	}
	if strings.EqualFold(name, "and") || strings.EqualFold(name, "or") || strings.EqualFold(name, "not") {
		hint = "write " + strings.ToLower(name) + " in small letters"
	}
	if c.scope.Fields == nil && c.scope.Extra == nil {
		if near := sonify.Nearest(name, c.scope.Signals); near != "" {
			return code{}, c.fault(n, "did you mean signal."+near+"?", "%s is no number and no signal, and nothing else can be read here", quoted(name))
		}
		return code{}, c.fault(n, "write signal.NAME"+c.listed(c.scope.Signals), "%s is no number and no signal, and nothing else can be read here", quoted(name))
	}
	if first := []rune(name)[0]; hint == "" && unicode.IsUpper(first) {
		hint = "a text is written in quotes: '" + name + "'"
	} else if hint == "" {
		hint = "\"proscenium events --all\" shows what there is"
	}
	return code{}, c.fault(n, hint, "there is no field %s", quoted(name))
}

func (c *compiler) member(n *ast.MemberNode) (code, *Error) {
	base, ok := n.Node.(*ast.IdentifierNode)
	name, ok2 := n.Property.(*ast.StringNode)
	if !ok || !ok2 || n.Optional || n.Method {
		return code{}, c.refuse(n)
	}
	if base.Value != "signal" {
		hint := ""
		if _, ok := c.scope.Fields[name.Value]; ok {
			hint = "write " + name.Value
		}
		return code{}, c.fault(n.Node, hint, "nothing can be read from %s: only signals are written with a point, signal.NAME", quoted(base.Value))
	}
	for i, s := range c.scope.Signals {
		if s == name.Value {
			c.reads(i)
			return readSignal(i), nil
		}
	}
	return code{}, c.fault(n.Property, sonify.DidYouMean(name.Value, c.scope.Signals), "there is no signal %s", quoted(name.Value))
}

func (c *compiler) reads(signal int) {
	for _, s := range c.expr.signals {
		if s == signal {
			return
		}
	}
	c.expr.signals = append(c.expr.signals, signal)
}

func (c *compiler) unary(n *ast.UnaryNode) (code, *Error) {
	switch n.Operator {
	case "!", "not":
		parts, err := c.all(n.Node)
		if err != nil {
			return code{}, err
		}
		return fold(not(parts[0]), parts...), nil
	case "-", "+":
		parts, err := c.all(n.Node)
		if err == nil {
			err = c.numbers(n.Operator, parts, n.Node)
		}
		if err != nil {
			return code{}, err
		}
		if n.Operator == "+" {
			return fold(fromNum(parts[0].num), parts...), nil
		}
		return fold(negative(parts[0]), parts...), nil
	}
	return code{}, c.refuse(n)
}

func (c *compiler) binary(n *ast.BinaryNode) (code, *Error) {
	switch op := n.Operator; op {
	case "in":
		return c.in(n)
	case "matches":
		return c.matches(n)
	case "..":
		return code{}, c.fault(n, "between(x, low, high) tells whether x lies in a range", "an expression has no ranges")
	}
	if n.Operator == "??" {
		c.mayLack(n.Left)
	}
	parts, err := c.all(n.Left, n.Right)
	if err != nil {
		return code{}, err
	}
	a, b := parts[0], parts[1]
	var out code
	switch op := n.Operator; op {
	case "&&", "and":
		out = both(a, b, false)
	case "||", "or":
		out = both(a, b, true)
	case "??":
		out = orElse(a, b)
	case "==", "!=":
		if err := c.comparable(n, a, b); err != nil {
			return code{}, err
		}
		out = equal(a, b, op == "!=")
	case "<", "<=", ">", ">=":
		if err := c.comparable(n, a, b); err != nil {
			return code{}, err
		}
		out = order(op, a, b)
	case "contains":
		out = aboutTexts(a, b, strings.Contains)
	case "startsWith":
		out = aboutTexts(a, b, strings.HasPrefix)
	case "endsWith":
		out = aboutTexts(a, b, strings.HasSuffix)
	case "+":
		// A field whose type nobody knows is a text beside a text.
		textual := func(t sonify.ValueType) bool { return t == sonify.Text || t == sonify.Missing }
		if textual(a.typ) && textual(b.typ) && a.typ != b.typ || a.typ == sonify.Text && b.typ == sonify.Text {
			out = join(a, b)
			break
		}
		fallthrough
	default:
		if err := c.numbers(op, parts, n.Left, n.Right); err != nil {
			return code{}, err
		}
		var ok bool
		if out, ok = arithmetic(op, a, b); !ok {
			return code{}, c.refuse(n)
		}
	}
	return fold(out, a, b), nil
}

// comparable reports a comparison that can never be what was meant.
func (c *compiler) comparable(n *ast.BinaryNode, a, b code) *Error {
	if !(a.typ == sonify.Text && isNumber(b.typ) || isNumber(a.typ) && b.typ == sonify.Text) {
		return nil
	}
	text, other, word := n.Left, n.Right, a
	typ := b.typ
	if b.typ == sonify.Text {
		text, other, word, typ = n.Right, n.Left, b, a.typ
	}
	hint := ""
	if word.konst != nil {
		if _, ok := word.konst.Float(); ok {
			hint = "write the number without quotes"
		} else if typ == sonify.Bool {
			hint = "write " + c.text(other) + " or not " + c.text(other)
		}
	}
	what := "a number"
	if typ == sonify.Bool {
		what = "yes or no"
	}
	return c.fault(text, hint, "%s is a text, and %s is %s", c.text(text), c.text(other), what)
}

// in compiles x in [a, b, c].
func (c *compiler) in(n *ast.BinaryNode) (code, *Error) {
	list, ok := n.Right.(*ast.ArrayNode)
	if !ok {
		hint := `write x in ["a", "b"]`
		if r, ok := n.Right.(*ast.BinaryNode); ok && r.Operator == ".." {
			hint = "write between(x, low, high)"
		} else if _, ok := n.Right.(*ast.StringNode); ok {
			hint = "a text in a text is written: text contains word"
		}
		return code{}, c.fault(n.Right, hint, "in needs a list of constants")
	}
	parts, err := c.all(append([]ast.Node{n.Left}, list.Nodes...)...)
	if err != nil {
		return code{}, err
	}
	values := make([]sonify.Value, 0, len(list.Nodes))
	for i, p := range parts[1:] {
		if p.konst == nil {
			return code{}, c.fault(list.Nodes[i], "use == and or", "in needs a list of constants, and %s is none", c.text(list.Nodes[i]))
		}
		values = append(values, *p.konst)
	}
	return fold(among(parts[0], values), parts[0]), nil
}

// matches compiles x matches "pattern". The regular expressions of Go take time
// in proportion to the text, whatever the pattern.
func (c *compiler) matches(n *ast.BinaryNode) (code, *Error) {
	parts, err := c.all(n.Left, n.Right)
	if err != nil {
		return code{}, err
	}
	if parts[1].konst == nil || parts[1].typ != sonify.Text {
		return code{}, c.fault(n.Right, `write x matches "pattern"`, "matches needs a constant text")
	}
	pattern := parts[1].konst.String()
	if len(pattern) > maxPattern {
		return code{}, c.fault(n.Right, "", "the pattern has more than %d letters", maxPattern)
	}
	re, bad := regexp.Compile(pattern)
	if bad != nil {
		return code{}, c.fault(n.Right, "", "%s", strings.TrimPrefix(bad.Error(), "error parsing regexp: "))
	}
	val := parts[0].val
	return fromCond(func(f *frame) (bool, bool) {
		v := val(f)
		if v.IsMissing() {
			return false, false
		}
		s := v.String()
		if len(s) > maxText {
			f.fail(ErrLength)
			return false, false
		}
		return re.MatchString(s), true
	}), nil
}
