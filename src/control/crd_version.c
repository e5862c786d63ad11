/* SPDX-License-Identifier: Apache-2.0 */
#include "control/crd_version.h"

#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)
#define KNOWN "v1.0 to v1." TEXT(CRD_MINOR_LAST)

bool crd_version_known(struct str version)
{
	struct str rest = str_skip(version, 3);
	uint64_t minor;

	return str_starts(version, STR("v1.")) &&
	       str_to_u64(str_cut(&rest, '.'), CRD_MINOR_LAST, &minor) == 0;
}

static struct str listed(struct arena *a, struct str list, struct str more)
{
	return list.n ? arena_printf(a, "%.*s, %.*s", STR_ARG(list), STR_ARG(more)) : more;
}

/* Each version once, in the order of the CRDs. */
static struct str versions(struct arena *a, const struct crd_version *crds, size_t n)
{
	struct str list = {0};

	for (size_t i = 0; i < n; i++) {
		bool told = !crds[i].version.n;

		for (size_t j = 0; j < i; j++)
			told = told || str_eq(crds[j].version, crds[i].version);
		if (!told)
			list = listed(a, list, crds[i].version);
	}
	return list;
}

/* "httproutes (v2.0.0), udproutes (none)" */
static struct str unknown(struct arena *a, const struct crd_version *crds, size_t n)
{
	struct str list = {0};

	for (size_t i = 0; i < n; i++) {
		struct str version = crds[i].version.n ? crds[i].version : STR("none");

		if (crds[i].there && !crd_version_known(crds[i].version))
			list = listed(a, list,
				arena_printf(a, "%.*s (%.*s)", STR_ARG(crds[i].plural),
					STR_ARG(version)));
	}
	return list;
}

struct condition crd_condition(
	struct arena *a, const struct crd_version *crds, size_t n, struct str missing)
{
	struct str all = versions(a, crds, n), bad = unknown(a, crds, n);
	bool good = all.n && !bad.n;
	struct condition c = {.type = STR("SupportedVersion"),
		.reason = good ? STR("SupportedVersion") : STR("UnsupportedVersion"),
		.status = good ? CONDITION_TRUE : CONDITION_FALSE};

	if (good)
		c.message = arena_printf(
			a, "The cluster's Gateway API CRDs are of version %.*s.", STR_ARG(all));
	else if (bad.n)
		c.message = arena_printf(a,
			"Gateway API CRDs of versions " KNOWN " are supported; these are of "
			"another: %.*s.",
			STR_ARG(bad));
	else
		c.message = STR("The controller sees no Gateway API CRDs; install those of a "
				"version from " KNOWN ", and let it get them.");
	if (missing.n)
		c.message = arena_printf(
			a, "%.*s Not installed: %.*s.", STR_ARG(c.message), STR_ARG(missing));
	return c;
}
