# SPDX-License-Identifier: Apache-2.0
"""One desktop run by QEMU itself, without libvirt: its screen and keys over QMP, and the host's end of its guest port."""
import json
import os
import select
import socket
import struct
import subprocess
import time

from processes import Failed, wait_until

SHIFTED = {"_": "minus", ":": "semicolon", ">": "dot", "|": "backslash"}
NAMED = {" ": "spc", "-": "minus", ".": "dot", "/": "slash", "\n": "ret", ",": "comma"}


def connect(path):
    peer = socket.socket(socket.AF_UNIX)
    peer.connect(path)
    return peer


class Machine:
    """Boots `image` through an overlay in `folder`; the image itself is not written to."""

    def __init__(self, image, folder, memory_mib=768):
        self.folder = folder
        for name in ("qmp", "guest", "overlay.qcow2"):
            if os.path.exists(self.path(name)):
                os.unlink(self.path(name))
        subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", image, self.path("overlay.qcow2")],
                       check=True)
        self.process = subprocess.Popen(
            ["qemu-system-x86_64", "-machine", "q35,accel=tcg", "-cpu", "max", "-m", str(memory_mib), "-smp", "2",
             "-drive", f"file={self.path('overlay.qcow2')},if=virtio,cache=unsafe", "-vga", "qxl",
             "-spice", f"unix=on,addr={self.path('spice')},disable-ticketing=on", "-device", "virtio-serial",
             "-chardev", f"socket,id=guest,path={self.path('guest')},server=on,wait=off",
             "-device", "virtserialport,chardev=guest,name=org.caraway.guest.0", "-usb", "-device", "usb-tablet",
             "-device", "virtio-rng-pci", "-nic", "none", "-display", "none",
             "-serial", f"file:{self.path('serial.log')}", "-qmp", f"unix:{self.path('qmp')},server=on,wait=off"])
        wait_until(lambda: os.path.exists(self.path("qmp")), 20, "QEMU's control socket")
        self.qmp = connect(self.path("qmp")).makefile("rw")
        self.qmp.readline()
        self.command("qmp_capabilities")

    def path(self, name):
        return os.path.join(self.folder, name)

    def command(self, name, **arguments):
        self.qmp.write(json.dumps({"execute": name, "arguments": arguments}) + "\n")
        self.qmp.flush()
        while True:
            answer = json.loads(self.qmp.readline())
            if "error" in answer:
                raise Failed(f"QEMU refused {name}: {answer['error']['desc']}")
            if "return" in answer:
                return answer["return"]

    def keys(self, *names):
        self.command("send-key", keys=[{"type": "qcode", "data": name} for name in names])

    def type(self, text):
        for letter in text:
            if letter in SHIFTED or letter.isupper():
                self.keys("shift", SHIFTED.get(letter, letter.lower()))
            else:
                self.keys(NAMED.get(letter, letter))

    def picture(self, name):
        """The screen as a PNG in the folder; returns it opened."""
        from PIL import Image
        self.command("screendump", filename=self.path(name), format="png")
        with Image.open(self.path(name)) as picture:
            return picture.convert("RGB")

    def end(self):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)


class GuestPort:
    """The host's end of the port (docs/protocols.md section 6)."""

    def __init__(self, path):
        self.peer = connect(path)
        self.buffer = b""
        self.seen = []
        self.requests = 0

    def send(self, **message):
        body = json.dumps(message).encode()
        self.peer.sendall(struct.pack("<I", len(body)) + body)

    def receive(self, limit_s):
        end = time.monotonic() + limit_s
        while True:
            if len(self.buffer) >= 4:
                size = struct.unpack("<I", self.buffer[:4])[0]
                if len(self.buffer) >= 4 + size:
                    message = json.loads(self.buffer[4:4 + size])
                    self.buffer = self.buffer[4 + size:]
                    self.seen.append(message)
                    return message
            if not select.select([self.peer], [], [], max(0, end - time.monotonic()))[0]:
                return None
            self.buffer += self.peer.recv(4096)

    def expect(self, limit_s, what, matches):
        """The next message for which matches() is true."""
        end = time.monotonic() + limit_s
        while (message := self.receive(end - time.monotonic())) is not None:
            if matches(message):
                return message
        raise Failed(f"the guest did not tell “{what}” within {limit_s} s; it said {self.seen[-6:]}")

    def expect_type(self, kind, limit_s=60, **members):
        return self.expect(limit_s, f"{kind} {members}", lambda message: message["type"] == kind and all(
            message[name] == value for name, value in members.items()))

    def request(self, kind, limit_s=60, **members):
        self.requests += 1
        self.send(type=kind, request=self.requests, **members)
        return self.expect_type("result", limit_s, request=self.requests)

    def close(self):
        self.peer.close()
