/* SPDX-License-Identifier: Apache-2.0 */
#include "source/last_good.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/mem.h"

#define FILE_NAME "last-good.yaml"
#define OLD_NAME "last-good.old.yaml"
#define FILE_SIZE_MAX (1u << 30)
#define PATH_SIZE 4096
#define HEAD                                                                                     \
	"# The last good input of this gateway, which it wrote and reads itself: do not edit.\n" \
	"#@ sluice-last-good 1 "
#define HEAD_NUMBERS 34 /* two of 16 digits, a blank, a newline */

/* Not the process's key: the next process reads what this one wrote. */
static const struct hash_key checksum_key = {0x6c617374u, 0x676f6f64u};

/* --- the body ----------------------------------------------------------------------------- */

void last_good_add(struct buf *body, struct str path, struct str text)
{
	buf_printf(body, "#@ file %zu %zu ", path.n, text.n);
	buf_add(body, path);
	buf_addc(body, '\n');
	buf_add(body, text);
	buf_add(body, STR("\n---\n"));
}

static bool take_number(struct str *s, uint64_t *ret_n)
{
	return str_to_u64(str_cut(s, ' '), FILE_SIZE_MAX, ret_n) == 0;
}

bool last_good_next(struct str *body, struct str *ret_path, struct str *ret_text)
{
	struct str s = *body;
	uint64_t n_path, n_text;

	if (!str_starts(s, STR("#@ file ")))
		return false;
	s = str_skip(s, 8);
	if (!take_number(&s, &n_path) || !take_number(&s, &n_text) || s.n < n_path + n_text + 6)
		return false;
	*ret_path = str_take(s, n_path);
	*ret_text = str_take(str_skip(s, n_path + 1), n_text);
	*body = str_skip(s, n_path + 1 + n_text + 5);
	return true;
}

/* --- the file ----------------------------------------------------------------------------- */

static int load(const char *path, struct buf *ret_all)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), rc = 0;
	struct stat st;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0)
		rc = -errno;
	else if (!S_ISREG(st.st_mode) || st.st_size > (off_t)FILE_SIZE_MAX)
		rc = -EINVAL;
	while (rc == 0) {
		char piece[65536];
		ssize_t got = read(fd, piece, sizeof(piece));

		if (got <= 0) {
			rc = got < 0 ? -errno : 0;
			break;
		}
		buf_add(ret_all, str_of(piece, (size_t)got));
	}
	close(fd);
	return rc;
}

static int parse(struct str all, uint64_t *ret_digest, struct str *ret_body)
{
	const struct str head = STR(HEAD);
	char numbers[HEAD_NUMBERS + 1], *end;
	uint64_t digest, sum;
	struct str body;

	if (!str_starts(all, head) || all.n < head.n + HEAD_NUMBERS)
		return -EINVAL;
	memcpy(numbers, all.p + head.n, HEAD_NUMBERS);
	numbers[HEAD_NUMBERS] = '\0';
	digest = strtoull(numbers, &end, 16);
	sum = strtoull(end, &end, 16);
	body = str_skip(all, head.n + HEAD_NUMBERS);
	if (*end != '\n' || sum != hash_bytes(&checksum_key, body.p, body.n))
		return -EINVAL;
	*ret_digest = digest;
	*ret_body = body;
	return 0;
}

static int read_one(const char *dir, const char *name, const uint64_t * not, struct last_good *ret)
{
	char path[PATH_SIZE];
	struct buf all = {0};
	struct str body;
	uint64_t digest;
	int rc;

	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	rc = load(path, &all);
	if (rc == 0)
		rc = parse(buf_str(&all), &digest, &body);
	if (rc == 0 && not &&digest == *not )
		rc = -ENOENT;
	if (rc == 0) {
		*ret = (struct last_good){.digest = digest};
		buf_add(&ret->body, body);
	}
	buf_fini(&all);
	return rc;
}

int last_good_read(const char *dir, const uint64_t * not, struct last_good *ret_good)
{
	if (read_one(dir, FILE_NAME, not, ret_good) == 0 ||
		read_one(dir, OLD_NAME, not, ret_good) == 0)
		return 0;
	return -ENOENT;
}

void last_good_fini(struct last_good *g)
{
	buf_fini(&g->body);
}

static int write_whole(const char *path, struct str head, struct str body)
{
	const struct str parts[] = {head, body};
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600), rc = 0;

	if (fd < 0)
		return -errno;
	if (fchmod(fd, 0600) < 0)
		rc = -errno;
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		struct str rest = parts[i];

		while (rc == 0 && rest.n) {
			ssize_t put = write(fd, rest.p, rest.n);

			if (put < 0 && errno != EINTR)
				rc = -errno;
			else if (put > 0)
				rest = str_skip(rest, (size_t)put);
		}
	}
	if (rc == 0 && fsync(fd) < 0)
		rc = -errno;
	if (close(fd) < 0 && rc == 0)
		rc = -errno;
	return rc;
}

static void sync_dir(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return;
	(void)fsync(fd);
	close(fd);
}

int last_good_write(const char *dir, uint64_t digest, struct str body, bool rotate)
{
	char tmp[PATH_SIZE], path[PATH_SIZE], old[PATH_SIZE], head[sizeof(HEAD) + HEAD_NUMBERS];
	int rc;

	/* Two processes meet in an upgrade: each has a name of its own until it is done. */
	if (snprintf(tmp, sizeof(tmp), "%s/.last-good.%d", dir, (int)getpid()) >=
			(int)sizeof(tmp) ||
		snprintf(path, sizeof(path), "%s/%s", dir, FILE_NAME) >= (int)sizeof(path) ||
		snprintf(old, sizeof(old), "%s/%s", dir, OLD_NAME) >= (int)sizeof(old))
		return -ENAMETOOLONG;
	snprintf(head, sizeof(head), "%s%016" PRIx64 " %016" PRIx64 "\n", HEAD, digest,
		hash_bytes(&checksum_key, body.p, body.n));
	rc = write_whole(tmp, str_from(head), body);
	if (rc == 0 && rotate && rename(path, old) < 0 && errno != ENOENT)
		rc = -errno;
	if (rc == 0 && rename(tmp, path) < 0)
		rc = -errno;
	if (rc < 0)
		(void)unlink(tmp);
	else
		sync_dir(dir);
	return rc;
}
