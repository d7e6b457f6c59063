"""A repository whose environment `production` is at the stand-in's AWS."""
import contextlib
import os
import signal

from harness.aws import KEYS
from harness.aws_cloud import NEW, REPOSITORY

WORKFLOW = """
on: push
jobs:
  production:
    environment: production
    deploy:
      to: ecs
      cluster: prod
      service: web
      container: app
      image: {image}
      health: {{ interval: 50ms, timeout: {timeout} }}
{extra}
"""


class Shop:
    def __init__(self, daemon, git, cloud):
        self.daemon, self.cloud = daemon, cloud
        self.repository = git.repository("acme/app")
        daemon.add_repository(self.repository)
        here = ("--repository", "acme/app", "--environment", "production")
        daemon.admin("variable", "set", "AWS_REGION", *here, stdin="us-east-1")
        daemon.admin("variable", "set", "AWS_ENDPOINT_URL", *here, stdin=cloud.url)
        daemon.admin("secret", "set", "AWS_ACCESS_KEY_ID", *here, stdin="AKIATEST")
        daemon.admin("secret", "set", "AWS_SECRET_ACCESS_KEY", *here, stdin=KEYS["AKIATEST"])
        self.count = 0

    def begin(self, image=f"{REPOSITORY}@{NEW}", extra="", timeout="20s", workflow=WORKFLOW):
        self.count += 1
        text = workflow.format(image=image, timeout=timeout, extra=extra)
        sha = self.repository.commit({".triphammer/ship.yml": text}, message=f"version {self.count}")
        return self.daemon.delivery(self.daemon.push(self.repository, sha))["runs"][0]

    def ship(self, *words, **options):
        run = self.daemon.finished_run(self.begin(*words, **options), 60)
        return run, self.log(run)

    def log(self, run):
        [job] = run["jobs"]
        return f"{job['cause']}: {job['reason']}\n" + self.daemon.log_text(run["id"], job["id"])

    def newest(self):
        return self.daemon.get("/deployments")["items"][0]

    def kill_runner(self, *_):
        for lock in self.daemon.data.with_name("data-run").glob("*/lock"):
            with contextlib.suppress(OSError, ValueError):
                os.kill(int(lock.read_text()), signal.SIGKILL)
