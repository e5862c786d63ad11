/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hash.h -- keyed 64-bit hashes (SipHash-1-3), so that a peer who chooses keys cannot choose
 * collisions.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include "base/str.h"

struct hash_key {
	uint64_t k0, k1;
};

/* The process's random key, drawn once at first use.  Any thread. */
const struct hash_key *hash_process_key(void);
uint64_t hash_bytes(const struct hash_key *k, const void *p, size_t n);

static inline uint64_t hash_str(struct str s)
{
	return hash_bytes(hash_process_key(), s.p, s.n);
}

/* Mixes <b> into <a>: for keys made of several parts. */
static inline uint64_t hash_mix(uint64_t a, uint64_t b)
{
	__extension__ unsigned __int128 m =
		(unsigned __int128)(a ^ 0x9e3779b97f4a7c15u) * (b ^ 0xe7037ed1a0b428dbu);
	return (uint64_t)m ^ (uint64_t)(m >> 64);
}

#endif
