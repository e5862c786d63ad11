/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "kube/config.h"

static char folder[] = "/tmp/sluice-kube-XXXXXX";

static const char *put(const char *name, const char *text)
{
	static char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	return path;
}

#define HEAD                                                                                        \
	"apiVersion: v1\nkind: Config\ncurrent-context: one\n"                                      \
	"contexts:\n- {name: one, context: {cluster: c, user: u, namespace: team}}\n"               \
	"- {name: two, context: {cluster: v6, user: t}}\n- {name: bad, context: {cluster: none}}\n" \
	"- {name: plugin, context: {cluster: c, user: p}}\n- {name: url, context: {cluster: x}}\n"  \
	"- {name: mode, context: {cluster: c, user: q}}\n- {name: old, context: {cluster: c, "      \
	"user: r}}\n- {name: provider, context: {cluster: c, user: s}}\n"

#define REST                                                                                       \
	"clusters:\n- name: c\n  cluster: {server: https://10.1.2.3:6443/k8s/, "                   \
	"certificate-authority-data: UEVNIGNh, tls-server-name: api}\n"                            \
	"- name: v6\n  cluster: {server: 'https://[fd00::1]', insecure-skip-tls-verify: true}\n"   \
	"- name: x\n  cluster: {server: 'ftp://x'}\n"                                              \
	"users:\n- name: u\n  user: {client-certificate: crt.pem, client-key-data: a2V5}\n"        \
	"- name: t\n  user: {token: secret, tokenFile: /no/where}\n"                               \
	"- name: p\n  user: {exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: "   \
	"bin/aws, args: [get, token], env: [{name: A, value: b}], installHint: get it, "           \
	"provideClusterInfo: true}}\n"                                                             \
	"- name: q\n  user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: aws}}\n" \
	"- name: r\n  user: {exec: {apiVersion: client.authentication.k8s.io/v1alpha1}}\n"         \
	"- name: s\n  user: {auth-provider: {name: gcp}}\n"

static void test_kubeconfig(void **state)
{
	struct kube_config c;
	struct buf err = {0};
	const char *path;

	(void)state;
	put("crt.pem", "PEM crt");
	path = put("config", HEAD REST);
	assert_int_equal(kube_config_load(&c, path, STR(""), &err), 0);
	assert_true(c.tls && !c.insecure);
	assert_str(c.host, "10.1.2.3");
	assert_int_equal(c.port, 6443);
	assert_str(c.prefix, "/k8s");
	assert_str(c.ca, "PEM ca");
	assert_str(c.cert, "PEM crt");
	assert_str(c.key, "key");
	assert_str(c.server_name, "api");
	assert_str(c.namespace, "team");
	kube_config_fini(&c);
	assert_int_equal(kube_config_load(&c, path, STR("two"), &err), 0);
	assert_true(c.tls && c.insecure);
	assert_str(c.host, "fd00::1");
	assert_int_equal(c.port, 443);
	assert_str(c.token, "secret");
	assert_str(c.token_file, "/no/where");
	assert_str(c.namespace, "default");
	kube_config_fini(&c);
	assert_int_equal(err.n, 0);
	buf_fini(&err);
}

static void test_exec(void **state)
{
	struct kube_config c;
	struct buf err = {0};
	char command[128];

	(void)state;
	put("crt.pem", "PEM crt");
	assert_int_equal(kube_config_load(&c, put("config", HEAD REST), STR("plugin"), &err), 0);
	/* A path is the kubeconfig's, whoever's folder we are in. */
	snprintf(command, sizeof(command), "%s/bin/aws", folder);
	assert_str(c.exec.command, command);
	assert_int_equal(c.exec.n_args, 2);
	assert_str(c.exec.args[1], "token");
	assert_int_equal(c.exec.n_env, 1);
	assert_str(c.exec.env[0].name, "A");
	assert_str(c.exec.env[0].value, "b");
	assert_str(c.exec.install_hint, "get it");
	assert_true(c.exec.cluster_info && !c.exec.v1);
	assert_int_equal(c.exec.interactive, KUBE_EXEC_IF_AVAILABLE);
	assert_str(c.exec.server, "https://10.1.2.3:6443/k8s/");
	kube_config_fini(&c);
	buf_fini(&err);
}

static void refuse(const char *context, int want, const char *sentence)
{
	struct kube_config c;
	struct buf err = {0};

	assert_int_equal(
		kube_config_load(&c, put("config", HEAD REST), str_from(context), &err), want);
	buf_addc(&err, '\0');
	assert_non_null(strstr(err.p, sentence));
	kube_config_fini(&c);
	buf_fini(&err);
}

static void test_refused(void **state)
{
	struct kube_config c;
	struct buf err = {0};

	(void)state;
	refuse("bad", -EINVAL, "no context \"bad\" with a cluster");
	refuse("absent", -EINVAL, "no context \"absent\"");
	refuse("provider", -ENOTSUP, "\"auth-provider\" of a user is not supported");
	refuse("mode", -EINVAL, "interactiveMode \"\" is none of IfAvailable, Never, Always");
	refuse("old", -ENOTSUP, "apiVersion \"client.authentication.k8s.io/v1alpha1\" is none of");
	refuse("url", -EINVAL, "server \"ftp://x\" is no http or https address");
	assert_int_equal(kube_config_load(&c, "/no/where", STR(""), &err), -ENOENT);
	kube_config_fini(&c);
	assert_int_equal(kube_config_load(&c, put("config", "a: [\n"), STR(""), &err), -EINVAL);
	kube_config_fini(&c);
	buf_fini(&err);
}

static void test_pod(void **state)
{
	struct kube_config c;
	struct buf err = {0};
	char token[128];

	(void)state;
	unsetenv("KUBERNETES_SERVICE_HOST");
	assert_false(kube_in_pod());
	assert_int_equal(kube_config_pod(&c, folder, &err), -ENOENT);
	kube_config_fini(&c);
	setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1", 1);
	setenv("KUBERNETES_SERVICE_PORT", "6443", 1);
	put("ca.crt", "PEM");
	put("namespace", "sluice-system");
	assert_int_equal(kube_config_pod(&c, folder, &err), 0);
	assert_true(c.tls);
	assert_str(c.host, "10.0.0.1");
	assert_int_equal(c.port, 6443);
	assert_str(c.namespace, "sluice-system");
	snprintf(token, sizeof(token), "%s/token", folder);
	assert_str(c.token_file, token);
	kube_config_fini(&c);
	setenv("KUBERNETES_SERVICE_PORT", "tcp", 1);
	assert_int_equal(kube_config_pod(&c, folder, &err), -EINVAL);
	kube_config_fini(&c);
	unsetenv("KUBERNETES_SERVICE_HOST");
	buf_fini(&err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_kubeconfig),
		cmocka_unit_test(test_exec), cmocka_unit_test(test_refused),
		cmocka_unit_test(test_pod)};
	int rc;
	char command[128];

	if (!mkdtemp(folder))
		return 1;
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	snprintf(command, sizeof(command), "rm -r %s", folder);
	return system(command) ? 1 : rc;
}
