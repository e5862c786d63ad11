/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hostile and odd input, one row per case with one verdict: what is refused and why, or what is
 * sent on, byte for byte.  Every row is fed whole, byte by byte and cut at every offset, and must
 * come out the same.  Row names group by subject: a request line, b fields, c framing, d upgrades,
 * r responses.
 */
#include "test.h"

#include "drive.h"

struct row {
	const char *id;
	struct str in;
	struct str out; /* ends in "!reason" when refused; what stands before was accepted */
};

#define H "Host: a\r\n"
#define GET "GET / HTTP/1.1\r\n" H
#define POST "POST / HTTP/1.1\r\n" H
#define CHUNKED POST "Transfer-Encoding: chunked\r\n\r\n"
#define IN(lit)                      \
	{                            \
		lit, sizeof(lit) - 1 \
	}
#define ROW(id, in, out)            \
	{                           \
		id, IN(in), IN(out) \
	}
#define REFUSED(id, in, reason) ROW(id, in, "!" reason)
/* a chunked body which is refused after its head has gone on */
#define BODY_REFUSED(id, body, reason) ROW(id, CHUNKED body, CHUNKED "!" reason)

static const struct row requests[] = {
	/* --- request line --- */
	REFUSED("a1 bare LF", "GET / HTTP/1.1\nHost: a\n\n", "bare_lf"),
	REFUSED("a1 bare LF in fields", "GET / HTTP/1.1\r\nHost: a\n\r\n", "bare_lf"),
	REFUSED("a1 bare LF at the end", GET "\n", "bare_lf"),
	REFUSED("a2 bare CR in target", "GET /\rX HTTP/1.1\r\n" H "\r\n", "bare_cr"),
	REFUSED("a2 bare CR after version", "GET / HTTP/1.1\rHost: a\r\n\r\n", "bare_cr"),
	REFUSED("a3 two SP", "GET  / HTTP/1.1\r\n" H "\r\n", "bad_request_line"),
	REFUSED("a3 HTAB", "GET\t/ HTTP/1.1\r\n" H "\r\n", "bad_method"),
	REFUSED("a3 VT", "GET /\x0bHTTP/1.1\r\n" H "\r\n", "bad_request_line"),
	REFUSED("a3 two SP before version", "GET /  HTTP/1.1\r\n" H "\r\n", "bad_request_line"),
	REFUSED("a3 trailing SP", "GET / HTTP/1.1 \r\n" H "\r\n", "bad_version"),
	REFUSED("a4 SP in target", "GET /a b HTTP/1.1\r\n" H "\r\n", "bad_request_line"),
	REFUSED("a5 NUL", "GET /\0x HTTP/1.1\r\n" H "\r\n", "bad_target"),
	REFUSED("a5 DEL", "GET /\x7f HTTP/1.1\r\n" H "\r\n", "bad_target"),
	REFUSED("a5 SOH", "GET /\x01 HTTP/1.1\r\n" H "\r\n", "bad_target"),
	REFUSED("a6 UTF-8", "GET /caf\xc3\xa9 HTTP/1.1\r\n" H "\r\n", "bad_target"),
	REFUSED("a6 overlong", "GET /\xc0\xaf.. HTTP/1.1\r\n" H "\r\n", "bad_target"),
	REFUSED("a6 in a long target", "GET /0123456789abcdef0123456789abcdef\xff HTTP/1.1\r\n" H,
		"bad_target"),
	REFUSED("a7 fragment", "GET /x#frag HTTP/1.1\r\n" H "\r\n", "bad_target"),
	REFUSED("a7 fragment in query", "GET /x?q=1#frag HTTP/1.1\r\n" H "\r\n", "bad_target"),
	REFUSED("a8 GET *", "GET * HTTP/1.1\r\n" H "\r\n", "bad_target"),
	REFUSED("a8 POST *", "POST * HTTP/1.1\r\n" H "\r\n", "bad_target"),
	REFUSED("a8 OPTIONS *?", "OPTIONS *? HTTP/1.1\r\n" H "\r\n", "bad_target"),
	ROW("a8 OPTIONS *", "OPTIONS * HTTP/1.1\r\n" H "\r\n", "OPTIONS * HTTP/1.1\r\n" H "\r\n"),
	REFUSED("a9 authority", "GET a.example:80 HTTP/1.1\r\n" H "\r\n", "bad_target"),
	REFUSED("a9 word", "GET admin HTTP/1.1\r\n" H "\r\n", "bad_target"),
	REFUSED("a9 @", "GET @evil/ HTTP/1.1\r\n" H "\r\n", "bad_target"),
	REFUSED("a9 ?", "GET ?x HTTP/1.1\r\n" H "\r\n", "bad_target"),
	ROW("a10 absolute wins", "GET http://b/secret HTTP/1.1\r\n" H "\r\n",
		"GET /secret HTTP/1.1\r\nHost: b\r\n\r\n"),
	REFUSED("a10 absolute without Host", "GET http://b/secret HTTP/1.1\r\n\r\n",
		"missing_host"),
	REFUSED("a10 absolute and bad Host", "GET http://b/ HTTP/1.1\r\nHost: u@a\r\n\r\n",
		"bad_host"),
	ROW("a11 query", "GET http://b?x HTTP/1.1\r\n" H "\r\n",
		"GET /?x HTTP/1.1\r\nHost: b\r\n\r\n"),
	ROW("a11 no path", "GET http://b HTTP/1.1\r\n" H "\r\n",
		"GET / HTTP/1.1\r\nHost: b\r\n\r\n"),
	ROW("a11 port and upper case", "GET HTTP://b:8080/ HTTP/1.1\r\n" H "\r\n",
		"GET / HTTP/1.1\r\nHost: b:8080\r\n\r\n"),
	ROW("a11 https", "GET https://b/x HTTP/1.1\r\n" H "\r\n",
		"GET /x HTTP/1.1\r\nHost: b\r\n\r\n"),
	ROW("a11 OPTIONS of a server", "OPTIONS http://b HTTP/1.1\r\n" H "\r\n",
		"OPTIONS * HTTP/1.1\r\nHost: b\r\n\r\n"),
	REFUSED("a11 no authority", "GET http:///x HTTP/1.1\r\n" H "\r\n", "bad_target"),
	REFUSED("a11 userinfo", "GET http://u:p@b/ HTTP/1.1\r\n" H "\r\n", "bad_target"),
	REFUSED("a11 ftp", "GET ftp://b/ HTTP/1.1\r\n" H "\r\n", "bad_target"),
	REFUSED("a11 half a scheme", "GET http:/b/ HTTP/1.1\r\n" H "\r\n", "bad_target"),
	ROW("a12 one blank line", "\r\n" GET "\r\n", GET "\r\n"),
	ROW("a12 two blank lines", "\r\n\r\n" GET "\r\n", GET "\r\n"),
	REFUSED("a12 three blank lines", "\r\n\r\n\r\n" GET "\r\n", "blank_lines"),
	REFUSED("a12 bare LF", "\n" GET "\r\n", "bare_lf"),
	REFUSED("a12 bare CR", "\r" GET "\r\n", "bare_cr"),
	REFUSED("a13 SP before", " GET / HTTP/1.1\r\n" H "\r\n", "bad_method"),
	REFUSED("a13 first field line", "GET / HTTP/1.1\r\n\tContent-Length: 1\r\n\r\n",
		"obs_fold"),
	REFUSED("a14 1.10", "GET / HTTP/1.10\r\n" H "\r\n", "bad_version"),
	REFUSED("a14 01.1", "GET / HTTP/01.1\r\n" H "\r\n", "bad_version"),
	REFUSED("a14 large", "GET / HTTP/4294967295.255\r\n" H "\r\n", "bad_version"),
	REFUSED("a14 lower case", "GET / http/1.1\r\n" H "\r\n", "bad_request_line"),
	REFUSED("a14 no minor", "GET / HTTP/1\r\n" H "\r\n", "bad_version"),
	REFUSED("a14 tail", "GET / HTTP/1.1x\r\n" H "\r\n", "bad_version"),
	REFUSED("a14 2.0", "GET / HTTP/2.0\r\n" H "\r\n", "version_refused"),
	REFUSED("a14 0.9 written", "GET / HTTP/0.9\r\n" H "\r\n", "version_refused"),
	ROW("a14 1.2", "GET / HTTP/1.2\r\n" H "\r\n", GET "\r\n"),
	REFUSED("a15 0.9", "GET /\r\n\r\n", "bad_version"),
	REFUSED("a15 0.9 with LF", "GET /\n", "bare_lf"),
	REFUSED("a15 one word", "GET\r\n\r\n", "bad_method"),
	REFUSED("a16 no token", "G=\":<>(e),[T];?\" / HTTP/1.1\r\n" H "\r\n", "bad_method"),
	REFUSED("a16 long method", "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFG / HTTP/1.1\r\n" H "\r\n",
		"method_too_long"),
	ROW("a16 longest method", "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEF / HTTP/1.1\r\n" H "\r\n",
		"ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEF / HTTP/1.1\r\n" H "\r\n"),
	ROW("a16 lower-case get is another method", "get / HTTP/1.1\r\n" H "\r\n",
		"get / HTTP/1.1\r\n" H "\r\n"),
	REFUSED("a17 TRACE", "TRACE / HTTP/1.1\r\n" H "Authorization: x\r\n\r\n", "method_refused"),
	REFUSED("a17 CONNECT", "CONNECT b:443 HTTP/1.1\r\nHost: b:443\r\n\r\n", "method_refused"),
	REFUSED("a17 CONNECT path", "CONNECT /x HTTP/1.1\r\n" H "\r\n", "bad_target"),
	REFUSED("a17 CONNECT without port", "CONNECT b HTTP/1.1\r\n" H "\r\n", "bad_target"),
	REFUSED("a18 h2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "version_refused"),

	/* --- fields --- */
	REFUSED("b1 SP before colon", POST "Content-Length : 5\r\n\r\nhello",
		"blank_in_header_name"),
	REFUSED("b1 HTAB before colon", POST "Transfer-Encoding\t: chunked\r\n\r\n",
		"blank_in_header_name"),
	REFUSED("b2 fold", GET "X: a\r\n b\r\n\r\n", "obs_fold"),
	REFUSED("b2 fold of framing", POST "Transfer-Encoding:\r\n chunked\r\n\r\n", "obs_fold"),
	REFUSED("b3 no colon", GET "Header\r\n\r\n", "missing_colon"),
	REFUSED("b3 SP for colon", POST "Content-Length 10\r\n\r\n", "blank_in_header_name"),
	REFUSED("b4 empty name", GET ": v\r\n\r\n", "empty_header_name"),
	REFUSED("b5 (", GET "a(b: c\r\n\r\n", "bad_header_name"),
	REFUSED("b5 slash", GET "a/b: c\r\n\r\n", "bad_header_name"),
	REFUSED("b5 high", GET "a\x80: c\r\n\r\n", "bad_header_name"),
	REFUSED("b5 high in a long name", GET "a-long-name-0123456789\xff: c\r\n\r\n",
		"bad_header_name"),
	REFUSED("b5 HTAB", GET "Content\tLength: 1\r\n\r\n", "blank_in_header_name"),
	REFUSED("b5 NUL", GET "a\0b: c\r\n\r\n", "bad_header_name"),
	REFUSED("b5 a CR that looks like '-'", POST "Content\rLength: 5\r\n\r\n", "missing_colon"),
	REFUSED("b6 NUL in Host", "GET / HTTP/1.1\r\nHost: google.com\0.evil\r\n\r\n",
		"bad_header_value"),
	REFUSED("b6 NUL", GET "X: a\0b\r\n\r\n", "bad_header_value"),
	REFUSED("b7 CR", GET "X: a\rSmuggled: b\r\n\r\n", "bare_cr"),
	REFUSED("b7 LF", GET "X: a\nSmuggled: b\r\n\r\n", "bare_lf"),
	REFUSED("b8 BS", GET "X: a\x08\r\n\r\n", "bad_header_value"),
	REFUSED("b8 VT", GET "X: \x0b\r\n\r\n", "bad_header_value"),
	REFUSED("b8 US in a long value", GET "X: 0123456789abcdef0123\x1f\r\n\r\n",
		"bad_header_value"),
	REFUSED("b8 DEL", GET "X: 0123456789abcdef\x7f\r\n\r\n", "bad_header_value"),
	ROW("b8 obs-text stays", GET "X: caf\xc3\xa9 \x80\xff\tb\r\n\r\n",
		GET "X: caf\xc3\xa9 \x80\xff\tb\r\n\r\n"),
	REFUSED("b9 no Host", "GET / HTTP/1.1\r\n\r\n", "missing_host"),
	ROW("b9 no Host in 1.0", "GET / HTTP/1.0\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: endpoint\r\n\r\n"),
	REFUSED("b9 two equal", GET "Host: a\r\n\r\n", "duplicate_host"),
	REFUSED("b9 two", GET "Host: b\r\n\r\n", "duplicate_host"),
	REFUSED("b9 two in 1.0", "GET / HTTP/1.0\r\nHost: a\r\nhOST: b\r\n\r\n", "duplicate_host"),
	REFUSED("b9 empty", "GET / HTTP/1.1\r\nHost: \r\n\r\n", "bad_host"),
	REFUSED("b9 none", "GET / HTTP/1.1\r\nHost:\r\n\r\n", "bad_host"),
	REFUSED("b9 list", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", "bad_host"),
	REFUSED("b9 slash", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", "bad_host"),
	REFUSED("b9 userinfo", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", "bad_host"),
	REFUSED("b9 port word", "GET / HTTP/1.1\r\nHost: a:b\r\n\r\n", "bad_host"),
	REFUSED("b9 port large", "GET / HTTP/1.1\r\nHost: a:99999\r\n\r\n", "bad_host"),
	REFUSED("b9 port 0", "GET / HTTP/1.1\r\nHost: a:0\r\n\r\n", "bad_host"),
	REFUSED("b9 open bracket", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", "bad_host"),
	REFUSED("b9 bracket tail", "GET / HTTP/1.1\r\nHost: [::1]x\r\n\r\n", "bad_host"),
	REFUSED("b9 zone", "GET / HTTP/1.1\r\nHost: [fe80::1%25eth0]\r\n\r\n", "bad_host"),
	REFUSED("b9 SP", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", "bad_host"),
	REFUSED("b9 empty label", "GET / HTTP/1.1\r\nHost: a..b\r\n\r\n", "bad_host"),
	REFUSED("b9 high", "GET / HTTP/1.1\r\nHost: a\xff\r\n\r\n", "bad_host"),
	ROW("b9 IPv6", "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n"),
	ROW("b10 as received", "GET / HTTP/1.1\r\nhost:  A.Example.COM.:080 \r\n\r\n",
		"GET / HTTP/1.1\r\nHost: A.Example.COM.:080\r\n\r\n"),
	ROW("b11 underscores",
		GET "Content_Length: 99\r\nTransfer_Encoding: chunked\r\nX_Other: 1\r\n"
		    "X_Forwarded_Prefix: /\r\nX_A-B: 1\r\nX-A-B: 2\r\n\r\n",
		GET "X_Other: 1\r\nX-A-B: 2\r\n\r\n"),
	ROW("b12 nominations",
		GET "Connection: close, X-Forwarded-For, X-Real-IP, Host, Authorization, "
		    "Content-Length, Transfer-Encoding, x-MINE\r\nAuthorization: s\r\n"
		    "X-Mine: 1\r\nX-Kept: 1\r\nContent-Length: 0\r\n\r\n",
		GET "X-Kept: 1\r\nContent-Length: 0\r\n\r\n"),
	ROW("b12 hop by hop",
		GET "Connection: keep-alive\r\nKeep-Alive: timeout=5\r\nProxy-Connection: x\r\n"
		    "TE: trailers\r\nTrailer: x\r\nAccept: */*\r\n\r\n",
		GET "Accept: */*\r\n\r\n"),
	ROW("b13 forwarded",
		GET "X-Forwarded-For: 1\r\nX-Forwarded-Prefix: /\r\nForwarded: for=1\r\n"
		    "X-Real-IP: 1\r\nX-Request-Id: 7\r\nVia: 1.1 x\r\n\r\n",
		GET "Via: 1.1 x\r\n\r\n"),
	ROW("b15 continue", POST "Expect: 100-Continue\r\nContent-Length: 1\r\n\r\nx",
		POST "Content-Length: 1\r\nExpect: 100-continue\r\n\r\nx"),
	ROW("b15 continue without a body", GET "Expect: 100-continue\r\n\r\n", GET "\r\n"),
	REFUSED("b15 nonsense", GET "Expect: nonsense\r\n\r\n", "expectation_failed"),
	REFUSED("b15 list", POST "Expect: 100-continue, x\r\nContent-Length: 1\r\n\r\n",
		"expectation_failed"),
	REFUSED("b15 empty", GET "Expect:\r\n\r\n", "expectation_failed"),
	ROW("b15 1.0 is ignored", "GET / HTTP/1.0\r\n" H "Expect: nonsense\r\n\r\n", GET "\r\n"),
	ROW("b16 repeated", GET "Content-Type: a\r\nContent-Type: b\r\n\r\n",
		GET "Content-Type: a\r\nContent-Type: b\r\n\r\n"),
	ROW("b0 odd blanks are cut", GET "X:a\r\nY:\t b \t\r\nZ:\r\nW: \r\n\r\n",
		GET "X: a\r\nY: b\r\nZ: \r\nW: \r\n\r\n"),

	ROW("b0 blanks around a value, in a line of many bytes",
		GET "Xa:  two before\r\nYa: one behind \r\nZa: tab behind\t\r\n"
		    "Wa: 0123456789abcdef0123456789abcdef\r\n\r\n",
		GET "Xa: two before\r\nYa: one behind\r\nZa: tab behind\r\n"
		    "Wa: 0123456789abcdef0123456789abcdef\r\n\r\n"),

	/* --- framing --- */
	REFUSED("c1 length and chunked",
		POST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"length_and_chunked"),
	REFUSED("c1 chunked and length",
		POST "Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\nX",
		"length_and_chunked"),
	REFUSED("c2 two", POST "Content-Length: 5\r\nContent-Length: 10\r\n\r\n",
		"duplicate_content_length"),
	REFUSED("c2 two equal", POST "Content-Length: 5\r\ncontent-length: 5\r\n\r\nhello",
		"duplicate_content_length"),
	REFUSED("c2 list", POST "Content-Length: 5, 10\r\n\r\n", "bad_content_length"),
	REFUSED("c2 equal list", POST "Content-Length: 5,5\r\n\r\nhello", "bad_content_length"),
	REFUSED("c3 empty", POST "Content-Length:\r\n\r\n", "bad_content_length"),
	REFUSED("c3 empty and valid", POST "Content-Length: \r\nContent-Length: 5\r\n\r\n",
		"duplicate_content_length"),
	REFUSED("c4 +5", POST "Content-Length: +5\r\n\r\n", "bad_content_length"),
	REFUSED("c4 -1", POST "Content-Length: -1\r\n\r\n", "bad_content_length"),
	REFUSED("c4 -0", POST "Content-Length: -0\r\n\r\n", "bad_content_length"),
	REFUSED("c4 0x5", POST "Content-Length: 0x5\r\n\r\n", "bad_content_length"),
	REFUSED("c4 5 5", POST "Content-Length: 5 5\r\n\r\n", "bad_content_length"),
	REFUSED("c4 1_0", POST "Content-Length: 1_0\r\n\r\n", "bad_content_length"),
	REFUSED("c4 5x", POST "Content-Length: 5x\r\n\r\n", "bad_content_length"),
	REFUSED("c4 05", POST "Content-Length: 05\r\n\r\n", "bad_content_length"),
	REFUSED("c4 0200", POST "Content-Length: 0200\r\n\r\n", "bad_content_length"),
	REFUSED("c4 00", POST "Content-Length: 00\r\n\r\n", "bad_content_length"),
	REFUSED("c4 5.0", POST "Content-Length: 5.0\r\n\r\n", "bad_content_length"),
	REFUSED("c4 wide", POST "Content-Length: \xef\xbc\x95\r\n\r\n", "bad_content_length"),
	REFUSED("c4 twenty", POST "Content-Length: 99999999999999999999\r\n\r\n",
		"bad_content_length"),
	REFUSED("c4 wraps", POST "Content-Length: 18446744073709551621\r\n\r\n",
		"bad_content_length"),
	REFUSED("c5 xchunked", POST "Transfer-Encoding: xchunked\r\n\r\n", "bad_transfer_encoding"),
	REFUSED("c5 gzip", POST "Transfer-Encoding: gzip\r\n\r\n", "bad_transfer_encoding"),
	REFUSED("c5 identity", POST "Transfer-Encoding: identity\r\n\r\n", "bad_transfer_encoding"),
	REFUSED("c5 not last", POST "Transfer-Encoding: chunked, identity\r\n\r\n",
		"bad_transfer_encoding"),
	REFUSED("c5 gzip last", POST "Transfer-Encoding: chunked, gzip\r\n\r\n",
		"bad_transfer_encoding"),
	REFUSED("c5 gzip first", POST "Transfer-Encoding: gzip, chunked\r\n\r\n",
		"bad_transfer_encoding"),
	REFUSED("c5 parameter", POST "Transfer-Encoding: chunked;q=1\r\n\r\n",
		"bad_transfer_encoding"),
	REFUSED("c5 quoted", POST "Transfer-Encoding: \"chunked\"\r\n\r\n",
		"bad_transfer_encoding"),
	REFUSED("c5 empty", POST "Transfer-Encoding:\r\n\r\n", "bad_transfer_encoding"),
	REFUSED("c6 comma before", POST "Transfer-Encoding: , chunked\r\n\r\n",
		"bad_transfer_encoding"),
	REFUSED("c6 comma after", POST "Transfer-Encoding: chunked,\r\n\r\n",
		"bad_transfer_encoding"),
	REFUSED("c6 commas", POST "Transfer-Encoding: chunked,,\r\n\r\n", "bad_transfer_encoding"),
	REFUSED("c7 two lines",
		POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
		"bad_transfer_encoding"),
	REFUSED("c7 list", POST "Transfer-Encoding: chunked, chunked\r\n\r\n",
		"bad_transfer_encoding"),
	REFUSED("c7 identity line",
		POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n",
		"bad_transfer_encoding"),
	REFUSED("c8 VT",
		POST "Transfer-Encoding: \x0b"
		     "chunked\r\n\r\n",
		"bad_header_value"),
	REFUSED("c8 FF",
		POST "Transfer-Encoding: \x0c"
		     "chunked\r\n\r\n",
		"bad_header_value"),
	REFUSED("c8 NUL", POST "Transfer-Encoding: chunked\0\r\n\r\n", "bad_header_value"),
	REFUSED("c8 NBSP",
		POST "Transfer-Encoding: \xa0"
		     "chunked\r\n\r\n",
		"bad_transfer_encoding"),
	REFUSED("c8 high",
		POST "Transfer-Encoding: \xff"
		     "chunked\xff\r\n\r\n",
		"bad_transfer_encoding"),
	ROW("c8 blanks", POST "Transfer-Encoding: \t  chunked\t \r\n\r\n0\r\n\r\n",
		CHUNKED "0\r\n\r\n"),
	ROW("c8 case", POST "tRANSFER-eNCODING:CHUNKED\r\n\r\n1\r\nx\r\n0\r\n\r\n",
		CHUNKED "1\r\nx\r\n0\r\n\r\n"),
	REFUSED("c9 chunked in 1.0", "POST / HTTP/1.0\r\n" H "Transfer-Encoding: chunked\r\n\r\n",
		"chunked_in_http10"),
	REFUSED("c9 chunked and length in 1.0",
		"POST / HTTP/1.0\r\n" H "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
		"chunked_in_http10"),
	ROW("c10 no framing is no body", POST "\r\n" GET "\r\n", POST "\r\n" GET "\r\n"),
	ROW("c10 bytes are the next request", POST "\r\nhello\r\n\r\n", POST "\r\n!bad_method"),
	ROW("c11 body of GET", GET "Content-Length: 14\r\n\r\nGET / HTTP/1.1",
		GET "Content-Length: 14\r\n\r\nGET / HTTP/1.1"),
	ROW("c11 body of DELETE",
		"DELETE / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
		"DELETE / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n"),
	BODY_REFUSED("c12 +5", "+5\r\nhello\r\n0\r\n\r\n", "bad_chunk_size"),
	BODY_REFUSED("c12 -0", "-0\r\n\r\n", "bad_chunk_size"),
	BODY_REFUSED("c12 0x5", "0x5\r\nhello\r\n0\r\n\r\n", "bad_chunk_size"),
	BODY_REFUSED("c12 SP before", " 5\r\nhello\r\n0\r\n\r\n", "bad_chunk_size"),
	BODY_REFUSED("c12 SP after", "5 \r\nhello\r\n0\r\n\r\n", "bad_chunk_size"),
	BODY_REFUSED("c12 HTAB after", "5\t\r\nhello\r\n0\r\n\r\n", "bad_chunk_size"),
	BODY_REFUSED("c12 5_0", "5_0\r\nhello\r\n0\r\n\r\n", "bad_chunk_size"),
	BODY_REFUSED("c12 5g", "5g\r\nhello\r\n0\r\n\r\n", "bad_chunk_size"),
	BODY_REFUSED("c12 empty", "\r\n\r\n", "bad_chunk_size"),
	BODY_REFUSED("c12 17 digits", "FFFFFFFFFFFFFFFF5\r\n", "bad_chunk_size"),
	BODY_REFUSED("c12 above 2^63", "8000000000000000\r\n", "bad_chunk_size"),
	BODY_REFUSED(
		"c12 17 digits of zero", "00000000000000001\r\nx\r\n0\r\n\r\n", "bad_chunk_size"),
	ROW("c12 16 digits", CHUNKED "0000000000000001\r\nx\r\n000\r\n\r\n",
		CHUNKED "1\r\nx\r\n0\r\n\r\n"),
	ROW("c12 hex", CHUNKED "a\r\n0123456789\r\nB\r\n0123456789a\r\n0\r\n\r\n",
		CHUNKED "15\r\n01234567890123456789a\r\n0\r\n\r\n"),
	BODY_REFUSED("c13 bare ;", "5;\r\nhello\r\n0\r\n\r\n", "bad_chunk_extension"),
	BODY_REFUSED("c13 NUL", "5;a=\0\r\nhello\r\n0\r\n\r\n", "bad_chunk_extension"),
	BODY_REFUSED("c13 CR", "5;a\rX\r\nhello\r\n0\r\n\r\n", "bare_cr"),
	BODY_REFUSED("c13 LF", "5;\nhello\r\n0\r\n\r\n", "bare_lf"),
	BODY_REFUSED("c13 LF after a name", "5;a\nhello\r\n0\r\n\r\n", "bare_lf"),
	BODY_REFUSED(
		"c13 CRLF in quotes", "5;a=\"\r\n\"\r\nhello\r\n0\r\n\r\n", "bad_chunk_extension"),
	BODY_REFUSED("c13 CR behind a backslash", "5;a=\"\\\r\n\"\r\nhello", "bad_chunk_extension"),
	BODY_REFUSED("c13 no token", "5;b@d\r\nhello\r\n0\r\n\r\n", "bad_chunk_extension"),
	BODY_REFUSED("c13 SP", "5;a =b\r\nhello\r\n0\r\n\r\n", "bad_chunk_extension"),
	BODY_REFUSED("c13 no value", "5;a=\r\nhello\r\n0\r\n\r\n", "bad_chunk_extension"),
	BODY_REFUSED(
		"c13 behind a quote", "5;a=\"b\"c\r\nhello\r\n0\r\n\r\n", "bad_chunk_extension"),
	ROW("c13 good ones are dropped",
		CHUNKED "5;a;b=c;d=\"e; \\\"\xff\"\r\nhello\r\n0;last\r\n\r\n",
		CHUNKED "5\r\nhello\r\n0\r\n\r\n"),
	BODY_REFUSED("c15 LF after data", "5\r\nhello\n0\r\n\r\n", "bad_chunk_end"),
	BODY_REFUSED("c15 LF after size", "5\nhello\r\n0\r\n\r\n", "bare_lf"),
	BODY_REFUSED("c15 other bytes", "5\r\nhelloXX0\r\n\r\n", "bad_chunk_end"),
	BODY_REFUSED("c15 CR after size", "5\rhello\r\n0\r\n\r\n", "bare_cr"),
	BODY_REFUSED("c15 CR X after data", "5\r\nhello\rX0\r\n\r\n", "bad_chunk_end"),
	BODY_REFUSED("c15 request in a trailer", "0\r\nX:POST / \n\r\n", "bare_lf"),
	BODY_REFUSED("c15 LF at the end", "0\r\n\n", "bare_lf"),
	BODY_REFUSED("c15 CR X at the end", "0\r\n\rX", "bare_cr"),
	ROW("c16 longer", CHUNKED "3\r\nhello\r\n0\r\n\r\n", CHUNKED "!bad_chunk_end"),
	ROW("c16 cut", CHUNKED "5\r\nhel", CHUNKED "hel!truncated"),
	ROW("c16 no last chunk", CHUNKED "5\r\nhello\r\n", CHUNKED "hello!truncated"),
	ROW("c17 trailers are dropped",
		CHUNKED
		"1\r\nx\r\n0\r\nContent-Length: 50\r\nHost: b\r\nAuthorization: s\r\n\r\n" GET
		"\r\n",
		CHUNKED "1\r\nx\r\n0\r\n\r\n" GET "\r\n"),
	BODY_REFUSED("c17 bare LF", "0\r\nX: a\n\r\n", "bare_lf"),
	BODY_REFUSED("c17 fold", "0\r\nX: a\r\n b\r\n\r\n", "obs_fold"),
	BODY_REFUSED("c17 fold first", "0\r\n X: a\r\n\r\n", "obs_fold"),
	BODY_REFUSED("c17 bare CR", "0\r\nX: a\rb\r\n\r\n", "bare_cr"),
	BODY_REFUSED("c17 NUL", "0\r\nX: a\0\r\n\r\n", "bad_header_value"),
	BODY_REFUSED("c17 no colon", "0\r\nX\r\n\r\n", "missing_colon"),
	BODY_REFUSED("c17 no name", "0\r\n: a\r\n\r\n", "empty_header_name"),
	BODY_REFUSED("c17 blank", "0\r\nX : a\r\n\r\n", "blank_in_header_name"),
	BODY_REFUSED("c17 bad name", "0\r\nX@: a\r\n\r\n", "bad_header_name"),
	ROW("c18 byte behind length 0", POST "Content-Length: 0\r\n\r\nX" GET "\r\n",
		POST "Content-Length: 0\r\n\r\nXGET / HTTP/1.1\r\n" H "\r\n"),
	ROW("c19 cut", POST "Content-Length: 9\r\n\r\nhel",
		POST "Content-Length: 9\r\n\r\nhel!truncated"),
	ROW("c19 huge and nothing", POST "Content-Length: 922337203685477580\r\n\r\n",
		POST "Content-Length: 922337203685477580\r\n\r\n!truncated"),
	ROW("c20 good before bad", GET "\r\nInvalid\r\n\r\n", GET "\r\n!bad_method"),
	ROW("c20 good and half", GET "\r\n" GET, GET "\r\n!truncated"),

	/* --- upgrades --- */
	ROW("d1 early bytes wait",
		GET "Upgrade: websocket\r\nConnection: Upgrade\r\n\r\nGET /admin HTTP/1.1\r\n",
		GET "Connection: upgrade\r\nUpgrade: websocket\r\n\r\n~GET /admin HTTP/1.1\r\n"),
	REFUSED("d2 length",
		GET "Upgrade: websocket\r\nConnection: Upgrade\r\n"
		    "Content-Length: 5\r\n\r\nhello",
		"upgrade_with_body"),
	REFUSED("d2 chunked",
		GET "Upgrade: x\r\nConnection: Upgrade\r\n"
		    "Transfer-Encoding: chunked\r\n\r\n",
		"upgrade_with_body"),
	REFUSED("d2 body of POST",
		POST "Upgrade: websocket\r\nConnection: Upgrade\r\n"
		     "Content-Length: 5\r\n\r\nhello",
		"upgrade_with_body"),
	ROW("d4 h2c",
		GET "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
		    "HTTP2-Settings: x\r\n\r\n",
		GET "\r\n"),
	ROW("d4 h2c with a body",
		POST "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
		     "HTTP2-Settings: x\r\nContent-Length: 1\r\n\r\nx",
		POST "Content-Length: 1\r\n\r\nx"),
	ROW("d5 websocket of two", GET "Upgrade: foo, WebSocket\r\nConnection: upgrade\r\n\r\n",
		GET "Connection: upgrade\r\nUpgrade: WebSocket\r\n\r\n~"),
	ROW("d5 other beside h2c",
		GET "Upgrade: h2c, HTTP/2.0\r\nUpgrade: SPDY/3.1\r\n"
		    "Connection: upgrade\r\n\r\n",
		GET "Connection: upgrade\r\nUpgrade: SPDY/3.1\r\n\r\n~"),
	ROW("d5 no Connection", GET "Upgrade: websocket\r\n\r\n", GET "\r\n"),
	ROW("d5 1.0", "GET / HTTP/1.0\r\n" H "Upgrade: websocket\r\nConnection: upgrade\r\n\r\n",
		GET "\r\n"),
	ROW("d5 POST", POST "Upgrade: websocket\r\nConnection: upgrade\r\n\r\n", POST "\r\n"),
	ROW("d5 no token", GET "Upgrade: a b\r\nConnection: upgrade\r\n\r\n", GET "\r\n"),

	/* --- paths: what the codec lets pass as received --- */
	ROW("g2 kept", "GET /a%2fb;x=1/%5c?a=1&a=2&%61=1 HTTP/1.1\r\n" H "\r\n",
		"GET /a%2fb;x=1/%5c?a=1&a=2&%61=1 HTTP/1.1\r\n" H "\r\n"),
	ROW("g7 empty query", "GET /? HTTP/1.1\r\n" H "\r\n", "GET /? HTTP/1.1\r\n" H "\r\n"),
	ROW("g7 what browsers send", "GET /?a[]=|{}^`\"<> HTTP/1.1\r\n" H "\r\n",
		"GET /?a[]=|{}^`\"<> HTTP/1.1\r\n" H "\r\n"),
};

#define OK "HTTP/1.1 200 OK\r\n"
static const struct row responses[] = {
	ROW("r blank before colon is cut", OK "X\t : a\r\nContent-Length : 1\r\n\r\nx",
		OK "X: a\r\nContent-Length: 1\r\n\r\nx"),
	REFUSED("r blank for colon", OK "X a\r\n\r\n", "blank_in_header_name"),
	REFUSED("r blank and end", OK "X \r\n\r\n", "blank_in_header_name"),
	REFUSED("r fold", OK "X: a\r\n b\r\n\r\n", "obs_fold"),
	REFUSED("r NUL", OK "X: a\0\r\n\r\n", "bad_header_value"),
	REFUSED("r bare CR", OK "X: a\rb\r\n\r\n", "bare_cr"),
	REFUSED("r bare LF", OK "X: a\nb\r\n\r\n", "bare_lf"),
	REFUSED("r bare LF in status line", "HTTP/1.1 200 OK\n\r\n", "bare_lf"),
	REFUSED("r bare LF for phrase", "HTTP/1.1 200\n\r\n", "bare_lf"),
	REFUSED("r bare CR in phrase", "HTTP/1.1 200 O\rK\r\n\r\n", "bare_cr"),
	REFUSED("r NUL in phrase", "HTTP/1.1 200 O\0K\r\n\r\n", "bad_status_line"),
	REFUSED("r 2000", "HTTP/1.1 2000 OK\r\n\r\n", "bad_status_line"),
	REFUSED("r 20", "HTTP/1.1 20 OK\r\n\r\n", "bad_status_line"),
	REFUSED("r 020", "HTTP/1.1 020 OK\r\n\r\n", "bad_status_line"),
	REFUSED("r 2.0", "HTTP/2.0 200 OK\r\n\r\n", "bad_status_line"),
	REFUSED("r 0.9", "<html>", "bad_status_line"),
	REFUSED("r blank line before", "\r\n" OK "\r\n", "bad_status_line"),
	REFUSED("r two lengths", OK "Content-Length: 1\r\nContent-Length: 1\r\n\r\nx",
		"duplicate_content_length"),
	REFUSED("r length list", OK "Content-Length: 1, 1\r\n\r\nx", "bad_content_length"),
	REFUSED("r length and chunked",
		OK "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", "length_and_chunked"),
	REFUSED("r gzip coding", OK "Transfer-Encoding: gzip, chunked\r\n\r\n",
		"bad_transfer_encoding"),
	REFUSED("r chunked in 1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
		"chunked_in_http10"),
	REFUSED("r 101 unasked",
		"HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
		"unasked_switch"),
	ROW("r 200 with Upgrade is no tunnel",
		OK "Upgrade: websocket\r\nConnection: upgrade\r\nContent-Length: 1\r\n\r\nx",
		OK "Content-Length: 1\r\n\r\nx"),
	ROW("r no phrase", "HTTP/1.1 299\r\nContent-Length: 0\r\n\r\n",
		"HTTP/1.1 299 \r\nContent-Length: 0\r\n\r\n"),
	ROW("r empty phrase", "HTTP/1.1 404 \r\nContent-Length: 0\r\n\r\n",
		"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"),
	ROW("r until close", OK "\r\nhello", OK "Connection: close\r\n\r\nhello"),
	ROW("r until close in 1.0", "HTTP/1.0 200 OK\r\n\r\nhello",
		OK "Connection: close\r\n\r\nhello"),
	ROW("r chunked",
		OK "transfer-encoding: Chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\nX: a\r\n\r\n",
		OK "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
	ROW("r chunked, cut", OK "Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n",
		OK "Transfer-Encoding: chunked\r\n\r\nhe!truncated"),
	ROW("r length, cut", OK "Content-Length: 5\r\n\r\nhe",
		OK "Content-Length: 5\r\n\r\nhe!truncated"),
	ROW("r 204 with length", "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n",
		"HTTP/1.1 204 No Content\r\n\r\n"),
	ROW("r 204 with a body", "HTTP/1.1 204 No Content\r\n\r\nhello",
		"HTTP/1.1 204 No Content\r\n\r\n!bad_status_line"),
	ROW("r 304 with length", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
		"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"),
	ROW("r 304 chunked", "HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n",
		"HTTP/1.1 304 Not Modified\r\n\r\n"),
	ROW("r interim",
		"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" OK "Content-Length: 0\r\n\r\n",
		"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" OK "Content-Length: 0\r\n\r\n"),
	ROW("r nominated",
		OK "Connection: x-a\r\nX-A: 1\r\nKeep-Alive: timeout=4\r\n"
		   "Set-Cookie: a\r\nSet-Cookie: b\r\nContent-Length: 0\r\n\r\n",
		OK "Set-Cookie: a\r\nSet-Cookie: b\r\nContent-Length: 0\r\n\r\n"),
};

static const struct row head_responses[] = {
	ROW("r HEAD with length", OK "Content-Length: 5\r\n\r\n", OK "Content-Length: 5\r\n\r\n"),
	ROW("r HEAD without", OK "\r\n", OK "\r\n"),
	ROW("r HEAD with a body", OK "Content-Length: 5\r\n\r\nhello",
		OK "Content-Length: 5\r\n\r\n!bad_status_line"),
	ROW("r HEAD chunked", OK "Transfer-Encoding: chunked\r\n\r\n", OK "\r\n"),
};

static const struct row upgraded_responses[] = {
	ROW("r 101",
		"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\n"
		"\r\n\x81\x05",
		"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n"
		"\r\n~\x81\x05"),
	REFUSED("r 101 without Upgrade", "HTTP/1.1 101 X\r\nConnection: upgrade\r\n\r\n",
		"unasked_switch"),
	REFUSED("r 101 with an empty Upgrade",
		"HTTP/1.1 101 X\r\nUpgrade:\r\nConnection: upgrade\r\n\r\n", "unasked_switch"),
	REFUSED("r 101 with two protocols",
		"HTTP/1.1 101 X\r\nUpgrade: a, b\r\nConnection: upgrade\r\n\r\n", "unasked_switch"),
	REFUSED("r 101 with two Upgrades",
		"HTTP/1.1 101 X\r\nUpgrade: a\r\nUpgrade: a\r\nConnection: upgrade\r\n\r\n",
		"unasked_switch"),
	REFUSED("r 101 to h2c", "HTTP/1.1 101 X\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n",
		"unasked_switch"),
	REFUSED("r 101 without Connection", "HTTP/1.1 101 X\r\nUpgrade: websocket\r\n\r\n",
		"unasked_switch"),
	ROW("r 400 instead", "HTTP/1.1 400 X\r\nContent-Length: 0\r\n\r\n",
		"HTTP/1.1 400 X\r\nContent-Length: 0\r\n\r\n"),
};

static const struct row connect_responses[] = {
	ROW("r CONNECT 200", OK "Content-Length: 5\r\n\r\nabc", OK "\r\n~abc"),
	ROW("r CONNECT 403", "HTTP/1.1 403 X\r\nContent-Length: 1\r\n\r\nx",
		"HTTP/1.1 403 X\r\nContent-Length: 1\r\n\r\nx"),
};

static void check_cut(const struct row *row, const struct drive *like, size_t cut, size_t step)
{
	static struct drive d;

	drive_init(&d);
	d.response = like->response;
	d.asked = like->asked;
	drive_begin(&d);
	drive_cut(&d, row->in, cut, step);
	if (!str_eq(buf_str(&d.out), row->out))
		fail_msg("%s: cut at %zu, then every %zu: got\n%.*s\nwant\n%.*s", row->id, cut,
			step, STR_ARG(buf_str(&d.out)), STR_ARG(row->out));
	drive_fini(&d);
}

static void check_rows(const struct row *rows, size_t n, const struct drive *like)
{
	for (size_t i = 0; i < n; i++) {
		check_cut(&rows[i], like, rows[i].in.n, 1);
		check_cut(&rows[i], like, 0, 1);
		for (size_t cut = 1; cut < rows[i].in.n; cut++)
			check_cut(&rows[i], like, cut, SIZE_MAX);
	}
}

static void test_requests(void **state)
{
	static const struct drive like = {.response = false};

	(void)state;
	check_rows(requests, ARRAY_LEN(requests), &like);
}

static void test_responses(void **state)
{
	static const struct drive get = {.response = true, .asked = {HTTP_GET, false}};
	static const struct drive head = {.response = true, .asked = {HTTP_HEAD, false}};
	static const struct drive upgrade = {.response = true, .asked = {HTTP_GET, true}};
	static const struct drive connect = {.response = true, .asked = {HTTP_CONNECT, false}};

	(void)state;
	check_rows(responses, ARRAY_LEN(responses), &get);
	check_rows(head_responses, ARRAY_LEN(head_responses), &head);
	check_rows(upgraded_responses, ARRAY_LEN(upgraded_responses), &upgrade);
	check_rows(connect_responses, ARRAY_LEN(connect_responses), &connect);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_requests),
		cmocka_unit_test(test_responses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
