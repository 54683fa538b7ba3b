# SPDX-License-Identifier: Apache-2.0
"""Connections of the API: kept, bounded in number and time, and freed whatever way they end (faults 21, 22, 26; I6)."""
import json
import os
import socket
import ssl
import threading
import unittest

from machines import Broker
from processes import wait_until

GET = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
LAST = b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
LOGIN = b"POST /api/v1/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
CREDENTIALS = b'{"user":"nobody","password":"wrong"}'
SLOWEST_S = 90  # more than any limit of time but that of rest


class Answer:
    def __init__(self, head, body):
        self.status = int(head[9:12])
        self.lines = head.split(b"\r\n")[1:]
        self.body = body

    def header(self, name):
        return next((line.split(b": ", 1)[1] for line in self.lines if line.lower().startswith(name.lower() + b":")), None)


class Peer:
    """A client that says exactly what it is told to."""

    def __init__(self, broker):
        context = ssl.create_default_context(cafile=broker.ca)
        self.plain = socket.create_connection(("127.0.0.1", broker.port), SLOWEST_S)
        self.stream = context.wrap_socket(self.plain, server_hostname="127.0.0.1")
        self.waiting = b""

    def send(self, data):
        self.stream.sendall(data)

    def receive(self):
        piece = self.stream.recv(65536)
        if not piece:
            raise EOFError
        self.waiting += piece

    def answer(self, has_body=True):
        while b"\r\n\r\n" not in self.waiting:
            self.receive()
        head, self.waiting = self.waiting.split(b"\r\n\r\n", 1)
        answer = Answer(head, b"")
        length = int(answer.header(b"Content-Length") or 0) if has_body else 0
        while len(self.waiting) < length:
            self.receive()
        answer.body, self.waiting = self.waiting[:length], self.waiting[length:]
        return answer

    def ask(self, data):
        self.send(data)
        return self.answer()

    def is_ended(self):
        """Waits for what the broker sends next; whether that is the end."""
        try:
            return not self.waiting and not self.stream.recv(1)
        except (ConnectionError, ssl.SSLError):
            return True

    def close(self):
        self.stream.close()


class ConnectionsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.broker = Broker("--broker-max-connections=120").up()
        cls.addClassCleanup(cls.broker.down)

    def peer(self):
        peer = Peer(self.broker)
        self.addCleanup(peer.close)
        return peer

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.broker.process.child.pid}/fd"))

    def test_a_connection_serves_many_requests(self):
        peer = self.peer()
        head = f"GET /api/v1/me HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {self.broker.admin.token}\r\n\r\n".encode()
        for _ in range(200):
            answer = peer.ask(head)
            self.assertEqual((answer.status, json.loads(answer.body)["name"]), (200, "admin"))
            self.assertIsNone(answer.header(b"Connection"))
            self.assertTrue(answer.header(b"Date").endswith(b"GMT"))

    def test_refusals_keep_the_connection_where_their_end_is_certain(self):
        peer = self.peer()
        for head, status in ((b"GET /nothing", 404), (b"DELETE /healthz", 405), (b"GET /api/v1/me", 401), (b"GET /healthz", 200)):
            self.assertEqual(peer.ask(head + b" HTTP/1.1\r\nHost: a\r\n\r\n").status, status)

    def test_a_thousand_connections_that_end_at_rest_leave_nothing(self):
        before = self.descriptors()
        for number in range(1000):
            peer = Peer(self.broker)
            self.assertEqual(peer.ask(GET).status, 200)
            if number % 3 == 0:
                peer.stream.unwrap().close()  # with a goodbye
            elif number % 3 == 1:
                peer.close()  # without
            else:
                peer.stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # with a reset
                peer.close()
        wait_until(lambda: self.descriptors() <= before, 30, "waiting for the connections to be freed")

    def test_pipelined_requests_are_answered_in_order(self):
        peer = self.peer()
        heads = [b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n", b"GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n",
                 LOGIN + b"Content-Length: %d\r\n\r\n" % len(CREDENTIALS) + CREDENTIALS]
        peer.send(b"".join(heads * 5))
        self.assertEqual([peer.answer().status for _ in range(15)], [200, 404, 401] * 5)

    def test_an_answer_that_is_not_read_holds_nothing_up(self):
        peer = self.peer()
        peer.stream.settimeout(2)
        try:
            while True:
                peer.send(b"GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n" * 100)
        except (TimeoutError, ssl.SSLError):  # the broker reads no more
            pass
        self.assertEqual(self.peer().ask(GET).status, 200)

    def test_a_request_may_come_byte_by_byte(self):
        peer = self.peer()
        for byte in LOGIN + b"Content-Length: %d\r\n\r\n" % len(CREDENTIALS) + CREDENTIALS + LAST:
            peer.send(bytes([byte]))
        self.assertEqual([peer.answer().status, peer.answer().status], [401, 200])
        self.assertTrue(peer.is_ended())

    def test_head_has_the_head_alone(self):
        peer = self.peer()
        full = peer.ask(GET)
        peer.send(GET.replace(b"GET", b"HEAD"))
        answer = peer.answer(has_body=False)
        self.assertEqual((answer.status, answer.header(b"Content-Length")), (200, b"%d" % len(full.body)))
        self.assertEqual(peer.ask(GET).body, full.body)

    def test_http_1_0_gets_one_answer(self):
        peer = self.peer()
        answer = peer.ask(b"GET /healthz HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n")
        self.assertEqual((answer.status, answer.header(b"Connection")), (200, b"close"))
        self.assertTrue(peer.is_ended())

    def test_who_waits_for_a_word_is_given_it(self):
        peer = self.peer()
        peer.send(LOGIN + b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(CREDENTIALS))
        self.assertEqual(peer.answer().status, 100)
        self.assertEqual(peer.ask(CREDENTIALS).status, 401)
        self.assertEqual(peer.ask(LOGIN + b"Expect: 100-continue\r\nContent-Length: 999999\r\n\r\n").status, 413)
        self.assertTrue(peer.is_ended())
        self.assertEqual(self.peer().ask(LOGIN + b"Expect: wonders\r\nContent-Length: 2\r\n\r\n{}").status, 417)

    def test_a_target_may_name_the_server(self):
        self.assertEqual(self.peer().ask(b"GET https://a/healthz HTTP/1.1\r\nHost: a\r\n\r\n").status, 200)

    def test_who_rests_longest_makes_room(self):
        first = self.peer()
        self.assertEqual(first.ask(GET).status, 200)
        rest = [self.peer() for _ in range(119)]
        for peer in rest:
            self.assertEqual(peer.ask(GET).status, 200)
        self.assertEqual(self.peer().ask(GET).status, 200)
        self.assertTrue(first.is_ended())
        self.assertEqual(rest[-1].ask(GET).status, 200)
        for peer in rest:
            peer.close()

    def test_slow_senders_are_cut_and_hold_nobody_up(self):
        """One that does not begin TLS, one in its head, one in its body: each sends on, and has its time."""
        silent = socket.create_connection(("127.0.0.1", self.broker.port), SLOWEST_S)
        self.addCleanup(silent.close)
        head, body, other = self.peer(), self.peer(), self.peer()
        head.send(b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: ")
        body.send(LOGIN + b"Content-Length: 4000\r\n\r\n")
        done = threading.Event()

        def trickle(peer):
            try:
                while not done.wait(1):
                    peer.send(b"a")
            except OSError:
                pass
        threads = [threading.Thread(target=trickle, args=(peer,)) for peer in (head, body)]
        for thread in threads:
            thread.start()
        try:
            wait_until(lambda: other.ask(GET).status == 200 and not any(thread.is_alive() for thread in threads), SLOWEST_S,
                       "waiting for the slow ones to be cut")
        finally:
            done.set()
            for thread in threads:
                thread.join()
        self.assertTrue(head.is_ended() and body.is_ended())
        with self.assertRaises(ConnectionResetError):
            silent.recv(1)


class EndTest(unittest.TestCase):
    def test_sigterm_ends_what_rests(self):
        broker = Broker().up()
        self.addCleanup(broker.down)
        peers = [Peer(broker) for _ in range(20)]
        for peer in peers:
            self.addCleanup(peer.close)
            self.assertEqual(peer.ask(GET).status, 200)
        self.assertEqual(broker.process.stop(), 0)
        for peer in peers:
            self.assertTrue(peer.is_ended())


if __name__ == "__main__":
    unittest.main()
