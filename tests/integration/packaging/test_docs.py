# SPDX-License-Identifier: Apache-2.0
"""What the documents tell a reader to look at and to type is there: links, files, commands with their options, routes."""
import os
import re
import shlex
import subprocess
import unittest
from pathlib import Path

SOURCE = Path(os.environ["CARAWAY_SOURCE"])
BIN = os.path.join(os.environ["CARAWAY_BUILD"], "bin")
DOCUMENTS = [SOURCE / "README.md", SOURCE / "CONTRIBUTING.md", *sorted((SOURCE / "docs").rglob("*.md"))]
SUFFIXES = "c|h|py|js|md|sql|yaml|txt|service|conf|svg|S|cmake"
PROGRAMS = ("caraway-broker", "caraway-host", "caraway-relay", "caraway-portal", "caraway-image", "caraway-client")
METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}


def output(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def typed(text):
    """What stands as code in a document: lines of blocks, with those that go on joined, and code in sentences."""
    blocks = re.findall(r"^```\n(.*?)^```", text, re.M | re.S)
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    return lines + re.findall(r"`([^`\n]+)`", re.sub(r"^```\n.*?^```", "", text, flags=re.M | re.S))


def commands(text, program):
    """The words after `program` wherever it is typed, up to the end of that command."""
    for line in typed(text):
        for part in re.split(r" && |\||#| {6,}", line):
            words = part.replace("$ ", "", 1).strip()
            found = re.match(rf"(?:runuser -u [\w-]+ -- )?{re.escape(program)}(?= |$)(.*)", words)
            if found:
                yield shlex.split(found.group(1))


def in_every_document(find):
    return [(document.name, item) for document in DOCUMENTS for item in find(document.read_text())]


class References(unittest.TestCase):
    def test_links(self):
        for document in DOCUMENTS:
            for target in re.findall(r"\]\(([^)#]+)\)", document.read_text()):
                with self.subTest(document=document.name, target=target):
                    self.assertTrue("://" in target or (document.parent / target).exists())

    def test_files(self):
        listed = subprocess.run(["git", "-c", f"safe.directory={SOURCE}", "-C", SOURCE, "ls-files"], capture_output=True, text=True)
        files = {"/" + line for line in listed.stdout.splitlines()}
        for name, path in in_every_document(lambda text: re.findall(rf"`([\w-][\w./-]*/[\w.-]+\.(?:{SUFFIXES}))[` ]", text)):
            with self.subTest(document=name, path=path):
                self.assertTrue(any(file.endswith("/" + path) for file in files))


class Commands(unittest.TestCase):
    def test_run(self):
        usage = output(str(SOURCE / "run"), "--help")
        for name, words in in_every_document(lambda text: commands(text, "./run")):
            with self.subTest(document=name, words=words):
                self.assertTrue(not words or re.search(rf"^  {words[0]}\b", usage, re.M))

    def test_carawayctl(self):
        known = {}
        for line in output(os.path.join(BIN, "carawayctl"), "--list-commands").splitlines():
            noun, verb, *options = line.split()
            known[(noun,) if verb == "-" else (noun, verb)] = options
        found = in_every_document(lambda text: commands(text, "carawayctl"))
        self.assertGreater(len(found), 15)
        for name, words in found:
            if not words or words[0].startswith("--"):
                continue
            with self.subTest(document=name, words=words):
                options = known.get(tuple(words[:2])) or known.get((words[0],))
                self.assertIsNotNone(options, "there is no such command")
                self.assertLessEqual({word.split("=")[0] for word in words if word.startswith("--")}, set(options))

    def test_programs(self):
        for program in PROGRAMS:
            usage = output(os.path.join(BIN, program), "--help")
            for name, words in in_every_document(lambda text, program=program: commands(text, program)):
                with self.subTest(document=name, program=program, words=words):
                    for option in (word.split("=")[0] for word in words if word.startswith("--")):
                        self.assertRegex(usage, rf"{re.escape(option)}\b")

    def test_manual_names_no_other_command(self):
        there = {" ".join(word for word in line.split()[:2] if word != "-")
                 for line in output(os.path.join(BIN, "carawayctl"), "--list-commands").splitlines()}
        page = (SOURCE / "docs" / "man" / "carawayctl.1").read_text()
        named = {match.strip() for match in re.findall(r"^\.It Cm ([a-z]+(?:-[a-z]+)*(?: [a-z][a-z-]*)?)", page, re.M)}
        self.assertGreater(len(named), 40)
        self.assertLessEqual(named, there)


def expand(path):
    """The routes that one cell of the table means: "/a/{x,y}" and "/a/x, /y" are two each."""
    choice = re.search(r"\{(\w+(?:,\w+)+)\}", path)
    if choice:
        return [path.replace(choice.group(), one) for one in choice.group(1).split(",")]
    first, *others = path.split(", ")
    return [first] + [first.rsplit("/", 1)[0] + other for other in others]


def shape(path):
    return re.sub(r"\{[^}]*\}", "{}", path.split("?")[0])


def routes_of(text):
    for cell in re.findall(r"^\| ((?:GET|POST|PUT|PATCH|DELETE) .*?) (?<!\\)\|", text, re.M):
        before = ""
        for part in cell.split("; "):
            words = part.split(" ")
            methods = [word for word in words if word in METHODS]
            path = " ".join(words[len(methods):])
            for one in expand(path.replace("…", before)):
                before = one
                yield from (f"{method} {shape(one)}" for method in methods)


class Routes(unittest.TestCase):
    def test_protocols_lists_each_route(self):
        there = {" ".join(line.split(" ")[:2]) for line in output(os.path.join(BIN, "list_routes")).splitlines()}
        there = {shape(route).replace(" /api/v1/", " /") for route in there if "/api/v1/" in route}
        named = set(routes_of((SOURCE / "docs" / "protocols.md").read_text()))
        self.assertEqual(there - named, set(), "not in docs/protocols.md")
        self.assertEqual({route for route in named if not route.split(" ")[1].startswith("/internal")} - there, set())


if __name__ == "__main__":
    unittest.main()
