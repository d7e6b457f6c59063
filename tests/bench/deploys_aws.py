"""A deployment to AWS, against the stand-in that takes AWS's own time."""
import time

from support import Row, milliseconds_between

from harness.aws_cloud import Cloud
from harness.aws_shop import Shop

WORKFLOW = """
on: push
jobs:
  production:
    environment: production
    deploy: {{ to: ecs, cluster: prod, service: web, container: app, image: {image}, strategy: blue-green }}
"""


def blue_green(bench):
    """Two tasks: from the approval to the run's end, with the delays of a service that is set up as docs/deployments.md says."""
    with Cloud(scale=0.05 if bench.quick else 1.0) as cloud, bench.git() as git, bench.daemon() as daemon:
        shop = Shop(daemon, git, cloud)
        daemon.admin("environment", "set", shop.repository.name, "production", "--approvals", "1")
        run = shop.begin(workflow=WORKFLOW)
        asked = daemon.wait_for(lambda: daemon.get("/approvals?state=pending")["items"])
        started = time.perf_counter()
        daemon.admin("approval", "approve", asked[0]["id"], "--comment", "go")
        found = daemon.finished_run(run, 200)
        taken = time.perf_counter() - started
        if found["state"] != "succeeded" or cloud.complaints:
            raise RuntimeError(f"{found['state']} {cloud.complaints} {shop.log(found)[-500:]}")
        aws = (cloud.service.last.ended - cloud.service.last.begun) * cloud.scale
    yield Row("two ECS tasks, blue/green, approval → finished", f"{taken:.1f} s", f"the service's own change {aws:.1f} s",
              f"+{taken - aws:.1f} s", "≤ 90 s", taken <= 90)
    for step in found["jobs"][0]["steps"]:
        yield Row(f"  … {step['name']}", f"{milliseconds_between(step['started_at'], step['finished_at']) / 1000:.1f} s")
