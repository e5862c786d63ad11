/* SPDX-License-Identifier: Apache-2.0 */
/*
 * url.h -- request targets and authorities, taken apart without copying (RFC 3986, RFC 9112 §3.2).
 *
 * All results borrow the argument's bytes.  Nothing is decoded here: the path normaliser and
 * percent-decoding belong to module match.
 */
#ifndef HTTP_URL_H
#define HTTP_URL_H

#include "base/str.h"

#define URL_HOST_MAX 255
#define URL_HOST_ROOM 256 /* to write one in blocks of 16 */

struct url_authority {
	struct str host; /* as written, without port and without one trailing dot; [..] kept for
			    IPv6 */
	uint16_t port; /* 0: none written */
};

/* host [":" port]: a name of letters, digits, '-', '_' and single dots, an IPv4 address or a
 * bracketed IPv6 address.  No userinfo, no list, no escapes; port 1 to 65535, leading zeros and an
 * empty port allowed.  Returns 0 or -EINVAL. */
int must_check url_authority_parse(struct str s, struct url_authority *ret_authority);

/* Lower-case copy of <host> (at most URL_HOST_MAX bytes) into <out>; returns it. */
struct str url_host_lower(struct str host, char out[URL_HOST_ROOM]);

enum url_form {
	URL_ORIGIN, /* /path?query */
	URL_ABSOLUTE, /* http://authority/path?query */
	URL_AUTHORITY, /* host:port (CONNECT) */
	URL_ASTERISK, /* * (OPTIONS) */
};

struct url_target {
	enum url_form form;
	bool https; /* absolute form: the scheme as written */
	bool has_query; /* a '?' is there, even with nothing behind it */
	struct str authority; /* absolute and authority form */
	struct str path; /* starts with '/' where it has bytes; empty in absolute form means "/" */
	struct str query; /* without '?' */
};

/* Takes a target apart by its own shape.  It must have passed url_target_bytes.  Refused: schemes
 * but http and https, userinfo, an empty or bad authority, anything that is none of the four
 * forms.  Which method may use which form is the caller's to judge.  Returns 0 or -EINVAL. */
int must_check url_target_parse(struct str s, struct url_target *ret_target);

/* Whether all of <s> may stand in a request line: visible ASCII without '#'.  Bytes which RFC 3986
 * wants escaped but which cannot be misread (such as '|', '[', '"') pass, as browsers send them. */
bool url_target_bytes(struct str s);

#endif
