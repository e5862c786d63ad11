# SPDX-License-Identifier: Apache-2.0
"""How the conformance run counts: the suite's own tests, and never nothing as a success."""
import importlib.machinery
import importlib.util
import pathlib

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "conformance" / "run"


def tally(text):
    loader = importlib.machinery.SourceFileLoader("conformance_run", str(SCRIPT))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    result = module.Tally()
    for line in text.splitlines():
        result.line(line)
    return result


def test_first_level_only():
    found = tally("""=== RUN   TestConformance
    --- PASS: TestConformance/One (1.50s)
        --- PASS: TestConformance/One/inner (0.10s)
    --- FAIL: TestConformance/Two (0.00s)
    --- SKIP: TestConformance/Three (0.00s)
--- FAIL: TestConformance (9.00s)
""")
    assert found.summary() == "1 passed, 1 failed, 1 skipped"


def test_failure_outside_any_test_counts():
    assert tally("--- FAIL: TestConformance (300.00s)\n").summary() == \
        "0 passed, 1 failed, 0 skipped"


def test_a_crash_is_a_failure():
    assert tally("    --- PASS: TestConformance/One (1.50s)\npanic: x\n").failed() == 1


def test_all_good():
    found = tally("    --- PASS: TestConformance/One (1.50s)\n--- PASS: TestConformance (2.00s)\n")
    assert found.failed() == 0
