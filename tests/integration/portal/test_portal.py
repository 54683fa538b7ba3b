#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The program caraway-portal before a stub broker: how it starts, what it refuses, what it survives, how it ends."""
import http.client
import os
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import unittest

from installation import Installation
from processes import Process, free_port, wait_until
from rest import Rest
from stub_broker import Refusal, StubBroker

PROGRAM = os.path.join(os.environ["CARAWAY_BUILD"], "bin", "caraway-portal")
WEB = os.path.join(os.environ["CARAWAY_SOURCE"], "portal", "web")


class PortalTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="caraway-portal-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.installation = Installation(self.folder)
        self.broker = StubBroker(self.installation.machine("broker", "b1"), self.installation.ca)
        self.addCleanup(self.broker.close)
        self.state = self.installation.machine("portal", "p1", self.broker.url)
        self.port = free_port()

    def options(self, **changed):
        settings = {"portal-listen": f"127.0.0.1:{self.port}", "portal-state-directory": self.state,
                    "portal-web-directory": WEB, **{name.replace("_", "-"): value for name, value in changed.items()}}
        return [PROGRAM, *(f"--{name}={value}" for name, value in settings.items())]

    def start(self, **changed):
        self.portal = Process("portal", self.options(**changed), os.path.join(self.folder, "portal.log")).start()
        self.addCleanup(self.end)
        rest = Rest(f"https://127.0.0.1:{self.port}", self.installation.ca)

        def is_ready():
            self.assertTrue(self.portal.is_alive(), self.portal.log_tail())
            try:
                return rest.call("GET", "/readyz")
            except OSError:
                return False
        wait_until(is_ready, 20, "the portal")
        return rest

    def end(self):
        if self.portal.is_alive():
            self.assertEqual(self.portal.stop(), 0, self.portal.log_tail())

    def run_once(self, **changed):
        return subprocess.run(self.options(**changed), capture_output=True, text=True, timeout=60)

    def raw(self):
        context = ssl.create_default_context(cafile=self.installation.ca)
        return context.wrap_socket(socket.create_connection(("127.0.0.1", self.port), timeout=30), server_hostname="127.0.0.1")

    def exchange(self, data):
        """Everything that comes back for `data`."""
        with self.raw() as peer:
            answer = b""
            try:
                peer.sendall(data)
                while piece := peer.recv(65536):
                    answer += piece
            except (ConnectionError, ssl.SSLError):
                pass  # the portal may end what is none of its business
        return answer.decode(errors="replace")

    # How it starts

    def test_port_in_use(self):
        with socket.create_server(("127.0.0.1", self.port)):
            done = self.run_once()
        self.assertEqual(done.returncode, 1)
        self.assertIn("port-in-use", done.stderr)

    def test_not_joined(self):
        done = self.run_once(portal_state_directory=os.path.join(self.folder, "nothing"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("has not joined an installation yet", done.stderr)
        self.assertIn("--join", done.stderr)

    def test_no_web_app(self):
        done = self.run_once(portal_web_directory=os.path.join(self.folder, "nothing"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("The folder of the web app cannot be read", done.stderr)

    def test_half_a_certificate(self):
        done = self.run_once(portal_certificate=os.path.join(self.state, "identity.pem"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("belong together", done.stderr)

    def test_own_certificate(self):
        """tls.crt and tls.key in the state directory are the public certificate."""
        public = self.installation.machine("portal", "public")
        shutil.copy(os.path.join(public, "identity.pem"), os.path.join(self.state, "tls.crt"))
        shutil.copy(os.path.join(public, "identity.key"), os.path.join(self.state, "tls.key"))
        self.start()
        with self.raw() as peer:
            self.assertIn((("commonName", "public"),), peer.getpeercert()["subject"])

    def test_join_with_a_bad_token(self):
        done = subprocess.run([*self.options(portal_broker=self.broker.url), "--join=cwj1.portal.nonsense"],
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 1)
        self.assertIn("join-token-invalid", done.stderr)

    def test_command_line(self):
        for argv, status in ((["--help"], 0), (["--version"], 0), (["--check-config"], 0), (["--nonsense"], 2)):
            done = subprocess.run([*self.options(), *argv], capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, status, argv)

    # Whom it believes

    def test_a_machine_that_is_no_broker(self):
        """Another machine of the installation at the broker's address gets no request."""
        relay = StubBroker(self.installation.machine("relay", "kvm1"), self.installation.ca)
        self.addCleanup(relay.close)
        rest = self.start(portal_broker=relay.url)
        response = rest.open("GET", "/api/v1/me")
        self.assertEqual(response.status, 502)
        self.assertEqual(relay.requests, [])

    def test_a_broker_of_another_installation(self):
        with tempfile.TemporaryDirectory() as folder:
            other = Installation(folder)
            stranger = StubBroker(other.machine("broker", "b1"), self.installation.ca)
            self.addCleanup(stranger.close)
            rest = self.start(portal_broker=stranger.url)
            self.assertEqual(rest.open("GET", "/api/v1/me").status, 502)
            self.assertEqual(stranger.requests, [])

    def test_the_sender_cannot_be_forged(self):
        rest = self.start()
        rest.open("GET", "/api/v1/me", headers={"X-Forwarded-For": "6.6.6.6", "X-Forwarded-Host": "evil.example",
                                                "Forwarded": "for=6.6.6.6"}).read()
        headers = self.broker.asked("GET", "/me")[-1][2]
        self.assertEqual(headers["X-Forwarded-For"], "127.0.0.1")
        self.assertEqual(headers["X-Forwarded-Host"], f"127.0.0.1:{self.port}")
        self.assertNotIn("Forwarded", headers)

    def test_internal_routes_stay_inside(self):
        rest = self.start()
        for path in ("/internal/redeem", "/internal/join", "/internal/grant-keys", "/api/v1/%2e%2e/%2e%2e/internal/redeem",
                     "/api/v1/..%2f..%2finternal/redeem"):
            response = rest.open("POST", path, {"password": "x"})
            self.assertGreaterEqual(response.status, 400, path)
        self.assertEqual([request for request in self.broker.requests if request[0] == "POST"], [])

    # What it survives

    def test_broken_requests(self):
        rest = self.start(limits_read_seconds="2")
        host = b"Host: p\r\n"
        for data in (b"GET / HTTP/1.1\r\n\r\n", b"\r\n\r\n\r\n", b"\x00" * 64 + b"\r\n\r\n", b"GET /" + b"a" * 1048576 + b" HTTP/1.1\r\n",
                     b"GET / HTTP/1.1\r\n" + host + b"A: " + b"b" * 1048576 + b"\r\n\r\n",
                     b"POST /api/v1/login HTTP/1.1\r\n" + host + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
                     b"POST /api/v1/login HTTP/1.1\r\n" + host + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nabc",
                     b"GET /api/v1/me HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n",
                     b"GET http://[ HTTP/1.1\r\n" + host + b"\r\n"):
            answer = self.exchange(data)
            self.assertNotIn("HTTP/1.1 200", answer, data[:60])
        self.assertEqual(self.broker.asked("POST", "/login"), [])
        self.assertEqual(rest.call("GET", "/healthz"), "ok\n")

    def test_a_smuggled_request_is_not_passed_on(self):
        """Content-Length and Transfer-Encoding at once: whichever reading is right, the broker gets one request."""
        rest = self.start()
        inner = b"GET /api/v1/smuggled HTTP/1.1\r\nHost: p\r\n\r\n"
        self.exchange(b"POST /api/v1/login HTTP/1.1\r\nHost: p\r\nContent-Length: " + str(len(inner) + 5).encode() +
                      b"\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n" + inner)
        self.assertEqual(self.broker.asked("GET", "/smuggled"), [])
        self.assertEqual(rest.call("GET", "/healthz"), "ok\n")

    def test_idle_connections_do_not_slow_the_rest(self):
        rest = self.start(limits_connections="64", limits_read_seconds="2")
        idle = [socket.create_connection(("127.0.0.1", self.port)) for _ in range(40)]
        self.addCleanup(lambda: [peer.close() for peer in idle])
        self.assertEqual(rest.call("GET", "/healthz"), "ok\n")

    def test_the_broker_goes_and_comes(self):
        rest = self.start()
        self.assertEqual(rest.open("GET", "/api/v1/me").status, 401)
        self.broker.refusals["GET /me"] = Refusal(503, "overloaded", "Too much to do.")
        response = rest.open("GET", "/api/v1/me")
        self.assertEqual((response.status, response.headers.get_content_type()), (503, "application/problem+json"))
        port = self.broker.server.server_port
        self.broker.close()
        problem = rest.open("GET", "/api/v1/me")
        self.assertEqual(problem.status, 502)
        self.assertIn(b'"code":"unreachable"', problem.read())
        self.assertEqual(rest.open("GET", "/").status, 200)
        again = StubBroker(os.path.join(self.folder, "broker-b1"), self.installation.ca, port)
        self.addCleanup(again.close)
        self.assertEqual(rest.open("GET", "/api/v1/me").status, 401)

    # How it ends

    def test_stops_at_once_with_open_event_streams(self):
        rest = self.start()
        self.broker.set_session("s1", id="s1", state="ready")
        stream = rest.open("GET", "/api/v1/sessions/s1/events", headers={"Cookie": "__Host-caraway=stub-session"})
        self.assertEqual(stream.headers.get_content_type(), "text/event-stream")
        self.assertIn(b"event: session", stream.readline())
        ended = threading.Event()

        def read_to_the_end():
            try:
                while stream.read(1):
                    pass
            except (http.client.HTTPException, OSError):
                pass
            ended.set()
        threading.Thread(target=read_to_the_end, daemon=True).start()
        self.assertEqual(self.portal.stop(limit_s=8), 0, self.portal.log_tail())
        self.assertTrue(ended.wait(5))
        self.assertNotIn("not everything had ended", self.portal.log_tail())


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=2, warnings="ignore"))
