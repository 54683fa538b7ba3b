# SPDX-License-Identifier: Apache-2.0
"""What every benchmark shares: rounds in which ours and its peer take turns, the table, and the JSON file."""
import datetime
import json
import os
import platform
import statistics
import subprocess
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("CARAWAY_BUILD", SOURCE / "build" / "release"))
RESULTS = Path(os.environ.get("CARAWAY_BENCH_RESULTS", SOURCE / "build" / "bench"))


class NotMeasured(Exception):
    """A number could not be taken; the text says why."""


def program(name):
    return str(BUILD / "bin" / name)


def run_json(argv, limit_s=300, env=None):
    """The last line of the output of argv as JSON."""
    done = subprocess.run([str(a) for a in argv], capture_output=True, text=True, timeout=limit_s, check=False,
                          env={**os.environ, **(env or {})})
    lines = done.stdout.strip().splitlines()
    if done.returncode != 0 or not lines:
        raise NotMeasured(f"{Path(argv[0]).name} ended with {done.returncode}: {done.stderr.strip()[-2000:]}")
    return json.loads(lines[-1])


def paired(rounds, ours, peer):
    """Runs ours(round) and peer(round) in turns, in changing order; returns the two lists of numbers."""
    mine, theirs = [], []
    for number in range(rounds):
        steps = [(mine, ours), (theirs, peer)]
        for values, measure in steps if number % 2 == 0 else reversed(steps):
            values.append(measure(number))
        print(f"  round {number + 1} of {rounds}: ours {mine[-1]:.4g}, peer {theirs[-1]:.4g}", flush=True)
    return mine, theirs


def machine():
    model = next((line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), platform.machine())
    memory_mib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    return f"{os.cpu_count()} cores ({model}), {memory_mib} MiB, Linux {platform.release()}"


class Report:
    def __init__(self, name):
        self.name, self.rows = name, []

    def add(self, metric, unit, ours, target, met, peer=None, peer_name=None, ratio=None):
        self.rows.append({"metric": metric, "unit": unit, "ours": ours, "peer": peer, "peer_name": peer_name,
                          "ratio": ratio, "target": target, "met": met})

    def add_paired(self, metric, unit, values, peer_name, target, factor):
        """A row of paired rounds: met when the median of the ratios is at least factor."""
        mine, theirs = values
        ratio = statistics.median(a / b for a, b in zip(mine, theirs))
        self.add(metric, unit, round(statistics.median(mine), 1), target, ratio >= factor,
                 round(statistics.median(theirs), 1), peer_name, round(ratio, 3))

    def finish(self):
        RESULTS.mkdir(parents=True, exist_ok=True)
        path = RESULTS / f"{self.name}.json"
        path.write_text(json.dumps({"bench": self.name, "when": datetime.datetime.now(datetime.timezone.utc).isoformat(
            timespec="seconds"), "machine": machine(), "rows": self.rows}, indent=1) + "\n")
        self._print()
        print(f"\nwritten to {path.relative_to(SOURCE) if path.is_relative_to(SOURCE) else path}")

    def _print(self):
        head = ("metric", "unit", "ours", "peer", "ratio", "target", "met")
        lines = [head] + [tuple("–" if row[k] is None else {True: "yes", False: "NO"}.get(row[k], str(row[k]))
                                if k == "met" else str(row[k]) if row[k] is not None else "–"
                                for k in head) for row in self.rows]
        widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
        print()
        for line in lines:
            print("  ".join(text.ljust(width) for text, width in zip(line, widths)).rstrip())
