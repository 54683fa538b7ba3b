# SPDX-License-Identifier: Apache-2.0
"""
A broker that is killed or stopped while it has the link of the host and the lease (INVARIANTS rows 1 and 10): nothing
that was acknowledged is lost, the other one takes its work over, and what it does later does no harm.
"""
import http.client
import threading
import time
import unittest
import uuid

from cluster import Cluster, RoamingHost
from machines import provision, wait_spare
from processes import wait_until
from rest import Problem, Rest

USERS = 8
TAKEN_OVER_S = 30  # generous: the promise is ten seconds on a machine of its own


class Visitor(threading.Thread):
    """Connects to the pool at `brokers` in turn, with one key, until somebody says yes; then knows its `session`."""

    def __init__(self, brokers, token, key):
        super().__init__(daemon=True)
        self.brokers, self.token, self.key = brokers, token, key
        self.session, self.problem = None, None

    def run(self):
        end = time.monotonic() + 60
        turn = 0
        while self.session is None and time.monotonic() < end:
            broker = self.brokers[turn % len(self.brokers)]
            turn += 1
            try:
                self.session = Rest(broker.url, broker.ca, self.token, 10).call(
                    "POST", "pools/office/connect", {}, {"Idempotency-Key": self.key})
            except (OSError, http.client.HTTPException) as error:
                self.problem = error
            except Problem as error:
                self.problem = error
                threading.Event().wait(0.2)


def tokens(broker, count):
    """Users who may use the pool, signed in."""
    made = []
    for i in range(count):
        made.append(broker.user(f"user{i}").token)
        broker.admin.call("PUT", f"pools/office/entitlements/user/user{i}")
    return made


def owned(broker):
    return {item["id"]: item["owner"] for item in broker.admin.items("admin/desktops") if item["owner"]}


class Failover(unittest.TestCase):
    def check_owners(self, broker, visitors):
        owners = owned(broker)
        self.assertEqual(len(owners), len(set(owners.values())), owners)
        for visitor in visitors:
            self.assertIsNotNone(visitor.session, visitor.problem)
            now = Rest(broker.url, broker.ca, visitor.token).call("GET", f"sessions/{visitor.session['id']}")
            self.assertNotEqual(now["state"], "ended", now)
            self.assertEqual(now["desktop"]["id"], visitor.session["desktop"]["id"])
            self.assertEqual(owners[now["desktop"]["id"]], now["user"])

    def test_killed_in_a_storm(self):
        with Cluster(2) as cluster:
            first, second = cluster.brokers
            host = RoamingHost(cluster.brokers).connect()
            self.addCleanup(host.hang_up)
            provision(first, size=USERS + 4, spares=4)
            wait_spare(first, 4)
            self.assertEqual((cluster.keeper(), cluster.link_of("kvm1")), ("b1", "b1"))
            visitors = [Visitor(cluster.brokers if i % 2 else [second, first], token, str(uuid.uuid4()))
                        for i, token in enumerate(tokens(first, USERS))]
            for visitor in visitors:
                visitor.start()
            wait_until(lambda: any(visitor.session for visitor in visitors), 30, "waiting for the first of the storm", 0.01)
            first.kill()
            killed = time.monotonic()
            for visitor in visitors:
                visitor.join(70)
            wait_until(lambda: cluster.keeper() == "b2", TAKEN_OVER_S, "waiting for the other broker to keep the pools")
            kept = time.monotonic() - killed
            wait_until(lambda: cluster.link_of("kvm1") == "b2", TAKEN_OVER_S, "waiting for the host at the other broker")
            wait_spare(second, 4)
            print(f"the lease was taken after {kept:.1f} s, the pool full after {time.monotonic() - killed:.1f} s", flush=True)
            self.check_owners(second, visitors)
            first.start()  # as a new process of the same name
            self.assertEqual(cluster.keeper(), "b2")
            first.admin = Rest(first.url, first.ca, first.admin.token)
            self.check_owners(first, visitors)

    def test_stopped_and_resumed(self):
        with Cluster(2) as cluster:
            first, second = cluster.brokers
            host = RoamingHost(cluster.brokers)
            host.roams = False
            host.connect()
            self.addCleanup(host.hang_up)
            provision(first, size=4, spares=1)
            wait_spare(first)
            token = tokens(first, 1)[0]
            host.answer_create = False  # so that commands go on waiting for whoever delivers
            old = host.socket
            first.pause()
            self.addCleanup(first.resume)
            wait_until(lambda: cluster.keeper() == "b2", TAKEN_OVER_S, "waiting for the other broker to keep the pools")
            host.brokers.append(host.brokers.pop(0))
            host.broker = second
            host.connect()
            lowest = host.term
            visitor = Visitor([second], token, str(uuid.uuid4()))
            visitor.start()
            visitor.join(60)
            self.assertIsNotNone(visitor.session, visitor.problem)
            wait_until(lambda: any(c["kind"] == "create" and c["term"] == lowest for c in host.commands), 30,
                       "waiting for the other broker to refill the pool")
            first.resume()
            wait_until(lambda: old in host.ended, 30, "waiting for the stopped broker to let the old link go")
            self.assertTrue(all(command["term"] < lowest for command in host.refused), host.refused)
            wait_until(first.answers, 30, "waiting for the broker that went on")
            self.assertEqual((cluster.keeper(), cluster.link_of("kvm1")), ("b2", "b2"))
            for broker in cluster.brokers:
                self.check_owners(broker, [visitor])
            self.assertEqual(cluster.sql("SELECT COUNT(*) FROM desktop"), "2")


if __name__ == "__main__":
    unittest.main()
