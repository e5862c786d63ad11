#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The benchmarks: Sluice beside nginx, HAProxy, Envoy and do-nothing forwarders, in interleaved pairs.

	bench/run.py [--rows a,b] [--rounds N] [--seconds S] [--out docs/benchmarks.md]

One worker each, logs off, keep-alive pools as large as the connections.  The proxy runs on core 0, load
and origin on core 1.  CPU per request is (user + system time of all the proxy's processes) / requests, so
what the load does on its own core does not count.  Rounds interleave the programs; a ratio is taken
within each round, and medians and 90 % intervals are over rounds.  Answers are checked before a program is
measured, and a round in which a request failed fails its row.

programs.py starts what is measured, measure.py takes figures, rows.py says which, report.py writes the page.
"""
import argparse
import os
import pathlib
import subprocess
import sys

import report
from measure import Bench
from programs import Failed
from rows import ROWS


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--rows", default=os.environ.get("ROW", ",".join(ROWS)), help="which, of: " + ", ".join(ROWS))
    args.add_argument("--rounds", type=int, default=6)
    args.add_argument("--seconds", type=int, default=2)
    args.add_argument("--out", type=pathlib.Path)
    args = args.parse_args()
    rows = args.rows.split(",")
    for name in rows:
        if name not in ROWS:
            print(f"bench: no row \"{name}\"; rows are: {', '.join(ROWS)}", file=sys.stderr)
            return 2
    b, failed = Bench(args.rounds, args.seconds), []
    try:
        for name in rows:
            print(f"{name}:", flush=True)
            try:
                ROWS[name](b)
            except (Failed, subprocess.CalledProcessError, OSError) as e:
                failed.append(name)
                print(f"  FAILED: {e}", flush=True)
            finally:
                b.stop_all()
    finally:
        b.close()
    if args.out:
        report.write(args.out, b.figures, b.left_out, args.rounds, args.seconds)
    print(f"{len(rows) - len(failed)} passed, {len(failed)} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
