# SPDX-License-Identifier: Apache-2.0
"""carawayctl against the real broker on loopback, with SQLite and no host: what an administrator does on day one."""
import os
import subprocess
import tempfile
import unittest

from ctl import Ctl
from processes import Process, free_port, wait_until
from rest import Problem, Rest

ADMIN_PASSWORD = "correct horse 7"
PASSWORD = "battery staple 9"


class Running:
    """One broker for all tests here; each test leaves it as it found it."""

    def __init__(self, folder):
        self.folder, build = folder, os.environ["CARAWAY_BUILD"]
        self.address = f"127.0.0.1:{free_port()}"
        self.ca_file = os.path.join(folder, "broker", "ca.pem")
        os.mkdir(os.path.join(folder, "broker"), 0o700)
        command = [os.path.join(build, "bin", "caraway-broker"), f"--broker-listen={self.address}",
                   f"--broker-state-directory={os.path.join(folder, 'broker')}", "--broker-public-address=127.0.0.1"]
        subprocess.run([*command, "--create-admin=admin"], input=ADMIN_PASSWORD + "\n", text=True, check=True,
                       capture_output=True, timeout=60)
        self.process = Process("broker", command, os.path.join(folder, "broker.log")).start()
        wait_until(self.is_ready, 60, "waiting for the broker")
        self.admin = Ctl(build, folder)
        self.admin.login(self.address, self.ca_file, "admin", ADMIN_PASSWORD)

    def is_ready(self):
        try:
            return Rest(f"https://{self.address}", self.ca_file).call("GET", "/readyz") is not None
        except (OSError, Problem):
            return False


def setUpModule():
    global running
    folder = tempfile.TemporaryDirectory()
    unittest.addModuleCleanup(folder.cleanup)
    running = Running(folder.name)
    unittest.addModuleCleanup(running.process.stop)


class Broker(unittest.TestCase):
    def setUp(self):
        self.admin, self.folder = running.admin, running.folder
        self.address, self.ca_file = running.address, running.ca_file

    def ctl(self):
        folder = tempfile.TemporaryDirectory(dir=self.folder)
        self.addCleanup(folder.cleanup)
        return Ctl(os.environ["CARAWAY_BUILD"], folder.name)

    def new_user(self, name, *options):
        self.admin.ok("user", "add", name, *options, stdin=PASSWORD + "\n")
        self.addCleanup(self.admin.run, "user", "delete", name, "--yes")

    def sign_in_as(self, name):
        ctl = self.ctl()
        ctl.login(self.address, self.ca_file, name, PASSWORD)
        return ctl

    def names(self, *words):
        return [item["name"] for item in self.admin.json(*words)["items"]]


class Accounts(Broker):
    def test_administrator_is_who_signed_in(self):
        account = self.admin.json("whoami")
        self.assertEqual((account["name"], "administrator" in account["roles"]), ("admin", True))

    def test_wrong_password_and_unknown_user_look_alike(self):
        words = ("login", "--server", self.address, "--ca-file", self.ca_file, "--user")
        wrong = self.ctl().refused(*words, "admin", stdin="wrong\n", code="wrong-name-or-password")
        unknown = self.ctl().refused(*words, "nobody-here", stdin="wrong\n", code="wrong-name-or-password")
        self.assertEqual(wrong, unknown)

    def test_user_is_made_shown_changed_and_deleted(self):
        self.new_user("alice", "--full-name", "Alice A.")
        self.assertIn("alice", self.names("user", "list"))
        self.assertEqual(self.admin.json("user", "show", "alice")["full_name"], "Alice A.")
        self.admin.ok("user", "set", "alice", "--full-name", "Alice B.")
        self.assertIn("Alice B.", self.admin.ok("user", "show", "alice"))
        self.admin.ok("user", "delete", "alice", "--yes")
        self.admin.refused("user", "show", "alice", code="not-found")

    def test_same_name_twice_and_weak_password(self):
        self.new_user("bob")
        self.admin.refused("user", "add", "bob", stdin=PASSWORD + "\n", code="conflict")
        self.admin.refused("user", "add", "carol", stdin="1\n", code="weak-password")

    def test_user_may_not_administer(self):
        self.new_user("dave")
        dave = self.sign_in_as("dave")
        for words in (("user", "list"), ("pool", "list"), ("host", "list"), ("audit", "list"), ("session", "list"),
                      ("desktop", "list"), ("image", "list"), ("host", "join-token")):
            with self.subTest(words=words):
                dave.refused(*words, code="not-permitted")

    def test_disabled_user_is_out_at_once(self):
        self.new_user("erin")
        erin = self.sign_in_as("erin")
        self.admin.ok("user", "disable", "erin", "--yes")
        erin.refused("whoami", code="not-signed-in")
        self.admin.ok("user", "enable", "erin")
        self.sign_in_as("erin").ok("whoami")

    def test_password_set_by_an_administrator_must_be_changed(self):
        self.new_user("frank")
        self.admin.ok("user", "password", "frank", stdin="given by hand 1\n")
        frank = self.ctl()
        words = ("login", "--server", self.address, "--ca-file", self.ca_file, "--user", "frank")
        self.assertIn("must be changed", frank.ok(*words, stdin="given by hand 1\n"))
        frank.refused("session", "list", "--mine", code="password-change-required")
        frank.ok("password", stdin=f"given by hand 1\n{PASSWORD}\n")
        frank.ok(*words, stdin=PASSWORD + "\n")
        frank.ok("session", "list", "--mine")

    def test_last_administrator_stays(self):
        self.admin.refused("user", "disable", "admin", "--yes", code="conflict")
        self.admin.refused("user", "delete", "admin", "--yes", code="conflict")

    def test_logout_ends_the_token(self):
        self.new_user("ivan")
        ivan = self.sign_in_as("ivan")
        path = os.path.join(ivan.env["XDG_CONFIG_HOME"], "caraway", "ctl.json")
        with open(path) as file:
            kept = file.read()
        ivan.ok("logout")
        with open(path, "w") as file:
            file.write(kept)
        ivan.refused("whoami", code="not-signed-in")


class Groups(Broker):
    def test_members_come_and_go(self):
        self.new_user("grace")
        self.admin.ok("group", "add", "staff", "--description", "Everybody")
        self.addCleanup(self.admin.run, "group", "delete", "staff", "--yes")
        self.admin.ok("group", "add-member", "staff", "grace")
        self.assertEqual(self.admin.json("group", "show", "staff")["members"], ["grace"])
        self.assertEqual(self.admin.json("user", "show", "grace")["groups"], ["staff"])
        self.admin.ok("group", "remove-member", "staff", "grace")
        self.assertEqual(self.admin.json("group", "show", "staff")["members"], [])
        self.admin.refused("group", "add-member", "staff", "nobody-here", code="not-found")


class Machines(Broker):
    def test_pool_needs_a_registered_image(self):
        self.admin.refused("pool", "create", "office", "--image", "debian", "--size", "2", "--spares", "1",
                           code="image-missing")
        self.admin.refused("image", "register", "debian", code="image-missing")

    def test_what_is_not_there(self):
        self.admin.refused("pool", "show", "office", code="unknown-pool")
        self.admin.refused("entitlement", "list", "office", code="unknown-pool")
        self.admin.refused("entitlement", "grant", "office", "user", "admin", code="unknown-pool")
        for words in (("host", "show", "kvm9"), ("desktop", "show", "office-0001"), ("session", "show", "s1")):
            with self.subTest(words=words):
                self.admin.refused(*words, code="not-found")
        for noun in ("pool", "host", "session", "desktop", "image"):
            with self.subTest(noun=noun):
                self.assertEqual(self.admin.ok(noun, "list"), "Nothing to list.\n")

    def test_join_token(self):
        token = self.admin.json("host", "join-token", "--role", "portal", "--lifetime-s", "60")["token"]
        self.assertTrue(token.startswith("cwj1.portal."))
        self.admin.refused("host", "join-token", "--role", "printer", code="invalid-request")

    def test_audit_tells_who_did_what_and_no_secret(self):
        self.new_user("heidi")
        shown = self.admin.ok("audit", "list")
        self.assertIn("heidi", shown)
        self.assertNotIn(PASSWORD, shown)
        self.assertNotIn(ADMIN_PASSWORD, shown)


if __name__ == "__main__":
    unittest.main()
