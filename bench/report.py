# SPDX-License-Identifier: Apache-2.0
"""The page made of a run: the table, the plot (SVG, drawn here: two dozen rectangles need no library)."""
import os
import pathlib
import platform
import re
import time
from xml.sax.saxutils import escape

COLOURS = {"sluice": "#1f6feb", "forwarder": "#8c959f", "splice-forwarder": "#8c959f"}
PEER = "#d0a24c"


def machine():
    model = re.search(r"model name\s*:\s*(.*)", pathlib.Path("/proc/cpuinfo").read_text())
    return f"{os.cpu_count()} cores ({model[1] if model else 'unknown'}), kernel {platform.release()}"


def number(value):
    return f"{value:,.0f}" if value >= 1000 else f"{value:.2f}"


def table(figures):
    """Every figure; what has a goal says whether it was reached."""
    out = ["| measure | program | figure | ratio (90 % interval) | goal | |", "|---|---|---|---|---|---|"]
    for f in figures:
        ratio = "" if f.ratio is None else f"{f.ratio:.3f} of {f.base} ({f.low:.3f} to {f.high:.3f})"
        verdict = "" if f.goal is None else "reached" if f.reached() else "**missed**"
        out.append(f"| {f.row} | {f.program} | {number(f.value)} {f.unit} | {ratio} | {f.goal or ''} | {verdict} |")
    return "\n".join(out)


def plot(figures):
    """CPU per request, one group of bars a row that compares programs; each group has its own scale."""
    groups = {}
    for f in figures:
        if f.base and ": of " not in f.row:
            groups.setdefault(f.row, []).append(f)
    y, body = 10, []
    for row, bars in groups.items():
        widest = max(f.value for f in bars)
        body.append(f'<text x="10" y="{y + 14}" font-weight="bold">{escape(row)}</text>')
        y += 22
        for f in bars:
            name = f.program.partition("+")[0]
            width = 380 * f.value / widest
            body.append(f'<text x="150" y="{y + 12}" text-anchor="end">{escape(f.program)}</text>'
                        f'<rect x="158" y="{y}" width="{width:.1f}" height="15" fill="{COLOURS.get(name, PEER)}"/>'
                        f'<text x="{164 + width:.1f}" y="{y + 12}">{number(f.value)} µs</text>')
            y += 19
        y += 12
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="660" height="{y}" font-family="sans-serif" font-size="12">'
            f'<rect width="660" height="{y}" fill="#fff"/>{"".join(body)}</svg>\n')


def write(path, figures, left_out, rounds, seconds):
    """<path>'s table and the plot beside it anew; its "## " sections, written by people, stay."""
    svg = path.with_suffix(".svg")
    svg.write_text(plot(figures))
    missing = f" Left out, because not installed: {', '.join(sorted(left_out))}." if left_out else ""
    head = (f"# Benchmarks\n\n{time.strftime('%Y-%m-%d')}, {machine()}; {rounds} rounds of {seconds} s. Made by `make bench`; "
            f"the method is in the head of `bench/run.py`.{missing}\n\n![CPU per request]({svg.name})\n\n")
    notes = path.read_text().partition("\n## ")[2] if path.exists() else ""
    path.write_text(head + table(figures) + "\n" + (f"\n## {notes}" if notes else ""))
