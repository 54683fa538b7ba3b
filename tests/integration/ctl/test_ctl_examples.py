# SPDX-License-Identifier: Apache-2.0
"""The commands that docs/pools.md gives as examples, typed as they stand there, with the real broker and the real agent of a
host whose virtual machines are pretended."""
import os
import re
import shlex
import shutil
import tempfile
import unittest

from broker_and_host import BrokerAndHost
from ctl import Ctl
from processes import wait_until

IMAGES = ("debian12-desktop", "ward-desktop", "kiosk", "debian12-dev")
LIMIT_S = 60
# What no pretended host has: a machine of its own to adopt.
NEEDS_A_MACHINE = "accounting-vm"
HOSTS_OF_EXAMPLES, HOST = "kvm3,kvm4", "kvm1"


def examples():
    """The commands of the blocks, without the answers that some show."""
    with open(os.path.join(os.environ["CARAWAY_SOURCE"], "docs", "pools.md")) as file:
        blocks = re.findall(r"^```\n(.*?)^```", file.read(), re.M | re.S)
    lines = [line.removeprefix("$ ") for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    return [shlex.split(line.replace(HOSTS_OF_EXAMPLES, HOST))[1:] for line in lines if line.startswith("carawayctl ")]


class Examples(unittest.TestCase):
    def setUp(self):
        build, store = os.environ["CARAWAY_BUILD"], tempfile.mkdtemp(prefix="caraway-store-")
        self.addCleanup(shutil.rmtree, store)
        os.environ["CARAWAY_FAKE_IMAGES"] = ",".join(IMAGES)
        self.stack = BrokerAndHost(build, store, fake=True)
        self.addCleanup(lambda: self.assertEqual(self.stack.down(), []))
        self.ctl = Ctl(build, self.stack.path("home"))
        self.stack.up(self.ctl)
        wait_until(lambda: self.items("host", "up"), LIMIT_S, "waiting for the host to come up")

    def items(self, noun, state):
        return [item for item in self.ctl.json(noun, "list")["items"] if item["state"] == state]

    def prepare(self):
        """What the examples take for granted."""
        for image in IMAGES:
            self.ctl.ok("image", "register", image)
        self.ctl.ok("pool", "create", "office", "--image", IMAGES[0], "--size", "4", "--spares", "0")
        for group in ("nurses", "kiosks", "developers"):
            self.ctl.ok("group", "add", group)
        for user in ("alice", "erika"):
            self.ctl.ok("user", "add", user, stdin="battery staple 9\n")

    def test_each_command_is_taken(self):
        self.prepare()
        words = [one for one in examples() if NEEDS_A_MACHINE not in one]
        self.assertGreater(len(words), 8)
        for one in words:
            with self.subTest(command=" ".join(one)):
                self.ctl.ok(*one)
        self.assertEqual(self.ctl.json("pool", "show", "wards")["take_over"], "take")


if __name__ == "__main__":
    unittest.main()
