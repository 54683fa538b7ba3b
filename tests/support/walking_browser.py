#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A “browser” that programs open: goes where it is sent, as somebody who is signed in at the provider, and writes what the last
page says to $WALKED."""
import os
import sys
import urllib.parse

from openid_provider import Browser

REDIRECTS_MAX = 20


def main():
    browser = Browser(*os.environ["WALKER_AUTHORITIES"].split(":"))
    address = sys.argv[1]
    for _ in range(REDIRECTS_MAX):
        status, headers, text = browser.ask("GET", address)
        if "Location" not in headers:
            break
        address = urllib.parse.urljoin(address, headers["Location"])
    with open(os.environ["WALKED"], "a") as file:
        file.write(f"{status} {text}\n")


if __name__ == "__main__":
    sys.exit(main())
