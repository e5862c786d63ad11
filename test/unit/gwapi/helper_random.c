/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "helper_random.h"

/* Test material only: self-signed for a.example.com, b.example.com and a CA. */
static const char *const pairs[] = {
	"stringData:\n  tls.crt: |\n"
	"    -----BEGIN CERTIFICATE-----\n"
	"    MIIBsjCCAVigAwIBAgIUBM3S3fJC0W+SFhaa0beGPHvovYgwCgYIKoZIzj0EAwIw\n"
	"    GDEWMBQGA1UEAwwNYS5leGFtcGxlLmNvbTAgFw0yNjExMjQxNTQ3NDhaGA8yMTI2\n"
	"    MTAzMTE1NDc0OFowGDEWMBQGA1UEAwwNYS5leGFtcGxlLmNvbTBZMBMGByqGSM49\n"
	"    AgEGCCqGSM49AwEHA0IABPm9gDivh1LTNI3TYKCZVRJxSllj+1uGt6yEOV0pjRou\n"
	"    7u1t5mWgCdaMehY4XHscgAL2RKvtHBbGyV7XhH3vt/ajfjB8MB0GA1UdDgQWBBR3\n"
	"    EJ2YYjk7zlB60RGqxYt+t35FGDAfBgNVHSMEGDAWgBR3EJ2YYjk7zlB60RGqxYt+\n"
	"    t35FGDAPBgNVHRMBAf8EBTADAQH/MCkGA1UdEQQiMCCCDWEuZXhhbXBsZS5jb22C\n"
	"    DyouYS5leGFtcGxlLmNvbTAKBggqhkjOPQQDAgNIADBFAiEAxe6GRLJUNiIoRND1\n"
	"    9vxmsQQgxlEde2bAdg498czi8IwCIC5kHwVXA88+flmCpgwUwa1EfebHOX+HfenE\n"
	"    tA9duKyO\n"
	"    -----END CERTIFICATE-----\n"
	"  tls.key: |\n"
	"    -----BEGIN PRIVATE KEY-----\n"
	"    MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgAz6jmDu5WsoT0+PT\n"
	"    8SIOleE+sUFa5OQbX+7irv6kMIyhRANCAAT5vYA4r4dS0zSN02CgmVUScUpZY/tb\n"
	"    hreshDldKY0aLu7tbeZloAnWjHoWOFx7HIAC9kSr7RwWxsle14R977f2\n"
	"    -----END PRIVATE KEY-----\n",
	"stringData:\n  tls.crt: |\n"
	"    -----BEGIN CERTIFICATE-----\n"
	"    MIIBsjCCAVigAwIBAgIUO0iHaRJroP/rs6hmSeORCKZ+K8cwCgYIKoZIzj0EAwIw\n"
	"    GDEWMBQGA1UEAwwNYi5leGFtcGxlLmNvbTAgFw0yNjExMjQxNTQ3NDhaGA8yMTI2\n"
	"    MTAzMTE1NDc0OFowGDEWMBQGA1UEAwwNYi5leGFtcGxlLmNvbTBZMBMGByqGSM49\n"
	"    AgEGCCqGSM49AwEHA0IABGMMsX3Z4oCH0ETB3j8uzxSPhEjVvkY5u9by8imh8cH3\n"
	"    QQ0pH01ocgMLPD2NyKw3iLEWsawncVn5nmYIybPiBsGjfjB8MB0GA1UdDgQWBBTo\n"
	"    xM6haNBGonmaamQcDQyaTVP0ADAfBgNVHSMEGDAWgBToxM6haNBGonmaamQcDQya\n"
	"    TVP0ADAPBgNVHRMBAf8EBTADAQH/MCkGA1UdEQQiMCCCDWIuZXhhbXBsZS5jb22C\n"
	"    DyouYi5leGFtcGxlLmNvbTAKBggqhkjOPQQDAgNIADBFAiA8Islgr7k5oHa+OwqG\n"
	"    dsoR1YLIFBpR2ySH/uf8EDb0DQIhAJkYI70Xcuw/l1VnYMOr7JvzhkXv0bGOaxvP\n"
	"    qP0EyL1D\n"
	"    -----END CERTIFICATE-----\n"
	"  tls.key: |\n"
	"    -----BEGIN PRIVATE KEY-----\n"
	"    MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgQPiqY11qVb46HuSP\n"
	"    VVyBupFYHbtn9dWtjXjCH27DSaehRANCAARjDLF92eKAh9BEwd4/Ls8Uj4RI1b5G\n"
	"    ObvW8vIpofHB90ENKR9NaHIDCzw9jcisN4ixFrGsJ3FZ+Z5mCMmz4gbB\n"
	"    -----END PRIVATE KEY-----\n",
};
static const char *const ca =
	"data:\n  ca.crt: |\n"
	"    -----BEGIN CERTIFICATE-----\n"
	"    MIIBfDCCASGgAwIBAgIUcBf+P7GO4upayayhwEBTtVUKfJwwCgYIKoZIzj0EAwIw\n"
	"    EjEQMA4GA1UEAwwHVGVzdCBDQTAgFw0yNjExMjQxNTQ3NDhaGA8yMTI2MTAzMTE1\n"
	"    NDc0OFowEjEQMA4GA1UEAwwHVGVzdCBDQTBZMBMGByqGSM49AgEGCCqGSM49AwEH\n"
	"    A0IABGvNoacL4bMLKMmFKmkUQom9/Xtws3myIIve+RwRmdXdpA/+LHOFxWTYnRPm\n"
	"    CTM1MvOQr1ihNKC2eX4XJ4BJbvmjUzBRMB0GA1UdDgQWBBR8MwMsgC9KcjdSXLWu\n"
	"    xKN807DH7jAfBgNVHSMEGDAWgBR8MwMsgC9KcjdSXLWuxKN807DH7jAPBgNVHRMB\n"
	"    Af8EBTADAQH/MAoGCCqGSM49BAMCA0kAMEYCIQClk1muQvaGzB61efBzTE2dvxxh\n"
	"    5XMOxHVS6Y3D225O8AIhAP+ScfIixqk4XxBxdmw3zYvA9ewCVFNn7XrVSOR6Q0B6\n"
	"    -----END CERTIFICATE-----\n";

uint32_t dice_roll(struct dice *d, uint32_t n)
{
	/* SplitMix64 */
	uint64_t z = (d->state += 0x9e3779b97f4a7c15u);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return (uint32_t)((z ^ (z >> 31)) % n);
}

static const char *pick(struct dice *d, const char *const *list, uint32_t n)
{
	return list[dice_roll(d, n)];
}
#define PICK(d, ...)                                \
	pick(d, (const char *const[]){__VA_ARGS__}, \
		sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static bool one_in(struct dice *d, uint32_t n)
{
	return dice_roll(d, n) == 0;
}

static const struct {
	enum object_kind kind;
	uint32_t weight, names;
	const char *prefix;
	const char *api;
} rows[] = {
	{KIND_GATEWAY_CLASS, 2, 2, "class", "gateway.networking.k8s.io/v1"},
	{KIND_GATEWAY, 8, 2, "gw", "gateway.networking.k8s.io/v1"},
	{KIND_LISTENER_SET, 6, 2, "ls", "gateway.networking.k8s.io/v1"},
	{KIND_HTTP_ROUTE, 14, 4, "route", "gateway.networking.k8s.io/v1"},
	{KIND_GRPC_ROUTE, 3, 2, "grpc", "gateway.networking.k8s.io/v1"},
	{KIND_TCP_ROUTE, 3, 2, "tcp", "gateway.networking.k8s.io/v1"},
	{KIND_TLS_ROUTE, 3, 2, "sni", "gateway.networking.k8s.io/v1"},
	{KIND_UDP_ROUTE, 2, 2, "udp", "gateway.networking.k8s.io/v1"},
	{KIND_REFERENCE_GRANT, 6, 2, "grant", "gateway.networking.k8s.io/v1"},
	{KIND_BACKEND_TLS_POLICY, 5, 2, "policy", "gateway.networking.k8s.io/v1"},
	{KIND_BACKEND, 4, 2, "own", "sluice.dev/v1alpha1"},
	{KIND_SERVICE, 8, 3, "svc", "v1"},
	{KIND_ENDPOINT_SLICE, 8, 4, "slice", "discovery.k8s.io/v1"},
	{KIND_SECRET, 4, 2, "cert", "v1"},
	{KIND_CONFIG_MAP, 4, 2, "map", "v1"},
	{KIND_NAMESPACE, 3, 3, "", "v1"},
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))
#define NAMESPACES "na", "nb", "nc"

struct random_name random_pick(struct dice *d)
{
	static const char *const spaces[] = {NAMESPACES};
	struct random_name n = {0};
	uint32_t total = 0, at;
	size_t i = 0;

	for (size_t k = 0; k < ROWS; k++)
		total += rows[k].weight;
	at = dice_roll(d, total);
	while (at >= rows[i].weight)
		at -= rows[i++].weight;
	n.kind = rows[i].kind;
	if (!object_kind_cluster(n.kind))
		snprintf(n.namespace, sizeof(n.namespace), "%s", PICK(d, NAMESPACES));
	if (n.kind == KIND_NAMESPACE)
		snprintf(n.name, sizeof(n.name), "%s", spaces[dice_roll(d, 3)]);
	else
		snprintf(n.name, sizeof(n.name), "%s%u", rows[i].prefix,
			dice_roll(d, rows[i].names));
	return n;
}

static void listener(struct dice *d, struct buf *b, unsigned i)
{
	const char *protocol =
		PICK(d, "HTTP", "HTTP", "HTTP", "HTTP", "HTTPS", "HTTPS", "TCP", "UDP", "TLS");
	bool l4 = strcmp(protocol, "TCP") == 0 || strcmp(protocol, "UDP") == 0;
	bool tls = strcmp(protocol, "HTTPS") == 0;

	buf_printf(b, "  - name: l%u\n    port: %s\n    protocol: %s\n", i,
		PICK(d, "80", "80", "443", "8080"), protocol);
	if (strcmp(protocol, "TLS") == 0) {
		tls = one_in(d, 2);
		if (!tls)
			buf_printf(b, "    tls: {mode: Passthrough}\n");
	}
	if (!l4 && one_in(d, 2))
		buf_printf(b, "    hostname: \"%s\"\n",
			PICK(d, "a.example.com", "*.example.com", "b.example.com",
				"*.a.example.com"));
	if (tls) {
		buf_printf(b, "    tls:\n      certificateRefs:\n      - name: cert%u\n",
			dice_roll(d, 2));
		if (one_in(d, 3))
			buf_printf(b, "        namespace: %s\n", PICK(d, NAMESPACES));
	}
	if (!one_in(d, 4))
		buf_printf(b, "    allowedRoutes:\n      namespaces:\n        from: %s\n",
			PICK(d, "All", "All", "Same",
				"Selector\n        selector:\n          matchLabels:\n            team: red"));
}

/* Distinct by name and by port, protocol, hostname: more would be refused by the schema. */
static void listeners(struct dice *d, struct buf *b)
{
	listener(d, b, 0);
}

static void gateway(struct dice *d, struct buf *b)
{
	buf_printf(b, "spec:\n  gatewayClassName: %s\n",
		PICK(d, "sluice", "class0", "class0", "class0", "class1"));
	if (one_in(d, 2))
		buf_printf(b, "  allowedListeners:\n    namespaces:\n      from: %s\n",
			PICK(d, "All", "Same", "None"));
	if (one_in(d, 5))
		buf_printf(b,
			"  infrastructure:\n    parametersRef:\n      group: \"\"\n      kind: "
			"ConfigMap\n      name: map0\n");
	if (one_in(d, 5))
		buf_printf(b,
			"  tls:\n    backend:\n      clientCertificateRef:\n        name: cert%u\n",
			dice_roll(d, 2));
	if (one_in(d, 6))
		buf_printf(b, "  addresses:\n  - value: 10.0.0.%u\n", dice_roll(d, 2));
	buf_printf(b, "  listeners:\n");
	listeners(d, b);
}

static void parent_refs(struct dice *d, struct buf *b)
{
	buf_printf(b, "  parentRefs:\n  - name: gw%u\n    namespace: %s\n", dice_roll(d, 2),
		PICK(d, NAMESPACES));
	if (one_in(d, 3))
		buf_printf(b, "    %s\n",
			PICK(d, "sectionName: l0", "sectionName: l9", "port: 80", "port: 443"));
	if (one_in(d, 2))
		buf_printf(b, "  - kind: ListenerSet\n    name: ls%u\n    namespace: %s\n",
			dice_roll(d, 2), PICK(d, NAMESPACES));
}

static void hostnames(struct dice *d, struct buf *b)
{
	if (one_in(d, 2))
		return;
	buf_printf(b, "  hostnames:\n  - \"%s\"\n",
		PICK(d, "a.example.com", "*.example.com", "x.a.example.com", "other.net"));
}

static void backend_ref(struct dice *d, struct buf *b, const char *indent, bool own)
{
	if (own && one_in(d, 4)) {
		buf_printf(b, "%s- group: sluice.dev\n%s  kind: Backend\n%s  name: own%u\n", indent,
			indent, indent, dice_roll(d, 2));
	} else {
		buf_printf(b, "%s- name: svc%u\n%s  port: %s\n", indent, dice_roll(d, 3), indent,
			PICK(d, "80", "80", "443", "9"));
	}
	if (one_in(d, 3))
		buf_printf(b, "%s  namespace: %s\n", indent, PICK(d, NAMESPACES));
}

static void http_rule(struct dice *d, struct buf *b)
{
	buf_printf(b, "  - backendRefs:\n");
	backend_ref(d, b, "    ", true);
	if (one_in(d, 3))
		backend_ref(d, b, "    ", true);
	if (one_in(d, 2)) {
		buf_printf(b, "    matches:\n    - path:\n        type: %s\n        value: %s\n",
			PICK(d, "PathPrefix", "Exact"), PICK(d, "/", "/a", "/a/b"));
		if (one_in(d, 4))
			buf_printf(b,
				"    - path:\n        type: RegularExpression\n        value: \"%s\"\n",
				PICK(d, "/x/[0-9]+", "/broken["));
	}
	if (one_in(d, 4))
		buf_printf(b,
			"    filters:\n    - type: RequestMirror\n      requestMirror:\n        "
			"backendRef:\n          name: svc%u\n          port: 80\n",
			dice_roll(d, 3));
	if (one_in(d, 8))
		buf_printf(b, "    timeouts:\n      request: 5s\n");
}

static void http_route(struct dice *d, struct buf *b)
{
	buf_printf(b, "spec:\n");
	parent_refs(d, b);
	hostnames(d, b);
	buf_printf(b, "  rules:\n");
	http_rule(d, b);
	if (one_in(d, 3))
		http_rule(d, b);
}

static void l4_route(struct dice *d, struct buf *b)
{
	buf_printf(b, "spec:\n");
	parent_refs(d, b);
	buf_printf(b, "  rules:\n  - backendRefs:\n");
	backend_ref(d, b, "    ", false);
}

static void tls_route(struct dice *d, struct buf *b)
{
	l4_route(d, b);
	buf_printf(b, "  hostnames: [\"%s\"]\n",
		PICK(d, "a.example.com", "*.example.com", "b.example.com"));
}

static void grant(struct dice *d, struct buf *b)
{
	buf_printf(b,
		"spec:\n  from:\n  - group: gateway.networking.k8s.io\n    kind: %s\n    namespace: %s\n"
		"  to:\n  - group: \"\"\n    kind: %s\n",
		PICK(d, "HTTPRoute", "HTTPRoute", "Gateway", "ListenerSet"), PICK(d, NAMESPACES),
		PICK(d, "Service", "Service", "Secret"));
}

static void policy(struct dice *d, struct buf *b)
{
	buf_printf(b, "spec:\n  targetRefs:\n  - group: \"\"\n    kind: Service\n    name: svc%u\n",
		dice_roll(d, 3));
	if (one_in(d, 3))
		buf_printf(b, "    sectionName: %s\n", PICK(d, "web", "none"));
	buf_printf(b, "  validation:\n    hostname: a.example.com\n");
	if (one_in(d, 3))
		buf_printf(b, "    wellKnownCACertificates: System\n");
	else
		buf_printf(b,
			"    caCertificateRefs:\n    - group: \"\"\n      kind: %s\n      name: map%u\n",
			PICK(d, "ConfigMap", "ConfigMap", "Service"), dice_roll(d, 2));
}

static void service(struct dice *d, struct buf *b)
{
	if (one_in(d, 8)) {
		buf_printf(b,
			"spec:\n  type: ExternalName\n  externalName: app.internal\n  ports:\n  - "
			"port: 80\n");
		return;
	}
	buf_printf(b, "spec:\n  ports:\n  - name: web\n    port: 80\n");
	if (one_in(d, 4))
		buf_printf(
			b, "    appProtocol: %s\n", PICK(d, "kubernetes.io/h2c", "https", "redis"));
	if (one_in(d, 2))
		buf_printf(b, "  - name: tls\n    port: 443\n");
}

static void slice(struct dice *d, struct buf *b)
{
	bool six = one_in(d, 4);

	buf_printf(b, "addressType: %s\nports:\n- name: %s\n  port: %u\nendpoints:\n",
		six ? "IPv6" : "IPv4", PICK(d, "web", "web", "tls"), 3000 + dice_roll(d, 3));
	for (uint32_t i = dice_roll(d, 3) + 1; i; i--)
		buf_printf(b, "- addresses: ['%s%u']\n  conditions: {%s}\n",
			six ? "2001:db8::" : "10.1.0.", dice_roll(d, 8),
			PICK(d, "ready: true", "", "ready: false",
				"ready: false, serving: true, terminating: true"));
}

static void body(struct dice *d, enum object_kind kind, struct buf *b)
{
	switch ((int)kind) {
	case KIND_GATEWAY_CLASS:
		buf_printf(b, "spec:\n  controllerName: %s\n",
			PICK(d, "sluice.dev/gateway-controller", "sluice.dev/gateway-controller",
				"sluice.dev/gateway-controller", "other.example/controller"));
		if (one_in(d, 3))
			buf_printf(b,
				"  parametersRef:\n    group: \"\"\n    kind: ConfigMap\n    name: "
				"map1\n    namespace: na\n");
		break;
	case KIND_GATEWAY:
		gateway(d, b);
		break;
	case KIND_LISTENER_SET:
		buf_printf(b,
			"spec:\n  parentRef:\n    name: gw%u\n    namespace: %s\n  listeners:\n",
			dice_roll(d, 2), PICK(d, NAMESPACES));
		listeners(d, b);
		break;
	case KIND_HTTP_ROUTE:
		http_route(d, b);
		break;
	case KIND_GRPC_ROUTE:
	case KIND_TCP_ROUTE:
	case KIND_UDP_ROUTE:
		l4_route(d, b);
		break;
	case KIND_TLS_ROUTE:
		tls_route(d, b);
		break;
	case KIND_REFERENCE_GRANT:
		grant(d, b);
		break;
	case KIND_BACKEND_TLS_POLICY:
		policy(d, b);
		break;
	case KIND_BACKEND:
		buf_printf(b, "spec:\n  endpoints: [\"%s\"]\n",
			PICK(d, "10.2.0.1:80", "app.internal:8080", "[2001:db8::1]:80"));
		break;
	case KIND_SERVICE:
		service(d, b);
		break;
	case KIND_ENDPOINT_SLICE:
		slice(d, b);
		break;
	case KIND_SECRET:
		buf_printf(b, "type: kubernetes.io/tls\n%s",
			one_in(d, 4) ? "stringData: {tls.crt: nonsense, tls.key: nonsense}\n"
				     : pairs[dice_roll(d, 2)]);
		break;
	case KIND_CONFIG_MAP:
		buf_printf(b, "%s",
			one_in(d, 2)
				? ca
				: PICK(d, "data: {client.idle-timeout: 10s}\n",
					  "data: {client.headers: \"200\"}\n", "data: {bad: x}\n"));
		break;
	default:
		break;
	}
}

struct random_name random_object(struct dice *d, struct buf *out)
{
	struct random_name n = random_pick(d);
	const char *api = "";

	for (size_t i = 0; i < ROWS; i++)
		if (rows[i].kind == n.kind)
			api = rows[i].api;
	buf_printf(out, "apiVersion: %s\nkind: %.*s\nmetadata:\n  name: %s\n", api,
		STR_ARG(object_kind_name(n.kind)), n.name);
	if (n.namespace[0])
		buf_printf(out, "  namespace: %s\n", n.namespace);
	if (one_in(d, 2))
		buf_printf(
			out, "  creationTimestamp: \"2026-01-01T00:00:%02uZ\"\n", dice_roll(d, 4));
	if (n.kind == KIND_ENDPOINT_SLICE)
		buf_printf(out, "  labels: {kubernetes.io/service-name: svc%u}\n", dice_roll(d, 3));
	if (n.kind == KIND_GATEWAY_CLASS && one_in(d, 3))
		buf_printf(out, "  annotations: {konghq.com/gatewayclass-unmanaged: \"true\"}\n");
	if (n.kind == KIND_NAMESPACE)
		buf_printf(out, "  labels: {team: %s}\n", PICK(d, "red", "blue"));
	body(d, n.kind, out);
	return n;
}
