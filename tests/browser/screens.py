# SPDX-License-Identifier: Apache-2.0
"""Every screen of the web app, each as a function that brings the browser there from a fresh sign-in page. They work in any
language: they find things by their place in the page, not by their words."""
from portal_case import DESIGN, LAB, OFFICE, TRAINING, pool, ready_session
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from stub_broker import Refusal

import screens_account
from screen_steps import PROVIDERS, THIS_BROWSER, desktops, sign_in

AWAY = {"degraded": True, "degraded_reason": "The broker cannot work with its database at the moment."}
FULL = ["No desktop of this pool is free: all 12 are in use.",
        "No host has 4 GiB free: kvm1 is in maintenance, kvm2 has 1.2 GiB."]
WARNING = "Nobody has used this desktop for 25 minutes. It is disconnected in 5 minutes unless you go on."


def offer(item, state="available", kind="floating", on_logoff="reclone", **members):
    return {"pool": {**item, "kind": kind, "on_logoff": on_logoff}, "state": state, "reasons": [], "sessions": [], "desktops": [],
            "may_open_another": False, **members}


def own(case, item, state="disconnected", kind="floating", on_logoff="reclone", offered=None, **members):
    """A desktop of the user's with a session."""
    session = ready_session(case, item, state, may_restart=True, may_reset=True, on_logoff=on_logoff, warning=None, slot=1)
    desktop = {**session["desktop"], "kind": kind, "power": "up"}
    case.broker.set_session(session["id"], desktop=desktop, **members)
    return offer(item, "yours", kind, on_logoff, session=dict(case.broker.sessions[session["id"]]), **(offered or {}))


def card(item, inside=""):
    return f"[data-pool={item['name']}] {inside}"


def several(case):
    return [offer(OFFICE), own(case, DESIGN, kind="dedicated", on_logoff="keep"),
            own(case, TRAINING, "connected", connected_from="192.0.2.17"), offer(LAB, "unavailable", reasons=FULL)]


def choose(case, item, index):
    """An entry of the desktop's menu, the last being -1."""
    case.browser.find(card(item, ".menu > button")).click()
    entries = case.browser.driver.find_elements(By.CSS_SELECTOR, card(item, "[role=menuitem]"))
    entries[index].click()


def screen_sign_in(case):
    case.browser.find("form")


def screen_sign_in_refused(case):
    sign_in(case, "wrong")
    case.browser.find("[role=alert]")


def screen_sign_in_throttled(case):
    case.broker.refusals["POST /login"] = Refusal(429, "too-many-attempts", "Too many attempts. Wait a minute, then try again.",
                                                  headers={"Retry-After": "42"})
    sign_in(case)
    case.browser.find("[role=alert]")


def screen_sign_in_elsewhere(case):
    case.broker.sign_in_methods = PROVIDERS
    case.browser.go("about:blank")
    case.browser.go(case.url + "/#/sign-in-failed/provider-denied")
    case.browser.find(".ways a")
    case.browser.find("[role=alert]")


def screen_password_forced(case):
    case.broker.me["password_change_required"] = True
    sign_in(case)
    case.browser.find("input[name=new-password]")


def screen_password_refused(case):
    desktops(case)
    case.broker.refusals["POST /me/password"] = Refusal(400, "weak-password", "This password is one of the most used ones. "
                                                        "Choose a longer one.")
    case.browser.find("nav a").click()
    case.browser.find("[data-section=password] a").click()
    case.browser.find("input[name=new-password]")
    for field in case.browser.driver.find_elements(By.CSS_SELECTOR, "form input"):
        field.send_keys("password1")
    case.browser.find("form [type=submit]").click()
    case.browser.find("[role=alert]")


def screen_no_desktops(case):
    desktops(case)


def screen_one_desktop(case):
    desktops(case, offer(OFFICE))


def screen_several_desktops(case):
    desktops(case, *several(case))
    case.browser.find(card(LAB, ".reasons"))


def screen_twelve_desktops(case):
    items = [pool(20 + index, name, f"Desktop of the {name} course") for index, name in enumerate(
        "algebra botany chemistry drawing english french geology history informatics journalism a-name-that-is-rather-long-indeed "
        "literature".split())]
    desktops(case, *[own(case, item) if index % 5 == 1 else offer(item) for index, item in enumerate(items)])


def screen_several_of_a_pool(case):
    first = own(case, DESIGN, kind="dedicated", on_logoff="keep", offered={"may_open_another": True})
    others = [dict(first["session"], id=f"other-{number}", slot=number, desktop={**first["session"]["desktop"],
                                                                                 "name": f"design-000{number}"},
                   state="preparing" if number == 6 else "disconnected") for number in (4, 5, 6)]
    desktops(case, {**first, "sessions": [first["session"], *others]})


def screen_off(case):
    desktops(case, offer(DESIGN, kind="dedicated", on_logoff="stop", desktops=[
        {"id": "d", "name": "design-0003", "power": "off", "slot": 1, "session": None}]))


def screen_preparing(case):
    desktops(case, offer(OFFICE), offer(DESIGN))
    case.browser.find(card(OFFICE, "[data-role=connect]")).click()
    case.browser.find(card(OFFICE, "progress"))
    case.broker.set_session(f"session-{OFFICE['id']}", step="booting", progress=40)
    case.browser.find(card(OFFICE, "progress[value='40']"))


def screen_preparing_failed(case):
    screen_preparing(case)
    case.broker.set_session(f"session-{OFFICE['id']}", state="ended", end_code="no-disk-space",
                            reasons=["kvm1 has no disk space left for another desktop. Ask your administrator to free some."])
    case.browser.find(card(OFFICE, "[role=alert]"))


def screen_warning(case):
    desktops(case, own(case, OFFICE, "connected", warning=WARNING))
    case.browser.find(card(OFFICE, ".warning"))


def screen_degraded(case):
    case.broker.degraded = AWAY
    desktops(case, own(case, DESIGN, kind="dedicated", on_logoff="keep"),
             offer(OFFICE, "unavailable", reasons=["The broker cannot work with its database at the moment."]))
    case.browser.find(".note")


def screen_refused(case):
    desktops(case, offer(OFFICE))
    case.broker.refusals[f"POST /pools/{OFFICE['id']}/connect"] = Refusal(
        409, "no-free-desktop", "No desktop is free at the moment. Try again in a few minutes.", FULL)
    case.browser.find(card(OFFICE, "[data-role=connect]")).click()
    case.browser.find(card(OFFICE, "[role=alert]"))


def screen_host_silent(case):
    desktops(case, own(case, DESIGN))
    case.broker.refusals[f"POST /pools/{DESIGN['id']}/connect"] = Refusal(
        409, "host-gone", "kvm1, the host of this desktop, does not answer since 14:02. Wait a moment, or tell your administrator.")
    case.browser.find(card(DESIGN, "[data-role=connect]")).click()
    case.browser.find(card(DESIGN, "[role=alert]"))


def screen_take_over(case):
    desktops(case, own(case, TRAINING, "connected", connected_from="192.0.2.17"))
    case.broker.refusals[f"POST /pools/{TRAINING['id']}/connect"] = Refusal(409, "in-use-on-another-device",
                                                                          "This desktop is open on another device.")
    case.browser.find(card(TRAINING, "[data-role=connect]")).click()
    case.browser.find("dialog")


def screen_menu(case):
    desktops(case, *several(case))
    case.browser.find(card(TRAINING, ".menu > button")).send_keys(Keys.ENTER)
    case.browser.find("[role=menu]")


def screen_menu_without_rights(case):
    desktops(case, own(case, DESIGN, may_restart=False, may_reset=False))
    case.browser.find(card(DESIGN, ".menu > button")).send_keys(Keys.ENTER)
    case.browser.find("[role=menu]")


def log_off(case, kind, on_logoff):
    desktops(case, own(case, DESIGN, kind=kind, on_logoff=on_logoff))
    choose(case, DESIGN, -1)
    case.browser.find("dialog")


def screen_log_off_reclone(case):
    log_off(case, "floating", "reclone")


def screen_log_off_keep(case):
    log_off(case, "dedicated", "keep")


def screen_log_off_stop(case):
    log_off(case, "dedicated", "stop")


def screen_log_off_manual(case):
    log_off(case, "manual", "keep")


def screen_logged_off(case):
    log_off(case, "dedicated", "stop")
    case.browser.find("dialog .danger").click()
    case.browser.find("#toast.shown")


def screen_reset(case):
    desktops(case, own(case, DESIGN))
    choose(case, DESIGN, -2)
    case.browser.find("dialog")


def screen_broker_away(case):
    case.broker.refusals["GET /desktops"] = Refusal(502, "unreachable", "The broker cannot be reached. Try again in a minute.")
    sign_in(case)
    case.browser.find("[role=alert]")


def screen_sign_in_expired(case):
    desktops(case, offer(OFFICE))
    case.browser.driver.delete_all_cookies()
    case.browser.find(card(OFFICE, "[data-role=connect]")).click()
    case.browser.find("form .note")


def viewer(case, *ready):
    """Opens the viewer of the user's desktop, whose console nobody serves."""
    desktops(case, own(case, DESIGN, *ready))
    case.browser.go(f"{case.url}/viewer.html#session-{DESIGN['id']}")


def refuse_grants(case, *refusal):
    case.broker.refusals[f"POST /sessions/session-{DESIGN['id']}/grants"] = Refusal(*refusal)


def screen_viewer_preparing(case):
    desktops(case, own(case, DESIGN, "preparing", step="booting", progress=60))
    case.browser.go(f"{case.url}/viewer.html#session-{DESIGN['id']}")
    case.browser.find("#overlay progress")


def screen_viewer_reconnecting(case):
    viewer(case)
    case.browser.find("#overlay progress")
    case.browser.wait(lambda: case.broker.asked("POST", ".*/grants"), "a try")


def screen_viewer_elsewhere(case):
    refuse_grants(case, 409, "in-use-on-another-device", "This desktop is open on another device.")
    viewer(case)
    case.browser.find("#overlay .primary")


def screen_viewer_host_silent(case):
    refuse_grants(case, 409, "host-gone", "kvm1, the host of this desktop, does not answer since 14:02.")
    viewer(case)
    case.browser.find("#overlay .primary")


def screen_viewer_ended(case):
    screen_viewer_elsewhere(case)
    case.broker.set_session(f"session-{DESIGN['id']}", state="ended", end_code="session-ended",
                            reasons=["You logged off in the desktop."])
    case.browser.gone("#overlay button")


def screen_viewer_expired(case):
    desktops(case, own(case, DESIGN))
    case.browser.driver.delete_all_cookies()
    case.browser.go(f"{case.url}/viewer.html#session-{DESIGN['id']}")
    case.browser.find("#overlay .primary")


def screen_viewer_warning(case):
    screen_viewer_elsewhere(case)
    case.broker.set_session(f"session-{DESIGN['id']}", warning=WARNING)
    case.browser.find("#notice .warning")


SCREENS = {name.removeprefix("screen_"): value for name, value in [*vars(screens_account).items(), *globals().items()]
           if name.startswith("screen_") and callable(value)}


def reset(case, language="en"):
    """As if nothing had happened: a broker that refuses nothing, nobody signed in, the sign-in page open in `language`."""
    broker, browser = case.broker, case.browser
    browser.go("about:blank")
    broker.refusals.clear()
    broker.degraded = {}
    broker.sign_in_methods = PROVIDERS[:1]
    broker.desktops = []
    with broker.changed:
        broker.sessions.clear()
        broker.changed.notify_all()
    broker.requests.clear()
    broker.me.update(password_change_required=False, second_factor="none", source="local", permissions=[])
    broker.sign_ins[:] = [dict(THIS_BROWSER)]
    broker.tokens.clear()
    broker.factor.update(enabled=False, required=False, since=None)
    browser.go(case.url + "/site.json")
    browser.driver.delete_all_cookies()
    browser.script("localStorage.setItem('caraway-language', arguments[0])", language)
    browser.go(case.url + "/")
    browser.find("form")
