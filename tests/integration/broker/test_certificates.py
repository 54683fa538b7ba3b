# SPDX-License-Identifier: Apache-2.0
"""Certificates of machines at a real broker: each is written down, and one that was revoked does not count from then on,
neither for new connections nor for those that are open (INVARIANTS, I7 and I8)."""
import shutil
import socket
import sqlite3
import ssl
import unittest

import websocket
from cryptography import x509

from machines import Broker, Machine, ScriptedHost
from processes import wait_until
from rest import Problem

CUT_LIMIT_S = 5
LIMIT_S = 60


class Certificates(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.broker = Broker().up()
        cls.addClassCleanup(cls.broker.down)
        cls.admin = cls.broker.admin

    def listed(self, query):
        return self.admin.call("GET", f"certificates?{query}")["items"]

    def revoke(self, serial, **members):
        return self.admin.call("POST", f"certificates/{serial}/revoke", members)

    def actions(self, serial):
        entries = self.admin.call("GET", "audit?limit=500")["items"]
        return [(entry["action"], entry["actor"]) for entry in entries if entry["object"] == f"certificate/{serial}"]

    def assert_let_in(self, rest, path="/internal/trust"):
        self.assertIn("ca", rest.call("GET", path))

    def assert_shut_out(self, rest, path="/internal/trust"):
        """Whatever it asks for, also what everybody may ask: it is told why."""
        for asked in (path, "/readyz", "/no/such/path"):
            with self.assertRaises(Problem) as caught:
                rest.call("GET", asked)
            self.assertEqual(caught.exception.code, "identity-not-trusted", asked)
            self.assertIn("was revoked", str(caught.exception))

    def test_what_is_issued_is_written_down(self):
        host = ScriptedHost(self.broker, "listed")
        own = {row["role"]: row for row in self.listed("name=listed")}
        self.assertEqual(set(own), {"host", "relay"})
        certificate = x509.load_pem_x509_certificate(host.answer["certificate"].encode())
        self.assertEqual(int(own["host"]["serial"], 16), certificate.serial_number)
        self.assertEqual(own["relay"]["addresses"], ["127.0.0.1"])
        self.assertEqual(own["host"]["issued_by"], "b1")
        self.assertIsNone(own["host"]["revoked"])
        self.assertEqual(self.actions(own["host"]["serial"]), [("certificate.issue", "host/listed")])
        self.assertEqual(self.admin.call("GET", f"certificates/{own['host']['serial']}"), own["host"])
        self.assertEqual([row["name"] for row in self.listed("role=broker")], ["b1"])

    def test_pages_go_through_all(self):
        for number in range(3):
            Machine(self.broker, "portal", f"page{number}")
        whole, found, cursor = self.listed("limit=500"), [], ""
        while cursor is not None:
            page = self.admin.call("GET", f"certificates?limit=2{cursor and '&cursor=' + cursor}")
            found, cursor = found + page["items"], page["next"]
        self.assertEqual([row["serial"] for row in found], [row["serial"] for row in whole])

    def test_a_revoked_portal_is_shut_out(self):
        portal, other = Machine(self.broker, "portal", "stolen"), Machine(self.broker, "portal", "kept")
        self.assert_let_in(portal.rest)
        serial = self.listed("name=stolen")[0]["serial"]
        row = self.revoke(serial, reason="The laptop was stolen.")
        self.assertEqual((row["revoked_by"], row["reason"]), ("admin", "The laptop was stolen."))
        self.assert_shut_out(portal.rest)
        self.assert_let_in(other.rest)
        self.assertEqual(self.actions(serial)[0], ("certificate.revoke", "admin"))
        again = self.revoke(serial, reason="Twice.")
        self.assertEqual(again, row)
        self.assertEqual([one["serial"] for one in self.listed("revoked=true&name=stolen")], [serial])

    def test_an_open_connection_is_cut(self):
        portal = Machine(self.broker, "portal", "open")
        context = ssl.create_default_context(cafile=self.broker.ca)
        context.check_hostname = False
        context.load_cert_chain(portal.rest.certificate_file)
        with socket.create_connection(("127.0.0.1", self.broker.port), LIMIT_S) as plain, \
                context.wrap_socket(plain) as tls:
            tls.sendall(b"GET /internal/trust HTTP/1.1\r\nHost: broker\r\n\r\n")
            self.assertTrue(tls.recv(65536).startswith(b"HTTP/1.1 200"))
            self.revoke(self.listed("name=open")[0]["serial"])
            tls.settimeout(CUT_LIMIT_S + LIMIT_S)
            while tls.recv(65536):
                pass  # the rest of the answer, then the end

    def test_a_host_link_is_cut_and_not_taken_again(self):
        host = ScriptedHost(self.broker, "linked").connect()  # which beats: it is silent only when it is cut
        wait_until(lambda: self.admin.call("GET", "hosts/linked")["state"] == "up", LIMIT_S, "the host")
        serial = self.listed("role=host&name=linked")[0]["serial"]
        self.revoke(serial)
        wait_until(lambda: self.admin.call("GET", "hosts/linked")["state"] == "silent", CUT_LIMIT_S + LIMIT_S, "the cut")
        with self.assertRaises(websocket.WebSocketBadStatusException) as caught:
            host.dial()
        self.assertEqual(caught.exception.status_code, 403)

    def test_all_of_a_machine(self):
        first, second = Machine(self.broker, "portal", "twice"), Machine(self.broker, "portal", "twice")
        self.revoke(self.listed("name=twice")[0]["serial"], all=True)
        for portal in (first, second):
            self.assert_shut_out(portal.rest)
        self.assert_let_in(Machine(self.broker, "portal", "twice").rest)

    def test_a_removed_host_does_not_come_back_by_its_old_certificate(self):
        old = ScriptedHost(self.broker, "again")
        kept = shutil.copy(old.rest.certificate_file, old.rest.certificate_file + ".old")
        self.admin.call("DELETE", "hosts/again")
        self.assert_shut_out(old.rest)
        self.assert_shut_out(old.relay_rest)
        new = ScriptedHost(self.broker, "again").connect()
        wait_until(lambda: self.admin.call("GET", "hosts/again")["state"] == "up", LIMIT_S, "the new host")
        for rest in (old.rest, old.relay_rest):
            self.assert_shut_out(rest)
        with self.assertRaises(websocket.WebSocketBadStatusException):
            old.dial(kept)
        new.hang_up()

    def test_the_list_is_signed_and_names_what_was_revoked(self):
        portal, gone = Machine(self.broker, "portal", "reader"), Machine(self.broker, "portal", "gone")
        self.revoke(self.listed("name=gone")[0]["serial"])
        text = portal.rest.call("GET", "/internal/trust")["revocations"].encode()
        revoked = x509.load_pem_x509_crl(text)
        with open(self.broker.ca, "rb") as file:
            authority = x509.load_pem_x509_certificate(file.read())
        self.assertTrue(revoked.is_signature_valid(authority.public_key()))
        serial = x509.load_pem_x509_certificate(gone.answer["certificate"].encode()).serial_number
        self.assertIsNotNone(revoked.get_revoked_certificate_by_serial_number(serial))
        serial = x509.load_pem_x509_certificate(portal.answer["certificate"].encode()).serial_number
        self.assertIsNone(revoked.get_revoked_certificate_by_serial_number(serial))

    def test_wrong_requests(self):
        serial = self.listed("role=broker")[0]["serial"]
        for query in ("role=king", "name=A%20B", "revoked=perhaps", "colour=red"):
            with self.assertRaises(Problem) as caught:
                self.listed(query)
            self.assertEqual(caught.exception.code, "invalid-request", query)
        with self.assertRaises(Problem) as caught:
            self.revoke("00ff")
        self.assertEqual(caught.exception.code, "not-found")
        with self.assertRaises(Problem) as caught:
            self.revoke(serial, reason="x" * 201)
        self.assertEqual(caught.exception.code, "invalid-request")


class OverRestarts(unittest.TestCase):
    """What was revoked stays so; certificates of before the table are entered when their machine comes."""

    def test_restart_and_unknown_certificates(self):
        broker = Broker().up()
        self.addCleanup(broker.down)
        revoked, unknown = Machine(broker, "portal", "revoked"), Machine(broker, "portal", "unknown")
        admin = broker.admin
        serial = admin.call("GET", "certificates?name=revoked")["items"][0]["serial"]
        admin.call("POST", f"certificates/{serial}/revoke", {})
        broker.process.stop()
        database = f"{broker.folder}/state/caraway.db"
        with sqlite3.connect(database) as connection:
            connection.execute("DELETE FROM certificate WHERE role = 'broker' OR name = 'unknown'")
        connection.close()
        broker.start()
        with self.assertRaises(Problem):
            revoked.rest.call("GET", "/internal/trust")
        unknown.rest.call("GET", "/internal/trust")
        wait_until(lambda: admin.call("GET", "certificates?name=unknown")["items"], LIMIT_S, "the note")
        row = admin.call("GET", "certificates?name=unknown")["items"][0]
        self.assertIsNone(row["issued"])
        admin.call("POST", f"certificates/{row['serial']}/revoke", {})
        with self.assertRaises(Problem):
            unknown.rest.call("GET", "/internal/trust")
        self.assertEqual(len(admin.call("GET", "certificates?role=broker")["items"]), 1)


if __name__ == "__main__":
    unittest.main()
