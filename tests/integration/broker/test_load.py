# SPDX-License-Identifier: Apache-2.0
"""More requests than the queue takes (faults 6 and 30): clean refusals, one session, and a clean end under load (I1, I6)."""
import collections
import threading
import unittest

from machines import Broker, ScriptedHost, provision, wait_spare
from processes import wait_until
from rest import Problem


class LoadTest(unittest.TestCase):
    def setUp(self):
        self.broker = Broker("--broker-queue=4", "--broker-workers=2").up()
        self.addCleanup(self.broker.down)
        host = ScriptedHost(self.broker).connect()
        self.addCleanup(host.hang_up)
        wait_until(lambda: self.broker.admin.call("GET", "hosts/kvm1")["state"] == "up", 30, "waiting for the host")
        self.user = provision(self.broker, size=3, spares=2)
        wait_spare(self.broker, 2)
        self.outcomes, self.sessions = collections.Counter(), set()

    def connect(self):
        self.sessions.add(self.user.connect("office", take_over=True)["id"])

    def login(self):
        self.broker.rest().call("POST", "login", {"user": "demo", "password": "demo has a long password"})

    def attempt(self, what):
        try:
            what()
            self.outcomes["done"] += 1
        except Problem as problem:
            self.outcomes[problem.code] += 1
        except OSError:
            self.outcomes["cut"] += 1

    def start(self, *attempts):
        threads = [threading.Thread(target=self.attempt, args=(what,)) for what in attempts]
        for thread in threads:
            thread.start()
        return threads

    def test_overload_is_refused_and_one_user_has_one_session(self):
        for thread in self.start(*[self.connect, self.login] * 50):
            thread.join()
        self.assertEqual(set(self.outcomes), {"done", "overloaded"})
        self.assertEqual(len(self.sessions), 1)
        assigned = [item for item in self.broker.admin.items("admin/desktops") if item["assignment"] == "assigned"]
        self.assertEqual(len(assigned), 1)

    def test_sigterm_under_load_ends_cleanly(self):
        threads = self.start(*[self.login] * 20)
        wait_until(lambda: self.outcomes, 30, "waiting for the first answer", 0)
        self.assertEqual(self.broker.process.stop(), 0)
        for thread in threads:
            thread.join()


if __name__ == "__main__":
    unittest.main()
