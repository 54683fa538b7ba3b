# SPDX-License-Identifier: Apache-2.0
"""Just enough SPICE and WebSocket on the client's side to speak to a relay byte by byte."""
import os
import struct

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

MAIN, DISPLAY, INPUTS, CURSOR, PLAYBACK, RECORD, USBREDIR = 1, 2, 3, 4, 5, 6, 9
COMMON_CAPS = 0xb  # auth selection, SPICE auth, mini header
MSG_MAIN_INIT, MSG_MAIN_CHANNELS_LIST = 103, 104
DISPLAY_INIT = struct.pack("<BqBi", 1, 20 << 20, 1, 1 << 20)


class Refused(Exception):
    """The other side said no; `code` is what it said."""

    def __init__(self, code, detail=""):
        super().__init__(f"{code} {detail}")
        self.code = code


def link_message(channel, connection_id=0, channel_id=0, common=COMMON_CAPS, caps=0):
    body = struct.pack("<IBBIII", connection_id, channel, channel_id, 1, 1, 18) + struct.pack("<II", common, caps)
    return b"REDQ" + struct.pack("<III", 2, 2, len(body)) + body


class SpiceLink:
    """A channel over a stream with read(n) and write(bytes)."""

    def __init__(self, stream, channel, connection_id=0, password="", caps=0):
        self.stream = stream
        stream.write(link_message(channel, connection_id, caps=caps))
        magic, _, _, size = struct.unpack("<4sIII", stream.read(16))
        assert magic == b"REDQ", magic
        reply = stream.read(size)
        result, = struct.unpack_from("<I", reply)
        if result != 0:
            raise Refused(result, "link")
        self.server_caps = struct.unpack("<I", reply[-4:])[0]
        key = serialization.load_der_public_key(reply[4:4 + 162])
        ticket = key.encrypt(password.encode() + b"\0",
                             padding.OAEP(padding.MGF1(hashes.SHA1()), hashes.SHA1(), None))
        stream.write(struct.pack("<I", 1) + ticket)
        result, = struct.unpack("<I", stream.read(4))
        if result != 0:
            raise Refused(result, "ticket")

    def receive(self):
        kind, size = struct.unpack("<HI", self.stream.read(6))
        return kind, self.stream.read(size)

    def receive_kind(self, wanted):
        while True:
            kind, payload = self.receive()
            if kind == wanted:
                return payload

    def send(self, kind, payload=b""):
        self.stream.write(struct.pack("<HI", kind, len(payload)) + payload)


class TlsStream:
    """A blocking TLS socket as a stream; the end of it is EOFError."""

    def __init__(self, tls):
        self.tls = tls

    def read(self, size):
        data = b""
        while len(data) < size:
            try:
                piece = self.tls.recv(size - len(data))
            except ConnectionError:
                piece = b""
            if not piece:
                raise EOFError(f"ended after {len(data)} of {size} bytes: {data[:200]!r}")
            data += piece
        return data

    def write(self, data):
        self.tls.sendall(data)

    def read_head(self):
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += self.read(1)
        return head.decode()

    def read_rest(self):
        data = b""
        try:
            while True:
                data += self.read(1)
        except EOFError:
            return data

    def close(self):
        self.tls.close()


class WebSocketStream:
    """The client's side of binary WebSocket frames on a TlsStream."""

    def __init__(self, stream):
        self.stream = stream
        self.rest = b""
        self.close_code = None

    def send_frame(self, opcode, payload, final=True, masked=True):
        head = bytes([(0x80 if final else 0) | opcode])
        mask_bit = 0x80 if masked else 0
        size = len(payload)
        head += bytes([mask_bit | size]) if size < 126 else bytes([mask_bit | 126]) + struct.pack(">H", size)
        mask = os.urandom(4) if masked else b""
        if masked:
            payload = bytes(byte ^ mask[i & 3] for i, byte in enumerate(payload))
        self.stream.write(head + mask + payload)

    def receive_frame(self):
        first, second = self.stream.read(2)
        size = second & 0x7f
        if size == 126:
            size, = struct.unpack(">H", self.stream.read(2))
        elif size == 127:
            size, = struct.unpack(">Q", self.stream.read(8))
        return first & 0xf, self.stream.read(size)

    def write(self, data):
        self.send_frame(2, data)

    def read(self, size):
        while len(self.rest) < size:
            opcode, payload = self.receive_frame()
            if opcode == 8:
                self.close_code, = struct.unpack(">H", payload[:2])
                raise EOFError(f"closed with {self.close_code}")
            if opcode == 2:
                self.rest += payload
        data, self.rest = self.rest[:size], self.rest[size:]
        return data

    def close(self):
        self.stream.close()
