/* SPDX-License-Identifier: Apache-2.0 */
#include "control/manifest_priv.h"

#include <openssl/sha.h>

#include "text/write.h"

struct str provision_make_name(
	struct arena *a, struct str namespace, struct str name, struct str class_name, bool digest)
{
	struct str plain = arena_printf(a, "%.*s-%.*s", STR_ARG(name), STR_ARG(class_name));
	struct str all = arena_printf(
		a, "%.*s/%.*s/%.*s", STR_ARG(namespace), STR_ARG(name), STR_ARG(class_name));
	unsigned char sum[SHA256_DIGEST_LENGTH];
	struct buf out = {0};
	struct str made;
	bool fits = plain.n <= PROVISION_NAME_MAX;

	for (size_t i = 0; i < plain.n && out.n < 39; i++) {
		char c = plain.p[i];
		bool ok = (c >= 'a' && c <= 'z') || (out.n && ((c >= '0' && c <= '9') || c == '-'));

		if (!ok)
			fits = false;
		if (ok || out.n)
			buf_addc(&out, ok ? c : '-');
	}
	for (size_t i = 39; i < plain.n; i++)
		fits = fits && plain.p[i] != '.';
	if (fits && !digest && plain.p[plain.n - 1] != '-') {
		buf_fini(&out);
		return plain;
	}
	if (!out.n)
		buf_add(&out, STR("gateway"));
	SHA256((const unsigned char *)all.p, all.n, sum);
	made = arena_printf(a, "%.*s-%02x%02x%02x%02x%02x", STR_ARG(buf_str(&out)), sum[0], sum[1],
		sum[2], sum[3], sum[4]);
	buf_fini(&out);
	return made;
}

static void add_pair(struct buf *out, bool *first, struct str key, struct str value)
{
	if (!*first)
		buf_addc(out, ',');
	*first = false;
	text_write_json_string(out, key);
	buf_addc(out, ':');
	text_write_json_string(out, value);
}

static void add_labels(struct buf *out, const struct provision_gateway *g)
{
	bool first = true;

	buf_add(out, STR("{"));
	for (uint32_t i = 0; i < g->n_labels; i++) {
		if (!str_starts(g->labels[i].key, STR("sluice.dev/")) &&
			!str_eq(g->labels[i].key, STR("gateway.networking.k8s.io/gateway-name")) &&
			!str_starts(g->labels[i].key, STR("app.kubernetes.io/managed-by")))
			add_pair(out, &first, g->labels[i].key, g->labels[i].value);
	}
	add_pair(out, &first, STR(PROVISION_UID), g->uid);
	if (g->name.n <= 63) /* a longer name is no label */
		add_pair(out, &first, STR("gateway.networking.k8s.io/gateway-name"), g->name);
	add_pair(out, &first, STR("app.kubernetes.io/managed-by"), STR("sluice"));
	buf_add(out, STR("}"));
}

static void add_annotations(struct buf *out, const struct provision_gateway *g)
{
	bool first = true;

	buf_add(out, STR("{"));
	for (uint32_t i = 0; i < g->n_annotations; i++)
		add_pair(out, &first, g->annotations[i].key, g->annotations[i].value);
	buf_add(out, STR("}"));
}

static void add_head(struct buf *out, const char *api_version, const char *kind,
	const struct provision_gateway *g, struct str name, struct str uid)
{
	buf_printf(out,
		"{\"apiVersion\":\"%s\",\"kind\":\"%s\",\"metadata\":{\"name\":\"%.*s\","
		"\"namespace\":\"%.*s\",",
		api_version, kind, STR_ARG(name), STR_ARG(g->namespace));
	if (uid.n)
		buf_printf(out, "\"uid\":\"%.*s\",", STR_ARG(uid));
	buf_add(out, STR("\"labels\":"));
	add_labels(out, g);
	buf_add(out, STR(",\"annotations\":"));
	add_annotations(out, g);
	buf_printf(out,
		",\"ownerReferences\":[{\"apiVersion\":\"%.*s\",\"kind\":\"Gateway\",\"name\":\"%.*s\","
		"\"uid\":\"%.*s\",\"controller\":true}]}",
		STR_ARG(g->api_version), STR_ARG(g->name), STR_ARG(g->uid));
}

static bool write_service(
	struct buf *out, const struct provision_gateway *g, struct str name, struct str uid)
{
	if (!g->n_ports)
		return false;
	add_head(out, "v1", "Service", g, name, uid);
	buf_printf(out,
		",\"spec\":{\"type\":\"LoadBalancer\",\"ipFamilyPolicy\":\"PreferDualStack\","
		"\"selector\":{\"" PROVISION_UID "\":\"%.*s\"},",
		STR_ARG(g->uid));
	if (g->address.n) {
		buf_add(out, STR("\"loadBalancerIP\":"));
		text_write_json_string(out, g->address);
		buf_addc(out, ',');
	}
	buf_add(out, STR("\"ports\":["));
	for (size_t i = 0; i < g->n_ports; i++) {
		const struct provision_port *p = &g->ports[i];

		buf_printf(out,
			"%s{\"name\":\"%s-%u\",\"protocol\":\"%s\",\"port\":%u,\"targetPort\":%u}",
			i ? "," : "", p->udp ? "udp" : "tcp", p->port, p->udp ? "UDP" : "TCP",
			p->port, p->port);
	}
	buf_add(out, STR("]}}"));
	return true;
}

static void write_config_map(struct buf *out, const struct provision_options *o,
	const struct provision_gateway *g, struct str name, struct str uid)
{
	add_head(out, "v1", "ConfigMap", g, name, uid);
	buf_add(out, STR(",\"data\":{\"ca.crt\":"));
	text_write_json_string(out, o->ca);
	buf_add(out, STR("}}"));
}

/* The `restricted` level of Pod Security: no user but ours, no capability, nothing written. */
static void write_deployment(struct buf *out, const struct provision_options *o,
	const struct provision_gateway *g, struct str name, struct str uid)
{
	add_head(out, "apps/v1", "Deployment", g, name, uid);
	buf_printf(out,
		",\"spec\":{\"selector\":{\"matchLabels\":{\"" PROVISION_UID "\":\"%.*s\"}},"
		"\"strategy\":{\"type\":\"RollingUpdate\",\"rollingUpdate\":{\"maxUnavailable\":0,"
		"\"maxSurge\":1}},\"template\":{\"metadata\":{\"labels\":",
		STR_ARG(g->uid));
	add_labels(out, g);
	buf_add(out, STR(",\"annotations\":"));
	add_annotations(out, g);
	buf_printf(out,
		"},\"spec\":{\"serviceAccountName\":\"%.*s\",\"automountServiceAccountToken\":false,"
		"\"enableServiceLinks\":false,\"terminationGracePeriodSeconds\":60,"
		"\"securityContext\":{\"runAsNonRoot\":true,\"runAsUser\":65532,\"runAsGroup\":65532,"
		"\"fsGroup\":65532,\"seccompProfile\":{\"type\":\"RuntimeDefault\"},\"sysctls\":[{"
		"\"name\":\"net.ipv4.ip_unprivileged_port_start\",\"value\":\"0\"}]},"
		"\"containers\":[{\"name\":\"sluice\",\"image\":",
		STR_ARG(name));
	text_write_json_string(out, o->image);
	buf_printf(out,
		",\"args\":[\"serve\",\"--feed\",\"%.*s\",\"--gateway\",\"%.*s/%.*s\","
		"\"--feed-ca\",\"" PROVISION_FOLDER "/ca.crt\",\"--feed-token\","
		"\"" PROVISION_FOLDER
		"/token\",\"--admin\",\"off\",\"--health\",\"[::]:15020\",\"--log-level\",\"%.*s\","
		"\"--controller-name\",\"%.*s\"],",
		STR_ARG(o->feed_url), STR_ARG(g->namespace), STR_ARG(g->name),
		STR_ARG(o->log_level), STR_ARG(o->controller));
	buf_printf(out,
		"\"securityContext\":{\"allowPrivilegeEscalation\":false,\"readOnlyRootFilesystem\":"
		"true,\"capabilities\":{\"drop\":[\"ALL\"]}},"
		"\"ports\":[{\"name\":\"health\",\"containerPort\":%d}],"
		"\"readinessProbe\":{\"httpGet\":{\"path\":\"/readyz\",\"port\":\"health\"},"
		"\"periodSeconds\":1,\"timeoutSeconds\":1,\"failureThreshold\":3},"
		"\"livenessProbe\":{\"httpGet\":{\"path\":\"/healthz\",\"port\":\"health\"},"
		"\"periodSeconds\":10,\"timeoutSeconds\":5,\"failureThreshold\":6},"
		"\"resources\":{\"requests\":{\"cpu\":\"10m\",\"memory\":\"32Mi\"}},"
		"\"volumeMounts\":[{\"name\":\"feed\",\"mountPath\":\"" PROVISION_FOLDER "\","
		"\"readOnly\":true}]}],\"volumes\":[{\"name\":\"feed\",\"projected\":{\"sources\":[{"
		"\"serviceAccountToken\":{\"audience\":\"sluice-feed\",\"expirationSeconds\":3600,"
		"\"path\":\"token\"}},{\"configMap\":{\"name\":\"%.*s\",\"items\":[{\"key\":\"ca.crt\","
		"\"path\":\"ca.crt\"}]}}]}}]}}}}",
		PROVISION_HEALTH_PORT, STR_ARG(name));
}

bool manifest_write(struct buf *out, enum made_kind kind, const struct provision_options *o,
	const struct provision_gateway *g, struct str name, struct str uid)
{
	switch (kind) {
	case MADE_SERVICE_ACCOUNT:
		add_head(out, "v1", "ServiceAccount", g, name, uid);
		buf_add(out, STR(",\"automountServiceAccountToken\":false}"));
		return true;
	case MADE_CONFIG_MAP:
		write_config_map(out, o, g, name, uid);
		return true;
	case MADE_SERVICE:
		return write_service(out, g, name, uid);
	case MADE_DEPLOYMENT:
		write_deployment(out, o, g, name, uid);
		return true;
	case MADE_MAX:
		break;
	}
	return false;
}
