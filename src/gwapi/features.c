/* SPDX-License-Identifier: Apache-2.0 */
/* What is built: the features a GatewayClass reports, and the protocols and kinds that are served.
 */
#include "gwapi/translate_priv.h"

/* Names of gateway-api pkg/features, sorted.  A name stands here once the data plane does what it
 * says and a test shows it; both v1.6.3's and v1.7.0's names where they differ. */
static const struct str features[] = {
#define F(name)                        \
	{                              \
		name, sizeof(name) - 1 \
	}
	F("BackendTLSPolicy"),
	F("BackendTLSPolicySANValidation"),
	F("Gateway"),
	F("GatewayAddressEmpty"),
	F("GatewayBackendClientCertificate"),
	F("GatewayFrontendClientCertificateValidation"),
	F("GatewayFrontendClientCertificateValidationInsecureFallback"),
	F("GatewayHTTPListenerIsolation"),
	F("GatewayInfrastructure"),
	F("GatewayPort8080"),
	F("GatewayRouteHostnameIntersectionPrecedence"),
	F("GatewayStaticAddresses"),
	F("HTTPRoute"),
	F("HTTPRoute303RedirectStatusCode"),
	F("HTTPRoute307RedirectStatusCode"),
	F("HTTPRoute308RedirectStatusCode"),
	F("HTTPRouteBackendProtocolWebSocket"),
	F("HTTPRouteBackendRequestHeaderModification"),
	F("HTTPRouteBackendTimeout"),
	F("HTTPRouteCORS"),
	F("HTTPRouteDestinationPortMatching"),
	F("HTTPRouteHostRewrite"),
	F("HTTPRouteMethodMatching"),
	F("HTTPRouteNamedRouteRule"),
	F("HTTPRouteParentRefPort"),
	F("HTTPRoutePathRedirect"),
	F("HTTPRoutePathRewrite"),
	F("HTTPRoutePortRedirect"),
	F("HTTPRouteQueryParamMatching"),
	F("HTTPRouteRequestMirror"),
	F("HTTPRouteRequestMultipleMirrors"),
	F("HTTPRouteRequestPercentageMirror"),
	F("HTTPRouteRequestTimeout"),
	F("HTTPRouteResponseHeaderModification"),
	F("HTTPRouteRetry"),
	F("HTTPRouteRetryBackendTimeout"),
	F("HTTPRouteRetryCodes"),
	F("HTTPRouteRetryConnectionError"),
	F("HTTPRouteSchemeRedirect"),
	F("ListenerSet"),
	F("ReferenceGrant"),
#undef F
};

/* enum translate_feature bits that the data plane serves. */
#define BUILT 0u

const struct str *features_list(size_t *ret_n)
{
	*ret_n = ARRAY_LEN(features);
	return features;
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
