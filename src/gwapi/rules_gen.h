/* SPDX-License-Identifier: Apache-2.0 */
/* Written by tools/gwgen from the CRDs; do not edit. */
#ifndef GWAPI_RULES_GEN_H
#define GWAPI_RULES_GEN_H

#include "gwapi/rules_priv.h"

rule_f rule_absolutetimeout_must_be_specified_when_cookie_lifetimetype;
rule_f rule_allowheaders_cannot_contain_alongside_other_methods;
rule_f rule_allowheaders_cannot_contain_alongside_other_methods__cors_method_list;
rule_f rule_annotation_keys_must_be_in_the_form_of_an_optional_dns_subdomain;
rule_f rule_at_least_one_of_the_fields_in_tracing_must_be_set;
rule_f rule_attributekey_is_required_when_sourcetype_is_attribute_and;
rule_f rule_attributes_can_only_be_set_when_mode_is_enabled;
rule_f rule_backendrequest_timeout_cannot_be_longer_than_request_timeout;
rule_f rule_cacertificaterefs_and_wellknowncacertificates_cannot_both;
rule_f rule_certificaterefs_or_options_must_be_specified_when_mode_is;
rule_f rule_clientcertificateref_must_be_set_if_and_only_if_mode_is_clientandserver;
rule_f rule_clustertrustbundle_references_must_not_specify_namespace;
rule_f rule_combination_of_port_protocol_and_hostname_must_be_unique;
rule_f rule_combination_of_port_protocol_and_hostname_must_be_unique_2;
rule_f rule_cookie_must_be_nil_if_type_is_not_cookie;
rule_f rule_cookie_must_be_specified_for_cookie_type;
rule_f rule_cors_filter_cannot_be_repeated;
rule_f rule_endpointselector_must_be_set_when_type_is_endpointselector;
rule_f rule_exactly_one_of_the_fields_in_cacertificaterefs_wellknowncacertificates;
rule_f rule_exactly_the_field_that_type_names_must_be_set;
rule_f rule_externalhostname_must_be_set_when_type_is_externalhostname;
rule_f rule_field_is_immutable;
rule_f rule_filter_cors_must_be_nil_if_the_filter_type_is_not_cors;
rule_f rule_filter_cors_must_be_specified_for_cors_filter_type;
rule_f rule_filter_extensionref_must_be_nil_if_the_filter_type_is_not;
rule_f rule_filter_extensionref_must_be_nil_if_the_filter_type_is_not__grpc_route_filter;
rule_f rule_filter_extensionref_must_be_nil_if_the_filter_type_is_not__http_route_filter;
rule_f rule_filter_extensionref_must_be_specified_for_extensionref_filter;
rule_f rule_filter_extensionref_must_be_specified_for_extensionref_filter__grpc_route_filter;
rule_f rule_filter_extensionref_must_be_specified_for_extensionref_filter__http_route_filter;
rule_f rule_filter_externalauth_must_be_nil_if_the_filter_type_is_not;
rule_f rule_filter_externalauth_must_be_nil_if_the_filter_type_is_not__http_route_filter;
rule_f rule_filter_externalauth_must_be_specified_for_externalauth_filter;
rule_f rule_filter_externalauth_must_be_specified_for_externalauth_filter__http_route_filter;
rule_f rule_filter_requestheadermodifier_must_be_nil_if_the_filter_type;
rule_f rule_filter_requestheadermodifier_must_be_nil_if_the_filter_type__http_route_filter;
rule_f rule_filter_requestheadermodifier_must_be_specified_for_requestheadermodifier;
rule_f rule_filter_requestheadermodifier_must_be_specified_for_requestheadermodifier__http_route_filter;
rule_f rule_filter_requestmirror_must_be_nil_if_the_filter_type_is_not;
rule_f rule_filter_requestmirror_must_be_nil_if_the_filter_type_is_not__http_route_filter;
rule_f rule_filter_requestmirror_must_be_specified_for_requestmirror;
rule_f rule_filter_requestmirror_must_be_specified_for_requestmirror__http_route_filter;
rule_f rule_filter_requestredirect_must_be_nil_if_the_filter_type_is;
rule_f rule_filter_requestredirect_must_be_specified_for_requestredirect;
rule_f rule_filter_responseheadermodifier_must_be_nil_if_the_filter_type;
rule_f rule_filter_responseheadermodifier_must_be_nil_if_the_filter_type__http_route_filter;
rule_f rule_filter_responseheadermodifier_must_be_specified_for_responseheadermodifier;
rule_f rule_filter_responseheadermodifier_must_be_specified_for_responseheadermodifier__http_route_filter;
rule_f rule_filter_urlrewrite_must_be_nil_if_the_filter_type_is_not_urlrewrite;
rule_f rule_filter_urlrewrite_must_be_specified_for_urlrewrite_filter;
rule_f rule_filters_may_only_be_set_when_protocol_is_http_or_https;
rule_f rule_grpc_must_be_specified_when_protocol_is_set_to_grpc;
rule_f rule_header_must_be_nil_if_type_is_not_header;
rule_f rule_header_must_be_specified_for_header_type;
rule_f rule_headername_is_required_when_sourcetype_is_header_and_must;
rule_f rule_hostname_must_not_be_an_ip_address_or_end_with_cluster_local;
rule_f rule_hostname_must_not_be_specified_for_protocols_tcp_udp;
rule_f rule_hostname_must_not_be_specified_for_protocols_tcp_udp__listener_entry_list;
rule_f rule_hostname_value_must_be_empty_or_contain_only_valid_characters;
rule_f rule_hostname_value_must_only_contain_valid_characters_matching;
rule_f rule_hostname_values_must_be_unique;
rule_f rule_hostnames_cannot_contain_an_ip;
rule_f rule_hostnames_must_be_valid_based_on_rfc_1123;
rule_f rule_http_must_be_specified_when_protocol_is_set_to_http;
rule_f rule_if_specified_the_annotation_keys_prefix_must_be_a_dns_subdomain;
rule_f rule_interval_cannot_be_greater_than_one_hour;
rule_f rule_interval_cannot_be_greater_than_one_hour_or_less_than_one;
rule_f rule_ipaddress_values_must_be_unique;
rule_f rule_label_keys_must_be_in_the_form_of_an_optional_dns_subdomain;
rule_f rule_listener_name_must_be_unique_within_the_gateway;
rule_f rule_listener_name_must_be_unique_within_the_gateway__listener_entry_list;
rule_f rule_literalvalue_is_required_when_sourcetype_is_literal_and_must;
rule_f rule_may_specify_either_httproutefilterrequestredirect_or_httproutefilterrequestrewrite;
rule_f rule_method_must_only_contain_valid_characters_matching_a_za_z;
rule_f rule_must_have_port_for_service_reference;
rule_f rule_must_have_port_for_service_reference__backend_ref;
rule_f rule_must_have_port_for_service_reference__grpc_backend_ref;
rule_f rule_must_have_port_for_service_reference__http_backend_ref;
rule_f rule_must_not_contain_hash_when_type_one_of_exact_pathprefix;
rule_f rule_must_not_contain_percent_2f_when_type_one_of_exact_pathprefix;
rule_f rule_must_not_contain_percent_2f_when_type_one_of_exact_pathprefix_2;
rule_f rule_must_not_contain_slash_dot_dot_slash_when_type_one_of_exact;
rule_f rule_must_not_contain_slash_dot_slash_when_type_one_of_exact_pathprefix;
rule_f rule_must_not_contain_slash_slash_when_type_one_of_exact_pathprefix;
rule_f rule_must_not_end_with_slash_dot_dot_when_type_one_of_exact_pathprefix;
rule_f rule_must_not_end_with_slash_dot_when_type_one_of_exact_pathprefix;
rule_f rule_must_not_have_port_for_backend_reference;
rule_f rule_must_not_have_port_for_backend_reference__backend_ref;
rule_f rule_must_not_have_port_for_backend_reference__grpc_backend_ref;
rule_f rule_must_not_have_port_for_backend_reference__http_backend_ref;
rule_f rule_must_only_contain_valid_characters_matching_a_za_z0_9_percent;
rule_f rule_numerator_must_be_less_than_or_equal_to_denominator;
rule_f rule_one_or_both_of_service_or_method_must_be_specified;
rule_f rule_only_one_of_percent_or_fraction_may_be_specified_in_httprequestmirrorfilter;
rule_f rule_parentbasedsampling_can_only_be_set_when_mode_is_enabled;
rule_f rule_port_for_tls_configuration_must_be_unique_within_the_gateway;
rule_f rule_protocol_must_be_grpc_when_grpc_is_set;
rule_f rule_protocol_must_be_http_when_http_is_set;
rule_f rule_provider_is_required_when_mode_is_enabled_and_must_be_empty;
rule_f rule_replacefullpath_must_be_specified_when_type_is_set_to_replacefullpath;
rule_f rule_replaceprefixmatch_must_be_specified_when_type_is_set_to;
rule_f rule_requestheadermodifier_filter_cannot_be_repeated;
rule_f rule_requestheadermodifier_filter_cannot_be_repeated__http_route_filter_list;
rule_f rule_requestredirect_filter_cannot_be_repeated;
rule_f rule_requestredirect_filter_must_not_be_used_together_with_backendrefs;
rule_f rule_responseheadermodifier_filter_cannot_be_repeated;
rule_f rule_responseheadermodifier_filter_cannot_be_repeated__http_route_filter_list;
rule_f rule_routability_must_be_empty_cluster_or_an_implementation_specific;
rule_f rule_rule_name_must_be_unique_within_the_route;
rule_f rule_rule_name_must_be_unique_within_the_route__http_route_rule_list;
rule_f rule_rule_name_must_be_unique_within_the_route__tcp_route_rule_list;
rule_f rule_rule_name_must_be_unique_within_the_route__tls_route_rule_list;
rule_f rule_rule_name_must_be_unique_within_the_route__udp_route_rule_list;
rule_f rule_samplingrate_can_only_be_set_when_mode_is_enabled;
rule_f rule_samplingrate_can_only_be_set_when_mode_is_enabled__x_tracing_config;
rule_f rule_sectionname_must_be_specified_when_targetrefs_includes_2;
rule_f rule_sectionname_must_be_unique_when_targetrefs_includes_2_or;
rule_f rule_sectionname_or_port_must_be_specified_when_parentrefs_includes;
rule_f rule_sectionname_or_port_must_be_unique_when_parentrefs_includes;
rule_f rule_service_must_only_contain_valid_characters_matching_i_a_z;
rule_f rule_servicename_can_only_be_set_when_mode_is_enabled;
rule_f rule_sessionpersistence_can_only_be_set_when_type_is_endpointselector;
rule_f rule_spanname_can_only_be_set_when_mode_is_enabled;
rule_f rule_subjectaltname_element_must_contain_hostname_if_type_is_set;
rule_f rule_subjectaltname_element_must_contain_uri_if_type_is_set_to;
rule_f rule_subjectaltname_element_must_not_contain_hostname_if_type;
rule_f rule_subjectaltname_element_must_not_contain_uri_if_type_is_not;
rule_f rule_tls_may_only_be_set_when_protocol_is_https;
rule_f rule_tls_mode_must_be_set_for_protocol_tls;
rule_f rule_tls_mode_must_be_set_for_protocol_tls__listener_entry_list;
rule_f rule_tls_mode_must_be_terminate_for_protocol_https;
rule_f rule_tls_mode_must_be_terminate_for_protocol_https__listener_entry_list;
rule_f rule_tls_must_be_disabled_when_protocol_is_h2c_use_protocol_http2;
rule_f rule_tls_must_be_enabled_when_protocol_is_http2_use_protocol_h2c;
rule_f rule_tls_must_be_enabled_when_protocol_is_wss;
rule_f rule_tls_must_not_be_specified_for_protocols_http_tcp_udp;
rule_f rule_tls_must_not_be_specified_for_protocols_http_tcp_udp__listener_entry_list;
rule_f rule_type_must_be_one_of_exact_pathprefix_regularexpression;
rule_f rule_type_must_be_replacefullpath_when_replacefullpath_is_set;
rule_f rule_type_must_be_replaceprefixmatch_when_replaceprefixmatch_is;
rule_f rule_urlrewrite_filter_cannot_be_repeated;
rule_f rule_validation_must_be_set_if_and_only_if_mode_is_either_clientandserver;
rule_f rule_value_must_be_an_absolute_path_and_start_with_slash_when;
rule_f rule_when_using_requestredirect_filter_with_path_replaceprefixmatch;
rule_f rule_when_using_urlrewrite_filter_with_path_replaceprefixmatch;
rule_f rule_while_16_rules_and_64_matches_per_rule_are_allowed_the_total;
rule_f rule_while_16_rules_and_64_matches_per_rule_are_allowed_the_total_2;
rule_f rule_wildcards_on_hostnames_must_be_the_first_label_and_the_rest;
rule_f rule_within_backendrefs_when_using_requestredirect_filter_with;
rule_f rule_within_backendrefs_when_using_urlrewrite_filter_with_path;

extern const struct dfa pattern_1; /* ^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$ */
extern const struct dfa pattern_2; /* ^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$ */
extern const struct dfa pattern_3; /* ^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$ */
extern const struct dfa pattern_4; /* ^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$ */
extern const struct dfa pattern_5; /* ^(([^:/?#]+):)(//([^/?#]*))([^?#]*)(\?([^#]*))?(#(.*))? */
extern const struct dfa pattern_6; /* ^(System|([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)* /([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]))$ */
extern const struct dfa pattern_7; /* ^[a-z0-9]([-a-z0-9]*[a-z0-9])?$ */
extern const struct dfa pattern_8; /* ^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$ */
extern const struct dfa pattern_9; /* ^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)* /)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$ */
extern const struct dfa pattern_10; /* ^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/[A-Za-z0-9\/\-._~%!$&'()*+,;=:]+$ */
extern const struct dfa pattern_11; /* ^.* /.+$ */
extern const struct dfa pattern_12; /* ^Hostname|IPAddress|NamedAddress|[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/[A-Za-z0-9\/\-._~%!$&'()*+,;=:]+$ */
extern const struct dfa pattern_13; /* ^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)* /)?([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]$ */
extern const struct dfa pattern_14; /* ^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$ */
extern const struct dfa pattern_15; /* ^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|[%][0-9a-fA-F]{2})+$ */
extern const struct dfa pattern_16; /* ^[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?$|[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/[A-Za-z0-9]+$ */
extern const struct dfa pattern_17; /* ^[A-Za-z0-9!#$%&'*+\-.^_\x60|~]+$ */
extern const struct dfa pattern_18; /* ^[!-~]+([\t ]?[!-~]+)*$ */
extern const struct dfa pattern_19; /* ^(?i)\.?[a-z_][a-z_0-9]*(\.[a-z_][a-z_0-9]*)*$ */
extern const struct dfa pattern_20; /* ^[A-Za-z_][A-Za-z_0-9]*$ */
extern const struct dfa pattern_21; /* ^([0-9]{1,5}(h|m|s|ms)){1,4}$ */
extern const struct dfa pattern_22; /* (^\*$)|(^(http(s)?):\/\/(((\*\.)?([a-zA-Z0-9\-]+\.)*[a-zA-Z0-9-]+|\*)(:([0-9]{1,5}))?)$) */
extern const struct dfa pattern_23; /* ^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*)$ */
extern const struct dfa pattern_24; /* ^[a-z0-9_.-]+$ */
extern const struct dfa pattern_25; /* ^[a-zA-Z0-9_.:/-]+$ */
extern const struct dfa pattern_26; /* ^[a-zA-Z0-9_.:/-]+( [a-zA-Z0-9_.:/-]+)*$ */
extern const struct dfa pattern_27; /* ^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9]([-A-Za-z0-9.]*[A-Za-z0-9])?):([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])$ */

#endif
