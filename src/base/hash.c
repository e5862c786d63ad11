/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"

#include <pthread.h>

#include "base/rand.h"

static struct hash_key process_key;
static pthread_once_t process_key_once = PTHREAD_ONCE_INIT;

static void process_key_draw(void)
{
	rand_secure(&process_key, sizeof(process_key));
}

const struct hash_key *hash_process_key(void)
{
	pthread_once(&process_key_once, process_key_draw);
	return &process_key;
}

static inline uint64_t rotl(uint64_t x, int b)
{
	return (x << b) | (x >> (64 - b));
}

#define SIP_ROUND()                     \
	do {                            \
		v0 += v1;               \
		v1 = rotl(v1, 13) ^ v0; \
		v0 = rotl(v0, 32);      \
		v2 += v3;               \
		v3 = rotl(v3, 16) ^ v2; \
		v0 += v3;               \
		v3 = rotl(v3, 21) ^ v0; \
		v2 += v1;               \
		v1 = rotl(v1, 17) ^ v2; \
		v2 = rotl(v2, 32);      \
	} while (0)

uint64_t hash_bytes(const struct hash_key *k, const void *p, size_t n)
{
	const unsigned char *in = p;
	uint64_t v0 = k->k0 ^ 0x736f6d6570736575u, v1 = k->k1 ^ 0x646f72616e646f6du;
	uint64_t v2 = k->k0 ^ 0x6c7967656e657261u, v3 = k->k1 ^ 0x7465646279746573u;
	uint64_t last = (uint64_t)n << 56, m;
	size_t left = n;

	for (; left >= 8; left -= 8, in += 8) {
		memcpy(&m, in, 8);
		v3 ^= m;
		SIP_ROUND();
		v0 ^= m;
	}
	for (size_t i = 0; i < left; i++)
		last |= (uint64_t)in[i] << (8 * i);
	v3 ^= last;
	SIP_ROUND();
	v0 ^= last;
	v2 ^= 0xff;
	SIP_ROUND();
	SIP_ROUND();
	SIP_ROUND();
	return v0 ^ v1 ^ v2 ^ v3;
}
