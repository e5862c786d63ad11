/* SPDX-License-Identifier: Apache-2.0 */
/*
 * types_gen.h -- the kinds as C structs.  Written by tools/gwgen; do not edit.
 *
 * One struct per Go type of Gateway API v1.7.0 (and what only v1.6.3 had), of sluice.dev/v1alpha1
 * and of the core kinds, with the fields in JSON's order except that wide ones stand first.
 * Everything a struct points at belongs to the same object and dies with it; text is not
 * NUL-terminated.  Decoded objects are immutable.
 *
 * What is absent:
 *	struct str		p == NULL (text that is present but empty has p != NULL)
 *	pointer to a struct	NULL
 *	list or map x, n_x	x == NULL (a list that is present but empty has x != NULL)
 *	enum			0, X_UNSET; a value we do not know is X_OTHER (tolerant decoding only: the
 *				object's notes have its text)
 *	number, bool, duration	has_x == false
 * A field without has_x, or a struct held by value, is required or defaulted: it is always there in
 * an object that was decoded strictly, and zero when it was missing from a tolerated one.
 * Defaults are applied as the API server would.  A "duration" is nsec.
 */
#ifndef GWAPI_TYPES_GEN_H
#define GWAPI_TYPES_GEN_H

#include "base/clock.h"
#include "base/str.h"
#include "gwapi/object.h"

enum __attribute__((packed)) backend_protocol {
	BACKEND_PROTOCOL_UNSET,
	BACKEND_PROTOCOL_OTHER,
	BACKEND_PROTOCOL_HTTP, /* HTTP */
	BACKEND_PROTOCOL_H2C, /* H2C */
	BACKEND_PROTOCOL_HTTPS, /* HTTPS */
	BACKEND_PROTOCOL_TCP, /* TCP */
	BACKEND_PROTOCOL_UDP, /* UDP */
};

enum __attribute__((packed)) cookie_lifetime_type {
	COOKIE_LIFETIME_UNSET,
	COOKIE_LIFETIME_OTHER,
	COOKIE_LIFETIME_PERMANENT, /* Permanent */
	COOKIE_LIFETIME_SESSION, /* Session */
};

enum __attribute__((packed)) cors_method {
	CORS_METHOD_UNSET,
	CORS_METHOD_OTHER,
	CORS_METHOD_GET, /* GET */
	CORS_METHOD_HEAD, /* HEAD */
	CORS_METHOD_POST, /* POST */
	CORS_METHOD_PUT, /* PUT */
	CORS_METHOD_DELETE, /* DELETE */
	CORS_METHOD_CONNECT, /* CONNECT */
	CORS_METHOD_OPTIONS, /* OPTIONS */
	CORS_METHOD_TRACE, /* TRACE */
	CORS_METHOD_PATCH, /* PATCH */
	CORS_METHOD_ANY, /* * */
};

enum __attribute__((packed)) endpoint_address_type {
	ENDPOINT_ADDRESS_UNSET,
	ENDPOINT_ADDRESS_OTHER,
	ENDPOINT_ADDRESS_IPV4, /* IPv4 */
	ENDPOINT_ADDRESS_IPV6, /* IPv6 */
	ENDPOINT_ADDRESS_FQDN, /* FQDN */
};

enum __attribute__((packed)) from_namespaces {
	FROM_NAMESPACES_UNSET,
	FROM_NAMESPACES_OTHER,
	FROM_NAMESPACES_ALL, /* All */
	FROM_NAMESPACES_SELECTOR, /* Selector */
	FROM_NAMESPACES_SAME, /* Same */
	FROM_NAMESPACES_NONE, /* None */
};

enum __attribute__((packed)) frontend_validation_mode_type {
	FRONTEND_VALIDATION_MODE_UNSET,
	FRONTEND_VALIDATION_MODE_OTHER,
	FRONTEND_VALIDATION_MODE_ALLOW_VALID_ONLY, /* AllowValidOnly */
	FRONTEND_VALIDATION_MODE_ALLOW_INSECURE_FALLBACK, /* AllowInsecureFallback */
};

enum __attribute__((packed)) gateway_default_scope {
	GATEWAY_DEFAULT_SCOPE_UNSET,
	GATEWAY_DEFAULT_SCOPE_OTHER,
	GATEWAY_DEFAULT_SCOPE_ALL, /* All */
	GATEWAY_DEFAULT_SCOPE_NONE, /* None */
};

enum __attribute__((packed)) grpc_header_match_type {
	GRPC_HEADER_MATCH_UNSET,
	GRPC_HEADER_MATCH_OTHER,
	GRPC_HEADER_MATCH_EXACT, /* Exact */
	GRPC_HEADER_MATCH_REGULAR_EXPRESSION, /* RegularExpression */
};

enum __attribute__((packed)) grpc_method_match_type {
	GRPC_METHOD_MATCH_UNSET,
	GRPC_METHOD_MATCH_OTHER,
	GRPC_METHOD_MATCH_EXACT, /* Exact */
	GRPC_METHOD_MATCH_REGULAR_EXPRESSION, /* RegularExpression */
};

enum __attribute__((packed)) grpc_route_filter_type {
	GRPC_ROUTE_FILTER_UNSET,
	GRPC_ROUTE_FILTER_OTHER,
	GRPC_ROUTE_FILTER_RESPONSE_HEADER_MODIFIER, /* ResponseHeaderModifier */
	GRPC_ROUTE_FILTER_REQUEST_HEADER_MODIFIER, /* RequestHeaderModifier */
	GRPC_ROUTE_FILTER_REQUEST_MIRROR, /* RequestMirror */
	GRPC_ROUTE_FILTER_EXTENSION_REF, /* ExtensionRef */
};

enum __attribute__((packed)) header_match_type {
	HEADER_MATCH_UNSET,
	HEADER_MATCH_OTHER,
	HEADER_MATCH_EXACT, /* Exact */
	HEADER_MATCH_REGULAR_EXPRESSION, /* RegularExpression */
};

enum __attribute__((packed)) http_path_modifier_type {
	HTTP_PATH_MODIFIER_UNSET,
	HTTP_PATH_MODIFIER_OTHER,
	HTTP_PATH_MODIFIER_REPLACE_FULL_PATH, /* ReplaceFullPath */
	HTTP_PATH_MODIFIER_REPLACE_PREFIX_MATCH, /* ReplacePrefixMatch */
};

enum __attribute__((packed)) http_request_redirect_filter_scheme {
	HTTP_REQUEST_REDIRECT_FILTER_SCHEME_UNSET,
	HTTP_REQUEST_REDIRECT_FILTER_SCHEME_OTHER,
	HTTP_REQUEST_REDIRECT_FILTER_SCHEME_HTTP, /* http */
	HTTP_REQUEST_REDIRECT_FILTER_SCHEME_HTTPS, /* https */
};

enum __attribute__((packed)) http_route_external_auth_protocol {
	HTTP_ROUTE_EXTERNAL_AUTH_PROTOCOL_UNSET,
	HTTP_ROUTE_EXTERNAL_AUTH_PROTOCOL_OTHER,
	HTTP_ROUTE_EXTERNAL_AUTH_PROTOCOL_HTTP, /* HTTP */
	HTTP_ROUTE_EXTERNAL_AUTH_PROTOCOL_GRPC, /* GRPC */
};

enum __attribute__((packed)) http_route_filter_type {
	HTTP_ROUTE_FILTER_UNSET,
	HTTP_ROUTE_FILTER_OTHER,
	HTTP_ROUTE_FILTER_REQUEST_HEADER_MODIFIER, /* RequestHeaderModifier */
	HTTP_ROUTE_FILTER_RESPONSE_HEADER_MODIFIER, /* ResponseHeaderModifier */
	HTTP_ROUTE_FILTER_REQUEST_MIRROR, /* RequestMirror */
	HTTP_ROUTE_FILTER_REQUEST_REDIRECT, /* RequestRedirect */
	HTTP_ROUTE_FILTER_URL_REWRITE, /* URLRewrite */
	HTTP_ROUTE_FILTER_EXTENSION_REF, /* ExtensionRef */
	HTTP_ROUTE_FILTER_CORS, /* CORS */
	HTTP_ROUTE_FILTER_EXTERNAL_AUTH, /* ExternalAuth */
};

enum __attribute__((packed)) listener_filter_type {
	LISTENER_FILTER_UNSET,
	LISTENER_FILTER_OTHER,
	LISTENER_FILTER_EXTERNAL_AUTH, /* ExternalAuth */
	LISTENER_FILTER_EXTENSION_REF, /* ExtensionRef */
};

enum __attribute__((packed)) network_protocol {
	NETWORK_PROTOCOL_UNSET,
	NETWORK_PROTOCOL_OTHER,
	NETWORK_PROTOCOL_TCP, /* TCP */
	NETWORK_PROTOCOL_UDP, /* UDP */
	NETWORK_PROTOCOL_SCTP, /* SCTP */
};

enum __attribute__((packed)) object_condition_status {
	OBJECT_CONDITION_STATUS_UNSET,
	OBJECT_CONDITION_STATUS_OTHER,
	OBJECT_CONDITION_STATUS_TRUE, /* True */
	OBJECT_CONDITION_STATUS_FALSE, /* False */
	OBJECT_CONDITION_STATUS_UNKNOWN, /* Unknown */
};

enum __attribute__((packed)) path_match_type {
	PATH_MATCH_UNSET,
	PATH_MATCH_OTHER,
	PATH_MATCH_EXACT, /* Exact */
	PATH_MATCH_PATH_PREFIX, /* PathPrefix */
	PATH_MATCH_REGULAR_EXPRESSION, /* RegularExpression */
};

enum __attribute__((packed)) query_param_match_type {
	QUERY_PARAM_MATCH_UNSET,
	QUERY_PARAM_MATCH_OTHER,
	QUERY_PARAM_MATCH_EXACT, /* Exact */
	QUERY_PARAM_MATCH_REGULAR_EXPRESSION, /* RegularExpression */
};

enum __attribute__((packed)) route_method {
	ROUTE_METHOD_UNSET,
	ROUTE_METHOD_OTHER,
	ROUTE_METHOD_GET, /* GET */
	ROUTE_METHOD_HEAD, /* HEAD */
	ROUTE_METHOD_POST, /* POST */
	ROUTE_METHOD_PUT, /* PUT */
	ROUTE_METHOD_DELETE, /* DELETE */
	ROUTE_METHOD_CONNECT, /* CONNECT */
	ROUTE_METHOD_OPTIONS, /* OPTIONS */
	ROUTE_METHOD_TRACE, /* TRACE */
	ROUTE_METHOD_PATCH, /* PATCH */
};

enum __attribute__((packed)) service_type {
	SERVICE_UNSET,
	SERVICE_OTHER,
	SERVICE_CLUSTER_IP, /* ClusterIP */
	SERVICE_NODE_PORT, /* NodePort */
	SERVICE_LOAD_BALANCER, /* LoadBalancer */
	SERVICE_EXTERNAL_NAME, /* ExternalName */
};

enum __attribute__((packed)) session_persistence_type {
	SESSION_PERSISTENCE_UNSET,
	SESSION_PERSISTENCE_OTHER,
	SESSION_PERSISTENCE_COOKIE, /* Cookie */
	SESSION_PERSISTENCE_HEADER, /* Header */
};

enum __attribute__((packed)) subject_alt_name_type {
	SUBJECT_ALT_NAME_UNSET,
	SUBJECT_ALT_NAME_OTHER,
	SUBJECT_ALT_NAME_HOSTNAME, /* Hostname */
	SUBJECT_ALT_NAME_URI, /* URI */
};

enum __attribute__((packed)) tls_mode_type {
	TLS_MODE_UNSET,
	TLS_MODE_OTHER,
	TLS_MODE_TERMINATE, /* Terminate */
	TLS_MODE_PASSTHROUGH, /* Passthrough */
};

enum __attribute__((packed)) well_known_ca_certificates_type {
	WELL_KNOWN_CA_CERTIFICATES_UNSET,
	WELL_KNOWN_CA_CERTIFICATES_OTHER,
	WELL_KNOWN_CA_CERTIFICATES_SYSTEM, /* System */
};

enum __attribute__((packed)) x_attribute_source_type {
	X_ATTRIBUTE_SOURCE_UNSET,
	X_ATTRIBUTE_SOURCE_OTHER,
	X_ATTRIBUTE_SOURCE_HEADER, /* Header */
	X_ATTRIBUTE_SOURCE_LITERAL, /* Literal */
	X_ATTRIBUTE_SOURCE_ATTRIBUTE, /* Attribute */
};

enum __attribute__((packed)) x_backend_protocol {
	X_BACKEND_PROTOCOL_UNSET,
	X_BACKEND_PROTOCOL_OTHER,
	X_BACKEND_PROTOCOL_TCP, /* TCP */
	X_BACKEND_PROTOCOL_HTTP, /* HTTP */
	X_BACKEND_PROTOCOL_HTTP2, /* HTTP2 */
	X_BACKEND_PROTOCOL_HTTP11, /* HTTP11 */
	X_BACKEND_PROTOCOL_H2C, /* H2C */
	X_BACKEND_PROTOCOL_MCP, /* MCP */
	X_BACKEND_PROTOCOL_GRPC, /* GRPC */
	X_BACKEND_PROTOCOL_WSS, /* WSS */
};

enum __attribute__((packed)) x_backend_tls_mode {
	X_BACKEND_TLS_MODE_UNSET,
	X_BACKEND_TLS_MODE_OTHER,
	X_BACKEND_TLS_MODE_NONE, /* None */
	X_BACKEND_TLS_MODE_SERVER_ONLY, /* ServerOnly */
	X_BACKEND_TLS_MODE_CLIENT_AND_SERVER, /* ClientAndServer */
};

enum __attribute__((packed)) x_backend_type {
	X_BACKEND_UNSET,
	X_BACKEND_OTHER,
	X_BACKEND_EXTERNAL_HOSTNAME, /* ExternalHostname */
	X_BACKEND_ENDPOINT_SELECTOR, /* EndpointSelector */
};

enum __attribute__((packed)) x_parent_based_sampling_mode {
	X_PARENT_BASED_SAMPLING_MODE_UNSET,
	X_PARENT_BASED_SAMPLING_MODE_OTHER,
	X_PARENT_BASED_SAMPLING_MODE_ENABLED, /* Enabled */
	X_PARENT_BASED_SAMPLING_MODE_DISABLED, /* Disabled */
	X_PARENT_BASED_SAMPLING_MODE_IMPLEMENTATION_DEFAULT, /* ImplementationDefault */
};

enum __attribute__((packed)) x_tracing_mode {
	X_TRACING_MODE_UNSET,
	X_TRACING_MODE_OTHER,
	X_TRACING_MODE_ENABLED, /* Enabled */
	X_TRACING_MODE_DISABLED, /* Disabled */
	X_TRACING_MODE_IMPLEMENTATION_DEFAULT, /* ImplementationDefault */
};

struct local_policy_target_reference {
	struct str group;
	struct str kind;
	struct str name;
};

struct policy_target_section {
	struct local_policy_target_reference target;
	struct str section_name;
};

struct local_object_reference {
	struct str group;
	struct str kind;
	struct str name;
};

struct subject_alt_name {
	struct str hostname;
	struct str uri;
	enum subject_alt_name_type type;
};

struct backend_tls_policy_validation {
	const struct local_object_reference *ca_certificate_refs;
	struct str well_known_ca_certificates;
	struct str hostname;
	const struct subject_alt_name *subject_alt_names;
	uint32_t n_ca_certificate_refs;
	uint32_t n_subject_alt_names;
};

struct backend_tls_policy_spec {
	const struct policy_target_section *target_refs;
	struct backend_tls_policy_validation validation;
	const struct str_pair *options;
	uint32_t n_target_refs;
	uint32_t n_options;
};

struct parent_reference {
	struct str group;
	struct str kind;
	struct str namespace;
	struct str name;
	struct str section_name;
	int32_t port;
	bool has_port;
};

struct object_condition {
	struct str type;
	int64_t observed_generation;
	struct str last_transition_time;
	struct str reason;
	struct str message;
	enum object_condition_status status;
	bool has_observed_generation;
};

struct policy_ancestor_status {
	struct parent_reference ancestor_ref;
	struct str controller_name;
	const struct object_condition *conditions;
	uint32_t n_conditions;
};

struct policy_status {
	const struct policy_ancestor_status *ancestors;
	uint32_t n_ancestors;
};

struct backend_tls_policy {
	struct object object;
	struct backend_tls_policy_spec spec;
	const struct policy_status *status;
};

struct parameters_reference {
	struct str group;
	struct str kind;
	struct str name;
	struct str namespace;
};

struct gateway_class_spec {
	struct str controller_name;
	const struct parameters_reference *parameters_ref;
	struct str description;
};

struct supported_feature {
	struct str name;
};

struct gateway_class_status {
	const struct object_condition *conditions;
	const struct supported_feature *supported_features;
	uint32_t n_conditions;
	uint32_t n_supported_features;
};

struct gateway_class {
	struct object object;
	struct gateway_class_spec spec;
	const struct gateway_class_status *status;
};

struct secret_object_reference {
	struct str group;
	struct str kind;
	struct str name;
	struct str namespace;
};

struct listener_tls_config {
	const struct secret_object_reference *certificate_refs;
	const struct str_pair *options;
	uint32_t n_certificate_refs;
	uint32_t n_options;
	enum tls_mode_type mode;
};

struct label_selector_requirement {
	struct str key;
	struct str operator;
	const struct str *values;
	uint32_t n_values;
};

struct label_selector {
	const struct str_pair *match_labels;
	const struct label_selector_requirement *match_expressions;
	uint32_t n_match_labels;
	uint32_t n_match_expressions;
};

struct route_namespaces {
	const struct label_selector *selector;
	enum from_namespaces from;
};

struct route_group_kind {
	struct str group;
	struct str kind;
};

struct allowed_routes {
	struct route_namespaces namespaces;
	const struct route_group_kind *kinds;
	uint32_t n_kinds;
};

struct backend_object_reference {
	struct str group;
	struct str kind;
	struct str name;
	struct str namespace;
	int32_t port;
	bool has_port;
};

struct grpc_auth_config {
	const struct str *allowed_headers;
	uint32_t n_allowed_headers;
};

struct http_auth_config {
	struct str path;
	const struct str *allowed_headers;
	const struct str *allowed_response_headers;
	uint32_t n_allowed_headers;
	uint32_t n_allowed_response_headers;
};

struct forward_body_config {
	int32_t max_size;
	bool has_max_size;
};

struct http_external_auth_filter {
	struct backend_object_reference backend_ref;
	const struct grpc_auth_config *grpc;
	const struct http_auth_config *http;
	const struct forward_body_config *forward_body;
	enum http_route_external_auth_protocol protocol;
};

struct listener_filter {
	const struct http_external_auth_filter *external_auth;
	const struct local_object_reference *extension_ref;
	enum listener_filter_type type;
};

struct listener_filters {
	const struct listener_filter *requests;
	uint32_t n_requests;
};

struct gateway_listener {
	struct str name;
	struct str hostname;
	struct str protocol;
	const struct listener_tls_config *tls;
	struct allowed_routes allowed_routes;
	const struct listener_filters *filters;
	int32_t port;
};

struct gateway_spec_address {
	struct str type;
	struct str value;
	struct str routability;
};

struct local_parameters_reference {
	struct str group;
	struct str kind;
	struct str name;
};

struct gateway_infrastructure {
	const struct str_pair *labels;
	const struct str_pair *annotations;
	const struct local_parameters_reference *parameters_ref;
	uint32_t n_labels;
	uint32_t n_annotations;
};

struct listener_namespaces {
	const struct label_selector *selector;
	enum from_namespaces from;
};

struct allowed_listeners {
	struct listener_namespaces namespaces;
};

struct gateway_backend_tls {
	const struct secret_object_reference *client_certificate_ref;
};

struct object_reference {
	struct str group;
	struct str kind;
	struct str name;
	struct str namespace;
};

struct frontend_tls_validation {
	const struct object_reference *ca_certificate_refs;
	uint32_t n_ca_certificate_refs;
	enum frontend_validation_mode_type mode;
};

struct frontend_tls {
	const struct frontend_tls_validation *validation;
};

struct tls_port_config {
	struct frontend_tls tls;
	int32_t port;
};

struct gateway_frontend_tls {
	struct frontend_tls default_;
	const struct tls_port_config *per_port;
	uint32_t n_per_port;
};

struct gateway_tls_config {
	const struct gateway_backend_tls *backend;
	const struct gateway_frontend_tls *frontend;
};

struct gateway_spec {
	struct str gateway_class_name;
	const struct gateway_listener *listeners;
	const struct gateway_spec_address *addresses;
	const struct gateway_infrastructure *infrastructure;
	const struct allowed_listeners *allowed_listeners;
	const struct gateway_tls_config *tls;
	uint32_t n_listeners;
	uint32_t n_addresses;
	enum gateway_default_scope default_scope;
};

struct gateway_status_address {
	struct str type;
	struct str value;
	struct str routability;
};

struct listener_status {
	struct str name;
	const struct route_group_kind *supported_kinds;
	const struct object_condition *conditions;
	uint32_t n_supported_kinds;
	int32_t attached_routes;
	uint32_t n_conditions;
};

struct gateway_status {
	const struct gateway_status_address *addresses;
	const struct object_condition *conditions;
	const struct listener_status *listeners;
	uint32_t n_addresses;
	uint32_t n_conditions;
	uint32_t n_listeners;
	int32_t attached_listener_sets;
	bool has_attached_listener_sets;
};

struct gateway {
	struct object object;
	struct gateway_spec spec;
	const struct gateway_status *status;
};

struct common_route_spec {
	const struct parent_reference *parent_refs;
	uint32_t n_parent_refs;
	enum gateway_default_scope use_default_gateways;
};

struct grpc_method_match {
	struct str service;
	struct str method;
	enum grpc_method_match_type type;
};

struct grpc_header_match {
	struct str name;
	struct str value;
	enum grpc_header_match_type type;
};

struct grpc_route_match {
	const struct grpc_method_match *method;
	const struct grpc_header_match *headers;
	uint32_t n_headers;
};

struct http_header_pair {
	struct str name;
	struct str value;
};

struct http_header_filter {
	const struct http_header_pair *set;
	const struct http_header_pair *add;
	const struct str *remove;
	uint32_t n_set;
	uint32_t n_add;
	uint32_t n_remove;
};

struct percent_fraction {
	int32_t numerator;
	int32_t denominator;
};

struct http_request_mirror_filter {
	struct backend_object_reference backend_ref;
	const struct percent_fraction *fraction;
	int32_t percent;
	bool has_percent;
};

struct grpc_route_filter {
	const struct http_header_filter *request_header_modifier;
	const struct http_header_filter *response_header_modifier;
	const struct http_request_mirror_filter *request_mirror;
	const struct local_object_reference *extension_ref;
	enum grpc_route_filter_type type;
};

struct backend_ref {
	struct backend_object_reference to;
	int32_t weight;
};

struct grpc_backend_ref {
	struct backend_ref ref;
	const struct grpc_route_filter *filters;
	uint32_t n_filters;
};

struct cookie_config {
	struct str name;
	struct str path;
	enum cookie_lifetime_type lifetime_type;
};

struct header_config {
	struct str name;
};

struct session_persistence {
	nsec absolute_timeout;
	const struct cookie_config *cookie;
	const struct header_config *header;
	struct str session_name;
	const struct cookie_config *cookie_config;
	bool has_absolute_timeout;
	enum session_persistence_type type;
};

struct grpc_route_rule {
	struct str name;
	const struct grpc_route_match *matches;
	const struct grpc_route_filter *filters;
	const struct grpc_backend_ref *backend_refs;
	const struct session_persistence *session_persistence;
	uint32_t n_matches;
	uint32_t n_filters;
	uint32_t n_backend_refs;
};

struct grpc_route_spec {
	struct common_route_spec common;
	const struct str *hostnames;
	const struct grpc_route_rule *rules;
	uint32_t n_hostnames;
	uint32_t n_rules;
};

struct route_parent_status {
	struct parent_reference parent_ref;
	struct str controller_name;
	const struct object_condition *conditions;
	uint32_t n_conditions;
};

struct route_status {
	const struct route_parent_status *parents;
	uint32_t n_parents;
};

struct grpc_route {
	struct object object;
	struct grpc_route_spec spec;
	const struct route_status *status;
};

struct http_path_match {
	struct str value;
	enum path_match_type type;
};

struct http_header_match {
	struct str name;
	struct str value;
	enum header_match_type type;
};

struct http_query_param_match {
	struct str name;
	struct str value;
	enum query_param_match_type type;
};

struct http_route_match {
	struct http_path_match path;
	const struct http_header_match *headers;
	const struct http_query_param_match *query_params;
	uint32_t n_headers;
	uint32_t n_query_params;
	enum route_method method;
};

struct http_path_modifier {
	struct str replace_full_path;
	struct str replace_prefix_match;
	enum http_path_modifier_type type;
};

struct http_request_redirect_filter {
	struct str hostname;
	const struct http_path_modifier *path;
	int32_t port;
	int32_t status_code;
	enum http_request_redirect_filter_scheme scheme;
	bool has_port;
};

struct http_url_rewrite_filter {
	struct str hostname;
	const struct http_path_modifier *path;
};

struct http_cors_filter {
	const struct str *allow_origins;
	const enum cors_method *allow_methods;
	const struct str *allow_headers;
	const struct str *expose_headers;
	uint32_t n_allow_origins;
	uint32_t n_allow_methods;
	uint32_t n_allow_headers;
	uint32_t n_expose_headers;
	int32_t max_age;
	bool allow_credentials;
	bool has_allow_credentials;
};

struct http_route_filter {
	const struct http_header_filter *request_header_modifier;
	const struct http_header_filter *response_header_modifier;
	const struct http_request_mirror_filter *request_mirror;
	const struct http_request_redirect_filter *request_redirect;
	const struct http_url_rewrite_filter *url_rewrite;
	const struct http_cors_filter *cors;
	const struct http_external_auth_filter *external_auth;
	const struct local_object_reference *extension_ref;
	enum http_route_filter_type type;
};

struct http_backend_ref {
	struct backend_ref ref;
	const struct http_route_filter *filters;
	uint32_t n_filters;
};

struct http_route_timeouts {
	nsec request;
	nsec backend_request;
	bool has_request;
	bool has_backend_request;
};

struct http_route_retry {
	const int32_t *codes;
	int64_t attempts;
	nsec backoff;
	uint32_t n_codes;
	bool has_backoff;
};

struct http_route_rule {
	struct str name;
	const struct http_route_match *matches;
	const struct http_route_filter *filters;
	const struct http_backend_ref *backend_refs;
	const struct http_route_timeouts *timeouts;
	const struct http_route_retry *retry;
	const struct session_persistence *session_persistence;
	uint32_t n_matches;
	uint32_t n_filters;
	uint32_t n_backend_refs;
};

struct http_route_spec {
	struct common_route_spec common;
	const struct str *hostnames;
	const struct http_route_rule *rules;
	uint32_t n_hostnames;
	uint32_t n_rules;
};

struct http_route {
	struct object object;
	struct http_route_spec spec;
	const struct route_status *status;
};

struct parent_gateway_reference {
	struct str group;
	struct str kind;
	struct str name;
	struct str namespace;
};

struct listener_entry {
	struct str name;
	struct str hostname;
	struct str protocol;
	const struct listener_tls_config *tls;
	struct allowed_routes allowed_routes;
	const struct listener_filters *filters;
	int32_t port;
};

struct listener_set_spec {
	struct parent_gateway_reference parent_ref;
	const struct listener_entry *listeners;
	uint32_t n_listeners;
};

struct listener_entry_status {
	struct str name;
	const struct route_group_kind *supported_kinds;
	const struct object_condition *conditions;
	uint32_t n_supported_kinds;
	int32_t attached_routes;
	uint32_t n_conditions;
};

struct listener_set_status {
	const struct object_condition *conditions;
	const struct listener_entry_status *listeners;
	uint32_t n_conditions;
	uint32_t n_listeners;
};

struct listener_set {
	struct object object;
	struct listener_set_spec spec;
	const struct listener_set_status *status;
};

struct reference_grant_from {
	struct str group;
	struct str kind;
	struct str namespace;
};

struct reference_grant_to {
	struct str group;
	struct str kind;
	struct str name;
};

struct reference_grant_spec {
	const struct reference_grant_from *from;
	const struct reference_grant_to *to;
	uint32_t n_from;
	uint32_t n_to;
};

struct reference_grant {
	struct object object;
	struct reference_grant_spec spec;
};

struct tcp_route_rule {
	struct str name;
	const struct backend_ref *backend_refs;
	uint32_t n_backend_refs;
};

struct tcp_route_spec {
	struct common_route_spec common;
	const struct tcp_route_rule *rules;
	uint32_t n_rules;
};

struct tcp_route {
	struct object object;
	struct tcp_route_spec spec;
	const struct route_status *status;
};

struct tls_route_rule {
	struct str name;
	const struct backend_ref *backend_refs;
	uint32_t n_backend_refs;
};

struct tls_route_spec {
	struct common_route_spec common;
	const struct str *hostnames;
	const struct tls_route_rule *rules;
	uint32_t n_hostnames;
	uint32_t n_rules;
};

struct tls_route {
	struct object object;
	struct tls_route_spec spec;
	const struct route_status *status;
};

struct udp_route_rule {
	struct str name;
	const struct backend_ref *backend_refs;
	uint32_t n_backend_refs;
};

struct udp_route_spec {
	struct common_route_spec common;
	const struct udp_route_rule *rules;
	uint32_t n_rules;
};

struct udp_route {
	struct object object;
	struct udp_route_spec spec;
	const struct route_status *status;
};

struct x_backend_port {
	struct str name;
	int32_t number;
	int32_t port;
	bool has_number;
	bool has_port;
};

struct x_external_hostname_backend {
	struct str hostname;
};

struct x_label_selector {
	const struct str_pair *match_labels;
	uint32_t n_match_labels;
};

struct x_backend_tls {
	const struct secret_object_reference *client_certificate_ref;
	const struct backend_tls_policy_validation *validation;
	enum x_backend_tls_mode mode;
};

struct x_backend_spec {
	struct x_backend_port port;
	const struct x_external_hostname_backend *external_hostname;
	const struct x_label_selector *endpoint_selector;
	const struct session_persistence *session_persistence;
	struct x_backend_tls tls;
	enum x_backend_type type;
	enum x_backend_protocol protocol;
};

struct x_backend_ancestor_status {
	struct str controller_name;
	struct parent_reference ancestor_ref;
	const struct object_condition *conditions;
	struct parent_reference parent_ref;
	uint32_t n_conditions;
};

struct x_backend_status {
	const struct x_backend_ancestor_status *ancestors;
	const struct x_backend_ancestor_status *parents;
	uint32_t n_ancestors;
	uint32_t n_parents;
};

struct x_backend {
	struct object object;
	struct x_backend_spec spec;
	const struct x_backend_status *status;
};

struct x_budget_details {
	nsec interval;
	int32_t percent;
};

struct x_request_rate {
	nsec interval;
	int32_t count;
	bool has_count;
	bool has_interval;
};

struct x_retry_constraint {
	struct x_budget_details budget;
	struct x_request_rate min_retry_rate;
};

struct x_backend_traffic_policy_spec {
	const struct local_policy_target_reference *target_refs;
	const struct x_retry_constraint *retry_constraint;
	const struct session_persistence *session_persistence;
	uint32_t n_target_refs;
};

struct x_backend_traffic_policy {
	struct object object;
	struct x_backend_traffic_policy_spec spec;
	const struct policy_status *status;
};

struct x_tracing_provider {
	struct backend_object_reference backend_ref;
	const struct http_header_pair *headers;
	uint32_t n_headers;
};

struct x_parent_based_sampling {
	const struct percent_fraction *sampling_rate;
	enum x_parent_based_sampling_mode mode;
};

struct x_attribute {
	struct str name;
	struct str header_name;
	struct str literal_value;
	struct str attribute_key;
	enum x_attribute_source_type source_type;
};

struct x_tracing_config {
	const struct x_tracing_provider *provider;
	const struct percent_fraction *sampling_rate;
	const struct x_parent_based_sampling *parent_based_sampling;
	struct str service_name;
	struct str span_name;
	const struct x_attribute *attributes;
	uint32_t n_attributes;
	enum x_tracing_mode mode;
};

struct x_telemetry_policy_spec {
	const struct local_object_reference *target_refs;
	const struct x_tracing_config *tracing;
	uint32_t n_target_refs;
};

struct x_telemetry_policy_status {
	const struct policy_ancestor_status *ancestors;
	uint32_t n_ancestors;
};

struct x_telemetry_policy {
	struct object object;
	struct x_telemetry_policy_spec spec;
	const struct x_telemetry_policy_status *status;
};

struct backend_tls {
	struct str hostname;
	const struct local_object_reference *ca_certificate_refs;
	const struct subject_alt_name *subject_alt_names;
	const struct secret_object_reference *client_certificate_ref;
	uint32_t n_ca_certificate_refs;
	uint32_t n_subject_alt_names;
	enum well_known_ca_certificates_type well_known_ca_certificates;
};

struct backend_spec {
	const struct str *endpoints;
	const struct backend_tls *tls;
	uint32_t n_endpoints;
	enum backend_protocol protocol;
};

struct backend {
	struct object object;
	struct backend_spec spec;
};

struct service_port {
	struct str name;
	struct str app_protocol;
	struct int_or_str target_port;
	int32_t port;
	int32_t node_port;
	enum network_protocol protocol;
	bool has_target_port;
	bool has_node_port;
};

struct service_spec {
	struct str cluster_ip;
	const struct str *cluster_ips;
	struct str external_name;
	const struct str *external_ips;
	const struct str_pair *selector;
	const struct service_port *ports;
	uint32_t n_cluster_ips;
	uint32_t n_external_ips;
	uint32_t n_selector;
	uint32_t n_ports;
	enum service_type type;
	bool publish_not_ready_addresses;
	bool has_publish_not_ready_addresses;
};

struct load_balancer_ingress {
	struct str ip;
	struct str hostname;
};

struct load_balancer_status {
	const struct load_balancer_ingress *ingress;
	uint32_t n_ingress;
};

struct service_status {
	const struct load_balancer_status *load_balancer;
};

struct service {
	struct object object;
	struct service_spec spec;
	const struct service_status *status;
};

struct endpoint_conditions {
	bool ready;
	bool has_ready;
	bool serving;
	bool has_serving;
	bool terminating;
	bool has_terminating;
};

struct endpoint_target_ref {
	struct str kind;
	struct str name;
	struct str uid;
};

struct slice_endpoint {
	const struct str *addresses;
	const struct endpoint_conditions *conditions;
	struct str hostname;
	struct str node_name;
	struct str zone;
	const struct endpoint_target_ref *target_ref;
	uint32_t n_addresses;
};

struct slice_port {
	struct str name;
	struct str app_protocol;
	int32_t port;
	enum network_protocol protocol;
	bool has_port;
};

struct endpoint_slice {
	struct object object;
	const struct slice_endpoint *endpoints;
	const struct slice_port *ports;
	uint32_t n_endpoints;
	uint32_t n_ports;
	enum endpoint_address_type address_type;
};

struct secret {
	struct object object;
	struct str type;
	const struct str_pair *data;
	const struct str_pair *string_data;
	uint32_t n_data;
	uint32_t n_string_data;
};

struct config_map {
	struct object object;
	const struct str_pair *data;
	const struct str_pair *binary_data;
	uint32_t n_data;
	uint32_t n_binary_data;
};

struct cluster_trust_bundle_spec {
	struct str signer_name;
	struct str trust_bundle;
};

struct cluster_trust_bundle {
	struct object object;
	struct cluster_trust_bundle_spec spec;
};

struct namespace {
	struct object object;
};

/* The typed object, or NULL when <o> is NULL or of another kind. */
static inline const struct backend_tls_policy *object_backend_tls_policy(const struct object *o)
{
	return o && o->kind == KIND_BACKEND_TLS_POLICY ? (const struct backend_tls_policy *)o : NULL;
}
static inline const struct gateway_class *object_gateway_class(const struct object *o)
{
	return o && o->kind == KIND_GATEWAY_CLASS ? (const struct gateway_class *)o : NULL;
}
static inline const struct gateway *object_gateway(const struct object *o)
{
	return o && o->kind == KIND_GATEWAY ? (const struct gateway *)o : NULL;
}
static inline const struct grpc_route *object_grpc_route(const struct object *o)
{
	return o && o->kind == KIND_GRPC_ROUTE ? (const struct grpc_route *)o : NULL;
}
static inline const struct http_route *object_http_route(const struct object *o)
{
	return o && o->kind == KIND_HTTP_ROUTE ? (const struct http_route *)o : NULL;
}
static inline const struct listener_set *object_listener_set(const struct object *o)
{
	return o && o->kind == KIND_LISTENER_SET ? (const struct listener_set *)o : NULL;
}
static inline const struct reference_grant *object_reference_grant(const struct object *o)
{
	return o && o->kind == KIND_REFERENCE_GRANT ? (const struct reference_grant *)o : NULL;
}
static inline const struct tcp_route *object_tcp_route(const struct object *o)
{
	return o && o->kind == KIND_TCP_ROUTE ? (const struct tcp_route *)o : NULL;
}
static inline const struct tls_route *object_tls_route(const struct object *o)
{
	return o && o->kind == KIND_TLS_ROUTE ? (const struct tls_route *)o : NULL;
}
static inline const struct udp_route *object_udp_route(const struct object *o)
{
	return o && o->kind == KIND_UDP_ROUTE ? (const struct udp_route *)o : NULL;
}
static inline const struct x_backend *object_x_backend(const struct object *o)
{
	return o && o->kind == KIND_X_BACKEND ? (const struct x_backend *)o : NULL;
}
static inline const struct x_backend_traffic_policy *object_x_backend_traffic_policy(const struct object *o)
{
	return o && o->kind == KIND_X_BACKEND_TRAFFIC_POLICY ? (const struct x_backend_traffic_policy *)o : NULL;
}
static inline const struct x_telemetry_policy *object_x_telemetry_policy(const struct object *o)
{
	return o && o->kind == KIND_X_TELEMETRY_POLICY ? (const struct x_telemetry_policy *)o : NULL;
}
static inline const struct backend *object_backend(const struct object *o)
{
	return o && o->kind == KIND_BACKEND ? (const struct backend *)o : NULL;
}
static inline const struct service *object_service(const struct object *o)
{
	return o && o->kind == KIND_SERVICE ? (const struct service *)o : NULL;
}
static inline const struct endpoint_slice *object_endpoint_slice(const struct object *o)
{
	return o && o->kind == KIND_ENDPOINT_SLICE ? (const struct endpoint_slice *)o : NULL;
}
static inline const struct secret *object_secret(const struct object *o)
{
	return o && o->kind == KIND_SECRET ? (const struct secret *)o : NULL;
}
static inline const struct config_map *object_config_map(const struct object *o)
{
	return o && o->kind == KIND_CONFIG_MAP ? (const struct config_map *)o : NULL;
}
static inline const struct cluster_trust_bundle *object_cluster_trust_bundle(const struct object *o)
{
	return o && o->kind == KIND_CLUSTER_TRUST_BUNDLE ? (const struct cluster_trust_bundle *)o : NULL;
}
static inline const struct namespace *object_namespace(const struct object *o)
{
	return o && o->kind == KIND_NAMESPACE ? (const struct namespace *)o : NULL;
}

#endif
