# SPDX-License-Identifier: Apache-2.0
"""
caraway-client signs in by the system's browser: it waits and can be cancelled, says why it failed, and comes to the list of
desktops. Broker, portal and provider are real programs; the browser is a program that goes where it is sent.
"""
import os
import pathlib
import sys
import tempfile

from client_driver import ClientDriver
from oidc_stack import OidcStack
from processes import wait_until

BUILD = os.environ["CARAWAY_BUILD"]
SUPPORT = pathlib.Path(os.environ["CARAWAY_SOURCE"], "tests", "support")
ARTEFACTS = os.path.join(os.path.dirname(BUILD), "artefacts", "client-oidc")
TO_LABORATORY = ["Tab", "Tab", "Tab"]  # from the user name: the password, the first provider, the second

DESKTOP_FILE = f"""[Desktop Entry]
Type=Application
Name=Test browser
Exec=/usr/bin/python3 {SUPPORT / "walking_browser.py"} %u
MimeType=x-scheme-handler/https;
"""


def make_browser(folder, stack):
    """The environment in which that program is what opens https."""
    applications = pathlib.Path(folder, "applications")
    applications.mkdir()
    (applications / "test-browser.desktop").write_text(DESKTOP_FILE)
    (applications / "mimeapps.list").write_text("[Default Applications]\nx-scheme-handler/https=test-browser.desktop\n")
    return {"XDG_DATA_HOME": folder, "WALKER_AUTHORITIES": f"{stack.ca}:{stack.provider_ca}",
            "WALKED": os.path.join(folder, "walked"), "PYTHONPATH": str(SUPPORT)}


def walked(folder):
    path = pathlib.Path(folder, "walked")
    return path.read_text() if path.exists() else ""


def refused(client, stack, folder):
    client.wait_title("Sign in")
    client.settled("01-sign-in")
    stack.scripted.redirect = {"code": None, "error": "access_denied"}
    client.screen.key(*TO_LABORATORY, "Return")
    wait_until(lambda: "You are not signed in." in walked(folder), 60, "the browser's last page")
    client.settled("02-refused")
    client.wait_title("Sign in")


def cancelled(client, stack, _folder):
    stack.scripted.is_stuck = True
    asked = len(stack.scripted.asked)
    client.screen.key("Return")  # the button has the focus still
    wait_until(lambda: len(stack.scripted.asked) > asked, 60, "the browser at the provider")
    client.settled("03-waiting")
    client.screen.key("Return")  # on Cancel
    client.settled("04-cancelled")
    client.wait_title("Sign in")
    stack.scripted.released.set()


def signed_in(client, stack, folder):
    stack.scripted.reset()
    client.screen.key("Return")
    client.wait_title("Your desktops")
    wait_until(lambda: "You are signed in." in walked(folder), 60, "the browser's last page")
    client.settled("05-desktops")
    row = next(row for row in stack.admin.items("audit") if row["action"] == "sign-in" and row["result"] == "ok")
    assert "oidc lab" in row["detail"], row


def main():
    stack = OidcStack(BUILD)
    try:
        stack.up()
        with tempfile.TemporaryDirectory() as folder, \
                ClientDriver(BUILD, ARTEFACTS, f"--server={stack.portal_url}", f"--ca-file={stack.ca}",
                             environment=make_browser(folder, stack)) as client:
            for act in (refused, cancelled, signed_in):
                act(client, stack, folder)
                print(f"{act.__name__}: good", flush=True)
    finally:
        stack.down()
    return 0


if __name__ == "__main__":
    sys.exit(main())
