/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file_source_priv.h -- a file source in three parts: who gives what and what documents hold
 * (file_docs.c), what is wrong (file_problems.c), bursts of changes and the source's life
 * (file_source.c).
 *
 * What a burst costs follows the files that it names: files that wait to be used are in a list,
 * files with something wrong in another, and the digest of all is a sum that is kept up to date.
 */
#ifndef SOURCE_FILE_SOURCE_PRIV_H
#define SOURCE_FILE_SOURCE_PRIV_H

#include "base/arena.h"
#include "base/list.h"
#include "base/map.h"
#include "base/set.h"
#include "base/vec.h"
#include "gwapi/decode.h"
#include "source/file_source.h"

struct origin;

/* A document's text, kept for last-known-good by the document and all that it gives. */
struct kept_text {
	unsigned refs;
	unsigned written; /* number of the file_source_texts() that wrote it */
	size_t n;
	char bytes[];
};

/* One object as one document gives it.  There may be 40,000 of them. */
struct provided {
	const struct object *object; /* one reference */
	struct origin *origin;
	struct kept_text *text; /* or NULL */
	struct provided *rival; /* the next that gives the same kind and key; by path and line */
	struct provided *next; /* of the document */
};

/* A kind and key that more than one document gives. */
struct contest {
	enum object_kind kind;
	struct str key; /* behind the struct */
	struct list link; /* in file_source.contests */
};

/* Something wrong in a document.  <text> is without "path:line": that moves. */
struct doc_problem {
	struct doc_problem *next;
	uint32_t line; /* relative to the document's first line */
	bool ignored;
	char text[];
};

struct document {
	uint64_t hash;
	uint32_t size;
	uint32_t line;
	struct kept_text *text; /* or NULL */
	struct provided *gives;
	struct doc_problem *problems; /* in order */
	bool failed;
	bool fresh; /* not settled yet */
	bool kept; /* holds what a text that cannot be read gave before */
};

/* One file. */
struct origin {
	char *path;
	uint64_t path_hash; /* with the digest's key */
	uint64_t hash; /* of its whole text */
	uint64_t share; /* what it adds to the digest in force */
	int err; /* it cannot be read, at the last look */
	bool failed_now; /* at the look that goes on */
	bool troubled; /* some document has a problem, or stays though it is not there any more */
	/* What a burst brought, until it is known whether it is used. */
	bool waiting;
	bool gone;
	char *next; /* text */
	size_t next_n;
	uint64_t next_hash;
	struct list pending; /* in file_source.pending: waiting or gone */
	struct list wrong; /* in file_source.wrong: something is to be told about it */
	VEC(struct document *) docs;
};

struct file_source {
	struct files *files;
	struct store *store;
	struct decoder *decoder;
	const struct file_source_ops *ops;
	void *arg;
	bool keep_texts;
	unsigned writes;
	uint64_t digest; /* of what is in force, as it was told */
	uint64_t sum; /* of all origins' shares */
	struct map origins; /* path → struct origin */
	struct list pending;
	struct list wrong;
	struct set given[KIND_MAX]; /* struct provided, the first, by its object_key() */
	struct list contests;
	struct arena problem_arena;
	VEC(struct file_problem) problems;
	struct map problems_before; /* text → itself, from the burst before */
	struct arena before_arena;
};

/* ---- file_docs.c ---- */

/* Not the process's key: a restarted child must come to the same digest. */
uint64_t digest_hash(struct str bytes);
/* What a file with a text of <hash> adds to the digest. */
uint64_t origin_share(const struct origin *o, uint64_t hash);
struct origin *origin_get(struct file_source *s, struct str path);
/* The file's text is <text> from now on. */
void origin_use(struct file_source *s, struct origin *origin, struct str text);
/* With all that it gives. */
void origin_free(struct file_source *s, struct origin *o);
/* For the sets of who gives what. */
set_key_f given_key;
/* The first who gives it, or NULL. */
struct provided *given_first(const struct file_source *s, enum object_kind kind, struct str key);

/* ---- file_problems.c ---- */

/* Puts <o> among the wrong ones or takes it out, by what is wrong with it now. */
void origin_judge(struct file_source *s, struct origin *o);
/* What is wrong now, in order, with what was there before told apart. */
void problems_collect(struct file_source *s);

#endif
