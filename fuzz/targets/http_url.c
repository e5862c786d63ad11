/* SPDX-License-Identifier: Apache-2.0 */
/* Targets and authorities: parts lie inside the input and join to it again. */
#include "base/buf.h"
#include "http/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_authority(struct str s)
{
	struct url_authority a, b;
	struct buf text = {0};
	char lower[URL_HOST_ROOM];

	if (url_authority_parse(s, &a) < 0)
		return;
	AN(a.host.n > 0 && a.host.p == s.p && a.host.n <= s.n);
	AN(!memchr(s.p, '@', s.n) && !memchr(s.p, '\0', s.n) && !memchr(s.p, ',', s.n));
	buf_add(&text, url_host_lower(a.host, lower));
	if (a.port)
		buf_printf(&text, ":%u", a.port);
	AN(url_authority_parse(buf_str(&text), &b) == 0);
	AN(b.port == a.port && str_eq_nocase(a.host, b.host));
	buf_fini(&text);
}

static void check_target(struct str s)
{
	struct url_target t;
	struct url_authority a;
	struct buf text = {0};

	if (!url_target_bytes(s) || url_target_parse(s, &t) < 0)
		return;
	AN(t.path.n == 0 || t.path.p[0] == '/' || t.form == URL_ASTERISK);
	AN((t.form == URL_ABSOLUTE || t.form == URL_AUTHORITY) == (t.authority.n > 0));
	AN(t.authority.n == 0 || url_authority_parse(t.authority, &a) == 0);
	if (t.form == URL_ABSOLUTE)
		buf_add(&text, str_take(s, t.https ? 8 : 7));
	buf_add(&text, t.authority);
	buf_add(&text, t.path);
	if (t.has_query)
		buf_addc(&text, '?');
	buf_add(&text, t.query);
	AN(str_eq(buf_str(&text), s));
	buf_fini(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_authority(str_of(data, size));
	check_target(str_of(data, size));
	return 0;
}
