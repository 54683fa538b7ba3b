#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Every screen of the web app (screens.py) on a desktop, in the dark, on a phone and at 200 % zoom, in English and German: can be
used by keyboard and screen reader, is legible, fits, keeps still when asked to. Pictures for people in build/artefacts."""
import sys

import accessibility
from browser import artefact
from portal_case import PortalCase, main_of
from screens import SCREENS, reset

# name: width, height, dark. German has the longest words, and a phone the least room.
LOOKS = {"en": {"desktop": (1280, 800, False), "dark": (1280, 800, True), "zoom": (640, 400, False)},
         "de": {"phone": (390, 844, False), "dark-phone": (390, 844, True)}}


def settle(browser):
    """Colours fade for a moment after each change."""
    browser.wait(lambda: browser.script("return document.getAnimations().every((one) => one.playState !== 'running' "
                                        "|| one.effect.getComputedTiming().iterations === Infinity)"), "colours to settle")


def look(case, name, language):
    browser = case.browser
    for size, (width, height, dark) in LOOKS[language].items():
        browser.set_size(width, height)
        browser.set_dark(dark)
        settle(browser)
        browser.picture(artefact(f"screen-{name}-{language}-{size}.png"))
        accessibility.check(browser, f"{name}, {language}, {size}")
    browser.set_size(1280, 800)
    browser.set_dark(False)


def walk(case, language):
    for name, bring in SCREENS.items():
        reset(case, language)
        bring(case)
        look(case, name, language)


def test_screens_in_english(case):
    walk(case, "en")


def test_screens_in_german(case):
    walk(case, "de")


def test_screens_by_keyboard(case):
    for name, bring in SCREENS.items():
        reset(case)
        bring(case)
        if name.startswith("menu"):
            continue  # a menu is left by Tab; its own keys are web_app.py's
        accessibility.check(case.browser, name, with_keys=True)


def test_screens_keep_still(case):
    case.browser.set_media(still=True)
    for name in ("viewer_reconnecting", "preparing", "logged_off"):
        reset(case)
        SCREENS[name](case)
        accessibility.check_stillness(case.browser, name)


if __name__ == "__main__":
    sys.exit(main_of(globals(), PortalCase))
