# SPDX-License-Identifier: Apache-2.0
"""Devices at two brokers on one database: any broker takes what another gave out, once, and a revocation counts at all."""
import threading
import unittest

from cluster import Cluster, RoamingHost
from device import Device
from machines import provision, wait_spare
from processes import wait_until
from rest import Problem, Rest


class Anywhere(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster(2).__enter__()
        cls.addClassCleanup(cls.cluster.down)
        cls.first, cls.second = cls.cluster.brokers
        cls.host = RoamingHost([cls.second]).connect()
        cls.addClassCleanup(cls.host.hang_up)
        provision(cls.first, size=3, spares=1)

    def approved(self, name, **members):
        """Enrolled at the first, followed and approved at the second."""
        device = Device(self.first)
        told = device.enrol()
        self.assertEqual(device.at(self.second).state()["code"], told["code"])
        self.second.admin.call("POST", f"devices/{told['code']}/approve", {"name": name, **members})
        self.assertEqual(device.state()["state"], "approved")
        return device

    def code_of(self, call):
        try:
            call()
        except Problem as problem:
            return problem.code
        return "taken"

    def test_a_nonce_is_used_once_at_all_of_them(self):
        """One proof, sent to both at the same time, many times over: one sign-in each."""
        device = self.approved("once")
        elsewhere = device.at(self.second)
        for _ in range(5):
            body, codes = device.proof(), []
            threads = [threading.Thread(target=lambda which=which: codes.append(self.code_of(lambda: which.sign_in(body))))
                       for which in (device, elsewhere)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertEqual(sorted(codes), ["device-not-accepted", "taken"])

    def test_revoked_at_one_cut_at_the_other(self):
        device = self.approved("ward3-01", pool="office")
        token = device.sign_in().token
        here, there = (Rest(broker.url, broker.ca, token) for broker in (self.first, self.second))
        wait_spare(self.first)
        session = there.connect("office")
        wait_until(lambda: there.call("GET", f"sessions/{session['id']}")["state"] == "ready", 60, "the session")
        self.assertEqual(here.call("GET", "me/device")["pool"], "office")
        self.host.console(session["id"], session["desktop"]["id"], "connected")
        self.first.admin.call("POST", "devices/ward3-01/revoke")
        for rest in (here, there):
            self.assertEqual(self.code_of(lambda rest=rest: rest.call("GET", "me/device")), "not-signed-in")
        self.assertEqual(self.code_of(device.at(self.second).sign_in), "device-revoked")
        wait_until(lambda: any(c["kind"] in ("cut", "destroy") and c["desktop"] == session["desktop"]["id"]
                               for c in self.host.commands), 60, "the console to be cut over the other broker's link")


if __name__ == "__main__":
    unittest.main()
