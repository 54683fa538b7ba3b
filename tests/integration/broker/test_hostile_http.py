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
LAST = b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"


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
        self.assertEqual(self.statuses(answer), [431])

    def test_many_small_headers_are_cut(self):
        answer = self.send(b"GET /healthz HTTP/1.1\r\nHost: a\r\n" + b"X: a\r\n" * 200000 + b"\r\n")
        self.assertEqual(self.statuses(answer), [400])

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

    def assert_one_refusal(self, data):
        """One answer 400 with a sentence, and the end: nothing that follows is taken for a request."""
        answer = self.send(data + GET)
        self.assertEqual(self.statuses(answer), [400])
        self.assertIn(b"Connection: close\r\n", answer)
        self.assertTrue(json.loads(answer.split(b"\r\n\r\n", 1)[1])["detail"])

    def test_two_readers_cannot_see_two_requests(self):
        """Whatever the framing tricks, a request hidden in the body of another is never answered (RFC 9112, 11.2)."""
        chunked = b"Transfer-Encoding: chunked\r\n"
        heads = {"both": b"Content-Length: 5\r\n" + chunked, "both, turned": chunked + b"Content-Length: 5\r\n",
                 "two lengths": b"Content-Length: 0\r\nContent-Length: 40\r\n",
                 "the same length twice": b"Content-Length: 5\r\nContent-Length: 5\r\n",
                 "a list of lengths": b"Content-Length: 5, 5\r\n", "a signed length": b"Content-Length: +5\r\n",
                 "a negative length": b"Content-Length: -1\r\n", "a hexadecimal length": b"Content-Length: 0x5\r\n",
                 "no length": b"Content-Length:\r\n", "a length beyond numbers": b"Content-Length: 99999999999999999999\r\n",
                 "two codings": chunked + b"Transfer-Encoding: identity\r\n", "chunked twice": chunked * 2,
                 "a list of codings": b"Transfer-Encoding: gzip, chunked\r\n", "another coding": b"Transfer-Encoding: xchunked\r\n",
                 "a blank before the colon": b"Content-Length : 5\r\n", "a folded line": b"X: a\r\n Content-Length: 5\r\n",
                 "a bare LF": b"X: a\nContent-Length: 5\r\n", "a bare CR": b"X: a\rContent-Length: 5\r\n",
                 "a NUL": b"X: a\0b\r\n", "a name with a blank": b"Content Length: 5\r\n", "no name": b": 5\r\n"}
        for name, head in heads.items():
            with self.subTest(name):
                self.assert_one_refusal(LOGIN + head + b"\r\n0\r\n\r\n")

    def test_wrong_chunks_are_refused(self):
        wrong = {"no size": b"\r\n", "a signed size": b"+5\r\nhello\r\n0\r\n\r\n", "a prefix": b"0x5\r\nhello\r\n0\r\n\r\n",
                 "a size beyond numbers": b"fffffffff\r\n", "a bare LF after the size": b"5\nhello\r\n0\r\n\r\n",
                 "a bare LF in an extension": b"5;a\nhello\r\n0\r\n\r\n", "too much": b"5\r\nhello!\r\n0\r\n\r\n",
                 "a bare LF after the chunk": b"5\r\nhello\n0\r\n\r\n", "a folded trailer": b"0\r\n x: y\r\n\r\n",
                 "a bare LF in the trailer": b"0\r\nx: y\n\r\n", "an endless extension": b"5;" + b"a" * 5000 + b"\r\nhello\r\n"}
        for name, body in wrong.items():
            with self.subTest(name):
                self.assert_one_refusal(LOGIN + b"Transfer-Encoding: chunked\r\n\r\n" + body)

    def test_wrong_request_lines_are_refused(self):
        for line in (b"GET  /healthz HTTP/1.1", b"GET /healthz HTTP/1.1 ", b"GET /healthz HTTP/1.2", b"GET /healthz", b"GET healthz HTTP/1.1",
                     b"GET /health\x01z HTTP/1.1", b"GET /healthz#a HTTP/1.1", b"GET https://elsewhere/healthz HTTP/1.1", b"GE(T /healthz HTTP/1.1"):
            with self.subTest(line):
                self.assert_one_refusal(line + b"\r\nHost: a\r\n\r\n")

    def test_what_may_come_once_is_refused_twice(self):
        for head in (b"Host: a\r\nHost: b", b"Host: a\r\nHost: a", b"X: a", b"Host: a\r\nAuthorization: Bearer a\r\nAuthorization: Bearer b",
                     b"Host: a\r\nIdempotency-Key: a\r\nIdempotency-Key: b"):
            with self.subTest(head):
                self.assert_one_refusal(b"GET /healthz HTTP/1.1\r\n" + head + b"\r\n\r\n")

    def test_a_chunked_body_is_read(self):
        body = b'{"user":"nobody","password":"wrong"}'
        chunks = b"".join(b"%x;ignored=1\r\n%c\r\n" % (1, byte) for byte in body) + b"0\r\nTrailer: x\r\n\r\n"
        answer = self.send(LOGIN + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + LAST)
        self.assertEqual(self.statuses(answer), [401, 200])

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
