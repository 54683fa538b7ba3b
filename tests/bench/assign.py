# SPDX-License-Identifier: Apache-2.0
"""How many desktops a second are assigned durably: our use cases (connect, console grant; audit rows, outbox and
idempotency key included) against the loop that one would write first, on the same tables and the same disk."""
import argparse
import re
import shutil
import sys
import tempfile
from pathlib import Path

import bench
from postgres_server import USER, PostgresServer


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--count", type=int, default=20000, help="assignments of a round of ours")
    parser.add_argument("--threads", type=int, default=128, help="users who connect at once")
    parser.add_argument("--hosts", type=int, default=50)
    return parser.parse_args()


class Sqlite:
    """Each number on a new database with as many spares as are taken."""

    def __init__(self, folder, options):
        self.folder, self.options = folder, options

    def _new(self, name):
        for old in self.folder.glob(f"{name}*"):
            old.unlink()
        return self.folder / name

    def ours(self, _round):
        return bench.run_json([bench.program("bench-assign"), self._new("ours.db"), "--users", self.options.count,
                               "--threads", self.options.threads, "--hosts", self.options.hosts])["per_second"]

    def naive(self, _round):
        path, count = self._new("naive.db"), max(self.options.count // 4, 100)
        bench.run_json([bench.program("bench-assign"), path, "--fill", "--users", count, "--hosts",
                        self.options.hosts])
        return bench.run_json([bench.program("bench-naive"), path, count])["per_second"]


class Postgres:
    """The same on a server of our own, durable, each number on a new database."""

    CLIENTS = 16

    def __init__(self, server, options):
        self.server, self.options, self.made = server, options, 0

    def _new(self):
        self.made += 1
        if self.made > 1:
            self.server.sql(f'DROP DATABASE "bench{self.made - 1}"')
        return f"bench{self.made}", self.server.new_database(f"bench{self.made}")

    def ours(self, _round):
        return bench.run_json([bench.program("bench-assign"), self._new()[1], "--users", self.options.count, "--threads",
                               self.options.threads, "--hosts", self.options.hosts])["per_second"]

    def pgbench(self, _round):
        name, address = self._new()
        each = max(self.options.count // 2 // self.CLIENTS, 10)
        bench.run_json([bench.program("bench-assign"), address, "--fill", "--users", each * self.CLIENTS, "--hosts",
                        self.options.hosts])
        self.server.sql("ANALYZE", name)
        done = self.server.run("pgbench", "-h", self.server.folder, "-p", str(self.server.port), "-U", USER, "-n", "-M",
                               "prepared", "-c", str(self.CLIENTS), "-j", "2", "-t", str(each), "-D", f"per={each}", "-D",
                               "number=-1", "-f", str(Path(__file__).with_name("assign.sql")), name, check=False)
        found = re.search(r"^tps = ([\d.]+)", done.stdout, re.MULTILINE)
        if done.returncode != 0 or found is None:
            raise bench.NotMeasured(f"pgbench ended with {done.returncode}: {done.stdout[-2000:]}")
        return float(found.group(1))


def measure(folder, options):
    report = bench.Report("assign")
    sqlite = Sqlite(folder, options)
    print("SQLite, synchronous=FULL:", flush=True)
    report.add_paired("durable assignments, SQLite", "1/s", bench.paired(options.rounds, sqlite.ours, sqlite.naive),
                      "a loop of one transaction each, SQLite FULL", "at least 4 × the peer", 4)
    with PostgresServer() as server:
        postgres = Postgres(server, options)
        print("PostgreSQL:", flush=True)
        report.add_paired("durable assignments, PostgreSQL", "1/s",
                          bench.paired(options.rounds, postgres.ours, postgres.pgbench),
                          "pgbench, 16 clients, FOR UPDATE SKIP LOCKED", "at least 3 × the peer", 3)
    report.finish()


def main():
    options = parse()
    bench.RESULTS.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="assign-", dir=bench.RESULTS))
    try:
        measure(folder, options)
    except bench.NotMeasured as problem:
        print(f"bench assign: {problem}", file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
