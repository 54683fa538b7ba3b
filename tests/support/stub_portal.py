# SPDX-License-Identifier: Apache-2.0
"""
A portal that is none: TLS, the REST calls of a user and CONNECT desktop:0, in front of one SPICE port. For tests of
the client and the probe without broker, host and guest. What it answers is decided by names, so that a test can show
every state: see `Story`.
"""
import json
import os
import socket
import ssl
import subprocess
import threading
import time
import uuid

from processes import free_port


def make_certificates(folder):
    """A CA and a certificate for 127.0.0.1 of role portal: ca.pem, tls.crt, tls.key."""
    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    openssl("req", "-x509", *curve, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=Test CA")
    openssl("req", *curve, "-keyout", "tls.key", "-out", "tls.csr", "-subj", "/CN=edge")
    with open(os.path.join(folder, "san"), "w") as file:
        file.write(f"subjectAltName=IP:127.0.0.1,URI:caraway://{uuid.uuid4()}/relay/kvm1\n")
    openssl("x509", "-req", "-in", "tls.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
            "-extfile", "san", "-out", "tls.crt")
    with open(os.path.join(folder, "tls.crt"), "a") as chain, open(os.path.join(folder, "ca.pem")) as ca:
        chain.write(ca.read())


class Refusal(Exception):
    def __init__(self, status, code, detail, reasons=()):
        super().__init__(detail)
        self.status, self.code, self.detail, self.reasons = status, code, detail, list(reasons)


class Story:
    """
    Users: `demo`; `new` must change the password first. Any password but `wrong` is right.
    Pools: `office` opens at once; `slow` takes `slow_s`; `full` has no desktop; `elsewhere` is open on another device.
    """
    POOLS = {"office": "Debian desktop with office programs", "slow": "Is made when you ask for it",
             "full": "Every desktop is taken", "elsewhere": "Open in another room"}

    def __init__(self, slow_s=3):
        self.lock = threading.Condition()
        self.slow_s = slow_s
        self.sessions = {}
        self.taken_over = False
        self.must_change = False
        self.actions, self.refused, self.passwords, self.grants = [], set(), [], 0
        self.refuse_console = None  # a Refusal for CONNECT
        self.refuse_grants = None   # a Refusal for POST grants

    def login(self, body):
        if body["password"] == "wrong":
            self.refused.add("login")
            raise Refusal(401, "wrong-name-or-password", "The user name or the password is wrong.")
        self.must_change = body["user"] == "new"
        return {"token": "t" * 43, "expires": int(time.time()) + 3600, "user": self.me(body["user"])}

    def me(self, name="demo"):
        return {"id": str(uuid.uuid4()), "name": name, "full_name": "Dora Demo", "roles": ["user"],
                "password_change_required": self.must_change}

    def change_password(self, body):
        self.passwords.append(body["new"])
        if len(body["new"]) < 8:
            raise Refusal(422, "weak-password", "The password needs at least 8 characters.")
        self.must_change = False

    def view(self, session):
        age = time.monotonic() - session["since"]
        ready = age >= session["takes_s"]
        progress = 100 if ready else int(100 * age / session["takes_s"])
        steps = ["copying the image", "booting", "waiting for the desktop"]
        return {"id": session["id"], "pool": {"id": session["pool"], "name": session["pool"]},
                "desktop": {"id": session["id"], "name": f"{session['pool']}-0001", "host": "kvm1"}, "user": "demo",
                "state": session["state"] or ("ready" if ready else "preparing"),
                "step": "ready" if ready else steps[min(2, progress // 34)], "progress": progress,
                "created": int(time.time()), "connected_from": None, "viewer": "native", "reasons": [], "end_code": None}

    def desktops(self):
        items = []
        for name, description in self.POOLS.items():
            session = next((s for s in self.sessions.values() if s["pool"] == name), None)
            state = "yours" if session else "unavailable" if name == "full" else "available"
            reasons = ["All 2 desktops are assigned", "The pool may not grow beyond 2"] if name == "full" else []
            items.append({"pool": {"id": name, "name": name, "description": description}, "state": state,
                          "session": self.view(session) if session else None, "reasons": reasons})
        return {"items": items, "next": None}

    def connect(self, pool, body):
        if pool not in self.POOLS:
            raise Refusal(404, "unknown-pool", f"There is no pool “{pool}”.")
        if pool == "full":
            raise Refusal(503, "no-free-desktop", "All desktops of this pool are in use.",
                          ["All 2 desktops are assigned", "The pool may not grow beyond 2"])
        if pool == "elsewhere" and not body.get("take_over") and not self.taken_over:
            raise Refusal(409, "in-use-on-another-device", "Your desktop is open on 192.0.2.17.")
        self.taken_over = self.taken_over or pool == "elsewhere"
        session = next((s for s in self.sessions.values() if s["pool"] == pool), None)
        if session is None:
            session = {"id": str(uuid.uuid4()), "pool": pool, "since": time.monotonic(), "state": None,
                       "takes_s": self.slow_s if pool == "slow" else 0}
            self.sessions[session["id"]] = session
        return self.view(session)

    def session(self, identifier):
        if identifier not in self.sessions:
            raise Refusal(410, "session-ended", "This session has ended.")
        return self.sessions[identifier]

    def act(self, identifier, action):
        view = self.view(self.session(identifier))
        self.actions.append(action)
        if action in ("reset", "logoff"):
            del self.sessions[identifier]
        return view


class StubPortal:
    """with StubPortal(folder, spice_port) as portal: … portal.url, portal.ca, portal.story"""

    def __init__(self, folder, spice_port, story=None, port=None):
        self.folder, self.spice_port, self.story = folder, spice_port, story or Story()
        if not os.path.exists(os.path.join(folder, "tls.crt")):
            make_certificates(folder)
        self.ca = os.path.join(folder, "ca.pem")
        self.port = port or free_port()
        self.url = f"https://127.0.0.1:{self.port}"
        self.consoles = set()
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(os.path.join(folder, "tls.crt"), os.path.join(folder, "tls.key"))

    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.cut()

    def cut(self):
        """Ends every console, as a killed relay does."""
        for peer in list(self.consoles):
            try:
                peer.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def accept(self):
        while True:
            try:
                raw, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(raw,), daemon=True).start()

    def serve(self, raw):
        try:
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self.context.wrap_socket(raw, server_side=True) as peer:
                while self.answer_one(peer):
                    pass
        except (OSError, ssl.SSLError):
            pass

    def answer_one(self, peer):
        head = b""
        while b"\r\n\r\n" not in head:
            piece = peer.recv(1)
            if not piece:
                return False
            head += piece
        lines = head.decode().split("\r\n")
        method, path, _ = lines[0].split(" ")
        headers = {k.lower(): v.strip() for k, v in (line.split(":", 1) for line in lines[1:] if line)}
        if method == "CONNECT":
            self.console(peer)
            return False
        body = b""
        while len(body) < int(headers.get("content-length", 0)):
            body += peer.recv(65536)
        try:
            with self.story.lock:
                answer = self.route(method, path.removeprefix("/api/v1"), json.loads(body or b"{}"), headers)
        except Refusal as refusal:
            self.send_problem(peer, refusal)
            return True
        if callable(answer):
            answer(peer)
            return False
        self.send(peer, 204 if answer is None else 200, answer)
        return True

    def send(self, peer, status, body, kind="application/json"):
        text = b"" if body is None else json.dumps(body).encode()
        peer.sendall(f"HTTP/1.1 {status} Answer\r\nContent-Type: {kind}\r\nContent-Length: {len(text)}\r\n\r\n".encode() + text)

    def send_problem(self, peer, refusal):
        self.send(peer, refusal.status, {"type": "about:blank", "title": refusal.code, "status": refusal.status,
                                         "detail": refusal.detail, "code": refusal.code, "reasons": refusal.reasons},
                  "application/problem+json")

    def route(self, method, path, body, headers):
        story, parts = self.story, path.strip("/").split("/")
        if path == "/login":
            return story.login(body)
        if headers.get("authorization") != "Bearer " + "t" * 43:
            raise Refusal(401, "not-signed-in", "Sign in first.")
        if path == "/me":
            return story.me()
        if path == "/me/password":
            return story.change_password(body)
        if path == "/logout":
            return None
        if path == "/desktops":
            return story.desktops()
        if parts[0] == "pools":
            return story.connect(parts[1], body)
        if parts[0] == "sessions" and len(parts) == 2:
            return story.view(story.session(parts[1]))
        if parts[0] == "sessions" and parts[2] == "events":
            return lambda peer: self.events(peer, parts[1])
        if parts[0] == "sessions" and parts[2] == "grants":
            return self.grant(parts[1])
        if parts[0] == "sessions":
            return story.act(parts[1], parts[2])
        raise Refusal(404, "not-found", "There is no such thing.")

    def grant(self, identifier):
        self.story.session(identifier)
        if self.story.refuse_grants:
            raise self.story.refuse_grants
        self.story.grants += 1
        with open(self.ca) as file:
            ca = file.read()
        return {"grant": "cwg1.test.grant.signature", "expires": int(time.time()) + 30, "relays": [
            {"site": "portal", "address": "127.0.0.1", "port": self.port, "ca": "", "identity": ""},
            {"site": "host", "address": "127.0.0.1", "port": self.port, "ca": ca, "identity": "relay/kvm1"}]}

    def events(self, peer, identifier):
        peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
        last = None
        pause = threading.Event()
        while True:
            with self.story.lock:
                session = self.story.sessions.get(identifier)
                view = self.story.view(session) if session else None
            if view is None:
                peer.sendall(b"event: end\ndata: {}\n\n")
                return
            if view != last:
                peer.sendall(f"event: session\ndata: {json.dumps(view)}\n\n".encode())
                last = view
            pause.wait(0.2)

    def console(self, peer):
        if self.story.refuse_console:
            self.send_problem(peer, self.story.refuse_console)
            return
        with socket.create_connection(("127.0.0.1", self.spice_port)) as spice:
            spice.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            peer.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            self.consoles.add(peer)
            back = threading.Thread(target=self.pour, args=(spice, peer), daemon=True)
            back.start()
            self.pour(peer, spice)
            back.join()
            self.consoles.discard(peer)

    @staticmethod
    def pour(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
        except (OSError, ssl.SSLError):
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
