# SPDX-License-Identifier: Apache-2.0
"""Whether a page can be used without seeing it well and without a mouse: accessibility.js in the page, the names that Chromium
itself computes for a screen reader, the way of the Tab key, and stillness for who asked for it."""
import os

from processes import Failed

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "accessibility.js")) as source:
    SCRIPT = source.read()

NAMED = {"button", "link", "textbox", "combobox", "menuitem", "menu", "dialog", "alertdialog", "progressbar", "image", "heading",
         "navigation", "application", "checkbox", "group"}
FOCUSED = """
const element = document.activeElement;
if (!element || element === document.body) return null;
const style = getComputedStyle(element), box = element.getBoundingClientRect();
window.focusOrder ??= new Map();
if (!focusOrder.has(element)) focusOrder.set(element, focusOrder.size);
return {index: focusOrder.get(element), text: `<${element.localName}> “${element.textContent.slice(0, 40)}”`,
  isMarked: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
  isSeen: box.width > 0 && box.height > 0 && box.right > 0 && box.bottom > 0 && box.left < innerWidth && box.top < innerHeight};
"""
STOPS = """
const scope = document.querySelector("dialog[open]") || document;
return [...scope.querySelectorAll("a[href], button, input, select, textarea")].filter((element) => element.tabIndex >= 0
  && !element.disabled && element.checkVisibility({visibilityProperty: true}) && element.getClientRects().length > 0).length;
"""
RUNNING = """
return document.getAnimations().filter((one) => one.playState === "running"
  && one.effect.getComputedTiming().endTime > 100).map((one) => one.animationName || one.transitionProperty);
"""
MOST_STOPS = 80


def unnamed(browser):
    nodes = browser.driver.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    return [f"a {node['role']['value']} without a name" for node in nodes
            if not node.get("ignored") and node["role"]["value"] in NAMED and not node.get("name", {}).get("value", "").strip()]


def faults(browser):
    return browser.script(SCRIPT) + unnamed(browser)


def tab_faults(browser):
    """Tab reaches every control once, in a circle, each in sight and marked."""
    stops = browser.script("document.activeElement.blur(); window.focusOrder = new Map();" + STOPS)
    found, order = [], []
    for _ in range(MOST_STOPS):
        browser.driver.execute_cdp_cmd("Input.dispatchKeyEvent", {"type": "keyDown", "key": "Tab", "code": "Tab",
                                                                  "windowsVirtualKeyCode": 9})
        browser.driver.execute_cdp_cmd("Input.dispatchKeyEvent", {"type": "keyUp", "key": "Tab", "code": "Tab",
                                                                  "windowsVirtualKeyCode": 9})
        focus = browser.script(FOCUSED)
        if focus is None:
            continue  # between the page's end and its beginning
        if focus["index"] in order:
            break
        order.append(focus["index"])
        found += [f"{focus['text']} {what}" for what, isRight in (("has the focus and is not marked", focus["isMarked"]),
                                                                  ("has the focus out of sight", focus["isSeen"])) if not isRight]
    if len(order) != stops:
        found.append(f"Tab reaches {len(order)} of {stops} controls")
    return found


def check(browser, where, with_keys=False):
    wrong = faults(browser) + (tab_faults(browser) if with_keys else [])
    if wrong:
        raise Failed(f"{where}: " + "; ".join(wrong))


def check_stillness(browser, where):
    moving = browser.script(RUNNING)
    if moving:
        raise Failed(f"{where}: moves although less motion was asked for: {moving}")
