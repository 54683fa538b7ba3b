# SPDX-License-Identifier: Apache-2.0
"""One broker with many hosts, desktops and sessions: its memory, what heartbeats cost, how long an assignment takes
compared with an empty system, and how fast an authenticated GET is compared with a bare libsoup handler."""
import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import bench
from processes import Failed, Process, free_port, wait_until
from rest import Rest

MEMORY_TARGET_MIB = 256
HEARTBEAT_TARGET_PERCENT = 10
ASSIGN_TARGET_FACTOR = 3
GET_TARGET_FACTOR = 0.7


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--hosts", type=int, default=500)
    parser.add_argument("--sessions", type=int, default=20000, help="desktops with a session, on all hosts")
    parser.add_argument("--pools", type=int, default=20)
    parser.add_argument("--count", type=int, default=200, help="assignments of a round")
    parser.add_argument("--seconds", type=int, default=4, help="how long a round of requests takes")
    parser.add_argument("--connections", type=int, default=8)
    return parser.parse_args()


class System:
    """A broker on a filled database, with its hosts linked."""

    def __init__(self, folder, name, hosts, pools, sessions, spares):
        self.folder, self.name = folder / name, name
        self.hosts, self.pools, self.sessions, self.desktops = hosts, pools, sessions, sessions + spares
        self.port = free_port()
        self.state = self.folder / "broker"
        self.state.mkdir(parents=True, mode=0o700)
        self.broker = self.swarm = None

    def start(self):
        self.installation = bench.run_json([
            bench.program("bench-fill"), self.state / "caraway.db", "--signed-in", "--hosts", self.hosts, "--pools",
            self.pools, "--users", self.desktops, "--desktops", self.desktops, "--sessions", self.sessions])["installation"]
        self.broker = Process("broker", [
            bench.program("caraway-broker"), f"--broker-listen=127.0.0.1:{self.port}",
            f"--broker-state-directory={self.state}", "--broker-public-address=127.0.0.1"],
            self.folder / "broker.log").start()
        wait_until(self._answers, 60, f"the {self.name} broker")
        self.swarm = subprocess.Popen([
            bench.program("bench-swarm"), f"https://127.0.0.1:{self.port}", self.state, self.installation,
            self.folder / "swarm", "--hosts", str(self.hosts), "--desktops", str(self.desktops), "--sessions",
            str(self.sessions)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True, stderr=open(self.folder / "swarm.log", "w", encoding="utf-8"))
        line = self.swarm.stdout.readline()
        if line != "ready\n":
            raise bench.NotMeasured(f"the hosts were not taken: {(self.folder / 'swarm.log').read_text()[-1000:]}")
        return self

    def _answers(self):
        try:
            return Rest(f"https://127.0.0.1:{self.port}", self.state / "ca.pem").open("GET", "/readyz").status == 200
        except OSError:
            return False

    def cpu_s(self):
        fields = Path(f"/proc/{self.broker.child.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory_mib(self):
        lines = Path(f"/proc/{self.broker.child.pid}/status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("VmRSS:")).split()[1]) / 1024

    def cpu_percent(self, seconds):
        began, cpu = time.monotonic(), self.cpu_s()
        threading.Event().wait(seconds)
        return 100 * (self.cpu_s() - cpu) / (time.monotonic() - began)

    def load(self, what, *more):
        return bench.run_json([bench.program("bench-load"), self.port, self.state / "ca.pem", what, "--pools", self.pools,
                               *more])

    def stop(self):
        if self.swarm is not None and self.swarm.poll() is None:
            self.swarm.communicate("", timeout=30)
        if self.broker is not None and self.broker.is_alive():
            try:
                self.broker.stop()
            except Failed as problem:
                print(f"  {problem}", flush=True)


class Bare:
    """A libsoup handler that answers with the bytes of a file, with the broker's certificate."""

    def __init__(self, system, body):
        self.system = system
        self.child = subprocess.Popen([bench.program("bench-bare"), system.state / "identity.pem",
                                       system.state / "identity.key", body], stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE, text=True)
        self.port = self.child.stdout.readline().strip()

    def load(self, *more):
        return bench.run_json([bench.program("bench-load"), self.port, self.system.state / "ca.pem", "get", *more])

    def stop(self):
        self.child.communicate("", timeout=30)


def measure_rest(report, system, options):
    print("at rest, only heartbeats:", flush=True)
    system.cpu_percent(max(3, options.seconds))  # what the hellos left over
    percent = system.cpu_percent(max(2, 8 * options.seconds))
    size = f"{system.hosts} hosts, {system.desktops} desktops, {system.sessions} sessions"
    print(f"  {percent:.1f} % of one core, {system.memory_mib():.0f} MiB", flush=True)
    report.add(f"heartbeats, {size}", "% of one core", round(percent, 2),
               f"at most {HEARTBEAT_TARGET_PERCENT} %", percent <= HEARTBEAT_TARGET_PERCENT)


def measure_reports(report, system, options):
    """What nobody asked for, and every installation has: each desktop tells every ten seconds that nobody moved."""
    system.swarm.stdin.write(".")
    system.swarm.stdin.flush()
    system.cpu_percent(max(1, 4 * options.seconds))  # the first ones are news
    percent = system.cpu_percent(max(2, 5 * options.seconds))
    print(f"  with reports of {system.desktops} desktops: {percent:.1f} % of one core", flush=True)
    report.add("heartbeats and the desktops' own reports", "% of one core", round(percent, 2), None, None)


def measure_assign(report, big, empty, options):
    print("an assignment by the API, p99 in µs, against an empty system:", flush=True)
    def of(system):
        return lambda number: system.load("connect", "--connections", 2, "--first", system.sessions + number * options.count,
                                          "--count", options.count)["p99_us"]
    mine, theirs = bench.paired(options.rounds, of(big), of(empty))
    ratio = statistics.median(a / b for a, b in zip(mine, theirs))
    report.add("assignment, p99", "ms", round(statistics.median(mine) / 1000, 2),
               f"at most {ASSIGN_TARGET_FACTOR} × the peer", ratio <= ASSIGN_TARGET_FACTOR,
               round(statistics.median(theirs) / 1000, 2), "the same on an empty system", round(ratio, 3))


def measure_get(report, system, folder, options):
    print("GET /desktops, requests a second, against a bare libsoup handler:", flush=True)
    body = folder / "body.json"
    common = ["--connections", options.connections, "--first", 0]
    system.load("get", "--seconds", 0, "--body", body, *common)
    bare = Bare(system, body)
    try:
        values = bench.paired(options.rounds, lambda _: system.load("get", "--seconds", options.seconds, *common)["per_second"],
                              lambda _: bare.load("--seconds", options.seconds, *common)["per_second"])
    finally:
        bare.stop()
    report.add_paired(f"GET /desktops, authenticated, {system.hosts} hosts linked", "1/s", values, "a bare libsoup handler, same bytes",
                      f"at least {GET_TARGET_FACTOR} × the peer", GET_TARGET_FACTOR)


def measure(folder, options):
    report = bench.Report("api")
    spares = options.rounds * options.count + options.pools
    big = System(folder, "full", options.hosts, options.pools, options.sessions, spares)
    empty = System(folder, "empty", 1, options.pools, 0, spares)
    try:
        print("starting", flush=True)
        big.start()
        measure_rest(report, big, options)
        empty.start()
        measure_assign(report, big, empty, options)
        measure_get(report, big, folder, options)
        memory_mib = big.memory_mib()
        report.add("memory of that broker after all of this (RSS)", "MiB", round(memory_mib, 1),
                   f"at most {MEMORY_TARGET_MIB} MiB", memory_mib <= MEMORY_TARGET_MIB)
        measure_reports(report, big, options)
        big.stop()
        measure_get(report, empty, folder, options)
    finally:
        big.stop()
        empty.stop()
    report.finish()


def main():
    options = parse()
    bench.RESULTS.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="api-", dir=bench.RESULTS))
    try:
        measure(folder, options)
    except (bench.NotMeasured, Failed) as problem:
        print(f"bench api: {problem}", file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
