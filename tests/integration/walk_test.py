"""The walk of a push with host steps: signed webhook → delivery → plan → run → log → status."""
import requests

WORKFLOW = """
name: check
on: push
jobs:
  test:
    runs-on: host
    steps:
      - uses: actions/checkout@v4
      - name: say
        run: |
          echo "hello from $(cat greeting.txt)"
          echo "word=42" >> "$GITHUB_OUTPUT"
        id: say
      - run: test "${{ steps.say.outputs.word }}" = 42
"""


def test_a_signed_push_runs_to_the_end_and_reports(daemon, git, github):
    repository = git.repository("acme/app")
    sha = repository.commit({".triphammer/check.yml": WORKFLOW, "greeting.txt": "the tree"})
    daemon.add_repository(repository)

    run = daemon.run_of_push(repository, sha)

    assert run["state"] == "succeeded", run
    [job] = run["jobs"]
    assert [step["state"] for step in job["steps"] if step["name"] == "say"] == ["succeeded"]
    assert "hello from the tree" in daemon.log_text(run["id"], job["id"])
    daemon.wait_for(lambda: github.last_states(sha).get("triphammer/check/test (push)") == "success", 10, str(github.statuses))


def test_a_repository_that_was_renamed_at_github_hears_of_its_runs_all_the_same(daemon, git, github):
    repository = git.repository("acme/app")
    sha = repository.commit({".triphammer/c.yml": "name: check\non: push\njobs: { a: { runs-on: host, steps: [run: 'true'] } }\n"})
    daemon.add_repository(repository)
    github.moved["acme/app"] = "acme/renamed"

    daemon.run_of_push(repository, sha)

    daemon.wait_for(lambda: github.last_states(sha).get("triphammer/check/a (push)") == "success", 10, str(github.statuses))
    assert {name for _, name, at, _ in github.statuses if at == sha} == {"acme/renamed"}


def test_a_failing_step_is_a_red_run_with_its_exit_status(daemon, git, github):
    repository = git.repository("acme/app")
    sha = repository.commit({".triphammer/c.yml": "on: push\njobs:\n  a:\n    runs-on: host\n    steps:\n      - run: exit 7\n"})
    daemon.add_repository(repository)

    run = daemon.run_of_push(repository, sha)

    assert run["state"] == "failed" and run["jobs"][0]["cause"] == "exit"
    assert [step["exit_status"] for step in run["jobs"][0]["steps"] if step["state"] == "failed"] == [7]


def test_a_workflow_that_cannot_be_read_is_a_red_run_with_its_place(daemon, git, github):
    repository = git.repository("acme/app")
    sha = repository.commit({".triphammer/bad.yml": "on: push\njobs:\n  a:\n    runs-onn: host\n    steps:\n      - run: echo hi\n"})
    daemon.add_repository(repository)

    run = daemon.run_of_push(repository, sha)

    assert (run["state"], run["cause"]) == ("failed", "invalid")
    [problem] = [p for p in run["problems"] if p["code"] == "unknown-key"]
    assert problem["line"] == 4 and "runs-on" in problem["message"] + problem["hint"]


def test_a_push_that_no_workflow_wants_says_why(daemon, git):
    repository = git.repository("acme/app")
    sha = repository.commit({".triphammer/c.yml": "on:\n  push:\n    branches: [release]\njobs:\n  a:\n    runs-on: host\n    steps:\n      - run: echo hi\n"})
    daemon.add_repository(repository)

    delivery = daemon.delivery(daemon.push(repository, sha))

    assert delivery["outcome"] == "ignored" and delivery["runs"] == []
    assert "release" in str(delivery["reasons"])


def test_what_a_filter_leaves_out_is_reported_where_it_was_seen_before(daemon, git, github):
    repository = git.repository("acme/app")
    files = {".triphammer/c.yml": "on:\n  push:\n    branches: [release]\njobs:\n  a:\n    runs-on: host\n    steps:\n      - run: echo hi\n"}
    first, second = repository.commit(files, branch="release"), repository.commit({**files, "more": "x"})
    daemon.add_repository(repository)
    daemon.run_of_push(repository, first, ref="refs/heads/release")

    daemon.delivery(daemon.push(repository, second))

    daemon.wait_for(lambda: github.last_states(second), 10, str(github.statuses))
    [said] = [body for _, _, sha, body in github.statuses if sha == second]
    assert said["context"].endswith("/a (push)") and said["state"] == "success"
    assert said["description"].startswith("skipped: ") and "release" in said["description"]


def test_without_a_session_only_health_and_hooks_answer(daemon):
    assert requests.get(f"{daemon.url}/healthz", timeout=5).status_code == 200
    assert requests.get(f"{daemon.url}/readyz", timeout=5).status_code == 200
    assert requests.get(f"{daemon.url}/api/v1/runs", timeout=5).status_code in (401, 403)
    assert requests.get(f"{daemon.url}/metrics", timeout=5).status_code == 200  # loopback
