"""Channels of the server: each run is told where it should be, once, whatever is away meanwhile."""
import contextlib
import sqlite3

import pytest

from harness.chats import Chats
from harness.mail_server import MailServer

ALLOWED = ["127.0.0.1"]
WORKFLOW = """
name: CI
on: push
jobs:
  test:
    name: "<b>test</b> & <!channel>"
    runs-on: host
    steps:
      - uses: actions/checkout@v4
      - run: test -e good
"""


@pytest.fixture
def chats():
    with Chats() as server:
        yield server
        assert server.complaints == []


@pytest.fixture
def mail(tmp_path):
    with MailServer(tmp_path) as server:
        yield server
        assert server.complaints == []


def channels_of(chats, **more):
    return {
        "phone": {"type": "telegram", "token": "123:token", "chat": "-100", "api_url": chats.url,
                  "on": ["started", "failed", "recovered", "succeeded"]},
        "team": {"type": "slack", "url": f"{chats.url}/slack/T0/B0/x"},
        "graphs": {"type": "datadog", "key": "dd-key", "api_url": chats.url, "on": ["started", "failed", "recovered"]},
        "hook": {"type": "webhook", "url": f"{chats.url}/hook", "secret": chats.secret,
                 "on": ["started", "failed", "recovered", "cancelled"]},
        **more,
    }


def configured(channels, allowed=ALLOWED):
    return {"notify": {"allow_private": allowed, "channels": channels}}


def broken_then_mended(daemon, git, workflow=WORKFLOW):
    """A red run and a green one; their ids."""
    repository = git.repository("acme/app")
    daemon.add_repository(repository)
    message = "<!channel> <script>&amp; @all"
    bad = daemon.run_of_push(repository, repository.commit({".triphammer/ci.yml": workflow}, message), message=message)
    good = daemon.run_of_push(repository, repository.commit({"good": "1"}))
    assert (bad["state"], good["state"]) == ("failed", "succeeded")
    return bad, good


def test_chats_hear_of_a_failure_and_of_its_end(make_daemon, git, chats):
    channels = channels_of(chats)
    channels["hook"]["text"] = "{title}, {url}\n{deployments}\n{failed_jobs}\n"
    daemon = make_daemon(**configured(channels))

    bad, good = broken_then_mended(daemon, git)

    keys = {f"triphammer-run-{run['id']}" for run in (bad, good)}
    daemon.wait_for(lambda: len(chats.bodies("slack")) == 2 and len(chats.telegram) == 2
                    and len(chats.bodies("webhook")) == 4
                    and {body["aggregation_key"] for body in chats.bodies("datadog")} == keys, 20, str(chats.got))
    daemon.wait_for(lambda: "❌" in chats.telegram[1] and "recovered" in chats.telegram[2], 20, str(chats.telegram))
    assert "&lt;b&gt;test&lt;/b&gt; &amp; &lt;!channel&gt;" in chats.telegram[1]
    failed, recovered = chats.bodies("slack")
    assert "CI #1 failed: acme/app main" in failed["text"] and "CI #2 recovered" in recovered["text"]
    assert "&lt;!channel&gt;" in failed["blocks"][0]["text"]["text"]
    events = [body["data"]["event"] for body in chats.bodies("webhook")]
    assert events == ["started", "failed", "started", "recovered"]
    told = chats.bodies("webhook")[1]["data"]
    assert told["url"] == f"{daemon.url}/runs/{bad['id']}" and told["failed_jobs"][0]["what"].startswith("a step failed")
    title, jobs = told["text"].split("\n")
    assert title.endswith(f", {told['url']}") and jobs.startswith("<b>test</b> & <!channel>: a step failed"), told["text"]


def test_letters_of_one_run_are_a_thread_over_tls(make_daemon, git, mail):
    daemon = make_daemon(**configured({"post": mail.settings(on=["started", "failed", "recovered"])}))

    broken_then_mended(daemon, git)

    daemon.wait_for(lambda: [one for one in mail.letters if "recovered" in one["Subject"]], 20, str(mail.letters))
    failed = next(one for one in mail.letters if "failed" in one["Subject"])
    assert failed["Subject"].removeprefix("Re: ") == "CI #1 failed: acme/app main"
    assert failed.envelope == ("<ci@example.com>", ["<ada@example.com>"])
    assert failed["Auto-Submitted"] == "auto-generated" and failed["List-Id"]
    text, html = failed.get_body(("plain",)).get_content(), failed.get_body(("html",)).get_content()
    assert f"{daemon.url}/runs/1" in text and "a step failed" in text
    assert "&lt;script&gt;&amp;amp; @all" in html and "<script>" not in html
    first = [one for one in mail.letters if "#1" in one["Subject"]]
    assert all(one["In-Reply-To"] == first[0]["Message-ID"] for one in first[1:])
    assert mail.commands == []


def test_starttls_never_falls_back(make_daemon, git, tmp_path):
    for name, options in {"none": {"tls": "none"}, "more": {"tls": "starttls", "injects": True},
                          "other": {"tls": "starttls", "name": "mail.example.com"}, "good": {"tls": "starttls"}}.items():
        (tmp_path / name).mkdir()
        with MailServer(tmp_path / name, **options) as server:
            settings = {**server.settings(), "tls": "starttls"}
            daemon = make_daemon(name, **configured({"post": settings}))
            tried = daemon.admin("notify", "test", "post", check=False)
            assert (tried.returncode == 0) == (name == "good"), (name, tried.stderr)
            assert len(server.letters) == (1 if name == "good" else 0)
            assert server.complaints == []
            assert all(said.startswith(("EHLO", "STARTTLS")) for said in server.commands), server.commands
            daemon.stop()


def test_what_is_away_hears_of_it_later_and_holds_up_nobody(make_daemon, git, chats, mail):
    channels = channels_of(chats, post=mail.settings())
    daemon = make_daemon(**configured(channels))
    mail.answers = ["451 later"]
    mail.loses = 1
    chats.failures = [(503, "away"), (503, "away"), (503, "away")]

    broken_then_mended(daemon, git)
    daemon.kill()
    daemon.start()

    def told():
        """What a killed daemon had sent and not noted comes again: under the same id."""
        return ({body["text"] for body in chats.bodies("slack")}, {body["id"] for body in chats.bodies("webhook")})
    daemon.wait_for(lambda: [len(found) for found in told()] == [2, 4], 40, str(chats.got))
    for word in ("failed", "recovered"):
        daemon.wait_for(lambda: [one for one in mail.letters if word in one["Subject"]], 40, str(mail.letters))
    daemon.wait_for(lambda: sorted(text[0] for text in chats.telegram.values()) == ["✅", "❌"], 40, str(chats.telegram))
    ids = [one["Message-ID"] for one in mail.letters if "failed" in one["Subject"]]
    assert len(set(ids)) == 1, "a letter whose end nobody knew came again under another name"
    by_event = {(body["data"]["run"], body["data"]["event"]): body["id"] for body in chats.bodies("webhook")}
    assert len(by_event) == len(told()[1]) == 4


def test_what_nobody_takes_is_a_dead_letter_that_can_be_sent_again(make_daemon, git, chats):
    daemon = make_daemon(**configured({"team": channels_of(chats)["team"]}))
    chats.failures = [(400, "invalid_payload")]
    repository = git.repository("acme/app")
    daemon.add_repository(repository)

    daemon.run_of_push(repository, repository.commit({".triphammer/ci.yml": WORKFLOW}))

    daemon.wait_for(lambda: daemon.get("/messages?state=dead")["items"], 20, "no dead letter")
    [dead] = daemon.get("/messages?state=dead")["items"]
    assert dead["channel"] == "notify:team" and "answered 400: invalid_payload" in dead["error"]
    assert daemon.get("/channels")["items"][0]["dead"] == 1
    assert "invalid_payload" in daemon.admin("notify", "messages").stdout
    daemon.admin("notify", "redeliver", dead["id"])
    daemon.wait_for(lambda: chats.bodies("slack"), 20, "it was not sent again")
    assert daemon.get("/messages?state=dead")["items"] == []


def test_a_workflow_says_itself_who_hears_of_it(make_daemon, git, chats):
    channels = {"team": channels_of(chats)["team"], "hook": {**channels_of(chats)["hook"], "repositories": ["other/*"]}}
    daemon = make_daemon(**configured(channels))

    bad, _ = broken_then_mended(daemon, git, WORKFLOW + "notify: { team: success, hook: always }\n")

    daemon.wait_for(lambda: chats.bodies("slack"), 40, str(chats.got))
    [told] = chats.bodies("slack")
    assert "CI #2 succeeded" in told["text"] and bad["number"] == 1
    assert chats.bodies("webhook") == [], "a channel hears of its own repositories only"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "[::1]",
                                  "169.254.169.254", "10.1.2.3"])
def test_an_address_of_the_own_network_is_refused_when_it_is_saved(make_daemon, chats, host):
    hook = {"type": "webhook", "url": f"https://{host}/hook", "secret": chats.secret}
    daemon = make_daemon(start=False, **configured({"hook": hook}, []))

    checked = daemon.admin("config", "check", check=False)

    assert checked.returncode == 2 and "notify.allow_private" in checked.stderr, checked.stderr


SHIP = """
name: Ship
on: push
jobs:
  ship:
    runs-on: host
    environment: production
    steps: [run: "true"]
"""


def test_a_question_that_nobody_answers_is_told_and_is_the_reason_at_github(make_daemon, git, github, chats):
    channels = {"hook": {**channels_of(chats)["hook"], "on": ["approval_needed", "expired", "failed"]}}
    daemon = make_daemon(**configured(channels))
    repository = git.repository("acme/app")
    daemon.add_repository(repository)
    daemon.admin("environment", "set", "acme/app", "production", "--approvals", "1", "--expires", "60")
    sha = repository.commit({".triphammer/ship.yml": SHIP})
    [run] = daemon.delivery(daemon.push(repository, sha))["runs"]
    daemon.wait_for(lambda: daemon.get("/approvals?state=pending")["items"], message=daemon.tail())

    daemon.stop()
    with contextlib.closing(sqlite3.connect(daemon.data / "triphammer.db", isolation_level=None)) as database:
        database.execute("UPDATE approvals SET expires_at = 1")
        database.execute("UPDATE jobs SET wake_at = 1 WHERE wake_at IS NOT NULL")
    daemon.start()

    assert daemon.finished_run(run)["state"] == "failed"
    reason = "nobody answered approval 1 within 1 h"
    daemon.wait_for(lambda: len(chats.bodies("webhook")) == 3, 20, str(chats.got))
    told = {body["data"]["event"]: body["data"] for body in chats.bodies("webhook")}
    assert told["expired"]["approvals"] == [{"name": "production", "what": reason, "url": f"{daemon.url}/approvals/1"}]
    assert reason in told["failed"]["failed_jobs"][0]["what"]
    daemon.wait_for(lambda: set(github.last_states(sha).values()) == {"failure"}, 20, str(github.statuses))
    assert github.statuses[-1][3]["description"] == f"timed out: {reason}"
    late = daemon.api("/approvals/1/approve", "POST", json={})
    assert late.status_code == 409 and "expired" in late.text


def test_a_question_and_its_answer_are_one_message_of_the_run(make_daemon, git, chats):
    heard = ["started", "approval_needed", "approved", "succeeded"]
    channels = channels_of(chats)
    channels["phone"]["on"], channels["hook"]["on"] = heard, [*heard, "rejected"]
    daemon = make_daemon(**configured({name: channels[name] for name in ("phone", "team", "hook")}))
    repository = git.repository("acme/app")
    daemon.add_repository(repository)
    daemon.admin("environment", "set", "acme/app", "production", "--approvals", "1")

    [run] = daemon.delivery(daemon.push(repository, repository.commit({".triphammer/ship.yml": SHIP})))["runs"]
    [asked] = daemon.wait_for(lambda: daemon.get("/approvals?state=pending")["items"], message=daemon.tail())
    link = f"{daemon.url}/approvals/{asked['id']}"
    daemon.wait_for(lambda: f'<a href="{link}">Ship #1 needs an approval: acme/app main</a>' in chats.telegram.get(1, ""), 20, str(chats.telegram))
    assert "production</a>: waits, 0 of 1" in chats.telegram[1]
    daemon.wait_for(lambda: link in str(chats.bodies("slack")), 20, "who names no events hears that something waits")
    assert daemon.api(f"/approvals/{asked['id']}/approve", "POST", json={"comment": "<b>fine</b>"}).status_code == 200
    assert daemon.finished_run(run)["state"] == "succeeded"

    daemon.wait_for(lambda: "succeeded" in chats.telegram[1] and len(chats.bodies("webhook")) == 4, 20, str(chats.got))
    assert list(chats.telegram) == [1], "one message a run"
    told = {body["data"]["event"]: body["data"] for body in chats.bodies("webhook")}
    assert set(told) == set(heard)
    assert told["approval_needed"]["approvals"] == [{"name": "production", "what": "waits, 0 of 1", "url": link}]
    assert told["approved"]["url"] == f"{daemon.url}/runs/{run}" and told["approved"]["approvals"][0]["what"].endswith(": <b>fine</b>")
