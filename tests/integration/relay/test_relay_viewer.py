# SPDX-License-Identifier: Apache-2.0
"""A stock remote-viewer reaches a desktop by a .vv file: the relay is its SPICE server, redeems its password on every
channel and breaks TLS records where it waits for them."""
import os
import unittest

from processes import Process, free_port, wait_until
from relay_rig import LIMIT_S, RelayRig
from screen import Screen

CONNECTS = 4


class RelayViewer(unittest.TestCase):
    def setUp(self):
        self.rig = self.make_rig()
        self.addCleanup(self.rig.close)
        self.screen = Screen()
        self.addCleanup(self.screen.close)

    @staticmethod
    def make_rig():
        return RelayRig()

    def write_vv(self, password):
        path = os.path.join(self.rig.folder, "console.vv")
        with open(os.path.join(self.rig.state, "ca.pem"), encoding="ascii") as file:
            ca = file.read().replace("\n", "\\n")
        with open(path, "w", encoding="ascii") as vv:
            vv.write(f"[virt-viewer]\ntype=spice\nhost=127.0.0.1\ntls-port={self.rig.port}\npassword={password}\n"
                     f"host-subject=CN=kvm1\ndelete-this-file=1\nca={ca}\n")
        return path

    def test_every_connect_gets_a_picture(self):
        for attempt in range(CONNECTS):
            password = f"one-time-{attempt}"
            self.rig.broker.grants[password] = self.rig.grant(viewer="vv")
            self.rig.agent.news.clear()
            viewer = Process("remote-viewer", ["remote-viewer", self.write_vv(password)],
                             os.path.join(self.rig.folder, "viewer.log"),
                             {**self.screen.env, "G_DEBUG": "", "HOME": self.rig.folder}).start()
            try:
                for channel in ("main", "display", "inputs", "cursor"):
                    self.rig.agent.wait_for(type="open", channel=channel)
                before = self.rig.metric("server_bytes_total")
                # It acknowledges what it draws: a viewer that hangs in the middle of a record would fall silent.
                wait_until(lambda: self.rig.metric("server_bytes_total") > before, LIMIT_S, "the viewer's answers")
                self.assertTrue(viewer.is_alive(), viewer.log_tail())
                self.assertEqual(self.rig.metric("violations_total"), 0)
            finally:
                viewer.kill()
                viewer.child.wait()
            self.rig.agent.wait_for(type="console", state="disconnected")


class LearnedBroker(RelayViewer):
    """The broker of the relay's configuration is gone; the host's agent was told of another one."""

    @staticmethod
    def make_rig():
        rig = RelayRig(broker=f"https://127.0.0.1:{free_port()}")
        rig.agent.send({"type": "brokers", "brokers": [rig.broker.url]})
        return rig


if __name__ == "__main__":
    unittest.main(verbosity=2, warnings="ignore")
