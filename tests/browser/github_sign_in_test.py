"""Signing in through GitHub by clicking: a real server, a stand-in that asks as GitHub does, and back."""
import os
import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from harness.daemon import Daemon, free_port  # noqa: E402
from harness.github import GitHub  # noqa: E402
from harness.github_oauth import GitHubOAuth  # noqa: E402


@pytest.fixture
def forge():
    with GitHub() as github:
        yield github
        assert github.oauth.complaints == [] and github.oauth.tokens == {}


@pytest.fixture
def server(forge, tmp_path):
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    forge.oauth = GitHubOAuth(f"{url}/sign-in/github")
    auth = {"client_id": forge.oauth.client_id, "client_secret": forge.oauth.client_secret, "organizations": ["acme"], "role": "viewer"}
    binary = pathlib.Path(os.environ.get("TRIPHAMMER", ROOT / "build" / "triphammer"))
    daemon = Daemon(binary, tmp_path / "daemon", {"public_url": url, "github": {"api_url": forge.url, "url": forge.url}, "auth": {"github": auth}}, port=port)
    yield daemon.start()
    daemon.close()


@pytest.fixture
def page(chromium, server):
    chromium.resize(1280, 800)
    yield chromium
    errors = [entry["message"] for entry in chromium.console() if entry["level"] == "SEVERE" and "/api/v1/" not in entry["message"]]
    chromium.open("about:blank")
    assert [one for one in errors if "favicon" not in one] == []


def go(page, server, address, button):
    page.open(server.url + address)
    page.wait_text("Sign in with GitHub")
    page.click(".gate > .buttons button")
    page.wait(lambda: page.run("return document.title") == "Authorize application", "GitHub asks")
    page.click(button)


def test_a_member_comes_back_to_the_page_that_was_asked_for(page, server, forge):
    forge.oauth.add("ada", 4711, acme=9)
    go(page, server, "/environments", ".yes")
    page.wait_text("Environments", "h1")
    assert page.run("return location.pathname + location.search") == "/environments"
    page.click(".initials")
    page.wait_text("You sign in as ada there (number 4711)")
    page.run("[...document.querySelectorAll('button')].find((one) => one.textContent === 'Unlink').click()")
    page.wait_text("has no password, and no other way in", ".toast")


def test_no_at_github_and_a_stranger_are_told_what_to_do(page, server, forge):
    forge.oauth.add("eve", 666)
    go(page, server, "/", "button")
    page.wait_text("you said no at GitHub", ".failure-note")
    assert page.run("return location.search") == ""
    go(page, server, "/", ".yes")
    page.wait_text("eve at GitHub does not belong to acme", ".failure-note")
    page.click(".gate .button")
    page.wait_text("Sign in to Triphammer")
