"""A stand-in for AWS as deployments see it: ECS, target groups, App Runner, ECR, in AWS's time. Each call and each answer
is checked against AWS's published service models (aws_models.py); signatures as in aws.py. It can be told to fail:
`faults` are (operation, kind), each given once:

  throttle   400 ThrottlingException, nothing done         error   500, nothing done
  cut        no answer, nothing done                       lost    no answer, but done
  garbage    done, and a page of HTML under status 200     empty   done, and {} under status 200
  denied     400 AccessDeniedException                     expired 400 ExpiredTokenException
  quota      400 ClientException, nothing done"""
import json
import re
import threading
import time

from harness.aws import ACCOUNT, Aws, Lost, Refusal
from harness.aws_apprunner import AppRunner
from harness.aws_ecs import GOOD, GROUPS, Ecs
from harness.aws_elb import Balancer, to_xml
from harness.aws_models import Mismatch, Models

REPOSITORY = f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/app"
NEW, OTHER = "sha256:" + "b" * 64, "sha256:" + "c" * 64
REFUSALS = {
    "throttle": (400, "ThrottlingException", "Rate exceeded"),
    "error": (500, "ServerException", "Service Unavailable. Please try again later."),
    "denied": (400, "AccessDeniedException", "User is not authorized to perform this"),
    "quota": (400, "ClientException", "The maximum number of active revisions of this family is reached"),
    "expired": (400, "ExpiredTokenException", "The security token included in the request is expired"),
}


class Cloud(Aws):
    query_services = {"2015-12-01": "elasticloadbalancing"}

    def __init__(self, scale=0.001, tls=None):
        """`scale`: seconds here for a second at AWS."""
        self.begun = time.monotonic()
        self.scale = scale
        self.models = Models()
        self.json_services = {
            self.models.metadata(name)["targetPrefix"]: (name, self.models.metadata(name)["jsonVersion"])
            for name in ("ecs", "ecr", "apprunner")}
        self.faults = []
        self.on_call = lambda operation, is_done: None  # around each call
        self.service = Ecs(self.clock)
        self.services = [self.service]
        self.runner = AppRunner(self.clock)
        self.images = {GOOD: ["1"], NEW: ["2"], OTHER: ["3"]}
        self.balancer = Balancer(self._running)
        self.unhealthy = set()  # target groups whose targets fail their check
        self.lock = threading.Lock()
        super().__init__(tls=tls)

    def clock(self):
        return (time.monotonic() - self.begun) / self.scale

    def answer_json(self, service, operation, given):
        self._check(service, operation, "input", given)
        fault = self._next_fault(operation)
        if fault in REFUSALS:
            raise Refusal(*REFUSALS[fault])
        if fault == "cut":
            raise Lost
        with self.lock:
            self.calls.append((operation, given))
            call = {"ecs": self._ecs, "ecr": self._ecr, "apprunner": self.runner.call}[service]
            self.on_call(operation, False)
            answer = call(operation, dict(given))
            self.on_call(operation, True)
        self._check(service, operation, "output", answer)
        if fault == "lost":
            raise Lost
        return {"garbage": "<html>busy</html>", "empty": {}}.get(fault, answer)

    def _next_fault(self, operation):
        for fault in self.faults:
            if fault[0] == operation:
                self.faults.remove(fault)
                return fault[1]
        return None

    def _check(self, service, operation, end, value):
        try:
            self.models.check(service, operation, end, value)
        except Mismatch as mismatch:
            self.complaints.append(f"{end}: {mismatch}")
            raise Refusal(400, "InvalidParameterException", str(mismatch)) from None

    # ECS

    def _ecs(self, operation, given):
        """By the service that a call names, or whose tasks it names; the first one knows what to say of unknown ones."""
        text = json.dumps(given)
        for one in self.services:
            if re.search(rf'[/":]{re.escape(one.name)}[/":]', text) or set(given.get("tasks", ())) & set(one.tasks()):
                return one.call(operation, given)
        return self.service.call(operation, given)

    # ECR

    def _ecr(self, operation, given):
        if operation != "DescribeImages":
            return self.ecr(operation, given)
        if given["repositoryName"] != "app":
            raise Refusal(400, "RepositoryNotFoundException", "The repository does not exist in the registry.")
        out = []
        for wanted in given["imageIds"]:
            found = [digest for digest, tags in self.images.items()
                     if digest == wanted.get("imageDigest") or wanted.get("imageTag") in tags]
            if not found:
                raise Refusal(400, "ImageNotFoundException", "The image requested does not exist.")
            out.append({"imageDigest": found[0], "imageTags": self.images[found[0]], "repositoryName": "app"})
        return {"imageDetails": out}

    # Elastic Load Balancing

    def answer_query(self, operation, form):
        given = self.models.typed("elbv2", operation, nested(form))
        self._check("elbv2", operation, "input", given)
        fault = self._next_fault(operation)
        if fault in REFUSALS:
            raise Refusal(*REFUSALS[fault])
        if fault == "cut":
            raise Lost
        with self.lock:
            self.calls.append((operation, given))
            for one in self.services:
                one.advance()
            self.on_call(operation, False)
            answer = self.balancer.call(operation, given)
            self.on_call(operation, True)
        self._check("elbv2", operation, "output", answer)
        if fault == "lost":
            raise Lost
        if fault:
            return {"garbage": "<html>busy", "empty": f"<{operation}Response/>"}[fault]
        return f"<{operation}Response><{operation}Result>{to_xml(answer)}</{operation}Result></{operation}Response>"

    def _running(self, group):
        """How many targets the service has in a group, and in which state they are."""
        [name] = [name for name, arn in GROUPS.items() if arn == group]
        [service] = [one for one in self.services if name in one.groups]
        return service.deployments()[0]["runningCount"], "unhealthy" if name in self.unhealthy else "healthy"


def nested(form):
    """A.member.1.B=x → {"A": [{"B": "x"}]}"""
    out = {}
    for name, value in form.items():
        place, parts = out, name.split(".")
        for part in parts[:-1]:
            place = place.setdefault(part, {})
        place[parts[-1]] = value
    return _lists(out)


def _lists(value):
    if not isinstance(value, dict):
        return value
    if set(value) == {"member"}:
        return [_lists(one) for _, one in sorted(value["member"].items(), key=lambda pair: int(pair[0]))]
    return {key: _lists(one) for key, one in value.items()}
