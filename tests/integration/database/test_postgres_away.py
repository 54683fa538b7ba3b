# SPDX-License-Identifier: Apache-2.0
"""Fault 8 on a real PostgreSQL: killed, paused, restarted."""
import concurrent.futures
import os
import time
import unittest

from away_rig import ANSWER_LIMIT_S, Installation, OwnersComeBack
from postgres_server import PostgresServer
from processes import wait_until
from rest import Problem


class PostgresAwayTest(OwnersComeBack, unittest.TestCase):
    def setUp(self):
        self.server = PostgresServer()
        self.addCleanup(self.server.remove)
        self.server.create().start()
        self.place = Installation(f"--broker-database={self.server.new_database('away')}")
        self.addCleanup(self.place.down)

    def test_killed(self):
        host = self.place.host
        hellos = host.hellos
        self.server.kill()
        self.place.wait_away()
        self.check_owner()
        self.check_password()
        self.check_refusals()
        host.consoles = [{"session": self.place.session["id"], "desktop": self.place.session["desktop"]["id"],
                          "client": "127.0.0.1", "viewer": "native"}]
        host.console(self.place.session["id"], self.place.session["desktop"]["id"], "connected")
        wait_until(lambda: self.place.owner.call("GET", f"sessions/{self.place.session['id']}")["state"] == "connected", 10,
                   "waiting till the broker heard of the console")
        self.assertTrue(host.is_answered())
        self.assertEqual(host.hellos, hellos)
        self.server.start()
        self.place.wait_back()
        wait_until(lambda: host.hellos > hellos, 20, "waiting for the host's new hello")
        wait_until(lambda: self.place.owner.call("GET", f"sessions/{self.place.session['id']}")["state"] == "connected", 10,
                   "waiting for the console in the books")
        self.check_books()

    def test_paused(self):
        pid = self.place.broker.process.child.pid
        threads = len(os.listdir(f"/proc/{pid}/task"))
        self.server.pause()
        self.addCleanup(self.server.resume)
        with concurrent.futures.ThreadPoolExecutor(40) as pool:
            answers = list(pool.map(self.timed_me, range(40)))
        self.assertLess(max(answers), ANSWER_LIMIT_S, "no request hangs")
        self.place.wait_away()
        begun = time.monotonic()
        for _ in range(20):
            self.place.owner.call("GET", "me")
        self.assertLess(time.monotonic() - begun, ANSWER_LIMIT_S, "who asks later does not wait for the database at all")
        self.check_owner()
        self.check_password()
        self.check_refusals()
        self.assertTrue(self.place.host.is_answered())
        self.assertLessEqual(len(os.listdir(f"/proc/{pid}/task")), threads + 4)
        self.server.resume()
        self.place.wait_back()
        self.check_books()

    def timed_me(self, _):
        begun = time.monotonic()
        self.assertEqual(self.place.owner.call("GET", "me")["name"], "owner")
        return time.monotonic() - begun

    def test_restarted(self):
        self.server.stop()
        self.place.wait_away()
        self.check_owner()
        self.server.start()
        self.place.wait_back()
        self.check_books_after_restart()

    def check_books_after_restart(self):
        session = self.place.other.connect("office")
        self.assertNotEqual(session["desktop"]["id"], self.place.session["desktop"]["id"])
        self.assertEqual(self.place.owner.connect("office")["id"], self.place.session["id"])

    def test_ended_sign_in_does_not_come_back(self):
        self.place.other.call("POST", "logout", {})
        self.place.broker.admin.call("PATCH", "users/owner", {"disabled": True})
        self.server.kill()
        self.place.wait_away()
        for rest in (self.place.other, self.place.owner):
            with self.assertRaises(Problem) as caught:
                rest.call("GET", "me")
            self.assertEqual(caught.exception.code, "database-unavailable")

    def test_signing_out_while_away(self):
        self.server.stop()
        self.place.wait_away()
        self.place.other.call("POST", "logout", {})
        self.assert_signed_out()
        self.check_owner()
        self.server.start()
        self.place.wait_back()
        self.assert_signed_out()

    def assert_signed_out(self):
        with self.assertRaises(Problem) as caught:
            self.place.other.call("GET", "me")
        self.assertEqual(caught.exception.code, "not-signed-in")


if __name__ == "__main__":
    unittest.main()
