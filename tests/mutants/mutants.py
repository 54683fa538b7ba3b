# SPDX-License-Identifier: Apache-2.0
"""
Breaks one security control at a time in a copy of the tree, builds it, and runs the tests that should notice. A mutant that
they let through lives, and is a hole in the tests. The mutants stand in the .toml files beside this one.
"""
import argparse
import json
import os
import shutil
import subprocess
import sys
import time
import tomllib

PROGRAMS = ["caraway-broker", "caraway-host-fake", "caraway-relay", "caraway-portal", "carawayctl", "caraway-probe",
            "join_machine", "list_routes"]
WANTED = 0.95
MEMBERS = {"name", "says", "file", "old", "new", "tests", "targets"}
HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.normpath(os.path.join(HERE, "..", ".."))


class Bad(Exception):
    """A mutant is written wrong; the text says which and how."""


def read_mutants(folder=HERE):
    found = []
    for entry in sorted(os.listdir(folder)):
        if entry.endswith(".toml"):
            with open(os.path.join(folder, entry), "rb") as file:
                found += [{**one, "subject": entry[:-len(".toml")]} for one in tomllib.load(file)["mutant"]]
    return found


def check(mutant, top):
    """Fails with Bad unless `mutant` can be made in the tree `top`."""
    where = f"{mutant['subject']}.toml, {mutant.get('name', '(without a name)')}"
    if set(mutant) - {"subject"} - {"targets"} != MEMBERS - {"targets"}:
        raise Bad(f"{where}: it has the members {sorted(MEMBERS)}, targets may be left out")
    with open(os.path.join(top, mutant["file"])) as file:
        count = file.read().count(mutant["old"])
    if count != 1:
        raise Bad(f"{where}: its old text stands {count} times in {mutant['file']}, not once")
    if mutant["old"] == mutant["new"] or not mutant["tests"]:
        raise Bad(f"{where}: it changes nothing, or names no test")


def check_all(mutants, top, tests):
    for mutant in mutants:
        check(mutant, top)
        unknown = set(mutant["tests"]) - set(tests)
        if unknown:
            raise Bad(f"{mutant['name']}: there is no test {', '.join(sorted(unknown))}")
    names = [mutant["name"] for mutant in mutants]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise Bad(f"more than one mutant is called {', '.join(twice)}")


def copy_tree(target):
    """The files that git knows, in `target`; those that are the same already stay as they are, for the build's sake."""
    os.makedirs(target, exist_ok=True)
    files = subprocess.run(["git", "-C", TOP, "ls-files", "-z"], check=True, capture_output=True, text=True).stdout.split("\0")
    for name in filter(None, files):
        source, copy = os.path.join(TOP, name), os.path.join(target, name)
        if not os.path.isfile(source):
            continue
        os.makedirs(os.path.dirname(copy), exist_ok=True)
        with open(source, "rb") as file:
            wanted = file.read()
        if not os.path.isfile(copy) or open(copy, "rb").read() != wanted:
            shutil.copy2(source, copy)
            os.utime(copy)
    if not os.path.isdir(os.path.join(target, ".git")):  # some tests ask git for the list of files
        subprocess.run(["git", "-C", target, "init", "-q"], check=True)
        subprocess.run(["git", "-C", target, "add", "-A"], check=True)


class Tree:
    """A copy of the tree with a build folder of its own."""

    def __init__(self, folder, jobs):
        self.folder, self.jobs = folder, jobs
        self.build = os.path.join(folder, "build", "dev")
        copy_tree(folder)
        self.run(["cmake", "--preset", "dev", *self.options()]).check_returncode()
        listing = json.loads(self.run(["ctest", "--test-dir", self.build, "--show-only=json-v1"]).stdout)
        self.tests = {test["name"]: test.get("command", []) for test in listing["tests"]}

    @staticmethod
    def options():
        """
        A control that is taken out leaves functions that nobody calls: no mutant shall die of a warning. Nor of a leak: the
        sanitizers are left out, and what a debugger needs, so that most of the time goes into tests and not into linking.
        """
        found = ["-DCMAKE_C_FLAGS=-w", "-DCMAKE_C_FLAGS_DEBUG=", "-DCARAWAY_SANITIZE=OFF"]
        if shutil.which("ccache"):
            found.append("-DCMAKE_C_COMPILER_LAUNCHER=ccache")
        if shutil.which("ld.gold"):
            found.append("-DCMAKE_EXE_LINKER_FLAGS=-fuse-ld=gold")
        return found

    def is_script(self, test):
        return self.tests[test][:1] == ["/usr/bin/python3"]

    def run(self, argv, limit_s=1800):
        return subprocess.run(argv, cwd=self.folder, capture_output=True, text=True, timeout=limit_s)

    def targets(self, mutant):
        """What has to be built: the test programs, and for scripts the programs that they start."""
        found = set(mutant.get("targets", []))
        for test in mutant["tests"]:
            if not self.is_script(test):
                found.add(test)  # its program has the same name
            elif not mutant.get("targets"):
                found.update(PROGRAMS)
        return sorted(found)

    def make(self, targets):
        return self.run(["cmake", "--build", self.build, "-j", str(self.jobs), "--target", *targets])

    def test(self, names):
        pattern = "^(" + "|".join(names) + ")$"
        return self.run(["ctest", "--test-dir", self.build, "-R", pattern, "--output-on-failure", "--no-tests=error",
                         "--stop-on-failure"])

    def order(self, mutant):
        """Those that take a program alone come first; the same file twice in a row is compiled once for both."""
        return any(self.is_script(test) for test in mutant["tests"]), mutant["file"], mutant["name"]

    def judge(self, names):
        """(verdict, test): what the first of these tests says, in their order, that does not pass; lives when all do."""
        for name in names:
            ended = self.test([name])
            if ended.returncode != 0:  # out of time is no proof: the machine may have been slow
                return ("late" if "***Timeout" in ended.stdout else "killed"), name
        return "lives", None

    def try_mutant(self, mutant):
        """A row of the report, whose verdict is killed, lives, late, or broken when it does not build."""
        row = {name: mutant[name] for name in ("subject", "name", "says")} | {"verdict": "broken", "by": None}
        began = time.monotonic()
        path = os.path.join(self.folder, mutant["file"])
        with open(path) as file:
            whole = file.read()
        try:
            with open(path, "w") as file:
                file.write(whole.replace(mutant["old"], mutant["new"]))
            built = self.make(self.targets(mutant))
            if built.returncode == 0:
                row["verdict"], row["by"] = self.judge(mutant["tests"])
            else:
                say(built.stdout[-2000:])
        finally:
            with open(path, "w") as file:
                file.write(whole)
        row["seconds"] = round(time.monotonic() - began, 1)
        return row


def say(text):
    print(text, file=sys.stderr, flush=True)


def prove_sound(tree, mutants):
    """The tests pass while nothing is broken: else a mutant's death would say nothing."""
    targets = sorted({target for mutant in mutants for target in tree.targets(mutant)})
    built = tree.make(targets)
    if built.returncode != 0:
        raise Bad(f"the tree does not build:\n{built.stdout[-2000:]}")
    names = sorted({test for mutant in mutants for test in mutant["tests"]})
    passed = tree.test(names)
    if passed.returncode != 0:
        raise Bad(f"without any mutant the tests fail:\n{passed.stdout[-4000:]}")


def report(rows, path):
    killed = sum(row["verdict"] == "killed" for row in rows)
    for row in sorted(rows, key=lambda row: (row["subject"], row["name"])):
        print(f"{row['verdict']:7} {row['seconds']:6.1f} s  {row['subject']}/{row['name']}: {row['says']}")
    ratio = killed / len(rows)
    met = ratio >= WANTED
    print(f"{killed} of {len(rows)} killed ({ratio:.0%}); at least {WANTED:.0%} are wanted: {'met' if met else 'NOT met'}")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        json.dump({"killed": killed, "mutants": len(rows), "met": met, "rows": rows}, file, indent=1)
    return met


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", action="append", metavar="TEXT", help="mutants whose subject/name contains this, or another TEXT")
    parser.add_argument("--list", action="store_true", help="only say which there are")
    parser.add_argument("--check", metavar="BUILD", help="only check that each can be made, with the tests of this build folder")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    wanted = arguments.only or [""]
    mutants = [one for one in read_mutants() if any(text in f"{one['subject']}/{one.get('name')}" for text in wanted)]
    if not mutants:
        raise Bad(f"no mutant is called like “{'” or “'.join(wanted)}”")
    if arguments.list:
        for mutant in mutants:
            print(f"{mutant['subject']}/{mutant['name']}: {mutant['says']}")
        return 0
    if arguments.check:
        listing = subprocess.run(["ctest", "--test-dir", arguments.check, "--show-only=json-v1"], check=True, capture_output=True)
        check_all(mutants, TOP, {test["name"] for test in json.loads(listing.stdout)["tests"]})
        print(f"{len(mutants)} mutants can be made")
        return 0
    say("copying and building the tree")
    tree = Tree(os.path.join(TOP, "build", "mutants"), arguments.jobs)
    check_all(mutants, TOP, tree.tests)
    say("running the tests without any mutant")
    prove_sound(tree, mutants)
    rows = []
    for number, mutant in enumerate(sorted(mutants, key=tree.order), 1):
        row = tree.try_mutant(mutant)
        say(f"{number}/{len(mutants)} {row['verdict']} in {row['seconds']} s by {row['by']}: {row['subject']}/{row['name']}")
        rows.append(row)
    return 0 if report(rows, os.path.join(TOP, "build", "bench", "mutants.json")) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Bad as bad:
        sys.exit(f"mutants: {bad}")
