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

void provision_controller(struct str controller, char ret_label[static PROVISION_CONTROLLER_N + 1])
{
	unsigned char sum[SHA256_DIGEST_LENGTH];

	SHA256((const unsigned char *)controller.p, controller.n, sum);
	for (size_t i = 0; i < PROVISION_CONTROLLER_N; i++)
		ret_label[i] = "0123456789abcdef"[sum[i / 2] >> (i % 2 ? 0 : 4) & 15];
	ret_label[PROVISION_CONTROLLER_N] = '\0';
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

static void add_labels(
	struct buf *out, const struct provision_options *o, const struct provision_gateway *g)
{
	char controller[PROVISION_CONTROLLER_N + 1];
	bool first = true;

	provision_controller(o->controller, controller);
	buf_add(out, STR("{"));
	for (uint32_t i = 0; i < g->n_labels; i++) {
		if (!str_starts(g->labels[i].key, STR("sluice.dev/")) &&
			!str_eq(g->labels[i].key, STR("gateway.networking.k8s.io/gateway-name")) &&
			!str_starts(g->labels[i].key, STR("app.kubernetes.io/managed-by")))
			add_pair(out, &first, g->labels[i].key, g->labels[i].value);
	}
	add_pair(out, &first, STR(PROVISION_CONTROLLER), str_from(controller));
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

static void add_annotations_and(
	struct buf *out, const struct provision_gateway *g, const char *key, uint64_t value)
{
	bool first = true;

	buf_add(out, STR("{"));
	for (uint32_t i = 0; i < g->n_annotations; i++) {
		if (!str_eq(g->annotations[i].key, str_from(key)))
			add_pair(out, &first, g->annotations[i].key, g->annotations[i].value);
	}
	buf_printf(out, "%s\"%s\":\"%016llx\"}", first ? "" : ",", key, (unsigned long long)value);
}

static void add_head(struct buf *out, const struct provision_options *o, const char *api_version,
	const char *kind, const struct provision_gateway *g, struct str name, struct str uid,
	uint64_t revision)
{
	buf_printf(out,
		"{\"apiVersion\":\"%s\",\"kind\":\"%s\",\"metadata\":{\"name\":\"%.*s\","
		"\"namespace\":\"%.*s\",",
		api_version, kind, STR_ARG(name), STR_ARG(g->namespace));
	if (uid.n)
		buf_printf(out, "\"uid\":\"%.*s\",", STR_ARG(uid));
	buf_add(out, STR("\"labels\":"));
	add_labels(out, o, g);
	buf_add(out, STR(",\"annotations\":"));
	if (revision)
		add_annotations_and(out, g, MANIFEST_REVISION, revision);
	else
		add_annotations(out, g);
	buf_printf(out,
		",\"ownerReferences\":[{\"apiVersion\":\"%.*s\",\"kind\":\"Gateway\",\"name\":\"%.*s\","
		"\"uid\":\"%.*s\",\"controller\":true}]}",
		STR_ARG(g->api_version), STR_ARG(g->name), STR_ARG(g->uid));
}

static bool write_service(struct buf *out, const struct provision_options *o,
	const struct provision_gateway *g, struct str name, struct str uid)
{
	struct str type = g->params.service_type.n ? g->params.service_type : STR("LoadBalancer");

	if (!g->n_ports)
		return false;
	add_head(out, o, "v1", "Service", g, name, uid, 0);
	buf_printf(out,
		",\"spec\":{\"type\":\"%.*s\",\"ipFamilyPolicy\":\"PreferDualStack\","
		"\"selector\":{\"" PROVISION_UID "\":\"%.*s\"},",
		STR_ARG(type), STR_ARG(g->uid));
	if (g->address.n && str_eq(type, STR("LoadBalancer"))) {
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
	add_head(out, o, "v1", "ConfigMap", g, name, uid, 0);
	buf_add(out, STR(",\"data\":{\"ca.crt\":"));
	text_write_json_string(out, o->ca);
	buf_add(out, STR("}}"));
}

/* Mounts: the feed's authority and token, and memory for the last good configuration. */
static void add_volumes(struct buf *out, struct str name)
{
	buf_printf(out,
		"\"volumeMounts\":[{\"name\":\"feed\",\"mountPath\":\"" PROVISION_FOLDER "\","
		"\"readOnly\":true},{\"name\":\"state\",\"mountPath\":\"" PROVISION_STATE
		"\"}]}],\"volumes\":[{\"name\":\"feed\",\"projected\":{\"sources\":[{"
		"\"serviceAccountToken\":{\"audience\":\"sluice-feed\",\"expirationSeconds\":3600,"
		"\"path\":\"token\"}},{\"configMap\":{\"name\":\"%.*s\",\"items\":[{\"key\":\"ca.crt\","
		"\"path\":\"ca.crt\"}]}}]}},"
		"{\"name\":\"state\",\"emptyDir\":{\"medium\":\"Memory\",\"sizeLimit\":\"64Mi\"}}]",
		STR_ARG(name));
}

static void add_args(
	struct buf *out, const struct provision_options *o, const struct provision_gateway *g)
{
	buf_printf(out,
		",\"args\":[\"serve\",\"--feed\",\"%.*s\",\"--gateway\",\"%.*s/%.*s\","
		"\"--feed-ca\",\"" PROVISION_FOLDER "/ca.crt\",\"--feed-token\","
		"\"" PROVISION_FOLDER "/token\",\"--state-dir\",\"" PROVISION_STATE
		"/sluice\",\"--admin\",\"off\",\"--health\",\"[::]:15020\",\"--log-level\",\"%.*s\","
		"\"--controller-name\",\"%.*s\"],",
		STR_ARG(o->feed_url), STR_ARG(g->namespace), STR_ARG(g->name),
		STR_ARG(o->log_level), STR_ARG(o->controller));
}

static void add_container(struct buf *out, const struct provision_options *o,
	const struct provision_gateway *g, struct str name)
{
	buf_add(out, STR("\"containers\":[{\"name\":\"sluice\",\"image\":"));
	text_write_json_string(out, g->params.image.n ? g->params.image : o->image);
	add_args(out, o, g);
	buf_printf(out,
		"\"securityContext\":{\"allowPrivilegeEscalation\":false,\"readOnlyRootFilesystem\":"
		"true,\"capabilities\":{\"drop\":[\"ALL\"]}},"
		"\"ports\":[{\"name\":\"health\",\"containerPort\":%d}],"
		"\"readinessProbe\":{\"httpGet\":{\"path\":\"/readyz\",\"port\":\"health\"},"
		"\"periodSeconds\":1,\"timeoutSeconds\":1,\"failureThreshold\":3},"
		"\"livenessProbe\":{\"httpGet\":{\"path\":\"/healthz\",\"port\":\"health\"},"
		"\"periodSeconds\":10,\"timeoutSeconds\":5,\"failureThreshold\":6},"
		"\"resources\":%.*s,",
		PROVISION_HEALTH_PORT,
		STR_ARG(g->params.resources.n
				? g->params.resources
				: STR("{\"requests\":{\"cpu\":\"10m\",\"memory\":\"32Mi\"}}")));
	add_volumes(out, name);
}

/* The `restricted` level of Pod Security: no user but ours, no capability, nothing written but the
 * state in memory. */
static void add_template(struct buf *out, const struct provision_options *o,
	const struct provision_gateway *g, struct str name)
{
	buf_add(out, STR("\"template\":{\"metadata\":{\"labels\":"));
	add_labels(out, o, g);
	buf_add(out, STR(",\"annotations\":"));
	add_annotations(out, g);
	buf_printf(out,
		"},\"spec\":{\"serviceAccountName\":\"%.*s\",\"automountServiceAccountToken\":false,"
		"\"enableServiceLinks\":false,\"terminationGracePeriodSeconds\":60,"
		"\"securityContext\":{\"runAsNonRoot\":true,\"runAsUser\":65532,\"runAsGroup\":65532,"
		"\"fsGroup\":65532,\"seccompProfile\":{\"type\":\"RuntimeDefault\"},\"sysctls\":[{"
		"\"name\":\"net.ipv4.ip_unprivileged_port_start\",\"value\":\"0\"}]},",
		STR_ARG(name));
	if (g->params.affinity.n)
		buf_printf(out, "\"affinity\":%.*s,", STR_ARG(g->params.affinity));
	add_container(out, o, g, name);
	buf_add(out, STR("}}"));
}

static void write_workload(struct buf *out, enum made_kind kind, const struct provision_options *o,
	const struct provision_gateway *g, struct str name, struct str uid)
{
	bool daemons = kind == MADE_DAEMON_SET;

	add_head(out, o, "apps/v1", daemons ? "DaemonSet" : "Deployment", g, name, uid,
		manifest_revision(o));
	buf_printf(out,
		",\"spec\":{\"selector\":{\"matchLabels\":{\"" PROVISION_UID "\":\"%.*s\"}},"
		"\"%s\":{\"type\":\"RollingUpdate\",\"rollingUpdate\":{\"maxUnavailable\":0,"
		"\"maxSurge\":1}},",
		STR_ARG(g->uid), daemons ? "updateStrategy" : "strategy");
	add_template(out, o, g, name);
	buf_add(out, STR("}}"));
}

/* Never more than one data plane of a Gateway is evicted at a time. */
static void write_budget(struct buf *out, const struct provision_options *o,
	const struct provision_gateway *g, struct str name, struct str uid)
{
	add_head(out, o, "policy/v1", "PodDisruptionBudget", g, name, uid, 0);
	buf_printf(out,
		",\"spec\":{\"maxUnavailable\":1,\"selector\":{\"matchLabels\":{\"" PROVISION_UID
		"\":\"%.*s\"}}}}",
		STR_ARG(g->uid));
}

static bool write_scaler(struct buf *out, const struct provision_options *o,
	const struct provision_gateway *g, struct str name, struct str uid)
{
	const struct dataplane_params *p = &g->params;

	if (!p->hpa_max || p->daemon_set)
		return false;
	add_head(out, o, "autoscaling/v2", "HorizontalPodAutoscaler", g, name, uid, 0);
	buf_printf(out,
		",\"spec\":{\"scaleTargetRef\":{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\","
		"\"name\":\"%.*s\"},\"minReplicas\":%d,\"maxReplicas\":%d,\"metrics\":[{"
		"\"type\":\"Resource\",\"resource\":{\"name\":\"cpu\",\"target\":{"
		"\"type\":\"Utilization\",\"averageUtilization\":%d}}}]}}",
		STR_ARG(name), MIN(p->hpa_min ? p->hpa_min : 1, p->hpa_max), p->hpa_max,
		p->hpa_cpu ? p->hpa_cpu : 80);
	return true;
}

uint64_t manifest_revision(const struct provision_options *o)
{
	const struct provision_gateway nobody = {.params = dataplane_params_none()};
	unsigned char sum[SHA256_DIGEST_LENGTH];
	struct buf text = {0};
	uint64_t h;

	add_template(&text, o, &nobody, (struct str){0});
	SHA256((const unsigned char *)text.p, text.n, sum);
	buf_fini(&text);
	memcpy(&h, sum, sizeof(h));
	return h ? h : 1;
}

bool manifest_write(struct buf *out, enum made_kind kind, const struct provision_options *o,
	const struct provision_gateway *g, struct str name, struct str uid)
{
	switch (kind) {
	case MADE_SERVICE_ACCOUNT:
		add_head(out, o, "v1", "ServiceAccount", g, name, uid, 0);
		buf_add(out, STR(",\"automountServiceAccountToken\":false}"));
		return true;
	case MADE_CONFIG_MAP:
		write_config_map(out, o, g, name, uid);
		return true;
	case MADE_SERVICE:
		return write_service(out, o, g, name, uid);
	case MADE_DEPLOYMENT:
	case MADE_DAEMON_SET:
		if (g->params.daemon_set != (kind == MADE_DAEMON_SET))
			return false;
		write_workload(out, kind, o, g, name, uid);
		return true;
	case MADE_BUDGET:
		write_budget(out, o, g, name, uid);
		return true;
	case MADE_SCALER:
		return write_scaler(out, o, g, name, uid);
	case MADE_MAX:
		break;
	}
	return false;
}
