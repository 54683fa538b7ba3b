# SPDX-License-Identifier: Apache-2.0
"""
Dedicated desktops and adopted machines on libvirt's embedded driver with real virtual machines: firmware for the first,
a guest of one boot sector for the second, defined in libvirt before Caraway came.
"""
import os
import re
import signal
import sys
import unittest

from host_bench import Bench
from host_machines import machines, make_image, open_channel
from spice_wire import MAIN, MSG_MAIN_INIT, SpiceLink, TlsStream
from tiny_guest import assemble, define

OLD = "22222222-2222-4333-8444-555555555555"
BARE = "33333333-2222-4333-8444-555555555555"


class KeptCase(unittest.TestCase):
    def setUp(self):
        self.bench = Bench(fake=False, options=("--host-shutdown-limit-s=1",))
        self.broker = self.bench.broker
        self.addCleanup(self.bench.down)

    def restart(self, *wanted):
        hello = self.bench.start()
        self.broker.welcome([(one, "1.1") for one in wanted])
        self.bench.relay.accept()
        return {one["id"]: one for one in hello["desktops"]}

    def power(self, desktop, power, **members):
        return self.broker.expect("desktop", id=desktop, power=power, **members)

    def only_machine(self):
        running = machines(self.bench)
        self.assertEqual(len(running), 1)
        return next(iter(running.items()))


class Dedicated(KeptCase):
    def test_same_machine_with_the_same_disks_boots_again(self):
        make_image(self.bench.images, "debian12-desktop")
        self.bench.up()
        desktop = self.bench.made(desktop_kind="dedicated", disks=[{"size_mib": 8}])
        _, before = self.only_machine()
        for part in (f"kept/{desktop}.qcow2", f"kept/{desktop}-1.qcow2", "data-1"):
            self.assertIn(part, before)
        self.broker.command("shutdown", desktop)  # the firmware does not listen: it is switched off
        off = self.power(desktop, "off")
        self.assertNotIn("code", off)
        self.assertEqual(machines(self.bench), {})
        self.broker.result(self.broker.command("start", desktop), ok=True)
        pid, after = self.only_machine()
        mac = re.search(r'"mac":"([^"]+)"', before).group(1)
        self.assertIn(f'"mac":"{mac}"', after)
        os.kill(pid, signal.SIGKILL)
        self.assertEqual(self.power(desktop, "off")["code"], "hypervisor-failed")
        self.broker.result(self.broker.command("start", desktop), ok=True)
        self.bench.kill()
        self.assertEqual(self.restart(desktop)[desktop]["power"], "starting")  # its machine lived on
        self.broker.result(self.broker.command("destroy", desktop), ok=True)
        self.assertEqual(machines(self.bench), {})
        self.assertEqual([name for name in self.bench.files() if not name.startswith("base-")], [])


class Adopted(KeptCase):
    def setUp(self):
        super().setUp()
        image, root = assemble(self.bench.dir), self.bench.path("v")
        define(root, image, "old-vm", OLD)
        define(root, image, "bare", BARE, display="<graphics type='vnc'/>")
        self.addCleanup(self.end_machines)  # runs before the bench goes down

    def end_machines(self):
        for pid in machines(self.bench):
            os.kill(pid, signal.SIGKILL)

    def foreign(self, hello):
        if hello["foreign"]:
            return {one["name"]: one for one in hello["foreign"]}
        return {one["name"]: one for one in self.broker.expect("foreign")["domains"]}

    def shows_its_guest(self):
        stream = TlsStream(open_channel(self.bench, OLD))  # a plain socket reads and writes alike
        link = SpiceLink(stream, MAIN)
        self.assertTrue(link.receive_kind(MSG_MAIN_INIT))
        stream.close()

    def test_adopted_used_and_released(self):
        hello = self.bench.up()
        told = self.foreign(hello)
        self.assertEqual((told["old-vm"]["power"], told["old-vm"]["adoptable"]), ("off", True))
        self.assertIn("no SPICE display", told["bare"]["reason"])
        refused = self.broker.result(self.broker.command("adopt", BARE, name="bare", pool="others"))
        self.assertEqual((refused["ok"], refused["code"]), (False, "conflict"))
        self.broker.command("adopt", OLD, name="old-vm", pool="others")
        self.assertEqual(self.power(OLD, "off")["kind"], "adopted")
        self.broker.command("start", OLD)
        ready = self.power(OLD, "up", step="ready")
        self.assertNotIn("idle_ms", ready["guest"])
        pid, _ = self.only_machine()
        self.shows_its_guest()
        self.bench.kill()
        self.bench.await_up({"desktops": list(self.restart(OLD).values())}, OLD)
        self.shows_its_guest()
        self.broker.result(self.broker.command("reset", OLD), ok=True)
        self.broker.command("shutdown", OLD)  # a boot sector does not listen: it goes on
        self.power(OLD, "up", step="ready", code="timed-out")
        self.broker.result(self.broker.command("release", OLD), ok=True)
        self.broker.expect("desktop-gone", id=OLD, reason="released")
        self.assertEqual(self.only_machine()[0], pid)
        self.bench.host.stop()
        self.assertEqual(self.bench.destroy_all().returncode, 0)
        self.assertEqual(self.only_machine()[0], pid)
        self.assertTrue(os.path.exists(self.bench.path("v", "etc", "qemu", "old-vm.xml")))

    def test_owner_ends_it(self):
        self.bench.up()
        self.broker.command("adopt", OLD, name="old-vm", pool="others")
        self.power(OLD, "off")
        self.broker.command("start", OLD)
        self.power(OLD, "up", step="ready")
        os.kill(self.only_machine()[0], signal.SIGKILL)
        self.assertEqual(self.power(OLD, "off")["code"], "hypervisor-failed")
        self.broker.command("start", OLD)
        self.power(OLD, "up", step="ready")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
