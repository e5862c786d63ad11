# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the scenario tests: a gateway on a folder of its own, and strict recording upstreams."""
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from lib.dns import Dns  # noqa: E402
from lib.gateway import Gateway  # noqa: E402
from lib.upstream import Upstream  # noqa: E402


@pytest.fixture
def upstreams():
    """Makes upstreams; at the end nothing that reached them may have been invalid."""
    made = []

    def make(name="a", **kw):
        made.append(Upstream(name, **kw))
        return made[-1]

    yield make
    for u in made:
        u.stop()
    for u in made:
        assert u.violations == [], f"upstream {u.name} received invalid bytes: {u.violations}"


@pytest.fixture
def gw(tmp_path):
    """A gateway not started yet: gw.write(...), gw.start()."""
    g = Gateway(tmp_path / "conf", "--drain-delay", "0s", "--drain-timeout", "1s")
    yield g
    code = g.stop()
    assert code in (None, 0), f"exit code {code}: {g.tail()}"


@pytest.fixture
def dns():
    """A name server that knows nothing yet: dns.say(name, a=[...]); gw.args += ["--dns-servers", dns.address]."""
    d = Dns()
    yield d
    d.stop()
