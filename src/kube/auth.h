/* SPDX-License-Identifier: Apache-2.0 */
/*
 * auth.h -- who we are to the API server and whom we take for it, as it stands now.
 *
 * Files that the configuration names (authorities, certificate and key, token) are read again every
 * AUTH_LIFE and where the server or we were refused: what replaces them counts for the connections
 * from then on, and what cannot be used changes nothing.  Credentials of a program (exec.h) are got
 * before the first request, when they expire, and when the server does not know them any more; one
 * that failed is not run again for AUTH_PAUSE.  Control thread only.
 */
#ifndef KUBE_AUTH_H
#define KUBE_AUTH_H

#include "kube/config.h"
#include "net/loop.h"
#include "tls/client.h"

#define AUTH_LIFE SEC(30)
#define AUTH_PAUSE SEC(10)
#define AUTH_EARLY SEC(5) /* credentials that expire so soon count as expired */

struct auth;
/* auth_ready() has another answer than -EAGAIN; from the loop. */
typedef void auth_f(void *arg);

/* Borrows <config> for its life.  Returns owned; -EINVAL for unusable PEM, -ENOENT: the system has
 * no authorities. */
int must_check auth_new(struct loop *l, const struct kube_config *config, auth_f *changed,
	void *arg, struct auth **ret_auth);
/* NULL is legal. */
void auth_free(struct auth *a);

/* Whether a request can be sent now: 0; -EAGAIN: a program is asked, changed() follows; -EACCES: it
 * gave none, auth_why(). */
int must_check auth_ready(struct auth *a);
/* For a new connection; borrowed until the next call.  NULL: cleartext. */
struct tls_client *auth_client(struct auth *a);
/* Moves when auth_client() or the program's credentials change: what was connected before is not to
 * be used for a new request. */
uint64_t auth_serial(const struct auth *a);
/* For a request; borrowed until the next call; empty: none. */
struct str auth_token(struct auth *a);
/* The server does not know whom a request of that serial came from (401).  True: it may know us
 * now. */
bool auth_refused(struct auth *a, uint64_t serial);
/* We do not take the server for who it says it is, or it not us: the files are looked at now. True:
 * they have changed. */
bool auth_distrusts(struct auth *a);
/* Why there are no credentials, a sentence; empty: nothing is wrong. */
struct str auth_why(const struct auth *a);

#endif
