# SPDX-License-Identifier: Apache-2.0
"""Backends and ExternalName Services that are DNS names.  Time stands still but for gw.advance()."""
import json

import pytest
from lib.dns import AAAA, SERVFAIL
from lib.gateway import Gateway, backend, free_port, gateway, route, service, to_service
from lib.wire import get

TTL = 30


@pytest.fixture
def steered(tmp_path, dns):
    """A gateway whose time stands still and which asks <dns>."""
    gw = Gateway(tmp_path / "g", "--workers", "1", "--drain-delay", "0s", "--drain-timeout", "0s", "--dns-servers", dns.address, clock=True)
    yield gw
    assert gw.stop() in (None, 0)


def serve(gw, *endpoints, **spec):
    gw.write(gateway(gw.port), route(), backend("a", *endpoints, **spec))
    gw.start()


def who(gw, n=8):
    out = set()
    for _ in range(n):
        r = get(gw.port)
        out.add(json.loads(r.body)["upstream"] if r.status == 200 else r.status)
    return out


def twins(upstreams):
    port = free_port()
    return upstreams("a", host="127.0.0.2", port=port), upstreams("b", host="127.0.0.3", port=port)


def later(gw, ms):
    """Time goes on in steps, so that what one step asks can be answered before the next."""
    while ms > 0:
        gw.advance(min(ms, 1000))
        ms -= 1000


def test_a_name_is_resolved_also_in_the_sandbox(gw, upstreams, dns):
    a, _ = twins(upstreams)
    dns.say("app.test", a=[a.host])
    gw.args += ["--dns-servers", dns.address]
    serve(gw, f"App.Test:{a.port}")
    gw.until(lambda: who(gw, 1) == {"a"}, "resolved")


def test_all_addresses_of_both_families_get_requests(steered, upstreams, dns):
    a, b = twins(upstreams)
    six = upstreams("six", host="::1", port=a.port)
    dns.say("app.test", a=[a.host, b.host], aaaa=[six.host], ttl=TTL)
    serve(steered, f"app.test:{a.port}")
    steered.until(lambda: who(steered, 1) != {503}, "resolved")
    assert who(steered, 30) == {"a", "b", "six"}
    assert dns.asked("app.test") == 1 and dns.asked("app.test", AAAA) == 1


def test_an_answer_is_kept_for_its_ttl_and_then_asked_anew(steered, upstreams, dns):
    a, b = twins(upstreams)
    dns.say("app.test", a=[a.host], ttl=TTL)
    serve(steered, f"app.test:{a.port}")
    steered.until(lambda: who(steered, 1) == {"a"}, "resolved")
    dns.say("app.test", a=[b.host], ttl=TTL)
    later(steered, TTL * 1000 - 1000)
    assert who(steered) == {"a"} and dns.asked("app.test") == 1
    later(steered, 1100)
    steered.until(lambda: who(steered, 1) == {"b"}, "the new address")
    assert dns.asked("app.test") == 2 and who(steered) == {"b"}


def test_the_ttl_of_an_alias_counts_too(steered, upstreams, dns):
    a, b = twins(upstreams)
    dns.say("app.test", a=[a.host], ttl=3000, cname="real.test", cname_ttl=5)
    serve(steered, f"app.test:{a.port}")
    steered.until(lambda: who(steered, 1) == {"a"}, "resolved")
    dns.say("app.test", a=[b.host], ttl=3000, cname="other.test", cname_ttl=5)
    later(steered, 5100)
    steered.until(lambda: who(steered, 1) == {"b"}, "the alias points elsewhere")


def test_a_ttl_of_0_is_no_busy_loop(steered, upstreams, dns):
    a, _ = twins(upstreams)
    dns.say("app.test", a=[a.host], ttl=0)
    serve(steered, f"app.test:{a.port}")
    steered.until(lambda: who(steered, 1) == {"a"}, "resolved")
    steered.advance(500)
    assert dns.asked("app.test") == 1
    later(steered, 10_000)
    assert dns.asked("app.test") <= 11


@pytest.mark.parametrize("rcode", [3, SERVFAIL], ids=["NXDOMAIN", "SERVFAIL"])
def test_a_name_that_is_not_there_at_the_start_is_503_and_asked_slowly(steered, upstreams, dns, rcode):
    a, _ = twins(upstreams)
    dns.fail("app.test", rcode)
    serve(steered, f"app.test:{a.port}")
    steered.until(lambda: dns.asked("app.test") >= 1, "asked")
    r = get(steered.port)
    assert r.status == 503 and b"no_endpoint" in r.body
    steered.advance(0)
    first = dns.asked("app.test")  # SERVFAIL is tried again by the resolver itself
    for _ in range(20):
        get(steered.port)
    assert dns.asked("app.test") == first, "requests ask nothing"
    later(steered, 60_000)
    assert dns.asked("app.test") <= first * 13, "more than one question in 5 s"
    dns.say("app.test", a=[a.host])

    def has_come():
        later(steered, 6000)  # again: a question that was on its way may still have the old answer
        return who(steered, 1) == {"a"}

    steered.until(has_come, "the name has come")


def test_a_name_that_vanishes_keeps_its_addresses_for_a_while(steered, upstreams, dns):
    a, _ = twins(upstreams)
    dns.say("app.test", a=[a.host], ttl=TTL)
    serve(steered, f"app.test:{a.port}")
    steered.until(lambda: who(steered, 1) == {"a"}, "resolved")
    dns.fail("app.test")
    later(steered, 200_000)
    assert dns.asked("app.test") > 10, "it is asked for all the time"
    assert who(steered) == {"a"}
    later(steered, 200_000)
    assert who(steered) == {503}, "five minutes after its TTL it is believed to be gone"
    assert dns.asked("app.test") < 100


def test_a_server_that_is_silent_changes_nothing(steered, upstreams, dns):
    a, _ = twins(upstreams)
    dns.say("app.test", a=[a.host], ttl=TTL)
    serve(steered, f"app.test:{a.port}")
    steered.until(lambda: who(steered, 1) == {"a"}, "resolved")
    dns.silent("app.test")
    later(steered, 100_000)
    assert who(steered) == {"a"}


def test_a_name_shared_by_many_is_asked_once_and_forgotten_with_the_last(steered, upstreams, dns):
    a, _ = twins(upstreams)
    dns.say("app.test", a=[a.host], ttl=TTL)
    names = [backend(f"b{i}", f"app.test:{a.port}") for i in range(20)]
    routes = [route(f"r{i}", rules=[{"backendRefs": [{"group": "sluice.dev", "kind": "Backend", "name": f"b{i}"}]}], hostnames=[f"h{i}.test"]) for i in range(20)]
    steered.write(gateway(steered.port), *routes, *names)
    steered.start()
    for i in range(20):
        steered.until(lambda i=i: get(steered.port, host=f"h{i}.test").status == 200, "resolved")
    assert dns.asked("app.test") == 1
    steered.write(gateway(steered.port))
    steered.until(lambda: get(steered.port, host="h0.test").status == 404, "no route left")
    later(steered, 5 * TTL * 1000)
    assert dns.asked("app.test") == 1


def test_external_name(steered, upstreams, dns):
    a, b = twins(upstreams)
    dns.say("real.test", a=[a.host], ttl=TTL)
    ext = service(ports=[(None, a.port)], type="ExternalName", externalName="real.test.")
    steered.write(gateway(steered.port), route(rules=[{"backendRefs": [to_service(a.port)]}]), ext)
    steered.start()
    steered.until(lambda: who(steered, 1) == {"a"}, "resolved")
    dns.say("real.test", a=[b.host], ttl=TTL)
    later(steered, TTL * 1000 + 100)
    steered.until(lambda: who(steered, 1) == {"b"}, "the new address")


def test_a_name_beside_an_address(steered, upstreams, dns):
    a, b = twins(upstreams)
    serve(steered, f"app.test:{a.port}", b)
    assert who(steered) == {"b"}, "a name that is not there takes nothing from its neighbours"
    dns.say("app.test", a=[a.host])
    later(steered, 6000)
    steered.until(lambda: who(steered, 8) == {"a", "b"}, "both")
