/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/escape.h"
#include "base/hash.h"
#include "base/ring.h"
#include "base/when.h"

#define REPEAT_SLOTS 32

/* A line told lately by this thread. */
struct repeat {
	uint64_t hash; /* 0: free */
	const char *message;
	nsec since; /* when its second began */
	unsigned told; /* in this second */
	uint64_t held; /* not told since the last telling */
};

/* The process's log; written by log_init() and log_fini() only, but for the level. */
static struct {
	struct log_config config;
	_Atomic int level;
	_Atomic unsigned epoch; /* a thread's ring is of this epoch, or stale */
	_Atomic uint64_t suppressed;
} the_log = {.level = LEVEL_INFO};

static _Thread_local struct {
	unsigned epoch;
	struct ring *ring;
	nsec since;
	unsigned told;
	struct repeat repeats[REPEAT_SLOTS];
} mine;

static const char *const level_names[] = {"error", "warn", "info", "debug"};

void log_init(const struct log_config *config)
{
	AN(config->writer && config->clock);
	the_log.config = *config;
	atomic_store(&the_log.level, (int)config->level);
	atomic_fetch_add(&the_log.epoch, 1);
}

void log_fini(void)
{
	the_log.config = (struct log_config){.clock = NULL};
	atomic_store(&the_log.level, LEVEL_INFO);
	atomic_fetch_add(&the_log.epoch, 1);
}

void log_set_level(enum log_level level)
{
	atomic_store_explicit(&the_log.level, (int)level, memory_order_relaxed);
}

int log_level_parse(struct str name, enum log_level *ret_level)
{
	for (size_t i = 0; i < ARRAY_LEN(level_names); i++) {
		if (str_eq(name, str_from(level_names[i]))) {
			*ret_level = (enum log_level)i;
			return 0;
		}
	}
	return -EINVAL;
}

bool log_on(enum log_level level)
{
	return (int)level <= atomic_load_explicit(&the_log.level, memory_order_relaxed);
}

uint64_t log_suppressed(void)
{
	return atomic_load_explicit(&the_log.suppressed, memory_order_relaxed);
}

/* --- what is told too often -------------------------------------------------------------- */

static uint64_t line_hash(const char *message, const struct log_field *f)
{
	uint64_t h = hash_str(str_from(message));

	for (; f->key; f++) {
		h = hash_mix(h, hash_str(str_from(f->key)));
		h = hash_mix(h, f->kind == LOG_FIELD_STR ? hash_str(f->str) : (uint64_t)f->number);
	}
	return h ? h : 1;
}

static bool hold_back(void)
{
	atomic_fetch_add_explicit(&the_log.suppressed, 1, memory_order_relaxed);
	return true;
}

/* This thread has told enough in this second. */
static bool over_burst(enum log_level level, nsec now)
{
	if (now - mine.since >= NSEC_PER_SEC) {
		mine.since = now;
		mine.told = 0;
	}
	if (level != LEVEL_ERROR && mine.told >= LOG_BURST)
		return hold_back();
	mine.told++;
	return false;
}

/* This line was told enough in this second.  Else: how often it was held back since it was told,
 * and what the line whose slot it takes held. */
static bool over_repeats(
	uint64_t hash, const char *message, nsec now, uint64_t *ret_held, struct repeat *ret_other)
{
	struct repeat *r = &mine.repeats[hash % REPEAT_SLOTS];

	if (r->hash != hash) {
		*ret_other = *r;
		*r = (struct repeat){.hash = hash, .message = message, .since = now};
	} else if (now - r->since >= NSEC_PER_SEC) {
		r->since = now;
		r->told = 0;
	}
	if (r->told >= LOG_REPEATS) {
		r->held++;
		return hold_back();
	}
	r->told++;
	*ret_held = r->held;
	r->held = 0;
	return false;
}

/* --- the line ---------------------------------------------------------------------------- */

static void add_key(struct buf *out, enum log_format format, const char *key)
{
	if (format == LOG_JSON) {
		buf_addc(out, out->n ? ',' : '{');
		escape_json(out, str_from(key));
		buf_addc(out, ':');
	} else {
		if (out->n)
			buf_addc(out, ' ');
		buf_add(out, str_from(key));
		buf_addc(out, '=');
	}
}

static void add_text(struct buf *out, enum log_format format, struct str s)
{
	if (format == LOG_JSON)
		escape_json(out, s);
	else
		escape_text(out, s);
}

static void add_field(struct buf *out, enum log_format format, const struct log_field *f)
{
	char room[64];

	add_key(out, format, f->key);
	switch (f->kind) {
	case LOG_FIELD_STR:
		add_text(out, format, f->str);
		break;
	case LOG_FIELD_INT:
		buf_printf(out, "%" PRId64, f->number);
		break;
	case LOG_FIELD_BOOL:
		buf_add(out, f->number ? STR("true") : STR("false"));
		break;
	case LOG_FIELD_MSEC:
		buf_printf(out, "%.3f", (double)f->number / 1e6);
		break;
	case LOG_FIELD_ERRNO:
		/* The GNU one: thread-safe, and <room> is only its scratch. */
		add_text(out, format, str_from(strerror_r((int)-f->number, room, sizeof(room))));
		break;
	}
}

static void add_time(struct buf *out, nsec wall)
{
	char text[WHEN_TEXT];

	buf_add(out, when_text(wall, 3, text));
}

static void add_line(struct buf *out, enum log_level level, nsec wall, const char *message,
	const struct log_field *fields, uint64_t repeated)
{
	enum log_format format = the_log.config.format;
	struct log_field count = LOG_INT("repeated", repeated);
	struct buf time = {0};

	add_time(&time, wall);
	add_field(out, format, &LOG_STR("time", buf_str(&time)));
	buf_fini(&time);
	add_field(out, format, &LOG_STR("level", str_from(level_names[level])));
	add_field(out, format, &LOG_STR("msg", str_from(message)));
	for (; fields->key && out->n < LOG_LINE_MAX; fields++)
		add_field(out, format, fields);
	if (repeated)
		add_field(out, format, &count);
	if (format == LOG_JSON)
		buf_addc(out, '}');
}

/* Cut a line that is too long; JSON stays JSON. */
static void cut_line(struct buf *out, enum log_level level, nsec wall, const char *message)
{
	if (out->n <= LOG_LINE_MAX)
		return;
	buf_reset(out);
	add_line(out, level, wall, message,
		(const struct log_field[]){LOG_BOOL("too_long", true), LOG_END}, 0);
}

static struct ring *my_ring(void)
{
	unsigned epoch = atomic_load_explicit(&the_log.epoch, memory_order_acquire);

	if (mine.epoch != epoch) {
		memset(&mine, 0, sizeof(mine));
		mine.epoch = epoch;
		if (the_log.config.writer)
			mine.ring = writer_ring(the_log.config.writer, 0);
	}
	return mine.ring;
}

static void put_line(enum log_level level, nsec wall, const char *message,
	const struct log_field *fields, uint64_t repeated)
{
	struct ring *ring = my_ring();
	struct buf out = {0};

	add_line(&out, level, wall, message, fields, repeated);
	cut_line(&out, level, wall, message);
	if (ring) {
		ring_write(ring, the_log.config.output, buf_str(&out));
	} else {
		buf_addc(&out, '\n');
		if (write(STDERR_FILENO, out.p, out.n) < 0)
			hold_back();
	}
	buf_fini(&out);
}

void log_write(enum log_level level, const char *message, const struct log_field *fields)
{
	const struct clock *clock;
	struct repeat other = {0};
	uint64_t held = 0;
	nsec now, wall;

	my_ring(); /* a new epoch forgets what was told */
	clock = the_log.config.clock ? the_log.config.clock : clock_system();
	now = clock_mono(clock);
	if (over_repeats(line_hash(message, fields), message, now, &held, &other) ||
		over_burst(level, now))
		return;
	wall = clock_wall(clock);
	if (other.held)
		put_line(level, wall, other.message,
			(const struct log_field[]){LOG_BOOL("held_back", true), LOG_END},
			other.held);
	put_line(level, wall, message, fields, held);
}
