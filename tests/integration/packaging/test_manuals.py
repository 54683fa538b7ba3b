# SPDX-License-Identifier: Apache-2.0
"""The manual pages are well formed, and that of carawayctl names every command that there is; the completion in bash
offers them."""
import os
import re
import subprocess
import unittest
from pathlib import Path

SOURCE = Path(os.environ["CARAWAY_SOURCE"])
BIN = os.path.join(os.environ["CARAWAY_BUILD"], "bin")
OPTION = re.compile(r"^  (?:-\w, )?--([a-z][a-z-]*)", re.M)
GTK_OPTIONS = {"help-all", "help-gtk", "display"}
PAGES = sorted((SOURCE / "docs" / "man").glob("*.[18]"))


def commands():
    listed = subprocess.run([os.path.join(BIN, "carawayctl"), "--list-commands"], capture_output=True, text=True,
                            check=True)
    return [line.split() for line in listed.stdout.splitlines()]


class Manuals(unittest.TestCase):
    def test_pages_are_well_formed(self):
        self.assertEqual(len(PAGES), 8)
        for page in PAGES:
            with self.subTest(page=page.name):
                # The style of Debian's mandoc asks for the references of its own system.
                done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", page], capture_output=True, text=True)
                self.assertEqual(done.stdout + done.stderr, "")

    def test_every_command_has_its_place(self):
        page = (SOURCE / "docs" / "man" / "carawayctl.1").read_text()
        for noun, verb, *options in commands():
            with self.subTest(noun=noun, verb=verb):
                self.assertIn(f".It Cm {noun}" + ("" if verb == "-" else f" {verb}"), page)
                for option in options:
                    self.assertIn(f"Fl -{option[2:]}", page)

    def test_every_option_has_its_place(self):
        for page in PAGES:
            with self.subTest(page=page.name):
                shown = subprocess.run([os.path.join(BIN, page.stem), "--help"], capture_output=True, text=True,
                                       check=True).stdout.split("\nSettings")[0]
                for option in set(OPTION.findall(shown)) - GTK_OPTIONS:
                    self.assertRegex(page.read_text(), rf"(?m)\bFl -{option}\b")

    def complete(self, *words):
        script = (f'PATH="{BIN}:$PATH"; source "{SOURCE}/packaging/carawayctl.bash"; COMP_WORDS=("$@"); '
                  'COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _carawayctl; printf "%s\\n" "${COMPREPLY[@]}"')
        done = subprocess.run(["bash", "-c", script, "bash", "carawayctl", *words], capture_output=True, text=True,
                              check=True)
        return set(done.stdout.split())

    def test_completion(self):
        self.assertTrue({"user", "pool", "audit"} <= self.complete(""))
        self.assertEqual(self.complete("pool", "s"), {"show", "set", "schedule"})
        self.assertIn("--image", self.complete("pool", "create", "office", "--"))
        self.assertEqual(self.complete("login", "--s"), {"--server"})


if __name__ == "__main__":
    unittest.main()
