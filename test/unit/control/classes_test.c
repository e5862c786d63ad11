/* SPDX-License-Identifier: Apache-2.0 */
/* The CRDs as an API server has them, and what a GatewayClass says of them: the requests are real,
 * the server speaks from a script, time is the test's. */
#include "test.h"

#include "../kube/helper_server.h"
#include "base/mem.h"
#include "control/classes_priv.h"

/* What classes.c asks of its neighbours. */
static bool kinds_served = true;
static struct condition told;
static unsigned tellings, changes, lookups;

static bool fake_served(const struct kube_source *s, enum object_kind kind)
{
	(void)s;
	return kinds_served || kind != KIND_TLS_ROUTE;
}

static bool fake_complete(const struct kube_source *s)
{
	(void)s;
	return true;
}

static void fake_tell(struct writer_status *w, const struct condition *c)
{
	(void)w;
	mem_free((void *)(uintptr_t)told.message.p);
	told = *c;
	told.message = str_of(mem_strdup(c->message), c->message.n);
	tellings++;
}

static void fake_fields(struct translator *t, translate_field_f *has, void *ctx)
{
	(void)t;
	lookups += has(ctx, STR("gateways"), STR("listeners.port"));
}

static bool fake_refused(const struct kube_source *s, enum object_kind kind, struct buf *out)
{
	(void)s;
	(void)kind;
	(void)out;
	return false;
}

#define kube_source_served fake_served
#define kube_source_refused fake_refused
#define kube_source_complete fake_complete
#define writer_status_class fake_tell
#define translator_set_fields fake_fields
#include "../kube/helper_server.c"
#include "control/classes.c"

struct world {
	struct scripted s;
	struct store store;
	struct classes *classes;
};

static void on_changed(void *arg)
{
	(void)arg;
	changes++;
}

static void world_open(struct world *w, const struct step *steps, size_t n)
{
	*w = (struct world){0};
	told = (struct condition){0};
	tellings = changes = lookups = 0;
	scripted_open(&w->s, steps, n);
	store_init(&w->store);
	w->classes = classes_new(w->s.api, &w->store, NULL, NULL, NULL, on_changed, NULL);
}

/* Until the script is through; time moves meanwhile. */
static void world_run(struct world *w)
{
	scripted_run(&w->s, 5000, MSEC(50));
}

static void world_close(struct world *w)
{
	classes_free(w->classes);
	store_fini(&w->store);
	scripted_close(&w->s);
	mem_free((void *)(uintptr_t)told.message.p);
}

#define GET(plural)                                                           \
	"GET /apis/apiextensions.k8s.io/v1/customresourcedefinitions/" plural \
	".gateway.networking.k8s.io "
#define META(rv, version)                                        \
	"{\"metadata\":{\"uid\":\"u\",\"resourceVersion\":\"" rv \
	"\",\"annotations\":{\"gateway.networking.k8s.io/bundle-version\":\"" version "\"}}}"
#define BARE "{\"metadata\":{\"uid\":\"u\",\"resourceVersion\":\"1\"}}"
#define SCHEMA                                                                                     \
	"{\"spec\":{\"versions\":[{\"name\":\"v1\",\"served\":true,\"schema\":{"                   \
	"\"openAPIV3Schema\":{\"properties\":{\"spec\":{\"properties\":{\"listeners\":{\"items\":" \
	"{\"properties\":{\"port\":{}}}}}}}}}}]}}"
#define IS(plural, rv, version)                                 \
	{                                                       \
		GET(plural), "200 OK", META(rv, version), false \
	}
/* Seen for the first time, or changed: its schema is read too. */
#define NEW(plural, rv, version)                     \
	IS(plural, rv, version),                     \
	{                                            \
		GET(plural), "200 OK", SCHEMA, false \
	}
#define NONE(plural)                                      \
	{                                                 \
		GET(plural), "404 Not Found", "{}", false \
	}

static void see(const struct step *steps, size_t n, bool good, const char *message)
{
	struct world w;

	world_open(&w, steps, n);
	world_run(&w);
	assert_true(classes_complete(w.classes));
	assert_str(told.type, "SupportedVersion");
	assert_str(told.reason, good ? "SupportedVersion" : "UnsupportedVersion");
	assert_int_equal(told.status, good ? CONDITION_TRUE : CONDITION_FALSE);
	assert_str(told.message, message);
	world_close(&w);
}

#define FIRST_FIVE(version)                                                                 \
	NEW("gateways", "1", version), NEW("httproutes", "1", version),                     \
		NEW("listenersets", "1", version), NEW("backendtlspolicies", "1", version), \
		NEW("referencegrants", "1", version)

static void test_all_crds_of_a_known_version(void **state)
{
	static const struct step steps[] = {FIRST_FIVE("v1.7.0"),
		IS("gatewayclasses", "1", "v1.7.0"), IS("grpcroutes", "1", "v1.7.0"),
		IS("tlsroutes", "1", "v1.7.0"), IS("tcproutes", "1", "v1.7.0"),
		IS("udproutes", "1", "v1.7.0")};

	(void)state;
	see(steps, ARRAY_LEN(steps), true, "The cluster's Gateway API CRDs are of version v1.7.0.");
}

static void test_a_kind_that_is_not_installed_is_told(void **state)
{
	static const struct step steps[] = {FIRST_FIVE("v1.6.3"),
		IS("gatewayclasses", "1", "v1.6.3"), IS("grpcroutes", "1", "v1.6.3"),
		NONE("tlsroutes"), IS("tcproutes", "1", "v1.6.3"), IS("udproutes", "1", "v1.6.3")};

	(void)state;
	kinds_served = false;
	see(steps, ARRAY_LEN(steps), true,
		"The cluster's Gateway API CRDs are of version v1.6.3. Not installed: TLSRoute.");
	kinds_served = true;
}

static void test_one_crd_of_another_version_is_enough(void **state)
{
	static const struct step steps[] = {FIRST_FIVE("v1.7.0"),
		IS("gatewayclasses", "1", "v1.7.0"), IS("grpcroutes", "1", "v1.7.0"),
		IS("tlsroutes", "1", "v0.8.1"), {GET("tcproutes"), "200 OK", BARE, false},
		IS("udproutes", "1", "v1.7.0")};

	(void)state;
	see(steps, ARRAY_LEN(steps), false,
		"Gateway API CRDs of versions v1.0 to v1.7 are supported; these are of another: "
		"tlsroutes (v0.8.1), tcproutes (none).");
}

static void test_a_cluster_without_them(void **state)
{
	static const struct step steps[] = {NONE("gateways"), NONE("httproutes"),
		NONE("listenersets"), NONE("backendtlspolicies"), NONE("referencegrants"),
		NONE("gatewayclasses"), NONE("grpcroutes"), NONE("tlsroutes"), NONE("tcproutes"),
		NONE("udproutes")};

	(void)state;
	see(steps, ARRAY_LEN(steps), false,
		"The controller sees no Gateway API CRDs; install those of a version from v1.0 to "
		"v1.7, and let it get them.");
}

/* The second look finds an upgrade: only what changed is read whole again. */
static void test_an_upgrade_is_seen_at_the_next_look(void **state)
{
	static const struct step steps[] = {FIRST_FIVE("v1.7.0"),
		IS("gatewayclasses", "1", "v1.7.0"), IS("grpcroutes", "1", "v1.7.0"),
		IS("tlsroutes", "1", "v1.7.0"), IS("tcproutes", "1", "v1.7.0"),
		IS("udproutes", "1", "v1.7.0"),
		/* again */
		NEW("gateways", "2", "v1.9.0"), IS("httproutes", "1", "v1.7.0"),
		IS("listenersets", "1", "v1.7.0"), IS("backendtlspolicies", "1", "v1.7.0"),
		IS("referencegrants", "1", "v1.7.0"), IS("gatewayclasses", "1", "v1.7.0"),
		IS("grpcroutes", "1", "v1.7.0"), IS("tlsroutes", "1", "v1.7.0"),
		IS("tcproutes", "1", "v1.7.0"), IS("udproutes", "2", "v1.7.1")};

	(void)state;
	see(steps, ARRAY_LEN(steps), false,
		"Gateway API CRDs of versions v1.0 to v1.7 are supported; these are of another: "
		"gateways (v1.9.0).");
	assert_int_equal(tellings, 2);
	assert_int_equal(lookups, 6); /* each time the field of gateways was there */
	assert_int_equal(changes, 7); /* six schemas; all looked at */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_crds_of_a_known_version),
		cmocka_unit_test(test_a_kind_that_is_not_installed_is_told),
		cmocka_unit_test(test_one_crd_of_another_version_is_enough),
		cmocka_unit_test(test_a_cluster_without_them),
		cmocka_unit_test(test_an_upgrade_is_seen_at_the_next_look),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
