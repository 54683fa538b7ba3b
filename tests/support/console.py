# SPDX-License-Identifier: Apache-2.0
"""A console of the shared stack's user that stays open: caraway-probe --hold, told what to do line by line."""
import json
import os
import subprocess


class Console:
    """caraway-probe holding the console open; it says on standard output when it is there and ends when it drops."""

    def __init__(self, stack):
        self.child = subprocess.Popen(
            [os.path.join(os.environ["CARAWAY_BUILD"], "bin", "caraway-probe"), "--server", stack["portal"], "--ca-file",
             stack["ca"], "--user", stack["user"], "--pool", stack["pool"], "--take-over", "--hold", "--json"],
            env={**os.environ, "CARAWAY_PASSWORD": stack["password"]}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.opened = self._answer()

    def _answer(self):
        line = self.child.stdout.readline()
        assert line, "the probe ended without a console"
        return json.loads(line)

    def is_open(self):
        return self.child.poll() is None

    def tell(self, order):
        """Has the probe do something, without waiting for its end."""
        self.child.stdin.write(order + "\n")
        self.child.stdin.flush()

    def type(self, text):
        """Types the text and Enter into whatever has the keys."""
        self.tell(f"type {text}")
        self._answer()

    def screenshot(self, path):
        self.tell(f"screenshot {path}")
        self._answer()
        return path

    def close(self):
        if self.is_open():
            self.child.stdin.close()
        self.child.wait(30)
