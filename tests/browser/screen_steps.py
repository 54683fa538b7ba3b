# SPDX-License-Identifier: Apache-2.0
"""Steps that lead to many screens, and what the stub broker has from the start."""

PROVIDERS = [{"name": "local", "label": "Local accounts", "kind": "password"},
             {"name": "corp", "label": "Example Organisation", "kind": "redirect"},
             {"name": "lab", "label": "Laboratory of the Faculty of Natural Sciences", "kind": "redirect"}]


def sign_in_row(key, client, address, day, **members):
    return {"id": key, "method": "password", "client": client, "address": address, "created": f"2026-0{day}T08:00:00Z",
            "last_used": f"2026-0{day}T09:12:00Z", "expires": "2126-05-08T08:00:00Z", "current": False, **members}


THIS_BROWSER = sign_in_row("here", "Chrome on Linux", "192.0.2.4", "5-01", current=True)


def sign_in(case, password="correct horse"):
    browser = case.browser
    browser.fill("input[name=username]", "alice")
    browser.fill("input[type=password]", password)
    browser.find("form [type=submit]").click()


def desktops(case, *items):
    case.broker.desktops = list(items)
    sign_in(case)
    case.browser.find(".cards[aria-busy=false]" if items else ".empty")
