# SPDX-License-Identifier: Apache-2.0
"""Builds the cluster's programs from Go modules, once per version, into the cache.

A part is a folder with go.mod and go.sum. Its output is keyed by the text of every file in that
folder, so a changed version or main package builds anew and nothing else ever does. It runs at
the lowest priority: a cold build takes minutes and must not take the machine."""
import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import time

from . import paths

CRD_MODULE = "sigs.k8s.io/gateway-api"


class Part:
    def __init__(self, name, folder, build, after=None):
        self.name = name
        self.folder = folder
        self.build = build  # go arguments, one list per go command; OUT is the output folder
        self.after = after  # called with the output folder when the programs are there

    def key(self):
        digest = hashlib.sha256(repr(self.build).encode())
        for file in sorted(self.folder.iterdir()):
            if file.suffix in (".go", ".mod", ".sum", ".c"):
                digest.update(file.name.encode() + b"\0" + file.read_bytes())
        return digest.hexdigest()[:16]

    def out(self):
        return paths.cache() / "cluster" / f"{self.name}-{self.key()}"

    def version(self, module):
        """The version of `module` that go.mod names."""
        text = (self.folder / "go.mod").read_text()
        return re.search(rf"^\s*(?:require )?{re.escape(module)} (v\S+)", text, re.M).group(1)


def _go_environment():
    return {**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "-buildvcs=false", "GOWORK": "off"}


def _kube_version():
    """Without these the API server refuses to start its feature gates."""
    version = Part("kube", paths.CLUSTER / "kube", []).version("k8s.io/kubernetes")
    major, minor = version[1:].split(".")[:2]
    values = {"gitVersion": version, "gitMajor": major, "gitMinor": minor}
    return " ".join(f"-X k8s.io/component-base/version.{k}={v}" for k, v in values.items())


def _save_suite_data(out):
    """Keeps what the cluster needs of the suite's module, so that starting needs no Go at all:
    the CRDs of both channels and the names of the images that its workloads ask for."""
    def folder(module):
        return subprocess.check_output(["go", "list", "-m", "-f", "{{.Dir}}", module],
                                       cwd=paths.CONFORMANCE, env=_go_environment(),
                                       text=True).strip()
    shutil.copytree(f"{folder(CRD_MODULE)}/config/crd", out / "crd")
    wanted = subprocess.check_output(
        ["grep", "-rhoE", "--include=*.yaml", r"registry\.k8s\.io/\S+:\S+",
         folder(f"{CRD_MODULE}/conformance")], text=True)
    (out / "images").write_text("\n".join(sorted(set(wanted.split()))) + "\n")
    subprocess.check_call(["chmod", "-R", "u+w", str(out / "crd")])


def parts():
    build = ["build", "-trimpath", "-ldflags"]
    tool = [*build, "-s -w", "-o", "OUT/", "tool"]
    cluster = paths.CLUSTER
    return {part.name: part for part in (
        Part("kube", cluster / "kube", [[*build, f"-s -w {_kube_version()}", "-o", "OUT/", "."]]),
        Part("containerd", cluster / "containerd", [tool]),
        Part("suite", paths.CONFORMANCE, [
            tool, ["test", "-c", *build[1:], "-s -w", "-o", "OUT/conformance", "."],
        ], _save_suite_data),
        Part("coredns", cluster / "coredns", [[*build, "-s -w", "-o", "OUT/", "."]]),
        Part("helm", cluster / "helm", [tool]),
    )}


@contextlib.contextmanager
def _lock():
    paths.cache().mkdir(parents=True, exist_ok=True)
    with open(paths.cache() / "lock", "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _build(part, say):
    say(f"building {part.name} (once; minutes when the Go cache is cold)")
    began = time.monotonic()
    temporary = part.out().with_suffix(".new")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    for arguments in part.build:
        command = ["nice", "-n", "19", "go", *(a.replace("OUT", str(temporary)) for a in arguments)]
        subprocess.run(command, cwd=part.folder, env=_go_environment(), check=True)
    if part.after:
        part.after(temporary)
    temporary.rename(part.out())
    say(f"built {part.name} in {time.monotonic() - began:.0f} s")


def need(name, say=print):
    """The folder with the programs of part `name`, built if it is missing."""
    part = parts().get(name)
    if part is None:
        raise SystemExit(f"cluster: no part {name!r}; there are {', '.join(parts())}")
    if not part.out().exists():
        if not shutil.which("go"):
            raise SystemExit("cluster: the Go tool chain (1.26 or newer) is needed to build "
                             f"{name}; it is not on PATH")
        with _lock():
            if not part.out().exists():
                _build(part, say)
    return part.out()


def _reachable(part):
    """Whether the Go modules of `part` are here already or can be had."""
    module = re.search(r"^\s*(?:require )?(\S+/\S+) v\S+$", (part.folder / "go.mod").read_text(), re.M)
    here = subprocess.run(["go", "list", "-m", "-f", "{{.Dir}}", module.group(1)], cwd=part.folder,
                          env={**_go_environment(), "GOPROXY": "off"}, capture_output=True, text=True)
    if here.returncode == 0 and here.stdout.strip():
        return None
    # "latest" is never answered from the module cache.
    asked = subprocess.run(["go", "list", "-m", f"{module.group(1)}@latest"], cwd="/", timeout=120,
                           env=_go_environment(), capture_output=True, text=True)
    return None if asked.returncode == 0 else (asked.stderr.strip().splitlines() or ["no answer"])[-1]


def lacking():
    """Why what is not built yet cannot be built here, in one sentence; None: it can, or is there."""
    missing = [part for part in parts().values() if not part.out().exists()]
    if not missing:
        return None
    if not shutil.which("go"):
        return f"the Go tool chain (1.26 or newer) is needed to build {missing[0].name}; it is not on PATH"
    try:
        why = _reachable(missing[0])
    except subprocess.TimeoutExpired:
        why = "no answer within 120 s"
    return why and f"the Go modules of {missing[0].name} cannot be had: {why}"
