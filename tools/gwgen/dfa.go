// SPDX-License-Identifier: Apache-2.0
package main

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"regexp/syntax"
	"sort"
	"strings"
)

// Patterns become tables: a deterministic automaton over classes of bytes, so that matching is one
// load a byte with no backtracking.  The text is valid UTF-8; a character beyond ASCII is one class
// (no pattern of the API names one) and its continuation bytes are skipped.

const other = 128 // the class index of all characters beyond ASCII

type dfa struct {
	classes  [129]int
	nClasses int
	next     [][]int
	accept   []bool
}

// closure follows empty edges; begin says whether we stand before the first character.
func closure(p *syntax.Prog, set map[uint32]bool, pc uint32, begin, end bool) {
	if set[pc] {
		return
	}
	set[pc] = true
	i := &p.Inst[pc]
	switch i.Op {
	case syntax.InstAlt, syntax.InstAltMatch:
		closure(p, set, i.Out, begin, end)
		closure(p, set, i.Arg, begin, end)
	case syntax.InstCapture, syntax.InstNop:
		closure(p, set, i.Out, begin, end)
	case syntax.InstEmptyWidth:
		need := syntax.EmptyOp(i.Arg)
		have := syntax.EmptyOp(0)
		if begin {
			have |= syntax.EmptyBeginText | syntax.EmptyBeginLine
		}
		if end {
			have |= syntax.EmptyEndText | syntax.EmptyEndLine
		}
		if need&^(syntax.EmptyBeginText|syntax.EmptyEndText) != 0 {
			must(fmt.Errorf("pattern with a word or line boundary"))
		}
		if need&^have == 0 {
			closure(p, set, i.Out, begin, end)
		} else if need&syntax.EmptyEndText != 0 {
			// Kept: it may hold when the text ends here.
			set[pc] = true
		}
	}
}

func setKey(s map[uint32]bool, matched bool) string {
	var l []int
	for k := range s {
		l = append(l, int(k))
	}
	sort.Ints(l)
	return fmt.Sprint(l, matched)
}

func compileDFA(pattern string) *dfa {
	re, err := syntax.Parse(pattern, syntax.Perl)
	must(err)
	p, err := syntax.Compile(re.Simplify())
	must(err)
	type state struct {
		set     map[uint32]bool // before any end-of-text edge is taken
		matched bool            // the search has found a match that needs no end
	}
	ends := func(s state, begin bool) bool {
		if s.matched {
			return true
		}
		full := map[uint32]bool{}
		for pc := range s.set {
			closure(p, full, pc, begin, true)
		}
		for pc := range full {
			if p.Inst[pc].Op == syntax.InstMatch {
				return true
			}
		}
		return false
	}
	mk := func(pcs []uint32, begin, matched bool) state {
		s := state{set: map[uint32]bool{}, matched: matched}
		for _, pc := range pcs {
			closure(p, s.set, pc, begin, false)
		}
		closure(p, s.set, uint32(p.Start), begin, false) // unanchored search
		for pc := range s.set {
			if p.Inst[pc].Op == syntax.InstMatch {
				s.matched = true
			}
		}
		if s.matched {
			s.set = map[uint32]bool{}
		}
		return s
	}
	var next [][129]int
	d := &dfa{}
	index := map[string]int{}
	var states []state
	add := func(s state, begin bool) int {
		key := setKey(s.set, s.matched)
		if begin {
			key = "^" + key
		}
		if i, ok := index[key]; ok {
			return i
		}
		index[key] = len(states)
		states = append(states, s)
		next = append(next, [129]int{})
		d.accept = append(d.accept, ends(s, begin))
		if len(states) > 4000 {
			must(fmt.Errorf("pattern %s: too many states", pattern))
		}
		return len(states) - 1
	}
	add(mk(nil, true, false), true)
	for i := 0; i < len(states); i++ {
		for ch := 0; ch <= other; ch++ {
			r := rune(ch)
			if ch == other {
				r = 0xe9
			}
			var out []uint32
			for pc := range states[i].set {
				in := &p.Inst[pc]
				switch in.Op {
				case syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
					if in.MatchRune(r) {
						out = append(out, in.Out)
					}
				}
			}
			next[i][ch] = add(mk(out, false, states[i].matched), false)
		}
	}
	d.compress(next)
	d.check(pattern)
	return d
}

func (d *dfa) match(s string) bool {
	state := 0
	for i := 0; i < len(s); i++ {
		if s[i]&0xc0 != 0x80 {
			state = d.next[state][d.classes[min(int(s[i]), other)]]
		}
	}
	return d.accept[state]
}

// check compares the table with Go's own matcher on random texts: of the pattern's own letters, so
// that many of them match, with some that are strangers to it.
func (d *dfa) check(pattern string) {
	re := regexp.MustCompile(pattern)
	r := rand.New(rand.NewPCG(1, 2))
	letters := []string{"a", "A", "0", ".", "-", "/", "*", ":", "é", "\n", " ", "https://", "ms", "System"}
	for _, c := range pattern {
		letters = append(letters, string(c))
	}
	for i := 0; i < 20000; i++ {
		text := ""
		for n := r.IntN(12); n > 0; n-- {
			text += letters[r.IntN(len(letters))]
		}
		if d.match(text) != re.MatchString(text) {
			must(fmt.Errorf("pattern %s: the table differs at %q", pattern, text))
		}
	}
}

// compress merges characters that no state tells apart.
func (d *dfa) compress(next [][129]int) {
	seen := map[string]int{}
	var cols []int
	for ch := 0; ch <= other; ch++ {
		var b strings.Builder
		for _, row := range next {
			fmt.Fprintf(&b, "%d,", row[ch])
		}
		c, ok := seen[b.String()]
		if !ok {
			c = len(seen)
			seen[b.String()] = c
			cols = append(cols, ch)
		}
		d.classes[ch] = c
	}
	d.nClasses = len(seen)
	for _, row := range next {
		var out []int
		for _, ch := range cols {
			out = append(out, row[ch])
		}
		d.next = append(d.next, out)
	}
}

func (d *dfa) emit(b *strings.Builder, name, pattern string) {
	fmt.Fprintf(b, "/* %s */\n", strings.ReplaceAll(pattern, "*/", "* /"))
	fmt.Fprintf(b, "static const uint16_t %s_next[] = {", name)
	n := 0
	for _, row := range d.next {
		for _, x := range row {
			if n%16 == 0 {
				b.WriteString("\n\t")
			}
			fmt.Fprintf(b, "%d,", x)
			n++
		}
	}
	fmt.Fprintf(b, "\n};\nstatic const bool %s_accept[] = {", name)
	for i, a := range d.accept {
		if i%32 == 0 {
			b.WriteString("\n\t")
		}
		fmt.Fprintf(b, "%d,", map[bool]int{true: 1, false: 0}[a])
	}
	fmt.Fprintf(b, "\n};\nconst struct dfa %s = {\n\t.pattern = %s,\n\t.next = %s_next,\n\t.accept = %s_accept,\n\t.n_classes = %d,\n\t.classes = {", name, cstring(pattern), name, name, d.nClasses)
	for ch, c := range d.classes {
		if ch%32 == 0 {
			b.WriteString("\n\t\t")
		}
		fmt.Fprintf(b, "%d,", c)
	}
	b.WriteString("\n\t},\n};\n\n")
}
