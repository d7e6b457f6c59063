#!/usr/bin/env python3
"""Takes a picture of the dashboard: picture.py OUT.png URL [--setup LINK] [--theme dark] [--size 1280x800].

Without URL the stand-in's failed run is shown. LINK is what `triphammer setup-link` prints.
"""
import argparse
import pathlib
import time

from conftest import ROOT, Site
from webdriver import Browser, Driver


def read_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("url", nargs="?")
    parser.add_argument("--setup")
    parser.add_argument("--theme", default="light", choices=["light", "dark"])
    parser.add_argument("--size", default="1280x800")
    return parser.parse_args()


def take(browser, arguments, url):
    browser.use_theme(arguments.theme)
    if arguments.setup:
        browser.open(arguments.setup)
        browser.wait_text("Sign in as administrator")
        browser.click(".gate .buttons button")
        browser.wait(lambda: browser.run("return location.pathname") == "/", "the session")
    browser.open(url)
    browser.wait_text("live", ".connection")
    time.sleep(1)  # for fonts and the last answers: a picture, not a test
    browser.screenshot(arguments.out)


def main():
    arguments = read_arguments()
    width, height = map(int, arguments.size.split("x"))
    site = None if arguments.url else Site(ROOT / "web/dist")
    driver = Driver()
    try:
        browser = Browser(driver, width, height)
        take(browser, arguments, arguments.url or f"{site.url}/runs/483")
        browser.quit()
    finally:
        driver.quit()
        if site:
            site.close()


if __name__ == "__main__":
    main()
