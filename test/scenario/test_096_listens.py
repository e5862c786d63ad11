# SPDX-License-Identifier: Apache-2.0
"""Listens of a user's own data plane: what cannot be read is said before anything starts."""
import os
import subprocess

import pytest

BIN = os.environ.get("SLUICE_BIN", "build/dev/sluice")
CLASS = ["serve", "--feed", "http://127.0.0.1:1", "--gateway-class", "kong"]


def run(*arguments, **variables):
    return subprocess.run([BIN, *arguments], env={**os.environ, **variables}, capture_output=True,
                          text=True, timeout=60)


@pytest.mark.parametrize("variables, said", [
    # The page's own, with its stray quotation mark.
    ({"KONG_STREAM_LISTEN": '0.0.0.0:9901 reuseport backlog=16384, 0.0.0.0:9902 reuseport '
                            'backlog=16384 udp", 0.0.0.0:9903 reuseport backlog=16384 ssl'},
     "KONG_STREAM_LISTEN (--stream-listen): entry 2, character 79: a stray \" after 'udp'"),
    ({"KONG_PROXY_LISTEN": "0.0.0.0:8000 fast"},
     "KONG_PROXY_LISTEN (--proxy-listen): entry 1, character 14: 'fast' is none of the flags"),
    ({"KONG_PROXY_LISTEN": "0.0.0.0:8000 proxy_protocol"},
     "0.0.0.0:8000: proxy_protocol is not served yet"),
    ({"KONG_STREAM_LISTEN": "0.0.0.0:8000"},
     "0.0.0.0:8000 is listened on already, by another entry"),
])
def test_a_listen_that_cannot_be_served(variables, said):
    done = run(*CLASS, **variables)
    assert done.returncode == 2
    assert said in done.stderr


@pytest.mark.parametrize("arguments", [
    ["serve", "--gateway-class", "kong", "/tmp"],
    ["serve", "--feed", "http://127.0.0.1:1"],
    [*CLASS, "--gateway", "a/b"],
    [*CLASS, "/tmp"],
])
def test_a_class_is_fed(arguments):
    done = run(*arguments)
    assert done.returncode == 2
    assert "--feed wants --gateway or --gateway-class, and no PATH" in done.stderr


def test_the_controllers_variables(tmp_path):
    done = run("controller", "--help")
    assert "--gateway-api-controller-name" in done.stdout and "CONTROLLER_" in done.stdout
