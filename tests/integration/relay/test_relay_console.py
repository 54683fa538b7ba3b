# SPDX-License-Identifier: Apache-2.0
"""caraway-relay with a real QEMU: consoles by grants, what is refused, and that no client can hurt the machine (I3, I6,
I7)."""
import contextlib
import select
import socket
import struct
import subprocess
import time
import unittest

from cryptography.hazmat.primitives.asymmetric import ed25519

from processes import wait_until
from relay_rig import LIMIT_S, RelayRig, is_closed
from spice_wire import (CURSOR, DISPLAY, DISPLAY_INIT, INPUTS, MAIN, MSG_MAIN_CHANNELS_LIST, MSG_MAIN_INIT,
                        RECORD, Refused, SpiceLink, link_message)


MAX_UNFINISHED = 16


class RelayConsole(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.rig = RelayRig(setup_seconds=6, drain_seconds=1, max_unfinished=MAX_UNFINISHED)

    @classmethod
    def tearDownClass(cls):
        cls.rig.close()

    def open_display(self, caps=0):
        grant = self.rig.grant()
        main, session = self.rig.open_main(grant)
        display = SpiceLink(self.rig.connect(grant), DISPLAY, session, caps=caps)
        return grant, main, session, display

    @staticmethod
    def link_outcome(stream):
        try:
            return struct.unpack("<I", stream.read(20)[16:])[0]
        except EOFError:
            return None  # cut before its answer

    def assert_refused(self, code, function, *args):
        with self.assertRaises(Refused) as caught:
            function(*args)
        self.assertEqual(caught.exception.code, code)

    def test_grant_opens_main_and_display(self):
        _, main, session, display = self.open_display()
        self.assertNotEqual(session, 0)
        main.send(104)  # ATTACH_CHANNELS
        self.assertGreater(len(main.receive_kind(MSG_MAIN_CHANNELS_LIST)), 4)
        display.send(101, DISPLAY_INIT)
        display.receive_kind(314)  # SURFACE_CREATE
        self.assertEqual(self.rig.agent.wait_for(type="console", state="connected")["user"], "alice")

    def test_disconnection_is_told(self):
        session = "11111111-2222-4333-8444-555555555555"
        main, _ = self.rig.open_main(self.rig.grant(session=session))
        self.rig.agent.wait_for(type="console", session=session, state="connected")
        main.stream.close()
        self.rig.agent.wait_for(type="console", session=session, state="disconnected")

    def test_portal_tells_client_address(self):
        session = "11111111-2222-4333-8444-666666666666"
        grant = self.rig.grant(session=session)
        stream = self.rig.connect(grant, "portal", "Caraway-Client-Address: 192.0.2.7\r\n")
        SpiceLink(stream, MAIN).receive_kind(MSG_MAIN_INIT)
        self.assertEqual(self.rig.agent.wait_for(type="console", session=session)["client"], "192.0.2.7")

    def test_client_cannot_lie_about_its_address(self):
        session = "11111111-2222-4333-8444-777777777777"
        stream = self.rig.connect(self.rig.grant(session=session), None, "Caraway-Client-Address: 192.0.2.7\r\n")
        SpiceLink(stream, MAIN).receive_kind(MSG_MAIN_INIT)
        self.assertEqual(self.rig.agent.wait_for(type="console", session=session)["client"], "127.0.0.1")

    def test_portal_cannot_invent_an_address(self):
        """What is no address goes neither to the agent nor into the log, whoever says it."""
        for number, word in enumerate(("nonsense", "x" * 4000, "192.0.2.7, 192.0.2.8", "fe80::1%eth0")):
            with self.subTest(word[:20]):
                session = f"11111111-2222-4333-8444-8888888888{number:02}"
                stream = self.rig.connect(self.rig.grant(session=session), "portal", f"Caraway-Client-Address: {word}\r\n")
                SpiceLink(stream, MAIN).receive_kind(MSG_MAIN_INIT)
                self.assertEqual(self.rig.agent.wait_for(type="console", session=session)["client"], "127.0.0.1")

    def test_grant_works_once(self):
        once = "11111111-2222-4333-8444-777777777701"
        grant = self.rig.grant(session=once)
        main, _ = self.rig.open_main(grant)
        # While it lives the request is fine, but a second main is not.
        self.assert_refused(1, lambda: SpiceLink(self.rig.connect(grant), MAIN))
        main.send(104)
        main.receive_kind(MSG_MAIN_CHANNELS_LIST)
        main.stream.close()
        self.rig.agent.wait_for(type="console", session=once, state="disconnected")
        self.assert_refused("grant-already-used", self.rig.connect, grant)

    def test_two_at_once_one_wins(self):
        grant = self.rig.grant()
        streams = [self.rig.connect(grant) for _ in range(4)]
        for stream in streams:
            stream.write(link_message(MAIN))
        results = sorted(struct.unpack("<I", stream.read(20)[16:])[0] for stream in streams)
        self.assertEqual(results, [0, 1, 1, 1])

    def test_used_grant_stays_used_after_a_restart(self):
        grant = self.rig.grant()
        self.rig.open_main(grant)
        self.rig.restart_relay()
        self.assert_refused("grant-already-used", self.rig.connect, grant)

    def test_bad_grants_are_refused(self):
        other = ed25519.Ed25519PrivateKey.generate()
        cases = {
            "grant-expired": self.rig.grant(issued=int(time.time()) - 60, expires=int(time.time()) - 1),
            "grant-superseded": self.rig.grant(epoch="1.0"),
            "session-ended": self.rig.grant(desktop="00000000-0000-4000-8000-000000000000"),
        }
        for code, grant in cases.items():
            self.assert_refused(code, self.rig.connect, grant)
        for grant in (self.rig.grant(key=other), self.rig.grant(identity="relay/kvm2"), self.rig.grant()[:-4], "x",
                      self.rig.grant().replace("cwg1.test-1.", "cwg1.test-2.")):
            self.assert_refused("grant-invalid", self.rig.connect, grant)

    def test_grant_outlives_its_expiry_for_later_channels(self):
        grant = self.rig.grant()
        _, session = self.rig.open_main(grant)
        self.rig.agent.send({"type": "time", "broker_time_ms": self.rig.broker_time_ms() + 60000})
        self.addCleanup(self.restore_time)
        SpiceLink(self.rig.connect(grant), INPUTS, session)

    def restore_time(self):
        """The broker's time is the true one again, and the relay knows it: its grants are not expired."""
        self.rig.agent.send({"type": "time", "broker_time_ms": self.rig.broker_time_ms()})

        def is_known():
            try:
                self.rig.connect(self.rig.grant()).close()
                return True
            except Refused:
                return False
        wait_until(is_known, LIMIT_S, "the relay's clock")

    def test_forbidden_channel_never_reaches_the_machine(self):
        grant = self.rig.grant(channels=["main", "display"])
        _, session = self.rig.open_main(grant)
        opened = sum(1 for message in self.rig.agent.news if message["type"] == "open")
        self.assert_refused(7, lambda: SpiceLink(self.rig.connect(grant), RECORD, session))
        self.assertEqual(opened, sum(1 for message in self.rig.agent.news if message["type"] == "open"))

    def test_guessed_connection_id_is_refused(self):
        grant = self.rig.grant()
        _, session = self.rig.open_main(grant)
        for guess in (0, session ^ 1):
            self.assert_refused(8, lambda: SpiceLink(self.rig.connect(grant), CURSOR, guess))

    def test_main_with_a_connection_id_is_refused(self):
        self.assert_refused(8, lambda: SpiceLink(self.rig.connect(self.rig.grant()), MAIN, 77))

    def test_new_grant_takes_the_console_over(self):
        old, _ = self.rig.open_main(self.rig.grant())
        new, _ = self.rig.open_main(self.rig.grant())
        self.assertTrue(is_closed(old.stream))
        new.send(104)
        new.receive_kind(MSG_MAIN_CHANNELS_LIST)

    def test_rapid_take_overs_leave_one(self):
        grants = [self.rig.grant() for _ in range(5)]
        streams = [self.rig.connect(grant) for grant in grants]
        for stream in streams:
            stream.write(link_message(MAIN))
        outcomes = [self.link_outcome(stream) for stream in streams]  # in which order they came is open
        self.assertIn(0, outcomes)
        self.assertTrue(self.rig.qemu.is_running())

    def test_display_that_leaves_early_does_not_hurt_the_machine(self):
        for _ in range(10):
            _, main, _, display = self.open_display()
            display.stream.close()
            main.stream.close()
        self.assertTrue(self.rig.qemu.is_running())

    def test_main_takes_its_channels_along(self):
        _, main, _, display = self.open_display()
        main.stream.close()
        self.assertTrue(is_closed(display.stream))

    def test_cut_and_epoch(self):
        main, _ = self.rig.open_main(self.rig.grant())
        self.rig.agent.send({"type": "cut", "session": self.rig.session, "reason": "session-ended"})
        self.assertTrue(is_closed(main.stream))
        self.rig.agent.wait_for(type="console", reason="session-ended")

    def test_hostile_messages_do_not_hurt_the_machine(self):
        hostile = {
            "second DISPLAY_INIT": [(101, DISPLAY_INIT), (101, DISPLAY_INIT)],
            "MIGRATE_FLUSH_MARK": [(101, DISPLAY_INIT), (4, b"")],
            "impossible window": [(101, struct.pack("<BqBi", 1, 1 << 20, 1, -1))],
            "unknown type": [(101, DISPLAY_INIT), (999, b"abc")],
            "wrong size": [(101, DISPLAY_INIT[:-1])],
        }
        for name, messages in hostile.items():
            with self.subTest(name):
                before = self.rig.metric("violations_total")
                _, main, _, display = self.open_display()
                for kind, payload in messages:
                    display.send(kind, payload)
                self.assertTrue(is_closed(display.stream))
                self.assertTrue(is_closed(main.stream))
                self.assertTrue(self.rig.qemu.is_running())
                self.assertEqual(self.rig.metric("violations_total"), before + 1)

    def test_agent_restart_drops_no_console(self):
        grant = self.rig.grant()
        main, session = self.rig.open_main(grant)
        self.rig.agent.wait_for(type="console", state="connected")
        self.rig.agent.disconnect()
        main.send(104)
        main.receive_kind(MSG_MAIN_CHANNELS_LIST)
        # A channel that is opened meanwhile waits for the agent.
        stream = self.rig.connect(grant)
        stream.write(link_message(INPUTS, session))
        self.rig.agent.news.clear()
        self.rig.agent.connect()
        self.assertEqual(stream.read(4), b"REDQ")
        lives = self.rig.agent.wait_for(type="consoles")["sessions"]
        self.assertEqual([console["session"] for console in lives], [self.rig.session])

    def test_websocket(self):
        websocket, head = self.rig.websocket(f"caraway.v1, {self.rig.grant()}")
        self.assertIn("Sec-WebSocket-Protocol: caraway.v1\r\n", head)
        main = SpiceLink(websocket, MAIN)
        main.receive_kind(MSG_MAIN_INIT)
        websocket.send_frame(9, b"hello")
        main.send(104)
        main.receive_kind(MSG_MAIN_CHANNELS_LIST)

    def test_websocket_refusal_comes_before_the_upgrade(self):
        self.assert_refused("grant-invalid", self.rig.websocket, "caraway.v1, nonsense")

    def test_foreign_origin_is_refused(self):
        origin = "Origin: https://elsewhere.example\r\n"
        self.assert_refused("not-permitted", self.rig.websocket, f"caraway.v1, {self.rig.grant()}", origin)
        websocket, _ = self.rig.websocket(f"caraway.v1, {self.rig.grant()}", "Origin: https://desktop\r\n")
        SpiceLink(websocket, MAIN).receive_kind(MSG_MAIN_INIT)
        self.assert_refused("not-permitted", self.rig.websocket, "binary", origin)

    def test_malformed_websocket_frames(self):
        cases = {"not masked": (2, b"x", True, False, 1002), "text": (1, b"x", True, True, 1003),
                 "continuation of nothing": (0, b"x", True, True, 1002),
                 "fragmented ping": (9, b"", False, True, 1002), "unknown opcode": (3, b"", True, True, 1002)}
        for name, (opcode, payload, final, masked, code) in cases.items():
            with self.subTest(name):
                websocket, _ = self.rig.websocket(f"caraway.v1, {self.rig.grant()}")
                websocket.send_frame(opcode, payload, final, masked)
                with self.assertRaises(EOFError):
                    websocket.read(1)
                self.assertEqual(websocket.close_code, code)

    def test_password_in_the_ticket(self):
        self.rig.broker.grants["one-time"] = self.rig.grant(viewer="vv")
        main = SpiceLink(self.rig.tls(), MAIN, 0, "one-time", caps=0xf)
        session = int.from_bytes(main.receive_kind(MSG_MAIN_INIT)[:4], "little")
        display = SpiceLink(self.rig.tls(), DISPLAY, session, "one-time", caps=0x1ff)
        self.assertEqual(display.server_caps, 0x1052)
        display.send(101, DISPLAY_INIT)
        display.receive_kind(314)
        main.stream.close()
        self.assertTrue(is_closed(display.stream))
        self.assert_refused(7, lambda: SpiceLink(self.rig.tls(), MAIN, 0, "one-time"))

    def test_password_over_websocket(self):
        self.rig.broker.grants["html5"] = self.rig.grant(viewer="browser")
        websocket, head = self.rig.websocket("binary")
        self.assertIn("Sec-WebSocket-Protocol: binary\r\n", head)
        SpiceLink(websocket, MAIN, 0, "html5").receive_kind(MSG_MAIN_INIT)

    def test_wrong_password(self):
        self.assert_refused(7, lambda: SpiceLink(self.rig.tls(), MAIN, 0, "wrong"))

    def test_garbage_is_answered(self):
        cases = {b"\x00\x01\x02\r\n\r\n": "400", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n": "404",
                 b"GET /console HTTP/1.1\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n": "400",
                 b"CONNECT elsewhere:22 HTTP/1.1\r\n\r\n": "403", b"CONNECT desktop:0 HTTP/1.1\r\n\r\n": "401",
                 b"GET / HTTP/1.1\r\nX: " + b"a" * 9000: "431",
                 b"GET / HTTP/1.1\nHost: x\n\n": "400"}
        for request, status in cases.items():
            with self.subTest(request[:40]):
                stream = self.rig.tls()
                stream.write(request)
                self.assertEqual(stream.read_head().split()[1], status)
                self.assertTrue(is_closed(stream))

    def test_bad_links(self):
        good = link_message(MAIN)
        cases = {"version": good[:4] + b"\x03" + good[5:], "size": good[:12] + struct.pack("<I", 1 << 20) + good[16:],
                 "caps": good[:26] + struct.pack("<I", 1 << 30) + good[30:], "unknown channel": link_message(99)}
        for name, message in cases.items():
            with self.subTest(name):
                stream = self.rig.tls()
                stream.write(message)
                self.assertEqual(stream.read(4), b"REDQ")
                self.assertTrue(is_closed(stream))

    def test_slow_head_is_cut_off(self):
        stream = self.rig.tls()
        stream.write(b"GET /slow")
        self.assertTrue(is_closed(stream))

    def test_silent_tcp_is_cut_off(self):
        with socket.create_connection(("127.0.0.1", self.rig.port), LIMIT_S) as plain:
            self.assertEqual(plain.recv(1), b"")

    def test_one_address_cannot_take_every_place(self):
        """I6: what an address leaves unfinished is limited; what portals do, behind whom many people are, is not."""
        main, _ = self.rig.open_main(self.rig.grant())
        portals = [self.rig.tls("portal") for _ in range(MAX_UNFINISHED + 4)]
        connections = self.rig.metric("connections")
        before = self.rig.metric("over_address_limit_total")
        with contextlib.ExitStack() as stack:
            idle = [stack.enter_context(socket.create_connection(("127.0.0.1", self.rig.port), LIMIT_S))
                    for _ in range(MAX_UNFINISHED + 1)]
            closed, _, _ = select.select(idle, [], [], LIMIT_S)
            self.assertEqual(closed[0].recv(1), b"")
            wait_until(lambda: self.rig.metric("over_address_limit_total") > before, LIMIT_S, "the count")
            main.send(104)  # what is open does not suffer
            main.receive_kind(MSG_MAIN_CHANNELS_LIST)
        wait_until(lambda: self.rig.metric("connections") <= connections, LIMIT_S, "the end of the idle ones")
        self.rig.open_main(self.rig.grant())  # who leaves makes room
        for portal in portals:
            portal.close()

    def test_port_in_use(self):
        argv = [*self.rig.argv, f"--relay-control-socket={self.rig.folder}/other"]
        done = subprocess.run(argv, capture_output=True, text=True, timeout=LIMIT_S, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("port-in-use", done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2, warnings="ignore")  # streams end with their tests
