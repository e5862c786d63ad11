/* SPDX-License-Identifier: Apache-2.0 */
#include "control/engine.h"

#include <errno.h>
#include <pthread.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/metric.h"
#include "control/names.h"
#include "control/stamps.h"
#include "source/last_good.h"

#define SAVE_AFTER SEC(1) /* an input in force for this long is a good one */
#define SAVE_EVERY SEC(10) /* not more often, however often it changes */

#define ENGINE_METRICS(M)                                                                           \
	M(metric_change, METRIC_HISTOGRAM, "sluice_change_seconds",                                 \
		"From a change that was read to its plan handed to the workers: decode, translate," \
		" publish.",                                                                        \
		METRIC_SECONDS)

METRICS_DECLARE(ENGINE_METRICS)
METRICS_DEFINE(engine_metrics, ENGINE_METRICS);

struct engine {
	struct loop *loop;
	const struct clock *clock;
	struct plan_store *plans;
	const struct engine_ops *ops;
	void *arg;
	struct store store;
	struct translator *translator;
	struct file_source *source; /* or */
	struct feed_source *feed;
	VEC(struct feed_port) refused; /* ports that could not be bound */
	struct names *names;
	struct stamps stamps;
	struct task update_task;
	const struct kong_listens *listens; /* of an unmanaged data plane; NULL: the plan's own */
	bool read;
	bool ending;
	nsec change_began; /* of the burst that is being used */
	struct engine_reload reload;
	/* last-known-good */
	char *state_dir; /* NULL: none */
	bool has_set_aside;
	uint64_t set_aside;
	bool from_state;
	uint64_t saved; /* digest of what the state folder holds */
	nsec saved_at;
	struct timer save_timer;
};

/* Status times follow the plan: traffic does not wait for them. */
static void engine_stamp(struct engine *e)
{
	size_t n;
	const struct status_change *c = translator_changed(e->translator, &n);
	nsec now = clock_wall(e->clock);

	for (size_t i = 0; i < n; i++)
		stamps_note(&e->stamps, c[i].object, c[i].status, now);
}

static void name_wanted(void *ctx, struct str host)
{
	names_want(ctx, host);
}

static void engine_update(struct engine *e)
{
	struct plan *plan = translator_update(e->translator, &e->store);

	store_changes_reset(&e->store);
	if (plan)
		e->ops->plan(e->arg, plan);
	engine_stamp(e);
	if (e->names && translator_hosts_moved(e->translator)) {
		names_begin(e->names);
		translator_hosts(e->translator, name_wanted, e->names);
		names_end(e->names);
	}
}

static void engine_ack(struct engine *e)
{
	if (e->feed && e->read)
		feed_source_ack(e->feed, !e->ending, e->refused.p, e->refused.n);
}

void engine_ending(struct engine *e)
{
	e->ending = true;
	engine_ack(e);
}

static void engine_update_run(struct task *t)
{
	struct engine *e = container_of(t, struct engine, update_task);

	engine_update(e);
	engine_ack(e);
}

/* Facts change in the middle of other work: the update comes at the end of the tick. */
static void engine_update_soon(struct engine *e)
{
	if (e->loop)
		loop_defer(e->loop, &e->update_task);
}

static void engine_save_soon(struct engine *e);

static bool engine_input_good(const struct engine *e)
{
	size_t n;
	const struct file_problem *p = engine_problems(e, &n);

	for (size_t i = 0; i < n; i++)
		if (!p[i].ignored)
			return false;
	return engine_input(e).stale == 0;
}

static void engine_reloaded(struct engine *e)
{
	struct engine_reload *r = &e->reload;

	r->took = MAX(clock_mono(e->clock) - e->change_began, 0);
	r->at = clock_wall(e->clock);
	r->good = engine_input_good(e);
	if (r->good)
		r->good_at = r->at;
	metric_observe(&metric_change, (uint64_t)r->took);
}

struct engine_reload engine_reload(const struct engine *e)
{
	return e->reload;
}

static void engine_settled(void *arg)
{
	struct engine *e = arg;

	if (e->ops->problems)
		e->ops->problems(e->arg);
	engine_update(e);
	engine_reloaded(e);
	e->read = true;
	engine_save_soon(e);
}

/* --- last-known-good ---------------------------------------------------------------------- */

/* Not at once: an input that kills us in its first second is not good, and a burst is one. */
/* Of what is held, from files or a feed. */
static uint64_t input_digest(const struct engine *e)
{
	return e->feed ? feed_source_digest(e->feed) : file_source_digest(e->source);
}

static void engine_save_soon(struct engine *e)
{
	nsec now, at;

	if (!e->state_dir || !e->loop || timer_armed(&e->save_timer) || input_digest(e) == e->saved)
		return;
	now = clock_mono(e->clock);
	at = MAX(now + SAVE_AFTER, e->saved_at ? e->saved_at + SAVE_EVERY : 0);
	loop_timer_arm(e->loop, &e->save_timer, at - now);
}

static void save_text(void *arg, struct str path, struct str text)
{
	last_good_add(arg, path, text);
}

void engine_save(struct engine *e)
{
	struct buf body = {0};
	uint64_t digest;
	int rc;

	if (!e->state_dir || !e->read || input_digest(e) == e->saved)
		return;
	digest = input_digest(e);
	if (e->feed)
		feed_source_texts(e->feed, save_text, &body);
	else
		file_source_texts(e->source, save_text, &body);
	rc = last_good_write(e->state_dir, digest, buf_str(&body), true);
	if (rc < 0)
		log_error("cannot write the last good input",
			LOG_STR("state-dir", str_from(e->state_dir)), LOG_ERR(rc));
	else
		e->saved = digest;
	e->saved_at = clock_mono(e->clock);
	buf_fini(&body);
}

static void engine_save_run(struct timer *t)
{
	engine_save(container_of(t, struct engine, save_timer));
}

void engine_leave_state(struct engine *e)
{
	if (e->loop)
		loop_timer_cancel(e->loop, &e->save_timer);
	mem_free(e->state_dir);
	e->state_dir = NULL;
}

static bool engine_use(void *arg, uint64_t digest)
{
	struct engine *e = arg;

	e->change_began = clock_mono(e->clock);
	/* Without anything good to serve instead it is tried again. */
	if (e->has_set_aside && digest == e->set_aside && e->from_state)
		return false;
	if (e->ops->input)
		e->ops->input(e->arg, digest);
	return true;
}

/* What was good before this process: the input is read on top of it. */
static void engine_remember(struct engine *e)
{
	struct str body, path, text;
	struct last_good good;

	if (!e->state_dir ||
		last_good_read(e->state_dir, e->has_set_aside ? &e->set_aside : NULL, &good) < 0)
		return;
	if (e->ops->input)
		e->ops->input(e->arg, good.digest);
	body = buf_str(&good.body);
	while (last_good_next(&body, &path, &text)) {
		if (e->feed)
			feed_source_assume(e->feed, text);
		else
			file_source_assume(e->source, path, text);
	}
	if (e->feed)
		engine_update(e);
	else
		file_source_assumed(e->source, good.digest);
	e->saved = good.digest;
	e->from_state = true;
	last_good_fini(&good);
}

struct engine_input engine_input(const struct engine *e)
{
	if (!e->source)
		return (struct engine_input){feed_source_digest(e->feed), 0, e->from_state};
	return (struct engine_input){
		file_source_digest(e->source), file_source_stale(e->source), e->from_state};
}

/* Where listener ports lead, on the listens that we were told at our start. */
static void engine_join(struct engine *e)
{
	const struct publish_port *ports;
	struct translate_listen *list;
	struct arena a;
	size_t n;

	if (!e->listens || !feed_source_ports(e->feed, &ports, &n))
		return;
	arena_init(&a, 0);
	list = kong_listens_join(e->listens, ports, n, &a, &n);
	translator_set_listens(e->translator, STR(""), true, STR(""), list, n);
	arena_fini(&a);
}

/* A revision is whole.  One that is set aside is held and not used: the next may be another. */
static void engine_fed(void *arg)
{
	struct engine *e = arg;

	if (!engine_use(e, feed_source_digest(e->feed))) {
		log_error("this configuration crashed the data plane before: the last good one "
			  "serves on");
		return;
	}
	engine_join(e);
	engine_update(e);
	engine_reloaded(e);
	e->read = true;
	engine_ack(e);
	engine_save_soon(e);
}

static void engine_resolved(void *arg, struct str host, const struct plan_addr *addrs, size_t n)
{
	struct engine *e = arg;

	translator_set_resolved(e->translator, host, addrs, n);
	engine_update_soon(e);
}

static pthread_once_t metrics_once = PTHREAD_ONCE_INIT;

static void metrics_make(void)
{
	metrics_register(&engine_metrics);
}

static int engine_source(struct engine *e, const struct engine_options *options)
{
	static const struct file_source_ops source_ops = {engine_use, engine_settled};
	struct buf err = {0};
	int rc;

	if (!options->feed)
		return file_source_new(e->loop, options->paths, options->n_paths, &e->store,
			e->state_dir != NULL, &source_ops, e, &e->source);
	rc = feed_source_new(e->loop, options->feed, &e->store, engine_fed, e, &e->feed, &err);
	if (rc < 0)
		log_error("no feed", LOG_STR("problem", buf_str(&err)));
	buf_fini(&err);
	return rc;
}

int engine_new(struct loop *l, struct plan_store *plans, const struct engine_options *options,
	const struct engine_ops *ops, void *arg, struct engine **ret_engine)
{
	struct engine *e = MEM_NEW(struct engine);
	struct translate_options t = {.mode = options->feed ? TRANSLATE_MANAGED : TRANSLATE_FILES,
		.keep_settings = true,
		.plans = plans};
	int rc;

	if (options->feed && options->feed->class_name.n) {
		t.mode = TRANSLATE_SHARED;
		t.only_class = options->feed->class_name;
		t.any_controller = true;
		e->listens = options->feed->listens;
	} else if (options->feed) {
		t.only_gateway = options->feed->gateway;
	}
	if (options->controller.n) {
		t.controllers = &options->controller;
		t.n_controllers = 1;
	}
	e->loop = l;
	e->clock = l ? loop_clock(l) : clock_system();
	e->plans = plans;
	e->ops = ops;
	e->arg = arg;
	pthread_once(&metrics_once, metrics_make);
	store_init(&e->store);
	task_init(&e->update_task, engine_update_run);
	timer_init(&e->save_timer, engine_save_run);
	if (options->state_dir)
		e->state_dir = mem_strdup(str_from(options->state_dir));
	if (options->set_aside) {
		e->has_set_aside = true;
		e->set_aside = *options->set_aside;
	}
	e->translator = translator_new(&t);
	rc = l ? names_new(l, options->dns_servers, engine_resolved, e, &e->names) : 0;
	if (rc == 0)
		rc = engine_source(e, options);
	if (rc < 0) {
		engine_free(e);
		return rc;
	}
	*ret_engine = e;
	return 0;
}

void engine_read(struct engine *e)
{
	if (!e->read)
		engine_remember(e);
	if (e->source)
		file_source_read(e->source);
}

void engine_free(struct engine *e)
{
	if (!e)
		return;
	task_cancel(&e->update_task);
	engine_leave_state(e);
	file_source_free(e->source);
	feed_source_free(e->feed);
	vec_fini(&e->refused);
	names_free(e->names);
	translator_free(e->translator);
	stamps_fini(&e->stamps);
	store_fini(&e->store);
	mem_free(e);
}

const struct file_problem *engine_problems(const struct engine *e, size_t *ret_n)
{
	*ret_n = 0;
	return e->source ? file_source_problems(e->source, ret_n) : NULL;
}

/* What the controller is told: the ports that are refused now, and once that they are no more. */
static void engine_note_port(struct engine *e, bool udp, uint16_t port, int err)
{
	vec_for_each (p, &e->refused) {
		if (p->port == port && p->udp == udp) {
			p->error = err ? strerrordesc_np(-err) : "";
			return;
		}
	}
	if (err)
		*vec_push(&e->refused) = (struct feed_port){port, udp, strerrordesc_np(-err)};
}

void engine_port_bound(struct engine *e, bool udp, uint16_t port, int err)
{
	if (e->feed)
		engine_note_port(e, udp, port, err);
	translator_set_port_error(e->translator, (struct str){0}, udp, port,
		err ? str_from(strerror(-err)) : (struct str){0});
	engine_update_soon(e);
}

struct value engine_status(struct engine *e, struct arena *a)
{
	struct value list = value_object(), items = value_array();
	nsec now = clock_wall(e->clock);
	size_t n;
	const struct object_status *const *all = translator_statuses(e->translator, &n);

	for (size_t i = 0; i < n; i++)
		value_push(a, &items, stamps_render(&e->stamps, a, all[i], now));
	value_add(a, &list, STR("apiVersion"), value_str(STR("v1")));
	value_add(a, &list, STR("kind"), value_str(STR("List")));
	value_add(a, &list, STR("items"), items);
	return list;
}

struct plan *engine_plan(const struct engine *e)
{
	return translator_plan(e->translator);
}

struct store *engine_store(struct engine *e)
{
	return &e->store;
}

struct translator *engine_translator(struct engine *e)
{
	return e->translator;
}
