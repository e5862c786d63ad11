# SPDX-License-Identifier: Apache-2.0
"""Gives each Service of type LoadBalancer an address, as a cloud's controller would.

kube-proxy does the rest: the addresses are routed to the node, and its rules catch them. An
address asked for (spec.loadBalancerIP) is given only if it is in the range and free; otherwise
the Service stays pending and nothing is put in its place."""
import ipaddress
import sys
import time

from . import address
from .api import Api, ApiError

RANGE = ipaddress.ip_network(address.LOAD_BALANCER)
ON_REQUEST = ipaddress.ip_address(address.ON_REQUEST_FROM)
AUTOMATIC = [str(a) for a in RANGE.hosts() if a < ON_REQUEST]


def key(service):
    return service["metadata"]["namespace"], service["metadata"]["name"]


def current(service):
    """The addresses in its status."""
    ingress = service.get("status", {}).get("loadBalancer", {}).get("ingress", [])
    return [i.get("ip") for i in ingress]


def ours(service):
    spec = service["spec"]
    return spec.get("type") == "LoadBalancer" and not spec.get("loadBalancerClass") \
        and "deletionTimestamp" not in service["metadata"]


def _wish(service):
    return service["spec"].get("loadBalancerIP") or None


def _allowed(text):
    try:
        return ipaddress.ip_address(text) in RANGE
    except ValueError:
        return False


def assign(services, after=None):
    """{key: address or None} for all `services`, a pure function.

    Who holds an address that it may keep keeps it; then wishes are granted, then the rest is
    served, oldest first. `after` is the automatic address given last: the search goes on behind
    it, so that a freed address rests, as a cloud's does, until every rule that knew it is gone."""
    start = AUTOMATIC.index(after) + 1 if after else 0
    order = AUTOMATIC[start:] + AUTOMATIC[:start]
    result, taken = {}, set()
    waiting = sorted((s for s in services if ours(s)),
                     key=lambda s: (s["metadata"]["creationTimestamp"], key(s)))

    def grant(wanted):
        for service in list(waiting):
            choice = wanted(service)
            if choice and _allowed(choice) and choice not in taken:
                taken.add(choice)
                result[key(service)] = choice
                waiting.remove(service)

    grant(lambda s: current(s)[0] if current(s) and _wish(s) in (None, current(s)[0]) else None)
    grant(_wish)
    grant(lambda s: None if _wish(s) else next((a for a in order if a not in taken), None))
    result.update({key(service): None for service in waiting})
    return result


def changes(services, after=None):
    """[(service, address or None)] whose status must be written, releases first."""
    wanted = assign(services, after)
    found = [(s, wanted.get(key(s))) for s in services
             if (s["spec"].get("type") == "LoadBalancer" or current(s))
             and not s["spec"].get("loadBalancerClass")
             and current(s) != [a for a in [wanted.get(key(s))] if a]]
    return sorted(found, key=lambda change: change[1] is not None)


def _write(api, service, value):
    namespace, name = key(service)
    ingress = [{"ip": value, "ipMode": "VIP"}] if value else None
    body = {"metadata": {"resourceVersion": service["metadata"]["resourceVersion"]},
            "status": {"loadBalancer": {"ingress": ingress}}}
    try:
        api.merge(f"/api/v1/namespaces/{namespace}/services/{name}/status", body)
        print(f"service {namespace}/{name}: {value or 'no address'}", flush=True)
    except ApiError as error:  # the Service changed or went: its next event decides anew
        if error.status not in (404, 409):
            raise


def _follow(api):
    listed = api.get("/api/v1/services")
    known = {key(s): s for s in listed["items"]}
    last, tried = None, {}

    def settle():
        nonlocal last
        for service, value in changes(known.values(), last):
            # A state is written over once: what became of that, its next event tells.
            version = service["metadata"]["resourceVersion"]
            if tried.get(key(service)) == version:
                continue
            tried[key(service)] = version
            _write(api, service, value)
            last = value if value in AUTOMATIC else last
    settle()
    for kind, service in api.watch("/api/v1/services", listed["metadata"]["resourceVersion"]):
        if kind == "ERROR":
            return
        if kind == "BOOKMARK":
            continue
        known.pop(key(service), None)
        if kind == "DELETED":
            tried.pop(key(service), None)
        if kind != "DELETED":
            known[key(service)] = service
        settle()


def run(state):
    """Never returns; an unreachable API server is asked again."""
    api = Api(state.pki)
    while True:
        try:
            _follow(api)
        except (OSError, ApiError, ValueError) as error:
            print(f"loadbalancer: {error}", file=sys.stderr, flush=True)
            time.sleep(0.2)
