"""ECS's own blue/green and App Runner, against AWS in its own time (tests/harness/aws_cloud.py)."""
import pytest

from harness.aws import ACCOUNT, Lost
from harness.aws_apprunner import ARN, IMAGE
from harness.aws_cloud import NEW, OTHER, REPOSITORY, Cloud
from harness.aws_ecs import GOOD
from harness.aws_shop import Shop

NATIVE = "      strategy: blue-green\n      bake: 1m\n"
APP_RUNNER = """
on: push
jobs:
  production:
    environment: production
    deploy:
      to: apprunner
      service: shop
      image: {image}
      health: {{ interval: 50ms, timeout: {timeout} }}
{extra}
"""


@pytest.fixture
def cloud():
    with Cloud() as server:
        yield server
        assert server.complaints == []


@pytest.fixture
def shop(make_daemon, git, cloud):
    return Shop(make_daemon(), git, cloud)


def kinds(cloud):
    return [effect[0] for effect in cloud.service.effects]


def images(cloud):
    cloud.service.advance()
    return [cloud.service.definitions[one["taskDefinition"]]["containerDefinitions"][0]["image"]
            for one in cloud.service.deployments()]


def test_blue_green_pauses_goes_on_and_leaves_no_pause_behind(shop, cloud):
    own = dict(cloud.service.settings)
    run, log = shop.ship(extra=NATIVE)

    assert run["state"] == "succeeded", log
    assert kinds(cloud) == ["RegisterTaskDefinition", "UpdateService by ours", "Continue CONTINUE"]
    assert images(cloud) == [f"{REPOSITORY}@{NEW}"] and cloud.service.last.status == "SUCCESSFUL"
    assert cloud.service.last.configuration["strategy"] == "BLUE_GREEN"
    assert cloud.service.last.configuration["bakeTimeInMinutes"] == 1
    assert cloud.service.settings["lifecycleHooks"] == [] and cloud.service.settings["strategy"] == own["strategy"]
    # Nothing of production's traffic went over before our word.
    names = [name for name, _ in cloud.calls]
    assert names.index("ContinueServiceDeployment") > names.index("DescribeTasks")


SHARES = {"canary": {"canaryConfiguration": {"canaryPercent": 10.0, "canaryBakeTimeInMinutes": 5}},
          "linear": {"linearConfiguration": {"stepPercent": 25.0, "stepBakeTimeInMinutes": 2}}}


@pytest.mark.parametrize("strategy", SHARES)
def test_traffic_goes_over_in_the_shares_that_the_service_has(shop, cloud, strategy):
    here = f"      strategy: {strategy}\n"
    run, log = shop.ship(extra=here)
    assert run["state"] == "failed" and f"give its deploymentConfiguration a {strategy}Configuration" in log, log
    cloud.service.settings = {**cloud.service.settings, "strategy": strategy.upper(), "bakeTimeInMinutes": 1, **SHARES[strategy]}
    own = dict(cloud.service.settings)
    # Shorter than what ECS takes: refused before anything.
    run, log = shop.ship(extra=here, timeout="5m")
    assert run["state"] == "failed" and "say health: { timeout:" in log and cloud.service.effects == [], log
    run, log = shop.ship(extra=here, timeout="20m")

    assert run["state"] == "succeeded", log
    assert cloud.service.last.configuration | {"lifecycleHooks": []} == own | {"lifecycleHooks": []}
    assert cloud.service.last.traffic == 100 and images(cloud) == [f"{REPOSITORY}@{NEW}"]
    assert cloud.service.settings == own | {"lifecycleHooks": []}


def test_an_ecs_that_moves_all_traffic_at_once_is_no_canary(shop, cloud):
    cloud.service.settings = {**cloud.service.settings, "strategy": "CANARY", **SHARES["canary"]}
    cloud.service.ignores_shares = True
    run, log = shop.ship(extra="      strategy: canary\n", timeout="20m")

    assert run["state"] == "failed" and "ECS moves the traffic as BLUE_GREEN" in log, log
    assert "Continue CONTINUE" not in kinds(cloud) and images(cloud) == [f"registry.example/app@{GOOD}"]


@pytest.mark.parametrize("fate, words", [("fails", "circuit breaker"), ("alarm", "An alarm went off"), ("stuck", "not proven within")])
def test_blue_green_that_ends_otherwise_is_red_and_undone(shop, cloud, fate, words):
    cloud.service.fates = [fate]
    run, log = shop.ship(extra=NATIVE, timeout="1s")

    assert run["state"] == "failed" and words in log, log
    assert shop.newest()["state"] == ("rolled_back" if fate == "alarm" else "failed"), log
    assert images(cloud) == [f"registry.example/app@{GOOD}"] and cloud.service.settings["lifecycleHooks"] == []


def test_another_digest_at_the_pause_gets_no_traffic(shop, cloud):
    cloud.service.digests = {f"{REPOSITORY}@{NEW}": OTHER}
    run, log = shop.ship(extra=NATIVE, timeout="1s")

    assert run["state"] == "failed" and f"app runs {OTHER}" in log, log
    assert "Continue CONTINUE" not in kinds(cloud) and images(cloud) == [f"registry.example/app@{GOOD}"]


@pytest.mark.parametrize("operation", ["UpdateService", "ContinueServiceDeployment"])
@pytest.mark.parametrize("is_done", [False, True])
def test_a_lost_runner_of_blue_green_is_followed_by_one_that_looks_first(shop, cloud, operation, is_done):
    killed = []

    def kill(called, done):
        if called == operation and done == is_done and not killed:
            killed.append(called)
            shop.kill_runner()
            if not done:
                raise Lost

    cloud.on_call = kill
    run, log = shop.ship(extra=NATIVE, timeout="10s")

    assert killed and run["state"] == "succeeded", log
    assert kinds(cloud).count("UpdateService by ours") == kinds(cloud).count("Continue CONTINUE") == 1
    assert images(cloud) == [f"{REPOSITORY}@{NEW}"]
    # The second runner has read a service with our pause in it.
    assert cloud.service.settings["lifecycleHooks"] == [] and cloud.service.settings["strategy"] == "ROLLING"


@pytest.mark.parametrize("operation", ["ListServiceDeployments", "DescribeServiceDeployments", "DescribeServiceRevisions",
                                       "ContinueServiceDeployment", "StopServiceDeployment"])
@pytest.mark.parametrize("kind", ["lost", "garbage", "denied"])
def test_no_fault_of_blue_green_is_green_without_the_truth(shop, cloud, operation, kind):
    cloud.faults = [(operation, kind)]
    if operation == "StopServiceDeployment":
        cloud.service.fates = ["stuck"]
    run, log = shop.ship(extra=NATIVE, timeout="2s")

    state = shop.newest()["state"]
    if run["state"] == "succeeded":
        assert images(cloud) == [f"{REPOSITORY}@{NEW}"] and cloud.service.last.status == "SUCCESSFUL", log
    assert kinds(cloud).count("Continue CONTINUE") <= 1
    assert (run["state"] == "succeeded") == (state == "succeeded"), log


def ship_app(shop, **options):
    return shop.ship(**{"workflow": APP_RUNNER, **options})


def test_app_runner_gets_the_image_and_its_operation_is_proven(shop, cloud):
    run, log = ship_app(shop)
    assert run["state"] == "succeeded", log
    assert cloud.runner.image == f"{REPOSITORY}@{NEW}"
    assert run["jobs"][0]["outputs"]["url"] == "https://abc.us-east-1.awsapprunner.com"


@pytest.mark.parametrize("fate", ["FAILED", "ROLLBACK_SUCCEEDED", "ROLLBACK_FAILED"])
def test_an_operation_that_ends_otherwise_is_red(shop, cloud, fate):
    cloud.runner.fates = [fate]
    run, log = ship_app(shop)
    assert run["state"] == "failed" and fate in log, log
    assert cloud.runner.image == f"{IMAGE}@{GOOD}" and shop.newest()["state"] == "rolled_back"


def test_an_operation_that_does_not_end_is_for_a_person(shop, cloud):
    cloud.runner.fates = ["stuck"]
    run, log = ship_app(shop, timeout="1s")
    assert run["state"] == "failed" and shop.newest()["state"] == "unknown", log


@pytest.mark.parametrize("fault, fate, image", [("denied", None, OTHER), (None, "FAILED", NEW)])
def test_an_app_that_somebody_else_has_changed_goes_back_only_from_ours(shop, cloud, fault, fate, image):
    """What never began leaves it alone; what App Runner has undone goes to the last good image."""
    assert ship_app(shop)[0]["state"] == "succeeded"
    cloud.runner.foreign_change(f"{IMAGE}@{OTHER}")
    cloud.faults = [("UpdateService", fault)] if fault else []
    cloud.runner.fates = [fate] if fate else []

    run, log = ship_app(shop, image=f"{REPOSITORY}@{GOOD}")

    assert run["state"] == "failed" and shop.newest()["state"] == "rolled_back", log
    assert cloud.runner.image == f"{IMAGE}@{image}", log


def test_an_app_of_the_same_name_elsewhere_has_a_way_back_of_its_own(shop, cloud):
    assert ship_app(shop)[0]["state"] == "succeeded"
    cloud.runner.arn = ARN.replace("us-east-1", "eu-west-1")
    cloud.runner.foreign_change(f"{IMAGE}@{OTHER}")
    cloud.runner.fates = ["FAILED"]

    run, log = ship_app(shop, image=f"{REPOSITORY}@{GOOD}")

    assert run["state"] == "failed" and f"The way back of shop is {IMAGE}@{OTHER}" in log, log
    assert cloud.runner.image == f"{IMAGE}@{OTHER}" and shop.newest()["state"] == "rolled_back"


def push_by_itself(cloud):
    cloud.runner.auto = True


def expire(cloud):
    cloud.faults = [("ListServices", "expired")]


def be_busy(cloud):
    cloud.runner.begin(f"{IMAGE}:1", "somebody", "stuck")


@pytest.mark.parametrize("spoil, options, words", [
    (push_by_itself, {}, "AutoDeploymentsEnabled"),
    (be_busy, {}, "is OPERATION_IN_PROGRESS, not RUNNING"),
    (expire, {}, "expired ones are replaced there"),
    (lambda _: None, {"workflow": APP_RUNNER.replace("service: shop", "service: other")}, "look at deploy.service and AWS_REGION"),
    (lambda _: None, {"image": f"{REPOSITORY}:9"}, "The image requested does not exist"),
    (lambda _: None, {"image": f"registry.example/app@{NEW}"}, "images of ECR's private registries"),
    (lambda _: None, {"image": f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/other:1"}, "The repository does not exist"),
])
def test_what_app_runner_cannot_do_is_said_before(shop, cloud, spoil, options, words):
    spoil(cloud)
    run, log = ship_app(shop, **options)
    assert run["state"] == "failed" and words in log, log
    assert not any(by == "UpdateService by ours" for by, _ in cloud.runner.effects)
