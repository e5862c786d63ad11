// SPDX-License-Identifier: Apache-2.0
package main

import (
	"fmt"
	"sort"
	"strings"
	"unicode"
)

// The C side: structs and enums named after the Go types.

type cEnum struct {
	name   string
	values []string
	seen   map[string]bool
}

type cType struct {
	kind string // struct enum str i32 i64 bool duration map bytes intstr
	st   *cStruct
	en   *cEnum
}

type cField struct {
	json, name string
	typ        cType
	list       bool
	embed      bool // a Go embedded struct: its fields are ours in JSON
	// Over all places where the struct occurs:
	always bool // required or defaulted everywhere
	bigInt bool // an int without a maximum in int32 somewhere
	seen   bool
	goType *goType // the named string type of an enum
}

func (f *cField) ptr() bool { return f.typ.kind == "struct" && !f.list && !f.embed && !f.always }
func (f *cField) has() bool {
	switch f.typ.kind {
	case "i32", "i64", "bool", "duration", "intstr":
		return !f.list && !f.always
	}
	return false
}
func (f *cField) counted() bool { return f.list || f.typ.kind == "map" || f.typ.kind == "bytes" }

type cStruct struct {
	name, goName string
	fields       []*cField
	byJSON       map[string]*cField
	emitted      bool
}

type model struct {
	u, old  *universe
	structs map[string]*cStruct // by Go path.Name
	enums   map[string]*cEnum
	names   map[string]string // C name to Go name: collisions are errors
	order   []*cStruct
}

func newModel(u, old *universe) *model {
	return &model{u: u, old: old, structs: map[string]*cStruct{}, enums: map[string]*cEnum{}, names: map[string]string{}}
}

// Names that would be too general, or belong to another module's noun.
var rename = map[string]string{
	"Listener":               "gateway_listener",
	"HTTPURLRewriteFilter":   "http_url_rewrite_filter",
	"HTTPCORSFilter":         "http_cors_filter",
	"HTTPHeader":             "http_header_pair",
	"HTTPMethod":             "route_method",
	"HTTPMethodWithWildcard": "cors_method",
	"Condition":              "object_condition",
	"Fraction":               "percent_fraction",
	"TLSConfig":              "frontend_tls",
	"FrontendTLSConfig":      "gateway_frontend_tls",
	"GatewayBackendTLS":      "gateway_backend_tls",
	"SecretKeySelector":      "secret_key_selector",
	"LocalPolicyTargetReferenceWithSectionName": "policy_target_section",
}

// Member names of embedded structs.
var embedName = map[string]string{
	"CommonRouteSpec":            "common",
	"BackendRef":                 "ref",
	"BackendObjectReference":     "to",
	"LocalPolicyTargetReference": "target",
	"LabelSelector":              "selector",
	"RouteStatus":                "route",
}

// snake turns caCertificateRefs, HTTPRouteRule and PathPrefix into words.
func snake(s string) string {
	s = strings.NewReplacer("CACertificate", "CaCertificate", "IPv4", "Ipv4", "IPv6", "Ipv6", "IPs", "Ips").Replace(s)
	r := []rune(s)
	var b strings.Builder
	for i, c := range r {
		if !unicode.IsLetter(c) && !unicode.IsDigit(c) {
			b.WriteByte('_')
			continue
		}
		if unicode.IsUpper(c) && i > 0 {
			prev, next := r[i-1], rune(0)
			if i+1 < len(r) {
				next = r[i+1]
			}
			if unicode.IsLower(prev) || unicode.IsUpper(prev) && unicode.IsLower(next) {
				b.WriteByte('_')
			}
		}
		b.WriteRune(unicode.ToLower(c))
	}
	return strings.ReplaceAll(b.String(), "__", "_")
}

var keywords = map[string]bool{"default": true, "static": true, "register": true, "union": true, "int": true}

func member(json string) string {
	n := snake(json)
	if keywords[n] {
		n += "_"
	}
	return n
}

func (m *model) cname(t *goType) string {
	name := rename[t.name]
	if name == "" {
		name = snake(t.name)
	}
	if strings.HasSuffix(t.pkg, "apisx/v1alpha1") && !strings.HasPrefix(name, "x_") {
		name = "x_" + name
	}
	full := t.pkg + "." + t.name
	if have := m.names[name]; have != "" && have != full {
		must(fmt.Errorf("C name %s is both %s and %s", name, have, full))
	}
	m.names[name] = full
	return name
}

// structOf makes the C struct of a Go struct, with the fields of both releases.
func (m *model) structOf(t *goType) *cStruct {
	key := t.pkg + "." + t.name
	if s := m.structs[key]; s != nil {
		return s
	}
	fields := m.u.fields(t)
	if m.old.types[key] != nil {
		have := map[string]bool{}
		for _, f := range fields {
			have[f.json] = true
		}
		for _, f := range m.old.fields(m.old.types[key]) {
			if !f.inline && !have[f.json] {
				fields = append(fields, f)
			}
		}
	}
	// A struct that is nothing but another one is that one.
	if len(fields) == 1 && fields[0].inline {
		s := m.structOf(fields[0].ref.named)
		m.structs[key] = s
		return s
	}
	s := &cStruct{name: m.cname(t), goName: t.name, byJSON: map[string]*cField{}}
	m.structs[key] = s
	for _, f := range fields {
		s.fields = append(s.fields, m.fieldOf(s, f))
	}
	m.order = append(m.order, s)
	return s
}

func (m *model) fieldOf(s *cStruct, f goField) *cField {
	c := &cField{json: f.json, list: f.ref.list, always: true}
	c.typ = m.typeOf(f.ref)
	c.goType = f.ref.named
	if f.inline {
		c.embed = true
		c.name = embedName[f.ref.named.name]
		if c.name == "" {
			must(fmt.Errorf("%s embeds %s: name it", s.goName, f.ref.named.name))
		}
		return c
	}
	c.name = member(f.json)
	s.byJSON[f.json] = c
	return c
}

func (m *model) typeOf(r goRef) cType {
	switch {
	case r.isMap:
		return cType{kind: r.builtin}
	case r.named != nil && r.builtin == "":
		return cType{kind: "struct", st: m.structOf(r.named)}
	case r.named != nil && r.named.name == "Duration":
		return cType{kind: "duration"}
	}
	switch r.builtin {
	case "string", "metav1.Time":
		return cType{kind: "str"}
	case "int32":
		return cType{kind: "i32"}
	case "int64", "int":
		return cType{kind: "i64"}
	case "bool":
		return cType{kind: "bool"}
	case "intstr":
		return cType{kind: "intstr"}
	}
	panic("Go type " + r.builtin)
}

// field finds a JSON field in a struct or what it embeds; path is how C reaches it.
func (s *cStruct) field(json string) (f *cField, path string) {
	if f = s.byJSON[json]; f != nil {
		return f, f.name
	}
	for _, e := range s.fields {
		if !e.embed {
			continue
		}
		if f, path = e.typ.st.field(json); f != nil {
			return f, e.name + "." + path
		}
	}
	return nil, ""
}

// learn walks one schema along its struct and notes what is true of every place.
func (m *model) learn(n *node, s *cStruct, path string) {
	for _, name := range sorted(n.Properties) {
		if path == "" && (name == "apiVersion" || name == "kind" || name == "metadata") {
			continue
		}
		f, _ := s.field(name)
		if f == nil {
			must(fmt.Errorf("%s%s.%s: no field in struct %s", s.goName, path, name, s.name))
		}
		m.learnField(n, n.Properties[name], f, s, path+"."+name)
	}
}

func (m *model) learnField(parent, c *node, f *cField, s *cStruct, path string) {
	f.seen = true
	json := path[strings.LastIndex(path, ".")+1:]
	// A status that is not kept is absent, whatever its default.
	if c.legacy || path == ".status" || !(parent.requires(json) || c.Default != nil) {
		f.always = false
	}
	v := c
	if f.list {
		v = c.Items
	}
	switch f.typ.kind {
	case "struct":
		m.learn(v, f.typ.st, path)
	case "str":
		if len(v.Enum) > 0 {
			f.typ = cType{kind: "enum", en: m.enumOf(f, s)}
		}
	case "i64":
		if v.Maximum != nil && *v.Maximum <= 1<<31-1 || len(v.Enum) > 0 {
			break
		}
		f.bigInt = true
	}
	if f.typ.kind == "enum" {
		for _, e := range v.Enum {
			f.typ.en.add(e.(string))
		}
	}
}

// settle decides what needs all places: ints whose bounds fit become int32_t.
func (m *model) settle() {
	for _, s := range m.order {
		for _, f := range s.fields {
			if f.typ.kind == "i64" && !f.bigInt {
				f.typ.kind = "i32"
			}
			if !f.seen {
				f.always = false
			}
		}
	}
}

func (e *cEnum) add(v string) {
	if !e.seen[v] {
		e.seen[v] = true
		e.values = append(e.values, v)
	}
}

// enumOf names an enum after its Go type; one on a plain string after struct and field.
func (m *model) enumOf(f *cField, s *cStruct) *cEnum {
	name := s.name + "_" + f.name
	if f.goType != nil {
		name = m.cname(f.goType)
	}
	e := m.enums[name]
	if e == nil {
		e = &cEnum{name: name, seen: map[string]bool{}}
		m.enums[name] = e
	}
	return e
}

func sorted[V any](m map[string]V) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}

func upper(s string) string { return strings.ToUpper(snake(s)) }
