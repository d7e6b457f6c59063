"""`deploy: { to: alb }` and `retire`: weights of a listener, against AWS in its own time (tests/harness/aws_cloud.py)."""
import http.server
import threading

import pytest

from harness.aws_cloud import Cloud
from harness.aws_elb import DEFAULT_RULE, LISTENER, LOGIN, RULE, TEST_LISTENER, forward
from harness.aws_shop import Shop

ALB = """
on: push
jobs:
  traffic:
    environment: production
    deploy:
      to: alb
      listener: {image}
      health: {{ interval: 50ms, timeout: {timeout} }}
{extra}
"""
RETIRE = """
on: push
jobs:
  retire:
    environment: production
    deploy: {{ to: ecs, cluster: prod, retire: web, health: {{ interval: 50ms, timeout: {timeout} }} }}
{extra}
"""
GREEN = "      weights: { blue: 0, green: 100 }\n"


@pytest.fixture
def cloud():
    with Cloud() as server:
        yield server
        assert server.complaints == []


@pytest.fixture
def shop(make_daemon, git, cloud):
    return Shop(make_daemon(), git, cloud)


def redirect(shop, weights=GREEN, listener=LISTENER, timeout="5s", extra=""):
    return shop.ship(image=listener, extra=weights + extra, timeout=timeout, workflow=ALB)


def state_of(shop):
    return shop.newest()["state"]


def test_weights_are_set_proven_and_nothing_else_changes(shop, cloud):
    cloud.balancer.actions[LISTENER].insert(0, LOGIN)
    cloud.balancer.stick(600)
    run, log = redirect(shop)

    assert run["state"] == "succeeded", log
    assert cloud.balancer.effects == [("put by ours", {"blue": 0, "green": 100})]
    [login, traffic] = cloud.balancer.actions[LISTENER]
    assert login["AuthenticateOidcConfig"]["ClientId"] == "shop"
    assert traffic["ForwardConfig"]["TargetGroupStickinessConfig"] == {"Enabled": True, "DurationSeconds": 600}
    assert "Now: blue 100, green 0. That is the way back." in log and "clients that were here before stay" in log
    assert run["jobs"][0]["outputs"]["weights"] == "blue 0, green 100"
    # The same again sends nothing; back again is one call.
    assert redirect(shop)[0]["state"] == "succeeded" and len(cloud.balancer.effects) == 1
    assert redirect(shop, "      weights: { blue: 100, green: 0 }\n")[0]["state"] == "succeeded"
    assert cloud.balancer.weights() == {"blue": 100, "green": 0}
    # A rule, by the ARNs of its groups.
    groups = "".join(f"        {one['TargetGroupArn']}: 1\n" for one in forward(blue=1, green=1)["ForwardConfig"]["TargetGroups"])
    run, log = redirect(shop, "      weights:\n" + groups, RULE)
    assert run["state"] == "succeeded" and cloud.balancer.weights(RULE) == {"blue": 1, "green": 1}, log


def test_what_cannot_go_well_is_refused_and_nothing_is_sent(shop, cloud):
    def refused(words, *given):
        run, log = redirect(shop, *given)
        assert run["state"] == "failed" and words in log and run["jobs"][0]["cause"] == "invalid", log

    refused("the listener also leads to blue (100): say its weight", "      weights: { green: 1 }\n")
    refused("the target group red", "      weights: { blue: 1, green: 1, red: 0 }\n")
    refused("a group that no listener knows is not checked", "      weights: { blue: 0, green: 0, unused: 1 }\n")
    refused("all weights are 0", "      weights: { blue: 0, green: 0 }\n")
    refused("weights.green is not a number from 0 to 999", "      weights: { blue: 0, green: 7000 }\n")
    refused("write the ARN of the listener itself", GREEN, DEFAULT_RULE)
    refused("look at deploy.listener and AWS_REGION", GREEN, LISTENER.replace("1111", "9999"))
    refused("AWS_REGION says us-east-1", GREEN, LISTENER.replace("us-east-1", "eu-west-1"))
    refused("is not the ARN of a listener", GREEN, "shop")
    cloud.unhealthy = {"green"}
    refused("green is to get traffic and has no healthy target (2 unhealthy)")
    cloud.balancer.actions[LISTENER] = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "503"}}]
    refused("there is no forward action")
    cloud.unhealthy = set()
    cloud.faults = [("DescribeTargetGroups", "expired")]
    refused("expired ones are replaced there")
    assert cloud.balancer.effects == []


def on_modify(cloud, do, is_done=True):
    def hook(operation, done):
        if operation == "ModifyListener" and done == is_done:
            cloud.on_call = lambda *_: None
            do()
    cloud.on_call = hook


def foreign(cloud):
    cloud.balancer.put(LISTENER, [forward(blue=7, green=3)], "somebody")


def test_a_foreign_change_is_never_green(shop, cloud):
    # After our writing: red, and left as it is; a person decides.
    on_modify(cloud, lambda: foreign(cloud))
    run, log = redirect(shop)
    assert run["state"] == "failed" and "somebody else has changed the listener" in log, log
    assert state_of(shop) == "unknown" and cloud.balancer.weights() == {"blue": 7, "green": 3}


def test_a_change_between_reading_and_writing_is_not_overwritten(shop, cloud):
    looks = []

    def hook(operation, is_done):
        looks.append(operation)
        if operation == "DescribeTargetHealth" and is_done:  # the last call of the preflight
            cloud.on_call = lambda *_: None
            foreign(cloud)
    cloud.on_call = hook
    run, log = redirect(shop)

    assert run["state"] == "failed" and "somebody else has changed the listener since it was read" in log, log
    assert cloud.balancer.effects == [("put by somebody", {"blue": 7, "green": 3})]
    assert state_of(shop) == "rolled_back"


def test_targets_that_get_ill_after_the_switch_lose_the_traffic_again(shop, cloud):
    on_modify(cloud, lambda: cloud.unhealthy.add("green"))
    run, log = redirect(shop)

    assert run["state"] == "failed" and "green is to get traffic and has no healthy target" in log, log
    assert cloud.balancer.weights() == {"blue": 100, "green": 0} and state_of(shop) == "rolled_back"


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.hosts.append(self.headers["Host"])
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.mark.parametrize("status, weights, ending", [(200, {"blue": 0, "green": 100}, "succeeded"), (502, {"blue": 100, "green": 0}, "rolled_back")])
def test_the_listener_itself_is_asked_after_the_switch(shop, cloud, status, weights, ending):
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page) as page:
        page.status, page.hosts = status, []
        threading.Thread(target=page.serve_forever, args=(0.02,), daemon=True).start()
        cloud.balancer.dns, cloud.balancer.port = "127.0.0.1", page.server_port
        run, log = redirect(shop, extra="      verify: { http: /healthz, interval: 50ms, timeout: 1s }\n")
        page.shutdown()

    assert state_of(shop) == ending and cloud.balancer.weights() == weights, log
    assert page.hosts and (status == 200 or "the listener answers with 502" in log)


@pytest.mark.parametrize("operation, fault", [("ModifyListener", "lost"), ("ModifyListener", "throttle"), ("ModifyListener", "garbage"),
                                              ("DescribeListeners", "empty")])
def test_a_lost_or_broken_answer_is_no_false_green(shop, cloud, operation, fault):
    cloud.faults = [(operation, fault)]
    run, log = redirect(shop)

    done = cloud.balancer.weights() == {"blue": 0, "green": 100}
    assert done == (run["state"] == "succeeded"), log
    assert state_of(shop) in ("succeeded", "rolled_back") or run["jobs"][0]["state"] == "failed"


def test_a_lost_runner_finds_the_way_back_in_the_journal(shop, cloud):
    """Killed after AWS has done it, before anybody knows: the next attempt sees it, and goes on or back by the journal."""
    on_modify(cloud, lambda: (cloud.unhealthy.add("green"), shop.kill_runner()))
    run, log = redirect(shop)

    assert run["state"] == "failed" and state_of(shop) == "rolled_back", log
    assert cloud.balancer.effects == [("put by ours", {"blue": 0, "green": 100}), ("put by ours", {"blue": 100, "green": 0})]


def retire(shop, timeout="20s"):
    return shop.ship(workflow=RETIRE, timeout=timeout)


def test_a_colour_is_retired_only_where_nothing_leads_to_it(shop, cloud):
    cloud.service.has_alternate = False
    for change, words in [(("retire: web", "retire: gone"), "the service gone of the cluster prod: MISSING gone"), (("cluster: prod", "cluster: nowhere"), "look at deploy.cluster (nowhere)")]:
        run, log = shop.ship(workflow=RETIRE.replace(*change))
        assert run["state"] == "failed" and words in log and "AWS_REGION" in log and cloud.service.effects == [], log
    run, log = retire(shop)
    assert run["state"] == "failed" and f"web still gets traffic: {LISTENER} (weight 100)" in log and RULE in log, log
    assert cloud.service.desired == 2
    # One rule of one listener is enough.
    cloud.balancer.actions[LISTENER] = [forward(blue=0, green=100)]
    assert RULE in retire(shop)[1] and cloud.service.desired == 2
    cloud.balancer.actions[RULE] = [forward(green=1)]
    run, log = retire(shop)
    assert run["state"] == "succeeded" and cloud.service.effects == [("scaled by ours", 0)], log
    assert run["jobs"][0]["outputs"]["service"] == "web"


def test_traffic_that_comes_back_meanwhile_brings_the_tasks_back(shop, cloud):
    cloud.service.has_alternate = False
    cloud.balancer.actions = {LISTENER: [forward(blue=0, green=1)], TEST_LISTENER: [forward(green=1)], RULE: [forward(green=1)]}

    def hook(operation, is_done):
        if operation == "UpdateService" and is_done:
            cloud.on_call = lambda *_: None
            cloud.balancer.put(LISTENER, [forward(blue=1, green=1)], "somebody")
    cloud.on_call = hook
    run, log = retire(shop)

    assert run["state"] == "failed" and "web still gets traffic" in log and state_of(shop) == "rolled_back", log
    assert cloud.service.desired == 2
