#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The web app in Chromium, served by the real caraway-portal before a broker whose answers the test makes up: every
state that a person can meet, with a picture of each, and nothing in the console but what the test provoked."""
import os
import sys

from browser import artefact
from hostile_texts import HostileTexts
from portal_case import DESIGN, LAB, OFFICE, TRAINING, PortalCase, main_of, ready_session
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from stub_broker import Refusal


def four_desktops(case):
    case.broker.desktops = [
        {"pool": OFFICE, "state": "available", "reasons": []},
        {"pool": DESIGN, "state": "yours", "session": ready_session(case, DESIGN, "disconnected"), "reasons": []},
        {"pool": TRAINING, "state": "yours", "session": ready_session(case, TRAINING, "connected"), "reasons": []},
        {"pool": LAB, "state": "unavailable", "reasons": ["No desktop of this pool is free: all 12 are in use.",
                                                          "No host has 4 GiB free: kvm1 is in maintenance, kvm2 has 1.2 GiB."]},
    ]
    case.broker.set_session(f"session-{TRAINING['id']}", connected_from="192.0.2.17")


def test_sign_in(case):
    browser = case.browser
    browser.go(case.url + "/")
    browser.wait_text("Sign in to Example Site")
    assert browser.driver.switch_to.active_element.get_attribute("name") == "username"
    browser.picture(artefact("web-sign-in-light.png"))
    browser.set_dark(True)
    browser.picture(artefact("web-sign-in-dark.png"))
    browser.set_dark(False)
    browser.press("Sign in")
    browser.wait_text("Enter your user name.", "[role=alert]")
    case.sign_in(password="wrong")
    browser.wait_text("The user name or the password is wrong.", "[role=alert]")
    browser.picture(artefact("web-sign-in-refused.png"))
    assert "wrong" not in browser.driver.current_url
    case.sign_in()
    browser.wait_text("No desktops yet")
    browser.picture(artefact("web-no-desktops.png"))
    browser.press("Sign out")
    browser.wait_text("You are signed out.")
    assert case.broker.asked("POST", "/logout")


def test_throttled_sign_in(case):
    case.broker.refusals["POST /login"] = Refusal(429, "too-many-attempts", "Too many attempts. Wait a minute, then try again.",
                                                  headers={"Retry-After": "42"})
    case.sign_in()
    case.browser.wait_text("Too many attempts.", "[role=alert]")
    case.browser.wait_text("You can try again in", "form")
    assert not case.browser.find("button[type=submit]").is_enabled()
    case.browser.picture(artefact("web-sign-in-throttled.png"))


def test_forced_password_change(case):
    browser = case.browser
    case.broker.me["password_change_required"] = True
    case.sign_in()
    browser.wait_text("Choose a new password")
    browser.picture(artefact("web-password-forced.png"))
    old, new, again = browser.driver.find_elements(By.CSS_SELECTOR, "form input")
    old.send_keys("correct horse")
    new.send_keys("battery staple")
    again.send_keys("battery")
    browser.press("Save the new password")
    browser.wait_text("The two new passwords are not the same.", "[role=alert]")
    again.send_keys(" staple")
    browser.press("Save the new password")
    browser.wait_text("Your desktops")
    assert case.broker.asked("POST", "/me/password")[-1][3] == {"old": "correct horse", "new": "battery staple"}


def test_desktops(case):
    browser = case.browser
    four_desktops(case)
    case.sign_in()
    browser.wait_text("Available", case.card("office"))
    browser.wait_text("Open on 192.0.2.17", case.card("training"))
    browser.wait_text("all 12 are in use", case.card("lab"))
    assert not browser.button("Connect", case.card("lab")).is_enabled()
    browser.picture(artefact("web-desktops-light.png"))
    browser.set_dark(True)
    browser.picture(artefact("web-desktops-dark.png"))
    browser.set_size(390, 844)
    browser.picture(artefact("web-desktops-phone.png"))
    assert browser.script("return document.documentElement.scrollWidth <= innerWidth")


def test_connect_with_progress(case):
    browser = case.browser
    four_desktops(case)
    case.sign_in()
    browser.press("Connect to office")
    browser.wait_text("Copying the image", case.card("office"))
    case.broker.set_session(f"session-{OFFICE['id']}", step="booting", progress=40)
    browser.wait_text("Starting the system", case.card("office"))
    browser.picture(artefact("web-progress.png"))
    assert browser.find(f"{case.card('office')} progress").get_attribute("value") == "40"
    ready_session(case, OFFICE)
    browser.wait(lambda: "viewer.html" in browser.driver.current_url, "the viewer")
    headers = case.broker.asked("POST", f"/pools/{OFFICE['id']}/connect")[0][2]
    assert len(headers["Idempotency-Key"]) == 32, headers
    assert headers["X-Forwarded-For"] == "127.0.0.1", headers
    assert headers["X-Forwarded-Host"] == f"127.0.0.1:{case.port}", headers


def test_preparing_fails(case):
    browser = case.browser
    four_desktops(case)
    case.sign_in()
    browser.press("Connect to office")
    browser.wait_text("Copying the image", case.card("office"))
    case.broker.set_session(f"session-{OFFICE['id']}", state="ended", end_code="no-disk-space",
                            reasons=["kvm1 has no disk space left for another desktop. Ask your administrator to free some."])
    browser.wait_text("no disk space left", f"{case.card('office')} [role=alert]")
    browser.picture(artefact("web-preparing-failed.png"))


def test_refusal_with_reasons(case):
    browser = case.browser
    four_desktops(case)
    case.sign_in()
    case.broker.refusals[f"POST /pools/{OFFICE['id']}/connect"] = Refusal(
        409, "no-free-desktop", "No desktop is free at the moment. Try again in a few minutes.",
        ["All 8 desktops of office are assigned.", "kvm2 is in maintenance until 18:00."])
    browser.press("Connect to office")
    browser.wait_text("kvm2 is in maintenance", f"{case.card('office')} [role=alert]")
    browser.picture(artefact("web-refusal.png"))
    assert browser.button("Connect to office").is_enabled()


def test_hostile_texts_are_only_texts(case):
    """Fault 27: whatever a pool, a reason or a refusal is called, the page shows it and none of it becomes a part of it."""
    browser, texts = case.browser, HostileTexts().plain
    markup = "<img src=x onerror=document.title='harmed'><b>bold</b>"
    case.broker.desktops = [{"pool": {"id": OFFICE["id"], "name": markup, "description": markup}, "state": "available",
                             "reasons": []},
                            {"pool": LAB, "state": "unavailable", "reasons": texts}]
    case.broker.refusals[f"POST /pools/{OFFICE['id']}/connect"] = Refusal(409, "no-free-desktop", f"{markup} refused", texts)
    case.sign_in()
    browser.wait_text(markup, "main")
    browser.press(f"Connect to {markup}")
    browser.wait_text(f"{markup} refused", "[role=alert]")
    shown = browser.script("return document.querySelector('main').textContent")
    assert [text for text in texts if shown.count(text) < 2] == []
    assert browser.script("return document.querySelectorAll('main img, main b, main script, main span[size]').length") == 0
    assert "harmed" not in browser.driver.title
    browser.picture(artefact("web-hostile-texts.png"))


def test_take_over(case):
    browser = case.browser
    four_desktops(case)
    case.sign_in()
    key = f"POST /pools/{TRAINING['id']}/connect"
    case.broker.refusals[key] = Refusal(409, "in-use-on-another-device", "This desktop is open on another device.")
    browser.press("Resume training")
    browser.wait_text("Open on another device", "dialog")
    browser.picture(artefact("web-take-over.png"))
    del case.broker.refusals[key]
    browser.press("Use it here", "dialog")
    browser.wait(lambda: "viewer.html" in browser.driver.current_url, "the viewer")
    assert case.broker.asked("POST", f"/pools/{TRAINING['id']}/connect")[-1][3] == {"take_over": True, "another": False}


def test_session_menu_by_keyboard(case):
    browser = case.browser
    four_desktops(case)
    case.sign_in()
    browser.button("More for design").send_keys(Keys.ARROW_DOWN)
    browser.find("[role=menu]")
    browser.driver.switch_to.active_element.send_keys(Keys.END)
    browser.picture(artefact("web-menu.png"))
    browser.driver.switch_to.active_element.send_keys(Keys.ENTER)
    browser.wait_text("Log off from design?", "dialog")
    browser.picture(artefact("web-log-off.png"))
    browser.driver.switch_to.active_element.send_keys(Keys.ESCAPE)
    browser.gone("dialog")
    assert not case.broker.asked("POST", ".*/logoff")
    browser.button("More for design").send_keys(Keys.ARROW_UP)
    browser.driver.switch_to.active_element.send_keys(Keys.ENTER)
    browser.press("Log off", "dialog")
    browser.wait_text("You are logged off.", "#toast")
    assert case.broker.asked("POST", f"/sessions/session-{DESIGN['id']}/logoff")


def test_connection_file(case):
    browser = case.browser
    four_desktops(case)
    case.sign_in()
    browser.press("Open with an app: design")
    path = os.path.join(browser.downloads, "design.vv")
    browser.wait(lambda: os.path.exists(path), "the connection file")
    with open(path) as file:
        assert "type=spice" in file.read()
    browser.wait_text("The connection file is in your downloads.", "#toast")


def test_signed_out_elsewhere(case):
    browser = case.browser
    four_desktops(case)
    case.sign_in()
    browser.wait_text("Available", case.card("office"))
    browser.driver.delete_all_cookies()
    browser.press("Connect to office")
    browser.wait_text("Your sign-in has ended.")


def test_database_away(case):
    browser = case.browser
    four_desktops(case)
    case.broker.degraded = {"degraded": True, "degraded_reason": "The broker cannot work with its database at the moment."}
    case.sign_in()
    browser.wait_text("The broker cannot work with its database at the moment.", ".note[role=status]")
    browser.wait_text("Available", case.card("office"))


def test_broker_down(case):
    browser = case.browser
    four_desktops(case)
    case.sign_in()
    browser.wait_text("Available", case.card("office"))
    case.broker.close()
    case.broker.server.socket.close()
    browser.press("Connect to office")
    browser.wait_text("The broker cannot be reached", f"{case.card('office')} [role=alert]")
    browser.picture(artefact("web-broker-down.png"))


def test_viewer_says_what_went_wrong(case):
    browser = case.browser
    four_desktops(case)
    case.sign_in()
    browser.wait_text("Available", case.card("office"))
    path = f"/sessions/session-{DESIGN['id']}/grants"
    case.broker.refusals[f"POST {path}"] = Refusal(409, "in-use-on-another-device", "Open on another device.")
    browser.go(f"{case.url}/viewer.html#session-{DESIGN['id']}")
    browser.wait_text("Use it here", "#overlay")
    browser.picture(artefact("web-viewer-elsewhere.png"))
    case.broker.refusals[f"POST {path}"] = Refusal(409, "host-gone", "The desktop's host does not answer. Try again in a minute.")
    browser.press("Use it here", "#overlay")
    browser.wait_text("The desktop's host does not answer.", "#overlay")
    browser.wait_text("Reconnect", "#overlay")
    browser.picture(artefact("web-viewer-error.png"))
    case.broker.set_session(f"session-{DESIGN['id']}", state="ended", reasons=["You logged off in the desktop."])
    browser.wait_text("This session has ended", "#overlay")
    assert case.broker.asked("POST", path)[1][3] == {"viewer": "browser", "take_over": True}


if __name__ == "__main__":
    sys.exit(main_of(globals(), PortalCase))
