# SPDX-License-Identifier: Apache-2.0
"""The pages that name tests name tests that exist: docs/evidence.md in every row, docs/requirements.md by its paths."""
import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
ROWS = [
    (cells[0], re.findall(r"`([^`]+)`", cells[1]))
    for line in (ROOT / "docs/evidence.md").read_text().splitlines()
    if line.startswith("| ") and (cells := [c.strip() for c in line.split("|")][1:-1])[0] != "promise"
]


def one(found, what):
    found = list(found)
    assert found, f"{what} does not exist"
    return found[0].read_text()


def exists(name):
    if m := re.fullmatch(r"(test_\w+\.py)::(test_\w+)", name):
        assert f"def {m[2]}(" in one((ROOT / "test").rglob(m[1]), m[1]), name
    elif m := re.fullmatch(r"(\w+_test)::(\w+)", name):
        # Some files of modules have one name: one of them has it.
        files = list((ROOT / "test/unit").rglob(f"{m[1]}.c"))
        # Defined, and run: named once more in the list of tests, or by a macro with its prefix left out.
        assert any(len(re.findall(rf"\b{m[2]}\b", f.read_text())) >= 2 for f in files), name
    elif name.startswith("golden/"):
        at = ROOT / "test/golden"
        assert (at / "translate" / name[7:]).is_dir() or (at / name[7:]).is_dir(), name
    elif name.startswith("bench "):
        assert f"def row_{name[6:]}(" in (ROOT / "bench/rows.py").read_text(), name
    elif name.startswith("fuzz "):
        assert (ROOT / "fuzz/targets" / f"{name[5:]}.c").exists(), name
    else:
        assert (ROOT / name).exists(), name


@pytest.mark.parametrize("promise,shown", ROWS, ids=[r[0][:60] for r in ROWS])
def test_what_shows_a_promise_exists(promise, shown):
    assert shown, "nothing shows it"
    for name in shown:
        exists(name)


def test_the_page_is_read():
    assert len(ROWS) > 60


def test_requirements_name_what_exists():
    page = (ROOT / "docs/requirements.md").read_text()
    for path in set(re.findall(r"(?:test|src|docs|bench|fuzz)/[\w./-]*\w", page)):
        assert (ROOT / path).exists(), path
    for name in re.findall(r"`(test_\w+\.py::test_\w+|golden/\w+|\w+_test::\w+)`", page):
        exists(name)


def test_every_requirement_is_there_once():
    page = (ROOT / "docs/requirements.md").read_text()
    wanted = [f"R{i}" for i in range(1, 22)] + [f"X{i}" for i in range(1, 6)]
    assert re.findall(r"^\| ([RX]\d+) \|", page, re.M) == wanted
