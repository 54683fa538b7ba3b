# SPDX-License-Identifier: Apache-2.0
"""
The agent on libvirt's embedded driver with real virtual machines (firmware only: the disk is empty). What is told here
guards INVARIANTS I4: killed at any point, the agent ends with everything owned or removed.
"""
import os
import signal
import sys
import unittest
import uuid

from host_bench import Bench
from host_machines import machines, make_image, open_channel
from processes import wait_until


class HostLibvirt(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.bench = Bench(fake=False)
        cls.broker = cls.bench.broker
        make_image(cls.bench.images, "debian12-desktop")
        cls.bench.up()

    @classmethod
    def tearDownClass(cls):
        cls.bench.down()

    def restart(self, wanted):
        hello = self.bench.start()
        self.broker.welcome([(desktop, "1.1") for desktop in wanted])
        self.bench.relay.accept()
        return hello

    def destroy(self, desktop):
        self.broker.result(self.broker.command("destroy", desktop), ok=True)
        self.broker.expect("desktop-gone", id=desktop)

    def test_killed_agent_takes_over_its_guests(self):
        desktop = self.bench.made(name="'\"><&")
        before = machines(self.bench)
        self.assertEqual(len(before), 1)
        self.bench.kill()
        hello = self.restart([desktop])
        self.assertEqual([(one["id"], one["name"], one["power"]) for one in hello["desktops"]],
                         [(desktop, "'\"><&", "starting")])
        self.assertEqual(machines(self.bench).keys(), before.keys())
        self.broker.say(type="boot-log?", request=1, desktop=desktop)
        self.assertIn("SeaBIOS", self.broker.expect("boot-log", request=1)["text"])
        self.broker.result(self.broker.command("reset", desktop), ok=True)
        self.destroy(desktop)
        self.assertEqual(machines(self.bench), {})
        self.assertEqual(self.bench.files(), [])

    def test_killed_machine_is_failed(self):
        desktop = self.bench.made()
        os.kill(next(iter(machines(self.bench))), signal.SIGKILL)
        failed = self.broker.expect("desktop", id=desktop, power="failed")
        self.assertEqual(failed["code"], "hypervisor-failed")
        self.destroy(desktop)

    def test_killed_while_making_leaves_only_what_is_owned(self):
        steps = ("checking the image", "copying the image", "starting the virtual machine", "booting")
        for step in steps:
            desktop = str(uuid.uuid4())
            self.broker.create(desktop, name=f"at-{steps.index(step)}")
            self.broker.expect("desktop", id=desktop, step=step)
            self.bench.kill()
            self.restart([])  # the broker gave it up meanwhile: an orphan
            wait_until(lambda: not machines(self.bench) and not self.bench.files(), 30, f"killed at “{step}”")

    def test_killed_while_making_is_made_again(self):
        desktop = str(uuid.uuid4())
        self.broker.create(desktop)
        self.broker.expect("desktop", id=desktop, step="copying the image")
        self.bench.kill()
        self.restart([desktop])
        self.broker.result(self.broker.create(desktop), ok=True)
        self.assertEqual(len(machines(self.bench)), 1)
        self.destroy(desktop)

    def test_channel_reaches_the_display(self):
        desktop = self.bench.made()
        ours = open_channel(self.bench, desktop)
        # RED_MAGIC, version 2.2, 18 bytes: connection 0, main, no capabilities
        ours.sendall(b"REDQ" + bytes.fromhex("02000000 02000000 12000000 00000000 01 00 00000000 00000000 12000000"))
        ours.settimeout(20)
        self.assertEqual(ours.recv(4), b"REDQ")
        ours.close()
        self.destroy(desktop)

    def test_destroy_all_leaves_nothing(self):
        self.bench.made()
        self.bench.host.stop()
        self.assertEqual(len(machines(self.bench)), 1)  # stopping the agent leaves guests alone
        done = self.bench.destroy_all()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(machines(self.bench), {})
        self.assertEqual(self.bench.files(), [])
        self.restart([])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
