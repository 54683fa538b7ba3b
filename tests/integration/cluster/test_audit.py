# SPDX-License-Identifier: Apache-2.0
"""The audit log of several brokers: each has its chain, the dead one's rows are sealed by another, and each is the other's
witness."""
import unittest

from cluster import Cluster
from processes import wait_until


class AuditOfTwoTest(unittest.TestCase):
    def setUp(self):
        self.cluster = self.enterContext(Cluster(2))
        self.first, self.second = self.cluster.brokers

    def report(self):
        return self.first.admin.call("GET", "audit/verify")

    def chains(self):
        return {chain["broker"]: chain for chain in self.report()["chains"]}

    def wait_sealed(self):
        wait_until(lambda: all(chain["unsealed"] == 0 for chain in self.chains().values()), 90, "waiting for seals")

    def test_a_dead_brokers_rows_are_sealed_and_missed_when_they_go(self):
        self.second.admin.call("POST", "groups", {"name": "staff"})
        self.wait_sealed()
        self.assertEqual(set(self.chains()), {"b1", "b2"})
        self.second.kill()
        # A row of the dead one without a seal, as it would be had it died before the quarter of a second was over.
        self.cluster.sql("INSERT INTO audit (time_us, actor, action, object, succeeded, code, detail, address, broker) SELECT"
                         " CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS bigint), 'admin', 'group.create', 'group/x', 1,"
                         " '', '', '', 'b2'")
        self.wait_sealed()
        self.assertTrue(self.report()["unbroken"])
        self.assertEqual(self.cluster.sql("SELECT sealed_by FROM audit_seal WHERE broker = 'b2' ORDER BY number DESC LIMIT 1"),
                         "b1")
        self.first.admin.call("POST", "groups", {"name": "witness"})
        self.wait_sealed()
        self.cluster.sql("ALTER TABLE audit DISABLE TRIGGER ALL; ALTER TABLE audit_seal DISABLE TRIGGER ALL")
        self.cluster.sql("DELETE FROM audit WHERE id = (SELECT MAX(id) FROM audit WHERE broker = 'b2')")
        self.cluster.sql("DELETE FROM audit_seal WHERE broker = 'b2' AND number ="
                         " (SELECT MAX(number) FROM audit_seal WHERE broker = 'b2')")
        broken = self.report()["break"]
        self.assertEqual(broken["broker"], "b2")
        self.assertIn("The end was cut off: the chain of b1", broken["reason"])


if __name__ == "__main__":
    unittest.main()
