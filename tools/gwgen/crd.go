// SPDX-License-Identifier: Apache-2.0
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// rule is one x-kubernetes-validations entry.
type rule struct {
	Rule              string `yaml:"rule"`
	Message           string `yaml:"message"`
	MessageExpression string `yaml:"messageExpression"`
	Reason            string `yaml:"reason"`
	FieldPath         string `yaml:"fieldPath"`
	OptionalOldSelf   *bool  `yaml:"optionalOldSelf"`
}

// node is the part of a structural schema that we know; check() refuses any other keyword, so that
// a new release cannot bring one unnoticed.
type node struct {
	Type                 string           `yaml:"type"`
	Format               string           `yaml:"format"`
	Description          string           `yaml:"description"`
	Properties           map[string]*node `yaml:"properties"`
	AdditionalProperties *node            `yaml:"additionalProperties"`
	Items                *node            `yaml:"items"`
	Required             []string         `yaml:"required"`
	Enum                 []any            `yaml:"enum"`
	Default              any              `yaml:"default"`
	Pattern              string           `yaml:"pattern"`
	MinLength            *int64           `yaml:"minLength"`
	MaxLength            *int64           `yaml:"maxLength"`
	MinItems             *int64           `yaml:"minItems"`
	MaxItems             *int64           `yaml:"maxItems"`
	MinProperties        *int64           `yaml:"minProperties"`
	MaxProperties        *int64           `yaml:"maxProperties"`
	Minimum              *int64           `yaml:"minimum"`
	Maximum              *int64           `yaml:"maximum"`
	OneOf                []any            `yaml:"oneOf"`
	ListType             string           `yaml:"x-kubernetes-list-type"`
	ListMapKeys          []string         `yaml:"x-kubernetes-list-map-keys"`
	MapType              string           `yaml:"x-kubernetes-map-type"`
	Rules                []rule           `yaml:"x-kubernetes-validations"`

	legacy bool // of the older release alone
	loose  bool // fields not named are skipped
}

type crdVersion struct {
	Name    string `yaml:"name"`
	Served  bool   `yaml:"served"`
	Storage bool   `yaml:"storage"`
	Schema  struct {
		V3 *node `yaml:"openAPIV3Schema"`
	} `yaml:"schema"`
}

type crd struct {
	Kind string `yaml:"kind"`
	Spec struct {
		Group string `yaml:"group"`
		Scope string `yaml:"scope"`
		Names struct {
			Kind   string `yaml:"kind"`
			Plural string `yaml:"plural"`
		} `yaml:"names"`
		Versions []crdVersion `yaml:"versions"`
	} `yaml:"spec"`
}

func loadCRDs(dir string) []*crd {
	names, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	must(err)
	sort.Strings(names)
	var out []*crd
	for _, n := range names {
		if strings.Contains(n, "_vap_") || strings.HasSuffix(n, "kustomization.yaml") {
			continue
		}
		f, err := os.Open(n)
		must(err)
		d := yaml.NewDecoder(f)
		d.KnownFields(false)
		c := &crd{}
		if err := d.Decode(c); err != nil {
			must(fmt.Errorf("%s: %w", n, err))
		}
		f.Close()
		if c.Kind == "CustomResourceDefinition" {
			checkKeywords(n)
			out = append(out, c)
		}
	}
	return out
}

var known = map[string]bool{}

func init() {
	for _, k := range strings.Fields(`type format description properties additionalProperties items
		required enum default pattern minLength maxLength minItems maxItems minProperties
		maxProperties minimum maximum oneOf x-kubernetes-list-type x-kubernetes-list-map-keys
		x-kubernetes-map-type x-kubernetes-validations`) {
		known[k] = true
	}
}

// checkKeywords stops at a schema keyword that we would otherwise drop in silence.
func checkKeywords(name string) {
	text, err := os.ReadFile(name)
	must(err)
	var doc map[string]any
	must(yaml.Unmarshal(text, &doc))
	var walk func(s map[string]any, path string)
	walk = func(s map[string]any, path string) {
		for k, v := range s {
			if !known[k] {
				must(fmt.Errorf("%s: %s: schema keyword %s is not handled", name, path, k))
			}
			switch k {
			case "properties":
				for p, c := range v.(map[string]any) {
					walk(c.(map[string]any), path+"."+p)
				}
			case "items", "additionalProperties":
				walk(v.(map[string]any), path+"[]")
			}
		}
	}
	for _, v := range doc["spec"].(map[string]any)["versions"].([]any) {
		s := v.(map[string]any)["schema"].(map[string]any)["openAPIV3Schema"].(map[string]any)
		walk(s, "")
	}
}

// merge adds to <n> what only the older release <old> has: such fields are optional here, and the
// newer release's rules stand alone.
func (n *node) merge(old *node) {
	for name, o := range old.Properties {
		if have := n.Properties[name]; have != nil {
			have.merge(o)
		} else if n.Properties != nil {
			o.legacy = true
			o.dropRules()
			n.Properties[name] = o
		}
	}
	if n.Items != nil && old.Items != nil {
		n.Items.merge(old.Items)
	}
}

func (n *node) dropRules() {
	n.Rules = nil
	for _, c := range n.Properties {
		c.dropRules()
	}
	if n.Items != nil {
		n.Items.dropRules()
	}
}

func (n *node) requires(name string) bool {
	for _, r := range n.Required {
		if r == name {
			return true
		}
	}
	return false
}

func (n *node) defaultJSON() string {
	if n.Default == nil {
		return ""
	}
	b, err := json.Marshal(n.Default)
	must(err)
	return string(b)
}

// applyTag turns a core field's tag into schema.
func (n *node) applyTag(tag string, parent *node, name string) {
	for _, word := range strings.Split(tag, ",") {
		k, v, _ := strings.Cut(word, "=")
		num := func() *int64 {
			i, err := strconv.ParseInt(v, 10, 64)
			must(err)
			return &i
		}
		switch k {
		case "":
		case "required":
			parent.Required = append(parent.Required, name)
		case "default":
			n.Default = v
		case "min":
			if n.Items != nil {
				n.MinItems = num()
			} else {
				n.Minimum = num()
			}
		case "max":
			if n.Items != nil {
				n.MaxItems = num()
			} else {
				n.Maximum = num()
			}
		default:
			must(fmt.Errorf("field %s: tag word %q", name, word))
		}
	}
}

// nodeOf makes the schema of a core type, which has no CRD.
func (u *universe) nodeOf(t *goType) *node {
	n := &node{Type: "object", Properties: map[string]*node{}, loose: true}
	for _, f := range u.fields(t) {
		c := u.nodeOfRef(f.ref)
		n.Properties[f.json] = c
		c.applyTag(f.schema, n, f.json)
	}
	return n
}

func (u *universe) nodeOfRef(r goRef) *node {
	if r.list {
		r.list = false
		return &node{Type: "array", Items: u.nodeOfRef(r)}
	}
	if r.isMap {
		return &node{Type: "object", AdditionalProperties: &node{Type: "string"}}
	}
	if r.named != nil && r.builtin == "" {
		return u.nodeOf(r.named)
	}
	n := &node{}
	switch r.builtin {
	case "string", "intstr":
		n.Type = "string"
	case "bool":
		n.Type = "boolean"
	case "int32", "int64":
		n.Type, n.Format = "integer", r.builtin
	default:
		must(fmt.Errorf("core type %s", r.builtin))
	}
	if r.named != nil {
		for _, v := range u.consts[r.named.pkg+"."+r.named.name] {
			n.Enum = append(n.Enum, v)
		}
	}
	return n
}
