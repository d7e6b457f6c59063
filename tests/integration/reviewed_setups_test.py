"""The ready-made workflows with reviews: pull request, comment, merge, approvals. Real flake8, pytest and mypy, the real
Terraform with its states on another machine; the rest as in setups_test.py."""
import os
import shutil

import pytest
import requests

from approvals_test import join, post, waiting
from harness import payloads
from harness.aws import PASSWORD
from harness.flask_tree import download
from harness.terraform import state_machine
from setups_test import FILES, chats, cloud, digest_at, mail, set_up  # noqa: F401

pytestmark = [
    pytest.mark.skipif("DOCKER_HOST" not in os.environ, reason="no engine: ./dev test integration starts one"),
    pytest.mark.skipif(not (shutil.which("tofu") or shutil.which("terraform")), reason="neither tofu nor terraform is installed here"),
    pytest.mark.skipif(os.geteuid() != 0, reason="another machine's network needs root")]
TESTED = {**FILES, "requirements.txt": "--no-index\n--find-links vendor\n", ".dockerignore": "vendor\n",
          "app.py": "def double(number: int) -> int:\n    return 2 * number\n",
          "app_test.py": "import app\n\n\ndef test_it():\n    assert app.double(2) == 4\n"}
UNUSED = "import os\n\n\n" + TESTED["app.py"]
INFRA = """
terraform {
  backend "http" {
    address        = "STATE"
    lock_address   = "STATE"
    unlock_address = "STATE"
  }
}
resource "terraform_data" "cluster" { input = "prod" }
resource "terraform_data" "service" { input = "NAME in ${terraform_data.cluster.output}" }
"""


@pytest.fixture
def states():
    with state_machine() as address:
        yield address


class Reviewed:
    """A set-up whose changes come by pull request 7, of ada; `people` may approve, and so may she."""

    def __init__(self, shop, *people):
        self.shop, self.daemon, self.repository = shop, shop.daemon, shop.repository
        self.people = {name: join(self.daemon, name, "approver") for name in ("ada", *people)}

    def propose(self, action, **files):
        """The run of the pull request, at its end, and its commit."""
        sha = self.repository.commit(files, branch="topic")
        payload = payloads.pull_request(self.repository.name, self.repository.clone_url, 7, sha, self.shop.sha, action)
        answer, guid = self.daemon.deliver(self.repository, "pull_request", payload)
        assert answer.status_code == 202, answer.text
        return self.daemon.finished_run(self.daemon.delivery(guid)["runs"][0], 120), sha

    def merge(self):
        """The run of the push that a merge is, and its commit."""
        sha = self.repository.commit_tree("Merge pull request #7")
        return self.daemon.delivery(self.daemon.push(self.repository, sha))["runs"][0], sha

    def answer(self, name, asked):
        return post(self.daemon, self.people[name], f"/approvals/{asked['id']}/approve", {"subject": asked["subject"]})

    def comment(self, github, *words):
        """The only one, as soon as the words are in it."""
        def said():
            bodies = [one["body"] for one in github.comments.of("acme/app", 7)]
            return len(bodies) == 1 and all(word in bodies[0] for word in words) and bodies[0]
        return self.daemon.wait_for(said, 20, lambda: str(github.comments.all))


def jobs_of(run):
    return {job["key"]: job for job in run["jobs"]}


def states_of(run):
    return {key: job["state"] for key, job in jobs_of(run).items()}


def planned_values(address, folder):
    """What the state of a folder has, as Terraform has written it."""
    answer = requests.get(address + folder, timeout=10)
    if answer.status_code == 404:
        return []
    return sorted(one["attributes"]["input"]["value"] for part in answer.json()["resources"] for one in part["instances"])


def infra(address, folder, name):
    return INFRA.replace("STATE", address + folder).replace("NAME", name)


def test_a_plan_on_the_pull_request_is_applied_after_the_merge_by_two_approvals(set_up, states, github, chats, mail):
    registry = os.environ["REGISTRY"]
    shop = set_up("terraform-two-approvals", {**TESTED, "app.py": UNUSED, "infra/main.tf": infra(states, "infra", "web")},
                  **{"python:3.12-slim": "triphammer/python3", "registry.example.com": registry})
    download(shop.repository.tree / "vendor", "linters.txt", "--only-binary", ":all:")
    team = Reviewed(shop, "olga", "bob")
    daemon = shop.daemon
    daemon.admin("environment", "set", "acme/app", "production", "--approvals", "2")

    # What flake8 finds stops the image, not the plan; all of it is in one comment.
    run, sha = team.propose("opened")
    assert states_of(run) == {"test": "failed", "image": "skipped", "plan": "succeeded", "apply": "skipped"}, shop.logs(run)
    team.comment(github, "F401 'os' imported but unused", "infra: 2 to create", "+ create terraform_data.service")
    run, sha = team.propose("synchronize", **{"app.py": TESTED["app.py"]})
    assert states_of(run) == {"test": "succeeded", "image": "succeeded", "plan": "succeeded", "apply": "skipped"}, shop.logs(run)
    body = team.comment(github, f"`{sha[:7]}`", "infra: 2 to create", "1 passed")
    assert "F401" not in body
    # The image was built, and is nowhere.
    assert requests.head(f"http://{registry}/v2/app/manifests/{sha}", timeout=10).status_code == 404
    proposed = jobs_of(run)["plan"]["outputs"]["plan-hash"]

    merged, sha = team.merge()
    [asked] = waiting(daemon)
    built = jobs_of(daemon.get(f"/runs/{merged}"))["image"]["outputs"]["digest"]
    assert asked["digests"] == {"image": built, "plan": proposed} and asked["environment"] == "production"
    assert team.answer("ada", asked).status_code == 403
    assert team.answer("olga", asked).json()["state"] == "pending"
    assert planned_values(states, "infra") == []
    assert team.answer("bob", asked).json()["state"] == "approved"
    run = daemon.finished_run(merged, 120)
    log = shop.logs(run)

    assert states_of(run) == dict.fromkeys(("test", "image", "plan", "apply"), "succeeded"), log
    assert planned_values(states, "infra") == ["prod", "web in prod"]
    assert digest_at(registry, "app", sha) == built
    [deployment] = daemon.get("/deployments")["items"]
    assert (deployment["state"], deployment["driver"], deployment["digest"]) == ("succeeded", "terraform", proposed)
    daemon.wait_for(lambda: github.checks.deployed("production") == [["queued", "in_progress", "success"]], 20,
                    lambda: str(github.checks.deployed("production")))
