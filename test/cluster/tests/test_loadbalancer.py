# SPDX-License-Identifier: Apache-2.0
"""Which Service gets which address: the pure part of the load-balancer loop."""
from harness.loadbalancer import AUTOMATIC, assign, changes

FIRST = AUTOMATIC[0]


def service(name, wish=None, has=None, age=0, kind="LoadBalancer", **more):
    ingress = [{"ip": has}] if has else []
    return {
        "metadata": {"namespace": "n", "name": name,
                     "creationTimestamp": f"2026-01-01T00:00:{age:02}Z"},
        "spec": {"type": kind, **({"loadBalancerIP": wish} if wish else {}),
                 **more.get("spec", {})},
        "status": {"loadBalancer": {"ingress": ingress}}}


def given(*services):
    return {name: value for (_, name), value in assign(services).items()}


def test_oldest_first_and_distinct():
    assert given(service("b", age=2), service("a", age=1)) == {"a": FIRST, "b": AUTOMATIC[1]}


def test_holder_keeps_its_address():
    assert given(service("new", age=0), service("old", has=FIRST, age=5))["old"] == FIRST


def test_wish_is_granted_before_automatic_ones():
    assert given(service("a"), service("b", wish=FIRST, age=9)) == {"a": AUTOMATIC[1], "b": FIRST}


def test_taken_or_foreign_wish_stays_pending_without_substitute():
    result = given(service("a", has=FIRST), service("b", wish=FIRST),
                   service("c", wish="192.0.2.1"), service("d", wish="nonsense"))
    assert result == {"a": FIRST, "b": None, "c": None, "d": None}


def test_changed_wish_moves():
    assert given(service("a", wish="10.79.0.250", has=FIRST)) == {"a": "10.79.0.250"}


def test_two_holders_of_one_address_are_parted():
    result = given(service("a", has=FIRST, age=1), service("b", has=FIRST, age=2))
    assert result == {"a": FIRST, "b": AUTOMATIC[1]}


def test_range_exhausted_stays_pending():
    services = [service(f"s{i:03}") for i in range(len(AUTOMATIC) + 1)]
    assert list(given(*services).values()).count(None) == 1


def test_changes_are_only_what_differs_releases_first():
    kept = service("kept", has=FIRST)
    former = service("former", has=AUTOMATIC[1], kind="ClusterIP")
    fresh = service("fresh", age=3)
    done = [(s["metadata"]["name"], value) for s, value in changes([kept, fresh, former])]
    assert done == [("former", None), ("fresh", AUTOMATIC[1])]


def test_another_class_is_left_alone():
    other = service("other", has="203.0.113.1", spec={"loadBalancerClass": "x.test/lb"})
    assert changes([other]) == []


def test_a_freed_address_rests():
    assert assign([service("next")], after=FIRST) == {("n", "next"): AUTOMATIC[1]}
    last = AUTOMATIC[-1]
    assert assign([service("held", has=FIRST), service("next", age=1)], after=last)[("n", "next")] == AUTOMATIC[1]
