# SPDX-License-Identifier: Apache-2.0
"""The agent on the fake hypervisor: the host link of docs/protocols.md section 5 and the relay's of section 4."""
import os
import socket
import sys
import unittest
import uuid

from host_bench import Bench
from processes import wait_until

SESSION = "22222222-2222-4333-8444-555555555555"


class HostAgent(unittest.TestCase):
    def setUp(self):
        self.bench = Bench()
        self.broker, self.relay = self.bench.broker, self.bench.relay
        self.addCleanup(self.bench.down)

    def refused(self, command, code):
        result = self.broker.result(command)
        self.assertFalse(result["ok"])
        self.assertEqual(result["code"], code)
        self.assertTrue(result["detail"])

    def test_hello_says_everything(self):
        hello = self.bench.start()
        self.assertEqual(hello["host"], "kvm1")
        self.assertEqual(hello["versions"], [1])
        self.assertEqual(hello["accelerator"], "tcg")
        self.assertEqual([image["name"] for image in hello["images"]], ["debian12-desktop"])
        self.assertEqual(len(hello["images"][0]["hash"]), 64)
        self.assertEqual(hello["desktops"], [])
        self.assertGreater(hello["capacity"]["disk_free_mib"], 0)
        self.broker.welcome(heartbeat_ms=200)
        self.broker.expect("heartbeat")

    def test_desktop_is_made_used_and_destroyed(self):
        self.bench.up()
        desktop = str(uuid.uuid4())
        command = self.broker.create(desktop)
        self.broker.expect("desktop", id=desktop, power="cloning")
        self.broker.result(command, ok=True)
        up = self.broker.expect("desktop", id=desktop, power="up", step="ready")
        self.assertEqual(up["progress"], 100)
        self.assertEqual(up["guest"]["user"], "user")
        self.broker.result(self.broker.command("lock", desktop), ok=True)
        self.broker.result(self.broker.command("message", desktop, title="Hello", text="Two\nlines"), ok=True)
        self.broker.result(self.broker.command("destroy", desktop), ok=True)
        self.broker.expect("desktop-gone", id=desktop)
        self.assertEqual(self.bench.files(), [])

    def test_command_again_is_answered_the_same(self):
        self.bench.up()
        desktop = self.bench.made()
        again = self.broker.create(desktop)
        self.broker.result(again, ok=True)
        self.broker.create(desktop, command=again)
        self.broker.result(again, ok=True)
        gone = self.broker.command("destroy", desktop)
        self.broker.result(gone, ok=True)
        self.broker.result(self.broker.command("destroy", desktop), ok=True)
        self.refused(self.broker.create(desktop), "stale-epoch")

    def test_older_epoch_and_term_are_refused(self):
        self.bench.up()
        desktop = self.bench.made()
        self.broker.result(self.broker.command("epoch", desktop, epoch="1.5"), ok=True)
        self.refused(self.broker.command("destroy", desktop, epoch="1.4"), "stale-epoch")
        self.refused(self.broker.command("destroy", desktop, epoch="1.9", term=0), "stale-epoch")
        self.broker.result(self.broker.command("destroy", desktop, epoch="1.5"), ok=True)

    def test_what_cannot_be_made_leaves_nothing(self):
        self.bench.up()
        self.refused(self.broker.create(str(uuid.uuid4()), image="absent"), "image-missing")
        self.refused(self.broker.create(str(uuid.uuid4()), image="../../etc/passwd"), "image-missing")
        self.refused(self.broker.create(str(uuid.uuid4()), memory_mib=1 << 30), "no-capacity")
        self.bench.fault("no-space")
        self.refused(self.broker.create(str(uuid.uuid4())), "no-disk-space")
        self.bench.heal("no-space")
        self.bench.fault("fail-start")
        desktop = str(uuid.uuid4())
        self.refused(self.broker.create(desktop), "hypervisor-failed")
        self.bench.heal("fail-start")
        self.assertEqual(self.bench.files(), [])
        self.refused(self.broker.create(desktop), "hypervisor-failed")  # the same answer again
        self.broker.result(self.broker.command("destroy", desktop), ok=True)

    def test_crash_is_told_and_shutdown_is_off(self):
        self.bench.up()
        desktop = self.bench.made()
        self.bench.fault("crash", desktop)
        failed = self.broker.expect("desktop", id=desktop, power="failed")
        self.assertEqual(failed["code"], "hypervisor-failed")
        other = self.bench.made(name="office-0002")
        self.broker.command("shutdown", other)
        self.broker.expect("desktop", id=other, power="off")
        self.broker.command("restart", other)
        self.broker.expect("desktop", id=other, power="up", step="ready")
        self.broker.command("restart", other)
        self.broker.expect("desktop", id=other, step="restarting")
        self.broker.expect("desktop", id=other, power="up", step="ready")

    def test_hanging_hypervisor_does_not_hang_the_link(self):
        self.bench.up()
        self.bench.fault("hang")
        desktop = str(uuid.uuid4())
        command = self.broker.create(desktop)
        for _ in range(2):
            self.broker.expect("heartbeat")
        self.bench.heal("hang")
        self.broker.result(command, ok=True)

    def test_orphans_are_removed_and_epochs_raised_at_welcome(self):
        self.bench.up()
        orphan, kept = self.bench.made(), self.bench.made(name="office-0002")
        self.broker.hang_up()
        hello = self.broker.expect("hello")
        self.assertEqual({desktop["id"] for desktop in hello["desktops"]}, {orphan, kept})
        self.broker.welcome([(kept, "1.9")])
        self.broker.expect("desktop-gone", id=orphan)
        self.refused(self.broker.command("lock", kept, epoch="1.8"), "stale-epoch")

    def test_wrong_installation_or_older_term_is_not_obeyed(self):
        self.bench.up()
        desktop = self.bench.made()
        self.broker.hang_up()
        self.broker.expect("hello")
        self.broker.welcome([], term=0)
        hello = self.broker.expect("hello")
        self.assertEqual([one["id"] for one in hello["desktops"]], [desktop])

    def test_silent_broker_is_left_and_dialled_again(self):
        self.bench.start()
        self.broker.is_silent = True
        self.broker.welcome(heartbeat_ms=100)
        self.broker.expect("closed")
        self.broker.expect("hello")

    def test_killed_while_making_it_makes_it_again(self):
        self.bench.up()
        self.bench.fault("hang")
        desktop = str(uuid.uuid4())
        self.broker.create(desktop)
        self.broker.expect("desktop", id=desktop, step="starting the virtual machine")
        self.bench.kill()
        self.bench.heal("hang")
        hello = self.bench.start()
        self.broker.welcome([(desktop, "1.1")])
        self.bench.await_up(hello, desktop)
        self.broker.result(self.broker.create(desktop, command=999), ok=True)

    def test_killed_with_its_machine_is_failed(self):
        self.bench.up()
        desktop = self.bench.made()
        self.bench.kill()  # the fake's machines die with it
        hello = self.bench.start()
        self.assertEqual([(one["id"], one["power"], one["code"]) for one in hello["desktops"]],
                         [(desktop, "failed", "hypervisor-failed")])

    def test_killed_while_destroying_it_ends_that(self):
        self.bench.up()
        desktop = self.bench.made()
        self.bench.fault("hang")
        self.broker.command("destroy", desktop)
        self.broker.expect("desktop", id=desktop, step="removing")
        self.bench.kill()
        self.bench.heal("hang")
        self.bench.start()
        self.broker.welcome([(desktop, "1.1")])
        wait_until(lambda: self.bench.files() == [], 20, "waiting for the files to go")

    def test_command_that_is_not_known_is_answered(self):
        self.bench.up()
        self.refused(self.broker.command("fly", str(uuid.uuid4())), "invalid-request")
        self.refused(self.broker.create(str(uuid.uuid4()), disks=[{"size_mib": 0}]), "invalid-request")
        self.refused(self.broker.command("start", str(uuid.uuid4())), "not-found")

    def test_boot_log_of_no_desktop_is_empty(self):
        self.bench.up()
        self.broker.say(type="boot-log?", request=7, desktop=str(uuid.uuid4()))
        self.assertEqual(self.broker.expect("boot-log", request=7)["text"], "")

    def test_images_are_told_when_they_change(self):
        self.bench.up()
        image = os.path.join(self.bench.images, "debian12-desktop.qcow2")
        with open(image, "r+b") as file:
            file.seek(0, os.SEEK_END)
            file.write(b"changed")
        told = self.broker.expect("images")
        self.assertEqual(told["images"][0]["state"], "damaged")
        self.refused(self.broker.create(str(uuid.uuid4())), "image-damaged")
        self.broker.say(type="images?")
        self.assertEqual(self.broker.expect("images")["images"][0]["state"], "damaged")

    def test_relay_hears_of_desktops_and_gets_channels(self):
        self.bench.up()
        state = self.relay.expect("state")
        self.assertEqual(state["grant_keys"], [{"id": "b1-1", "public_key": "AAAA"}])
        self.assertEqual((state["revoked_keys"], state["desktops"]), ([], []))
        self.broker.say(type="keys", grant_keys=[{"id": "b1-2", "public_key": "BBBB"}], revoked_keys=[{"id": "b1-1"}])
        told = self.relay.expect("keys")
        while not told["revoked_keys"]:  # those of the welcome, when the relay was there before it
            told = self.relay.expect("keys")
        self.assertEqual((told["grant_keys"], told["revoked_keys"]),
                         ([{"id": "b1-2", "public_key": "BBBB"}], [{"id": "b1-1"}]))
        desktop = self.bench.made()
        self.assertEqual(self.relay.expect("desktop")["id"], desktop)
        self.broker.result(self.broker.command("epoch", desktop, epoch="1.2"), ok=True)
        self.assertEqual(self.relay.expect("desktop")["epoch"], "1.2")
        ours, theirs = socket.socketpair()
        self.relay.say([theirs.fileno()], type="open", request=5, desktop=desktop, channel="main")
        self.assertTrue(self.relay.expect("opened")["ok"])
        self.relay.say([theirs.fileno()], type="open", request=6, desktop=str(uuid.uuid4()), channel="main")
        self.assertEqual(self.relay.expect("opened")["code"], "host-gone")
        ours.close()
        theirs.close()
        self.broker.result(self.broker.command("destroy", desktop, epoch="1.2"), ok=True)
        self.assertEqual(self.relay.expect("desktop-gone")["id"], desktop)

    def test_consoles_reach_the_broker_and_are_cut(self):
        self.bench.up()
        desktop = self.bench.made()
        self.relay.say(type="console", session=SESSION, desktop=desktop, user="alice", state="connected",
                       client="127.0.0.1", viewer="native", reason=None)
        self.broker.expect("console", session=SESSION, state="connected")
        self.broker.hang_up()
        self.assertEqual(self.broker.expect("hello")["consoles"][0]["session"], SESSION)
        self.broker.welcome([(desktop, "1.1")])
        self.broker.result(self.broker.command("cut", desktop, session=SESSION, reason="session-ended"), ok=True)
        self.assertEqual(self.relay.expect("cut")["session"], SESSION)

    def test_lock_holds_until_a_console_opens(self):
        self.bench.up()
        desktop = self.bench.made()

        def locked(wanted):
            while self.broker.expect("desktop", id=desktop)["guest"]["locked"] != wanted:
                pass
        self.broker.result(self.broker.command("lock", desktop), ok=True)
        locked(True)
        console = {"type": "console", "session": SESSION, "desktop": desktop, "user": "alice", "client": "127.0.0.1",
                   "viewer": "native", "reason": None}
        self.relay.say(**console, state="connected")
        locked(False)
        self.broker.result(self.broker.command("lock", desktop), ok=True)
        locked(True)
        self.relay.say(**{**console, "state": "disconnected", "reason": "disconnected"})
        self.broker.expect("console", session=SESSION, state="disconnected")
        self.relay.say(**console, state="connected")
        locked(False)

    def test_relay_that_comes_back_gets_the_state(self):
        self.bench.up()
        desktop = self.bench.made()
        self.relay.agent.close()
        self.relay.agent = None
        self.relay.accept()
        self.assertEqual([one["id"] for one in self.relay.expect("state")["desktops"]], [desktop])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
