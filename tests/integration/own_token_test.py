"""A repository that was connected with a token of its own is reported on with that token."""
import json

import pytest

from harness import payloads

REPORTED = """
on: [push, pull_request]
jobs:
  a:
    runs-on: host
    steps: [{ run: echo a finding > said.txt }]
    reports: { text: said.txt }
"""


@pytest.fixture
def hooks(github, git):
    github.hooks.source = git.repository("acme/app")
    github.hooks.add("acme/app", github.hooks.source.clone_url)
    github.hooks.tokens["own"] = "repo, admin:repo_hook"
    return github.hooks


def connect(make_daemon, github, tmp_path, **more):
    daemon = make_daemon(start=False, github={"api_url": github.url, **more})
    config = json.loads(daemon.config.read_text())
    daemon.config.write_text(json.dumps({**config, "public_url": daemon.url}))
    daemon.start()
    (tmp_path / "token").write_text("own\n")
    daemon.admin("repo", "add", "acme/app", "--token-file", str(tmp_path / "token"))
    return daemon


def run_of(daemon, hooks, event, payload):
    hooks.happen("acme/app", event, payload)
    [run] = daemon.delivery(hooks.deliveries[-1]["guid"])["runs"]
    return daemon.finished_run(run)


def push(daemon, hooks):
    sha = hooks.source.commit({".triphammer/a.yml": REPORTED})
    assert run_of(daemon, hooks, "push", payloads.push("acme/app", hooks.source.clone_url, sha))["state"] == "succeeded"
    return sha


def test_its_statuses_and_comments_need_no_token_of_the_servers(make_daemon, github, hooks, git, tmp_path):
    daemon = connect(make_daemon, github, tmp_path)
    by_hand = git.repository("acme/other")  # nobody gave this one a token
    daemon.add_repository(by_hand)
    daemon.run_of_push(by_hand, by_hand.commit({".triphammer/a.yml": REPORTED}), forge_id=4799)

    base = push(daemon, hooks)
    daemon.wait_for(lambda: "success" in github.last_states(base).values(), 20, daemon.tail())
    head = hooks.source.commit({"more": "1"}, branch="topic")
    run_of(daemon, hooks, "pull_request", payloads.pull_request("acme/app", hooks.source.clone_url, 7, head, base))

    daemon.wait_for(lambda: github.comments.of("acme/app", 7), 20, daemon.tail())
    assert set(github.reporters) == {"own"} and {name for _, name, _, _ in github.statuses} == {"acme/app"}
    assert "own" not in daemon.log.read_text().split()


def test_where_its_token_may_not_the_servers_does_it(make_daemon, github, hooks, tmp_path):
    daemon = connect(make_daemon, github, tmp_path, token=github.token)
    first = push(daemon, hooks)
    daemon.wait_for(lambda: "success" in github.last_states(first).values(), 20, daemon.tail())
    assert set(github.reporters) == {"own"}
    hooks.fine_grained.add("own")  # it may not report from now on

    hooks.source.commit({"b": "2"})
    second = push(daemon, hooks)

    daemon.wait_for(lambda: "success" in github.last_states(second).values(), 20, daemon.tail())
    assert github.reporters[-1] == github.token
