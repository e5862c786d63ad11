/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/ask.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "net/addr.h"

static int ask_failed(struct buf *body, struct str address, int err)
{
	buf_reset(body);
	buf_printf(body,
		"%.*s: %s: is a gateway running there? give its address with --admin, or "
		"paths to read files",
		STR_ARG(address), strerror(err));
	return -err;
}

static int exchange(int fd, struct str request, struct buf *in)
{
	for (size_t at = 0; at < request.n;) {
		ssize_t n = send(fd, request.p + at, request.n - at, MSG_NOSIGNAL);

		if (n < 0)
			return errno;
		at += (size_t)n;
	}
	for (;;) {
		ssize_t n = recv(fd, buf_room(in, 65536), 65536, 0);

		if (n < 0)
			return errno;
		if (n == 0)
			return 0;
		buf_added(in, (size_t)n);
	}
}

int ask(struct str address, struct str target, struct buf *body)
{
	const struct timeval timeout = {.tv_sec = ASK_TIMEOUT};
	struct buf request = {0}, in = {0};
	struct addr at;
	uint64_t status = 0;
	const char *end;
	int fd, err;

	if (addr_parse(address, &at) < 0)
		return ask_failed(body, address, EINVAL);
	fd = socket(at.sa.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return ask_failed(body, address, errno);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	buf_printf(&request, "GET %.*s HTTP/1.1\r\nHost: %.*s\r\n\r\n", STR_ARG(target),
		STR_ARG(address));
	err = connect(fd, &at.sa, at.len) < 0 ? errno : exchange(fd, buf_str(&request), &in);
	close(fd);
	buf_fini(&request);
	end = in.n ? memmem(in.p, in.n, "\r\n\r\n", 4) : NULL;
	if (!err && (!end || in.n < 12 || str_to_u64(str_of(in.p + 9, 3), 999, &status) < 0))
		err = EPROTO;
	if (err) {
		buf_fini(&in);
		return ask_failed(body, address, err);
	}
	buf_add(body, str_skip(buf_str(&in), (size_t)(end - in.p) + 4));
	buf_fini(&in);
	return (int)status;
}

void ask_encode(struct buf *out, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			strchr("-._~", c))
			buf_addc(out, (char)c);
		else
			buf_printf(out, "%%%02X", c);
	}
}
