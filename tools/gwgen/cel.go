// SPDX-License-Identifier: Apache-2.0
package main

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/google/cel-go/common"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/parser"
)

// A rule is compiled for each C type it stands on: CEL in, one C function out.  Only what the CRDs
// use is known; anything else stops the generator, so no rule can be lost.
//
// A field that is absent reads as its zero where CEL would report an error: both refuse in every
// rule we have, which the recorded verdicts show; unguarded() lists the places.

// ctype is what an expression yields.
type ctype struct {
	kind string // bool int str enum duration struct list map strlit listlit duration
	st   *cStruct
	en   *cEnum
	elem *ctype
}

type cval struct {
	t    ctype
	code string
	n    string // the count, of a list or map
	text string // a string literal
	list []string
	path string // as written in CEL
}

type celc struct {
	g     *schemaGen
	text  string
	vars  map[string]cval
	loops int
	has   map[string]bool
	bare  map[string]bool
}

func boolean(format string, a ...any) cval {
	return cval{t: ctype{kind: "bool"}, code: fmt.Sprintf(format, a...)}
}

func integer(format string, a ...any) cval {
	return cval{t: ctype{kind: "int"}, code: fmt.Sprintf(format, a...)}
}

func cstring(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c == '?': // no trigraphs
			b.WriteString("\\?")
		case c < ' ' || c > '~':
			fmt.Fprintf(&b, "\\%03o", c)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// compile turns one rule into the body of its C function.
func (g *schemaGen) compile(text string, self, old cval) string {
	p, err := parser.NewParser(parser.Macros())
	must(err)
	a, errs := p.Parse(common.NewTextSource(text))
	if len(errs.GetErrors()) > 0 {
		must(fmt.Errorf("rule %s: %s", text, errs.ToDisplayString()))
	}
	c := &celc{g: g, vars: map[string]cval{"self": self, "oldSelf": old}, has: map[string]bool{}, bare: map[string]bool{}}
	c.text = text
	v := c.expr(a.Expr())
	if v.t.kind != "bool" {
		must(fmt.Errorf("rule %s: yields %s", text, v.t.kind))
	}
	for _, path := range sorted(c.bare) {
		if !c.has[path] && os.Getenv("GWGEN_UNGUARDED") != "" {
			fmt.Fprintf(os.Stderr, "unguarded %s in %s\n", path, text)
		}
	}
	return v.code
}

func (c *celc) fail(format string, a ...any) cval {
	must(fmt.Errorf("rule "+c.text+": "+format, a...))
	return cval{}
}

func (c *celc) expr(e ast.Expr) cval {
	switch e.Kind() {
	case ast.IdentKind:
		v, ok := c.vars[e.AsIdent()]
		if !ok {
			return c.fail("name %s", e.AsIdent())
		}
		return v
	case ast.LiteralKind:
		return c.literal(e.AsLiteral().Value())
	case ast.SelectKind:
		s := e.AsSelect()
		return c.sel(c.expr(s.Operand()), s.FieldName(), true)
	case ast.ListKind:
		var list []string
		for _, x := range e.AsList().Elements() {
			list = append(list, c.expr(x).text)
		}
		return cval{t: ctype{kind: "listlit"}, list: list}
	case ast.CallKind:
		return c.call(e.AsCall())
	}
	return c.fail("expression kind %v", e.Kind())
}

func (c *celc) literal(v any) cval {
	switch v := v.(type) {
	case string:
		return cval{t: ctype{kind: "strlit"}, text: v, code: "STR(" + cstring(v) + ")"}
	case int64:
		return integer("%d", v)
	case bool:
		return boolean("%v", v)
	}
	return c.fail("literal %T", v)
}

// fieldType is the type of a struct's member.
func fieldType(f *cField) ctype {
	t := ctype{kind: f.typ.kind, st: f.typ.st, en: f.typ.en}
	if t.kind == "i32" || t.kind == "i64" {
		t.kind = "int"
	}
	if f.list {
		e := t
		return ctype{kind: "list", elem: &e}
	}
	return t
}

// sel reads base.name.  A struct that is absent reads as one of zeros, so no rule can follow NULL.
func (c *celc) sel(base cval, name string, use bool) cval {
	if strings.HasPrefix(name, "__") && strings.HasSuffix(name, "__") {
		name = strings.Trim(name, "_")
	}
	if base.t.kind != "struct" {
		return c.fail("select %s of %s", name, base.t.kind)
	}
	f, path := base.t.st.field(name)
	if f == nil {
		return c.fail("%s has no field %s", base.t.st.name, name)
	}
	v := cval{t: fieldType(f), path: base.path + "." + name}
	if use && !f.always {
		c.bare[v.path] = true
	}
	v.code = base.code + "->" + path
	switch {
	case v.t.kind == "list" || v.t.kind == "map" || v.t.kind == "bytes":
		v.n = base.code + "->" + strings.TrimSuffix(path, f.name) + "n_" + f.name
	case v.t.kind == "struct" && f.ptr():
		v.code = "OR_ZERO(" + v.code + ")"
	case v.t.kind == "struct":
		v.code = "(&" + v.code + ")"
	}
	return v
}

func (c *celc) hasField(e ast.Expr) cval {
	s := e.AsSelect()
	base := c.expr(s.Operand())
	name := strings.TrimSuffix(strings.TrimPrefix(s.FieldName(), "__"), "__")
	f, path := base.t.st.field(name)
	if f == nil {
		return c.fail("%s has no field %s", base.t.st.name, name)
	}
	c.has[base.path+"."+name] = true
	at := base.code + "->" + path
	cond := at
	switch {
	case f.counted() || f.ptr():
		cond += " != NULL"
	case f.typ.kind == "str":
		cond += ".p != NULL"
	case f.typ.kind == "enum":
		cond += " != " + enumConst(f.typ.en, "UNSET")
	case f.has():
		cond = base.code + "->" + strings.TrimSuffix(path, f.name) + "has_" + f.name
	default:
		cond = "true"
	}
	return boolean("(%s)", cond)
}

var binary = map[string]string{"_&&_": "&&", "_||_": "||", "_<_": "<", "_<=_": "<=", "_>_": ">", "_>=_": ">=", "_+_": "+"}

func (c *celc) call(k ast.CallExpr) cval {
	args := k.Args()
	if k.IsMemberFunction() {
		return c.method(k)
	}
	switch op := k.FunctionName(); op {
	case "has":
		return c.hasField(args[0])
	case "!_":
		return boolean("%s", not(c.expr(args[0]).code))
	case "_?_:_":
		a, b := c.expr(args[1]), c.expr(args[2])
		b.code = fmt.Sprintf("(%s ? %s : %s)", c.expr(args[0]).code, a.code, b.code)
		return b
	case "_==_":
		return c.equal(c.expr(args[0]), c.expr(args[1]))
	case "_!=_":
		return boolean("%s", not(c.equal(c.expr(args[0]), c.expr(args[1])).code))
	case "_&&_", "_||_":
		return boolean("(%s %s %s)", c.expr(args[0]).code, binary[op], c.expr(args[1]).code)
	case "_<_", "_<=_", "_>_", "_>=_":
		return boolean("(%s %s %s)", c.expr(args[0]).code, binary[op], c.expr(args[1]).code)
	case "_+_":
		return integer("(%s + %s)", c.expr(args[0]).code, c.expr(args[1]).code)
	case "@in":
		return c.in(c.expr(args[0]), c.expr(args[1]))
	case "_[_]":
		return c.index(args[0], c.expr(args[1]))
	case "size":
		return c.size(c.expr(args[0]))
	case "isIP":
		return boolean("rule_is_ip(%s)", c.expr(args[0]).code)
	case "duration":
		return c.duration(c.expr(args[0]))
	default:
		return c.fail("function %s", op)
	}
}

func (c *celc) duration(v cval) cval {
	if v.t.kind == "duration" {
		return v
	}
	d, err := time.ParseDuration(v.text)
	must(err)
	return cval{t: ctype{kind: "duration"}, code: fmt.Sprintf("(nsec)%d", int64(d))}
}

func (c *celc) equal(a, b cval) cval {
	if a.t.kind == "strlit" {
		a, b = b, a
	}
	switch {
	case a.t.kind == "str":
		return boolean("str_eq(%s, %s)", a.code, b.code)
	case a.t.kind == "enum" && b.t.kind == "strlit":
		if b.text == "" {
			return boolean("(%s == %s)", a.code, enumConst(a.t.en, "UNSET"))
		}
		if !a.t.en.seen[b.text] {
			return boolean("false")
		}
		return boolean("(%s == %s)", a.code, enumConst(a.t.en, b.text))
	case a.t.kind == b.t.kind && (a.t.kind == "int" || a.t.kind == "enum" || a.t.kind == "duration" || a.t.kind == "bool"):
		return boolean("(%s == %s)", a.code, b.code)
	}
	return c.fail("compare %s and %s", a.t.kind, b.t.kind)
}

func (c *celc) in(x, list cval) cval {
	if list.t.kind == "listlit" {
		var or []string
		for _, s := range list.list {
			or = append(or, c.equal(x, cval{t: ctype{kind: "strlit"}, text: s, code: "STR(" + cstring(s) + ")"}).code)
		}
		return boolean("(%s)", strings.Join(or, " || "))
	}
	return c.loop(list, "item", "exists", func(item cval) string { return c.equal(item, x).code })
}

func (c *celc) index(e ast.Expr, at cval) cval {
	// text.split(sep)[0]
	if e.Kind() == ast.CallKind && e.AsCall().FunctionName() == "split" && at.code == "0" {
		k := e.AsCall()
		return cval{t: ctype{kind: "str"}, code: fmt.Sprintf("rule_first_part(%s, '%s')", c.expr(k.Target()).code, c.expr(k.Args()[0]).text)}
	}
	l := c.expr(e)
	if l.t.kind != "list" || l.t.elem.kind != "struct" {
		return c.fail("index of %s", l.t.kind)
	}
	return cval{t: *l.t.elem, code: fmt.Sprintf("ITEM_OR_ZERO(%s, %s, %s)", l.code, l.n, at.code), path: l.path + "[]"}
}

func (c *celc) size(v cval) cval {
	switch v.t.kind {
	case "list", "map":
		return integer("%s", v.n)
	case "str":
		return integer("rule_size(%s)", v.code)
	}
	return c.fail("size of %s", v.t.kind)
}

func (c *celc) method(k ast.CallExpr) cval {
	name, args := k.FunctionName(), k.Args()
	switch name {
	case "all", "exists", "exists_one", "filter":
		l := c.expr(k.Target())
		v := args[0].AsIdent()
		return c.loop(l, v, name, func(item cval) string {
			saved, had := c.vars[v]
			c.vars[v] = item
			code := c.expr(args[1]).code
			delete(c.vars, v)
			if had {
				c.vars[v] = saved
			}
			return code
		})
	case "size":
		t := c.expr(k.Target())
		if t.t.kind == "int" { // filter() yields its count
			return t
		}
		return c.size(t)
	case "hasValue":
		return c.format(k.Target())
	}
	s := c.expr(k.Target())
	a := c.expr(args[0])
	switch name {
	case "startsWith":
		return boolean("str_starts(%s, %s)", s.code, a.code)
	case "endsWith":
		return boolean("str_ends(%s, %s)", s.code, a.code)
	case "contains":
		return boolean("rule_contains(%s, %s)", s.code, a.code)
	case "matches":
		return boolean("dfa_match(&%s, %s)", c.g.pattern(a.text), s.code)
	case "substring":
		return cval{t: ctype{kind: "str"}, code: fmt.Sprintf("str_skip(%s, %s)", s.code, a.code)}
	}
	return c.fail("method %s", name)
}

// format.NAME().validate(text).hasValue(): true when text is not a NAME.
func (c *celc) format(e ast.Expr) cval {
	v := e.AsCall()
	f := v.Target().AsCall()
	text := c.expr(v.Args()[0])
	known := map[string]string{"dns1123Subdomain": "name_is_subdomain", "qualifiedName": "name_is_qualified"}
	fn := known[f.FunctionName()]
	if v.FunctionName() != "validate" || fn == "" {
		return c.fail("format %s", f.FunctionName())
	}
	return boolean("!%s(%s)", fn, text.code)
}

// loop writes a quantifier as a statement expression; filter yields its count.
func (c *celc) loop(l cval, name, kind string, body func(cval) string) cval {
	c.loops++
	n := c.loops
	item := cval{path: l.path + "[]", code: fmt.Sprintf("%s_%d", snake(name), n)}
	var decl string
	switch {
	case l.t.kind == "map":
		item.t = ctype{kind: "str"}
		decl = fmt.Sprintf("struct str %s = %s[i_%d].key;", item.code, l.code, n)
	case l.t.kind != "list":
		return c.fail("%s over %s", kind, l.t.kind)
	case l.t.elem.kind == "struct":
		item.t = *l.t.elem
		decl = fmt.Sprintf("const struct %s *%s = &%s[i_%d];", l.t.elem.st.name, item.code, l.code, n)
	case l.t.elem.kind == "enum":
		item.t = *l.t.elem
		decl = fmt.Sprintf("enum %s %s = %s[i_%d];", l.t.elem.en.name, item.code, l.code, n)
	case l.t.elem.kind == "str":
		item.t = *l.t.elem
		decl = fmt.Sprintf("struct str %s = %s[i_%d];", item.code, l.code, n)
	default:
		return c.fail("%s over a list of %s", kind, l.t.elem.kind)
	}
	head := fmt.Sprintf("for (uint32_t i_%d = 0; i_%d < %s; i_%d++) {\n%s\n", n, n, l.n, n, decl)
	cond := body(item)
	wrap := func(init, act, out string) string {
		return fmt.Sprintf("__extension__({\n%s\n%sif (%s)\n%s\n}\n%s;\n})", init, head, bare(cond), act, out)
	}
	count := fmt.Sprintf("n_%d", n)
	switch kind {
	case "all":
		cond = not(cond)
		return boolean("%s", wrap("bool all_"+strconv.Itoa(n)+" = true;", "all_"+strconv.Itoa(n)+" = false;", "all_"+strconv.Itoa(n)))
	case "exists":
		return boolean("%s", wrap("uint32_t "+count+" = 0;", count+"++;", count+" > 0"))
	case "exists_one":
		return boolean("%s", wrap("uint32_t "+count+" = 0;", count+"++;", count+" == 1"))
	default:
		return integer("%s", wrap("uint32_t "+count+" = 0;", count+"++;", count))
	}
}

var comparison = regexp.MustCompile(`^\(([^ ()]*(?:\([^ ()]*\))?[^ ()]*) (==|!=) ([^ ()]+)\)$`)

// not turns a plain comparison round, and puts ! before the rest.
func not(s string) string {
	if m := comparison.FindStringSubmatch(s); m != nil {
		op := map[string]string{"==": "!=", "!=": "=="}[m[2]]
		return "(" + m[1] + " " + op + " " + m[3] + ")"
	}
	if strings.HasPrefix(s, "(") && matching(s) || strings.HasPrefix(s, "str_eq(") || strings.HasPrefix(s, "dfa_match(") {
		return "!" + s
	}
	if regexp.MustCompile(`^[a-z_0-9]+\(`).MatchString(s) && matching(s[strings.Index(s, "("):]) {
		return "!" + s
	}
	return "!(" + s + ")"
}

// bare drops parentheses around the whole.
func bare(s string) string {
	for strings.HasPrefix(s, "(") && matching(s) {
		s = s[1 : len(s)-1]
	}
	return s
}
