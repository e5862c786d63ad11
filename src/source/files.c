/* SPDX-License-Identifier: Apache-2.0 */
#include "source/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/vec.h"

#define DIR_EVENTS                                                                          \
	(IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE | IN_ATTRIB | \
		IN_DELETE_SELF | IN_MOVE_SELF)

/* One file that has been delivered. */
struct file {
	char *path;
	dev_t dev;
	ino_t ino;
	off_t size;
	struct timespec mtime, ctime;
	int err; /* as told last; 0: text was delivered */
	bool named; /* by an event: read it again even if it looks the same */
	unsigned seen; /* number of the scan that saw it */
};

struct root {
	char *path;
};

/* A watched folder: beneath a root, or the one that holds a root. */
struct dir {
	char *path;
	int wd;
	bool inside; /* a root, or beneath one */
};

struct files {
	struct loop *loop;
	const struct files_ops *ops;
	void *arg;
	VEC(struct root) roots;
	VEC(struct dir) dirs;
	struct map by_path; /* path → struct file */
	unsigned scan;
	bool links; /* the last scan met symbolic links: a change of any name may matter */
	bool failing; /* something could not be read: it is told anew at every look */
	bool rescan; /* an event spoke of more than files */
	VEC(char *) named; /* files that events spoke of */
	int inotify_fd;
	struct watch watch;
};

static int root_order(const void *a, const void *b)
{
	return strcmp(((const struct root *)a)->path, ((const struct root *)b)->path);
}

static bool is_config_name(const char *name)
{
	struct str s = str_from(name);

	return name[0] != '.' &&
	       (str_ends(s, STR(".yaml")) || str_ends(s, STR(".yml")) || str_ends(s, STR(".json")));
}

static void dir_watch(struct files *f, const char *path, bool inside)
{
	int wd;

	if (f->inotify_fd < 0)
		return;
	wd = inotify_add_watch(f->inotify_fd, path, DIR_EVENTS);
	if (wd < 0)
		return; /* it is told when it is read */
	vec_for_each (d, &f->dirs) {
		if (d->wd == wd && strcmp(d->path, path) == 0) {
			d->inside |= inside;
			return;
		}
	}
	*vec_push(&f->dirs) = (struct dir){mem_strdup(str_from(path)), wd, inside};
}

static bool file_looks_same(const struct file *file, const struct stat *st)
{
	return file->err == 0 && !file->named && file->dev == st->st_dev &&
	       file->ino == st->st_ino && file->size == st->st_size &&
	       file->mtime.tv_sec == st->st_mtim.tv_sec &&
	       file->mtime.tv_nsec == st->st_mtim.tv_nsec &&
	       file->ctime.tv_sec == st->st_ctim.tv_sec &&
	       file->ctime.tv_nsec == st->st_ctim.tv_nsec;
}

static void file_note(struct file *file, const struct stat *st)
{
	file->dev = st->st_dev;
	file->ino = st->st_ino;
	file->size = st->st_size;
	file->mtime = st->st_mtim;
	file->ctime = st->st_ctim;
	file->named = false;
}

/* Reads a whole file into malloc'd <ret_text>, and its state into <ret_st>. */
static int file_load(const char *path, struct stat *ret_st, char **ret_text, size_t *ret_n)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), err = 0;
	char *text;
	size_t n = 0;

	if (fd < 0)
		return -errno;
	if (fstat(fd, ret_st) < 0)
		err = errno;
	else if (!S_ISREG(ret_st->st_mode))
		err = EISDIR;
	else if (ret_st->st_size > (off_t)FILES_MAX_SIZE)
		err = EFBIG;
	if (err) {
		close(fd);
		return -err;
	}
	text = mem_alloc((size_t)ret_st->st_size + 1);
	while (n < (size_t)ret_st->st_size) {
		ssize_t got = read(fd, text + n, (size_t)ret_st->st_size - n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			err = errno;
		if (got <= 0)
			break;
		n += (size_t)got;
	}
	close(fd);
	if (err) {
		mem_free(text);
		return -err;
	}
	*ret_text = text;
	*ret_n = n;
	return 0;
}

static struct file *file_get(struct files *f, const char *path)
{
	struct file *file = map_get(&f->by_path, str_from(path));

	if (file)
		return file;
	file = MEM_NEW(struct file);
	file->path = mem_strdup(str_from(path));
	file->named = true;
	map_put(&f->by_path, str_from(file->path), file);
	return file;
}

static void failed(struct files *f, const char *path, int err)
{
	f->failing = true;
	f->ops->failed(f->arg, str_from(path), err);
}

static void file_failed(struct files *f, struct file *file, int err)
{
	failed(f, file->path, err);
	file->err = err;
}

static void file_visit(struct files *f, const char *path)
{
	struct file *file = file_get(f, path);
	struct stat st;
	char *text = NULL;
	size_t n = 0;
	int rc;

	file->seen = f->scan;
	if (stat(path, &st) == 0 && file_looks_same(file, &st))
		return;
	rc = file_load(path, &st, &text, &n);
	if (rc < 0) {
		file_failed(f, file, rc);
		return;
	}
	file_note(file, &st);
	file->err = 0;
	f->ops->text(f->arg, str_from(file->path), str_of(text, n));
	mem_free(text);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* What was seen beneath a folder that cannot be listed stays as it is. */
static void keep_beneath(struct files *f, const char *folder)
{
	size_t at = 0, n = strlen(folder);
	const struct map_slot *slot;

	while ((slot = map_next(&f->by_path, &at))) {
		struct file *file = slot->value;

		if (strncmp(file->path, folder, n) == 0 && file->path[n] == '/')
			file->seen = f->scan;
	}
}

static void dir_visit(struct files *f, const char *path, unsigned depth)
{
	struct dirent **names;
	int n = -1;

	dir_watch(f, path, true);
	if (depth < FILES_MAX_DEPTH)
		n = scandir(path, &names, NULL, by_name);
	else
		errno = ELOOP;
	if (n < 0) {
		failed(f, path, -errno);
		keep_beneath(f, path);
		return;
	}
	for (int i = 0; i < n; i++) {
		const char *name = names[i]->d_name;
		char full[4096];
		struct stat st;

		if (name[0] != '.' &&
			snprintf(full, sizeof(full), "%s/%s", path, name) < (int)sizeof(full)) {
			f->links |= names[i]->d_type == DT_LNK || names[i]->d_type == DT_UNKNOWN;
			/* The listing itself tells plain files: one stat less for each of them. */
			if (names[i]->d_type != DT_REG && stat(full, &st) == 0 &&
				S_ISDIR(st.st_mode))
				dir_visit(f, full, depth + 1);
			else if (is_config_name(name))
				file_visit(f, full);
		}
		free(names[i]);
	}
	free(names);
}

/* The folder that holds <path>, watched so that we see the root come, go and be swapped. */
static void watch_holder(struct files *f, const char *path)
{
	char *holder = mem_strdup(str_from(path));
	char *slash = strrchr(holder, '/');

	if (slash == holder)
		slash[1] = '\0';
	else if (slash)
		*slash = '\0';
	dir_watch(f, slash ? holder : ".", false);
	mem_free(holder);
}

static void root_visit(struct files *f, struct root *root)
{
	struct stat st;

	watch_holder(f, root->path);
	f->links |= lstat(root->path, &st) == 0 && S_ISLNK(st.st_mode);
	if (stat(root->path, &st) < 0) {
		struct file *file = map_get(&f->by_path, str_from(root->path));

		failed(f, root->path, -errno);
		keep_beneath(f, root->path);
		if (file)
			file->seen = f->scan;
		return;
	}
	if (S_ISDIR(st.st_mode))
		dir_visit(f, root->path, 0);
	else
		file_visit(f, root->path);
}

static void file_forget(struct files *f, struct file *file)
{
	map_del(&f->by_path, str_from(file->path));
	f->ops->gone(f->arg, str_from(file->path));
	mem_free(file->path);
	mem_free(file);
}

static void forget_unseen(struct files *f)
{
	VEC(struct file *) unseen = {0};
	const struct map_slot *slot;
	size_t at = 0;

	while ((slot = map_next(&f->by_path, &at))) {
		struct file *file = slot->value;

		if (file->seen != f->scan)
			*vec_push(&unseen) = file;
	}
	vec_for_each (file, &unseen)
		file_forget(f, *file);
	vec_fini(&unseen);
}

void files_assume(struct files *f, struct str path)
{
	char *name = mem_strdup(path);

	(void)file_get(f, name);
	mem_free(name);
}

static void named_drop(struct files *f)
{
	vec_for_each (path, &f->named)
		mem_free(*path);
	vec_reset(&f->named);
}

void files_read(struct files *f)
{
	named_drop(f);
	f->scan++;
	f->links = f->failing = f->rescan = false;
	vec_for_each (root, &f->roots)
		root_visit(f, root);
	forget_unseen(f);
	f->ops->settled(f->arg);
}

static void dirs_forget(struct files *f, int wd)
{
	for (size_t i = 0; i < f->dirs.n;) {
		if (f->dirs.p[i].wd == wd) {
			mem_free(f->dirs.p[i].path);
			f->dirs.p[i] = f->dirs.p[--f->dirs.n];
		} else {
			i++;
		}
	}
}

static bool root_is(const struct files *f, const char *path)
{
	/* The holder of "conf" is ".", so its events speak of "./conf". */
	const char *plain = strncmp(path, "./", 2) == 0 ? path + 2 : path;

	vec_for_each (root, &f->roots) {
		if (strcmp(root->path, path) == 0 || strcmp(root->path, plain) == 0)
			return true;
	}
	return false;
}

/* What happened to <full>, in folder <d>: nothing that matters (an editor's temporary file), a file
 * to look at, or more than that. */
static void name_note(struct files *f, const struct dir *d, const char *name, const char *full)
{
	struct file *file = map_get(&f->by_path, str_from(full));
	bool noted = file && file->named;

	if (file)
		file->named = true;
	if (f->links || root_is(f, full))
		f->rescan = true;
	else if (!noted && (file || (d->inside && is_config_name(name))))
		*vec_push(&f->named) = mem_strdup(str_from(full));
}

/* Events were lost: every file may have changed, also one that looks the same. */
static void events_lost(struct files *f)
{
	const struct map_slot *slot;
	size_t at = 0;

	while ((slot = map_next(&f->by_path, &at)))
		((struct file *)slot->value)->named = true;
	f->rescan = true;
}

static void event_note(struct files *f, const struct inotify_event *ev)
{
	char full[4096];

	if (ev->mask & IN_Q_OVERFLOW) {
		events_lost(f);
	} else if (ev->mask & IN_IGNORED) {
		dirs_forget(f, ev->wd);
	} else if (ev->len == 0 || (ev->mask & IN_ISDIR)) {
		f->rescan = true;
	} else {
		vec_for_each (d, &f->dirs)
			if (d->wd == ev->wd && snprintf(full, sizeof(full), "%s/%s", d->path,
						       ev->name) < (int)sizeof(full))
				name_note(f, d, ev->name, full);
	}
}

/* The folder of <path> can be seen: what is not in it was deleted. */
static bool folder_there(const char *path)
{
	char *folder = mem_strdup(str_from(path));
	char *slash = strrchr(folder, '/');
	struct stat st;
	bool there;

	if (slash)
		slash[1] = '\0';
	there = stat(slash ? folder : ".", &st) == 0;
	mem_free(folder);
	return there;
}

/* A file that an event named, with a look at nothing else.  False: all must be looked at. */
static bool named_visit(struct files *f, const char *path)
{
	struct file *file = map_get(&f->by_path, str_from(path));
	struct stat st;

	if (lstat(path, &st) == 0) {
		if (!S_ISREG(st.st_mode))
			return false;
		file_visit(f, path);
		return true;
	}
	if (errno != ENOENT || !folder_there(path))
		return false;
	if (file)
		file_forget(f, file);
	return true;
}

static void named_read(struct files *f)
{
	for (size_t i = 0; i < f->named.n; i++) {
		if (!named_visit(f, f->named.p[i])) {
			files_read(f);
			return;
		}
	}
	named_drop(f);
	f->ops->settled(f->arg);
}

static void files_ready(struct watch *w, uint32_t events)
{
	struct files *f = container_of(w, struct files, watch);
	_Alignas(struct inotify_event) char data[16384];
	ssize_t got;

	(void)events;
	while ((got = read(f->inotify_fd, data, sizeof(data))) > 0) {
		for (char *at = data; at < data + got;) {
			const struct inotify_event *ev = (const struct inotify_event *)(void *)at;

			event_note(f, ev);
			at += sizeof(*ev) + ev->len;
		}
	}
	if (f->rescan || (f->named.n && f->failing))
		files_read(f);
	else if (f->named.n)
		named_read(f);
}

int files_new(struct loop *l, const struct str *roots, size_t n, const struct files_ops *ops,
	void *arg, struct files **ret_files)
{
	struct files *f = MEM_NEW(struct files);
	int rc;

	f->loop = l;
	f->ops = ops;
	f->arg = arg;
	f->inotify_fd = -1;
	for (size_t i = 0; i < n; i++) {
		struct str path = roots[i];

		while (path.n > 1 && path.p[path.n - 1] == '/')
			path.n--;
		*vec_push(&f->roots) = (struct root){.path = mem_strdup(path)};
	}
	if (n)
		qsort(f->roots.p, f->roots.n, sizeof(f->roots.p[0]), root_order);
	if (l) {
		f->inotify_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
		rc = f->inotify_fd < 0 ? -errno : 0;
		if (rc == 0)
			rc = loop_watch_fd(l, &f->watch, f->inotify_fd, EPOLLIN, files_ready);
		if (rc < 0) {
			files_free(f);
			return rc;
		}
	}
	*ret_files = f;
	return 0;
}

void files_free(struct files *f)
{
	const struct map_slot *slot;
	size_t at = 0;

	if (!f)
		return;
	loop_unwatch(&f->watch);
	if (f->inotify_fd >= 0)
		close(f->inotify_fd);
	while ((slot = map_next(&f->by_path, &at))) {
		struct file *file = slot->value;

		mem_free(file->path);
		mem_free(file);
	}
	map_fini(&f->by_path);
	named_drop(f);
	vec_fini(&f->named);
	vec_for_each (root, &f->roots)
		mem_free(root->path);
	vec_fini(&f->roots);
	vec_for_each (d, &f->dirs)
		mem_free(d->path);
	vec_fini(&f->dirs);
	mem_free(f);
}
