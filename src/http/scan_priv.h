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
	SCAN_HOST = 8, /* letters, digits, '-', '_', '.' */
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

/* Bytes of <v> in [lo, hi], which lie in the same half of 0..255. */
static inline __m128i scan_range(__m128i v, int lo, int hi)
{
	return _mm_and_si128(_mm_cmpgt_epi8(v, _mm_set1_epi8((char)(lo - 1))),
		_mm_cmplt_epi8(v, _mm_set1_epi8((char)(hi + 1))));
}
#endif

/* First byte that may not stand in a field value, or end. */
static inline const char *scan_value(const char *p, const char *end)
{
#ifdef __SSE2__
	while (end - p >= 16) {
		__m128i v = scan_load(p);
		/* signed: 0x80..0xff are negative, so "-1 < v < 0x20" is a control byte */
		__m128i ctl = _mm_andnot_si128(
			_mm_cmpeq_epi8(v, _mm_set1_epi8('\t')), scan_range(v, 0, 0x1f));
		__m128i bad = _mm_or_si128(ctl, _mm_cmpeq_epi8(v, _mm_set1_epi8(0x7f)));
		unsigned m = (unsigned)_mm_movemask_epi8(bad);

		if (m)
			return p + __builtin_ctz(m);
		p += 16;
	}
#endif
	return scan_plain(p, end, SCAN_VALUE);
}

/* First byte that may not stand in a request target, or end. */
static inline const char *scan_target(const char *p, const char *end)
{
#ifdef __SSE2__
	while (end - p >= 16) {
		__m128i v = scan_load(p);
		/* signed: everything from 0x80 up is below 0x21 as well */
		__m128i bad = _mm_or_si128(_mm_cmplt_epi8(v, _mm_set1_epi8(0x21)),
			_mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8(0x7f)),
				_mm_cmpeq_epi8(v, _mm_set1_epi8('#'))));
		unsigned m = (unsigned)_mm_movemask_epi8(bad);

		if (m)
			return p + __builtin_ctz(m);
		p += 16;
	}
#endif
	return scan_plain(p, end, SCAN_TARGET);
}

/* First byte that is no token byte, or end.  <*odd> becomes true where a token byte other than a
 * letter, digit or '-' may have been passed. */
static inline const char *scan_token(const char *p, const char *end, bool *odd)
{
#ifdef __SSE2__
	while (end - p >= 16) {
		__m128i v = scan_load(p);
		__m128i letter = scan_range(_mm_or_si128(v, _mm_set1_epi8(0x20)), 'a', 'z');
		__m128i digit = scan_range(v, '0', '9');
		__m128i good = _mm_or_si128(
			_mm_or_si128(letter, digit), _mm_cmpeq_epi8(v, _mm_set1_epi8('-')));
		unsigned m = ~(unsigned)_mm_movemask_epi8(good) & 0xffff;

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
	__m128i up = _mm_and_si128(scan_range(v, 'A', 'Z'), _mm_set1_epi8(0x20));

	return _mm_movemask_epi8(_mm_cmpeq_epi8(_mm_or_si128(v, up), lower)) == 0xffff;
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
