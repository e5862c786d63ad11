/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/mem.h"
#include "text/parse.h"

int kube_read_file(const char *path, struct buf *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	buf_reset(out);
	while ((n = read(fd, buf_room(out, 4096), 4096)) > 0) {
		buf_added(out, (size_t)n);
		if (out->n > KUBE_CONFIG_MAX) {
			close(fd);
			return -EFBIG;
		}
	}
	n = n < 0 ? -errno : 0;
	close(fd);
	return (int)n;
}

static int read_text(struct arena *a, const char *path, struct str *ret_text, struct buf *err)
{
	struct buf b = {0};
	int rc = kube_read_file(path, &b);

	if (rc < 0)
		buf_printf(err, "%s: %s", path, strerror(-rc));
	else
		*ret_text = arena_str(a, buf_str(&b));
	buf_fini(&b);
	return rc;
}

/* "https://10.0.0.1:6443/prefix" */
static int set_server(struct kube_config *c, struct str url, struct buf *err)
{
	struct str rest, authority;
	uint64_t port;

	c->tls = str_starts(url, STR("https://"));
	if (!c->tls && !str_starts(url, STR("http://")))
		goto bad;
	rest = str_skip(url, c->tls ? 8 : 7);
	authority = str_take(rest, str_find(rest, '/'));
	c->prefix = str_skip(rest, authority.n);
	while (c->prefix.n && c->prefix.p[c->prefix.n - 1] == '/')
		c->prefix.n--;
	if (str_starts(authority, STR("["))) {
		c->host = str_skip(authority, 1);
		c->host = str_take(c->host, str_find(c->host, ']'));
		rest = str_skip(authority, c->host.n + 2);
	} else {
		c->host = str_take(authority, str_find(authority, ':'));
		rest = str_skip(authority, c->host.n);
	}
	port = c->tls ? 443 : 80;
	if (!c->host.n ||
		(rest.n && (rest.p[0] != ':' || str_to_u64(str_skip(rest, 1), 65535, &port) < 0)))
		goto bad;
	c->port = (uint16_t)port;
	return 0;
bad:
	buf_printf(err, "server \"%.*s\" is no http or https address", STR_ARG(url));
	return -EINVAL;
}

/* The item of list <list> whose name is <name>; its member <what>. */
static const struct value *named(
	const struct value *doc, const char *list, struct str name, const char *what)
{
	const struct value *items = value_get(doc, str_from(list));

	if (!items)
		return NULL;
	value_for_each(it, items)
	{
		if (str_eq(value_get_str(it, STR("name"), (struct str){0}), name))
			return value_get(it, str_from(what));
	}
	return NULL;
}

/* <file> as the kubeconfig at <path> means it. */
static struct str beside(struct arena *a, const char *path, struct str file)
{
	const char *slash = strrchr(path, '/');

	if (file.p[0] == '/' || !slash)
		return arena_str(a, file);
	return arena_printf(a, "%.*s/%.*s", (int)(slash - path), path, STR_ARG(file));
}

/* <key>-data (base64) or the file that <key> names, relative to the kubeconfig's folder. */
static int material(struct kube_config *c, const struct value *v, const char *path, const char *key,
	struct str *ret_pem, struct str *ret_file, struct buf *err)
{
	struct str data =
		value_get_str(v, arena_printf(&c->arena, "%s-data", key), (struct str){0});
	struct str file = value_get_str(v, str_from(key), (struct str){0});

	if (data.n) {
		if (base64_decode(&c->arena, data, ret_pem) == 0)
			return 0;
		buf_printf(err, "%s: %s-data is no base64", path, key);
		return -EINVAL;
	}
	if (!file.n)
		return 0;
	*ret_file = beside(&c->arena, path, file);
	return read_text(&c->arena, ret_file->p, ret_pem, err);
}

static int exec_version(
	struct kube_exec *e, const struct value *x, const char *path, struct buf *err)
{
	struct str version = value_get_str(x, STR("apiVersion"), STR(""));

	e->v1 = str_eq(version, STR("client.authentication.k8s.io/v1"));
	if (e->v1 || str_eq(version, STR("client.authentication.k8s.io/v1beta1")))
		return 0;
	buf_printf(err,
		"%s: exec: apiVersion \"%.*s\" is none of client.authentication.k8s.io/v1 and "
		"v1beta1",
		path, STR_ARG(version));
	return -ENOTSUP;
}

static int exec_mode(struct kube_exec *e, const struct value *x, const char *path, struct buf *err)
{
	static const char *const modes[] = {[KUBE_EXEC_IF_AVAILABLE] = "IfAvailable",
		[KUBE_EXEC_NEVER] = "Never",
		[KUBE_EXEC_ALWAYS] = "Always"};
	struct str mode = value_get_str(x, STR("interactiveMode"), STR(""));

	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		if (str_eq(mode, str_from(modes[i]))) {
			e->interactive = (enum kube_exec_interactive)i;
			return 0;
		}
	}
	if (!mode.n && !e->v1)
		return 0;
	buf_printf(err, "%s: exec: interactiveMode \"%.*s\" is none of IfAvailable, Never, Always",
		path, STR_ARG(mode));
	return -EINVAL;
}

static void exec_lists(struct arena *a, struct kube_exec *e, const struct value *x)
{
	const struct value *args = value_get(x, STR("args")), *env = value_get(x, STR("env"));
	struct kube_exec_env *vars;
	struct str *list;

	if (args && args->kind == VALUE_ARRAY) {
		e->args = list = arena_alloc(a, (args->n + 1) * sizeof(*list));
		value_for_each(it, args)
		{
			if (it->kind == VALUE_STRING)
				list[e->n_args++] = it->string;
		}
	}
	if (env && env->kind == VALUE_ARRAY) {
		e->env = vars = arena_alloc(a, (env->n + 1) * sizeof(*vars));
		value_for_each(it, env)
		{
			vars[e->n_env++] =
				(struct kube_exec_env){value_get_str(it, STR("name"), STR("")),
					value_get_str(it, STR("value"), STR(""))};
		}
	}
}

static int set_exec(struct kube_config *c, const struct value *x, const char *path, struct buf *err)
{
	const struct value *info = value_get(x, STR("provideClusterInfo"));
	struct kube_exec *e = &c->exec;
	int rc = exec_version(e, x, path, err);

	if (rc == 0)
		rc = exec_mode(e, x, path, err);
	if (rc < 0)
		return rc;
	e->command = value_get_str(x, STR("command"), STR(""));
	if (!e->command.n) {
		buf_printf(err, "%s: exec: command is not set", path);
		return -EINVAL;
	}
	/* A name alone is looked up in PATH, a path is the kubeconfig's. */
	if (str_find(e->command, '/') < e->command.n)
		e->command = beside(&c->arena, path, e->command);
	e->install_hint = str_trim(value_get_str(x, STR("installHint"), STR("")));
	e->cluster_info = info && info->kind == VALUE_BOOL && info->boolean;
	exec_lists(&c->arena, e, x);
	return 0;
}

static int set_user(struct kube_config *c, const struct value *u, const char *path, struct buf *err)
{
	static const char *const refused[] = {"auth-provider", "username", "password"};
	const struct value *x = value_get(u, STR("exec"));
	int rc = 0;

	for (size_t i = 0; i < ARRAY_LEN(refused) && rc == 0; i++) {
		if (value_get(u, str_from(refused[i]))) {
			buf_printf(err, "%s: \"%s\" of a user is not supported", path, refused[i]);
			rc = -ENOTSUP;
		}
	}
	if (rc == 0)
		rc = material(c, u, path, "client-certificate", &c->cert, &c->cert_file, err);
	if (rc == 0)
		rc = material(c, u, path, "client-key", &c->key, &c->key_file, err);
	if (rc == 0 && x)
		rc = set_exec(c, x, path, err);
	c->token = value_get_str(u, STR("token"), (struct str){0});
	c->token_file = value_get_str(u, STR("tokenFile"), (struct str){0});
	if (c->token_file.n)
		c->token_file = beside(&c->arena, path, c->token_file);
	return rc;
}

static int use_context(struct kube_config *c, const struct value *doc, const char *path,
	struct str name, struct buf *err)
{
	const struct value *context, *cluster, *user;
	const struct value *insecure;
	int rc;

	if (!name.n)
		name = value_get_str(doc, STR("current-context"), (struct str){0});
	context = named(doc, "contexts", name, "context");
	cluster =
		named(doc, "clusters", value_get_str(context, STR("cluster"), STR("")), "cluster");
	user = named(doc, "users", value_get_str(context, STR("user"), STR("")), "user");
	if (!context || !cluster) {
		buf_printf(err, "%s: no context \"%.*s\" with a cluster", path, STR_ARG(name));
		return -EINVAL;
	}
	insecure = value_get(cluster, STR("insecure-skip-tls-verify"));
	c->insecure = insecure && insecure->kind == VALUE_BOOL && insecure->boolean;
	c->server_name = value_get_str(cluster, STR("tls-server-name"), (struct str){0});
	c->namespace = value_get_str(context, STR("namespace"), STR("default"));
	c->exec.server = value_get_str(cluster, STR("server"), STR(""));
	c->exec.cluster_config =
		named(cluster, "extensions", STR("client.authentication.k8s.io/exec"), "extension");
	rc = set_server(c, c->exec.server, err);
	if (rc == 0)
		rc = material(c, cluster, path, "certificate-authority", &c->ca, &c->ca_file, err);
	return rc == 0 && user ? set_user(c, user, path, err) : rc;
}

static const char *default_path(struct arena *a)
{
	const char *env = getenv("KUBECONFIG"), *home = getenv("HOME");
	struct str first = str_from(env);

	if (first.n)
		return arena_str(a, str_take(first, str_find(first, ':'))).p;
	return arena_printf(a, "%s/.kube/config", home ? home : "").p;
}

int kube_config_load(struct kube_config *c, const char *path, struct str context, struct buf *err)
{
	struct text_error where;
	struct value doc;
	struct str text;
	int rc;

	*c = (struct kube_config){0};
	arena_init(&c->arena, 0);
	if (!path)
		path = default_path(&c->arena);
	rc = read_text(&c->arena, path, &text, err);
	if (rc < 0)
		return rc;
	rc = text_parse_yaml(&c->arena, text, 1, &doc, &where);
	if (rc < 0) {
		buf_printf(err, "%s:%u:%u: %s", path, where.line, where.column, where.what);
		return rc;
	}
	return use_context(c, &doc, path, context, err);
}

bool kube_in_pod(void)
{
	return getenv("KUBERNETES_SERVICE_HOST") != NULL;
}

int kube_config_pod(struct kube_config *c, const char *folder, struct buf *err)
{
	const char *port = getenv("KUBERNETES_SERVICE_PORT");
	uint64_t number = 443;
	int rc;

	*c = (struct kube_config){.tls = true};
	arena_init(&c->arena, 0);
	if (!kube_in_pod()) {
		buf_printf(err, "KUBERNETES_SERVICE_HOST is not set: this is no pod");
		return -ENOENT;
	}
	if (port && str_to_u64(str_from(port), 65535, &number) < 0) {
		buf_printf(err, "KUBERNETES_SERVICE_PORT \"%s\" is no port", port);
		return -EINVAL;
	}
	if (!folder)
		folder = KUBE_POD_FOLDER;
	c->port = (uint16_t)number;
	c->host = arena_str(&c->arena, str_from(getenv("KUBERNETES_SERVICE_HOST")));
	c->token_file = arena_printf(&c->arena, "%s/token", folder);
	c->ca_file = arena_printf(&c->arena, "%s/ca.crt", folder);
	rc = read_text(&c->arena, c->ca_file.p, &c->ca, err);
	if (rc == 0)
		rc = read_text(&c->arena, arena_printf(&c->arena, "%s/namespace", folder).p,
			&c->namespace, err);
	return rc;
}

void kube_config_fini(struct kube_config *c)
{
	arena_fini(&c->arena);
}
