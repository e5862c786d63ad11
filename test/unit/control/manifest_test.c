/* SPDX-License-Identifier: Apache-2.0 */
/* Names of what is provisioned, and its texts: JSON, restricted, whatever the Gateway says. */
#include "test.h"

#include <errno.h>

#include "control/manifest_priv.h"
#include "text/parse.h"

static void expect_name(const char *namespace, const char *name, const char *class_name,
	bool digest, const char *want)
{
	struct arena a;
	struct str got;

	arena_init(&a, 0);
	got = provision_make_name(
		&a, str_from(namespace), str_from(name), str_from(class_name), digest);
	assert_true(got.n <= PROVISION_NAME_MAX);
	assert_str(got, want);
	arena_fini(&a);
}

static void test_names(void **state)
{
	char big[254];

	(void)state;
	expect_name("ns", "web", "sluice", false, "web-sluice");
	expect_name("ns", "web", "sluice", true, "web-sluice-feb082a8f3");
	expect_name("ns", "a.b", "sluice", false, "a-b-sluice-b214a84768");
	/* Exactly as long as it may be; one more. */
	expect_name("ns", "a123456789a123456789a123456789a123456789abc", "sluice", false,
		"a123456789a123456789a123456789a123456789abc-sluice");
	expect_name("ns", "a123456789a123456789a123456789a123456789abcd", "sluice", false,
		"a123456789a123456789a123456789a12345678-389e420c7b");
	/* Names that differ only behind the cut, and in their namespace. */
	memset(big, 'x', 253);
	big[253] = '\0';
	expect_name(
		"ns", big, "sluice", false, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx-d7824c6ab6");
	big[252] = 'y';
	expect_name(
		"ns", big, "sluice", false, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx-0f43a7a90a");
	expect_name(
		"ns2", big, "sluice", false, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx-6ed03ed934");
	/* A Service may not begin with a digit. */
	expect_name("ns", "1web", "sluice", false, "web-sluice-23f0901f6e");
	expect_name("ns", "1", "2", false, "gateway-c4703df6a3");
}

static const struct provision_port ports[] = {{80, false}, {80, true}, {443, false}};
static const struct str_pair labels[] = {
	{{"sluice.dev/gateway-uid", 22}, {"forged", 6}}, {{"team", 4}, {"a\"b", 3}}};

static struct provision_gateway gateway(void)
{
	return (struct provision_gateway){.namespace = STR("ns"),
		.name = STR("web"),
		.uid = STR("uid-1"),
		.api_version = STR("gateway.networking.k8s.io/v1"),
		.class_name = STR("sluice"),
		.params = dataplane_params_none(),
		.labels = labels,
		.n_labels = 2,
		.annotations = labels,
		.n_annotations = 2,
		.ports = ports,
		.n_ports = 3};
}

static const struct value *at(const struct value *v, const char *path)
{
	struct str rest = str_from(path);

	while (rest.n && v) {
		struct str key = str_cut(&rest, '.');
		uint64_t index;

		if (str_to_u64(key, 1000, &index) == 0)
			v = v->kind == VALUE_ARRAY && index < v->n ? &v->items[index] : NULL;
		else
			v = value_get(v, key);
	}
	assert_non_null(v);
	return v;
}

static void make(
	struct arena *a, enum made_kind kind, const struct provision_gateway *g, struct value *ret)
{
	const struct provision_options o = {.image = STR("sluice:1"),
		.feed_url = STR("https://c.ns.svc.cluster.local:15010"),
		.ca = STR("-----BEGIN\nx\n"),
		.log_level = STR("info"),
		.controller = STR("sluice.dev/gateway-controller")};
	struct buf out = {0};

	assert_true(manifest_write(&out, kind, &o, g, STR("web-sluice"), STR("")));
	assert_int_equal(text_parse_json(a, buf_str(&out), ret, NULL), 0);
	buf_fini(&out);
}

static void test_all(void **state)
{
	struct provision_gateway g = gateway();
	struct value v;
	struct arena a;

	(void)state;
	arena_init(&a, 0);
	g.params.hpa_max = 3;
	for (enum made_kind k = 0; k < MADE_MAX; k++) {
		g.params.daemon_set = k == MADE_DAEMON_SET;
		make(&a, k, &g, &v);
		assert_str(at(&v, "metadata.namespace")->string, "ns");
		assert_str(at(&v, "metadata.ownerReferences.0.uid")->string, "uid-1");
		/* A Gateway cannot claim another's data plane. */
		assert_str(value_get_str(at(&v, "metadata.labels"), STR(PROVISION_UID), STR("")),
			"uid-1");
		assert_str(at(&v, "metadata.labels.team")->string, "a\"b");
		assert_int_equal(at(&v, "metadata.labels")->n, 5);
	}
	arena_fini(&a);
}

static void test_service(void **state)
{
	struct provision_gateway g = gateway();
	struct buf out = {0};
	struct value v;
	struct arena a;

	(void)state;
	arena_init(&a, 0);
	g.address = STR("10.0.0.7");
	make(&a, MADE_SERVICE, &g, &v);
	assert_int_equal(at(&v, "spec.ports")->n, 3);
	assert_str(at(&v, "spec.ports.1.protocol")->string, "UDP");
	assert_str(at(&v, "spec.ports.1.name")->string, "udp-80");
	assert_int_equal(at(&v, "spec.ports.2.port")->integer, 443);
	assert_str(at(&v, "spec.loadBalancerIP")->string, "10.0.0.7");
	g.n_ports = 0;
	assert_false(manifest_write(
		&out, MADE_SERVICE, &(struct provision_options){0}, &g, STR("x"), STR("")));
	arena_fini(&a);
	buf_fini(&out);
}

static void test_pod(void **state)
{
	struct provision_gateway g = gateway();
	const struct value *pod;
	struct value v;
	struct arena a;

	(void)state;
	arena_init(&a, 0);
	make(&a, MADE_DEPLOYMENT, &g, &v);
	pod = at(&v, "spec.template.spec");
	assert_true(at(pod, "securityContext.runAsNonRoot")->boolean);
	assert_str(at(pod, "securityContext.seccompProfile.type")->string, "RuntimeDefault");
	assert_str(at(pod, "containers.0.securityContext.capabilities.drop.0")->string, "ALL");
	assert_false(at(pod, "containers.0.securityContext.allowPrivilegeEscalation")->boolean);
	assert_false(at(pod, "automountServiceAccountToken")->boolean);
	assert_str(at(pod, "containers.0.image")->string, "sluice:1");
	/* No listener port in the template: a listener change restarts no pod. */
	assert_int_equal(at(pod, "containers.0.ports")->n, 1);
	assert_null(value_get(at(&v, "spec"), STR("replicas")));
	arena_fini(&a);
}

static void expect_unwanted(enum made_kind kind, const struct provision_gateway *g)
{
	struct buf out = {0};

	assert_false(
		manifest_write(&out, kind, &(struct provision_options){0}, g, STR("x"), STR("")));
	assert_int_equal(out.n, 0);
}

static void test_params(void **state)
{
	struct provision_gateway g = gateway();
	struct dataplane_params *p = &g.params;
	struct str wanted;
	struct value v;
	struct arena a;

	(void)state;
	arena_init(&a, 0);
	expect_unwanted(MADE_SCALER, &g);
	expect_unwanted(MADE_DAEMON_SET, &g);
	assert_int_equal(
		dataplane_param(&a, STR("dataplane.kind"), STR("DaemonSet\n"), p, &wanted), 0);
	assert_int_equal(
		dataplane_param(&a, STR("dataplane.service-type"), STR("NodePort"), p, &wanted), 0);
	assert_int_equal(dataplane_param(&a, STR("dataplane.image"), STR("mine:2"), p, &wanted), 0);
	assert_int_equal(dataplane_param(&a, STR("dataplane.resources"),
				 STR("limits:\n  memory: 64Mi\n"), p, &wanted),
		0);
	assert_int_equal(dataplane_param(&a, STR("dataplane.affinity"), STR("{nodeAffinity: {}}"),
				 p, &wanted),
		0);
	expect_unwanted(MADE_DEPLOYMENT, &g);
	make(&a, MADE_DAEMON_SET, &g, &v);
	assert_str(at(&v, "spec.template.spec.containers.0.image")->string, "mine:2");
	assert_str(
		at(&v, "spec.template.spec.containers.0.resources.limits.memory")->string, "64Mi");
	assert_int_equal(at(&v, "spec.template.spec.affinity.nodeAffinity")->n, 0);
	make(&a, MADE_SERVICE, &g, &v);
	assert_str(at(&v, "spec.type")->string, "NodePort");
	p->daemon_set = false;
	assert_int_equal(
		dataplane_param(&a, STR("dataplane.max-replicas"), STR("4"), p, &wanted), 0);
	assert_int_equal(
		dataplane_param(&a, STR("dataplane.min-replicas"), STR("9"), p, &wanted), 0);
	make(&a, MADE_SCALER, &g, &v);
	assert_int_equal(at(&v, "spec.minReplicas")->integer, 4); /* never above the other */
	assert_int_equal(at(&v, "spec.metrics.0.resource.target.averageUtilization")->integer, 80);
	arena_fini(&a);
}

static void test_params_refused(void **state)
{
	static const char *const bad[][2] = {{"replicas", "-1"}, {"replicas", "1001"},
		{"replicas", ""}, {"min-replicas", "0"}, {"kind", "StatefulSet"},
		{"service-type", "ExternalName"}, {"image", ""}, {"image", "a b"},
		{"resources", "[]"}, {"resources", "{"}, {"affinity", "x"}, {"cpu-target", "0"}};
	struct dataplane_params p = dataplane_params_none();
	struct str wanted;
	struct arena a;

	(void)state;
	arena_init(&a, 0);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct str key = arena_printf(&a, "dataplane.%s", bad[i][0]);

		assert_int_equal(
			dataplane_param(&a, key, str_from(bad[i][1]), &p, &wanted), -EINVAL);
		assert_true(wanted.n > 0);
	}
	assert_int_equal(
		dataplane_param(&a, STR("dataplane.colour"), STR("red"), &p, &wanted), -ENOENT);
	assert_int_equal(p.replicas, -1);
	arena_fini(&a);
}

/* What a Gateway says does not change the revision, what the controller is does. */
static void test_revision(void **state)
{
	struct provision_options o = {.image = STR("sluice:1"), .controller = STR("c")};
	uint64_t before = manifest_revision(&o);

	(void)state;
	assert_true(before != 0);
	assert_true(manifest_revision(&o) == before);
	o.max_rollouts = 7;
	assert_true(manifest_revision(&o) == before);
	o.image = STR("sluice:2");
	assert_true(manifest_revision(&o) != before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_names), cmocka_unit_test(test_all),
		cmocka_unit_test(test_service), cmocka_unit_test(test_pod),
		cmocka_unit_test(test_params), cmocka_unit_test(test_params_refused),
		cmocka_unit_test(test_revision)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
