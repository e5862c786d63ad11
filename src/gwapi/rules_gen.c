/* SPDX-License-Identifier: Apache-2.0 */
/* Written by tools/gwgen from the CRDs; do not edit. */
/* The x-kubernetes-validations rules, compiled. */
/* A rule says what its text says, which may be more than it needs. */
/* NOLINTBEGIN(misc-redundant-expression) */
#include "gwapi/names.h"
#include "gwapi/rules_gen.h"
#include "gwapi/types_gen.h"

/* !has(self.cookie) || !has(self.cookie.lifetimeType) || self.cookie.lifetimeType != 'Permanent' ||
 * has(self.absoluteTimeout) */
bool rule_absolutetimeout_must_be_specified_when_cookie_lifetimetype(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct session_persistence *self = self_.p;
	(void)oldSelf_;
	return ((self->cookie == NULL) ||
		       (OR_ZERO(self->cookie)->lifetime_type == COOKIE_LIFETIME_UNSET)) ||
	       ((OR_ZERO(self->cookie)->lifetime_type != COOKIE_LIFETIME_PERMANENT) ||
		       (self->has_absolute_timeout));
}

/* !('*' in self && self.size() > 1) */
bool rule_allowheaders_cannot_contain_alongside_other_methods(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct str *self = self_.p;
	(void)oldSelf_;
	return !(__extension__({
		uint32_t n_1 = 0;
		for (uint32_t i_1 = 0; i_1 < self_.n; i_1++) {
			struct str item_1 = self[i_1];
			if (str_eq(item_1, STR("*")))
				n_1++;
		}
		n_1 > 0;
	}) && (self_.n > 1));
}

/* !('*' in self && self.size() > 1) */
bool rule_allowheaders_cannot_contain_alongside_other_methods__cors_method_list(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const enum cors_method *self = self_.p;
	(void)oldSelf_;
	return !(__extension__({
		uint32_t n_1 = 0;
		for (uint32_t i_1 = 0; i_1 < self_.n; i_1++) {
			enum cors_method item_1 = self[i_1];
			if (item_1 == CORS_METHOD_ANY)
				n_1++;
		}
		n_1 > 0;
	}) && (self_.n > 1));
}

/* self.all(key, key.matches(r"""^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*
 * /)?([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]$""")) */
bool rule_annotation_keys_must_be_in_the_form_of_an_optional_dns_subdomain(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct str_pair *self = self_.p;
	(void)oldSelf_;
	return __extension__({
		bool all_1 = true;
		for (uint32_t i_1 = 0; i_1 < self_.n; i_1++) {
			struct str key_1 = self[i_1].key;
			if (!dfa_match(&pattern_13, key_1))
				all_1 = false;
		}
		all_1;
	});
}

/* has(self.tracing) */
bool rule_at_least_one_of_the_fields_in_tracing_must_be_set(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct x_telemetry_policy_spec *self = self_.p;
	(void)oldSelf_;
	return self->tracing != NULL;
}

/* self.sourceType == 'Attribute' ? has(self.attributeKey) : !has(self.attributeKey) */
bool rule_attributekey_is_required_when_sourcetype_is_attribute_and(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct x_attribute *self = self_.p;
	(void)oldSelf_;
	return (self->source_type == X_ATTRIBUTE_SOURCE_ATTRIBUTE)
		       ? (self->attribute_key.p != NULL)
		       : (self->attribute_key.p == NULL);
}

/* has(self.attributes) ? self.mode == 'Enabled' : true */
bool rule_attributes_can_only_be_set_when_mode_is_enabled(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct x_tracing_config *self = self_.p;
	(void)oldSelf_;
	return (self->attributes != NULL) ? (self->mode == X_TRACING_MODE_ENABLED) : true;
}

/* !(has(self.request) && has(self.backendRequest) && duration(self.request) != duration('0s') &&
 * duration(self.backendRequest) > duration(self.request)) */
bool rule_backendrequest_timeout_cannot_be_longer_than_request_timeout(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct http_route_timeouts *self = self_.p;
	(void)oldSelf_;
	return !(((self->has_request) && (self->has_backend_request)) &&
		 (!(self->request == (nsec)0) && (self->backend_request > self->request)));
}

/* !(has(self.caCertificateRefs) && has(self.wellKnownCACertificates)) */
bool rule_cacertificaterefs_and_wellknowncacertificates_cannot_both(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct backend_tls *self = self_.p;
	(void)oldSelf_;
	return !((self->ca_certificate_refs != NULL) &&
		 (self->well_known_ca_certificates != WELL_KNOWN_CA_CERTIFICATES_UNSET));
}

/* self.mode == 'Terminate' ? size(self.certificateRefs) > 0 || size(self.options) > 0 : true */
bool rule_certificaterefs_or_options_must_be_specified_when_mode_is(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct listener_tls_config *self = self_.p;
	(void)oldSelf_;
	return (self->mode == TLS_MODE_TERMINATE)
		       ? ((self->n_certificate_refs > 0) || (self->n_options > 0))
		       : true;
}

/* self.mode == 'ClientAndServer' ? has(self.clientCertificateRef) : !has(self.clientCertificateRef)
 */
bool rule_clientcertificateref_must_be_set_if_and_only_if_mode_is_clientandserver(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct x_backend_tls *self = self_.p;
	(void)oldSelf_;
	return (self->mode == X_BACKEND_TLS_MODE_CLIENT_AND_SERVER)
		       ? (self->client_certificate_ref != NULL)
		       : (self->client_certificate_ref == NULL);
}

/* self.all(r, !(r.group == 'certificates.k8s.io' && r.kind == 'ClusterTrustBundle' &&
 * has(r.namespace))) */
bool rule_clustertrustbundle_references_must_not_specify_namespace(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct object_reference *self = self_.p;
	(void)oldSelf_;
	return __extension__({
		bool all_1 = true;
		for (uint32_t i_1 = 0; i_1 < self_.n; i_1++) {
			const struct object_reference *r_1 = &self[i_1];
			if (!(!((str_eq(r_1->group, STR("certificates.k8s.io")) &&
					str_eq(r_1->kind, STR("ClusterTrustBundle"))) &&
				    (r_1->namespace.p != NULL))))
				all_1 = false;
		}
		all_1;
	});
}

/* self.all(l1, self.exists_one(l2, l1.port == l2.port && l1.protocol == l2.protocol &&
 * (has(l1.hostname) && has(l2.hostname) ? l1.hostname == l2.hostname : !has(l1.hostname) &&
 * !has(l2.hostname)))) */
bool rule_combination_of_port_protocol_and_hostname_must_be_unique(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct gateway_listener *self = self_.p;
	(void)oldSelf_;
	return __extension__({
		bool all_1 = true;
		for (uint32_t i_1 = 0; i_1 < self_.n; i_1++) {
			const struct gateway_listener *l1_1 = &self[i_1];
			if (!__extension__({
				    uint32_t n_2 = 0;
				    for (uint32_t i_2 = 0; i_2 < self_.n; i_2++) {
					    const struct gateway_listener *l2_2 = &self[i_2];
					    if (((l1_1->port == l2_2->port) &&
							str_eq(l1_1->protocol, l2_2->protocol)) &&
						    (((l1_1->hostname.p != NULL) &&
							     (l2_2->hostname.p != NULL))
								    ? str_eq(l1_1->hostname,
									      l2_2->hostname)
								    : ((l1_1->hostname.p == NULL) &&
									      (l2_2->hostname.p ==
										      NULL))))
						    n_2++;
				    }
				    n_2 == 1;
			    }))
				all_1 = false;
		}
		all_1;
	});
}

/* self.all(l1, !has(l1.port) || self.exists_one(l2, has(l2.port) && l1.port == l2.port &&
 * l1.protocol == l2.protocol && (has(l1.hostname) && has(l2.hostname) ? l1.hostname == l2.hostname
 * : !has(l1.hostname) && !has(l2.hostname)))) */
bool rule_combination_of_port_protocol_and_hostname_must_be_unique_2(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct listener_entry *self = self_.p;
	(void)oldSelf_;
	return __extension__({
		bool all_1 = true;
		for (uint32_t i_1 = 0; i_1 < self_.n; i_1++) {
			const struct listener_entry *l1_1 = &self[i_1];
			if (!(!(true) || __extension__({
				    uint32_t n_2 = 0;
				    for (uint32_t i_2 = 0; i_2 < self_.n; i_2++) {
					    const struct listener_entry *l2_2 = &self[i_2];
					    if (((true) && (l1_1->port == l2_2->port)) &&
						    (str_eq(l1_1->protocol, l2_2->protocol) &&
							    (((l1_1->hostname.p != NULL) &&
								     (l2_2->hostname.p != NULL))
									    ? str_eq(l1_1->hostname,
										      l2_2->hostname)
									    : ((l1_1->hostname.p ==
										       NULL) &&
										      (l2_2->hostname.p ==
											      NULL)))))
						    n_2++;
				    }
				    n_2 == 1;
			    })))
				all_1 = false;
		}
		all_1;
	});
}

/* !has(self.cookie) || self.type == 'Cookie' */
bool rule_cookie_must_be_nil_if_type_is_not_cookie(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct session_persistence *self = self_.p;
	(void)oldSelf_;
	return (self->cookie == NULL) || (self->type == SESSION_PERSISTENCE_COOKIE);
}

/* self.type != 'Cookie' || has(self.cookie) */
bool rule_cookie_must_be_specified_for_cookie_type(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct session_persistence *self = self_.p;
	(void)oldSelf_;
	return (self->type != SESSION_PERSISTENCE_COOKIE) || (self->cookie != NULL);
}

/* self.filter(f, f.type == 'CORS').size() <= 1 */
bool rule_cors_filter_cannot_be_repeated(struct rule_self self_, struct rule_self oldSelf_)
{
	const struct http_route_filter *self = self_.p;
	(void)oldSelf_;
	return __extension__({
		uint32_t n_1 = 0;
		for (uint32_t i_1 = 0; i_1 < self_.n; i_1++) {
			const struct http_route_filter *f_1 = &self[i_1];
			if (f_1->type == HTTP_ROUTE_FILTER_CORS)
				n_1++;
		}
		n_1;
	}) <= 1;
}

/* self.type == 'EndpointSelector' ? has(self.endpointSelector) : !has(self.endpointSelector) */
bool rule_endpointselector_must_be_set_when_type_is_endpointselector(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct x_backend_spec *self = self_.p;
	(void)oldSelf_;
	return (self->type == X_BACKEND_ENDPOINT_SELECTOR) ? (self->endpoint_selector != NULL)
							   : (self->endpoint_selector == NULL);
}

/* (has(self.caCertificateRefs)?1:0)+(has(self.wellKnownCACertificates)?1:0) == 1 */
bool rule_exactly_one_of_the_fields_in_cacertificaterefs_wellknowncacertificates(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct backend_tls_policy_validation *self = self_.p;
	(void)oldSelf_;
	return (((self->ca_certificate_refs != NULL) ? 1 : 0) +
		       ((self->well_known_ca_certificates.p != NULL) ? 1 : 0)) == 1;
}

/* self.type == 'Hostname' ? has(self.hostname) && !has(self.uri) : has(self.uri) &&
 * !has(self.hostname) */
bool rule_exactly_the_field_that_type_names_must_be_set(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct subject_alt_name *self = self_.p;
	(void)oldSelf_;
	return (self->type == SUBJECT_ALT_NAME_HOSTNAME)
		       ? ((self->hostname.p != NULL) && (self->uri.p == NULL))
		       : ((self->uri.p != NULL) && (self->hostname.p == NULL));
}

/* self.type == 'ExternalHostname' ? has(self.externalHostname) : !has(self.externalHostname) */
bool rule_externalhostname_must_be_set_when_type_is_externalhostname(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct x_backend_spec *self = self_.p;
	(void)oldSelf_;
	return (self->type == X_BACKEND_EXTERNAL_HOSTNAME) ? (self->external_hostname != NULL)
							   : (self->external_hostname == NULL);
}

/* self == oldSelf */
bool rule_field_is_immutable(struct rule_self self_, struct rule_self oldSelf_)
{
	struct str self = *(const struct str *)self_.p;
	struct str oldSelf = *(const struct str *)oldSelf_.p;
	return str_eq(self, oldSelf);
}

/* !(has(self.cors) && self.type != 'CORS') */
bool rule_filter_cors_must_be_nil_if_the_filter_type_is_not_cors(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct http_route_filter *self = self_.p;
	(void)oldSelf_;
	return !((self->cors != NULL) && (self->type != HTTP_ROUTE_FILTER_CORS));
}

/* !(!has(self.cors) && self.type == 'CORS') */
bool rule_filter_cors_must_be_specified_for_cors_filter_type(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct http_route_filter *self = self_.p;
	(void)oldSelf_;
	return !((self->cors == NULL) && (self->type == HTTP_ROUTE_FILTER_CORS));
}

/* !(has(self.extensionRef) && self.type != 'ExtensionRef') */
bool rule_filter_extensionref_must_be_nil_if_the_filter_type_is_not(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct listener_filter *self = self_.p;
	(void)oldSelf_;
	return !((self->extension_ref != NULL) && (self->type != LISTENER_FILTER_EXTENSION_REF));
}

/* !(has(self.extensionRef) && self.type != 'ExtensionRef') */
bool rule_filter_extensionref_must_be_nil_if_the_filter_type_is_not__grpc_route_filter(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct grpc_route_filter *self = self_.p;
	(void)oldSelf_;
	return !((self->extension_ref != NULL) && (self->type != GRPC_ROUTE_FILTER_EXTENSION_REF));
}

/* !(has(self.extensionRef) && self.type != 'ExtensionRef') */
bool rule_filter_extensionref_must_be_nil_if_the_filter_type_is_not__http_route_filter(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct http_route_filter *self = self_.p;
	(void)oldSelf_;
	return !((self->extension_ref != NULL) && (self->type != HTTP_ROUTE_FILTER_EXTENSION_REF));
}

/* !(!has(self.extensionRef) && self.type == 'ExtensionRef') */
bool rule_filter_extensionref_must_be_specified_for_extensionref_filter(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct listener_filter *self = self_.p;
	(void)oldSelf_;
	return !((self->extension_ref == NULL) && (self->type == LISTENER_FILTER_EXTENSION_REF));
}

/* !(!has(self.extensionRef) && self.type == 'ExtensionRef') */
bool rule_filter_extensionref_must_be_specified_for_extensionref_filter__grpc_route_filter(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct grpc_route_filter *self = self_.p;
	(void)oldSelf_;
	return !((self->extension_ref == NULL) && (self->type == GRPC_ROUTE_FILTER_EXTENSION_REF));
}

/* !(!has(self.extensionRef) && self.type == 'ExtensionRef') */
bool rule_filter_extensionref_must_be_specified_for_extensionref_filter__http_route_filter(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct http_route_filter *self = self_.p;
	(void)oldSelf_;
	return !((self->extension_ref == NULL) && (self->type == HTTP_ROUTE_FILTER_EXTENSION_REF));
}

/* !(has(self.externalAuth) && self.type != 'ExternalAuth') */
bool rule_filter_externalauth_must_be_nil_if_the_filter_type_is_not(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct listener_filter *self = self_.p;
	(void)oldSelf_;
	return !((self->external_auth != NULL) && (self->type != LISTENER_FILTER_EXTERNAL_AUTH));
}

/* !(has(self.externalAuth) && self.type != 'ExternalAuth') */
bool rule_filter_externalauth_must_be_nil_if_the_filter_type_is_not__http_route_filter(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct http_route_filter *self = self_.p;
	(void)oldSelf_;
	return !((self->external_auth != NULL) && (self->type != HTTP_ROUTE_FILTER_EXTERNAL_AUTH));
}

/* !(!has(self.externalAuth) && self.type == 'ExternalAuth') */
bool rule_filter_externalauth_must_be_specified_for_externalauth_filter(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct listener_filter *self = self_.p;
	(void)oldSelf_;
	return !((self->external_auth == NULL) && (self->type == LISTENER_FILTER_EXTERNAL_AUTH));
}

/* !(!has(self.externalAuth) && self.type == 'ExternalAuth') */
bool rule_filter_externalauth_must_be_specified_for_externalauth_filter__http_route_filter(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct http_route_filter *self = self_.p;
	(void)oldSelf_;
	return !((self->external_auth == NULL) && (self->type == HTTP_ROUTE_FILTER_EXTERNAL_AUTH));
}

/* !(has(self.requestHeaderModifier) && self.type != 'RequestHeaderModifier') */
bool rule_filter_requestheadermodifier_must_be_nil_if_the_filter_type(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct grpc_route_filter *self = self_.p;
	(void)oldSelf_;
	return !((self->request_header_modifier != NULL) &&
		 (self->type != GRPC_ROUTE_FILTER_REQUEST_HEADER_MODIFIER));
}

/* !(has(self.requestHeaderModifier) && self.type != 'RequestHeaderModifier') */
bool rule_filter_requestheadermodifier_must_be_nil_if_the_filter_type__http_route_filter(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct http_route_filter *self = self_.p;
	(void)oldSelf_;
	return !((self->request_header_modifier != NULL) &&
		 (self->type != HTTP_ROUTE_FILTER_REQUEST_HEADER_MODIFIER));
}

/* !(!has(self.requestHeaderModifier) && self.type == 'RequestHeaderModifier') */
bool rule_filter_requestheadermodifier_must_be_specified_for_requestheadermodifier(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct grpc_route_filter *self = self_.p;
	(void)oldSelf_;
	return !((self->request_header_modifier == NULL) &&
		 (self->type == GRPC_ROUTE_FILTER_REQUEST_HEADER_MODIFIER));
}

/* !(!has(self.requestHeaderModifier) && self.type == 'RequestHeaderModifier') */
bool rule_filter_requestheadermodifier_must_be_specified_for_requestheadermodifier__http_route_filter(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct http_route_filter *self = self_.p;
	(void)oldSelf_;
	return !((self->request_header_modifier == NULL) &&
		 (self->type == HTTP_ROUTE_FILTER_REQUEST_HEADER_MODIFIER));
}

/* !(has(self.requestMirror) && self.type != 'RequestMirror') */
bool rule_filter_requestmirror_must_be_nil_if_the_filter_type_is_not(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct grpc_route_filter *self = self_.p;
	(void)oldSelf_;
	return !(
		(self->request_mirror != NULL) && (self->type != GRPC_ROUTE_FILTER_REQUEST_MIRROR));
}

/* !(has(self.requestMirror) && self.type != 'RequestMirror') */
bool rule_filter_requestmirror_must_be_nil_if_the_filter_type_is_not__http_route_filter(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct http_route_filter *self = self_.p;
	(void)oldSelf_;
	return !(
		(self->request_mirror != NULL) && (self->type != HTTP_ROUTE_FILTER_REQUEST_MIRROR));
}

/* !(!has(self.requestMirror) && self.type == 'RequestMirror') */
bool rule_filter_requestmirror_must_be_specified_for_requestmirror(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct grpc_route_filter *self = self_.p;
	(void)oldSelf_;
	return !(
		(self->request_mirror == NULL) && (self->type == GRPC_ROUTE_FILTER_REQUEST_MIRROR));
}

/* !(!has(self.requestMirror) && self.type == 'RequestMirror') */
bool rule_filter_requestmirror_must_be_specified_for_requestmirror__http_route_filter(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct http_route_filter *self = self_.p;
	(void)oldSelf_;
	return !(
		(self->request_mirror == NULL) && (self->type == HTTP_ROUTE_FILTER_REQUEST_MIRROR));
}

/* !(has(self.requestRedirect) && self.type != 'RequestRedirect') */
bool rule_filter_requestredirect_must_be_nil_if_the_filter_type_is(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct http_route_filter *self = self_.p;
	(void)oldSelf_;
	return !((self->request_redirect != NULL) &&
		 (self->type != HTTP_ROUTE_FILTER_REQUEST_REDIRECT));
}

/* !(!has(self.requestRedirect) && self.type == 'RequestRedirect') */
bool rule_filter_requestredirect_must_be_specified_for_requestredirect(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct http_route_filter *self = self_.p;
	(void)oldSelf_;
	return !((self->request_redirect == NULL) &&
		 (self->type == HTTP_ROUTE_FILTER_REQUEST_REDIRECT));
}

/* !(has(self.responseHeaderModifier) && self.type != 'ResponseHeaderModifier') */
bool rule_filter_responseheadermodifier_must_be_nil_if_the_filter_type(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct grpc_route_filter *self = self_.p;
	(void)oldSelf_;
	return !((self->response_header_modifier != NULL) &&
		 (self->type != GRPC_ROUTE_FILTER_RESPONSE_HEADER_MODIFIER));
}

/* !(has(self.responseHeaderModifier) && self.type != 'ResponseHeaderModifier') */
bool rule_filter_responseheadermodifier_must_be_nil_if_the_filter_type__http_route_filter(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct http_route_filter *self = self_.p;
	(void)oldSelf_;
	return !((self->response_header_modifier != NULL) &&
		 (self->type != HTTP_ROUTE_FILTER_RESPONSE_HEADER_MODIFIER));
}

/* !(!has(self.responseHeaderModifier) && self.type == 'ResponseHeaderModifier') */
bool rule_filter_responseheadermodifier_must_be_specified_for_responseheadermodifier(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct grpc_route_filter *self = self_.p;
	(void)oldSelf_;
	return !((self->response_header_modifier == NULL) &&
		 (self->type == GRPC_ROUTE_FILTER_RESPONSE_HEADER_MODIFIER));
}

/* !(!has(self.responseHeaderModifier) && self.type == 'ResponseHeaderModifier') */
bool rule_filter_responseheadermodifier_must_be_specified_for_responseheadermodifier__http_route_filter(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct http_route_filter *self = self_.p;
	(void)oldSelf_;
	return !((self->response_header_modifier == NULL) &&
		 (self->type == HTTP_ROUTE_FILTER_RESPONSE_HEADER_MODIFIER));
}

/* !(has(self.urlRewrite) && self.type != 'URLRewrite') */
bool rule_filter_urlrewrite_must_be_nil_if_the_filter_type_is_not_urlrewrite(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct http_route_filter *self = self_.p;
	(void)oldSelf_;
	return !((self->url_rewrite != NULL) && (self->type != HTTP_ROUTE_FILTER_URL_REWRITE));
}

/* !(!has(self.urlRewrite) && self.type == 'URLRewrite') */
bool rule_filter_urlrewrite_must_be_specified_for_urlrewrite_filter(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct http_route_filter *self = self_.p;
	(void)oldSelf_;
	return !((self->url_rewrite == NULL) && (self->type == HTTP_ROUTE_FILTER_URL_REWRITE));
}

/* !has(self.filters) || self.protocol in ['HTTP', 'HTTPS'] */
bool rule_filters_may_only_be_set_when_protocol_is_http_or_https(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct gateway_listener *self = self_.p;
	(void)oldSelf_;
	return (self->filters == NULL) ||
	       (str_eq(self->protocol, STR("HTTP")) || str_eq(self->protocol, STR("HTTPS")));
}

/* self.protocol == 'GRPC' ? has(self.grpc) : true */
bool rule_grpc_must_be_specified_when_protocol_is_set_to_grpc(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct http_external_auth_filter *self = self_.p;
	(void)oldSelf_;
	return (self->protocol == HTTP_ROUTE_EXTERNAL_AUTH_PROTOCOL_GRPC) ? (self->grpc != NULL)
									  : true;
}

/* !has(self.header) || self.type == 'Header' */
bool rule_header_must_be_nil_if_type_is_not_header(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct session_persistence *self = self_.p;
	(void)oldSelf_;
	return (self->header == NULL) || (self->type == SESSION_PERSISTENCE_HEADER);
}

/* self.type != 'Header' || has(self.header) */
bool rule_header_must_be_specified_for_header_type(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct session_persistence *self = self_.p;
	(void)oldSelf_;
	return (self->type != SESSION_PERSISTENCE_HEADER) || (self->header != NULL);
}

/* self.sourceType == 'Header' ? has(self.headerName) : !has(self.headerName) */
bool rule_headername_is_required_when_sourcetype_is_header_and_must(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct x_attribute *self = self_.p;
	(void)oldSelf_;
	return (self->source_type == X_ATTRIBUTE_SOURCE_HEADER) ? (self->header_name.p != NULL)
								: (self->header_name.p == NULL);
}

/* !self.endsWith('.cluster.local') */
bool rule_hostname_must_not_be_an_ip_address_or_end_with_cluster_local(
	struct rule_self self_, struct rule_self oldSelf_)
{
	struct str self = *(const struct str *)self_.p;
	(void)oldSelf_;
	return !str_ends(self, STR(".cluster.local"));
}

/* self.all(l, l.protocol in ['TCP', 'UDP']  ? (!has(l.hostname) || l.hostname == '') : true) */
bool rule_hostname_must_not_be_specified_for_protocols_tcp_udp(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct gateway_listener *self = self_.p;
	(void)oldSelf_;
	return __extension__({
		bool all_1 = true;
		for (uint32_t i_1 = 0; i_1 < self_.n; i_1++) {
			const struct gateway_listener *l_1 = &self[i_1];
			if (!((str_eq(l_1->protocol, STR("TCP")) ||
				      str_eq(l_1->protocol, STR("UDP")))
					    ? ((l_1->hostname.p == NULL) ||
						      str_eq(l_1->hostname, STR("")))
					    : true))
				all_1 = false;
		}
		all_1;
	});
}

/* self.all(l, l.protocol in ['TCP', 'UDP']  ? (!has(l.hostname) || l.hostname == '') : true) */
bool rule_hostname_must_not_be_specified_for_protocols_tcp_udp__listener_entry_list(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct listener_entry *self = self_.p;
	(void)oldSelf_;
	return __extension__({
		bool all_1 = true;
		for (uint32_t i_1 = 0; i_1 < self_.n; i_1++) {
			const struct listener_entry *l_1 = &self[i_1];
			if (!((str_eq(l_1->protocol, STR("TCP")) ||
				      str_eq(l_1->protocol, STR("UDP")))
					    ? ((l_1->hostname.p == NULL) ||
						      str_eq(l_1->hostname, STR("")))
					    : true))
				all_1 = false;
		}
		all_1;
	});
}

/* self.type == 'Hostname' ? (!has(self.value) ||
 * self.value.matches(r"""^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$""")):
 * true */
bool rule_hostname_value_must_be_empty_or_contain_only_valid_characters(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct gateway_spec_address *self = self_.p;
	(void)oldSelf_;
	return str_eq(self->type, STR("Hostname"))
		       ? ((self->value.p == NULL) || dfa_match(&pattern_4, self->value))
		       : true;
}

/* self.type == 'Hostname' ?
 * self.value.matches(r"""^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"""):
 * true */
bool rule_hostname_value_must_only_contain_valid_characters_matching(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct gateway_status_address *self = self_.p;
	(void)oldSelf_;
	return str_eq(self->type, STR("Hostname")) ? dfa_match(&pattern_4, self->value) : true;
}

/* self.all(a1, a1.type == 'Hostname'  && has(a1.value) ? self.exists_one(a2, a2.type == a1.type &&
 * has(a2.value) && a2.value == a1.value) : true ) */
bool rule_hostname_values_must_be_unique(struct rule_self self_, struct rule_self oldSelf_)
{
	const struct gateway_spec_address *self = self_.p;
	(void)oldSelf_;
	return __extension__({
		bool all_1 = true;
		for (uint32_t i_1 = 0; i_1 < self_.n; i_1++) {
			const struct gateway_spec_address *a1_1 = &self[i_1];
			if (!((str_eq(a1_1->type, STR("Hostname")) && (a1_1->value.p != NULL))
					    ? __extension__({
						      uint32_t n_2 = 0;
						      for (uint32_t i_2 = 0; i_2 < self_.n; i_2++) {
							      const struct gateway_spec_address
								      *a2_2 = &self[i_2];
							      if ((str_eq(a2_2->type, a1_1->type) &&
									  (a2_2->value.p !=
										  NULL)) &&
								      str_eq(a2_2->value,
									      a1_1->value))
								      n_2++;
						      }
						      n_2 == 1;
					      })
					    : true))
				all_1 = false;
		}
		all_1;
	});
}

/* self.all(h, !isIP(h)) */
bool rule_hostnames_cannot_contain_an_ip(struct rule_self self_, struct rule_self oldSelf_)
{
	const struct str *self = self_.p;
	(void)oldSelf_;
	return __extension__({
		bool all_1 = true;
		for (uint32_t i_1 = 0; i_1 < self_.n; i_1++) {
			struct str h_1 = self[i_1];
			if (!(!rule_is_ip(h_1)))
				all_1 = false;
		}
		all_1;
	});
}

/* self.all(h, !h.contains('*') ?
 * h.matches('^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*)$') : true) */
bool rule_hostnames_must_be_valid_based_on_rfc_1123(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct str *self = self_.p;
	(void)oldSelf_;
	return __extension__({
		bool all_1 = true;
		for (uint32_t i_1 = 0; i_1 < self_.n; i_1++) {
			struct str h_1 = self[i_1];
			if (!(!rule_contains(h_1, STR("*")) ? dfa_match(&pattern_23, h_1) : true))
				all_1 = false;
		}
		all_1;
	});
}

/* self.protocol == 'HTTP' ? has(self.http) : true */
bool rule_http_must_be_specified_when_protocol_is_set_to_http(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct http_external_auth_filter *self = self_.p;
	(void)oldSelf_;
	return (self->protocol == HTTP_ROUTE_EXTERNAL_AUTH_PROTOCOL_HTTP) ? (self->http != NULL)
									  : true;
}

/* self.all(key, key.split("/")[0].size() < 253) */
bool rule_if_specified_the_annotation_keys_prefix_must_be_a_dns_subdomain(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct str_pair *self = self_.p;
	(void)oldSelf_;
	return __extension__({
		bool all_1 = true;
		for (uint32_t i_1 = 0; i_1 < self_.n; i_1++) {
			struct str key_1 = self[i_1].key;
			if (!(rule_size(rule_first_part(key_1, '/')) < 253))
				all_1 = false;
		}
		all_1;
	});
}

/* !(duration(self) == duration('0s') || duration(self) > duration('1h')) */
bool rule_interval_cannot_be_greater_than_one_hour(
	struct rule_self self_, struct rule_self oldSelf_)
{
	nsec self = *(const nsec *)self_.p;
	(void)oldSelf_;
	return !((self == (nsec)0) || (self > (nsec)3600000000000));
}

/* !(duration(self) < duration('1s') || duration(self) > duration('1h')) */
bool rule_interval_cannot_be_greater_than_one_hour_or_less_than_one(
	struct rule_self self_, struct rule_self oldSelf_)
{
	nsec self = *(const nsec *)self_.p;
	(void)oldSelf_;
	return !((self < (nsec)1000000000) || (self > (nsec)3600000000000));
}

/* self.all(a1, a1.type == 'IPAddress' && has(a1.value) ? self.exists_one(a2, a2.type == a1.type &&
 * has(a2.value) && a2.value == a1.value) : true ) */
bool rule_ipaddress_values_must_be_unique(struct rule_self self_, struct rule_self oldSelf_)
{
	const struct gateway_spec_address *self = self_.p;
	(void)oldSelf_;
	return __extension__({
		bool all_1 = true;
		for (uint32_t i_1 = 0; i_1 < self_.n; i_1++) {
			const struct gateway_spec_address *a1_1 = &self[i_1];
			if (!((str_eq(a1_1->type, STR("IPAddress")) && (a1_1->value.p != NULL))
					    ? __extension__({
						      uint32_t n_2 = 0;
						      for (uint32_t i_2 = 0; i_2 < self_.n; i_2++) {
							      const struct gateway_spec_address
								      *a2_2 = &self[i_2];
							      if ((str_eq(a2_2->type, a1_1->type) &&
									  (a2_2->value.p !=
										  NULL)) &&
								      str_eq(a2_2->value,
									      a1_1->value))
								      n_2++;
						      }
						      n_2 == 1;
					      })
					    : true))
				all_1 = false;
		}
		all_1;
	});
}

/* self.all(key, !format.qualifiedName().validate(key).hasValue()) */
bool rule_label_keys_must_be_in_the_form_of_an_optional_dns_subdomain(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct str_pair *self = self_.p;
	(void)oldSelf_;
	return __extension__({
		bool all_1 = true;
		for (uint32_t i_1 = 0; i_1 < self_.n; i_1++) {
			struct str key_1 = self[i_1].key;
			if (!(!(!name_is_qualified(key_1))))
				all_1 = false;
		}
		all_1;
	});
}

/* self.all(l1, self.exists_one(l2, l1.name == l2.name)) */
bool rule_listener_name_must_be_unique_within_the_gateway(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct gateway_listener *self = self_.p;
	(void)oldSelf_;
	return __extension__({
		bool all_1 = true;
		for (uint32_t i_1 = 0; i_1 < self_.n; i_1++) {
			const struct gateway_listener *l1_1 = &self[i_1];
			if (!__extension__({
				    uint32_t n_2 = 0;
				    for (uint32_t i_2 = 0; i_2 < self_.n; i_2++) {
					    const struct gateway_listener *l2_2 = &self[i_2];
					    if (str_eq(l1_1->name, l2_2->name))
						    n_2++;
				    }
				    n_2 == 1;
			    }))
				all_1 = false;
		}
		all_1;
	});
}

/* self.all(l1, self.exists_one(l2, l1.name == l2.name)) */
bool rule_listener_name_must_be_unique_within_the_gateway__listener_entry_list(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct listener_entry *self = self_.p;
	(void)oldSelf_;
	return __extension__({
		bool all_1 = true;
		for (uint32_t i_1 = 0; i_1 < self_.n; i_1++) {
			const struct listener_entry *l1_1 = &self[i_1];
			if (!__extension__({
				    uint32_t n_2 = 0;
				    for (uint32_t i_2 = 0; i_2 < self_.n; i_2++) {
					    const struct listener_entry *l2_2 = &self[i_2];
					    if (str_eq(l1_1->name, l2_2->name))
						    n_2++;
				    }
				    n_2 == 1;
			    }))
				all_1 = false;
		}
		all_1;
	});
}

/* self.sourceType == 'Literal' ? has(self.literalValue) : !has(self.literalValue) */
bool rule_literalvalue_is_required_when_sourcetype_is_literal_and_must(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct x_attribute *self = self_.p;
	(void)oldSelf_;
	return (self->source_type == X_ATTRIBUTE_SOURCE_LITERAL) ? (self->literal_value.p != NULL)
								 : (self->literal_value.p == NULL);
}

/* !(self.exists(f, f.type == 'RequestRedirect') && self.exists(f, f.type == 'URLRewrite')) */
bool rule_may_specify_either_httproutefilterrequestredirect_or_httproutefilterrequestrewrite(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct http_route_filter *self = self_.p;
	(void)oldSelf_;
	return !(__extension__({
		uint32_t n_1 = 0;
		for (uint32_t i_1 = 0; i_1 < self_.n; i_1++) {
			const struct http_route_filter *f_1 = &self[i_1];
			if (f_1->type == HTTP_ROUTE_FILTER_REQUEST_REDIRECT)
				n_1++;
		}
		n_1 > 0;
	}) && __extension__({
		uint32_t n_2 = 0;
		for (uint32_t i_2 = 0; i_2 < self_.n; i_2++) {
			const struct http_route_filter *f_2 = &self[i_2];
			if (f_2->type == HTTP_ROUTE_FILTER_URL_REWRITE)
				n_2++;
		}
		n_2 > 0;
	}));
}

/* (!has(self.type) || self.type == 'Exact') && has(self.method) ?
 * self.method.matches(r"""^[A-Za-z_][A-Za-z_0-9]*$"""): true */
bool rule_method_must_only_contain_valid_characters_matching_a_za_z(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct grpc_method_match *self = self_.p;
	(void)oldSelf_;
	return (((self->type == GRPC_METHOD_MATCH_UNSET) ||
			(self->type == GRPC_METHOD_MATCH_EXACT)) &&
		       (self->method.p != NULL))
		       ? dfa_match(&pattern_20, self->method)
		       : true;
}

/* (size(self.group) == 0 && self.kind == 'Service') ? has(self.port) : true */
bool rule_must_have_port_for_service_reference(struct rule_self self_, struct rule_self oldSelf_)
{
	const struct backend_object_reference *self = self_.p;
	(void)oldSelf_;
	return ((rule_size(self->group) == 0) && str_eq(self->kind, STR("Service")))
		       ? (self->has_port)
		       : true;
}

/* (size(self.group) == 0 && self.kind == 'Service') ? has(self.port) : true */
bool rule_must_have_port_for_service_reference__backend_ref(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct backend_ref *self = self_.p;
	(void)oldSelf_;
	return ((rule_size(self->to.group) == 0) && str_eq(self->to.kind, STR("Service")))
		       ? (self->to.has_port)
		       : true;
}

/* (size(self.group) == 0 && self.kind == 'Service') ? has(self.port) : true */
bool rule_must_have_port_for_service_reference__grpc_backend_ref(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct grpc_backend_ref *self = self_.p;
	(void)oldSelf_;
	return ((rule_size(self->ref.to.group) == 0) && str_eq(self->ref.to.kind, STR("Service")))
		       ? (self->ref.to.has_port)
		       : true;
}

/* (size(self.group) == 0 && self.kind == 'Service') ? has(self.port) : true */
bool rule_must_have_port_for_service_reference__http_backend_ref(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct http_backend_ref *self = self_.p;
	(void)oldSelf_;
	return ((rule_size(self->ref.to.group) == 0) && str_eq(self->ref.to.kind, STR("Service")))
		       ? (self->ref.to.has_port)
		       : true;
}

/* (self.type in ['Exact','PathPrefix']) ? !self.value.contains('#') : true */
bool rule_must_not_contain_hash_when_type_one_of_exact_pathprefix(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct http_path_match *self = self_.p;
	(void)oldSelf_;
	return ((self->type == PATH_MATCH_EXACT) || (self->type == PATH_MATCH_PATH_PREFIX))
		       ? !rule_contains(self->value, STR("#"))
		       : true;
}

/* (self.type in ['Exact','PathPrefix']) ? !self.value.contains('%2f') : true */
bool rule_must_not_contain_percent_2f_when_type_one_of_exact_pathprefix(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct http_path_match *self = self_.p;
	(void)oldSelf_;
	return ((self->type == PATH_MATCH_EXACT) || (self->type == PATH_MATCH_PATH_PREFIX))
		       ? !rule_contains(self->value, STR("%2f"))
		       : true;
}

/* (self.type in ['Exact','PathPrefix']) ? !self.value.contains('%2F') : true */
bool rule_must_not_contain_percent_2f_when_type_one_of_exact_pathprefix_2(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct http_path_match *self = self_.p;
	(void)oldSelf_;
	return ((self->type == PATH_MATCH_EXACT) || (self->type == PATH_MATCH_PATH_PREFIX))
		       ? !rule_contains(self->value, STR("%2F"))
		       : true;
}

/* (self.type in ['Exact','PathPrefix']) ? !self.value.contains('/../') : true */
bool rule_must_not_contain_slash_dot_dot_slash_when_type_one_of_exact(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct http_path_match *self = self_.p;
	(void)oldSelf_;
	return ((self->type == PATH_MATCH_EXACT) || (self->type == PATH_MATCH_PATH_PREFIX))
		       ? !rule_contains(self->value, STR("/../"))
		       : true;
}

/* (self.type in ['Exact','PathPrefix']) ? !self.value.contains('/./') : true */
bool rule_must_not_contain_slash_dot_slash_when_type_one_of_exact_pathprefix(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct http_path_match *self = self_.p;
	(void)oldSelf_;
	return ((self->type == PATH_MATCH_EXACT) || (self->type == PATH_MATCH_PATH_PREFIX))
		       ? !rule_contains(self->value, STR("/./"))
		       : true;
}

/* (self.type in ['Exact','PathPrefix']) ? !self.value.contains('//') : true */
bool rule_must_not_contain_slash_slash_when_type_one_of_exact_pathprefix(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct http_path_match *self = self_.p;
	(void)oldSelf_;
	return ((self->type == PATH_MATCH_EXACT) || (self->type == PATH_MATCH_PATH_PREFIX))
		       ? !rule_contains(self->value, STR("//"))
		       : true;
}

/* (self.type in ['Exact','PathPrefix']) ? !self.value.endsWith('/..') : true */
bool rule_must_not_end_with_slash_dot_dot_when_type_one_of_exact_pathprefix(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct http_path_match *self = self_.p;
	(void)oldSelf_;
	return ((self->type == PATH_MATCH_EXACT) || (self->type == PATH_MATCH_PATH_PREFIX))
		       ? !str_ends(self->value, STR("/.."))
		       : true;
}

/* (self.type in ['Exact','PathPrefix']) ? !self.value.endsWith('/.') : true */
bool rule_must_not_end_with_slash_dot_when_type_one_of_exact_pathprefix(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct http_path_match *self = self_.p;
	(void)oldSelf_;
	return ((self->type == PATH_MATCH_EXACT) || (self->type == PATH_MATCH_PATH_PREFIX))
		       ? !str_ends(self->value, STR("/."))
		       : true;
}

/* (self.group == 'gateway.networking.x-k8s.io' && self.kind == 'XBackend') ? !has(self.port) : true
 */
bool rule_must_not_have_port_for_backend_reference(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct backend_object_reference *self = self_.p;
	(void)oldSelf_;
	return (str_eq(self->group, STR("gateway.networking.x-k8s.io")) &&
		       str_eq(self->kind, STR("XBackend")))
		       ? !(self->has_port)
		       : true;
}

/* (self.group == 'gateway.networking.x-k8s.io' && self.kind == 'XBackend') ? !has(self.port) : true
 */
bool rule_must_not_have_port_for_backend_reference__backend_ref(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct backend_ref *self = self_.p;
	(void)oldSelf_;
	return (str_eq(self->to.group, STR("gateway.networking.x-k8s.io")) &&
		       str_eq(self->to.kind, STR("XBackend")))
		       ? !(self->to.has_port)
		       : true;
}

/* (self.group == 'gateway.networking.x-k8s.io' && self.kind == 'XBackend') ? !has(self.port) : true
 */
bool rule_must_not_have_port_for_backend_reference__grpc_backend_ref(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct grpc_backend_ref *self = self_.p;
	(void)oldSelf_;
	return (str_eq(self->ref.to.group, STR("gateway.networking.x-k8s.io")) &&
		       str_eq(self->ref.to.kind, STR("XBackend")))
		       ? !(self->ref.to.has_port)
		       : true;
}

/* (self.group == 'gateway.networking.x-k8s.io' && self.kind == 'XBackend') ? !has(self.port) : true
 */
bool rule_must_not_have_port_for_backend_reference__http_backend_ref(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct http_backend_ref *self = self_.p;
	(void)oldSelf_;
	return (str_eq(self->ref.to.group, STR("gateway.networking.x-k8s.io")) &&
		       str_eq(self->ref.to.kind, STR("XBackend")))
		       ? !(self->ref.to.has_port)
		       : true;
}

/* (self.type in ['Exact','PathPrefix']) ?
 * self.value.matches(r"""^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|[%][0-9a-fA-F]{2})+$""") : true */
bool rule_must_only_contain_valid_characters_matching_a_za_z0_9_percent(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct http_path_match *self = self_.p;
	(void)oldSelf_;
	return ((self->type == PATH_MATCH_EXACT) || (self->type == PATH_MATCH_PATH_PREFIX))
		       ? dfa_match(&pattern_15, self->value)
		       : true;
}

/* self.numerator <= self.denominator */
bool rule_numerator_must_be_less_than_or_equal_to_denominator(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct percent_fraction *self = self_.p;
	(void)oldSelf_;
	return self->numerator <= self->denominator;
}

/* has(self.type) ? has(self.service) || has(self.method) : true */
bool rule_one_or_both_of_service_or_method_must_be_specified(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct grpc_method_match *self = self_.p;
	(void)oldSelf_;
	return (self->type != GRPC_METHOD_MATCH_UNSET)
		       ? ((self->service.p != NULL) || (self->method.p != NULL))
		       : true;
}

/* !(has(self.percent) && has(self.fraction)) */
bool rule_only_one_of_percent_or_fraction_may_be_specified_in_httprequestmirrorfilter(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct http_request_mirror_filter *self = self_.p;
	(void)oldSelf_;
	return !((self->has_percent) && (self->fraction != NULL));
}

/* has(self.parentBasedSampling) ? self.mode == 'Enabled' : true */
bool rule_parentbasedsampling_can_only_be_set_when_mode_is_enabled(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct x_tracing_config *self = self_.p;
	(void)oldSelf_;
	return (self->parent_based_sampling != NULL) ? (self->mode == X_TRACING_MODE_ENABLED)
						     : true;
}

/* self.all(t1, self.exists_one(t2, t1.port == t2.port)) */
bool rule_port_for_tls_configuration_must_be_unique_within_the_gateway(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct tls_port_config *self = self_.p;
	(void)oldSelf_;
	return __extension__({
		bool all_1 = true;
		for (uint32_t i_1 = 0; i_1 < self_.n; i_1++) {
			const struct tls_port_config *t1_1 = &self[i_1];
			if (!__extension__({
				    uint32_t n_2 = 0;
				    for (uint32_t i_2 = 0; i_2 < self_.n; i_2++) {
					    const struct tls_port_config *t2_2 = &self[i_2];
					    if (t1_1->port == t2_2->port)
						    n_2++;
				    }
				    n_2 == 1;
			    }))
				all_1 = false;
		}
		all_1;
	});
}

/* has(self.grpc) ? self.protocol == 'GRPC' : true */
bool rule_protocol_must_be_grpc_when_grpc_is_set(struct rule_self self_, struct rule_self oldSelf_)
{
	const struct http_external_auth_filter *self = self_.p;
	(void)oldSelf_;
	return (self->grpc != NULL) ? (self->protocol == HTTP_ROUTE_EXTERNAL_AUTH_PROTOCOL_GRPC)
				    : true;
}

/* has(self.http) ? self.protocol == 'HTTP' : true */
bool rule_protocol_must_be_http_when_http_is_set(struct rule_self self_, struct rule_self oldSelf_)
{
	const struct http_external_auth_filter *self = self_.p;
	(void)oldSelf_;
	return (self->http != NULL) ? (self->protocol == HTTP_ROUTE_EXTERNAL_AUTH_PROTOCOL_HTTP)
				    : true;
}

/* self.mode == 'Enabled' ? has(self.provider) : !has(self.provider) */
bool rule_provider_is_required_when_mode_is_enabled_and_must_be_empty(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct x_tracing_config *self = self_.p;
	(void)oldSelf_;
	return (self->mode == X_TRACING_MODE_ENABLED) ? (self->provider != NULL)
						      : (self->provider == NULL);
}

/* self.type == 'ReplaceFullPath' ? has(self.replaceFullPath) : true */
bool rule_replacefullpath_must_be_specified_when_type_is_set_to_replacefullpath(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct http_path_modifier *self = self_.p;
	(void)oldSelf_;
	return (self->type == HTTP_PATH_MODIFIER_REPLACE_FULL_PATH)
		       ? (self->replace_full_path.p != NULL)
		       : true;
}

/* self.type == 'ReplacePrefixMatch' ? has(self.replacePrefixMatch) : true */
bool rule_replaceprefixmatch_must_be_specified_when_type_is_set_to(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct http_path_modifier *self = self_.p;
	(void)oldSelf_;
	return (self->type == HTTP_PATH_MODIFIER_REPLACE_PREFIX_MATCH)
		       ? (self->replace_prefix_match.p != NULL)
		       : true;
}

/* self.filter(f, f.type == 'RequestHeaderModifier').size() <= 1 */
bool rule_requestheadermodifier_filter_cannot_be_repeated(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct grpc_route_filter *self = self_.p;
	(void)oldSelf_;
	return __extension__({
		uint32_t n_1 = 0;
		for (uint32_t i_1 = 0; i_1 < self_.n; i_1++) {
			const struct grpc_route_filter *f_1 = &self[i_1];
			if (f_1->type == GRPC_ROUTE_FILTER_REQUEST_HEADER_MODIFIER)
				n_1++;
		}
		n_1;
	}) <= 1;
}

/* self.filter(f, f.type == 'RequestHeaderModifier').size() <= 1 */
bool rule_requestheadermodifier_filter_cannot_be_repeated__http_route_filter_list(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct http_route_filter *self = self_.p;
	(void)oldSelf_;
	return __extension__({
		uint32_t n_1 = 0;
		for (uint32_t i_1 = 0; i_1 < self_.n; i_1++) {
			const struct http_route_filter *f_1 = &self[i_1];
			if (f_1->type == HTTP_ROUTE_FILTER_REQUEST_HEADER_MODIFIER)
				n_1++;
		}
		n_1;
	}) <= 1;
}

/* self.filter(f, f.type == 'RequestRedirect').size() <= 1 */
bool rule_requestredirect_filter_cannot_be_repeated(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct http_route_filter *self = self_.p;
	(void)oldSelf_;
	return __extension__({
		uint32_t n_1 = 0;
		for (uint32_t i_1 = 0; i_1 < self_.n; i_1++) {
			const struct http_route_filter *f_1 = &self[i_1];
			if (f_1->type == HTTP_ROUTE_FILTER_REQUEST_REDIRECT)
				n_1++;
		}
		n_1;
	}) <= 1;
}

/* (has(self.backendRefs) && size(self.backendRefs) > 0) ? (!has(self.filters) ||
 * self.filters.all(f, !has(f.requestRedirect))): true */
bool rule_requestredirect_filter_must_not_be_used_together_with_backendrefs(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct http_route_rule *self = self_.p;
	(void)oldSelf_;
	return ((self->backend_refs != NULL) && (self->n_backend_refs > 0))
		       ? ((self->filters == NULL) || __extension__({
				 bool all_1 = true;
				 for (uint32_t i_1 = 0; i_1 < self->n_filters; i_1++) {
					 const struct http_route_filter *f_1 = &self->filters[i_1];
					 if (f_1->request_redirect != NULL)
						 all_1 = false;
				 }
				 all_1;
			 }))
		       : true;
}

/* self.filter(f, f.type == 'ResponseHeaderModifier').size() <= 1 */
bool rule_responseheadermodifier_filter_cannot_be_repeated(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct grpc_route_filter *self = self_.p;
	(void)oldSelf_;
	return __extension__({
		uint32_t n_1 = 0;
		for (uint32_t i_1 = 0; i_1 < self_.n; i_1++) {
			const struct grpc_route_filter *f_1 = &self[i_1];
			if (f_1->type == GRPC_ROUTE_FILTER_RESPONSE_HEADER_MODIFIER)
				n_1++;
		}
		n_1;
	}) <= 1;
}

/* self.filter(f, f.type == 'ResponseHeaderModifier').size() <= 1 */
bool rule_responseheadermodifier_filter_cannot_be_repeated__http_route_filter_list(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct http_route_filter *self = self_.p;
	(void)oldSelf_;
	return __extension__({
		uint32_t n_1 = 0;
		for (uint32_t i_1 = 0; i_1 < self_.n; i_1++) {
			const struct http_route_filter *f_1 = &self[i_1];
			if (f_1->type == HTTP_ROUTE_FILTER_RESPONSE_HEADER_MODIFIER)
				n_1++;
		}
		n_1;
	}) <= 1;
}

/* size(self) == 0 || self == 'Cluster' || (self.matches('^.* /.+$') &&
 * !format.dns1123Subdomain().validate(self.split('/')[0]).hasValue() && self.split('/')[0] !=
 * 'k8s.io' && !self.split('/')[0].endsWith('.k8s.io')) */
bool rule_routability_must_be_empty_cluster_or_an_implementation_specific(
	struct rule_self self_, struct rule_self oldSelf_)
{
	struct str self = *(const struct str *)self_.p;
	(void)oldSelf_;
	return ((rule_size(self) == 0) || str_eq(self, STR("Cluster"))) ||
	       ((dfa_match(&pattern_11, self) &&
			!(!name_is_subdomain(rule_first_part(self, '/')))) &&
		       (!str_eq(rule_first_part(self, '/'), STR("k8s.io")) &&
			       !str_ends(rule_first_part(self, '/'), STR(".k8s.io"))));
}

/* self.all(l1, !has(l1.name) || self.exists_one(l2, has(l2.name) && l1.name == l2.name)) */
bool rule_rule_name_must_be_unique_within_the_route(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct grpc_route_rule *self = self_.p;
	(void)oldSelf_;
	return __extension__({
		bool all_1 = true;
		for (uint32_t i_1 = 0; i_1 < self_.n; i_1++) {
			const struct grpc_route_rule *l1_1 = &self[i_1];
			if (!((l1_1->name.p == NULL) || __extension__({
				    uint32_t n_2 = 0;
				    for (uint32_t i_2 = 0; i_2 < self_.n; i_2++) {
					    const struct grpc_route_rule *l2_2 = &self[i_2];
					    if ((l2_2->name.p != NULL) &&
						    str_eq(l1_1->name, l2_2->name))
						    n_2++;
				    }
				    n_2 == 1;
			    })))
				all_1 = false;
		}
		all_1;
	});
}

/* self.all(l1, !has(l1.name) || self.exists_one(l2, has(l2.name) && l1.name == l2.name)) */
bool rule_rule_name_must_be_unique_within_the_route__http_route_rule_list(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct http_route_rule *self = self_.p;
	(void)oldSelf_;
	return __extension__({
		bool all_1 = true;
		for (uint32_t i_1 = 0; i_1 < self_.n; i_1++) {
			const struct http_route_rule *l1_1 = &self[i_1];
			if (!((l1_1->name.p == NULL) || __extension__({
				    uint32_t n_2 = 0;
				    for (uint32_t i_2 = 0; i_2 < self_.n; i_2++) {
					    const struct http_route_rule *l2_2 = &self[i_2];
					    if ((l2_2->name.p != NULL) &&
						    str_eq(l1_1->name, l2_2->name))
						    n_2++;
				    }
				    n_2 == 1;
			    })))
				all_1 = false;
		}
		all_1;
	});
}

/* self.all(l1, !has(l1.name) || self.exists_one(l2, has(l2.name) && l1.name == l2.name)) */
bool rule_rule_name_must_be_unique_within_the_route__tcp_route_rule_list(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct tcp_route_rule *self = self_.p;
	(void)oldSelf_;
	return __extension__({
		bool all_1 = true;
		for (uint32_t i_1 = 0; i_1 < self_.n; i_1++) {
			const struct tcp_route_rule *l1_1 = &self[i_1];
			if (!((l1_1->name.p == NULL) || __extension__({
				    uint32_t n_2 = 0;
				    for (uint32_t i_2 = 0; i_2 < self_.n; i_2++) {
					    const struct tcp_route_rule *l2_2 = &self[i_2];
					    if ((l2_2->name.p != NULL) &&
						    str_eq(l1_1->name, l2_2->name))
						    n_2++;
				    }
				    n_2 == 1;
			    })))
				all_1 = false;
		}
		all_1;
	});
}

/* self.all(l1, !has(l1.name) || self.exists_one(l2, has(l2.name) && l1.name == l2.name)) */
bool rule_rule_name_must_be_unique_within_the_route__tls_route_rule_list(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct tls_route_rule *self = self_.p;
	(void)oldSelf_;
	return __extension__({
		bool all_1 = true;
		for (uint32_t i_1 = 0; i_1 < self_.n; i_1++) {
			const struct tls_route_rule *l1_1 = &self[i_1];
			if (!((l1_1->name.p == NULL) || __extension__({
				    uint32_t n_2 = 0;
				    for (uint32_t i_2 = 0; i_2 < self_.n; i_2++) {
					    const struct tls_route_rule *l2_2 = &self[i_2];
					    if ((l2_2->name.p != NULL) &&
						    str_eq(l1_1->name, l2_2->name))
						    n_2++;
				    }
				    n_2 == 1;
			    })))
				all_1 = false;
		}
		all_1;
	});
}

/* self.all(l1, !has(l1.name) || self.exists_one(l2, has(l2.name) && l1.name == l2.name)) */
bool rule_rule_name_must_be_unique_within_the_route__udp_route_rule_list(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct udp_route_rule *self = self_.p;
	(void)oldSelf_;
	return __extension__({
		bool all_1 = true;
		for (uint32_t i_1 = 0; i_1 < self_.n; i_1++) {
			const struct udp_route_rule *l1_1 = &self[i_1];
			if (!((l1_1->name.p == NULL) || __extension__({
				    uint32_t n_2 = 0;
				    for (uint32_t i_2 = 0; i_2 < self_.n; i_2++) {
					    const struct udp_route_rule *l2_2 = &self[i_2];
					    if ((l2_2->name.p != NULL) &&
						    str_eq(l1_1->name, l2_2->name))
						    n_2++;
				    }
				    n_2 == 1;
			    })))
				all_1 = false;
		}
		all_1;
	});
}

/* has(self.samplingRate) ? self.mode == 'Enabled' : true */
bool rule_samplingrate_can_only_be_set_when_mode_is_enabled(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct x_parent_based_sampling *self = self_.p;
	(void)oldSelf_;
	return (self->sampling_rate != NULL) ? (self->mode == X_PARENT_BASED_SAMPLING_MODE_ENABLED)
					     : true;
}

/* has(self.samplingRate) ? self.mode == 'Enabled' : true */
bool rule_samplingrate_can_only_be_set_when_mode_is_enabled__x_tracing_config(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct x_tracing_config *self = self_.p;
	(void)oldSelf_;
	return (self->sampling_rate != NULL) ? (self->mode == X_TRACING_MODE_ENABLED) : true;
}

/* self.all(p1, self.all(p2, p1.group == p2.group && p1.kind == p2.kind && p1.name == p2.name ?
 * ((!has(p1.sectionName) || p1.sectionName == '') == (!has(p2.sectionName) || p2.sectionName ==
 * '')) : true)) */
bool rule_sectionname_must_be_specified_when_targetrefs_includes_2(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct policy_target_section *self = self_.p;
	(void)oldSelf_;
	return __extension__({
		bool all_1 = true;
		for (uint32_t i_1 = 0; i_1 < self_.n; i_1++) {
			const struct policy_target_section *p1_1 = &self[i_1];
			if (!__extension__({
				    bool all_2 = true;
				    for (uint32_t i_2 = 0; i_2 < self_.n; i_2++) {
					    const struct policy_target_section *p2_2 = &self[i_2];
					    if (!(((str_eq(p1_1->target.group,
							    p2_2->target.group) &&
							   str_eq(p1_1->target.kind,
								   p2_2->target.kind)) &&
							  str_eq(p1_1->target.name,
								  p2_2->target.name))
								? (((p1_1->section_name.p ==
									    NULL) ||
									   str_eq(p1_1->section_name,
										   STR(""))) ==
									  ((p2_2->section_name.p ==
										   NULL) ||
										  str_eq(p2_2->section_name,
											  STR(""))))
								: true))
						    all_2 = false;
				    }
				    all_2;
			    }))
				all_1 = false;
		}
		all_1;
	});
}

/* self.all(p1, self.exists_one(p2, p1.group == p2.group && p1.kind == p2.kind && p1.name == p2.name
 * && (((!has(p1.sectionName) || p1.sectionName == '') && (!has(p2.sectionName) || p2.sectionName ==
 * '')) || (has(p1.sectionName) && has(p2.sectionName) && p1.sectionName == p2.sectionName)))) */
bool rule_sectionname_must_be_unique_when_targetrefs_includes_2_or(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct policy_target_section *self = self_.p;
	(void)oldSelf_;
	return __extension__({
		bool all_1 = true;
		for (uint32_t i_1 = 0; i_1 < self_.n; i_1++) {
			const struct policy_target_section *p1_1 = &self[i_1];
			if (!__extension__({
				    uint32_t n_2 = 0;
				    for (uint32_t i_2 = 0; i_2 < self_.n; i_2++) {
					    const struct policy_target_section *p2_2 = &self[i_2];
					    if ((str_eq(p1_1->target.group, p2_2->target.group) &&
							str_eq(p1_1->target.kind,
								p2_2->target.kind)) &&
						    (str_eq(p1_1->target.name, p2_2->target.name) &&
							    ((((p1_1->section_name.p == NULL) ||
								      str_eq(p1_1->section_name,
									      STR(""))) &&
								     ((p2_2->section_name.p ==
									      NULL) ||
									     str_eq(p2_2->section_name,
										     STR("")))) ||
								    (((p1_1->section_name.p !=
									      NULL) &&
									     (p2_2->section_name
											     .p !=
										     NULL)) &&
									    str_eq(p1_1->section_name,
										    p2_2->section_name)))))
						    n_2++;
				    }
				    n_2 == 1;
			    }))
				all_1 = false;
		}
		all_1;
	});
}

/* self.all(p1, self.all(p2, p1.group == p2.group && p1.kind == p2.kind && p1.name == p2.name &&
 * (((!has(p1.__namespace__) || p1.__namespace__ == '') && (!has(p2.__namespace__) ||
 * p2.__namespace__ == '')) || (has(p1.__namespace__) && has(p2.__namespace__) && p1.__namespace__
 * == p2.__namespace__)) ? ((!has(p1.sectionName) || p1.sectionName == '') == (!has(p2.sectionName)
 * || p2.sectionName == '') && (!has(p1.port) || p1.port == 0) == (!has(p2.port) || p2.port == 0)):
 * true)) */
bool rule_sectionname_or_port_must_be_specified_when_parentrefs_includes(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct parent_reference *self = self_.p;
	(void)oldSelf_;
	return __extension__({
		bool all_1 = true;
		for (uint32_t i_1 = 0; i_1 < self_.n; i_1++) {
			const struct parent_reference *p1_1 = &self[i_1];
			if (!__extension__({
				    bool all_2 = true;
				    for (uint32_t i_2 = 0; i_2 < self_.n; i_2++) {
					    const struct parent_reference *p2_2 = &self[i_2];
					    if (!(((str_eq(p1_1->group, p2_2->group) &&
							   str_eq(p1_1->kind, p2_2->kind)) &&
							  (str_eq(p1_1->name, p2_2->name) &&
								  ((((p1_1->namespace.p == NULL) ||
									    str_eq(p1_1->namespace,
										    STR(""))) &&
									   ((p2_2->namespace.p ==
										    NULL) ||
										   str_eq(p2_2->namespace,
											   STR("")))) ||
									  (((p1_1->namespace.p !=
										    NULL) &&
										   (p2_2->namespace.p !=
											   NULL)) &&
										  str_eq(p1_1->namespace,
											  p2_2->namespace)))))
								? ((((p1_1->section_name.p ==
									     NULL) ||
									    str_eq(p1_1->section_name,
										    STR(""))) ==
									   ((p2_2->section_name.p ==
										    NULL) ||
										   str_eq(p2_2->section_name,
											   STR("")))) &&
									  ((!(p1_1->has_port) ||
										   (p1_1->port ==
											   0)) ==
										  (!(p2_2->has_port) ||
											  (p2_2->port ==
												  0))))
								: true))
						    all_2 = false;
				    }
				    all_2;
			    }))
				all_1 = false;
		}
		all_1;
	});
}

/* self.all(p1, self.exists_one(p2, p1.group == p2.group && p1.kind == p2.kind && p1.name == p2.name
 * && (((!has(p1.__namespace__) || p1.__namespace__ == '') && (!has(p2.__namespace__) ||
 * p2.__namespace__ == '')) || (has(p1.__namespace__) && has(p2.__namespace__) && p1.__namespace__
 * == p2.__namespace__ )) && (((!has(p1.sectionName) || p1.sectionName == '') &&
 * (!has(p2.sectionName) || p2.sectionName == '')) || ( has(p1.sectionName) && has(p2.sectionName)
 * && p1.sectionName == p2.sectionName)) && (((!has(p1.port) || p1.port == 0) && (!has(p2.port) ||
 * p2.port == 0)) || (has(p1.port) && has(p2.port) && p1.port == p2.port)))) */
bool rule_sectionname_or_port_must_be_unique_when_parentrefs_includes(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct parent_reference *self = self_.p;
	(void)oldSelf_;
	return __extension__({
		bool all_1 = true;
		for (uint32_t i_1 = 0; i_1 < self_.n; i_1++) {
			const struct parent_reference *p1_1 = &self[i_1];
			if (!__extension__({
				    uint32_t n_2 = 0;
				    for (uint32_t i_2 = 0; i_2 < self_.n; i_2++) {
					    const struct parent_reference *p2_2 = &self[i_2];
					    if (((str_eq(p1_1->group, p2_2->group) &&
							 str_eq(p1_1->kind, p2_2->kind)) &&
							str_eq(p1_1->name, p2_2->name)) &&
						    ((((((p1_1->namespace.p == NULL) ||
								str_eq(p1_1->namespace, STR(""))) &&
							       ((p2_2->namespace.p == NULL) ||
								       str_eq(p2_2->namespace,
									       STR("")))) ||
							      (((p1_1->namespace.p != NULL) &&
								       (p2_2->namespace.p !=
									       NULL)) &&
								      str_eq(p1_1->namespace,
									      p2_2->namespace))) &&
							     ((((p1_1->section_name.p == NULL) ||
								       str_eq(p1_1->section_name,
									       STR(""))) &&
								      ((p2_2->section_name.p ==
									       NULL) ||
									      str_eq(p2_2->section_name,
										      STR("")))) ||
								     (((p1_1->section_name.p !=
									       NULL) &&
									      (p2_2->section_name
											      .p !=
										      NULL)) &&
									     str_eq(p1_1->section_name,
										     p2_2->section_name)))) &&
							    (((!(p1_1->has_port) ||
								      (p1_1->port == 0)) &&
								     (!(p2_2->has_port) ||
									     (p2_2->port == 0))) ||
								    (((p1_1->has_port) &&
									     (p2_2->has_port)) &&
									    (p1_1->port ==
										    p2_2->port)))))
						    n_2++;
				    }
				    n_2 == 1;
			    }))
				all_1 = false;
		}
		all_1;
	});
}

/* (!has(self.type) || self.type == 'Exact') && has(self.service) ?
 * self.service.matches(r"""^(?i)\.?[a-z_][a-z_0-9]*(\.[a-z_][a-z_0-9]*)*$"""): true */
bool rule_service_must_only_contain_valid_characters_matching_i_a_z(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct grpc_method_match *self = self_.p;
	(void)oldSelf_;
	return (((self->type == GRPC_METHOD_MATCH_UNSET) ||
			(self->type == GRPC_METHOD_MATCH_EXACT)) &&
		       (self->service.p != NULL))
		       ? dfa_match(&pattern_19, self->service)
		       : true;
}

/* has(self.serviceName) ? self.mode == 'Enabled' : true */
bool rule_servicename_can_only_be_set_when_mode_is_enabled(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct x_tracing_config *self = self_.p;
	(void)oldSelf_;
	return (self->service_name.p != NULL) ? (self->mode == X_TRACING_MODE_ENABLED) : true;
}

/* has(self.sessionPersistence) ? self.type == 'EndpointSelector' : true */
bool rule_sessionpersistence_can_only_be_set_when_type_is_endpointselector(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct x_backend_spec *self = self_.p;
	(void)oldSelf_;
	return (self->session_persistence != NULL) ? (self->type == X_BACKEND_ENDPOINT_SELECTOR)
						   : true;
}

/* has(self.spanName) ? self.mode == 'Enabled' : true */
bool rule_spanname_can_only_be_set_when_mode_is_enabled(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct x_tracing_config *self = self_.p;
	(void)oldSelf_;
	return (self->span_name.p != NULL) ? (self->mode == X_TRACING_MODE_ENABLED) : true;
}

/* !(self.type == "Hostname" && (!has(self.hostname) || self.hostname == "")) */
bool rule_subjectaltname_element_must_contain_hostname_if_type_is_set(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct subject_alt_name *self = self_.p;
	(void)oldSelf_;
	return !((self->type == SUBJECT_ALT_NAME_HOSTNAME) &&
		 ((self->hostname.p == NULL) || str_eq(self->hostname, STR(""))));
}

/* !(self.type == "URI" && (!has(self.uri) || self.uri == "")) */
bool rule_subjectaltname_element_must_contain_uri_if_type_is_set_to(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct subject_alt_name *self = self_.p;
	(void)oldSelf_;
	return !((self->type == SUBJECT_ALT_NAME_URI) &&
		 ((self->uri.p == NULL) || str_eq(self->uri, STR(""))));
}

/* !(self.type != "Hostname" && has(self.hostname) && self.hostname != "") */
bool rule_subjectaltname_element_must_not_contain_hostname_if_type(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct subject_alt_name *self = self_.p;
	(void)oldSelf_;
	return !(((self->type != SUBJECT_ALT_NAME_HOSTNAME) && (self->hostname.p != NULL)) &&
		 !str_eq(self->hostname, STR("")));
}

/* !(self.type != "URI" && has(self.uri) && self.uri != "") */
bool rule_subjectaltname_element_must_not_contain_uri_if_type_is_not(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct subject_alt_name *self = self_.p;
	(void)oldSelf_;
	return !(((self->type != SUBJECT_ALT_NAME_URI) && (self->uri.p != NULL)) &&
		 !str_eq(self->uri, STR("")));
}

/* !has(self.tls) || self.protocol == 'HTTPS' */
bool rule_tls_may_only_be_set_when_protocol_is_https(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct backend_spec *self = self_.p;
	(void)oldSelf_;
	return (self->tls == NULL) || (self->protocol == BACKEND_PROTOCOL_HTTPS);
}

/* self.all(l, (l.protocol == 'TLS' ? has(l.tls) && has(l.tls.mode) && l.tls.mode != '' : true)) */
bool rule_tls_mode_must_be_set_for_protocol_tls(struct rule_self self_, struct rule_self oldSelf_)
{
	const struct gateway_listener *self = self_.p;
	(void)oldSelf_;
	return __extension__({
		bool all_1 = true;
		for (uint32_t i_1 = 0; i_1 < self_.n; i_1++) {
			const struct gateway_listener *l_1 = &self[i_1];
			if (!(str_eq(l_1->protocol, STR("TLS"))
					    ? (((l_1->tls != NULL) && (OR_ZERO(l_1->tls)->mode !=
									      TLS_MODE_UNSET)) &&
						      (OR_ZERO(l_1->tls)->mode != TLS_MODE_UNSET))
					    : true))
				all_1 = false;
		}
		all_1;
	});
}

/* self.all(l, (l.protocol == 'TLS' ? has(l.tls) && has(l.tls.mode) && l.tls.mode != '' : true)) */
bool rule_tls_mode_must_be_set_for_protocol_tls__listener_entry_list(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct listener_entry *self = self_.p;
	(void)oldSelf_;
	return __extension__({
		bool all_1 = true;
		for (uint32_t i_1 = 0; i_1 < self_.n; i_1++) {
			const struct listener_entry *l_1 = &self[i_1];
			if (!(str_eq(l_1->protocol, STR("TLS"))
					    ? (((l_1->tls != NULL) && (OR_ZERO(l_1->tls)->mode !=
									      TLS_MODE_UNSET)) &&
						      (OR_ZERO(l_1->tls)->mode != TLS_MODE_UNSET))
					    : true))
				all_1 = false;
		}
		all_1;
	});
}

/* self.all(l, (l.protocol == 'HTTPS' && has(l.tls)) ? (l.tls.mode == '' || l.tls.mode ==
 * 'Terminate') : true) */
bool rule_tls_mode_must_be_terminate_for_protocol_https(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct gateway_listener *self = self_.p;
	(void)oldSelf_;
	return __extension__({
		bool all_1 = true;
		for (uint32_t i_1 = 0; i_1 < self_.n; i_1++) {
			const struct gateway_listener *l_1 = &self[i_1];
			if (!((str_eq(l_1->protocol, STR("HTTPS")) && (l_1->tls != NULL))
					    ? ((OR_ZERO(l_1->tls)->mode == TLS_MODE_UNSET) ||
						      (OR_ZERO(l_1->tls)->mode ==
							      TLS_MODE_TERMINATE))
					    : true))
				all_1 = false;
		}
		all_1;
	});
}

/* self.all(l, (l.protocol == 'HTTPS' && has(l.tls)) ? (l.tls.mode == '' || l.tls.mode ==
 * 'Terminate') : true) */
bool rule_tls_mode_must_be_terminate_for_protocol_https__listener_entry_list(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct listener_entry *self = self_.p;
	(void)oldSelf_;
	return __extension__({
		bool all_1 = true;
		for (uint32_t i_1 = 0; i_1 < self_.n; i_1++) {
			const struct listener_entry *l_1 = &self[i_1];
			if (!((str_eq(l_1->protocol, STR("HTTPS")) && (l_1->tls != NULL))
					    ? ((OR_ZERO(l_1->tls)->mode == TLS_MODE_UNSET) ||
						      (OR_ZERO(l_1->tls)->mode ==
							      TLS_MODE_TERMINATE))
					    : true))
				all_1 = false;
		}
		all_1;
	});
}

/* !has(self.protocol) || self.protocol != 'H2C' || !has(self.tls) || self.tls.mode == 'None' */
bool rule_tls_must_be_disabled_when_protocol_is_h2c_use_protocol_http2(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct x_backend_spec *self = self_.p;
	(void)oldSelf_;
	return ((self->protocol == X_BACKEND_PROTOCOL_UNSET) ||
		       (self->protocol != X_BACKEND_PROTOCOL_H2C)) ||
	       (!(true) || ((&self->tls)->mode == X_BACKEND_TLS_MODE_NONE));
}

/* !has(self.protocol) || self.protocol != 'HTTP2' || (has(self.tls) && self.tls.mode != 'None') */
bool rule_tls_must_be_enabled_when_protocol_is_http2_use_protocol_h2c(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct x_backend_spec *self = self_.p;
	(void)oldSelf_;
	return ((self->protocol == X_BACKEND_PROTOCOL_UNSET) ||
		       (self->protocol != X_BACKEND_PROTOCOL_HTTP2)) ||
	       ((true) && ((&self->tls)->mode != X_BACKEND_TLS_MODE_NONE));
}

/* !has(self.protocol) || self.protocol != 'WSS' || (has(self.tls) && self.tls.mode != 'None') */
bool rule_tls_must_be_enabled_when_protocol_is_wss(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct x_backend_spec *self = self_.p;
	(void)oldSelf_;
	return ((self->protocol == X_BACKEND_PROTOCOL_UNSET) ||
		       (self->protocol != X_BACKEND_PROTOCOL_WSS)) ||
	       ((true) && ((&self->tls)->mode != X_BACKEND_TLS_MODE_NONE));
}

/* self.all(l, l.protocol in ['HTTP', 'TCP', 'UDP'] ? !has(l.tls) : true) */
bool rule_tls_must_not_be_specified_for_protocols_http_tcp_udp(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct gateway_listener *self = self_.p;
	(void)oldSelf_;
	return __extension__({
		bool all_1 = true;
		for (uint32_t i_1 = 0; i_1 < self_.n; i_1++) {
			const struct gateway_listener *l_1 = &self[i_1];
			if (!((str_eq(l_1->protocol, STR("HTTP")) ||
				      str_eq(l_1->protocol, STR("TCP")) ||
				      str_eq(l_1->protocol, STR("UDP")))
					    ? (l_1->tls == NULL)
					    : true))
				all_1 = false;
		}
		all_1;
	});
}

/* self.all(l, l.protocol in ['HTTP', 'TCP', 'UDP'] ? !has(l.tls) : true) */
bool rule_tls_must_not_be_specified_for_protocols_http_tcp_udp__listener_entry_list(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct listener_entry *self = self_.p;
	(void)oldSelf_;
	return __extension__({
		bool all_1 = true;
		for (uint32_t i_1 = 0; i_1 < self_.n; i_1++) {
			const struct listener_entry *l_1 = &self[i_1];
			if (!((str_eq(l_1->protocol, STR("HTTP")) ||
				      str_eq(l_1->protocol, STR("TCP")) ||
				      str_eq(l_1->protocol, STR("UDP")))
					    ? (l_1->tls == NULL)
					    : true))
				all_1 = false;
		}
		all_1;
	});
}

/* self.type in ['Exact','PathPrefix'] || self.type == 'RegularExpression' */
bool rule_type_must_be_one_of_exact_pathprefix_regularexpression(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct http_path_match *self = self_.p;
	(void)oldSelf_;
	return ((self->type == PATH_MATCH_EXACT) || (self->type == PATH_MATCH_PATH_PREFIX)) ||
	       (self->type == PATH_MATCH_REGULAR_EXPRESSION);
}

/* has(self.replaceFullPath) ? self.type == 'ReplaceFullPath' : true */
bool rule_type_must_be_replacefullpath_when_replacefullpath_is_set(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct http_path_modifier *self = self_.p;
	(void)oldSelf_;
	return (self->replace_full_path.p != NULL)
		       ? (self->type == HTTP_PATH_MODIFIER_REPLACE_FULL_PATH)
		       : true;
}

/* has(self.replacePrefixMatch) ? self.type == 'ReplacePrefixMatch' : true */
bool rule_type_must_be_replaceprefixmatch_when_replaceprefixmatch_is(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct http_path_modifier *self = self_.p;
	(void)oldSelf_;
	return (self->replace_prefix_match.p != NULL)
		       ? (self->type == HTTP_PATH_MODIFIER_REPLACE_PREFIX_MATCH)
		       : true;
}

/* self.filter(f, f.type == 'URLRewrite').size() <= 1 */
bool rule_urlrewrite_filter_cannot_be_repeated(struct rule_self self_, struct rule_self oldSelf_)
{
	const struct http_route_filter *self = self_.p;
	(void)oldSelf_;
	return __extension__({
		uint32_t n_1 = 0;
		for (uint32_t i_1 = 0; i_1 < self_.n; i_1++) {
			const struct http_route_filter *f_1 = &self[i_1];
			if (f_1->type == HTTP_ROUTE_FILTER_URL_REWRITE)
				n_1++;
		}
		n_1;
	}) <= 1;
}

/* self.mode == 'None' ? !has(self.validation) : has(self.validation) */
bool rule_validation_must_be_set_if_and_only_if_mode_is_either_clientandserver(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct x_backend_tls *self = self_.p;
	(void)oldSelf_;
	return (self->mode == X_BACKEND_TLS_MODE_NONE) ? (self->validation == NULL)
						       : (self->validation != NULL);
}

/* (self.type in ['Exact','PathPrefix']) ? self.value.startsWith('/') : true */
bool rule_value_must_be_an_absolute_path_and_start_with_slash_when(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct http_path_match *self = self_.p;
	(void)oldSelf_;
	return ((self->type == PATH_MATCH_EXACT) || (self->type == PATH_MATCH_PATH_PREFIX))
		       ? str_starts(self->value, STR("/"))
		       : true;
}

/* (has(self.filters) && self.filters.exists_one(f, has(f.requestRedirect) &&
 * has(f.requestRedirect.path) && f.requestRedirect.path.type == 'ReplacePrefixMatch' &&
 * has(f.requestRedirect.path.replacePrefixMatch))) ? ((size(self.matches) != 1 ||
 * !has(self.matches[0].path) || self.matches[0].path.type != 'PathPrefix') ? false : true) : true
 */
bool rule_when_using_requestredirect_filter_with_path_replaceprefixmatch(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct http_route_rule *self = self_.p;
	(void)oldSelf_;
	return ((self->filters != NULL) && __extension__({
		uint32_t n_1 = 0;
		for (uint32_t i_1 = 0; i_1 < self->n_filters; i_1++) {
			const struct http_route_filter *f_1 = &self->filters[i_1];
			if (((f_1->request_redirect != NULL) &&
				    (OR_ZERO(f_1->request_redirect)->path != NULL)) &&
				((OR_ZERO(OR_ZERO(f_1->request_redirect)->path)->type ==
					 HTTP_PATH_MODIFIER_REPLACE_PREFIX_MATCH) &&
					(OR_ZERO(OR_ZERO(f_1->request_redirect)->path)
							->replace_prefix_match.p != NULL)))
				n_1++;
		}
		n_1 == 1;
	}))
		       ? ((((self->n_matches != 1) || !(true)) ||
				  !((&ITEM_OR_ZERO(self->matches, self->n_matches, 0)->path)
						  ->type == PATH_MATCH_PATH_PREFIX))
					 ? false
					 : true)
		       : true;
}

/* (has(self.filters) && self.filters.exists_one(f, has(f.urlRewrite) && has(f.urlRewrite.path) &&
 * f.urlRewrite.path.type == 'ReplacePrefixMatch' && has(f.urlRewrite.path.replacePrefixMatch))) ?
 * ((size(self.matches) != 1 || !has(self.matches[0].path) || self.matches[0].path.type !=
 * 'PathPrefix') ? false : true) : true */
bool rule_when_using_urlrewrite_filter_with_path_replaceprefixmatch(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct http_route_rule *self = self_.p;
	(void)oldSelf_;
	return ((self->filters != NULL) && __extension__({
		uint32_t n_1 = 0;
		for (uint32_t i_1 = 0; i_1 < self->n_filters; i_1++) {
			const struct http_route_filter *f_1 = &self->filters[i_1];
			if (((f_1->url_rewrite != NULL) &&
				    (OR_ZERO(f_1->url_rewrite)->path != NULL)) &&
				((OR_ZERO(OR_ZERO(f_1->url_rewrite)->path)->type ==
					 HTTP_PATH_MODIFIER_REPLACE_PREFIX_MATCH) &&
					(OR_ZERO(OR_ZERO(f_1->url_rewrite)->path)
							->replace_prefix_match.p != NULL)))
				n_1++;
		}
		n_1 == 1;
	}))
		       ? ((((self->n_matches != 1) || !(true)) ||
				  !((&ITEM_OR_ZERO(self->matches, self->n_matches, 0)->path)
						  ->type == PATH_MATCH_PATH_PREFIX))
					 ? false
					 : true)
		       : true;
}

/* (self.size() > 0 ? (has(self[0].matches) ? self[0].matches.size() : 0) : 0) + (self.size() > 1 ?
 * (has(self[1].matches) ? self[1].matches.size() : 0) : 0) + (self.size() > 2 ?
 * (has(self[2].matches) ? self[2].matches.size() : 0) : 0) + (self.size() > 3 ?
 * (has(self[3].matches) ? self[3].matches.size() : 0) : 0) + (self.size() > 4 ?
 * (has(self[4].matches) ? self[4].matches.size() : 0) : 0) + (self.size() > 5 ?
 * (has(self[5].matches) ? self[5].matches.size() : 0) : 0) + (self.size() > 6 ?
 * (has(self[6].matches) ? self[6].matches.size() : 0) : 0) + (self.size() > 7 ?
 * (has(self[7].matches) ? self[7].matches.size() : 0) : 0) + (self.size() > 8 ?
 * (has(self[8].matches) ? self[8].matches.size() : 0) : 0) + (self.size() > 9 ?
 * (has(self[9].matches) ? self[9].matches.size() : 0) : 0) + (self.size() > 10 ?
 * (has(self[10].matches) ? self[10].matches.size() : 0) : 0) + (self.size() > 11 ?
 * (has(self[11].matches) ? self[11].matches.size() : 0) : 0) + (self.size() > 12 ?
 * (has(self[12].matches) ? self[12].matches.size() : 0) : 0) + (self.size() > 13 ?
 * (has(self[13].matches) ? self[13].matches.size() : 0) : 0) + (self.size() > 14 ?
 * (has(self[14].matches) ? self[14].matches.size() : 0) : 0) + (self.size() > 15 ?
 * (has(self[15].matches) ? self[15].matches.size() : 0) : 0) <= 128 */
bool rule_while_16_rules_and_64_matches_per_rule_are_allowed_the_total(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct grpc_route_rule *self = self_.p;
	(void)oldSelf_;
	return (((((((((((((((((self_.n > 0) ? ((ITEM_OR_ZERO(self, self_.n, 0)->matches != NULL)
							       ? ITEM_OR_ZERO(self, self_.n, 0)
									 ->n_matches
							       : 0)
					     : 0) +
				     ((self_.n > 1) ? ((ITEM_OR_ZERO(self, self_.n, 1)->matches !=
							       NULL)
								      ? ITEM_OR_ZERO(
										self, self_.n, 1)
										->n_matches
								      : 0)
						    : 0)) +
				    ((self_.n > 2) ? ((ITEM_OR_ZERO(self, self_.n, 2)->matches !=
							      NULL)
								     ? ITEM_OR_ZERO(
									       self, self_.n, 2)
									       ->n_matches
								     : 0)
						   : 0)) +
				   ((self_.n > 3) ? ((ITEM_OR_ZERO(self, self_.n, 3)->matches !=
							     NULL)
								    ? ITEM_OR_ZERO(self, self_.n, 3)
									      ->n_matches
								    : 0)
						  : 0)) +
				  ((self_.n > 4) ? ((ITEM_OR_ZERO(self, self_.n, 4)->matches !=
							    NULL)
								   ? ITEM_OR_ZERO(self, self_.n, 4)
									     ->n_matches
								   : 0)
						 : 0)) +
				 ((self_.n > 5) ? ((ITEM_OR_ZERO(self, self_.n, 5)->matches != NULL)
								  ? ITEM_OR_ZERO(self, self_.n, 5)
									    ->n_matches
								  : 0)
						: 0)) +
				((self_.n > 6) ? ((ITEM_OR_ZERO(self, self_.n, 6)->matches != NULL)
								 ? ITEM_OR_ZERO(self, self_.n, 6)
									   ->n_matches
								 : 0)
					       : 0)) +
			       ((self_.n > 7) ? ((ITEM_OR_ZERO(self, self_.n, 7)->matches != NULL)
								? ITEM_OR_ZERO(self, self_.n, 7)
									  ->n_matches
								: 0)
					      : 0)) +
			      ((self_.n > 8) ? ((ITEM_OR_ZERO(self, self_.n, 8)->matches != NULL)
							       ? ITEM_OR_ZERO(self, self_.n, 8)
									 ->n_matches
							       : 0)
					     : 0)) +
			     ((self_.n > 9) ? ((ITEM_OR_ZERO(self, self_.n, 9)->matches != NULL)
							      ? ITEM_OR_ZERO(self, self_.n, 9)
									->n_matches
							      : 0)
					    : 0)) +
			    ((self_.n > 10) ? ((ITEM_OR_ZERO(self, self_.n, 10)->matches != NULL)
							      ? ITEM_OR_ZERO(self, self_.n, 10)
									->n_matches
							      : 0)
					    : 0)) +
			   ((self_.n > 11) ? ((ITEM_OR_ZERO(self, self_.n, 11)->matches != NULL)
							     ? ITEM_OR_ZERO(self, self_.n, 11)
								       ->n_matches
							     : 0)
					   : 0)) +
			  ((self_.n > 12) ? ((ITEM_OR_ZERO(self, self_.n, 12)->matches != NULL)
							    ? ITEM_OR_ZERO(self, self_.n, 12)
								      ->n_matches
							    : 0)
					  : 0)) +
			 ((self_.n > 13) ? ((ITEM_OR_ZERO(self, self_.n, 13)->matches != NULL)
							   ? ITEM_OR_ZERO(self, self_.n, 13)
								     ->n_matches
							   : 0)
					 : 0)) +
			((self_.n > 14) ? ((ITEM_OR_ZERO(self, self_.n, 14)->matches != NULL)
							  ? ITEM_OR_ZERO(self, self_.n, 14)
								    ->n_matches
							  : 0)
					: 0)) +
		       ((self_.n > 15) ? ((ITEM_OR_ZERO(self, self_.n, 15)->matches != NULL)
							 ? ITEM_OR_ZERO(self, self_.n, 15)
								   ->n_matches
							 : 0)
				       : 0)) <= 128;
}

/* (self.size() > 0 ? self[0].matches.size() : 0) + (self.size() > 1 ? self[1].matches.size() : 0) +
 * (self.size() > 2 ? self[2].matches.size() : 0) + (self.size() > 3 ? self[3].matches.size() : 0) +
 * (self.size() > 4 ? self[4].matches.size() : 0) + (self.size() > 5 ? self[5].matches.size() : 0) +
 * (self.size() > 6 ? self[6].matches.size() : 0) + (self.size() > 7 ? self[7].matches.size() : 0) +
 * (self.size() > 8 ? self[8].matches.size() : 0) + (self.size() > 9 ? self[9].matches.size() : 0) +
 * (self.size() > 10 ? self[10].matches.size() : 0) + (self.size() > 11 ? self[11].matches.size() :
 * 0) + (self.size() > 12 ? self[12].matches.size() : 0) + (self.size() > 13 ?
 * self[13].matches.size() : 0) + (self.size() > 14 ? self[14].matches.size() : 0) + (self.size() >
 * 15 ? self[15].matches.size() : 0) <= 128 */
bool rule_while_16_rules_and_64_matches_per_rule_are_allowed_the_total_2(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct http_route_rule *self = self_.p;
	(void)oldSelf_;
	return (((((((((((((((((self_.n > 0) ? ITEM_OR_ZERO(self, self_.n, 0)->n_matches : 0) +
				     ((self_.n > 1) ? ITEM_OR_ZERO(self, self_.n, 1)->n_matches
						    : 0)) +
				    ((self_.n > 2) ? ITEM_OR_ZERO(self, self_.n, 2)->n_matches
						   : 0)) +
				   ((self_.n > 3) ? ITEM_OR_ZERO(self, self_.n, 3)->n_matches
						  : 0)) +
				  ((self_.n > 4) ? ITEM_OR_ZERO(self, self_.n, 4)->n_matches : 0)) +
				 ((self_.n > 5) ? ITEM_OR_ZERO(self, self_.n, 5)->n_matches : 0)) +
				((self_.n > 6) ? ITEM_OR_ZERO(self, self_.n, 6)->n_matches : 0)) +
			       ((self_.n > 7) ? ITEM_OR_ZERO(self, self_.n, 7)->n_matches : 0)) +
			      ((self_.n > 8) ? ITEM_OR_ZERO(self, self_.n, 8)->n_matches : 0)) +
			     ((self_.n > 9) ? ITEM_OR_ZERO(self, self_.n, 9)->n_matches : 0)) +
			    ((self_.n > 10) ? ITEM_OR_ZERO(self, self_.n, 10)->n_matches : 0)) +
			   ((self_.n > 11) ? ITEM_OR_ZERO(self, self_.n, 11)->n_matches : 0)) +
			  ((self_.n > 12) ? ITEM_OR_ZERO(self, self_.n, 12)->n_matches : 0)) +
			 ((self_.n > 13) ? ITEM_OR_ZERO(self, self_.n, 13)->n_matches : 0)) +
			((self_.n > 14) ? ITEM_OR_ZERO(self, self_.n, 14)->n_matches : 0)) +
		       ((self_.n > 15) ? ITEM_OR_ZERO(self, self_.n, 15)->n_matches : 0)) <= 128;
}

/* self.all(h, h.contains('*') ? (h.startsWith('*.') &&
 * h.substring(2).matches('^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*)$')) :
 * true) */
bool rule_wildcards_on_hostnames_must_be_the_first_label_and_the_rest(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct str *self = self_.p;
	(void)oldSelf_;
	return __extension__({
		bool all_1 = true;
		for (uint32_t i_1 = 0; i_1 < self_.n; i_1++) {
			struct str h_1 = self[i_1];
			if (!(rule_contains(h_1, STR("*"))
					    ? (str_starts(h_1, STR("*.")) &&
						      dfa_match(&pattern_23, str_skip(h_1, 2)))
					    : true))
				all_1 = false;
		}
		all_1;
	});
}

/* (has(self.backendRefs) && self.backendRefs.exists_one(b, (has(b.filters) &&
 * b.filters.exists_one(f, has(f.requestRedirect) && has(f.requestRedirect.path) &&
 * f.requestRedirect.path.type == 'ReplacePrefixMatch' &&
 * has(f.requestRedirect.path.replacePrefixMatch))) )) ? ((size(self.matches) != 1 ||
 * !has(self.matches[0].path) || self.matches[0].path.type != 'PathPrefix') ? false : true) : true
 */
bool rule_within_backendrefs_when_using_requestredirect_filter_with(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct http_route_rule *self = self_.p;
	(void)oldSelf_;
	return ((self->backend_refs != NULL) && __extension__({
		uint32_t n_1 = 0;
		for (uint32_t i_1 = 0; i_1 < self->n_backend_refs; i_1++) {
			const struct http_backend_ref *b_1 = &self->backend_refs[i_1];
			if ((b_1->filters != NULL) && __extension__({
				    uint32_t n_2 = 0;
				    for (uint32_t i_2 = 0; i_2 < b_1->n_filters; i_2++) {
					    const struct http_route_filter *f_2 =
						    &b_1->filters[i_2];
					    if (((f_2->request_redirect != NULL) &&
							(OR_ZERO(f_2->request_redirect)->path !=
								NULL)) &&
						    ((OR_ZERO(OR_ZERO(f_2->request_redirect)->path)
								     ->type ==
							     HTTP_PATH_MODIFIER_REPLACE_PREFIX_MATCH) &&
							    (OR_ZERO(OR_ZERO(f_2->request_redirect)
									     ->path)
									    ->replace_prefix_match
									    .p != NULL)))
						    n_2++;
				    }
				    n_2 == 1;
			    }))
				n_1++;
		}
		n_1 == 1;
	}))
		       ? ((((self->n_matches != 1) || !(true)) ||
				  !((&ITEM_OR_ZERO(self->matches, self->n_matches, 0)->path)
						  ->type == PATH_MATCH_PATH_PREFIX))
					 ? false
					 : true)
		       : true;
}

/* (has(self.backendRefs) && self.backendRefs.exists_one(b, (has(b.filters) &&
 * b.filters.exists_one(f, has(f.urlRewrite) && has(f.urlRewrite.path) && f.urlRewrite.path.type ==
 * 'ReplacePrefixMatch' && has(f.urlRewrite.path.replacePrefixMatch))) )) ? ((size(self.matches) !=
 * 1 || !has(self.matches[0].path) || self.matches[0].path.type != 'PathPrefix') ? false : true) :
 * true */
bool rule_within_backendrefs_when_using_urlrewrite_filter_with_path(
	struct rule_self self_, struct rule_self oldSelf_)
{
	const struct http_route_rule *self = self_.p;
	(void)oldSelf_;
	return ((self->backend_refs != NULL) && __extension__({
		uint32_t n_1 = 0;
		for (uint32_t i_1 = 0; i_1 < self->n_backend_refs; i_1++) {
			const struct http_backend_ref *b_1 = &self->backend_refs[i_1];
			if ((b_1->filters != NULL) && __extension__({
				    uint32_t n_2 = 0;
				    for (uint32_t i_2 = 0; i_2 < b_1->n_filters; i_2++) {
					    const struct http_route_filter *f_2 =
						    &b_1->filters[i_2];
					    if (((f_2->url_rewrite != NULL) &&
							(OR_ZERO(f_2->url_rewrite)->path !=
								NULL)) &&
						    ((OR_ZERO(OR_ZERO(f_2->url_rewrite)->path)
								     ->type ==
							     HTTP_PATH_MODIFIER_REPLACE_PREFIX_MATCH) &&
							    (OR_ZERO(OR_ZERO(f_2->url_rewrite)
									     ->path)
									    ->replace_prefix_match
									    .p != NULL)))
						    n_2++;
				    }
				    n_2 == 1;
			    }))
				n_1++;
		}
		n_1 == 1;
	}))
		       ? ((((self->n_matches != 1) || !(true)) ||
				  !((&ITEM_OR_ZERO(self->matches, self->n_matches, 0)->path)
						  ->type == PATH_MATCH_PATH_PREFIX))
					 ? false
					 : true)
		       : true;
}

/* NOLINTEND(misc-redundant-expression) */
