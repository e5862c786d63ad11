/* SPDX-License-Identifier: Apache-2.0 */
/*
 * message.h -- heads of requests and responses as views into the received bytes, and edits to them.
 *
 * A head is one contiguous run of bytes plus a small array that says where each field lies in it.
 * Places are offsets, so the bytes may move while they arrive: set head.base to where they are now.
 * The bytes are never written: filters record edits, and the serialiser joins head and edits.
 * Bytes, field array and edits belong to the exchange that holds them, on one thread.
 *
 * A field line of the form "Name: value\r\n" is `plain`; runs of plain lines are forwarded by one
 * copy.  Whoever builds a head by other means than h1.h should lay it out so.
 */
#ifndef HTTP_MESSAGE_H
#define HTTP_MESSAGE_H

#include "base/arena.h"
#include "base/str.h"
#include "http/name.h"
#include "http/reason.h"
#include "http/url.h"

#define HTTP_HEAD_MAX 65535 /* offsets are 16 bit; the setting may be lower, not higher */
#define HTTP_FIELDS_MAX 256 /* as HTTP_HEAD_MAX */
#define HTTP_METHOD_MAX 32

/* Bounds on what a peer may send; every one is a setting. */
struct http_limits {
	uint32_t head_max; /* bytes of a head with its start line; <= HTTP_HEAD_MAX */
	uint32_t uri_max; /* bytes of a request target */
	uint32_t fields_max; /* fields of a head, and of a trailer section; <= HTTP_FIELDS_MAX */
	uint32_t trailer_max; /* bytes of a trailer section */
	uint32_t chunk_ext_max; /* bytes of chunk extensions, summed over one body */
};
#define HTTP_LIMITS_DEFAULT                      \
	((struct http_limits){.head_max = 32768, \
		.uri_max = 8192,                 \
		.fields_max = 100,               \
		.trailer_max = 8192,             \
		.chunk_ext_max = 16384})

struct http_span {
	uint16_t at;
	uint16_t n;
};

struct http_field {
	struct http_span name;
	struct http_span value; /* without blanks around it */
	uint8_t id; /* enum http_id */
	bool plain;
};

struct http_head {
	const char *base; /* borrowed; spans count from here */
	struct http_field *fields; /* borrowed from the caller, room for limits.fields_max */
	uint64_t seen; /* bit id set: a field with this id is present */
	uint64_t repeated; /* bit id set: more than one */
	uint16_t n; /* bytes of the whole head, with blank lines before and the empty line after */
	uint16_t fields_n;
	bool underscores; /* some name has a '_' */
	bool nominates; /* Connection lists more than close, keep-alive and upgrade */
};

static inline struct str http_span_str(const struct http_head *h, struct http_span s)
{
	return str_of(h->base + s.at, s.n);
}
static inline struct str http_field_name(const struct http_head *h, const struct http_field *f)
{
	return http_span_str(h, f->name);
}
static inline struct str http_field_value(const struct http_head *h, const struct http_field *f)
{
	return http_span_str(h, f->value);
}
static inline bool http_has(const struct http_head *h, enum http_id id)
{
	return h->seen >> id & 1;
}

/* The first field with this name at or after index <from>, or NULL.  <id> is http_name_id(name);
 * <name> is read only for HTTP_OTHER. */
const struct http_field *http_find(
	const struct http_head *h, enum http_id id, struct str name, unsigned from);
/* Value of the first field with a well-known <id>; {NULL, 0} when there is none. */
struct str http_value(const struct http_head *h, enum http_id id);
/* Takes the next non-empty member of a comma-separated list, blanks cut, from <*rest>; false at the
 * end (RFC 9110 §5.6.1). */
bool http_list_next(struct str *rest, struct str *ret_item);
/* Whether some <id> field lists <token>, in any case. */
bool http_list_has(const struct http_head *h, enum http_id id, struct str token);
/* Value bytes: no control byte but HTAB, no blank at either end (RFC 9110 §5.5). */
bool http_value_ok(struct str s);
/* A token (RFC 9110 §5.6.2): names and methods. */
bool http_token_ok(struct str s);

/* How a body is delimited (RFC 9112 §6.3). */
enum http_body {
	HTTP_BODY_NONE,
	HTTP_BODY_LENGTH,
	HTTP_BODY_CHUNKED,
	HTTP_BODY_CLOSE, /* responses only: until the connection ends */
	HTTP_BODY_TUNNEL, /* after 101, or 2xx to CONNECT: bytes both ways, HTTP has ended */
};
struct http_framing {
	enum http_body body;
	bool announced; /* with BODY_NONE: Content-Length is told all the same (HEAD, 304) */
	uint64_t length; /* with BODY_LENGTH or announced */
};

#define HTTP_METHODS(X) \
	X(GET) X(HEAD) X(POST) X(PUT) X(DELETE) X(PATCH) X(OPTIONS) X(CONNECT) X(TRACE)
#define HTTP_METHOD_ENUM(m) HTTP_##m,
enum http_method { HTTP_METHOD_OTHER, HTTP_METHODS(HTTP_METHOD_ENUM) };
#undef HTTP_METHOD_ENUM

/* Methods are case-sensitive. */
enum http_method http_method_of(struct str s);

enum http_upgrade {
	HTTP_UPGRADE_NONE, /* not asked, or asked in a way that is to be ignored (h2c, HTTP/1.0) */
	HTTP_UPGRADE_WEBSOCKET,
	HTTP_UPGRADE_OTHER, /* <upgrade_to> names the protocol; policy decides */
};

/* A request head that has passed every check of this module.  Host and path still want the
 * normaliser of module match before they are compared. */
struct http_request {
	struct http_head head;
	struct http_span method;
	struct http_span target; /* as received */
	struct http_span path; /* n == 0: "/" (see http_path) */
	struct http_span query; /* without '?' */
	struct http_span
		host; /* effective: of the absolute target, else of Host; as written, with port */
	struct http_span host_name; /* the same without port and trailing dot */
	struct http_span upgrade_to; /* the one protocol that may be forwarded */
	uint16_t port; /* as written in host; 0: none */
	uint8_t minor; /* HTTP/1.<minor>: 0 or 1; 1.2 to 1.9 count as 1 */
	uint8_t method_id; /* enum http_method */
	uint8_t form; /* enum url_form; OPTIONS on an absolute target without path is URL_ASTERISK
		       */
	uint8_t upgrade; /* enum http_upgrade */
	bool has_query;
	bool keep_alive; /* by version and Connection */
	bool expect_continue; /* 1.1 with a body and Expect: 100-continue */
	struct http_framing framing; /* NONE, LENGTH or CHUNKED */
};

struct http_response {
	struct http_head head;
	struct http_span phrase;
	uint16_t status; /* 100 to 999 */
	uint8_t minor;
	bool keep_alive; /* by version, Connection and framing */
	struct http_framing framing; /* set by h1_response_parse for the request it answers */
};

static inline struct str http_method(const struct http_request *r)
{
	return http_span_str(&r->head, r->method);
}
static inline struct str http_path(const struct http_request *r)
{
	return r->path.n ? http_span_str(&r->head, r->path) : STR("/");
}
static inline struct str http_query(const struct http_request *r)
{
	return http_span_str(&r->head, r->query);
}
static inline struct str http_host(const struct http_request *r)
{
	return http_span_str(&r->head, r->host);
}

/* "Not Found" for 404; "" for what is not registered.  Static. */
struct str http_status_phrase(int status);

/* --- edits ------------------------------------------------------------------------------- */

struct http_add {
	struct str name; /* borrowed; lives as long as the edits */
	struct str value; /* borrowed */
	uint8_t id;
	bool dead; /* a later edit removed it */
};

/* What is to change in a head when it is written: fields of the head to leave out, and fields to
 * append.  Independent of the head, so several copies (a retry, a mirror) may differ.  Memory for
 * additions comes from the arena, as much as the configuration asks. */
struct http_edits {
	struct arena *arena; /* borrowed */
	struct http_add *adds;
	uint16_t adds_n;
	uint16_t adds_cap;
	uint32_t adds_bytes; /* upper bound of what the additions take when written */
	struct str lines; /* whole field lines, written behind the additions */
	uint64_t dropped[HTTP_FIELDS_MAX / 64]; /* bit i: field i of the head is left out */
};

void http_edits_init(struct http_edits *e, struct arena *a);
/* An independent copy; borrows the same names and values. */
void http_edits_copy(struct http_edits *ret_copy, const struct http_edits *e, struct arena *a);

static inline void http_edits_drop(struct http_edits *e, unsigned field)
{
	e->dropped[field / 64] |= (uint64_t)1 << field % 64;
}
static inline bool http_edits_dropped(const struct http_edits *e, unsigned field)
{
	return e->dropped[field / 64] >> field % 64 & 1;
}

/* Add a field; others of that name stay.  <name> and <value> are borrowed until the head is
 * written.  <id> is http_name_id(name).  0, or -EINVAL when name is no token, value has a control
 * byte, or the field is one that only the serialiser writes (HTTP_F_FRAMING). */
int must_check http_edits_add(
	struct http_edits *e, enum http_id id, struct str name, struct str value);
/* Whole field lines ("Name: value\r\n", any number), once, written as they are: for what the
 * gateway says of itself where nothing edits headers afterwards (edits and readers do not see
 * them).  The caller has made and checked them; borrowed as values are. */
static inline void http_edits_lines(struct http_edits *e, struct str lines)
{
	AZ(e->lines.n);
	e->lines = lines;
	e->adds_bytes += (uint32_t)lines.n;
}
/* Replace every field of that name, of <h> and of earlier edits, by one.  As http_edits_add. */
int must_check http_edits_set(struct http_edits *e, const struct http_head *h, enum http_id id,
	struct str name, struct str value);
/* Remove every field of that name, of <h> and of earlier edits. */
void http_edits_remove(
	struct http_edits *e, const struct http_head *h, enum http_id id, struct str name);

/* What a reader of the written head would see: walks fields of <h> not left out, then additions.
 * Start with *it = 0; false at the end.  <h> may be NULL. */
bool http_edits_next(const struct http_edits *e, const struct http_head *h, unsigned *it,
	enum http_id *ret_id, struct str *ret_name, struct str *ret_value);
/* First value under that name after edits; false when there is none. */
bool http_edits_get(const struct http_edits *e, const struct http_head *h, enum http_id id,
	struct str name, struct str *ret_value);

/* --- policies on what may pass ----------------------------------------------------------- */

/* Leaves out the fields that concern one connection only, and those that Connection nominates,
 * except nominations of fields that the gateway writes itself (HTTP_F_FRAMING, HTTP_F_FORWARDED):
 * RFC 9110 §7.6.1.  To be called before the gateway's own fields are set. */
void http_strip_hop_by_hop(struct http_edits *e, const struct http_head *h);

/* Leaves out each field whose name has a '_' when its '-' form has HTTP_F_ flags, is
 * present in <h>, or when <ours> says so.  <ours> gets the lower-case '-' form; may be NULL. */
void http_strip_underscores(struct http_edits *e, const struct http_head *h,
	bool (*ours)(void *ctx, struct str dashed), void *ctx);

/* Leaves out what only a trusted neighbour may say: X-Forwarded-*, Forwarded, X-Real-IP,
 * X-Request-Id.  The caller then sets its own. */
void http_strip_forwarded(struct http_edits *e, const struct http_head *h);

#endif
