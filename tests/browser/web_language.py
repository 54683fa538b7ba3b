#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The languages of the web app: the catalogues agree with each other and with the codes and steps of the programs, no text stands
outside of them, the browser's language is taken unless the person chose one, and refusals are told in it."""
import os
import re
import sys
import tempfile
import time

import screens
from portal_case import OFFICE, PortalCase, main_of
from processes import Failed
from selenium.webdriver.support.ui import Select
from stub_broker import RECOVERY_CODES, SECRET, TOKEN, Refusal

SOURCE = os.environ["CARAWAY_SOURCE"]
WEB = os.path.join(SOURCE, "portal", "web")

# Codes of which only administrators and machines ever hear.
NOT_FOR_USERS = {"port-in-use", "join-token-invalid", "stale-epoch", "configuration-wrong", "device-not-accepted", "device-revoked"}
# What is the same in both languages.
SAME = {"appName", "code"}

CATALOGUE = """
const [tag, done] = arguments;
const shape = (value) => typeof value === "function" ? {parts: value.length, text: value(...Array(value.length).fill("‹x›"))}
  : typeof value === "string" ? {parts: 0, text: value} : Object.fromEntries(Object.entries(value).map(([k, v]) => [k, shape(v)]));
import(`/messages_${tag}.js`).then((module) => done(shape(module.default)), (error) => done(String(error)));
"""


def read(*path):
    with open(os.path.join(SOURCE, *path)) as file:
        return file.read()


def catalogue(case, tag):
    case.browser.go(case.url + "/")
    return case.browser.driver.execute_async_script(CATALOGUE, tag)


def flat(messages, prefix=""):
    for key, value in messages.items():
        if "text" in value and isinstance(value["text"], str):
            yield prefix + key, value
        else:
            yield from flat(value, f"{prefix}{key}.")


def sources():
    names = sorted(name for name in os.listdir(WEB) if name.endswith(".js") and not name.startswith("messages_"))
    return {name: read("portal", "web", name) for name in names}


def expect_none(what, found):
    if found:
        raise Failed(f"{what}: {sorted(found)}")


def test_catalogues_agree(case):
    english, german = dict(flat(catalogue(case, "en"))), dict(flat(catalogue(case, "de")))
    expect_none("in one language only", set(english) ^ set(german))
    expect_none("empty", {key for key in english if not english[key]["text"].strip() or not german[key]["text"].strip()})
    expect_none("with other parts in German", {key for key in english if english[key]["parts"] != german[key]["parts"]})
    expect_none("not translated", {key for key in english if english[key]["text"] == german[key]["text"]} - SAME)


def test_codes_and_steps_have_sentences(case):
    codes = set(re.findall(r'^  X\([A-Z_]+, "([a-z-]+)"\)', read("common", "base", "error.h"), re.M))
    steps = set(re.findall(r'= \{"([a-z ]+)", \d+\}', read("host", "plan", "boot_progress.c")))
    steps |= set(re.findall(r'set_step\(\w+, \w+, "([^"]+)"\)', read("broker", "service", "desktops", "lifecycle.c")))
    assert len(codes) > 40 and len(steps) > 10, (codes, steps)
    messages = catalogue(case, "de")
    expect_none("codes without a sentence", codes - NOT_FOR_USERS - set(messages["problems"]))
    expect_none("sentences for codes that do not exist", set(messages["problems"]) - codes)
    expect_none("steps without a sentence", steps - set(messages["steps"]))


def test_keys_are_used(case):
    """Each key that the app asks for is there, and none is there for nothing."""
    code = "\n".join(sources().values())
    messages = catalogue(case, "en")
    keys = {key for key in messages if key not in ("problems", "steps", "warnings")}
    asked = set(re.findall(r"\bstrings\.(?!js\b)(\w+)", code))
    expect_none("asked for and not there", asked - set(messages))
    made = [re.compile(re.sub(r"\\\$\\\{[^}]*\\\}", r"\\w*", re.escape(name))) for name in re.findall(r"strings\[`([^`]+)`\]", code)]
    named = set(re.findall(r'"(\w+)"', code))
    expect_none("there for nothing", {key for key in keys - asked - named if not any(name.fullmatch(key) for name in made)})


def test_follows_the_browser(case):
    browser = case.browser
    browser.set_languages("de-AT,de,en")
    browser.go(case.url + "/")
    browser.wait_text("Anmelden bei Example Site")
    assert browser.script("return document.documentElement.lang") == "de"
    browser.set_languages("fr-FR,fr")
    browser.go(case.url + "/")
    browser.wait_text("Sign in to Example Site")


def test_switch_is_remembered(case):
    browser = case.browser
    browser.go(case.url + "/")
    browser.fill("input[name=username]", "alice")
    Select(browser.find("select[name=language]")).select_by_visible_text("Deutsch")
    browser.wait_text("Anmelden bei Example Site")
    assert browser.find("input[name=username]").get_attribute("value") == "alice", "what was typed is lost"
    assert browser.driver.switch_to.active_element.get_attribute("name") == "language"
    browser.go(case.url + "/")
    browser.wait_text("Anmelden bei Example Site")
    case.broker.desktops = [screens.offer(OFFICE)]
    screens.sign_in(case)
    browser.wait_text("Verfügbar", case.card("office"))
    Select(browser.find("select[name=language]")).select_by_visible_text("English")
    browser.wait_text("Available", case.card("office"))
    assert browser.driver.title == "Your desktops – Example Site"


def test_refusals_in_german(case):
    browser = case.browser
    screens.reset(case, "de")
    case.broker.desktops = [screens.offer(OFFICE)]
    screens.sign_in(case)
    key, alert = f"POST /pools/{OFFICE['id']}/connect", f"{case.card('office')} [role=alert]"
    case.broker.refusals[key] = Refusal(409, "no-free-desktop", "All 8 desktops of office are taken.", ["kvm2 is in maintenance."])
    browser.press("Verbinden: office")
    browser.wait_text("Kein Desktop ist frei.", alert)
    browser.wait_text("Der Server meldet: All 8 desktops of office are taken.", alert)
    assert [element.text for element in browser.driver.find_elements("css selector", f"{alert} [lang=en]")] == [
        "All 8 desktops of office are taken.", "kvm2 is in maintenance."]
    case.broker.refusals[key] = Refusal(409, "a-code-of-next-year", "The moon is in the way.")
    browser.press("Verbinden: office")
    browser.wait_text("The moon is in the way.", alert)
    assert "meldet" not in browser.text(alert)


def warn(case, code, action, left_s):
    """The session of OFFICE is warned: until `left_s` seconds from now by the server's clock."""
    until = None if left_s is None else time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + left_s))
    case.broker.set_session(f"session-{OFFICE['id']}", warning=screens.WARNING, warning_code=code, warning_action=action,
                            warning_until=until)


def show_warning(case, code, action, left_s):
    screens.own(case, OFFICE, "connected")
    warn(case, code, action, left_s)
    case.broker.desktops = [screens.offer(OFFICE, "yours", session=dict(case.broker.sessions[f"session-{OFFICE['id']}"]))]
    case.browser.script("document.dispatchEvent(new Event('visibilitychange'))")


def test_warnings_in_german(case):
    """A warning is said in the person's language and counted down from the server's clock, whatever that here says; what is not
    known stays the server's sentence."""
    browser, box = case.browser, f"{case.card('office')} .warning"
    screens.reset(case, "de")
    case.broker.desktops = [screens.offer(OFFICE)]
    screens.sign_in(case)
    browser.find(case.card("office"))
    browser.script("const now = Date.now.bind(Date); window.extra = 3600000; Date.now = () => now() + window.extra")
    for code, action, left_s, title, text in [
            ("idle-limit", "disconnect", 235, "Sind Sie noch da?", "Er wird in 4 Minuten getrennt"),
            ("session-limit", "logoff", 58, "Ihre Sitzung endet bald", "Ihre endet in 1 Minute:"),
            ("session-limit", "logoff", 30, "Ihre Sitzung endet bald", "Ihre endet in weniger als einer Minute:"),
            ("session-limit", "logoff", -5, "Ihre Sitzung endet bald", "Ihre endet jetzt."),
            ("idle-disconnected", None, None, "Sie wurden getrennt", "Verbinden Sie sich wieder")]:
        show_warning(case, code, action, left_s)
        browser.wait_text(title, box)
        browser.wait_text(text, box)
        browser.wait_text(text, "#announce")
        assert not browser.driver.find_elements("css selector", f"{box} [lang]")
    for code, action, left_s in [("of-next-year", "disconnect", 300), ("session-limit", "shutdown", 300), ("idle-limit", "disconnect", None)]:
        show_warning(case, code, action, left_s)
        browser.wait_text(screens.WARNING, f"{box} [lang=en]")


def test_warnings_count_down(case):
    """By the minute and by themselves; screen readers hear the first and the last."""
    browser, box = case.browser, f"{case.card('office')} .warning"
    screens.reset(case)
    case.broker.desktops = [screens.offer(OFFICE)]
    screens.sign_in(case)
    browser.find(case.card("office"))
    browser.script(HEARD)
    show_warning(case, "session-limit", "logoff", 100)
    browser.wait_text("Yours ends in 2 minutes", box)
    browser.wait_text("Yours ends in 1 minute:", box, limit_s=120)
    browser.wait_text("Yours ends in 1 minute:", "#announce")
    heard = [text for text in browser.script("return window.heard") if "ends" in text]
    assert len(heard) == 2 and "2 minutes" in heard[0] and "1 minute" in heard[1], heard


def test_log_off_of_a_manual_pool(case):
    """Nothing of ours is in an adopted machine, so nothing in it is closed."""
    screens.reset(case)
    screens.screen_log_off_manual(case)
    case.browser.wait_text("whoever is signed in there stays signed in", "dialog")
    screens.reset(case, "de")
    screens.screen_log_off_manual(case)
    case.browser.wait_text("bleibt angemeldet", "dialog")


HEARD = """
window.heard = [];
new MutationObserver(() => window.heard.push(document.getElementById("announce").textContent))
  .observe(document.getElementById("announce"), {childList: true});
"""


# What the pages say in a language that is none: each text in brackets. Whatever stands outside of them is in no catalogue.

PSEUDO = """// Made by web_language.py.
import en from "./messages_en.js";
const wrap = (value) => typeof value === "function" ? (...parts) => `⟦${value(...parts.map((part) => `⟧${part}⟦`))}⟧`
  : typeof value === "string" ? `⟦${value}⟧` : Object.fromEntries(Object.entries(value).map(([key, text]) => [key, wrap(text)]));
export default wrap(en);
"""
VISIBLE = """
const found = [document.title], scope = document.body;
const texts = document.createTreeWalker(scope, NodeFilter.SHOW_TEXT);
while (texts.nextNode())
  if (!texts.currentNode.parentElement.closest("noscript, script, select, canvas")) found.push(texts.currentNode.data);
for (const element of scope.querySelectorAll("*"))
  for (const name of ["aria-label", "title", "alt", "placeholder"]) if (element.hasAttribute(name)) found.push(element.getAttribute(name));
return found;
"""


def words_of(value):
    """Every text in what the broker and the portal answer."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return {word for one in value for word in words_of(one)}
    return {value} if isinstance(value, str) and value else set()


def outside(text, servers):
    rest = re.sub(r"⟦[^⟦⟧]*⟧", "", text)
    for word in sorted(servers, key=len, reverse=True):
        rest = rest.replace(word, "")
    return re.search(r"[^\W\d_]", rest)


class PseudoCase(PortalCase):
    """A portal that serves a copy of the app, whose German is the pseudo language."""

    def web_directory(self, folder):
        copy = os.path.join(folder, "web")
        os.mkdir(copy)
        for name in os.listdir(WEB):
            with open(os.path.join(WEB, name), "rb") as file, open(os.path.join(copy, name), "wb") as target:
                target.write(PSEUDO.encode() if name == "messages_de.js" else file.read())
        return copy


def test_no_text_outside_the_catalogues(_case):
    with tempfile.TemporaryDirectory(prefix="caraway-pseudo-") as folder:
        case = PseudoCase(folder)
        try:
            for name, bring in screens.SCREENS.items():
                screens.reset(case, "de")
                bring(case)
                broker = case.broker
                servers = words_of([broker.desktops, broker.sessions, broker.me, broker.degraded, broker.sign_in_methods,
                                    broker.sign_ins, broker.tokens, TOKEN, "Example Site",
                                    re.findall("....", SECRET), RECOVERY_CODES, "Januar",  # of a date
                                    [[one.detail, one.reasons] for one in broker.refusals.values()]])
                found = {text for text in case.browser.script(VISIBLE) if outside(text, servers)}
                expect_none(f"{name}: text in no catalogue", found)
        finally:
            case.close()


if __name__ == "__main__":
    sys.exit(main_of(globals(), PortalCase))
