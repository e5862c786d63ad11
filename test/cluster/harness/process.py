# SPDX-License-Identifier: Apache-2.0
"""Background processes of one cluster, recorded by pid and start time.

A pid alone may belong to somebody else by the time it is signalled; pid and start time together
may not. Only recorded processes and those inside the cluster's own network namespaces are ever
signalled."""
import json
import os
import signal
import subprocess
import time


def start_time(pid):
    """Field 22 of /proc/PID/stat (proc(5)), or None when there is no such process."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] in "ZX" else int(fields[19])


class Processes:
    def __init__(self, state):
        self.state = state

    def start(self, name, argv, environment=None):
        log = open(self.state.logs / f"{name}.log", "ab")
        child = subprocess.Popen([str(a) for a in argv], stdin=subprocess.DEVNULL, stdout=log,
                                 stderr=log, start_new_session=True, cwd="/",
                                 env={**os.environ, **(environment or {})})
        log.close()
        record = {"pid": child.pid, "start": start_time(child.pid)}
        (self.state.processes / f"{name}.json").write_text(json.dumps(record))

    def names(self):
        return sorted(p.stem for p in self.state.processes.glob("*.json"))

    def pid(self, name):
        """The pid of a running process, or None."""
        file = self.state.processes / f"{name}.json"
        if not file.exists():
            return None
        record = json.loads(file.read_text())
        alive = record["start"] is not None and start_time(record["pid"]) == record["start"]
        return record["pid"] if alive else None

    def stop(self, names, patience=1.0):
        """Ends `names` at once: SIGTERM, and SIGKILL for what is there after `patience` s. No
        state outlives the cluster, so there is nothing for a slow one to save."""
        signal_all([self.pid(name) for name in names], patience)

    def tail(self, name, lines=15):
        text = (self.state.logs / f"{name}.log").read_text(errors="replace")
        return "\n".join(text.splitlines()[-lines:])


def signal_all(pids, patience):
    waiting = {pid: start_time(pid) for pid in pids if pid}
    for number, seconds in ((signal.SIGTERM, patience), (signal.SIGKILL, 5.0)):
        for pid in waiting:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass
        deadline = time.monotonic() + seconds
        while waiting and time.monotonic() < deadline:
            for pid in list(waiting):
                _reap(pid)
                if start_time(pid) != waiting[pid]:
                    del waiting[pid]
            time.sleep(0.02)


def _reap(pid):
    """Collects a child of our own; somebody else's children are not ours to wait for."""
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        pass
