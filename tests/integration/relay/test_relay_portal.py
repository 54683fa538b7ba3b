# SPDX-License-Identifier: Apache-2.0
"""A console through portal and relay: the grant travels on, refusals come back in words, stock viewers end at the
portal."""
import os
import unittest

from cryptography.hazmat.primitives.asymmetric import ed25519

from aged_certificate import certificate_in
from machine_ca import public_grant_key
from processes import Process, free_port, wait_until
from relay_rig import LIMIT_S, RelayRig
from spice_wire import DISPLAY, DISPLAY_INIT, INPUTS, MAIN, MSG_MAIN_CHANNELS_LIST, MSG_MAIN_INIT, Refused, SpiceLink

TRUST_LIMIT_S = 90  # the portal asks every few seconds


class RelayPortal(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.rig = RelayRig(drain_seconds=1)
        port = free_port()
        source = os.environ["CARAWAY_SOURCE"]
        cls.portal = Process("portal", [
            os.path.join(os.environ["CARAWAY_BUILD"], "bin", "caraway-portal"), f"--portal-listen=127.0.0.1:{port}",
            f"--portal-state-directory={os.path.join(cls.rig.folder, 'portal')}", f"--portal-broker={cls.rig.broker.url}",
            f"--portal-web-directory={os.path.join(source, 'portal', 'web')}", "--limits-drain-seconds=1"],
            os.path.join(cls.rig.folder, "portal.log")).start()
        cls.relay_port, cls.rig.port = cls.rig.port, port  # from here on the rig dials the portal

    @classmethod
    def tearDownClass(cls):
        try:
            cls.portal.stop()
        finally:
            cls.rig.close()

    def grant(self, **changes):
        return self.rig.grant(port=self.relay_port, **changes)

    def test_console_with_a_grant(self):
        grant = self.grant()
        _, session = self.rig.open_main(grant)
        display = SpiceLink(self.rig.connect(grant), DISPLAY, session)
        display.send(101, DISPLAY_INIT)
        display.receive_kind(314)

    def test_a_vanished_host_will_be_noticed(self):
        """The portal's leg to the relay is watched by keep-alive probes, like the client's: nothing hangs for ever (I4)."""
        main, _ = self.rig.open_main(self.grant())
        with open("/proc/net/tcp", encoding="ascii") as table:
            rows = [line.split() for line in table.readlines()[1:]]
        legs = [row for row in rows if row[2] == f"0100007F:{self.relay_port:04X}" and row[3] == "01"]
        self.assertTrue(legs)
        for row in legs:
            self.assertNotEqual(row[5].split(":")[0], "00", "no timer runs on the connection")
        main.stream.close()

    def test_a_console_outlives_the_key_of_its_grant(self):
        """Its key was retired meanwhile, and the portal and the relay have heard so."""
        rig = self.rig
        key = ed25519.Ed25519PrivateKey.generate()
        rig.broker.grant_keys = rig.ca.grant_keys() + [public_grant_key("k-1", key)]
        self.addCleanup(setattr, rig.broker, "grant_keys", rig.ca.grant_keys())
        grant = self.grant(key_id="k-1", key=key)
        main, session = rig.open_main(grant)
        rig.broker.grant_keys = rig.ca.grant_keys()
        rig.agent.send({"type": "keys", "grant_keys": rig.ca.grant_keys()})
        asked = rig.broker.times_asked_for_keys
        wait_until(lambda: rig.broker.times_asked_for_keys >= asked + 2, LIMIT_S, "the portal's next lists of keys")
        with self.assertRaises(Refused) as caught:
            rig.connect(self.grant(key_id="k-1", key=key))
        self.assertEqual(caught.exception.code, "grant-invalid")
        SpiceLink(rig.connect(grant), INPUTS, session)
        main.stream.close()

    def test_refusal_comes_back(self):
        with self.assertRaises(Refused) as caught:
            self.rig.connect(self.grant(epoch="1.0"))
        self.assertEqual(caught.exception.code, "grant-superseded")

    def revoke(self, folder):
        """The machine's certificate, until the test ends; whoever trusts hears of it."""
        self.addCleanup(self.trust_again)
        self.rig.broker.revoke([certificate_in(folder).serial_number])
        self.tell_relay()

    def tell_relay(self):
        self.rig.agent.send({"type": "keys", "grant_keys": self.rig.ca.grant_keys()})

    def trust_again(self):
        self.rig.broker.revoke([])
        self.tell_relay()
        wait_until(lambda: self.refusal() is None, TRUST_LIMIT_S, "the trust in all")

    def refusal(self):
        try:
            self.rig.connect(self.grant()).close()
        except Refused as refused:
            return refused
        return None

    def assert_not_trusted(self, sentence):
        refused = wait_until(self.refusal, TRUST_LIMIT_S, "the refusal")
        self.assertEqual(refused.code, "identity-not-trusted")
        self.assertIn(sentence, str(refused))

    def test_a_revoked_relay_gets_no_console_of_the_portal(self):
        main, _ = self.rig.open_main(self.grant())
        self.revoke(self.rig.state)
        self.assert_not_trusted("another machine")
        main.send(104)  # what is open goes on
        main.receive_kind(MSG_MAIN_CHANNELS_LIST)
        main.stream.close()

    def test_a_revoked_portal_gets_no_console_of_the_relay(self):
        self.revoke(os.path.join(self.rig.folder, "portal"))
        self.assert_not_trusted("revoked")

    def test_console_with_a_password(self):
        self.rig.broker.grants["through-the-portal"] = self.grant(viewer="vv")
        main = SpiceLink(self.rig.tls(), MAIN, 0, "through-the-portal", caps=0xf)
        main.receive_kind(MSG_MAIN_INIT)


if __name__ == "__main__":
    unittest.main(verbosity=2, warnings="ignore")
