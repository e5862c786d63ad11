/* SPDX-License-Identifier: Apache-2.0 */
/* What is built: the features a GatewayClass reports, and the protocols and kinds that are served.
 */
#include "gwapi/translate_priv.h"

/* Names of gateway-api pkg/features, sorted.  A name stands here once the data plane does what it
 * says and a test shows it; both v1.6.3's and v1.7.0's names where they differ.  Beside it the
 * field of spec (empty: none but the kind) that a cluster's CRD must have for it. */
static const struct feature {
	struct str name;
	struct str plural;
	struct str path;
} features[] = {
#define F(name, plural, path)                                           \
	{                                                               \
		{name, sizeof(name) - 1}, {plural, sizeof(plural) - 1}, \
		{                                                       \
			path, sizeof(path) - 1                          \
		}                                                       \
	}
	F("BackendTLSPolicy", "backendtlspolicies", ""),
	F("BackendTLSPolicySANValidation", "backendtlspolicies", "validation.subjectAltNames"),
	F("Gateway", "gateways", ""),
	F("GatewayAddressEmpty", "gateways", ""),
	F("GatewayBackendClientCertificate", "gateways", "tls.backend"),
	F("GatewayFrontendClientCertificateValidation", "gateways", "tls.frontend"),
	F("GatewayFrontendClientCertificateValidationInsecureFallback", "gateways",
		"tls.frontend.default.validation.mode"),
	F("GatewayHTTPListenerIsolation", "gateways", ""),
	F("GatewayInfrastructure", "gateways", "infrastructure"),
	F("GatewayPort8080", "gateways", ""),
	F("GatewayRouteHostnameIntersectionPrecedence", "gateways", ""),
	F("GatewayStaticAddresses", "gateways", ""),
	F("HTTPRoute", "httproutes", ""),
	F("HTTPRoute303RedirectStatusCode", "httproutes", ""),
	F("HTTPRoute307RedirectStatusCode", "httproutes", ""),
	F("HTTPRoute308RedirectStatusCode", "httproutes", ""),
	F("HTTPRouteBackendProtocolWebSocket", "httproutes", ""),
	F("HTTPRouteBackendRequestHeaderModification", "httproutes", ""),
	F("HTTPRouteBackendTimeout", "httproutes", "rules.timeouts.backendRequest"),
	F("HTTPRouteCORS", "httproutes", "rules.filters.cors"),
	F("HTTPRouteDestinationPortMatching", "httproutes", ""),
	F("HTTPRouteHostRewrite", "httproutes", ""),
	F("HTTPRouteMethodMatching", "httproutes", ""),
	F("HTTPRouteNamedRouteRule", "httproutes", "rules.name"),
	F("HTTPRouteParentRefPort", "httproutes", "parentRefs.port"),
	F("HTTPRoutePathRedirect", "httproutes", ""),
	F("HTTPRoutePathRewrite", "httproutes", ""),
	F("HTTPRoutePortRedirect", "httproutes", ""),
	F("HTTPRouteQueryParamMatching", "httproutes", ""),
	F("HTTPRouteRequestMirror", "httproutes", ""),
	F("HTTPRouteRequestMultipleMirrors", "httproutes", ""),
	F("HTTPRouteRequestPercentageMirror", "httproutes", "rules.filters.requestMirror.percent"),
	F("HTTPRouteRequestTimeout", "httproutes", "rules.timeouts.request"),
	F("HTTPRouteResponseHeaderModification", "httproutes", ""),
	F("HTTPRouteRetry", "httproutes", "rules.retry"),
	F("HTTPRouteRetryBackendTimeout", "httproutes", "rules.retry"),
	F("HTTPRouteRetryCodes", "httproutes", "rules.retry.codes"),
	F("HTTPRouteRetryConnectionError", "httproutes", "rules.retry"),
	F("HTTPRouteSchemeRedirect", "httproutes", ""),
	F("ListenerSet", "listenersets", ""),
	F("ReferenceGrant", "referencegrants", ""),
#undef F
};

_Static_assert(ARRAY_LEN(features) <= 64, "the API takes no more, and a bit stands for each");

/* enum translate_feature bits that the data plane serves. */
#define BUILT 0u

const struct str *features_list(const struct translator *t, struct arena *a, size_t *ret_n)
{
	struct str *list = ARENA_ARRAY(a, struct str, ARRAY_LEN(features));
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(features); i++) {
		if (!(t->fields_missing & (uint64_t)1 << i))
			list[n++] = features[i].name;
	}
	*ret_n = n;
	return list;
}

void translator_set_fields(struct translator *t, translate_field_f *has, void *ctx)
{
	struct unit *u;
	uint64_t missing = 0;
	size_t at = 0;

	for (size_t i = 0; i < ARRAY_LEN(features); i++) {
		if (!has(ctx, features[i].plural, features[i].path))
			missing |= (uint64_t)1 << i;
	}
	if (missing == t->fields_missing)
		return;
	t->fields_missing = missing;
	while ((u = set_next(&t->units[UNIT_CLASS], &at)))
		unit_dirty(t, u);
}

static bool built(const struct translator *t, uint32_t bit)
{
	return ((BUILT | t->o.with) & bit) != 0;
}

bool protocol_served(const struct translator *t, enum protocol p)
{
	switch (p) {
	case PROTOCOL_HTTP:
	case PROTOCOL_HTTPS:
		return true;
	case PROTOCOL_TLS:
		return built(t, TRANSLATE_TLS);
	case PROTOCOL_TCP:
		return built(t, TRANSLATE_TCP);
	case PROTOCOL_UDP:
		return built(t, TRANSLATE_UDP);
	case PROTOCOL_OTHER:
		break;
	}
	return false;
}

bool kind_served(const struct translator *t, enum object_kind kind)
{
	if (kind == KIND_GRPC_ROUTE)
		return built(t, TRANSLATE_GRPC_ROUTE);
	if (kind == KIND_TLS_ROUTE)
		return built(t, TRANSLATE_TLS);
	if (kind == KIND_TCP_ROUTE)
		return built(t, TRANSLATE_TCP);
	if (kind == KIND_UDP_ROUTE)
		return built(t, TRANSLATE_UDP);
	return kind == KIND_HTTP_ROUTE;
}

bool h2_served(const struct translator *t)
{
	return built(t, TRANSLATE_GRPC_ROUTE);
}

bool listener_filters_served(const struct translator *t)
{
	return built(t, TRANSLATE_LISTENER_FILTERS);
}

uint32_t protocol_kinds(const struct translator *t, enum protocol p)
{
	static const uint32_t rows[] = {
		[PROTOCOL_HTTP] = 1u << KIND_HTTP_ROUTE | 1u << KIND_GRPC_ROUTE,
		[PROTOCOL_HTTPS] = 1u << KIND_HTTP_ROUTE | 1u << KIND_GRPC_ROUTE,
		[PROTOCOL_TLS] = 1u << KIND_TLS_ROUTE,
		[PROTOCOL_TCP] = 1u << KIND_TCP_ROUTE,
		[PROTOCOL_UDP] = 1u << KIND_UDP_ROUTE,
		[PROTOCOL_OTHER] = 0,
	};
	uint32_t kinds = protocol_served(t, p) ? rows[p] : 0;

	for (enum object_kind k = 0; k < KIND_MAX; k++)
		if ((kinds & (1u << k)) && !kind_served(t, k))
			kinds &= ~(1u << k);
	return kinds;
}

struct str kinds_text(struct arena *a, uint32_t kinds)
{
	struct buf b = {0};
	struct str s;

	for (enum object_kind k = 0; k < KIND_MAX; k++) {
		if (!(kinds & (1u << k)))
			continue;
		kinds &= ~(1u << k);
		if (b.n)
			buf_add(&b, kinds ? STR(", ") : STR(" and "));
		buf_add(&b, object_kind_name(k));
	}
	s = b.n ? arena_str(a, buf_str(&b)) : STR("no route");
	buf_fini(&b);
	return s;
}
