/* SPDX-License-Identifier: Apache-2.0 */
/* Names of certificates by the rules of RFC 9525, pairs, bundles, and what is unfit to serve with.
 */
#include "tls/certs.h"

#include <errno.h>

#include "pki/pem_check.h"

struct row {
	const char *san;
	const char *name;
	bool uri, fits;
};

static void names(void **state)
{
	static const struct row rows[] = {
		{"DNS:a.example", "a.example", false, true},
		{"DNS:a.example", "A.EXAMPLE", false, true},
		{"DNS:A.Example", "a.example", false, true},
		{"DNS:a.example", "b.a.example", false, false},
		{"DNS:a.example", "a.example.", false, false},
		{"DNS:a.example", "", false, false},
		{"DNS:*.b", "a.b", false, true},
		{"DNS:*.b", "a.c.b", false, false},
		{"DNS:*.b", "b", false, false},
		{"DNS:*.b", ".b", false, false},
		{"DNS:*.b", "*.b", false, true},
		{"DNS:a*.b", "ab.b", false, false},
		{"DNS:a.*.b", "a.x.b", false, false},
		{"DNS:*", "a", false, false},
		{"DNS:10.0.0.1", "10.0.0.1", false, false}, /* an address is no DNS name */
		{"IP:10.0.0.1", "10.0.0.1", false, true},
		{"IP:10.0.0.1", "10.0.0.2", false, false},
		{"IP:::1", "::1", false, true},
		{"IP:::1", "0:0:0:0:0:0:0:1", false, true},
		{"URI:spiffe://a/b", "spiffe://a/b", true, true},
		{"URI:spiffe://a/b", "spiffe://a/B", true, false},
		{"URI:spiffe://a/b", "spiffe://a/b/", true, false},
		{"URI:spiffe://a/b", "spiffe://a/b", false, false},
		{"DNS:spiffe", "spiffe", true, false},
		{"email:a.example", "a.example", false, false},
		{NULL, "cn.example", false, false}, /* the common name does not count */
		{"DNS:x,URI:u:v,DNS:y", "y", false, true},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct row *r = &rows[i];
		struct made m = made_new(&(struct make){.cn = "cn.example", .san = r->san});
		struct pki_name name = {str_from(r->name), r->uri};

		if (pki_cert_has(m.cert, name) != r->fits)
			fail_msg("%s for %s", r->san ? r->san : "-", r->name);
		made_free(&m);
	}
}

/* "good.example\0.evil": lengths are compared, not C strings. */
static void nul_in_a_name(void **state)
{
	static const char evil[] = "good.example\0.evil";
	struct made m = made_new(&(struct make){.cn = "x"});
	GENERAL_NAMES *all = sk_GENERAL_NAME_new_null();
	GENERAL_NAME *g = GENERAL_NAME_new();
	ASN1_IA5STRING *s = ASN1_IA5STRING_new();

	(void)state;
	assert_true(ASN1_STRING_set(s, evil, sizeof(evil) - 1));
	GENERAL_NAME_set0_value(g, GEN_DNS, s);
	assert_true(sk_GENERAL_NAME_push(all, g));
	assert_true(X509_add1_ext_i2d(m.cert, NID_subject_alt_name, all, 0, X509V3_ADD_REPLACE));
	assert_false(pki_cert_has(m.cert, (struct pki_name){STR("good.example"), false}));
	assert_true(pki_cert_has(m.cert, (struct pki_name){str_of(evil, sizeof(evil) - 1), false}));
	GENERAL_NAMES_free(all);
	made_free(&m);
}

static void pairs(void **state)
{
	struct made a = made_new(&(struct make){.cn = "a", .san = "DNS:a.example"});
	struct made b = made_new(&(struct make){.cn = "b"});
	struct made_text at = made_text(&a), bt = made_text(&b);
	struct pki_pair *p = NULL;

	(void)state;
	assert_int_equal(pki_pair_new(at.chain, at.key, &p), 0);
	assert_true(pki_pair_has(p, STR("a.example")));
	pki_pair_unref(pki_pair_ref(p));
	pki_pair_unref(p);
	p = NULL;
	assert_int_equal(pki_pair_new(at.chain, bt.key, &p), -EINVAL);
	assert_int_equal(pki_pair_new(at.key, at.chain, &p), -EINVAL);
	assert_int_equal(pki_pair_new(STR(""), at.key, &p), -EINVAL);
	assert_int_equal(pki_pair_new(at.chain, STR(""), &p), -EINVAL);
	assert_int_equal(pki_pair_new(str_take(at.chain, at.chain.n / 2), at.key, &p), -EINVAL);
	assert_null(p);
	made_text_free(&at);
	made_text_free(&bt);
	made_free(&a);
	made_free(&b);
}

static void bundles(void **state)
{
	struct made a = made_new(&(struct make){.cn = "a", .ca = true});
	struct made b = made_new(&(struct make){.cn = "b", .ca = true});
	struct pki_trust *both[] = {made_trust(&a), made_trust(&b)}, *one, *joined;

	(void)state;
	one = pki_trust_join(both, 1);
	assert_ptr_equal(one, both[0]);
	joined = pki_trust_join(both, 2);
	assert_int_equal(sk_X509_num(joined->anchors), 2);
	pki_trust_unref(one);
	pki_trust_unref(both[0]);
	pki_trust_unref(both[1]);
	assert_int_equal(sk_X509_num(joined->anchors), 2); /* holds its own */
	pki_trust_unref(joined);
	assert_int_equal(pki_trust_new(STR("nothing"), &one), -EINVAL);
	assert_int_equal(pki_trust_new(STR(""), &one), -EINVAL);
	made_free(&a);
	made_free(&b);
}

static void unfit(void **state)
{
	struct made weak = {X509_new(), EVP_RSA_gen(1024)};
	struct made good =
		made_new(&(struct make){.cn = "g", .san = "DNS:*.G.example,IP:10.0.0.1"});
	struct made_text t;
	struct pem_names found;
	struct arena a;
	struct str why;

	(void)state;
	arena_init(&a, 512);
	X509_set_pubkey(weak.cert, weak.key);
	X509_gmtime_adj(X509_getm_notBefore(weak.cert), 0);
	X509_gmtime_adj(X509_getm_notAfter(weak.cert), 3600);
	assert_true(X509_sign(weak.cert, weak.key, EVP_sha256()));
	t = made_text(&weak);
	assert_int_equal(pem_check_pair(&a, t.chain, t.key, &found, &why), -EINVAL);
	assert_str(why, "the private key is too weak; RSA needs 2048 bits");
	made_text_free(&t);
	t = made_text(&good);
	assert_int_equal(pem_check_pair(&a, t.chain, t.key, &found, &why), 0);
	assert_int_equal(found.n, 1);
	assert_str(found.p[0], "*.g.example");
	made_text_free(&t);
	made_free(&weak);
	made_free(&good);
	arena_fini(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(nul_in_a_name),
		cmocka_unit_test(pairs),
		cmocka_unit_test(bundles),
		cmocka_unit_test(unfit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
