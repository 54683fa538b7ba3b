# SPDX-License-Identifier: Apache-2.0
"""
Dedicated desktops, extra disks, networks and adopted virtual machines on the agent with the fake hypervisor. Killed at
any step it goes on (INVARIANTS row 2: I1 I4 I5); what is kept is never removed by itself.
"""
import json
import os
import shutil
import subprocess
import sys
import unittest
import uuid

from host_bench import Bench
from processes import Failed, wait_until

OLD = "22222222-2222-4333-8444-555555555555"
BARE = "33333333-2222-4333-8444-555555555555"


class KindCase(unittest.TestCase):
    options = ()

    def setUp(self):
        self.bench = Bench(options=self.options)
        self.broker, self.relay = self.bench.broker, self.bench.relay
        self.addCleanup(self.bench.down)

    def refused(self, command, code, word=""):
        result = self.broker.result(command)
        self.assertFalse(result["ok"])
        self.assertEqual(result["code"], code)
        self.assertIn(word, result["detail"])

    def done(self, kind, desktop, **members):
        self.broker.result(self.broker.command(kind, desktop, **members), ok=True)

    def power(self, desktop, power, **members):
        return self.broker.expect("desktop", id=desktop, power=power, **members)

    def ready(self, desktop):
        return self.power(desktop, "up", step="ready")

    def restart(self, *wanted):
        """A new agent, welcomed; returns its hello."""
        hello = self.bench.start()
        self.broker.welcome([(one, "1.1") for one in wanted])
        self.relay.accept()
        return hello

    def of(self, hello, desktop):
        return next(one for one in hello["desktops"] if one["id"] == desktop)

    def disks(self, folder="kept"):
        return sorted(os.listdir(self.bench.path("host", folder)))


class Dedicated(KindCase):
    def make(self, **more):
        return self.bench.made(desktop_kind="dedicated", name="own-0001", **more)

    def test_shut_down_is_off_and_starts_again(self):
        self.bench.up()
        desktop = self.make()
        self.broker.command("shutdown", desktop)
        off = self.power(desktop, "off")
        self.assertEqual(off["kind"], "dedicated")
        self.assertNotIn("code", off)
        self.done("shutdown", desktop)  # it is off already
        self.broker.command("start", desktop)
        self.ready(desktop)
        self.done("start", desktop)
        self.done("destroy", desktop)
        self.broker.expect("desktop-gone", id=desktop)
        self.assertEqual([name for name in self.disks() if not name.startswith("base-")], [])
        self.refused(self.broker.command("start", desktop), "not-found")

    def test_fault_is_off_not_failed(self):
        self.bench.up()
        desktop = self.make()
        self.bench.fault("crash", desktop)
        off = self.power(desktop, "off")
        self.assertEqual(off["code"], "hypervisor-failed")
        self.bench.fault("fail-start")
        self.refused(self.broker.command("start", desktop), "hypervisor-failed")
        self.bench.heal("fail-start")
        self.broker.command("start", desktop)
        self.assertNotIn("code", self.ready(desktop))

    def test_started_without_a_record_is_ended(self):
        """What nobody could write down does not run on as one that is off."""
        self.bench.up()
        desktop = self.make()
        self.broker.command("shutdown", desktop)
        self.power(desktop, "off")
        self.done("shutdown", desktop)
        record = self.bench.path("host", "desktops", f"{desktop}.json")
        os.rename(record, record + ".aside")
        os.makedirs(os.path.join(record, "in-the-way"))
        start = self.broker.command("start", desktop)
        self.assertIn("cannot be saved", self.power(desktop, "off", code="internal")["detail"])
        self.refused(start, "internal", "cannot be saved")
        shutil.rmtree(record)
        os.rename(record + ".aside", record)
        self.broker.command("start", desktop)  # the fake starts no machine of an id that runs
        self.assertNotIn("code", self.ready(desktop))

    def test_killed_while_it_runs_is_off(self):
        self.bench.up()
        desktop = self.make()
        self.bench.kill()  # the fake's machines die with it
        hello = self.restart(desktop)
        self.assertEqual(self.of(hello, desktop)["power"], "off")
        self.assertIn("while the host's agent was stopped", self.of(hello, desktop)["detail"])
        self.broker.command("start", desktop)
        self.ready(desktop)

    def test_killed_while_it_is_made(self):
        self.bench.up()
        self.bench.fault("hang")
        desktop = str(uuid.uuid4())
        self.broker.create(desktop, desktop_kind="dedicated", disks=[{"size_mib": 8}])
        self.broker.expect("desktop", id=desktop, step="starting the virtual machine")
        self.bench.kill()
        self.bench.heal("hang")
        self.bench.await_up(self.restart(desktop), desktop)
        self.assertEqual(len(self.disks()), 3)  # base, overlay, data

    def test_killed_while_it_starts(self):
        self.bench.up()
        desktop = self.make()
        before = self.disks()
        self.broker.command("shutdown", desktop)
        self.power(desktop, "off")
        self.bench.fault("hang")
        self.broker.command("start", desktop)
        self.broker.expect("desktop", id=desktop, step="starting the virtual machine")
        self.bench.kill()
        self.bench.heal("hang")
        hello = self.restart(desktop)
        self.assertEqual(self.of(hello, desktop)["power"], "off")
        self.assertEqual(self.disks(), before)
        self.broker.command("start", desktop)
        self.ready(desktop)

    def test_killed_while_it_is_destroyed(self):
        self.bench.up()
        desktop = self.make(disks=[{"size_mib": 8}])
        self.bench.fault("hang")
        self.broker.command("destroy", desktop)
        self.broker.expect("desktop", id=desktop, step="removing")
        self.bench.kill()
        self.bench.heal("hang")
        self.restart(desktop)
        wait_until(lambda: [name for name in self.disks() if not name.startswith("base-")] == [], 20,
                   "waiting for the disks to go")

    def test_unknown_to_the_broker_is_kept_and_comes_back(self):
        self.bench.up()
        desktop, floating = self.make(), self.bench.made()
        before = self.disks()
        self.broker.hang_up()
        self.broker.expect("hello")
        self.broker.welcome([])  # restored from an older backup
        told = self.broker.expect("foreign")
        self.assertEqual(len(told["quarantined"]), 1)
        self.assertIn(f"own-0001 ({desktop[:8]})", told["quarantined"][0]["name"])
        self.assertIn("office", told["quarantined"][0]["reason"])
        self.broker.expect("desktop-gone", id=floating)
        wait_until(lambda: self.last(desktop)["power"] == "off", 20, "waiting for it to go off")
        self.bench.kill()
        hello = self.restart()
        self.assertEqual(len(hello["quarantined"]), 1)
        self.assertEqual(self.of(hello, desktop)["power"], "off")
        self.assertEqual(self.disks(), before)
        self.broker.hang_up()
        self.broker.expect("hello")
        self.broker.welcome([(desktop, "1.4")])
        self.assertEqual(self.broker.expect("foreign")["quarantined"], [])
        self.broker.command("start", desktop, epoch="1.4")
        self.ready(desktop)

    def last(self, desktop):
        try:
            while True:
                self.broker.expect("desktop", limit_s=0.1, id=desktop)
        except Failed:
            return [one for one in self.broker.seen if one["type"] == "desktop" and one["id"] == desktop][-1]

    def test_damaged_record_removes_nothing(self):
        self.bench.up()
        desktop = self.make(disks=[{"size_mib": 8}])
        before = self.disks()
        self.bench.kill()
        with open(self.bench.path("host", "desktops", f"{desktop}.json"), "w") as file:
            file.write("{")
        hello = self.restart()
        self.assertEqual([one["name"] for one in hello["quarantined"]], [desktop])
        os.unlink(self.bench.path("host", "desktops", f"{desktop}.json"))
        self.bench.kill()
        hello = self.restart()
        self.assertEqual([one["name"] for one in hello["quarantined"]], [desktop])
        self.assertIn("disks are kept", hello["quarantined"][0]["reason"])
        self.assertEqual(self.disks(), before)

    def test_image_that_is_replaced_changes_nothing_below_it(self):
        self.bench.up()
        desktop = self.make()
        self.broker.command("shutdown", desktop)
        self.power(desktop, "off")
        os.unlink(os.path.join(self.bench.images, "debian12-desktop.qcow2"))
        self.broker.command("start", desktop)
        self.ready(desktop)
        self.done("destroy", desktop)
        self.bench.kill()
        self.restart()
        self.assertEqual(self.disks(), [])  # nobody stands on the image's copy any more


class Stopping(KindCase):
    options = ("--host-shutdown-limit-s=1",)

    def test_deaf_guest_is_switched_off(self):
        self.bench.up()
        desktop = self.bench.made(desktop_kind="dedicated")
        self.bench.fault("deaf")
        self.broker.command("shutdown", desktop)
        stopping = self.power(desktop, "up", step="switching off")
        self.assertFalse(stopping["guest"]["ready"])
        self.assertNotIn("code", self.power(desktop, "off"))

    def test_deaf_guest_that_is_to_restart_is_reset_as_late(self):
        self.bench.up()
        desktop = self.bench.made(desktop_kind="dedicated")
        self.bench.fault("deaf")
        self.broker.command("restart", desktop)
        self.power(desktop, "starting", step="restarting")
        self.power(desktop, "starting", step="booting")
        self.ready(desktop)

    def test_one_that_cannot_be_asked_is_switched_off(self):
        self.bench.up()
        desktop = self.bench.made(desktop_kind="dedicated")
        self.bench.fault("fail-ask")
        self.done("shutdown", desktop)
        self.power(desktop, "off")

    def test_start_meanwhile_brings_it_back(self):
        self.bench.up()
        desktop = self.bench.made(desktop_kind="dedicated")
        self.bench.fault("deaf")
        self.broker.command("shutdown", desktop)
        self.done("start", desktop)
        self.power(desktop, "off")
        self.ready(desktop)

    def test_killed_meanwhile_still_goes_off(self):
        self.bench.up()
        desktop = self.bench.made(desktop_kind="dedicated")
        self.bench.fault("deaf")
        self.done("shutdown", desktop)
        self.bench.kill()
        hello = self.restart(desktop)
        off = self.of(hello, desktop)  # the fake's machine died with it: that is what was asked for
        self.assertEqual((off["power"], off.get("code")), ("off", None))


class Disks(KindCase):
    def sizes(self):
        found = {}
        for name in self.disks():
            if name.startswith("base-"):
                continue
            path = self.bench.path("host", "kept", name)
            info = json.loads(subprocess.run(["qemu-img", "info", "-U", "--output=json", path], check=True,
                                             capture_output=True).stdout)
            found[name] = (info["virtual-size"] >> 20, info.get("backing-filename"))
        return found

    def test_extra_disks_are_made_kept_and_removed(self):
        self.bench.up()
        desktop = self.bench.made(desktop_kind="dedicated", disks=[{"size_mib": 8}, {"size_mib": 24}])
        sizes = self.sizes()
        self.assertEqual(sizes[f"{desktop}-1.qcow2"], (8, None))
        self.assertEqual(sizes[f"{desktop}-2.qcow2"], (24, None))
        self.assertIn("/kept/base-", sizes[f"{desktop}.qcow2"][1])
        with open(self.bench.path("host", "kept", f"{desktop}-1.qcow2"), "ab") as file:
            file.write(b"mine")
        self.broker.command("shutdown", desktop)
        self.power(desktop, "off")
        self.broker.command("start", desktop)
        self.ready(desktop)
        with open(self.bench.path("host", "kept", f"{desktop}-1.qcow2"), "rb") as file:
            self.assertTrue(file.read().endswith(b"mine"))
        self.done("destroy", desktop)
        self.assertEqual(self.sizes(), {})

    def test_floating_ones_go_with_their_disks(self):
        self.bench.up()
        desktop = self.bench.made(disks=[{"size_mib": 8}])
        self.assertEqual(self.disks("overlays"), [f"{desktop}-1.qcow2", f"{desktop}.qcow2"])
        self.bench.kill()
        os.unlink(self.bench.path("host", "desktops", f"{desktop}.json"))  # strays go, too
        self.restart()
        self.assertEqual(self.disks("overlays"), [])

    def test_lost_disk_is_told_and_never_made_again(self):
        self.bench.up()
        desktop = self.bench.made(desktop_kind="dedicated", disks=[{"size_mib": 8}])
        self.broker.command("shutdown", desktop)
        self.power(desktop, "off")
        os.unlink(self.bench.path("host", "kept", f"{desktop}-1.qcow2"))
        self.refused(self.broker.command("start", desktop), "internal", f"{desktop}-1.qcow2")
        self.assertNotIn(f"{desktop}-1.qcow2", self.disks())

    def test_what_does_not_fit_is_refused(self):
        self.bench.up()
        self.refused(self.broker.create(str(uuid.uuid4()), disks=[{"size_mib": 1 << 24}]), "no-disk-space",
                     "extra disks need 16777216 MiB")
        self.assertEqual(self.bench.files(), [])

    def test_networks(self):
        self.bench.up()
        self.bench.made(network="default")
        self.bench.made(network="none", name="office-0002")
        self.refused(self.broker.create(str(uuid.uuid4()), network="bridge:br7"), "configuration-wrong", "no bridge “br7”")
        self.refused(self.broker.create(str(uuid.uuid4()), network="bridge:../x"), "invalid-request", "bridge:NAME")
        self.bench.fault("bridge-br7")
        self.bench.made(network="bridge:br7", name="office-0003")


class AdoptedCase(KindCase):
    def define(self, *domains):
        os.makedirs(self.bench.path("host", "faults"), exist_ok=True)
        temporary = self.bench.path("foreign.new")
        with open(temporary, "w") as file:
            json.dump(domains, file)
        os.rename(temporary, self.bench.path("host", "faults", "foreign"))

    def machine(self, running=True, **members):
        return {"uuid": OLD, "name": "old-vm", "running": running, **members}

    def foreign(self, want):
        """Waits until `want` holds for the list of foreign machines by name."""
        while True:
            told = {one["name"]: one for one in self.broker.expect("foreign")["domains"]}
            if want(told):
                return told

    def up(self, *domains):
        self.define(*domains)
        hello = self.bench.up()
        if len(hello["foreign"]) != len(domains):
            self.foreign(lambda told: len(told) == len(domains))

    def adopt(self, **more):
        return self.broker.command("adopt", OLD, name="old-vm", pool="others", **more)

    def record_exists(self):
        return os.path.exists(self.bench.path("host", "desktops", f"{OLD}.json"))


class Adopted(AdoptedCase):
    def test_list_follows_what_happens(self):
        bare = {"uuid": BARE, "name": "bare", "running": False, "display_problem": "It has no SPICE display."}
        self.up(self.machine(), bare)
        self.define(self.machine(running=False), bare)
        told = self.foreign(lambda told: told["old-vm"]["power"] == "off")
        self.assertEqual(told["old-vm"], {"uuid": OLD, "name": "old-vm", "power": "off", "adoptable": True})
        self.assertEqual(told["bare"]["reason"], "It has no SPICE display.")
        self.define({"uuid": OLD, "name": "old-vm", "running": True, "installation": BARE})
        told = self.foreign(lambda told: "bare" not in told)
        self.assertIn("another installation", told["old-vm"]["reason"])
        self.define()
        self.foreign(lambda told: not told)

    def test_adopted_used_and_released(self):
        self.up(self.machine())
        self.adopt()
        up = self.ready(OLD)
        self.assertEqual((up["kind"], up["pool"], up["guest"]), ("adopted", "others", {"ready": True, "locked": False}))
        self.foreign(lambda told: not told)
        self.assertEqual(self.relay.expect("desktop")["id"], OLD)
        self.done("epoch", OLD, epoch="1.2")
        self.assertEqual(self.relay.expect("desktop")["epoch"], "1.2")
        self.refused(self.broker.command("destroy", OLD, epoch="1.2"), "conflict", "release it")
        self.refused(self.broker.command("lock", OLD, epoch="1.2"), "conflict", "guest agent")
        self.broker.result(self.adopt(epoch="1.2"), ok=True)  # again: done
        self.done("reset", OLD, epoch="1.2")
        self.done("release", OLD, epoch="1.2")
        self.assertEqual(self.broker.expect("desktop-gone", id=OLD)["reason"], "released")
        self.assertEqual(self.relay.expect("desktop-gone")["id"], OLD)
        self.assertFalse(self.record_exists())
        told = self.foreign(lambda told: "old-vm" in told)
        self.assertEqual(told["old-vm"]["power"], "up")  # it still runs
        self.done("release", OLD, epoch="1.2")
        self.broker.result(self.adopt(), ok=True)  # and may come again

    def test_refusals_leave_nothing(self):
        self.up(self.machine(display_problem="It has no SPICE display."))
        self.refused(self.broker.command("adopt", OLD, name="old-vm", pool=""), "conflict", "It has no SPICE display.")
        self.refused(self.broker.command("adopt", BARE, name="bare", pool=""), "not-found", "“bare”")
        self.define(self.machine())
        self.foreign(lambda told: told["old-vm"]["adoptable"])
        self.refused(self.broker.command("adopt", OLD, name="older-vm", pool=""), "conflict", "called “old-vm”")
        self.assertFalse(self.record_exists())
        desktop = self.bench.made()
        self.refused(self.broker.command("release", desktop), "conflict", "destroy it")
        self.refused(self.broker.command("adopt", desktop, name="x", pool=""), "conflict")

    def test_off_and_on_by_anybody(self):
        self.up(self.machine(running=False))
        self.adopt()
        self.power(OLD, "off")
        self.broker.command("start", OLD)
        self.ready(OLD)
        self.broker.command("shutdown", OLD)
        self.assertNotIn("code", self.power(OLD, "off"))
        self.define(self.machine(running=True, note=1))  # its owner starts it
        self.ready(OLD)
        self.define(self.machine(running=False, note=2))
        self.power(OLD, "off")

    def test_agent_that_answers_is_waited_for(self):
        self.up(self.machine(running=False))
        self.bench.fault("agent-silent")
        self.adopt()
        self.power(OLD, "off")
        self.broker.command("start", OLD)
        self.power(OLD, "starting", step="booting")
        self.bench.fault("agent")
        self.bench.heal("agent-silent")
        self.ready(OLD)

    def test_killed_it_is_taken_over_as_it_is(self):
        self.up(self.machine())
        self.adopt()
        self.ready(OLD)
        self.bench.kill()
        self.bench.await_up(self.restart(OLD), OLD)
        self.bench.kill()
        self.define(self.machine(running=False))
        self.assertEqual(self.of(self.restart(OLD), OLD)["power"], "off")

    def test_unknown_to_the_broker_is_released(self):
        self.up(self.machine())
        self.adopt()
        self.ready(OLD)
        self.broker.hang_up()
        self.broker.expect("hello")
        self.broker.welcome([])
        self.broker.expect("desktop-gone", id=OLD)
        told = self.foreign(lambda told: "old-vm" in told)
        self.assertEqual(told["old-vm"]["power"], "up")

    def test_destroy_all_leaves_it(self):
        self.up(self.machine())
        self.adopt()
        self.ready(OLD)
        self.bench.made(desktop_kind="dedicated", disks=[{"size_mib": 8}])
        self.bench.kill()
        done = self.bench.destroy_all()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertFalse(self.record_exists())
        self.assertEqual(self.disks(), [])


class AdoptedStop(AdoptedCase):
    """One that does not switch off when asked goes on: it is never ended by Caraway."""
    options = ("--host-shutdown-limit-s=1",)

    def test_deaf_one_goes_on(self):
        self.up(self.machine())
        self.adopt()
        self.ready(OLD)
        self.bench.fault("deaf")
        self.broker.command("shutdown", OLD)
        self.power(OLD, "up", step="switching off")
        goes_on = self.ready(OLD)
        self.assertEqual(goes_on["code"], "timed-out")
        self.assertIn("switch off and did not within 1 s", goes_on["detail"])

    def test_one_that_does_not_restart_is_not_reset(self):
        self.up(self.machine())
        self.adopt()
        self.ready(OLD)
        self.bench.fault("deaf")
        self.broker.command("restart", OLD)
        self.power(OLD, "starting", step="restarting")
        goes_on = self.ready(OLD)
        self.assertEqual(goes_on["code"], "timed-out")
        self.assertIn("restart and did not within 1 s", goes_on["detail"])

    def test_one_that_cannot_be_asked_goes_on(self):
        self.up(self.machine())
        self.adopt()
        self.ready(OLD)
        self.bench.fault("fail-ask")
        command = self.broker.command("shutdown", OLD)
        self.assertEqual(self.ready(OLD)["code"], "hypervisor-failed")
        self.broker.result(command, ok=False, code="hypervisor-failed")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
