/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log.h -- what the deciding caller tells the operator: one line of fields.
 *
 *	log_warn("backend has no endpoints", LOG_STR("backend", name), LOG_INT("port", port));
 *
 * Any thread; a line goes through the thread's ring (ring.h) and costs no lock and no system call.
 * Until log_init(), and in a process that never calls it, lines go to stderr by write(2).  The same
 * line (message and fields) is told LOG_REPEATS times a second and thread, then counted; its next
 * telling carries repeated=N.  Beyond LOG_BURST lines a second a thread's lines below error are
 * dropped and counted.  Field values may hold any bytes: they are escaped.  base, net, http and
 * gwapi do not log above debug.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/clock.h"
#include "base/str.h"

#define LOG_REPEATS 3
#define LOG_BURST 500
#define LOG_LINE_MAX 8192 /* a longer line is cut */

struct writer;

enum log_level { LEVEL_ERROR, LEVEL_WARN, LEVEL_INFO, LEVEL_DEBUG };
enum log_format { LOG_TEXT /* key=value */, LOG_JSON };

struct log_field {
	const char *key; /* NULL: the end */
	enum { LOG_FIELD_STR, LOG_FIELD_INT, LOG_FIELD_BOOL, LOG_FIELD_MSEC, LOG_FIELD_ERRNO } kind;
	struct str str; /* borrowed for the call */
	int64_t number;
};

/* Text, a number, true or false, a duration in nsec (told in ms), a negative errno (its text). */
#define LOG_STR(k, s) ((struct log_field){.key = (k), .kind = LOG_FIELD_STR, .str = (s)})
#define LOG_INT(k, i) \
	((struct log_field){.key = (k), .kind = LOG_FIELD_INT, .number = (int64_t)(i)})
#define LOG_BOOL(k, b) ((struct log_field){.key = (k), .kind = LOG_FIELD_BOOL, .number = (b)})
#define LOG_NSEC(k, t) ((struct log_field){.key = (k), .kind = LOG_FIELD_MSEC, .number = (t)})
#define LOG_ERR(rc) ((struct log_field){.key = "error", .kind = LOG_FIELD_ERRNO, .number = (rc)})
#define LOG_END ((struct log_field){.key = NULL})

struct log_config {
	const struct clock *clock; /* borrowed until log_fini() */
	struct writer *writer; /* borrowed until log_fini() */
	unsigned output; /* of the writer */
	enum log_level level; /* tell this and worse */
	enum log_format format;
};

/* Once, by the process's main, before other threads log. */
void log_init(const struct log_config *config);
/* Back to stderr; no other thread may log. */
void log_fini(void);
void log_set_level(enum log_level level);
/* The level named <name> ("error", "warn", "info", "debug"); -EINVAL. */
int must_check log_level_parse(struct str name, enum log_level *ret_level);

bool log_on(enum log_level level);
/* <fields> ends with LOG_END; all is borrowed for the call. */
void log_write(enum log_level level, const char *message, const struct log_field *fields);

/* Lines that LOG_REPEATS or LOG_BURST held back, over all threads. */
uint64_t log_suppressed(void);

#define log_error(...) LOG_CALL_(LEVEL_ERROR, __VA_ARGS__, LOG_END)
#define log_warn(...) LOG_CALL_(LEVEL_WARN, __VA_ARGS__, LOG_END)
#define log_info(...) LOG_CALL_(LEVEL_INFO, __VA_ARGS__, LOG_END)
#define log_debug(...) LOG_CALL_(LEVEL_DEBUG, __VA_ARGS__, LOG_END)
#define LOG_CALL_(level, message, ...)                                                          \
	do {                                                                                    \
		if (log_on(level))                                                              \
			log_write((level), (message), (const struct log_field[]){__VA_ARGS__}); \
	} while (0)

#endif
