# SPDX-License-Identifier: Apache-2.0
"""Hostile HTTP (faults 21, 22, 26): the broker refuses it, stays up, and goes on to answer others."""
import json
import socket
import ssl
import unittest

from machines import Broker, Machine
from processes import wait_until
from rest import Problem

LOGIN = b"POST /api/v1/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
GET = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"


class HostileHttpTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.broker = Broker("--broker-max-connections=200").up()
        cls.addClassCleanup(cls.broker.down)

    def tearDown(self):
        def answers_others():
            try:
                return self.broker.rest().call("GET", "/healthz") == "ok\n"
            except OSError:  # the connections of the test are still going
                return False
        wait_until(answers_others, 10, "waiting for the broker to answer others")

    def open(self):
        context = ssl.create_default_context(cafile=self.broker.ca)
        plain = socket.create_connection(("127.0.0.1", self.broker.port), 20)
        return context.wrap_socket(plain, server_hostname="127.0.0.1")

    def send(self, data):
        """All that comes back till the broker closes, or b"" when it cuts."""
        with self.open() as stream:
            answer = b""
            try:
                stream.sendall(data)
                stream.settimeout(20)
                while True:
                    piece = stream.recv(65536)
                    if not piece:
                        return answer
                    answer += piece
            except (ConnectionError, ssl.SSLError):
                return answer

    def statuses(self, answer):
        return [int(part[:3]) for part in answer.split(b"HTTP/1.1 ")[1:]]

    def post(self, body, extra=b""):
        return self.send(LOGIN + extra + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    def test_one_megabyte_of_header_is_cut(self):
        answer = self.send(b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: " + b"a" * (1 << 20) + b"\r\n\r\n")
        self.assertNotIn(200, self.statuses(answer))

    def test_many_small_headers_are_cut(self):
        answer = self.send(b"GET /healthz HTTP/1.1\r\nHost: a\r\n" + b"X: a\r\n" * 200000 + b"\r\n")
        self.assertNotIn(200, self.statuses(answer))

    def test_long_paths_are_refused(self):
        answer = self.send(b"GET /api/v1/users/" + b"a" * 5000 + b" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        self.assertEqual(self.statuses(answer), [400])

    def test_huge_bodies_are_refused_by_their_announcement(self):
        answer = self.post(b"x" * 100000)
        self.assertEqual(self.statuses(answer), [413])
        self.assertIn(b'"code":"too-large"', answer)

    def test_endless_chunks_are_cut(self):
        chunk = b"10000\r\n" + b"a" * 65536 + b"\r\n"
        answer = self.send(LOGIN + b"Transfer-Encoding: chunked\r\n\r\n" + chunk * 160)
        self.assertNotIn(200, self.statuses(answer))

    def test_wrong_bodies_have_a_sentence(self):
        deep = b'{"user":' + b"[" * 5000 + b"]" * 5000 + b"}"[:0]
        wrong = {b"{": "malformed-body", b"[]": "malformed-body", b'"x"': "malformed-body", b"\xff\xfe": "malformed-body",
                 b'{"user":"a","user":"b","password":"c"}': "malformed-body", b'{"user":"a\\u0000","password":"c"}': None,
                 b'{"user":1,"password":"c"}': "invalid-request", b'{"user":"a"}': "invalid-request",
                 b'{"user":"a","password":"b","admin":true}': "invalid-request",
                 b'{"a":' * 60 + b"1" + b"}" * 60: "malformed-body", deep[:4000]: "malformed-body",
                 b"{} {}": "malformed-body", b"{/* c */}": "malformed-body"}
        for body, code in wrong.items():
            with self.subTest(body=body[:40]):
                answer = self.post(body)
                status = self.statuses(answer)
                self.assertEqual(len(status), 1)
                self.assertIn(status[0], (400, 401))
                problem = json.loads(answer.split(b"\r\n\r\n", 1)[1])
                self.assertTrue(problem["detail"])
                if code:
                    self.assertEqual(problem["code"], code)

    def test_other_types_are_refused(self):
        for kind in (b"text/plain", b"application/x-www-form-urlencoded", b"multipart/form-data; boundary=x"):
            body = b'{"user":"a","password":"b"}'
            answer = self.send(b"POST /api/v1/login HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: " + kind +
                               b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            self.assertEqual(self.statuses(answer), [415])

    def test_two_readers_cannot_see_two_requests(self):
        """Whatever the framing tricks, a request hidden in the body of another is never answered."""
        hidden = GET
        for head in (b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", b"Content-Length: 0\r\nContent-Length: 40\r\n",
                     b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n"):
            with self.subTest(head=head):
                answer = self.send(LOGIN + head + b"\r\n0\r\n\r\n" + hidden + b"x" * 64)
                self.assertNotIn(200, self.statuses(answer))

    def test_two_hosts_are_refused(self):
        answer = self.send(b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")
        self.assertEqual(self.statuses(answer), [400])

    def test_nonsense_is_cut(self):
        for data in (b"\0" * 1000, b"REDQ" + b"\1" * 100 + b"\r\n\r\n", b"GET\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"):
            with self.subTest(data=data[:10]):
                self.assertNotIn(200, self.statuses(self.send(data + b"\r\n\r\n")))

    def test_plain_text_at_the_tls_port_is_cut(self):
        with socket.create_connection(("127.0.0.1", self.broker.port), 20) as plain:
            plain.sendall(GET)
            plain.settimeout(20)
            try:
                self.assertNotIn(b"200", plain.recv(4096))
            except ConnectionError:
                pass

    def is_closed(self, plain):
        try:
            return plain.recv(1) == b""
        except BlockingIOError:
            return False
        except ConnectionError:
            return True

    def test_too_many_connections_are_turned_away(self):
        """More idle connections than the limit: the rest is closed at once, and all work again when they go."""
        idle = []
        try:
            for _ in range(230):
                idle.append(socket.create_connection(("127.0.0.1", self.broker.port), 20))
            for plain in idle:
                plain.setblocking(False)
            wait_until(lambda: any(self.is_closed(plain) for plain in idle), 9, "waiting for the first to be closed")
        finally:
            for plain in idle:
                plain.close()

    def test_foreign_client_certificates_fail_the_handshake(self):
        other = Broker().up()
        try:
            stranger = Machine(other, "portal", "edge1")
            context = ssl.create_default_context(cafile=self.broker.ca)
            context.load_cert_chain(stranger.rest.certificate_file)
            with self.assertRaises((ssl.SSLError, ConnectionError)):
                with context.wrap_socket(socket.create_connection(("127.0.0.1", self.broker.port), 20),
                                         server_hostname="127.0.0.1") as stream:
                    stream.sendall(GET)
                    if not stream.recv(100):
                        raise ConnectionError("closed")
        finally:
            other.down()

    def test_names_cannot_break_out(self):
        for name in ("../x", "'\"><&", "a\nb", "a\u0000b", "*)(uid=*", ""):
            with self.subTest(name=name):
                with self.assertRaises(Problem) as caught:
                    self.broker.admin.call("POST", "groups", {"name": name})
                self.assertEqual(caught.exception.status, 400)


if __name__ == "__main__":
    unittest.main()
