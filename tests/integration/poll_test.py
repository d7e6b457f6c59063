"""Deliveries out of GitHub's log: without a public address, and after an outage. Nothing twice, nothing missed."""
import collections
import time

import pytest

from harness import payloads
from harness.github_app import GitHubApp

WORKFLOW = "on: push\njobs:\n  a:\n    runs-on: host\n    steps:\n      - run: echo hello\n"


@pytest.fixture
def hooks(github, git):
    github.hooks.source = git.repository("acme/app")
    github.hooks.add("acme/app", github.hooks.source.clone_url)
    github.hooks.tokens["good"] = "repo, admin:repo_hook"
    return github.hooks


def settings(github, **more):
    return {"github": {"api_url": github.url, "token": github.token, "mode": "poll", "poll_seconds": 1, **more}}


@pytest.fixture
def polling(make_daemon, github, hooks):
    hooks.is_delivering = False
    return make_daemon(**settings(github))


def add(daemon, tmp_path):
    (tmp_path / "token").write_text("good\n")
    return daemon.admin("repo", "add", "acme/app", "--token-file", str(tmp_path / "token"))


def happen(hooks, n):
    """A push that starts nothing; each is a fact of its own."""
    hooks.happen("acme/app", "push", payloads.push(
        "acme/app", hooks.source.clone_url, payloads.ZERO, before=f"{n:040x}"))
    return hooks.deliveries[-1]["guid"]


def kept(daemon):
    """GUID → how often it was kept."""
    count, query = collections.Counter(), "/deliveries?limit=100"
    while query:
        page = daemon.get(query)
        count.update(item["guid"] for item in page["items"] if item["outcome"] != "refused")
        query = page["next"] and f"/deliveries?limit=100&cursor={page['next']}"
    return count


def wait_for_all(daemon, guids, seconds=30):
    daemon.wait_for(lambda: set(guids) <= set(kept(daemon)), seconds, "a delivery is missing", pause=0.2)
    assert set(kept(daemon).values()) == {1}


def test_a_server_that_nobody_reaches_builds_all_the_same(polling, hooks, tmp_path):
    done = add(polling, tmp_path)
    assert "GitHub's ping arrived" in done.stdout
    [hook] = hooks.repositories["acme/app"].hooks.values()
    assert hook["config"]["url"].startswith(f"https://{polling.server_id}.triphammer.invalid/webhooks/github/")

    sha = hooks.source.commit({".triphammer/a.yml": WORKFLOW})
    hooks.happen("acme/app", "push", payloads.push("acme/app", hooks.source.clone_url, sha))

    found = polling.delivery(hooks.deliveries[-1]["guid"])
    [run] = found["runs"]
    assert polling.finished_run(run)["state"] == "succeeded"


def test_lost_answers_repeated_pages_and_kills_miss_nothing_and_double_nothing(polling, hooks, tmp_path):
    add(polling, tmp_path)
    hooks.page_size = 3
    guids = []
    for round_ in range(4):
        guids += [happen(hooks, round_ * 10 + n) for n in range(10)]
        hooks.repeat_pages = 2
        hooks.lose = [r"GET .*/deliveries", r"GET .*/deliveries/\d+", r"GET .*/deliveries/\d+"]
        polling.wait_for(lambda: any(guid in kept(polling) for guid in guids[-10:]), 30, "nothing comes", pause=0.01)
        polling.kill()  # somewhere in the middle
        polling.start()
    wait_for_all(polling, guids, 60)


def test_a_redelivery_at_github_is_the_same_delivery(polling, hooks, tmp_path):
    add(polling, tmp_path)
    guid = happen(hooks, 1)
    wait_for_all(polling, [guid])
    [hook] = hooks.repositories["acme/app"].hooks.values()

    hooks.deliver(hook, "push", hooks.deliveries[-1]["request"]["payload"], guid, redelivery=True)
    last = happen(hooks, 2)

    wait_for_all(polling, [guid, last])
    details = [path for _, path in hooks.asked if path.endswith(f"/deliveries/{hooks.deliveries[-2]['id']}")]
    assert details == [], "what is known by its GUID is not fetched"


def test_an_unchanged_log_is_asked_for_by_its_etag_alone(polling, hooks, tmp_path):
    add(polling, tmp_path)
    wait_for_all(polling, [happen(hooks, 1)])
    time.sleep(2)  # passes without news
    hooks.asked.clear()
    polling.wait_for(lambda: len(hooks.asked) >= 2, 10)
    assert all("/deliveries?" in path for _, path in hooks.asked)


def test_a_limit_of_githubs_is_waited_for(polling, hooks, tmp_path):
    add(polling, tmp_path)
    hooks.limit = 3
    guid = happen(hooks, 1)
    hooks.asked.clear()
    polling.wait_for(lambda: hooks.asked, 10)
    began, hooks.limit = time.monotonic(), None
    wait_for_all(polling, [guid])
    assert time.monotonic() - began > 1.5
    assert "limit" in polling.log.read_text()


def test_what_was_missed_while_the_server_was_down_comes_at_its_start(make_daemon, github, hooks, tmp_path):
    import json
    daemon = make_daemon(start=False)
    config = json.loads(daemon.config.read_text())
    daemon.config.write_text(json.dumps({**config, "public_url": daemon.url}))
    daemon.start()
    add(daemon, tmp_path)
    here = happen(hooks, 1)
    assert hooks.deliveries[-1]["status_code"] == 202
    daemon.kill()
    missed = [happen(hooks, n) for n in (2, 3)]
    assert hooks.deliveries[-1]["status_code"] == 0

    daemon.start()

    wait_for_all(daemon, [here, *missed])
    mine = [item for item in daemon.get("/deliveries")["items"] if item["guid"] in missed]
    assert [item["guid"] for item in mine] == missed[::-1], "in the order in which they happened"
    assert daemon.get(f"/deliveries/{missed[0]}")["source_address"] == "github"


def test_the_apps_log_is_read_with_its_key(make_daemon, github, hooks, git, tmp_path):
    github.app = GitHubApp(tmp_path)
    daemon = make_daemon(**settings(github, app_id=github.app.id, private_key_file=str(github.app.key)))
    repository = hooks.source
    daemon.add_repository(repository)
    daemon.wait_for(lambda: any(path.startswith("/app/hook/deliveries") for _, path in hooks.asked), 10)
    time.sleep(1.5)  # the first look at an unknown hook is over
    sha = repository.commit({".triphammer/a.yml": WORKFLOW})

    guid = hooks.deliver(hooks.app, "push", payloads.push("acme/app", repository.clone_url, sha))

    assert len(daemon.delivery(guid)["runs"]) == 1
