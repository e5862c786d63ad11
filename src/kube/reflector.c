/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/reflector.h"

#include <errno.h>

#include "base/mem.h"
#include "kube/frame.h"
#include "kube/split.h"
#include "text/parse.h"

#define REFLECTOR_PATHS 4
#define METADATA_LIST "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
#define METADATA_WATCH "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"

#define REFLECTOR_STATES(S)                                                      \
	S(REFLECTOR_LISTING, 1u << REFLECTOR_WATCHING | 1u << REFLECTOR_RESTING) \
	S(REFLECTOR_WATCHING, 1u << REFLECTOR_LISTING | 1u << REFLECTOR_RESTING) \
	S(REFLECTOR_RESTING, 1u << REFLECTOR_LISTING | 1u << REFLECTOR_WATCHING)

enum reflector_state {
#define S(name, next) name,
	REFLECTOR_STATES(S)
#undef S
};

static const unsigned reflector_next[] = {
#define S(name, next) next,
	REFLECTOR_STATES(S)
#undef S
};

struct reflector {
	struct api *api;
	const struct reflector_ops *ops;
	void *arg;
	struct str paths[REFLECTOR_PATHS];
	size_t n_paths;
	size_t path;
	struct str query;
	struct buf asked; /* the running call's query */
	struct buf version; /* resourceVersion to watch from; empty: list */
	struct buf next; /* continue token of the list */
	struct buf trouble;
	size_t why; /* where it begins in <trouble> */
	struct buf refusal; /* the answer's text, as far as it matters */
	struct api_call call;
	struct split split;
	struct arena scratch;
	struct timer again;
	uint8_t state;
	bool metadata;
	bool listed; /* once */
	bool broken; /* the answer at hand is refused: what follows is not looked at */
	bool gone;
	bool progress; /* this call brought something good */
	bool ending;
	bool once;
	bool failed; /* for good */
	nsec born;
	unsigned failures; /* in a row */
	int status;
};

static void begin(struct reflector *r);

static void reflector_move(struct reflector *r, enum reflector_state to)
{
	AN(reflector_next[r->state] & 1u << to);
	r->state = (uint8_t)to;
}

static void buf_set(struct buf *b, struct str s)
{
	buf_reset(b);
	buf_add(b, s);
}

/* --- what comes ---------------------------------------------------------------------------- */

static void take_meta(struct reflector *r, struct str piece)
{
	struct value meta;

	if (text_parse_json(&r->scratch, piece, &meta, NULL) < 0) {
		r->broken = true;
		return;
	}
	buf_set(&r->version, value_get_str(&meta, STR("resourceVersion"), STR("")));
	buf_set(&r->next, value_get_str(&meta, STR("continue"), STR("")));
}

static void take_item(struct reflector *r, struct str piece)
{
	struct value *v = ARENA_NEW(&r->scratch, struct value);

	if (text_parse_json(&r->scratch, piece, v, NULL) < 0)
		r->broken = true;
	else
		r->ops->object(r->arg, &r->scratch, v);
}

static void take_frame(struct reflector *r, struct str piece)
{
	struct frame f;

	if (frame_parse(&r->scratch, piece, &f) < 0 || f.kind == FRAME_ERROR) {
		r->broken = true;
		return;
	}
	if (f.kind == FRAME_GONE) {
		r->gone = r->broken = true;
		return;
	}
	r->progress = true;
	buf_set(&r->version, f.resource_version);
	if (f.kind == FRAME_PUT)
		r->ops->object(r->arg, &r->scratch, f.object);
	else if (f.kind == FRAME_DELETED)
		r->ops->deleted(r->arg, &r->scratch, f.object);
}

static void on_head(struct api_call *call, int status)
{
	struct reflector *r = container_of(call, struct reflector, call);

	r->status = status;
	r->broken = status != 200;
	buf_reset(&r->refusal);
}

static void on_data(struct api_call *call, struct str in)
{
	struct reflector *r = container_of(call, struct reflector, call);
	struct str piece;

	if (r->status != 200 && r->refusal.n < REFLECTOR_WHY_MAX)
		buf_add(&r->refusal, str_take(in, REFLECTOR_WHY_MAX - r->refusal.n));
	while (!r->broken && !r->ending) {
		enum split_result s = split_next(&r->split, &in, &piece);

		if (s == SPLIT_MORE)
			return;
		arena_reset(&r->scratch);
		if (s == SPLIT_BAD)
			r->broken = true;
		else if (r->state == REFLECTOR_WATCHING)
			take_frame(r, piece);
		else if (s == SPLIT_META)
			take_meta(r, piece);
		else
			take_item(r, piece);
	}
	/* A watch that is refused does not end by itself. */
	if (r->broken && r->state == REFLECTOR_WATCHING)
		api_cancel(&r->call);
}

/* --- what follows -------------------------------------------------------------------------- */

static void rest(struct reflector *r, nsec wait)
{
	reflector_move(r, REFLECTOR_RESTING);
	loop_timer_arm(api_loop(r->api), &r->again, wait);
}

/* What the server says to a status that is not 200: a Status object's message, or plain text. */
static void add_refusal(struct reflector *r)
{
	struct str text = str_trim(buf_str(&r->refusal));
	struct value v;

	arena_reset(&r->scratch);
	if (text_parse_json(&r->scratch, text, &v, NULL) == 0)
		text = value_get_str(&v, STR("message"), STR(""));
	text = str_take(text, str_find(text, '\n'));
	buf_printf(
		&r->trouble, "HTTP status %d%s%.*s", r->status, text.n ? ": " : "", STR_ARG(text));
}

static void add_reason(struct reflector *r, int res)
{
	struct str more = api_why(r->api);

	if (res == -EACCES && more.n)
		buf_add(&r->trouble, more);
	else
		buf_printf(
			&r->trouble, "%s%s%.*s", strerror(-res), more.n ? ": " : "", STR_ARG(more));
}

static void say_trouble(struct reflector *r, int res)
{
	buf_reset(&r->trouble);
	buf_printf(&r->trouble, "%s %.*s: ", r->state == REFLECTOR_WATCHING ? "watch" : "list",
		STR_ARG(r->paths[r->path]));
	r->why = r->trouble.n;
	if (res < 0 && res != -ECANCELED) /* which is our own doing */
		add_reason(r, res);
	else if (r->status != 200)
		add_refusal(r);
	else
		buf_printf(&r->trouble, "not what was expected");
}

/* Whether the same question may be answered otherwise in a moment. */
static bool passing(const struct reflector *r, int res)
{
	if (res == -EACCES)
		return false;
	return res < 0 || r->call.renewed || r->status == 200 || r->status == 410 ||
	       r->status == 429 || r->status >= 500;
}

static void fail(struct reflector *r, int res)
{
	nsec wait = nsec_backoff(REFLECTOR_BACKOFF_FIRST, r->failures, REFLECTOR_BACKOFF_MAX);

	r->failures++;
	say_trouble(r, res);
	r->failed = r->once && (!passing(r, res) || r->failures >= REFLECTOR_ONCE_TRIES);
	if (r->ops->trouble)
		r->ops->trouble(r->arg, buf_str(&r->trouble));
	if (!r->failed)
		rest(r, wait / 2 + api_jitter(r->api, wait / 2));
}

bool reflector_failed(const struct reflector *r, int *ret_status, struct str *ret_why)
{
	if (!r->failed)
		return false;
	*ret_status = r->status;
	*ret_why = str_skip(buf_str(&r->trouble), r->why);
	return true;
}

void reflector_once(struct reflector *r)
{
	r->once = true;
}

bool reflector_refused(const struct reflector *r)
{
	return r->status == 403;
}

/* Not ours to read: who waits for the first list does not wait for ever. */
static void do_without(struct reflector *r, int res)
{
	if (r->listed || r->once || res < 0 || !reflector_refused(r) ||
		loop_now(api_loop(r->api)) - r->born < REFLECTOR_REFUSED)
		return;
	r->listed = true;
	r->ops->listed(r->arg, false);
}

static void list_done(struct reflector *r, int res)
{
	if (res == 0 && r->status == 404) {
		buf_reset(&r->version);
		r->path = (r->path + 1) % r->n_paths;
		if (r->path != 0) {
			begin(r);
			return;
		}
		r->listed = true;
		r->ops->listed(r->arg, false);
		if (!r->once)
			rest(r, REFLECTOR_MISSING);
		return;
	}
	if (res < 0 || r->broken || !split_complete(&r->split) || !r->version.n) {
		/* From the beginning, also where the continue token of the page after this one has
		 * come, or this one's has expired (410). */
		buf_reset(&r->version);
		buf_reset(&r->next);
		fail(r, res);
		do_without(r, res);
		return;
	}
	if (r->next.n) {
		begin(r);
		return;
	}
	r->listed = true;
	r->failures = 0;
	r->ops->listed(r->arg, true);
	if (r->once)
		return;
	reflector_move(r, REFLECTOR_WATCHING);
	begin(r);
}

static void watch_done(struct reflector *r, int res)
{
	if (r->gone || r->status == 410 || r->status == 404) {
		buf_reset(&r->version);
		reflector_move(r, REFLECTOR_LISTING);
		begin(r);
		return;
	}
	if (r->progress)
		r->failures = 0;
	/* The server ends watches in its own time; a cut one goes on where it was. */
	if (r->progress || (res == 0 && !r->broken))
		rest(r, api_jitter(r->api, MSEC(50)));
	else
		fail(r, res);
}

static void on_done(struct api_call *call, int res, int status, struct str body)
{
	struct reflector *r = container_of(call, struct reflector, call);

	(void)status;
	(void)body;
	if (r->ending)
		return;
	if (r->state == REFLECTOR_WATCHING)
		watch_done(r, res);
	else
		list_done(r, res);
}

/* A continue token and a resourceVersion are opaque: what a query must not hold is escaped. */
static void add_escaped(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if ((c >= '0' && c <= '9') || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') ||
			c == '-' || c == '_' || c == '.' || c == '~')
			buf_addc(b, c);
		else
			buf_printf(b, "%%%02X", (unsigned char)c);
	}
}

static void ask(struct reflector *r, bool watch)
{
	buf_reset(&r->asked);
	buf_add(&r->asked, r->query);
	if (r->query.n)
		buf_addc(&r->asked, '&');
	if (watch) {
		buf_printf(&r->asked,
			"watch=1&allowWatchBookmarks=true&timeoutSeconds=%d&resourceVersion=",
			REFLECTOR_WATCH_MIN +
				(int)(api_jitter(r->api, SEC(REFLECTOR_WATCH_MIN)) / SEC(1)));
		add_escaped(&r->asked, buf_str(&r->version));
		return;
	}
	buf_printf(&r->asked, "limit=%d", REFLECTOR_PAGE);
	if (r->next.n) {
		buf_printf(&r->asked, "&continue=");
		add_escaped(&r->asked, buf_str(&r->next));
	}
}

/* Starts the call that the state asks for. */
static void begin(struct reflector *r)
{
	bool watch = r->state == REFLECTOR_WATCHING;

	if (!watch && !r->next.n)
		r->ops->begin(r->arg);
	ask(r, watch);
	buf_reset(&r->next);
	r->broken = r->gone = r->progress = false;
	r->status = 0;
	split_init(&r->split, watch ? SPLIT_FRAMES : SPLIT_LIST);
	r->call = (struct api_call){.method = "GET",
		.path = r->paths[r->path],
		.query = buf_str(&r->asked),
		.accept = !r->metadata ? NULL
			  : watch      ? METADATA_WATCH
				       : METADATA_LIST,
		.done = on_done,
		.head = on_head,
		.data = on_data};
	api_start(r->api, &r->call);
}

static void on_again(struct timer *t)
{
	struct reflector *r = container_of(t, struct reflector, again);

	reflector_move(r, r->version.n ? REFLECTOR_WATCHING : REFLECTOR_LISTING);
	begin(r);
}

struct reflector *reflector_new(struct api *a, const struct str *paths, size_t n, struct str query,
	bool metadata, const struct reflector_ops *ops, void *arg)
{
	struct reflector *r = MEM_NEW(struct reflector);

	r->api = a;
	r->ops = ops;
	r->arg = arg;
	AN(n > 0 && n <= REFLECTOR_PATHS);
	for (size_t i = 0; i < n; i++)
		r->paths[i] = str_from(mem_strdup(paths[i]));
	r->n_paths = n;
	r->metadata = metadata;
	r->query = str_from(mem_strdup(query));
	arena_init(&r->scratch, 16384);
	timer_init(&r->again, on_again);
	r->born = loop_now(api_loop(a));
	begin(r);
	return r;
}

size_t reflector_path(const struct reflector *r)
{
	return r->path;
}

bool reflector_listed(const struct reflector *r)
{
	return r->listed;
}

void reflector_free(struct reflector *r)
{
	if (!r)
		return;
	r->ending = true;
	loop_timer_cancel(api_loop(r->api), &r->again);
	api_cancel(&r->call);
	while (api_active(&r->call))
		loop_tick(api_loop(r->api), 0);
	split_fini(&r->split);
	buf_fini(&r->asked);
	buf_fini(&r->version);
	buf_fini(&r->next);
	buf_fini(&r->trouble);
	buf_fini(&r->refusal);
	arena_fini(&r->scratch);
	for (size_t i = 0; i < r->n_paths; i++)
		mem_free((void *)(uintptr_t)r->paths[i].p);
	mem_free((void *)(uintptr_t)r->query.p);
	mem_free(r);
}
