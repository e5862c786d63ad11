/* SPDX-License-Identifier: Apache-2.0 */
/* Core kinds in files: every field that exists is taken, every other is a mistake to be told. */
#include "test.h"

#include <errno.h>

#include "helper_decode.h"

static struct decoded t;

static int strict(void **state)
{
	(void)state;
	decoded_init(&t, (struct decode_options){0});
	return 0;
}

static int tolerant(void **state)
{
	(void)state;
	decoded_init(&t, (struct decode_options){.tolerant = true});
	return 0;
}

static int done(void **state)
{
	(void)state;
	decoded_fini(&t);
	return 0;
}

static const struct {
	const char *yaml, *error; /* behind "a.yaml:" */
} mistakes[] = {
	{"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndatas: {a: b}\n",
		"4:1: ConfigMap default/c: datas: unknown field (did you mean data?)\n"},
	{"apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringdata: {a: b}\n",
		"4:1: Secret default/s: stringdata: unknown field (did you mean stringData?)\n"},
	{"apiVersion: v1\nkind: Namespace\nmetadata: {name: ns}\nlabels: {a: b}\n",
		"4:1: Namespace ns: labels: unknown field\n"},
	{"apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec:\n  selectors: {a: b}\n"
	 "  ports: [{port: 80}]\n",
		"5:3: Service default/s: spec.selectors: unknown field (did you mean selector?)\n"},
	{"apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec:\n  ports:\n  - port: 80\n"
	 "    targetport: 8080\n",
		"7:5: Service default/s: spec.ports[0].targetport: unknown field (did you mean "
		"targetPort?)\n"},
	{"apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec:\n  ports: [{port: 80}]\n"
	 "  sessionAffinityConfig: {clientIP: {timeout: 1}}\n",
		"6:38: Service default/s: spec.sessionAffinityConfig.clientIP.timeout: unknown field (did you mean timeoutSeconds?)\n"},
	{"apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: e}\n"
	 "addressType: IPv4\nendpoints:\n- addresses: [10.0.0.1]\n  conditions: {readi: true}\n",
		"7:16: EndpointSlice default/e: endpoints[0].conditions.readi: unknown field (did you "
		"mean ready?)\n"},
	{"apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: e}\n"
	 "addressType: IPv4\nendpoints: []\nports: [{nam: http, port: 80}]\n",
		"6:10: EndpointSlice default/e: ports[0].nam: unknown field (did you mean name?)\n"},
	{"apiVersion: certificates.k8s.io/v1beta1\nkind: ClusterTrustBundle\n"
	 "metadata: {name: b}\nspec: {trustbundle: a, trustBundle: pem}\n",
		"4:8: ClusterTrustBundle b: spec.trustbundle: unknown field (did you mean "
		"trustBundle?)\n"},
};

static void mistakes_are_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(mistakes); i++) {
		struct str got;

		decoded_from(&t, mistakes[i].yaml, NULL);
		got = buf_str(&t.errors);
		assert_true(str_starts(got, STR("a.yaml:")));
		assert_str(str_skip(got, 7), mistakes[i].error);
		assert_int_equal(t.rc, -EINVAL);
	}
}

/* The API server has judged them, perhaps by a newer version than we know. */
static void from_the_api_server_they_are_taken(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(mistakes); i++) {
		decoded_from(&t, mistakes[i].yaml, NULL);
		assert_str(buf_str(&t.errors), "");
		assert_int_equal(t.rc, 0);
	}
}

#define META                                                                                    \
	"metadata:\n  name: x\n  generateName: x-\n  namespace: ns\n  selfLink: /x\n  uid: u\n" \
	"  resourceVersion: '7'\n  generation: 3\n  creationTimestamp: 2026-01-02T03:04:05Z\n"  \
	"  labels: {app: x}\n  annotations: {k: v}\n  finalizers: [a/b]\n"                      \
	"  ownerReferences: [{apiVersion: v1, kind: Pod, name: p, uid: q, controller: true,\n"  \
	"    blockOwnerDeletion: true}]\n"                                                      \
	"  managedFields: [{manager: kubectl, operation: Update, apiVersion: v1,\n"             \
	"    time: 2026-01-02T03:04:05Z, fieldsType: FieldsV1, fieldsV1: {'f:data': {}}}]\n"

/* One of each with every field that the types have, as `kubectl get -o yaml` would write it. */
static const char *const whole[] = {
	"apiVersion: v1\nkind: Secret\n" META "immutable: true\ntype: Opaque\ndata: {a: aGk=}\n"
	"stringData: {b: c}\n",
	"apiVersion: v1\nkind: ConfigMap\n" META "immutable: false\ndata: {a: b}\n"
	"binaryData: {c: aGk=}\n",
	"apiVersion: v1\nkind: Service\n" META "spec:\n  type: LoadBalancer\n"
	"  selector: {app: x}\n  clusterIP: 10.0.0.7\n  clusterIPs: [10.0.0.7]\n"
	"  externalIPs: [192.0.2.1]\n  sessionAffinity: ClientIP\n  loadBalancerIP: 192.0.2.2\n"
	"  loadBalancerSourceRanges: [10.0.0.0/8]\n  externalTrafficPolicy: Local\n"
	"  healthCheckNodePort: 30000\n  publishNotReadyAddresses: true\n"
	"  sessionAffinityConfig: {clientIP: {timeoutSeconds: 10}}\n  ipFamilies: [IPv4]\n"
	"  ipFamilyPolicy: SingleStack\n  allocateLoadBalancerNodePorts: true\n"
	"  loadBalancerClass: a/b\n  internalTrafficPolicy: Cluster\n"
	"  trafficDistribution: PreferClose\n"
	"  ports: [{name: http, protocol: TCP, appProtocol: http, port: 80, targetPort: web,\n"
	"    nodePort: 30001}]\n"
	"status:\n  loadBalancer: {ingress: [{ip: 192.0.2.2, ipMode: VIP, ports: []}]}\n"
	"  conditions: [{type: A, status: 'True', reason: R, message: m, observedGeneration: 1,\n"
	"    lastTransitionTime: 2026-01-02T03:04:05Z}]\n",
	"apiVersion: v1\nkind: Service\nmetadata: {name: e}\n"
	"spec: {type: ExternalName, externalName: a.example}\n",
	"apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n" META "addressType: IPv4\n"
	"endpoints:\n- addresses: [10.0.0.1]\n"
	"  conditions: {ready: true, serving: true, terminating: false}\n  hostname: h\n"
	"  nodeName: node\n  zone: z\n  deprecatedTopology: {a: b}\n"
	"  hints: {forZones: [{name: z}], forNodes: [{name: node}]}\n"
	"  targetRef: {kind: Pod, namespace: ns, name: p, uid: u, apiVersion: v1,\n"
	"    resourceVersion: '1', fieldPath: a}\n"
	"ports: [{name: http, protocol: TCP, port: 80, appProtocol: http}]\n",
};

static void whole_objects_are_taken(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(whole); i++) {
		decoded_from(&t, whole[i], NULL);
		assert_str(buf_str(&t.errors), "");
		assert_int_equal(t.rc, 0);
	}
	decoded_from(&t,
		"apiVersion: v1\nkind: Namespace\nmetadata: {name: ns}\n"
		"spec: {finalizers: [kubernetes]}\nstatus: {phase: Active, conditions: []}\n",
		NULL);
	assert_int_equal(t.rc, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(mistakes_are_told, strict, done),
		cmocka_unit_test_setup_teardown(from_the_api_server_they_are_taken, tolerant, done),
		cmocka_unit_test_setup_teardown(whole_objects_are_taken, strict, done),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
