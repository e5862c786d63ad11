#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fail when src/ breaks the arrows declared in CMakeLists.txt, or reads another module's *_priv.h."""
import pathlib
import re
import sys

MODULE = re.compile(r"^module\((\w+)(?:\s+DEPS\s+([\w\s]+?))?(?:\s+LIBS\s+[^)]*)?\)", re.M)
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)


def closure(cmake):
    """Each module with all it may use; a dependency must stand above its user in the list."""
    may = {}
    for name, deps in MODULE.findall(cmake):
        may[name] = {name}
        for dep in deps.split():
            if dep not in may:
                sys.exit(f"CMakeLists.txt: {name} uses {dep}, which does not stand above it")
            may[name] |= may[dep]
    return may


def check(root):
    may = closure((root / "CMakeLists.txt").read_text())
    for f in sorted((root / "src").rglob("*.[ch]")):
        mod = f.relative_to(root / "src").parts[0]
        if mod not in may:
            yield f"{f}: {mod} is not a module in CMakeLists.txt"
            continue
        for inc in INCLUDE.findall(f.read_text()):
            dep, slash, name = inc.partition("/")
            if not slash or dep not in may:
                yield f'{f}: write "{inc}" as module/file.h'
            elif dep not in may[mod]:
                yield f"{f}: {mod} may not use {dep} ({inc})"
            elif dep != mod and name.endswith("_priv.h"):
                yield f"{f}: {inc} is private to {dep}"


if __name__ == "__main__":
    found = list(check(pathlib.Path(__file__).resolve().parent.parent))
    print(*found, sep="\n", end="\n" if found else "")
    sys.exit(bool(found))
