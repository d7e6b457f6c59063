"""The built-in actions of AWS. Their programs directly, against a stand-in that checks each call
(tests/harness/aws.py); in jobs, where their network is the steps' own; and, with WITH_MOTO
(`./dev test all`), against moto."""
import json
import os
import pathlib
import re
import shutil
import socket
import ssl
import subprocess
import sys

import pytest

from harness import aws, aws_models
from harness.aws import ACCOUNT, KEYS, PASSWORD, REGISTRY, TOKEN, Aws
from harness.daemon import Daemon, free_port
from harness.engine import docker
from harness.spot import run_on_the_spot

GIVEN = {"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "AKIATEST", "AWS_SECRET_ACCESS_KEY": KEYS["AKIATEST"]}
ROLE = f"arn:aws:iam::{ACCOUNT}:role/deploy"


@pytest.fixture
def cloud():
    with Aws() as server:
        yield server
        assert server.complaints == []


class Done:
    def __init__(self, process, files):
        self.status, self.log = process.returncode, process.stdout + process.stderr
        self.outputs, self.variables, self.states = (read_values(file) for file in files)

    @property
    def masks(self):
        return re.findall(r"^::add-mask::(.*)$", self.log, re.M)


def read_values(path):
    text = path.read_text()
    found = re.findall(r"^([\w-]+)<<(\S+)\n(.*?)\n\2$", text, re.M | re.S)
    assert "".join(f"{name}<<{end}\n{value}\n{end}\n" for name, end, value in found) == text
    return {name: value for name, _, value in found}


@pytest.fixture
def act(binary, tmp_path, cloud):
    """Starts the program of one action as the runner does."""
    def call(name, inputs, environment=GIVEN):
        files = [tmp_path / file for file in ("output", "env", "state")]
        for file in files:
            file.write_text("")
        variables = {
            "PATH": os.environ["PATH"], "RUNNER_TEMP": str(tmp_path), "AWS_ENDPOINT_URL": cloud.url,
            "GITHUB_REPOSITORY": "octo/app", "GITHUB_WORKFLOW": "Build & deploy", "GITHUB_ACTION": "aws",
            "GITHUB_ACTOR": "dependabot[bot]", "GITHUB_SHA": "a" * 40, "GITHUB_REF": "refs/heads/main",
            **dict(zip(("GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_STATE"), map(str, files))), **environment,
            **{"INPUT_" + key.upper(): value for key, value in inputs.items()}}
        process = subprocess.run([binary.parent / "server/triphammer-runner", "action", name],
                                 env=variables, cwd=tmp_path, capture_output=True, text=True, timeout=60)
        return Done(process, files)
    return call


def test_given_keys_are_checked_and_handed_on(act, cloud):
    done = act("configure-credentials", {
        "aws-region": "us-east-1", "aws-access-key-id": "AKIATEST", "aws-secret-access-key": KEYS["AKIATEST"],
        "mask-aws-account-id": "true", "output-credentials": "true"}, {})

    assert done.status == 0, done.log
    assert done.variables == {"AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1",
                              "AWS_ACCESS_KEY_ID": "AKIATEST", "AWS_SECRET_ACCESS_KEY": KEYS["AKIATEST"]}
    assert done.outputs["aws-account-id"] == ACCOUNT
    assert done.outputs["aws-secret-access-key"] == KEYS["AKIATEST"]
    assert {"AKIATEST", KEYS["AKIATEST"], ACCOUNT} <= set(done.masks)


def test_a_role_is_assumed_with_keys_tags_and_policies(act, cloud):
    done = act("configure-credentials", {
        "aws-region": "us-east-1", "aws-access-key-id": "AKIATEST", "aws-secret-access-key": KEYS["AKIATEST"],
        "role-to-assume": "deploy", "role-external-id": "ext", "role-duration-seconds": "1200",
        "managed-session-policies": "arn:aws:iam::aws:policy/A\narn:aws:iam::aws:policy/B"}, {})

    assert done.status == 0, done.log
    assert done.variables["AWS_ACCESS_KEY_ID"] == "ASIAROLE" and done.variables["AWS_SESSION_TOKEN"] == TOKEN
    assert {KEYS["ASIAROLE"], TOKEN} <= set(done.masks)
    [form] = cloud.inputs("AssumeRole")
    tags = {form[f"Tags.member.{n}.Key"]: form[f"Tags.member.{n}.Value"] for n in range(1, 8)}
    assert tags == {"GitHub": "Actions", "Repository": "octo/app", "Workflow": "Build * deploy", "Action": "aws",
                    "Actor": "dependabot*bot*", "Commit": "a" * 40, "Branch": "refs/heads/main"}
    assert form["RoleArn"] == ROLE and form["RoleSessionName"] == "GitHubActions" and form["ExternalId"] == "ext"
    assert form["DurationSeconds"] == "1200" and form["PolicyArns.member.2.arn"].endswith("/B")


def test_a_role_is_chained_and_a_token_exchanged(act, cloud, tmp_path):
    (tmp_path / "token").write_text("a.web.token\n")

    chained = act("configure-credentials", {
        "aws-region": "us-east-1", "role-to-assume": ROLE, "role-chaining": "true", "role-skip-session-tagging": "true"})
    token = act("configure-credentials", {
        "aws-region": "us-east-1", "role-to-assume": ROLE, "web-identity-token-file": "token"}, {})

    assert chained.status == token.status == 0, chained.log + token.log
    assert chained.variables["AWS_ACCESS_KEY_ID"] == token.variables["AWS_ACCESS_KEY_ID"] == "ASIAROLE"
    assert not any(name.startswith("Tags") for name in cloud.inputs("AssumeRole")[0])
    assert cloud.inputs("AssumeRoleWithWebIdentity")[0]["WebIdentityToken"] == "a.web.token"


@pytest.mark.parametrize("inputs, environment, words", [
    ({"role-to-assume": ROLE}, {}, "GitHub's OIDC token"),
    ({}, {}, "there are no credentials"),
    ({"aws-access-key-id": "AKIATEST"}, {}, "aws-secret-access-key must be given"),
    ({"aws-access-key-id": "AKIAWRONG", "aws-secret-access-key": "x"}, {}, "InvalidClientTokenId"),
    ({"aws-access-key-id": "AKIATEST", "aws-secret-access-key": "wrong"}, {}, "SignatureDoesNotMatch"),
    ({"role-to-assume": "forbidden", "retry-max-attempts": "2"}, GIVEN, "AccessDenied: User is not authorized"),
    ({"allowed-account-ids": "999999999999"}, GIVEN, "which allowed-account-ids does not name"),
    ({"aws-region": "us_east"}, GIVEN, "'us_east' is no region of AWS"),
])
def test_credentials_that_do_not_work_say_why(act, inputs, environment, words):
    done = act("configure-credentials", {"aws-region": "us-east-1", **inputs}, environment)

    assert done.status == 1 and words in done.log
    assert done.variables == done.outputs == {}


def test_throttling_is_waited_out(act, cloud):
    cloud.failures = [(400, "Throttling"), (503, "ServiceUnavailable")]

    done = act("ecr-login", {})

    assert done.status == 0, done.log


def test_certificates_are_checked(act, tmp_path):
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
               "-subj", "/CN=aws", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem", "-out", "ca.pem"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "ca.pem", tmp_path / "key.pem")
    with Aws(tls=context) as server:
        given = {**GIVEN, "AWS_ENDPOINT_URL": server.url}
        trusted = act("ecr-login", {}, {**given, "AWS_CA_BUNDLE": "ca.pem"})
        unknown = act("ecr-login", {}, given)

    assert trusted.status == 0, trusted.log
    assert unknown.status == 1 and "certificate verify failed" in unknown.log


def test_the_registrys_password_becomes_outputs_by_its_name(act, cloud):
    one = act("ecr-login", {})
    two = act("ecr-login", {"registries": f"{ACCOUNT},999999999999", "mask-password": "false"})
    public = act("ecr-login", {"registry-type": "public"})
    wrong = act("ecr-login", {"registries": "12345"})

    name = f"{ACCOUNT}_dkr_ecr_us_east_1_amazonaws_com"
    assert one.outputs == {"registry": REGISTRY, f"docker_username_{name}": "AWS", f"docker_password_{name}": PASSWORD}
    assert one.masks == [PASSWORD] and one.states == {"registries": REGISTRY}
    assert "registry" not in two.outputs and len(two.outputs) == 4 and two.masks == []
    assert cloud.inputs("GetAuthorizationToken")[1] == {"registryIds": [ACCOUNT, "999999999999"]}
    assert public.outputs["registry"] == "public.ecr.aws" and public.outputs["docker_password_public_ecr_aws"] == PASSWORD
    assert wrong.status == 1 and "no account of 12 digits" in wrong.log


DEFINITION = {"family": "web", "revision": 4, "containerDefinitions": [
    {"name": "app", "image": "old", "environment": [{"name": "EMPTY", "value": ""}], "command": []}], "volumes": []}


@pytest.fixture
def definition(tmp_path):
    path = tmp_path / "task-definition.json"
    path.write_text(json.dumps(DEFINITION))
    return path.name


def test_a_rendered_definition_is_deployed_and_proven(act, cloud, definition):
    rendered = act("render-task-definition", {
        "task-definition": definition, "container-name": "app", "image": "repo@sha256:1",
        "environment-variables": "A=1\nB=x=y"}, {})
    done = act("deploy-task-definition", {
        "task-definition": rendered.outputs["task-definition"], "service": "web", "wait-for-service-stability": "true",
        "desired-count": "2", "force-new-deployment": "true"})

    assert rendered.status == done.status == 0, rendered.log + done.log
    assert cloud.definitions == [{"family": "web", "containerDefinitions": [
        {"name": "app", "image": "repo@sha256:1", "environment": [
            {"name": "EMPTY", "value": ""}, {"name": "A", "value": "1"}, {"name": "B", "value": "x=y"}]}]}]
    assert done.outputs["task-definition-arn"].endswith(":task-definition/web:2")
    assert cloud.inputs("UpdateService") == [{"cluster": "default", "service": "web", "desiredCount": 2,
                                              "forceNewDeployment": True,
                                              "taskDefinition": done.outputs["task-definition-arn"]}]
    assert "'revision' of the task definition" in done.log and "2 of 2 tasks run (COMPLETED)" in done.log


def test_a_registered_definition_is_rendered_and_deployed_as_it_is(act, cloud):
    rendered = act("render-task-definition", {
        "task-definition-family": "web", "task-definition-revision": "3", "container-name": "app", "image": "new"})
    done = act("deploy-task-definition", {"task-definition-arn": "web:3", "service": "web"})

    text = json.loads(pathlib.Path(rendered.outputs["task-definition"]).read_text())
    assert cloud.inputs("DescribeTaskDefinition") == [{"taskDefinition": "web:3"}]
    assert text["containerDefinitions"] == [{"name": "app", "image": "new"}]
    assert cloud.inputs("UpdateService")[0]["taskDefinition"] == "web:3" and cloud.definitions == []
    assert done.outputs == {"task-definition-arn": "web:3"}


@pytest.mark.parametrize("rollout, words", [
    (["IN_PROGRESS", "ROLLED_BACK"], "task-definition/web:1 in its place"),
    (["IN_PROGRESS", "FAILED"], "circuit breaker"),
])
def test_a_rollout_that_ends_otherwise_is_no_success(act, cloud, definition, rollout, words):
    cloud.rollout = rollout

    done = act("deploy-task-definition", {
        "task-definition": definition, "service": "web", "wait-for-service-stability": "true"})

    assert done.status == 1 and words in done.log
    assert "A task stopped: TaskFailedToStart: CannotPullContainerError: not found" in done.log


def test_a_service_that_cannot_be_deployed_is_found_before_anything_is_registered(act, cloud, definition):
    missing = act("deploy-task-definition", {"task-definition": definition, "service": "other"})
    cloud.controller = "CODE_DEPLOY"
    other = act("deploy-task-definition", {"task-definition": definition, "service": "web"})

    assert missing.status == 1 and "MISSING" in missing.log
    assert other.status == 1 and "CODE_DEPLOY, which is not supported" in other.log
    assert cloud.definitions == []


def test_a_task_is_run_to_its_end_before_the_service_changes(act, cloud, definition):
    inputs = {"task-definition": definition, "service": "web", "run-task": "true", "wait-for-task-stopped": "true",
              "run-task-subnets": "s-1,s-2", "run-task-security-groups": "g-1",
              "run-task-container-overrides": '[{"name": "app", "command": ["migrate"]}]'}
    fine = act("deploy-task-definition", inputs)
    cloud.exit_code = 3
    failed = act("deploy-task-definition", inputs)

    first, _ = cloud.inputs("RunTask")
    assert fine.status == 0 and json.loads(fine.outputs["run-task-arn"])[0].endswith("task/default/1")
    assert first["networkConfiguration"] == {"awsvpcConfiguration": {
        "subnets": ["s-1", "s-2"], "securityGroups": ["g-1"], "assignPublicIp": "DISABLED"}}
    assert first["overrides"] == {"containerOverrides": [{"name": "app", "command": ["migrate"]}]}
    assert len(first["clientToken"]) == 32
    assert failed.status == 1 and "the task has failed: app: exit status 3" in failed.log
    assert len(cloud.inputs("UpdateService")) == 1


@pytest.fixture(scope="module")
def moto(tmp_path_factory):
    """moto's server, of exactly the wheels that the pins name."""
    folder = tmp_path_factory.mktemp("moto")
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--require-hashes", "--only-binary", ":all:",
                    "-r", pathlib.Path(__file__).parent / "aws/moto.txt", "-t", folder], check=True, timeout=300)
    port = free_port()
    script = f"from moto.server import main; main(['-H', '127.0.0.1', '-p', '{port}'])"
    with subprocess.Popen([sys.executable, "-c", script], env={**os.environ, "PYTHONPATH": str(folder)},
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        Daemon.wait_for(lambda: is_open(port), 60)
        yield folder, f"http://127.0.0.1:{port}"
        server.kill()


def is_open(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def moto_understands_the_same(act, moto, definition):
    folder, url = moto
    given = {**GIVEN, "AWS_ENDPOINT_URL": url}
    prepare = f"""
import boto3, json
client = lambda name: boto3.client(name, endpoint_url="{url}", region_name="us-east-1",
                                   aws_access_key_id="AKIATEST", aws_secret_access_key="x")
ecs = client("ecs")
ecs.create_cluster(clusterName="prod")
ecs.register_task_definition(family="web", containerDefinitions=[{{"name": "app", "image": "old", "memory": 64}}])
ecs.create_service(cluster="prod", serviceName="web", taskDefinition="web", desiredCount=2)
"""
    look = prepare.split("ecs.create_cluster")[0] + """
service = ecs.describe_services(cluster="prod", services=["web"])["services"][0]
print(json.dumps(ecs.describe_task_definition(taskDefinition=service["taskDefinition"])["taskDefinition"], default=str))
"""
    python = {**os.environ, "PYTHONPATH": str(folder)}
    subprocess.run([sys.executable, "-c", prepare], env=python, check=True, timeout=60)

    keys = act("configure-credentials", {
        "aws-region": "us-east-1", "aws-access-key-id": "AKIATEST", "aws-secret-access-key": "x",
        "role-to-assume": ROLE, "role-duration-seconds": "900"}, {"AWS_ENDPOINT_URL": url})
    login = act("ecr-login", {}, given)
    rendered = act("render-task-definition", {
        "task-definition-family": "web", "container-name": "app", "image": "new", "environment-variables": "A=1"}, given)
    deployed = act("deploy-task-definition", {
        "task-definition": rendered.outputs["task-definition"], "service": "web", "cluster": "prod",
        "force-new-deployment": "true"}, given)

    for done in (keys, login, rendered, deployed):
        assert done.status == 0, done.log
    assert keys.variables["AWS_ACCESS_KEY_ID"].startswith("ASIA") and keys.variables["AWS_SESSION_TOKEN"]
    assert login.outputs["registry"] == REGISTRY
    live = json.loads(subprocess.run([sys.executable, "-c", look], env=python, check=True, timeout=60,
                                     capture_output=True, text=True).stdout)
    assert live["taskDefinitionArn"] == deployed.outputs["task-definition-arn"]
    assert live["containerDefinitions"][0]["image"] == "new"
    assert live["containerDefinitions"][0]["environment"] == [{"name": "A", "value": "1"}]


def the_published_models_are_what_calls_are_checked_against(moto):
    folder, _ = moto
    assert aws_models.dump(aws_models.extract(folder / "botocore")) == aws_models.PLACE.read_text()


if os.environ.get("WITH_MOTO"):  # to install it takes longer than all others together
    test_moto_understands_the_same = moto_understands_the_same
    test_the_published_models_are_what_calls_are_checked_against = the_published_models_are_what_calls_are_checked_against


WORKFLOW = """\
on: push
env: { AWS_ENDPOINT_URL: "http://127.0.0.1:4566" }
jobs:
  deploy:
    runs-on: host
    steps:
      - uses: actions/checkout@v4
      - id: cloud
        run: python3 aws.py 4566
        background: true
      - run: until (echo > /dev/tcp/127.0.0.1/4566) 2>/dev/null; do sleep 0.05; done
        shell: bash
      - uses: aws-actions/configure-aws-credentials@v4
        with:
          aws-region: us-east-1
          aws-access-key-id: AKIATEST
          aws-secret-access-key: ${{ secrets.AWS_SECRET }}
          role-to-assume: deploy
      - id: login
        uses: aws-actions/amazon-ecr-login@v2
      - id: render
        uses: aws-actions/amazon-ecs-render-task-definition@v1
        with: { task-definition: td.json, container-name: app, image: "${{ steps.login.outputs.registry }}/app:1" }
      - id: deploy
        uses: aws-actions/amazon-ecs-deploy-task-definition@v2
        with:
          task-definition: ${{ steps.render.outputs.task-definition }}
          service: web
          wait-for-service-stability: true
      - cancel: cloud
      - run: |
          echo "region $AWS_REGION key $AWS_ACCESS_KEY_ID token $AWS_SESSION_TOKEN"
          echo "deployed ${{ steps.deploy.outputs.task-definition-arn }}"
          echo "password ${{ steps.login.outputs.docker_password_123456789012_dkr_ecr_us_east_1_amazonaws_com }}"
"""


@pytest.fixture
def tree(tmp_path):
    folder = tmp_path / "tree"
    (folder / ".triphammer").mkdir(parents=True)
    (folder / "td.json").write_text(json.dumps(DEFINITION))
    shutil.copy(aws.__file__, folder / "aws.py")
    return folder


def test_a_workflow_deploys_from_keys_to_a_stable_service(binary, tree, tmp_path):
    (tree / ".triphammer/w.yml").write_text(WORKFLOW)

    done, log = run_on_the_spot(binary, tree, tmp_path, "--secret", "AWS_SECRET", AWS_SECRET=KEYS["AKIATEST"])

    assert done.returncode == 0, done.stdout + done.stderr
    assert f"The builds of this job log in to {REGISTRY} as AWS\n" in log and f"Logged out of {REGISTRY}\n" in log
    assert f"deployed arn:aws:ecs:us-east-1:{ACCOUNT}:task-definition/web:2\n" in log
    assert "region us-east-1 key *** token ***\n" in log and "password ***\n" in log
    assert not any(secret in done.stdout for secret in (*KEYS.values(), TOKEN, PASSWORD))


def test_an_endpoint_leads_no_further_than_the_steps_come(binary, tree, tmp_path, cloud):
    """The stand-in listens on the machine's loopback, which no step may reach; and instance metadata."""
    steps = "".join(f"""
      - uses: aws-actions/configure-aws-credentials@v4
        continue-on-error: true
        env: {{ AWS_ENDPOINT_URL: "{url}" }}
        with: {{ aws-region: us-east-1, aws-access-key-id: AKIATEST, aws-secret-access-key: wrong, disable-retry: true }}"""
                    for url in (cloud.url, "http://169.254.169.254"))
    (tree / ".triphammer/w.yml").write_text(f"on: push\njobs:\n  a:\n    runs-on: host\n    steps:{steps}\n")

    done, log = run_on_the_spot(binary, tree, tmp_path)

    assert log.count(f"cannot connect to 127.0.0.1 port {cloud.server_port}") == 1
    assert "cannot connect to 169.254.169.254 port 80" in log
    assert cloud.calls == []


WITH_SERVICE = """\
on: push
jobs:
  a:
    runs-on: ubuntu-latest
    env: { AWS_ENDPOINT_URL: "http://localhost:4566" }
    services:
      aws: { image: triphammer/aws, ports: ["4566:4566"], ready: { port: 4566 } }
    steps:
      - uses: aws-actions/configure-aws-credentials@v4
        with: { aws-region: us-east-1, aws-access-key-id: AKIATEST, aws-secret-access-key: "${{ secrets.AWS_SECRET }}" }
      - uses: aws-actions/amazon-ecr-login@v2
      - run: echo "key $AWS_ACCESS_KEY_ID"
"""


@pytest.fixture(scope="module")
def aws_image(tmp_path_factory):
    context = tmp_path_factory.mktemp("image")
    shutil.copy(aws.__file__, context / "aws.py")
    (context / "Dockerfile").write_text(
        'FROM triphammer/python3\nCOPY aws.py /aws.py\nCMD ["python3", "/aws.py", "4566", "0.0.0.0"]\n')
    docker("build", "-q", "-t", "triphammer/aws", context)
    yield
    docker("rmi", "-f", "triphammer/aws")


@pytest.mark.parametrize("place", ["host", "docker:triphammer/python3"])
@pytest.mark.skipif("DOCKER_HOST" not in os.environ, reason="no engine: ./dev test integration starts one")
def test_a_jobs_service_may_be_aws(binary, tree, tmp_path, aws_image, place):
    (tree / ".triphammer/w.yml").write_text(WITH_SERVICE)

    done, log = run_on_the_spot(
        binary, tree, tmp_path, "--secret", "AWS_SECRET", "--runs-on", f"ubuntu-latest={place}",
        AWS_SECRET=KEYS["AKIATEST"])

    assert done.returncode == 0, done.stdout + done.stderr
    assert f"log in to {REGISTRY} as AWS\n" in log and "key ***\n" in log
