# SPDX-License-Identifier: Apache-2.0
"""Hostile answers from backends: one row, one verdict, however the bytes are cut.

A row says what a backend answers, how it ends, and what the client must get: a whole answer of its
own (`status`, `body`), 502, or an end that nobody can take for a whole answer (CUT).  In every case
but `pooled` the connection to the backend is not used again.
"""

CUT = "cut"


class Row:
    def __init__(self, what, data, status, body=None, then="", pooled=False, method="GET", reason=None, headers=(), interim=None, request=None):
        self.what, self.data, self.status, self.body = what, data, status, body
        self.then = then  # what the backend does behind the bytes: "" (waits), "fin", "rst"
        self.pooled, self.method, self.reason = pooled, method, reason
        self.headers = headers  # of the request
        self.interim = interim  # statuses of 1xx answers that the client gets
        self.request = request  # the whole request, instead of a plain one

    def __repr__(self):
        return self.what


ROWS = []


def refused(what, data, reason="upstream_bad_response", **kw):
    ROWS.append(Row(what, data, 502, reason=reason, **kw))


def cut(what, data, **kw):
    ROWS.append(Row(what, data, CUT, **kw))


def whole(what, data, body, status=200, **kw):
    ROWS.append(Row(what, data, status, body, **kw))


def ok(fields, body=b"", first=b"HTTP/1.1 200 OK"):
    return first + b"\r\n" + fields + (b"\r\n" if fields else b"") + b"\r\n" + body


CHUNKED = b"Transfer-Encoding: chunked"
TWO = b"Content-Length: 2"

# --- status lines -----------------------------------------------------------------------------

for first in (b"HTTP/1.1 2000 OK", b"HTTP/1.1 20 OK", b"HTTP/1.1 2x0 OK", b"HTTP/1.1  200 OK", b"HTTP/1.1 200OK", b"HTTP/1.1 099 X", b"HTTP/1.1 -20 X", 
              b"HTTP/2.0 200 OK", b"HTTP/0.9 200 OK", b"http/1.1 200 OK", b"HTTP/1.10 200 OK", b"HTTP/1. 200 OK", b"ICY 200 OK", b"200 OK", b"", b" HTTP/1.1 200 OK", b"HTTP/1.1 200 O\0K",
              b"HTTP/1.1 200 O\x7fK", b"HTTP/1.1 200 O\rK", b"SSH-2.0-OpenSSH_9", b"\x16\x03\x01\x02\0\x01", b"\0"):
    refused(f"status line {first!r}", ok(TWO, b"ok", first))
whole("status line without a phrase", ok(TWO, b"ok", b"HTTP/1.1 200 "), b"ok", pooled=True)
whole("status line without a blank behind the status", ok(TWO, b"ok", b"HTTP/1.1 200"), b"ok", pooled=True)
whole("an HTTP/1.0 answer, which cannot be pooled", ok(TWO, b"ok", b"HTTP/1.0 200 OK"), b"ok")
whole("a status beyond every class passes", ok(TWO, b"ok", b"HTTP/1.1 600 Odd"), b"ok", 600, pooled=True)
whole("a status nobody has heard of", ok(TWO, b"ok", b"HTTP/1.1 599 Odd"), b"ok", 599, pooled=True)

# --- fields -----------------------------------------------------------------------------------

whole("blanks before a colon are cut", ok(b"X-Test : 1\r\n" + TWO, b"ok"), b"ok", pooled=True)
refused("a folded field", ok(b"X: a\r\n b\r\n" + TWO, b"ok"))
refused("a first field that begins with a blank", ok(b" X: a\r\n" + TWO, b"ok"))
refused("NUL in a value", ok(b"X: a\0b\r\n" + TWO, b"ok"))
refused("bare CR in a value", ok(b"X: a\rSet-Cookie: b\r\n" + TWO, b"ok"))
refused("bare LF in a value", ok(b"X: a\nSet-Cookie: b\r\n" + TWO, b"ok"))
refused("a control byte in a value", ok(b"X: a\x01b\r\n" + TWO, b"ok"))
refused("DEL in a value", ok(b"X: a\x7fb\r\n" + TWO, b"ok"))
refused("an empty name", ok(b": v\r\n" + TWO, b"ok"))
refused("no colon", ok(b"Header\r\n" + TWO, b"ok"))
refused("a blank in a name", ok(b"X Y: 1\r\n" + TWO, b"ok"))
refused("a byte from 0x80 in a name", ok(b"X\xff: 1\r\n" + TWO, b"ok"))
refused("bare LF ends every line", b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok")
refused("1 MB of head", ok(b"X: " + b"v" * 1_000_000 + b"\r\n" + TWO, b"ok"))
refused("a head that never ends", b"HTTP/1.1 200 OK\r\n" + b"X: v\r\n" * 200_000)
refused("1,000 fields", ok(b"X: v\r\n" * 1000 + TWO, b"ok"))
whole("bytes from 0x80 in a value are kept", ok(b"X: \xff\xfe\r\n" + TWO, b"ok"), b"ok", pooled=True)

# --- framing ----------------------------------------------------------------------------------

refused("two lengths, different", ok(b"Content-Length: 3\r\nContent-Length: 4", b"abcd"))
refused("two lengths, equal", ok(b"Content-Length: 2\r\nContent-Length: 2", b"ok"))
for value in (b"2, 2", b"", b"+2", b"-2", b"0x2", b"2x", b"2 2", b"02", b"99999999999999999999"):
    refused(f"Content-Length {value!r}", ok(b"Content-Length: " + value, b"ok"))
refused("a length and chunked", ok(TWO + b"\r\n" + CHUNKED, b"0\r\n\r\n"))
refused("chunked and a length", ok(CHUNKED + b"\r\n" + TWO, b"0\r\n\r\n"))
for value in (b"gzip", b"identity", b"gzip, chunked", b"chunked, chunked", b"chunked, gzip", b"chunked;q=1", b"xchunked", b"", b"\x0bchunked", b"chunked\0"):
    refused(f"Transfer-Encoding {value!r}", ok(b"Transfer-Encoding: " + value, b"0\r\n\r\n"))
refused("Transfer-Encoding twice", ok(CHUNKED + b"\r\n" + CHUNKED, b"0\r\n\r\n"))
refused("chunked in HTTP/1.0", ok(CHUNKED, b"0\r\n\r\n", b"HTTP/1.0 200 OK"))
whole("Chunked in mixed case", ok(b"Transfer-Encoding: Chunked", b"2\r\nok\r\n0\r\n\r\n"), b"ok", pooled=True)
whole("trailers are dropped", ok(CHUNKED, b"2\r\nok\r\n0\r\nContent-Length: 7\r\nSet-Cookie: x\r\n\r\n"), b"ok", pooled=True)
for size in (b"+2", b"-2", b"0x2", b" 2", b"2 ", b"2g", b"", b"FFFFFFFFFFFFFFFF2", b"0" * 500 + b"2"):
    cut(f"chunk size {size[:20]!r}", ok(CHUNKED, size + b"\r\nok\r\n0\r\n\r\n"))
cut("chunk data longer than said", ok(CHUNKED, b"2\r\nokXX\r\n0\r\n\r\n"))
cut("LF behind chunk data", ok(CHUNKED, b"2\r\nok\n0\r\n\r\n"))
cut("LF behind a chunk size", ok(CHUNKED, b"2\nok\r\n0\r\n\r\n"))
cut("a malformed trailer", ok(CHUNKED, b"2\r\nok\r\n0\r\nX\r\n\r\n"))
cut("100 KB of trailers", ok(CHUNKED, b"2\r\nok\r\n0\r\nX: " + b"v" * 100_000 + b"\r\n\r\n"))
cut("64 KB of chunk extension", ok(CHUNKED, b"2;a=" + b"v" * 65_536 + b"\r\nok\r\n0\r\n\r\n"))
cut("a body shorter than its length, then FIN", ok(b"Content-Length: 10", b"hello"), then="fin")
cut("a body shorter than its length, then RST", ok(b"Content-Length: 10", b"hello"), then="rst")
cut("a length of 10^17 and an end", ok(b"Content-Length: 100000000000000000", b"hello"), then="fin")
cut("chunks without the last one, then FIN", ok(CHUNKED, b"2\r\nok\r\n"), then="fin")
cut("chunks without the last one, then RST", ok(CHUNKED, b"2\r\nok\r\n"), then="rst")
cut("the last chunk without the last line, then FIN", ok(CHUNKED, b"2\r\nok\r\n0\r\n"), then="fin")
cut("a body up to the end, then RST", ok(b"X: 1", b"hello"), then="rst")
whole("a body up to the end", ok(b"X: 1", b"hello"), b"hello", then="fin")
EVIL = ok(b"Content-Length: 4", b"evil")
whole("another answer behind a body of known length", ok(TWO, b"ok" + EVIL), b"ok")
whole("another answer behind a chunked body", ok(CHUNKED, b"2\r\nok\r\n0\r\n\r\n" + EVIL), b"ok")
whole("a byte behind a body", ok(TWO, b"okX"), b"ok")
whole("a body behind 204", ok(b"X: 1", EVIL, b"HTTP/1.1 204 No Content"), b"", 204)
whole("a body behind 304", ok(b"ETag: x", EVIL, b"HTTP/1.1 304 Not Modified"), b"", 304)
whole("a body behind an answer to HEAD", ok(b"Content-Length: 5", b"hello"), b"", method="HEAD")
whole("304 with a length", ok(b"ETag: x\r\nContent-Length: 5", b"", b"HTTP/1.1 304 Not Modified"), b"", 304, pooled=True)
whole("HEAD with a length", ok(b"Content-Length: 5"), b"", method="HEAD", pooled=True)
whole("HEAD, chunked", ok(CHUNKED), b"", method="HEAD", pooled=True)
whole("Connection: close is obeyed", ok(b"Connection: close\r\n" + TWO, b"ok"), b"ok")
whole("Connection: Close among others is obeyed", ok(b"Connection: x, Close\r\n" + TWO, b"ok"), b"ok")
whole("an answer and its end", ok(TWO, b"ok"), b"ok", then="fin")
whole("a 205 with a length of 0", ok(b"Content-Length: 0", b"", b"HTTP/1.1 205 Reset"), b"", 205, pooled=True)

# --- interim answers and upgrades -------------------------------------------------------------

HINT = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
whole("an early hint", HINT + ok(TWO, b"ok"), b"ok", interim=[103], pooled=True)
whole("100 that nobody asked for", b"HTTP/1.1 100 Continue\r\n\r\n" + ok(TWO, b"ok"), b"ok", interim=[], pooled=True)
whole("ten early hints", HINT * 10 + ok(TWO, b"ok"), b"ok", interim=[103] * 10, pooled=True)
refused("10,000 early hints", HINT * 10_000 + ok(TWO, b"ok"), "upstream_interim_flood")
refused("10,000 times 100", b"HTTP/1.1 100 Continue\r\n\r\n" * 10_000 + ok(TWO, b"ok"), "upstream_interim_flood")
refused("an early hint, then an end", HINT, "upstream_reset", then="fin")
refused("an early hint with a length", b"HTTP/1.1 103 X\r\nContent-Length: 2\r\n\r\nok" + ok(TWO, b"ok"))
refused("101 that nobody asked for", b"HTTP/1.1 101 X\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n" + EVIL)
WS = (("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Key", "a"))
refused("101 to another protocol than asked for", b"HTTP/1.1 101 X\r\nUpgrade: evil\r\nConnection: upgrade\r\n\r\n", headers=WS)
refused("101 without Upgrade", b"HTTP/1.1 101 X\r\n\r\n", headers=WS)
whole("200 with Upgrade is an ordinary answer", ok(b"Upgrade: websocket\r\nConnection: upgrade\r\n" + TWO, b"ok"), b"ok", headers=WS, pooled=True)

# --- no answer --------------------------------------------------------------------------------

refused("an end instead of an answer", b"", "upstream_reset", then="fin")
refused("a reset instead of an answer", b"", "upstream_reset", then="rst")
refused("an end inside the head", b"HTTP/1.1 200 OK\r\nContent-", "upstream_reset", then="fin")
refused("a reset inside the head", b"HTTP/1.1 200 OK\r\nContent-", "upstream_reset", then="rst")
