# SPDX-License-Identifier: Apache-2.0
"""The screens of the account page and of the second factor, as those of screens.py."""
from selenium.webdriver.common.by import By
from stub_broker import CODE, Refusal

from screen_steps import PROVIDERS, desktops, sign_in, sign_in_row


def pending(case, standing):
    case.broker.me["second_factor"] = standing
    case.broker.factor["enabled"] = standing == "code-required"
    sign_in(case)


def screen_factor_code(case):
    pending(case, "code-required")
    case.browser.find("input[name=code]")


def screen_factor_code_wrong(case):
    screen_factor_code(case)
    case.browser.find(".field .link").click()
    case.browser.fill("input[name=code]", "AAAA-AAAA-AAAA-AAAA")
    case.browser.find("form [type=submit]").click()
    case.browser.find("[role=alert]")


def screen_factor_forced(case):
    pending(case, "enrolment-required")
    case.browser.find(".qr")


def screen_factor_recovery_codes(case):
    screen_factor_forced(case)
    case.browser.fill("input[name=code]", CODE)
    case.browser.find("form [type=submit]").click()
    case.browser.find(".codes")


def account(case, **factor):
    case.broker.factor.update(factor)
    desktops(case)
    go_to_account(case)


def go_to_account(case):
    case.browser.find("nav a[href='#/account']").click()
    for section in ("sign-ins", "tokens"):
        case.browser.find(f"[data-section={section}] ul[aria-busy=false]")
    case.browser.find("[data-section=factor] div:not([aria-busy]) p")


def screen_account(case):
    account(case)


def token_row(key, name, *scopes, **members):
    return {"id": key, "name": name, "scopes": list(scopes), "created": "2026-05-01T08:00:00Z", "expires": "2126-06-01T08:00:00Z",
            "last_used": None, "address": "", **members}


def screen_account_in_use(case):
    case.broker.sign_ins[:] = [
        sign_in_row("phone", "Safari on iOS", "192.0.2.17", "5-02"),
        sign_in_row("here", "Firefox on Linux", "192.0.2.4", "5-01", current=True),
        sign_in_row("program", "", "2001:db8:1:2:3:4:5:6", "4-30")]
    case.broker.tokens[:] = [
        token_row("t1", "nightly backup of the course desktops", "own", "desktop.read", "pool.read",
                  last_used="2026-05-02T02:00:00Z", address="192.0.2.9"),
        token_row("t2", "kiosk", "own", "console.open"),
        token_row("t3", "a-name-without-any-blank-that-is-as-long-as-the-longest-of-the-names-that-a-token-may-have-at-all-ok",
                  "own", expires="2026-01-01T08:00:00Z")]
    screen_account(case)


def screen_account_sign_out_there(case):
    screen_account_in_use(case)
    case.browser.find("[data-section=sign-ins] .row button").click()
    case.browser.find("dialog")


def screen_account_kept_elsewhere(case):
    case.broker.sign_in_methods = PROVIDERS
    case.broker.me["source"] = "corp"
    case.browser.driver.refresh()
    account(case)


def new_token(case, *permissions):
    case.broker.me["permissions"] = list(permissions)
    account(case)
    case.browser.find("[data-role=new-token]").click()
    case.browser.find("input[name=token-name]")


def screen_account_new_token_of_administrator(case):
    new_token(case, "audit.read", "broker.read", "desktop.assign", "desktop.manage", "desktop.power", "desktop.read", "group.manage",
              "group.read", "host.manage", "host.read", "image.manage", "image.read", "pool.entitle", "pool.manage", "pool.read",
              "role.manage", "role.read", "session.manage", "session.read", "user.manage", "user.read", "user.reset-password")


def screen_account_new_token_refused(case):
    new_token(case)
    case.broker.refusals["POST /me/tokens"] = Refusal(
        409, "conflict", "You have as many tokens as an account may have; revoke one first.")
    make_token(case, "backup")
    case.browser.find("[data-section=tokens] [role=alert]")


def make_token(case, name):
    case.browser.fill("input[name=token-name]", name)
    case.browser.find("input[value=own]").click()
    case.browser.find("[data-section=tokens] [type=submit]").click()


def screen_account_token_made(case):
    new_token(case)
    make_token(case, "backup")
    case.browser.find("[data-role=token]")


def screen_account_refused(case):
    for path in ("second-factor", "sign-ins", "tokens"):
        case.broker.refusals[f"GET /me/{path}"] = Refusal(503, "database-unavailable",
                                                          "The broker cannot work with its database at the moment.")
    desktops(case)
    case.browser.find("nav a[href='#/account']").click()
    case.browser.wait(lambda: len(case.browser.driver.find_elements(By.CSS_SELECTOR, "[role=alert]")) == 3, "three refusals")


def screen_account_with_factor(case):
    account(case, enabled=True, since="2026-01-02T03:04:05Z")


def screen_account_factor_required(case):
    account(case, enabled=True, required=True, since="2026-01-02T03:04:05Z")


def screen_account_turn_off(case):
    screen_account_with_factor(case)
    case.browser.find("[data-section=factor] button:last-of-type").click()
    case.browser.find("input[name=code]")


def screen_factor_replace(case):
    screen_account_with_factor(case)
    case.browser.find("[data-section=factor] button:nth-of-type(2)").click()
    case.browser.find("input[name=code]")
