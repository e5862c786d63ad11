/* SPDX-License-Identifier: Apache-2.0 */
/*
 * translate_priv.h -- inside the translator: units, what they looked at, what they made.
 *
 * A unit is something that is made anew as a whole: a class, a group of Gateways that are judged
 * together, a route, an upstream, a policy.  While it is made, every look at an object or at
 * another unit's result is noted as an edge to a dep (a key of text); touching the key makes the
 * unit dirty. Units are made in the order of enum unit_kind, so a look only ever goes at finished
 * results.
 */
#ifndef GWAPI_TRANSLATE_PRIV_H
#define GWAPI_TRANSLATE_PRIV_H

#include "base/list.h"
#include "base/map.h"
#include "base/set.h"
#include "base/utf8.h"
#include "base/vec.h"
#include "gwapi/translate.h"
#include "gwapi/types_gen.h"
#include "plan/settings.h"

enum unit_kind { UNIT_CLASS, UNIT_GROUP, UNIT_ROUTE, UNIT_UPSTREAM, UNIT_POLICY, UNIT_KINDS };

struct edge;

struct unit {
	struct str key; /* lives as long as the unit */
	struct edge *edges; /* what it looked at */
	uint64_t serial; /* of the making in progress or last done */
	struct list dirty_link;
	uint8_t kind; /* enum unit_kind */
	bool dirty;
};

/* ---- deps.c ---- */

struct dep {
	struct str key;
	struct list edges; /* struct edge.in_dep */
	uint64_t seen; /* serial of the unit that looked last: a second look adds no edge */
	enum object_kind kind; /* of what stands behind it, for the read set */
	uint8_t what; /* enum dep_what */
	struct str namespace, name; /* parts of key */
};

/* What a dep stands for. */
enum dep_what {
	DEP_OBJECT, /* one object, or its absence */
	DEP_KIND, /* any object of the kind */
	DEP_NAMESPACE, /* any object of the kind in a namespace */
	DEP_OWNED, /* objects that point at namespace/name: slices, ListenerSets, policies */
	DEP_PARENT, /* which routes a Gateway or ListenerSet takes, through whatever listener */
	DEP_LISTENERS, /* all that can be seen of its listeners */
	DEP_SECTION, /* which routes one of them takes; the name is "parent/section" */
	DEP_ADDRESSED, /* whether routes ask for its listeners one by one */
	DEP_CLIENT_CERT, /* the client certificate of a Gateway */
	DEP_USE, /* which Gateways use a Service */
	DEP_HOST, /* the addresses of a DNS name */
	DEP_STATE, /* facts about a Gateway's ports and listens */
};

struct translator;

/* <u> begins to be made: what it looked at before is forgotten. */
void unit_begin(struct translator *t, struct unit *u);
/* <u> looked at this.  <u> NULL: nothing is noted. */
void unit_saw(struct translator *t, struct unit *u, enum dep_what what, enum object_kind kind,
	struct str namespace, struct str name);
/* This changed: all that looked at it are dirty. */
void dep_touch(struct translator *t, enum dep_what what, enum object_kind kind,
	struct str namespace, struct str name);
void unit_dirty(struct translator *t, struct unit *u);
/* Forgets <u>'s edges and takes it off the dirty list. */
void unit_drop(struct translator *t, struct unit *u);
/* For each dep that <u> looked at. */
typedef void unit_saw_f(void *ctx, const struct dep *d);
void unit_each_seen(const struct unit *u, unit_saw_f *fn, void *ctx);
void deps_init(struct translator *t);
void deps_fini(struct translator *t);

/* ---- what units are ---- */

struct problem {
	struct str reason; /* empty: none */
	struct str message;
};

/* The class as a Gateway sees it. */
struct class_view {
	bool ours;
	bool unmanaged; /* its data plane is the user's own */
	struct problem refused; /* InvalidParameters */
};

struct class_unit {
	struct unit unit;
	struct arena arena;
};

enum protocol {
	PROTOCOL_HTTP,
	PROTOCOL_HTTPS,
	PROTOCOL_TLS,
	PROTOCOL_TCP,
	PROTOCOL_UDP,
	PROTOCOL_OTHER,
};

struct pem_list {
	struct plan_pem **p; /* counted */
	size_t n;
};

/* A listener of a Gateway or ListenerSet, judged. */
struct listener {
	struct parent *parent;
	struct str name, hostname, protocol_text;
	const struct listener_tls_config *tls_spec;
	const struct allowed_routes *allowed;
	const struct listener_filters *filters_spec;
	uint16_t port;
	enum protocol protocol;
	uint32_t index; /* in its object */
	struct str id_name; /* "Gateway/ns/name/section" */
	uint64_t id;
	uint32_t kinds; /* bit per enum object_kind that it takes */
	bool terminates; /* TLS ends here */
	/* judgement */
	struct problem conflict; /* reason HostnameConflict or ProtocolConflict */
	struct problem accepted; /* reason empty: accepted */
	struct problem resolved;
	struct problem overlap;
	struct problem broken; /* cannot be carried out: stands in the port, serves nothing */
	struct problem unbound; /* its port could not be bound: it stays in the plan, to be tried */
	bool pending; /* its listens are not known yet */
	struct str pending_why;
	const struct translate_listen *listen; /* of an unmanaged data plane: where it stands */
	bool dangling; /* no route kind is left */
	/* compiled */
	struct pem_list certs, client_cas;
	uint8_t client_auth;
	struct str min_version, max_version, ciphers;
	/* Which routes it takes, as a number and as the text that routes count under: equal for
	 * listeners that take the same ones.  It is their scope in the plan. */
	uint64_t takes;
	struct str takes_name; /* "Gateway/ns/name/…" */
};

/* Settings that are about who connects, and on which ports. */
struct peer_rules {
	struct plan_peers believed;
	const uint16_t *header_ports; /* of listeners: connections begin with a PROXY header */
	size_t n_header_ports;
	bool header_everywhere; /* on all of them */
};
/* A copy in <a>, lists included. */
struct peer_rules peer_rules_copy(const struct peer_rules *p, struct arena *a);

/* A Gateway or ListenerSet of ours as its group made it.  Lives until the group is made again. */
struct parent {
	enum object_kind kind;
	const struct object *object;
	struct str key; /* "ns/name" */
	struct parent *gateway; /* itself for a Gateway */
	struct group_unit *group;
	struct listener *listeners;
	size_t n_listeners;
	nsec age; /* order between objects: the later of its own and its Gateway's creation */
	struct problem accepted; /* reason empty: accepted */
	struct problem unfit; /* settings that are not used: served with those it had */
	struct problem resolved; /* of the Gateway itself: client certificate */
	bool some_invalid; /* ListenersNotValid beside Accepted=True */
	struct str invalid_message;
	bool insecure; /* AllowInsecureFallback */
	bool takes; /* its listeners take part (not refused as a whole) */
	struct plan_settings settings;
	struct peer_rules peers;
	struct plan_addr *binds; /* spec.addresses in FILES; none: all */
	size_t n_binds;
	struct plan_pem *client_cert; /* counted */
	bool wants_client_cert;
	int32_t attached_sets;
	uint64_t digest; /* of which routes it takes */
	uint64_t listeners_digest; /* of all that routes can see */
	struct list to_report; /* in translator.to_report: its status is behind */
};

struct group_unit {
	struct unit unit;
	struct arena arena;
	VEC(struct parent *) parents;
	VEC(struct str) ports; /* names that stand in the plan; owned */
	VEC(struct plan_pem *) pems; /* counts that belong to this making */
	VEC(struct upstream_unit *) upstreams; /* of listener filters */
	VEC(struct str) dangling; /* ListenerSets without a Gateway, told about; owned */
	VEC(const struct listener *) claims; /* which has which listen; of this making */
};

/* One data plane of the user's own serves all of the group: its listens are asked for. */
bool group_shared(const struct translator *t, const struct group_unit *g);
/* The key of a group of all Gateways of an unmanaged class is the class's name: no '/'. */
static inline bool group_of_class(const struct group_unit *g)
{
	return g->unit.key.n && str_find(g->unit.key, '/') == g->unit.key.n;
}

/* A Service port and a Gateway that a route sends to. */
struct route_use {
	struct str service; /* "ns/name" */
	struct str gateway;
	uint16_t port;
};

/* What a route holds of others from one making to the next.  There may be 40,000 of them: all of it
 * is one allocation. */
struct route_held {
	uint32_t n_upstreams, n_counted, n_planned, n_uses;
	struct upstream_unit *upstreams[]; /* behind them the other lists, in the order above */
};
/* Of the listeners that count it. */
static inline struct count **held_counted(struct route_held *h)
{
	return (struct count **)(h->upstreams + h->n_upstreams);
}
/* The Gateways whose variants of it stand in the plan; "": the common one. */
static inline struct str *held_planned(struct route_held *h)
{
	return (struct str *)(held_counted(h) + h->n_counted);
}
static inline struct route_use *held_uses(struct route_held *h)
{
	return (struct route_use *)(held_planned(h) + h->n_planned);
}

/* The same while it is being made. */
struct route_making {
	struct arena arena; /* until the route is made */
	VEC(struct upstream_unit *) upstreams;
	VEC(struct count *) counted;
	VEC(struct str) planned;
	VEC(struct route_use) uses;
};

struct route_unit {
	struct unit unit; /* its key: 'a' + kind, then "ns/name" */
	struct route_held *held; /* NULL: nothing */
};
static inline enum object_kind route_unit_kind(const struct route_unit *r)
{
	return (enum object_kind)(r->unit.key.p[0] - 'a');
}

struct upstream_unit {
	struct unit unit; /* key: the plan's name of it */
	enum object_kind kind; /* SERVICE or BACKEND */
	struct str namespace, name;
	uint16_t port;
	uint8_t protocol; /* enum plan_protocol, before TLS is known */
	struct str gateway; /* whose client certificate; empty: none */
	uint32_t users;
	uint64_t made_in; /* translator.updates */
	bool put; /* stands in the plan */
	bool queued; /* in translator.unused */
	VEC(struct str) hosts; /* DNS names, owned */
};

struct policy_unit {
	struct unit unit;
	struct arena arena;
};

struct count {
	struct str key;
	uint32_t n;
};

struct service_use {
	struct str key;
	VEC(struct {
		struct str gateway; /* owned */
		uint16_t port;
		uint32_t n;
	})
	of;
};

struct port_error {
	struct str gateway; /* all owned */
	struct str why;
	uint16_t port;
	bool udp;
};

struct resolved {
	struct str host;
	struct plan_addr *addrs;
	size_t n;
};

struct state_slot {
	struct str key;
	struct arena arena;
	struct gateway_state state;
};

/* What the data plane of a class listens on. */
struct listens_slot {
	struct str key;
	struct arena arena;
	bool known;
	struct str why; /* it is not */
	const struct translate_listen *listens;
	size_t n;
};

struct translator {
	struct translate_options o;
	struct arena kept; /* copies of options */
	struct plan_store *plans; /* o.plans, or one of our own */
	struct store *store;
	struct plan *plan;
	struct plan_edit *edit; /* during an update */
	bool edited;
	bool started;
	uint64_t serial;
	uint64_t updates; /* how many there have been */
	bool upstreams_made; /* in this update */
	struct set deps; /* struct dep by its key */
	struct list dirty[UNIT_KINDS];
	struct set units[UNIT_KINDS]; /* struct unit by its key */
	struct route_making making; /* of the route in hand */
	struct map parents; /* "Kind/ns/name" -> struct parent */
	struct list to_report; /* struct parent.to_report */
	struct map sets_of; /* "ns/gateway" -> struct owned_list */
	struct map policies_of; /* "ns/kind/name" -> struct owned_list */
	struct map counts; /* listener takes_name -> struct count */
	struct map addressed; /* listener by name or port -> struct count: refs of routes */
	struct map uses; /* "ns/service" -> struct service_use */
	struct set statuses[KIND_MAX]; /* struct object_status by "ns/name" */
	struct set said; /* struct said by its text */
	VEC(const struct object_status *) sorted;
	bool sorted_stale;
	VEC(struct status_change) changed;
	VEC(struct object_status *) retired; /* freed at the next update */
	struct map states; /* gateway -> struct state_slot */
	VEC(struct port_error) port_errors;
	struct map listens; /* class -> struct listens_slot */
	struct map resolved; /* host -> struct resolved */
	struct map good_settings; /* gateway -> struct good_settings */
	VEC(struct upstream_unit *) unused; /* lost their last user in this update */
	struct map hosts; /* host -> struct count: upstreams that want it */
	VEC(struct translate_look) looked;
	struct arena looked_arena;
	struct map rereads; /* Gateway -> its key: read sets that changed */
	VEC(struct str) reread; /* the same, in order */
	struct arena reread_arena;
	uint64_t fields_missing; /* bit i: the CRDs lack what features[i] needs */
	bool hosts_moved; /* since translator_hosts() */
	struct buf scratch;
};

/* ---- index.c: objects by what they point at ---- */

struct owned_list {
	struct str key;
	VEC(const struct object *) v;
};

/* ListenerSets whose parentRef is this Gateway, policies whose target is this, by name. */
const struct owned_list *index_sets(struct translator *t, struct str gateway);
const struct owned_list *index_policies(
	struct translator *t, struct str namespace, enum object_kind target, struct str name);
/* Makes them anew from the store. */
void index_build_sets(struct translator *t);
void index_build_policies(struct translator *t);
void index_fini(struct translator *t);
/* Touches the targets of a BackendTLSPolicy. */
void index_touch_policy(struct translator *t, const struct object *o);

/* ---- look.c: looks at objects that are noted ---- */

const struct object *look(struct translator *t, struct unit *u, enum object_kind kind,
	struct str namespace, struct str name);
/* Whether something of <from> in <from_ns> may refer to <to_group>/<to_kind> <to_ns>/<to_name>. */
bool look_granted(struct translator *t, struct unit *u, enum object_kind from, struct str from_ns,
	struct str to_group, struct str to_kind, struct str to_ns, struct str to_name);
/* Whether the namespace <name> fits <selector>. */
bool look_selected(struct translator *t, struct unit *u, const struct label_selector *selector,
	struct str name);
bool selector_matches(
	const struct label_selector *selector, const struct str_pair *labels, uint32_t n_labels);
struct parent *look_parent(
	struct translator *t, struct unit *u, enum object_kind kind, struct str key);
/* <namespace> or, where it is absent, <otherwise>. */
static inline struct str namespace_or(struct str namespace, struct str otherwise)
{
	return namespace.n ? namespace : otherwise;
}
/* The beginning of <s>, at most <n> bytes, whole characters: for messages. */
static inline struct str clip(struct str s, size_t n)
{
	return str_take(s, utf8_valid(str_take(s, n)));
}
/* The first note beneath spec that is not beneath <list> ("spec.rules"), or NULL. */
const struct object_note *look_note(const struct object *o, struct str list);
/* "ns/name" in <a>. */
struct str key_of(struct arena *a, struct str namespace, struct str name);
void key_split(struct str key, struct str *ret_namespace, struct str *ret_name);

/* ---- class.c, params.c ---- */

/* What is made of class <name>; looks are noted for <u>, texts are in <a>. */
struct class_view class_judge(struct translator *t, struct unit *u, struct arena *a,
	struct str name, struct plan_settings *settings, struct peer_rules *peers);
void class_make(struct translator *t, struct class_unit *c);
bool controller_ours(const struct translator *t, struct str controller);
/* The controllerName under which status about Gateway "ns/name" is written. */
struct str gateway_controller(const struct translator *t, struct str gateway);
/* Applies ConfigMap namespace/name to <settings> and <peers>, whose lists are then in <a>; a
 * problem names key and allowed values. */
struct problem params_apply(struct translator *t, struct unit *u, struct arena *a,
	struct str namespace, struct str name, struct plan_settings *settings,
	struct peer_rules *peers);
/* peers.c: the same for one of its keys, which peer_setting_find() has found. */
struct problem peer_setting_apply(
	struct arena *a, struct str map, struct str key, struct str text, struct peer_rules *peers);
/* A duration of the Gateway API ("1h30m", "75s", "100ms"; GEP-2257).  0 or -EINVAL. */
int must_check params_duration(struct str s, nsec *ret_value);

/* ---- groups.c, listeners.c, conflicts.c, listener_tls.c, ports.c ---- */

void group_make(struct translator *t, struct group_unit *g);
/* Its scope in the plan; one that does not serve looks in one that is empty. */
uint64_t listener_scope(const struct listener *l);
void group_clear(struct translator *t, struct group_unit *g);
/* Takes its ports out of the plan. */
void group_ports_drop(struct translator *t, struct group_unit *g);
/* Fills names, protocol, kinds and what it alone decides. */
void listener_judge(struct translator *t, struct group_unit *g, struct listener *l);
void listener_tls(struct translator *t, struct group_unit *g, struct listener *l);
void gateway_client_cert(struct translator *t, struct group_unit *g, struct parent *gw);
/* Conflicts among <parents>, which stand in order of precedence. */
void conflicts_find(struct group_unit *g, struct parent **parents, size_t n);
void overlaps_find(struct group_unit *g, struct parent **parents, size_t n);
bool parents_share(const struct parent *a, const struct parent *b);
/* Puts the ports of the group into the edit. */
void ports_make(struct translator *t, struct group_unit *g, struct parent **parents, size_t n);
bool listener_udp(const struct listener *l);
/* Whether its object lets it take part. */
bool parent_stands(const struct parent *p);
/* Whether it can be carried out. */
bool listener_serves(const struct listener *l);
bool protocol_served(const struct translator *t, enum protocol p);
/* The route kinds of a protocol as bits. */
uint32_t protocol_kinds(const struct translator *t, enum protocol p);
bool kind_served(const struct translator *t, enum object_kind kind);
bool listener_filters_served(const struct translator *t);
/* HTTP/2 to backends: comes with gRPC. */
bool h2_served(const struct translator *t);
/* "HTTPRoute and GRPCRoute" */
struct str kinds_text(struct arena *a, uint32_t kinds);

/* A text that names a listener: "listener \"http\" of Gateway default/web". */
struct str listener_text(struct arena *a, const struct listener *l);
/* The material of a Secret or ConfigMap as PEM segments; takes notes for <u>.  <problem> tells what
 * is wrong; NULL then. */
struct plan_pem *pem_pair(struct translator *t, struct unit *u, struct arena *a,
	struct str namespace, struct str name, struct problem *problem, struct str reason);
struct plan_pem *pem_cas(struct translator *t, struct unit *u, struct arena *a,
	enum object_kind kind, const struct str *namespaces, const struct str *names, size_t n,
	struct problem *problem, struct str reason);

/* ---- scopes.c ---- */

/* Fills takes and takes_name of the listeners of <p>. */
void scopes_fill(struct translator *t, struct group_unit *g, struct parent *p);
uint64_t listener_digest(const struct listener *l);
/* <o>, if it is a route, came (1) or went (-1): listeners that are asked for by themselves and
 * those that are not do not take the same routes. */
void scopes_address(struct translator *t, const struct object *o, int by);
void scopes_fini(struct translator *t);

/* ---- attach.c ---- */

/* What all routes have. */
struct route_view {
	enum object_kind kind;
	const struct object *object;
	const struct common_route_spec *common;
	const struct str *hostnames;
	size_t n_hostnames;
	size_t n_rules;
};
struct route_view route_view(const struct object *o);

/* The outcome for one parentRef. */
struct attachment {
	const struct parent_reference *ref; /* NULL: a default Gateway */
	struct parent *parent;
	struct problem refused; /* reason empty: accepted */
	struct listener **listeners; /* that take the route */
	size_t n_listeners;
};
/* Judges parentRef <ref>; false when it is none of ours (no entry in status). */
bool attach_judge(struct translator *t, struct route_unit *r, const struct route_view *v,
	const struct parent_reference *ref, struct attachment *ret);
/* Whether <ref> is to a Gateway or ListenerSet. */
bool parent_ref_ours(const struct parent_reference *ref, enum object_kind *ret_kind);
/* Whether hostnames of listener and route have something in common (either may be empty). */
bool hostnames_meet(struct str listener, struct str route);

/* ---- route.c, route_http.c, route_filters.c, route_l4.c ---- */

/* The translation of a route's rules, for one client certificate. */
struct rules {
	struct translator *t;
	struct route_unit *unit;
	const struct object *object; /* refers: the route, Gateway or ListenerSet */
	struct unit *looker;
	struct arena *a; /* texts of problems */
	struct plan_route *route;
	struct arena *out; /* the route's own arena */
	struct str gateway; /* whose client certificate */
	enum plan_protocol protocol; /* of the route's traffic, where nothing else is said */
	VEC(struct problem) refs; /* ResolvedRefs, in order of the document */
	VEC(struct upstream_unit *) upstreams;
	VEC(struct route_use) services; /* gateway empty */
	struct problem whole; /* of every rule: what stands beside the rules is not understood */
	/* of the rule in hand */
	struct problem invalid;
	struct str where; /* "rule 0" or "rule \"api\"" */
	size_t n_invalid; /* rules */
	VEC(struct problem) invalids; /* one a rule that is invalid */
};

void route_make(struct translator *t, struct route_unit *r);
void route_clear(struct translator *t, struct route_unit *r);
/* Borrowed from the store; NULL: it is gone. */
const struct object *route_object(struct translator *t, const struct route_unit *r);
void route_making_fini(struct translator *t);
void rules_http(struct rules *x, const struct http_route *route);
void rules_grpc(struct rules *x, const struct grpc_route *route);
void rules_l4(struct rules *x, const struct object *route);
/* Says that the rule in hand cannot be carried out; the first such word stays. */
void rule_invalid(struct rules *x, struct str reason, const char *fmt, ...) printf_like(3, 4);
/* A reference that did not resolve. */
void ref_problem(struct rules *x, struct str reason, struct str message);
/* HTTP filters; <on_backend> and <prefix> (all matches are PathPrefix) decide what may be. */
const struct plan_filters *filters_http(
	struct rules *x, const struct http_route_filter *f, size_t n, bool on_backend, bool prefix);
const struct plan_filters *filters_grpc(
	struct rules *x, const struct grpc_route_filter *f, size_t n);
/* A listener's filters in <out>; a problem is told as listener.accepted or .resolved. */
const struct plan_filters *filters_listener(
	struct translator *t, struct group_unit *g, struct listener *l, struct arena *out);
/* True when the backend answers by itself: a redirect among them. */
bool filters_redirect(const struct plan_filters *f);
/* A redirect in one and a rewrite in the other. */
bool filters_clash(const struct plan_filters *a, const struct plan_filters *b);

/* Parts of route_http.c that other kinds use. */
void rule_begin(struct rules *x, struct str name, uint32_t index);
void rule_notes(struct rules *x, uint32_t index);
void note_invalid(struct rules *x, const struct object_note *n);
/* Matches from <first_match> on are this rule's. */
void rule_end(struct rules *x, struct plan_rule *rule, struct plan_rule *rules, struct str name,
	size_t first_match);
void rule_backends(struct rules *x, struct plan_rule *rule, struct plan_backend *list, size_t n);
void rule_session(struct rules *x, struct plan_rule *rule, const struct session_persistence *s);
struct regex;
const struct regex *rule_regex(struct rules *x, struct str pattern, const char *where);
void match_header_add(struct rules *x, struct match_value *list, uint8_t *n, struct str name,
	struct str value, bool regex);
/* A lower-case copy, or false when it is no token. */
bool header_name_lower(struct arena *a, struct str name, struct str *ret_name);
/* One that frames the message or is the connection's: no route may write it. */
bool header_reserved(struct str lower);

/* ---- backends.c ---- */

/* Resolves a reference of the rules' object; never fails: a refusal is part of the answer. */
struct plan_ref backend_resolve(struct rules *x, const struct backend_object_reference *ref,
	enum plan_protocol protocol, const char *what);

/* ---- upstreams.c, endpoints.c, policy.c ---- */

struct upstream_unit *upstream_get(struct translator *t, const struct upstream_unit *like);
void upstream_release(struct translator *t, struct upstream_unit *u);
void upstream_make(struct translator *t, struct upstream_unit *u);
void upstream_free(struct translator *t, struct upstream_unit *u);
/* Takes those out of the plan that nobody uses any more. */
void upstreams_sweep(struct translator *t);

/* A policy as it bears on a Service port. */
struct policy_view {
	const struct backend_tls_policy *policy; /* NULL: none */
	struct problem accepted;
	struct problem resolved;
	struct plan_pem *ca; /* counted; NULL with no problem: none needed */
};
/* The policy that counts for <service> port named <port>. */
const struct backend_tls_policy *policy_for(
	struct translator *t, struct unit *u, const struct object *service, struct str port);
/* Judges a policy by itself: CA references, options. */
struct policy_view policy_judge(
	struct translator *t, struct unit *u, struct arena *a, const struct backend_tls_policy *p);
void policy_make(struct translator *t, struct policy_unit *p);
/* The TLS of a Backend object. */
struct policy_view backend_tls_judge(
	struct translator *t, struct unit *u, struct arena *a, const struct backend *b);
void use_add(struct translator *t, const struct route_use *use);
void use_del(struct translator *t, const struct route_use *use);

/* ---- report.c: statuses ---- */

/* Collects conditions in an arena. */
struct conditions {
	struct arena *a;
	struct condition p[10];
	size_t n;
};
void condition_add(struct conditions *c, struct str type, enum condition_status status,
	struct str reason, struct str message);
struct condition_list conditions_end(const struct conditions *c);

/* Something to be said, to be filled from its arena. */
struct status_said *status_new(const struct object *o);
/* Says <s> of <o>; takes <s>. */
void status_put(struct translator *t, const struct object *o, struct status_said *s);
void status_del(struct translator *t, enum object_kind kind, struct str namespace, struct str name);
void status_init(struct translator *t);
void status_fini(struct translator *t);
/* Frees what was replaced in the update before. */
void status_sweep(struct translator *t);
/* good_settings.c: of keep_settings */
/* Remembers the settings of a Gateway that has none to complain about; else gives it those it had,
 * and moves the complaint to p->unfit. */
void good_settings_keep(struct translator *t, struct arena *a, struct parent *p);
void good_settings_forget(struct translator *t, struct str gateway);
void good_settings_fini(struct translator *t);

/* facts.c */
void facts_fini(struct translator *t);
/* Gateways and ListenerSets whose counts or state moved. */
void parents_report(struct translator *t);
void parent_dirty(struct translator *t, struct parent *p);
/* One route more that counts under <takes_name>; that one goes. */
struct count *count_hold(struct translator *t, struct str takes_name);
void count_release(struct translator *t, struct count *c);
uint32_t count_get(const struct translator *t, struct str takes_name);
/* <by> more under <key>; NULL: there is none any more. */
struct count *counter_add(struct map *m, struct str key, int by);

/* ---- features.c ---- */

/* In <a>; the names are static. */
const struct str *features_list(const struct translator *t, struct arena *a, size_t *ret_n);

#endif
