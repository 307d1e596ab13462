package expression

import (
	"strconv"

	"github.com/expr-lang/expr/ast"

	"proscenium/sonify"
)

func (c *compiler) call(n *ast.CallNode) (code, *Error) {
	callee, ok := n.Callee.(*ast.IdentifierNode)
	if !ok {
		return code{}, c.refuse(n)
	}
	name := callee.Value
	if name == "field" {
		if len(n.Arguments) == 1 {
			if s, ok := n.Arguments[0].(*ast.StringNode); ok {
				t, known := c.scope.Fields[s.Value]
				if !known && !c.scope.Open {
					return code{}, c.fault(s, sonify.DidYouMean(s.Value, c.names()), "there is no field %s", quoted(s.Value))
				}
				return c.field(n, s.Value, t)
			}
		}
		return code{}, c.fault(n, `write field("name")`, "field needs the name of a field in quotes")
	}
	fn, ok := functions[name]
	if !ok {
		return code{}, c.fault(n, sonify.DidYouMean(name, functionNames()), "there is no function %s", quoted(name))
	}
	if got := len(n.Arguments); got < fn.least || fn.most >= 0 && got > fn.most {
		return code{}, c.fault(n, "write "+name+"("+fn.args+")", "%s takes %s, found %s", name, counted(fn.least, fn.most), strconv.Itoa(got))
	}
	if name == "has" || name == "or_else" {
		c.mayLack(n.Arguments[0])
	}
	parts, err := c.all(n.Arguments...)
	if err == nil && (fn.num != nil || name == "between") {
		err = c.numbers(name, parts, n.Arguments...)
	}
	switch {
	case err != nil:
		return code{}, err
	case fn.num != nil:
		return fold(numeric(fn.num, parts), parts...), nil
	case fn.text != nil:
		return fold(textual(fn.text, parts[0]), parts...), nil
	}
	return fold(fn.make(parts), parts...), nil
}

func counted(least, most int) string {
	switch {
	case most < 0:
		return "at least " + strconv.Itoa(least) + " arguments"
	case least == 1:
		return "1 argument"
	}
	return strconv.Itoa(least) + " arguments"
}
