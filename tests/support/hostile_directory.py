# SPDX-License-Identifier: Apache-2.0
"""An LDAP server that a test scripts: its messages are made by hand (BER, RFC 4511), over TLS as a directory's are."""
import socket
import ssl
import threading


def ber(tag, content):
    length = len(content)
    if length < 128:
        return bytes([tag, length]) + content
    size = (length.bit_length() + 7) // 8
    return bytes([tag, 0x80 | size]) + length.to_bytes(size, "big") + content


def number(value):
    return ber(0x02, value.to_bytes(max(1, (value.bit_length() + 8) // 8), "big", signed=True))


def text(value):
    return ber(0x04, value if isinstance(value, bytes) else value.encode())


def message(identifier, operation):
    return ber(0x30, number(identifier) + operation)


def result(tag, code=0, diagnostic="", referrals=()):
    content = ber(0x0a, bytes([code])) + text("") + text(diagnostic)
    if referrals:
        content += ber(0xa3, b"".join(map(text, referrals)))
    return ber(tag, content)


def bind_answer(code=0, diagnostic="", referrals=()):
    return result(0x61, code, diagnostic, referrals)


def search_end(code=0, referrals=()):
    return result(0x65, code, "", referrals)


def entry(dn, **attributes):
    values = b"".join(ber(0x30, text(name) + ber(0x31, b"".join(map(text, many)))) for name, many in attributes.items())
    return ber(0x64, text(dn) + ber(0x30, values))


def reference(*urls):
    return ber(0x73, b"".join(map(text, urls)))


def read_length(data, at):
    first = data[at]
    if first < 128:
        return first, at + 1
    size = first & 0x7f
    return int.from_bytes(data[at + 1:at + 1 + size], "big"), at + 1 + size


class HostileDirectory:
    """Answers each message by `answer(session, identifier, tag, content)`, which sends what it likes. `asked` holds
    (tag, content) of all that came: 0x60 is a bind, 0x63 a search, 0x42 an unbind, 0x77 something extended. One without
    TLS waits to be asked for StartTLS."""

    def __init__(self, certificate, key, answer, by_tls=True):
        self.by_tls = by_tls
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate, key)
        self.answer, self.asked, self.sessions, self.connections = answer, [], [], 0
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=16)
        self.port = self.socket.getsockname()[1]
        self.ended = threading.Event()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while not self.ended.is_set():
            try:
                plain = self.socket.accept()[0]
            except OSError:
                return
            self.connections += 1
            self.sessions.append(plain)
            threading.Thread(target=self.serve, args=(plain,), daemon=True).start()

    def serve(self, plain):
        try:
            with self.context.wrap_socket(plain, server_side=True) if self.by_tls else plain as session:
                self.sessions.append(session)
                data = b""
                while not self.ended.is_set():
                    part = session.recv(65536)
                    if not part:
                        return
                    data = self.take(session, data + part)
        except (OSError, ValueError):
            pass

    def take(self, session, data):
        """Answers all whole messages in `data`; what is left of it."""
        while len(data) > 6:
            length, start = read_length(data, 1)
            if len(data) < start + length:
                break
            whole, data = data[start:start + length], data[start + length:]
            id_length = whole[1]
            identifier = int.from_bytes(whole[2:2 + id_length], "big")
            tag = whole[2 + id_length]
            self.asked.append((tag, whole[3 + id_length:]))
            self.answer(session, identifier, tag, whole[3 + id_length:])
        return data

    def close(self):
        self.ended.set()
        for open_one in (self.socket, *self.sessions):
            try:
                open_one.close()
            except OSError:
                pass
