# SPDX-License-Identifier: Apache-2.0
"""Fault 8 with two brokers on one PostgreSQL: when it is back neither takes the other, nor a host, for dead."""
import os
import unittest

from cluster import Cluster, RoamingHost
from postgres_server import PostgresServer
from processes import wait_until
from rest import Problem


class TwoBrokersAwayTest(unittest.TestCase):
    def setUp(self):
        self.server = PostgresServer()
        self.addCleanup(self.server.remove)
        self.server.create().start()
        os.environ["CARAWAY_POSTGRES"] = self.server.folder
        self.cluster = Cluster(2)
        self.addCleanup(self.cluster.down)
        self.cluster.up()
        self.hosts = []
        for number, broker in enumerate(self.cluster.brokers, 1):
            others = [other for other in self.cluster.brokers if other is not broker]
            host = RoamingHost([broker, *others], f"kvm{number}").connect()
            self.addCleanup(host.hang_up)
            self.hosts.append(host)

    def is_ready(self, broker):
        try:
            return broker.rest().call("GET", "/readyz") == "ready\n"
        except (OSError, Problem):
            return False

    def away_s(self, broker):
        metrics = broker.rest().call("GET", "/metrics").splitlines()
        return next(int(line.split()[1]) for line in metrics if line.startswith("caraway_database_away_seconds "))

    def silences(self):
        return int(self.cluster.sql("SELECT count(*) FROM audit WHERE action = 'host.silent'"))

    def test_links_and_brokers_outlive_an_outage(self):
        keeper, before = self.cluster.keeper(), self.silences()
        self.server.kill()
        for broker in self.cluster.brokers:
            wait_until(lambda b=broker: not self.is_ready(b), 30, "waiting till the broker sees it")
            self.assertEqual(broker.admin.call("GET", "me")["name"], "admin")
        # Longer than a broker that does not beat may be taken for alive.
        wait_until(lambda: min(map(self.away_s, self.cluster.brokers)) >= 7, 30, "waiting for seven seconds of outage")
        self.server.start()
        for broker in self.cluster.brokers:
            wait_until(lambda b=broker: self.is_ready(b), 30, "waiting till the broker has its database again")
        beats = "SELECT min(beat) FROM broker"
        begun = int(self.cluster.sql(beats))
        wait_until(lambda: int(self.cluster.sql(beats)) >= begun + 7, 30, "waiting for beats of both")
        self.assertEqual(self.cluster.keeper(), keeper)
        self.assertEqual(self.silences(), before)
        for host, broker in zip(self.hosts, self.cluster.brokers):
            self.assertEqual(host.ended, [])
            self.assertEqual(self.cluster.link_of(host.name), broker.name)


if __name__ == "__main__":
    unittest.main()
