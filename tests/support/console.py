# SPDX-License-Identifier: Apache-2.0
"""A console of the shared stack's user that stays open: caraway-probe --hold, told what to do line by line."""
import json
import os
import subprocess

from desktop import wait_state
from processes import Failed, wait_until

TYPING_LIMIT_S = 500  # the probe has 120 s for each of its steps


def type_until_ended(user, stack, session, text):
    """Types into a terminal of the desktop what ends its session, again when a busy guest lost it; the ended session."""
    for attempt in range(3):
        probe = subprocess.run(
            [os.path.join(os.environ["CARAWAY_BUILD"], "bin", "caraway-probe"), "--server", stack["portal"], "--ca-file",
             stack["ca"], "--user", stack["user"], "--pool", stack["pool"], "--take-over", "--type", text],
            env={**os.environ, "CARAWAY_PASSWORD": stack["password"]}, capture_output=True, text=True, timeout=TYPING_LIMIT_S)
        print(f"typed, try {attempt + 1}: {probe.returncode}\n{probe.stdout}{probe.stderr}", flush=True)
        try:
            return wait_state(user, session["id"], ("ended",), 60)
        except Failed:
            if attempt == 2:
                raise


def new_console(stack):
    """A console once there can be one: a relay or portal that was just started does not take it yet."""
    def opened():
        try:
            return Console(stack)
        except AssertionError:
            return None
    return wait_until(opened, 120, "a new console", 1)


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
