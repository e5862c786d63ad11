// SPDX-License-Identifier: Apache-2.0

// gwverdict asks the API server's own code what it thinks of our test objects, and writes down the
// answers.  The unit tests hold the decoder to them; running them needs no Go.
//
//	cd tools/gwverdict && go run . ../..
//
// test/golden/rules/<rule>/{accept,refuse}*.yaml: objects written by hand, at least one of each for
// every rule; a file of two documents is an update from the first to the second.  The answers go to
// test/golden/rules/verdicts.json.
// test/golden/samples/<Kind>_<version>.jsonl: objects made from the schemas, one for each way to
// break (or just not break) each required, enum, pattern and bound, with their answers.
package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	crdvalidation "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation"
	structuralschema "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	structuraldefaulting "k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	structuralpruning "k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	"k8s.io/apiextensions-apiserver/pkg/registry/customresource"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/yaml"
)

const (
	gatewayAPI = "sigs.k8s.io/gateway-api"
	law        = "v1.7.0"
)

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "gwverdict:", err)
		os.Exit(1)
	}
}

// judge is the API server for one version of one kind.
type judge struct {
	kind, apiVersion string
	namespaced       bool
	structural       *structuralschema.Structural
	create           func(*unstructured.Unstructured) field.ErrorList
	update           func(u, old *unstructured.Unstructured) field.ErrorList
	schema           *apiextensions.JSONSchemaProps
}

type judges map[string]*judge // "apiVersion kind"

func (js judges) add(text []byte) {
	var ext apiextensionsv1.CustomResourceDefinition
	must(yaml.Unmarshal(text, &ext))
	if ext.Kind != "CustomResourceDefinition" {
		return
	}
	for _, v := range ext.Spec.Versions {
		if !v.Served {
			continue
		}
		var in apiextensions.CustomResourceValidation
		must(apiextensionsv1.Convert_v1_CustomResourceValidation_To_apiextensions_CustomResourceValidation(v.Schema, &in, nil))
		st, err := structuralschema.NewStructural(in.OpenAPIV3Schema)
		must(err)
		val, _, err := validation.NewSchemaValidator(in.OpenAPIV3Schema)
		must(err)
		gvk := schema.GroupVersionKind{Group: ext.Spec.Group, Version: v.Name, Kind: ext.Spec.Names.Kind}
		namespaced := ext.Spec.Scope == apiextensionsv1.NamespaceScoped
		s := customresource.NewStrategy(runtime.NewScheme(), namespaced, gvk, val, nil, st, nil, nil, nil)
		j := &judge{kind: gvk.Kind, apiVersion: gvk.GroupVersion().String(), namespaced: namespaced, structural: st, schema: in.OpenAPIV3Schema}
		j.create = func(u *unstructured.Unstructured) field.ErrorList { return s.Validate(context.Background(), u) }
		j.update = func(u, old *unstructured.Unstructured) field.ErrorList {
			return s.ValidateUpdate(context.Background(), u, old)
		}
		js[j.apiVersion+" "+j.kind] = j
	}
}

// finding is one complaint of the API server.
type finding struct {
	Path   string `json:"path"`
	Detail string `json:"detail"`
}

// prepare is what the API server does before it validates; it returns the unknown fields.
func (j *judge) prepare(u *unstructured.Unstructured) []finding {
	var out []finding
	opts := structuralschema.UnknownFieldPathOptions{TrackUnknownFieldPaths: true}
	for _, p := range structuralpruning.PruneWithOptions(u.Object, j.structural, true, opts) {
		out = append(out, finding{p, "unknown field"})
	}
	structuraldefaulting.PruneNonNullableNullsWithoutDefaults(u.Object, j.structural)
	structuraldefaulting.Default(u.Object, j.structural)
	if j.namespaced && u.GetNamespace() == "" {
		u.SetNamespace("default")
	}
	return out
}

func (j *judge) verdict(obj, old map[string]any) []finding {
	u := &unstructured.Unstructured{Object: obj}
	out := j.prepare(u)
	var errs field.ErrorList
	if old != nil {
		o := &unstructured.Unstructured{Object: old}
		j.prepare(o)
		o.SetResourceVersion("1")
		u.SetResourceVersion("1")
		errs = j.update(u, o)
	} else {
		errs = j.create(u)
	}
	for _, e := range errs {
		out = append(out, finding{e.Field, e.Detail})
	}
	// Properties are a map there, so their order is not.
	sort.Slice(out, func(i, k int) bool {
		return out[i].Path < out[k].Path || out[i].Path == out[k].Path && out[i].Detail < out[k].Detail
	})
	return out
}

func (js judges) find(obj map[string]any) *judge {
	key := fmt.Sprint(obj["apiVersion"], " ", obj["kind"])
	j := js[key]
	if j == nil {
		must(fmt.Errorf("no CRD for %s", key))
	}
	return j
}

// installable says what an API server would object to in a CRD of ours.
func installable(text []byte) error {
	var ext apiextensionsv1.CustomResourceDefinition
	if err := yaml.UnmarshalStrict(text, &ext); err != nil {
		return err
	}
	apiextensionsv1.SetDefaults_CustomResourceDefinition(&ext)
	apiextensionsv1.SetDefaults_CustomResourceDefinitionSpec(&ext.Spec)
	var in apiextensions.CustomResourceDefinition
	if err := apiextensionsv1.Convert_v1_CustomResourceDefinition_To_apiextensions_CustomResourceDefinition(&ext, &in, nil); err != nil {
		return err
	}
	in.Status.StoredVersions = []string{in.Spec.Versions[0].Name}
	return crdvalidation.ValidateCustomResourceDefinition(context.Background(), &in).ToAggregate()
}

func crdTexts(root string) [][]byte {
	var out [][]byte
	ours, err := filepath.Glob(filepath.Join(root, "deploy/crd/*.yaml"))
	must(err)
	for _, n := range ours {
		text, err := os.ReadFile(n)
		must(err)
		must(installable(text))
		out = append(out, text)
	}
	cmd, _ := exec.Command("go", "mod", "download", "-json", gatewayAPI+"@"+law).Output()
	var m struct{ Zip, Error string }
	must(json.Unmarshal(cmd, &m))
	if m.Zip == "" {
		must(errors.New(m.Error))
	}
	z, err := zip.OpenReader(m.Zip)
	must(err)
	defer z.Close()
	for _, f := range z.File {
		if !strings.Contains(f.Name, "/config/crd/experimental/") || strings.Contains(f.Name, "_vap_") ||
			strings.HasSuffix(f.Name, "kustomization.yaml") || !strings.HasSuffix(f.Name, ".yaml") {
			continue
		}
		r, err := f.Open()
		must(err)
		text, err := io.ReadAll(r)
		must(err)
		r.Close()
		out = append(out, text)
	}
	return out
}

// ruleVerdict is the answer to one file.
type ruleVerdict struct {
	File     string    `json:"file"`
	Accepted bool      `json:"accepted"`
	Findings []finding `json:"findings,omitempty"`
}

func documents(text []byte) []map[string]any {
	var out []map[string]any
	for _, part := range strings.Split("\n"+string(text), "\n---\n") {
		var doc map[string]any
		must(yaml.Unmarshal([]byte(part), &doc))
		if doc != nil {
			out = append(out, deepCopy(doc).(map[string]any))
		}
	}
	return out
}

func (js judges) rules(root string) {
	dir := filepath.Join(root, "test/golden/rules")
	files, err := filepath.Glob(filepath.Join(dir, "*/*.yaml"))
	must(err)
	sort.Strings(files)
	var out []ruleVerdict
	for _, f := range files {
		text, err := os.ReadFile(f)
		must(err)
		docs := documents(text)
		name, err := filepath.Rel(dir, f)
		must(err)
		var found []finding
		switch len(docs) {
		case 1:
			found = js.find(docs[0]).verdict(docs[0], nil)
		case 2:
			found = js.find(docs[1]).verdict(docs[1], docs[0])
		default:
			must(fmt.Errorf("%s: %d documents", name, len(docs)))
		}
		accepted := len(found) == 0
		if accepted != strings.HasPrefix(filepath.Base(f), "accept") {
			fmt.Fprintf(os.Stderr, "gwverdict: %s: accepted is %v: %v\n", name, accepted, found)
		}
		out = append(out, ruleVerdict{name, accepted, found})
	}
	write(filepath.Join(dir, "verdicts.json"), out)
}

func write(path string, v any) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	must(e.Encode(v))
	must(os.MkdirAll(filepath.Dir(path), 0o755))
	must(os.WriteFile(path, b.Bytes(), 0o644))
}

func main() {
	root := os.Args[1]
	js := judges{}
	for _, text := range crdTexts(root) {
		js.add(text)
	}
	js.rules(root)
	js.samples(root)
}
