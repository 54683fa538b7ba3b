# SPDX-License-Identifier: Apache-2.0
"""What one of two brokers revokes, the other refuses within seconds: its open link and new connections."""
import ssl
import unittest

import websocket

from cluster import Cluster
from machines import Machine, ScriptedHost
from processes import wait_until
from rest import Problem

LIMIT_S = 60
REFUSED = (OSError, ssl.SSLError, Problem, websocket.WebSocketException)


class Revocation(unittest.TestCase):
    def test_at_every_broker(self):
        with Cluster(2) as cluster:
            first, second = cluster.brokers
            portal = Machine(second, "portal", "edge1")
            host = ScriptedHost(second, "kvm1").connect()  # which beats: it is silent only when it is cut
            wait_until(lambda: cluster.link_of("kvm1") == "b2", LIMIT_S, "the link")
            portal.rest.call("GET", "/internal/trust")
            for row in first.admin.call("GET", "certificates")["items"]:
                if row["role"] in ("host", "portal"):
                    first.admin.call("POST", f"certificates/{row['serial']}/revoke", {"reason": "A test."})
            wait_until(lambda: cluster.sql("SELECT state FROM host") == "silent", LIMIT_S, "the cut")
            for machine in (portal, host):
                with self.assertRaises(REFUSED):
                    wait_until(lambda: machine.rest.call("GET", "/internal/trust") is None, LIMIT_S, "the refusal")


if __name__ == "__main__":
    unittest.main()
