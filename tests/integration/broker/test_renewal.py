# SPDX-License-Identifier: Apache-2.0
"""Machines renew their certificates by themselves, with a new key, over the link that the old one gives them; what is
open goes on."""
import os
import shutil
import socket
import ssl
import subprocess
import tempfile
import unittest

from cryptography import x509

from aged_certificate import age, certificate_in
from host_machines import make_image
from machines import Broker, Machine, make_request
from processes import Process, free_port, wait_until
from rest import Problem

LIMIT_S = 90
BIN = os.path.join(os.environ["CARAWAY_BUILD"], "bin")


def names(certificate):
    return certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value


class Renewal(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.broker = Broker("--certificates-life-days=30").up()
        cls.addClassCleanup(cls.broker.down)
        cls.admin = cls.broker.admin

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="caraway-r-", dir="/tmp")
        self.addCleanup(shutil.rmtree, self.folder, True)

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def rows(self, query):
        return self.admin.call("GET", f"certificates?{query}")["items"]

    def join(self, role, argv):
        token = self.admin.call("POST", "hosts/join-tokens", {"role": role})["token"]
        done = subprocess.run([*argv, f"--join={token}"], capture_output=True, text=True, timeout=LIMIT_S, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)

    def start(self, name, argv):
        process = Process(name, argv, self.path(f"{name}.log")).start()
        self.addCleanup(process.stop)
        return process

    def log(self, name):
        with open(self.path(f"{name}.log"), encoding="utf-8") as file:
            return file.read()

    def connect(self, port):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context.wrap_socket(socket.create_connection(("127.0.0.1", port), LIMIT_S))

    def shown(self, port):
        """Serial of the certificate that is shown there; None while nobody listens."""
        try:
            with self.connect(port) as tls:
                return x509.load_der_x509_certificate(tls.getpeercert(True)).serial_number
        except OSError:
            return None

    def wait_renewed(self, role, name, folder, older):
        wait_until(lambda: certificate_in(folder).serial_number != older, LIMIT_S, f"the {role} to renew its certificate")
        rows = {int(row["serial"], 16): row for row in self.rows(f"role={role}&name={name}")}
        newer = certificate_in(folder)
        self.assertEqual(int(rows[older]["replaced_by"], 16), newer.serial_number)
        self.assertEqual(oct(os.stat(os.path.join(folder, "identity.key")).st_mode & 0o777), "0o600")
        self.assertFalse([file for file in os.listdir(folder) if file.endswith((".next", ".new"))])
        return newer

    def test_the_route_gives_the_same_name_and_no_other(self):
        portal = Machine(self.broker, "portal", "asking")
        _, request = make_request("somebody-else")
        older = x509.load_pem_x509_certificate(portal.answer["certificate"].encode())
        newer = x509.load_pem_x509_certificate(
            portal.rest.call("POST", "/internal/renew", {"csr": request})["certificate"].encode())
        self.assertEqual(names(newer), names(older))
        self.assertNotEqual(newer.public_key().public_numbers(), older.public_key().public_numbers())
        life = newer.not_valid_after - newer.not_valid_before
        self.assertEqual(life.days, 30)
        with self.assertRaises(Problem) as caught:
            portal.rest.call("POST", "/internal/renew", {"csr": request, "name": "other"})
        self.assertEqual(caught.exception.code, "invalid-request")
        with self.assertRaises(Problem) as caught:
            self.admin.call("POST", "/internal/renew", {"csr": request})
        self.assertEqual(caught.exception.code, "identity-not-trusted")
        actions = [(entry["action"], entry["actor"]) for entry in self.admin.call("GET", "audit?limit=500")["items"]
                   if entry["object"] == f"certificate/{newer.serial_number:032x}"]
        self.assertEqual(actions, [("certificate.issue", "portal/asking")])

    def test_a_machine_gets_few_an_hour(self):
        portal, codes = Machine(self.broker, "portal", "greedy"), []
        _, request = make_request("greedy")
        for _ in range(6):
            try:
                portal.rest.call("POST", "/internal/renew", {"csr": request})
                codes.append(None)
            except Problem as problem:
                codes.append(problem.code)
        self.assertEqual(codes, [None] * 4 + ["too-many-attempts"] * 2)
        self.assertEqual(len(self.rows("role=portal&name=greedy")), 5)  # with the one that it joined with
        refused = [entry for entry in self.admin.call("GET", "audit?limit=500")["items"] if entry["code"] == "too-many-attempts"]
        self.assertEqual([(entry["action"], entry["actor"]) for entry in refused], [("certificate.issue", "portal/greedy")])

    def test_a_portal_goes_on(self):
        port, state = free_port(), self.path("portal")
        argv = [os.path.join(BIN, "caraway-portal"), f"--portal-listen=127.0.0.1:{port}", "--portal-name=edge",
                f"--portal-broker={self.broker.url}", f"--portal-state-directory={state}", "--portal-addresses=127.0.0.1",
                f"--portal-web-directory={os.path.join(os.environ['CARAWAY_SOURCE'], 'portal', 'web')}"]
        self.join("portal", argv)
        age(state, os.path.join(self.broker.folder, "state"))
        older = certificate_in(state).serial_number
        self.start("portal", argv)
        wait_until(lambda: self.shown(port) is not None, LIMIT_S, "the portal")
        with self.connect(port) as tls:
            newer = self.wait_renewed("portal", "edge", state, older)
            wait_until(lambda: self.shown(port) == newer.serial_number, LIMIT_S, "the new certificate to be shown")
            # What was opened before is still answered, by the broker's answer to a request with the new one.
            tls.sendall(b"GET /api/v1/me HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            self.assertIn(b" 401 ", tls.recv(65536).split(b"\r\n", 1)[0] + b" ")
        serial = next(row["serial"] for row in self.rows("role=portal&name=edge") if int(row["serial"], 16) == newer.serial_number)
        self.admin.call("POST", f"certificates/{serial}/revoke", {"all": True})
        wait_until(lambda: f"The certificate {serial} of portal/edge was revoked" in self.log("portal"), LIMIT_S,
                   "the portal to say why the broker refuses it")

    def test_a_host_and_its_relay_go_on(self):
        port = free_port()
        os.makedirs(self.path("images"))
        make_image(self.path("images"), "tiny")
        host, relay = self.path("host"), self.path("relay")
        argv = [os.path.join(BIN, "caraway-host-fake"), "--host-name=kvm7", f"--host-broker={self.broker.url}",
                f"--host-state-directory={host}", f"--host-image-directory={self.path('images')}",
                f"--host-libvirt-uri=qemu:///embed?root={self.path('host', 'v')}", "--host-relay-address=127.0.0.1",
                f"--host-relay-port={port}", f"--host-relay-socket={self.path('control')}",
                f"--host-relay-state-directory={relay}"]
        self.join("host", argv)
        authority = os.path.join(self.broker.folder, "state")
        older = {}
        for role, state in (("host", host), ("relay", relay)):
            age(state, authority)
            older[role] = certificate_in(state).serial_number
        self.start("relay", [os.path.join(BIN, "caraway-relay"), f"--relay-listen=127.0.0.1:{port}",
                             f"--relay-state-directory={relay}", f"--relay-control-socket={self.path('control')}"])
        self.start("host", argv)
        for role, state in (("host", host), ("relay", relay)):
            self.wait_renewed(role, "kvm7", state, older[role])
        wait_until(lambda: self.shown(port) == certificate_in(relay).serial_number, LIMIT_S, "the relay's new certificate")
        wait_until(lambda: self.admin.call("GET", "hosts/kvm7")["state"] == "up", LIMIT_S, "the host")
        self.assertEqual(self.log("host").count("linked with the broker"), 1)

    def revoke_own(self, members):
        state = os.path.join(self.broker.folder, "state")
        older = certificate_in(state).serial_number
        with self.connect(self.broker.port) as tls:
            tls.sendall(b"GET /readyz HTTP/1.1\r\nHost: broker\r\n\r\n")
            self.assertIn(b"200", tls.recv(65536))
            serial = next(row["serial"] for row in self.rows("role=broker") if int(row["serial"], 16) == older)
            self.admin.call("POST", f"certificates/{serial}/revoke", members)
            wait_until(lambda: self.shown(self.broker.port) not in (None, older), LIMIT_S, "the broker's new certificate")
            tls.sendall(b"GET /readyz HTTP/1.1\r\nHost: broker\r\n\r\n")
            self.assertIn(b"200", tls.recv(65536))
        newer = certificate_in(state).serial_number
        self.assertEqual(newer, self.shown(self.broker.port))
        self.assertEqual([row["revoked"] for row in self.rows("role=broker") if int(row["serial"], 16) == newer], [None])

    def test_a_broker_renews_its_own_at_once_when_it_is_revoked(self):
        self.revoke_own({})
        self.revoke_own({"all": True})  # also what it has next must count
        self.revoke_own({})


if __name__ == "__main__":
    unittest.main()
