# SPDX-License-Identifier: Apache-2.0
"""The configuration file that is installed for a daemon: it names every key that the daemon knows, with its default,
and the daemon accepts it as it is and with every key switched on."""
import configparser
import os
import re
import subprocess
import sys
import tempfile
import unittest

DAEMON = sys.argv.pop(1)
PROGRAM = os.path.join(os.environ["CARAWAY_BUILD"], "bin", f"caraway-{DAEMON}")
FILE = os.path.join(os.environ["CARAWAY_SOURCE"], "packaging", "config", f"{DAEMON}.conf")
COMMENTED_KEY = re.compile(r"^#([a-z0-9-]+=)", re.M)
HELP_LINE = re.compile(r"^  --(sign-in|[a-z0-9]+)-([a-z0-9-]+)=(.*)\n      ", re.M)
PLACES_OF_BUILD = {"web-directory"}


def with_every_key():
    with open(FILE) as file:
        return COMMENTED_KEY.sub(r"\1", file.read())


def known_keys():
    shown = subprocess.run([PROGRAM, "--help"], capture_output=True, text=True, check=True).stdout
    settings = shown.split("\nSettings", 1)[1]
    return {(group, key): fallback for group, key, fallback in HELP_LINE.findall(settings)}


class Config(unittest.TestCase):
    def accepted(self, text):
        with tempfile.NamedTemporaryFile("w", suffix=".conf") as file:
            file.write(text)
            file.flush()
            done = subprocess.run([PROGRAM, f"--config={file.name}", "--check-config"], capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)

    def test_keys_and_defaults_are_those_of_the_program(self):
        parsed = configparser.ConfigParser(interpolation=None)
        parsed.read_string(with_every_key())
        shown = {(group, key): value for group in parsed.sections() for key, value in parsed[group].items()}
        known = known_keys()
        self.assertEqual(set(shown), set(known))
        for name, fallback in known.items():
            if fallback not in ("(unset)", "(required)") and name[1] not in PLACES_OF_BUILD:
                self.assertEqual(shown[name], fallback, name)

    def test_file_as_installed_is_accepted(self):
        with open(FILE) as file:
            self.accepted(file.read())

    def test_every_key_at_once_is_accepted(self):
        self.accepted(with_every_key())

    def test_unknown_key_is_refused(self):
        with tempfile.NamedTemporaryFile("w", suffix=".conf") as file:
            file.write(f"[{DAEMON}]\nno-such-key=1\n")
            file.flush()
            done = subprocess.run([PROGRAM, f"--config={file.name}", "--check-config"], capture_output=True, text=True)
            self.assertEqual(done.returncode, 1)
            self.assertIn("no-such-key", done.stderr)
            self.assertIn(file.name, done.stderr)


if __name__ == "__main__":
    unittest.main()
