# SPDX-License-Identifier: Apache-2.0
"""docs/status.md says what sets every condition: each of its rows has a golden case, and each condition of a case a row."""
import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
HEADINGS = {  # of docs/status.md: kinds whose conditions the table below it lists, and where in status they stand
    "GatewayClass": [("GatewayClass", "conditions")],
    "Gateway": [("Gateway", "conditions")],
    "Listener of a Gateway": [("Gateway", "listeners"), ("ListenerSet", "listeners")],
    "ListenerSet": [("ListenerSet", "conditions")],
    "Routes": [(k + "Route", "parents") for k in ("HTTP", "GRPC", "TLS", "TCP", "UDP")],
    "BackendTLSPolicy": [("BackendTLSPolicy", "ancestors")],
}
# Said by the controller, in a cluster alone.
ELSEWHERE = {"SupportedVersion": "test/unit/control/classes_test.c"}


def rows():
    """(kind, place, type, status, reason), one for each reason of each row of the page."""
    places = None
    for line in (ROOT / "docs/status.md").read_text().splitlines():
        if line.startswith("## "):
            places = next((p for h, p in HEADINGS.items() if re.match(rf"## {h}\b", line) and not (h == "Gateway" and "GatewayClass" in line)), None)
        cells = [c.strip() for c in line.split("|")][1:-1]
        if places and len(cells) >= 4 and cells[1] in ("True", "False", "Unknown"):
            reasons = "|".join(re.split(r",\s*", re.sub(r"\(.*?\)", "", cells[2]))).replace(" ", "")
            for reason in reasons.split("|"):
                yield tuple(places), cells[0], cells[1], reason


def said():
    """{(kind, place, type, status, reason)} of all golden cases."""
    out = set()
    for path in sorted((ROOT / "test/golden/translate").glob("*/status.yaml")):
        kind, place, depth = None, None, {}
        for line in path.read_text().splitlines():
            if line.startswith("kind: "):
                kind, place = line[6:], None
            m = re.match(r"  (conditions|listeners|parents|ancestors):$", line)
            if m:
                place = m[1]
            m = re.match(r"\s+(?:- )?(reason|status|type): \"?(\w+)\"?$", line)
            if m and place:
                depth[m[1]] = m[2]
                if m[1] == "type" and len(depth) == 3:
                    out.add((kind, place, depth["type"], depth["status"], depth["reason"]))
                    depth = {}
    return out


SAID = said()


def test_both_sides_are_read():
    assert len(SAID) > 80 and len(list(rows())) > 60


@pytest.mark.parametrize("row", sorted(set(rows()), key=str), ids=lambda r: f"{r[0][0][0]} {r[0][0][1]} {' '.join(r[1:])}")
def test_a_row_has_a_case(row):
    places, *condition = row
    if condition[0] in ELSEWHERE:
        text = (ROOT / ELSEWHERE[condition[0]]).read_text()
        assert f'"{condition[2]}"' in text, f"{ELSEWHERE[condition[0]]} has no {condition[2]}"
        return
    assert any((k, p, *condition) in SAID for k, p in places), "no golden case has it"


def test_a_condition_has_a_row():
    known = {(k, p, *r[1:]) for r in rows() for k, p in r[0]}
    assert SAID - known == set()
