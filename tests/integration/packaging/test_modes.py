# SPDX-License-Identifier: Apache-2.0
"""No daemon starts while others can read its keys or change its state directory (INVARIANTS, I7): it names the file,
its mode and the command that mends it, and --check-config says the same."""
import os
import subprocess
import tempfile
import unittest

BIN = os.path.join(os.environ["CARAWAY_BUILD"], "bin")
KEYS = {"broker": "ca.key", "host": "identity.key", "relay": "identity.key", "portal": "identity.key"}
WRONG_FOLDER = {"broker": 0o711, "host": 0o730, "relay": 0o770, "portal": 0o750}
LIMIT_S = 60


class Modes(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="caraway-modes-")
        self.addCleanup(scratch.cleanup)
        self.state = os.path.join(scratch.name, "state")
        os.mkdir(self.state, 0o700)

    def write(self, name, mode):
        path = os.path.join(self.state, name)
        with open(path, "w", encoding="ascii") as file:
            file.write("not a key\n")
        os.chmod(path, mode)
        return path

    def assert_refused(self, daemon, *parts):
        program = os.path.join(BIN, f"caraway-{daemon}")
        options = [f"--{daemon}-state-directory={self.state}", "--config=/dev/null"]
        for more in (["--check-config"], []):
            done = subprocess.run([program, *options, *more], capture_output=True, text=True, timeout=LIMIT_S,
                                  check=False)
            self.assertEqual(done.returncode, 1, (daemon, more, done.stderr))
            for part in parts:
                self.assertIn(part, done.stderr, (daemon, more))

    def test_a_key_that_others_can_read(self):
        for daemon, name in KEYS.items():
            for other in ("ca.pem", "identity.pem", "identity.key"):
                self.write(other, 0o600)
            path = self.write(name, 0o640)
            self.assert_refused(daemon, path, "0640", f"Run: chmod 0600 {path}")
            os.chmod(path, 0o600)

    def test_a_folder_that_others_can_change(self):
        for daemon, mode in WRONG_FOLDER.items():
            for name in ("ca.pem", "identity.pem", "identity.key"):
                self.write(name, 0o600)
            os.chmod(self.state, mode)
            self.assert_refused(daemon, self.state, f"{mode:04o}", "Run: chmod 07")
            os.chmod(self.state, 0o700)

    def test_a_key_that_is_a_link_out(self):
        outside = os.path.join(os.path.dirname(self.state), "outside.key")
        with open(outside, "w", opener=lambda path, flags: os.open(path, flags, 0o600), encoding="ascii"):
            pass
        for daemon, name in KEYS.items():
            for other in ("ca.pem", "identity.pem", "identity.key"):
                self.write(other, 0o600)
            link = os.path.join(self.state, name)
            if os.path.exists(link):
                os.unlink(link)
            os.symlink(outside, link)
            self.assert_refused(daemon, link, outside)
            os.unlink(link)

    def test_the_public_key_of_a_portal(self):
        path = self.write("public.key", 0o644)
        program = os.path.join(BIN, "caraway-portal")
        done = subprocess.run([program, "--config=/dev/null", f"--portal-state-directory={self.state}",
                               f"--portal-key={path}", f"--portal-certificate={path}", "--check-config"],
                              capture_output=True, text=True, timeout=LIMIT_S, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"Run: chmod 0600 {path}", done.stderr)


if __name__ == "__main__":
    unittest.main()
