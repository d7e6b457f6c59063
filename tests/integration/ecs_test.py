"""`deploy: { to: ecs }` against AWS in its own time (tests/harness/aws_cloud.py): green is what runs, and nothing else."""
import os

import pytest

from harness.aws import ACCOUNT, KEYS, Lost
from harness.aws_cloud import NEW, OTHER, REPOSITORY, Cloud
from harness.aws_ecs import GOOD
from harness.aws_shop import WORKFLOW, Shop

FIRST = f"arn:aws:ecs:us-east-1:{ACCOUNT}:task-definition/web:1"
@pytest.fixture
def cloud():
    with Cloud() as server:
        yield server
        assert server.complaints == []


@pytest.fixture
def shop(make_daemon, git, cloud):
    return Shop(make_daemon(), git, cloud)


def live_image(cloud):
    cloud.service.advance()
    deployments = cloud.service.deployments()
    [app] = [one for one in cloud.service.definitions[deployments[0]["taskDefinition"]]["containerDefinitions"]
             if one["name"] == "app"]
    is_whole = len(deployments) == 1 and deployments[0]["runningCount"] == cloud.service.desired
    return app["image"] if is_whole else None


def test_a_service_gets_the_digest_and_it_is_proven(shop, cloud):
    run, log = shop.ship()

    assert run["state"] == "succeeded", log
    [job] = run["jobs"]
    made = job["outputs"]["task-definition"]
    definition = cloud.service.definitions[made]
    assert live_image(cloud) == f"{REPOSITORY}@{NEW}" and job["outputs"]["digest"] == NEW
    assert cloud.service.effects == [("RegisterTaskDefinition", made), ("UpdateService by ours", made)]
    # The rest of the definition is as it was; labels say whose the revision is.
    app, sidecar = definition["containerDefinitions"]
    assert app["environment"] == [{"name": "EMPTY", "value": ""}] and sidecar["image"] == "registry.example/sidecar:1"
    assert app["dockerLabels"]["triphammer.previous"] == FIRST
    deployment = shop.daemon.get(f"/deployments/{shop.newest()['id']}")
    assert deployment["state"] == "succeeded" and deployment["digest"] == NEW
    assert KEYS["AKIATEST"] not in log


def test_a_tag_is_resolved_by_ecr(shop, cloud):
    run, log = shop.ship(image=f"{REPOSITORY}:2")
    assert run["state"] == "succeeded", log
    assert live_image(cloud) == f"{REPOSITORY}@{NEW}"


def fail(cloud):
    cloud.service.fates = ["fails"]


def fail_without_rollback(cloud):
    cloud.service.fates = ["fails"]
    cloud.service.settings["deploymentCircuitBreaker"] = {"enable": True, "rollback": False}


def run_another_digest(cloud):
    cloud.service.digests = {f"{REPOSITORY}@{NEW}": OTHER}


def never_finish(cloud):
    cloud.service.fates = ["stuck"]


def lose_a_task_after_completion(cloud):
    cloud.service.fates = ["halved"]


@pytest.mark.parametrize("spoil, words", [
    (fail, "CannotPullContainerError"),
    (fail_without_rollback, "circuit breaker"),
    (run_another_digest, f"app runs {OTHER}"),
    (never_finish, "not proven within 1 s"),
    (lose_a_task_after_completion, "1 of 2 tasks run"),
])
def test_what_is_not_proven_is_red_and_taken_back(shop, cloud, spoil, words):
    spoil(cloud)
    run, log = shop.ship(timeout="1s")

    assert run["state"] == "failed" and words in log, log
    assert shop.newest()["state"] == "rolled_back", log
    assert live_image(cloud) == f"registry.example/app@{GOOD}"


def test_the_way_back_is_the_last_good_revision(shop, cloud):
    assert shop.ship()[0]["state"] == "succeeded"
    good = cloud.service.deployments()[0]["taskDefinition"]
    cloud.service.foreign_change()
    shop.daemon.wait_for(lambda: live_image(cloud) is not None)
    cloud.service.fates = ["fails"]

    run, log = shop.ship(image=f"{REPOSITORY}@{OTHER}", timeout="1s")

    assert run["state"] == "failed" and f"since the last deployment from here: the way back is {good}" in log, log
    assert cloud.service.deployments()[0]["taskDefinition"] == good and shop.newest()["state"] == "rolled_back"


def test_nothing_is_taken_back_where_nothing_was_begun(shop, cloud):
    assert shop.ship()[0]["state"] == "succeeded"
    cloud.service.foreign_change()
    shop.daemon.wait_for(lambda: live_image(cloud) is not None)
    before = list(cloud.service.effects)
    cloud.faults = [("RegisterTaskDefinition", "denied")]

    run, log = shop.ship(image=f"{REPOSITORY}@{OTHER}")

    assert run["state"] == "failed" and shop.newest()["state"] == "rolled_back", log
    assert cloud.service.effects == before and cloud.service.deployments()[0]["taskDefinition"] == FIRST


def test_a_service_of_the_same_name_elsewhere_has_a_way_back_of_its_own(shop, cloud):
    assert shop.ship()[0]["state"] == "succeeded"
    cloud.service.cluster = f"arn:aws:ecs:eu-west-1:{ACCOUNT}:cluster/prod"
    cloud.service.foreign_change()
    shop.daemon.wait_for(lambda: live_image(cloud) is not None)
    cloud.service.fates = ["fails"]

    run, log = shop.ship(image=f"{REPOSITORY}@{OTHER}", timeout="1s")

    assert run["state"] == "failed" and shop.newest()["state"] == "rolled_back", log
    assert cloud.service.deployments()[0]["taskDefinition"] == FIRST and "the way back is" not in log, log


def test_a_foreign_change_is_red_and_left_alone(shop, cloud):
    first = shop.ship()
    assert first[0]["state"] == "succeeded", first[1]
    cloud.service.fates = ["foreign"]
    before = cloud.service.deployments()[0]["taskDefinition"]

    run, log = shop.ship(image=f"{REPOSITORY}@{OTHER}")

    assert run["state"] == "failed" and ("is gone" in log or "taken its place" in log), log
    assert cloud.service.deployments()[0]["taskDefinition"] == before


def test_unhealthy_targets_are_not_green(shop, cloud):
    cloud.unhealthy = {"blue"}
    run, log = shop.ship(timeout="1s")
    assert run["state"] == "failed" and "2 unhealthy" in log
    assert shop.newest()["state"] in ("rolled_back", "unknown")


OPERATIONS = ("DescribeServices", "DescribeTaskDefinition", "RegisterTaskDefinition", "UpdateService", "ListTasks",
              "DescribeTasks", "DescribeTargetHealth", "DescribeImages")
KINDS = ("throttle", "error", "cut", "lost", "garbage", "empty", "denied", "expired")
# Once is repeated, or red; seven times are more than a call repeats. All of them take minutes (`./dev test all`).
FAULTS = [(kind, times) for kind in KINDS for times in (1, 7)]
if os.environ.pop("TRIPHAMMER_SABOTAGE", "") != "all":  # what the program inherits would be a key of its configuration
    FAULTS = [("lost", 1), ("garbage", 1), ("denied", 1)]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_no_fault_of_any_call_is_green_without_the_truth(shop, cloud, operation):
    for kind, times in FAULTS:
        cloud.faults = [(operation, kind)] * times
        count = len(cloud.service.effects)
        image = f"{REPOSITORY}@{NEW if shop.count % 2 else OTHER}"
        run, log = shop.ship(image=image, timeout="3s")
        cloud.faults = []
        deployment = shop.newest()
        if run["state"] == "succeeded":
            assert live_image(cloud) == image and deployment["state"] == "succeeded", log
            assert [effect[0] for effect in cloud.service.effects[count:]].count("UpdateService by ours") == 1
        else:
            assert deployment["state"] in ("failed", "rolled_back", "unknown"), log
        if deployment["state"] == "unknown":
            shop.daemon.admin("deployment", "settle", str(deployment["id"]), "failed", "--comment", "looked at it")
        shop.daemon.wait_for(lambda: live_image(cloud) is not None, 10)


@pytest.mark.parametrize("spoil, options, words", [
    (lambda service: None, {"image": "registry.example/app:1"}, "is a tag, which may name something else tomorrow"),
    (lambda service: None, {"image": f"{REPOSITORY}:9"}, "The image requested does not exist"),
    (lambda service: None, {"extra": "      verify: { http: / }\n"}, "AWS itself asks for health here"),
    (lambda service: None, {"extra": "      env: { AWS_ENDPOINT_URL: 'http://169.254.169.254' }\n"}, "not a workflow"),
    (lambda service: None, {"extra": "      task-definition: nothing\n"}, "Unable to describe task definition"),
    (lambda service: setattr(service, "controller", "CODE_DEPLOY"), {}, "CODE_DEPLOY, which is not supported"),
    (lambda service: setattr(service, "desired", 0), {}, "desiredCount 0"),
    (lambda service: setattr(service, "status", "DRAINING"), {}, "is DRAINING, not ACTIVE"),
    (lambda service: setattr(service, "has_load_balancer", False), {}, "nothing would tell whether app works"),
    (lambda service: setattr(service, "has_alternate", False), {"extra": "      strategy: blue-green\n"}, "two target groups"),
])
def test_what_can_be_known_before_is_said_before(shop, cloud, spoil, options, words):
    spoil(cloud.service)
    run, log = shop.ship(**options)
    assert run["state"] == "failed" and words in log, log
    assert run["jobs"][0]["cause"] == "invalid" and cloud.service.effects == []
    assert shop.newest()["state"] == "failed"


@pytest.mark.parametrize("change, words", [
    (("secret", "AWS_SECRET_ACCESS_KEY", "wrong"), "SignatureDoesNotMatch"),
    (("secret", "AWS_ACCESS_KEY_ID", "AKIAOTHER"), "InvalidClientTokenId"),
    (("variable", "AWS_REGION", "nowhere!"), "is no region of AWS"),
])
def test_keys_that_are_no_good_are_named(shop, cloud, change, words):
    kind, name, value = change
    shop.daemon.admin(kind, "set", name, "--repository", "acme/app", "--environment", "production", stdin=value)
    run, log = shop.ship()
    assert run["state"] == "failed" and words in log, log
    assert cloud.service.effects == []


def test_an_unknown_cluster_expired_keys_and_a_quota_are_said_with_what_to_do(shop, cloud):
    def refused(*words, state="failed", **options):
        run, log = shop.ship(**options)
        reason = shop.newest()["reason"]
        assert run["state"] == "failed" and shop.newest()["state"] == state, log
        assert all(word in reason for word in words), reason
        assert cloud.service.effects == [] and cloud.inputs("UpdateService") == []

    refused("Cluster not found", "look at deploy.cluster (nowhere)", "AWS_REGION",
            workflow=WORKFLOW.replace("cluster: prod", "cluster: nowhere"))
    refused("the service other of the cluster prod", "deploy.service", workflow=WORKFLOW.replace("service: web", "service: other"))
    cloud.faults = [("DescribeServices", "expired")]
    refused("ExpiredTokenException", "expired ones are replaced there")
    # Of a quota only the attempt tells; the service is as it was.
    cloud.faults = [("RegisterTaskDefinition", "quota")]
    refused("The maximum number of active revisions of this family is reached", "Service Quotas", state="rolled_back")


@pytest.mark.parametrize("is_done", [False, True])
def test_a_lost_runner_is_followed_by_one_that_looks_first(shop, cloud, is_done):
    """Killed before UpdateService has done anything, and after, with the answer lost."""
    killed = []

    def kill(operation, done):
        if operation == "UpdateService" and done == is_done and not killed:
            killed.append(operation)
            shop.kill_runner()
            if not done:
                raise Lost

    cloud.on_call = kill
    run, log = shop.ship(timeout="10s")

    assert killed and run["state"] == "succeeded", log
    assert live_image(cloud) == f"{REPOSITORY}@{NEW}"
    assert [effect[0] for effect in cloud.service.effects].count("UpdateService by ours") == 1
    assert shop.daemon.get(f"/deployments/{shop.newest()['id']}")["state"] == "succeeded"


def test_what_ecs_has_undone_meanwhile_is_not_begun_again(shop, cloud):
    cloud.service.fates = ["fails"]
    killed = []

    def kill(operation, done):
        if operation == "UpdateService" and done and not killed:
            killed.append(operation)
            shop.kill_runner()

    cloud.on_call = kill
    run, log = shop.ship(timeout="10s")

    assert run["state"] == "failed", log
    assert [effect[0] for effect in cloud.service.effects].count("UpdateService by ours") == 1
    assert live_image(cloud) == f"registry.example/app@{GOOD}"


MIGRATE = "      before: ./migrate --all\n"


@pytest.mark.parametrize("strategy", ["", "      strategy: blue-green\n"])
def test_before_runs_once_per_version_in_the_new_revision(shop, cloud, strategy):
    run, log = shop.ship(extra=MIGRATE + strategy)

    assert run["state"] == "succeeded", log
    kinds = [kind for kind, _ in cloud.service.effects]
    assert kinds[:3] == ["RegisterTaskDefinition", "RunTask", "UpdateService by ours"]
    [given] = cloud.inputs("RunTask")
    assert given["taskDefinition"] == run["jobs"][0]["outputs"]["task-definition"] and given["count"] == 1
    assert given["overrides"] == {"containerOverrides": [{"name": "app", "command": ["sh", "-c", "./migrate --all"]}]}
    assert given["launchType"] == "FARGATE" and given["networkConfiguration"]["awsvpcConfiguration"]["subnets"]
    assert cloud.calls.index(("RunTask", given)) < [name for name, _ in cloud.calls].index("UpdateService")
    # The same version again: not a second time.
    assert shop.ship(extra=MIGRATE + strategy)[0]["state"] == "succeeded" and len(cloud.inputs("RunTask")) == 1


@pytest.mark.parametrize("code, words", [(3, "app: exit status 3"), (None, "no exit status")])
def test_before_that_does_not_end_well_touches_nothing(shop, cloud, code, words):
    cloud.service.exit_codes = [code]
    run, log = shop.ship(extra=MIGRATE)

    assert run["state"] == "failed" and words in log and cloud.inputs("UpdateService") == [], log
    assert shop.newest()["state"] == "failed" and live_image(cloud) == f"registry.example/app@{GOOD}"
    # Nobody runs it again by itself.
    run, log = shop.ship(extra=MIGRATE)
    assert run["state"] == "failed" and "not started again by itself" in log and len(cloud.inputs("RunTask")) == 1, log


def test_before_of_another_digest_or_a_lost_answer(shop, cloud):
    cloud.service.digests = {f"{REPOSITORY}@{NEW}": OTHER}
    run, log = shop.ship(extra=MIGRATE)
    assert run["state"] == "failed" and f"it ran {OTHER}" in log and cloud.inputs("UpdateService") == [], log
    # The token makes the repeated call the same task.
    cloud.service.digests, cloud.faults = {}, [("RunTask", "lost")]
    run, log = shop.ship(image=f"{REPOSITORY}@{OTHER}", extra=MIGRATE)
    assert run["state"] == "succeeded", log
    assert [kind for kind, _ in cloud.service.effects].count("RunTask") == 2 and len(cloud.inputs("RunTask")) == 3


def test_a_cancelled_job_ends_the_command_too(shop, cloud):
    cloud.service.command_length = 1e9
    run = shop.begin(extra=MIGRATE)
    shop.daemon.wait_for(lambda: cloud.inputs("DescribeTasks"))
    shop.daemon.api(f"/runs/{run}/cancel", "POST")
    ended = shop.daemon.finished_run(run, 60)

    assert ended["state"] == "cancelled" and "StopTask" in [kind for kind, _ in cloud.service.effects], shop.log(ended)
    assert cloud.inputs("UpdateService") == []


def cancel_while_the_command_runs(shop, cloud):
    cloud.service.command_length = 1e9
    run = shop.begin(extra=MIGRATE)
    shop.daemon.wait_for(lambda: cloud.inputs("DescribeTasks"))
    shop.daemon.api(f"/runs/{run}/cancel", "POST")
    return shop.daemon.finished_run(run, 90)


def test_a_command_is_told_to_end_until_ecs_has_taken_it(shop, cloud):
    cloud.faults = [("StopTask", "throttle")] * 7  # more than one call repeats
    ended = cancel_while_the_command_runs(shop, cloud)

    assert ended["state"] == "cancelled" and "StopTask" in [kind for kind, _ in cloud.service.effects], shop.log(ended)
    assert cloud.faults == [] and cloud.inputs("UpdateService") == []


def test_a_command_that_could_not_be_ended_is_not_left_behind_unseen(shop, cloud):
    cloud.faults = [("StopTask", "denied")]
    ended = cancel_while_the_command_runs(shop, cloud)

    row = shop.newest()
    assert ended["state"] == "failed" and row["state"] == "unknown", (ended, row)
    assert "it may run still" in row["reason"] and "task/prod/c" in row["reason"], row["reason"]
    # It keeps the lock, and after the answer of a person that version's command is not begun again.
    shop.daemon.admin("deployment", "settle", row["id"], "failed", "--comment", "stopped by hand")
    run, log = shop.ship(extra=MIGRATE)
    assert run["state"] == "failed" and "not started again by itself" in log and len(cloud.inputs("RunTask")) == 1, log
