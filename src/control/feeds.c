/* SPDX-License-Identifier: Apache-2.0 */
#include "control/feeds.h"

#include "base/mem.h"
#include "base/vec.h"
#include "net/nbuf.h"
#include "text/write.h"

/* An object that the data planes of a Gateway have. */
struct fed {
	struct str key; /* "namespace/name" */
	uint64_t revision; /* of the text */
	uint64_t seen; /* feed.round */
};

struct feed {
	struct str name;
	struct map objects[KIND_MAX]; /* by key */
	uint64_t round; /* counts readings of the read set */
	size_t n, n_seen; /* objects in all; in this round */
	const struct raws *raws;
	uint64_t rev;
	int64_t generation;
	uint64_t generation_rev; /* the first revision that holds it */
	int64_t last_generation; /* before */
	struct list peers;
	struct buf ports; /* the frame of a class's Service; empty: none was told */
	bool ports_new;
	struct buf batch;
};

static struct feed *feed_get(struct feeds *s, struct str name)
{
	struct feed *f = map_get(&s->by_name, name);

	if (f)
		return f;
	f = MEM_NEW(struct feed);
	f->name = str_from(mem_strdup(name));
	f->generation = f->last_generation = -1;
	list_init(&f->peers);
	map_put(&s->by_name, f->name, f);
	return f;
}

static void fed_free(struct fed *o)
{
	mem_free((void *)(uintptr_t)o->key.p);
	mem_free(o);
}

static void add_put(struct buf *out, const struct raw *r)
{
	buf_add(out, STR("{\"type\":\"PUT\",\"object\":"));
	buf_add(out, r->text);
	buf_add(out, STR("}\n"));
}

static void add_commit(struct buf *out, const struct feed *f)
{
	buf_printf(out, "{\"type\":\"COMMIT\",\"rev\":%llu}\n", (unsigned long long)f->rev);
}

/* Called for all that the Gateway looks at, at each change: no texts are made here. */
static void on_read_object(void *ctx, const struct object *o)
{
	struct feed *f = ctx;
	struct raw *r = raws_get(f->raws, o->kind, object_key(o));
	struct fed *fed;

	if (!r)
		return;
	fed = map_get(&f->objects[o->kind], r->key);
	if (!fed) {
		fed = MEM_NEW(struct fed);
		fed->key = str_from(mem_strdup(r->key));
		map_put(&f->objects[o->kind], fed->key, fed);
		f->n++;
	}
	f->n_seen += fed->seen != f->round;
	fed->seen = f->round;
	if (fed->revision == r->revision)
		return;
	fed->revision = r->revision;
	add_put(&f->batch, r);
}

static void add_gone_kind(struct feed *f, enum object_kind kind)
{
	VEC(struct fed *) gone = {0};
	const struct map_slot *slot;
	size_t at = 0;

	while ((slot = map_next(&f->objects[kind], &at))) {
		if (((struct fed *)slot->value)->seen != f->round)
			*vec_push(&gone) = slot->value;
	}
	vec_for_each (o, &gone) {
		buf_printf(&f->batch,
			"{\"type\":\"DEL\",\"kind\":\"%.*s\",\"group\":\"%.*s\",\"key\":",
			STR_ARG(object_kind_name(kind)), STR_ARG(object_kind_group(kind)));
		text_write_json_string(&f->batch, (*o)->key);
		buf_add(&f->batch, STR("}\n"));
		map_del(&f->objects[kind], (*o)->key);
		fed_free(*o);
		f->n--;
	}
	vec_fini(&gone);
}

/* Where all were seen none has gone. */
static void add_gone(struct feed *f)
{
	for (enum object_kind k = 0; f->n != f->n_seen && k < KIND_MAX; k++)
		add_gone_kind(f, k);
}

void feeds_publish(struct feeds *s, struct str name, int64_t generation, struct translator *t,
	const struct raws *raws)
{
	struct feed *f = feed_get(s, name);

	f->raws = raws;
	buf_reset(&f->batch);
	if (f->ports_new)
		buf_add(&f->batch, buf_str(&f->ports));
	f->ports_new = false;
	f->round++;
	f->n_seen = 0;
	translator_read_set(t, name, on_read_object, f);
	add_gone(f);
	if (!f->batch.n && f->generation == generation)
		return;
	f->rev++;
	if (f->generation != generation) {
		f->last_generation = f->generation;
		f->generation = generation;
		f->generation_rev = f->rev;
	}
	add_commit(&f->batch, f);
	list_for_each_safe (node, &f->peers)
		s->ops->write(container_of(node, struct feed_peer, node), buf_str(&f->batch));
	if (f->rev == 1)
		s->ops->begun(s->arg, f->name);
	if (f->batch.cap > NBUF_LARGE)
		buf_fini(&f->batch);
}

void feeds_ports(struct feeds *s, struct str class_name, const struct publish_port *ports, size_t n)
{
	struct feed *f = feed_get(s, class_name);
	struct buf b = {0};

	buf_add(&b, STR("{\"type\":\"PORTS\""));
	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "%s{\"port\":%u,\"udp\":%s,\"target\":%u}", i ? "," : ",\"ports\":[",
			ports[i].port, ports[i].udp ? "true" : "false", ports[i].target);
	buf_add(&b, n ? STR("]}\n") : ports ? STR(",\"ports\":[]}\n") : STR("}\n"));
	if (str_eq(buf_str(&b), buf_str(&f->ports))) {
		buf_fini(&b);
		return;
	}
	buf_fini(&f->ports);
	f->ports = b;
	f->ports_new = true;
}

uint64_t feeds_rev(const struct feeds *s, struct str name)
{
	const struct feed *f = map_get(&s->by_name, name);

	return f ? f->rev : 0;
}

uint64_t feeds_acked(const struct feeds *s, struct str name)
{
	const struct feed *f = map_get(&s->by_name, name);
	uint64_t best = 0;

	if (!f)
		return 0;
	list_for_each (node, &f->peers) {
		const struct feed_peer *p = container_of(node, struct feed_peer, node);

		if (p->ready)
			best = MAX(best, p->acked);
	}
	return best;
}

void feeds_reports(const struct feeds *s, struct str class_name, feed_report_f *fn, void *ctx)
{
	const struct feed *f = map_get(&s->by_name, class_name);

	if (!f)
		return;
	list_for_each (node, &f->peers) {
		const struct feed_peer *p = container_of(node, struct feed_peer, node);
		const struct feed_report r = {
			buf_str(&p->proxy_listen), buf_str(&p->stream_listen)};

		if (p->acked && p->ready)
			fn(ctx, &r);
	}
}

void feeds_forget(struct feeds *s, struct str name)
{
	struct feed *f = map_get(&s->by_name, name);
	const struct map_slot *slot;
	size_t at = 0;

	if (!f)
		return;
	map_del(&s->by_name, name);
	list_for_each_safe (node, &f->peers) {
		struct feed_peer *p = container_of(node, struct feed_peer, node);

		feed_peer_leave(p);
		s->ops->ended(p);
	}
	for (enum object_kind k = 0; k < KIND_MAX; k++) {
		at = 0;
		while ((slot = map_next(&f->objects[k], &at)))
			fed_free(slot->value);
		map_fini(&f->objects[k]);
	}
	buf_fini(&f->batch);
	buf_fini(&f->ports);
	mem_free((void *)(uintptr_t)f->name.p);
	mem_free(f);
}

int64_t feeds_generation(const struct feeds *s, struct str name)
{
	const struct feed *f = map_get(&s->by_name, name);
	int64_t best = -1;

	if (!f)
		return -1;
	list_for_each (node, &f->peers) {
		struct feed_peer *p = container_of(node, struct feed_peer, node);

		if (p->acked >= f->generation_rev)
			return f->generation;
		if (p->acked)
			best = f->last_generation;
	}
	return best;
}

unsigned feeds_connected(const struct feeds *s, struct str name)
{
	const struct feed *f = map_get(&s->by_name, name);
	unsigned n = 0;

	if (f)
		list_for_each (node, &f->peers)
			n++;
	return n;
}

unsigned feeds_heard(const struct feeds *s, struct str name)
{
	const struct feed *f = map_get(&s->by_name, name);
	unsigned n = 0;

	if (f)
		list_for_each (node, &f->peers)
			n += container_of(node, struct feed_peer, node)->acked > 0;
	return n;
}

/* --- peers ---------------------------------------------------------------------------------- */

bool feeds_has(const struct feeds *s, struct str name)
{
	const struct feed *f = map_get(&s->by_name, name);

	return f && f->rev;
}

void feeds_join(struct feeds *s, struct str name, struct feed_peer *p, struct buf *out)
{
	struct feed *f = map_get(&s->by_name, name);
	const struct map_slot *slot;
	size_t at = 0;

	AN(f && f->rev && !p->feed);
	p->feed = f;
	list_add_tail(&f->peers, &p->node);
	buf_add(out, STR("{\"type\":\"LIST\"}\n"));
	if (f->ports.n)
		buf_add(out, buf_str(&f->ports));
	for (enum object_kind k = 0; k < KIND_MAX; k++) {
		at = 0;
		while ((slot = map_next(&f->objects[k], &at))) {
			struct raw *r = raws_get(f->raws, k, slot->key);

			/* What changed since the last publish comes with the next. */
			if (r)
				add_put(out, r);
		}
	}
	add_commit(out, f);
}

void feed_peer_leave(struct feed_peer *p)
{
	if (!p->feed)
		return;
	p->feed = NULL;
	list_del(&p->node);
}

void feed_peer_acked(struct feed_peer *p, uint64_t rev)
{
	p->acked = MIN(rev, p->feed->rev);
}

void feed_peer_fini(struct feed_peer *p)
{
	AZ(p->feed);
	buf_fini(&p->proxy_listen);
	buf_fini(&p->stream_listen);
}

struct str feed_name(const struct feed *f)
{
	return f->name;
}

/* --- start and end -------------------------------------------------------------------------- */

void feeds_init(struct feeds *s, const struct feeds_ops *ops, void *arg)
{
	s->ops = ops;
	s->arg = arg;
}

void feeds_fini(struct feeds *s)
{
	const struct map_slot *slot;
	size_t at;

	for (at = 0; (slot = map_next(&s->by_name, &at)); at = 0)
		feeds_forget(s, slot->key);
	map_fini(&s->by_name);
}
