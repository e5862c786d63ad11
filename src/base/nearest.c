/* SPDX-License-Identifier: Apache-2.0 */
#include "base/nearest.h"

#define DISTANCE_MAX 64

/* Damerau's distance with adjacent swaps, three rows at a time. */
unsigned nearest_distance(struct str a, struct str b)
{
	unsigned rows[3][DISTANCE_MAX + 1];
	unsigned *before = rows[0], *above = rows[1], *row = rows[2];

	if (a.n > DISTANCE_MAX || b.n > DISTANCE_MAX)
		return DISTANCE_MAX;
	for (unsigned j = 0; j <= b.n; j++)
		above[j] = before[j] = j;
	for (unsigned i = 1; i <= a.n; i++) {
		unsigned *last = before;
		char c = ascii_lower(a.p[i - 1]);

		row[0] = i;
		for (unsigned j = 1; j <= b.n; j++) {
			char d = ascii_lower(b.p[j - 1]);

			row[j] = MIN(MIN(above[j], row[j - 1]) + 1, above[j - 1] + (c != d));
			if (i > 1 && j > 1 && c == ascii_lower(b.p[j - 2]) &&
				ascii_lower(a.p[i - 2]) == d)
				row[j] = MIN(row[j], before[j - 2] + 1);
		}
		before = above;
		above = row;
		row = last;
	}
	return above[b.n];
}

struct str nearest_name(struct str name, nearest_nth_f *nth, const void *of, size_t n)
{
	struct str nearest = {NULL, 0};
	const size_t whole = 5; /* letters: "Prefix" says PathPrefix */
	unsigned best = (unsigned)MIN(name.n, 9) / 3 + 1; /* one slip in three letters */

	for (size_t i = 0; i < n; i++) {
		struct str other = nth(of, i);
		unsigned far = nearest_distance(name, other);

		if (other.n && (far < best || (far == best && !nearest.p))) {
			best = far;
			nearest = other;
		}
	}
	for (size_t i = 0; i < n && !nearest.p && name.n >= whole; i++) {
		struct str other = nth(of, i);

		if (memmem(other.p, other.n, name.p, name.n))
			nearest = other;
	}
	return nearest;
}
