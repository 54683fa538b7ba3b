# SPDX-License-Identifier: Apache-2.0
"""One caraway-host between a stand-in for its broker and a stand-in for its relay, driven message by message."""
import json
import os
import queue
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import uuid

from processes import Failed, Process

INSTALLATION = "11111111-2222-4333-8444-555555555555"
LIMIT_S = 60


class Broker:
    """broker-stand-in: what it hears comes out of expect()."""

    def __init__(self, folder, port=None):
        program = os.path.join(os.environ["CARAWAY_BUILD"], "bin", "broker-stand-in")
        argv = [program, folder] + ([str(port)] if port else [])
        self.child = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.heard = queue.Queue()
        self.seen = []
        self.last_id = 0
        self.is_silent = False
        self.lock = threading.Lock()
        threading.Thread(target=self._read, daemon=True).start()
        self.port = self.expect("listening")["port"]

    def _read(self):
        for line in self.child.stdout:
            message = json.loads(line)
            if message["type"] == "heartbeat" and not self.is_silent:
                self.say(type="time", broker_time_ms=int(time.time() * 1000))
            self.heard.put(message)

    def expect(self, kind, limit_s=LIMIT_S, **members):
        """The next message of that type whose members are as given; others on the way are kept in `seen`."""
        end = time.monotonic() + limit_s
        while True:
            try:
                message = self.heard.get(timeout=max(0.01, end - time.monotonic()))
            except queue.Empty:
                raise Failed(f"no {kind} {members} came; last: {self.seen[-8:]}") from None
            self.seen.append(message)
            if message["type"] == kind and all(message.get(name) == value for name, value in members.items()):
                return message

    def write(self, line):
        with self.lock:
            self.child.stdin.write(line + "\n")
            self.child.stdin.flush()

    def say(self, **message):
        self.write(json.dumps(message))

    def hang_up(self):
        self.write("hang up")

    def welcome(self, desktops=(), term=1, heartbeat_ms=5000):
        self.say(type="welcome", version=1, installation=INSTALLATION, term=term, heartbeat_ms=heartbeat_ms,
                 broker_time_ms=int(time.time() * 1000), grant_keys=[{"id": "b1-1", "public_key": "AAAA"}],
                 desktops=[{"id": one, "epoch": epoch} for one, epoch in desktops])

    def command(self, kind, desktop, epoch="1.1", term=1, command=None, **members):
        if command is None:
            self.last_id += 1
            command = self.last_id
        self.say(type="command", id=command, term=term, desktop=desktop, epoch=epoch, kind=kind, **members)
        return command

    def create(self, desktop, image="debian12-desktop", name="office-0001", memory_mib=64, **more):
        return self.command("create", desktop, name=name, pool="office", image=image, vcpus=1, memory_mib=memory_mib,
                            heads=1, account="user", **more)

    def result(self, command, **members):
        return self.expect("result", command=command, **members)

    def stop(self):
        self.child.stdin.close()
        self.child.wait(10)
        self.child.stdout.close()


class Relay:
    """The relay's end of the control socket."""

    def __init__(self, path):
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.listener.bind(path)
        self.listener.listen(1)
        self.listener.settimeout(LIMIT_S)
        self.agent = None

    def accept(self):
        if self.agent:
            self.agent.close()
        self.agent, _ = self.listener.accept()
        self.agent.settimeout(LIMIT_S)

    def expect(self, kind):
        while True:
            text = self.agent.recv(65536)
            if not text:
                raise Failed(f"the agent left before it said {kind}")
            message = json.loads(text)
            if message["type"] == kind:
                return message

    def say(self, fds=(), **message):
        socket.send_fds(self.agent, [json.dumps(message).encode()], list(fds))

    def stop(self):
        if self.agent:
            self.agent.close()
        self.listener.close()


class Bench:
    def __init__(self, fake=True, options=()):
        self.dir = tempfile.mkdtemp(prefix="cwh-", dir="/tmp")
        self.fake = fake
        self.broker = Broker(self.dir)
        self.relay = Relay(self.path("control"))
        self.images = self.path("images")
        os.mkdir(self.images)
        program = os.path.join(os.environ["CARAWAY_BUILD"], "bin", "caraway-host-fake" if fake else "caraway-host")
        self.argv = [program, "--host-name=kvm1", f"--host-state-directory={self.path('host')}",
                     f"--host-image-directory={self.images}", f"--host-relay-socket={self.path('control')}",
                     f"--host-libvirt-uri=qemu:///embed?root={self.path('v')}", "--host-reserve-disk-mib=1",
                     "--host-accelerator=tcg", *options]
        self.host = Process("host", self.argv, self.path("host.log"))

    def path(self, *parts):
        return os.path.join(self.dir, *parts)

    def start(self):
        """Starts the host; returns its hello, not yet welcomed."""
        self.host.start()
        return self.broker.expect("hello")

    def up(self):
        hello = self.start()
        self.broker.welcome()
        self.relay.accept()
        return hello

    def kill(self):
        self.host.kill()
        self.host.child.wait()

    def fault(self, name, text=""):
        with open(self.path("host", "faults", name), "w") as file:
            file.write(text)

    def heal(self, name):
        os.unlink(self.path("host", "faults", name))

    def made(self, **more):
        """A desktop that is up; returns its id."""
        desktop = str(uuid.uuid4())
        command = self.broker.create(desktop, **more)
        self.broker.result(command, ok=True)
        if self.fake:
            self.broker.expect("desktop", id=desktop, power="up", step="ready")
        return desktop

    def await_up(self, hello, desktop):
        """Until it is up, which the hello may say already."""
        if not any(one["id"] == desktop and one["power"] == "up" for one in hello["desktops"]):
            self.broker.expect("desktop", id=desktop, power="up", step="ready")

    def files(self):
        """What desktops have left in the state directory, without the memory of those that were destroyed."""
        found = []
        for folder in ("overlays", "kept", "logs", "s"):
            found += os.listdir(self.path("host", folder))
        for name in os.listdir(self.path("host", "desktops")):
            with open(self.path("host", "desktops", name)) as file:
                if '"stage":"destroyed"' not in file.read():
                    found.append(name)
        return found

    def destroy_all(self):
        return subprocess.run([*self.argv, "--destroy-all"], capture_output=True, text=True, timeout=LIMIT_S)

    def down(self):
        """Ends everything; returns what the host's log says."""
        try:
            if self.host.is_alive():
                status = self.host.stop()
                if status != 0:
                    raise Failed(f"the host ended with {status}: {self.host.log_tail()}")
            if not self.fake:
                self.destroy_all()
        finally:
            self.relay.stop()
            self.broker.stop()
            log = self.host.log_tail(400)
            shutil.rmtree(self.dir, ignore_errors=True)
        return log
