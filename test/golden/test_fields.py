# SPDX-License-Identifier: Apache-2.0
"""No field is decoded and then left out in silence: the program reads it, or a page says that it does not."""
import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
STRUCT = re.compile(r"^struct (\w+) \{\n(.*?)^\};", re.S | re.M)
FIELD = re.compile(r"^\t(?:const )?(?:struct |enum )?\w+ (?:\*|const )*(\w+);", re.M)

# Not read: what others write, what the cluster keeps for itself, and what docs/requirements.md names.
STATUS = re.compile(r"_status(_|$)|^object_condition$")
OF_THE_CLUSTER = {
    "gateway_class_spec": {"description"},
    "service_port": {"node_port"},
    # A slice's conditions have publishNotReadyAddresses applied already.
    "service_spec": {"cluster_ip", "cluster_ips", "external_ips", "selector", "publish_not_ready_addresses"},
    "slice_endpoint": {"node_name", "zone", "target_ref"},
}
ON_THE_PAGE = {
    "x_backend": "XBackend as a backend", "x_retry": "XBackendTrafficPolicy", "x_budget": "XBackendTrafficPolicy",
    "x_request_rate": "XBackendTrafficPolicy", "x_parent": "XTelemetryPolicy", "x_attribute": "XTelemetryPolicy",
    "x_tracing": "XTelemetryPolicy", "x_telemetry": "XTelemetryPolicy", "cluster_trust_bundle": "ClusterTrustBundle",
    "http_external_auth_filter": "ExternalAuth with protocol GRPC",
}  # fmt: skip


def structs():
    text = (ROOT / "src/gwapi/types_gen.h").read_text()
    return {m[1]: FIELD.findall(m[2]) for m in STRUCT.finditer(text)}


def read():
    files = [f for e in "ch" for f in (ROOT / "src").rglob(f"*.{e}") if not f.stem.endswith("_gen")]
    return set(re.findall(r"(?:\.|->)(\w+)\b", "\n".join(f.read_text() for f in files)))


READ = read()
UNREAD = sorted((s, f) for s, fields in structs().items() if not STATUS.search(s) for f in fields
                if re.sub("^(n|has)_", "", f) not in READ and f not in READ)  # fmt: skip


def test_types_are_read():
    assert sum(map(len, structs().values())) > 500 and 20 < len(UNREAD) < 80


@pytest.mark.parametrize("struct,field", UNREAD)
def test_what_is_not_read_is_said(struct, field):
    plain = re.sub("^(n|has)_", "", field)
    if plain in OF_THE_CLUSTER.get(struct, ()):
        return
    named = [what for prefix, what in ON_THE_PAGE.items() if struct.startswith(prefix)]
    assert named, f"{struct}.{field} is decoded and nobody reads it: build it, or say so in docs/requirements.md"
    assert named[0] in (ROOT / "docs/requirements.md").read_text()
