# SPDX-License-Identifier: Apache-2.0
"""Requests from several threads for as long as a test wants, and every answer that was not the one
asked for."""
import http.client
import threading
import time

REUSE = 20  # requests on a connection before a fresh one is made


class Load:
    """with Load(address) as load: ...; assert not load.failures

    `failures` are (seconds since the start, text).  `stale` counts reused connections that ended
    before a byte of an answer: RFC 9112 section 9.3.1 lets a client send such a request again, and
    this one does, once, on a fresh connection."""

    def __init__(self, host, port=80, path="/", headers=None, tls=None, server_name=None, threads=4,
                 pause=0.004, timeout=10.0, seen=None):
        self.host, self.port, self.path = host, port, path
        self.headers, self.tls, self.server_name = headers or {}, tls, server_name
        self.pause, self.timeout, self.seen = pause, timeout, seen
        self.failures, self.answers, self.stale, self.slowest = [], 0, 0, 0.0
        self._lock, self._stop = threading.Lock(), threading.Event()
        self._threads = [threading.Thread(target=self._run) for _ in range(threads)]

    def __enter__(self):
        self.began = time.monotonic()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join()
        self.seconds = time.monotonic() - self.began

    def check(self, least=50):
        """Nothing failed, and enough was asked for that to mean something."""
        assert not self.failures, f"{len(self.failures)} of {self.answers} failed: {self.failures[:5]}"
        assert self.answers >= least * self.seconds / 10, f"{self.answers} answers in {self.seconds:.0f} s"
        return f"{self.answers:,} requests in {self.seconds:.0f} s, 0 failed, slowest " \
               f"{self.slowest * 1000:.0f} ms, {self.stale} sent again on a fresh connection"

    def _connect(self):
        connection = http.client.HTTPConnection(self.host, self.port, timeout=self.timeout)
        connection.connect()
        if self.tls:
            connection.sock = self.tls.wrap_socket(connection.sock, server_hostname=self.server_name)
            if self.seen:
                self.seen(connection.sock)
        return connection

    def _ask(self, connection):
        connection.request("GET", self.path, headers=self.headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise AssertionError(f"status {answer.status}")
        return not answer.will_close

    def _once(self, connection):
        """The connection to go on with, or None."""
        reused = connection is not None
        try:
            connection = connection or self._connect()
            keep = self._ask(connection)
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            connection.close()
            if not reused:
                raise
            with self._lock:
                self.stale += 1
            return self._once(None)
        if keep:
            return connection
        connection.close()
        return None

    def _run(self):
        connection, used = None, 0
        while not self._stop.is_set():
            began = time.monotonic()
            try:
                connection, failed = self._once(connection), None
            except (OSError, http.client.HTTPException, AssertionError) as error:
                connection, failed = None, f"{type(error).__name__}: {error}"
            took = time.monotonic() - began
            with self._lock:
                self.answers += 1
                self.slowest = max(self.slowest, took)
                if failed:
                    self.failures.append((round(began - self.began, 2), failed))
            used = used + 1 if connection else 0
            if used >= REUSE:
                connection.close()
                connection, used = None, 0
            time.sleep(self.pause)
        if connection:
            connection.close()
