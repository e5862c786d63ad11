/* SPDX-License-Identifier: Apache-2.0 */
/* KONG_PROXY_LISTEN, KONG_STREAM_LISTEN: what is taken prints to text that is taken as the same. */
#include "source/kong_listen.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_same(const struct kong_listens *a, const struct kong_listens *b)
{
	AN(a->v.n == b->v.n);
	for (size_t i = 0; i < a->v.n; i++) {
		const struct kong_listen *x = &a->v.p[i], *y = &b->v.p[i];

		AN(str_eq(x->host, y->host) && x->port == y->port && x->flags == y->flags);
		AN(x->backlog == y->backlog && x->keep_idle == y->keep_idle);
		AN(x->keep_interval == y->keep_interval && x->keep_count == y->keep_count);
		AN(x->port > 0 && x->host.n > 0);
	}
}

static void check(bool stream, struct str text)
{
	struct kong_listens a = {0}, b = {0};
	struct buf err = {0}, out = {0};

	if (kong_listens_parse(&a, stream, text, "X", &err) == 0) {
		AN(err.n == 0);
		kong_listens_print(&a, stream, &out);
		AN(kong_listens_parse(&b, stream, buf_str(&out), "X", &err) == 0);
		check_same(&a, &b);
		kong_listens_notes(&a, &err);
	} else {
		AN(err.n > 0 && a.v.n == 0);
	}
	kong_listens_fini(&a);
	kong_listens_fini(&b);
	buf_fini(&err);
	buf_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check(false, str_of(data, size));
	check(true, str_of(data, size));
	return 0;
}
