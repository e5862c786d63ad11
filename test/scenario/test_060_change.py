# SPDX-License-Identifier: Apache-2.0
"""Configuration changes while requests run: nothing that stays is disturbed."""
import json
import threading

from lib.gateway import backend, free_port, gateway, ref, route
from lib.wire import Client, get, WireError


class Load:
    """Clients that ask without a pause on keep-alive connections and note every failure."""

    def __init__(self, port, n=4, target="/"):
        self.stop_event, self.failures, self.done = threading.Event(), [], 0
        self.threads = [threading.Thread(target=self.run, args=(port, target)) for _ in range(n)]

    def __enter__(self):
        for t in self.threads:
            t.start()
        return self

    def __exit__(self, *exc):
        self.stop_event.set()
        for t in self.threads:
            t.join()

    def run(self, port, target):
        try:
            with Client(port) as c:
                while not self.stop_event.is_set():
                    r = c.request(target=target)
                    self.done += 1
                    if r.status != 200:
                        self.failures.append(r)
                        return
                    if r.headers.get("connection", "").lower() == "close":
                        self.failures.append("closed")
                        return
        except Exception as e:
            self.failures.append(repr(e))


def test_reloads_lose_nothing(gw, upstreams):
    a, b = upstreams("a"), upstreams("b")
    base = [gateway(gw.port), backend("a", a), backend("b", b)]
    gw.write(*base, route())
    gw.start()
    with Load(gw.port) as load:
        for i in range(40):
            gw.write(*base, route(rules=[{"backendRefs": [ref("ab"[i % 2], weight=1 + i)]}]), route(f"other{i}", hostnames=[f"h{i}.test"]))
            gw.until(lambda i=i: get(gw.port, host=f"h{i}.test").status == 200, f"other{i} live")
    assert load.failures == [] and load.done > 100


def test_listener_comes_and_goes(gw, upstreams):
    a, extra = upstreams("a"), free_port()
    one = {"name": "one", "port": gw.port, "protocol": "HTTP"}
    two = {"name": "two", "port": extra, "protocol": "HTTP"}
    gw.write(gateway(gw.port, listeners=[one]), backend("a", a), route())
    gw.start()
    with Load(gw.port) as load:
        gw.write(gateway(gw.port, listeners=[one, two]), backend("a", a), route())
        gw.until(lambda: get(extra).status == 200, "second listener live")
        gw.write(gateway(gw.port, listeners=[one]), backend("a", a), route())

        def refused():
            try:
                get(extra)
                return False
            except (OSError, WireError):
                return True

        gw.until(refused, "second listener gone")
    assert load.failures == []


def test_bad_object_leaves_all_else_alone(gw, upstreams):
    a = upstreams("a")
    gw.write(gateway(gw.port), backend("a", a), route())
    gw.start()
    bad = route("bad", hostnames=["bad_host!"])
    gw.write(gateway(gw.port), backend("a", a), route(), bad, route("good", hostnames=["good.test"]))
    gw.until(lambda: any(k[2] == "good" for k in gw.status()), "good is there")
    assert get(gw.port, host="good.test").status == 200
    gw.until(lambda: gw.says("default/bad") and gw.says("hostnames"), "the refusal told")


def test_broken_text_keeps_what_served(gw, upstreams):
    a = upstreams("a")
    gw.write(gateway(gw.port), backend("a", a), route())
    gw.start()
    gw.write("kind: HTTPRoute\nmetadata: {name: [", name="all.yaml")
    gw.until(lambda: gw.says("all.yaml:"), "the error is told")
    assert get(gw.port).status == 200


def test_removed_endpoint_gets_no_new_request_but_ends_its_own(gw, upstreams):
    gate = threading.Event()

    def slow(req, conn):
        if req.target == "/slow":
            gate.wait(10)
        conn.respond(200, conn.upstream.name.encode())

    a, b = upstreams("a", answer=slow), upstreams("b")
    gw.write(gateway(gw.port), backend("a", a), route())
    gw.start()
    with Client(gw.port) as c:
        c.send(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
        a.wait(1)
        gw.write(gateway(gw.port), backend("a", b), route())
        gw.until(lambda: json.loads(get(gw.port).body)["upstream"] == "b" if get(gw.port).headers.get("x-upstream") else False, "b serves")
        gate.set()
        assert c.response().body == b"a"


def test_crash_of_the_child_keeps_the_sockets(gw, upstreams):
    import os
    import pathlib
    import signal
    a = upstreams("a")
    gw.write(gateway(gw.port), backend("a", a), route())
    gw.start()
    task = pathlib.Path(f"/proc/{gw.proc.pid}/task/{gw.proc.pid}/children")
    child = int(task.read_text().split()[0])
    os.kill(child, signal.SIGKILL)
    gw.until(lambda: str(child) not in task.read_text().split(), "it died")
    assert get(gw.port).status == 200
