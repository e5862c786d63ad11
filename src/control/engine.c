/* SPDX-License-Identifier: Apache-2.0 */
#include "control/engine.h"

#include <errno.h>

#include "base/mem.h"
#include "control/names.h"
#include "control/stamps.h"

struct engine {
	struct loop *loop;
	const struct clock *clock;
	struct plan_store *plans;
	const struct engine_ops *ops;
	void *arg;
	struct store store;
	struct translator *translator;
	struct file_source *source;
	struct names *names;
	struct stamps stamps;
	struct task update_task;
	bool read;
};

/* Status times follow the plan: traffic does not wait for them. */
static void engine_stamp(struct engine *e)
{
	size_t n;
	const struct status_change *c = translator_changed(e->translator, &n);
	nsec now = clock_wall(e->clock);

	for (size_t i = 0; i < n; i++)
		stamps_note(&e->stamps, c[i].kind, c[i].namespace, c[i].name, c[i].status, now);
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
	if (e->names) {
		names_begin(e->names);
		translator_hosts(e->translator, name_wanted, e->names);
		names_end(e->names);
	}
}

static void engine_update_run(struct task *t)
{
	engine_update(container_of(t, struct engine, update_task));
}

/* Facts change in the middle of other work: the update comes at the end of the tick. */
static void engine_update_soon(struct engine *e)
{
	if (e->loop)
		loop_defer(e->loop, &e->update_task);
}

static void engine_settled(void *arg)
{
	struct engine *e = arg;

	if (e->ops->input)
		e->ops->input(e->arg, file_source_digest(e->source));
	if (e->ops->problems)
		e->ops->problems(e->arg);
	engine_update(e);
	e->read = true;
}

static void engine_resolved(void *arg, struct str host, const struct plan_addr *addrs, size_t n)
{
	struct engine *e = arg;

	translator_set_resolved(e->translator, host, addrs, n);
	engine_update_soon(e);
}

int engine_new(struct loop *l, struct plan_store *plans, const struct engine_options *options,
	const struct engine_ops *ops, void *arg, struct engine **ret_engine)
{
	struct engine *e = MEM_NEW(struct engine);
	struct translate_options t = {.mode = TRANSLATE_FILES, .plans = plans};
	int rc;

	if (options->controller.n) {
		t.controllers = &options->controller;
		t.n_controllers = 1;
	}
	e->loop = l;
	e->clock = l ? loop_clock(l) : clock_system();
	e->plans = plans;
	e->ops = ops;
	e->arg = arg;
	store_init(&e->store);
	task_init(&e->update_task, engine_update_run);
	e->translator = translator_new(&t);
	rc = l ? names_new(l, engine_resolved, e, &e->names) : 0;
	if (rc == 0)
		rc = file_source_new(l, options->paths, options->n_paths, &e->store, engine_settled,
			e, &e->source);
	if (rc < 0) {
		engine_free(e);
		return rc;
	}
	*ret_engine = e;
	return 0;
}

void engine_read(struct engine *e)
{
	file_source_read(e->source);
}

void engine_free(struct engine *e)
{
	if (!e)
		return;
	task_cancel(&e->update_task);
	file_source_free(e->source);
	names_free(e->names);
	translator_free(e->translator);
	stamps_fini(&e->stamps);
	store_fini(&e->store);
	mem_free(e);
}

const struct file_problem *engine_problems(const struct engine *e, size_t *ret_n)
{
	return file_source_problems(e->source, ret_n);
}

void engine_port_bound(struct engine *e, bool udp, uint16_t port, int err)
{
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
