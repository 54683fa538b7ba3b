# SPDX-License-Identifier: Apache-2.0
"""An OpenID provider that does what a real one cannot be made to do: wrong tokens, keys that change, answers that are slow,
huge or missing. It signs everybody in as `person` at once. The contract test runs the same good cases on it and on a real
one."""
import base64
import hashlib
import hmac
import http.server
import json
import secrets
import ssl
import threading
import time
import urllib.parse

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

from processes import free_port

CLIENT_ID, CLIENT_SECRET = "caraway", "the-secret-of-the-client"


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Key:
    def __init__(self, kid):
        self.kid, self.private = kid, ec.generate_private_key(ec.SECP256R1())

    def public(self):
        numbers = self.private.public_key().public_numbers()
        return {"kty": "EC", "crv": "P-256", "kid": self.kid, "use": "sig", "alg": "ES256",
                "x": encode(numbers.x.to_bytes(32, "big")), "y": encode(numbers.y.to_bytes(32, "big"))}

    def sign(self, header, claims):
        text = join(header, claims)
        r, s = utils.decode_dss_signature(self.private.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
        return f"{text}.{encode(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def join(header, claims):
    return f"{encode(json.dumps(header).encode())}.{encode(json.dumps(claims).encode())}"


def unsigned(_provider, header, claims):
    return join({**header, "alg": "none"}, claims) + "."


def hmac_of_public_key(provider, header, claims):
    text = join({**header, "alg": "HS256"}, claims)
    secret = json.dumps(provider.keys[0].public()).encode()
    return f"{text}.{encode(hmac.new(secret, text.encode(), hashlib.sha256).digest())}"


class ScriptedProvider:
    """`make_token(provider, header, claims)`, `claims`: what is changed in a token; `answers`: path to (status, bytes);
    `delay_s`: before each answer."""

    def __init__(self, authority, certificate, key):
        self.authority, self.port = authority, free_port()
        self.base = f"https://127.0.0.1:{self.port}"
        self.issuer = self.base
        self.secrets, self.lock = [], threading.Lock()
        self.released = threading.Event()
        self.reset()
        provider = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                provider.serve(self, b"")

            def do_POST(self):
                provider.serve(self, self.rfile.read(int(self.headers.get("Content-Length", "0"))))

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)

    def reset(self):
        """As a good provider again, with the keys that it has."""
        self.person = {"sub": "person-1", "preferred_username": "laura", "name": "Laura Laboratory", "groups": ["staff"]}
        self.keys = getattr(self, "keys", None) or [Key("first")]
        self.codes, self.claims, self.answers, self.asked = {}, {}, {}, []
        self.make_token, self.signer, self.is_stuck, self.redirect = None, None, False, {}

    def start(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.released.set()
        self.server.shutdown()
        self.server.server_close()

    def sign_in(self, browser, address):
        status, headers, text = browser.ask("GET", address)
        assert status == 302, (status, text)
        return headers["Location"]

    # What it serves

    def serve(self, handler, body):
        path, _, query = handler.path.partition("?")
        with self.lock:
            self.asked.append(path)
        if self.is_stuck:
            self.released.wait(120)
        headers = {"Content-Type": "application/json"}
        if path in self.answers:
            status, data = self.answers[path]
        else:
            status, data, more = self.answer(path, dict(urllib.parse.parse_qsl(query)),
                                             dict(urllib.parse.parse_qsl(body.decode())), handler.headers)
            headers.update(more)
        try:
            handler.send_response(status)
            for name, value in headers.items():
                handler.send_header(name, value)
            handler.send_header("Content-Length", str(len(data)))
            handler.end_headers()
            handler.wfile.write(data)
        except OSError:
            handler.close_connection = True  # who asked went away, as it may

    def answer(self, path, query, form, headers):
        if path == "/.well-known/openid-configuration":
            return 200, json.dumps(self.description()).encode(), {}
        if path == "/keys":
            return 200, json.dumps({"keys": [key.public() for key in self.keys]}).encode(), {}
        if path == "/authorize":
            return self.authorize(query)
        if path == "/token":
            return self.token(form, headers)
        return 404, b"{}", {}

    def description(self):
        return {"issuer": self.issuer, "authorization_endpoint": f"{self.base}/authorize",
                "token_endpoint": f"{self.base}/token", "jwks_uri": f"{self.base}/keys",
                "authorization_response_iss_parameter_supported": True}

    def authorize(self, query):
        assert query["response_type"] == "code" and query["code_challenge_method"] == "S256", query
        code = secrets.token_urlsafe(24)
        with self.lock:
            self.codes[code] = query
            self.secrets.append(code)
        back = {"code": code, "state": query["state"], "iss": self.issuer, **self.redirect}
        back = {name: value for name, value in back.items() if value is not None}
        return 302, b"", {"Location": f"{query['redirect_uri']}?{urllib.parse.urlencode(back)}"}

    def token(self, form, headers):
        with self.lock:
            asked = self.codes.pop(form.get("code"), None)
        good = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if headers.get("Authorization") != f"Basic {good}":
            return 401, b'{"error":"invalid_client"}', {}
        challenge = encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if asked is None or asked["code_challenge"] != challenge or asked["redirect_uri"] != form.get("redirect_uri"):
            return 400, b'{"error":"invalid_grant"}', {}
        access = secrets.token_urlsafe(24)
        token = self.make(asked, access)
        with self.lock:
            self.secrets += [access, token, form["code_verifier"]]
        return 200, json.dumps({"access_token": access, "token_type": "Bearer", "id_token": token}).encode(), {}

    def make(self, asked, access):
        now = int(time.time())
        key = self.signer or self.keys[0]
        header = {"alg": "ES256", "kid": key.kid, "typ": "JWT"}
        claims = {"iss": self.issuer, "aud": CLIENT_ID, "exp": now + 300, "iat": now, "nonce": asked["nonce"],
                  "at_hash": encode(hashlib.sha256(access.encode()).digest()[:16]), **self.person, **self.claims}
        return self.make_token(self, header, claims) if self.make_token else key.sign(header, claims)
