# SPDX-License-Identifier: Apache-2.0
"""A real OpenID provider for a test: Debian's glewlwyd with a database of its own in a temporary folder, TLS on a port of
its own, and one person. Its administration interface makes the client, as an administrator would."""
import gzip
import http.client
import http.cookiejar
import json
import pathlib
import sqlite3
import ssl
import subprocess
import urllib.error
import urllib.parse
import urllib.request

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from processes import free_port, wait_until

PROGRAM = "/usr/bin/glewlwyd"
SCHEMA = "/usr/share/doc/glewlwyd/database/init.sqlite3.sql.gz"
ADMINISTRATOR = {"username": "admin", "password": "password"}  # of the schema
CLIENT_ID, CLIENT_SECRET = "caraway", "the-secret-of-the-client"
PERSON, PASSWORD = "paula", "correct horse battery"
START_S = 60

CONFIG = """
port={port}
bind_address="127.0.0.1"
external_url="{base}"
login_url="login.html"
api_prefix="api"
static_files_path="/usr/share/glewlwyd/webapp/"
log_mode="file"
log_level="WARNING"
log_file="{folder}/provider.log"
cookie_secure=1
session_expiration=3600
session_key="provider_session"
admin_scope="g_admin"
profile_scope="g_profile"
user_module_path="/usr/lib/glewlwyd/user"
client_module_path="/usr/lib/glewlwyd/client"
user_auth_scheme_module_path="/usr/lib/glewlwyd/scheme"
plugin_module_path="/usr/lib/glewlwyd/plugin"
use_secure_connection=true
secure_connection_key_file="{key}"
secure_connection_pem_file="{certificate}"
hash_algorithm="SHA512"
database = {{ type = "sqlite3" path = "{folder}/provider.db" }};
static_files_mime_types =
(
  {{ extension = ".html" mime_type = "text/html" }}, {{ extension = ".css" mime_type = "text/css" }},
  {{ extension = ".js" mime_type = "application/javascript" }}, {{ extension = ".json" mime_type = "application/json" }}
)
"""


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class HttpsFrom(urllib.request.HTTPSHandler):
    """Connects from one address of this machine."""

    def __init__(self, context, address):
        super().__init__(context=context)
        self.arguments = {"context": context, "source_address": (address, 0)}

    def https_open(self, req):
        return self.do_open(http.client.HTTPSConnection, req, **self.arguments)


class Browser:
    """Cookies, no redirects followed: each step is looked at. `address`: the one of this machine that it comes from."""

    def __init__(self, *authorities, address="127.0.0.1"):
        self.address = address
        context = ssl.create_default_context()
        for authority in authorities:
            context.load_verify_locations(authority)
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(NoRedirect, HttpsFrom(context, address),
                                                  urllib.request.HTTPCookieProcessor(self.jar))

    def ask(self, method, url, body=None, headers=None):
        """(status, headers, text)"""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data, headers or {}, method=method)
        if body is not None:
            request.add_header("Content-Type", "application/json")
        try:
            with self.opener.open(request, timeout=60) as answer:
                return answer.status, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read().decode()

    def cookie(self, name):
        return next((cookie for cookie in self.jar if cookie.name == name), None)


def make_key(kind):
    key = ec.generate_private_key(ec.SECP256R1()) if kind == "ecdsa" else rsa.generate_private_key(65537, 2048)
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                serialization.NoEncryption())
    public = key.public_key().public_bytes(serialization.Encoding.PEM,
                                           serialization.PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), public.decode()


class OpenIdProvider:
    """folder: a pathlib.Path of its own; authority: its certificate's authority, key and certificate: PEM files that are
    good for 127.0.0.1."""

    def __init__(self, folder, authority, certificate, key):
        self.folder, self.authority = pathlib.Path(folder), authority
        self.port = free_port()
        self.base = f"https://127.0.0.1:{self.port}"
        self.issuer = f"{self.base}/api/oidc"
        with gzip.open(SCHEMA, "rt") as schema, sqlite3.connect(self.folder / "provider.db") as database:
            database.executescript(schema.read())
        (self.folder / "provider.conf").write_text(CONFIG.format(
            port=self.port, base=self.base, folder=self.folder, key=key, certificate=certificate))
        self.process = None
        self.admin = Browser(authority)

    def start(self):
        with open(self.folder / "provider.out", "ab") as out:
            self.process = subprocess.Popen([PROGRAM, "--config-file", str(self.folder / "provider.conf")],
                                            stdout=out, stderr=out)
        wait_until(self.answers, START_S, "the provider")

    def answers(self):
        assert self.process.poll() is None, (self.folder / "provider.out").read_text()
        try:
            return self.admin.ask("GET", f"{self.base}/config")[0] == 200
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    def administer(self, method, path, body):
        status, _, text = self.admin.ask(method, f"{self.base}/api{path}", body)
        assert status == 200, (path, status, text)

    def set_up(self, redirect_uris, kind="ecdsa"):
        """The plugin for OpenID Connect, the client and the person."""
        self.administer("POST", "/auth/", ADMINISTRATOR)
        self.administer("POST", "/mod/plugin/", {"module": "oidc", "name": "oidc", "display_name": "OpenID",
                                                 "parameters": self.parameters(kind)})
        self.administer("POST", "/client/", {
            "client_id": CLIENT_ID, "name": "Caraway", "enabled": True, "confidential": True,
            "client_secret": CLIENT_SECRET, "password": CLIENT_SECRET, "redirect_uri": redirect_uris,
            "authorization_type": ["code"], "scope": ["openid"],
            "token_endpoint_auth_method": ["client_secret_basic"]})
        self.administer("POST", "/user/", {
            "username": PERSON, "name": "Paula Provided", "email": "paula@example.org", "password": PASSWORD,
            "enabled": True, "scope": ["openid", "g_profile"]})

    def parameters(self, kind):
        private, public = make_key(kind)
        return {
            "iss": self.issuer, "jwt-type": kind, "jwt-key-size": "256", "key": private, "cert": public,
            "access-token-duration": 3600, "refresh-token-duration": 3600, "code-duration": 60,
            "refresh-token-rolling": True, "allow-non-oidc": False, "auth-type-code-enabled": True,
            "auth-type-token-enabled": False, "auth-type-id-token-enabled": True, "auth-type-password-enabled": False,
            "auth-type-client-enabled": False, "auth-type-refresh-enabled": False, "pkce-allowed": True,
            "pkce-method-plain-allowed": False, "pkce-required": True, "jwks-show": True, "oauth-as-iss-id": True,
            "name-claim": "mandatory", "scope-claim": "no", "email-claim": "no",
            "claims": [{"name": "preferred_username", "user-property": "username", "type": "string",
                        "mandatory": True}],
        }

    def sign_in(self, browser, address):
        """The address that the provider sends a browser back to, which went to address and signed in there."""
        status, _, text = browser.ask("POST", f"{self.base}/api/auth/", {"username": PERSON, "password": PASSWORD})
        assert status == 200, (status, text)
        status, _, text = browser.ask("PUT", f"{self.base}/api/auth/grant/{CLIENT_ID}", {"scope": "openid"})
        assert status == 200, (status, text)
        status, headers, text = browser.ask("GET", f"{address}&g_continue")
        assert status == 302, (status, text)
        return headers["Location"]

    def stop(self):
        if self.process is None:
            return
        self.process.terminate()
        self.process.wait(60)
        self.process = None
