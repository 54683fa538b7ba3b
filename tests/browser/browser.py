# SPDX-License-Identifier: Apache-2.0
"""Headless Chromium for the tests: started with a profile of its own, driven by chromedriver, ended with the test."""
import io
import os
import shutil
import tempfile
import threading

from PIL import Image
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

from processes import Failed, wait_until

ARGUMENTS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
             "--disable-background-networking", "--disable-component-update", "--disable-sync", "--lang=en",
             "--no-default-browser-check", "--password-store=basic", "--autoplay-policy=no-user-gesture-required"]

# Characters of a US keyboard: KeyboardEvent.code, and whether Shift is held.
KEYS = {" ": ("Space", False), "\n": ("Enter", False)}
KEYS.update({letter: (f"Key{letter.upper()}", False) for letter in "abcdefghijklmnopqrstuvwxyz"})
KEYS.update({letter.upper(): (f"Key{letter.upper()}", True) for letter in "abcdefghijklmnopqrstuvwxyz"})
KEYS.update({digit: (f"Digit{digit}", False) for digit in "0123456789"})
for pair, name in (("-_", "Minus"), ("=+", "Equal"), ("[{", "BracketLeft"), ("]}", "BracketRight"), (";:", "Semicolon"),
                   ("'\"", "Quote"), ("`~", "Backquote"), ("\\|", "Backslash"), (",<", "Comma"), (".>", "Period"),
                   ("/?", "Slash"), ("1!", "Digit1"), ("2@", "Digit2"), ("3#", "Digit3"), ("4$", "Digit4"), ("5%", "Digit5"),
                   ("6^", "Digit6"), ("7&", "Digit7"), ("8*", "Digit8"), ("9(", "Digit9"), ("0)", "Digit0")):
    KEYS[pair[0]], KEYS[pair[1]] = (name, False), (name, True)

MODIFIERS = {"AltLeft": ("Alt", 1), "ControlLeft": ("Control", 2), "ShiftLeft": ("Shift", 8)}


class Browser:
    def __init__(self, width=1280, height=900, dark=False, ca_file=None):
        self.profile = tempfile.mkdtemp(prefix="caraway-browser-")
        self.downloads = os.path.join(self.profile, "downloads")
        os.mkdir(self.downloads)
        options = Options()
        options.binary_location = "/usr/bin/chromium"
        for argument in ARGUMENTS:
            options.add_argument(argument)
        options.add_argument(f"--user-data-dir={self.profile}/profile")
        options.add_argument(f"--window-size={width},{height}")
        # The certificates of a test have no place in the system's store; everything else about TLS stays as it is.
        options.add_argument("--ignore-certificate-errors")
        options.add_experimental_option("prefs", {"download.default_directory": self.downloads,
                                                  "credentials_enable_service": False})
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
        self.set_size(width, height)
        self.set_dark(dark)

    def close(self):
        self.driver.quit()
        shutil.rmtree(self.profile, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def set_size(self, width, height):
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})

    def set_dark(self, dark):
        self.set_media(dark)

    def set_media(self, dark=False, still=False):
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
            {"name": "prefers-reduced-motion", "value": "reduce" if still else "no-preference"}]})

    def set_languages(self, languages):
        """What the person prefers, e.g. "de-AT,de,en"."""
        agent = self.script("return navigator.userAgent")
        self.driver.execute_cdp_cmd("Emulation.setUserAgentOverride", {"userAgent": agent, "acceptLanguage": languages})

    def go(self, url):
        self.driver.get(url)

    def find(self, css, limit_s=60):
        """The first visible element, waited for."""
        def visible():
            for element in self.driver.find_elements(By.CSS_SELECTOR, css):
                if element.is_displayed():
                    return element
            return None
        return self.wait(visible, f"“{css}” on the page", limit_s)

    def gone(self, css, limit_s=60):
        return self.wait(lambda: not any(element.is_displayed() for element in self.driver.find_elements(By.CSS_SELECTOR, css)),
                         f"“{css}” to go", limit_s)

    def wait(self, condition, what, limit_s=60):
        def tolerant():
            try:
                return condition()
            except StaleElementReferenceException:
                return None
        try:
            return wait_until(tolerant, limit_s, what)
        except Failed as failure:
            text = self.driver.find_element(By.TAG_NAME, "body").text
            raise Failed(f"{failure}\nthe page says: {text}\nthe console says: {self.console()}") from None

    def text(self, css="body"):
        return self.find(css).text

    def wait_text(self, text, css="body", limit_s=60):
        self.wait(lambda: text in self.find(css).text, f"the text “{text}”", limit_s)

    def button(self, label, scope=""):
        """The button or link with this visible text or accessible name."""
        def found():
            for element in self.driver.find_elements(By.CSS_SELECTOR, f"{scope} button, {scope} a, {scope} [role=menuitem]"):
                if element.is_displayed() and label in (element.text.strip(), element.get_attribute("aria-label")):
                    return element
            return None
        return self.wait(found, f"the button “{label}”")

    def press(self, label, scope=""):
        def pressed():
            element = self.button(label, scope)
            if not element.is_enabled():
                return False
            element.click()
            return True
        self.wait(pressed, f"the button “{label}” to be enabled")

    def fill(self, css, value):
        element = self.find(css)
        element.clear()
        element.send_keys(value)

    def script(self, text, *arguments):
        return self.driver.execute_script(text, *arguments)

    def picture(self, path=None):
        """What the page shows; also written to `path` (PNG)."""
        png = self.driver.get_screenshot_as_png()
        if path:
            with open(path, "wb") as file:
                file.write(png)
        return Image.open(io.BytesIO(png)).convert("RGB")

    def console(self):
        return [entry["message"] for entry in self.driver.get_log("browser")]

    # Keys by their place on a US keyboard, as a person's hands would press them

    def key_event(self, kind, code, key, modifiers):
        self.driver.execute_cdp_cmd("Input.dispatchKeyEvent", {"type": kind, "code": code, "key": key, "modifiers": modifiers})

    def chord(self, *codes):
        held = 0
        for code in codes:
            name, bit = MODIFIERS.get(code, (code, 0))
            held |= bit
            self.key_event("rawKeyDown", code, name, held)
        for code in reversed(codes):
            name, bit = MODIFIERS.get(code, (code, 0))
            held &= ~bit
            self.key_event("keyUp", code, name, held)

    def type_keys(self, text, pace_s=0):
        """Types as hands do, a key every `pace_s`: the keyboard of an emulated PC holds only a few."""
        hands = threading.Event()
        for character in text:
            code, shifted = KEYS[character]
            self.chord(*(["ShiftLeft"] if shifted else []), code)
            hands.wait(pace_s)


def artefact(name):
    """Where pictures are kept for people to look at."""
    folder = os.path.join(os.path.dirname(os.environ["CARAWAY_BUILD"]), "artefacts")
    os.makedirs(folder, exist_ok=True)
    return os.path.join(folder, name)
