"""A deployment that GitHub's own workflow begins for the same event does not begin here."""
import json

import pytest

OURS = """
on: push
jobs:
  test:
    runs-on: host
    steps: [run: echo tested]
  ship:
    needs: test
    runs-on: host
    environment: production
    steps: [run: echo shipped]
"""
THEIRS = """
on:
  push:
    branches: [main]
jobs:
  deploy:
    runs-on: ubuntu-latest
    environment: %s
    steps: [run: ./deploy.sh]
"""


@pytest.fixture
def repository(daemon, git):
    repository = git.repository("acme/app")
    daemon.add_repository(repository)
    return repository


def run(daemon, repository, files, **push):
    return daemon.run_of_push(repository, repository.commit(files, branch=push.pop("branch", "main")), **push)


def states(found):
    return {job["key"]: job["state"] for job in found["jobs"]}


def reason_of(found, key):
    return json.dumps(next(job for job in found["jobs"] if job["key"] == key))


def test_it_is_refused_with_the_reason_and_the_tests_run_all_the_same(daemon, repository):
    found = run(daemon, repository, {".triphammer/ship.yml": OURS, ".github/workflows/cd.yml": THEIRS % "Production"})

    assert found["state"] == "failed" and states(found) == {"test": "succeeded", "ship": "failed"}
    reason = reason_of(found, "ship")
    assert "GitHub deploys production for the same event, too: job 'deploy' of .github/workflows/cd.yml" in reason
    assert "echo true | triphammer variable set DEPLOY_BESIDE_GITHUB --repository acme/app" in reason


def test_the_command_that_the_reason_names_lets_both_deploy(daemon, repository):
    daemon.admin("variable", "set", "DEPLOY_BESIDE_GITHUB", "--repository", "acme/app", stdin="true\n")

    found = run(daemon, repository, {".triphammer/ship.yml": OURS, ".github/workflows/cd.yml": THEIRS % "production"})

    assert states(found) == {"test": "succeeded", "ship": "succeeded"}


def test_another_environment_and_another_branch_are_not_the_same_deployment(daemon, repository):
    other = run(daemon, repository, {".triphammer/ship.yml": OURS, ".github/workflows/cd.yml": THEIRS % "staging"})
    same = {".triphammer/ship.yml": OURS, ".github/workflows/cd.yml": THEIRS % "production"}
    branch = run(daemon, repository, same, branch="next", ref="refs/heads/next")

    assert states(other)["ship"] == "succeeded" and states(branch)["ship"] == "succeeded"


def test_a_run_of_a_deployment_alone_ends_at_once(daemon, repository):
    alone = "on: push\njobs:\n  ship: { runs-on: host, environment: production, steps: [run: 'true'] }\n"

    found = run(daemon, repository, {".triphammer/ship.yml": alone, ".github/workflows/cd.yml": THEIRS % "production"})

    assert found["state"] == "failed" and "deploys production" in reason_of(found, "ship")


def test_githubs_own_files_deploy_where_an_admin_had_them_run_here(daemon, git):
    repository = git.repository("acme/theirs")
    said = daemon.admin("repo", "add", "acme/other", "--clone-url", repository.clone_url, "--workflows", ".github/workflows")
    assert "GitHub runs .github/workflows, too, deployments included" in said.stdout
    daemon.add_repository(repository, workflows=".github/workflows")

    found = run(daemon, repository, {".github/workflows/ship.yml": OURS})

    assert states(found) == {"test": "succeeded", "ship": "succeeded"}
