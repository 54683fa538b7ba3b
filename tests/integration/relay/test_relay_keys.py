# SPDX-License-Identifier: Apache-2.0
"""caraway-relay while brokers change the keys that they sign grants with: no sound grant is refused for a list of keys
that has not come yet, none of a key that was taken back is accepted (I3, I7; rows 15 and 16)."""
import threading
import unittest

from cryptography.hazmat.primitives.asymmetric import ed25519

from machine_ca import public_grant_key
from processes import wait_until
from relay_rig import RelayRig, is_closed
from spice_wire import INPUTS, MSG_MAIN_CHANNELS_LIST, Refused, SpiceLink

LIMIT_S = 60


class RelayKeys(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.rig = RelayRig(setup_seconds=60)
        cls.names = 0

    @classmethod
    def tearDownClass(cls):
        cls.rig.close()

    def setUp(self):
        self.old, self.new = self.key(), self.key()
        self.rig.broker.grant_keys = []

    @classmethod
    def key(cls):
        """A key that the relay has never heard of: its id, its private and its public half."""
        cls.names += 1
        key_id, key = f"k-{cls.names}", ed25519.Ed25519PrivateKey.generate()
        return key_id, key, public_grant_key(key_id, key)

    def tell(self, *keys):
        self.rig.agent.send({"type": "keys", "grant_keys": [public for _, _, public in keys]})

    def grant(self, key, **claims):
        return self.rig.grant(key_id=key[0], key=key[1], **claims)

    # What is told is not acknowledged: it counts a moment later.

    def refusal(self, grant):
        try:
            self.rig.connect(grant).close()
            return None
        except Refused as problem:
            return problem.code

    def assert_refused(self, grant):
        self.assertEqual(wait_until(lambda: self.refusal(grant), LIMIT_S, "the refusal"), "grant-invalid")

    def open_main(self, grant):
        def opened():
            try:
                return self.rig.open_main(grant)
            except Refused as problem:
                self.assertEqual(problem.code, "grant-invalid")
                return None
        return wait_until(opened, LIMIT_S, "a console")

    def test_both_keys_count_during_the_overlap_and_one_after(self):
        self.tell(self.old, self.new)
        for key in (self.old, self.new):
            self.open_main(self.grant(key))
        self.tell(self.new)
        self.open_main(self.grant(self.new))
        self.assert_refused(self.grant(self.old))

    def test_a_console_outlives_its_key(self):
        """A channel that is opened later presents the grant of its main channel; nothing else of that key counts."""
        self.tell(self.old)
        grant = self.grant(self.old)
        main, session = self.open_main(grant)
        self.tell(self.new)
        self.assert_refused(self.grant(self.old))
        SpiceLink(self.rig.connect(grant), INPUTS, session)
        head, _, signature = grant.rpartition(".")
        forged = f"{head}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}"
        self.assert_refused(forged)
        main.send(104)
        main.receive_kind(MSG_MAIN_CHANNELS_LIST)
        main.stream.close()
        self.rig.agent.wait_for(type="console", state="disconnected")
        self.assert_refused(grant)

    def test_a_revoked_key_ends_what_it_opened(self):
        """Who got a copy may have a console open; a retired key's go on."""
        self.tell(self.old, self.new)
        main, _ = self.open_main(self.grant(self.old))
        self.tell(self.new)
        main.send(104)
        main.receive_kind(MSG_MAIN_CHANNELS_LIST)
        self.rig.agent.send({"type": "keys", "grant_keys": [self.new[2]], "revoked_keys": [{"id": self.old[0]}]})
        self.assertTrue(is_closed(main.stream))
        self.rig.agent.wait_for(type="console", state="disconnected", reason="grant-invalid")
        self.open_main(self.grant(self.new))

    def test_a_key_that_was_not_told_yet_is_asked_for(self):
        self.tell(self.old)
        self.rig.broker.grant_keys = [self.old[2], self.new[2]]
        self.open_main(self.grant(self.new))

    def test_a_key_that_was_taken_back_is_not_brought_back(self):
        """A broker that has not heard of it yet still names it."""
        self.tell(self.old)
        self.tell()
        self.rig.broker.grant_keys = [self.old[2], self.new[2]]
        self.open_main(self.grant(self.new))
        self.assert_refused(self.grant(self.old))
        self.tell(self.old)
        self.open_main(self.grant(self.old))

    def test_invented_keys_are_refused_and_do_not_hammer_the_broker(self):
        self.tell(self.old)
        before, refused = self.rig.broker.times_asked_for_keys, []

        def try_one(key):
            try:
                self.rig.connect(self.grant(key))
            except Refused as problem:
                refused.append(problem.code)
        threads = [threading.Thread(target=try_one, args=(self.key(),)) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(refused, ["grant-invalid"] * len(threads))
        self.assertLess(self.rig.broker.times_asked_for_keys - before, len(threads) // 2)


if __name__ == "__main__":
    unittest.main()
