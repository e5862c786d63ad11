/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rand.h -- random numbers: secure ones from the kernel, fast ones from a seeded state.
 */
#ifndef BASE_RAND_H
#define BASE_RAND_H

#include "base/checks.h"

/* Fills <p> from getrandom(2).  Any thread; aborts if the kernel has none. */
void rand_secure(void *p, size_t n);

/* xoshiro256**: balancing, jitter, sampling; never secrets.  Owner's thread only. */
struct rand {
	uint64_t s[4];
};

/* The same <seed> gives the same sequence. */
void rand_init(struct rand *r, uint64_t seed);
uint64_t rand_u64(struct rand *r);
/* Uniform in [0, n), n > 0. */
uint32_t rand_below(struct rand *r, uint32_t n);

#endif
