# SPDX-License-Identifier: Apache-2.0
"""Fault 17 with two brokers: who loses a role, leaves a group or is disabled at one is cut off at the other within 5 s,
their streams of events and consoles too."""
import threading
import time
import unittest

from cluster import Cluster, RoamingHost
from machines import provision, wait_spare
from processes import wait_until
from rest import Problem

CUT_S = 5
LIMIT_S = 60


class Stream:
    """Follows a session at a broker till the stream ends."""

    def __init__(self, rest, session):
        self.response = rest.open("GET", f"/api/v1/sessions/{session}/events")
        assert self.response.status == 200, self.response.status
        assert self.response.readline().startswith(b"event: session")
        self.ended = threading.Event()
        threading.Thread(target=self.follow, daemon=True).start()

    def follow(self):
        try:
            while self.response.readline():
                pass
        except OSError:
            pass
        self.ended.set()


class RightsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster().up()
        cls.addClassCleanup(cls.cluster.down)
        cls.here, cls.there = cls.cluster.brokers
        cls.host = RoamingHost([cls.there]).connect()
        cls.addClassCleanup(cls.host.hang_up)
        cls.demo = provision(cls.here)
        wait_spare(cls.here)
        cls.demo.connect("office")
        cls.session = wait_until(lambda: next((item for item in cls.demo.items("sessions") if item["state"] == "ready"), None),
                                 LIMIT_S, "a session")["id"]

    def helper(self, name):
        """Signed in at the other broker, without roles yet."""
        self.here.user(name)
        return self.there.sign_in(name, f"{name} has a long password")

    def bind(self, kind, subject):
        return self.here.admin.call("POST", "role-bindings", {"kind": kind, "subject": subject, "role": "help-desk",
                                                              "object": "/pools/office"})["id"]

    def assert_cut(self, stream, rest):
        """The stream within what is promised, and not a request gets in since."""
        began = time.monotonic()
        self.assertTrue(stream.ended.wait(LIMIT_S))
        print(f"{self.id()}: cut after {time.monotonic() - began:.2f} s of {CUT_S}")
        with self.assertRaises(Problem) as caught:
            rest.call("GET", f"sessions/{self.session}")
        self.assertIn(caught.exception.status, (401, 404))

    def test_role_removed(self):
        rest = self.helper("helen")
        binding = self.bind("user", "helen")
        stream = Stream(rest, self.session)
        self.here.admin.call("DELETE", f"role-bindings/{binding}")
        self.assert_cut(stream, rest)

    def test_group_left(self):
        rest = self.helper("gina")
        self.here.admin.call("POST", "groups", {"name": "desk"})
        self.here.admin.call("PUT", "groups/desk/members/gina")
        self.bind("group", "desk")
        stream = Stream(rest, self.session)
        self.here.admin.call("DELETE", "groups/desk/members/gina")
        self.assert_cut(stream, rest)

    def test_role_changed(self):
        rest = self.helper("rita")
        self.here.admin.call("POST", "roles", {"name": "watcher", "permissions": ["session.read"]})
        self.here.admin.call("POST", "role-bindings", {"kind": "user", "subject": "rita", "role": "watcher"})
        stream = Stream(rest, self.session)
        self.here.admin.call("PATCH", "roles/watcher", {"permissions": ["pool.read"]})
        self.assert_cut(stream, rest)

    def test_user_disabled(self):
        """Somebody in the middle of a session: the host is told to end it."""
        rest = self.helper("vera")
        self.here.admin.call("PUT", "pools/office/entitlements/user/vera")
        wait_spare(self.here)
        session = rest.connect("office")["id"]
        wait_until(lambda: rest.call("GET", f"sessions/{session}")["state"] == "ready", LIMIT_S, "the session")
        desktop = rest.call("GET", f"sessions/{session}")["desktop"]["id"]
        stream = Stream(rest, session)
        began = time.monotonic()
        self.here.admin.call("PATCH", "users/vera", {"disabled": True})
        wait_until(lambda: any(command["kind"] in ("cut", "destroy") and command["desktop"] == desktop
                               for command in self.host.commands), LIMIT_S, "the console being cut")
        print(f"{self.id()}: cut after {time.monotonic() - began:.2f} s of {CUT_S}")
        self.assertTrue(stream.ended.wait(LIMIT_S))
        with self.assertRaises(Problem) as caught:
            rest.call("GET", "me")
        self.assertEqual(caught.exception.status, 401)


if __name__ == "__main__":
    unittest.main()
