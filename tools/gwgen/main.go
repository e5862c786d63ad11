// SPDX-License-Identifier: Apache-2.0

// gwgen reads the Gateway API's Go types and CRDs as files, together with our own kinds, and writes
// src/gwapi/*_gen.[ch].  The output is committed: a build needs no Go.
//
//	cd tools/gwgen && go run . ../..
package main

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

const (
	gwapi = "sigs.k8s.io/gateway-api"
	law   = "v1.7.0"
	older = "v1.6.3"
)

// kind is one kind that we decode, with the schema of each served version.
type kind struct {
	name, group string
	cluster     bool
	st          *cStruct
	versions    []crdVersion
}

// moduleDir finds a module's files; it is never compiled.  A release that asks for a newer Go is
// downloaded but not unpacked by the go command, so the cache's zip is unpacked here.
func moduleDir(path, version string) string {
	out, _ := exec.Command("go", "mod", "download", "-json", path+"@"+version).Output()
	var m struct{ Dir, Zip, Error string }
	must(json.Unmarshal(out, &m))
	if m.Dir != "" {
		return m.Dir
	}
	if m.Zip == "" {
		must(errors.New(m.Error))
	}
	dir := filepath.Join(os.TempDir(), "gwgen-"+version)
	must(unzip(m.Zip, path+"@"+version+"/", dir))
	return dir
}

func unzip(name, prefix, dir string) error {
	z, err := zip.OpenReader(name)
	if err != nil {
		return err
	}
	defer z.Close()
	for _, f := range z.File {
		rel := strings.TrimPrefix(f.Name, prefix)
		if !filepath.IsLocal(rel) || !(strings.HasPrefix(rel, "apis") || strings.HasPrefix(rel, "config/crd")) {
			continue
		}
		r, err := f.Open()
		if err != nil {
			return err
		}
		text, err := io.ReadAll(r)
		r.Close()
		if err != nil {
			return err
		}
		to := filepath.Join(dir, rel)
		must(os.MkdirAll(filepath.Dir(to), 0o755))
		must(os.WriteFile(to, text, 0o644))
	}
	return nil
}

func loadUniverse(dir string) *universe {
	u := newUniverse()
	for _, p := range []string{"apis/v1", "apis/v1beta1", "apis/v1alpha2", "apis/v1alpha3", "apisx/v1alpha1"} {
		u.load(gwapi+"/"+p, filepath.Join(dir, p))
	}
	for _, p := range []string{"core", "sluice", "meta"} {
		u.load(ourTyp+p, filepath.Join("_types", p))
	}
	return u
}

var ignored = map[string]bool{"XMesh": true}

// The core kinds: group, versions, scope.
var coreKinds = []struct {
	name, group string
	versions    []string
	cluster     bool
}{
	{"Service", "", []string{"v1"}, false},
	{"EndpointSlice", "discovery.k8s.io", []string{"v1"}, false},
	{"Secret", "", []string{"v1"}, false},
	{"ConfigMap", "", []string{"v1"}, false},
	{"ClusterTrustBundle", "certificates.k8s.io", []string{"v1", "v1beta1", "v1alpha1"}, true},
	{"Namespace", "", []string{"v1"}, true},
}

func (m *model) crdKinds(crds, old []*crd, pkgs []string) []*kind {
	var out []*kind
	for _, c := range crds {
		name := c.Spec.Names.Kind
		if ignored[name] {
			continue
		}
		k := &kind{name: name, group: c.Spec.Group, cluster: c.Spec.Scope == "Cluster", versions: c.Spec.Versions}
		for _, p := range pkgs {
			if t := m.u.types[p+"."+name]; t != nil && k.st == nil {
				k.st = m.structOf(m.u.named(t).named)
			}
		}
		if k.st == nil {
			must(fmt.Errorf("kind %s: no Go type", name))
		}
		for _, v := range k.versions {
			mergeOld(v, name, old)
			m.learn(v.Schema.V3, k.st, "")
		}
		out = append(out, k)
	}
	return out
}

func mergeOld(v crdVersion, name string, old []*crd) {
	for _, o := range old {
		for _, ov := range o.Spec.Versions {
			if o.Spec.Names.Kind == name && ov.Name == v.Name {
				v.Schema.V3.merge(ov.Schema.V3)
			}
		}
	}
}

func (m *model) addCore(kinds []*kind) []*kind {
	for _, c := range coreKinds {
		t := m.u.types[ourTyp+"core."+c.name]
		k := &kind{name: c.name, group: c.group, cluster: c.cluster, st: m.structOf(t)}
		for _, version := range c.versions {
			v := crdVersion{Name: version, Served: true}
			v.Schema.V3 = m.u.nodeOf(t)
			m.learn(v.Schema.V3, k.st, "")
			k.versions = append(k.versions, v)
		}
		kinds = append(kinds, k)
	}
	return kinds
}

func main() {
	root := os.Args[1]
	newDir, oldDir := moduleDir(gwapi, law), moduleDir(gwapi, older)
	m := newModel(loadUniverse(newDir), loadUniverse(oldDir))
	exp := "config/crd/experimental"
	kinds := m.crdKinds(loadCRDs(filepath.Join(newDir, exp)), loadCRDs(filepath.Join(oldDir, exp)),
		[]string{gwapi + "/apis/v1", gwapi + "/apisx/v1alpha1"})
	kinds = append(kinds, m.crdKinds(loadCRDs(filepath.Join(root, "deploy/crd")), nil, []string{ourTyp + "sluice"})...)
	kinds = m.addCore(kinds)
	m.settle()
	write(filepath.Join(root, "src/gwapi/types_gen.h"), m.emitTypes(kinds))
	g := newSchemaGen(m)
	for name, text := range g.emit(kinds) {
		write(filepath.Join(root, "src/gwapi", name), text)
	}
	// The rules are read by people too; tables keep a line a row.
	must(exec.Command("clang-format", "-i", filepath.Join(root, "src/gwapi/rules_gen.c")).Run())
	writeRules(filepath.Join(root, "test/golden/rules/rules.json"), g)
}

func write(path, text string) {
	must(os.WriteFile(path, []byte(text), 0o644))
}

// writeRules lists every distinct rule, for the tools and tests that pair each with objects.
func writeRules(path string, g *schemaGen) {
	var list []*ruleInfo
	for _, id := range sorted(g.ids) {
		list = append(list, g.rules[g.ids[id]])
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	must(e.Encode(list))
	must(os.MkdirAll(filepath.Dir(path), 0o755))
	write(path, b.String())
}
