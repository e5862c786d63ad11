/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ticket.c -- the keys of session tickets: one to seal with, the one before it still opens.
 *
 * Common to all workers, because a client's next connection may be another worker's.  What was
 * sealed with a key that is forgotten stays sealed.
 */
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <pthread.h>

#include "base/rand.h"
#include "tls/server.h"
#include "tls/server_priv.h"
#include "tls/tls_priv.h"

struct ticket_key {
	unsigned char name[16], aes[32], hmac[32];
	nsec born; /* wall time; 0: never */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct ticket_key keys[2]; /* the newest first */

static void keys_turn(nsec now)
{
	if (keys[0].born && now - keys[0].born < TLS_TICKET_AGE)
		return;
	/* After a long rest the older one is too old as well. */
	keys[1] = now - keys[0].born < 2 * TLS_TICKET_AGE ? keys[0] : (struct ticket_key){0};
	rand_secure(&keys[0], sizeof(keys[0]));
	keys[0].born = now;
}

/* The key to seal with, or the one that is called <name>; the result says whether it is there, 2
 * when it is not the newest. */
static int key_find(nsec now, const unsigned char *name, struct ticket_key *ret_key)
{
	int found = 0;

	AZ(pthread_mutex_lock(&lock));
	keys_turn(now);
	for (int i = 0; i < 2 && !found; i++) {
		if (!keys[i].born || (name && memcmp(keys[i].name, name, 16) != 0))
			continue;
		*ret_key = keys[i];
		found = i + 1;
	}
	AZ(pthread_mutex_unlock(&lock));
	return found;
}

static bool key_use(const struct ticket_key *k, const unsigned char *iv, EVP_CIPHER_CTX *cipher,
	EVP_MAC_CTX *mac, int enc)
{
	char digest[] = "SHA256";
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_octet_string(
			OSSL_MAC_PARAM_KEY, (void *)(uintptr_t)k->hmac, sizeof(k->hmac)),
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_end(),
	};

	return EVP_CipherInit_ex(cipher, EVP_aes_256_cbc(), NULL, k->aes, iv, enc) == 1 &&
	       EVP_MAC_CTX_set_params(mac, params) == 1;
}

int ticket_key(SSL *ssl, unsigned char name[16], unsigned char iv[EVP_MAX_IV_LENGTH],
	EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac, int enc)
{
	nsec now = loop_wall(tls_of_ssl(ssl)->thread->loop);
	struct ticket_key k;
	int found = key_find(now, enc ? NULL : name, &k);

	if (!found)
		return 0;
	if (enc) {
		memcpy(name, k.name, sizeof(k.name));
		rand_secure(iv, 16);
	}
	if (!key_use(&k, iv, cipher, mac, enc))
		found = -1;
	OPENSSL_cleanse(&k, sizeof(k));
	return found;
}
