# SPDX-License-Identifier: Apache-2.0
"""carawayctl with the real broker and the real agent of a host whose virtual machines are pretended: from the join
token to somebody's session and its end."""
import os
import shutil
import tempfile
import unittest

from broker_and_host import BrokerAndHost
from ctl import Ctl
from processes import wait_until
from rest import Rest

IMAGE = "debian12-desktop"
PASSWORD = "battery staple 9"
LIMIT_S = 60


def setUpModule():
    global stack, admin
    build = os.environ["CARAWAY_BUILD"]
    store = tempfile.mkdtemp(prefix="caraway-store-")
    unittest.addModuleCleanup(shutil.rmtree, store)
    stack = BrokerAndHost(build, store, fake=True)
    unittest.addModuleCleanup(take_down)
    admin = Ctl(build, stack.path("home"))
    stack.up(admin)
    wait_until(lambda: listed("host", state="up"), LIMIT_S, "waiting for the host to come up")


def take_down():
    complaints = stack.down()
    if complaints:
        raise AssertionError("\n".join(complaints))


def listed(noun, *words, **members):
    """The items of a list whose members are as given."""
    items = admin.json(noun, "list", *words)["items"]
    return [item for item in items if all(item[name] == value for name, value in members.items())]


class FromPoolToSession(unittest.TestCase):
    """In the order of a first day; each step needs the one before."""

    def wait(self, condition, what):
        return wait_until(condition, LIMIT_S, f"waiting for {what}")

    def make_pool(self):
        self.assertEqual(admin.ok("image", "register", IMAGE), f"The image {IMAGE} was registered.\n")
        admin.ok("pool", "create", "office", "--image", IMAGE, "--size", "2", "--spares", "1", "--memory-mib", "256")
        admin.refused("pool", "create", "office", "--image", IMAGE, code="conflict")
        admin.refused("pool", "create", "lab", "--image", "no-such-image", code="image-missing")
        self.wait(lambda: listed("desktop", assignment="spare", power="up"), "a spare")

    def entitle_people(self):
        for name in ("alice", "bob"):
            admin.ok("user", "add", name, stdin=PASSWORD + "\n")
        admin.ok("group", "add", "staff")
        admin.ok("group", "add-member", "staff", "alice")
        admin.ok("entitlement", "grant", "office", "group", "staff")
        admin.refused("entitlement", "grant", "office", "user", "nobody-here", code="not-found")
        self.assertEqual(admin.ok("entitlement", "list", "office"), "KIND   NAME\ngroup  staff\n")

    def open_desktop(self):
        alice = Rest(stack.broker_url, stack.ca)
        alice.login("alice", PASSWORD)
        return alice.connect("office")["id"]

    def look_at_session(self, session):
        self.wait(lambda: listed("session", id=session, state="ready"), "the session to be ready")
        shown = admin.ok("session", "show", session)
        self.assertRegex(shown, r"(?m)^User: +alice$")
        desktop = admin.json("session", "show", session)["desktop"]["name"]
        self.assertEqual(admin.json("desktop", "show", desktop)["owner"], "alice")
        admin.refused("pool", "delete", "office", "--yes", code="conflict")
        self.assertEqual(admin.ok("session", "message", session, "--title", "Hello", "--text", "A word"),
                         "The message is on its way.\n")
        admin.ok("session", "lock", session)
        return desktop

    def end_session(self, session, desktop):
        admin.ok("session", "logoff", session, "--yes")
        self.wait(lambda: not listed("session", id=session), "the session to end")
        self.wait(lambda: not listed("desktop", name=desktop), "the used desktop to be gone")

    def withdraw(self):
        session = self.wait(self.open_desktop, "a second session")
        admin.ok("entitlement", "revoke", "office", "group", "staff", "--yes")
        self.wait(lambda: not listed("session", id=session), "the session to be cut")
        self.assertEqual(admin.ok("entitlement", "list", "office"), "Nothing to list.\n")

    def delete_pool(self):
        admin.ok("pool", "set", "office", "--spares", "0")
        self.wait(lambda: admin.run("pool", "delete", "office", "--yes").returncode == 0, "the pool to be deleted")
        self.wait(lambda: not listed("desktop"), "the desktops to be gone")
        admin.ok("image", "delete", IMAGE, "--yes")

    def test_first_day(self):
        self.make_pool()
        self.entitle_people()
        session = self.open_desktop()
        desktop = self.look_at_session(session)
        self.end_session(session, desktop)
        self.withdraw()
        self.delete_pool()
        actions = {entry["action"] for entry in listed("audit")}
        self.assertTrue({"pool.create", "user.create"} <= actions, actions)


class Host(unittest.TestCase):
    def test_host_is_described(self):
        self.assertEqual(admin.json("host", "show", "kvm1")["state"], "up")
        self.assertRegex(admin.ok("host", "list"), r"(?m)^kvm1 +up ")
        self.assertIn(IMAGE, admin.ok("host", "show", "kvm1"))


if __name__ == "__main__":
    unittest.main()
