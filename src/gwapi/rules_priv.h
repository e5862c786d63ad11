/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rules_priv.h -- what the compiled x-kubernetes-validations rules are made of.
 */
#ifndef GWAPI_RULES_PRIV_H
#define GWAPI_RULES_PRIV_H

#include "base/clock.h"
#include "base/str.h"

/* The value a rule speaks of: a struct, a scalar, or the first of <n> items. */
struct rule_self {
	const void *p;
	uint32_t n;
};

/* True when the rule holds.  <old> is the same value before, p == NULL: there was none; only
 * transition rules look at it, and they are not called without. */
typedef bool rule_f(struct rule_self self, struct rule_self old);

/* What an absent struct reads as. */
#define OR_ZERO(p) ((p) ? (p) : &(const __typeof__(*(p))){0})
#define ITEM_OR_ZERO(items, n, i) ((n) > (i) ? (items) + (i) : &(const __typeof__(*(items))){0})

/* A pattern as a deterministic automaton: states by classes of bytes; state 0 starts. */
struct dfa {
	const char *pattern;
	const uint16_t *next; /* next[state * n_classes + class] */
	const bool *accept;
	uint8_t n_classes;
	uint8_t classes[129]; /* by byte; [128]: any character beyond ASCII */
};

/* RE2's search: true when the pattern matches somewhere in <s>, valid UTF-8. */
bool dfa_match(const struct dfa *d, struct str s);

/* Length in characters, of valid UTF-8. */
size_t rule_size(struct str s);
bool rule_contains(struct str s, struct str part);
/* What stands before the first <sep>, or all of <s>. */
struct str rule_first_part(struct str s, char sep);
/* As CEL's isIP: an IPv4 or IPv6 address, without zone. */
bool rule_is_ip(struct str s);

#endif
