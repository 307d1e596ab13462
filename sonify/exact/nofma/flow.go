package nofma

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"math"
)

// checker follows products through one package.
type checker struct {
	info *types.Info
	// raw holds the variables, fields and functions that may hold or return a
	// product that nothing rounded.
	raw   map[types.Object]bool
	found []Finding
}

// float reports whether e is computed in floating point when the program runs.
func (c *checker) float(e ast.Expr) bool {
	tv, ok := c.info.Types[e]
	if !ok || tv.Value != nil || tv.Type == nil {
		return false
	}
	return isFloat(tv.Type)
}

func isFloat(t types.Type) bool {
	switch t := t.Underlying().(type) {
	case *types.Basic:
		return t.Info()&(types.IsFloat|types.IsComplex) != 0
	case *types.Interface: // a type parameter's constraint
		for i := range t.NumEmbeddeds() {
			if isFloat(t.EmbeddedType(i)) {
				return true
			}
		}
	case *types.Union:
		for i := range t.Len() {
			if isFloat(t.Term(i).Type()) {
				return true
			}
		}
	}
	return false
}

// product reports whether the value of e may be a product that was not rounded.
func (c *checker) product(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.ParenExpr:
		return c.product(e.X)
	case *ast.UnaryExpr:
		return (e.Op == token.SUB || e.Op == token.ADD) && c.product(e.X)
	case *ast.BinaryExpr:
		return e.Op == token.MUL && c.float(e) && !c.powerOfTwo(e.X) && !c.powerOfTwo(e.Y)
	case *ast.CallExpr:
		if tv := c.info.Types[e.Fun]; tv.IsType() {
			return false // a conversion rounds
		}
		return c.float(e) && c.raw[c.object(e.Fun)]
	}
	return c.float(e) && c.raw[c.object(e)]
}

// powerOfTwo reports whether e is a constant 2^k: a product with it is exact, and
// rounding it once or twice makes no difference.
func (c *checker) powerOfTwo(e ast.Expr) bool {
	v := c.info.Types[e].Value
	if v == nil || v.Kind() != constant.Int && v.Kind() != constant.Float {
		return false
	}
	f, _ := constant.Float64Val(v)
	m, _ := math.Frexp(f)
	return m == 0.5 || m == -0.5
}

// object returns what e names: a variable, field or function, or whose element it
// is.
func (c *checker) object(e ast.Expr) types.Object {
	switch e := e.(type) {
	case *ast.Ident:
		if o := c.info.Uses[e]; o != nil {
			return origin(o)
		}
		return origin(c.info.Defs[e])
	case *ast.SelectorExpr:
		return origin(c.info.Uses[e.Sel])
	case *ast.ParenExpr:
		return c.object(e.X)
	case *ast.IndexExpr:
		return c.object(e.X)
	case *ast.IndexListExpr:
		return c.object(e.X)
	case *ast.StarExpr:
		return c.object(e.X)
	}
	return nil
}

// origin undoes the instantiation of generic fields and methods.
func origin(o types.Object) types.Object {
	switch o := o.(type) {
	case *types.Var:
		return o.Origin()
	case *types.Func:
		return o.Origin()
	}
	return o
}

func (c *checker) mark(to types.Object, from ast.Expr) {
	if to != nil && c.product(from) {
		c.raw[to] = true
	}
}

// spread marks what products are stored in or returned from.
func (c *checker) spread(f *ast.File) {
	for _, d := range f.Decls {
		fn, _ := d.(*ast.FuncDecl)
		c.spreadIn(d, fn)
	}
}

func (c *checker) spreadIn(root ast.Node, fn *ast.FuncDecl) {
	ast.Inspect(root, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit: // its returns are not those of fn
			c.spreadIn(n.Body, nil)
			return false
		case *ast.AssignStmt:
			if n.Tok == token.MUL_ASSIGN && c.float(n.Lhs[0]) && !c.powerOfTwo(n.Rhs[0]) {
				if o := c.object(n.Lhs[0]); o != nil {
					c.raw[o] = true
				}
			}
			if len(n.Lhs) == len(n.Rhs) {
				for i := range n.Lhs {
					c.mark(c.object(n.Lhs[i]), n.Rhs[i])
				}
			}
		case *ast.ValueSpec:
			for i, v := range n.Values {
				if len(n.Names) == len(n.Values) {
					c.mark(c.object(n.Names[i]), v)
				}
			}
		case *ast.KeyValueExpr:
			if key, ok := n.Key.(*ast.Ident); ok {
				c.mark(c.object(key), n.Value)
			}
		case *ast.ReturnStmt:
			if fn == nil {
				break
			}
			for _, r := range n.Results {
				c.mark(origin(c.info.Defs[fn.Name]), r)
			}
		case *ast.CallExpr:
			c.arguments(n)
		}
		return true
	})
}

// arguments marks the parameters that a call hands products to.
func (c *checker) arguments(call *ast.CallExpr) {
	fn, ok := c.object(call.Fun).(*types.Func)
	if !ok {
		return
	}
	params := fn.Signature().Params()
	for i, a := range call.Args {
		if i < params.Len() {
			c.mark(params.At(i), a)
		}
	}
}

// sums reports the sums of f that have a product as an operand.
func (c *checker) sums(fset *token.FileSet, f *ast.File) {
	report := func(at token.Pos, operand ast.Expr) {
		c.found = append(c.found, Finding{Pos: fset.Position(at), Sum: "a sum with " + types.ExprString(operand)})
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BinaryExpr:
			if tv := c.info.Types[n]; c.isComplex(tv) && n.Op != token.EQL && n.Op != token.NEQ {
				if n.Op == token.MUL || n.Op == token.QUO {
					report(n.OpPos, n) // made of products and sums that cannot be wrapped
				}
				return true
			}
			if n.Op != token.ADD && n.Op != token.SUB || !c.float(n) {
				return true
			}
			for _, x := range []ast.Expr{n.X, n.Y} {
				if c.product(x) {
					report(n.OpPos, x)
					break
				}
			}
		case *ast.AssignStmt:
			if (n.Tok == token.ADD_ASSIGN || n.Tok == token.SUB_ASSIGN) && c.float(n.Lhs[0]) {
				for _, x := range []ast.Expr{n.Rhs[0], n.Lhs[0]} {
					if c.product(x) {
						report(n.TokPos, x)
						break
					}
				}
			}
		}
		return true
	})
}

func (c *checker) isComplex(tv types.TypeAndValue) bool {
	if tv.Type == nil || tv.Value != nil {
		return false
	}
	b, ok := tv.Type.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsComplex != 0
}
