/* SPDX-License-Identifier: Apache-2.0 */
/* A user's own Service: where its ports lead and which addresses it has, by type. */
#include "test.h"

#include "control/publish.h"
#include "text/parse.h"

#define SLICES_MAX 4

static struct publish_view judge(
	struct arena *a, const char *service, const char *const *slices, size_t n)
{
	const struct value *list[SLICES_MAX];
	struct value *v = ARENA_ARRAY(a, struct value, n + 1);

	assert_int_equal(0, text_parse_json(a, str_from(service), &v[n], NULL));
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(0, text_parse_json(a, str_from(slices[i]), &v[i], NULL));
		list[i] = &v[i];
	}
	return publish_judge(a, &v[n], list, n);
}

static const char slice_a[] =
	"{\"addressType\":\"IPv4\",\"ports\":[{\"name\":\"http\",\"port\":8000},{\"name\":\"dns\","
	"\"protocol\":\"UDP\",\"port\":5353}],\"endpoints\":[{\"addresses\":[\"10.0.0.1\"],"
	"\"conditions\":{\"ready\":true}},{\"addresses\":[\"10.0.0.2\"],\"conditions\":{\"ready\":"
	"false}}]}";
static const char slice_b[] =
	"{\"addressType\":\"IPv4\",\"ports\":[{\"name\":\"http\",\"port\":9000}],\"endpoints\":[{"
	"\"addresses\":[\"10.0.0.3\"]}]}";

static const struct row {
	const char *service;
	const char *want; /* addresses, hostnames with '!' */
} rows[] = {
	{"{\"spec\":{\"type\":\"ClusterIP\",\"clusterIP\":\"10.1.0.1\",\"clusterIPs\":[\"10.1.0.1\","
	 "\"fd00::1\"]}}",
		"10.1.0.1 fd00::1 "},
	{"{\"spec\":{\"type\":\"NodePort\",\"clusterIPs\":[\"10.1.0.1\"],\"externalIPs\":["
	 "\"192.0.2.9\"]}}",
		"10.1.0.1 192.0.2.9 "},
	{"{\"spec\":{\"type\":\"LoadBalancer\",\"clusterIPs\":[\"10.1.0.1\"]}}", ""},
	{"{\"spec\":{\"type\":\"LoadBalancer\",\"clusterIPs\":[\"10.1.0.1\"]},\"status\":{"
	 "\"loadBalancer\":{\"ingress\":[{\"ip\":\"192.0.2.1\"},{\"hostname\":\"lb.example.com\"}]}}}",
		"192.0.2.1 lb.example.com! "},
	{"{\"spec\":{\"type\":\"ExternalName\",\"externalName\":\"edge.example.com\"}}",
		"edge.example.com! "},
	/* Headless: its ready endpoints. */
	{"{\"spec\":{\"clusterIP\":\"None\",\"clusterIPs\":[\"None\"]}}", "10.0.0.1 10.0.0.3 "},
};

static void test_addresses_of_every_type(void **state)
{
	const char *const slices[] = {slice_a, slice_b};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf text = {0};
		struct publish_view v;
		struct arena a;

		arena_init(&a, 0);
		v = judge(&a, rows[i].service, slices, 2);
		for (size_t k = 0; k < v.n_addresses; k++)
			buf_printf(&text, "%.*s%s ", STR_ARG(v.addresses[k].value),
				v.addresses[k].hostname ? "!" : "");
		assert_str(buf_str(&text), rows[i].want);
		assert_int_equal(v.n_ready, 2);
		buf_fini(&text);
		arena_fini(&a);
	}
}

static void test_ports_numeric_named_and_absent(void **state)
{
	static const struct publish_port want[] = {{80, 8000, false}, {80, 9000, false},
		{81, 81, false}, {443, 8443, false}, {53, 5353, true}, {443, 8443, true}};
	const char *const slices[] = {slice_a, slice_b};
	struct publish_view v;
	struct arena a;

	(void)state;
	arena_init(&a, 0);
	v = judge(&a,
		"{\"spec\":{\"ports\":[{\"name\":\"https\",\"port\":443,\"targetPort\":8443},"
		"{\"name\":\"h3\",\"port\":443,\"targetPort\":8443,\"protocol\":\"UDP\"},"
		"{\"name\":\"http\",\"port\":80,\"targetPort\":\"web\"},{\"name\":\"plain\",\"port\":"
		"81},{\"name\":\"dns\",\"port\":53,\"protocol\":\"UDP\",\"targetPort\":\"dns\"},"
		"{\"name\":\"sctp\",\"port\":7,\"protocol\":\"SCTP\"},{\"name\":\"nobody\",\"port\":8,"
		"\"targetPort\":\"nobody\"},{\"port\":0},{\"port\":\"x\"}]}}",
		slices, 2);
	assert_int_equal(v.n_ports, ARRAY_LEN(want));
	for (size_t i = 0; i < v.n_ports; i++) {
		assert_int_equal(v.ports[i].port, want[i].port);
		assert_int_equal(v.ports[i].target, want[i].target);
		assert_int_equal(v.ports[i].udp, want[i].udp);
	}
	arena_fini(&a);
}

static void test_whatever_shape_it_has(void **state)
{
	static const char *const odd[] = {"{}", "{\"spec\":7}", "{\"spec\":{\"ports\":{}}}",
		"{\"spec\":{\"type\":\"LoadBalancer\"},\"status\":{\"loadBalancer\":{\"ingress\":7}}}",
		"{\"spec\":{\"clusterIP\":\"None\",\"clusterIPs\":\"None\"}}"};
	const char *const slices[] = {
		"{\"endpoints\":7,\"ports\":{}}", "{\"endpoints\":[7],\"ports\":[7]}"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(odd); i++) {
		struct arena a;

		arena_init(&a, 0);
		assert_int_equal(judge(&a, odd[i], slices, 2).n_ports, 0);
		arena_fini(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses_of_every_type),
		cmocka_unit_test(test_ports_numeric_named_and_absent),
		cmocka_unit_test(test_whatever_shape_it_has),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
