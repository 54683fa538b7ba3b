#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The viewer in Chromium through the real caraway-portal to a real SPICE server with a guest of 512 bytes: pixels, keys,
reconnecting, and what the portal must refuse. Broker and relay are stubs of the test."""
import base64
import secrets
import socket
import ssl
import sys
import tempfile

from browser import artefact
from portal_case import OFFICE, PortalCase, main_of, ready_session
from processes import wait_until
from screen import colour_share
from stub_broker import Refusal
from stub_relay import GrantMaker, StubRelay
from tiny_guest import GREEN, TinyGuest


class ConsoleCase(PortalCase):
    def __init__(self, folder, guest):
        super().__init__(folder)
        self.grants = GrantMaker(folder)
        self.broker.grant_keys = self.grants.public_keys()
        self.relay = StubRelay(self.installation.machine("relay", "kvm1"), self.installation.ca, guest.port)
        self.broker.make_grant = lambda: self.grants.make(self.relay.port)
        self.broker.desktops = [{"pool": OFFICE, "state": "yours", "session": ready_session(self, OFFICE), "reasons": []}]

    def close(self):
        self.relay.close()
        super().close()

    def open_viewer(self):
        self.sign_in()
        self.browser.press("Resume office")
        self.wait_picture()

    def wait_picture(self, limit_s=30):
        self.browser.wait(lambda: self.browser.script(
            "return Boolean(document.querySelector('#screen canvas')) && document.querySelector('#overlay').hidden;"),
            f"the desktop's picture ({self.portal.log_tail(8)})", limit_s)

    def share(self, name):
        return colour_share(self.browser.picture(artefact(name)), GREEN)

    def console_socket(self, origin, protocol="binary"):
        """The answer to a WebSocket upgrade, as text; the socket."""
        context = ssl.create_default_context(cafile=self.installation.ca)
        peer = context.wrap_socket(socket.create_connection(("127.0.0.1", self.port), timeout=20), server_hostname="127.0.0.1")
        key = base64.b64encode(secrets.token_bytes(16)).decode()
        lines = ["GET /console HTTP/1.1", f"Host: 127.0.0.1:{self.port}", "Upgrade: websocket", "Connection: Upgrade",
                 f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Protocol: {protocol}"]
        if origin:
            lines.append(f"Origin: {origin}")
        peer.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        answer = b""
        while b"\r\n\r\n" not in answer and (piece := peer.recv(4096)):
            answer += piece
        return answer.decode(errors="replace"), peer


def test_sees_and_types(case):
    browser = case.browser
    case.open_viewer()
    assert "once" not in browser.driver.current_url
    assert case.share("console-before.png") < 0.01
    browser.chord("ControlLeft", "AltLeft", "KeyT")
    browser.wait(lambda: case.share("console-painted.png") > 0.2, "the guest's green")
    before = browser.picture()
    browser.type_keys("Caraway")
    browser.wait(lambda: browser.picture().tobytes() != before.tobytes(), "what was typed")
    browser.picture(artefact("console-typed.png"))
    head = case.relay.requests[0]
    assert head.startswith("CONNECT desktop:0 HTTP/1.1"), head
    assert "Caraway-Client-Address: 127.0.0.1" in head, head
    assert len(case.broker.asked("POST", "/internal/redeem")) == 1


def test_reconnects_by_itself(case):
    browser = case.browser
    case.open_viewer()
    browser.chord("ControlLeft", "AltLeft", "KeyT")
    browser.wait(lambda: case.share("console-painted.png") > 0.2, "the guest's green")
    grants = len(case.broker.asked("POST", ".*/grants"))
    case.relay.cut()
    browser.wait(lambda: len(case.broker.asked("POST", ".*/grants")) > grants, "a new grant")
    case.wait_picture()
    browser.wait(lambda: case.share("console-again.png") > 0.2, "the guest's green again")


def test_survives_the_portal(case):
    browser = case.browser
    case.open_viewer()
    case.portal.kill()
    case.portal.child.wait()
    browser.wait_text("Reconnecting…", "#overlay")
    browser.picture(artefact("console-reconnecting.png"))
    case.portal.start()
    case.wait_picture(40)


def test_resizes_with_the_window(case):
    """This guest has no agent, so the picture keeps its size and nothing breaks."""
    browser = case.browser
    case.open_viewer()
    browser.set_size(500, 400)
    browser.picture(artefact("console-small.png"))
    assert browser.script("return document.querySelector('#stage').scrollWidth >= 320")
    assert browser.find("#screen canvas").is_displayed()


def test_disconnects_and_comes_back(case):
    browser = case.browser
    case.open_viewer()
    browser.press("Disconnect")
    browser.wait_text("Your desktop keeps running.", "#overlay")
    wait_until(lambda: not case.relay.consoles, 20, "the consoles to end")
    browser.press("Reconnect", "#overlay")
    case.wait_picture()


def test_mouse_and_focus(case):
    """Moving and clicking breaks no channel (the relay judges every message); Shift+F12 leads out of the desktop."""
    browser = case.browser
    case.open_viewer()
    grants = len(case.broker.asked("POST", ".*/grants"))
    browser.find("#screen canvas").click()
    for step in range(8):
        browser.driver.execute_cdp_cmd("Input.dispatchMouseEvent", {"type": "mouseMoved", "x": 500 + 9 * step, "y": 400})
    for kind in ("mousePressed", "mouseReleased"):
        browser.driver.execute_cdp_cmd("Input.dispatchMouseEvent", {"type": kind, "x": 560, "y": 420, "button": "right",
                                                                    "clickCount": 1})
    browser.driver.execute_cdp_cmd("Input.dispatchMouseEvent", {"type": "mouseWheel", "x": 560, "y": 420, "deltaX": 0,
                                                                "deltaY": 120})
    browser.chord("ControlLeft", "AltLeft", "KeyT")
    browser.wait(lambda: case.share("console-mouse.png") > 0.2, "the guest's green")
    browser.chord("ShiftLeft", "F12")
    browser.wait(lambda: browser.driver.switch_to.active_element.text == "Ctrl+Alt+Del", "the focus on the buttons", 5)
    assert len(case.broker.asked("POST", ".*/grants")) == grants, "the console was opened again"


def test_session_ends(case):
    browser = case.browser
    case.open_viewer()
    case.broker.set_session(f"session-{OFFICE['id']}", state="ended", reasons=["You logged off in the desktop."])
    browser.wait_text("You logged off in the desktop.", "#overlay")
    browser.picture(artefact("console-ended.png"))
    wait_until(lambda: not case.relay.consoles, 20, "the consoles to end")


def test_refused_password(case):
    """A password that the broker refuses is asked for anew, and in the end the person is told."""
    browser = case.browser
    case.broker.refusals["POST /internal/redeem"] = Refusal(403, "grant-already-used", "This password has been used already.")
    case.sign_in()
    browser.press("Resume office")
    browser.wait(lambda: len(case.broker.asked("POST", "/internal/redeem")) > 1, "a second try")
    assert not case.relay.requests


def test_wrong_relay(case):
    """A machine at the relay's address that is not that relay gets neither the grant nor the console."""
    case.broker.make_grant = lambda: case.grants.make(case.relay.port, identity="relay/kvm2")
    case.sign_in()
    case.browser.press("Resume office")
    case.browser.wait(lambda: len(case.broker.asked("POST", "/internal/redeem")) > 1, "a second try")
    assert not case.relay.requests


def test_unknown_key_is_fetched(case):
    """A grant of a broker whose key the portal has not seen waits for the key."""
    fresh = GrantMaker(case.installation.folder, "b2-1")
    case.broker.make_grant = lambda: fresh.make(case.relay.port)
    case.broker.grant_keys = case.grants.public_keys() + fresh.public_keys()
    case.open_viewer()


def test_foreign_origin(case):
    own = f"https://127.0.0.1:{case.port}"
    for origin in ("https://evil.example", "null", f"http://127.0.0.1:{case.port}", own + ".evil.example"):
        grant = case.grants.make(case.relay.port)
        answer, peer = case.console_socket(origin, f"caraway.v1, {grant}")
        peer.close()
        assert answer.startswith("HTTP/1.1 403 "), (origin, answer)
        assert "not-permitted" in answer or "application/problem+json" in answer, answer
    for origin in (own, None):
        answer, peer = case.console_socket(origin, f"caraway.v1, {case.grants.make(case.relay.port)}")
        peer.close()
        assert answer.startswith("HTTP/1.1 101 "), (origin, answer)
        assert "cwg1" not in answer, answer


def test_bad_grants(case):
    good = case.grants.make(case.relay.port)
    head, payload, signature = good.rsplit(".", 2)
    stranger = GrantMaker(case.installation.folder, "b9-9")
    for grant in (good[:-4] + "AAAA", f"{head}.{payload}.", f"{head}.{payload[:-2]}.{signature}", "cwg1", "cwg1.b1-1.e30.AAAA",
                  stranger.make(case.relay.port)):
        answer, peer = case.console_socket(None, f"caraway.v1, {grant}")
        peer.close()
        assert not answer.startswith("HTTP/1.1 101 "), (grant, answer)
    assert not case.relay.requests


def run_all():
    with tempfile.TemporaryDirectory(prefix="caraway-guest-") as folder, TinyGuest(folder) as guest:
        return main_of(globals(), lambda case_folder: ConsoleCase(case_folder, guest))


if __name__ == "__main__":
    sys.exit(run_all())
