# SPDX-License-Identifier: Apache-2.0
"""The Prometheus text format 0.0.4, read strictly: what a scraper would stumble over is an error here."""
import math
import re

NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"')
NUMBER = re.compile(r"^[+-]?(\d+(\.\d+)?([eE][+-]?\d+)?|Inf)$|^NaN$")
TYPES = {"counter", "gauge", "histogram"}
SUFFIXES = {"histogram": ("_bucket", "_sum", "_count")}


class Family:
    def __init__(self, name, text):
        self.name, self.help, self.type, self.samples = name, text, None, {}


def _labels(text, line):
    """{'a': 'b'} of 'a="b",…'; each name once, nothing between but one comma."""
    out, at = {}, 0
    while at < len(text):
        m = LABEL.match(text, at)
        assert m, f"bad label at {text[at:]!r} in {line!r}"
        assert m.group(1) not in out, f"label twice: {line!r}"
        out[m.group(1)] = m.group(2).replace("\\n", "\n").replace('\\"', '"').replace("\\\\", "\\")
        at = m.end()
        if at < len(text):
            assert text[at] == "," and at + 1 < len(text), f"bad separator in {line!r}"
            at += 1
    return out


def _sample(line):
    m = NAME.match(line)
    assert m, f"bad name: {line!r}"
    name, rest, labels = m.group(0), line[m.end() :], {}
    if rest.startswith("{"):
        end = rest.rindex("}")
        labels, rest = _labels(rest[1:end], line), rest[end + 1 :]
    assert rest.startswith(" ") and NUMBER.match(rest[1:]), f"bad value: {line!r}"
    return name, labels, float(rest[1:])


def _check_histogram(f):
    """Each series: ascending bounds, counts that never sink, +Inf last and equal to _count, one _sum."""
    series = {}
    for (name, labels), value in f.samples.items():
        key = frozenset(x for x in labels if x[0] != "le")
        s = series.setdefault(key, {"buckets": [], "sum": None, "count": None})
        if name.endswith("_bucket"):
            s["buckets"].append((float(dict(labels)["le"]), value))
        else:
            s[name.rsplit("_", 1)[1]] = value
    for key, s in series.items():
        bounds = [b for b, _ in s["buckets"]]
        counts = [c for _, c in s["buckets"]]
        assert bounds == sorted(set(bounds)) and bounds[-1] == math.inf, f"{f.name}{set(key)}: bounds {bounds}"
        assert counts == sorted(counts), f"{f.name}{set(key)}: counts {counts}"
        assert counts[-1] == s["count"] and s["sum"] is not None, f"{f.name}{set(key)}: {s}"


def _check_family(f):
    assert f.type, f"{f.name}: no TYPE"
    assert f.samples, f"{f.name}: no samples"
    assert f.help and f.help[-1] in ".:", f"{f.name}: help is no sentence: {f.help!r}"
    assert (f.type == "counter") == f.name.endswith("_total"), f"{f.name}: a counter, and only one, ends in _total"
    assert not re.search(r"_(milliseconds|ms|us|kb|kilobytes|minutes)(_|$)", f.name), f"{f.name}: no base unit"
    for (name, labels), value in f.samples.items():
        names = [k for k, _ in labels]
        assert ("le" in names) == name.endswith("_bucket"), f"{name}: le"
        assert not any(k.startswith("__") for k in names), f"{name}: reserved label"
        if f.type != "gauge":
            assert value >= 0, f"{name}{labels}: {value}"
    if f.type == "histogram":
        _check_histogram(f)


def parse(text):
    """{family name: Family}; raises AssertionError on anything that is not clean."""
    assert text.endswith("\n") and "\r" not in text
    families, f = {}, None
    for line in text[:-1].split("\n"):
        assert line == line.strip() and line, f"blank: {line!r}"
        if line.startswith("# HELP "):
            _, _, name, *words = line.split(" ", 3)
            assert NAME.fullmatch(name) and name not in families, f"family twice, or not in one piece: {name}"
            f = families[name] = Family(name, words[0] if words else "")
        elif line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert f and name == f.name and not f.type and not f.samples and kind in TYPES, line
            f.type = kind
        else:
            name, labels, value = _sample(line)
            wanted = {f.name + s for s in SUFFIXES.get(f.type, ("",))} if f and f.type else set()
            assert name in wanted, f"sample outside its family: {line!r}"
            # The order of labels says nothing: as a set they must be new.
            key = (name, tuple(sorted(labels.items())))
            assert key not in f.samples, f"sample twice: {line!r}"
            f.samples[key] = value
    for family in families.values():
        _check_family(family)
    return families


def value(families, name, **labels):
    """Sum of the samples of <name> that have these labels."""
    base = name
    while base not in families and "_" in base:
        base = base.rsplit("_", 1)[0]
    assert base in families, f"no {name}"
    return sum(
        v
        for (n, have), v in families[base].samples.items()
        if n == name and set(labels.items()) <= set(have)
    )
