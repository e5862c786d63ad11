/* SPDX-License-Identifier: Apache-2.0 */
/* Paths, hosts and queries: what passes is normal, stays so, and never grows. */
#include "base/mem.h"
#include "match/path.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Copies, so that the sanitizer sees a read or write past either end. */
static void check_path(struct str raw)
{
	char *one = mem_alloc(raw.n + 1);
	char *two = mem_alloc(raw.n + 1);
	struct path_norm norm, again;

	if (path_normalise(raw, one, &norm) == 0) {
		AN(norm.path.n >= 1 && norm.path.n <= raw.n && norm.path.p[0] == '/');
		AZ(memchr(norm.path.p, '\\', norm.path.n));
		AZ(path_normalise(norm.path, two, &again));
		AN(!again.changed && !again.had_dots && str_eq(again.path, norm.path));
		for (unsigned depth = 0; depth < 4; depth++) {
			struct str rest = str_skip(norm.path, path_prefix_len(norm.path, depth));
			char *out = mem_alloc(rest.n + 3);

			AN(!rest.n || rest.p[0] == '/');
			AN(path_replace_prefix(norm.path, depth, STR("/p"), out) == rest.n + 2);
			mem_free(out);
		}
	}
	mem_free(one);
	mem_free(two);
}

static void check_host(struct str raw)
{
	char one[HOST_KEY_MAX], two[HOST_KEY_MAX];
	struct str key, again;

	if (host_key(raw, one, &key) < 0)
		return;
	AN(key.n <= raw.n && key.n <= HOST_KEY_MAX);
	AZ(host_key(key, two, &again));
	AN(str_eq(key, again));
}

static void check_query(struct str raw)
{
	char *scratch = mem_alloc(raw.n + 1);
	struct query_param param;
	struct str rest = raw;
	struct str value;
	size_t left = raw.n + 1;

	while (query_next(&rest, scratch, &param)) {
		AN(rest.n < left && param.name.n + param.value.n <= raw.n);
		left = rest.n;
	}
	query_first(raw, STR("a"), scratch, &value);
	mem_free(scratch);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char *copy = mem_alloc(n + 1);
	struct str raw = str_of(copy, n);

	memcpy(copy, data, n);
	check_path(raw);
	check_host(raw);
	check_query(raw);
	mem_free(copy);
	return 0;
}
