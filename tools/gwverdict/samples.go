// SPDX-License-Identifier: Apache-2.0
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"regexp/syntax"
	"sort"
	"strings"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
)

// Objects from schemas: for each place that is unlike all before it in the kind, the smallest
// object that reaches it, with a value that breaks one constraint or meets it at its edge.

type props = apiextensions.JSONSchemaProps

// sample is one line of a file.
type sample struct {
	What     string         `json:"what"`
	Object   map[string]any `json:"object"`
	Accepted bool           `json:"accepted"`
	Paths    []string       `json:"paths,omitempty"`
}

type sampler struct {
	j    *judge
	seen map[string]bool
	out  []sample
	// What another version of the kind has answered alike is not repeated.
	answered map[string]bool
}

func (js judges) samples(root string) {
	dir := filepath.Join(root, "test/golden/samples")
	must(os.RemoveAll(dir))
	must(os.MkdirAll(dir, 0o755))
	var keys []string
	for k := range js {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	answered := map[string]bool{}
	for _, k := range keys {
		if strings.HasSuffix(k, " XMesh") {
			continue
		}
		s := &sampler{j: js[k], seen: map[string]bool{}, answered: answered}
		s.run()
		s.write(dir)
	}
}

func (s *sampler) key(x sample) string {
	version := x.Object["apiVersion"]
	delete(x.Object, "apiVersion")
	b, err := json.Marshal(x)
	must(err)
	x.Object["apiVersion"] = version
	return string(b)
}

func (s *sampler) write(dir string) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if len(s.out) == 0 {
		return
	}
	for _, x := range s.out {
		must(e.Encode(x))
	}
	version := s.j.apiVersion[strings.LastIndex(s.j.apiVersion, "/")+1:]
	must(os.WriteFile(filepath.Join(dir, s.j.kind+"_"+version+".jsonl"), b.Bytes(), 0o644))
}

// step is one step from the root to a place.
type step struct {
	name string // a property, or "" for item 0
	in   *props // what holds it
}

func (s *sampler) run() {
	if s.j.kind == "HTTPRoute" || s.j.kind == "GatewayClass" {
		s.metas()
	}
	spec, ok := s.j.schema.Properties["spec"]
	if ok {
		s.walk(&spec, []step{{"spec", s.j.schema}})
	}
}

// metas tries metadata, which is judged alike for all kinds but for its namespace.
func (s *sampler) metas() {
	long := strings.Repeat("a", 63)
	longest := long + "." + long + "." + long + "." + long[:61]
	for _, n := range []any{"a", "A", "a.b", "a..b", "-a", "a-", "a_b", "1", "", longest, longest + "a", int64(3), nil} {
		s.meta(fmt.Sprintf("name %v", n), map[string]any{"name": n})
	}
	for _, n := range []any{"a", "A", "a.b", long, long + "a", "1-a"} {
		s.meta(fmt.Sprintf("namespace %v", n), map[string]any{"name": "a", "namespace": n})
	}
	keys := []string{"a", "A_b.c-d", "a.b/C", "A.b/c", "a/b/c", "a/", "/a", "-a", "a-", "", "a b", long, long + "a", longest + "/a", longest + "a/a"}
	for _, field := range []string{"labels", "annotations"} {
		for _, k := range keys {
			s.meta(field+" key "+k, map[string]any{"name": "a", field: map[string]any{k: "v"}})
		}
		for _, v := range []any{"", "a b", "-", "A_b.c-d", long, long + "a", "é"} {
			s.meta(fmt.Sprintf("%s value %v", field, v), map[string]any{"name": "a", field: map[string]any{"k": v}})
		}
	}
	s.meta("annotations null", map[string]any{"name": "a", "annotations": nil})
}

func (s *sampler) meta(what string, meta map[string]any) {
	obj := s.build(nil, nil, false)
	obj["metadata"] = meta
	s.judged("metadata: "+what, obj)
}

// small makes the smallest value that a schema takes, as far as its keywords go.
func small(p *props) any {
	if p.Default != nil {
		return deepCopy(*p.Default)
	}
	switch p.Type {
	case "object":
		o := map[string]any{}
		for _, r := range p.Required {
			c := p.Properties[r]
			o[r] = small(&c)
		}
		complete(o, p)
		if p.AdditionalProperties != nil && p.MinProperties != nil {
			o["a"] = small(p.AdditionalProperties.Schema)
		}
		return o
	case "array":
		var l []any
		if p.MinItems != nil {
			for i := int64(0); i < *p.MinItems; i++ {
				l = append(l, small(p.Items.Schema))
			}
		}
		if l == nil {
			l = []any{}
		}
		return l
	case "integer":
		if len(p.Enum) > 0 {
			return p.Enum[0]
		}
		if p.Minimum != nil {
			return int64(*p.Minimum)
		}
		return int64(1)
	case "boolean":
		return true
	}
	if len(p.Enum) > 0 {
		return p.Enum[0]
	}
	return text(p, 0)
}

// complete adds what rules ask for beyond the schema, so that one thing alone is wrong in a sample.
func complete(o map[string]any, p *props) {
	has := func(name string) bool {
		_, ok := p.Properties[name]
		return ok
	}
	kind, ok := p.Properties["kind"]
	switch {
	case ok && has("port") && kind.Default != nil && fmt.Sprint(*kind.Default) == "Service":
		o["port"] = int64(80)
	case has("wellKnownCACertificates") && has("hostname"):
		o["wellKnownCACertificates"] = "System"
	case has("endpoints") && has("tls"):
		o["protocol"] = "HTTPS"
	case has("externalHostname") && has("endpointSelector"):
		o["type"] = "ExternalHostname"
		o["externalHostname"] = map[string]any{"hostname": "a.example"}
		o["port"] = map[string]any{"number": int64(80)}
	case has("tracing") && has("targetRefs"):
		o["tracing"] = map[string]any{"mode": "Enabled", "provider": map[string]any{"backendRef": map[string]any{"name": "a", "port": int64(80)}}}
	}
}

// text makes a string of the pattern, at least <n> long where the pattern allows.
func text(p *props, n int64) string {
	min := n
	if p.MinLength != nil && *p.MinLength > min {
		min = *p.MinLength
	}
	if p.Pattern == "" {
		return strings.Repeat("a", int(max(min, 1)))
	}
	re := regexp.MustCompile(p.Pattern)
	for _, c := range []string{"a", "", "a.b/c", "/a", "10s", "http://a", "a:80", "System", "Hostname"} {
		if re.MatchString(c) && int64(len(c)) >= min {
			return c
		}
	}
	for _, f := range []string{"a", "/a", "a.b/", "http://", "1s"} {
		for _, unit := range []string{"a", "1s", "a."} {
			c := f
			for int64(len(c)) < min {
				c += unit
			}
			if c = c[:max(int(min), len(f))]; re.MatchString(c) {
				return c
			}
		}
	}
	return "a"
}

func deepCopy(v any) any {
	b, err := json.Marshal(v)
	must(err)
	var out any
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	must(d.Decode(&out))
	return numbers(out)
}

func numbers(v any) any {
	switch v := v.(type) {
	case json.Number:
		if i, err := v.Int64(); err == nil {
			return i
		}
		f, err := v.Float64()
		must(err)
		return f
	case map[string]any:
		for k := range v {
			v[k] = numbers(v[k])
		}
	case []any:
		for i := range v {
			v[i] = numbers(v[i])
		}
	}
	return v
}

// union sets what a filter's type (and its like) must be for a member to be allowed.
func union(o map[string]any, in *props, name string) {
	_, selector := in.Properties["endpointSelector"]
	_, modes := in.Properties["clientCertificateRef"]
	switch {
	case selector && (name == "sessionPersistence" || name == "endpointSelector"):
		o["type"] = "EndpointSelector"
		o["endpointSelector"] = map[string]any{"matchLabels": map[string]any{"app": "a"}}
		delete(o, "externalHostname")
	case modes && name == "validation":
		o["mode"] = "ServerOnly"
	case modes && in.Properties["validation"].Type != "" && name == "clientCertificateRef":
		o["mode"] = "ClientAndServer"
		c := in.Properties["validation"]
		o["validation"] = small(&c)
	}
	t, ok := in.Properties["type"]
	if !ok || len(t.Enum) == 0 {
		return
	}
	for _, e := range t.Enum {
		if strings.EqualFold(fmt.Sprint(e), name) {
			o["type"] = e
		}
	}
}

// build makes the smallest object with <leaf> at the end of the path; drop leaves it out.
func (s *sampler) build(path []step, leaf any, drop bool) map[string]any {
	obj := small(s.j.schema).(map[string]any)
	obj["apiVersion"], obj["kind"] = s.j.apiVersion, s.j.kind
	obj["metadata"] = map[string]any{"name": "sample"}
	delete(obj, "status")
	var at any = obj
	set := func(any) {}
	for i, st := range path {
		last := i == len(path)-1
		if st.name == "" {
			l, _ := at.([]any)
			if len(l) == 0 {
				l = []any{small(st.in.Items.Schema)}
			}
			set(l)
			if last {
				l[0] = leaf
				break
			}
			at = l[0]
			set = func(v any) { l[0] = v }
			continue
		}
		o := at.(map[string]any)
		union(o, st.in, st.name)
		c := st.in.Properties[st.name]
		if last {
			if drop {
				delete(o, st.name)
			} else {
				o[st.name] = leaf
			}
			break
		}
		if o[st.name] == nil {
			o[st.name] = small(&c)
		}
		at = o[st.name]
		name := st.name
		set = func(v any) { o[name] = v }
	}
	return obj
}

func pathText(path []step) string {
	out := ""
	for _, st := range path {
		if st.name == "" {
			out += "[0]"
		} else if out == "" {
			out = st.name
		} else {
			out += "." + st.name
		}
	}
	return out
}

func (s *sampler) add(what string, path []step, leaf any, drop bool) {
	s.judged(pathText(path)+": "+what, s.build(path, leaf, drop))
}

func (s *sampler) judged(what string, obj map[string]any) {
	kept := deepCopy(obj).(map[string]any)
	found := s.j.verdict(deepCopy(obj).(map[string]any), nil)
	x := sample{What: what, Object: kept, Accepted: len(found) == 0}
	have := map[string]bool{}
	for _, f := range found {
		if f.Path != "" && f.Path != "<nil>" && !have[f.Path] {
			have[f.Path] = true
			x.Paths = append(x.Paths, f.Path)
		}
	}
	sort.Strings(x.Paths)
	key := s.key(x)
	if !s.answered[key] {
		s.answered[key] = true
		s.out = append(s.out, x)
	}
}

// content is what tells two schemas apart.
func content(p *props) string {
	c := *p
	c.Description = ""
	c.Properties = nil
	c.Items = nil
	b, err := json.Marshal(c)
	must(err)
	return string(b)
}

func (s *sampler) walk(p *props, path []step) {
	last := path[len(path)-1]
	parent := content(last.in)
	key := last.name + parent + content(p)
	if s.seen[key] && len(p.Properties) == 0 && p.Items == nil {
		return
	}
	if !s.seen[key] {
		s.seen[key] = true
		s.break_(p, path)
	}
	var names []string
	for n := range p.Properties {
		names = append(names, n)
	}
	sort.Strings(names)
	for _, n := range names {
		c := p.Properties[n]
		next := append(append([]step{}, path...), step{n, p})
		s.walk(&c, next)
	}
	if p.Items != nil {
		s.walk(p.Items.Schema, append(append([]step{}, path...), step{"", p}))
	}
}

// break_ adds the samples of one place.
func (s *sampler) break_(p *props, path []step) {
	last := path[len(path)-1]
	if last.name != "" {
		for _, r := range last.in.Required {
			if r == last.name {
				s.add("missing", path, nil, true)
			}
		}
		s.add("null", path, nil, false)
	}
	switch p.Type {
	case "string":
		s.add("a number", path, int64(1), false)
		s.strings(p, path)
	case "integer":
		s.add("text", path, "1", false)
		s.integers(p, path)
	case "boolean":
		s.add("text", path, "true", false)
		s.add("false", path, false, false)
	case "array":
		s.add("an object", path, map[string]any{}, false)
		s.arrays(p, path)
	case "object":
		s.add("a list", path, []any{}, false)
		s.objects(p, path)
	}
}

func (s *sampler) strings(p *props, path []step) {
	if len(p.Enum) > 0 {
		for _, e := range p.Enum {
			s.add(fmt.Sprintf("enum %v", e), path, e, false)
		}
		s.add("no value of the enum", path, "NoSuchValue", false)
		s.add("an enum value in lower case", path, strings.ToLower(fmt.Sprint(p.Enum[0])), false)
		return
	}
	s.add("empty", path, "", false)
	if p.MaxLength != nil {
		s.add("as long as allowed", path, text(p, *p.MaxLength), false)
		s.add("too long", path, text(p, *p.MaxLength+1), false)
	}
	if p.Pattern != "" {
		for i, t := range []string{"-a", "a b", "A.b/C", "é", "*.a", "1m30s", "a\n", "/a/b?c", "10.0.0.1"} {
			s.add(fmt.Sprintf("text %d for the pattern", i), path, t, false)
		}
		if m := member(p.Pattern); m != "" {
			s.add("a member of the pattern", path, m, false)
		}
	}
}

// member makes one text out of a pattern's syntax tree: repeats twice, the last alternative.
func member(pattern string) string {
	re, err := syntax.Parse(pattern, syntax.Perl)
	must(err)
	var walk func(r *syntax.Regexp) string
	walk = func(r *syntax.Regexp) string {
		switch r.Op {
		case syntax.OpLiteral:
			return string(r.Rune)
		case syntax.OpCharClass:
			return string(r.Rune[0])
		case syntax.OpCapture, syntax.OpQuest:
			return walk(r.Sub[0])
		case syntax.OpStar, syntax.OpPlus:
			return walk(r.Sub[0]) + walk(r.Sub[0])
		case syntax.OpRepeat:
			return strings.Repeat(walk(r.Sub[0]), max(r.Min, 1))
		case syntax.OpAlternate:
			return walk(r.Sub[len(r.Sub)-1])
		case syntax.OpConcat:
			out := ""
			for _, c := range r.Sub {
				out += walk(c)
			}
			return out
		}
		return ""
	}
	return walk(re)
}

func (s *sampler) integers(p *props, path []step) {
	for _, e := range p.Enum {
		s.add(fmt.Sprintf("enum %v", e), path, e, false)
	}
	if p.Minimum != nil {
		s.add("the minimum", path, int64(*p.Minimum), false)
		s.add("below the minimum", path, int64(*p.Minimum)-1, false)
	}
	if p.Maximum != nil {
		s.add("the maximum", path, int64(*p.Maximum), false)
		s.add("above the maximum", path, int64(*p.Maximum)+1, false)
	}
	s.add("a fraction", path, 1.5, false)
	s.add("seven", path, int64(7), false)
}

func (s *sampler) arrays(p *props, path []step) {
	if p.Items.Schema.Type == "object" {
		one := small(p.Items.Schema)
		s.add("two alike", path, []any{one, deepCopy(one)}, false)
	} else {
		one := small(p.Items.Schema)
		s.add("two alike", path, []any{one, one}, false)
	}
	if p.MinItems != nil && *p.MinItems > 0 {
		s.add("too few items", path, []any{}, false)
	} else {
		s.add("no items", path, []any{}, false)
	}
	if p.MaxItems != nil && *p.MaxItems <= 64 {
		s.add("as many items as allowed", path, distinct(p, *p.MaxItems), false)
		s.add("too many items", path, distinct(p, *p.MaxItems+1), false)
	}
}

// distinct makes <n> items that differ in name, where they have one.
func distinct(p *props, n int64) []any {
	out := []any{}
	for i := int64(0); i < n; i++ {
		v := small(p.Items.Schema)
		switch v := v.(type) {
		case map[string]any:
			if _, ok := p.Items.Schema.Properties["name"]; ok {
				v["name"] = fmt.Sprintf("a%d", i)
			}
			if c, ok := p.Items.Schema.Properties["port"]; ok && c.Type == "integer" && i > 0 {
				v["port"] = i
			}
		case string:
			if t := fmt.Sprintf("a%d", i); p.Items.Schema.Pattern == "" || regexp.MustCompile(p.Items.Schema.Pattern).MatchString(t) {
				out = append(out, t)
				continue
			}
		case int64:
			out = append(out, v+i)
			continue
		}
		out = append(out, v)
	}
	return out
}

func (s *sampler) objects(p *props, path []step) {
	s.add("empty", path, map[string]any{}, false)
	if p.AdditionalProperties != nil {
		s.maps(p, path)
		return
	}
	o, ok := small(p).(map[string]any)
	if !ok {
		return
	}
	s.add("the smallest", path, deepCopy(o), false)
	o["noSuchField"] = "x"
	s.add("an unknown field", path, o, false)
}

func (s *sampler) maps(p *props, path []step) {
	fill := func(n int64) map[string]any {
		m := map[string]any{}
		for i := int64(0); i < n; i++ {
			m[fmt.Sprintf("k%d", i)] = "v"
		}
		return m
	}
	if p.MaxProperties != nil {
		s.add("as many entries as allowed", path, fill(*p.MaxProperties), false)
		s.add("too many entries", path, fill(*p.MaxProperties+1), false)
	}
	s.add("an entry that is a number", path, map[string]any{"k": int64(1)}, false)
	s.add("a bad key", path, map[string]any{"-k/": "v"}, false)
	v := p.AdditionalProperties.Schema
	if v.MaxLength != nil {
		s.add("a value too long", path, map[string]any{"k": text(v, *v.MaxLength+1)}, false)
	}
	s.add("a value with a blank", path, map[string]any{"k": "a b"}, false)
}
