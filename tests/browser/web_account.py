#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The account page of the web app: what is ended, made and revoked is what the person chose and agreed to, and a token is shown once.
What the server is asked is looked at, too."""
import sys

from portal_case import PortalCase, main_of
from screens import reset
from screens_account import account, make_token, new_token, screen_account_in_use, screen_account_kept_elsewhere
from screens_account import screen_account_token_made
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select
from stub_broker import TOKEN, Refusal


def start(case, bring, *parts, **members):
    case.browser.go(case.url + "/")
    reset(case)
    bring(case, *parts, **members)


def rows(case, section):
    return case.browser.driver.find_elements(By.CSS_SELECTOR, f"[data-section={section}] .row")


def wait_rows(case, section, count):
    case.browser.wait(lambda: len(rows(case, section)) == count, f"{count} rows of {section}")


def asked(case, method):
    return [path for _, path, _, _ in case.broker.asked(method, "/me/(sign-ins|tokens).*")]


def focused(case):
    return case.browser.driver.switch_to.active_element


def test_a_sign_in_ends_once_that_was_agreed(case):
    start(case, screen_account_in_use)
    assert "This browser" in rows(case, "sign-ins")[0].text  # though it was not used last
    case.browser.press("Sign out: Safari on iOS, 192.0.2.17")
    case.browser.find("dialog .quiet").click()
    case.browser.gone("dialog")
    assert asked(case, "DELETE") == []
    case.browser.press("Sign out: Safari on iOS, 192.0.2.17")
    case.browser.find("dialog .danger").click()
    wait_rows(case, "sign-ins", 2)
    assert asked(case, "DELETE") == ["/me/sign-ins/phone"]
    case.browser.wait(lambda: focused(case).text == "Where you are signed in", "the focus on the heading, its button being gone")


def test_all_others_end(case):
    start(case, screen_account_in_use)
    case.browser.press("Sign out everywhere else")
    case.browser.find("dialog .danger").click()
    wait_rows(case, "sign-ins", 1)
    assert asked(case, "DELETE") == ["/me/sign-ins"]
    case.browser.gone("[data-role=end-others]")


def test_what_is_gone_already_leaves_the_list(case):
    start(case, screen_account_in_use)
    case.broker.refusals["DELETE /me/sign-ins/phone"] = Refusal(404, "not-found", "There is no such sign-in.")
    del case.broker.sign_ins[0]
    case.browser.press("Sign out: Safari on iOS, 192.0.2.17")
    case.browser.find("dialog .danger").click()
    wait_rows(case, "sign-ins", 2)
    case.browser.wait_text("There is no such sign-in.", "[data-section=sign-ins] [role=alert]")


def test_a_token_is_made_as_chosen_and_shown_once(case):
    start(case, new_token, "pool.read", "user.manage")
    submit = "[data-section=tokens] [type=submit]"
    case.browser.find(submit).click()
    case.browser.wait_text("Give the token a name.", "[role=alert]")
    case.browser.fill("input[name=token-name]", "  backup ")
    case.browser.find(submit).click()
    case.browser.wait_text("Choose what the token may do.", "[role=alert]")
    assert asked(case, "POST") == []
    case.browser.find("input[value='console.open']").click()
    assert case.browser.find("input[value=own]").is_selected()
    case.browser.find("input[value='pool.read']").click()
    Select(case.browser.find("select[name=days]")).select_by_visible_text("7 days")
    case.browser.find(submit).click()
    case.browser.find("[data-role=token]")
    assert [body for _, _, _, body in case.broker.asked("POST", "/me/tokens")] == [
        {"name": "backup", "scopes": ["own", "console.open", "pool.read"], "lifetime_s": 7 * 86400}]
    Select(case.browser.find("select[name=language]")).select_by_visible_text("Deutsch")
    case.browser.wait_text("Ihr Token „backup“")
    assert case.browser.find("[data-role=token]").get_attribute("value") == TOKEN
    case.browser.press("Ich habe es aufbewahrt")
    wait_rows(case, "tokens", 1)
    assert TOKEN not in case.browser.driver.page_source + case.browser.driver.current_url


def test_a_token_is_copied(case):
    start(case, screen_account_token_made)
    case.browser.script("window.copied = []; navigator.clipboard.writeText = async (text) => { copied.push(text); }")
    case.browser.press("Copy")
    case.browser.wait_text("The token is copied.", "#toast")
    assert case.browser.script("return copied") == [TOKEN]
    case.browser.script("navigator.clipboard.writeText = async () => { throw new Error(); }")
    case.browser.press("Copy")
    case.browser.wait_text("does not let us copy", "#toast")
    assert case.browser.script("return getSelection().toString() || document.activeElement.value.slice("
                               "document.activeElement.selectionStart, document.activeElement.selectionEnd)") == TOKEN


def test_nothing_of_a_token_is_left_after_a_reload(case):
    start(case, screen_account_token_made)
    case.browser.driver.refresh()
    wait_rows(case, "tokens", 1)
    assert TOKEN not in case.browser.driver.page_source


def test_a_token_is_revoked_and_its_name_is_but_a_text(case):
    start(case, screen_account_in_use)
    case.broker.tokens[0]["name"] = "<b>backup</b>"
    case.browser.driver.refresh()
    case.browser.press("Revoke: <b>backup</b>")
    case.browser.find("dialog .danger").click()
    wait_rows(case, "tokens", 2)
    assert asked(case, "DELETE") == ["/me/tokens/t1"]


def test_two_tokens_of_one_name_are_not_asked_for(case):
    start(case, screen_account_in_use)
    case.browser.find("[data-role=new-token]").click()
    make_token(case, "kiosk")
    case.browser.wait_text("You have a token of this name.", "[role=alert]")
    assert asked(case, "POST") == []


def test_only_permissions_of_ones_own_are_offered(case):
    start(case, new_token)
    names = [box.get_attribute("value") for box in case.browser.driver.find_elements(By.CSS_SELECTOR, "input[name=scope]")]
    assert names == ["own", "console.open"], names
    case.browser.press("Cancel")
    assert focused(case).get_attribute("data-role") == "new-token"


def test_the_password_is_changed_from_here_alone(case):
    start(case, account)
    assert [link.text for link in case.browser.driver.find_elements(By.CSS_SELECTOR, "nav a")] == ["Your account"]
    case.browser.find("[data-section=password] a").click()
    case.browser.fill("input[name=current-password]", "correct horse")
    for field in case.browser.driver.find_elements(By.CSS_SELECTOR, "input[name=new-password]"):
        field.send_keys("a better password")
    case.browser.find("form [type=submit]").click()
    case.browser.find("[data-section=password]")
    assert [body for _, _, _, body in case.broker.asked("POST", "/me/password")] == [
        {"old": "correct horse", "new": "a better password"}]


def test_an_account_of_a_provider_is_offered_nothing_that_is_kept_there(case):
    start(case, screen_account_kept_elsewhere)
    case.browser.wait_text("kept by “Example Organisation”", "[data-section=password]")
    assert not case.browser.driver.find_elements(By.CSS_SELECTOR, "[data-section=password] a, [data-section=factor] button")


if __name__ == "__main__":
    sys.exit(main_of(globals(), PortalCase, shared=True))
