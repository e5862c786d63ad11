// SPDX-License-Identifier: Apache-2.0
package main

import (
	"fmt"
	"sort"
	"strconv"
	"strings"
)

// schemaGen writes the tables that the decoder walks: one `struct schema` for each distinct schema,
// shared between versions and places that agree.
type schemaGen struct {
	m        *model
	out      strings.Builder // tables, children before parents
	memo     map[string]string
	n        int
	patterns map[string]string // pattern to C name
	rules    map[string]*ruleInfo
	funcs    map[string]string // function name to definition
	ids      map[string]string // rule id to text
	texts    strings.Builder   // every default text, in one array
	textAt   map[string]int
	values   int
}

// ruleInfo is one distinct rule text and where it stands.
type ruleInfo struct {
	ID       string            `json:"id"`
	Rule     string            `json:"rule"`
	Messages []string          `json:"messages"`
	Places   []string          `json:"places"`
	types    map[string]string // C type to function
}

func newSchemaGen(m *model) *schemaGen {
	return &schemaGen{m: m, memo: map[string]string{}, patterns: map[string]string{}, rules: map[string]*ruleInfo{},
		funcs: map[string]string{}, ids: map[string]string{}, textAt: map[string]int{}}
}

func (g *schemaGen) pattern(p string) string {
	name, ok := g.patterns[p]
	if !ok {
		name = "pattern_" + strconv.Itoa(len(g.patterns)+1)
		g.patterns[p] = name
	}
	return name
}

var symbols = map[rune]string{'/': "slash", '.': "dot", '#': "hash", '%': "percent"}

// slug makes an identifier of a message: its words, cut at a length.  Symbols count where they
// stand in quotes, for they are what the message is about.
func slug(s string) string {
	var words []string
	word := ""
	quoted := false
	end := func() {
		if word != "" {
			words = append(words, word)
		}
		word = ""
	}
	for _, c := range strings.ToLower(s) {
		switch {
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
			word += string(c)
		case c == '\'':
			quoted = !quoted
		case quoted && symbols[c] != "":
			end()
			word = symbols[c]
			end()
		default:
			end()
		}
	}
	end()
	out := ""
	for _, w := range words {
		if len(out) > 56 {
			break
		}
		out += "_" + w
	}
	return out[1:]
}

func (g *schemaGen) ruleID(r rule) *ruleInfo {
	if i := g.rules[r.Rule]; i != nil {
		return i
	}
	base := slug(r.Message)
	id := base
	for n := 2; g.ids[id] != ""; n++ {
		id = fmt.Sprintf("%s_%d", base, n)
	}
	g.ids[id] = r.Rule
	i := &ruleInfo{ID: id, Rule: r.Rule, types: map[string]string{}}
	g.rules[r.Rule] = i
	return i
}

// selfVal says how a rule's C function sees its value.
func (g *schemaGen) selfVal(t ctype, arg string) (decls string, v cval) {
	v = cval{t: t, path: "self", code: arg}
	switch t.kind {
	case "struct":
		decls = fmt.Sprintf("\tconst struct %s *%s = %s_.p;\n", t.st.name, arg, arg)
	case "map":
		decls = fmt.Sprintf("\tconst struct str_pair *%s = %s_.p;\n", arg, arg)
		v.n = arg + "_.n"
	case "list":
		el := map[string]string{"str": "struct str"}[t.elem.kind]
		if t.elem.st != nil {
			el = "struct " + t.elem.st.name
		}
		if t.elem.en != nil {
			el = "enum " + t.elem.en.name
		}
		decls = fmt.Sprintf("\tconst %s *%s = %s_.p;\n", el, arg, arg)
		v.n = arg + "_.n"
	case "str":
		decls = fmt.Sprintf("\tstruct str %s = *(const struct str *)%s_.p;\n", arg, arg)
	case "duration":
		decls = fmt.Sprintf("\tnsec %s = *(const nsec *)%s_.p;\n", arg, arg)
	default:
		must(fmt.Errorf("rule on a %s", t.kind))
	}
	return decls, v
}

func typeName(t ctype) string {
	switch {
	case t.kind == "list":
		return typeName(*t.elem) + "_list"
	case t.st != nil:
		return t.st.name
	case t.en != nil:
		return t.en.name
	}
	return t.kind
}

// rule compiles one rule for one C type; it returns the function's name.
func (g *schemaGen) rule(r rule, t ctype, place string) string {
	if r.MessageExpression != "" || r.FieldPath != "" || r.OptionalOldSelf != nil || r.Message == "" {
		must(fmt.Errorf("%s: a rule with messageExpression, fieldPath or optionalOldSelf, or without message", place))
	}
	i := g.ruleID(r)
	i.Messages = addOnce(i.Messages, r.Message)
	i.Places = addOnce(i.Places, place)
	tn := typeName(t)
	if f := i.types[tn]; f != "" {
		return f
	}
	name := "rule_" + i.ID
	if len(i.types) > 0 {
		name += "__" + tn
	}
	i.types[tn] = name
	var b strings.Builder
	fmt.Fprintf(&b, "/* %s */\nbool %s(struct rule_self self_, struct rule_self oldSelf_)\n{\n", strings.ReplaceAll(r.Rule, "*/", "* /"), name)
	d, self := g.selfVal(t, "self")
	old := cval{}
	transition := strings.Contains(r.Rule, "oldSelf")
	if transition {
		var od string
		od, old = g.selfVal(t, "oldSelf")
		d += od
	}
	code := g.compile(r.Rule, self, old)
	b.WriteString(d)
	if !transition {
		b.WriteString("\t(void)oldSelf_;\n")
	}
	fmt.Fprintf(&b, "\treturn %s;\n}\n\n", bare(code))
	g.funcs[name] = b.String()
	return name
}

// matching: the first parenthesis closes at the end.
func matching(s string) bool {
	depth := 0
	for i, c := range s {
		switch c {
		case '(':
			depth++
		case ')':
			depth--
		}
		if depth == 0 {
			return i == len(s)-1
		}
	}
	return false
}

func addOnce(l []string, s string) []string {
	for _, x := range l {
		if x == s {
			return l
		}
	}
	return append(l, s)
}

func (g *schemaGen) text(s string) string {
	at, ok := g.textAt[s]
	if !ok {
		at = g.texts.Len()
		g.textAt[s] = at
		g.texts.WriteString(s)
		g.texts.WriteByte(0)
	}
	return fmt.Sprintf("{schema_texts + %d, %d}", at, len(s))
}

// value writes a default as a tree of our own values.
func (g *schemaGen) value(v any) string {
	switch v := v.(type) {
	case string:
		return ".kind = VALUE_STRING, .string = " + g.text(v)
	case int:
		return fmt.Sprintf(".kind = VALUE_INT, .integer = %d", v)
	case bool:
		return fmt.Sprintf(".kind = VALUE_BOOL, .boolean = %v", v)
	case []any:
		var items []string
		for _, x := range v {
			items = append(items, "{"+g.value(x)+"}")
		}
		g.values++
		n := g.values
		fmt.Fprintf(&g.out, "static struct value v%d[] = {%s};\n", n, strings.Join(items, ", "))
		return fmt.Sprintf(".kind = VALUE_ARRAY, .n = %d, .items = v%d", len(v), n)
	case map[string]any:
		var items []string
		for _, k := range sorted(v) {
			items = append(items, fmt.Sprintf("{.key = %s, .value = {%s}}", g.text(k), g.value(v[k])))
		}
		g.values++
		n := g.values
		if len(items) == 0 {
			return ".kind = VALUE_OBJECT, .n = 0"
		}
		fmt.Fprintf(&g.out, "static struct member v%d[] = {%s};\n", n, strings.Join(items, ", "))
		return fmt.Sprintf(".kind = VALUE_OBJECT, .n = %d, .members = v%d", len(v), n)
	}
	must(fmt.Errorf("default of type %T", v))
	return ""
}

func (g *schemaGen) bounds(min, max *int64) string {
	s := ""
	if min != nil {
		s += fmt.Sprintf("\t.min = %d,\n", *min)
	} else {
		s += "\t.min = INT64_MIN,\n"
	}
	if max != nil {
		s += fmt.Sprintf("\t.max = %d,\n", *max)
	} else {
		s += "\t.max = INT64_MAX,\n"
	}
	return s
}

// add writes a table unless the same one is there.
func (g *schemaGen) add(content, place string) string {
	if name := g.memo[content]; name != "" {
		return name
	}
	g.n++
	name := fmt.Sprintf("s%d", g.n)
	g.memo[content] = name
	fmt.Fprintf(&g.out, "/* %s */\nstatic const struct schema %s = {\n%s};\n", place, name, content)
	return name
}

func (g *schemaGen) list(kind, elem, content string) string {
	key := kind + elem + content
	if name := g.memo[key]; name != "" {
		return name
	}
	g.n++
	name := fmt.Sprintf("%s%d", kind, g.n)
	g.memo[key] = name
	fmt.Fprintf(&g.out, "static const %s%s[] = {\n%s};\n", elem, name, content)
	return name
}

func (g *schemaGen) ruleTable(n *node, t ctype, place string) string {
	if len(n.Rules) == 0 {
		return ""
	}
	rows := ""
	for _, r := range n.Rules {
		f := g.rule(r, t, place)
		rows += fmt.Sprintf("\t{%s, %s, %s, %v},\n", f, cstring(g.rules[r.Rule].ID), cstring(r.Message), strings.Contains(r.Rule, "oldSelf"))
	}
	return fmt.Sprintf("\t.rules = %s,\n\t.n_rules = %d,\n", g.list("r", "struct schema_rule ", rows), len(n.Rules))
}

func (g *schemaGen) hasRules(n *node) bool {
	if n == nil {
		return false
	}
	if len(n.Rules) > 0 || g.hasRules(n.Items) || g.hasRules(n.AdditionalProperties) {
		return true
	}
	for _, c := range n.Properties {
		if g.hasRules(c) {
			return true
		}
	}
	return false
}

func deep(b bool) string {
	if b {
		return "\t.deep_rules = true,\n"
	}
	return ""
}

// structSchema writes the table of an object node.
func (g *schemaGen) structSchema(n *node, s *cStruct, place string, root bool) string {
	rows := ""
	for _, name := range sorted(n.Properties) {
		if root && (name == "apiVersion" || name == "kind" || name == "metadata") {
			continue
		}
		rows += g.fieldRow(n, s, name, place)
	}
	c := fmt.Sprintf("\t.kind = SCHEMA_STRUCT,\n\t.size = sizeof(struct %s),\n", s.name)
	c += g.bounds(n.MinProperties, n.MaxProperties)
	if rows != "" {
		c += fmt.Sprintf("\t.fields = %s,\n\t.n_fields = %d,\n", g.list("f", "struct schema_field ", rows), strings.Count(rows, "\n"))
	}
	if n.loose {
		c += "\t.loose = true,\n"
	}
	if len(n.OneOf) > 0 {
		g.checkOneOf(n, place)
		c += "\t.ip_address = true,\n"
	}
	c += g.ruleTable(n, ctype{kind: "struct", st: s}, place)
	c += deep(g.hasRules(n))
	return g.add(c, place)
}

// checkOneOf: the only oneOf we know says that an IPAddress's value is one.
func (g *schemaGen) checkOneOf(n *node, place string) {
	want := `[map[properties:map[type:map[enum:[IPAddress]] value:map[anyOf:[map[format:ipv4] map[format:ipv6]]]]] map[properties:map[type:map[not:map[enum:[IPAddress]]]]]]`
	if got := fmt.Sprint(n.OneOf); got != want {
		must(fmt.Errorf("%s: oneOf %s", place, got))
	}
}

func (g *schemaGen) fieldRow(n *node, s *cStruct, name, place string) string {
	child := n.Properties[name]
	f, path := s.field(name)
	here := place + "." + name
	sub := g.schema(child, f, here)
	row := fmt.Sprintf("\t{.name = {%s, %d}, .schema = &%s, .offset = offsetof(struct %s, %s)", cstring(name), len(name), sub, s.name, path)
	prefix := strings.TrimSuffix(path, f.name)
	switch {
	case f.counted():
		row += fmt.Sprintf(", .aux = offsetof(struct %s, %sn_%s)", s.name, prefix, f.name)
	case f.has():
		row += fmt.Sprintf(", .aux = offsetof(struct %s, %shas_%s)", s.name, prefix, f.name)
	}
	flags := []string{}
	if n.requires(name) {
		flags = append(flags, "FIELD_REQUIRED")
	}
	if f.ptr() {
		flags = append(flags, "FIELD_POINTER")
	}
	if f.has() {
		flags = append(flags, "FIELD_HAS")
	}
	if place != "" && strings.Count(place, ".") == 0 && name == "status" && !n.loose {
		flags = append(flags, "FIELD_STATUS")
	}
	if len(flags) > 0 {
		row += ", .flags = " + strings.Join(flags, " | ")
	}
	if child.Default != nil && !(name == "status" && strings.Count(place, ".") == 0) {
		v := g.value(child.Default)
		key := "default " + v
		dn := g.memo[key]
		if dn == "" {
			g.values++
			dn = fmt.Sprintf("v%d", g.values)
			g.memo[key] = dn
			fmt.Fprintf(&g.out, "static const struct value %s = {%s};\n", dn, v)
		}
		row += ", .otherwise = &" + dn
	}
	return row + "},\n"
}

// schema writes the table of a field's node.
func (g *schemaGen) schema(n *node, f *cField, place string) string {
	if f.list {
		elem := *f
		elem.list = false
		item := g.schema(n.Items, &elem, place+"[]")
		c := "\t.kind = SCHEMA_LIST,\n" + g.bounds(n.MinItems, n.MaxItems) + fmt.Sprintf("\t.item = &%s,\n", item)
		switch n.ListType {
		case "set":
			c += "\t.list = SCHEMA_SET,\n"
		case "map":
			rows := ""
			for _, k := range n.ListMapKeys {
				rows += fmt.Sprintf("\t%s,\n", cstring(k))
			}
			c += fmt.Sprintf("\t.list = SCHEMA_LIST_MAP,\n\t.keys = %s,\n\t.n_keys = %d,\n", g.list("k", "char *const ", rows), len(n.ListMapKeys))
		}
		c += g.ruleTable(n, fieldType(f), place) + deep(g.hasRules(n))
		return g.add(c, place)
	}
	switch f.typ.kind {
	case "struct":
		return g.structSchema(n, f.typ.st, place, false)
	case "map":
		item := g.scalar(n.AdditionalProperties, cType{kind: "str"}, place+"{}")
		c := fmt.Sprintf("\t.kind = SCHEMA_MAP,\n%s\t.item = &%s,\n", g.bounds(n.MinProperties, n.MaxProperties), item)
		return g.add(c+g.ruleTable(n, ctype{kind: "map"}, place)+deep(g.hasRules(n)), place)
	case "bytes":
		return g.add("\t.kind = SCHEMA_BYTES,\n"+g.bounds(nil, nil), place)
	}
	return g.scalar(n, f.typ, place)
}

func (g *schemaGen) scalar(n *node, t cType, place string) string {
	min, max := n.MinLength, n.MaxLength
	kind, size := "", ""
	switch t.kind {
	case "str":
		kind, size = "SCHEMA_STR", "struct str"
	case "enum":
		kind, size = "SCHEMA_ENUM", "uint8_t"
	case "i32":
		kind, size, min, max = "SCHEMA_INT32", "int32_t", n.Minimum, n.Maximum
	case "i64":
		kind, size, min, max = "SCHEMA_INT64", "int64_t", n.Minimum, n.Maximum
	case "bool":
		kind, size = "SCHEMA_BOOL", "bool"
	case "duration":
		kind, size = "SCHEMA_DURATION", "nsec"
	case "intstr":
		kind, size = "SCHEMA_INT_OR_STR", "struct int_or_str"
	}
	c := fmt.Sprintf("\t.kind = %s,\n\t.size = sizeof(%s),\n", kind, size) + g.bounds(min, max)
	if n.Pattern != "" {
		c += fmt.Sprintf("\t.pattern = &%s,\n", g.pattern(n.Pattern))
	}
	if n.Format == "date-time" {
		c += "\t.date_time = true,\n"
	}
	if t.kind == "enum" {
		c += g.enumTable(n, t.en)
	} else if len(n.Enum) > 0 {
		rows := ""
		for _, e := range n.Enum {
			rows += fmt.Sprintf("\t%v,\n", e)
		}
		c += fmt.Sprintf("\t.numbers = %s,\n\t.n_numbers = %d,\n", g.list("n", "int64_t ", rows), len(n.Enum))
	}
	ct := ctype{kind: t.kind, en: t.en}
	if t.kind == "i32" || t.kind == "i64" {
		ct.kind = "int"
	}
	return g.add(c+g.ruleTable(n, ct, place)+deep(g.hasRules(n)), place)
}

func (g *schemaGen) enumTable(n *node, en *cEnum) string {
	rows := ""
	for _, v := range en.values {
		rows += "\t" + g.text(v) + ",\n"
	}
	var mask uint64
	for i, v := range en.values {
		for _, e := range n.Enum {
			if e.(string) == v {
				mask |= 1 << i
			}
		}
	}
	return fmt.Sprintf("\t.names = %s,\n\t.n_names = %d,\n\t.allowed = 0x%x,\n", g.list("e", "struct str ", rows), len(en.values), mask)
}

const schemaHead = `/* SPDX-License-Identifier: Apache-2.0 */
/* Written by tools/gwgen from the CRDs; do not edit. */
`

// emit returns schema_gen.c, rules_gen.h, rules_gen.c, patterns_gen.c.
func (g *schemaGen) emit(kinds []*kind) map[string]string {
	roots := ""
	n := 0
	for _, k := range kinds {
		for _, v := range k.versions {
			if !v.Served {
				continue
			}
			s := g.structSchema(v.Schema.V3, k.st, k.name+"/"+v.Name, true)
			api := v.Name
			if k.group != "" {
				api = k.group + "/" + v.Name
			}
			roots += fmt.Sprintf("\t{KIND_%s, %s, &%s},\n", upper(k.name), g.text(api), s)
			n++
		}
	}
	out := map[string]string{}
	texts := g.texts.String()
	schema := schemaHead + "#include \"gwapi/rules_gen.h\"\n#include \"gwapi/schema_priv.h\"\n#include \"gwapi/types_gen.h\"\n\n" +
		"/* Every text that decoding may point at instead of copying. */\nconst char schema_texts[] =\n"
	for _, part := range strings.SplitAfter(texts, "\x00") {
		if part != "" {
			schema += "\t" + cstring(strings.TrimSuffix(part, "\x00")) + " \"\\0\"\n"
		}
	}
	schema += ";\nconst size_t schema_texts_size = sizeof(schema_texts);\n\n" + g.out.String()
	schema += fmt.Sprintf("\nconst struct schema_root schema_roots[] = {\n%s};\nconst size_t n_schema_roots = %d;\n", roots, n)
	out["schema_gen.c"] = schema
	var h, c strings.Builder
	h.WriteString(schemaHead + "#ifndef GWAPI_RULES_GEN_H\n#define GWAPI_RULES_GEN_H\n\n#include \"gwapi/rules_priv.h\"\n\n")
	c.WriteString(schemaHead + "/* The x-kubernetes-validations rules, compiled. */\n/* A rule says what its text says, which may be more than it needs. */\n/* NOLINTBEGIN(misc-redundant-expression) */\n#include \"gwapi/names.h\"\n#include \"gwapi/rules_gen.h\"\n#include \"gwapi/types_gen.h\"\n\n")
	for _, f := range sorted(g.funcs) {
		fmt.Fprintf(&h, "rule_f %s;\n", f)
		c.WriteString(g.funcs[f])
	}
	c.WriteString("/* NOLINTEND(misc-redundant-expression) */\n")
	h.WriteString("\n")
	var p strings.Builder
	p.WriteString(schemaHead + "#include \"gwapi/rules_gen.h\"\n\n")
	var names []string
	byName := map[string]string{}
	for pat, name := range g.patterns {
		names = append(names, name)
		byName[name] = pat
	}
	sort.Slice(names, func(i, j int) bool {
		return len(names[i]) < len(names[j]) || len(names[i]) == len(names[j]) && names[i] < names[j]
	})
	for _, name := range names {
		fmt.Fprintf(&h, "extern const struct dfa %s; /* %s */\n", name, strings.ReplaceAll(byName[name], "*/", "* /"))
		compileDFA(byName[name]).emit(&p, name, byName[name])
	}
	h.WriteString("\n#endif\n")
	out["rules_gen.h"], out["rules_gen.c"], out["patterns_gen.c"] = h.String(), c.String(), p.String()
	return out
}
