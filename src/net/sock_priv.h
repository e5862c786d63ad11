/* SPDX-License-Identifier: Apache-2.0 */
/* sock_priv.h -- what the loop, splice and the socket's ops know of a socket. */
#ifndef NET_SOCK_PRIV_H
#define NET_SOCK_PRIV_H

#include "net/loop_priv.h"
#include "net/sock.h"

#define SOCK_READABLE 0x01u /* there may be bytes, FIN or an error to read */
#define SOCK_WRITABLE 0x02u
#define SOCK_FIN 0x04u /* the peer's FIN has arrived (perhaps behind bytes not read yet) */
#define SOCK_RESET 0x08u /* an error has arrived */
#define SOCK_URGENT 0x10u /* urgent data seen: a short read may have stopped at its mark */

#define SOCK_EVENTS ((uint32_t)(EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLPRI | EPOLLET))

/* An event from epoll. */
void sock_event(struct sock *s, uint32_t events);

/* After a read of <got> bytes where <want> would have been taken: fewer mean that the socket is
 * drained and that epoll will tell of more.  Not when the FIN is known to be there, which no
 * further edge announces, nor when reading stopped at an urgent mark. */
static inline void sock_read_short(struct sock *s, size_t got, size_t want)
{
	if (got < want && !(s->flags & (SOCK_FIN | SOCK_RESET | SOCK_URGENT)))
		s->flags &= (uint8_t)~SOCK_READABLE;
}

#endif
