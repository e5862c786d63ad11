# SPDX-License-Identifier: Apache-2.0
"""How a figure is taken: load by wrk, CPU in interleaved rounds, system calls by strace, instructions by callgrind."""
import dataclasses
import os
import pathlib
import re
import shutil
import signal
import socket
import statistics
import subprocess
import tempfile
import time

from programs import BUILD, LOAD_CORE, Failed, Sluice, cpu_seconds, free_port


@dataclasses.dataclass
class Goal:
    """What a figure must reach; <of> says whether the ratio or the value itself is judged."""
    sign: str
    limit: float
    unit: str = ""

    def reached(self, value):
        return value <= self.limit if self.sign == "≤" else value < self.limit

    def __str__(self):
        return f"{self.sign} {self.limit:g} {self.unit}".rstrip()


def most(limit, unit=""):
    return Goal("≤", limit, unit)


def below(limit, unit=""):
    return Goal("<", limit, unit)


@dataclasses.dataclass
class Figure:
    """One line of the table.  With a <base>, <ratio> is the median over rounds and is what <goal> judges."""
    row: str
    program: str
    value: float
    unit: str
    goal: Goal = None
    base: str = ""
    ratio: float = None
    low: float = None
    high: float = None

    def reached(self):
        return self.goal is None or self.goal.reached(self.value if self.ratio is None else self.ratio)

    def __str__(self):
        ratio = "" if self.ratio is None else f"  ×{self.ratio:.3f} [{self.low:.3f}, {self.high:.3f}] of {self.base}"
        verdict = "" if self.goal is None else f"  {self.goal}: {'reached' if self.reached() else 'MISSED'}"
        return f"{self.row}: {self.program} {self.value:.2f} {self.unit}{ratio}{verdict}"


def load(port, connections, seconds, size=0, script=None):
    """wrk for <seconds>; (requests done, requests failed)."""
    with load_started(port, connections, seconds, size, script) as flood:
        return load_result(flood)


def load_started(port, connections, seconds, size=0, script=None):
    """The same, running: end it with load_result()."""
    return subprocess.Popen(
        ["taskset", "-c", LOAD_CORE, "wrk", "-t", "1", "-c", str(connections), "-d", f"{seconds}s",
         *(["-s", str(script)] if script else []), f"http://127.0.0.1:{port}/{size}"],
        stdout=subprocess.PIPE, text=True)


def load_result(flood):
    out = flood.communicate()[0]
    if flood.returncode:
        raise Failed(f"wrk ended with {flood.returncode}")
    requests = int(re.search(r"(\d+) requests in", out)[1])
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", out)
    errors = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", out)
    return requests, (int(bad[1]) if bad else 0) + (sum(map(int, errors.groups())) if errors else 0)


class Bench:
    """One run: the origin, the programs that rows have started, and the figures so far."""

    def __init__(self, rounds, seconds):
        self.rounds, self.seconds = rounds, seconds
        self.work = tempfile.mkdtemp(prefix="sluice-bench-")
        self.origin_port = free_port()
        self.figures, self.made, self.left_out = [], [], set()
        self.origin = subprocess.Popen(["taskset", "-c", LOAD_CORE, BUILD / "bench" / "origin", str(self.origin_port)])
        time.sleep(0.2)

    def close(self):
        self.origin.terminate()
        self.origin.wait()
        shutil.rmtree(self.work, ignore_errors=True)

    def make(self, cls, **options):
        p = cls(self.work, self.origin_port, **options)
        if not p.available():
            self.left_out.add(p.name)
            print(f"  left out: {p.name} is not installed", flush=True)
            return None
        self.made.append(p)
        return p

    def stop_all(self):
        """What a row has left running, failed or not."""
        for p in self.made:
            p.stop()
        self.made.clear()

    def pairs(self, programs, connections, size=0):
        """CPU µs per request of each program, <rounds> times, interleaved; every program warmed first."""
        found = []
        for p in filter(None, programs):
            try:
                p.start()
                load(p.port, connections, 1, size)
                found.append(p)
            except Failed as e:
                if p.name in ("sluice", "forwarder"):
                    raise
                print(f"  left out: {e}", flush=True)
                p.stop()
        cpu = {p: [] for p in found}
        for i in range(self.rounds):
            for p in found if i % 2 == 0 else reversed(found):
                before = cpu_seconds(p.proc.pid)
                n, failed = load(p.port, connections, self.seconds, size)
                if failed:
                    raise Failed(f"{p.name}: {failed} of {n} requests failed: the figure would lie")
                cpu[p].append((cpu_seconds(p.proc.pid) - before) / n * 1e6)
        for p in found:
            p.stop()
        return {p.name + ("+log" if p.options.get("log") else ""): v for p, v in cpu.items()}

    def add(self, figure):
        self.figures.append(figure)
        print(f"  {figure}", flush=True)

    def compared(self, row, cpu, base, goals):
        """A line for each program of pairs(): its ratio to <base>, round by round."""
        for name, values in cpu.items():
            self.add(Figure(row, name, statistics.median(values), "µs CPU/request", goals.get(name), base,
                            *spread(values, cpu[base])))

    def ratio(self, row, cpu, program, base, goal):
        if base in cpu:
            median, low, high = spread(cpu[program], cpu[base])
            self.add(Figure(row, program, statistics.median(cpu[program]), "µs CPU/request", goal, base, median, low, high))

    def fact(self, row, value, unit, goal):
        self.add(Figure(row, "sluice", value, unit, goal))


def spread(values, base):
    """Median and 90 % interval of the ratios, round by round."""
    ratios = sorted(a / b for a, b in zip(values, base))
    k = round(0.05 * len(ratios))
    return statistics.median(ratios), ratios[k], ratios[-1 - k]


def syscalls(pid, port, connections, seconds):
    """System calls per request of process <pid>, and strace's own table."""
    out = tempfile.NamedTemporaryFile(delete=False)
    trace = subprocess.Popen(["strace", "-f", "-c", "-q", "-o", out.name, "-p", str(pid)],
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(0.5)
    n, _ = load(port, connections, seconds)
    trace.send_signal(signal.SIGINT)
    trace.wait()
    text = pathlib.Path(out.name).read_text()
    os.unlink(out.name)
    line = r"^\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+)\s+(?:\d+\s+)?(?!total)\w+$"
    return sum(int(m[1]) for m in re.finditer(line, text, re.M)) / n, text


REQUEST = b"GET /0 HTTP/1.1\r\nHost: example.com\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n"


def callgrind(b, n, **options):
    """Instructions of the serving process from start to end, with <n> requests over 4 connections a worker: a
    turn of a loop costs the same for one request and for four, so loops are compared at the same load."""
    p = b.make(Sluice, **options)
    out = p.work / "callgrind.out"
    command = p.command()
    p.command = lambda: ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", "-q", *command,
                         "--supervise", "off", "--sandbox", "off"]
    p.start()
    socks = [socket.create_connection(("127.0.0.1", p.port), timeout=10) for _ in range(4 * options.get("workers", 1))]
    for _ in range(n // len(socks)):
        for s in socks:
            s.sendall(REQUEST)
        for s in socks:
            data = b""
            while b"\r\n\r\n" not in data:
                data += s.recv(65536)
    for s in socks:
        s.close()
    p.stop()
    return int(re.search(r"^(?:summary|totals): (\d+)", out.read_text(), re.M)[1])


def instructions(b, **options):
    """User instructions per request: the difference of two counts, so that start and end fall out."""
    few, many = (callgrind(b, n, **options) for n in (2000, 12000))
    return (many - few) / 10000
