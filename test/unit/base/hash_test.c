/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"
#include "base/rand.h"
#include "test.h"

/* SipHash by its paper, one step a line and one byte at a time, rounds as parameters: shares no
 * line with hash.c.  SipHash-2-4 of the paper's own example proves it right. */
struct naive {
	uint64_t v[4];
};

static uint64_t turn(uint64_t x, unsigned by)
{
	return (x << by) | (x >> (64 - by));
}

static void naive_rounds(struct naive *s, unsigned n)
{
	while (n--) {
		s->v[0] += s->v[1];
		s->v[2] += s->v[3];
		s->v[1] = turn(s->v[1], 13);
		s->v[3] = turn(s->v[3], 16);
		s->v[1] ^= s->v[0];
		s->v[3] ^= s->v[2];
		s->v[0] = turn(s->v[0], 32);
		s->v[2] += s->v[1];
		s->v[0] += s->v[3];
		s->v[1] = turn(s->v[1], 17);
		s->v[3] = turn(s->v[3], 21);
		s->v[1] ^= s->v[2];
		s->v[3] ^= s->v[0];
		s->v[2] = turn(s->v[2], 32);
	}
}

static uint64_t naive_siphash(
	uint64_t k0, uint64_t k1, const unsigned char *p, size_t n, unsigned c, unsigned d)
{
	static const char init[] = "somepseudorandomlygeneratedbytes";
	struct naive s = {{0}};
	size_t blocks = n / 8 + 1;

	for (int i = 0; i < 32; i++) /* big-endian words of the sentence */
		s.v[i / 8] = s.v[i / 8] << 8 | (unsigned char)init[i];
	s.v[0] ^= k0;
	s.v[1] ^= k1;
	s.v[2] ^= k0;
	s.v[3] ^= k1;
	for (size_t b = 0; b < blocks; b++) {
		uint64_t m = 0;

		for (size_t i = 0; i < 8; i++) {
			size_t at = b * 8 + i;
			uint64_t byte = at < n ? p[at] : i == 7 ? n & 0xff : 0;

			m |= byte << (8 * i);
		}
		s.v[3] ^= m;
		naive_rounds(&s, c);
		s.v[0] ^= m;
	}
	s.v[2] ^= 0xff;
	naive_rounds(&s, d);
	return s.v[0] ^ s.v[1] ^ s.v[2] ^ s.v[3];
}

static void the_second_implementation_is_right(void **state)
{
	unsigned char in[15];

	(void)state;
	for (unsigned i = 0; i < sizeof(in); i++)
		in[i] = (unsigned char)i;
	/* Appendix A of the paper: key 00..0f, input 00..0e. */
	assert_true(naive_siphash(0x0706050403020100u, 0x0f0e0d0c0b0a0908u, in, 15, 2, 4) ==
		    0xa129ca6149be45e5u);
}

static void agrees_with_it(void **state)
{
	unsigned char in[300];
	struct rand r;

	(void)state;
	rand_init(&r, 3);
	for (int round = 0; round < 50; round++) {
		struct hash_key k = {rand_u64(&r), rand_u64(&r)};

		for (size_t i = 0; i < sizeof(in); i++)
			in[i] = (unsigned char)rand_u64(&r);
		for (size_t n = 0; n < sizeof(in); n++)
			assert_true(
				hash_bytes(&k, in, n) == naive_siphash(k.k0, k.k1, in, n, 1, 3));
	}
}

static void the_process_key_is_drawn_once(void **state)
{
	const struct hash_key *k = hash_process_key();

	(void)state;
	assert_ptr_equal(k, hash_process_key());
	assert_true(k->k0 != 0 && k->k1 != 0 && k->k0 != k->k1);
	assert_true(hash_str(STR("a")) == hash_str(STR("a")));
	assert_true(hash_str(STR("a")) != hash_str(STR("b")));
	assert_true(hash_mix(1, 2) != hash_mix(2, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_second_implementation_is_right),
		cmocka_unit_test(agrees_with_it),
		cmocka_unit_test(the_process_key_is_drawn_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
