/* SPDX-License-Identifier: Apache-2.0 */
/* What OpenSSL holds is counted, by the thread that has it. */
#include "test.h"

#include <openssl/ssl.h>
#include <pthread.h>

#include "tls/memory.h"

static void *elsewhere(void *arg)
{
	SSL *ssl = SSL_new(arg);

	assert_true(tls_memory() > 1000);
	SSL_free(ssl);
	return NULL;
}

static void what_is_held_is_counted(void **state)
{
	SSL_CTX *ctx;
	SSL *ssl[10];
	int64_t before, each;
	pthread_t thread;

	(void)state;
	assert_true(tls_memory_count());
	assert_int_equal(tls_memory(), 0);
	ctx = SSL_CTX_new(TLS_server_method());
	assert_non_null(ctx);
	ssl[0] = SSL_new(ctx);
	before = tls_memory();
	assert_true(before > 5000);
	SSL_free(SSL_new(ctx));
	assert_int_equal(tls_memory(), before);
	for (int i = 1; i < 10; i++)
		ssl[i] = SSL_new(ctx);
	each = (tls_memory() - before) / 9;
	assert_true(each > 2000 && each < 20000);
	assert_int_equal(pthread_create(&thread, NULL, elsewhere, ctx), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	for (int i = 0; i < 10; i++)
		SSL_free(ssl[i]);
	assert_true(tls_memory() < before);
	SSL_CTX_free(ctx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_held_is_counted)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
