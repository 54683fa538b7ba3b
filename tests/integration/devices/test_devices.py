# SPDX-License-Identifier: Apache-2.0
"""Devices against the real broker: how one joins, signs in and is thrown out, with carawayctl as the administrator, and what
a stranger tries instead."""
import os
import tempfile
import unittest

from ctl import Ctl
from device import Device, from_text, to_text
from machines import ADMIN_PASSWORD, Broker, ScriptedHost, provision, wait_spare
from processes import wait_until
from rest import Problem

SMALL_ORDER = "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"  # the neutral point
GROUP_ORDER = 2**252 + 27742317777372353535851937790883648493


class DevicesCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.broker = Broker().up()
        cls.addClassCleanup(cls.broker.down)
        cls.admin = cls.broker.admin
        cls.host = ScriptedHost(cls.broker).connect()
        cls.addClassCleanup(cls.host.hang_up)
        provision(cls.broker, size=4, spares=2)
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.ctl = Ctl(os.environ["CARAWAY_BUILD"], folder.name)
        cls.ctl.ok("login", "--server", cls.broker.url, "--ca-file", cls.broker.ca, "--user", "admin",
                   stdin=ADMIN_PASSWORD + "\n")
        cls.made = 0

    def refused(self, code, call):
        with self.assertRaises(Problem) as caught:
            call()
        self.assertEqual(caught.exception.code, code, caught.exception)
        return caught.exception

    def approved(self, **members):
        device = Device(self.broker)
        device.enrol()
        type(self).made += 1
        device.name = f"kiosk-{self.made}"
        self.admin.call("POST", f"devices/{device.id}/approve", {"name": device.name, **members})
        return device

    def audit(self, action):
        return [entry for entry in self.admin.call("GET", "audit?limit=500")["items"] if entry["action"] == action]


class JoiningTest(DevicesCase):
    def test_a_ward_gets_its_kiosk(self):
        """The whole way, with the words that an administrator types."""
        device = Device(self.broker)
        told = device.enrol()
        self.assertEqual((told["code"], told["fingerprint"]), (device.code(), device.fingerprint()))
        self.assertEqual(device.state()["state"], "pending")
        listed = self.ctl.ok("device", "list", "--pending")
        self.assertIn(told["code"], listed)
        self.assertIn(told["fingerprint"], listed)
        self.refused("device-not-accepted", device.sign_in)
        self.ctl.ok("device", "approve", told["code"].lower().replace("-", ""), "--name", "ward3-01", "--pool", "office")
        self.assertNotIn(told["code"], self.ctl.ok("device", "list", "--pending"))
        self.assertEqual({key: device.state()[key] for key in ("state", "name")}, {"state": "approved", "name": "ward3-01"})
        rest = device.sign_in()
        self.assertEqual(rest.call("GET", "me")["name"], "device-ward3-01")
        self.assertEqual(rest.call("GET", "me/device"), {"id": device.id, "name": "ward3-01", "pool": "office"})
        self.refused("not-found", device.state)  # its secret has done its work
        wait_spare(self.broker)
        session = rest.connect("office")
        wait_until(lambda: rest.call("GET", f"sessions/{session['id']}")["state"] == "ready", 60, "the kiosk's desktop")
        shown = self.ctl.json("device", "show", "ward3-01")
        self.assertEqual((shown["state"], shown["account"], shown["decided_by"], shown["model"], shown["hostname"]),
                         ("approved", "device-ward3-01", "admin", "Thin 3000", "ward3-01"))
        self.assertTrue(shown["seen"])
        self.ctl.ok("device", "set", "ward3-01", "--no-pool", "--description", "by the window")
        self.assertIsNone(rest.call("GET", "me/device")["pool"])
        self.refused("session-ended", lambda: rest.call("POST", f"sessions/{session['id']}/grants", {"viewer": "native"}))
        self.ctl.ok("device", "revoke", "ward3-01", "--yes")
        self.refused("not-signed-in", lambda: rest.call("GET", "me/device"))
        self.refused("device-revoked", device.sign_in)
        self.refused("device-revoked", device.enrol)
        self.ctl.ok("device", "delete", "ward3-01", "--yes")
        self.refused("device-not-accepted", device.sign_in)
        self.assertEqual(device.enrol()["state"], "pending")
        self.ctl.ok("device", "reject", device.code())
        self.assertEqual(device.state()["state"], "rejected")
        self.assertEqual(device.enrol()["state"], "rejected")  # asking again does not bother anybody again
        for action in ("device.enrol", "device.approve", "device.change", "device.revoke", "device.delete", "device.reject"):
            self.assertTrue(self.audit(action), action)
        self.assertTrue(any("by device" in entry["detail"] for entry in self.audit("sign-in")))

    def test_asking_again_keeps_the_code_and_changes_the_secret(self):
        device = Device(self.broker)
        first, old = device.enrol(), device.secret
        second = device.enrol()
        self.assertEqual((first["id"], first["code"]), (second["id"], second["code"]))
        device.secret = old
        self.refused("not-found", device.state)

    def test_a_revoked_kiosk_loses_its_console(self):
        device = self.approved(pool="office")
        rest = device.sign_in()
        wait_spare(self.broker)
        session = rest.connect("office")
        desktop = session["desktop"]["id"]
        wait_until(lambda: rest.call("GET", f"sessions/{session['id']}")["state"] == "ready", 60, "the session")
        self.admin.call("POST", f"devices/{device.name}/revoke")
        wait_until(lambda: any(c["kind"] == "destroy" and c["desktop"] == desktop for c in self.host.commands), 60,
                   "the desktop to go")
        self.refused("not-signed-in", lambda: rest.call("GET", "me"))

    def test_its_account_has_no_password_and_goes_with_it(self):
        device = self.approved()
        account = f"device-{device.name}"
        self.refused("conflict", lambda: self.admin.call("POST", f"users/{account}/password",
                                                         {"password": "a long enough password"}))
        self.refused("conflict", lambda: self.admin.call("PATCH", f"users/{account}", {"password_change_required": True}))
        self.refused("conflict", lambda: self.admin.call("DELETE", f"users/{account}"))
        self.refused("wrong-name-or-password", lambda: self.broker.sign_in(account, "a long enough password"))
        self.admin.call("DELETE", f"devices/{device.name}")
        self.refused("not-found", lambda: self.admin.call("GET", f"users/{account}"))

    def test_no_code_is_asked_of_it_and_it_makes_no_token(self):
        """Nobody stands there to type a code; and it is known by its key, by no token that outlives it."""
        self.admin.call("POST", "groups", {"name": "guarded"})
        self.admin.call("PATCH", "groups/guarded", {"second_factor_required": True})
        device = self.approved(group="guarded")
        rest = device.sign_in()
        self.assertNotIn("device", rest.answer)
        rest.call("GET", "sessions")
        self.refused("conflict", lambda: rest.call("POST", "me/tokens", {"name": "for good", "scopes": ["own"],
                                                                         "lifetime_s": 3600}))

    def test_who_may_do_less_does_not_throw_it_out(self):
        device = self.approved()
        self.admin.call("POST", "roles", {"name": "porter", "permissions": ["device.read", "device.manage"]})
        porter = self.broker.user("porter")
        self.admin.call("POST", "role-bindings", {"kind": "user", "subject": "porter", "role": "porter", "object": "/"})
        self.admin.call("POST", "role-bindings", {"kind": "user", "subject": f"device-{device.name}", "role": "auditor",
                                                  "object": "/"})
        self.refused("not-permitted", lambda: porter.call("POST", f"devices/{device.name}/revoke"))
        self.refused("not-permitted", lambda: porter.call("DELETE", f"devices/{device.name}"))
        self.assertEqual(porter.call("GET", f"devices/{device.name}")["state"], "approved")
        other = self.approved()
        porter.call("POST", f"devices/{other.name}/revoke")
        self.assertEqual(porter.call("GET", f"devices/{other.name}")["state"], "revoked")

    def test_a_disabled_account_keeps_it_out(self):
        device = self.approved()
        rest = device.sign_in()
        self.admin.call("PATCH", f"users/device-{device.name}", {"disabled": True})
        self.refused("not-signed-in", lambda: rest.call("GET", "me"))
        with self.assertRaises(Problem):
            device.sign_in()

    def test_groups_pools_names_and_versions(self):
        self.admin.call("POST", "groups", {"name": "wards"})
        device = self.approved(group="wards")
        self.assertEqual(self.admin.call("GET", "groups/wards")["members"], [f"device-{device.name}"])
        other = Device(self.broker)
        other.enrol()
        approve = f"devices/{other.id}/approve"
        for body, code in (({"name": device.name}, "conflict"), ({"name": "Ward 3"}, "invalid-request"),
                           ({"name": "w" * 60}, "invalid-request"), ({"name": "w", "pool": "none"}, "unknown-pool"),
                           ({"name": "w", "group": "none"}, "not-found"),
                           ({"name": "w", "description": "a\nb"}, "invalid-request")):
            self.refused(code, lambda body=body: self.admin.call("POST", approve, body))
        self.assertEqual(other.state()["state"], "pending")
        self.refused("changed-meanwhile", lambda: self.admin.call("PATCH", f"devices/{device.name}", {"description": "x"},
                                                                  {"If-Match": '"1"'}))
        self.refused("conflict", lambda: self.admin.call("PATCH", f"devices/{other.id}", {"description": "x"}))
        self.refused("conflict", lambda: self.admin.call("POST", f"devices/{other.id}/revoke"))
        self.refused("conflict", lambda: self.admin.call("POST", f"devices/{device.id}/approve", {"name": "again"}))


class HostileTest(DevicesCase):
    def test_requests_that_prove_nothing(self):
        device, other = Device(self.broker), Device(self.broker)
        good = device.enrolment()
        for what, body in (
                ("another's key", {**device.enrolment(), "public_key": other.public_key}),
                ("a key of small order", device.enrolment(public_key=SMALL_ORDER)),
                ("a key that is none", device.enrolment(public_key=to_text(b"\xff" * 32))),
                ("another installation", device.enrolment(installation="6f9619ff-8b86-4011-b42d-00cf4fc964ff")),
                ("a nonce of nobody", device.enrolment(nonce=to_text(b"n" * 56))),
                ("a nonce that was changed", {**good, "nonce": good["nonce"][:-2] + "AA"}),
                ("a proof of the other purpose", device.enrolment(signature=device.sign(
                    "sign-in", device.challenge()["installation"], device.public_key, good["nonce"])))):
            with self.subTest(what):
                self.refused("device-not-accepted", lambda body=body: device.enrol(body))
        device.enrol(good)
        self.refused("device-not-accepted", lambda: device.enrol(good))  # again

    def test_sign_ins_that_prove_nothing(self):
        device, other = self.approved(), self.approved()
        installation = device.challenge()["installation"]
        good = device.proof()
        raw = from_text(good["signature"])
        bent = raw[:32] + ((int.from_bytes(raw[32:], "little") + GROUP_ORDER) % 2**256).to_bytes(32, "little")
        for what, body in (
                ("another's id", {**device.proof(), "device": other.id}),
                ("its name for its id", {**device.proof(subject=device.name), "device": device.name}),
                ("no such id", {**device.proof(), "device": installation}),
                ("the wrong key", {**device.proof(), "signature": other.proof()["signature"]}),
                ("another installation", device.proof(installation="6f9619ff-8b86-4011-b42d-00cf4fc964ff")),
                ("the proof of joining", device.proof(purpose="enrol", subject=device.public_key)),
                ("a bent signature", {**good, "signature": to_text(bent)}),
                ("a nonce of nobody", device.proof(nonce="x"))):
            with self.subTest(what):
                self.refused("device-not-accepted", lambda body=body: device.sign_in(body))
        device.sign_in(good)
        self.refused("device-not-accepted", lambda: device.sign_in(good))
        refusals = self.audit("device.sign-in")
        self.assertTrue(refusals and all(entry["code"] == "device-not-accepted" for entry in refusals))

    def test_a_new_sign_in_ends_the_one_before(self):
        device = self.approved()
        first, second = device.sign_in(), device.sign_in()
        self.refused("not-signed-in", lambda: first.call("GET", "me"))
        second.call("GET", "me")

    def test_people_are_no_devices(self):
        self.refused("not-found", lambda: self.admin.call("GET", "me/device"))

    def test_too_many_guesses_are_throttled(self):
        device = Device(self.broker)
        device.enrol()
        device.secret = "x" * 43
        codes = []
        while len(codes) < 200 and "too-many-attempts" not in codes:
            with self.assertRaises(Problem) as caught:
                device.state()
            codes.append(caught.exception.code)
        self.assertEqual(set(codes), {"not-found", "too-many-attempts"})


if __name__ == "__main__":
    unittest.main()
