"""Pushes that GitHub never delivered are found at the heads of branches, and started once, also where the delivery comes
after all."""
import json
import subprocess
import time

import pytest

from harness import payloads

WORKFLOW = "on: push\njobs:\n  a:\n    runs-on: host\n    steps:\n      - run: echo hello\n"


@pytest.fixture
def hooks(github, git):
    github.hooks.source = git.repository("acme/app")
    github.hooks.add("acme/app", github.hooks.source.clone_url)
    github.hooks.tokens["good"] = "repo, admin:repo_hook"

    def heads():
        listed = subprocess.run(["git", "-C", github.hooks.source.bare, "for-each-ref", "refs/heads",
                                 "--format=%(refname:short) %(objectname) %(contents:subject)"],
                                capture_output=True, text=True, check=True).stdout
        return {name: (sha, message) for name, sha, message in (line.split(" ", 2) for line in listed.splitlines())}

    github.branches.heads["acme/app"] = heads
    return github.hooks


@pytest.fixture
def source(hooks):
    hooks.source.commit({".triphammer/a.yml": WORKFLOW})
    return hooks.source


@pytest.fixture
def daemon(make_daemon, github, source, tmp_path):
    (tmp_path / "token").write_text("good\n")
    daemon = make_daemon(start=False, github={"api_url": github.url, "token": github.token, "branches_seconds": 1})
    config = json.loads(daemon.config.read_text())
    daemon.config.write_text(json.dumps({**config, "public_url": daemon.url}))
    daemon.start()
    daemon.admin("repo", "add", "acme/app", "--token-file", str(tmp_path / "token"))
    passes(daemon, github, 2)
    return daemon


def passes(daemon, github, count):
    """Waits until branches were compared so often."""
    until = len(github.branches.asked) + count
    daemon.wait_for(lambda: len(github.branches.asked) >= until, 30, "branches are not compared")


def runs(daemon, sha):
    return [run for run in daemon.get("/runs?limit=100")["items"] if run["sha"] == sha]


def found(daemon, sha, seconds=30):
    return daemon.wait_for(lambda: runs(daemon, sha), seconds, f"the push is not found: {daemon.tail()}")


def push(hooks, sha, before, at, guid=None):
    [hook] = hooks.repositories["acme/app"].hooks.values()
    payload = payloads.push("acme/app", hooks.source.clone_url, sha, before=before)
    payload["repository"]["pushed_at"] = int(at)
    return hooks.deliver(hook, "push", payload, guid)


def test_a_push_without_a_delivery_is_found_once_and_says_so(daemon, github, source):
    sha = source.commit({"a": "1"}, message="lost on the way")

    [run] = found(daemon, sha)

    passes(daemon, github, 4)
    assert len(runs(daemon, sha)) == 1 and daemon.finished_run(run["id"])["title"] == "lost on the way"
    [delivery] = [one for one in daemon.get("/deliveries?limit=100")["items"] if one["guid"].startswith("found-")]
    assert "no delivery told of this push" in delivery["reason"] and delivery["outcome"] == "started"


def test_a_delivery_that_comes_late_starts_nothing_more_and_a_later_push_does(daemon, github, hooks, source):
    before = source.head()
    sha = source.commit({"a": "1"})
    found(daemon, sha)

    late = daemon.delivery(push(hooks, sha, before, time.time()))
    again = daemon.delivery(push(hooks, sha, before, hooks.deliveries[-1]["request"]["payload"]["repository"]["pushed_at"]))

    assert late["outcome"] == again["outcome"] == "duplicate" and "same as run" in late["reason"]
    assert len(runs(daemon, sha)) == 1
    back = daemon.delivery(push(hooks, sha, "9" * 40, time.time() + 1000))
    assert back["outcome"] == "started", "the branch came to that commit once more"


def test_one_that_was_delivered_is_not_found_again(daemon, github, hooks, source):
    before = source.head()
    sha = source.commit({"a": "1"})
    daemon.delivery(push(hooks, sha, before, time.time()))

    passes(daemon, github, 4)

    assert len(runs(daemon, sha)) == 1
    assert any(same for _, same in github.branches.asked), "an unchanged list is asked for by its ETag"


def test_pushes_while_the_server_was_away_are_found_at_the_start(daemon, github, hooks, source):
    daemon.stop()
    new = source.commit({"b": "1"}, branch="topic")
    main = source.commit({"c": "1"})
    skipped = source.commit({"d": "1"}, message="no [skip ci]", branch="other")
    daemon.start()

    assert len(found(daemon, new)) == len(found(daemon, main)) == 1
    passes(daemon, github, 3)
    assert len(runs(daemon, new)) == len(runs(daemon, main)) == 1 and runs(daemon, skipped) == []


def test_killed_anywhere_each_is_found_once(daemon, github, source):
    shas = []
    for n in range(4):
        shas.append(source.commit({"a": str(n)}, branch=f"b{n}"))
        daemon.wait_for(lambda: runs(daemon, shas[-1]), 30, pause=0.005)
        daemon.kill()
        daemon.start()
    passes(daemon, github, 3)
    assert [len(runs(daemon, sha)) for sha in shas] == [1] * 4
