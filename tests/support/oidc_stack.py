# SPDX-License-Identifier: Apache-2.0
"""A broker and a portal whose people come from OpenID providers: a real one and a scripted one, for tests that walk the whole
way of a browser."""
import os
import pathlib
import shutil
import urllib.parse

from installation import Installation
from openid_provider import CLIENT_ID, CLIENT_SECRET, Browser, OpenIdProvider
from rest import Rest
from scripted_provider import ScriptedProvider
from stack import Stack

AUTHENTICATOR = """[authenticator]
type = oidc
label = {label}

[oidc]
issuer = {issuer}
client-id = {client}
client-secret-file = {secret}
ca-file = {ca}
timeout-s = 10
{more}
"""


class OidcStack(Stack):
    def __init__(self, build):
        super().__init__(build, None, fake=True)
        folder = pathlib.Path(self.path("providers"))
        folder.mkdir()
        self.installation = Installation(str(folder))
        server = self.installation.machine("broker", "provider")
        certificate, key = os.path.join(server, "identity.pem"), os.path.join(server, "identity.key")
        self.provider_ca = self.installation.ca
        self.real = OpenIdProvider(folder, self.provider_ca, certificate, key)
        self.scripted = ScriptedProvider(self.provider_ca, certificate, key)
        self.browsers = 0
        self.authenticators = pathlib.Path(self.path("authenticators.d"))
        self.authenticators.mkdir()

    def configure(self, name, provider, label, more=""):
        secret = pathlib.Path(self.path(f"{name}.secret"))
        secret.write_text(CLIENT_SECRET + "\n")
        secret.chmod(0o600)
        (self.authenticators / f"{name}.conf").write_text(AUTHENTICATOR.format(
            label=label, issuer=provider.issuer, client=CLIENT_ID, secret=secret, ca=self.provider_ca, more=more))

    def broker_options(self):
        return [*super().broker_options(), f"--sign-in-authenticators={self.authenticators}"]

    def callback(self, name):
        return f"{self.portal_url}/api/v1/oidc/{name}/callback"

    def up(self):
        """The providers, the broker and the portal; nothing here needs a host."""
        os.mkdir(self.path("logs"))
        for name in ("broker", "portal"):
            os.mkdir(self.path(name), 0o700)
        self.real.start()
        self.real.set_up([self.callback("corp")])
        self.scripted.start()
        self.configure("corp", self.real, "Example Organisation")
        self.configure("lab", self.scripted, "Laboratory", "groups-claim = groups\nsecond-factor-values = mfa otp")
        self.once([self.program("caraway-broker"), *self.broker_options(), "--create-admin=admin"],
                  input=self.admin_password + "\n")
        self.start("broker", [self.program("caraway-broker"), *self.broker_options()])
        self.ready("broker", self.broker_url)
        self.sign_in_admin()
        token = self.admin.call("POST", "hosts/join-tokens", {"role": "portal"})["token"]
        self.once([self.program("caraway-portal"), *self.portal_options(), f"--join={token}"])
        self.start("portal", [self.program("caraway-portal"), *self.portal_options()])
        self.ready("portal", self.portal_url)
        return self

    def browser(self):
        """Each from an address of its own, by which its rows in the audit log are told from those of others."""
        self.browsers += 1
        return Browser(self.ca, self.provider_ca, address=f"127.0.{1 + self.browsers // 250}.{1 + self.browsers % 250}")

    def rest(self):
        return Rest(self.portal_url, self.ca)

    def begin(self, browser, name, query=""):
        """The address of the provider that a browser is sent to."""
        status, headers, text = browser.ask("GET", f"{self.portal_url}/api/v1/oidc/{name}/begin{query}")
        assert status == 303, (status, text)
        return headers["Location"]

    def come_back(self, browser, address):
        """Where the portal sends a browser that comes back from a provider."""
        status, headers, text = browser.ask("GET", address)
        assert status == 303, (status, text)
        return headers["Location"]

    def me(self, browser):
        """The account of a browser, None without one."""
        status, _, text = browser.ask("GET", f"{self.portal_url}/api/v1/me")
        return text if status == 200 else None

    def logs(self):
        return "".join(pathlib.Path(process.log_path).read_text(errors="replace")
                       for process in self.processes.values())

    def down(self):
        for process in reversed(self.processes.values()):
            process.stop()
        self.scripted.stop()
        self.real.stop()
        shutil.rmtree(self.dir, ignore_errors=True)


def query_of(address):
    parts = urllib.parse.urlsplit(address)
    return dict(urllib.parse.parse_qsl(parts.query))


def with_query(address, **changes):
    """address with names of its query changed; None takes one away."""
    parts = urllib.parse.urlsplit(address)
    query = {**query_of(address), **changes}
    text = urllib.parse.urlencode({name: value for name, value in query.items() if value is not None})
    return urllib.parse.urlunsplit(parts._replace(query=text))
