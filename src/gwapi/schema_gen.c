/* SPDX-License-Identifier: Apache-2.0 */
/* Written by tools/gwgen from the CRDs; do not edit. */
#include "gwapi/rules_gen.h"
#include "gwapi/schema_priv.h"
#include "gwapi/types_gen.h"

/* Every text that decoding may point at instead of copying. */
const char schema_texts[] =
	"Hostname" "\0"
	"URI" "\0"
	"gateway.networking.k8s.io" "\0"
	"Gateway" "\0"
	"True" "\0"
	"False" "\0"
	"Unknown" "\0"
	"gateway.networking.k8s.io/v1" "\0"
	"gateway.networking.k8s.io/v1alpha3" "\0"
	"lastTransitionTime" "\0"
	"1970-01-01T00:00:00Z" "\0"
	"message" "\0"
	"Waiting for controller" "\0"
	"reason" "\0"
	"Pending" "\0"
	"status" "\0"
	"type" "\0"
	"Accepted" "\0"
	"gateway.networking.k8s.io/v1beta1" "\0"
	"IPAddress" "\0"
	"All" "\0"
	"Selector" "\0"
	"Same" "\0"
	"None" "\0"
	"from" "\0"
	"namespaces" "\0"
	"" "\0"
	"Service" "\0"
	"HTTP" "\0"
	"GRPC" "\0"
	"ExternalAuth" "\0"
	"ExtensionRef" "\0"
	"Secret" "\0"
	"Terminate" "\0"
	"Passthrough" "\0"
	"AllowValidOnly" "\0"
	"AllowInsecureFallback" "\0"
	"Programmed" "\0"
	"ResponseHeaderModifier" "\0"
	"RequestHeaderModifier" "\0"
	"RequestMirror" "\0"
	"Exact" "\0"
	"RegularExpression" "\0"
	"Permanent" "\0"
	"Session" "\0"
	"/" "\0"
	"Cookie" "\0"
	"Header" "\0"
	"GET" "\0"
	"HEAD" "\0"
	"POST" "\0"
	"PUT" "\0"
	"DELETE" "\0"
	"CONNECT" "\0"
	"OPTIONS" "\0"
	"TRACE" "\0"
	"PATCH" "\0"
	"*" "\0"
	"ReplaceFullPath" "\0"
	"ReplacePrefixMatch" "\0"
	"http" "\0"
	"https" "\0"
	"RequestRedirect" "\0"
	"URLRewrite" "\0"
	"CORS" "\0"
	"PathPrefix" "\0"
	"value" "\0"
	"path" "\0"
	"matches" "\0"
	"gateway.networking.k8s.io/v1alpha2" "\0"
	"TCP" "\0"
	"HTTP2" "\0"
	"HTTP11" "\0"
	"H2C" "\0"
	"MCP" "\0"
	"WSS" "\0"
	"ServerOnly" "\0"
	"ClientAndServer" "\0"
	"mode" "\0"
	"ExternalHostname" "\0"
	"EndpointSelector" "\0"
	"gateway.networking.x-k8s.io/v1alpha1" "\0"
	"10s" "\0"
	"interval" "\0"
	"percent" "\0"
	"count" "\0"
	"1s" "\0"
	"Literal" "\0"
	"Attribute" "\0"
	"Enabled" "\0"
	"Disabled" "\0"
	"ImplementationDefault" "\0"
	"HTTPS" "\0"
	"UDP" "\0"
	"System" "\0"
	"sluice.dev/v1alpha1" "\0"
	"SCTP" "\0"
	"ClusterIP" "\0"
	"NodePort" "\0"
	"LoadBalancer" "\0"
	"ExternalName" "\0"
	"v1" "\0"
	"IPv4" "\0"
	"IPv6" "\0"
	"FQDN" "\0"
	"discovery.k8s.io/v1" "\0"
	"Opaque" "\0"
	"certificates.k8s.io/v1" "\0"
	"certificates.k8s.io/v1beta1" "\0"
	"certificates.k8s.io/v1alpha1" "\0"
;
const size_t schema_texts_size = sizeof(schema_texts);

/* BackendTLSPolicy/v1.spec.options{} */
static const struct schema s1 = {
	.kind = SCHEMA_STR,
	.size = sizeof(struct str),
	.min = 0,
	.max = 4096,
};
/* BackendTLSPolicy/v1.spec.options */
static const struct schema s2 = {
	.kind = SCHEMA_MAP,
	.min = INT64_MIN,
	.max = 16,
	.item = &s1,
};
/* BackendTLSPolicy/v1.spec.targetRefs[].group */
static const struct schema s3 = {
	.kind = SCHEMA_STR,
	.size = sizeof(struct str),
	.min = INT64_MIN,
	.max = 253,
	.pattern = &pattern_1,
};
/* BackendTLSPolicy/v1.spec.targetRefs[].kind */
static const struct schema s4 = {
	.kind = SCHEMA_STR,
	.size = sizeof(struct str),
	.min = 1,
	.max = 63,
	.pattern = &pattern_2,
};
/* BackendTLSPolicy/v1.spec.targetRefs[].name */
static const struct schema s5 = {
	.kind = SCHEMA_STR,
	.size = sizeof(struct str),
	.min = 1,
	.max = 253,
};
/* BackendTLSPolicy/v1.spec.targetRefs[].sectionName */
static const struct schema s6 = {
	.kind = SCHEMA_STR,
	.size = sizeof(struct str),
	.min = 1,
	.max = 253,
	.pattern = &pattern_3,
};
static const struct schema_field f7[] = {
	{.name = {"group", 5}, .schema = &s3, .offset = offsetof(struct policy_target_section, target.group), .flags = FIELD_REQUIRED},
	{.name = {"kind", 4}, .schema = &s4, .offset = offsetof(struct policy_target_section, target.kind), .flags = FIELD_REQUIRED},
	{.name = {"name", 4}, .schema = &s5, .offset = offsetof(struct policy_target_section, target.name), .flags = FIELD_REQUIRED},
	{.name = {"sectionName", 11}, .schema = &s6, .offset = offsetof(struct policy_target_section, section_name)},
};
/* BackendTLSPolicy/v1.spec.targetRefs[] */
static const struct schema s8 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct policy_target_section),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f7,
	.n_fields = 4,
};
static const struct schema_rule r9[] = {
	{rule_sectionname_must_be_specified_when_targetrefs_includes_2, "sectionname_must_be_specified_when_targetrefs_includes_2", "sectionName must be specified when targetRefs includes 2 or more references to the same target", false},
	{rule_sectionname_must_be_unique_when_targetrefs_includes_2_or, "sectionname_must_be_unique_when_targetrefs_includes_2_or", "sectionName must be unique when targetRefs includes 2 or more references to the same target", false},
};
/* BackendTLSPolicy/v1.spec.targetRefs */
static const struct schema s10 = {
	.kind = SCHEMA_LIST,
	.min = 1,
	.max = 16,
	.item = &s8,
	.rules = r9,
	.n_rules = 2,
	.deep_rules = true,
};
static const struct schema_field f11[] = {
	{.name = {"group", 5}, .schema = &s3, .offset = offsetof(struct local_object_reference, group), .flags = FIELD_REQUIRED},
	{.name = {"kind", 4}, .schema = &s4, .offset = offsetof(struct local_object_reference, kind), .flags = FIELD_REQUIRED},
	{.name = {"name", 4}, .schema = &s5, .offset = offsetof(struct local_object_reference, name), .flags = FIELD_REQUIRED},
};
/* BackendTLSPolicy/v1.spec.validation.caCertificateRefs[] */
static const struct schema s12 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct local_object_reference),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f11,
	.n_fields = 3,
};
/* BackendTLSPolicy/v1.spec.validation.caCertificateRefs */
static const struct schema s13 = {
	.kind = SCHEMA_LIST,
	.min = 1,
	.max = 8,
	.item = &s12,
};
/* BackendTLSPolicy/v1.spec.validation.subjectAltNames[].hostname */
static const struct schema s14 = {
	.kind = SCHEMA_STR,
	.size = sizeof(struct str),
	.min = 1,
	.max = 253,
	.pattern = &pattern_4,
};
static const struct str e15[] = {
	{schema_texts + 0, 8},
	{schema_texts + 9, 3},
};
/* BackendTLSPolicy/v1.spec.validation.subjectAltNames[].type */
static const struct schema s16 = {
	.kind = SCHEMA_ENUM,
	.size = sizeof(uint8_t),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.names = e15,
	.n_names = 2,
	.allowed = 0x3,
};
/* BackendTLSPolicy/v1.spec.validation.subjectAltNames[].uri */
static const struct schema s17 = {
	.kind = SCHEMA_STR,
	.size = sizeof(struct str),
	.min = 1,
	.max = 253,
	.pattern = &pattern_5,
};
static const struct schema_field f18[] = {
	{.name = {"hostname", 8}, .schema = &s14, .offset = offsetof(struct subject_alt_name, hostname)},
	{.name = {"type", 4}, .schema = &s16, .offset = offsetof(struct subject_alt_name, type), .flags = FIELD_REQUIRED},
	{.name = {"uri", 3}, .schema = &s17, .offset = offsetof(struct subject_alt_name, uri)},
};
static const struct schema_rule r19[] = {
	{rule_subjectaltname_element_must_contain_hostname_if_type_is_set, "subjectaltname_element_must_contain_hostname_if_type_is_set", "SubjectAltName element must contain Hostname, if Type is set to Hostname", false},
	{rule_subjectaltname_element_must_not_contain_hostname_if_type, "subjectaltname_element_must_not_contain_hostname_if_type", "SubjectAltName element must not contain Hostname, if Type is not set to Hostname", false},
	{rule_subjectaltname_element_must_contain_uri_if_type_is_set_to, "subjectaltname_element_must_contain_uri_if_type_is_set_to", "SubjectAltName element must contain URI, if Type is set to URI", false},
	{rule_subjectaltname_element_must_not_contain_uri_if_type_is_not, "subjectaltname_element_must_not_contain_uri_if_type_is_not", "SubjectAltName element must not contain URI, if Type is not set to URI", false},
};
/* BackendTLSPolicy/v1.spec.validation.subjectAltNames[] */
static const struct schema s20 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct subject_alt_name),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f18,
	.n_fields = 3,
	.rules = r19,
	.n_rules = 4,
	.deep_rules = true,
};
/* BackendTLSPolicy/v1.spec.validation.subjectAltNames */
static const struct schema s21 = {
	.kind = SCHEMA_LIST,
	.min = INT64_MIN,
	.max = 5,
	.item = &s20,
	.deep_rules = true,
};
/* BackendTLSPolicy/v1.spec.validation.wellKnownCACertificates */
static const struct schema s22 = {
	.kind = SCHEMA_STR,
	.size = sizeof(struct str),
	.min = 1,
	.max = 253,
	.pattern = &pattern_6,
};
static const struct schema_field f23[] = {
	{.name = {"caCertificateRefs", 17}, .schema = &s13, .offset = offsetof(struct backend_tls_policy_validation, ca_certificate_refs), .aux = offsetof(struct backend_tls_policy_validation, n_ca_certificate_refs)},
	{.name = {"hostname", 8}, .schema = &s6, .offset = offsetof(struct backend_tls_policy_validation, hostname), .flags = FIELD_REQUIRED},
	{.name = {"subjectAltNames", 15}, .schema = &s21, .offset = offsetof(struct backend_tls_policy_validation, subject_alt_names), .aux = offsetof(struct backend_tls_policy_validation, n_subject_alt_names)},
	{.name = {"wellKnownCACertificates", 23}, .schema = &s22, .offset = offsetof(struct backend_tls_policy_validation, well_known_ca_certificates)},
};
static const struct schema_rule r24[] = {
	{rule_exactly_one_of_the_fields_in_cacertificaterefs_wellknowncacertificates, "exactly_one_of_the_fields_in_cacertificaterefs_wellknowncacertificates", "exactly one of the fields in [caCertificateRefs wellKnownCACertificates] must be set", false},
};
/* BackendTLSPolicy/v1.spec.validation */
static const struct schema s25 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct backend_tls_policy_validation),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f23,
	.n_fields = 4,
	.rules = r24,
	.n_rules = 1,
	.deep_rules = true,
};
static const struct schema_field f26[] = {
	{.name = {"options", 7}, .schema = &s2, .offset = offsetof(struct backend_tls_policy_spec, options), .aux = offsetof(struct backend_tls_policy_spec, n_options)},
	{.name = {"targetRefs", 10}, .schema = &s10, .offset = offsetof(struct backend_tls_policy_spec, target_refs), .aux = offsetof(struct backend_tls_policy_spec, n_target_refs), .flags = FIELD_REQUIRED},
	{.name = {"validation", 10}, .schema = &s25, .offset = offsetof(struct backend_tls_policy_spec, validation), .flags = FIELD_REQUIRED},
};
/* BackendTLSPolicy/v1.spec */
static const struct schema s27 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct backend_tls_policy_spec),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f26,
	.n_fields = 3,
	.deep_rules = true,
};
static const struct value v1 = {.kind = VALUE_STRING, .string = {schema_texts + 13, 25}};
static const struct value v2 = {.kind = VALUE_STRING, .string = {schema_texts + 39, 7}};
/* BackendTLSPolicy/v1.status.ancestors[].ancestorRef.namespace */
static const struct schema s28 = {
	.kind = SCHEMA_STR,
	.size = sizeof(struct str),
	.min = 1,
	.max = 63,
	.pattern = &pattern_7,
};
/* BackendTLSPolicy/v1.status.ancestors[].ancestorRef.port */
static const struct schema s29 = {
	.kind = SCHEMA_INT32,
	.size = sizeof(int32_t),
	.min = 1,
	.max = 65535,
};
static const struct schema_field f30[] = {
	{.name = {"group", 5}, .schema = &s3, .offset = offsetof(struct parent_reference, group), .otherwise = &v1},
	{.name = {"kind", 4}, .schema = &s4, .offset = offsetof(struct parent_reference, kind), .otherwise = &v2},
	{.name = {"name", 4}, .schema = &s5, .offset = offsetof(struct parent_reference, name), .flags = FIELD_REQUIRED},
	{.name = {"namespace", 9}, .schema = &s28, .offset = offsetof(struct parent_reference, namespace)},
	{.name = {"port", 4}, .schema = &s29, .offset = offsetof(struct parent_reference, port), .aux = offsetof(struct parent_reference, has_port), .flags = FIELD_HAS},
	{.name = {"sectionName", 11}, .schema = &s6, .offset = offsetof(struct parent_reference, section_name)},
};
/* BackendTLSPolicy/v1.status.ancestors[].ancestorRef */
static const struct schema s31 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct parent_reference),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f30,
	.n_fields = 6,
};
/* BackendTLSPolicy/v1.status.ancestors[].conditions[].lastTransitionTime */
static const struct schema s32 = {
	.kind = SCHEMA_STR,
	.size = sizeof(struct str),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.date_time = true,
};
/* BackendTLSPolicy/v1.status.ancestors[].conditions[].message */
static const struct schema s33 = {
	.kind = SCHEMA_STR,
	.size = sizeof(struct str),
	.min = INT64_MIN,
	.max = 32768,
};
/* BackendTLSPolicy/v1.status.ancestors[].conditions[].observedGeneration */
static const struct schema s34 = {
	.kind = SCHEMA_INT64,
	.size = sizeof(int64_t),
	.min = 0,
	.max = INT64_MAX,
};
/* BackendTLSPolicy/v1.status.ancestors[].conditions[].reason */
static const struct schema s35 = {
	.kind = SCHEMA_STR,
	.size = sizeof(struct str),
	.min = 1,
	.max = 1024,
	.pattern = &pattern_8,
};
static const struct str e36[] = {
	{schema_texts + 47, 4},
	{schema_texts + 52, 5},
	{schema_texts + 58, 7},
};
/* BackendTLSPolicy/v1.status.ancestors[].conditions[].status */
static const struct schema s37 = {
	.kind = SCHEMA_ENUM,
	.size = sizeof(uint8_t),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.names = e36,
	.n_names = 3,
	.allowed = 0x7,
};
/* BackendTLSPolicy/v1.status.ancestors[].conditions[].type */
static const struct schema s38 = {
	.kind = SCHEMA_STR,
	.size = sizeof(struct str),
	.min = INT64_MIN,
	.max = 316,
	.pattern = &pattern_9,
};
static const struct schema_field f39[] = {
	{.name = {"lastTransitionTime", 18}, .schema = &s32, .offset = offsetof(struct object_condition, last_transition_time), .flags = FIELD_REQUIRED},
	{.name = {"message", 7}, .schema = &s33, .offset = offsetof(struct object_condition, message), .flags = FIELD_REQUIRED},
	{.name = {"observedGeneration", 18}, .schema = &s34, .offset = offsetof(struct object_condition, observed_generation), .aux = offsetof(struct object_condition, has_observed_generation), .flags = FIELD_HAS},
	{.name = {"reason", 6}, .schema = &s35, .offset = offsetof(struct object_condition, reason), .flags = FIELD_REQUIRED},
	{.name = {"status", 6}, .schema = &s37, .offset = offsetof(struct object_condition, status), .flags = FIELD_REQUIRED},
	{.name = {"type", 4}, .schema = &s38, .offset = offsetof(struct object_condition, type), .flags = FIELD_REQUIRED},
};
/* BackendTLSPolicy/v1.status.ancestors[].conditions[] */
static const struct schema s40 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct object_condition),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f39,
	.n_fields = 6,
};
static const char *const k41[] = {
	"type",
};
/* BackendTLSPolicy/v1.status.ancestors[].conditions */
static const struct schema s42 = {
	.kind = SCHEMA_LIST,
	.min = 1,
	.max = 8,
	.item = &s40,
	.list = SCHEMA_LIST_MAP,
	.keys = k41,
	.n_keys = 1,
};
/* BackendTLSPolicy/v1.status.ancestors[].controllerName */
static const struct schema s43 = {
	.kind = SCHEMA_STR,
	.size = sizeof(struct str),
	.min = 1,
	.max = 253,
	.pattern = &pattern_10,
};
static const struct schema_field f44[] = {
	{.name = {"ancestorRef", 11}, .schema = &s31, .offset = offsetof(struct policy_ancestor_status, ancestor_ref), .flags = FIELD_REQUIRED},
	{.name = {"conditions", 10}, .schema = &s42, .offset = offsetof(struct policy_ancestor_status, conditions), .aux = offsetof(struct policy_ancestor_status, n_conditions), .flags = FIELD_REQUIRED},
	{.name = {"controllerName", 14}, .schema = &s43, .offset = offsetof(struct policy_ancestor_status, controller_name), .flags = FIELD_REQUIRED},
};
/* BackendTLSPolicy/v1.status.ancestors[] */
static const struct schema s45 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct policy_ancestor_status),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f44,
	.n_fields = 3,
};
/* BackendTLSPolicy/v1.status.ancestors */
static const struct schema s46 = {
	.kind = SCHEMA_LIST,
	.min = INT64_MIN,
	.max = 16,
	.item = &s45,
};
static const struct schema_field f47[] = {
	{.name = {"ancestors", 9}, .schema = &s46, .offset = offsetof(struct policy_status, ancestors), .aux = offsetof(struct policy_status, n_ancestors), .flags = FIELD_REQUIRED},
};
/* BackendTLSPolicy/v1.status */
static const struct schema s48 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct policy_status),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f47,
	.n_fields = 1,
};
static const struct schema_field f49[] = {
	{.name = {"spec", 4}, .schema = &s27, .offset = offsetof(struct backend_tls_policy, spec), .flags = FIELD_REQUIRED},
	{.name = {"status", 6}, .schema = &s48, .offset = offsetof(struct backend_tls_policy, status), .flags = FIELD_POINTER | FIELD_STATUS},
};
/* BackendTLSPolicy/v1 */
static const struct schema s50 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct backend_tls_policy),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f49,
	.n_fields = 2,
	.deep_rules = true,
};
static const struct schema_rule r51[] = {
	{rule_field_is_immutable, "field_is_immutable", "field is immutable", true},
};
/* GatewayClass/v1.spec.controllerName */
static const struct schema s52 = {
	.kind = SCHEMA_STR,
	.size = sizeof(struct str),
	.min = 1,
	.max = 253,
	.pattern = &pattern_10,
	.rules = r51,
	.n_rules = 1,
	.deep_rules = true,
};
/* GatewayClass/v1.spec.description */
static const struct schema s53 = {
	.kind = SCHEMA_STR,
	.size = sizeof(struct str),
	.min = INT64_MIN,
	.max = 64,
};
static const struct schema_field f54[] = {
	{.name = {"group", 5}, .schema = &s3, .offset = offsetof(struct parameters_reference, group), .flags = FIELD_REQUIRED},
	{.name = {"kind", 4}, .schema = &s4, .offset = offsetof(struct parameters_reference, kind), .flags = FIELD_REQUIRED},
	{.name = {"name", 4}, .schema = &s5, .offset = offsetof(struct parameters_reference, name), .flags = FIELD_REQUIRED},
	{.name = {"namespace", 9}, .schema = &s28, .offset = offsetof(struct parameters_reference, namespace)},
};
/* GatewayClass/v1.spec.parametersRef */
static const struct schema s55 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct parameters_reference),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f54,
	.n_fields = 4,
};
static const struct schema_field f56[] = {
	{.name = {"controllerName", 14}, .schema = &s52, .offset = offsetof(struct gateway_class_spec, controller_name), .flags = FIELD_REQUIRED},
	{.name = {"description", 11}, .schema = &s53, .offset = offsetof(struct gateway_class_spec, description)},
	{.name = {"parametersRef", 13}, .schema = &s55, .offset = offsetof(struct gateway_class_spec, parameters_ref), .flags = FIELD_POINTER},
};
/* GatewayClass/v1.spec */
static const struct schema s57 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct gateway_class_spec),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f56,
	.n_fields = 3,
	.deep_rules = true,
};
/* GatewayClass/v1.status.conditions */
static const struct schema s58 = {
	.kind = SCHEMA_LIST,
	.min = INT64_MIN,
	.max = 8,
	.item = &s40,
	.list = SCHEMA_LIST_MAP,
	.keys = k41,
	.n_keys = 1,
};
static struct member v3[] = {{.key = {schema_texts + 130, 18}, .value = {.kind = VALUE_STRING, .string = {schema_texts + 149, 20}}}, {.key = {schema_texts + 170, 7}, .value = {.kind = VALUE_STRING, .string = {schema_texts + 178, 22}}}, {.key = {schema_texts + 201, 6}, .value = {.kind = VALUE_STRING, .string = {schema_texts + 208, 7}}}, {.key = {schema_texts + 216, 6}, .value = {.kind = VALUE_STRING, .string = {schema_texts + 58, 7}}}, {.key = {schema_texts + 223, 4}, .value = {.kind = VALUE_STRING, .string = {schema_texts + 228, 8}}}};
static struct value v4[] = {{.kind = VALUE_OBJECT, .n = 5, .members = v3}};
static const struct value v5 = {.kind = VALUE_ARRAY, .n = 1, .items = v4};
/* GatewayClass/v1.status.supportedFeatures[].name */
static const struct schema s59 = {
	.kind = SCHEMA_STR,
	.size = sizeof(struct str),
	.min = INT64_MIN,
	.max = INT64_MAX,
};
static const struct schema_field f60[] = {
	{.name = {"name", 4}, .schema = &s59, .offset = offsetof(struct supported_feature, name), .flags = FIELD_REQUIRED},
};
/* GatewayClass/v1.status.supportedFeatures[] */
static const struct schema s61 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct supported_feature),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f60,
	.n_fields = 1,
};
static const char *const k62[] = {
	"name",
};
/* GatewayClass/v1.status.supportedFeatures */
static const struct schema s63 = {
	.kind = SCHEMA_LIST,
	.min = INT64_MIN,
	.max = 64,
	.item = &s61,
	.list = SCHEMA_LIST_MAP,
	.keys = k62,
	.n_keys = 1,
};
static const struct schema_field f64[] = {
	{.name = {"conditions", 10}, .schema = &s58, .offset = offsetof(struct gateway_class_status, conditions), .aux = offsetof(struct gateway_class_status, n_conditions), .otherwise = &v5},
	{.name = {"supportedFeatures", 17}, .schema = &s63, .offset = offsetof(struct gateway_class_status, supported_features), .aux = offsetof(struct gateway_class_status, n_supported_features)},
};
/* GatewayClass/v1.status */
static const struct schema s65 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct gateway_class_status),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f64,
	.n_fields = 2,
};
static const struct schema_field f66[] = {
	{.name = {"spec", 4}, .schema = &s57, .offset = offsetof(struct gateway_class, spec), .flags = FIELD_REQUIRED},
	{.name = {"status", 6}, .schema = &s65, .offset = offsetof(struct gateway_class, status), .flags = FIELD_POINTER | FIELD_STATUS},
};
/* GatewayClass/v1 */
static const struct schema s67 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct gateway_class),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f66,
	.n_fields = 2,
	.deep_rules = true,
};
static struct member v6[] = {{.key = {schema_texts + 130, 18}, .value = {.kind = VALUE_STRING, .string = {schema_texts + 149, 20}}}, {.key = {schema_texts + 170, 7}, .value = {.kind = VALUE_STRING, .string = {schema_texts + 178, 22}}}, {.key = {schema_texts + 201, 6}, .value = {.kind = VALUE_STRING, .string = {schema_texts + 208, 7}}}, {.key = {schema_texts + 216, 6}, .value = {.kind = VALUE_STRING, .string = {schema_texts + 58, 7}}}, {.key = {schema_texts + 223, 4}, .value = {.kind = VALUE_STRING, .string = {schema_texts + 228, 8}}}};
static struct value v7[] = {{.kind = VALUE_OBJECT, .n = 5, .members = v6}};
static const struct value v8 = {.kind = VALUE_ARRAY, .n = 1, .items = v7};
static const struct schema_field f68[] = {
	{.name = {"conditions", 10}, .schema = &s58, .offset = offsetof(struct gateway_class_status, conditions), .aux = offsetof(struct gateway_class_status, n_conditions), .otherwise = &v8},
	{.name = {"supportedFeatures", 17}, .schema = &s63, .offset = offsetof(struct gateway_class_status, supported_features), .aux = offsetof(struct gateway_class_status, n_supported_features)},
};
/* GatewayClass/v1beta1.status */
static const struct schema s69 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct gateway_class_status),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f68,
	.n_fields = 2,
};
static const struct schema_field f70[] = {
	{.name = {"spec", 4}, .schema = &s57, .offset = offsetof(struct gateway_class, spec), .flags = FIELD_REQUIRED},
	{.name = {"status", 6}, .schema = &s69, .offset = offsetof(struct gateway_class, status), .flags = FIELD_POINTER | FIELD_STATUS},
};
/* GatewayClass/v1beta1 */
static const struct schema s71 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct gateway_class),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f70,
	.n_fields = 2,
	.deep_rules = true,
};
static const struct schema_rule r72[] = {
	{rule_routability_must_be_empty_cluster_or_an_implementation_specific, "routability_must_be_empty_cluster_or_an_implementation_specific", "Routability must be empty, Cluster, or an implementation-specific prefixed path; k8s.io and its subdomains are reserved", false},
};
/* Gateway/v1.spec.addresses[].routability */
static const struct schema s73 = {
	.kind = SCHEMA_STR,
	.size = sizeof(struct str),
	.min = INT64_MIN,
	.max = 253,
	.rules = r72,
	.n_rules = 1,
	.deep_rules = true,
};
/* Gateway/v1.spec.addresses[].type */
static const struct schema s74 = {
	.kind = SCHEMA_STR,
	.size = sizeof(struct str),
	.min = 1,
	.max = 253,
	.pattern = &pattern_12,
};
static const struct value v9 = {.kind = VALUE_STRING, .string = {schema_texts + 271, 9}};
/* Gateway/v1.spec.addresses[].value */
static const struct schema s75 = {
	.kind = SCHEMA_STR,
	.size = sizeof(struct str),
	.min = INT64_MIN,
	.max = 253,
};
static const struct schema_field f76[] = {
	{.name = {"routability", 11}, .schema = &s73, .offset = offsetof(struct gateway_spec_address, routability)},
	{.name = {"type", 4}, .schema = &s74, .offset = offsetof(struct gateway_spec_address, type), .otherwise = &v9},
	{.name = {"value", 5}, .schema = &s75, .offset = offsetof(struct gateway_spec_address, value)},
};
static const struct schema_rule r77[] = {
	{rule_hostname_value_must_be_empty_or_contain_only_valid_characters, "hostname_value_must_be_empty_or_contain_only_valid_characters", "Hostname value must be empty or contain only valid characters (matching ^(\\*\\.)\?[a-z0-9]([-a-z0-9]*[a-z0-9])\?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])\?)*$)", false},
};
/* Gateway/v1.spec.addresses[] */
static const struct schema s78 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct gateway_spec_address),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f76,
	.n_fields = 3,
	.ip_address = true,
	.rules = r77,
	.n_rules = 1,
	.deep_rules = true,
};
static const struct schema_rule r79[] = {
	{rule_ipaddress_values_must_be_unique, "ipaddress_values_must_be_unique", "IPAddress values must be unique", false},
	{rule_hostname_values_must_be_unique, "hostname_values_must_be_unique", "Hostname values must be unique", false},
};
/* Gateway/v1.spec.addresses */
static const struct schema s80 = {
	.kind = SCHEMA_LIST,
	.min = INT64_MIN,
	.max = 16,
	.item = &s78,
	.rules = r79,
	.n_rules = 2,
	.deep_rules = true,
};
static const struct str e81[] = {
	{schema_texts + 281, 3},
	{schema_texts + 285, 8},
	{schema_texts + 294, 4},
	{schema_texts + 299, 4},
};
/* Gateway/v1.spec.allowedListeners.namespaces.from */
static const struct schema s82 = {
	.kind = SCHEMA_ENUM,
	.size = sizeof(uint8_t),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.names = e81,
	.n_names = 4,
	.allowed = 0xf,
};
static const struct value v10 = {.kind = VALUE_STRING, .string = {schema_texts + 299, 4}};
/* Gateway/v1.spec.allowedListeners.namespaces.selector.matchExpressions[].values */
static const struct schema s83 = {
	.kind = SCHEMA_LIST,
	.min = INT64_MIN,
	.max = INT64_MAX,
	.item = &s59,
};
static const struct schema_field f84[] = {
	{.name = {"key", 3}, .schema = &s59, .offset = offsetof(struct label_selector_requirement, key), .flags = FIELD_REQUIRED},
	{.name = {"operator", 8}, .schema = &s59, .offset = offsetof(struct label_selector_requirement, operator), .flags = FIELD_REQUIRED},
	{.name = {"values", 6}, .schema = &s83, .offset = offsetof(struct label_selector_requirement, values), .aux = offsetof(struct label_selector_requirement, n_values)},
};
/* Gateway/v1.spec.allowedListeners.namespaces.selector.matchExpressions[] */
static const struct schema s85 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct label_selector_requirement),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f84,
	.n_fields = 3,
};
/* Gateway/v1.spec.allowedListeners.namespaces.selector.matchExpressions */
static const struct schema s86 = {
	.kind = SCHEMA_LIST,
	.min = INT64_MIN,
	.max = INT64_MAX,
	.item = &s85,
};
/* Gateway/v1.spec.allowedListeners.namespaces.selector.matchLabels */
static const struct schema s87 = {
	.kind = SCHEMA_MAP,
	.min = INT64_MIN,
	.max = INT64_MAX,
	.item = &s59,
};
static const struct schema_field f88[] = {
	{.name = {"matchExpressions", 16}, .schema = &s86, .offset = offsetof(struct label_selector, match_expressions), .aux = offsetof(struct label_selector, n_match_expressions)},
	{.name = {"matchLabels", 11}, .schema = &s87, .offset = offsetof(struct label_selector, match_labels), .aux = offsetof(struct label_selector, n_match_labels)},
};
/* Gateway/v1.spec.allowedListeners.namespaces.selector */
static const struct schema s89 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct label_selector),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f88,
	.n_fields = 2,
};
static const struct schema_field f90[] = {
	{.name = {"from", 4}, .schema = &s82, .offset = offsetof(struct listener_namespaces, from), .otherwise = &v10},
	{.name = {"selector", 8}, .schema = &s89, .offset = offsetof(struct listener_namespaces, selector), .flags = FIELD_POINTER},
};
/* Gateway/v1.spec.allowedListeners.namespaces */
static const struct schema s91 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct listener_namespaces),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f90,
	.n_fields = 2,
};
static struct member v11[] = {{.key = {schema_texts + 304, 4}, .value = {.kind = VALUE_STRING, .string = {schema_texts + 299, 4}}}};
static const struct value v12 = {.kind = VALUE_OBJECT, .n = 1, .members = v11};
static const struct schema_field f92[] = {
	{.name = {"namespaces", 10}, .schema = &s91, .offset = offsetof(struct allowed_listeners, namespaces), .otherwise = &v12},
};
/* Gateway/v1.spec.allowedListeners */
static const struct schema s93 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct allowed_listeners),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f92,
	.n_fields = 1,
};
static const struct str e94[] = {
	{schema_texts + 281, 3},
	{schema_texts + 299, 4},
};
/* Gateway/v1.spec.defaultScope */
static const struct schema s95 = {
	.kind = SCHEMA_ENUM,
	.size = sizeof(uint8_t),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.names = e94,
	.n_names = 2,
	.allowed = 0x3,
};
static const struct schema_rule r96[] = {
	{rule_annotation_keys_must_be_in_the_form_of_an_optional_dns_subdomain, "annotation_keys_must_be_in_the_form_of_an_optional_dns_subdomain", "Annotation keys must be in the form of an optional DNS subdomain prefix followed by a required name segment of up to 63 characters.", false},
	{rule_if_specified_the_annotation_keys_prefix_must_be_a_dns_subdomain, "if_specified_the_annotation_keys_prefix_must_be_a_dns_subdomain", "If specified, the annotation key's prefix must be a DNS subdomain not longer than 253 characters in total.", false},
};
/* Gateway/v1.spec.infrastructure.annotations */
static const struct schema s97 = {
	.kind = SCHEMA_MAP,
	.min = INT64_MIN,
	.max = 16,
	.item = &s1,
	.rules = r96,
	.n_rules = 2,
	.deep_rules = true,
};
/* Gateway/v1.spec.infrastructure.labels{} */
static const struct schema s98 = {
	.kind = SCHEMA_STR,
	.size = sizeof(struct str),
	.min = 0,
	.max = 63,
	.pattern = &pattern_14,
};
static const struct schema_rule r99[] = {
	{rule_annotation_keys_must_be_in_the_form_of_an_optional_dns_subdomain, "annotation_keys_must_be_in_the_form_of_an_optional_dns_subdomain", "Label keys must be in the form of an optional DNS subdomain prefix followed by a required name segment of up to 63 characters.", false},
	{rule_if_specified_the_annotation_keys_prefix_must_be_a_dns_subdomain, "if_specified_the_annotation_keys_prefix_must_be_a_dns_subdomain", "If specified, the label key's prefix must be a DNS subdomain not longer than 253 characters in total.", false},
};
/* Gateway/v1.spec.infrastructure.labels */
static const struct schema s100 = {
	.kind = SCHEMA_MAP,
	.min = INT64_MIN,
	.max = 8,
	.item = &s98,
	.rules = r99,
	.n_rules = 2,
	.deep_rules = true,
};
static const struct schema_field f101[] = {
	{.name = {"group", 5}, .schema = &s3, .offset = offsetof(struct local_parameters_reference, group), .flags = FIELD_REQUIRED},
	{.name = {"kind", 4}, .schema = &s4, .offset = offsetof(struct local_parameters_reference, kind), .flags = FIELD_REQUIRED},
	{.name = {"name", 4}, .schema = &s5, .offset = offsetof(struct local_parameters_reference, name), .flags = FIELD_REQUIRED},
};
/* Gateway/v1.spec.infrastructure.parametersRef */
static const struct schema s102 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct local_parameters_reference),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f101,
	.n_fields = 3,
};
static const struct schema_field f103[] = {
	{.name = {"annotations", 11}, .schema = &s97, .offset = offsetof(struct gateway_infrastructure, annotations), .aux = offsetof(struct gateway_infrastructure, n_annotations)},
	{.name = {"labels", 6}, .schema = &s100, .offset = offsetof(struct gateway_infrastructure, labels), .aux = offsetof(struct gateway_infrastructure, n_labels)},
	{.name = {"parametersRef", 13}, .schema = &s102, .offset = offsetof(struct gateway_infrastructure, parameters_ref), .flags = FIELD_POINTER},
};
/* Gateway/v1.spec.infrastructure */
static const struct schema s104 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct gateway_infrastructure),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f103,
	.n_fields = 3,
	.deep_rules = true,
};
static const struct schema_field f105[] = {
	{.name = {"group", 5}, .schema = &s3, .offset = offsetof(struct route_group_kind, group), .otherwise = &v1},
	{.name = {"kind", 4}, .schema = &s4, .offset = offsetof(struct route_group_kind, kind), .flags = FIELD_REQUIRED},
};
/* Gateway/v1.spec.listeners[].allowedRoutes.kinds[] */
static const struct schema s106 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct route_group_kind),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f105,
	.n_fields = 2,
};
/* Gateway/v1.spec.listeners[].allowedRoutes.kinds */
static const struct schema s107 = {
	.kind = SCHEMA_LIST,
	.min = INT64_MIN,
	.max = 8,
	.item = &s106,
};
/* Gateway/v1.spec.listeners[].allowedRoutes.namespaces.from */
static const struct schema s108 = {
	.kind = SCHEMA_ENUM,
	.size = sizeof(uint8_t),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.names = e81,
	.n_names = 4,
	.allowed = 0x7,
};
static const struct value v13 = {.kind = VALUE_STRING, .string = {schema_texts + 294, 4}};
static const struct schema_field f109[] = {
	{.name = {"from", 4}, .schema = &s108, .offset = offsetof(struct route_namespaces, from), .otherwise = &v13},
	{.name = {"selector", 8}, .schema = &s89, .offset = offsetof(struct route_namespaces, selector), .flags = FIELD_POINTER},
};
/* Gateway/v1.spec.listeners[].allowedRoutes.namespaces */
static const struct schema s110 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct route_namespaces),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f109,
	.n_fields = 2,
};
static struct member v14[] = {{.key = {schema_texts + 304, 4}, .value = {.kind = VALUE_STRING, .string = {schema_texts + 294, 4}}}};
static const struct value v15 = {.kind = VALUE_OBJECT, .n = 1, .members = v14};
static const struct schema_field f111[] = {
	{.name = {"kinds", 5}, .schema = &s107, .offset = offsetof(struct allowed_routes, kinds), .aux = offsetof(struct allowed_routes, n_kinds)},
	{.name = {"namespaces", 10}, .schema = &s110, .offset = offsetof(struct allowed_routes, namespaces), .otherwise = &v15},
};
/* Gateway/v1.spec.listeners[].allowedRoutes */
static const struct schema s112 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct allowed_routes),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f111,
	.n_fields = 2,
};
static struct member v16[] = {{.key = {schema_texts + 304, 4}, .value = {.kind = VALUE_STRING, .string = {schema_texts + 294, 4}}}};
static struct member v17[] = {{.key = {schema_texts + 309, 10}, .value = {.kind = VALUE_OBJECT, .n = 1, .members = v16}}};
static const struct value v18 = {.kind = VALUE_OBJECT, .n = 1, .members = v17};
static const struct value v19 = {.kind = VALUE_STRING, .string = {schema_texts + 320, 0}};
static const struct value v20 = {.kind = VALUE_STRING, .string = {schema_texts + 321, 7}};
static const struct schema_field f113[] = {
	{.name = {"group", 5}, .schema = &s3, .offset = offsetof(struct backend_object_reference, group), .otherwise = &v19},
	{.name = {"kind", 4}, .schema = &s4, .offset = offsetof(struct backend_object_reference, kind), .otherwise = &v20},
	{.name = {"name", 4}, .schema = &s5, .offset = offsetof(struct backend_object_reference, name), .flags = FIELD_REQUIRED},
	{.name = {"namespace", 9}, .schema = &s28, .offset = offsetof(struct backend_object_reference, namespace)},
	{.name = {"port", 4}, .schema = &s29, .offset = offsetof(struct backend_object_reference, port), .aux = offsetof(struct backend_object_reference, has_port), .flags = FIELD_HAS},
};
static const struct schema_rule r114[] = {
	{rule_must_have_port_for_service_reference, "must_have_port_for_service_reference", "Must have port for Service reference", false},
	{rule_must_not_have_port_for_backend_reference, "must_not_have_port_for_backend_reference", "Must not have port for Backend reference", false},
};
/* Gateway/v1.spec.listeners[].filters.requests[].externalAuth.backendRef */
static const struct schema s115 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct backend_object_reference),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f113,
	.n_fields = 5,
	.rules = r114,
	.n_rules = 2,
	.deep_rules = true,
};
/* Gateway/v1.spec.listeners[].filters.requests[].externalAuth.forwardBody.maxSize */
static const struct schema s116 = {
	.kind = SCHEMA_INT32,
	.size = sizeof(int32_t),
	.min = 0,
	.max = INT64_MAX,
};
static const struct schema_field f117[] = {
	{.name = {"maxSize", 7}, .schema = &s116, .offset = offsetof(struct forward_body_config, max_size), .aux = offsetof(struct forward_body_config, has_max_size), .flags = FIELD_HAS},
};
/* Gateway/v1.spec.listeners[].filters.requests[].externalAuth.forwardBody */
static const struct schema s118 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct forward_body_config),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f117,
	.n_fields = 1,
};
/* Gateway/v1.spec.listeners[].filters.requests[].externalAuth.grpc.allowedHeaders */
static const struct schema s119 = {
	.kind = SCHEMA_LIST,
	.min = INT64_MIN,
	.max = 64,
	.item = &s59,
	.list = SCHEMA_SET,
};
static const struct schema_field f120[] = {
	{.name = {"allowedHeaders", 14}, .schema = &s119, .offset = offsetof(struct grpc_auth_config, allowed_headers), .aux = offsetof(struct grpc_auth_config, n_allowed_headers)},
};
/* Gateway/v1.spec.listeners[].filters.requests[].externalAuth.grpc */
static const struct schema s121 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct grpc_auth_config),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f120,
	.n_fields = 1,
};
/* Gateway/v1.spec.listeners[].filters.requests[].externalAuth.http.path */
static const struct schema s122 = {
	.kind = SCHEMA_STR,
	.size = sizeof(struct str),
	.min = INT64_MIN,
	.max = 1024,
	.pattern = &pattern_15,
};
static const struct schema_field f123[] = {
	{.name = {"allowedHeaders", 14}, .schema = &s119, .offset = offsetof(struct http_auth_config, allowed_headers), .aux = offsetof(struct http_auth_config, n_allowed_headers)},
	{.name = {"allowedResponseHeaders", 22}, .schema = &s119, .offset = offsetof(struct http_auth_config, allowed_response_headers), .aux = offsetof(struct http_auth_config, n_allowed_response_headers)},
	{.name = {"path", 4}, .schema = &s122, .offset = offsetof(struct http_auth_config, path)},
};
/* Gateway/v1.spec.listeners[].filters.requests[].externalAuth.http */
static const struct schema s124 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct http_auth_config),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f123,
	.n_fields = 3,
};
static const struct str e125[] = {
	{schema_texts + 329, 4},
	{schema_texts + 334, 4},
};
/* Gateway/v1.spec.listeners[].filters.requests[].externalAuth.protocol */
static const struct schema s126 = {
	.kind = SCHEMA_ENUM,
	.size = sizeof(uint8_t),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.names = e125,
	.n_names = 2,
	.allowed = 0x3,
};
static const struct schema_field f127[] = {
	{.name = {"backendRef", 10}, .schema = &s115, .offset = offsetof(struct http_external_auth_filter, backend_ref), .flags = FIELD_REQUIRED},
	{.name = {"forwardBody", 11}, .schema = &s118, .offset = offsetof(struct http_external_auth_filter, forward_body), .flags = FIELD_POINTER},
	{.name = {"grpc", 4}, .schema = &s121, .offset = offsetof(struct http_external_auth_filter, grpc), .flags = FIELD_POINTER},
	{.name = {"http", 4}, .schema = &s124, .offset = offsetof(struct http_external_auth_filter, http), .flags = FIELD_POINTER},
	{.name = {"protocol", 8}, .schema = &s126, .offset = offsetof(struct http_external_auth_filter, protocol), .flags = FIELD_REQUIRED},
};
static const struct schema_rule r128[] = {
	{rule_grpc_must_be_specified_when_protocol_is_set_to_grpc, "grpc_must_be_specified_when_protocol_is_set_to_grpc", "grpc must be specified when protocol is set to 'GRPC'", false},
	{rule_protocol_must_be_grpc_when_grpc_is_set, "protocol_must_be_grpc_when_grpc_is_set", "protocol must be 'GRPC' when grpc is set", false},
	{rule_http_must_be_specified_when_protocol_is_set_to_http, "http_must_be_specified_when_protocol_is_set_to_http", "http must be specified when protocol is set to 'HTTP'", false},
	{rule_protocol_must_be_http_when_http_is_set, "protocol_must_be_http_when_http_is_set", "protocol must be 'HTTP' when http is set", false},
};
/* Gateway/v1.spec.listeners[].filters.requests[].externalAuth */
static const struct schema s129 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct http_external_auth_filter),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f127,
	.n_fields = 5,
	.rules = r128,
	.n_rules = 4,
	.deep_rules = true,
};
static const struct str e130[] = {
	{schema_texts + 339, 12},
	{schema_texts + 352, 12},
};
/* Gateway/v1.spec.listeners[].filters.requests[].type */
static const struct schema s131 = {
	.kind = SCHEMA_ENUM,
	.size = sizeof(uint8_t),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.names = e130,
	.n_names = 2,
	.allowed = 0x3,
};
static const struct schema_field f132[] = {
	{.name = {"extensionRef", 12}, .schema = &s12, .offset = offsetof(struct listener_filter, extension_ref), .flags = FIELD_POINTER},
	{.name = {"externalAuth", 12}, .schema = &s129, .offset = offsetof(struct listener_filter, external_auth), .flags = FIELD_POINTER},
	{.name = {"type", 4}, .schema = &s131, .offset = offsetof(struct listener_filter, type), .flags = FIELD_REQUIRED},
};
static const struct schema_rule r133[] = {
	{rule_filter_externalauth_must_be_nil_if_the_filter_type_is_not, "filter_externalauth_must_be_nil_if_the_filter_type_is_not", "filter.externalAuth must be nil if the filter.type is not ExternalAuth", false},
	{rule_filter_externalauth_must_be_specified_for_externalauth_filter, "filter_externalauth_must_be_specified_for_externalauth_filter", "filter.externalAuth must be specified for ExternalAuth filter.type", false},
	{rule_filter_extensionref_must_be_nil_if_the_filter_type_is_not, "filter_extensionref_must_be_nil_if_the_filter_type_is_not", "filter.extensionRef must be nil if the filter.type is not ExtensionRef", false},
	{rule_filter_extensionref_must_be_specified_for_extensionref_filter, "filter_extensionref_must_be_specified_for_extensionref_filter", "filter.extensionRef must be specified for ExtensionRef filter.type", false},
};
/* Gateway/v1.spec.listeners[].filters.requests[] */
static const struct schema s134 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct listener_filter),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f132,
	.n_fields = 3,
	.rules = r133,
	.n_rules = 4,
	.deep_rules = true,
};
/* Gateway/v1.spec.listeners[].filters.requests */
static const struct schema s135 = {
	.kind = SCHEMA_LIST,
	.min = INT64_MIN,
	.max = 16,
	.item = &s134,
	.deep_rules = true,
};
static const struct schema_field f136[] = {
	{.name = {"requests", 8}, .schema = &s135, .offset = offsetof(struct listener_filters, requests), .aux = offsetof(struct listener_filters, n_requests)},
};
/* Gateway/v1.spec.listeners[].filters */
static const struct schema s137 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct listener_filters),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f136,
	.n_fields = 1,
	.deep_rules = true,
};
/* Gateway/v1.spec.listeners[].protocol */
static const struct schema s138 = {
	.kind = SCHEMA_STR,
	.size = sizeof(struct str),
	.min = 1,
	.max = 255,
	.pattern = &pattern_16,
};
static const struct value v21 = {.kind = VALUE_STRING, .string = {schema_texts + 365, 6}};
static const struct schema_field f139[] = {
	{.name = {"group", 5}, .schema = &s3, .offset = offsetof(struct secret_object_reference, group), .otherwise = &v19},
	{.name = {"kind", 4}, .schema = &s4, .offset = offsetof(struct secret_object_reference, kind), .otherwise = &v21},
	{.name = {"name", 4}, .schema = &s5, .offset = offsetof(struct secret_object_reference, name), .flags = FIELD_REQUIRED},
	{.name = {"namespace", 9}, .schema = &s28, .offset = offsetof(struct secret_object_reference, namespace)},
};
/* Gateway/v1.spec.listeners[].tls.certificateRefs[] */
static const struct schema s140 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct secret_object_reference),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f139,
	.n_fields = 4,
};
/* Gateway/v1.spec.listeners[].tls.certificateRefs */
static const struct schema s141 = {
	.kind = SCHEMA_LIST,
	.min = INT64_MIN,
	.max = 64,
	.item = &s140,
};
static const struct str e142[] = {
	{schema_texts + 372, 9},
	{schema_texts + 382, 11},
};
/* Gateway/v1.spec.listeners[].tls.mode */
static const struct schema s143 = {
	.kind = SCHEMA_ENUM,
	.size = sizeof(uint8_t),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.names = e142,
	.n_names = 2,
	.allowed = 0x3,
};
static const struct value v22 = {.kind = VALUE_STRING, .string = {schema_texts + 372, 9}};
static const struct schema_field f144[] = {
	{.name = {"certificateRefs", 15}, .schema = &s141, .offset = offsetof(struct listener_tls_config, certificate_refs), .aux = offsetof(struct listener_tls_config, n_certificate_refs)},
	{.name = {"mode", 4}, .schema = &s143, .offset = offsetof(struct listener_tls_config, mode), .otherwise = &v22},
	{.name = {"options", 7}, .schema = &s2, .offset = offsetof(struct listener_tls_config, options), .aux = offsetof(struct listener_tls_config, n_options)},
};
static const struct schema_rule r145[] = {
	{rule_certificaterefs_or_options_must_be_specified_when_mode_is, "certificaterefs_or_options_must_be_specified_when_mode_is", "certificateRefs or options must be specified when mode is Terminate", false},
};
/* Gateway/v1.spec.listeners[].tls */
static const struct schema s146 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct listener_tls_config),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f144,
	.n_fields = 3,
	.rules = r145,
	.n_rules = 1,
	.deep_rules = true,
};
static const struct schema_field f147[] = {
	{.name = {"allowedRoutes", 13}, .schema = &s112, .offset = offsetof(struct gateway_listener, allowed_routes), .otherwise = &v18},
	{.name = {"filters", 7}, .schema = &s137, .offset = offsetof(struct gateway_listener, filters), .flags = FIELD_POINTER},
	{.name = {"hostname", 8}, .schema = &s14, .offset = offsetof(struct gateway_listener, hostname)},
	{.name = {"name", 4}, .schema = &s6, .offset = offsetof(struct gateway_listener, name), .flags = FIELD_REQUIRED},
	{.name = {"port", 4}, .schema = &s29, .offset = offsetof(struct gateway_listener, port), .flags = FIELD_REQUIRED},
	{.name = {"protocol", 8}, .schema = &s138, .offset = offsetof(struct gateway_listener, protocol), .flags = FIELD_REQUIRED},
	{.name = {"tls", 3}, .schema = &s146, .offset = offsetof(struct gateway_listener, tls), .flags = FIELD_POINTER},
};
static const struct schema_rule r148[] = {
	{rule_filters_may_only_be_set_when_protocol_is_http_or_https, "filters_may_only_be_set_when_protocol_is_http_or_https", "filters may only be set when protocol is HTTP or HTTPS", false},
};
/* Gateway/v1.spec.listeners[] */
static const struct schema s149 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct gateway_listener),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f147,
	.n_fields = 7,
	.rules = r148,
	.n_rules = 1,
	.deep_rules = true,
};
static const struct schema_rule r150[] = {
	{rule_tls_must_not_be_specified_for_protocols_http_tcp_udp, "tls_must_not_be_specified_for_protocols_http_tcp_udp", "tls must not be specified for protocols ['HTTP', 'TCP', 'UDP']", false},
	{rule_tls_mode_must_be_terminate_for_protocol_https, "tls_mode_must_be_terminate_for_protocol_https", "tls mode must be Terminate for protocol HTTPS", false},
	{rule_tls_mode_must_be_set_for_protocol_tls, "tls_mode_must_be_set_for_protocol_tls", "tls mode must be set for protocol TLS", false},
	{rule_hostname_must_not_be_specified_for_protocols_tcp_udp, "hostname_must_not_be_specified_for_protocols_tcp_udp", "hostname must not be specified for protocols ['TCP', 'UDP']", false},
	{rule_listener_name_must_be_unique_within_the_gateway, "listener_name_must_be_unique_within_the_gateway", "Listener name must be unique within the Gateway", false},
	{rule_combination_of_port_protocol_and_hostname_must_be_unique, "combination_of_port_protocol_and_hostname_must_be_unique", "Combination of port, protocol and hostname must be unique for each listener", false},
};
/* Gateway/v1.spec.listeners */
static const struct schema s151 = {
	.kind = SCHEMA_LIST,
	.min = 1,
	.max = 64,
	.item = &s149,
	.list = SCHEMA_LIST_MAP,
	.keys = k62,
	.n_keys = 1,
	.rules = r150,
	.n_rules = 6,
	.deep_rules = true,
};
static const struct schema_field f152[] = {
	{.name = {"clientCertificateRef", 20}, .schema = &s140, .offset = offsetof(struct gateway_backend_tls, client_certificate_ref), .flags = FIELD_POINTER},
};
/* Gateway/v1.spec.tls.backend */
static const struct schema s153 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct gateway_backend_tls),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f152,
	.n_fields = 1,
};
static const struct schema_field f154[] = {
	{.name = {"group", 5}, .schema = &s3, .offset = offsetof(struct object_reference, group), .flags = FIELD_REQUIRED},
	{.name = {"kind", 4}, .schema = &s4, .offset = offsetof(struct object_reference, kind), .flags = FIELD_REQUIRED},
	{.name = {"name", 4}, .schema = &s5, .offset = offsetof(struct object_reference, name), .flags = FIELD_REQUIRED},
	{.name = {"namespace", 9}, .schema = &s28, .offset = offsetof(struct object_reference, namespace)},
};
/* Gateway/v1.spec.tls.frontend.default.validation.caCertificateRefs[] */
static const struct schema s155 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct object_reference),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f154,
	.n_fields = 4,
};
static const struct schema_rule r156[] = {
	{rule_clustertrustbundle_references_must_not_specify_namespace, "clustertrustbundle_references_must_not_specify_namespace", "ClusterTrustBundle references must not specify namespace", false},
};
/* Gateway/v1.spec.tls.frontend.default.validation.caCertificateRefs */
static const struct schema s157 = {
	.kind = SCHEMA_LIST,
	.min = 1,
	.max = 16,
	.item = &s155,
	.rules = r156,
	.n_rules = 1,
	.deep_rules = true,
};
static const struct str e158[] = {
	{schema_texts + 394, 14},
	{schema_texts + 409, 21},
};
/* Gateway/v1.spec.tls.frontend.default.validation.mode */
static const struct schema s159 = {
	.kind = SCHEMA_ENUM,
	.size = sizeof(uint8_t),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.names = e158,
	.n_names = 2,
	.allowed = 0x3,
};
static const struct value v23 = {.kind = VALUE_STRING, .string = {schema_texts + 394, 14}};
static const struct schema_field f160[] = {
	{.name = {"caCertificateRefs", 17}, .schema = &s157, .offset = offsetof(struct frontend_tls_validation, ca_certificate_refs), .aux = offsetof(struct frontend_tls_validation, n_ca_certificate_refs), .flags = FIELD_REQUIRED},
	{.name = {"mode", 4}, .schema = &s159, .offset = offsetof(struct frontend_tls_validation, mode), .otherwise = &v23},
};
/* Gateway/v1.spec.tls.frontend.default.validation */
static const struct schema s161 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct frontend_tls_validation),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f160,
	.n_fields = 2,
	.deep_rules = true,
};
static const struct schema_field f162[] = {
	{.name = {"validation", 10}, .schema = &s161, .offset = offsetof(struct frontend_tls, validation), .flags = FIELD_POINTER},
};
/* Gateway/v1.spec.tls.frontend.default */
static const struct schema s163 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct frontend_tls),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f162,
	.n_fields = 1,
	.deep_rules = true,
};
static const struct schema_field f164[] = {
	{.name = {"port", 4}, .schema = &s29, .offset = offsetof(struct tls_port_config, port), .flags = FIELD_REQUIRED},
	{.name = {"tls", 3}, .schema = &s163, .offset = offsetof(struct tls_port_config, tls), .flags = FIELD_REQUIRED},
};
/* Gateway/v1.spec.tls.frontend.perPort[] */
static const struct schema s165 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct tls_port_config),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f164,
	.n_fields = 2,
	.deep_rules = true,
};
static const char *const k166[] = {
	"port",
};
static const struct schema_rule r167[] = {
	{rule_port_for_tls_configuration_must_be_unique_within_the_gateway, "port_for_tls_configuration_must_be_unique_within_the_gateway", "Port for TLS configuration must be unique within the Gateway", false},
};
/* Gateway/v1.spec.tls.frontend.perPort */
static const struct schema s168 = {
	.kind = SCHEMA_LIST,
	.min = INT64_MIN,
	.max = 64,
	.item = &s165,
	.list = SCHEMA_LIST_MAP,
	.keys = k166,
	.n_keys = 1,
	.rules = r167,
	.n_rules = 1,
	.deep_rules = true,
};
static const struct schema_field f169[] = {
	{.name = {"default", 7}, .schema = &s163, .offset = offsetof(struct gateway_frontend_tls, default_), .flags = FIELD_REQUIRED},
	{.name = {"perPort", 7}, .schema = &s168, .offset = offsetof(struct gateway_frontend_tls, per_port), .aux = offsetof(struct gateway_frontend_tls, n_per_port)},
};
/* Gateway/v1.spec.tls.frontend */
static const struct schema s170 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct gateway_frontend_tls),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f169,
	.n_fields = 2,
	.deep_rules = true,
};
static const struct schema_field f171[] = {
	{.name = {"backend", 7}, .schema = &s153, .offset = offsetof(struct gateway_tls_config, backend), .flags = FIELD_POINTER},
	{.name = {"frontend", 8}, .schema = &s170, .offset = offsetof(struct gateway_tls_config, frontend), .flags = FIELD_POINTER},
};
/* Gateway/v1.spec.tls */
static const struct schema s172 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct gateway_tls_config),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f171,
	.n_fields = 2,
	.deep_rules = true,
};
static const struct schema_field f173[] = {
	{.name = {"addresses", 9}, .schema = &s80, .offset = offsetof(struct gateway_spec, addresses), .aux = offsetof(struct gateway_spec, n_addresses)},
	{.name = {"allowedListeners", 16}, .schema = &s93, .offset = offsetof(struct gateway_spec, allowed_listeners), .flags = FIELD_POINTER},
	{.name = {"defaultScope", 12}, .schema = &s95, .offset = offsetof(struct gateway_spec, default_scope)},
	{.name = {"gatewayClassName", 16}, .schema = &s5, .offset = offsetof(struct gateway_spec, gateway_class_name), .flags = FIELD_REQUIRED},
	{.name = {"infrastructure", 14}, .schema = &s104, .offset = offsetof(struct gateway_spec, infrastructure), .flags = FIELD_POINTER},
	{.name = {"listeners", 9}, .schema = &s151, .offset = offsetof(struct gateway_spec, listeners), .aux = offsetof(struct gateway_spec, n_listeners), .flags = FIELD_REQUIRED},
	{.name = {"tls", 3}, .schema = &s172, .offset = offsetof(struct gateway_spec, tls), .flags = FIELD_POINTER},
};
/* Gateway/v1.spec */
static const struct schema s174 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct gateway_spec),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f173,
	.n_fields = 7,
	.deep_rules = true,
};
static const struct schema_field f175[] = {
	{.name = {"routability", 11}, .schema = &s73, .offset = offsetof(struct gateway_status_address, routability)},
	{.name = {"type", 4}, .schema = &s74, .offset = offsetof(struct gateway_status_address, type), .otherwise = &v9},
	{.name = {"value", 5}, .schema = &s5, .offset = offsetof(struct gateway_status_address, value), .flags = FIELD_REQUIRED},
};
static const struct schema_rule r176[] = {
	{rule_hostname_value_must_only_contain_valid_characters_matching, "hostname_value_must_only_contain_valid_characters_matching", "Hostname value must only contain valid characters (matching ^(\\*\\.)\?[a-z0-9]([-a-z0-9]*[a-z0-9])\?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])\?)*$)", false},
};
/* Gateway/v1.status.addresses[] */
static const struct schema s177 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct gateway_status_address),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f175,
	.n_fields = 3,
	.ip_address = true,
	.rules = r176,
	.n_rules = 1,
	.deep_rules = true,
};
/* Gateway/v1.status.addresses */
static const struct schema s178 = {
	.kind = SCHEMA_LIST,
	.min = INT64_MIN,
	.max = 16,
	.item = &s177,
	.deep_rules = true,
};
/* Gateway/v1.status.attachedListenerSets */
static const struct schema s179 = {
	.kind = SCHEMA_INT32,
	.size = sizeof(int32_t),
	.min = INT64_MIN,
	.max = INT64_MAX,
};
static struct member v24[] = {{.key = {schema_texts + 130, 18}, .value = {.kind = VALUE_STRING, .string = {schema_texts + 149, 20}}}, {.key = {schema_texts + 170, 7}, .value = {.kind = VALUE_STRING, .string = {schema_texts + 178, 22}}}, {.key = {schema_texts + 201, 6}, .value = {.kind = VALUE_STRING, .string = {schema_texts + 208, 7}}}, {.key = {schema_texts + 216, 6}, .value = {.kind = VALUE_STRING, .string = {schema_texts + 58, 7}}}, {.key = {schema_texts + 223, 4}, .value = {.kind = VALUE_STRING, .string = {schema_texts + 228, 8}}}};
static struct member v25[] = {{.key = {schema_texts + 130, 18}, .value = {.kind = VALUE_STRING, .string = {schema_texts + 149, 20}}}, {.key = {schema_texts + 170, 7}, .value = {.kind = VALUE_STRING, .string = {schema_texts + 178, 22}}}, {.key = {schema_texts + 201, 6}, .value = {.kind = VALUE_STRING, .string = {schema_texts + 208, 7}}}, {.key = {schema_texts + 216, 6}, .value = {.kind = VALUE_STRING, .string = {schema_texts + 58, 7}}}, {.key = {schema_texts + 223, 4}, .value = {.kind = VALUE_STRING, .string = {schema_texts + 431, 10}}}};
static struct value v26[] = {{.kind = VALUE_OBJECT, .n = 5, .members = v24}, {.kind = VALUE_OBJECT, .n = 5, .members = v25}};
static const struct value v27 = {.kind = VALUE_ARRAY, .n = 2, .items = v26};
static const struct schema_field f180[] = {
	{.name = {"attachedRoutes", 14}, .schema = &s179, .offset = offsetof(struct listener_status, attached_routes), .flags = FIELD_REQUIRED},
	{.name = {"conditions", 10}, .schema = &s58, .offset = offsetof(struct listener_status, conditions), .aux = offsetof(struct listener_status, n_conditions), .flags = FIELD_REQUIRED},
	{.name = {"name", 4}, .schema = &s6, .offset = offsetof(struct listener_status, name), .flags = FIELD_REQUIRED},
	{.name = {"supportedKinds", 14}, .schema = &s107, .offset = offsetof(struct listener_status, supported_kinds), .aux = offsetof(struct listener_status, n_supported_kinds)},
};
/* Gateway/v1.status.listeners[] */
static const struct schema s181 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct listener_status),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f180,
	.n_fields = 4,
};
/* Gateway/v1.status.listeners */
static const struct schema s182 = {
	.kind = SCHEMA_LIST,
	.min = INT64_MIN,
	.max = 64,
	.item = &s181,
	.list = SCHEMA_LIST_MAP,
	.keys = k62,
	.n_keys = 1,
};
static const struct schema_field f183[] = {
	{.name = {"addresses", 9}, .schema = &s178, .offset = offsetof(struct gateway_status, addresses), .aux = offsetof(struct gateway_status, n_addresses)},
	{.name = {"attachedListenerSets", 20}, .schema = &s179, .offset = offsetof(struct gateway_status, attached_listener_sets), .aux = offsetof(struct gateway_status, has_attached_listener_sets), .flags = FIELD_HAS},
	{.name = {"conditions", 10}, .schema = &s58, .offset = offsetof(struct gateway_status, conditions), .aux = offsetof(struct gateway_status, n_conditions), .otherwise = &v27},
	{.name = {"listeners", 9}, .schema = &s182, .offset = offsetof(struct gateway_status, listeners), .aux = offsetof(struct gateway_status, n_listeners)},
};
/* Gateway/v1.status */
static const struct schema s184 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct gateway_status),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f183,
	.n_fields = 4,
	.deep_rules = true,
};
static const struct schema_field f185[] = {
	{.name = {"spec", 4}, .schema = &s174, .offset = offsetof(struct gateway, spec), .flags = FIELD_REQUIRED},
	{.name = {"status", 6}, .schema = &s184, .offset = offsetof(struct gateway, status), .flags = FIELD_POINTER | FIELD_STATUS},
};
/* Gateway/v1 */
static const struct schema s186 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct gateway),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f185,
	.n_fields = 2,
	.deep_rules = true,
};
static struct member v28[] = {{.key = {schema_texts + 304, 4}, .value = {.kind = VALUE_STRING, .string = {schema_texts + 299, 4}}}};
static const struct value v29 = {.kind = VALUE_OBJECT, .n = 1, .members = v28};
static const struct schema_field f187[] = {
	{.name = {"namespaces", 10}, .schema = &s91, .offset = offsetof(struct allowed_listeners, namespaces), .otherwise = &v29},
};
/* Gateway/v1beta1.spec.allowedListeners */
static const struct schema s188 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct allowed_listeners),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f187,
	.n_fields = 1,
};
static struct member v30[] = {{.key = {schema_texts + 304, 4}, .value = {.kind = VALUE_STRING, .string = {schema_texts + 294, 4}}}};
static const struct value v31 = {.kind = VALUE_OBJECT, .n = 1, .members = v30};
static const struct schema_field f189[] = {
	{.name = {"kinds", 5}, .schema = &s107, .offset = offsetof(struct allowed_routes, kinds), .aux = offsetof(struct allowed_routes, n_kinds)},
	{.name = {"namespaces", 10}, .schema = &s110, .offset = offsetof(struct allowed_routes, namespaces), .otherwise = &v31},
};
/* Gateway/v1beta1.spec.listeners[].allowedRoutes */
static const struct schema s190 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct allowed_routes),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f189,
	.n_fields = 2,
};
static struct member v32[] = {{.key = {schema_texts + 304, 4}, .value = {.kind = VALUE_STRING, .string = {schema_texts + 294, 4}}}};
static struct member v33[] = {{.key = {schema_texts + 309, 10}, .value = {.kind = VALUE_OBJECT, .n = 1, .members = v32}}};
static const struct value v34 = {.kind = VALUE_OBJECT, .n = 1, .members = v33};
static const struct schema_field f191[] = {
	{.name = {"allowedRoutes", 13}, .schema = &s190, .offset = offsetof(struct gateway_listener, allowed_routes), .otherwise = &v34},
	{.name = {"filters", 7}, .schema = &s137, .offset = offsetof(struct gateway_listener, filters), .flags = FIELD_POINTER},
	{.name = {"hostname", 8}, .schema = &s14, .offset = offsetof(struct gateway_listener, hostname)},
	{.name = {"name", 4}, .schema = &s6, .offset = offsetof(struct gateway_listener, name), .flags = FIELD_REQUIRED},
	{.name = {"port", 4}, .schema = &s29, .offset = offsetof(struct gateway_listener, port), .flags = FIELD_REQUIRED},
	{.name = {"protocol", 8}, .schema = &s138, .offset = offsetof(struct gateway_listener, protocol), .flags = FIELD_REQUIRED},
	{.name = {"tls", 3}, .schema = &s146, .offset = offsetof(struct gateway_listener, tls), .flags = FIELD_POINTER},
};
/* Gateway/v1beta1.spec.listeners[] */
static const struct schema s192 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct gateway_listener),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f191,
	.n_fields = 7,
	.rules = r148,
	.n_rules = 1,
	.deep_rules = true,
};
/* Gateway/v1beta1.spec.listeners */
static const struct schema s193 = {
	.kind = SCHEMA_LIST,
	.min = 1,
	.max = 64,
	.item = &s192,
	.list = SCHEMA_LIST_MAP,
	.keys = k62,
	.n_keys = 1,
	.rules = r150,
	.n_rules = 6,
	.deep_rules = true,
};
static const struct schema_field f194[] = {
	{.name = {"addresses", 9}, .schema = &s80, .offset = offsetof(struct gateway_spec, addresses), .aux = offsetof(struct gateway_spec, n_addresses)},
	{.name = {"allowedListeners", 16}, .schema = &s188, .offset = offsetof(struct gateway_spec, allowed_listeners), .flags = FIELD_POINTER},
	{.name = {"defaultScope", 12}, .schema = &s95, .offset = offsetof(struct gateway_spec, default_scope)},
	{.name = {"gatewayClassName", 16}, .schema = &s5, .offset = offsetof(struct gateway_spec, gateway_class_name), .flags = FIELD_REQUIRED},
	{.name = {"infrastructure", 14}, .schema = &s104, .offset = offsetof(struct gateway_spec, infrastructure), .flags = FIELD_POINTER},
	{.name = {"listeners", 9}, .schema = &s193, .offset = offsetof(struct gateway_spec, listeners), .aux = offsetof(struct gateway_spec, n_listeners), .flags = FIELD_REQUIRED},
	{.name = {"tls", 3}, .schema = &s172, .offset = offsetof(struct gateway_spec, tls), .flags = FIELD_POINTER},
};
/* Gateway/v1beta1.spec */
static const struct schema s195 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct gateway_spec),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f194,
	.n_fields = 7,
	.deep_rules = true,
};
static struct member v35[] = {{.key = {schema_texts + 130, 18}, .value = {.kind = VALUE_STRING, .string = {schema_texts + 149, 20}}}, {.key = {schema_texts + 170, 7}, .value = {.kind = VALUE_STRING, .string = {schema_texts + 178, 22}}}, {.key = {schema_texts + 201, 6}, .value = {.kind = VALUE_STRING, .string = {schema_texts + 208, 7}}}, {.key = {schema_texts + 216, 6}, .value = {.kind = VALUE_STRING, .string = {schema_texts + 58, 7}}}, {.key = {schema_texts + 223, 4}, .value = {.kind = VALUE_STRING, .string = {schema_texts + 228, 8}}}};
static struct member v36[] = {{.key = {schema_texts + 130, 18}, .value = {.kind = VALUE_STRING, .string = {schema_texts + 149, 20}}}, {.key = {schema_texts + 170, 7}, .value = {.kind = VALUE_STRING, .string = {schema_texts + 178, 22}}}, {.key = {schema_texts + 201, 6}, .value = {.kind = VALUE_STRING, .string = {schema_texts + 208, 7}}}, {.key = {schema_texts + 216, 6}, .value = {.kind = VALUE_STRING, .string = {schema_texts + 58, 7}}}, {.key = {schema_texts + 223, 4}, .value = {.kind = VALUE_STRING, .string = {schema_texts + 431, 10}}}};
static struct value v37[] = {{.kind = VALUE_OBJECT, .n = 5, .members = v35}, {.kind = VALUE_OBJECT, .n = 5, .members = v36}};
static const struct value v38 = {.kind = VALUE_ARRAY, .n = 2, .items = v37};
static const struct schema_field f196[] = {
	{.name = {"addresses", 9}, .schema = &s178, .offset = offsetof(struct gateway_status, addresses), .aux = offsetof(struct gateway_status, n_addresses)},
	{.name = {"attachedListenerSets", 20}, .schema = &s179, .offset = offsetof(struct gateway_status, attached_listener_sets), .aux = offsetof(struct gateway_status, has_attached_listener_sets), .flags = FIELD_HAS},
	{.name = {"conditions", 10}, .schema = &s58, .offset = offsetof(struct gateway_status, conditions), .aux = offsetof(struct gateway_status, n_conditions), .otherwise = &v38},
	{.name = {"listeners", 9}, .schema = &s182, .offset = offsetof(struct gateway_status, listeners), .aux = offsetof(struct gateway_status, n_listeners)},
};
/* Gateway/v1beta1.status */
static const struct schema s197 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct gateway_status),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f196,
	.n_fields = 4,
	.deep_rules = true,
};
static const struct schema_field f198[] = {
	{.name = {"spec", 4}, .schema = &s195, .offset = offsetof(struct gateway, spec), .flags = FIELD_REQUIRED},
	{.name = {"status", 6}, .schema = &s197, .offset = offsetof(struct gateway, status), .flags = FIELD_POINTER | FIELD_STATUS},
};
/* Gateway/v1beta1 */
static const struct schema s199 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct gateway),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f198,
	.n_fields = 2,
	.deep_rules = true,
};
/* GRPCRoute/v1.spec.hostnames */
static const struct schema s200 = {
	.kind = SCHEMA_LIST,
	.min = INT64_MIN,
	.max = 16,
	.item = &s14,
};
static const struct schema_rule r201[] = {
	{rule_sectionname_or_port_must_be_specified_when_parentrefs_includes, "sectionname_or_port_must_be_specified_when_parentrefs_includes", "sectionName or port must be specified when parentRefs includes 2 or more references to the same parent", false},
	{rule_sectionname_or_port_must_be_unique_when_parentrefs_includes, "sectionname_or_port_must_be_unique_when_parentrefs_includes", "sectionName or port must be unique when parentRefs includes 2 or more references to the same parent", false},
};
/* GRPCRoute/v1.spec.parentRefs */
static const struct schema s202 = {
	.kind = SCHEMA_LIST,
	.min = INT64_MIN,
	.max = 32,
	.item = &s31,
	.rules = r201,
	.n_rules = 2,
	.deep_rules = true,
};
/* GRPCRoute/v1.spec.rules[].backendRefs[].filters[].requestHeaderModifier.add[].name */
static const struct schema s203 = {
	.kind = SCHEMA_STR,
	.size = sizeof(struct str),
	.min = 1,
	.max = 256,
	.pattern = &pattern_17,
};
/* GRPCRoute/v1.spec.rules[].backendRefs[].filters[].requestHeaderModifier.add[].value */
static const struct schema s204 = {
	.kind = SCHEMA_STR,
	.size = sizeof(struct str),
	.min = 1,
	.max = 4096,
	.pattern = &pattern_18,
};
static const struct schema_field f205[] = {
	{.name = {"name", 4}, .schema = &s203, .offset = offsetof(struct http_header_pair, name), .flags = FIELD_REQUIRED},
	{.name = {"value", 5}, .schema = &s204, .offset = offsetof(struct http_header_pair, value), .flags = FIELD_REQUIRED},
};
/* GRPCRoute/v1.spec.rules[].backendRefs[].filters[].requestHeaderModifier.add[] */
static const struct schema s206 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct http_header_pair),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f205,
	.n_fields = 2,
};
/* GRPCRoute/v1.spec.rules[].backendRefs[].filters[].requestHeaderModifier.add */
static const struct schema s207 = {
	.kind = SCHEMA_LIST,
	.min = INT64_MIN,
	.max = 16,
	.item = &s206,
	.list = SCHEMA_LIST_MAP,
	.keys = k62,
	.n_keys = 1,
};
/* GRPCRoute/v1.spec.rules[].backendRefs[].filters[].requestHeaderModifier.remove */
static const struct schema s208 = {
	.kind = SCHEMA_LIST,
	.min = INT64_MIN,
	.max = 16,
	.item = &s59,
	.list = SCHEMA_SET,
};
static const struct schema_field f209[] = {
	{.name = {"add", 3}, .schema = &s207, .offset = offsetof(struct http_header_filter, add), .aux = offsetof(struct http_header_filter, n_add)},
	{.name = {"remove", 6}, .schema = &s208, .offset = offsetof(struct http_header_filter, remove), .aux = offsetof(struct http_header_filter, n_remove)},
	{.name = {"set", 3}, .schema = &s207, .offset = offsetof(struct http_header_filter, set), .aux = offsetof(struct http_header_filter, n_set)},
};
/* GRPCRoute/v1.spec.rules[].backendRefs[].filters[].requestHeaderModifier */
static const struct schema s210 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct http_header_filter),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f209,
	.n_fields = 3,
};
/* GRPCRoute/v1.spec.rules[].backendRefs[].filters[].requestMirror.fraction.denominator */
static const struct schema s211 = {
	.kind = SCHEMA_INT32,
	.size = sizeof(int32_t),
	.min = 1,
	.max = INT64_MAX,
};
static const struct value v39 = {.kind = VALUE_INT, .integer = 100};
static const struct schema_field f212[] = {
	{.name = {"denominator", 11}, .schema = &s211, .offset = offsetof(struct percent_fraction, denominator), .otherwise = &v39},
	{.name = {"numerator", 9}, .schema = &s116, .offset = offsetof(struct percent_fraction, numerator), .flags = FIELD_REQUIRED},
};
static const struct schema_rule r213[] = {
	{rule_numerator_must_be_less_than_or_equal_to_denominator, "numerator_must_be_less_than_or_equal_to_denominator", "numerator must be less than or equal to denominator", false},
};
/* GRPCRoute/v1.spec.rules[].backendRefs[].filters[].requestMirror.fraction */
static const struct schema s214 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct percent_fraction),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f212,
	.n_fields = 2,
	.rules = r213,
	.n_rules = 1,
	.deep_rules = true,
};
/* GRPCRoute/v1.spec.rules[].backendRefs[].filters[].requestMirror.percent */
static const struct schema s215 = {
	.kind = SCHEMA_INT32,
	.size = sizeof(int32_t),
	.min = 0,
	.max = 100,
};
static const struct schema_field f216[] = {
	{.name = {"backendRef", 10}, .schema = &s115, .offset = offsetof(struct http_request_mirror_filter, backend_ref), .flags = FIELD_REQUIRED},
	{.name = {"fraction", 8}, .schema = &s214, .offset = offsetof(struct http_request_mirror_filter, fraction), .flags = FIELD_POINTER},
	{.name = {"percent", 7}, .schema = &s215, .offset = offsetof(struct http_request_mirror_filter, percent), .aux = offsetof(struct http_request_mirror_filter, has_percent), .flags = FIELD_HAS},
};
static const struct schema_rule r217[] = {
	{rule_only_one_of_percent_or_fraction_may_be_specified_in_httprequestmirrorfilter, "only_one_of_percent_or_fraction_may_be_specified_in_httprequestmirrorfilter", "Only one of percent or fraction may be specified in HTTPRequestMirrorFilter", false},
};
/* GRPCRoute/v1.spec.rules[].backendRefs[].filters[].requestMirror */
static const struct schema s218 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct http_request_mirror_filter),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f216,
	.n_fields = 3,
	.rules = r217,
	.n_rules = 1,
	.deep_rules = true,
};
static const struct str e219[] = {
	{schema_texts + 442, 22},
	{schema_texts + 465, 21},
	{schema_texts + 487, 13},
	{schema_texts + 352, 12},
};
/* GRPCRoute/v1.spec.rules[].backendRefs[].filters[].type */
static const struct schema s220 = {
	.kind = SCHEMA_ENUM,
	.size = sizeof(uint8_t),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.names = e219,
	.n_names = 4,
	.allowed = 0xf,
};
static const struct schema_field f221[] = {
	{.name = {"extensionRef", 12}, .schema = &s12, .offset = offsetof(struct grpc_route_filter, extension_ref), .flags = FIELD_POINTER},
	{.name = {"requestHeaderModifier", 21}, .schema = &s210, .offset = offsetof(struct grpc_route_filter, request_header_modifier), .flags = FIELD_POINTER},
	{.name = {"requestMirror", 13}, .schema = &s218, .offset = offsetof(struct grpc_route_filter, request_mirror), .flags = FIELD_POINTER},
	{.name = {"responseHeaderModifier", 22}, .schema = &s210, .offset = offsetof(struct grpc_route_filter, response_header_modifier), .flags = FIELD_POINTER},
	{.name = {"type", 4}, .schema = &s220, .offset = offsetof(struct grpc_route_filter, type), .flags = FIELD_REQUIRED},
};
static const struct schema_rule r222[] = {
	{rule_filter_requestheadermodifier_must_be_nil_if_the_filter_type, "filter_requestheadermodifier_must_be_nil_if_the_filter_type", "filter.requestHeaderModifier must be nil if the filter.type is not RequestHeaderModifier", false},
	{rule_filter_requestheadermodifier_must_be_specified_for_requestheadermodifier, "filter_requestheadermodifier_must_be_specified_for_requestheadermodifier", "filter.requestHeaderModifier must be specified for RequestHeaderModifier filter.type", false},
	{rule_filter_responseheadermodifier_must_be_nil_if_the_filter_type, "filter_responseheadermodifier_must_be_nil_if_the_filter_type", "filter.responseHeaderModifier must be nil if the filter.type is not ResponseHeaderModifier", false},
	{rule_filter_responseheadermodifier_must_be_specified_for_responseheadermodifier, "filter_responseheadermodifier_must_be_specified_for_responseheadermodifier", "filter.responseHeaderModifier must be specified for ResponseHeaderModifier filter.type", false},
	{rule_filter_requestmirror_must_be_nil_if_the_filter_type_is_not, "filter_requestmirror_must_be_nil_if_the_filter_type_is_not", "filter.requestMirror must be nil if the filter.type is not RequestMirror", false},
	{rule_filter_requestmirror_must_be_specified_for_requestmirror, "filter_requestmirror_must_be_specified_for_requestmirror", "filter.requestMirror must be specified for RequestMirror filter.type", false},
	{rule_filter_extensionref_must_be_nil_if_the_filter_type_is_not__grpc_route_filter, "filter_extensionref_must_be_nil_if_the_filter_type_is_not", "filter.extensionRef must be nil if the filter.type is not ExtensionRef", false},
	{rule_filter_extensionref_must_be_specified_for_extensionref_filter__grpc_route_filter, "filter_extensionref_must_be_specified_for_extensionref_filter", "filter.extensionRef must be specified for ExtensionRef filter.type", false},
};
/* GRPCRoute/v1.spec.rules[].backendRefs[].filters[] */
static const struct schema s223 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct grpc_route_filter),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f221,
	.n_fields = 5,
	.rules = r222,
	.n_rules = 8,
	.deep_rules = true,
};
static const struct schema_rule r224[] = {
	{rule_requestheadermodifier_filter_cannot_be_repeated, "requestheadermodifier_filter_cannot_be_repeated", "RequestHeaderModifier filter cannot be repeated", false},
	{rule_responseheadermodifier_filter_cannot_be_repeated, "responseheadermodifier_filter_cannot_be_repeated", "ResponseHeaderModifier filter cannot be repeated", false},
};
/* GRPCRoute/v1.spec.rules[].backendRefs[].filters */
static const struct schema s225 = {
	.kind = SCHEMA_LIST,
	.min = INT64_MIN,
	.max = 16,
	.item = &s223,
	.rules = r224,
	.n_rules = 2,
	.deep_rules = true,
};
/* GRPCRoute/v1.spec.rules[].backendRefs[].weight */
static const struct schema s226 = {
	.kind = SCHEMA_INT32,
	.size = sizeof(int32_t),
	.min = 0,
	.max = 1000000,
};
static const struct value v40 = {.kind = VALUE_INT, .integer = 1};
static const struct schema_field f227[] = {
	{.name = {"filters", 7}, .schema = &s225, .offset = offsetof(struct grpc_backend_ref, filters), .aux = offsetof(struct grpc_backend_ref, n_filters)},
	{.name = {"group", 5}, .schema = &s3, .offset = offsetof(struct grpc_backend_ref, ref.to.group), .otherwise = &v19},
	{.name = {"kind", 4}, .schema = &s4, .offset = offsetof(struct grpc_backend_ref, ref.to.kind), .otherwise = &v20},
	{.name = {"name", 4}, .schema = &s5, .offset = offsetof(struct grpc_backend_ref, ref.to.name), .flags = FIELD_REQUIRED},
	{.name = {"namespace", 9}, .schema = &s28, .offset = offsetof(struct grpc_backend_ref, ref.to.namespace)},
	{.name = {"port", 4}, .schema = &s29, .offset = offsetof(struct grpc_backend_ref, ref.to.port), .aux = offsetof(struct grpc_backend_ref, ref.to.has_port), .flags = FIELD_HAS},
	{.name = {"weight", 6}, .schema = &s226, .offset = offsetof(struct grpc_backend_ref, ref.weight), .otherwise = &v40},
};
static const struct schema_rule r228[] = {
	{rule_must_have_port_for_service_reference__grpc_backend_ref, "must_have_port_for_service_reference", "Must have port for Service reference", false},
	{rule_must_not_have_port_for_backend_reference__grpc_backend_ref, "must_not_have_port_for_backend_reference", "Must not have port for Backend reference", false},
};
/* GRPCRoute/v1.spec.rules[].backendRefs[] */
static const struct schema s229 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct grpc_backend_ref),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f227,
	.n_fields = 7,
	.rules = r228,
	.n_rules = 2,
	.deep_rules = true,
};
/* GRPCRoute/v1.spec.rules[].backendRefs */
static const struct schema s230 = {
	.kind = SCHEMA_LIST,
	.min = INT64_MIN,
	.max = 16,
	.item = &s229,
	.deep_rules = true,
};
static const struct str e231[] = {
	{schema_texts + 501, 5},
	{schema_texts + 507, 17},
};
/* GRPCRoute/v1.spec.rules[].matches[].headers[].type */
static const struct schema s232 = {
	.kind = SCHEMA_ENUM,
	.size = sizeof(uint8_t),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.names = e231,
	.n_names = 2,
	.allowed = 0x3,
};
static const struct value v41 = {.kind = VALUE_STRING, .string = {schema_texts + 501, 5}};
/* GRPCRoute/v1.spec.rules[].matches[].headers[].value */
static const struct schema s233 = {
	.kind = SCHEMA_STR,
	.size = sizeof(struct str),
	.min = 1,
	.max = 4096,
};
static const struct schema_field f234[] = {
	{.name = {"name", 4}, .schema = &s203, .offset = offsetof(struct grpc_header_match, name), .flags = FIELD_REQUIRED},
	{.name = {"type", 4}, .schema = &s232, .offset = offsetof(struct grpc_header_match, type), .otherwise = &v41},
	{.name = {"value", 5}, .schema = &s233, .offset = offsetof(struct grpc_header_match, value), .flags = FIELD_REQUIRED},
};
/* GRPCRoute/v1.spec.rules[].matches[].headers[] */
static const struct schema s235 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct grpc_header_match),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f234,
	.n_fields = 3,
};
/* GRPCRoute/v1.spec.rules[].matches[].headers */
static const struct schema s236 = {
	.kind = SCHEMA_LIST,
	.min = INT64_MIN,
	.max = 16,
	.item = &s235,
	.list = SCHEMA_LIST_MAP,
	.keys = k62,
	.n_keys = 1,
};
/* GRPCRoute/v1.spec.rules[].matches[].method.method */
static const struct schema s237 = {
	.kind = SCHEMA_STR,
	.size = sizeof(struct str),
	.min = INT64_MIN,
	.max = 1024,
};
static const struct schema_field f238[] = {
	{.name = {"method", 6}, .schema = &s237, .offset = offsetof(struct grpc_method_match, method)},
	{.name = {"service", 7}, .schema = &s237, .offset = offsetof(struct grpc_method_match, service)},
	{.name = {"type", 4}, .schema = &s232, .offset = offsetof(struct grpc_method_match, type), .otherwise = &v41},
};
static const struct schema_rule r239[] = {
	{rule_one_or_both_of_service_or_method_must_be_specified, "one_or_both_of_service_or_method_must_be_specified", "One or both of 'service' or 'method' must be specified", false},
	{rule_service_must_only_contain_valid_characters_matching_i_a_z, "service_must_only_contain_valid_characters_matching_i_a_z", "service must only contain valid characters (matching ^(\?i)\\.\?[a-z_][a-z_0-9]*(\\.[a-z_][a-z_0-9]*)*$)", false},
	{rule_method_must_only_contain_valid_characters_matching_a_za_z, "method_must_only_contain_valid_characters_matching_a_za_z", "method must only contain valid characters (matching ^[A-Za-z_][A-Za-z_0-9]*$)", false},
};
/* GRPCRoute/v1.spec.rules[].matches[].method */
static const struct schema s240 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct grpc_method_match),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f238,
	.n_fields = 3,
	.rules = r239,
	.n_rules = 3,
	.deep_rules = true,
};
static const struct schema_field f241[] = {
	{.name = {"headers", 7}, .schema = &s236, .offset = offsetof(struct grpc_route_match, headers), .aux = offsetof(struct grpc_route_match, n_headers)},
	{.name = {"method", 6}, .schema = &s240, .offset = offsetof(struct grpc_route_match, method), .flags = FIELD_POINTER},
};
/* GRPCRoute/v1.spec.rules[].matches[] */
static const struct schema s242 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct grpc_route_match),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f241,
	.n_fields = 2,
	.deep_rules = true,
};
/* GRPCRoute/v1.spec.rules[].matches */
static const struct schema s243 = {
	.kind = SCHEMA_LIST,
	.min = INT64_MIN,
	.max = 64,
	.item = &s242,
	.deep_rules = true,
};
/* GRPCRoute/v1.spec.rules[].sessionPersistence.absoluteTimeout */
static const struct schema s244 = {
	.kind = SCHEMA_DURATION,
	.size = sizeof(nsec),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.pattern = &pattern_21,
};
static const struct str e245[] = {
	{schema_texts + 525, 9},
	{schema_texts + 535, 7},
};
/* GRPCRoute/v1.spec.rules[].sessionPersistence.cookie.lifetimeType */
static const struct schema s246 = {
	.kind = SCHEMA_ENUM,
	.size = sizeof(uint8_t),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.names = e245,
	.n_names = 2,
	.allowed = 0x3,
};
static const struct value v42 = {.kind = VALUE_STRING, .string = {schema_texts + 535, 7}};
static const struct value v43 = {.kind = VALUE_STRING, .string = {schema_texts + 543, 1}};
static const struct schema_field f247[] = {
	{.name = {"lifetimeType", 12}, .schema = &s246, .offset = offsetof(struct cookie_config, lifetime_type), .otherwise = &v42},
	{.name = {"name", 4}, .schema = &s203, .offset = offsetof(struct cookie_config, name)},
	{.name = {"path", 4}, .schema = &s237, .offset = offsetof(struct cookie_config, path), .otherwise = &v43},
};
/* GRPCRoute/v1.spec.rules[].sessionPersistence.cookie */
static const struct schema s248 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct cookie_config),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f247,
	.n_fields = 3,
};
static const struct schema_field f249[] = {
	{.name = {"lifetimeType", 12}, .schema = &s246, .offset = offsetof(struct cookie_config, lifetime_type), .otherwise = &v42},
};
/* GRPCRoute/v1.spec.rules[].sessionPersistence.cookieConfig */
static const struct schema s250 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct cookie_config),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f249,
	.n_fields = 1,
};
static const struct schema_field f251[] = {
	{.name = {"name", 4}, .schema = &s203, .offset = offsetof(struct header_config, name), .flags = FIELD_REQUIRED},
};
/* GRPCRoute/v1.spec.rules[].sessionPersistence.header */
static const struct schema s252 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct header_config),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f251,
	.n_fields = 1,
};
/* GRPCRoute/v1.spec.rules[].sessionPersistence.sessionName */
static const struct schema s253 = {
	.kind = SCHEMA_STR,
	.size = sizeof(struct str),
	.min = INT64_MIN,
	.max = 128,
};
static const struct str e254[] = {
	{schema_texts + 545, 6},
	{schema_texts + 552, 6},
};
/* GRPCRoute/v1.spec.rules[].sessionPersistence.type */
static const struct schema s255 = {
	.kind = SCHEMA_ENUM,
	.size = sizeof(uint8_t),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.names = e254,
	.n_names = 2,
	.allowed = 0x3,
};
static const struct value v44 = {.kind = VALUE_STRING, .string = {schema_texts + 545, 6}};
static const struct schema_field f256[] = {
	{.name = {"absoluteTimeout", 15}, .schema = &s244, .offset = offsetof(struct session_persistence, absolute_timeout), .aux = offsetof(struct session_persistence, has_absolute_timeout), .flags = FIELD_HAS},
	{.name = {"cookie", 6}, .schema = &s248, .offset = offsetof(struct session_persistence, cookie), .flags = FIELD_POINTER},
	{.name = {"cookieConfig", 12}, .schema = &s250, .offset = offsetof(struct session_persistence, cookie_config), .flags = FIELD_POINTER},
	{.name = {"header", 6}, .schema = &s252, .offset = offsetof(struct session_persistence, header), .flags = FIELD_POINTER},
	{.name = {"sessionName", 11}, .schema = &s253, .offset = offsetof(struct session_persistence, session_name)},
	{.name = {"type", 4}, .schema = &s255, .offset = offsetof(struct session_persistence, type), .otherwise = &v44},
};
static const struct schema_rule r257[] = {
	{rule_absolutetimeout_must_be_specified_when_cookie_lifetimetype, "absolutetimeout_must_be_specified_when_cookie_lifetimetype", "AbsoluteTimeout must be specified when cookie lifetimeType is Permanent", false},
	{rule_cookie_must_be_nil_if_type_is_not_cookie, "cookie_must_be_nil_if_type_is_not_cookie", "cookie must be nil if type is not Cookie", false},
	{rule_cookie_must_be_specified_for_cookie_type, "cookie_must_be_specified_for_cookie_type", "cookie must be specified for Cookie type", false},
	{rule_header_must_be_nil_if_type_is_not_header, "header_must_be_nil_if_type_is_not_header", "header must be nil if type is not Header", false},
	{rule_header_must_be_specified_for_header_type, "header_must_be_specified_for_header_type", "header must be specified for Header type", false},
};
/* GRPCRoute/v1.spec.rules[].sessionPersistence */
static const struct schema s258 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct session_persistence),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f256,
	.n_fields = 6,
	.rules = r257,
	.n_rules = 5,
	.deep_rules = true,
};
static const struct schema_field f259[] = {
	{.name = {"backendRefs", 11}, .schema = &s230, .offset = offsetof(struct grpc_route_rule, backend_refs), .aux = offsetof(struct grpc_route_rule, n_backend_refs)},
	{.name = {"filters", 7}, .schema = &s225, .offset = offsetof(struct grpc_route_rule, filters), .aux = offsetof(struct grpc_route_rule, n_filters)},
	{.name = {"matches", 7}, .schema = &s243, .offset = offsetof(struct grpc_route_rule, matches), .aux = offsetof(struct grpc_route_rule, n_matches)},
	{.name = {"name", 4}, .schema = &s6, .offset = offsetof(struct grpc_route_rule, name)},
	{.name = {"sessionPersistence", 18}, .schema = &s258, .offset = offsetof(struct grpc_route_rule, session_persistence), .flags = FIELD_POINTER},
};
/* GRPCRoute/v1.spec.rules[] */
static const struct schema s260 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct grpc_route_rule),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f259,
	.n_fields = 5,
	.deep_rules = true,
};
static const struct schema_rule r261[] = {
	{rule_while_16_rules_and_64_matches_per_rule_are_allowed_the_total, "while_16_rules_and_64_matches_per_rule_are_allowed_the_total", "While 16 rules and 64 matches per rule are allowed, the total number of matches across all rules in a route must be less than 128", false},
	{rule_rule_name_must_be_unique_within_the_route, "rule_name_must_be_unique_within_the_route", "Rule name must be unique within the route", false},
};
/* GRPCRoute/v1.spec.rules */
static const struct schema s262 = {
	.kind = SCHEMA_LIST,
	.min = INT64_MIN,
	.max = 16,
	.item = &s260,
	.rules = r261,
	.n_rules = 2,
	.deep_rules = true,
};
static const struct schema_field f263[] = {
	{.name = {"hostnames", 9}, .schema = &s200, .offset = offsetof(struct grpc_route_spec, hostnames), .aux = offsetof(struct grpc_route_spec, n_hostnames)},
	{.name = {"parentRefs", 10}, .schema = &s202, .offset = offsetof(struct grpc_route_spec, common.parent_refs), .aux = offsetof(struct grpc_route_spec, common.n_parent_refs)},
	{.name = {"rules", 5}, .schema = &s262, .offset = offsetof(struct grpc_route_spec, rules), .aux = offsetof(struct grpc_route_spec, n_rules)},
	{.name = {"useDefaultGateways", 18}, .schema = &s95, .offset = offsetof(struct grpc_route_spec, common.use_default_gateways)},
};
/* GRPCRoute/v1.spec */
static const struct schema s264 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct grpc_route_spec),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f263,
	.n_fields = 4,
	.deep_rules = true,
};
static const struct schema_field f265[] = {
	{.name = {"conditions", 10}, .schema = &s42, .offset = offsetof(struct route_parent_status, conditions), .aux = offsetof(struct route_parent_status, n_conditions), .flags = FIELD_REQUIRED},
	{.name = {"controllerName", 14}, .schema = &s43, .offset = offsetof(struct route_parent_status, controller_name), .flags = FIELD_REQUIRED},
	{.name = {"parentRef", 9}, .schema = &s31, .offset = offsetof(struct route_parent_status, parent_ref), .flags = FIELD_REQUIRED},
};
/* GRPCRoute/v1.status.parents[] */
static const struct schema s266 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct route_parent_status),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f265,
	.n_fields = 3,
};
/* GRPCRoute/v1.status.parents */
static const struct schema s267 = {
	.kind = SCHEMA_LIST,
	.min = INT64_MIN,
	.max = 32,
	.item = &s266,
};
static const struct schema_field f268[] = {
	{.name = {"parents", 7}, .schema = &s267, .offset = offsetof(struct route_status, parents), .aux = offsetof(struct route_status, n_parents), .flags = FIELD_REQUIRED},
};
/* GRPCRoute/v1.status */
static const struct schema s269 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct route_status),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f268,
	.n_fields = 1,
};
static const struct schema_field f270[] = {
	{.name = {"spec", 4}, .schema = &s264, .offset = offsetof(struct grpc_route, spec), .flags = FIELD_REQUIRED},
	{.name = {"status", 6}, .schema = &s269, .offset = offsetof(struct grpc_route, status), .flags = FIELD_POINTER | FIELD_STATUS},
};
/* GRPCRoute/v1 */
static const struct schema s271 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct grpc_route),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f270,
	.n_fields = 2,
	.deep_rules = true,
};
/* HTTPRoute/v1.spec.rules[].backendRefs[].filters[].cors.allowCredentials */
static const struct schema s272 = {
	.kind = SCHEMA_BOOL,
	.size = sizeof(bool),
	.min = INT64_MIN,
	.max = INT64_MAX,
};
static const struct schema_rule r273[] = {
	{rule_allowheaders_cannot_contain_alongside_other_methods, "allowheaders_cannot_contain_alongside_other_methods", "AllowHeaders cannot contain '*' alongside other methods", false},
};
/* HTTPRoute/v1.spec.rules[].backendRefs[].filters[].cors.allowHeaders */
static const struct schema s274 = {
	.kind = SCHEMA_LIST,
	.min = INT64_MIN,
	.max = 64,
	.item = &s203,
	.list = SCHEMA_SET,
	.rules = r273,
	.n_rules = 1,
	.deep_rules = true,
};
static const struct str e275[] = {
	{schema_texts + 559, 3},
	{schema_texts + 563, 4},
	{schema_texts + 568, 4},
	{schema_texts + 573, 3},
	{schema_texts + 577, 6},
	{schema_texts + 584, 7},
	{schema_texts + 592, 7},
	{schema_texts + 600, 5},
	{schema_texts + 606, 5},
	{schema_texts + 612, 1},
};
/* HTTPRoute/v1.spec.rules[].backendRefs[].filters[].cors.allowMethods[] */
static const struct schema s276 = {
	.kind = SCHEMA_ENUM,
	.size = sizeof(uint8_t),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.names = e275,
	.n_names = 10,
	.allowed = 0x3ff,
};
static const struct schema_rule r277[] = {
	{rule_allowheaders_cannot_contain_alongside_other_methods__cors_method_list, "allowheaders_cannot_contain_alongside_other_methods", "AllowMethods cannot contain '*' alongside other methods", false},
};
/* HTTPRoute/v1.spec.rules[].backendRefs[].filters[].cors.allowMethods */
static const struct schema s278 = {
	.kind = SCHEMA_LIST,
	.min = INT64_MIN,
	.max = 9,
	.item = &s276,
	.list = SCHEMA_SET,
	.rules = r277,
	.n_rules = 1,
	.deep_rules = true,
};
/* HTTPRoute/v1.spec.rules[].backendRefs[].filters[].cors.allowOrigins[] */
static const struct schema s279 = {
	.kind = SCHEMA_STR,
	.size = sizeof(struct str),
	.min = 1,
	.max = 253,
	.pattern = &pattern_22,
};
static const struct schema_rule r280[] = {
	{rule_allowheaders_cannot_contain_alongside_other_methods, "allowheaders_cannot_contain_alongside_other_methods", "AllowOrigins cannot contain '*' alongside other origins", false},
};
/* HTTPRoute/v1.spec.rules[].backendRefs[].filters[].cors.allowOrigins */
static const struct schema s281 = {
	.kind = SCHEMA_LIST,
	.min = INT64_MIN,
	.max = 64,
	.item = &s279,
	.list = SCHEMA_SET,
	.rules = r280,
	.n_rules = 1,
	.deep_rules = true,
};
/* HTTPRoute/v1.spec.rules[].backendRefs[].filters[].cors.exposeHeaders */
static const struct schema s282 = {
	.kind = SCHEMA_LIST,
	.min = INT64_MIN,
	.max = 64,
	.item = &s203,
	.list = SCHEMA_SET,
};
static const struct value v45 = {.kind = VALUE_INT, .integer = 5};
static const struct schema_field f283[] = {
	{.name = {"allowCredentials", 16}, .schema = &s272, .offset = offsetof(struct http_cors_filter, allow_credentials), .aux = offsetof(struct http_cors_filter, has_allow_credentials), .flags = FIELD_HAS},
	{.name = {"allowHeaders", 12}, .schema = &s274, .offset = offsetof(struct http_cors_filter, allow_headers), .aux = offsetof(struct http_cors_filter, n_allow_headers)},
	{.name = {"allowMethods", 12}, .schema = &s278, .offset = offsetof(struct http_cors_filter, allow_methods), .aux = offsetof(struct http_cors_filter, n_allow_methods)},
	{.name = {"allowOrigins", 12}, .schema = &s281, .offset = offsetof(struct http_cors_filter, allow_origins), .aux = offsetof(struct http_cors_filter, n_allow_origins)},
	{.name = {"exposeHeaders", 13}, .schema = &s282, .offset = offsetof(struct http_cors_filter, expose_headers), .aux = offsetof(struct http_cors_filter, n_expose_headers)},
	{.name = {"maxAge", 6}, .schema = &s211, .offset = offsetof(struct http_cors_filter, max_age), .otherwise = &v45},
};
/* HTTPRoute/v1.spec.rules[].backendRefs[].filters[].cors */
static const struct schema s284 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct http_cors_filter),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f283,
	.n_fields = 6,
	.deep_rules = true,
};
static const struct str e285[] = {
	{schema_texts + 614, 15},
	{schema_texts + 630, 18},
};
/* HTTPRoute/v1.spec.rules[].backendRefs[].filters[].requestRedirect.path.type */
static const struct schema s286 = {
	.kind = SCHEMA_ENUM,
	.size = sizeof(uint8_t),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.names = e285,
	.n_names = 2,
	.allowed = 0x3,
};
static const struct schema_field f287[] = {
	{.name = {"replaceFullPath", 15}, .schema = &s237, .offset = offsetof(struct http_path_modifier, replace_full_path)},
	{.name = {"replacePrefixMatch", 18}, .schema = &s237, .offset = offsetof(struct http_path_modifier, replace_prefix_match)},
	{.name = {"type", 4}, .schema = &s286, .offset = offsetof(struct http_path_modifier, type), .flags = FIELD_REQUIRED},
};
static const struct schema_rule r288[] = {
	{rule_replacefullpath_must_be_specified_when_type_is_set_to_replacefullpath, "replacefullpath_must_be_specified_when_type_is_set_to_replacefullpath", "replaceFullPath must be specified when type is set to 'ReplaceFullPath'", false},
	{rule_type_must_be_replacefullpath_when_replacefullpath_is_set, "type_must_be_replacefullpath_when_replacefullpath_is_set", "type must be 'ReplaceFullPath' when replaceFullPath is set", false},
	{rule_replaceprefixmatch_must_be_specified_when_type_is_set_to, "replaceprefixmatch_must_be_specified_when_type_is_set_to", "replacePrefixMatch must be specified when type is set to 'ReplacePrefixMatch'", false},
	{rule_type_must_be_replaceprefixmatch_when_replaceprefixmatch_is, "type_must_be_replaceprefixmatch_when_replaceprefixmatch_is", "type must be 'ReplacePrefixMatch' when replacePrefixMatch is set", false},
};
/* HTTPRoute/v1.spec.rules[].backendRefs[].filters[].requestRedirect.path */
static const struct schema s289 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct http_path_modifier),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f287,
	.n_fields = 3,
	.rules = r288,
	.n_rules = 4,
	.deep_rules = true,
};
static const struct str e290[] = {
	{schema_texts + 649, 4},
	{schema_texts + 654, 5},
};
/* HTTPRoute/v1.spec.rules[].backendRefs[].filters[].requestRedirect.scheme */
static const struct schema s291 = {
	.kind = SCHEMA_ENUM,
	.size = sizeof(uint8_t),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.names = e290,
	.n_names = 2,
	.allowed = 0x3,
};
static const int64_t n292[] = {
	301,
	302,
	303,
	307,
	308,
};
/* HTTPRoute/v1.spec.rules[].backendRefs[].filters[].requestRedirect.statusCode */
static const struct schema s293 = {
	.kind = SCHEMA_INT32,
	.size = sizeof(int32_t),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.numbers = n292,
	.n_numbers = 5,
};
static const struct value v46 = {.kind = VALUE_INT, .integer = 302};
static const struct schema_field f294[] = {
	{.name = {"hostname", 8}, .schema = &s6, .offset = offsetof(struct http_request_redirect_filter, hostname)},
	{.name = {"path", 4}, .schema = &s289, .offset = offsetof(struct http_request_redirect_filter, path), .flags = FIELD_POINTER},
	{.name = {"port", 4}, .schema = &s29, .offset = offsetof(struct http_request_redirect_filter, port), .aux = offsetof(struct http_request_redirect_filter, has_port), .flags = FIELD_HAS},
	{.name = {"scheme", 6}, .schema = &s291, .offset = offsetof(struct http_request_redirect_filter, scheme)},
	{.name = {"statusCode", 10}, .schema = &s293, .offset = offsetof(struct http_request_redirect_filter, status_code), .otherwise = &v46},
};
/* HTTPRoute/v1.spec.rules[].backendRefs[].filters[].requestRedirect */
static const struct schema s295 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct http_request_redirect_filter),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f294,
	.n_fields = 5,
	.deep_rules = true,
};
static const struct str e296[] = {
	{schema_texts + 465, 21},
	{schema_texts + 442, 22},
	{schema_texts + 487, 13},
	{schema_texts + 660, 15},
	{schema_texts + 676, 10},
	{schema_texts + 352, 12},
	{schema_texts + 687, 4},
	{schema_texts + 339, 12},
};
/* HTTPRoute/v1.spec.rules[].backendRefs[].filters[].type */
static const struct schema s297 = {
	.kind = SCHEMA_ENUM,
	.size = sizeof(uint8_t),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.names = e296,
	.n_names = 8,
	.allowed = 0xff,
};
static const struct schema_field f298[] = {
	{.name = {"hostname", 8}, .schema = &s6, .offset = offsetof(struct http_url_rewrite_filter, hostname)},
	{.name = {"path", 4}, .schema = &s289, .offset = offsetof(struct http_url_rewrite_filter, path), .flags = FIELD_POINTER},
};
/* HTTPRoute/v1.spec.rules[].backendRefs[].filters[].urlRewrite */
static const struct schema s299 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct http_url_rewrite_filter),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f298,
	.n_fields = 2,
	.deep_rules = true,
};
static const struct schema_field f300[] = {
	{.name = {"cors", 4}, .schema = &s284, .offset = offsetof(struct http_route_filter, cors), .flags = FIELD_POINTER},
	{.name = {"extensionRef", 12}, .schema = &s12, .offset = offsetof(struct http_route_filter, extension_ref), .flags = FIELD_POINTER},
	{.name = {"externalAuth", 12}, .schema = &s129, .offset = offsetof(struct http_route_filter, external_auth), .flags = FIELD_POINTER},
	{.name = {"requestHeaderModifier", 21}, .schema = &s210, .offset = offsetof(struct http_route_filter, request_header_modifier), .flags = FIELD_POINTER},
	{.name = {"requestMirror", 13}, .schema = &s218, .offset = offsetof(struct http_route_filter, request_mirror), .flags = FIELD_POINTER},
	{.name = {"requestRedirect", 15}, .schema = &s295, .offset = offsetof(struct http_route_filter, request_redirect), .flags = FIELD_POINTER},
	{.name = {"responseHeaderModifier", 22}, .schema = &s210, .offset = offsetof(struct http_route_filter, response_header_modifier), .flags = FIELD_POINTER},
	{.name = {"type", 4}, .schema = &s297, .offset = offsetof(struct http_route_filter, type), .flags = FIELD_REQUIRED},
	{.name = {"urlRewrite", 10}, .schema = &s299, .offset = offsetof(struct http_route_filter, url_rewrite), .flags = FIELD_POINTER},
};
static const struct schema_rule r301[] = {
	{rule_filter_cors_must_be_nil_if_the_filter_type_is_not_cors, "filter_cors_must_be_nil_if_the_filter_type_is_not_cors", "filter.cors must be nil if the filter.type is not CORS", false},
	{rule_filter_cors_must_be_specified_for_cors_filter_type, "filter_cors_must_be_specified_for_cors_filter_type", "filter.cors must be specified for CORS filter.type", false},
	{rule_filter_requestheadermodifier_must_be_nil_if_the_filter_type__http_route_filter, "filter_requestheadermodifier_must_be_nil_if_the_filter_type", "filter.requestHeaderModifier must be nil if the filter.type is not RequestHeaderModifier", false},
	{rule_filter_requestheadermodifier_must_be_specified_for_requestheadermodifier__http_route_filter, "filter_requestheadermodifier_must_be_specified_for_requestheadermodifier", "filter.requestHeaderModifier must be specified for RequestHeaderModifier filter.type", false},
	{rule_filter_responseheadermodifier_must_be_nil_if_the_filter_type__http_route_filter, "filter_responseheadermodifier_must_be_nil_if_the_filter_type", "filter.responseHeaderModifier must be nil if the filter.type is not ResponseHeaderModifier", false},
	{rule_filter_responseheadermodifier_must_be_specified_for_responseheadermodifier__http_route_filter, "filter_responseheadermodifier_must_be_specified_for_responseheadermodifier", "filter.responseHeaderModifier must be specified for ResponseHeaderModifier filter.type", false},
	{rule_filter_requestmirror_must_be_nil_if_the_filter_type_is_not__http_route_filter, "filter_requestmirror_must_be_nil_if_the_filter_type_is_not", "filter.requestMirror must be nil if the filter.type is not RequestMirror", false},
	{rule_filter_requestmirror_must_be_specified_for_requestmirror__http_route_filter, "filter_requestmirror_must_be_specified_for_requestmirror", "filter.requestMirror must be specified for RequestMirror filter.type", false},
	{rule_filter_requestredirect_must_be_nil_if_the_filter_type_is, "filter_requestredirect_must_be_nil_if_the_filter_type_is", "filter.requestRedirect must be nil if the filter.type is not RequestRedirect", false},
	{rule_filter_requestredirect_must_be_specified_for_requestredirect, "filter_requestredirect_must_be_specified_for_requestredirect", "filter.requestRedirect must be specified for RequestRedirect filter.type", false},
	{rule_filter_urlrewrite_must_be_nil_if_the_filter_type_is_not_urlrewrite, "filter_urlrewrite_must_be_nil_if_the_filter_type_is_not_urlrewrite", "filter.urlRewrite must be nil if the filter.type is not URLRewrite", false},
	{rule_filter_urlrewrite_must_be_specified_for_urlrewrite_filter, "filter_urlrewrite_must_be_specified_for_urlrewrite_filter", "filter.urlRewrite must be specified for URLRewrite filter.type", false},
	{rule_filter_extensionref_must_be_nil_if_the_filter_type_is_not__http_route_filter, "filter_extensionref_must_be_nil_if_the_filter_type_is_not", "filter.extensionRef must be nil if the filter.type is not ExtensionRef", false},
	{rule_filter_extensionref_must_be_specified_for_extensionref_filter__http_route_filter, "filter_extensionref_must_be_specified_for_extensionref_filter", "filter.extensionRef must be specified for ExtensionRef filter.type", false},
	{rule_filter_externalauth_must_be_nil_if_the_filter_type_is_not__http_route_filter, "filter_externalauth_must_be_nil_if_the_filter_type_is_not", "filter.externalAuth must be nil if the filter.type is not ExternalAuth", false},
	{rule_filter_externalauth_must_be_specified_for_externalauth_filter__http_route_filter, "filter_externalauth_must_be_specified_for_externalauth_filter", "filter.externalAuth must be specified for ExternalAuth filter.type", false},
};
/* HTTPRoute/v1.spec.rules[].backendRefs[].filters[] */
static const struct schema s302 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct http_route_filter),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f300,
	.n_fields = 9,
	.rules = r301,
	.n_rules = 16,
	.deep_rules = true,
};
static const struct schema_rule r303[] = {
	{rule_may_specify_either_httproutefilterrequestredirect_or_httproutefilterrequestrewrite, "may_specify_either_httproutefilterrequestredirect_or_httproutefilterrequestrewrite", "May specify either httpRouteFilterRequestRedirect or httpRouteFilterRequestRewrite, but not both", false},
	{rule_cors_filter_cannot_be_repeated, "cors_filter_cannot_be_repeated", "CORS filter cannot be repeated", false},
	{rule_requestheadermodifier_filter_cannot_be_repeated__http_route_filter_list, "requestheadermodifier_filter_cannot_be_repeated", "RequestHeaderModifier filter cannot be repeated", false},
	{rule_responseheadermodifier_filter_cannot_be_repeated__http_route_filter_list, "responseheadermodifier_filter_cannot_be_repeated", "ResponseHeaderModifier filter cannot be repeated", false},
	{rule_requestredirect_filter_cannot_be_repeated, "requestredirect_filter_cannot_be_repeated", "RequestRedirect filter cannot be repeated", false},
	{rule_urlrewrite_filter_cannot_be_repeated, "urlrewrite_filter_cannot_be_repeated", "URLRewrite filter cannot be repeated", false},
};
/* HTTPRoute/v1.spec.rules[].backendRefs[].filters */
static const struct schema s304 = {
	.kind = SCHEMA_LIST,
	.min = INT64_MIN,
	.max = 16,
	.item = &s302,
	.rules = r303,
	.n_rules = 6,
	.deep_rules = true,
};
static const struct schema_field f305[] = {
	{.name = {"filters", 7}, .schema = &s304, .offset = offsetof(struct http_backend_ref, filters), .aux = offsetof(struct http_backend_ref, n_filters)},
	{.name = {"group", 5}, .schema = &s3, .offset = offsetof(struct http_backend_ref, ref.to.group), .otherwise = &v19},
	{.name = {"kind", 4}, .schema = &s4, .offset = offsetof(struct http_backend_ref, ref.to.kind), .otherwise = &v20},
	{.name = {"name", 4}, .schema = &s5, .offset = offsetof(struct http_backend_ref, ref.to.name), .flags = FIELD_REQUIRED},
	{.name = {"namespace", 9}, .schema = &s28, .offset = offsetof(struct http_backend_ref, ref.to.namespace)},
	{.name = {"port", 4}, .schema = &s29, .offset = offsetof(struct http_backend_ref, ref.to.port), .aux = offsetof(struct http_backend_ref, ref.to.has_port), .flags = FIELD_HAS},
	{.name = {"weight", 6}, .schema = &s226, .offset = offsetof(struct http_backend_ref, ref.weight), .otherwise = &v40},
};
static const struct schema_rule r306[] = {
	{rule_must_have_port_for_service_reference__http_backend_ref, "must_have_port_for_service_reference", "Must have port for Service reference", false},
	{rule_must_not_have_port_for_backend_reference__http_backend_ref, "must_not_have_port_for_backend_reference", "Must not have port for Backend reference", false},
};
/* HTTPRoute/v1.spec.rules[].backendRefs[] */
static const struct schema s307 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct http_backend_ref),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f305,
	.n_fields = 7,
	.rules = r306,
	.n_rules = 2,
	.deep_rules = true,
};
/* HTTPRoute/v1.spec.rules[].backendRefs */
static const struct schema s308 = {
	.kind = SCHEMA_LIST,
	.min = INT64_MIN,
	.max = 16,
	.item = &s307,
	.deep_rules = true,
};
static const struct schema_field f309[] = {
	{.name = {"name", 4}, .schema = &s203, .offset = offsetof(struct http_header_match, name), .flags = FIELD_REQUIRED},
	{.name = {"type", 4}, .schema = &s232, .offset = offsetof(struct http_header_match, type), .otherwise = &v41},
	{.name = {"value", 5}, .schema = &s204, .offset = offsetof(struct http_header_match, value), .flags = FIELD_REQUIRED},
};
/* HTTPRoute/v1.spec.rules[].matches[].headers[] */
static const struct schema s310 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct http_header_match),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f309,
	.n_fields = 3,
};
/* HTTPRoute/v1.spec.rules[].matches[].headers */
static const struct schema s311 = {
	.kind = SCHEMA_LIST,
	.min = INT64_MIN,
	.max = 16,
	.item = &s310,
	.list = SCHEMA_LIST_MAP,
	.keys = k62,
	.n_keys = 1,
};
static const struct str e312[] = {
	{schema_texts + 559, 3},
	{schema_texts + 563, 4},
	{schema_texts + 568, 4},
	{schema_texts + 573, 3},
	{schema_texts + 577, 6},
	{schema_texts + 584, 7},
	{schema_texts + 592, 7},
	{schema_texts + 600, 5},
	{schema_texts + 606, 5},
};
/* HTTPRoute/v1.spec.rules[].matches[].method */
static const struct schema s313 = {
	.kind = SCHEMA_ENUM,
	.size = sizeof(uint8_t),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.names = e312,
	.n_names = 9,
	.allowed = 0x1ff,
};
static const struct str e314[] = {
	{schema_texts + 501, 5},
	{schema_texts + 692, 10},
	{schema_texts + 507, 17},
};
/* HTTPRoute/v1.spec.rules[].matches[].path.type */
static const struct schema s315 = {
	.kind = SCHEMA_ENUM,
	.size = sizeof(uint8_t),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.names = e314,
	.n_names = 3,
	.allowed = 0x7,
};
static const struct value v47 = {.kind = VALUE_STRING, .string = {schema_texts + 692, 10}};
static const struct schema_field f316[] = {
	{.name = {"type", 4}, .schema = &s315, .offset = offsetof(struct http_path_match, type), .otherwise = &v47},
	{.name = {"value", 5}, .schema = &s237, .offset = offsetof(struct http_path_match, value), .otherwise = &v43},
};
static const struct schema_rule r317[] = {
	{rule_value_must_be_an_absolute_path_and_start_with_slash_when, "value_must_be_an_absolute_path_and_start_with_slash_when", "value must be an absolute path and start with '/' when type one of ['Exact', 'PathPrefix']", false},
	{rule_must_not_contain_slash_slash_when_type_one_of_exact_pathprefix, "must_not_contain_slash_slash_when_type_one_of_exact_pathprefix", "must not contain '//' when type one of ['Exact', 'PathPrefix']", false},
	{rule_must_not_contain_slash_dot_slash_when_type_one_of_exact_pathprefix, "must_not_contain_slash_dot_slash_when_type_one_of_exact_pathprefix", "must not contain '/./' when type one of ['Exact', 'PathPrefix']", false},
	{rule_must_not_contain_slash_dot_dot_slash_when_type_one_of_exact, "must_not_contain_slash_dot_dot_slash_when_type_one_of_exact", "must not contain '/../' when type one of ['Exact', 'PathPrefix']", false},
	{rule_must_not_contain_percent_2f_when_type_one_of_exact_pathprefix, "must_not_contain_percent_2f_when_type_one_of_exact_pathprefix", "must not contain '%2f' when type one of ['Exact', 'PathPrefix']", false},
	{rule_must_not_contain_percent_2f_when_type_one_of_exact_pathprefix_2, "must_not_contain_percent_2f_when_type_one_of_exact_pathprefix_2", "must not contain '%2F' when type one of ['Exact', 'PathPrefix']", false},
	{rule_must_not_contain_hash_when_type_one_of_exact_pathprefix, "must_not_contain_hash_when_type_one_of_exact_pathprefix", "must not contain '#' when type one of ['Exact', 'PathPrefix']", false},
	{rule_must_not_end_with_slash_dot_dot_when_type_one_of_exact_pathprefix, "must_not_end_with_slash_dot_dot_when_type_one_of_exact_pathprefix", "must not end with '/..' when type one of ['Exact', 'PathPrefix']", false},
	{rule_must_not_end_with_slash_dot_when_type_one_of_exact_pathprefix, "must_not_end_with_slash_dot_when_type_one_of_exact_pathprefix", "must not end with '/.' when type one of ['Exact', 'PathPrefix']", false},
	{rule_type_must_be_one_of_exact_pathprefix_regularexpression, "type_must_be_one_of_exact_pathprefix_regularexpression", "type must be one of ['Exact', 'PathPrefix', 'RegularExpression']", false},
	{rule_must_only_contain_valid_characters_matching_a_za_z0_9_percent, "must_only_contain_valid_characters_matching_a_za_z0_9_percent", "must only contain valid characters (matching ^(\?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|[%][0-9a-fA-F]{2})+$) for types ['Exact', 'PathPrefix']", false},
};
/* HTTPRoute/v1.spec.rules[].matches[].path */
static const struct schema s318 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct http_path_match),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f316,
	.n_fields = 2,
	.rules = r317,
	.n_rules = 11,
	.deep_rules = true,
};
static struct member v48[] = {{.key = {schema_texts + 223, 4}, .value = {.kind = VALUE_STRING, .string = {schema_texts + 692, 10}}}, {.key = {schema_texts + 703, 5}, .value = {.kind = VALUE_STRING, .string = {schema_texts + 543, 1}}}};
static const struct value v49 = {.kind = VALUE_OBJECT, .n = 2, .members = v48};
/* HTTPRoute/v1.spec.rules[].matches[].queryParams[].value */
static const struct schema s319 = {
	.kind = SCHEMA_STR,
	.size = sizeof(struct str),
	.min = 1,
	.max = 1024,
};
static const struct schema_field f320[] = {
	{.name = {"name", 4}, .schema = &s203, .offset = offsetof(struct http_query_param_match, name), .flags = FIELD_REQUIRED},
	{.name = {"type", 4}, .schema = &s232, .offset = offsetof(struct http_query_param_match, type), .otherwise = &v41},
	{.name = {"value", 5}, .schema = &s319, .offset = offsetof(struct http_query_param_match, value), .flags = FIELD_REQUIRED},
};
/* HTTPRoute/v1.spec.rules[].matches[].queryParams[] */
static const struct schema s321 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct http_query_param_match),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f320,
	.n_fields = 3,
};
/* HTTPRoute/v1.spec.rules[].matches[].queryParams */
static const struct schema s322 = {
	.kind = SCHEMA_LIST,
	.min = INT64_MIN,
	.max = 16,
	.item = &s321,
	.list = SCHEMA_LIST_MAP,
	.keys = k62,
	.n_keys = 1,
};
static const struct schema_field f323[] = {
	{.name = {"headers", 7}, .schema = &s311, .offset = offsetof(struct http_route_match, headers), .aux = offsetof(struct http_route_match, n_headers)},
	{.name = {"method", 6}, .schema = &s313, .offset = offsetof(struct http_route_match, method)},
	{.name = {"path", 4}, .schema = &s318, .offset = offsetof(struct http_route_match, path), .otherwise = &v49},
	{.name = {"queryParams", 11}, .schema = &s322, .offset = offsetof(struct http_route_match, query_params), .aux = offsetof(struct http_route_match, n_query_params)},
};
/* HTTPRoute/v1.spec.rules[].matches[] */
static const struct schema s324 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct http_route_match),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f323,
	.n_fields = 4,
	.deep_rules = true,
};
/* HTTPRoute/v1.spec.rules[].matches */
static const struct schema s325 = {
	.kind = SCHEMA_LIST,
	.min = INT64_MIN,
	.max = 64,
	.item = &s324,
	.deep_rules = true,
};
static struct member v50[] = {{.key = {schema_texts + 223, 4}, .value = {.kind = VALUE_STRING, .string = {schema_texts + 692, 10}}}, {.key = {schema_texts + 703, 5}, .value = {.kind = VALUE_STRING, .string = {schema_texts + 543, 1}}}};
static struct member v51[] = {{.key = {schema_texts + 709, 4}, .value = {.kind = VALUE_OBJECT, .n = 2, .members = v50}}};
static struct value v52[] = {{.kind = VALUE_OBJECT, .n = 1, .members = v51}};
static const struct value v53 = {.kind = VALUE_ARRAY, .n = 1, .items = v52};
/* HTTPRoute/v1.spec.rules[].retry.codes[] */
static const struct schema s326 = {
	.kind = SCHEMA_INT32,
	.size = sizeof(int32_t),
	.min = 400,
	.max = 599,
};
/* HTTPRoute/v1.spec.rules[].retry.codes */
static const struct schema s327 = {
	.kind = SCHEMA_LIST,
	.min = INT64_MIN,
	.max = INT64_MAX,
	.item = &s326,
	.list = SCHEMA_SET,
};
static const struct schema_field f328[] = {
	{.name = {"attempts", 8}, .schema = &s34, .offset = offsetof(struct http_route_retry, attempts), .otherwise = &v40},
	{.name = {"backoff", 7}, .schema = &s244, .offset = offsetof(struct http_route_retry, backoff), .aux = offsetof(struct http_route_retry, has_backoff), .flags = FIELD_HAS},
	{.name = {"codes", 5}, .schema = &s327, .offset = offsetof(struct http_route_retry, codes), .aux = offsetof(struct http_route_retry, n_codes)},
};
/* HTTPRoute/v1.spec.rules[].retry */
static const struct schema s329 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct http_route_retry),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f328,
	.n_fields = 3,
};
static const struct schema_field f330[] = {
	{.name = {"backendRequest", 14}, .schema = &s244, .offset = offsetof(struct http_route_timeouts, backend_request), .aux = offsetof(struct http_route_timeouts, has_backend_request), .flags = FIELD_HAS},
	{.name = {"request", 7}, .schema = &s244, .offset = offsetof(struct http_route_timeouts, request), .aux = offsetof(struct http_route_timeouts, has_request), .flags = FIELD_HAS},
};
static const struct schema_rule r331[] = {
	{rule_backendrequest_timeout_cannot_be_longer_than_request_timeout, "backendrequest_timeout_cannot_be_longer_than_request_timeout", "backendRequest timeout cannot be longer than request timeout", false},
};
/* HTTPRoute/v1.spec.rules[].timeouts */
static const struct schema s332 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct http_route_timeouts),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f330,
	.n_fields = 2,
	.rules = r331,
	.n_rules = 1,
	.deep_rules = true,
};
static const struct schema_field f333[] = {
	{.name = {"backendRefs", 11}, .schema = &s308, .offset = offsetof(struct http_route_rule, backend_refs), .aux = offsetof(struct http_route_rule, n_backend_refs)},
	{.name = {"filters", 7}, .schema = &s304, .offset = offsetof(struct http_route_rule, filters), .aux = offsetof(struct http_route_rule, n_filters)},
	{.name = {"matches", 7}, .schema = &s325, .offset = offsetof(struct http_route_rule, matches), .aux = offsetof(struct http_route_rule, n_matches), .otherwise = &v53},
	{.name = {"name", 4}, .schema = &s6, .offset = offsetof(struct http_route_rule, name)},
	{.name = {"retry", 5}, .schema = &s329, .offset = offsetof(struct http_route_rule, retry), .flags = FIELD_POINTER},
	{.name = {"sessionPersistence", 18}, .schema = &s258, .offset = offsetof(struct http_route_rule, session_persistence), .flags = FIELD_POINTER},
	{.name = {"timeouts", 8}, .schema = &s332, .offset = offsetof(struct http_route_rule, timeouts), .flags = FIELD_POINTER},
};
static const struct schema_rule r334[] = {
	{rule_requestredirect_filter_must_not_be_used_together_with_backendrefs, "requestredirect_filter_must_not_be_used_together_with_backendrefs", "RequestRedirect filter must not be used together with backendRefs", false},
	{rule_when_using_requestredirect_filter_with_path_replaceprefixmatch, "when_using_requestredirect_filter_with_path_replaceprefixmatch", "When using RequestRedirect filter with path.replacePrefixMatch, exactly one PathPrefix match must be specified", false},
	{rule_when_using_urlrewrite_filter_with_path_replaceprefixmatch, "when_using_urlrewrite_filter_with_path_replaceprefixmatch", "When using URLRewrite filter with path.replacePrefixMatch, exactly one PathPrefix match must be specified", false},
	{rule_within_backendrefs_when_using_requestredirect_filter_with, "within_backendrefs_when_using_requestredirect_filter_with", "Within backendRefs, when using RequestRedirect filter with path.replacePrefixMatch, exactly one PathPrefix match must be specified", false},
	{rule_within_backendrefs_when_using_urlrewrite_filter_with_path, "within_backendrefs_when_using_urlrewrite_filter_with_path", "Within backendRefs, When using URLRewrite filter with path.replacePrefixMatch, exactly one PathPrefix match must be specified", false},
};
/* HTTPRoute/v1.spec.rules[] */
static const struct schema s335 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct http_route_rule),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f333,
	.n_fields = 7,
	.rules = r334,
	.n_rules = 5,
	.deep_rules = true,
};
static const struct schema_rule r336[] = {
	{rule_rule_name_must_be_unique_within_the_route__http_route_rule_list, "rule_name_must_be_unique_within_the_route", "Rule name must be unique within the route", false},
	{rule_while_16_rules_and_64_matches_per_rule_are_allowed_the_total_2, "while_16_rules_and_64_matches_per_rule_are_allowed_the_total_2", "While 16 rules and 64 matches per rule are allowed, the total number of matches across all rules in a route must be less than 128", false},
};
/* HTTPRoute/v1.spec.rules */
static const struct schema s337 = {
	.kind = SCHEMA_LIST,
	.min = 1,
	.max = 16,
	.item = &s335,
	.rules = r336,
	.n_rules = 2,
	.deep_rules = true,
};
static struct member v54[] = {{.key = {schema_texts + 223, 4}, .value = {.kind = VALUE_STRING, .string = {schema_texts + 692, 10}}}, {.key = {schema_texts + 703, 5}, .value = {.kind = VALUE_STRING, .string = {schema_texts + 543, 1}}}};
static struct member v55[] = {{.key = {schema_texts + 709, 4}, .value = {.kind = VALUE_OBJECT, .n = 2, .members = v54}}};
static struct value v56[] = {{.kind = VALUE_OBJECT, .n = 1, .members = v55}};
static struct member v57[] = {{.key = {schema_texts + 714, 7}, .value = {.kind = VALUE_ARRAY, .n = 1, .items = v56}}};
static struct value v58[] = {{.kind = VALUE_OBJECT, .n = 1, .members = v57}};
static const struct value v59 = {.kind = VALUE_ARRAY, .n = 1, .items = v58};
static const struct schema_field f338[] = {
	{.name = {"hostnames", 9}, .schema = &s200, .offset = offsetof(struct http_route_spec, hostnames), .aux = offsetof(struct http_route_spec, n_hostnames)},
	{.name = {"parentRefs", 10}, .schema = &s202, .offset = offsetof(struct http_route_spec, common.parent_refs), .aux = offsetof(struct http_route_spec, common.n_parent_refs)},
	{.name = {"rules", 5}, .schema = &s337, .offset = offsetof(struct http_route_spec, rules), .aux = offsetof(struct http_route_spec, n_rules), .otherwise = &v59},
	{.name = {"useDefaultGateways", 18}, .schema = &s95, .offset = offsetof(struct http_route_spec, common.use_default_gateways)},
};
/* HTTPRoute/v1.spec */
static const struct schema s339 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct http_route_spec),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f338,
	.n_fields = 4,
	.deep_rules = true,
};
static const struct schema_field f340[] = {
	{.name = {"spec", 4}, .schema = &s339, .offset = offsetof(struct http_route, spec), .flags = FIELD_REQUIRED},
	{.name = {"status", 6}, .schema = &s269, .offset = offsetof(struct http_route, status), .flags = FIELD_POINTER | FIELD_STATUS},
};
/* HTTPRoute/v1 */
static const struct schema s341 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct http_route),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f340,
	.n_fields = 2,
	.deep_rules = true,
};
static struct member v60[] = {{.key = {schema_texts + 223, 4}, .value = {.kind = VALUE_STRING, .string = {schema_texts + 692, 10}}}, {.key = {schema_texts + 703, 5}, .value = {.kind = VALUE_STRING, .string = {schema_texts + 543, 1}}}};
static const struct value v61 = {.kind = VALUE_OBJECT, .n = 2, .members = v60};
static const struct schema_field f342[] = {
	{.name = {"headers", 7}, .schema = &s311, .offset = offsetof(struct http_route_match, headers), .aux = offsetof(struct http_route_match, n_headers)},
	{.name = {"method", 6}, .schema = &s313, .offset = offsetof(struct http_route_match, method)},
	{.name = {"path", 4}, .schema = &s318, .offset = offsetof(struct http_route_match, path), .otherwise = &v61},
	{.name = {"queryParams", 11}, .schema = &s322, .offset = offsetof(struct http_route_match, query_params), .aux = offsetof(struct http_route_match, n_query_params)},
};
/* HTTPRoute/v1beta1.spec.rules[].matches[] */
static const struct schema s343 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct http_route_match),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f342,
	.n_fields = 4,
	.deep_rules = true,
};
/* HTTPRoute/v1beta1.spec.rules[].matches */
static const struct schema s344 = {
	.kind = SCHEMA_LIST,
	.min = INT64_MIN,
	.max = 64,
	.item = &s343,
	.deep_rules = true,
};
static struct member v62[] = {{.key = {schema_texts + 223, 4}, .value = {.kind = VALUE_STRING, .string = {schema_texts + 692, 10}}}, {.key = {schema_texts + 703, 5}, .value = {.kind = VALUE_STRING, .string = {schema_texts + 543, 1}}}};
static struct member v63[] = {{.key = {schema_texts + 709, 4}, .value = {.kind = VALUE_OBJECT, .n = 2, .members = v62}}};
static struct value v64[] = {{.kind = VALUE_OBJECT, .n = 1, .members = v63}};
static const struct value v65 = {.kind = VALUE_ARRAY, .n = 1, .items = v64};
static const struct schema_field f345[] = {
	{.name = {"backendRefs", 11}, .schema = &s308, .offset = offsetof(struct http_route_rule, backend_refs), .aux = offsetof(struct http_route_rule, n_backend_refs)},
	{.name = {"filters", 7}, .schema = &s304, .offset = offsetof(struct http_route_rule, filters), .aux = offsetof(struct http_route_rule, n_filters)},
	{.name = {"matches", 7}, .schema = &s344, .offset = offsetof(struct http_route_rule, matches), .aux = offsetof(struct http_route_rule, n_matches), .otherwise = &v65},
	{.name = {"name", 4}, .schema = &s6, .offset = offsetof(struct http_route_rule, name)},
	{.name = {"retry", 5}, .schema = &s329, .offset = offsetof(struct http_route_rule, retry), .flags = FIELD_POINTER},
	{.name = {"sessionPersistence", 18}, .schema = &s258, .offset = offsetof(struct http_route_rule, session_persistence), .flags = FIELD_POINTER},
	{.name = {"timeouts", 8}, .schema = &s332, .offset = offsetof(struct http_route_rule, timeouts), .flags = FIELD_POINTER},
};
/* HTTPRoute/v1beta1.spec.rules[] */
static const struct schema s346 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct http_route_rule),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f345,
	.n_fields = 7,
	.rules = r334,
	.n_rules = 5,
	.deep_rules = true,
};
/* HTTPRoute/v1beta1.spec.rules */
static const struct schema s347 = {
	.kind = SCHEMA_LIST,
	.min = 1,
	.max = 16,
	.item = &s346,
	.rules = r336,
	.n_rules = 2,
	.deep_rules = true,
};
static struct member v66[] = {{.key = {schema_texts + 223, 4}, .value = {.kind = VALUE_STRING, .string = {schema_texts + 692, 10}}}, {.key = {schema_texts + 703, 5}, .value = {.kind = VALUE_STRING, .string = {schema_texts + 543, 1}}}};
static struct member v67[] = {{.key = {schema_texts + 709, 4}, .value = {.kind = VALUE_OBJECT, .n = 2, .members = v66}}};
static struct value v68[] = {{.kind = VALUE_OBJECT, .n = 1, .members = v67}};
static struct member v69[] = {{.key = {schema_texts + 714, 7}, .value = {.kind = VALUE_ARRAY, .n = 1, .items = v68}}};
static struct value v70[] = {{.kind = VALUE_OBJECT, .n = 1, .members = v69}};
static const struct value v71 = {.kind = VALUE_ARRAY, .n = 1, .items = v70};
static const struct schema_field f348[] = {
	{.name = {"hostnames", 9}, .schema = &s200, .offset = offsetof(struct http_route_spec, hostnames), .aux = offsetof(struct http_route_spec, n_hostnames)},
	{.name = {"parentRefs", 10}, .schema = &s202, .offset = offsetof(struct http_route_spec, common.parent_refs), .aux = offsetof(struct http_route_spec, common.n_parent_refs)},
	{.name = {"rules", 5}, .schema = &s347, .offset = offsetof(struct http_route_spec, rules), .aux = offsetof(struct http_route_spec, n_rules), .otherwise = &v71},
	{.name = {"useDefaultGateways", 18}, .schema = &s95, .offset = offsetof(struct http_route_spec, common.use_default_gateways)},
};
/* HTTPRoute/v1beta1.spec */
static const struct schema s349 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct http_route_spec),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f348,
	.n_fields = 4,
	.deep_rules = true,
};
static const struct schema_field f350[] = {
	{.name = {"spec", 4}, .schema = &s349, .offset = offsetof(struct http_route, spec), .flags = FIELD_REQUIRED},
	{.name = {"status", 6}, .schema = &s269, .offset = offsetof(struct http_route, status), .flags = FIELD_POINTER | FIELD_STATUS},
};
/* HTTPRoute/v1beta1 */
static const struct schema s351 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct http_route),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f350,
	.n_fields = 2,
	.deep_rules = true,
};
static struct member v72[] = {{.key = {schema_texts + 304, 4}, .value = {.kind = VALUE_STRING, .string = {schema_texts + 294, 4}}}};
static const struct value v73 = {.kind = VALUE_OBJECT, .n = 1, .members = v72};
static const struct schema_field f352[] = {
	{.name = {"kinds", 5}, .schema = &s107, .offset = offsetof(struct allowed_routes, kinds), .aux = offsetof(struct allowed_routes, n_kinds)},
	{.name = {"namespaces", 10}, .schema = &s110, .offset = offsetof(struct allowed_routes, namespaces), .otherwise = &v73},
};
/* ListenerSet/v1.spec.listeners[].allowedRoutes */
static const struct schema s353 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct allowed_routes),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f352,
	.n_fields = 2,
};
static struct member v74[] = {{.key = {schema_texts + 304, 4}, .value = {.kind = VALUE_STRING, .string = {schema_texts + 294, 4}}}};
static struct member v75[] = {{.key = {schema_texts + 309, 10}, .value = {.kind = VALUE_OBJECT, .n = 1, .members = v74}}};
static const struct value v76 = {.kind = VALUE_OBJECT, .n = 1, .members = v75};
static const struct schema_field f354[] = {
	{.name = {"allowedRoutes", 13}, .schema = &s353, .offset = offsetof(struct listener_entry, allowed_routes), .otherwise = &v76},
	{.name = {"filters", 7}, .schema = &s137, .offset = offsetof(struct listener_entry, filters), .flags = FIELD_POINTER},
	{.name = {"hostname", 8}, .schema = &s14, .offset = offsetof(struct listener_entry, hostname)},
	{.name = {"name", 4}, .schema = &s6, .offset = offsetof(struct listener_entry, name), .flags = FIELD_REQUIRED},
	{.name = {"port", 4}, .schema = &s29, .offset = offsetof(struct listener_entry, port), .flags = FIELD_REQUIRED},
	{.name = {"protocol", 8}, .schema = &s138, .offset = offsetof(struct listener_entry, protocol), .flags = FIELD_REQUIRED},
	{.name = {"tls", 3}, .schema = &s146, .offset = offsetof(struct listener_entry, tls), .flags = FIELD_POINTER},
};
/* ListenerSet/v1.spec.listeners[] */
static const struct schema s355 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct listener_entry),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f354,
	.n_fields = 7,
	.deep_rules = true,
};
static const struct schema_rule r356[] = {
	{rule_tls_must_not_be_specified_for_protocols_http_tcp_udp__listener_entry_list, "tls_must_not_be_specified_for_protocols_http_tcp_udp", "tls must not be specified for protocols ['HTTP', 'TCP', 'UDP']", false},
	{rule_tls_mode_must_be_terminate_for_protocol_https__listener_entry_list, "tls_mode_must_be_terminate_for_protocol_https", "tls mode must be Terminate for protocol HTTPS", false},
	{rule_tls_mode_must_be_set_for_protocol_tls__listener_entry_list, "tls_mode_must_be_set_for_protocol_tls", "tls mode must be set for protocol TLS", false},
	{rule_hostname_must_not_be_specified_for_protocols_tcp_udp__listener_entry_list, "hostname_must_not_be_specified_for_protocols_tcp_udp", "hostname must not be specified for protocols ['TCP', 'UDP']", false},
	{rule_listener_name_must_be_unique_within_the_gateway__listener_entry_list, "listener_name_must_be_unique_within_the_gateway", "Listener name must be unique within the Gateway", false},
	{rule_combination_of_port_protocol_and_hostname_must_be_unique_2, "combination_of_port_protocol_and_hostname_must_be_unique_2", "Combination of port, protocol and hostname must be unique for each listener", false},
};
/* ListenerSet/v1.spec.listeners */
static const struct schema s357 = {
	.kind = SCHEMA_LIST,
	.min = 1,
	.max = 64,
	.item = &s355,
	.list = SCHEMA_LIST_MAP,
	.keys = k62,
	.n_keys = 1,
	.rules = r356,
	.n_rules = 6,
	.deep_rules = true,
};
static const struct schema_field f358[] = {
	{.name = {"group", 5}, .schema = &s3, .offset = offsetof(struct parent_gateway_reference, group), .otherwise = &v1},
	{.name = {"kind", 4}, .schema = &s4, .offset = offsetof(struct parent_gateway_reference, kind), .otherwise = &v2},
	{.name = {"name", 4}, .schema = &s5, .offset = offsetof(struct parent_gateway_reference, name), .flags = FIELD_REQUIRED},
	{.name = {"namespace", 9}, .schema = &s28, .offset = offsetof(struct parent_gateway_reference, namespace)},
};
/* ListenerSet/v1.spec.parentRef */
static const struct schema s359 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct parent_gateway_reference),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f358,
	.n_fields = 4,
};
static const struct schema_field f360[] = {
	{.name = {"listeners", 9}, .schema = &s357, .offset = offsetof(struct listener_set_spec, listeners), .aux = offsetof(struct listener_set_spec, n_listeners), .flags = FIELD_REQUIRED},
	{.name = {"parentRef", 9}, .schema = &s359, .offset = offsetof(struct listener_set_spec, parent_ref), .flags = FIELD_REQUIRED},
};
/* ListenerSet/v1.spec */
static const struct schema s361 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct listener_set_spec),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f360,
	.n_fields = 2,
	.deep_rules = true,
};
static struct member v77[] = {{.key = {schema_texts + 130, 18}, .value = {.kind = VALUE_STRING, .string = {schema_texts + 149, 20}}}, {.key = {schema_texts + 170, 7}, .value = {.kind = VALUE_STRING, .string = {schema_texts + 178, 22}}}, {.key = {schema_texts + 201, 6}, .value = {.kind = VALUE_STRING, .string = {schema_texts + 208, 7}}}, {.key = {schema_texts + 216, 6}, .value = {.kind = VALUE_STRING, .string = {schema_texts + 58, 7}}}, {.key = {schema_texts + 223, 4}, .value = {.kind = VALUE_STRING, .string = {schema_texts + 228, 8}}}};
static struct member v78[] = {{.key = {schema_texts + 130, 18}, .value = {.kind = VALUE_STRING, .string = {schema_texts + 149, 20}}}, {.key = {schema_texts + 170, 7}, .value = {.kind = VALUE_STRING, .string = {schema_texts + 178, 22}}}, {.key = {schema_texts + 201, 6}, .value = {.kind = VALUE_STRING, .string = {schema_texts + 208, 7}}}, {.key = {schema_texts + 216, 6}, .value = {.kind = VALUE_STRING, .string = {schema_texts + 58, 7}}}, {.key = {schema_texts + 223, 4}, .value = {.kind = VALUE_STRING, .string = {schema_texts + 431, 10}}}};
static struct value v79[] = {{.kind = VALUE_OBJECT, .n = 5, .members = v77}, {.kind = VALUE_OBJECT, .n = 5, .members = v78}};
static const struct value v80 = {.kind = VALUE_ARRAY, .n = 2, .items = v79};
static const struct schema_field f362[] = {
	{.name = {"attachedRoutes", 14}, .schema = &s179, .offset = offsetof(struct listener_entry_status, attached_routes), .flags = FIELD_REQUIRED},
	{.name = {"conditions", 10}, .schema = &s58, .offset = offsetof(struct listener_entry_status, conditions), .aux = offsetof(struct listener_entry_status, n_conditions), .flags = FIELD_REQUIRED},
	{.name = {"name", 4}, .schema = &s6, .offset = offsetof(struct listener_entry_status, name), .flags = FIELD_REQUIRED},
	{.name = {"supportedKinds", 14}, .schema = &s107, .offset = offsetof(struct listener_entry_status, supported_kinds), .aux = offsetof(struct listener_entry_status, n_supported_kinds)},
};
/* ListenerSet/v1.status.listeners[] */
static const struct schema s363 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct listener_entry_status),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f362,
	.n_fields = 4,
};
/* ListenerSet/v1.status.listeners */
static const struct schema s364 = {
	.kind = SCHEMA_LIST,
	.min = INT64_MIN,
	.max = 64,
	.item = &s363,
	.list = SCHEMA_LIST_MAP,
	.keys = k62,
	.n_keys = 1,
};
static const struct schema_field f365[] = {
	{.name = {"conditions", 10}, .schema = &s58, .offset = offsetof(struct listener_set_status, conditions), .aux = offsetof(struct listener_set_status, n_conditions), .otherwise = &v80},
	{.name = {"listeners", 9}, .schema = &s364, .offset = offsetof(struct listener_set_status, listeners), .aux = offsetof(struct listener_set_status, n_listeners)},
};
/* ListenerSet/v1.status */
static const struct schema s366 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct listener_set_status),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f365,
	.n_fields = 2,
};
static const struct schema_field f367[] = {
	{.name = {"spec", 4}, .schema = &s361, .offset = offsetof(struct listener_set, spec), .flags = FIELD_REQUIRED},
	{.name = {"status", 6}, .schema = &s366, .offset = offsetof(struct listener_set, status), .flags = FIELD_POINTER | FIELD_STATUS},
};
/* ListenerSet/v1 */
static const struct schema s368 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct listener_set),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f367,
	.n_fields = 2,
	.deep_rules = true,
};
static const struct schema_field f369[] = {
	{.name = {"group", 5}, .schema = &s3, .offset = offsetof(struct reference_grant_from, group), .flags = FIELD_REQUIRED},
	{.name = {"kind", 4}, .schema = &s4, .offset = offsetof(struct reference_grant_from, kind), .flags = FIELD_REQUIRED},
	{.name = {"namespace", 9}, .schema = &s28, .offset = offsetof(struct reference_grant_from, namespace), .flags = FIELD_REQUIRED},
};
/* ReferenceGrant/v1.spec.from[] */
static const struct schema s370 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct reference_grant_from),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f369,
	.n_fields = 3,
};
/* ReferenceGrant/v1.spec.from */
static const struct schema s371 = {
	.kind = SCHEMA_LIST,
	.min = 1,
	.max = 16,
	.item = &s370,
};
static const struct schema_field f372[] = {
	{.name = {"group", 5}, .schema = &s3, .offset = offsetof(struct reference_grant_to, group), .flags = FIELD_REQUIRED},
	{.name = {"kind", 4}, .schema = &s4, .offset = offsetof(struct reference_grant_to, kind), .flags = FIELD_REQUIRED},
	{.name = {"name", 4}, .schema = &s5, .offset = offsetof(struct reference_grant_to, name)},
};
/* ReferenceGrant/v1.spec.to[] */
static const struct schema s373 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct reference_grant_to),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f372,
	.n_fields = 3,
};
/* ReferenceGrant/v1.spec.to */
static const struct schema s374 = {
	.kind = SCHEMA_LIST,
	.min = 1,
	.max = 16,
	.item = &s373,
};
static const struct schema_field f375[] = {
	{.name = {"from", 4}, .schema = &s371, .offset = offsetof(struct reference_grant_spec, from), .aux = offsetof(struct reference_grant_spec, n_from), .flags = FIELD_REQUIRED},
	{.name = {"to", 2}, .schema = &s374, .offset = offsetof(struct reference_grant_spec, to), .aux = offsetof(struct reference_grant_spec, n_to), .flags = FIELD_REQUIRED},
};
/* ReferenceGrant/v1.spec */
static const struct schema s376 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct reference_grant_spec),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f375,
	.n_fields = 2,
};
static const struct schema_field f377[] = {
	{.name = {"spec", 4}, .schema = &s376, .offset = offsetof(struct reference_grant, spec), .flags = FIELD_REQUIRED},
};
/* ReferenceGrant/v1 */
static const struct schema s378 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct reference_grant),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f377,
	.n_fields = 1,
};
static const struct schema_field f379[] = {
	{.name = {"group", 5}, .schema = &s3, .offset = offsetof(struct backend_ref, to.group), .otherwise = &v19},
	{.name = {"kind", 4}, .schema = &s4, .offset = offsetof(struct backend_ref, to.kind), .otherwise = &v20},
	{.name = {"name", 4}, .schema = &s5, .offset = offsetof(struct backend_ref, to.name), .flags = FIELD_REQUIRED},
	{.name = {"namespace", 9}, .schema = &s28, .offset = offsetof(struct backend_ref, to.namespace)},
	{.name = {"port", 4}, .schema = &s29, .offset = offsetof(struct backend_ref, to.port), .aux = offsetof(struct backend_ref, to.has_port), .flags = FIELD_HAS},
	{.name = {"weight", 6}, .schema = &s226, .offset = offsetof(struct backend_ref, weight), .otherwise = &v40},
};
static const struct schema_rule r380[] = {
	{rule_must_have_port_for_service_reference__backend_ref, "must_have_port_for_service_reference", "Must have port for Service reference", false},
	{rule_must_not_have_port_for_backend_reference__backend_ref, "must_not_have_port_for_backend_reference", "Must not have port for Backend reference", false},
};
/* TCPRoute/v1.spec.rules[].backendRefs[] */
static const struct schema s381 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct backend_ref),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f379,
	.n_fields = 6,
	.rules = r380,
	.n_rules = 2,
	.deep_rules = true,
};
/* TCPRoute/v1.spec.rules[].backendRefs */
static const struct schema s382 = {
	.kind = SCHEMA_LIST,
	.min = 1,
	.max = 16,
	.item = &s381,
	.deep_rules = true,
};
static const struct schema_field f383[] = {
	{.name = {"backendRefs", 11}, .schema = &s382, .offset = offsetof(struct tcp_route_rule, backend_refs), .aux = offsetof(struct tcp_route_rule, n_backend_refs), .flags = FIELD_REQUIRED},
	{.name = {"name", 4}, .schema = &s6, .offset = offsetof(struct tcp_route_rule, name)},
};
/* TCPRoute/v1.spec.rules[] */
static const struct schema s384 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct tcp_route_rule),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f383,
	.n_fields = 2,
	.deep_rules = true,
};
/* TCPRoute/v1.spec.rules */
static const struct schema s385 = {
	.kind = SCHEMA_LIST,
	.min = 1,
	.max = 1,
	.item = &s384,
	.deep_rules = true,
};
static const struct schema_field f386[] = {
	{.name = {"parentRefs", 10}, .schema = &s202, .offset = offsetof(struct tcp_route_spec, common.parent_refs), .aux = offsetof(struct tcp_route_spec, common.n_parent_refs)},
	{.name = {"rules", 5}, .schema = &s385, .offset = offsetof(struct tcp_route_spec, rules), .aux = offsetof(struct tcp_route_spec, n_rules), .flags = FIELD_REQUIRED},
	{.name = {"useDefaultGateways", 18}, .schema = &s95, .offset = offsetof(struct tcp_route_spec, common.use_default_gateways)},
};
/* TCPRoute/v1.spec */
static const struct schema s387 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct tcp_route_spec),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f386,
	.n_fields = 3,
	.deep_rules = true,
};
static const struct schema_field f388[] = {
	{.name = {"spec", 4}, .schema = &s387, .offset = offsetof(struct tcp_route, spec), .flags = FIELD_REQUIRED},
	{.name = {"status", 6}, .schema = &s269, .offset = offsetof(struct tcp_route, status), .flags = FIELD_POINTER | FIELD_STATUS},
};
/* TCPRoute/v1 */
static const struct schema s389 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct tcp_route),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f388,
	.n_fields = 2,
	.deep_rules = true,
};
static const struct schema_rule r390[] = {
	{rule_rule_name_must_be_unique_within_the_route__tcp_route_rule_list, "rule_name_must_be_unique_within_the_route", "Rule name must be unique within the route", false},
};
/* TCPRoute/v1alpha2.spec.rules */
static const struct schema s391 = {
	.kind = SCHEMA_LIST,
	.min = 1,
	.max = 16,
	.item = &s384,
	.rules = r390,
	.n_rules = 1,
	.deep_rules = true,
};
static const struct schema_field f392[] = {
	{.name = {"parentRefs", 10}, .schema = &s202, .offset = offsetof(struct tcp_route_spec, common.parent_refs), .aux = offsetof(struct tcp_route_spec, common.n_parent_refs)},
	{.name = {"rules", 5}, .schema = &s391, .offset = offsetof(struct tcp_route_spec, rules), .aux = offsetof(struct tcp_route_spec, n_rules), .flags = FIELD_REQUIRED},
	{.name = {"useDefaultGateways", 18}, .schema = &s95, .offset = offsetof(struct tcp_route_spec, common.use_default_gateways)},
};
/* TCPRoute/v1alpha2.spec */
static const struct schema s393 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct tcp_route_spec),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f392,
	.n_fields = 3,
	.deep_rules = true,
};
static const struct schema_field f394[] = {
	{.name = {"spec", 4}, .schema = &s393, .offset = offsetof(struct tcp_route, spec), .flags = FIELD_REQUIRED},
	{.name = {"status", 6}, .schema = &s269, .offset = offsetof(struct tcp_route, status), .flags = FIELD_POINTER | FIELD_STATUS},
};
/* TCPRoute/v1alpha2 */
static const struct schema s395 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct tcp_route),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f394,
	.n_fields = 2,
	.deep_rules = true,
};
static const struct schema_rule r396[] = {
	{rule_hostnames_cannot_contain_an_ip, "hostnames_cannot_contain_an_ip", "Hostnames cannot contain an IP", false},
	{rule_hostnames_must_be_valid_based_on_rfc_1123, "hostnames_must_be_valid_based_on_rfc_1123", "Hostnames must be valid based on RFC-1123", false},
	{rule_wildcards_on_hostnames_must_be_the_first_label_and_the_rest, "wildcards_on_hostnames_must_be_the_first_label_and_the_rest", "Wildcards on hostnames must be the first label, and the rest of hostname must be valid based on RFC-1123", false},
};
/* TLSRoute/v1.spec.hostnames */
static const struct schema s397 = {
	.kind = SCHEMA_LIST,
	.min = 1,
	.max = 1024,
	.item = &s14,
	.rules = r396,
	.n_rules = 3,
	.deep_rules = true,
};
static const struct schema_field f398[] = {
	{.name = {"backendRefs", 11}, .schema = &s382, .offset = offsetof(struct tls_route_rule, backend_refs), .aux = offsetof(struct tls_route_rule, n_backend_refs), .flags = FIELD_REQUIRED},
	{.name = {"name", 4}, .schema = &s6, .offset = offsetof(struct tls_route_rule, name)},
};
/* TLSRoute/v1.spec.rules[] */
static const struct schema s399 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct tls_route_rule),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f398,
	.n_fields = 2,
	.deep_rules = true,
};
/* TLSRoute/v1.spec.rules */
static const struct schema s400 = {
	.kind = SCHEMA_LIST,
	.min = 1,
	.max = 1,
	.item = &s399,
	.deep_rules = true,
};
static const struct schema_field f401[] = {
	{.name = {"hostnames", 9}, .schema = &s397, .offset = offsetof(struct tls_route_spec, hostnames), .aux = offsetof(struct tls_route_spec, n_hostnames), .flags = FIELD_REQUIRED},
	{.name = {"parentRefs", 10}, .schema = &s202, .offset = offsetof(struct tls_route_spec, common.parent_refs), .aux = offsetof(struct tls_route_spec, common.n_parent_refs)},
	{.name = {"rules", 5}, .schema = &s400, .offset = offsetof(struct tls_route_spec, rules), .aux = offsetof(struct tls_route_spec, n_rules), .flags = FIELD_REQUIRED},
	{.name = {"useDefaultGateways", 18}, .schema = &s95, .offset = offsetof(struct tls_route_spec, common.use_default_gateways)},
};
/* TLSRoute/v1.spec */
static const struct schema s402 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct tls_route_spec),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f401,
	.n_fields = 4,
	.deep_rules = true,
};
static const struct schema_field f403[] = {
	{.name = {"spec", 4}, .schema = &s402, .offset = offsetof(struct tls_route, spec), .flags = FIELD_REQUIRED},
	{.name = {"status", 6}, .schema = &s269, .offset = offsetof(struct tls_route, status), .flags = FIELD_POINTER | FIELD_STATUS},
};
/* TLSRoute/v1 */
static const struct schema s404 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct tls_route),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f403,
	.n_fields = 2,
	.deep_rules = true,
};
/* TLSRoute/v1alpha2.spec.hostnames */
static const struct schema s405 = {
	.kind = SCHEMA_LIST,
	.min = INT64_MIN,
	.max = 1024,
	.item = &s14,
};
static const struct schema_rule r406[] = {
	{rule_rule_name_must_be_unique_within_the_route__tls_route_rule_list, "rule_name_must_be_unique_within_the_route", "Rule name must be unique within the route", false},
};
/* TLSRoute/v1alpha2.spec.rules */
static const struct schema s407 = {
	.kind = SCHEMA_LIST,
	.min = 1,
	.max = 16,
	.item = &s399,
	.rules = r406,
	.n_rules = 1,
	.deep_rules = true,
};
static const struct schema_field f408[] = {
	{.name = {"hostnames", 9}, .schema = &s405, .offset = offsetof(struct tls_route_spec, hostnames), .aux = offsetof(struct tls_route_spec, n_hostnames)},
	{.name = {"parentRefs", 10}, .schema = &s202, .offset = offsetof(struct tls_route_spec, common.parent_refs), .aux = offsetof(struct tls_route_spec, common.n_parent_refs)},
	{.name = {"rules", 5}, .schema = &s407, .offset = offsetof(struct tls_route_spec, rules), .aux = offsetof(struct tls_route_spec, n_rules), .flags = FIELD_REQUIRED},
	{.name = {"useDefaultGateways", 18}, .schema = &s95, .offset = offsetof(struct tls_route_spec, common.use_default_gateways)},
};
/* TLSRoute/v1alpha2.spec */
static const struct schema s409 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct tls_route_spec),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f408,
	.n_fields = 4,
	.deep_rules = true,
};
static const struct schema_field f410[] = {
	{.name = {"spec", 4}, .schema = &s409, .offset = offsetof(struct tls_route, spec), .flags = FIELD_REQUIRED},
	{.name = {"status", 6}, .schema = &s269, .offset = offsetof(struct tls_route, status), .flags = FIELD_POINTER | FIELD_STATUS},
};
/* TLSRoute/v1alpha2 */
static const struct schema s411 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct tls_route),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f410,
	.n_fields = 2,
	.deep_rules = true,
};
static const struct schema_field f412[] = {
	{.name = {"backendRefs", 11}, .schema = &s382, .offset = offsetof(struct udp_route_rule, backend_refs), .aux = offsetof(struct udp_route_rule, n_backend_refs), .flags = FIELD_REQUIRED},
	{.name = {"name", 4}, .schema = &s6, .offset = offsetof(struct udp_route_rule, name)},
};
/* UDPRoute/v1.spec.rules[] */
static const struct schema s413 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct udp_route_rule),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f412,
	.n_fields = 2,
	.deep_rules = true,
};
/* UDPRoute/v1.spec.rules */
static const struct schema s414 = {
	.kind = SCHEMA_LIST,
	.min = 1,
	.max = 1,
	.item = &s413,
	.deep_rules = true,
};
static const struct schema_field f415[] = {
	{.name = {"parentRefs", 10}, .schema = &s202, .offset = offsetof(struct udp_route_spec, common.parent_refs), .aux = offsetof(struct udp_route_spec, common.n_parent_refs)},
	{.name = {"rules", 5}, .schema = &s414, .offset = offsetof(struct udp_route_spec, rules), .aux = offsetof(struct udp_route_spec, n_rules), .flags = FIELD_REQUIRED},
	{.name = {"useDefaultGateways", 18}, .schema = &s95, .offset = offsetof(struct udp_route_spec, common.use_default_gateways)},
};
/* UDPRoute/v1.spec */
static const struct schema s416 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct udp_route_spec),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f415,
	.n_fields = 3,
	.deep_rules = true,
};
static const struct schema_field f417[] = {
	{.name = {"spec", 4}, .schema = &s416, .offset = offsetof(struct udp_route, spec), .flags = FIELD_REQUIRED},
	{.name = {"status", 6}, .schema = &s269, .offset = offsetof(struct udp_route, status), .flags = FIELD_POINTER | FIELD_STATUS},
};
/* UDPRoute/v1 */
static const struct schema s418 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct udp_route),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f417,
	.n_fields = 2,
	.deep_rules = true,
};
static const struct schema_rule r419[] = {
	{rule_rule_name_must_be_unique_within_the_route__udp_route_rule_list, "rule_name_must_be_unique_within_the_route", "Rule name must be unique within the route", false},
};
/* UDPRoute/v1alpha2.spec.rules */
static const struct schema s420 = {
	.kind = SCHEMA_LIST,
	.min = 1,
	.max = 16,
	.item = &s413,
	.rules = r419,
	.n_rules = 1,
	.deep_rules = true,
};
static const struct schema_field f421[] = {
	{.name = {"parentRefs", 10}, .schema = &s202, .offset = offsetof(struct udp_route_spec, common.parent_refs), .aux = offsetof(struct udp_route_spec, common.n_parent_refs)},
	{.name = {"rules", 5}, .schema = &s420, .offset = offsetof(struct udp_route_spec, rules), .aux = offsetof(struct udp_route_spec, n_rules), .flags = FIELD_REQUIRED},
	{.name = {"useDefaultGateways", 18}, .schema = &s95, .offset = offsetof(struct udp_route_spec, common.use_default_gateways)},
};
/* UDPRoute/v1alpha2.spec */
static const struct schema s422 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct udp_route_spec),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f421,
	.n_fields = 3,
	.deep_rules = true,
};
static const struct schema_field f423[] = {
	{.name = {"spec", 4}, .schema = &s422, .offset = offsetof(struct udp_route, spec), .flags = FIELD_REQUIRED},
	{.name = {"status", 6}, .schema = &s269, .offset = offsetof(struct udp_route, status), .flags = FIELD_POINTER | FIELD_STATUS},
};
/* UDPRoute/v1alpha2 */
static const struct schema s424 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct udp_route),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f423,
	.n_fields = 2,
	.deep_rules = true,
};
static const struct schema_rule r425[] = {
	{rule_label_keys_must_be_in_the_form_of_an_optional_dns_subdomain, "label_keys_must_be_in_the_form_of_an_optional_dns_subdomain", "Label keys must be in the form of an optional DNS subdomain prefix not longer than 253 characters followed by a required name segment of up to 63 characters.", false},
};
/* XBackend/v1alpha1.spec.endpointSelector.matchLabels */
static const struct schema s426 = {
	.kind = SCHEMA_MAP,
	.min = 1,
	.max = 64,
	.item = &s98,
	.rules = r425,
	.n_rules = 1,
	.deep_rules = true,
};
static const struct schema_field f427[] = {
	{.name = {"matchLabels", 11}, .schema = &s426, .offset = offsetof(struct x_label_selector, match_labels), .aux = offsetof(struct x_label_selector, n_match_labels), .flags = FIELD_REQUIRED},
};
/* XBackend/v1alpha1.spec.endpointSelector */
static const struct schema s428 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct x_label_selector),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f427,
	.n_fields = 1,
	.deep_rules = true,
};
static const struct schema_rule r429[] = {
	{rule_hostname_must_not_be_an_ip_address_or_end_with_cluster_local, "hostname_must_not_be_an_ip_address_or_end_with_cluster_local", "hostname must not be an IP address or end with .cluster.local", false},
};
/* XBackend/v1alpha1.spec.externalHostname.hostname */
static const struct schema s430 = {
	.kind = SCHEMA_STR,
	.size = sizeof(struct str),
	.min = 1,
	.max = 253,
	.pattern = &pattern_3,
	.rules = r429,
	.n_rules = 1,
	.deep_rules = true,
};
static const struct schema_field f431[] = {
	{.name = {"hostname", 8}, .schema = &s430, .offset = offsetof(struct x_external_hostname_backend, hostname), .flags = FIELD_REQUIRED},
};
/* XBackend/v1alpha1.spec.externalHostname */
static const struct schema s432 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct x_external_hostname_backend),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f431,
	.n_fields = 1,
	.deep_rules = true,
};
/* XBackend/v1alpha1.spec.port.name */
static const struct schema s433 = {
	.kind = SCHEMA_STR,
	.size = sizeof(struct str),
	.min = INT64_MIN,
	.max = 63,
};
static const struct schema_field f434[] = {
	{.name = {"name", 4}, .schema = &s433, .offset = offsetof(struct x_backend_port, name)},
	{.name = {"number", 6}, .schema = &s29, .offset = offsetof(struct x_backend_port, number), .aux = offsetof(struct x_backend_port, has_number), .flags = FIELD_HAS},
	{.name = {"port", 4}, .schema = &s29, .offset = offsetof(struct x_backend_port, port), .aux = offsetof(struct x_backend_port, has_port), .flags = FIELD_HAS},
};
/* XBackend/v1alpha1.spec.port */
static const struct schema s435 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct x_backend_port),
	.min = 1,
	.max = INT64_MAX,
	.fields = f434,
	.n_fields = 3,
};
static const struct str e436[] = {
	{schema_texts + 757, 3},
	{schema_texts + 329, 4},
	{schema_texts + 761, 5},
	{schema_texts + 767, 6},
	{schema_texts + 774, 3},
	{schema_texts + 778, 3},
	{schema_texts + 334, 4},
	{schema_texts + 782, 3},
};
/* XBackend/v1alpha1.spec.protocol */
static const struct schema s437 = {
	.kind = SCHEMA_ENUM,
	.size = sizeof(uint8_t),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.names = e436,
	.n_names = 8,
	.allowed = 0xff,
};
static const struct schema_field f438[] = {
	{.name = {"absoluteTimeout", 15}, .schema = &s244, .offset = offsetof(struct session_persistence, absolute_timeout), .aux = offsetof(struct session_persistence, has_absolute_timeout), .flags = FIELD_HAS},
	{.name = {"cookie", 6}, .schema = &s248, .offset = offsetof(struct session_persistence, cookie), .flags = FIELD_POINTER},
	{.name = {"header", 6}, .schema = &s252, .offset = offsetof(struct session_persistence, header), .flags = FIELD_POINTER},
	{.name = {"type", 4}, .schema = &s255, .offset = offsetof(struct session_persistence, type), .otherwise = &v44},
};
/* XBackend/v1alpha1.spec.sessionPersistence */
static const struct schema s439 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct session_persistence),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f438,
	.n_fields = 4,
	.rules = r257,
	.n_rules = 5,
	.deep_rules = true,
};
static const struct str e440[] = {
	{schema_texts + 299, 4},
	{schema_texts + 786, 10},
	{schema_texts + 797, 15},
};
/* XBackend/v1alpha1.spec.tls.mode */
static const struct schema s441 = {
	.kind = SCHEMA_ENUM,
	.size = sizeof(uint8_t),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.names = e440,
	.n_names = 3,
	.allowed = 0x7,
};
static const struct schema_field f442[] = {
	{.name = {"clientCertificateRef", 20}, .schema = &s140, .offset = offsetof(struct x_backend_tls, client_certificate_ref), .flags = FIELD_POINTER},
	{.name = {"mode", 4}, .schema = &s441, .offset = offsetof(struct x_backend_tls, mode), .flags = FIELD_REQUIRED},
	{.name = {"validation", 10}, .schema = &s25, .offset = offsetof(struct x_backend_tls, validation), .flags = FIELD_POINTER},
};
static const struct schema_rule r443[] = {
	{rule_clientcertificateref_must_be_set_if_and_only_if_mode_is_clientandserver, "clientcertificateref_must_be_set_if_and_only_if_mode_is_clientandserver", "clientCertificateRef must be set if and only if mode is ClientAndServer", false},
	{rule_validation_must_be_set_if_and_only_if_mode_is_either_clientandserver, "validation_must_be_set_if_and_only_if_mode_is_either_clientandserver", "validation must be set if and only if mode is either ClientAndServer or ServerOnly", false},
};
/* XBackend/v1alpha1.spec.tls */
static const struct schema s444 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct x_backend_tls),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f442,
	.n_fields = 3,
	.rules = r443,
	.n_rules = 2,
	.deep_rules = true,
};
static struct member v81[] = {{.key = {schema_texts + 813, 4}, .value = {.kind = VALUE_STRING, .string = {schema_texts + 299, 4}}}};
static const struct value v82 = {.kind = VALUE_OBJECT, .n = 1, .members = v81};
static const struct str e445[] = {
	{schema_texts + 818, 16},
	{schema_texts + 835, 16},
};
/* XBackend/v1alpha1.spec.type */
static const struct schema s446 = {
	.kind = SCHEMA_ENUM,
	.size = sizeof(uint8_t),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.names = e445,
	.n_names = 2,
	.allowed = 0x3,
};
static const struct schema_field f447[] = {
	{.name = {"endpointSelector", 16}, .schema = &s428, .offset = offsetof(struct x_backend_spec, endpoint_selector), .flags = FIELD_POINTER},
	{.name = {"externalHostname", 16}, .schema = &s432, .offset = offsetof(struct x_backend_spec, external_hostname), .flags = FIELD_POINTER},
	{.name = {"port", 4}, .schema = &s435, .offset = offsetof(struct x_backend_spec, port), .flags = FIELD_REQUIRED},
	{.name = {"protocol", 8}, .schema = &s437, .offset = offsetof(struct x_backend_spec, protocol)},
	{.name = {"sessionPersistence", 18}, .schema = &s439, .offset = offsetof(struct x_backend_spec, session_persistence), .flags = FIELD_POINTER},
	{.name = {"tls", 3}, .schema = &s444, .offset = offsetof(struct x_backend_spec, tls), .otherwise = &v82},
	{.name = {"type", 4}, .schema = &s446, .offset = offsetof(struct x_backend_spec, type), .flags = FIELD_REQUIRED},
};
static const struct schema_rule r448[] = {
	{rule_externalhostname_must_be_set_when_type_is_externalhostname, "externalhostname_must_be_set_when_type_is_externalhostname", "externalHostname must be set when type is ExternalHostname and must be unset otherwise", false},
	{rule_endpointselector_must_be_set_when_type_is_endpointselector, "endpointselector_must_be_set_when_type_is_endpointselector", "endpointSelector must be set when type is EndpointSelector and must be unset otherwise", false},
	{rule_tls_must_be_disabled_when_protocol_is_h2c_use_protocol_http2, "tls_must_be_disabled_when_protocol_is_h2c_use_protocol_http2", "tls must be disabled when protocol is H2C, use protocol HTTP2 for HTTP/2 with tls", false},
	{rule_tls_must_be_enabled_when_protocol_is_http2_use_protocol_h2c, "tls_must_be_enabled_when_protocol_is_http2_use_protocol_h2c", "tls must be enabled when protocol is HTTP2, use protocol H2C for HTTP/2 without tls", false},
	{rule_tls_must_be_enabled_when_protocol_is_wss, "tls_must_be_enabled_when_protocol_is_wss", "tls must be enabled when protocol is WSS", false},
	{rule_sessionpersistence_can_only_be_set_when_type_is_endpointselector, "sessionpersistence_can_only_be_set_when_type_is_endpointselector", "sessionPersistence can only be set when type is EndpointSelector", false},
};
/* XBackend/v1alpha1.spec */
static const struct schema s449 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct x_backend_spec),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f447,
	.n_fields = 7,
	.rules = r448,
	.n_rules = 6,
	.deep_rules = true,
};
/* XBackend/v1alpha1.status.ancestors[].conditions */
static const struct schema s450 = {
	.kind = SCHEMA_LIST,
	.min = INT64_MIN,
	.max = INT64_MAX,
	.item = &s40,
	.list = SCHEMA_LIST_MAP,
	.keys = k41,
	.n_keys = 1,
};
static const struct schema_field f451[] = {
	{.name = {"ancestorRef", 11}, .schema = &s31, .offset = offsetof(struct x_backend_ancestor_status, ancestor_ref), .flags = FIELD_REQUIRED},
	{.name = {"conditions", 10}, .schema = &s450, .offset = offsetof(struct x_backend_ancestor_status, conditions), .aux = offsetof(struct x_backend_ancestor_status, n_conditions)},
	{.name = {"controllerName", 14}, .schema = &s43, .offset = offsetof(struct x_backend_ancestor_status, controller_name), .flags = FIELD_REQUIRED},
};
/* XBackend/v1alpha1.status.ancestors[] */
static const struct schema s452 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct x_backend_ancestor_status),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f451,
	.n_fields = 3,
};
/* XBackend/v1alpha1.status.ancestors */
static const struct schema s453 = {
	.kind = SCHEMA_LIST,
	.min = INT64_MIN,
	.max = 32,
	.item = &s452,
};
static const struct schema_field f454[] = {
	{.name = {"conditions", 10}, .schema = &s450, .offset = offsetof(struct x_backend_ancestor_status, conditions), .aux = offsetof(struct x_backend_ancestor_status, n_conditions)},
	{.name = {"controllerName", 14}, .schema = &s43, .offset = offsetof(struct x_backend_ancestor_status, controller_name), .flags = FIELD_REQUIRED},
	{.name = {"parentRef", 9}, .schema = &s31, .offset = offsetof(struct x_backend_ancestor_status, parent_ref), .flags = FIELD_REQUIRED},
};
/* XBackend/v1alpha1.status.parents[] */
static const struct schema s455 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct x_backend_ancestor_status),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f454,
	.n_fields = 3,
};
/* XBackend/v1alpha1.status.parents */
static const struct schema s456 = {
	.kind = SCHEMA_LIST,
	.min = INT64_MIN,
	.max = 32,
	.item = &s455,
};
static const struct schema_field f457[] = {
	{.name = {"ancestors", 9}, .schema = &s453, .offset = offsetof(struct x_backend_status, ancestors), .aux = offsetof(struct x_backend_status, n_ancestors)},
	{.name = {"parents", 7}, .schema = &s456, .offset = offsetof(struct x_backend_status, parents), .aux = offsetof(struct x_backend_status, n_parents)},
};
/* XBackend/v1alpha1.status */
static const struct schema s458 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct x_backend_status),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f457,
	.n_fields = 2,
};
static const struct schema_field f459[] = {
	{.name = {"spec", 4}, .schema = &s449, .offset = offsetof(struct x_backend, spec), .flags = FIELD_REQUIRED},
	{.name = {"status", 6}, .schema = &s458, .offset = offsetof(struct x_backend, status), .flags = FIELD_POINTER | FIELD_STATUS},
};
/* XBackend/v1alpha1 */
static const struct schema s460 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct x_backend),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f459,
	.n_fields = 2,
	.deep_rules = true,
};
static const struct schema_rule r461[] = {
	{rule_interval_cannot_be_greater_than_one_hour_or_less_than_one, "interval_cannot_be_greater_than_one_hour_or_less_than_one", "interval cannot be greater than one hour or less than one second", false},
};
/* XBackendTrafficPolicy/v1alpha1.spec.retryConstraint.budget.interval */
static const struct schema s462 = {
	.kind = SCHEMA_DURATION,
	.size = sizeof(nsec),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.pattern = &pattern_21,
	.rules = r461,
	.n_rules = 1,
	.deep_rules = true,
};
static const struct value v83 = {.kind = VALUE_STRING, .string = {schema_texts + 889, 3}};
static const struct value v84 = {.kind = VALUE_INT, .integer = 20};
static const struct schema_field f463[] = {
	{.name = {"interval", 8}, .schema = &s462, .offset = offsetof(struct x_budget_details, interval), .otherwise = &v83},
	{.name = {"percent", 7}, .schema = &s215, .offset = offsetof(struct x_budget_details, percent), .otherwise = &v84},
};
/* XBackendTrafficPolicy/v1alpha1.spec.retryConstraint.budget */
static const struct schema s464 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct x_budget_details),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f463,
	.n_fields = 2,
	.deep_rules = true,
};
static struct member v85[] = {{.key = {schema_texts + 893, 8}, .value = {.kind = VALUE_STRING, .string = {schema_texts + 889, 3}}}, {.key = {schema_texts + 902, 7}, .value = {.kind = VALUE_INT, .integer = 20}}};
static const struct value v86 = {.kind = VALUE_OBJECT, .n = 2, .members = v85};
/* XBackendTrafficPolicy/v1alpha1.spec.retryConstraint.minRetryRate.count */
static const struct schema s465 = {
	.kind = SCHEMA_INT32,
	.size = sizeof(int32_t),
	.min = 1,
	.max = 1000000,
};
static const struct schema_rule r466[] = {
	{rule_interval_cannot_be_greater_than_one_hour, "interval_cannot_be_greater_than_one_hour", "interval cannot be greater than one hour", false},
};
/* XBackendTrafficPolicy/v1alpha1.spec.retryConstraint.minRetryRate.interval */
static const struct schema s467 = {
	.kind = SCHEMA_DURATION,
	.size = sizeof(nsec),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.pattern = &pattern_21,
	.rules = r466,
	.n_rules = 1,
	.deep_rules = true,
};
static const struct schema_field f468[] = {
	{.name = {"count", 5}, .schema = &s465, .offset = offsetof(struct x_request_rate, count), .aux = offsetof(struct x_request_rate, has_count), .flags = FIELD_HAS},
	{.name = {"interval", 8}, .schema = &s467, .offset = offsetof(struct x_request_rate, interval), .aux = offsetof(struct x_request_rate, has_interval), .flags = FIELD_HAS},
};
/* XBackendTrafficPolicy/v1alpha1.spec.retryConstraint.minRetryRate */
static const struct schema s469 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct x_request_rate),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f468,
	.n_fields = 2,
	.deep_rules = true,
};
static struct member v87[] = {{.key = {schema_texts + 910, 5}, .value = {.kind = VALUE_INT, .integer = 10}}, {.key = {schema_texts + 893, 8}, .value = {.kind = VALUE_STRING, .string = {schema_texts + 916, 2}}}};
static const struct value v88 = {.kind = VALUE_OBJECT, .n = 2, .members = v87};
static const struct schema_field f470[] = {
	{.name = {"budget", 6}, .schema = &s464, .offset = offsetof(struct x_retry_constraint, budget), .otherwise = &v86},
	{.name = {"minRetryRate", 12}, .schema = &s469, .offset = offsetof(struct x_retry_constraint, min_retry_rate), .otherwise = &v88},
};
/* XBackendTrafficPolicy/v1alpha1.spec.retryConstraint */
static const struct schema s471 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct x_retry_constraint),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f470,
	.n_fields = 2,
	.deep_rules = true,
};
static const struct schema_field f472[] = {
	{.name = {"group", 5}, .schema = &s3, .offset = offsetof(struct local_policy_target_reference, group), .flags = FIELD_REQUIRED},
	{.name = {"kind", 4}, .schema = &s4, .offset = offsetof(struct local_policy_target_reference, kind), .flags = FIELD_REQUIRED},
	{.name = {"name", 4}, .schema = &s5, .offset = offsetof(struct local_policy_target_reference, name), .flags = FIELD_REQUIRED},
};
/* XBackendTrafficPolicy/v1alpha1.spec.targetRefs[] */
static const struct schema s473 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct local_policy_target_reference),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f472,
	.n_fields = 3,
};
static const char *const k474[] = {
	"group",
	"kind",
	"name",
};
/* XBackendTrafficPolicy/v1alpha1.spec.targetRefs */
static const struct schema s475 = {
	.kind = SCHEMA_LIST,
	.min = 1,
	.max = 16,
	.item = &s473,
	.list = SCHEMA_LIST_MAP,
	.keys = k474,
	.n_keys = 3,
};
static const struct schema_field f476[] = {
	{.name = {"retryConstraint", 15}, .schema = &s471, .offset = offsetof(struct x_backend_traffic_policy_spec, retry_constraint), .flags = FIELD_POINTER},
	{.name = {"sessionPersistence", 18}, .schema = &s258, .offset = offsetof(struct x_backend_traffic_policy_spec, session_persistence), .flags = FIELD_POINTER},
	{.name = {"targetRefs", 10}, .schema = &s475, .offset = offsetof(struct x_backend_traffic_policy_spec, target_refs), .aux = offsetof(struct x_backend_traffic_policy_spec, n_target_refs), .flags = FIELD_REQUIRED},
};
/* XBackendTrafficPolicy/v1alpha1.spec */
static const struct schema s477 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct x_backend_traffic_policy_spec),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f476,
	.n_fields = 3,
	.deep_rules = true,
};
static const struct schema_field f478[] = {
	{.name = {"spec", 4}, .schema = &s477, .offset = offsetof(struct x_backend_traffic_policy, spec), .flags = FIELD_REQUIRED},
	{.name = {"status", 6}, .schema = &s48, .offset = offsetof(struct x_backend_traffic_policy, status), .flags = FIELD_POINTER | FIELD_STATUS},
};
/* XBackendTrafficPolicy/v1alpha1 */
static const struct schema s479 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct x_backend_traffic_policy),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f478,
	.n_fields = 2,
	.deep_rules = true,
};
/* XTelemetryPolicy/v1alpha1.spec.targetRefs */
static const struct schema s480 = {
	.kind = SCHEMA_LIST,
	.min = 1,
	.max = 16,
	.item = &s12,
};
/* XTelemetryPolicy/v1alpha1.spec.tracing.attributes[].attributeKey */
static const struct schema s481 = {
	.kind = SCHEMA_STR,
	.size = sizeof(struct str),
	.min = 1,
	.max = 256,
	.pattern = &pattern_24,
};
/* XTelemetryPolicy/v1alpha1.spec.tracing.attributes[].name */
static const struct schema s482 = {
	.kind = SCHEMA_STR,
	.size = sizeof(struct str),
	.min = 1,
	.max = 256,
	.pattern = &pattern_25,
};
static const struct str e483[] = {
	{schema_texts + 552, 6},
	{schema_texts + 919, 7},
	{schema_texts + 927, 9},
};
/* XTelemetryPolicy/v1alpha1.spec.tracing.attributes[].sourceType */
static const struct schema s484 = {
	.kind = SCHEMA_ENUM,
	.size = sizeof(uint8_t),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.names = e483,
	.n_names = 3,
	.allowed = 0x7,
};
static const struct schema_field f485[] = {
	{.name = {"attributeKey", 12}, .schema = &s481, .offset = offsetof(struct x_attribute, attribute_key)},
	{.name = {"headerName", 10}, .schema = &s203, .offset = offsetof(struct x_attribute, header_name)},
	{.name = {"literalValue", 12}, .schema = &s319, .offset = offsetof(struct x_attribute, literal_value)},
	{.name = {"name", 4}, .schema = &s482, .offset = offsetof(struct x_attribute, name), .flags = FIELD_REQUIRED},
	{.name = {"sourceType", 10}, .schema = &s484, .offset = offsetof(struct x_attribute, source_type), .flags = FIELD_REQUIRED},
};
static const struct schema_rule r486[] = {
	{rule_headername_is_required_when_sourcetype_is_header_and_must, "headername_is_required_when_sourcetype_is_header_and_must", "headerName is required when sourceType is Header, and must be empty otherwise", false},
	{rule_literalvalue_is_required_when_sourcetype_is_literal_and_must, "literalvalue_is_required_when_sourcetype_is_literal_and_must", "literalValue is required when sourceType is Literal, and must be empty otherwise", false},
	{rule_attributekey_is_required_when_sourcetype_is_attribute_and, "attributekey_is_required_when_sourcetype_is_attribute_and", "attributeKey is required when sourceType is Attribute, and must be empty otherwise", false},
};
/* XTelemetryPolicy/v1alpha1.spec.tracing.attributes[] */
static const struct schema s487 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct x_attribute),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f485,
	.n_fields = 5,
	.rules = r486,
	.n_rules = 3,
	.deep_rules = true,
};
/* XTelemetryPolicy/v1alpha1.spec.tracing.attributes */
static const struct schema s488 = {
	.kind = SCHEMA_LIST,
	.min = INT64_MIN,
	.max = INT64_MAX,
	.item = &s487,
	.list = SCHEMA_LIST_MAP,
	.keys = k62,
	.n_keys = 1,
	.deep_rules = true,
};
static const struct str e489[] = {
	{schema_texts + 937, 7},
	{schema_texts + 945, 8},
	{schema_texts + 954, 21},
};
/* XTelemetryPolicy/v1alpha1.spec.tracing.mode */
static const struct schema s490 = {
	.kind = SCHEMA_ENUM,
	.size = sizeof(uint8_t),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.names = e489,
	.n_names = 3,
	.allowed = 0x7,
};
static const struct value v89 = {.kind = VALUE_STRING, .string = {schema_texts + 954, 21}};
static const struct schema_field f491[] = {
	{.name = {"mode", 4}, .schema = &s490, .offset = offsetof(struct x_parent_based_sampling, mode), .otherwise = &v89},
	{.name = {"samplingRate", 12}, .schema = &s214, .offset = offsetof(struct x_parent_based_sampling, sampling_rate), .flags = FIELD_POINTER},
};
static const struct schema_rule r492[] = {
	{rule_samplingrate_can_only_be_set_when_mode_is_enabled, "samplingrate_can_only_be_set_when_mode_is_enabled", "samplingRate can only be set when mode is Enabled", false},
};
/* XTelemetryPolicy/v1alpha1.spec.tracing.parentBasedSampling */
static const struct schema s493 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct x_parent_based_sampling),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f491,
	.n_fields = 2,
	.rules = r492,
	.n_rules = 1,
	.deep_rules = true,
};
static const struct schema_field f494[] = {
	{.name = {"backendRef", 10}, .schema = &s115, .offset = offsetof(struct x_tracing_provider, backend_ref), .flags = FIELD_REQUIRED},
	{.name = {"headers", 7}, .schema = &s207, .offset = offsetof(struct x_tracing_provider, headers), .aux = offsetof(struct x_tracing_provider, n_headers)},
};
/* XTelemetryPolicy/v1alpha1.spec.tracing.provider */
static const struct schema s495 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct x_tracing_provider),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f494,
	.n_fields = 2,
	.deep_rules = true,
};
/* XTelemetryPolicy/v1alpha1.spec.tracing.serviceName */
static const struct schema s496 = {
	.kind = SCHEMA_STR,
	.size = sizeof(struct str),
	.min = 1,
	.max = 253,
	.pattern = &pattern_25,
};
/* XTelemetryPolicy/v1alpha1.spec.tracing.spanName */
static const struct schema s497 = {
	.kind = SCHEMA_STR,
	.size = sizeof(struct str),
	.min = 1,
	.max = 256,
	.pattern = &pattern_26,
};
static const struct schema_field f498[] = {
	{.name = {"attributes", 10}, .schema = &s488, .offset = offsetof(struct x_tracing_config, attributes), .aux = offsetof(struct x_tracing_config, n_attributes)},
	{.name = {"mode", 4}, .schema = &s490, .offset = offsetof(struct x_tracing_config, mode), .otherwise = &v89},
	{.name = {"parentBasedSampling", 19}, .schema = &s493, .offset = offsetof(struct x_tracing_config, parent_based_sampling), .flags = FIELD_POINTER},
	{.name = {"provider", 8}, .schema = &s495, .offset = offsetof(struct x_tracing_config, provider), .flags = FIELD_POINTER},
	{.name = {"samplingRate", 12}, .schema = &s214, .offset = offsetof(struct x_tracing_config, sampling_rate), .flags = FIELD_POINTER},
	{.name = {"serviceName", 11}, .schema = &s496, .offset = offsetof(struct x_tracing_config, service_name)},
	{.name = {"spanName", 8}, .schema = &s497, .offset = offsetof(struct x_tracing_config, span_name)},
};
static const struct schema_rule r499[] = {
	{rule_provider_is_required_when_mode_is_enabled_and_must_be_empty, "provider_is_required_when_mode_is_enabled_and_must_be_empty", "provider is required when mode is Enabled, and must be empty otherwise", false},
	{rule_samplingrate_can_only_be_set_when_mode_is_enabled__x_tracing_config, "samplingrate_can_only_be_set_when_mode_is_enabled", "samplingRate can only be set when mode is Enabled", false},
	{rule_parentbasedsampling_can_only_be_set_when_mode_is_enabled, "parentbasedsampling_can_only_be_set_when_mode_is_enabled", "parentBasedSampling can only be set when mode is Enabled", false},
	{rule_servicename_can_only_be_set_when_mode_is_enabled, "servicename_can_only_be_set_when_mode_is_enabled", "serviceName can only be set when mode is Enabled", false},
	{rule_spanname_can_only_be_set_when_mode_is_enabled, "spanname_can_only_be_set_when_mode_is_enabled", "spanName can only be set when mode is Enabled", false},
	{rule_attributes_can_only_be_set_when_mode_is_enabled, "attributes_can_only_be_set_when_mode_is_enabled", "attributes can only be set when mode is Enabled", false},
};
/* XTelemetryPolicy/v1alpha1.spec.tracing */
static const struct schema s500 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct x_tracing_config),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f498,
	.n_fields = 7,
	.rules = r499,
	.n_rules = 6,
	.deep_rules = true,
};
static const struct schema_field f501[] = {
	{.name = {"targetRefs", 10}, .schema = &s480, .offset = offsetof(struct x_telemetry_policy_spec, target_refs), .aux = offsetof(struct x_telemetry_policy_spec, n_target_refs), .flags = FIELD_REQUIRED},
	{.name = {"tracing", 7}, .schema = &s500, .offset = offsetof(struct x_telemetry_policy_spec, tracing), .flags = FIELD_POINTER},
};
static const struct schema_rule r502[] = {
	{rule_at_least_one_of_the_fields_in_tracing_must_be_set, "at_least_one_of_the_fields_in_tracing_must_be_set", "at least one of the fields in [tracing] must be set", false},
};
/* XTelemetryPolicy/v1alpha1.spec */
static const struct schema s503 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct x_telemetry_policy_spec),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f501,
	.n_fields = 2,
	.rules = r502,
	.n_rules = 1,
	.deep_rules = true,
};
static const struct schema_field f504[] = {
	{.name = {"ancestors", 9}, .schema = &s46, .offset = offsetof(struct x_telemetry_policy_status, ancestors), .aux = offsetof(struct x_telemetry_policy_status, n_ancestors), .flags = FIELD_REQUIRED},
};
/* XTelemetryPolicy/v1alpha1.status */
static const struct schema s505 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct x_telemetry_policy_status),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f504,
	.n_fields = 1,
};
static const struct schema_field f506[] = {
	{.name = {"spec", 4}, .schema = &s503, .offset = offsetof(struct x_telemetry_policy, spec), .flags = FIELD_REQUIRED},
	{.name = {"status", 6}, .schema = &s505, .offset = offsetof(struct x_telemetry_policy, status), .flags = FIELD_POINTER | FIELD_STATUS},
};
/* XTelemetryPolicy/v1alpha1 */
static const struct schema s507 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct x_telemetry_policy),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f506,
	.n_fields = 2,
	.deep_rules = true,
};
/* Backend/v1alpha1.spec.endpoints[] */
static const struct schema s508 = {
	.kind = SCHEMA_STR,
	.size = sizeof(struct str),
	.min = 3,
	.max = 259,
	.pattern = &pattern_27,
};
/* Backend/v1alpha1.spec.endpoints */
static const struct schema s509 = {
	.kind = SCHEMA_LIST,
	.min = 1,
	.max = 64,
	.item = &s508,
	.list = SCHEMA_SET,
};
static const struct str e510[] = {
	{schema_texts + 329, 4},
	{schema_texts + 774, 3},
	{schema_texts + 976, 5},
	{schema_texts + 757, 3},
	{schema_texts + 982, 3},
};
/* Backend/v1alpha1.spec.protocol */
static const struct schema s511 = {
	.kind = SCHEMA_ENUM,
	.size = sizeof(uint8_t),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.names = e510,
	.n_names = 5,
	.allowed = 0x1f,
};
static const struct value v90 = {.kind = VALUE_STRING, .string = {schema_texts + 329, 4}};
/* Backend/v1alpha1.spec.tls.caCertificateRefs */
static const struct schema s512 = {
	.kind = SCHEMA_LIST,
	.min = INT64_MIN,
	.max = 8,
	.item = &s12,
};
/* Backend/v1alpha1.spec.tls.clientCertificateRef.kind */
static const struct schema s513 = {
	.kind = SCHEMA_STR,
	.size = sizeof(struct str),
	.min = 1,
	.max = 63,
};
static const struct schema_field f514[] = {
	{.name = {"group", 5}, .schema = &s75, .offset = offsetof(struct secret_object_reference, group), .otherwise = &v19},
	{.name = {"kind", 4}, .schema = &s513, .offset = offsetof(struct secret_object_reference, kind), .otherwise = &v21},
	{.name = {"name", 4}, .schema = &s5, .offset = offsetof(struct secret_object_reference, name), .flags = FIELD_REQUIRED},
	{.name = {"namespace", 9}, .schema = &s513, .offset = offsetof(struct secret_object_reference, namespace)},
};
/* Backend/v1alpha1.spec.tls.clientCertificateRef */
static const struct schema s515 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct secret_object_reference),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f514,
	.n_fields = 4,
};
static const struct schema_field f516[] = {
	{.name = {"hostname", 8}, .schema = &s14, .offset = offsetof(struct subject_alt_name, hostname)},
	{.name = {"type", 4}, .schema = &s16, .offset = offsetof(struct subject_alt_name, type), .flags = FIELD_REQUIRED},
	{.name = {"uri", 3}, .schema = &s5, .offset = offsetof(struct subject_alt_name, uri)},
};
static const struct schema_rule r517[] = {
	{rule_exactly_the_field_that_type_names_must_be_set, "exactly_the_field_that_type_names_must_be_set", "exactly the field that type names must be set", false},
};
/* Backend/v1alpha1.spec.tls.subjectAltNames[] */
static const struct schema s518 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct subject_alt_name),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f516,
	.n_fields = 3,
	.rules = r517,
	.n_rules = 1,
	.deep_rules = true,
};
/* Backend/v1alpha1.spec.tls.subjectAltNames */
static const struct schema s519 = {
	.kind = SCHEMA_LIST,
	.min = INT64_MIN,
	.max = 5,
	.item = &s518,
	.deep_rules = true,
};
static const struct str e520[] = {
	{schema_texts + 986, 6},
};
/* Backend/v1alpha1.spec.tls.wellKnownCACertificates */
static const struct schema s521 = {
	.kind = SCHEMA_ENUM,
	.size = sizeof(uint8_t),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.names = e520,
	.n_names = 1,
	.allowed = 0x1,
};
static const struct schema_field f522[] = {
	{.name = {"caCertificateRefs", 17}, .schema = &s512, .offset = offsetof(struct backend_tls, ca_certificate_refs), .aux = offsetof(struct backend_tls, n_ca_certificate_refs)},
	{.name = {"clientCertificateRef", 20}, .schema = &s515, .offset = offsetof(struct backend_tls, client_certificate_ref), .flags = FIELD_POINTER},
	{.name = {"hostname", 8}, .schema = &s6, .offset = offsetof(struct backend_tls, hostname)},
	{.name = {"subjectAltNames", 15}, .schema = &s519, .offset = offsetof(struct backend_tls, subject_alt_names), .aux = offsetof(struct backend_tls, n_subject_alt_names)},
	{.name = {"wellKnownCACertificates", 23}, .schema = &s521, .offset = offsetof(struct backend_tls, well_known_ca_certificates)},
};
static const struct schema_rule r523[] = {
	{rule_cacertificaterefs_and_wellknowncacertificates_cannot_both, "cacertificaterefs_and_wellknowncacertificates_cannot_both", "caCertificateRefs and wellKnownCACertificates cannot both be set", false},
};
/* Backend/v1alpha1.spec.tls */
static const struct schema s524 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct backend_tls),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f522,
	.n_fields = 5,
	.rules = r523,
	.n_rules = 1,
	.deep_rules = true,
};
static const struct schema_field f525[] = {
	{.name = {"endpoints", 9}, .schema = &s509, .offset = offsetof(struct backend_spec, endpoints), .aux = offsetof(struct backend_spec, n_endpoints), .flags = FIELD_REQUIRED},
	{.name = {"protocol", 8}, .schema = &s511, .offset = offsetof(struct backend_spec, protocol), .otherwise = &v90},
	{.name = {"tls", 3}, .schema = &s524, .offset = offsetof(struct backend_spec, tls), .flags = FIELD_POINTER},
};
static const struct schema_rule r526[] = {
	{rule_tls_may_only_be_set_when_protocol_is_https, "tls_may_only_be_set_when_protocol_is_https", "tls may only be set when protocol is HTTPS", false},
};
/* Backend/v1alpha1.spec */
static const struct schema s527 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct backend_spec),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f525,
	.n_fields = 3,
	.rules = r526,
	.n_rules = 1,
	.deep_rules = true,
};
static const struct schema_field f528[] = {
	{.name = {"spec", 4}, .schema = &s527, .offset = offsetof(struct backend, spec), .flags = FIELD_REQUIRED},
};
/* Backend/v1alpha1 */
static const struct schema s529 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct backend),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f528,
	.n_fields = 1,
	.deep_rules = true,
};
static const struct str e530[] = {
	{schema_texts + 757, 3},
	{schema_texts + 982, 3},
	{schema_texts + 1013, 4},
};
/* Service/v1.spec.ports[].protocol */
static const struct schema s531 = {
	.kind = SCHEMA_ENUM,
	.size = sizeof(uint8_t),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.names = e530,
	.n_names = 3,
	.allowed = 0x7,
};
static const struct value v91 = {.kind = VALUE_STRING, .string = {schema_texts + 757, 3}};
/* Service/v1.spec.ports[].targetPort */
static const struct schema s532 = {
	.kind = SCHEMA_INT_OR_STR,
	.size = sizeof(struct int_or_str),
	.min = INT64_MIN,
	.max = INT64_MAX,
};
static const struct schema_field f533[] = {
	{.name = {"appProtocol", 11}, .schema = &s59, .offset = offsetof(struct service_port, app_protocol)},
	{.name = {"name", 4}, .schema = &s59, .offset = offsetof(struct service_port, name)},
	{.name = {"nodePort", 8}, .schema = &s179, .offset = offsetof(struct service_port, node_port), .aux = offsetof(struct service_port, has_node_port), .flags = FIELD_HAS},
	{.name = {"port", 4}, .schema = &s29, .offset = offsetof(struct service_port, port), .flags = FIELD_REQUIRED},
	{.name = {"protocol", 8}, .schema = &s531, .offset = offsetof(struct service_port, protocol), .otherwise = &v91},
	{.name = {"targetPort", 10}, .schema = &s532, .offset = offsetof(struct service_port, target_port), .aux = offsetof(struct service_port, has_target_port), .flags = FIELD_HAS},
};
/* Service/v1.spec.ports[] */
static const struct schema s534 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct service_port),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f533,
	.n_fields = 6,
	.loose = true,
};
/* Service/v1.spec.ports */
static const struct schema s535 = {
	.kind = SCHEMA_LIST,
	.min = INT64_MIN,
	.max = INT64_MAX,
	.item = &s534,
};
static const struct str e536[] = {
	{schema_texts + 1018, 9},
	{schema_texts + 1028, 8},
	{schema_texts + 1037, 12},
	{schema_texts + 1050, 12},
};
/* Service/v1.spec.type */
static const struct schema s537 = {
	.kind = SCHEMA_ENUM,
	.size = sizeof(uint8_t),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.names = e536,
	.n_names = 4,
	.allowed = 0xf,
};
static const struct value v92 = {.kind = VALUE_STRING, .string = {schema_texts + 1018, 9}};
static const struct schema_field f538[] = {
	{.name = {"clusterIP", 9}, .schema = &s59, .offset = offsetof(struct service_spec, cluster_ip)},
	{.name = {"clusterIPs", 10}, .schema = &s83, .offset = offsetof(struct service_spec, cluster_ips), .aux = offsetof(struct service_spec, n_cluster_ips)},
	{.name = {"externalIPs", 11}, .schema = &s83, .offset = offsetof(struct service_spec, external_ips), .aux = offsetof(struct service_spec, n_external_ips)},
	{.name = {"externalName", 12}, .schema = &s59, .offset = offsetof(struct service_spec, external_name)},
	{.name = {"ports", 5}, .schema = &s535, .offset = offsetof(struct service_spec, ports), .aux = offsetof(struct service_spec, n_ports)},
	{.name = {"publishNotReadyAddresses", 24}, .schema = &s272, .offset = offsetof(struct service_spec, publish_not_ready_addresses), .aux = offsetof(struct service_spec, has_publish_not_ready_addresses), .flags = FIELD_HAS},
	{.name = {"selector", 8}, .schema = &s87, .offset = offsetof(struct service_spec, selector), .aux = offsetof(struct service_spec, n_selector)},
	{.name = {"type", 4}, .schema = &s537, .offset = offsetof(struct service_spec, type), .otherwise = &v92},
};
/* Service/v1.spec */
static const struct schema s539 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct service_spec),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f538,
	.n_fields = 8,
	.loose = true,
};
static const struct schema_field f540[] = {
	{.name = {"hostname", 8}, .schema = &s59, .offset = offsetof(struct load_balancer_ingress, hostname)},
	{.name = {"ip", 2}, .schema = &s59, .offset = offsetof(struct load_balancer_ingress, ip)},
};
/* Service/v1.status.loadBalancer.ingress[] */
static const struct schema s541 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct load_balancer_ingress),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f540,
	.n_fields = 2,
	.loose = true,
};
/* Service/v1.status.loadBalancer.ingress */
static const struct schema s542 = {
	.kind = SCHEMA_LIST,
	.min = INT64_MIN,
	.max = INT64_MAX,
	.item = &s541,
};
static const struct schema_field f543[] = {
	{.name = {"ingress", 7}, .schema = &s542, .offset = offsetof(struct load_balancer_status, ingress), .aux = offsetof(struct load_balancer_status, n_ingress)},
};
/* Service/v1.status.loadBalancer */
static const struct schema s544 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct load_balancer_status),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f543,
	.n_fields = 1,
	.loose = true,
};
static const struct schema_field f545[] = {
	{.name = {"loadBalancer", 12}, .schema = &s544, .offset = offsetof(struct service_status, load_balancer), .flags = FIELD_POINTER},
};
/* Service/v1.status */
static const struct schema s546 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct service_status),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f545,
	.n_fields = 1,
	.loose = true,
};
static const struct schema_field f547[] = {
	{.name = {"spec", 4}, .schema = &s539, .offset = offsetof(struct service, spec), .flags = FIELD_REQUIRED},
	{.name = {"status", 6}, .schema = &s546, .offset = offsetof(struct service, status), .flags = FIELD_POINTER},
};
/* Service/v1 */
static const struct schema s548 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct service),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f547,
	.n_fields = 2,
	.loose = true,
};
static const struct str e549[] = {
	{schema_texts + 1066, 4},
	{schema_texts + 1071, 4},
	{schema_texts + 1076, 4},
};
/* EndpointSlice/v1.addressType */
static const struct schema s550 = {
	.kind = SCHEMA_ENUM,
	.size = sizeof(uint8_t),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.names = e549,
	.n_names = 3,
	.allowed = 0x7,
};
/* EndpointSlice/v1.endpoints[].addresses */
static const struct schema s551 = {
	.kind = SCHEMA_LIST,
	.min = 1,
	.max = 100,
	.item = &s59,
};
static const struct schema_field f552[] = {
	{.name = {"ready", 5}, .schema = &s272, .offset = offsetof(struct endpoint_conditions, ready), .aux = offsetof(struct endpoint_conditions, has_ready), .flags = FIELD_HAS},
	{.name = {"serving", 7}, .schema = &s272, .offset = offsetof(struct endpoint_conditions, serving), .aux = offsetof(struct endpoint_conditions, has_serving), .flags = FIELD_HAS},
	{.name = {"terminating", 11}, .schema = &s272, .offset = offsetof(struct endpoint_conditions, terminating), .aux = offsetof(struct endpoint_conditions, has_terminating), .flags = FIELD_HAS},
};
/* EndpointSlice/v1.endpoints[].conditions */
static const struct schema s553 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct endpoint_conditions),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f552,
	.n_fields = 3,
	.loose = true,
};
static const struct schema_field f554[] = {
	{.name = {"kind", 4}, .schema = &s59, .offset = offsetof(struct endpoint_target_ref, kind)},
	{.name = {"name", 4}, .schema = &s59, .offset = offsetof(struct endpoint_target_ref, name)},
	{.name = {"uid", 3}, .schema = &s59, .offset = offsetof(struct endpoint_target_ref, uid)},
};
/* EndpointSlice/v1.endpoints[].targetRef */
static const struct schema s555 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct endpoint_target_ref),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f554,
	.n_fields = 3,
	.loose = true,
};
static const struct schema_field f556[] = {
	{.name = {"addresses", 9}, .schema = &s551, .offset = offsetof(struct slice_endpoint, addresses), .aux = offsetof(struct slice_endpoint, n_addresses), .flags = FIELD_REQUIRED},
	{.name = {"conditions", 10}, .schema = &s553, .offset = offsetof(struct slice_endpoint, conditions), .flags = FIELD_POINTER},
	{.name = {"hostname", 8}, .schema = &s59, .offset = offsetof(struct slice_endpoint, hostname)},
	{.name = {"nodeName", 8}, .schema = &s59, .offset = offsetof(struct slice_endpoint, node_name)},
	{.name = {"targetRef", 9}, .schema = &s555, .offset = offsetof(struct slice_endpoint, target_ref), .flags = FIELD_POINTER},
	{.name = {"zone", 4}, .schema = &s59, .offset = offsetof(struct slice_endpoint, zone)},
};
/* EndpointSlice/v1.endpoints[] */
static const struct schema s557 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct slice_endpoint),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f556,
	.n_fields = 6,
	.loose = true,
};
/* EndpointSlice/v1.endpoints */
static const struct schema s558 = {
	.kind = SCHEMA_LIST,
	.min = INT64_MIN,
	.max = 1000,
	.item = &s557,
};
static const struct schema_field f559[] = {
	{.name = {"appProtocol", 11}, .schema = &s59, .offset = offsetof(struct slice_port, app_protocol)},
	{.name = {"name", 4}, .schema = &s59, .offset = offsetof(struct slice_port, name)},
	{.name = {"port", 4}, .schema = &s29, .offset = offsetof(struct slice_port, port), .aux = offsetof(struct slice_port, has_port), .flags = FIELD_HAS},
	{.name = {"protocol", 8}, .schema = &s531, .offset = offsetof(struct slice_port, protocol), .otherwise = &v91},
};
/* EndpointSlice/v1.ports[] */
static const struct schema s560 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct slice_port),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f559,
	.n_fields = 4,
	.loose = true,
};
/* EndpointSlice/v1.ports */
static const struct schema s561 = {
	.kind = SCHEMA_LIST,
	.min = INT64_MIN,
	.max = 20000,
	.item = &s560,
};
static const struct schema_field f562[] = {
	{.name = {"addressType", 11}, .schema = &s550, .offset = offsetof(struct endpoint_slice, address_type), .flags = FIELD_REQUIRED},
	{.name = {"endpoints", 9}, .schema = &s558, .offset = offsetof(struct endpoint_slice, endpoints), .aux = offsetof(struct endpoint_slice, n_endpoints)},
	{.name = {"ports", 5}, .schema = &s561, .offset = offsetof(struct endpoint_slice, ports), .aux = offsetof(struct endpoint_slice, n_ports)},
};
/* EndpointSlice/v1 */
static const struct schema s563 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct endpoint_slice),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f562,
	.n_fields = 3,
	.loose = true,
};
/* Secret/v1.data */
static const struct schema s564 = {
	.kind = SCHEMA_BYTES,
	.min = INT64_MIN,
	.max = INT64_MAX,
};
static const struct value v93 = {.kind = VALUE_STRING, .string = {schema_texts + 1101, 6}};
static const struct schema_field f565[] = {
	{.name = {"data", 4}, .schema = &s564, .offset = offsetof(struct secret, data), .aux = offsetof(struct secret, n_data)},
	{.name = {"stringData", 10}, .schema = &s87, .offset = offsetof(struct secret, string_data), .aux = offsetof(struct secret, n_string_data)},
	{.name = {"type", 4}, .schema = &s59, .offset = offsetof(struct secret, type), .otherwise = &v93},
};
/* Secret/v1 */
static const struct schema s566 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct secret),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f565,
	.n_fields = 3,
	.loose = true,
};
static const struct schema_field f567[] = {
	{.name = {"binaryData", 10}, .schema = &s564, .offset = offsetof(struct config_map, binary_data), .aux = offsetof(struct config_map, n_binary_data)},
	{.name = {"data", 4}, .schema = &s87, .offset = offsetof(struct config_map, data), .aux = offsetof(struct config_map, n_data)},
};
/* ConfigMap/v1 */
static const struct schema s568 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct config_map),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f567,
	.n_fields = 2,
	.loose = true,
};
static const struct schema_field f569[] = {
	{.name = {"signerName", 10}, .schema = &s59, .offset = offsetof(struct cluster_trust_bundle_spec, signer_name)},
	{.name = {"trustBundle", 11}, .schema = &s59, .offset = offsetof(struct cluster_trust_bundle_spec, trust_bundle), .flags = FIELD_REQUIRED},
};
/* ClusterTrustBundle/v1.spec */
static const struct schema s570 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct cluster_trust_bundle_spec),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f569,
	.n_fields = 2,
	.loose = true,
};
static const struct schema_field f571[] = {
	{.name = {"spec", 4}, .schema = &s570, .offset = offsetof(struct cluster_trust_bundle, spec), .flags = FIELD_REQUIRED},
};
/* ClusterTrustBundle/v1 */
static const struct schema s572 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct cluster_trust_bundle),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.fields = f571,
	.n_fields = 1,
	.loose = true,
};
/* Namespace/v1 */
static const struct schema s573 = {
	.kind = SCHEMA_STRUCT,
	.size = sizeof(struct namespace),
	.min = INT64_MIN,
	.max = INT64_MAX,
	.loose = true,
};

const struct schema_root schema_roots[] = {
	{KIND_BACKEND_TLS_POLICY, {schema_texts + 66, 28}, &s50},
	{KIND_BACKEND_TLS_POLICY, {schema_texts + 95, 34}, &s50},
	{KIND_GATEWAY_CLASS, {schema_texts + 66, 28}, &s67},
	{KIND_GATEWAY_CLASS, {schema_texts + 237, 33}, &s71},
	{KIND_GATEWAY, {schema_texts + 66, 28}, &s186},
	{KIND_GATEWAY, {schema_texts + 237, 33}, &s199},
	{KIND_GRPC_ROUTE, {schema_texts + 66, 28}, &s271},
	{KIND_HTTP_ROUTE, {schema_texts + 66, 28}, &s341},
	{KIND_HTTP_ROUTE, {schema_texts + 237, 33}, &s351},
	{KIND_LISTENER_SET, {schema_texts + 66, 28}, &s368},
	{KIND_REFERENCE_GRANT, {schema_texts + 66, 28}, &s378},
	{KIND_REFERENCE_GRANT, {schema_texts + 237, 33}, &s378},
	{KIND_TCP_ROUTE, {schema_texts + 66, 28}, &s389},
	{KIND_TCP_ROUTE, {schema_texts + 722, 34}, &s395},
	{KIND_TLS_ROUTE, {schema_texts + 66, 28}, &s404},
	{KIND_TLS_ROUTE, {schema_texts + 722, 34}, &s411},
	{KIND_TLS_ROUTE, {schema_texts + 95, 34}, &s404},
	{KIND_UDP_ROUTE, {schema_texts + 66, 28}, &s418},
	{KIND_UDP_ROUTE, {schema_texts + 722, 34}, &s424},
	{KIND_X_BACKEND, {schema_texts + 852, 36}, &s460},
	{KIND_X_BACKEND_TRAFFIC_POLICY, {schema_texts + 852, 36}, &s479},
	{KIND_X_TELEMETRY_POLICY, {schema_texts + 852, 36}, &s507},
	{KIND_BACKEND, {schema_texts + 993, 19}, &s529},
	{KIND_SERVICE, {schema_texts + 1063, 2}, &s548},
	{KIND_ENDPOINT_SLICE, {schema_texts + 1081, 19}, &s563},
	{KIND_SECRET, {schema_texts + 1063, 2}, &s566},
	{KIND_CONFIG_MAP, {schema_texts + 1063, 2}, &s568},
	{KIND_CLUSTER_TRUST_BUNDLE, {schema_texts + 1108, 22}, &s572},
	{KIND_CLUSTER_TRUST_BUNDLE, {schema_texts + 1131, 27}, &s572},
	{KIND_CLUSTER_TRUST_BUNDLE, {schema_texts + 1159, 28}, &s572},
	{KIND_NAMESPACE, {schema_texts + 1063, 2}, &s573},
};
const size_t n_schema_roots = 31;
