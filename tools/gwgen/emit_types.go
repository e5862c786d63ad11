// SPDX-License-Identifier: Apache-2.0
package main

import (
	"fmt"
	"strings"
)

const typesHead = `/* SPDX-License-Identifier: Apache-2.0 */
/*
 * types_gen.h -- the kinds as C structs.  Written by tools/gwgen; do not edit.
 *
 * One struct per Go type of Gateway API v1.7.0 (and what only v1.6.3 had), of sluice.dev/v1alpha1
 * and of the core kinds, with the fields in JSON's order except that wide ones stand first.
 * Everything a struct points at belongs to the same object and dies with it; text is not
 * NUL-terminated.  Decoded objects are immutable.
 *
 * What is absent:
 *	struct str		p == NULL (text that is present but empty has p != NULL)
 *	pointer to a struct	NULL
 *	list or map x, n_x	x == NULL (a list that is present but empty has x != NULL)
 *	enum			0, X_UNSET; a value we do not know is X_OTHER (tolerant decoding only: the
 *				object's notes have its text)
 *	number, bool, duration	has_x == false
 * A field without has_x, or a struct held by value, is required or defaulted: it is always there in
 * an object that was decoded strictly, and zero when it was missing from a tolerated one.
 * Defaults are applied as the API server would.  A "duration" is nsec.
 */
#ifndef GWAPI_TYPES_GEN_H
#define GWAPI_TYPES_GEN_H

#include "base/clock.h"
#include "base/str.h"
#include "gwapi/object.h"

`

func enumConst(en *cEnum, v string) string {
	p := strings.TrimSuffix(strings.ToUpper(en.name), "_TYPE")
	if v == "*" {
		v = "any"
	}
	return p + "_" + upper(v)
}

func (m *model) emitTypes(kinds []*kind) string {
	var b strings.Builder
	b.WriteString(typesHead)
	for _, n := range sorted(m.enums) {
		e := m.enums[n]
		fmt.Fprintf(&b, "enum __attribute__((packed)) %s {\n\t%s,\n\t%s,\n", e.name, enumConst(e, "UNSET"), enumConst(e, "OTHER"))
		for _, v := range e.values {
			fmt.Fprintf(&b, "\t%s, /* %s */\n", enumConst(e, v), v)
		}
		b.WriteString("};\n\n")
	}
	for _, k := range kinds {
		m.emitStruct(&b, k.st, k)
	}
	b.WriteString("/* The typed object, or NULL when <o> is NULL or of another kind. */\n")
	for _, k := range kinds {
		fmt.Fprintf(&b, "static inline const struct %s *object_%s(const struct object *o)\n{\n", k.st.name, k.st.name)
		fmt.Fprintf(&b, "\treturn o && o->kind == KIND_%s ? (const struct %s *)o : NULL;\n}\n", upper(k.name), k.st.name)
	}
	b.WriteString("\n#endif\n")
	return b.String()
}

// emitStruct writes a struct after those it holds.
func (m *model) emitStruct(b *strings.Builder, s *cStruct, k *kind) {
	if s.emitted {
		return
	}
	s.emitted = true
	for _, f := range s.fields {
		if f.typ.st != nil {
			m.emitStruct(b, f.typ.st, nil)
		}
	}
	fmt.Fprintf(b, "struct %s {\n", s.name)
	if k != nil {
		b.WriteString("\tstruct object object;\n")
	}
	var wide, mid, small strings.Builder
	for _, f := range s.fields {
		emitField(f, &wide, &mid, &small)
	}
	b.WriteString(wide.String() + mid.String() + small.String())
	b.WriteString("};\n\n")
}

func emitField(f *cField, wide, mid, small *strings.Builder) {
	base := map[string]string{"str": "struct str", "i32": "int32_t", "i64": "int64_t", "bool": "bool",
		"duration": "nsec", "map": "struct str_pair", "bytes": "struct str_pair", "intstr": "struct int_or_str"}[f.typ.kind]
	if f.typ.st != nil {
		base = "struct " + f.typ.st.name
	}
	if f.typ.en != nil {
		base = "enum " + f.typ.en.name
	}
	switch {
	case f.counted():
		fmt.Fprintf(wide, "\tconst %s *%s;\n", base, f.name)
		fmt.Fprintf(mid, "\tuint32_t n_%s;\n", f.name)
	case f.ptr():
		fmt.Fprintf(wide, "\tconst %s *%s;\n", base, f.name)
	case f.typ.kind == "i32":
		fmt.Fprintf(mid, "\tint32_t %s;\n", f.name)
	case f.typ.kind == "bool" || f.typ.kind == "enum":
		fmt.Fprintf(small, "\t%s %s;\n", base, f.name)
	default:
		fmt.Fprintf(wide, "\t%s %s;\n", base, f.name)
	}
	if f.has() {
		fmt.Fprintf(small, "\tbool has_%s;\n", f.name)
	}
}
