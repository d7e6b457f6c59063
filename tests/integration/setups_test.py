"""The ready-made workflows that deploy to AWS, each from GitHub's event to what runs at its end: real git, a real engine and
registries (one plays ECR), AWS in its own time, GitHub, mail, Telegram and Datadog by what they publish."""
import os
import pathlib

import pytest
import requests

from harness import engine, payloads
from harness.aws import ACCOUNT, KEYS, PASSWORD
from harness.aws_ecr import EcrCloud
from harness.chats import Chats
from harness.mail_server import MailServer

ROOT = pathlib.Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif("DOCKER_HOST" not in os.environ, reason="no engine: ./dev test integration starts one")
ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
FILES = {"Dockerfile": "FROM triphammer/busybox\nCOPY version /version\n", "requirements.txt": "", "version": "1\n",
         "app_test.py": "def test_it():\n    assert open('version').read() == '1\\n'\n"}


@pytest.fixture
def cloud():
    with EcrCloud(os.environ["REGISTRY"]) as server:
        yield server
        assert server.complaints == []


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


class SetUp:
    """A repository with one ready-made workflow; what stands in the file for the user's own is replaced."""

    def __init__(self, daemon, git, cloud, name, files=FILES, **own):
        self.daemon, self.cloud = daemon, cloud
        self.repository = git.repository("acme/app")
        daemon.add_repository(self.repository)
        daemon.admin("variable", "set", "AWS_ENDPOINT_URL", "--repository", "acme/app", stdin=cloud.url)
        for environment in ("registry", "production"):
            here = ("--repository", "acme/app", "--environment", environment)
            daemon.admin("secret", "set", "AWS_ACCESS_KEY_ID", *here, stdin="AKIATEST")
            daemon.admin("secret", "set", "AWS_SECRET_ACCESS_KEY", *here, stdin=KEYS["AKIATEST"])
        here = ("--repository", "acme/app", "--environment", "registry")
        daemon.admin("secret", "set", "HUB_TOKEN", *here, stdin=os.environ["PRIVATE_REGISTRY_PASSWORD"])
        text = (ROOT / f"pipelines/{name}.yml").read_text()
        at_aws = {ECR: cloud.registry, "eu-west-1": "us-east-1"} if ECR in text else {}
        for shown, real in {**at_aws, **own}.items():
            assert shown in text, shown
            text = text.replace(shown, real)
        self.sha = self.repository.commit({".triphammer/workflow.yml": text, **files})

    def logs(self, run):
        return "\n".join(f"{job['key']}: {job['state']} {job['cause']} {job['reason']}\n" +
                         self.daemon.log_text(run["id"], job["id"]) for job in run["jobs"] if job["started_at"])


@pytest.fixture
def set_up(make_daemon, git, cloud, chats, mail):
    made = []

    def make(name, files=FILES, **own):
        channels = {
            "team-mail": {"type": "mail", "server": "127.0.0.1", "port": mail.port, "user": mail.user, "password": mail.password,
                          "ca_file": str(mail.certificate), "from": "ci@example.com", "to": ["team@example.com"],
                          "on": ["succeeded", "failed", "approval_needed", "approved"]},
            "phone": {"type": "telegram", "token": "123:token", "chat": "-100", "api_url": chats.url,
                      "on": ["deployed", "failed", "approval_needed", "approved"]},
            "graphs": {"type": "datadog", "key": "dd-key", "api_url": chats.url, "on": ["started", "deployed", "failed"]}}
        daemon = make_daemon(docker={"host": os.environ["DOCKER_HOST"]},
                             notify={"allow_private": ["127.0.0.1"], "channels": channels})
        made.append(daemon)
        return SetUp(daemon, git, cloud, name, files, **own)

    yield make
    for daemon in made:
        daemon.stop()
        engine.remove_objects(daemon)


def digest_at(registry, name, tag, **options):
    """What the registry says itself."""
    kinds = "application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.manifest.v1+json"
    answer = requests.head(f"http://{registry}/v2/{name}/manifests/{tag}", headers={"Accept": kinds}, timeout=10, **options)
    assert answer.status_code == 200, answer.status_code
    return answer.headers["Docker-Content-Digest"]


def test_a_push_becomes_a_pair_of_ecs_tasks(set_up, cloud, chats, mail, github):
    shop = set_up("ecs-pair", **{"strategy: blue-green": "strategy: blue-green\n      health: { interval: 50ms, timeout: 30s }"})
    run = shop.daemon.run_of_push(shop.repository, shop.sha, 120)
    log = shop.logs(run)

    assert run["state"] == "succeeded", log
    outputs = {job["key"]: job["outputs"] for job in run["jobs"]}
    # One digest: what was built, what the registry has, what both tasks run.
    digest = digest_at(cloud.registry, "app", shop.sha, auth=("AWS", PASSWORD))
    assert outputs["image"]["digest"] == outputs["production"]["digest"] == digest
    running = [task for task in cloud.service.tasks().values() if task["lastStatus"] == "RUNNING"]
    assert [task["containers"][0]["imageDigest"] for task in running] == [digest] * 2
    assert [kind for kind, _ in cloud.service.effects] == ["RegisterTaskDefinition", "UpdateService by ours", "Continue CONTINUE"]
    assert cloud.repositories["app"]["imageTagMutability"] == "IMMUTABLE"
    # The stop-watch of the page: each phase a step, one after the other, from the deployment's begin to its end.
    [deployment] = shop.daemon.get("/deployments")["items"]
    [job] = [job for job in shop.daemon.get(f"/runs/{run['id']}")["jobs"] if job["id"] == deployment["job"]]
    phases = [step["name"] for step in job["steps"]]
    assert phases[-8:] == ["Preflight", "Create the new container", "Start the new container", "Wait until it is healthy",
                           "Switch the traffic", "Verify from outside", "Soak", "Drain and stop the previous version"], phases
    times = [deployment["started_at"], *(at for step in job["steps"] for at in (step["started_at"], step["finished_at"])),
             deployment["finished_at"]]
    assert times == sorted(times)
    # Who hears of it: GitHub, Datadog's graphs, the team.
    shop.daemon.wait_for(lambda: github.checks.deployed("production") == [["in_progress", "success"]], 20,
                         lambda: str(github.checks.deployed("production")))
    shop.daemon.wait_for(lambda: mail.letters and len(chats.bodies("datadog")) >= 2, 20, str(chats.got))
    assert {body["aggregation_key"] for body in chats.bodies("datadog")} == {f"triphammer-run-{run['id']}"}


def release(shop, number, tag, prerelease=False):
    """GitHub's event `release`, published, of a tag that exists."""
    payload = {"action": "published", "repository": payloads.repository("acme/app", shop.repository.clone_url),
               "sender": {"login": "ada", "id": 7},
               "release": {"id": number, "tag_name": tag, "target_commitish": "main", "name": tag, "draft": False, "prerelease": prerelease,
                           "body": "", "author": {"login": "ada", "id": 7}, "created_at": "2026-11-21T08:00:00Z",
                           "published_at": "2026-11-21T08:00:00Z", "html_url": f"https://github.example/acme/app/releases/{tag}"}}
    answer, guid = shop.daemon.deliver(shop.repository, "release", payload)
    assert answer.status_code == 202, answer.text
    return shop.daemon.finished_run(shop.daemon.delivery(guid)["runs"][0], 120)


def test_a_release_is_one_image_in_two_registries_and_app_runner_runs_it(set_up, cloud):
    hub = os.environ["PRIVATE_REGISTRY"]
    shop = set_up("release-app-runner", **{
        "docker.io": f'"{hub}"', f'"{hub}"/acme': f"{hub}/acme", "username: acme": f"username: {os.environ['PRIVATE_REGISTRY_USER']}",
        "python:3.12-slim": "triphammer/python3", "python3 -m pip install -r requirements.txt pytest": "true",
        "service: app": "service: shop\n      health: { interval: 50ms, timeout: 30s }",
        # The real one keeps the name of its registry: App Runner takes nothing else.
        "image: ${{ needs.image.outputs.ref }}":
            f"image: {ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/app@${{{{ needs.image.outputs.digest }}}}"})
    shop.repository.tag("v1.0-rc.1")
    shop.repository.tag("v1.0")
    early = release(shop, 5, "v1.0-rc.1", prerelease=True)
    assert early["state"] == "succeeded" and cloud.runner.effects == [], shop.logs(early)
    run = release(shop, 6, "v1.0")
    log = shop.logs(run)

    assert run["state"] == "succeeded", log
    [built] = [job["outputs"]["digest"] for job in run["jobs"] if job["key"] == "image"]
    private = (os.environ["PRIVATE_REGISTRY_USER"], os.environ["PRIVATE_REGISTRY_PASSWORD"])
    assert digest_at(cloud.registry, "app", "v1.0", auth=("AWS", PASSWORD)) == digest_at(hub, "acme/app", "v1.0", auth=private) == built
    assert cloud.runner.image.endswith("@" + built) and cloud.runner.operations[-1]["status"] == "SUCCEEDED"
    assert os.environ["PRIVATE_REGISTRY_PASSWORD"] not in log and KEYS["AKIATEST"] not in log
