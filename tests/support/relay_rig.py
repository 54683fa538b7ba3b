# SPDX-License-Identifier: Apache-2.0
"""A caraway-relay with a real QEMU behind it, an agent and a broker that the test plays itself."""
import http.server
import json
import os
import shutil
import socket
import ssl
import tempfile
import threading
import time
import uuid

from machine_ca import MachineCa
from processes import Process, free_port, wait_until
from spice_wire import MAIN, MSG_MAIN_INIT, Refused, SpiceLink, TlsStream, WebSocketStream

LIMIT_S = 30
ALL_CHANNELS = ["main", "display", "inputs", "cursor", "playback", "record"]


class Qemu:
    """A machine without a disk that shows its firmware: real SPICE, cheap."""

    def __init__(self, folder):
        self.qmp_path = os.path.join(folder, "qmp")
        argv = ["qemu-system-x86_64", "-machine", "q35,accel=tcg", "-m", "64", "-vga", "qxl", "-nodefaults",
                "-device", "qemu-xhci", "-device", "usb-tablet", "-display", "none",
                "-audiodev", "spice,id=a", "-device", "ich9-intel-hda", "-device", "hda-duplex,audiodev=a",
                "-spice", f"unix=on,addr={os.path.join(folder, 'spice')},disable-ticketing=on",
                "-qmp", f"unix:{self.qmp_path},server=on,wait=off"]
        # Warnings are fatal in our own programs only.
        self.process = Process("qemu", argv, os.path.join(folder, "qemu.log"), {"G_DEBUG": ""}).start()
        self.lock = threading.Lock()
        self.qmp = socket.socket(socket.AF_UNIX)
        wait_until(self._connect, LIMIT_S, "QEMU's monitor")
        self.lines = self.qmp.makefile("r")
        self.lines.readline()
        self.command({"execute": "qmp_capabilities"})

    def _connect(self):
        try:
            self.qmp.connect(self.qmp_path)
            return True
        except OSError:
            return False

    def command(self, request, fd=None):
        with self.lock:
            text = json.dumps(request).encode() + b"\n"
            if fd is None:
                self.qmp.sendall(text)
            else:
                socket.send_fds(self.qmp, [text], [fd])
            while True:
                answer = json.loads(self.lines.readline())
                if "return" in answer:
                    return answer["return"]
                if "error" in answer:
                    raise RuntimeError(answer["error"])

    def add_client(self, fd):
        self.command({"execute": "getfd", "arguments": {"fdname": "console"}}, fd)
        self.command({"execute": "add_client",
                      "arguments": {"protocol": "spice", "fdname": "console", "skipauth": True}})

    def is_running(self):
        return self.process.is_alive() and self.command({"execute": "query-status"})["status"] == "running"

    def stop(self):
        self.process.kill()
        self.process.child.wait()


class Agent:
    """The host's agent, as far as the relay sees it."""

    def __init__(self, rig, qemu):
        self.rig, self.qemu = rig, qemu
        self.news = []
        self.changed = threading.Condition()
        self.answers_opens = True
        self.socket = None

    def connect(self, **state):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        wait_until(lambda: self.socket.connect_ex(self.rig.control) == 0, LIMIT_S, "the relay's control socket")
        self.send({"type": "state", "installation": self.rig.ca.installation, "host": "kvm1",
                   "grant_keys": self.rig.ca.grant_keys(), "broker_time_ms": self.rig.broker_time_ms(),
                   "desktops": [{"id": self.rig.desktop, "epoch": "1.1"}], **state})
        threading.Thread(target=self._run, args=(self.socket,), daemon=True).start()
        return self

    def disconnect(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()

    def send(self, message):
        self.socket.send(json.dumps(message).encode())

    def _run(self, control):
        while True:
            try:
                data, fds, _, _ = socket.recv_fds(control, 65536, 4)
            except OSError:
                return
            if not data:
                return
            message = json.loads(data)
            if message["type"] == "open" and self.answers_opens:
                self._open(message, fds[0])
            with self.changed:
                self.news.append(message)
                self.changed.notify_all()

    def _open(self, message, fd):
        answer = {"type": "opened", "request": message["request"], "ok": True}
        try:
            self.qemu.add_client(fd)
        except RuntimeError as error:
            answer.update(ok=False, code="hypervisor-failed", detail=str(error))
        os.close(fd)
        self.send(answer)

    def wait_for(self, **wanted):
        """The first message heard that has all of `wanted`."""
        def find():
            return next((m for m in self.news if all(m.get(k) == v for k, v in wanted.items())), None)
        with self.changed:
            self.changed.wait_for(find, LIMIT_S)
            found = find()
        assert found, f"nothing like {wanted} in {self.news}"
        return found


class Broker:
    """POST /internal/redeem, GET /internal/grant-keys and /internal/trust over mTLS, nothing else."""

    def __init__(self, rig):
        self.grants = {}  # password -> grant
        self.grant_keys = rig.ca.grant_keys()
        self.times_asked_for_keys = 0
        self.ca = rig.ca
        self.revoke([])
        grants, broker = self.grants, self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                if self.path == "/internal/trust":
                    return self.answer(200, {"ca": rig.ca.ca_pem().decode(), "revocations": broker.revocations})
                known = self.path == "/internal/grant-keys"
                broker.times_asked_for_keys += known
                return self.answer(200 if known else 404, {"grant_keys": broker.grant_keys} if known else {})

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                grant = grants.pop(body["password"], None)  # once
                status = 200 if grant else 401
                self.answer(status, {"grant": grant} if grant else
                            {"code": "grant-invalid", "detail": "no such password"})

            def answer(self, status, body):
                text = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *args):
                pass

        folder = os.path.join(rig.folder, "broker")
        rig.ca.write_identity(folder, "broker", "b1")
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(os.path.join(folder, "identity.pem"), os.path.join(folder, "identity.key"))
        context.load_verify_locations(os.path.join(folder, "ca.pem"))
        context.verify_mode = ssl.CERT_REQUIRED
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"https://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def revoke(self, serials):
        """Lists these from now on, and no others."""
        self.revocations = self.ca.revocations(serials)


class RelayRig:
    def __init__(self, **options):
        self.folder = tempfile.mkdtemp(prefix="caraway-relay-", dir="/tmp")
        self.ca = MachineCa()
        self.desktop, self.session = str(uuid.uuid4()), str(uuid.uuid4())
        self.state = os.path.join(self.folder, "state")
        self.control = os.path.join(self.folder, "control")
        self.broker = Broker(self)
        self.ca.write_identity(self.state, "relay", "kvm1", self.broker.url)
        self.ca.write_identity(os.path.join(self.folder, "portal"), "portal", "edge1")
        os.chmod(os.path.join(self.folder, "portal"), 0o700)
        self.port, self.http_port = free_port(), free_port()
        program = os.path.join(os.environ["CARAWAY_BUILD"], "bin", "caraway-relay")
        self.argv = [program, f"--relay-listen=127.0.0.1:{self.port}", f"--relay-state-directory={self.state}",
                     f"--relay-control-socket={self.control}", f"--relay-http-listen=127.0.0.1:{self.http_port}",
                     "--log-level=debug", *(f"--relay-{name.replace('_', '-')}={value}" for name, value in options.items())]
        self.relay = Process("relay", self.argv, os.path.join(self.folder, "relay.log")).start()
        self.qemu = Qemu(self.folder)
        self.agent = Agent(self, self.qemu).connect()

    def close(self):
        try:
            status = self.relay.stop()
            assert status == 0, f"the relay ended with {status}:\n{self.relay.log_tail(60)}"
            assert self.qemu.process.is_alive(), f"QEMU ended with {self.qemu.process.child.returncode}: {self.qemu.process.log_tail()}"
        finally:
            self.qemu.stop()
            self.broker.server.shutdown()
            self.broker.server.server_close()
        shutil.rmtree(self.folder)

    def restart_relay(self):
        assert self.relay.stop() == 0, self.relay.log_tail()
        self.relay.start()
        self.agent.connect()

    @staticmethod
    def broker_time_ms():
        return int(time.time() * 1000)

    def claims(self, **changes):
        now = int(time.time())
        return {"id": str(uuid.uuid4()), "session": self.session, "desktop": self.desktop, "epoch": "1.1",
                "host": "kvm1", "address": "127.0.0.1", "port": self.port, "identity": "relay/kvm1", "user": "alice",
                "channels": ALL_CHANNELS, "issued": now, "expires": now + 30, "viewer": "native", **changes}

    def grant(self, **changes):
        return self.ca.grant(**self.claims(**changes))

    def tls(self, identity=None):
        context = ssl.create_default_context(cafile=os.path.join(self.state, "ca.pem"))
        context.check_hostname = False  # the certificate names a machine, not an address
        if identity:
            folder = os.path.join(self.folder, identity)
            context.load_cert_chain(os.path.join(folder, "identity.pem"), os.path.join(folder, "identity.key"))
        plain = wait_until(self._dial, LIMIT_S, "the relay's port")
        plain.settimeout(LIMIT_S)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return TlsStream(context.wrap_socket(plain))

    def _dial(self):
        try:
            return socket.create_connection(("127.0.0.1", self.port), LIMIT_S)
        except ConnectionRefusedError:
            return None

    def connect(self, grant, identity=None, headers=""):
        """CONNECT with `grant`; Refused with the problem's code, else the stream."""
        stream = self.tls(identity)
        stream.write(f"CONNECT desktop:0 HTTP/1.1\r\nHost: desktop:0\r\nAuthorization: Bearer {grant}\r\n{headers}\r\n"
                     .encode())
        head = stream.read_head()
        if not head.startswith("HTTP/1.1 200 "):
            problem = json.loads(stream.read_rest())
            raise Refused(problem["code"], problem["detail"])
        return stream

    def websocket(self, protocols, headers=""):
        stream = self.tls()
        stream.write("GET /console HTTP/1.1\r\nHost: desktop\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
                     f"Sec-WebSocket-Protocol: {protocols}\r\n{headers}\r\n".encode())
        head = stream.read_head()
        if not head.startswith("HTTP/1.1 101 "):
            raise Refused(json.loads(stream.read_rest())["code"])
        assert "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in head, head
        return WebSocketStream(stream), head

    def open_main(self, grant):
        """A main channel: the link and the session's id."""
        link = SpiceLink(self.connect(grant), MAIN)
        return link, int.from_bytes(link.receive_kind(MSG_MAIN_INIT)[:4], "little")

    def metric(self, name):
        with socket.create_connection(("127.0.0.1", self.http_port), LIMIT_S) as plain:
            plain.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            text = b"".join(iter(lambda: plain.recv(65536), b"")).decode()
        return next(int(line.split()[1]) for line in text.splitlines() if line.startswith(f"caraway_relay_{name} "))


def is_closed(stream):
    """Reads to the end, within the limit."""
    try:
        while True:
            stream.read(1)
    except EOFError:
        return True
