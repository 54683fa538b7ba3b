# SPDX-License-Identifier: Apache-2.0
"""
caraway-client in German and the second factor, against the real broker and portal: it is asked for while the list is open,
the client says where to set it up, and then asks for its codes.
"""
import os
import pathlib
import sys
import tempfile

from client_driver import ClientDriver
from fake_stack import fake_stack
from processes import wait_until
from rest import Rest
from screen import colour_share
from second_factor import code_of, enrol

BUILD = os.environ["CARAWAY_BUILD"]
ARTEFACTS = os.path.join(os.path.dirname(BUILD), "artefacts", "client-factor")
FAILURE = (251, 227, 225)  # behind an error
LIST, CODE, SET_UP, SIGN_IN = "Ihre Desktops", "Code eingeben", "Zweiten Faktor einrichten", "Anmelden"

DESKTOP_FILE = """[Desktop Entry]
Type=Application
Name=Test browser
Exec=/bin/sh -c "printf '%%s' \\"\\$0\\" >> {path}" %u
MimeType=x-scheme-handler/https;
"""


class Walk:
    def __init__(self, stack, client, folder):
        self.stack, self.client, self.opened = stack, client, pathlib.Path(folder, "opened")
        self.user = Rest(stack.portal_url, stack.ca)

    def sign_in(self, then):
        self.client.wait_title(SIGN_IN)
        self.client.screen.type(self.stack.password)
        self.client.screen.key("Return")
        self.client.wait_title(then)

    def sign_out(self):
        self.client.settled("06-list")
        self.client.screen.key("F10")
        self.client.settled("07-menu")
        self.client.screen.key("Up", "Return")
        self.client.wait_title(SIGN_IN)

    def rows(self):
        return [row for row in self.stack.admin.items("audit") if row["object"] == "user/demo"]


def make_browser(folder):
    """The environment in which what opens https writes down the address."""
    applications = pathlib.Path(folder, "applications")
    applications.mkdir()
    (applications / "test-browser.desktop").write_text(DESKTOP_FILE.format(path=pathlib.Path(folder, "opened")))
    (applications / "mimeapps.list").write_text("[Default Applications]\nx-scheme-handler/https=test-browser.desktop\n")
    return {"XDG_DATA_HOME": folder, "LANGUAGE": "de"}


def asked_by_a_pool(walk):
    """It is the pool's matter, and there is a way back to the others."""
    walk.stack.admin.call("PATCH", "pools/office", {"second_factor": "required"})
    walk.sign_in(LIST)
    walk.client.settled("00-list")
    walk.client.screen.key("Home", "Return")
    walk.client.wait_title(SET_UP)
    walk.client.settled("08-pool")
    walk.client.screen.key("alt+z")
    walk.client.wait_title(LIST)
    row = next(row for row in walk.stack.admin.items("audit") if row["action"] == "session.connect")
    assert row["code"] == "second-factor-required", row
    walk.stack.admin.call("PATCH", "pools/office", {"second_factor": "none"})


def asked_while_signed_in(walk):
    walk.client.settled("01-list")
    walk.stack.admin.call("PATCH", "groups/staff", {"second_factor_required": True})
    walk.client.screen.key("F5")
    walk.client.wait_title(SET_UP)
    walk.client.settled("02-set-up")
    walk.client.screen.key("Return")
    wait_until(walk.opened.exists, 60, "the browser")
    wait_until(lambda: walk.opened.read_text().rstrip("/") == walk.stack.portal_url.rstrip("/"), 60, "the portal's address")


def asked_at_sign_in(walk):
    walk.client.screen.key("alt+n")
    walk.sign_in(SET_UP)
    walk.user.login("demo", walk.stack.password)
    walk.secret, walk.codes = enrol(walk.user)
    walk.client.screen.key("Tab", "Return")  # sign in again
    walk.client.wait_title(SIGN_IN)


def wrong_code(walk):
    client = walk.client
    walk.sign_in(CODE)
    client.settled("03-code")
    client.screen.type("12345x")
    client.screen.key("Return")
    wait_until(lambda: colour_share(client.shot("04-wrong"), FAILURE) > 0.03, 60, "that the code is wrong")
    client.wait_title(CODE)
    assert any(row["code"] == "wrong-code" for row in walk.rows())


def right_code(walk):
    """The entry is empty and has the focus again."""
    walk.client.screen.type(code_of(walk.secret, 1))
    walk.client.screen.key("Return")
    walk.client.wait_title(LIST)
    assert [row for row in walk.rows() if row["action"] == "sign-in"][0]["detail"] == "by a code", walk.rows()


def recovery_code(walk):
    walk.sign_out()
    walk.sign_in(CODE)
    walk.client.screen.type(walk.codes[3])
    walk.client.screen.key("Return")
    walk.client.wait_title(LIST)
    walk.client.settled("05-list")
    assert [row for row in walk.rows() if row["action"] == "sign-in"][0]["detail"] == "by a recovery code, 9 left"


def signing_out_instead(walk):
    walk.sign_out()
    walk.sign_in(CODE)
    walk.client.screen.key("alt+m")
    walk.client.wait_title(SIGN_IN)


def main():
    with fake_stack(size=1, spares=0) as stack, tempfile.TemporaryDirectory() as folder, \
            ClientDriver(BUILD, ARTEFACTS, "--server", stack.portal_url, "--user", "demo", "--ca-file", stack.ca,
                         environment=make_browser(folder)) as client:
        walk = Walk(stack, client, folder)
        for act in (asked_by_a_pool, asked_while_signed_in, asked_at_sign_in, wrong_code, right_code, recovery_code,
                    signing_out_instead):
            act(walk)
            print(f"{act.__name__}: good", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
