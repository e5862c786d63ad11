# SPDX-License-Identifier: Apache-2.0
"""A name server on loopback: answers A and AAAA as told, and remembers every question."""
import socket
import struct
import threading

A, CNAME, AAAA = 1, 5, 28
NXDOMAIN, SERVFAIL = 3, 2


def labels(name):
    return b"".join(bytes([len(p)]) + p.encode() for p in name.split(".")) + b"\0"


class Dns:
    def __init__(self):
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.sock.getsockname()[1]
        self.names = {}  # name: (rcode or None: silent, [(type, data)], ttl)
        self.questions = []  # (name, type)
        self.lock = threading.Lock()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def say(self, name, a=(), aaaa=(), ttl=30, cname=None, cname_ttl=30):
        """A name in force from now on.  With <cname> the addresses are that name's."""
        records = [(A, ttl, socket.inet_pton(socket.AF_INET, x)) for x in a]
        records += [(AAAA, ttl, socket.inet_pton(socket.AF_INET6, x)) for x in aaaa]
        with self.lock:
            self.names[name] = (0, records, (cname, cname_ttl))

    def fail(self, name, rcode=NXDOMAIN):
        with self.lock:
            self.names[name] = (rcode, [], (None, 0))

    def silent(self, name):
        with self.lock:
            self.names[name] = (None, [], (None, 0))

    def asked(self, name, kind=A):
        with self.lock:
            return self.questions.count((name, kind))

    def answer(self, query):
        at, parts = 12, []
        while query[at]:
            parts.append(query[at + 1 : at + 1 + query[at]].decode().lower())
            at += 1 + query[at]
        name, kind = ".".join(parts), struct.unpack("!H", query[at + 1 : at + 3])[0]
        with self.lock:
            self.questions.append((name, kind))
            rcode, records, (cname, cname_ttl) = self.names.get(name, (NXDOMAIN, [], (None, 0)))
        if rcode is None:
            return None
        owner, out = b"\xc0\x0c", []
        if cname:
            out.append(owner + struct.pack("!HHIH", CNAME, 1, cname_ttl, len(labels(cname))) + labels(cname))
            owner = labels(cname)
        out += [owner + struct.pack("!HHIH", t, 1, ttl, len(data)) + data for t, ttl, data in records if t == kind]
        head = query[:2] + struct.pack("!HHHHH", 0x8180 | rcode, 1, len(out), 0, 0)
        return head + query[12 : at + 5] + b"".join(out)

    def run(self):
        while True:
            try:
                query, peer = self.sock.recvfrom(4096)
            except OSError:
                return
            if len(query) < 17:
                continue
            text = self.answer(query)
            if text:
                self.sock.sendto(text, peer)

    def stop(self):
        # recvfrom() of another thread wakes only by a datagram.
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.sendto(b"", self.sock.getsockname())
        self.sock.close()
        self.thread.join(2)
