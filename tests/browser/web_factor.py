#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A person's way through the second factor in the web app: the code after the password, setting one up because one must or by
choice, recovery codes, turning it off. What the server is asked is looked at, too: no secret is in an address."""
import sys

from browser import artefact
from portal_case import OFFICE, PortalCase, main_of
from screens import card, desktops, offer
from screens_account import (account, pending, screen_account_turn_off, screen_factor_code, screen_factor_forced,
                             screen_factor_recovery_codes, screen_factor_replace)
from stub_broker import CODE, RECOVERY_CODE, Refusal


def start(case):
    case.browser.go(case.url + "/")
    case.browser.find("form")


def submit(case, code):
    case.browser.fill("input[name=code]", code)
    case.browser.find("form [type=submit]").click()


def bodies(case, act):
    return [body for _, _, _, body in case.broker.asked("POST", f"/me/second-factor{act}")]


def test_code_after_the_password(case):
    start(case)
    screen_factor_code(case)
    assert case.browser.driver.switch_to.active_element.get_attribute("name") == "code"
    assert not case.broker.asked("GET", "/desktops")  # nothing is asked for that would be refused
    submit(case, "000000")
    case.browser.wait_text("The code is wrong", "[role=alert]")
    submit(case, CODE)
    case.browser.find(".empty")
    assert [body["code"] for body in bodies(case, "/verify")] == ["000000", CODE]


def test_reload_asks_for_the_code_again(case):
    start(case)
    screen_factor_code(case)
    case.browser.go("about:blank")
    case.browser.go(case.url + "/#/account")
    case.browser.find("input[name=code]")
    submit(case, CODE)
    case.browser.find(".empty")


def test_recovery_code(case):
    start(case)
    screen_factor_code(case)
    case.browser.press("Use a recovery code instead")
    assert case.browser.find("input[name=code]").get_attribute("inputmode") == "text"
    submit(case, RECOVERY_CODE)
    case.browser.find(".empty")


def test_signing_out_instead(case):
    start(case)
    pending(case, "code-required")
    case.browser.find("form .quiet").click()
    case.browser.wait_text("You are signed out.")
    assert case.broker.asked("POST", "/logout")


def test_set_up_because_one_must(case):
    start(case)
    screen_factor_forced(case)
    assert bodies(case, "") == [{"password": None, "code": None}]
    case.browser.wait_text("GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ")
    submit(case, "000000")
    case.browser.wait_text("The code is wrong", "[role=alert]")
    submit(case, CODE)
    case.browser.wait_text("AAAA-EFGH-IJKL-MNOP", ".codes")
    case.browser.press("I have kept them")
    case.browser.find(".empty")
    assert "EFGH" not in case.browser.driver.page_source


def test_recovery_codes_stay_in_another_language(case):
    start(case)
    screen_factor_recovery_codes(case)
    case.browser.script("const s = document.querySelector('#foot select'); s.value = 'de';"
                        "s.dispatchEvent(new Event('change', { bubbles: true }))")
    case.browser.wait_text("Ersatzcodes aufbewahren")
    case.browser.wait_text("AAAA-EFGH-IJKL-MNOP", ".codes")


def test_set_up_by_choice(case):
    start(case)
    account(case)
    case.browser.press("Set up")
    case.browser.fill("input[type=password]", "correct horse")
    case.browser.find("form [type=submit]").click()
    case.browser.find(".qr")
    submit(case, CODE)
    case.browser.find(".codes")
    case.browser.press("I have kept them")
    case.browser.wait_text("On since January 2, 2026")
    assert bodies(case, "")[0] == {"password": "correct horse", "code": None}


def test_replacing_and_new_codes(case):
    start(case)
    screen_factor_replace(case)
    case.browser.fill("input[type=password]", "correct horse")
    submit(case, CODE)
    case.browser.find(".qr")
    case.browser.press("Cancel")
    case.browser.press("New recovery codes")
    submit(case, CODE)
    case.browser.find(".codes")


def test_turning_off(case):
    start(case)
    screen_account_turn_off(case)
    submit(case, CODE)
    case.browser.wait_text("Enter your password.", "[role=alert]")
    case.browser.fill("input[type=password]", "correct horse")
    submit(case, CODE)
    case.browser.wait_text("Off. Whoever knows your password can sign in as you.")
    assert bodies(case, "/off") == [{"password": "correct horse", "code": CODE}]


def test_not_offered_where_it_is_required(case):
    start(case)
    account(case, enabled=True, required=True, since="2026-01-02T03:04:05Z")
    case.browser.wait_text("it cannot be turned off")
    assert "Turn off" not in case.browser.find("[data-section=factor] .actions").text
    case.browser.find(".brand").click()
    case.browser.find(".empty")


def test_asked_for_while_signed_in(case):
    """By a group or a role: the next request leads to the code."""
    start(case)
    desktops(case)
    case.broker.me["second_factor"] = "code-required"
    case.broker.refusals["GET /desktops"] = Refusal(403, "second-factor-pending", "Enter the code of your authenticator app first.")
    case.browser.script("document.dispatchEvent(new Event('visibilitychange'))")
    case.browser.find("input[name=code]")
    del case.broker.refusals["GET /desktops"]
    submit(case, CODE)
    case.browser.find(".empty")


def test_pool_that_asks_for_it(case):
    start(case)
    desktops(case, offer(OFFICE))
    case.broker.refusals[f"POST /pools/{OFFICE['id']}/connect"] = Refusal(403, "second-factor-required", "This pool needs a second factor.")
    case.browser.find(card(OFFICE, "[data-role=connect]")).click()
    case.browser.wait_text("This pool needs a second factor.", "[role=alert]")
    case.browser.picture(artefact("factor-pool.png"))
    case.browser.find(card(OFFICE, "[data-role=factor]")).click()
    case.browser.wait_text("Off. Whoever knows your password can sign in as you.")


if __name__ == "__main__":
    sys.exit(main_of(globals(), PortalCase))
