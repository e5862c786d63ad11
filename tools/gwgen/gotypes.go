// SPDX-License-Identifier: Apache-2.0
package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"sort"
	"strconv"
	"strings"
)

// goType is one named type: where it stands and what it is.
type goType struct {
	pkg, name string
	expr      ast.Expr
	file      *goFile
	alias     *goType // after resolve: what `type X = Y` or `type X Y` stands for
}

type goFile struct {
	pkg     string
	imports map[string]string // local name to path
}

// universe holds the types of one release, read as files.
type universe struct {
	types  map[string]*goType  // "path.Name"
	consts map[string][]string // typed string constants, in order
}

func newUniverse() *universe {
	return &universe{types: map[string]*goType{}, consts: map[string][]string{}}
}

func (u *universe) load(path, dir string) {
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	must(err)
	sort.Strings(names)
	for _, n := range names {
		if strings.HasSuffix(n, "_test.go") || strings.Contains(n, "zz_generated") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), n, nil, parser.SkipObjectResolution)
		must(err)
		u.loadFile(path, f)
	}
}

func (u *universe) loadFile(path string, f *ast.File) {
	gf := &goFile{pkg: path, imports: map[string]string{}}
	for _, i := range f.Imports {
		p, err := strconv.Unquote(i.Path.Value)
		must(err)
		local := filepath.Base(p)
		if i.Name != nil {
			local = i.Name.Name
		}
		gf.imports[local] = p
	}
	for _, d := range f.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, s := range g.Specs {
			switch s := s.(type) {
			case *ast.TypeSpec:
				u.types[path+"."+s.Name.Name] = &goType{pkg: path, name: s.Name.Name, expr: s.Type, file: gf}
			case *ast.ValueSpec:
				u.loadConst(path, g.Tok, s)
			}
		}
	}
}

func (u *universe) loadConst(path string, tok token.Token, s *ast.ValueSpec) {
	id, ok := s.Type.(*ast.Ident)
	if tok != token.CONST || !ok || len(s.Values) != 1 {
		return
	}
	if lit, ok := s.Values[0].(*ast.BasicLit); ok && lit.Kind == token.STRING {
		v, err := strconv.Unquote(lit.Value)
		must(err)
		key := path + "." + id.Name
		u.consts[key] = append(u.consts[key], v)
	}
}

// goRef is a use of a type: pointer, list, map or plain, of a builtin or a named type.
type goRef struct {
	ptr, list bool
	isMap     bool
	builtin   string
	named     *goType
}

const (
	metaV1 = "k8s.io/apimachinery/pkg/apis/meta/v1"
	ourTyp = "sluice.dev/tools/gwgen/types/"
)

// look finds a name, following the stand-ins for apimachinery.
func (u *universe) look(path, name string) *goType {
	if path == metaV1 {
		path = ourTyp + "meta"
	}
	return u.types[path+"."+name]
}

func (u *universe) ref(f *goFile, e ast.Expr) goRef {
	switch e := e.(type) {
	case *ast.StarExpr:
		r := u.ref(f, e.X)
		r.ptr = true
		return r
	case *ast.ArrayType:
		r := u.ref(f, e.Elt)
		r.list = true
		return r
	case *ast.MapType:
		return goRef{isMap: true, builtin: "map"}
	case *ast.Ident:
		if t := u.look(f.pkg, e.Name); t != nil {
			return u.named(t)
		}
		return goRef{builtin: e.Name}
	case *ast.SelectorExpr:
		path := f.imports[e.X.(*ast.Ident).Name]
		if path == metaV1 && (e.Sel.Name == "Time" || e.Sel.Name == "ObjectMeta" || e.Sel.Name == "TypeMeta") {
			return goRef{builtin: "metav1." + e.Sel.Name}
		}
		t := u.look(path, e.Sel.Name)
		if t == nil {
			panic(fmt.Sprintf("%s: no type %s.%s", f.pkg, path, e.Sel.Name))
		}
		return u.named(t)
	}
	panic(fmt.Sprintf("%s: type expression %T", f.pkg, e))
}

// named resolves one type name: a second name for another named type is that type.
func (u *universe) named(t *goType) goRef {
	switch t.pkg + "." + t.name {
	case ourTyp + "meta.IntOrString":
		return goRef{builtin: "intstr"}
	case ourTyp + "meta.Labels":
		return goRef{isMap: true, builtin: "map"}
	case ourTyp + "meta.Bytes":
		return goRef{isMap: true, builtin: "bytes"}
	}
	switch e := t.expr.(type) {
	case *ast.StructType:
		return goRef{named: t}
	case *ast.Ident:
		if other := u.look(t.pkg, e.Name); other != nil {
			return u.named(other)
		}
		return goRef{named: t, builtin: e.Name}
	case *ast.SelectorExpr:
		return u.ref(t.file, e)
	case *ast.MapType:
		return goRef{isMap: true, builtin: "map"}
	}
	panic(fmt.Sprintf("%s.%s: %T", t.pkg, t.name, t.expr))
}

type goField struct {
	json   string
	inline bool
	schema string // the tag `s`
	ref    goRef
}

// fields lists the fields of a struct; what Kubernetes puts on every object is left out.
func (u *universe) fields(t *goType) []goField {
	var out []goField
	for _, f := range t.expr.(*ast.StructType).Fields.List {
		if f.Tag == nil {
			continue
		}
		raw, err := strconv.Unquote(f.Tag.Value)
		must(err)
		tag := reflect.StructTag(raw)
		r := u.ref(t.file, f.Type)
		if strings.HasPrefix(r.builtin, "metav1.") && r.builtin != "metav1.Time" {
			continue
		}
		name, opts, _ := strings.Cut(tag.Get("json"), ",")
		inline := len(f.Names) == 0 && (name == "" || strings.Contains(opts, "inline"))
		out = append(out, goField{json: name, inline: inline, schema: tag.Get("s"), ref: r})
	}
	return out
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "gwgen:", err)
		os.Exit(1)
	}
}
