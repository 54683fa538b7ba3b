# SPDX-License-Identifier: Apache-2.0
"""A broker's REST interface with answers made up by the test, over mTLS, so that every state of the web app can be
brought about. Sessions change when the test says so, and event streams tell it at once."""
import http.server
import json
import re
import secrets
import socket
import ssl
import threading

ME = {"id": "00000000-0000-4000-8000-000000000001", "name": "alice", "full_name": "Demo User", "roles": ["user"],
      "permissions": [], "password_change_required": False, "source": "local", "second_factor": "none"}
TOKEN = "caraway_pat_" + "Ab1_" * 10 + "xyz0123abcd"
CODE, RECOVERY_CODE = "123456", "ABCD-EFGH-IJKL-MNOP"
# “otpauth://totp/x” as squares, each row a number.
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
RECOVERY_CODES = [f"{chr(65 + at) * 4}-EFGH-IJKL-MNOP" for at in range(10)]
QR = [f"{row:025b}" for row in (
    0x1fc547f, 0x1057841, 0x174625d, 0x174685d, 0x175295d, 0x1044641, 0x1fd557f, 0x0003200, 0x154d212, 0x15879e9,
    0x02794a7, 0x1227d52, 0x18f07c3, 0x0592469, 0x14d49cf, 0x0fa62b1, 0x13f91fa, 0x0017913, 0x1fcb75f, 0x1049d12,
    0x175a5f9, 0x1746610, 0x1754b15, 0x1042162, 0x1fd1383)]
COOKIE = "__Host-caraway=stub-session; Path=/; Secure; HttpOnly; SameSite=Strict"


class Refusal(Exception):
    def __init__(self, status, code, detail, reasons=(), headers=None):
        self.status, self.code, self.detail, self.reasons, self.headers = status, code, detail, list(reasons), headers or {}


class StubBroker:
    def __init__(self, credentials_folder, ca_file, port=0):
        self.me = dict(ME)
        self.passwords = {"alice": "correct horse"}
        self.sign_in_methods = [{"name": "local", "label": "Local accounts", "kind": "password"}]
        self.factor = {"enabled": False, "required": False, "since": None}
        self.sign_ins = []
        self.tokens = []
        self.desktops = []
        self.degraded = {}  # what a broker without its database adds
        self.sessions = {}
        self.refusals = {}  # "METHOD path" -> Refusal, until taken away
        self.grant_keys = []
        self.make_grant = None  # what POST /internal/redeem answers; each password works once
        self.unredeemed = set()
        self.requests = []  # (method, path, headers, body)
        self.changed = threading.Condition()
        self.connections = set()
        handler = type("Handler", (Handler,), {"stub": self})
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
        self.server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(f"{credentials_folder}/identity.pem", f"{credentials_folder}/identity.key")
        context.load_verify_locations(ca_file)
        context.verify_mode = ssl.CERT_REQUIRED
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.url = f"https://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def close(self):
        """Ends the server with every connection, as kill -9 does."""
        self.server.shutdown()
        self.server.server_close()
        for connection in list(self.connections):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def set_session(self, session_id, **members):
        with self.changed:
            self.sessions.setdefault(session_id, {}).update(members)
            for desktop in self.desktops:
                if (desktop.get("session") or {}).get("id") == session_id:
                    desktop["session"] = dict(self.sessions[session_id])
                    if desktop["session"]["state"] == "ended":
                        del desktop["session"]
                        desktop["state"] = "available"
            self.changed.notify_all()

    def asked(self, method, pattern):
        return [request for request in list(self.requests) if request[0] == method and re.fullmatch(pattern, request[1])]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    stub = None

    def log_message(self, *_):
        pass

    def setup(self):
        super().setup()
        self.stub.connections.add(self.connection)

    def finish(self):
        self.stub.connections.discard(self.connection)
        try:
            super().finish()
        except OSError:
            pass

    def answer(self, status, value=None, kind="application/json", headers=None):
        body = b"" if value is None else value if isinstance(value, bytes) else json.dumps(value).encode()
        self.send_response(status)
        for name, text in (headers or {}).items():
            self.send_header(name, text)
        if value is not None:
            self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def refuse(self, refusal):
        self.answer(refusal.status, {"type": "about:blank", "title": "Refused", "status": refusal.status, "code": refusal.code,
                                     "detail": refusal.detail, "reasons": refusal.reasons}, "application/problem+json",
                    refusal.headers)

    def handle_request(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        path = self.path.split("?")[0].removeprefix("/api/v1")
        self.stub.requests.append((self.command, path, dict(self.headers), body))
        try:
            refusal = self.stub.refusals.get(f"{self.command} {path}")
            if refusal:
                raise refusal
            self.route(path, body)
        except Refusal as refusal:
            self.refuse(refusal)
        except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
            self.close_connection = True

    do_GET = do_POST = do_DELETE = handle_request

    def signed_in(self):
        if "__Host-caraway=stub-session" not in (self.headers.get("Cookie") or ""):
            raise Refusal(401, "not-signed-in", "Sign in first.")
        if self.command != "GET" and self.headers.get("X-Caraway-Request") != "1":
            raise Refusal(403, "not-permitted", "The header X-Caraway-Request is missing.")

    def route(self, path, body):
        if path == "/internal/grant-keys":
            self.answer(200, {"grant_keys": self.stub.grant_keys})
        elif path == "/internal/redeem":
            self.redeem(body["password"])
        elif path == "/sign-in-methods":
            self.answer(200, {"items": self.stub.sign_in_methods})
        elif path == "/login":
            self.login(body)
        else:
            self.signed_in()
            self.route_own(path, body)

    def redeem(self, password):
        if password not in self.stub.unredeemed:
            raise Refusal(403, "grant-already-used", "This password has been used already.")
        if self.stub.make_grant is None:
            raise Refusal(409, "host-gone", "No host serves a console here.")
        self.stub.unredeemed.discard(password)
        self.answer(200, {"grant": self.stub.make_grant()})

    def login(self, body):
        if self.stub.passwords.get(body["user"]) != body["password"]:
            raise Refusal(401, "wrong-name-or-password", "The user name or the password is wrong.")
        self.answer(200, {"user": self.stub.me, "expires": 4102444800}, headers={"Set-Cookie": COOKIE})

    def route_own(self, path, body):
        if path == "/logout":
            self.answer(204, headers={"Set-Cookie": "__Host-caraway=; Path=/; Secure; Max-Age=0"})
        elif path == "/me":
            self.answer(200, self.stub.me)
        elif path == "/me/password":
            self.stub.me["password_change_required"] = False
            self.answer(204)
        elif path.startswith("/me/second-factor"):
            self.second_factor(path.removeprefix("/me/second-factor"), body)
        elif path.startswith(("/me/sign-ins", "/me/tokens")):
            self.account(*path.split("/")[2:], body=body)
        elif path == "/desktops":
            self.answer(200, {"items": self.stub.desktops, "next": None, **self.stub.degraded})
        elif path.startswith("/pools/"):
            self.connect(path)
        elif path.startswith("/sessions/"):
            self.session(*path.split("/")[2:], body=body)
        else:
            raise Refusal(404, "not-found", "There is no such thing.")

    def second_factor(self, act, body):
        stub, state = self.stub, self.stub.factor
        if self.command == "GET":
            self.answer(200, {"standing": stub.me["second_factor"], "recovery_codes_left": 10 if state["enabled"] else 0, **state})
            return
        if (act or state["enabled"]) and body.get("code") not in (CODE, RECOVERY_CODE):
            raise Refusal(403, "wrong-code", "The code is wrong, or was used before; wait for the next one of your app and try again.")
        codes = {"recovery_codes": RECOVERY_CODES}
        if act == "":
            self.answer(200, {"secret": SECRET, "uri": "otpauth://totp/x", "qr": QR})
        elif act == "/confirm":
            was_pending = stub.me["second_factor"] == "enrolment-required"
            state.update(enabled=True, since="2026-01-02T03:04:05Z")
            if was_pending:
                stub.me["second_factor"] = "proven"
            self.answer(200, {**codes, **({"user": stub.me, "expires": "2027-01-01T00:00:00Z"} if was_pending else {})})
        elif act == "/verify":
            stub.me["second_factor"] = "proven"
            self.answer(200, {"user": stub.me, "expires": "2027-01-01T00:00:00Z"}, headers={"Set-Cookie": COOKIE})
        elif act == "/recovery-codes":
            self.answer(200, codes)
        else:
            state.update(enabled=False, since=None)
            self.answer(204)

    def account(self, kind, key=None, body=None):
        """Sign-ins and access tokens. DELETE of all sign-ins leaves the one that asks."""
        items = self.stub.sign_ins if kind == "sign-ins" else self.stub.tokens
        if self.command == "POST":
            token = {"id": f"token-{len(items)}", "name": body["name"], "scopes": body["scopes"], "created": "2026-05-01T08:00:00Z",
                     "expires": "2126-06-01T08:00:00Z", "last_used": None, "address": ""}
            items.append(token)
            self.answer(201, {"token": TOKEN, **token})
        elif self.command == "DELETE":
            items[:] = [item for item in items if (item["id"] != key if key else item.get("current"))]
            self.answer(204)
        else:
            self.answer(200, {"items": items, "next": None})

    def connect(self, path):
        pool = path.split("/")[2]
        desktop = next(item for item in self.stub.desktops if item["pool"]["id"] == pool)
        session_id = f"session-{pool}"
        if session_id not in self.stub.sessions:
            self.stub.set_session(session_id, id=session_id, pool=desktop["pool"], desktop=None, user="alice", state="preparing",
                                  step="copying the image", progress=0, created=0, connected_from=None, viewer=None, reasons=[])
        desktop.update(state="yours", session=dict(self.stub.sessions[session_id]))
        self.answer(202, self.stub.sessions[session_id])

    def session(self, session_id, what=None, body=None):
        session = self.stub.sessions.get(session_id)
        if session is None:
            raise Refusal(404, "session-ended", "This session has ended.")
        if what is None:
            self.answer(200, session)
        elif what == "events":
            self.events(session_id)
        elif what == "console.vv":
            self.answer(200, b"[virt-viewer]\ntype=spice\npassword=once\n", "application/x-virt-viewer")
        elif what == "grants":
            password = f"once-{secrets.token_urlsafe(24)}"
            self.stub.unredeemed.add(password)
            self.answer(200, {"password": password, "expires": 0, "path": "/console"})
        else:
            self.answer(202, session)

    def events(self, session_id):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        last = None
        while True:
            with self.stub.changed:
                self.stub.changed.wait_for(lambda: self.stub.sessions.get(session_id) != last, timeout=1)
                session = dict(self.stub.sessions.get(session_id) or {})
            if not session:
                return
            text = ":\n\n" if session == last else f"event: session\ndata: {json.dumps(session)}\n\n"
            last = session
            self.wfile.write(text.encode())
            if session["state"] == "ended":
                self.wfile.write(b"event: end\ndata: {}\n\n")
                return
