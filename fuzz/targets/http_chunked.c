/* SPDX-License-Identifier: Apache-2.0 */
/* Chunked bodies: the same data, end and verdict however the input is cut; kept trailers parse. */
#include "http/h1.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* small, so that the fuzzer reaches them */
static const struct http_limits limits = {.fields_max = 8, .trailer_max = 256, .chunk_ext_max = 64};

struct result {
	struct buf data;
	struct buf trailers;
	enum h1_result end;
	enum http_reason reason;
	size_t used;
};

static struct result decode(struct str all, size_t step)
{
	struct result r = {0};
	struct h1_chunked c = {.keep = &r.trailers};
	struct str piece;

	do {
		struct str in = str_take(all, step);

		all = str_skip(all, step);
		r.used += in.n;
		while ((r.end = h1_chunked_next(&c, &limits, &in, &piece)) == H1_DATA)
			buf_add(&r.data, piece);
		r.used -= in.n;
	} while (all.n && r.end == H1_MORE);
	r.reason = (enum http_reason)c.reason;
	return r;
}

static void check_trailers(struct result *r)
{
	struct http_field fields[8];
	enum http_reason why;
	struct http_head h;

	AN(h1_fields_parse(&h, fields, buf_str(&r->trailers), &limits, &why) == H1_DONE);
	AN(h.n == r->trailers.n);
}

static void result_fini(struct result *r)
{
	buf_fini(&r->data);
	buf_fini(&r->trailers);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct result whole, cut;

	if (size < 2)
		return 0;
	whole = decode(str_of(data + 1, size - 1), size);
	cut = decode(str_of(data + 1, size - 1), 1u + data[0] % 16);
	AN(str_eq(buf_str(&whole.data), buf_str(&cut.data)) && whole.used == cut.used);
	AN(str_eq(buf_str(&whole.trailers), buf_str(&cut.trailers)));
	AN(whole.end == cut.end && whole.reason == cut.reason);
	if (whole.end == H1_DONE)
		check_trailers(&whole);
	result_fini(&whole);
	result_fini(&cut);
	return 0;
}
