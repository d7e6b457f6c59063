"""`image:` jobs whose registries ask for something: ECR's calls and its registry, a fork's Dockerfile."""
import base64
import http.client
import json
import os
from urllib.parse import quote

import pytest

from harness import payloads
from harness.aws import KEYS
from harness.aws_ecr import EcrCloud
from harness.engine import _Connection, call, remove_objects

pytestmark = pytest.mark.skipif("DOCKER_HOST" not in os.environ, reason="no engine: ./dev test integration starts one")

POLICY = '{"rules": [{"rulePriority": 1, "selection": {"tagStatus": "untagged", "countType": "imageCountMoreThan", ' \
         '"countNumber": 5}, "action": {"type": "expire"}}]}'
WORKFLOW = """
on: push
jobs:
  image:
    image:
      tags:
        - "{ecr}/team/app:{tag}"
        - "{private}/team/app:{tag}"
      labels: {{ note: '"costs" $HOME' }}
      login:
        ecr: {{ region: us-east-1, create: {create}, lifecycle: policy.json, immutable: true, scan: true }}
        "{private}": {{ username: "{user}", password: "${{{{ secrets.REGISTRY_PASSWORD }}}}" }}
"""


@pytest.fixture
def cloud():
    with EcrCloud(os.environ["REGISTRY"]) as server:
        yield server
        assert server.complaints == []


class Yard:
    def __init__(self, daemon, git, cloud):
        self.daemon, self.cloud = daemon, cloud
        self.repository = git.repository("acme/app")
        daemon.add_repository(self.repository)
        here = ("--repository", "acme/app")
        daemon.admin("variable", "set", "AWS_ENDPOINT_URL", *here, stdin=cloud.url)
        daemon.admin("secret", "set", "AWS_ACCESS_KEY_ID", *here, stdin="AKIATEST")
        daemon.admin("secret", "set", "AWS_SECRET_ACCESS_KEY", *here, stdin=KEYS["AKIATEST"])
        daemon.admin("secret", "set", "REGISTRY_PASSWORD", *here, stdin=os.environ["PRIVATE_REGISTRY_PASSWORD"])

    def build(self, tag, dockerfile="FROM triphammer/busybox\n", policy=POLICY, create="true"):
        text = WORKFLOW.format(ecr=self.cloud.registry, private=os.environ["PRIVATE_REGISTRY"], tag=tag, create=create,
                               user=os.environ["PRIVATE_REGISTRY_USER"])
        sha = self.repository.commit({".triphammer/w.yml": text, "Dockerfile": dockerfile, "policy.json": policy})
        return self.ended(self.daemon.run_of_push(self.repository, sha))

    def ended(self, run):
        [job] = run["jobs"]
        return run, job, f"{job['cause']}: {job['reason']}\n" + self.daemon.log_text(run["id"], job["id"])


@pytest.fixture
def yard(make_daemon, git, cloud):
    return Yard(make_daemon(docker={"host": os.environ["DOCKER_HOST"]}), git, cloud)


def test_a_repository_of_ecr_is_made_and_two_registries_get_one_digest(yard, cloud):
    run, job, log = yard.build("1")

    assert run["state"] == "succeeded", log
    assert job["outputs"]["ref"] == f"{cloud.registry}/team/app@{job['outputs']['digest']}"
    [made] = cloud.inputs("CreateRepository")
    assert made == {"repositoryName": "team/app", "imageTagMutability": "IMMUTABLE",
                    "imageScanningConfiguration": {"scanOnPush": True}}
    assert cloud.repositories["team/app"]["policy"] == POLICY
    assert [step["name"] for step in job["steps"]][-3:] == ["Open the registry", "Build", "Push"]
    assert KEYS["AKIATEST"] not in log and os.environ["PRIVATE_REGISTRY_PASSWORD"] not in log
    labels = configuration(job)["Labels"]
    assert labels["triphammer.run"] == run["id"] and labels["note"] == '"costs" $HOME'
    assert log.count(": LABEL ") == 1, log

    # The same run once more makes the same image: a tag that may not move is no failure then.
    assert yard.daemon.api(f"/runs/{run['id']}/rerun", "POST", json={"jobs": "all"}).status_code == 202
    again, same, log = yard.ended(yard.daemon.finished_run(run["id"]))
    assert again["state"] == "succeeded" and "is this image already" in log, log
    assert same["outputs"]["digest"] == job["outputs"]["digest"]
    assert len(cloud.inputs("CreateRepository")) == len(cloud.inputs("PutLifecyclePolicy")) == 1

    _, other, log = yard.build("1", "FROM triphammer/busybox\nLABEL other=1\n")
    assert other["state"] == "failed" and other["cause"] == "invalid", log
    assert f"team/app:1 exists already, with {job['outputs']['digest']}" in other["reason"]


def test_what_an_image_tells_those_that_are_built_on_it_stays_in_it(yard):
    run, job, log = yard.build("1", "FROM triphammer/busybox\nONBUILD LABEL heir=1\n")
    assert run["state"] == "succeeded", log
    made = configuration(job)
    assert made["OnBuild"] == ["LABEL heir=1"] and "heir" not in made["Labels"]
    assert made["Labels"]["triphammer.run"] == run["id"]


def configuration(job):
    return call("GET", f"/v1.41/images/{job['outputs']['image-id']}/json")[1]["Config"]


def test_what_is_wrong_is_said_before_anything_is_built(yard, cloud):
    _, job, _ = yard.build("1", policy="{rules: none}")
    assert job["reason"] == "login.ecr.lifecycle: 'policy.json' is no JSON"

    _, job, _ = yard.build("2", create="false")
    assert "has no repository 'team/app'" in job["reason"] and "create: true" in job["reason"]

    cloud.faults = [("GetAuthorizationToken", "denied")]
    _, job, log = yard.build("3")
    assert "AccessDeniedException" in job["reason"] and "Step 1" not in log
    assert not cloud.repositories


def raw_call(path, body=None, headers=None):
    connection = _Connection(os.environ["DOCKER_HOST"].removeprefix("unix://"))
    connection.request("POST", path, body, {"Content-Type": "application/json", **(headers or {})})
    said = connection.getresponse().read().decode()
    connection.close()
    return said


def make_image(name="", changes=""):
    """An image of triphammer/busybox and nothing else; with a name it is at the public registry, too."""
    made = call("POST", "/v1.41/containers/create", {"Image": "triphammer/busybox", "Cmd": ["true"]})[1]["Id"]
    words = (f"&repo={name}&tag=1" if name else "") + (f"&changes={quote(changes)}" if changes else "")
    image = call("POST", f"/v1.41/commit?container={made}{words}", {"Labels": {"made": name or "nameless"}})[1]["Id"]
    call("DELETE", f"/v1.41/containers/{made}")
    if name:
        said = raw_call(f"/v1.41/images/{name}/push?tag=1", headers={"X-Registry-Auth": base64.b64encode(b"{}").decode()})
        assert '"error"' not in said, said
    return image


def image_ids():
    """But for the empty image that this server may make at any time."""
    return {each["Id"] for each in call("GET", "/v1.41/images/json?all=1")[1] if each["RepoTags"] != ["triphammer-nothing:latest"]}


class Fork:
    """A stranger's pull request with a Dockerfile of his own."""

    def __init__(self, yard):
        self.yard, self.repository, self.daemon = yard, yard.repository, yard.daemon
        self.daemon.trust_forks(self.repository)
        workflow = f"on: pull_request\njobs:\n  image:\n    image: {{ tags: \"{os.environ['REGISTRY']}/team/forked:1\" }}\n"
        self.base = self.repository.commit({".triphammer/w.yml": workflow, "Dockerfile": "FROM triphammer/busybox\n"})
        self.number = 6

    def build(self, dockerfile):
        self.number += 1
        head = self.repository.commit({"Dockerfile": dockerfile}, branch="topic")
        payload = payloads.pull_request("acme/app", self.repository.clone_url, self.number, head, self.base, fork_id=9999)
        _, guid = self.daemon.deliver(self.repository, "pull_request", payload)
        return self.yard.ended(self.daemon.finished_run(self.daemon.delivery(guid)["runs"][0]))[1:]


def test_a_forks_image_gets_no_name_and_goes_again_whatever_it_prints(yard):
    public = f"{os.environ['REGISTRY']}/team/public"
    make_image(public)
    victim = make_image()
    fork = Fork(yard)
    there = image_ids()
    job, log = fork.build(f"""FROM {public}:1 AS one
RUN echo mine > /mine; echo 'Step 9/9 : FROM nothing'
RUN echo ' ---> {victim.removeprefix("sha256:")[:12]}'; echo ' ---> Using cache'
FROM {public}:1
COPY --from=one /mine /mine
""")

    assert job["state"] == "succeeded" and "gets no name" in log, log
    assert call("GET", f"/v1.41/images/{os.environ['REGISTRY']}/team/forked:1/json")[0] == 404
    assert image_ids() == there  # nothing of its own stays, nothing of others goes
    call("DELETE", f"/v1.41/images/{victim}?force=1")
    call("DELETE", f"/v1.41/images/{public}:1?force=1")


def test_a_fork_builds_on_what_everybody_may_fetch(yard):
    """What the engine has is other repositories'."""
    secret = f"{os.environ['PRIVATE_REGISTRY']}/team/secret"
    trap = f"{os.environ['REGISTRY']}/team/trap"
    call("POST", f"/v1.41/images/triphammer%2Fbusybox/tag?repo={secret}&tag=1")
    make_image(trap, "ONBUILD ADD http://169.254.169.254/latest /x")
    fork = Fork(yard)
    for dockerfile, words in [
        (f"FROM {secret}:1\n", "images that everybody may fetch"),
        (f"FROM scratch\nCOPY --from={secret}:1 /bin /bin\n", "images that everybody may fetch"),
        (f"ARG BASE={secret}:1\nFROM ${{BASE}}\n", "name their base images plainly"),
        (f"FROM scratch\nCOPY --fr\"om\"={secret}:1 /bin /bin\n", "name their base images plainly"),
        (f"FROM {trap}:1\n", "images that add instructions"),
    ]:
        job, log = fork.build(dockerfile)
        assert job["state"] == "failed" and words in job["reason"] and "Step 1" not in log, (dockerfile, job["reason"], log)

    # Nor may others have the engine fetch by a base's instructions.
    _, job, log = yard.build("7", f"FROM {trap}:1\n")
    assert job["state"] == "failed" and "metadata of its instance" in job["reason"] and "Step 1" not in log, log
    for name in (secret, trap):
        call("DELETE", f"/v1.41/images/{name}:1?force=1")


FORKS_ACTIONS = """on: pull_request
jobs:
  act:
    runs-on: host
    steps:
      - uses: actions/checkout@v4
      - { uses: ./named, continue-on-error: true }
      - { uses: ./nested, continue-on-error: true }
      - { uses: ./built, continue-on-error: true }
      - uses: docker://%(secret)s:1
        with: { entrypoint: /bin/echo, args: the base named it }
"""


def test_a_forks_actions_run_in_what_everybody_may_fetch(yard):
    """Those of its tree, that is: what the base's workflow names is the base's."""
    secret = f"{os.environ['PRIVATE_REGISTRY']}/team/secret"
    call("POST", f"/v1.41/images/triphammer%2Fbusybox/tag?repo={secret}&tag=1")
    repository, daemon = yard.repository, yard.daemon
    daemon.trust_forks(repository)
    base = repository.commit({".triphammer/w.yml": FORKS_ACTIONS % {"secret": secret}})
    using = "name: A\ndescription: a\nruns: "
    head = repository.commit({
        "named/action.yml": using + f"{{ using: docker, image: 'docker://{secret}:1', entrypoint: /bin/true }}\n",
        "nested/action.yml": using + f"{{ using: composite, steps: [{{ uses: 'docker://{secret}:1' }}] }}\n",
        "built/action.yml": using + "{ using: docker, image: Dockerfile }\n",
        "built/Dockerfile": f"FROM {secret}:1\n"}, branch="topic")
    payload = payloads.pull_request("acme/app", repository.clone_url, 6, head, base, fork_id=9999)
    _, guid = daemon.deliver(repository, "pull_request", payload)
    job, log = yard.ended(daemon.finished_run(daemon.delivery(guid)["runs"][0]))[1:]

    assert job["state"] == "succeeded" and "the base named it" in log, (job["reason"], log)
    for name in ("named", "nested", "built"):
        assert "images that everybody may fetch" in log.split(f"] Run ./{name}\n")[1].split("] Run ./")[0], (name, log)
    call("DELETE", f"/v1.41/images/{secret}:1?force=1")


KEPT = """
on: push
jobs:
  image:
    image: {{ tags: "{name}:latest", keep: {{ count: 1 }}, push: {push} }}
  ship:
    needs: image
    environment: production
    deploy: {{ to: container, service: kept, image: "${{{{ needs.image.outputs.image-id }}}}", health: {{ for: 1s }}, command: sleep 60 }}
"""


def test_an_image_that_a_deployment_waits_with_stays_when_its_tag_moves(yard):
    daemon, repository = yard.daemon, yard.repository
    name = f"{os.environ['REGISTRY']}/team/kept"
    daemon.admin("environment", "set", "acme/app", "production", "--approvals", "1")

    def build(number):
        """The run, whose deployment waits for a yes or for its turn, and its image."""
        sha = repository.commit({".triphammer/w.yml": KEPT.format(name=name, push="false"), "Dockerfile": f"FROM triphammer/busybox\nLABEL n={number}\n"})
        run = daemon.delivery(daemon.push(repository, sha))["runs"][0]

        def image():
            jobs = {job["key"]: job for job in daemon.get(f"/runs/{run}")["jobs"]}
            return jobs["image"]["state"] == "succeeded" and jobs["ship"]["state"] != "succeeded" and jobs["image"]["outputs"]["image-id"]
        return run, daemon.wait_for(image, 40, lambda: str(daemon.get(f"/runs/{run}")["jobs"]))

    runs, ids = zip(*(build(number) for number in (1, 2)))
    assert ids[0] != ids[1] and set(ids) <= image_ids()

    for run in runs:  # once nobody waits for it any more it goes
        daemon.api(f"/runs/{run}/cancel", "POST")
        daemon.finished_run(run)
    build(3)
    assert not set(ids) & image_ids()
    call("DELETE", f"/v1.41/images/{name}:latest?force=1")


PLATFORMS = """
on: push
jobs:
  image:
    runs-on: host
    outputs: {{ ref: "${{{{ steps.image.outputs.ref }}}}" }}
    steps:
      - uses: actions/checkout@v4
      - uses: docker/setup-qemu-action@v3
      - uses: docker/setup-buildx-action@v3
      - uses: docker/login-action@v3
        with: {{ registry: "{private}", username: "{user}", password: "${{{{ secrets.REGISTRY_PASSWORD }}}}" }}
      - id: image
        uses: docker/build-push-action@v6
        with: {{ context: ., push: true, platforms: "linux/amd64,linux/arm64", tags: "{name}:1,{private}/team/index:1" }}
  ship:
    needs: image
    environment: production
    deploy: {{ to: container, service: index, image: "${{{{ needs.image.outputs.ref }}}}", health: {{ for: 1s }}, command: sleep 60 }}
"""


def registry_answer(path, kind):
    connection = http.client.HTTPConnection(os.environ["REGISTRY"], timeout=30)
    connection.request("GET", "/v2/team/index/" + path, headers={"Accept": kind})
    answer = connection.getresponse()
    out = json.loads(answer.read())
    connection.close()
    assert answer.status == 200, out
    return out, answer.getheader("Docker-Content-Digest")


def test_several_platforms_are_one_index_that_is_deployed(yard):
    name = f"{os.environ['REGISTRY']}/team/index"
    words = {"name": name, "private": os.environ["PRIVATE_REGISTRY"], "user": os.environ["PRIVATE_REGISTRY_USER"]}
    files = {".triphammer/w.yml": PLATFORMS.format(**words), "Dockerfile":
             "FROM --platform=$BUILDPLATFORM triphammer/busybox AS own\nRUN echo made > /made\nFROM scratch\nCOPY --from=own / /\n"}
    run = yard.daemon.run_of_push(yard.repository, yard.repository.commit(files))
    jobs = {job["key"]: job for job in run["jobs"]}
    log = yard.daemon.log_text(run["id"], jobs["image"]["id"])
    assert run["state"] == "succeeded", log + jobs["ship"]["reason"]

    kind = "application/vnd.docker.distribution.manifest.list.v2+json"
    index, digest = registry_answer("manifests/1", kind)
    assert jobs["image"]["outputs"]["ref"] == f"{name}@{digest}"
    assert [one["platform"]["architecture"] for one in index["manifests"]] == ["amd64", "arm64"]
    for one in index["manifests"]:
        manifest, _ = registry_answer("manifests/" + one["digest"], one["mediaType"])
        configuration, _ = registry_answer("blobs/" + manifest["config"]["digest"], "*/*")
        assert configuration["architecture"] == one["platform"]["architecture"]
    [row] = yard.daemon.get("/deployments")["items"]
    assert row["state"] == "succeeded" and row["digest"] == digest, row
    yard.daemon.stop()
    remove_objects(yard.daemon)
    for tag in ("1", "1-linux-amd64", "1-linux-arm64"):
        call("DELETE", f"/v1.41/images/{name}:{tag}?force=1")
        call("DELETE", f"/v1.41/images/{words['private']}/team/index:{tag}?force=1")


FOREIGN = "on: push\njobs:\n  image:\n    image: {{ tags: \"{registry}/team/foreign:1\", platforms: linux/s390x, push: false }}\n"


@pytest.mark.skipif(os.path.exists("/proc/sys/fs/binfmt_misc/qemu-s390x"), reason="this machine runs them")
def test_commands_that_the_engine_cannot_run_are_refused_before_anything_is_built(yard):
    def build(dockerfile):
        files = {".triphammer/w.yml": FOREIGN.format(registry=os.environ["REGISTRY"]), "Dockerfile": dockerfile}
        return yard.ended(yard.daemon.run_of_push(yard.repository, yard.repository.commit(files)))[1:]

    there = image_ids()
    job, log = build("FROM triphammer/busybox\nRUN true\n")
    assert job["cause"] == "invalid" and "linux/s390x: this engine (linux/" in job["reason"], log
    assert "Dockerfile, line 2: RUN wants that" in job["reason"] and "Sending" not in log, log
    assert image_ids() == there
    job, log = build("FROM scratch\nCOPY Dockerfile /here\n")
    assert job["state"] == "succeeded" and ", linux/s390x" in log, log
    call("DELETE", f"/v1.41/images/{os.environ['REGISTRY']}/team/foreign:1?force=1")


ACTIONS = """
on: push
jobs:
  image:
    runs-on: host
    steps:
      - uses: actions/checkout@v4
      - uses: docker/login-action@v3
        with: {{ registry: "{private}", username: "{user}", password: "${{{{ secrets.REGISTRY_PASSWORD }}}}" }}
      - id: image
        uses: docker/build-push-action@v6
        with:
          context: .
          push: true
          no-cache: true
          cache-from: type=gha
          tags: |
            {public}/team/action:1
            {private}/team/action:1
            {private}/team/action:latest
      - run: echo "it is ${{{{ steps.image.outputs.digest }}}}, ${{{{ steps.image.outputs.size }}}} bytes"
"""


def test_the_actions_push_one_build_to_several_registries(yard):
    text = ACTIONS.format(public=os.environ["REGISTRY"], private=os.environ["PRIVATE_REGISTRY"],
                          user=os.environ["PRIVATE_REGISTRY_USER"])
    files = {".triphammer/w.yml": text, "Dockerfile": "FROM triphammer/busybox\nRUN nc -w 5 169.254.169.254 80 2>&1 || true\n"}
    sha = yard.repository.commit(files)
    _, job, log = yard.ended(yard.daemon.run_of_push(yard.repository, sha))

    assert job["state"] == "succeeded" and "it is sha256:" in log, log
    assert "'type=gha' is no image" in log and "No route to host" in log, log
    assert [line for line in log.splitlines() if line.startswith("Pushed ")] == \
        [f"Pushed {os.environ['REGISTRY']}/team/action@{log.split('it is ')[1].split(',')[0]}"]
    assert call("GET", "/v1.41/containers/json?all=1&filters=%7B%22label%22%3A%5B%22triphammer.role%3Djob%22%5D%7D")[1] == []
