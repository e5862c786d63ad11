/* SPDX-License-Identifier: Apache-2.0 */
#include "net/resolver.h"

#include <ares.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/map.h"
#include "base/mem.h"
#include "net/loop_priv.h"

#define NAME_MAX_LEN 253 /* RFC 1035 2.3.4, as text */
#define EDNS_SIZE 1232 /* fits one packet on any path; more comes by TCP */

/* What a name resolves to: counted, because it is lent to done() while the entry may move on. */
struct resolver_answer {
	unsigned refs;
	int res; /* as a resolve_op's */
	nsec expires;
	struct addr addrs[];
};

/* A name.  <answer> NULL: never had one. */
struct resolver_entry {
	struct resolver *r;
	struct list lru;
	struct list waiting; /* ops */
	bool asking;
	struct resolver_answer *answer;
	size_t name_len;
	char name[]; /* NUL-terminated */
};

/* A descriptor of c-ares. */
struct resolver_fd {
	struct list node;
	struct resolver *r;
	struct watch watch;
};

/* Tells one state of a file from another. */
struct resolv_stamp {
	dev_t dev;
	ino_t ino;
	off_t size;
	struct timespec mtime;
};

struct resolver {
	struct loop *l;
	ares_channel channel;
	nsec deadline;
	struct map names;
	struct list lru; /* least recently used first */
	struct list fds;
	struct timer timer; /* c-ares' next retry */
	struct resolver_answer *lent; /* to the done() that runs */
	unsigned asking; /* entries */
	struct resolver_config config; /* with copies of its texts */
	struct resolv_stamp stamp; /* of resolv.conf as it was read */
	nsec looked;
};

/* --- answers --- */

static void answer_unref(struct resolver_answer *a)
{
	if (a && --a->refs == 0)
		mem_free(a);
}

static struct resolver_answer *answer_new(size_t n)
{
	struct resolver_answer *a = mem_zalloc(sizeof(*a) + n * sizeof(a->addrs[0]));

	a->refs = 1;
	return a;
}

static int answer_error(int status)
{
	switch (status) {
	case ARES_ENOTFOUND:
	case ARES_ENODATA:
	case ARES_ENONAME:
		return -ENOENT;
	case ARES_EBADNAME:
	case ARES_EBADSTR:
		return -EINVAL;
	case ARES_ETIMEOUT:
		return -ETIMEDOUT;
	default:
		return -EIO;
	}
}

/* Adds the addresses of one family; returns the least TTL, at most <ttl>. */
static int answer_fill(
	struct resolver_answer *a, const struct ares_addrinfo *ai, int family, int ttl)
{
	for (const struct ares_addrinfo_node *n = ai->nodes; n; n = n->ai_next) {
		struct sockaddr_storage ss = {0};

		if (n->ai_family != family || a->res == RESOLVER_ADDRS)
			continue;
		memcpy(&ss, n->ai_addr, MIN((size_t)n->ai_addrlen, sizeof(ss)));
		a->addrs[a->res] = addr_of(&ss, n->ai_addrlen);
		addr_set_port(&a->addrs[a->res], 0);
		a->res++;
		ttl = MIN(ttl, n->ai_ttl);
	}
	return ttl;
}

static size_t answer_room(const struct ares_addrinfo *ai)
{
	size_t n = 0;

	for (const struct ares_addrinfo_node *node = ai->nodes; node; node = node->ai_next)
		n++;
	return MIN(n, (size_t)RESOLVER_ADDRS);
}

static struct resolver_answer *answer_make(
	struct resolver *r, int status, const struct ares_addrinfo *ai)
{
	struct resolver_answer *a;
	int ttl;

	if (status != ARES_SUCCESS || !ai || !ai->nodes) {
		a = answer_new(0);
		a->res = status == ARES_SUCCESS ? -ENOENT : answer_error(status);
		a->expires = loop_now(r->l) + RESOLVER_NEGATIVE;
		return a;
	}
	a = answer_new(answer_room(ai));
	ttl = answer_fill(a, ai, AF_INET, INT32_MAX);
	ttl = answer_fill(a, ai, AF_INET6, ttl);
	for (const struct ares_addrinfo_cname *c = ai->cnames; c; c = c->next)
		ttl = MIN(ttl, c->ttl);
	a->expires =
		loop_now(r->l) + MAX(RESOLVER_TTL_MIN, MIN(RESOLVER_TTL_MAX, SEC(MAX(ttl, 0))));
	return a;
}

/* --- entries --- */

static void entry_free(struct resolver_entry *e)
{
	AN(list_empty(&e->waiting));
	list_del(&e->lru);
	(void)map_del(&e->r->names, str_of(e->name, e->name_len));
	answer_unref(e->answer);
	mem_free(e);
}

static bool entry_in_use(const struct resolver_entry *e)
{
	return e->asking || !list_empty(&e->waiting);
}

/* Room for one more name; false if every one kept is being asked. */
static bool resolver_room(struct resolver *r)
{
	if (r->names.n < RESOLVER_NAMES)
		return true;
	list_for_each_safe (n, &r->lru) {
		struct resolver_entry *e = container_of(n, struct resolver_entry, lru);

		if (!entry_in_use(e)) {
			entry_free(e);
			return true;
		}
	}
	return false;
}

/* The entry of <name> (a lower-case copy), most recently used now; NULL: no room. */
static struct resolver_entry *resolver_entry(struct resolver *r, struct str name)
{
	struct resolver_entry *e = map_get(&r->names, name);

	if (e) {
		list_del(&e->lru);
		list_add_tail(&r->lru, &e->lru);
		return e;
	}
	if (!resolver_room(r))
		return NULL;
	e = mem_zalloc(sizeof(*e) + name.n + 1);
	e->r = r;
	e->name_len = name.n;
	memcpy(e->name, name.p, name.n);
	list_init(&e->waiting);
	list_add_tail(&r->lru, &e->lru);
	(void)map_put(&r->names, str_of(e->name, e->name_len), e);
	return e;
}

/* --- c-ares --- */

/* After anything that may have changed when c-ares wants to look again. */
static void resolver_rearm(struct resolver *r)
{
	struct timeval tv;

	if (!ares_timeout(r->channel, NULL, &tv)) {
		loop_timer_cancel(r->l, &r->timer);
		return;
	}
	/* Never now: c-ares reads a clock of its own, and the two must not spin. */
	loop_timer_arm(r->l, &r->timer, MAX(SEC(tv.tv_sec) + (nsec)tv.tv_usec * 1000, MSEC(10)));
}

static void resolver_retry(struct timer *t)
{
	struct resolver *r = container_of(t, struct resolver, timer);

	ares_process_fd(r->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	resolver_rearm(r);
}

static void resolver_fd_ready(struct watch *w, uint32_t events)
{
	struct resolver_fd *f = container_of(w, struct resolver_fd, watch);
	struct resolver *r = f->r;
	int fd = w->fd;
	bool rd = (events & (EPOLLIN | EPOLLERR | EPOLLHUP)) != 0;
	bool wr = (events & EPOLLOUT) != 0;

	ares_process_fd(r->channel, rd ? fd : ARES_SOCKET_BAD, wr ? fd : ARES_SOCKET_BAD);
	resolver_rearm(r); /* <f> may be gone */
}

static struct resolver_fd *resolver_fd(struct resolver *r, int fd)
{
	list_for_each (n, &r->fds) {
		struct resolver_fd *f = container_of(n, struct resolver_fd, node);

		if (f->watch.fd == fd)
			return f;
	}
	return NULL;
}

/* c-ares: what it waits for on <fd>; nothing: it is about to close it. */
static void resolver_fd_state(void *arg, int fd, int readable, int writable)
{
	uint32_t events = (uint32_t)((readable ? EPOLLIN : 0) | (writable ? EPOLLOUT : 0));
	struct resolver *r = arg;
	struct resolver_fd *f = resolver_fd(r, fd);

	if (f && events) {
		loop_rewatch(&f->watch, events);
	} else if (f) {
		loop_unwatch(&f->watch);
		list_del(&f->node);
		mem_free(f);
	} else if (events) {
		f = MEM_NEW(struct resolver_fd);
		f->r = r;
		/* Not watched (ENOSPC, ENOMEM): the query ends by its timeout. */
		if (loop_watch_fd(r->l, &f->watch, fd, events, resolver_fd_ready) < 0)
			mem_free(f);
		else
			list_add_tail(&r->fds, &f->node);
	}
}

/* --- the channel --- */

static void ares_once(void)
{
	AZ(ares_library_init(ARES_LIB_INIT_ALL));
}

static char *resolv_path(const struct resolver *r)
{
	static char usual[] = "/etc/resolv.conf";

	return r->config.resolv_conf ? (char *)(uintptr_t)r->config.resolv_conf : usual;
}

static struct resolv_stamp resolv_stamp(const struct resolver *r)
{
	struct stat st;

	if (stat(resolv_path(r), &st) < 0)
		return (struct resolv_stamp){0};
	return (struct resolv_stamp){st.st_dev, st.st_ino, st.st_size, st.st_mtim};
}

static bool stamp_eq(const struct resolv_stamp *a, const struct resolv_stamp *b)
{
	return a->dev == b->dev && a->ino == b->ino && a->size == b->size &&
	       a->mtime.tv_sec == b->mtime.tv_sec && a->mtime.tv_nsec == b->mtime.tv_nsec;
}

/* c-ares keys its query ids from /dev/urandom, and where it may not read that, silently from
 * rand(): a sandbox that forbids it would make answers forgeable. */
static int random_check(void)
{
	int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	(void)close(fd);
	return 0;
}

static int channel_open(struct resolver *r, ares_channel *ret_channel)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	const struct resolver_config *config = &r->config;
	char lookups[] = "fb"; /* hosts file, then DNS */
	struct ares_options o = {
		.flags = ARES_FLAG_EDNS,
		.ednspsz = EDNS_SIZE,
		.timeout = (int)((config->timeout ? config->timeout : SEC(2)) / MSEC(1)),
		.tries = config->tries ? config->tries : 3,
		.lookups = lookups,
		.domains = NULL,
		.ndomains = 0,
		.resolvconf_path = resolv_path(r),
		.udp_port =
			config->port ? config->port : 53, /* host order, whatever its page says */
		.tcp_port = config->port ? config->port : 53,
		.sock_state_cb = resolver_fd_state,
		.sock_state_cb_data = r,
	};
	int mask = ARES_OPT_FLAGS | ARES_OPT_EDNSPSZ | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
		   ARES_OPT_LOOKUPS | ARES_OPT_DOMAINS | ARES_OPT_SOCK_STATE_CB |
		   ARES_OPT_RESOLVCONF | ARES_OPT_UDP_PORT | ARES_OPT_TCP_PORT;
	ares_channel channel;
	int rc = random_check();

	if (rc < 0)
		return rc;
	AZ(pthread_once(&once, ares_once));
	r->stamp = resolv_stamp(r); /* before it is read: a change in between is seen next time */
	if (ares_init_options(&channel, &o, mask) != ARES_SUCCESS)
		return -EIO;
	if (config->servers &&
		ares_set_servers_ports_csv(channel, config->servers) != ARES_SUCCESS) {
		ares_destroy(channel);
		return -EINVAL;
	}
	*ret_channel = channel;
	return 0;
}

/* c-ares reads resolv.conf once per channel: a laptop that changes networks needs a new one. */
static void resolver_look(struct resolver *r)
{
	struct resolv_stamp now;
	ares_channel fresh;

	if (r->config.servers || r->asking || loop_now(r->l) - r->looked < RESOLVER_LOOK)
		return;
	r->looked = loop_now(r->l);
	now = resolv_stamp(r);
	if (stamp_eq(&now, &r->stamp) || channel_open(r, &fresh) < 0)
		return;
	ares_destroy(r->channel);
	r->channel = fresh;
}

/* --- questions --- */

static void resolver_answered(void *arg, int status, int timeouts, struct ares_addrinfo *ai)
{
	struct resolver_entry *e = arg;

	(void)timeouts;
	e->asking = false;
	e->r->asking--;
	answer_unref(e->answer);
	e->answer = answer_make(e->r, status, ai);
	ares_freeaddrinfo(ai);
	list_for_each (n, &e->waiting)
		op_ready(e->r->l, &container_of(n, struct resolve_op, node)->op);
}

/* May answer at once (hosts file, no server): the ops then have their turn later all the same. */
static void entry_ask(struct resolver_entry *e)
{
	const struct ares_addrinfo_hints hints = {
		/* Sorting would open a socket per address to learn its route. */
		.ai_flags = ARES_AI_NOSORT | ARES_AI_ENVHOSTS,
		.ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_STREAM,
	};

	resolver_look(e->r);
	e->asking = true;
	e->r->asking++;
	ares_getaddrinfo(e->r->channel, e->name, NULL, &hints, resolver_answered, e);
	resolver_rearm(e->r);
}

/* --- lookups --- */

static void resolve_detach(struct op *op)
{
	struct resolve_op *ro = container_of(op, struct resolve_op, op);

	list_del(&ro->node);
	loop_timer_cancel(ro->resolver->l, &ro->timer);
}

static void resolve_perform(struct op *op)
{
	struct resolve_op *ro = container_of(op, struct resolve_op, op);
	struct resolver *r = ro->resolver;
	struct resolver_answer *a = ro->entry->answer;

	answer_unref(r->lent);
	a->refs++;
	r->lent = a;
	ro->addrs = a->addrs;
	ro->expires = a->expires;
	op_finish(op, a->res);
}

static const struct op_kind resolve_kind = {resolve_perform, resolve_detach};

static void resolve_late(struct timer *t)
{
	struct resolve_op *ro = container_of(t, struct resolve_op, timer);

	/* The question goes on: its answer serves the next who asks. */
	if (ro->op.state == OP_WAITING || ro->op.state == OP_READY) {
		ro->expires = loop_now(ro->resolver->l) + RESOLVER_NEGATIVE;
		op_end(ro->resolver->l, &ro->op, -ETIMEDOUT);
	}
}

/* Lower case, no dot at the end; 0 if it is no host name. */
static size_t name_normal(struct str name, char out[static NAME_MAX_LEN])
{
	if (name.n && name.p[name.n - 1] == '.')
		name.n--;
	if (name.n == 0 || name.n > NAME_MAX_LEN)
		return 0;
	for (size_t i = 0; i < name.n; i++) {
		char c = ascii_lower(name.p[i]);
		bool dot = c == '.' && i > 0 && out[i - 1] != '.';

		if (!dot && c != '-' && c != '_' && !(c >= 'a' && c <= 'z') &&
			!(c >= '0' && c <= '9'))
			return 0;
		out[i] = c;
	}
	return name.n;
}

void resolver_lookup(struct resolver *r, struct resolve_op *op, struct str name)
{
	char normal[NAME_MAX_LEN];
	struct resolver_entry *e;
	size_t n;

	op_begin(&op->op);
	op->op.kind = &resolve_kind;
	op->resolver = r;
	op->addrs = NULL;
	op->expires = NSEC_NEVER;
	list_init(&op->node);
	timer_init(&op->timer, resolve_late);
	if (addr_parse_ip(name, 0, &op->literal) == 0) {
		op->addrs = &op->literal;
		op_end(r->l, &op->op, 1);
		return;
	}
	n = name_normal(name, normal);
	e = n ? resolver_entry(r, str_of(normal, n)) : NULL;
	if (!e) {
		op_end(r->l, &op->op, n ? -EBUSY : -EINVAL);
		return;
	}
	op->entry = e;
	list_add_tail(&e->waiting, &op->node);
	if (!e->asking && e->answer && loop_now(r->l) < e->answer->expires) {
		op_ready(r->l, &op->op);
		return;
	}
	loop_timer_arm(r->l, &op->timer, r->deadline);
	if (!e->asking)
		entry_ask(e);
}

void resolver_cancel(struct resolver *r, struct resolve_op *op)
{
	if (op->op.state == OP_WAITING || op->op.state == OP_READY)
		op_end(r->l, &op->op, -ECANCELED);
}

void resolver_flush(struct resolver *r)
{
	list_for_each_safe (n, &r->lru) {
		struct resolver_entry *e = container_of(n, struct resolver_entry, lru);

		if (!entry_in_use(e))
			entry_free(e);
	}
}

/* --- life --- */

static void resolver_release(struct resolver *r)
{
	mem_free((void *)(uintptr_t)r->config.servers);
	mem_free((void *)(uintptr_t)r->config.resolv_conf);
	mem_free(r);
}

int resolver_new(
	struct loop *l, const struct resolver_config *config, struct resolver **ret_resolver)
{
	struct resolver *r = MEM_NEW(struct resolver);
	int rc;

	r->l = l;
	r->deadline = config->deadline ? config->deadline : SEC(10);
	r->config = *config;
	r->config.servers = config->servers ? mem_strdup(str_from(config->servers)) : NULL;
	r->config.resolv_conf =
		config->resolv_conf ? mem_strdup(str_from(config->resolv_conf)) : NULL;
	r->looked = loop_now(l);
	list_init(&r->lru);
	list_init(&r->fds);
	timer_init(&r->timer, resolver_retry);
	rc = channel_open(r, &r->channel);
	if (rc < 0) {
		resolver_release(r);
		return rc;
	}
	*ret_resolver = r;
	return 0;
}

void resolver_free(struct resolver *r)
{
	if (!r)
		return;
	ares_destroy(r->channel); /* answers all that is asked, closes all its descriptors */
	loop_timer_cancel(r->l, &r->timer);
	resolver_flush(r);
	AZ(r->names.n);
	AN(list_empty(&r->fds));
	map_fini(&r->names);
	answer_unref(r->lent);
	resolver_release(r);
}
