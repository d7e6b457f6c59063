"""One chromedriver for the session; a fresh browser and a fresh stand-in server for each test."""
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

    def control(self, name, **body):
        request = urllib.request.Request(f"{self.url}/control/{name}", json.dumps(body).encode(), method="POST")
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
def driver():
    running = Driver()
    yield running
    running.quit()


@pytest.fixture
def site(dist):
    running = Site(dist)
    yield running
    running.close()


@pytest.fixture
def browser(driver, site):
    """Every test ends with: no console error, no violation of the policy, no script from outside ran."""
    page = Browser(driver)
    yield page
    try:
        broken = page.run("return window.broken === undefined")
        severe = [entry["message"] for entry in page.console() if entry["level"] == "SEVERE" and "/api/v1/" not in entry["message"]]
        assert broken, "text from outside ran as a script"
        assert severe == []
        assert site.control("seen")["csp"] == []
    finally:
        page.quit()
