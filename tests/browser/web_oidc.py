#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A person signs in with an OpenID provider, in Chromium, through the real portal and broker: by the button, on glewlwyd's own
pages, and back; then what the sign-in page says when the provider says no."""
import os
import sys

from browser import Browser, artefact
from oidc_stack import OidcStack
from openid_provider import PASSWORD, PERSON

LIMIT_S = 60


def open_page(browser, stack):
    browser.go(stack.portal_url + "/")
    browser.wait_text("Sign in to")
    browser.picture(artefact("oidc-sign-in.png"))


def by_the_provider(browser, stack):
    """glewlwyd's pages are its own: what people do there is done by its interface, in the same browser."""
    open_page(browser, stack)
    browser.find("a[href$='/oidc/corp/begin']").click()
    browser.wait(lambda: browser.driver.current_url.startswith(stack.real.base), "the provider's page", LIMIT_S)
    back = browser.driver.execute_async_script("""
        const [user, password, client, done] = arguments;
        const send = (method, path, body) => fetch(path, {method, body: JSON.stringify(body),
          headers: {"Content-Type": "application/json"}});
        const wanted = new URLSearchParams(location.search).get("callback_url");
        send("POST", "/api/auth/", {username: user, password})
          .then(() => send("PUT", "/api/auth/grant/" + client, {scope: "openid"}))
          .then((answer) => done(answer.ok ? wanted : "refused"), (error) => done(String(error)));
        """, PERSON, PASSWORD, "caraway")
    assert back and back.startswith(stack.real.base), back
    browser.script("location.href = arguments[0]", f"{back}&g_continue")
    browser.wait(lambda: browser.driver.current_url.startswith(stack.portal_url), "the way back", LIMIT_S)
    browser.wait_text("No desktops yet")
    browser.wait_text("Paula Provided")
    assert "code=" not in browser.driver.current_url, browser.driver.current_url
    browser.picture(artefact("oidc-signed-in.png"))
    browser.press("Sign out")
    browser.wait_text("You are signed out.")


def by_the_scripted_one(browser, stack):
    """Redirects alone, as where somebody is signed in at the provider already."""
    open_page(browser, stack)
    browser.find("a[href$='/oidc/lab/begin']").click()
    browser.wait_text("Laura Laboratory")
    browser.press("Sign out")
    browser.wait_text("You are signed out.")


def refused(browser, stack):
    stack.scripted.redirect = {"code": None, "error": "access_denied"}
    open_page(browser, stack)
    browser.find("a[href$='/oidc/lab/begin']").click()
    browser.wait_text("did not let you in", "[role=alert]")
    assert browser.driver.current_url == stack.portal_url + "/", browser.driver.current_url
    browser.picture(artefact("oidc-refused.png"))
    browser.go(stack.portal_url + "/")
    browser.wait_text("Sign in to")
    assert not browser.driver.find_elements("css selector", "[role=alert]"), "an old refusal is told again"


def main():
    stack = OidcStack(os.environ["CARAWAY_BUILD"])
    try:
        stack.up()
        with Browser() as browser:
            try:
                for step in (by_the_provider, by_the_scripted_one, refused):
                    step(browser, stack)
            except Exception:
                browser.picture(artefact("failed-oidc.png"))
                print(browser.driver.current_url, "\n".join(browser.console()), stack.processes["broker"].log_tail())
                raise
    finally:
        stack.down()
    print("ok: signed in with two providers, and told of a refusal")


if __name__ == "__main__":
    sys.exit(main())
