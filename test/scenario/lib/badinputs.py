# SPDX-License-Identifier: Apache-2.0
"""Hostile input from clients: one row, one verdict.

A row says what is sent on one connection and what must come of it, however the bytes are cut:
the final statuses in order, whether the connection is still good afterwards, the reason named in
the last answer, and how many requests a backend may have seen whole.  test_100_badinputs.py judges.

Ids: A request line, B fields, C body framing, D upgrades, G paths, I resources and time.
"""


class Row:
    def __init__(self, id, what, data, statuses, keeps, seen, reason=None, see=None, then=None, tell=None):
        self.id, self.what, self.data = id, what, data
        self.statuses = tuple(statuses)  # final ones, in order
        self.keeps = keeps  # the connection serves a further request
        self.seen = seen  # requests that reach a backend whole
        self.reason = reason  # in the body of the last answer
        self.see = see  # looks at the requests a backend saw
        self.then = then  # "fin" or "rst" behind the bytes
        self.tell = tell  # looks at the last answer

    def __repr__(self):
        return f"{self.id} {self.what}"


ROWS = []


def bad(id, what, data, reason, status=400, then=None):
    """Refused with this status and reason, the connection ended, nothing whole at a backend."""
    ROWS.append(Row(id, what, data, [status], False, 0, reason, None, then))


def good(id, what, data, see=None, n=1):
    """Served; the connection is in step afterwards."""
    ROWS.append(Row(id, what, data, [200] * n, True, n, None, see))


# keeps None: as the answer says, for it may come before the body has.
def mixed(id, what, data, statuses, seen, reason=None, keeps=False, see=None, then=None, tell=None):
    ROWS.append(Row(id, what, data, statuses, keeps, seen, reason, see, then, tell))


H = b"Host: a\r\n"


def line(first, fields=b""):
    """A request with this first line."""
    return first + b"\r\n" + H + fields + b"\r\n"


def get(fields, target=b"/", host=H):
    return b"GET " + target + b" HTTP/1.1\r\n" + host + fields + b"\r\n"


def post(fields, body=b"", version=b"1.1"):
    return b"POST /p HTTP/" + version + b"\r\n" + H + fields + b"\r\n\r\n" + body


def chunked(body):
    return post(b"Transfer-Encoding: chunked", body)


def target(want):
    return lambda reqs: [r.target for r in reqs] == [want]


def body(want):
    return lambda reqs: reqs[0].body == want


def has(name, *values):
    return lambda reqs: reqs[0].headers.all(name) == list(values)


def lacks(*names):
    return lambda reqs: not {n.lower() for n, _ in reqs[0].headers} & set(names)


def both(*checks):
    return lambda reqs: all(c(reqs) for c in checks)


# --- A: request line and target ---------------------------------------------------------------

bad("A1", "bare LF ends every line", b"GET / HTTP/1.1\nHost: a\n\n", "bare_lf")
bad("A1", "bare LF behind the request line", b"GET / HTTP/1.1\nHost: a\r\n\r\n", "bare_lf")
bad("A1", "bare LF behind a field", b"GET / HTTP/1.1\r\nHost: a\n\r\n", "bare_lf")
bad("A1", "bare LF for the empty line", b"GET / HTTP/1.1\r\nHost: a\r\n\n", "bare_lf")
bad("A2", "bare CR in the target", line(b"GET /\rX HTTP/1.1"), "bare_cr")
bad("A2", "bare CR behind the version", b"GET / HTTP/1.1\rHost: a\r\n\r\n", "bare_cr")
bad("A3", "two blanks behind the method", line(b"GET  / HTTP/1.1"), "bad_request_line")
bad("A3", "a tab behind the method", line(b"GET\t/ HTTP/1.1"), "bad_method")
bad("A3", "a vertical tab before the version", line(b"GET /\x0bHTTP/1.1"), "bad_request_line")
bad("A3", "a blank behind the version", line(b"GET / HTTP/1.1 "), "bad_version")
bad("A3", "two blanks before the version", line(b"GET /  HTTP/1.1"), "bad_request_line")
bad("A4", "a blank in the target", line(b"GET /a b HTTP/1.1"), "bad_request_line")
for byte in (0, 1, 0x1F, 0x7F):
    bad("A5", f"byte {byte:#04x} in the target", line(b"GET /" + bytes([byte]) + b"x HTTP/1.1"), "bad_target")
bad("A6", "bytes from 0x80 in the target", line(b"GET /caf\xc3\xa9 HTTP/1.1"), "bad_target")
bad("A6", "an overlong UTF-8 slash", line(b"GET /\xc0\xaf.. HTTP/1.1"), "bad_target")
bad("A7", "a fragment", line(b"GET /x#frag HTTP/1.1"), "bad_target")
bad("A8", "GET *", line(b"GET * HTTP/1.1"), "bad_target")
bad("A8", "POST *", line(b"POST * HTTP/1.1", b"Content-Length: 0\r\n"), "bad_target")
bad("A9", "authority-form without CONNECT", line(b"GET a.example:80 HTTP/1.1"), "bad_target")
bad("A9", "a target without slash", line(b"GET admin HTTP/1.1"), "bad_target")
bad("A9", "a target that would extend the host", line(b"GET @evil/ HTTP/1.1"), "bad_target")
good("A10", "absolute-form routes and forwards by its own host", line(b"GET http://b/secret HTTP/1.1"),
     both(target("/secret"), has("host", "b")))
good("A11", "absolute-form without path, with query", line(b"GET http://b?x HTTP/1.1"), both(target("/?x"), has("host", "b")))
good("A11", "absolute-form without path", line(b"GET http://b HTTP/1.1"), both(target("/"), has("host", "b")))
bad("A11", "absolute-form without host", line(b"GET http:///x HTTP/1.1"), "bad_target")
bad("A11", "absolute-form with user information", line(b"GET http://u:p@b/ HTTP/1.1"), "bad_target")
bad("A11", "an unknown scheme", line(b"GET ftp://b/ HTTP/1.1"), "bad_target")
good("A11", "the scheme in upper case", line(b"GET HTTP://b/ HTTP/1.1"), both(target("/"), has("host", "b")))
for form in (b"http://a#x/", b"http://a;b/x", b"http://a\\b/x", b"http://a%2fb/x", b"http:/a/x", b"http:a/x", b"httpx://a/", b"ws://a/x", b"http://*/x", b"http://[::1/x", b"http://a:0/x"):
    bad("A11", f"absolute-form {form.decode()}", line(b"GET " + form + b" HTTP/1.1"), "bad_target")
good("A11", "absolute-form with dots above its root", line(b"GET http://b/../x HTTP/1.1"), both(target("/x"), has("host", "b")))
good("A11", "absolute-form with an address for a host", line(b"GET http://[::1]/x HTTP/1.1"), both(target("/x"), has("host", "[::1]")))
bad("A11", "absolute-form beside two Hosts", b"GET http://b/ HTTP/1.1\r\n" + H + H + b"\r\n", "duplicate_host")
bad("A11", "absolute-form beside a Host that is none", b"GET http://b/ HTTP/1.1\r\nHost: b/c\r\n\r\n", "bad_host")
bad("A11", "absolute-form without Host", b"GET http://b/ HTTP/1.1\r\n\r\n", "missing_host")
good("A8", "OPTIONS *", line(b"OPTIONS * HTTP/1.1"), target("*"))
good("A8", "OPTIONS of an absolute-form without path is *", line(b"OPTIONS http://b HTTP/1.1"), both(target("*"), has("host", "b")))
good("A12", "one empty line before", b"\r\n" + get(b""))
good("A12", "two empty lines before", b"\r\n\r\n" + get(b""))
bad("A12", "three empty lines before", b"\r\n\r\n\r\n" + get(b""), "blank_lines")
bad("A13", "a blank before the method", line(b" GET / HTTP/1.1"), "bad_method")
for blank in (b" ", b"\t"):
    bad("A13", f"the first field begins with {blank!r}", b"GET / HTTP/1.1\r\n" + blank + b"Content-Length: 1\r\n" + H + b"\r\n", "obs_fold")
for version in (b"HTTP/1.10", b"HTTP/01.1", b"HTTP/4294967295.255", b"HTTP/1", b"HTTP/1.1x", b"HTTP/1."):
    bad("A14", f"version {version.decode()}", line(b"GET / " + version), "bad_version")
for version in (b"http/1.1", b"HTTPS/1.1", b"HTTP 1.1"):
    bad("A14", f"version {version.decode()}", line(b"GET / " + version), "bad_request_line")
bad("A14", "version 2.0 on HTTP/1", line(b"GET / HTTP/2.0"), "version_refused", 505)
bad("A14", "version 0.9 spelt out", line(b"GET / HTTP/0.9"), "version_refused", 505)
good("A14", "version 1.2 is served as 1.1", line(b"GET / HTTP/1.2"))
bad("A15", "no version at all", b"GET /\r\n\r\n", "bad_version")
bad("A16", "a method of 100 KB", line(b"G" * 100_000 + b" / HTTP/1.1"), "method_too_long")
bad("A16", "a method of 33 bytes", line(b"G" * 33 + b" / HTTP/1.1"), "method_too_long")
bad("A16", "a target of 100 KB", line(b"GET /" + b"a" * 100_000 + b" HTTP/1.1"), "uri_too_long", 414)
bad("A16", "a target one byte over the limit", line(b"GET /" + b"a" * 8192 + b" HTTP/1.1"), "uri_too_long", 414)
good("A16", "a target at the limit", line(b"GET /" + b"a" * 8191 + b" HTTP/1.1"), target("/" + "a" * 8191))
bad("A16", "a method that is no token", line(b'G=":<>(e),[T];?" / HTTP/1.1'), "bad_method")
good("A16", "a method nobody has heard of", line(b"BREW / HTTP/1.1"), lambda reqs: reqs[0].method == "BREW")
bad("A17", "TRACE", line(b"TRACE / HTTP/1.1", b"Authorization: secret\r\n"), "method_refused", 405)
bad("A17", "CONNECT", line(b"CONNECT b:443 HTTP/1.1"), "method_refused", 405)
bad("A17", "CONNECT with a path", line(b"CONNECT /x HTTP/1.1"), "bad_target")
bad("A18", "the HTTP/2 preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "version_refused", 505)

# --- B: fields --------------------------------------------------------------------------------

for blank in (b" ", b"\t"):
    bad("B1", f"{blank!r} before the colon of Content-Length", post(b"Content-Length" + blank + b": 5", b"hello"), "blank_in_header_name")
    bad("B1", f"{blank!r} before the colon of Transfer-Encoding", post(b"Transfer-Encoding" + blank + b": chunked", b"0\r\n\r\n"), "blank_in_header_name")
    bad("B1", f"{blank!r} before a colon", get(b"X-Test" + blank + b": 1\r\n"), "blank_in_header_name")
bad("B2", "a folded value", get(b"X: a\r\n b\r\n"), "obs_fold")
bad("B2", "a folded Transfer-Encoding", post(b"Transfer-Encoding:\r\n chunked", b"0\r\n\r\n"), "obs_fold")
bad("B3", "no colon", get(b"Header\r\n"), "missing_colon")
bad("B3", "Content-Length without colon", post(b"Content-Length 10", b"hello"), "blank_in_header_name")
bad("B4", "an empty name", get(b": v\r\n"), "empty_header_name")
for byte in b'(),/;<=>?@[\\]{}"\x01\x1f\x7f\x80\xff\0':
    bad("B5", f"byte {byte:#04x} in a name", get(b"a" + bytes([byte]) + b"b: 1\r\n"), "bad_header_name")
bad("B5", "a tab in a name", post(b"Content\tLength: 5", b"hello"), "blank_in_header_name")
bad("B6", "NUL in Host", get(b"", host=b"Host: google.com\0.evil\r\n"), "bad_header_value")
bad("B6", "NUL in a value", get(b"X: a\0b\r\n"), "bad_header_value")
bad("B7", "bare CR in a value", get(b"X: a\rSmuggled: b\r\n"), "bare_cr")
bad("B7", "bare LF in a value", get(b"X: a\nSmuggled: b\r\n"), "bare_lf")
for byte in (1, 8, 0x0B, 0x0C, 0x0E, 0x1F, 0x7F):
    bad("B8", f"byte {byte:#04x} in a value", get(b"X: a" + bytes([byte]) + b"b\r\n"), "bad_header_value")
good("B8", "bytes from 0x80 in a value are kept", get(b"X: \x80caf\xc3\xa9\xff\r\n"), has("x", "\x80caf\xc3\xa9\xff"))
bad("B9", "no Host", b"GET / HTTP/1.1\r\n\r\n", "missing_host")
bad("B9", "Host twice, equal", get(H), "duplicate_host")
bad("B9", "Host twice, different", get(b"Host: b\r\n"), "duplicate_host")
for host in (b"", b"a, b", b"a/b", b"u@a", b"a:b", b"a:99999", b"[::1", b"a b", b"a:", b"a:80:80", b"[::1]x", b"a%zz", b"a#b", b"a?b", b"a\\b", b"..", b"[v1.x", b":80", b"[fe80::1%25eth0]", b"[::1%eth0]", b"[]", b"[v1.a]",
             b"%61", b"%2e", b".a", b"a..b", b"*", b"*.a", b"a;b", b"a'b", b"a!b", b"$a", b"(a)", b"a:0", b"a:65536", b"caf\xc3\xa9", b"a" * 254):
    if host in (b"a:",):
        continue  # RFC 3986 section 3.2.3 allows an empty port
    bad("B9", f"Host {host.decode()!r}", get(b"", host=b"Host: " + host + b"\r\n"), "bad_host")
for host in (b"[::1]:80", b"[::ffff:1.2.3.4]", b"a_b", b"1.2.3.4.", b"0x7f.1"):
    good("B9", f"Host {host.decode()!r} is one", get(b"", host=b"Host: " + host + b"\r\n"), has("host", host.decode()))
good("B9", "Host between tabs and blanks", get(b"", host=b"Host: \t a \t\r\n"), has("host", "a"))
good("B10", "Host in mixed case with a dot at its end is forwarded as received", get(b"", host=b"Host: A.Example.COM.\r\n"), has("host", "A.Example.COM."))
good("B10", "a port with leading zeros", get(b"", host=b"Host: a:080\r\n"), has("host", "a:080"))
good("B11", "X_Forwarded_For is not ours", get(b"X_Forwarded_For: 6.6.6.6\r\n"), both(lacks("x_forwarded_for"), has("x-forwarded-for", "127.0.0.1")))
good("B11", "Content_Length is no length", get(b"Content_Length: 99\r\n"), lacks("content_length", "content-length"))
good("B11", "Transfer_Encoding is no coding", get(b"Transfer_Encoding: chunked\r\n"), lacks("transfer_encoding", "transfer-encoding"))
good("B11", "an underscore beside its own dash", get(b"X-Auth-User: joe\r\nX_Auth_User: admin\r\n"), both(lacks("x_auth_user"), has("x-auth-user", "joe")))
good("B11", "an underscore is not made a dash", get(b"My_Field: 1\r\n"), both(lacks("my-field"), has("my_field", "1")))
good("B12", "Connection nominates what is ours", get(b"X-Forwarded-For: 6.6.6.6\r\nX-Real-IP: 6.6.6.6\r\nX-Hop: 1\r\nConnection: X-Forwarded-For, x-real-ip, HOST, x-hop\r\n"),
     both(has("host", "a"), has("x-forwarded-for", "127.0.0.1"), lacks("x-real-ip", "x-hop", "connection")))
good("B12", "Connection nominates the framing", post(b"Content-Length: 5\r\nConnection: content-length, Transfer-Encoding", b"hello"), both(body(b"hello"), has("content-length", "5")))
good("B12", "Connection with noise in it", get(b'Cookie: a=b\r\nConnection: "a", ,;=, x-request-id, cookie\r\n'), both(lacks("cookie", "connection"), lambda reqs: len(reqs[0].headers.all("x-request-id")) == 1))
good("B12", "fields of one hop, named or not", get(b"Keep-Alive: timeout=5\r\nProxy-Connection: keep-alive\r\nTE: trailers, gzip\r\nTrailer: X\r\n"),
     lacks("keep-alive", "proxy-connection", "te", "trailer"))
good("B13", "forwarding fields of a stranger", get(
    b"X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: evil\r\nX-Forwarded-Port: 1\r\nX-Forwarded-Prefix: /e\r\n"
    b"X-Forwarded-Client-Cert: c\r\nForwarded: for=6.6.6.6\r\nX-Real-IP: 6.6.6.6\r\n"),
    both(has("x-forwarded-for", "127.0.0.1"), has("x-forwarded-proto", "http"), has("x-forwarded-host", "a"),
         lacks("x-forwarded-prefix", "x-forwarded-client-cert", "forwarded", "x-real-ip")))
bad("B14", "10,000 fields", get(b"X: 1\r\n" * 10_000), "too_many_headers", 431)
bad("B14", "101 fields", get(b"X: 1\r\n" * 100), "too_many_headers", 431)
good("B14", "100 fields", get(b"X: 1\r\n" * 99), lambda reqs: len(reqs[0].headers.all("x")) == 99)
bad("B14", "a value of 100 KB", get(b"X: " + b"v" * 100_000 + b"\r\n"), "head_too_large", 431)
bad("B14", "a cookie of 64 KB", get(b"Cookie: " + b"v" * 65_536 + b"\r\n"), "head_too_large", 431)
bad("B14", "1,000 Cookie fields", get(b"Cookie: a=b\r\n" * 1000), "too_many_headers", 431)
good("B15", "Expect: 100-continue with its body", post(b"Expect: 100-continue\r\nContent-Length: 5", b"hello"), body(b"hello"))
bad("B15", "an expectation nobody knows", get(b"Expect: nonsense\r\n"), "expectation_failed", 417)
bad("B15", "100-continue and another one", post(b"Expect: 100-continue, x\r\nContent-Length: 5", b"hello"), "expectation_failed", 417)
mixed("B15", "Expect of an HTTP/1.0 client is not answered by 1xx", post(b"Expect: 100-continue\r\nContent-Length: 5", b"hello", b"1.0"), [200], 1, see=body(b"hello"))
good("B16", "Authorization twice stays two fields", get(b"Authorization: a\r\nAuthorization: b\r\n"), has("authorization", "a", "b"))
good("B16", "Content-Type twice stays two fields", post(b"Content-Type: a/b\r\nContent-Type: c/d\r\nContent-Length: 0"), has("content-type", "a/b", "c/d"))
good("B16", "1,000 ranges", get(b"Range: bytes=" + b",".join(b"%d-%d" % (i, i) for i in range(1000)) + b"\r\n"))

# --- C: body framing --------------------------------------------------------------------------

bad("C1", "Content-Length before Transfer-Encoding", post(b"Content-Length: 5\r\nTransfer-Encoding: chunked", b"0\r\n\r\n"), "length_and_chunked")
bad("C1", "Transfer-Encoding before Content-Length", post(b"Transfer-Encoding: chunked\r\nContent-Length: 6", b"0\r\n\r\nX"), "length_and_chunked")
bad("C2", "two lengths, different", post(b"Content-Length: 5\r\nContent-Length: 10", b"hellohello"), "duplicate_content_length")
bad("C2", "two lengths, equal", post(b"Content-Length: 5\r\nContent-Length: 5", b"hello"), "duplicate_content_length")
for value in (b"5, 10", b"5,5", b"5, 5, 5", b"", b"+5", b"-1", b"-0", b"0x5", b"5 5", b"1_0", b"5x", b"05", b"0200", b"5.0", b"\xef\xbc\x95",
              b"99999999999999999999", b"18446744073709551621", b"9223372036854775807"):
    id = "C2" if b"," in value else "C3" if not value else "C4"
    bad(id, f"Content-Length {value!r}", post(b"Content-Length: " + value, b"hello"), "bad_content_length")
bad("C3", "an empty length before a good one", post(b"Content-Length:\r\nContent-Length: 5", b"hello"), None)
for value in (b"xchunked", b"gzip", b"identity", b"chunked, identity", b"chunked, gzip", b"gzip, chunked", b"chunked;q=1", b'"chunked"', b""):
    bad("C5", f"Transfer-Encoding {value!r}", post(b"Transfer-Encoding: " + value, b"0\r\n\r\n"), "bad_transfer_encoding")
for value in (b", chunked", b"chunked,", b"chunked,,"):
    bad("C6", f"Transfer-Encoding {value!r}", post(b"Transfer-Encoding: " + value, b"0\r\n\r\n"), "bad_transfer_encoding")
bad("C7", "Transfer-Encoding twice", post(b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", b"0\r\n\r\n"), "bad_transfer_encoding")
bad("C7", "chunked, chunked", post(b"Transfer-Encoding: chunked, chunked", b"0\r\n\r\n"), "bad_transfer_encoding")
bad("C7", "chunked, and identity in a second field", post(b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", b"0\r\n\r\n"), "bad_transfer_encoding")
for value, reason in ((b"\x0bchunked", "bad_header_value"), (b"\x0cchunked", "bad_header_value"), (b"chunked\0", "bad_header_value"),
                      (b"\xa0chunked", "bad_transfer_encoding"), (b"\xffchunked\xff", "bad_transfer_encoding"), (b"\x85chunked", "bad_transfer_encoding")):
    bad("C8", f"Transfer-Encoding {value!r}", post(b"Transfer-Encoding: " + value, b"0\r\n\r\n"), reason)
for value in (b"chunked\t", b"   \t  chunked", b"Chunked", b"CHUNKED"):
    good("C8", f"Transfer-Encoding {value!r} is written as we write it", post(b"Transfer-Encoding: " + value, b"5\r\nhello\r\n0\r\n\r\n"), body(b"hello"))
bad("C9", "chunked in HTTP/1.0", post(b"Transfer-Encoding: chunked", b"0\r\n\r\n", b"1.0"), "chunked_in_http10")
bad("C9", "chunked in HTTP/1.0 beside a length", post(b"Transfer-Encoding: chunked\r\nContent-Length: 5", b"0\r\n\r\n", b"1.0"), None)
mixed("C10", "HTTP/1.0 POST without length has no body", post(b"X: 1", b"hello", b"1.0"), [200], 1, see=body(b""))
mixed("C10", "POST without length has no body, what follows is the next request", post(b"X: 1", get(b"", b"/next")), [200, 200], 2, keeps=True,
      see=lambda reqs: [r.target for r in reqs] == ["/p", "/next"])
mixed("C10", "POST without length, what follows is no request", post(b"X: 1", b"hello\r\n\r\n"), [200, 400], 1, "bad_method")
for method in (b"GET", b"DELETE", b"OPTIONS"):
    inner = get(b"", b"/admin")
    good("C11", f"{method.decode()} with a body that looks like a request", method + b" /p HTTP/1.1\r\n" + H + b"Content-Length: %d\r\n\r\n" % len(inner) + inner,
         both(target("/p"), body(inner)))
for size in (b"+5", b"-0", b"0x5", b" 5", b"5 ", b"5\t", b"5_0", b"5g", b"", b"FFFFFFFFFFFFFFFF5", b"1" + b"0" * 10_000, b"0" * 10_000 + b"5", b"\xef\xbc\x95"):
    bad("C12", f"chunk size {size[:20]!r}", chunked(size + b"\r\nhello\r\n0\r\n\r\n"), "bad_chunk_size")
bad("C12", "a chunk size near 2^64", chunked(b"FFFFFFFFFFFFFFFF\r\nhello\r\n0\r\n\r\n"), "bad_chunk_size")
bad("C12", "an empty line for a chunk size", chunked(b"\r\n\r\n"), "bad_chunk_size")
for ext, reason in ((b";", "bad_chunk_extension"), (b";a=\0", "bad_chunk_extension"), (b";a\rX", "bare_cr"), (b";\nhello", "bare_lf"),
                    (b';a="\r\n"', "bad_chunk_extension"), (b";b@d", "bad_chunk_extension"), (b" ;a=1", "bad_chunk_size"), (b";a =1", "bad_chunk_extension"), (b';a="b', "bad_chunk_extension")):
    bad("C13", f"chunk extension {ext!r}", chunked(b"5" + ext + b"\r\nhello\r\n0\r\n\r\n"), reason)
good("C13", "well-formed extensions are dropped", chunked(b'5;a;b=c;d="e f"\r\nhello\r\n0;z\r\n\r\n'), body(b"hello"))
bad("C14", "an extension of 64 KB", chunked(b"5;a=" + b"b" * 65_536 + b"\r\nhello\r\n0\r\n\r\n"), "chunk_extension_too_large")
bad("C14", "one-byte chunks with 4 KB of extension each", chunked((b"1;a=" + b"b" * 4096 + b"\r\nx\r\n") * 8 + b"0\r\n\r\n"), "chunk_extension_too_large")
bad("C15", "LF behind chunk data", chunked(b"5\r\nhello\n0\r\n\r\n"), "bad_chunk_end")
bad("C15", "LF behind a chunk size", chunked(b"5\nhello\r\n0\r\n\r\n"), None)
bad("C15", "chunk data longer than said", chunked(b"5\r\nhelloXX0\r\n\r\n"), "bad_chunk_end")
bad("C15", "CR alone behind a chunk size", chunked(b"5\rhello\r\n0\r\n\r\n"), None)
bad("C15", "a trailer that is a request line", chunked(b"0\r\nX:POST / HTTP/1.1\nHost: b\r\n\r\n"), "bare_lf")
bad("C15", "LF for the last line", chunked(b"0\r\n\n"), None)
bad("C15", "CR and a byte for the last line", chunked(b"0\r\n\rX"), None)
bad("C16", "the end inside a chunk", chunked(b"5\r\nhel"), "truncated", then="fin")
bad("C16", "the end before the last chunk", chunked(b"5\r\nhello\r\n"), "truncated", then="fin")
bad("C16", "the end inside the last chunk", chunked(b"5\r\nhello\r\n0\r\n"), "truncated", then="fin")
for name in (b"Content-Length: 50", b"Host: b", b"Transfer-Encoding: chunked", b"Authorization: x", b"X-Forwarded-For: 6.6.6.6", b"X-Any: 1"):
    good("C17", f"trailer {name.decode()} is dropped", chunked(b"5\r\nhello\r\n0\r\n" + name + b"\r\n\r\n"),
         lambda reqs: reqs[0].body == b"hello" and not reqs[0].trailers and reqs[0].headers.all("host") == ["a"] and not reqs[0].headers.all("authorization"))
bad("C17", "trailers of 100 KB", chunked(b"0\r\nX: " + b"v" * 100_000 + b"\r\n\r\n"), "trailer_too_large", 431)
bad("C17", "1,000 trailers", chunked(b"0\r\n" + b"X: v\r\n" * 1000 + b"\r\n"), None, 431)
bad("C17", "a folded trailer", chunked(b"0\r\nX: a\r\n b\r\n\r\n"), "obs_fold")
bad("C17", "a trailer without name", chunked(b"0\r\n: a\r\n\r\n"), "empty_header_name")
mixed("C18", "a byte behind a body of length 0 belongs to the next request", post(b"Content-Length: 0", b"X" + get(b"")), [200, 200], 2, keeps=True,
      see=lambda reqs: [r.method for r in reqs] == ["POST", "XGET"])
mixed("C18", "bytes behind a body of length 0 that are no request", post(b"Content-Length: 0", b"X\r\n" + get(b"")), [200, 400], 1, "bad_method")
bad("C19", "a body shorter than its length, then FIN", post(b"Content-Length: 10", b"hello"), "truncated", then="fin")
ROWS.append(Row("C19", "a body shorter than its length, then RST", post(b"Content-Length: 10", b"hello"), [], False, 0, then="rst"))
bad("C19", "a length of 10^17 and nothing", post(b"Content-Length: 100000000000000000"), "truncated", then="fin")
mixed("C20", "100 requests in one go", b"".join(get(b"", b"/%d" % i) for i in range(100)), [200] * 100, 100, keeps=True,
      see=lambda reqs: [r.target for r in reqs] == [f"/{i}" for i in range(100)])
mixed("C20", "a request behind Connection: close is nobody's", get(b"Connection: close\r\n") + get(b"", b"/admin"), [200], 1)
mixed("C20", "a request behind an HTTP/1.0 one is nobody's", b"GET / HTTP/1.0\r\n" + H + b"\r\n" + get(b"", b"/admin"), [200], 1)
good("C12", "leading zeros in a chunk size, within its bound", chunked(b"00005\r\nhello\r\n0000\r\n\r\n"), body(b"hello"))
mixed("C20", "a bad one behind a good one", get(b"") + b"Invalid\r\n\r\n", [200, 400], 1, "bad_method")
mixed("C20", "half a request behind a good one", get(b"") + b"GET / HTTP/1.1\r\nHo", [200, 400], 1, "truncated", then="fin")

# --- D: upgrades ------------------------------------------------------------------------------

WS = b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: a\r\nSec-WebSocket-Version: 13\r\n"
mixed("D1", "a request behind an upgrade that is not granted", get(WS, b"/no-upgrade") + get(b"", b"/admin"), [200, 200], 2, keeps=True,
      see=lambda reqs: [r.target for r in reqs] == ["/no-upgrade", "/admin"])
bad("D2", "an upgrade with a body of known length", post(WS + b"Content-Length: 5", b"hello"), "upgrade_with_body")
bad("D2", "an upgrade with a chunked body", post(WS + b"Transfer-Encoding: chunked", b"0\r\n\r\n"), "upgrade_with_body")
good("D4", "h2c is not passed on", get(b"Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n"), lacks("upgrade", "http2-settings", "connection"))
good("D5", "of several protocols websocket is asked for", get(b"Upgrade: foo, websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: a\r\n"), has("upgrade", "websocket"))
good("D5", "two Upgrade fields are one list", get(b"Upgrade: h2c\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: a\r\n"), has("upgrade", "websocket"))
good("D5", "a protocol that is no token", get(b"Upgrade: websocket/13; x\r\nConnection: Upgrade\r\n"), lacks("upgrade", "connection"))
good("D5", "Upgrade without Connection is not passed on", get(b"Upgrade: websocket\r\n"), lacks("upgrade", "connection"))
mixed("D5", "Upgrade in HTTP/1.0 is not passed on", b"GET / HTTP/1.0\r\n" + H + WS + b"\r\n", [200], 1, see=lacks("upgrade"))
good("D5", "a POST asks for no websocket", post(WS + b"X: 1"), lacks("upgrade"))

# --- G: paths ---------------------------------------------------------------------------------

for path in (b"/public/../admin", b"/public/%2e%2e/admin", b"/public/.%2e/admin", b"/./admin", b"/public/%2E./admin"):
    good("G1", f"{path.decode()} is /admin for routing and for the backend", get(b"", path), both(target("/admin"), lambda reqs: reqs[0].upstream == "admin"))
for path in (b"//admin", b"/ADMIN", b"/public//admin", b"/adminx", b"/public/..admin", b"/.admin"):
    good("G1", f"{path.decode()} is not /admin", get(b"", path), both(target(path.decode()), lambda reqs: reqs[0].upstream == "a"))
good("G1", "/admin/ is below /admin", get(b"", b"/admin/"), both(target("/admin/"), lambda reqs: reqs[0].upstream == "admin"))
good("G1", "dots that climb above the root stay at the root", get(b"", b"/../../admin"), both(target("/admin"), lambda reqs: reqs[0].upstream == "admin"))
good("G1", "/%61dmin is /admin for routing", get(b"", b"/%61dmin"), lambda reqs: reqs[0].upstream == "admin")
for path in (b"/a%00b", b"/a\\b", b"/admin%00", b"/%2e%2e\\admin"):
    bad("G2", f"{path.decode()!r}", get(b"", path), "bad_path")
for path in (b"/a%2fb", b"/a%5cb", b"/a;x=1/b", b"/a%252fb", b"/a%3fb", b"/a%23b", b"/public%2f..%2fadmin", b"/%252e%252e/admin", b"/admin;jsessionid=1", b"/a/..;/admin", b"/%2e%2e%2fadmin", b"/..%5cadmin", b"/;/admin", b"/.../admin", b"/a%0d%0aX", b"/a?%00", b"/a?../admin"):
    good("G2", f"{path.decode()} passes as received", get(b"", path), both(target(path.decode()), lambda reqs: reqs[0].upstream == "a"))
for path in (b"/a%zz", b"/a%", b"/a%4", b"/%u0041"):
    bad("G3", f"escape {path.decode()}", get(b"", path), "bad_path")
SPLIT = b"/x%0d%0aSet-Cookie:%20y%0d%0a%0d%0aHTTP/1.1"
for path in (SPLIT, b"/x%0D%0A%20X:y", b"/%0a", b"/x%7f%01", b"/x%c3%a9%ff"):
    good("G4", f"{path.decode()} behind a rewritten prefix stays escaped", get(b"", b"/rewrite" + path),
         lambda reqs, want="/to" + path.decode().lower(): reqs[0].target.lower() == want and not reqs[0].headers.all("set-cookie"))
    mixed("G4", f"{path.decode()} in a Location stays escaped", get(b"", b"/redirect" + path), [302], 0, keeps=True,
          tell=lambda r, want="/to" + path.decode().lower(): [v.lower().removeprefix("http://a").removeprefix(":%s" % r.port) for v in r.headers.all("location")] == [want]
          and not r.headers.all("set-cookie"))
bad("G4", "a Host that would end the Location", get(b"", b"/redirect/x", b"Host: a\r\n\tX: y\r\n"), "obs_fold")
mixed("G5", "a path that a regular expression would try for ever", get(b"", b"/re/" + b"a" * 4000 + b"!", b"Host: re.test\r\n"), [500], 0, "regex_limit", keeps=True)
mixed("G5", "a field of 30 KB that a regular expression would try for ever", get(b"X-Re: " + b"a" * 30_000 + b"!\r\n", b"/rx"), [500], 0, "regex_limit", keeps=True)
good("G5", "what the expression takes is served", get(b"", b"/re/" + b"a" * 50, b"Host: re.test\r\n"), lambda reqs: reqs[0].upstream == "admin")
mixed("G8", "a backend that is the gateway itself", get(b"", b"/loop"), [500], 0, "backend_is_gateway", keeps=True)
mixed("G8", "the same with a body", post(b"Content-Length: 5", b"hello").replace(b"/p ", b"/loop "), [500], 0, "backend_is_gateway", keeps=None)
good("G8", "a mirror that is the gateway itself, mirrored there again", get(b"", b"/mirror"), target("/mirror"))
good("G6", "a field matched by value, given twice", get(b"X-Role: user\r\nX-Role: admin\r\n", b"/role"), lambda reqs: reqs[0].upstream == "a")
good("G6", "a field matched by value", get(b"X-Role: admin\r\n", b"/role"), lambda reqs: reqs[0].upstream == "admin")
good("G6", "a matched field with bytes from 0x80", get(b"X-Role: \xff\xfe\r\n", b"/role"), lambda reqs: reqs[0].upstream == "a")
good("G7", "the first of equal query names counts", get(b"", b"/q?role=admin&role=user"), lambda reqs: reqs[0].upstream == "admin")
good("G7", "the second of equal query names does not", get(b"", b"/q?role=user&role=admin"), lambda reqs: reqs[0].upstream == "a")
for query in (b"role", b"role=", b"&&&&&", b"=admin", b"role%zz=1"):
    good("G7", f"query {query.decode()}", get(b"", b"/q?" + query), both(target("/q?" + query.decode()), lambda reqs: reqs[0].upstream == "a"))
good("G7", "4,000 empty query parts", get(b"", b"/q?" + b"&" * 4000))
bad("G7", "a query of 100 KB", get(b"", b"/q?" + b"&" * 100_000), "uri_too_long", 414)

# --- I: what clients of TCP send where HTTP is spoken ------------------------------------------

bad("I4", "a PROXY line where none is expected", b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n" + get(b""), "bad_request_line")
bad("I4", "a PROXY v2 header where none is expected", b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c" + b"\1" * 12 + get(b""), None)
bad("I4", "a TLS hello", bytes.fromhex("160301010001fc0303") + b"\1" * 200, "bad_method")
bad("I4", "noise", bytes((i * 37 + 11) % 256 for i in range(2000)), None)
bad("I3", "the end inside a head", b"GET / HTTP/1.1\r\nHost: a", "truncated", then="fin")
mixed("I3", "half-closed behind the request: the answer still comes", get(b""), [200], 1, then="fin")
ROWS.append(Row("I3", "reset inside a head", b"GET / HTTP/1.1\r\nHost: a", [], False, 0, then="rst"))
ROWS.append(Row("I3", "connected and ended", b"", [], False, 0, then="fin"))

# --- D6: what a tunnel carries, which is nobody's business but the ends' ------------------------

MASKED = b"\x37\xfa\x21\x3d"
FRAMES = {
    "a text frame": b"\x81\x85" + MASKED + b"\x7f\x9f\x4d\x51\x58",
    "an unmasked frame": b"\x81\x05hello",
    "reserved bits": b"\xf1\x85" + MASKED + b"hello",
    "an unknown opcode": b"\x8b\x80" + MASKED,
    "a 64-bit length with its highest bit": b"\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff" + MASKED + b"x" * 100,
    "a 64-bit length of zero": b"\x82\xff" + b"\0" * 8 + MASKED,
    "a fragmented control frame": b"\x09\x82" + MASKED + b"ab" + b"\x80\x82" + MASKED + b"cd",
    "a control frame of 126 bytes": b"\x89\xfe\0\x7e" + MASKED + b"p" * 126,
    "UTF-8 that is none": b"\x81\x82" + b"\0\0\0\0" + b"\xc3\x28",
    "a close frame and more behind it": b"\x88\x80" + MASKED + b"\x81\x80" + MASKED,
    "half a frame": b"\x81\xfe\x01",
    "a request": b"GET /admin HTTP/1.1\r\nHost: a\r\n\r\n",
    "an answer": b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil",
    "every byte": bytes(range(256)) * 4,
}
