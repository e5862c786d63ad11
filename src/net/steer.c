/* SPDX-License-Identifier: Apache-2.0 */
#include "net/steer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/mem.h"

#define ADVANCE_MAX_MS (400ull * 24 * 3600 * 1000)

/* --- the page --- */

struct clock_shared {
	_Atomic nsec mono;
	_Atomic nsec wall;
};

static struct clock_shared *page_of(const struct clock *c)
{
	return container_of(c, const struct clock_page, clock)->shared;
}

static nsec page_mono(const struct clock *c)
{
	return atomic_load(&page_of(c)->mono);
}

static nsec page_wall(const struct clock *c)
{
	return atomic_load(&page_of(c)->wall);
}

int clock_page_open(struct clock_page *p, const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	nsec zero = 0;
	void *at;

	if (fd < 0)
		return -errno;
	if (ftruncate(fd, sizeof(struct clock_shared)) < 0) {
		(void)close(fd);
		return -errno;
	}
	at = mmap(NULL, sizeof(struct clock_shared), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	(void)close(fd);
	if (at == MAP_FAILED)
		return -errno;
	p->clock = (struct clock){page_mono, page_wall};
	p->shared = at;
	/* Whoever comes first sets it: a new file reads as zero. */
	(void)atomic_compare_exchange_strong(&p->shared->wall, &zero, clock_wall(clock_system()));
	zero = 0;
	(void)atomic_compare_exchange_strong(&p->shared->mono, &zero, clock_mono(clock_system()));
	return 0;
}

void clock_page_advance(struct clock_page *p, nsec by)
{
	atomic_fetch_add(&p->shared->wall, by);
	atomic_fetch_add(&p->shared->mono, by);
}

/* --- steering --- */

struct steer_member {
	struct steer *steer;
	struct loop *loop; /* NULL: it has left */
	struct mailbox box; /* on <loop> */
	struct mail ask; /* to <loop> */
	struct mail answer; /* to the steering loop */
	struct quiesce quiesce;
	uint64_t done; /* what the loop has done so far */
	struct list node;
};

struct steer {
	struct loop *home;
	struct clock_page *page;
	struct mailbox box; /* members' answers */
	struct list members;
	struct watch listener;
	struct watch client; /* one at a time */
	char line[64];
	size_t line_n;
	bool advancing;
	bool ending;
	unsigned awaited; /* answers of this round */
	unsigned rounds;
	uint64_t done; /* by all loops, as of the last round */
};

static void steer_round(struct steer *s);

static void steer_hang_up(struct steer *s)
{
	loop_unwatch(&s->client);
	(void)close(s->client.fd);
	s->line_n = 0;
	loop_rewatch(&s->listener, EPOLLIN);
}

static void steer_say(struct steer *s, struct str text)
{
	s->advancing = false;
	if (s->client.loop)
		(void)!send(s->client.fd, text.p, text.n, MSG_NOSIGNAL);
}

/* All have been quiet once.  Nobody has done anything since the round before: nothing is on its way
 * between them either. */
static void steer_round_over(struct steer *s)
{
	uint64_t done = 0;
	bool same;

	list_for_each (n, &s->members)
		done += container_of(n, struct steer_member, node)->done;
	same = done == s->done && s->rounds > 1;
	s->done = done;
	if (same)
		steer_say(s, STR("quiet\n"));
	else if (s->rounds >= STEER_ROUNDS)
		steer_say(s, STR("busy\n"));
	else
		steer_round(s);
}

static void member_answered(struct mail *mail)
{
	struct steer *s = container_of(mail, struct steer_member, answer)->steer;

	if (--s->awaited == 0 && !s->ending)
		steer_round_over(s);
}

/* On the member's thread. */
static void member_quiet(struct quiesce *q)
{
	struct steer_member *m = container_of(q, struct steer_member, quiesce);
	const struct loop_stats *st = loop_stats(m->loop);

	m->done = st->completions + st->timers + st->tasks + st->accepts;
	mailbox_post(&m->steer->box, &m->answer);
}

static void member_asked(struct mail *mail)
{
	struct steer_member *m = container_of(mail, struct steer_member, ask);

	if (!m->steer->ending)
		loop_quiesce(m->loop, &m->quiesce, member_quiet);
}

static void steer_round(struct steer *s)
{
	s->rounds++;
	list_for_each (n, &s->members) {
		struct steer_member *m = container_of(n, struct steer_member, node);

		s->awaited++;
		mailbox_post(&m->box, &m->ask);
	}
	if (!s->awaited)
		steer_say(s, STR("quiet\n"));
}

static void steer_advance(struct steer *s, uint64_t ms)
{
	clock_page_advance(s->page, MSEC((nsec)ms));
	s->advancing = true;
	s->rounds = 0;
	s->done = 0;
	steer_round(s);
}

static void steer_line(struct steer *s, struct str line)
{
	uint64_t ms;

	if (s->advancing || !str_starts(line, STR("advance ")) ||
		str_to_u64(str_skip(line, 8), ADVANCE_MAX_MS, &ms) < 0)
		steer_say(s, STR("what?\n"));
	else
		steer_advance(s, ms);
}

static void steer_readable(struct watch *w, uint32_t events)
{
	struct steer *s = container_of(w, struct steer, client);
	ssize_t n = read(w->fd, s->line + s->line_n, sizeof(s->line) - s->line_n);
	struct str rest, line;

	(void)events;
	if (n <= 0) {
		steer_hang_up(s);
		return;
	}
	s->line_n += (size_t)n;
	rest = str_of(s->line, s->line_n);
	if (str_find(rest, '\n') == rest.n) {
		if (s->line_n == sizeof(s->line))
			steer_hang_up(s);
		return;
	}
	line = str_cut(&rest, '\n');
	s->line_n = 0; /* the next is sent after the answer */
	steer_line(s, line);
}

static void steer_accept(struct watch *w, uint32_t events)
{
	struct steer *s = container_of(w, struct steer, listener);
	int fd = accept4(w->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)events;
	if (fd < 0)
		return;
	if (loop_watch_fd(s->home, &s->client, fd, EPOLLIN, steer_readable) < 0) {
		(void)close(fd);
		return;
	}
	loop_rewatch(&s->listener, 0);
}

/* --- life --- */

static int steer_listen(const char *path)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	size_t n = strlen(path);
	int fd;

	if (n >= sizeof(at.sun_path))
		return -ENAMETOOLONG;
	memcpy(at.sun_path, path, n + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	(void)unlink(path);
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0 || listen(fd, 4) < 0) {
		int r = -errno;

		(void)close(fd);
		return r;
	}
	return fd;
}

int steer_new(
	struct loop *home, struct clock_page *page, const char *path, struct steer **ret_steer)
{
	struct steer *s = MEM_NEW(struct steer);
	int fd = steer_listen(path);
	int r = fd;

	s->home = home;
	s->page = page;
	list_init(&s->members);
	if (fd >= 0)
		r = loop_watch_fd(home, &s->listener, fd, EPOLLIN, steer_accept);
	if (r >= 0)
		r = mailbox_init(&s->box, home);
	if (r < 0) {
		loop_unwatch(&s->listener);
		if (fd >= 0)
			(void)close(fd);
		mem_free(s);
		return r;
	}
	*ret_steer = s;
	return 0;
}

int steer_join(struct steer *s, struct loop *l, struct steer_member **ret_member)
{
	struct steer_member *m = MEM_NEW(struct steer_member);
	int r;

	m->steer = s;
	m->loop = l;
	m->ask.deliver = member_asked;
	m->answer.deliver = member_answered;
	r = mailbox_init(&m->box, l);
	if (r < 0) {
		mem_free(m);
		return r;
	}
	list_add_tail(&s->members, &m->node);
	*ret_member = m;
	return 0;
}

void steer_leave(struct steer_member *m)
{
	if (!m || !m->loop)
		return;
	mailbox_fini(&m->box);
	m->loop = NULL;
}

void steer_free(struct steer *s)
{
	struct list *n;

	if (!s)
		return;
	s->ending = true;
	list_for_each (node, &s->members)
		steer_leave(container_of(node, struct steer_member, node));
	mailbox_fini(&s->box); /* answers of an advance that was under way lie in the members */
	while ((n = list_pop(&s->members)) != NULL)
		mem_free(container_of(n, struct steer_member, node));
	if (s->client.loop)
		steer_hang_up(s);
	loop_unwatch(&s->listener);
	(void)close(s->listener.fd);
	mem_free(s);
}
