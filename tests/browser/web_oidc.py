#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A person signs in with an OpenID provider, in Chromium, through the real portal and broker: by the button, on glewlwyd's own
pages, and back; the account page with the real broker behind it; then what the sign-in page says when the provider says no."""
import os
import sys

from browser import Browser, artefact
from oidc_stack import OidcStack
from openid_provider import PASSWORD, PERSON
from rest import Problem

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


def status_with(stack, token, path):
    rest = stack.rest()
    rest.token = token
    try:
        rest.call("GET", path)
    except Problem as problem:
        return problem.status
    return 200


def row(name, inside=""):
    return f"[data-section={name}] .row {inside}"


def agree(browser, label):
    browser.press(label)
    browser.find("dialog .danger").click()
    browser.gone("dialog")


def account_page(browser, stack):
    """What is ended, made and revoked there is so at the broker; tests/browser/web_account.py has the particulars."""
    elsewhere = stack.browser()
    stack.come_back(elsewhere, stack.scripted.sign_in(elsewhere, stack.begin(elsewhere, "lab")))
    open_page(browser, stack)
    browser.find("a[href$='/oidc/lab/begin']").click()
    browser.press("Your account")
    browser.wait_text("kept by “Laboratory”", "[data-section=password]")
    browser.wait_text("Python-urllib", "[data-section=sign-ins]")
    assert stack.me(elsewhere)
    agree(browser, f"Sign out: Python-urllib, {elsewhere.address}")
    browser.wait_text("Signed out there.", "#toast")
    assert not stack.me(elsewhere)
    browser.press("New token…")
    browser.fill("input[name=token-name]", "backup")
    browser.find("input[value=own]").click()
    browser.press("Make the token")
    token = browser.find("[data-role=token]").get_attribute("value")
    browser.press("I have kept it")
    browser.wait_text("Never used", row("tokens"))
    assert [status_with(stack, token, path) for path in ("desktops", "me/tokens", "users")] == [200, 403, 403]
    browser.driver.refresh()
    browser.wait_text("Last used", row("tokens"))
    browser.picture(artefact("oidc-account.png"))
    agree(browser, "Revoke: backup")
    browser.gone(row("tokens"))
    assert status_with(stack, token, "desktops") == 401
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
                for step in (by_the_provider, by_the_scripted_one, account_page, refused):
                    step(browser, stack)
            except Exception:
                browser.picture(artefact("failed-oidc.png"))
                print(browser.driver.current_url, "\n".join(browser.console()), stack.processes["broker"].log_tail())
                raise
    finally:
        stack.down()
    print("ok: signed in with two providers, saw to the account, and was told of a refusal")


if __name__ == "__main__":
    sys.exit(main())
