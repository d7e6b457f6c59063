"""A stand-in for AWS: the calls of STS, ECR and ECS that the built-in actions make. Each signature is computed
again, from the specification and apart from the product's code; each call is checked against the published
description of its operation (names of members, which are required). What does not fit is refused and remembered in
`complaints`. ECS's rollouts take as many looks at them as `rollout` has states, and can end as they do at AWS:
completed, failed, or rolled back behind one's back. What deployments call is in aws_cloud.py.

Also a program of its own, for jobs that have no way out of their network: python3 aws.py PORT [ADDRESS]."""
import base64
import hashlib
import hmac
import http.server
import json
import re
import sys
import threading
import urllib.parse

ACCOUNT = "123456789012"
REGISTRY = f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com"
KEYS = {"AKIATEST": "secret/of+AKIATEST", "ASIAROLE": "secret/of+ASIAROLE"}
TOKEN = "session-token-of-the-role"
PASSWORD = "a-password-of-the-registry"
# Of the services' API references: members that are known, and those that are required.
OPERATIONS = {
    "GetAuthorizationToken": ({"registryIds"}, set()),
    "DescribeServices": ({"cluster", "services", "include"}, {"services"}),
    "DescribeTaskDefinition": ({"taskDefinition", "include"}, {"taskDefinition"}),
    "RegisterTaskDefinition": (
        {"family", "taskRoleArn", "executionRoleArn", "networkMode", "containerDefinitions", "volumes",
         "placementConstraints", "requiresCompatibilities", "cpu", "memory", "tags", "pidMode", "ipcMode",
         "proxyConfiguration", "inferenceAccelerators", "ephemeralStorage", "runtimePlatform", "enableFaultInjection"},
        {"family", "containerDefinitions"}),
    "UpdateService": (
        {"cluster", "service", "desiredCount", "taskDefinition", "capacityProviderStrategy", "deploymentConfiguration",
         "networkConfiguration", "placementConstraints", "placementStrategy", "platformVersion", "forceNewDeployment",
         "healthCheckGracePeriodSeconds", "enableExecuteCommand", "enableECSManagedTags", "loadBalancers",
         "propagateTags", "serviceRegistries", "volumeConfigurations"}, {"service"}),
    "RunTask": (
        {"capacityProviderStrategy", "cluster", "count", "enableECSManagedTags", "enableExecuteCommand", "group",
         "launchType", "networkConfiguration", "overrides", "placementConstraints", "placementStrategy",
         "platformVersion", "propagateTags", "referenceId", "startedBy", "tags", "taskDefinition", "clientToken",
         "volumeConfigurations"}, {"taskDefinition"}),
    "DescribeTasks": ({"cluster", "tasks", "include"}, {"tasks"}),
    "ListTasks": (
        {"cluster", "containerInstance", "family", "nextToken", "maxResults", "startedBy", "serviceName",
         "desiredStatus", "launchType"}, set()),
}


class Refusal(Exception):
    def __init__(self, status, code, message):
        super().__init__(message)
        self.status, self.code = status, code


class Lost(Exception):
    """The connection ends without an answer."""


class Aws(http.server.ThreadingHTTPServer):
    daemon_threads = True
    # The prefix of X-Amz-Target → the name in signatures, the protocol's version.
    json_services = {"AmazonEC2ContainerRegistry_V20150921": ("ecr", "1.1"), "SpencerFrontendService": ("ecr-public", "1.1"),
                     "AmazonEC2ContainerServiceV20141113": ("ecs", "1.1")}
    query_services = {}  # besides STS: version → the name in signatures

    def __init__(self, port=0, tls=None, address="127.0.0.1"):
        super().__init__((address, port), _Handler)
        self.calls = []        # (operation, input)
        self.complaints = []
        self.failures = []     # (status, code) given out one by one first
        self.definitions = []  # as registered
        self.controller = "ECS"
        self.scheme = "https" if tls else "http"
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        self.rollout = ["IN_PROGRESS", "COMPLETED"]  # what each look at it sees; the last one stays
        self.exit_code = 0
        self.deployments = [self._deployment("ecs-svc/1", f"arn:aws:ecs:us-east-1:{ACCOUNT}:task-definition/web:1")]
        self.looks = None
        self.count = 1
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()

    @property
    def url(self):
        return f"{self.scheme}://127.0.0.1:{self.server_port}"

    def inputs(self, operation):
        return [given for name, given in self.calls if name == operation]

    def answer_json(self, service, operation, given):
        known, required = OPERATIONS[operation]
        if not set(given) <= known or not required <= set(given):
            raise Refusal(400, "Complaint", f"{operation}: {sorted(set(given) - known)}, {sorted(required - set(given))}")
        self.calls.append((operation, given))
        return {"ecr": self.ecr, "ecr-public": self.ecr_public, "ecs": self.ecs}[service](operation, given)

    @staticmethod
    def _deployment(name, definition):
        return {"id": name, "status": "PRIMARY", "taskDefinition": definition, "desiredCount": 2, "runningCount": 2,
                "pendingCount": 0, "rolloutState": "COMPLETED"}

    # STS

    def sts(self, operation, form):
        if operation == "GetCallerIdentity":
            return f"<Arn>arn:aws:iam::{ACCOUNT}:user/ci</Arn><UserId>AIDA</UserId><Account>{ACCOUNT}</Account>"
        if operation not in ("AssumeRole", "AssumeRoleWithWebIdentity"):
            raise Refusal(400, "InvalidAction", operation)
        for name in ("RoleArn", "RoleSessionName"):
            if not form.get(name):
                raise Refusal(400, "ValidationError", f"{name} is missing")
        if not re.fullmatch(r"arn:aws:iam::\d{12}:role/[\w+=,.@/-]+", form["RoleArn"]):
            raise Refusal(400, "ValidationError", f"{form['RoleArn']} is invalid")
        if form["RoleArn"].endswith("/forbidden"):
            raise Refusal(403, "AccessDenied", f"User is not authorized to perform sts:{operation}")
        return (f"<Credentials><AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>{KEYS['ASIAROLE']}</SecretAccessKey>"
                f"<SessionToken>{TOKEN}</SessionToken><Expiration>2026-11-21T23:00:00Z</Expiration></Credentials>"
                f"<AssumedRoleUser><AssumedRoleId>AROATEST:{form['RoleSessionName']}</AssumedRoleId></AssumedRoleUser>")

    # ECR

    def ecr(self, _, given):
        token = base64.b64encode(f"AWS:{PASSWORD}".encode()).decode()
        accounts = given.get("registryIds", [ACCOUNT])
        return {"authorizationData": [{
            "authorizationToken": token, "expiresAt": 1,
            "proxyEndpoint": f"https://{account}.dkr.ecr.us-east-1.amazonaws.com"} for account in accounts]}

    def ecr_public(self, _, given):
        return {"authorizationData": {"authorizationToken": base64.b64encode(f"AWS:{PASSWORD}".encode()).decode()}}

    # ECS

    def ecs(self, operation, given):
        return getattr(self, "_" + operation)(given)

    def _RegisterTaskDefinition(self, given):
        self.definitions.append(given)
        self.count += 1
        arn = f"arn:aws:ecs:us-east-1:{ACCOUNT}:task-definition/{given['family']}:{self.count}"
        return {"taskDefinition": {**given, "taskDefinitionArn": arn}}

    def _DescribeTaskDefinition(self, given):
        return {"taskDefinition": {
            "family": given["taskDefinition"], "revision": 1, "status": "ACTIVE", "compatibilities": ["EC2"],
            "containerDefinitions": [{"name": "app", "image": "old"}]}}

    def _DescribeServices(self, given):
        if given["services"] != ["web"]:
            return {"services": [], "failures": [{"arn": given["services"][0], "reason": "MISSING"}]}
        if self.looks is not None:
            self._look()
        return {"failures": [], "services": [{
            "serviceName": "web", "status": "ACTIVE", "deploymentController": {"type": self.controller},
            "deployments": self.deployments,
            "events": [{"id": str(self.looks), "message": f"(service web) look {self.looks}"}]}]}

    def _look(self):
        state = self.rollout[min(self.looks, len(self.rollout) - 1)]
        self.looks += 1
        ours = self.deployments[0]
        if state == "ROLLED_BACK":  # one deployment, and all its tasks run
            self.deployments = [self._deployment("ecs-svc/9", f"arn:aws:ecs:us-east-1:{ACCOUNT}:task-definition/web:1")]
            return
        ours["rolloutState"] = state
        ours["rolloutStateReason"] = "ECS deployment circuit breaker: tasks failed to start." if state == "FAILED" else ""
        ours["runningCount"] = 2 if state == "COMPLETED" else 0
        if state == "COMPLETED":
            self.deployments = [ours]

    def _UpdateService(self, given):
        old = [{**one, "status": "ACTIVE"} for one in self.deployments]
        new = self._deployment(f"ecs-svc/{self.count}", given["taskDefinition"])
        new.update(rolloutState="IN_PROGRESS", runningCount=0, desiredCount=given.get("desiredCount", 2))
        self.deployments = [new, *old]
        self.looks = 0
        return {"service": {"serviceName": "web", "status": "ACTIVE", "deployments": self.deployments}}

    def _RunTask(self, given):
        self.polls = 0
        return {"tasks": [{"taskArn": f"arn:aws:ecs:us-east-1:{ACCOUNT}:task/default/1"}], "failures": []}

    def _ListTasks(self, given):
        return {"taskArns": [f"arn:aws:ecs:us-east-1:{ACCOUNT}:task/default/7"]}

    def _DescribeTasks(self, given):
        if given["tasks"][0].endswith("/7"):  # of the service
            return {"tasks": [{"lastStatus": "STOPPED", "startedBy": f"ecs-svc/{self.count}",
                               "stopCode": "TaskFailedToStart", "stoppedReason": "CannotPullContainerError: not found",
                               "containers": [{"name": "app"}]}]}
        self.polls += 1
        status = "STOPPED" if self.polls > 1 else "RUNNING"
        return {"tasks": [{"lastStatus": status, "containers": [{"name": "app", "exitCode": self.exit_code}]}]}


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        target = self.headers.get("X-Amz-Target")
        try:
            if self.server.failures:
                raise Refusal(*self.server.failures.pop(0), "told to fail")
            text = self._json(target, body) if target else self._query(body)
            self._answer(200, text)
        except Lost:
            self.close_connection = True
        except Refusal as refusal:
            if refusal.status != 403 and refusal.code in ("Complaint", "IncompleteSignature"):
                self.server.complaints.append(str(refusal))
            self._answer(refusal.status, self._failure(target, refusal))

    @staticmethod
    def _failure(target, refusal):
        if target:
            return json.dumps({"__type": f"com.amazonaws#{refusal.code}", "message": str(refusal)})
        return (f"<ErrorResponse><Error><Type>Sender</Type><Code>{refusal.code}</Code>"
                f"<Message>{refusal}</Message></Error></ErrorResponse>")

    def _json(self, target, body):
        prefix, operation = target.split(".")
        service, version = self.server.json_services[prefix]
        if self.headers["Content-Type"] != f"application/x-amz-json-{version}":
            raise Refusal(400, "Complaint", f"content type {self.headers['Content-Type']}")
        self._check_signature(service, body)
        return json.dumps(self.server.answer_json(service, operation, json.loads(body)))

    def _query(self, body):
        form = dict(urllib.parse.parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True))
        operation = form.pop("Action")
        version = form.pop("Version")
        if version in self.server.query_services:
            self._check_signature(self.server.query_services[version], body)
            return self.server.answer_query(operation, form)
        if version != "2011-06-15":
            raise Refusal(400, "Complaint", "version")
        if operation == "AssumeRoleWithWebIdentity":
            if self.headers.get("Authorization") or not form.get("WebIdentityToken"):
                raise Refusal(400, "Complaint", "a signature, or no token")
        else:
            self._check_signature("sts", body)
        self.server.calls.append((operation, form))
        inside = self.server.sts(operation, form)
        return f"<{operation}Response><{operation}Result>{inside}</{operation}Result></{operation}Response>"

    def _check_signature(self, service, body):
        found = re.fullmatch(r"AWS4-HMAC-SHA256 Credential=(\w+)/(\d{8})/us-east-1/([\w-]+)/aws4_request, "
                             r"SignedHeaders=([\w;-]+), Signature=([0-9a-f]{64})", self.headers.get("Authorization", ""))
        if not found or found.group(3) != service:
            raise Refusal(400, "IncompleteSignature", f"{service}: {self.headers.get('Authorization')}")
        key, date, _, names, signature = found.groups()
        if key not in KEYS:
            raise Refusal(403, "InvalidClientTokenId", "The security token included in the request is invalid.")
        if key == "ASIAROLE" and self.headers.get("X-Amz-Security-Token") != TOKEN:
            raise Refusal(403, "InvalidClientTokenId", "The security token is missing.")
        for name in ("host", "x-amz-date"):
            if name not in names.split(";"):
                raise Refusal(400, "IncompleteSignature", f"{name} is not signed")
        lines = "".join(f"{name}:{' '.join(self.headers[name].split())}\n" for name in names.split(";"))
        request = f"POST\n{self.path}\n\n{lines}\n{names}\n{hashlib.sha256(body).hexdigest()}"
        place = f"{date}/us-east-1/{service}/aws4_request"
        text = f"AWS4-HMAC-SHA256\n{self.headers['X-Amz-Date']}\n{place}\n{hashlib.sha256(request.encode()).hexdigest()}"
        made = ("AWS4" + KEYS[key]).encode()
        for part in [*place.split("/"), text]:
            made = hmac.new(made, part.encode(), hashlib.sha256).digest()
        if made.hex() != signature:
            raise Refusal(403, "SignatureDoesNotMatch", "The request signature we calculated does not match.")

    def _answer(self, status, text):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    Aws(int(sys.argv[1]), None, *sys.argv[2:])
    threading.Event().wait()
