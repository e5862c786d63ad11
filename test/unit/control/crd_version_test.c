/* SPDX-License-Identifier: Apache-2.0 */
/* What a GatewayClass says of the versions of the cluster's Gateway API CRDs. */
#include "test.h"

#include "control/crd_version.h"

static void test_versions_that_are_known(void **state)
{
	static const char *const known[] = {
		"v1.0.0", "v1.2.1", "v1.6.3", "v1.7.0", "v1.7.9", "v1.7.0-rc.2", "v1.7"};
	static const char *const other[] = {"", "v0.8.1", "v1", "v1.", "v1.8.0", "v1.17.0",
		"v1.x.0", "v1.-1.0", "v2.0.0", "v11.0.0", "1.7.0", "v1.18446744073709551617.0",
		"main"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		assert_true(crd_version_known(str_from(known[i])));
	for (size_t i = 0; i < ARRAY_LEN(other); i++)
		assert_false(crd_version_known(str_from(other[i])));
}

static void told(const struct crd_version *crds, size_t n, const char *missing, bool good,
	const char *message)
{
	struct condition c;
	struct arena a;

	arena_init(&a, 0);
	c = crd_condition(&a, crds, n, str_from(missing));
	assert_str(c.type, "SupportedVersion");
	assert_str(c.reason, good ? "SupportedVersion" : "UnsupportedVersion");
	assert_int_equal(c.status, good ? CONDITION_TRUE : CONDITION_FALSE);
	assert_str(c.message, message);
	arena_fini(&a);
}

static void test_one_known_version_is_supported(void **state)
{
	struct crd_version crds[] = {{STR("gateways"), true, STR("v1.7.0")},
		{STR("httproutes"), true, STR("v1.7.0")}, {STR("tlsroutes"), false, STR("")}};

	(void)state;
	told(crds, 3, "", true, "The cluster's Gateway API CRDs are of version v1.7.0.");
	told(crds, 3, "TLSRoute", true,
		"The cluster's Gateway API CRDs are of version v1.7.0. Not installed: TLSRoute.");
	crds[1].version = STR("v1.6.3");
	told(crds, 3, "", true, "The cluster's Gateway API CRDs are of version v1.7.0, v1.6.3.");
}

static void test_any_crd_of_an_unknown_version_is_named(void **state)
{
	struct crd_version crds[] = {{STR("gateways"), true, STR("v1.7.0")},
		{STR("httproutes"), true, STR("v2.0.0")}, {STR("udproutes"), true, STR("")}};

	(void)state;
	told(crds, 3, "", false,
		"Gateway API CRDs of versions v1.0 to v1.7 are supported; these are of another: "
		"httproutes (v2.0.0), udproutes (none).");
	told(crds, 2, "UDPRoute", false,
		"Gateway API CRDs of versions v1.0 to v1.7 are supported; these are of another: "
		"httproutes (v2.0.0). Not installed: UDPRoute.");
}

static void test_no_crds_at_all(void **state)
{
	struct crd_version none = {.plural = STR("gateways")};

	(void)state;
	told(&none, 1, "", false,
		"The controller sees no Gateway API CRDs; install those of a version from v1.0 to "
		"v1.7, and let it get them.");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_versions_that_are_known),
		cmocka_unit_test(test_one_known_version_is_supported),
		cmocka_unit_test(test_any_crd_of_an_unknown_version_is_named),
		cmocka_unit_test(test_no_crds_at_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
