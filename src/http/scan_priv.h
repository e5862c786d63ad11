/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan_priv.h -- finding the first odd byte, sixteen bytes at a time.
 *
 * A head is a few hundred bytes, and looking at each of them is most of the work of parsing it.
 * With SSE2 (every x86-64) blocks of 16 are judged at once; elsewhere, and for the last bytes of a
 * buffer, a table says the same byte by byte.  No function reads outside [p, end).
 */
#ifndef HTTP_SCAN_PRIV_H
#define HTTP_SCAN_PRIV_H

#include "base/str.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum {
	SCAN_TOKEN = 1, /* RFC 9110 §5.6.2 tchar */
	SCAN_VALUE = 2, /* HTAB, SP, visible, obs-text: RFC 9110 §5.5 */
	SCAN_TARGET = 4, /* visible ASCII but '#' */
	SCAN_LABEL = 8, /* of a host name: letters, digits, '-', '_' */
	SCAN_HEX = 16,
	SCAN_QDTEXT = 32, /* RFC 9110 §5.6.4, without quote and backslash */
};
extern const uint8_t scan_class[256];

static inline bool scan_is(char c, unsigned class)
{
	return (scan_class[(unsigned char)c] & class) != 0;
}

/* First byte of [p, end) outside <class>, or end. */
static inline const char *scan_plain(const char *p, const char *end, unsigned class)
{
	while (p < end && scan_is(*p, class))
		p++;
	return p;
}

#ifdef __SSE2__
static inline __m128i scan_load(const char *p)
{
	return _mm_loadu_si128((const __m128i *)(const void *)p);
}

/* The <n> bytes at <p>, 1 to 16 of them, and zeros behind. */
static inline __m128i scan_load_some(const char *p, size_t n)
{
	uint64_t low = 0, high = 0;
	uint32_t a, b;

	if (likely(n >= 16))
		return scan_load(p);
	if (n >= 8) {
		memcpy(&low, p, 8);
		memcpy(&high, p + n - 8, 8);
		high = n > 8 ? high >> (16 - n) * 8 : 0;
	} else if (n >= 4) {
		memcpy(&a, p, 4);
		memcpy(&b, p + n - 4, 4);
		low = a | (uint64_t)b << (n - 4) * 8;
	} else {
		low = (uint8_t)p[0] | (uint64_t)(uint8_t)p[n / 2] << n / 2 * 8 |
		      (uint64_t)(uint8_t)p[n - 1] << (n - 1) * 8;
	}
	return _mm_set_epi64x((long long)high, (long long)low);
}

/* Bytes of <v> in [lo, hi], which lie in the same half of 0..255. */
static inline __m128i scan_range(__m128i v, int lo, int hi)
{
	return _mm_and_si128(_mm_cmpgt_epi8(v, _mm_set1_epi8((char)(lo - 1))),
		_mm_cmplt_epi8(v, _mm_set1_epi8((char)(hi + 1))));
}
#endif

#ifdef __SSE2__
/* Bits of the bytes that may not stand in a field value, and of HTAB, which may. */
static inline unsigned scan_value_bits(__m128i v)
{
	/* the smaller of v and 0x1f is v: v is a control byte */
	__m128i ctl = _mm_cmpeq_epi8(_mm_min_epu8(v, _mm_set1_epi8(0x1f)), v);

	return (unsigned)_mm_movemask_epi8(
		_mm_or_si128(ctl, _mm_cmpeq_epi8(v, _mm_set1_epi8(0x7f))));
}

/* Bits of the bytes that may not stand in a request target. */
static inline unsigned scan_target_bits(__m128i v)
{
	__m128i low = _mm_cmpeq_epi8(_mm_min_epu8(v, _mm_set1_epi8(0x20)), v);
	__m128i high = _mm_cmpeq_epi8(_mm_max_epu8(v, _mm_set1_epi8(0x7f)), v);

	return (unsigned)_mm_movemask_epi8(
		_mm_or_si128(_mm_or_si128(low, high), _mm_cmpeq_epi8(v, _mm_set1_epi8('#'))));
}

/* Bits of the bytes that are letter, digit or '-': most of what names are made of. */
static inline unsigned scan_name_bits(__m128i v)
{
	__m128i letter = scan_range(_mm_or_si128(v, _mm_set1_epi8(0x20)), 'a', 'z');
	__m128i digit = scan_range(v, '0', '9');

	return (unsigned)_mm_movemask_epi8(
		_mm_or_si128(_mm_or_si128(letter, digit), _mm_cmpeq_epi8(v, _mm_set1_epi8('-'))));
}

static inline unsigned scan_byte_bits(__m128i v, char c)
{
	return (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(v, _mm_set1_epi8(c)));
}

/* <v> with its letters in lower case. */
static inline __m128i scan_lower(__m128i v)
{
	return _mm_or_si128(v, _mm_and_si128(scan_range(v, 'A', 'Z'), _mm_set1_epi8(0x20)));
}

/* Blocks from <p>, then the last one again from its end, which overlaps what is done with: for that
 * [floor, p) must be readable. */
#define SCAN_BLOCKS(bits)                                                             \
	do {                                                                          \
		unsigned m_;                                                          \
		for (; end - p >= 16; p += 16) {                                      \
			m_ = bits(scan_load(p));                                      \
			if (m_)                                                       \
				return p + __builtin_ctz(m_);                         \
		}                                                                     \
		if (end - floor >= 16) {                                              \
			m_ = bits(scan_load(end - 16)) >> (16 - (unsigned)(end - p)); \
			return m_ ? p + __builtin_ctz(m_) : end;                      \
		}                                                                     \
	} while (0)
#else
#define SCAN_BLOCKS(bits) (void)floor
#endif

/* First control byte, HTAB included, or end.  [floor, end) is readable. */
static inline const char *scan_ctl(const char *p, const char *end, const char *floor)
{
	SCAN_BLOCKS(scan_value_bits);
	while (p < end && *p != '\t' && scan_is(*p, SCAN_VALUE))
		p++;
	return p;
}

/* First byte that may not stand in a field value, or end.  [floor, end) is readable. */
static inline const char *scan_value(const char *p, const char *end, const char *floor)
{
	while ((p = scan_ctl(p, end, floor)) < end && *p == '\t')
		p++;
	return p;
}

/* First byte that may not stand in a request target, or end.  [floor, end) is readable. */
static inline const char *scan_target(const char *p, const char *end, const char *floor)
{
	SCAN_BLOCKS(scan_target_bits);
	return scan_plain(p, end, SCAN_TARGET);
}

/* First byte that is no token byte, or end.  <*odd> becomes true where a token byte other than a
 * letter, digit or '-' may have been passed. */
static inline const char *scan_token(const char *p, const char *end, bool *odd)
{
#ifdef __SSE2__
	while (end - p >= 16) {
		unsigned m = ~scan_name_bits(scan_load(p)) & 0xffff;

		if (!m) {
			p += 16;
			continue;
		}
		p += __builtin_ctz(m);
		if (!scan_is(*p, SCAN_TOKEN))
			return p;
		*odd = true;
		p++;
	}
#endif
	*odd |= p < end;
	return scan_plain(p, end, SCAN_TOKEN);
}

#ifdef __SSE2__
/* The first and the last eight (or four) of the <n> bytes at <p>; they may overlap. */
static inline __m128i scan_ends(const char *p, size_t n, bool eight)
{
	uint64_t a = 0, b = 0;

	memcpy(&a, p, eight ? 8 : 4);
	memcpy(&b, p + n - (eight ? 8 : 4), eight ? 8 : 4);
	return _mm_set_epi64x((long long)b, (long long)a);
}

static inline bool scan_same_nocase(__m128i v, __m128i lower)
{
	return _mm_movemask_epi8(_mm_cmpeq_epi8(scan_lower(v), lower)) == 0xffff;
}
#endif

#ifdef __SSE2__
/* Whether the first <n> <= 16 bytes of <v> are, in any case, those of <lower>, which has 16. */
static inline bool scan_begins_nocase(__m128i v, const char *lower, unsigned n)
{
	__m128i eq = _mm_cmpeq_epi8(scan_lower(v), scan_load(lower));

	return !(~(unsigned)_mm_movemask_epi8(eq) & ((1u << n) - 1));
}
#endif

/* <n> bytes at <p> in any case against <n> bytes at <lower>, which are in lower case; n <= 32. */
static inline bool scan_eq_nocase(const char *p, const char *lower, size_t n)
{
#ifdef __SSE2__
	if (n >= 16)
		return scan_same_nocase(scan_load(p), scan_load(lower)) &&
		       scan_same_nocase(scan_load(p + n - 16), scan_load(lower + n - 16));
	if (n >= 8)
		return scan_same_nocase(scan_ends(p, n, true), scan_ends(lower, n, true));
	if (n >= 4)
		return scan_same_nocase(scan_ends(p, n, false), scan_ends(lower, n, false));
#endif
	for (size_t i = 0; i < n; i++)
		if (ascii_lower(p[i]) != lower[i])
			return false;
	return true;
}

#endif
