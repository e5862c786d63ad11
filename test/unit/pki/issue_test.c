/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates of our own: what they are for, by whom, until when. */
#include "test.h"

#include <errno.h>
#include <openssl/x509v3.h>

#include "pki/issue.h"
#include "pki/pair.h"

#define NOW SEC((nsec)1800000000)
#define DAY ((nsec)86400)

static void issue(struct str ca, struct str ca_key, const char *name, int days, struct buf *cert,
	struct buf *key)
{
	const struct str names[] = {str_from(name), STR("10.0.0.1")};

	assert_int_equal(
		pki_issue(ca, ca_key, str_from(name), names, ca.n ? 2 : 0, NOW, days, cert, key),
		0);
}

static void test_issued(void **state)
{
	struct buf ca = {0}, ca_key = {0}, leaf = {0}, leaf_key = {0}, junk = {0};
	struct str none = {0};
	struct pki_pair *root, *pair;
	nsec made, until;

	(void)state;
	issue(none, none, "authority", 30, &ca, &ca_key);
	issue(buf_str(&ca), buf_str(&ca_key), "web.example", 7, &leaf, &leaf_key);
	assert_int_equal(pki_pair_new(buf_str(&ca), buf_str(&ca_key), &root), 0);
	assert_int_equal(pki_pair_new(buf_str(&leaf), buf_str(&leaf_key), &pair), 0);
	assert_int_equal(X509_check_ca(root->leaf), 1);
	assert_int_equal(X509_check_ca(pair->leaf), 0);
	assert_int_equal(X509_verify(pair->leaf, root->key), 1);
	assert_int_equal(X509_verify(root->leaf, root->key), 1);
	assert_int_equal(X509_check_issued(root->leaf, pair->leaf), X509_V_OK);
	assert_true(pki_pair_has(pair, STR("web.example")));
	assert_true(pki_pair_has(pair, STR("10.0.0.1")));
	assert_false(pki_pair_has(pair, STR("evil.example")));
	assert_int_equal(pki_validity(buf_str(&leaf), &made, &until), 0);
	assert_int_equal(made, NOW);
	assert_int_equal(until, NOW + SEC(7 * DAY));
	/* A key that is not the authority's signs nothing. */
	assert_int_equal(pki_issue(buf_str(&ca), buf_str(&leaf_key), STR("x"), NULL, 0, NOW, 1,
				 &junk, &junk),
		-EINVAL);
	assert_int_equal(junk.n, 0);
	assert_int_equal(pki_validity(STR("no PEM"), &made, &until), -EINVAL);
	pki_pair_unref(root);
	pki_pair_unref(pair);
	buf_fini(&ca);
	buf_fini(&ca_key);
	buf_fini(&leaf);
	buf_fini(&leaf_key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_issued)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
