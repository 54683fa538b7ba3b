# SPDX-License-Identifier: Apache-2.0
"""Fault 9 on SQLite: the disk of the database is full, or fails with an I/O error; the log's disk is full. Runs in a mount
namespace of its own, where it may mount a small disk, whoever runs it."""
import os
import resource
import subprocess
import sys
import unittest

from away_rig import AWAY, Installation, OwnersComeBack
from machines import Broker
from processes import wait_until
from rest import Problem

DISK_MIB = 24
INSIDE = "CARAWAY_TEST_NAMESPACE"


class SmallDisk:
    """A disk of its own at `folder`, that a test fills and empties."""

    def __init__(self, folder):
        self.folder, self.ballast = folder, os.path.join(folder, "ballast")
        os.makedirs(folder, exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m,mode=0700", "tmpfs", folder], check=True)

    def fill(self):
        with open(self.ballast, "ab", buffering=0) as file:
            for size in (1 << 20, 4096, 1):
                try:
                    while True:
                        file.write(b"x" * size)
                except OSError:
                    continue

    def empty(self):
        os.unlink(self.ballast)

    def remove(self):
        subprocess.run(["umount", "-l", self.folder], check=False)
        os.rmdir(self.folder)


class FullDiskTest(OwnersComeBack, unittest.TestCase):
    def setUp(self):
        self.disk = SmallDisk(f"/tmp/caraway-disk-{os.getpid()}")
        self.addCleanup(self.disk.remove)
        self.place = Installation(f"--broker-database={self.disk.folder}/caraway.db")
        self.addCleanup(self.place.down)

    def write_until_refused(self):
        """What is written before the last free bytes are gone is written."""
        def refused():
            try:
                self.place.broker.sign_in("other", "other has a long password")
            except Problem as problem:
                self.assertEqual((problem.status, problem.code), (503, AWAY), problem)
                self.assertIn("full", problem.reasons[0])
                return True
            return False
        wait_until(refused, 60, "waiting till the disk is full")

    def test_full_disk(self):
        self.disk.fill()
        self.write_until_refused()
        self.check_owner()
        self.check_password()
        self.check_refusals()
        offers = self.place.other.call("GET", "desktops")  # reading needs no room
        self.assertEqual([item["pool"]["name"] for item in offers["items"]], ["office"])
        self.assertTrue(offers["degraded"])
        self.disk.empty()
        self.place.wait_back()
        self.check_books()

    def test_full_disk_and_a_restart(self):
        self.disk.fill()
        self.write_until_refused()
        self.place.broker.process.kill()
        self.place.broker.process.child.wait()
        self.disk.empty()
        hellos = self.place.host.hellos
        self.place.broker.start()
        wait_until(lambda: self.place.host.hellos > hellos, 20, "waiting for the host's hello")
        self.assertEqual(self.place.owner.connect("office")["id"], self.place.session["id"])


class FailingDiskTest(OwnersComeBack, unittest.TestCase):
    """A limit on the size of files makes every write to the database fail with an I/O error, and those to the log."""

    def setUp(self):
        self.place = Installation()
        self.addCleanup(self.place.down)

    def limit(self, size):
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.prlimit(self.place.broker.process.child.pid, resource.RLIMIT_FSIZE, (size, hard))

    def test_writing_fails(self):
        self.limit(1024)
        with self.assertRaises(Problem) as caught:
            self.place.broker.admin.call("POST", "groups", {"name": "late"})
        self.assertEqual(caught.exception.code, AWAY)
        self.assertRegex(caught.exception.reasons[0], "cannot be read or written")
        self.place.wait_away()
        self.check_owner()
        self.check_password()
        self.check_refusals()
        self.limit(resource.RLIM_INFINITY)
        self.place.wait_back()
        self.check_books()


class FullLogTest(unittest.TestCase):
    def test_broker_works_without_its_log(self):
        broker = Broker()
        broker.process.log_path = "/dev/full"
        broker.process.log_tail = lambda lines=25: "(the log's disk is full)"
        self.addCleanup(broker.down)
        broker.up()
        for number in range(5):
            broker.admin.call("POST", "groups", {"name": f"group{number}"})
        self.assertEqual(len(broker.admin.items("groups")), 5)
        with self.assertRaises(Problem):
            broker.sign_in("admin", "wrong")
        self.assertEqual(broker.process.stop(), 0)


if __name__ == "__main__":
    if os.environ.get(INSIDE) is None:
        os.environ[INSIDE] = "1"
        flags = ["-m"] if os.geteuid() == 0 else ["-Urm"]
        os.execvp("unshare", ["unshare", *flags, sys.executable, *sys.argv])
    unittest.main()
