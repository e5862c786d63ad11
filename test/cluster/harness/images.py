# SPDX-License-Identifier: Apache-2.0
"""The images every cluster holds: pause, CoreDNS, and the echo server of the conformance suite.

Each is one static program. They lie beside the program they were made from in the cache."""
import subprocess

from . import archive, build, config, paths


def _program_image(output, tags, program, entrypoint, user="65532:65532"):
    if not output.exists():
        layer = archive.Layer()
        layer.file(entrypoint, program.read_bytes(), 0o755)
        layer.directory("/tmp", 0o1777)
        archive.write(output, tags, layer, [entrypoint], user)
    return output


def _pause():
    source = paths.CLUSTER / "images" / "pause.c"
    part = build.Part("pause", source.parent, [])
    folder = part.out()
    program = folder / "pause"
    if not program.exists():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cc", "-std=gnu17", "-static", "-Os", "-s", "-Wall", "-Wextra", "-Werror",
                        "-o", program, source], check=True)
    return _program_image(folder / "pause.tar", [config.PAUSE], program, "/pause")


def all_images(say=print):
    """The archives, written if they are missing. CoreDNS binds port 53 as root."""
    coredns, suite = build.need("coredns", say), build.need("suite", say)
    echo = [i for i in (suite / "images").read_text().split() if "/echo-basic:" in i]
    return [
        _pause(),
        _program_image(coredns / "coredns.tar", [config.COREDNS], coredns / "coredns",
                       "/coredns", "0:0"),
        _program_image(suite / "echo-basic.tar", echo, suite / "echo-basic", "/echo-basic"),
    ]
