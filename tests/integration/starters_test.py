"""First workflows: what the server offers for a repository that has none."""
import pytest

JENKINSFILE = "pipeline {\n  agent any\n  stages {\n    stage('Build') { steps { sh 'echo built' } }\n  }\n}\n"
GITHUB = """on:
  push:
    branches: [main]
jobs:
  check:
    runs-on: ubuntu-latest
    steps:
      - run: echo checked
  live:
    needs: check
    environment: production
    runs-on: ubuntu-latest
    steps:
      - run: echo live
"""


@pytest.fixture
def repository(git, daemon):
    made = git.repository("acme/shop")
    made.commit({
        "requirements.txt": "",
        "shop_test.py": "def test_shop():\n    assert True\n",
        "Jenkinsfile": JENKINSFILE,
        ".github/workflows/ci.yml": GITHUB,
    })
    daemon.add_repository(made)
    return made


def starters(daemon):
    return {one["title"]: one for one in daemon.get("/repositories/acme/shop/starters")["items"]}


def test_are_made_for_the_tree_and_carried_over_and_say_what_would_run(daemon, repository):
    found = starters(daemon)

    assert list(found) == ["ci.yml", "Jenkinsfile", "python"]
    ci, jenkins, python = found.values()
    assert ci["path"] == ".triphammer/ci.yml"
    assert [[job["key"] for job in run["jobs"]] for run in ci["would_start"]] == [["check", "live"]]
    assert ci["deploying"] == ["live"]
    assert jenkins["carried"] == jenkins["lines"]
    assert [job["name"] for job in jenkins["would_start"][0]["jobs"]] == ["pipeline"]
    assert [job["key"] for job in python["would_start"][0]["jobs"]] == ["test"]
    assert all(one["problems"] == [] for one in found.values())


def test_one_runs_as_it_stands(daemon, repository):
    made = starters(daemon)["Jenkinsfile"]

    sha = repository.commit({made["path"]: made["text"]})
    run = daemon.run_of_push(repository, sha)

    assert run["state"] == "succeeded"
    assert "built" in daemon.log_text(run["id"], run["jobs"][0]["id"])


def test_an_action_whose_commit_is_not_learned_is_named_with_its_line(daemon, repository):
    repository.commit({".github/workflows/ci.yml": GITHUB.replace("- run: echo checked", "- uses: someone/thing@v1")})

    ci = starters(daemon)["ci.yml"]

    assert [(one["kind"], one["line"]) for one in ci["remarks"]] == [("left", 8)]
    assert ci["would_start"] == [] or ci["problems"] != []


def test_only_of_repositories_that_are_there_and_of_ones_own(daemon, git, repository):
    daemon.add_repository(git.repository("acme/other"))
    token = daemon.admin("token", "create", "shop", "--role", "developer", "--repository", "acme/shop").stdout.split()[-1]
    own = {"headers": {"Authorization": f"Bearer {token}"}}

    assert daemon.api("/repositories/acme/none/starters").status_code == 404
    assert daemon.api("/repositories/acme/other/starters", **own).status_code == 404
    assert daemon.api("/repositories/acme/shop/starters", **own).status_code == 200
