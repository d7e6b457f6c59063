"""One browser with a fresh profile for the session; a stand-in server, so an origin, for each test."""
import json
import os
import pathlib
import subprocess
import urllib.request

import pytest

from webdriver import Browser, Driver

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Site:
    """The stand-in for the daemon (support/server.mjs) and the test's way into it."""

    def __init__(self, dist):
        server = pathlib.Path(__file__).with_name("support") / "server.mjs"
        self.process = subprocess.Popen(["node", str(server), str(dist)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.url = f"http://127.0.0.1:{self.process.stdout.readline().split()[1]}"

    def control(self, action, /, **body):
        request = urllib.request.Request(f"{self.url}/control/{action}", json.dumps(body).encode(), method="POST")
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.loads(answer.read())

    def api(self, path):
        with urllib.request.urlopen(f"{self.url}/api/v1{path}", timeout=10) as answer:
            return json.loads(answer.read())

    def requests(self, part):
        return [line for line in self.control("seen")["requests"] if part in line]

    def close(self):
        self.process.stdin.close()
        self.process.wait(10)


@pytest.fixture(scope="session")
def dist(tmp_path_factory):
    """The built dashboard: TRIPHAMMER_WEB_DIST, or built here from web/."""
    given = os.environ.get("TRIPHAMMER_WEB_DIST")
    if given:
        return pathlib.Path(given)
    folder = tmp_path_factory.mktemp("web") / "dist"
    if not (ROOT / "web/node_modules").exists():
        subprocess.run(["npm", "ci", "--no-progress"], cwd=ROOT / "web", check=True)
    subprocess.run(["node", "build.mjs", "--out", str(folder)], cwd=ROOT / "web", check=True)
    return folder


@pytest.fixture(scope="session")
def chromium():
    driver = Driver()
    try:
        page = Browser(driver)
        yield page
        page.quit()
    finally:
        driver.quit()


@pytest.fixture
def site(dist):
    running = Site(dist)
    yield running
    running.close()


def is_error(entry):
    """An answer of the API that is not 2xx is no error of the page."""
    return entry["level"] == "SEVERE" and "/api/v1/" not in entry["message"]


@pytest.fixture
def browser(chromium, site):
    """Every test ends with: no console error, no violation of the policy, no script from outside ran."""
    chromium.resize(1280, 800)
    chromium.use_theme("light")
    yield chromium
    calm = chromium.run("return window.broken === undefined")
    errors = [entry["message"] for entry in chromium.console() if is_error(entry)]
    chromium.open("about:blank")
    assert calm, "text from outside ran as a script"
    assert errors == []
    assert site.control("seen")["csp"] == []
