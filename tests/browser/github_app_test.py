"""A GitHub App made by clicking: a real server, a stand-in for GitHub that shows its own forms, and back."""
import os
import pathlib
import re
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from harness.daemon import Daemon  # noqa: E402
from harness.github import GitHub  # noqa: E402
from harness.github_manifest import GitHubManifests  # noqa: E402


@pytest.fixture
def forge(tmp_path):
    with GitHub() as github:
        github.manifests = GitHubManifests(github, tmp_path / "apps")
        for n in range(3):
            github.hooks.add(f"acme/app{n}", f"{github.url}/acme/app{n}.git", 4711 + n)
        github.manifests.owned = ["acme/app0", "acme/app1", "acme/app2"]
        yield github
        assert github.manifests.complaints == []


@pytest.fixture
def server(forge, tmp_path):
    binary = pathlib.Path(os.environ.get("TRIPHAMMER", ROOT / "build" / "triphammer"))
    daemon = Daemon(binary, tmp_path / "daemon", {
        "github": {"api_url": forge.url, "url": forge.url, "mode": "poll"}, "git": {"insecure_hosts": ["127.0.0.1"]}})
    yield daemon.start()
    daemon.close()


@pytest.fixture
def page(chromium, server):
    """Signed in by the set-up link; ends without an error of the page or its policy."""
    chromium.resize(1280, 800)
    chromium.open(re.search(r"http\S+", server.admin("setup-link").stdout)[0])
    chromium.wait_text("Sign in as administrator")
    chromium.click(".gate > .buttons button")
    chromium.wait(lambda: chromium.run("return location.pathname") == "/", "signed in")
    yield chromium
    errors = [entry["message"] for entry in chromium.console() if entry["level"] == "SEVERE" and "/api/v1/" not in entry["message"]]
    chromium.open("about:blank")
    assert [one for one in errors if "favicon" not in one] == []


def go(page, server):
    page.open(f"{server.url}/connect")
    page.wait_text("Connect with a GitHub App")
    page.click("a[href='/connect/github']")
    page.wait_text("This server is not reached from outside")


def test_the_whole_way_by_clicks(page, server, forge):
    go(page, server)
    page.click("form .primary")
    page.wait(lambda: page.run("return document.title") == "Register new GitHub App", "GitHub's form")
    page.click("button")
    page.wait(lambda: page.run("return document.title") == "Install", "GitHub asks where")
    page.click("button")

    page.wait_text("was made from here.")
    page.wait_text("Find one of 3")
    assert page.run("return location.origin") == server.url
    page.run("[...document.querySelectorAll('button')].find((one) => one.textContent === 'Make another webhook secret').click()")
    page.wait_text("GitHub signs with another one; the old one is valid until")
    page.type("input[type=search]", "app1")
    page.wait(lambda: page.count(".switches li") == 1, "only what was looked for")
    page.click(".switches input")
    page.wait_text("acme/app1 is built here now.")
    assert [one["full_name"] for one in server.get("/repositories")["items"]] == ["acme/app1"]
    page.click(".switches input")
    page.wait_text("is not built here any more")
    assert server.get("/repositories")["items"] == []


def test_a_code_that_is_worth_nothing_leads_to_what_to_do(page, server, forge):
    go(page, server)
    page.click("form .primary")
    page.wait(lambda: page.run("return document.title") == "Register new GitHub App", "GitHub's form")
    state = page.run("return document.querySelector('[name=state]').value")
    page.open(f"{server.url}/connect/github?code={'0' * 40}&state={state}")

    page.wait_text("GitHub answered 404", ".failure-note")
    assert page.run("return location.search") == ""
    page.click(".buttons a")
    page.wait_text("GitHub makes an App of your own")


def test_an_answer_to_nobody_and_a_cancel_are_explained(page, server, forge):
    page.open(f"{server.url}/connect/github?code={'0' * 40}&state={'1' * 64}")
    page.wait_text("does not belong to a beginning in this browser", ".failure-note")

    page.open(f"{server.url}/connect/github?error=access_denied&error_description=You+cancelled")
    page.wait_text("GitHub made no App: You cancelled", ".failure-note")
