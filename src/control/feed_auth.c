/* SPDX-License-Identifier: Apache-2.0 */
#include "control/feed_auth.h"

#include <errno.h>
#include <openssl/sha.h>

#include "base/mem.h"
#include "base/vec.h"
#include "source/feed_source.h"
#include "text/parse.h"
#include "text/write.h"

struct believed {
	uint8_t token[32];
	nsec until;
	char *account;
	char *workload;
};

struct feed_auth {
	struct api *api;
	VEC(struct believed) believed;
};

static void answer(struct feed_question *q, int res, const struct feed_caller *caller)
{
	if (q->done)
		q->done(q, res, caller);
}

/* --- what is believed ------------------------------------------------------------------------ */

static struct believed *believed_find(struct feed_auth *x, const uint8_t token[static 32])
{
	vec_for_each (b, &x->believed) {
		if (memcmp(b->token, token, 32) == 0 && b->until > loop_now(api_loop(x->api)))
			return b;
	}
	return NULL;
}

static void believe(struct feed_auth *x, const struct feed_question *q, struct str workload)
{
	nsec now = loop_now(api_loop(x->api));
	struct believed *slot = NULL;

	vec_for_each (b, &x->believed) {
		if (b->until <= now)
			slot = b;
	}
	if (!slot && x->believed.n == FEED_BELIEVED_MAX)
		return;
	if (!slot) {
		slot = vec_push(&x->believed);
		*slot = (struct believed){0};
	}
	mem_free(slot->account);
	mem_free(slot->workload);
	*slot = (struct believed){.until = now + FEED_TOKEN_LIFE,
		.account = mem_strdup(buf_str(&q->account)),
		.workload = mem_strdup(workload)};
	memcpy(slot->token, q->token, sizeof(slot->token));
}

/* --- from the token to the workload ---------------------------------------------------------- */

static void ask_for(struct feed_question *q, const char *method, const char *type, api_done_f *done)
{
	q->call = (struct api_call){.method = method,
		.path = buf_str(&q->path),
		.content_type = type,
		.body = buf_str(&q->body),
		.first = true,
		.done = done};
	api_start(q->auth->api, &q->call);
}

/* The object of an answer; 0, or what it means for the question. */
static int read_answer(
	struct arena *a, int res, int status, struct str body, struct value *ret_object)
{
	if (res == 0 && status == 404)
		return -EACCES;
	if (res < 0 || status / 100 != 2 || text_parse_json(a, body, ret_object, NULL) < 0)
		return -EAGAIN;
	return 0;
}

/* The owner that manages the object, of <kind> in <group>: its "name" or "uid". */
static struct str owner(const struct value *object, const char *kind, struct str what)
{
	const struct value *owners =
		value_get(value_get(object, STR("metadata")), STR("ownerReferences"));

	if (!owners)
		return (struct str){0};
	value_for_each(o, owners)
	{
		const struct value *managing = value_get(o, STR("controller"));

		if (managing && managing->kind == VALUE_BOOL && managing->boolean &&
			str_eq(value_get_str(o, STR("apiVersion"), STR("")), STR("apps/v1")) &&
			str_eq(value_get_str(o, STR("kind"), STR("")), str_from(kind)))
			return value_get_str(o, what, (struct str){0});
	}
	return (struct str){0};
}

static void found(struct feed_question *q, struct str workload)
{
	struct feed_caller caller = {buf_str(&q->account), workload};

	if (!workload.n) {
		answer(q, -EACCES, NULL);
		return;
	}
	believe(q->auth, q, workload);
	answer(q, 0, &caller);
}

static void on_replica_set(struct api_call *call, int res, int status, struct str body)
{
	struct feed_question *q = container_of(call, struct feed_question, call);
	struct value v;
	struct arena a;

	arena_init(&a, 0);
	res = read_answer(&a, res, status, body, &v);
	if (res < 0)
		answer(q, res, NULL);
	else
		found(q, owner(&v, "Deployment", STR("uid")));
	arena_fini(&a);
}

static void on_pod(struct api_call *call, int res, int status, struct str body)
{
	struct feed_question *q = container_of(call, struct feed_question, call);
	struct str account = buf_str(&q->account), namespace = str_cut(&account, ':'), set;
	struct value v;
	struct arena a;

	arena_init(&a, 0);
	res = read_answer(&a, res, status, body, &v);
	if (res == 0 && !str_eq(value_get_str(value_get(&v, STR("metadata")), STR("uid"), STR("")),
				buf_str(&q->pod)))
		res = -EACCES; /* another pod of that name */
	set = res == 0 ? owner(&v, "ReplicaSet", STR("name")) : (struct str){0};
	if (res < 0) {
		answer(q, res, NULL);
	} else if (set.n) {
		buf_reset(&q->path);
		buf_printf(&q->path, "/apis/apps/v1/namespaces/%.*s/replicasets/%.*s",
			STR_ARG(namespace), STR_ARG(set));
		ask_for(q, "GET", NULL, on_replica_set);
	} else {
		found(q, owner(&v, "DaemonSet", STR("uid")));
	}
	arena_fini(&a);
}

static void on_access(struct api_call *call, int res, int status, struct str body)
{
	struct feed_question *q = container_of(call, struct feed_question, call);
	struct feed_caller caller = {buf_str(&q->account), {0}};
	const struct value *yes;
	struct value v;
	struct arena a;

	arena_init(&a, 0);
	res = read_answer(&a, res, status, body, &v);
	yes = res == 0 ? value_get(value_get(&v, STR("status")), STR("allowed")) : NULL;
	if (res == 0 && (!yes || yes->kind != VALUE_BOOL || !yes->boolean))
		res = -EPERM;
	if (res == 0)
		believe(q->auth, q, (struct str){0});
	answer(q, res, &caller);
	arena_fini(&a);
}

static void add_user(struct buf *b, const struct value *user, const char *from, const char *to)
{
	const struct value *v = value_get(user, str_from(from));

	if (!v)
		return;
	buf_printf(b, ",\"%s\":", to);
	text_write_json(b, v, TEXT_COMPACT);
}

/* A whole class is served by whom its owner lets: verb "serve". */
static void ask_access(struct feed_question *q, const struct value *user)
{
	struct buf *b = &q->body;

	buf_reset(b);
	buf_add(b,
		STR("{\"apiVersion\":\"authorization.k8s.io/v1\",\"kind\":\"SubjectAccessReview\","
		    "\"spec\":{\"resourceAttributes\":{\"group\":\"gateway.networking.k8s.io\","
		    "\"resource\":\"gatewayclasses\",\"verb\":\"serve\",\"name\":"));
	text_write_json_string(b, buf_str(&q->class_name));
	buf_addc(b, '}');
	add_user(b, user, "username", "user");
	add_user(b, user, "uid", "uid");
	add_user(b, user, "groups", "groups");
	add_user(b, user, "extra", "extra");
	buf_add(b, STR("}}"));
	buf_reset(&q->path);
	buf_add(&q->path, STR("/apis/authorization.k8s.io/v1/subjectaccessreviews"));
	ask_for(q, "POST", "application/json", on_access);
}

static struct str extra(const struct value *user, struct str key)
{
	const struct value *list = value_get(value_get(user, STR("extra")), key);

	return list && list->kind == VALUE_ARRAY && list->n == 1 &&
			       list->items[0].kind == VALUE_STRING
		       ? list->items[0].string
		       : (struct str){0};
}

static void on_reviewed(struct api_call *call, int res, int status, struct str body)
{
	struct feed_question *q = container_of(call, struct feed_question, call);
	struct str prefix = STR("system:serviceaccount:"), name, account, namespace, pod, uid;
	const struct value *st, *yes, *user;
	struct value v;
	struct arena a;

	arena_init(&a, 0);
	buf_reset(&q->body); /* it held the token */
	res = read_answer(&a, res, status, body, &v);
	st = res == 0 ? value_get(&v, STR("status")) : NULL;
	user = value_get(st, STR("user"));
	yes = value_get(st, STR("authenticated"));
	name = value_get_str(user, STR("username"), STR(""));
	pod = extra(user, STR("authentication.kubernetes.io/pod-name"));
	uid = extra(user, STR("authentication.kubernetes.io/pod-uid"));
	if (res == 0 &&
		(!yes || yes->kind != VALUE_BOOL || !yes->boolean || !str_starts(name, prefix) ||
			(!q->class_name.n && (!pod.n || !uid.n))))
		res = -EACCES;
	if (res < 0) {
		answer(q, res, NULL);
		arena_fini(&a);
		return;
	}
	buf_reset(&q->account);
	buf_add(&q->account, str_skip(name, prefix.n));
	if (q->class_name.n) {
		ask_access(q, user);
		arena_fini(&a);
		return;
	}
	buf_reset(&q->pod);
	buf_add(&q->pod, uid);
	buf_reset(&q->path);
	account = buf_str(&q->account);
	namespace = str_cut(&account, ':');
	buf_printf(&q->path, "/api/v1/namespaces/%.*s/pods/%.*s", STR_ARG(namespace), STR_ARG(pod));
	ask_for(q, "GET", NULL, on_pod);
	arena_fini(&a);
}

/* What was said of a token for one class says nothing for another, or for a Gateway. */
static void digest_question(struct feed_question *q, struct str token)
{
	struct buf text = {0};

	buf_add(&text, token);
	buf_addc(&text, ' ');
	buf_add(&text, buf_str(&q->class_name));
	SHA256((const unsigned char *)text.p, text.n, q->token);
	buf_fini(&text);
}

void feed_auth_ask(
	struct feed_auth *x, struct feed_question *q, struct str token, struct str class_name)
{
	struct believed *b;

	q->auth = x;
	buf_reset(&q->class_name);
	buf_add(&q->class_name, class_name);
	digest_question(q, token);
	b = believed_find(x, q->token);
	if (b) {
		struct feed_caller caller = {str_from(b->account), str_from(b->workload)};

		answer(q, 0, &caller);
		return;
	}
	buf_reset(&q->path);
	buf_add(&q->path, STR("/apis/authentication.k8s.io/v1/tokenreviews"));
	buf_reset(&q->body);
	buf_add(&q->body,
		STR("{\"apiVersion\":\"authentication.k8s.io/v1\",\"kind\":"
		    "\"TokenReview\",\"spec\":{\"audiences\":[\"" FEED_AUDIENCE "\"],\"token\":"));
	text_write_json_string(&q->body, token);
	buf_add(&q->body, STR("}}"));
	ask_for(q, "POST", "application/json", on_reviewed);
}

void feed_auth_cancel(struct feed_question *q)
{
	q->done = NULL;
	api_cancel(&q->call);
}

void feed_question_fini(struct feed_question *q)
{
	AN(!feed_auth_active(q));
	buf_fini(&q->path);
	buf_fini(&q->body);
	buf_fini(&q->account);
	buf_fini(&q->pod);
	buf_fini(&q->class_name);
}

struct feed_auth *feed_auth_new(struct api *a)
{
	struct feed_auth *x = MEM_NEW(struct feed_auth);

	x->api = a;
	return x;
}

void feed_auth_free(struct feed_auth *x)
{
	if (!x)
		return;
	vec_for_each (b, &x->believed) {
		mem_free(b->account);
		mem_free(b->workload);
	}
	vec_fini(&x->believed);
	mem_free(x);
}
