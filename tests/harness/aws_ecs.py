"""The stand-in's Elastic Container Service: a service that is changed, in AWS's time. A change takes as long as tasks
need to start, to get healthy and to drain; it can end otherwise than wished, by ECS itself or by somebody else."""
import math

from harness.aws import ACCOUNT, Refusal

PREFIX = f"arn:aws:ecs:us-east-1:{ACCOUNT}"
GROUPS = {name: f"arn:aws:elasticloadbalancing:us-east-1:{ACCOUNT}:targetgroup/{name}/0123456789abcdef"
          for name in ("blue", "green")}
# Seconds at AWS: a task is pulled and started, a target gets healthy, old ones drain; a pause waits a day.
START, HEALTHY, DRAIN, PAUSE = 30, 10, 30, 24 * 3600
FAILED_TASKS = 3  # of the circuit breaker, at least
GOOD = "sha256:" + "a" * 64
STAGES = ("RECONCILE_SERVICE", "PRE_SCALE_UP", "SCALE_UP", "POST_SCALE_UP", "TEST_TRAFFIC_SHIFT", "POST_TEST_TRAFFIC_SHIFT",
          "PRODUCTION_TRAFFIC_SHIFT", "POST_PRODUCTION_TRAFFIC_SHIFT", "BAKE_TIME", "CLEAN_UP")
LAST = {"SUCCESSFUL", "STOPPED", "ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED"}


class Change:
    """One service deployment."""

    def __init__(self, service, number, definition, source, now, configuration, fate):
        self.service, self.number, self.definition, self.source, self.fate = service, number, definition, source, fate
        self.configuration = configuration
        self.begun = now
        self.status, self.why, self.stage, self.ended = "IN_PROGRESS", "", STAGES[0], None
        self.stage_begun = now
        self.failed_tasks = 0
        self.hooks = {}  # stage → its status
        self.traffic = 0  # percent of production

    @property
    def id(self):
        return f"ecs-svc/{self.number:019d}"

    @property
    def arn(self):
        return f"{PREFIX}:service-deployment/prod/{self.service}/{self.number:020d}"

    @property
    def revision(self):
        return f"{PREFIX}:service-revision/prod/{self.service}/{self.number:020d}"

    @property
    def is_over(self):
        return self.status in LAST

    def end(self, status, now, why=""):
        self.status, self.ended, self.why = status, now, why


class Ecs:
    def __init__(self, clock, name="web", groups=("blue", "green"), first=1):
        """`groups`: its target group and, where there is one, the alternate; `first`: the number of its first change,
        which is in the ids of its tasks."""
        self.clock = clock  # seconds at AWS
        self.name, self.groups, self.first = name, groups, first
        self.desired = 2
        self.settings = {"maximumPercent": 200, "minimumHealthyPercent": 100, "strategy": "ROLLING",
                         "deploymentCircuitBreaker": {"enable": True, "rollback": True}}
        self.has_load_balancer, self.has_alternate = True, len(groups) > 1
        self.controller, self.status = "ECS", "ACTIVE"
        self.cluster = f"{PREFIX}:cluster/prod"
        self.definitions = {}  # ARN → definition
        self.fates = []        # of the next changes: fine | fails | stuck | foreign | halved | stopped; fine without
        self.digests = {}      # image → digest that its tasks run
        self.effects = []      # what was changed from outside
        self.commands = {}     # clientToken → a task that was run by itself
        self.exit_codes = []   # of the next commands; 0 without, None: ECS does not say it
        self.command_length = START
        self.ignores_shares = False
        initial = self._add_definition({
            "family": name, "cpu": "256", "memory": "512", "networkMode": "awsvpc",
            "containerDefinitions": [
                {"name": "app", "image": f"registry.example/app@{GOOD}", "essential": True,
                 "environment": [{"name": "EMPTY", "value": ""}]},
                {"name": "sidecar", "image": "registry.example/sidecar:1", "essential": False}]})
        self.changes = [Change(name, first, initial, None, 0, self.settings, "fine")]
        self.changes[0].end("SUCCESSFUL", 0)
        self.changes[0].traffic = 100

    # Time

    @property
    def last(self):
        return self.changes[-1]

    def advance(self):
        now = self.clock()
        while not self.last.is_over:
            step = self._step_rolling if self.last.configuration["strategy"] == "ROLLING" else self._step_native
            if not step(self.last, now):
                break

    def _step_rolling(self, one, now):
        """Whether something has happened."""
        age = now - one.begun
        if one.status == "ROLLBACK_IN_PROGRESS":
            if now - one.stage_begun < START:
                return False
            one.end("ROLLBACK_SUCCESSFUL", now, one.why)
            return True
        if one.fate == "foreign" and age >= START:
            return self._start(one.source, "foreign", "fine") is not None
        if one.fate == "fails":
            one.failed_tasks = min(int(age // START), FAILED_TASKS)
            if one.failed_tasks == FAILED_TASKS:
                self._break(one, now)
                return True
        if one.fate in ("fine", "halved") and age >= START + HEALTHY + DRAIN:
            one.end("SUCCESSFUL", now)
            one.traffic = 100
            return True
        return False

    def _break(self, one, now):
        one.why = "ECS deployment circuit breaker: tasks failed to start."
        if one.configuration["deploymentCircuitBreaker"]["rollback"]:
            one.status, one.stage_begun = "ROLLBACK_IN_PROGRESS", now
        else:
            one.end("STOPPED", now, one.why)

    def _step_native(self, one, now):
        since = now - one.stage_begun
        if one.status in ("ROLLBACK_IN_PROGRESS", "ROLLBACK_REQUESTED"):
            if since < DRAIN:
                return False
            one.end("ROLLBACK_SUCCESSFUL", now, one.why)
            one.traffic = 0
            return True
        if one.fate == "fails" and one.stage == "SCALE_UP":
            one.failed_tasks = min(int(since // START), FAILED_TASKS)
            if one.failed_tasks < FAILED_TASKS:
                return False
            one.why = "ECS deployment circuit breaker: tasks failed to start."
            one.status, one.stage_begun = "ROLLBACK_IN_PROGRESS", now
            return True
        if one.fate == "alarm" and one.stage == "BAKE_TIME":
            one.why, one.status, one.stage_begun = "An alarm went off.", "ROLLBACK_IN_PROGRESS", now
            return True
        if one.fate == "stuck":
            return False
        if self._is_paused(one, now):
            return False
        if since < self._length(one):
            return False
        if one.stage == STAGES[-1]:
            one.end("SUCCESSFUL", now)
            return True
        one.stage, one.stage_begun = STAGES[STAGES.index(one.stage) + 1], one.stage_begun + self._length(one)
        if one.stage == "POST_PRODUCTION_TRAFFIC_SHIFT":
            one.traffic = 100
        return True

    @staticmethod
    def _shifting(one):
        """Minutes of the shares."""
        configuration = one.configuration
        if configuration["strategy"] == "CANARY":
            return configuration["canaryConfiguration"]["canaryBakeTimeInMinutes"]
        if configuration["strategy"] == "LINEAR":
            linear = configuration["linearConfiguration"]
            return (math.ceil(100 / linear["stepPercent"]) - 1) * linear["stepBakeTimeInMinutes"]
        return 0

    def _length(self, one):
        return {"SCALE_UP": START + HEALTHY, "CLEAN_UP": DRAIN, "PRODUCTION_TRAFFIC_SHIFT": 1 + 60 * self._shifting(one),
                "BAKE_TIME": 60 * one.configuration.get("bakeTimeInMinutes", 0)}.get(one.stage, 1)

    def _is_paused(self, one, now):
        hooks = [hook for hook in one.configuration.get("lifecycleHooks", ())
                 if hook.get("targetType") == "PAUSE" and one.stage in hook["lifecycleStages"]]
        if not hooks or one.hooks.get(one.stage) == "SUCCEEDED":
            return False
        if one.stage not in one.hooks:
            one.hooks[one.stage] = "AWAITING_ACTION"
            one.stage_begun = now
        timeout = hooks[0].get("timeoutConfiguration", {}).get("timeoutInMinutes", PAUSE // 60) * 60
        if now - one.stage_begun >= timeout:
            one.hooks[one.stage] = "TIMED_OUT"
            one.why, one.status, one.stage_begun = "The pause timed out.", "ROLLBACK_IN_PROGRESS", now
        return True

    # What runs

    def live_definition(self):
        for one in reversed(self.changes):
            if one.status in ("SUCCESSFUL", "IN_PROGRESS", "PENDING") or (one.status == "STOPPED" and one is self.last):
                return one.definition
        return self.changes[0].definition

    def deployments(self):
        one, now = self.last, self.clock()
        if one.status == "SUCCESSFUL":
            return [self._deployment(one, "PRIMARY", one.definition, self._ready(one, now), "COMPLETED")]
        if one.status.startswith("ROLLBACK") and one.status != "ROLLBACK_REQUESTED":
            state = "COMPLETED" if one.is_over else "IN_PROGRESS"
            old = self._deployment(one, "PRIMARY", one.source, self.desired, state)
            old["id"] = f"ecs-svc/{one.number + 5000:019d}"
            failed = self._deployment(one, "ACTIVE", one.definition, 0, "FAILED", one.why)
            return [old] if one.is_over else [old, failed]
        state = "FAILED" if one.status == "STOPPED" else "IN_PROGRESS"
        ours = self._deployment(one, "PRIMARY", one.definition, self._ready(one, now), state, one.why)
        old = self._deployment(self.changes[-2], "ACTIVE", one.source, self.desired, "COMPLETED")
        return [ours, old]

    def _ready(self, one, now):
        if one.fate == "fails" or one.status == "STOPPED":
            return 0
        if one.fate == "halved":  # one task has died after ECS called it completed
            return self.desired - 1 if one.is_over else 0
        if one.fate == "stuck":
            return 0
        return self.desired if one.is_over or now - one.begun >= START else 0

    def _deployment(self, one, status, definition, running, state, why=""):
        return {"id": one.id, "status": status, "taskDefinition": definition, "desiredCount": self.desired,
                "runningCount": running, "pendingCount": self.desired - running, "failedTasks": one.failed_tasks,
                "createdAt": one.begun, "updatedAt": one.begun, "rolloutState": state, "rolloutStateReason": why}

    def tasks(self):
        """(ARN, its description) of what runs and of what has failed."""
        out = {}
        for deployment in self.deployments():
            count = deployment["runningCount"]
            for number in range(count):
                arn = f"{PREFIX}:task/prod/{deployment['id'][-6:]}{number:026d}"
                out[arn] = self._task(arn, deployment, "RUNNING")
        for one in self.commands.values():
            out[one["taskArn"]] = self._command(one)
        for number in range(self.last.failed_tasks):
            arn = f"{PREFIX}:task/prod/f{self.last.number:05d}{number:026d}"
            deployment = {"id": self.last.id, "taskDefinition": self.last.definition}
            out[arn] = {**self._task(arn, deployment, "STOPPED"), "stopCode": "TaskFailedToStart",
                        "stoppedReason": "CannotPullContainerError: not found"}
        return out

    def _command(self, one):
        is_over = one["stopped"] or self.clock() - one["begun"] >= self.command_length
        deployment = {"id": one["startedBy"], "taskDefinition": one["definition"]}
        task = {**self._task(one["taskArn"], deployment, "STOPPED" if is_over else "RUNNING"), "group": f"family:{self.name}"}
        app = next(container for container in task["containers"] if container["name"] == one["container"])
        app["imageDigest"] = self.digests.get(app["image"], app["image"].partition("@")[2])
        if is_over and not one["stopped"] and one["exit_code"] is not None:
            app["exitCode"] = one["exit_code"]
        if is_over:
            task.update(stopCode="UserInitiated" if one["stopped"] else "EssentialContainerExited", stoppedReason="the end")
        return task

    def _task(self, arn, deployment, status):
        containers = []
        for container in self.definitions[deployment["taskDefinition"]]["containerDefinitions"]:
            one = {"name": container["name"], "image": container["image"], "lastStatus": status,
                   "healthStatus": "HEALTHY" if status == "RUNNING" else "UNKNOWN"}
            digest = self.digests.get(container["image"], container["image"].partition("@")[2])
            if status == "RUNNING" and digest:
                one["imageDigest"] = digest
            containers.append(one)
        return {"taskArn": arn, "taskDefinitionArn": deployment["taskDefinition"], "startedBy": deployment["id"],
                "group": f"service:{self.name}", "lastStatus": status, "desiredStatus": status, "containers": containers}

    # Calls

    def call(self, operation, given):
        self.advance()
        return getattr(self, "_" + operation)(given)

    def _add_definition(self, given):
        arn = f"{PREFIX}:task-definition/{given['family']}:{len(self.definitions) + 1}"
        self.definitions[arn] = {key: value for key, value in given.items() if key != "tags"}
        return arn

    def _RegisterTaskDefinition(self, given):
        for container in given["containerDefinitions"]:
            if not container.get("name") or not container.get("image"):
                raise Refusal(400, "ClientException", "Container.name and Container.image should not be null or empty.")
        arn = self._add_definition(given)
        self.effects.append(("RegisterTaskDefinition", arn))
        return {"taskDefinition": self._describe(arn)}

    def _describe(self, arn):
        return {**self.definitions[arn], "taskDefinitionArn": arn, "revision": int(arn.rpartition(":")[2]),
                "status": "ACTIVE", "compatibilities": ["EC2", "FARGATE"], "registeredAt": 1.5,
                "registeredBy": f"arn:aws:iam::{ACCOUNT}:user/ci"}

    def _find_definition(self, name):
        found = [arn for arn in self.definitions if name in (arn, arn.rpartition("/")[2],
                                                             arn.rpartition("/")[2].partition(":")[0])]
        if not found:
            raise Refusal(400, "ClientException", "Unable to describe task definition.")
        return found[-1]

    def _DescribeTaskDefinition(self, given):
        return {"taskDefinition": self._describe(self._find_definition(given["taskDefinition"])), "tags": []}

    def _check_names(self, given, key="service"):
        if given.get("cluster") != "prod":
            raise Refusal(400, "ClusterNotFoundException", "Cluster not found.")
        if given.get(key, self.name) != self.name:
            raise Refusal(400, "ServiceNotFoundException", "Service not found.")

    def _DescribeServices(self, given):
        self._check_names(given)
        if given["services"] != [self.name]:
            return {"services": [], "failures": [{"arn": given["services"][0], "reason": "MISSING"}]}
        return {"failures": [], "services": [self._service()]}

    def _service(self):
        deployments = self.deployments()
        balancer = {"targetGroupArn": GROUPS[self.groups[0]], "containerName": "app", "containerPort": 8080}
        if self.has_alternate:
            balancer["advancedConfiguration"] = {
                "alternateTargetGroupArn": GROUPS[self.groups[1]], "productionListenerRule": "arn:production",
                "testListenerRule": "arn:test", "roleArn": f"arn:aws:iam::{ACCOUNT}:role/ecs"}
        return {"serviceName": self.name, "serviceArn": f"{PREFIX}:service/prod/{self.name}", "clusterArn": self.cluster,
                "status": self.status, "desiredCount": self.desired, "pendingCount": 0,
                "runningCount": sum(one["runningCount"] for one in deployments),
                "taskDefinition": deployments[0]["taskDefinition"],
                "deploymentController": {"type": self.controller}, "deployments": deployments,
                "launchType": "FARGATE", "platformVersion": "LATEST", "networkConfiguration": {"awsvpcConfiguration": {
                    "subnets": ["subnet-a", "subnet-b"], "securityGroups": ["sg-1"], "assignPublicIp": "DISABLED"}},
                "deploymentConfiguration": self.settings, "schedulingStrategy": "REPLICA",
                "loadBalancers": [balancer] if self.has_load_balancer else []}

    def _UpdateService(self, given):
        self._check_names(given)
        if self.status != "ACTIVE":
            raise Refusal(400, "ServiceNotActiveException", "Service was not ACTIVE.")
        if "desiredCount" in given:
            self.desired = given["desiredCount"]
            self.effects.append(("scaled by ours", self.desired))
        if self.ignores_shares and "deploymentConfiguration" in given:
            given["deploymentConfiguration"]["strategy"] = "BLUE_GREEN"
        # Members that are not given stay; one that is given is replaced.
        self.settings = {**self.settings, **given.get("deploymentConfiguration", {})}
        live = self.deployments()[0]["taskDefinition"]
        wanted = self._find_definition(given["taskDefinition"]) if given.get("taskDefinition") else live
        if wanted != live or given.get("forceNewDeployment"):  # else nothing is deployed
            self._start(wanted, "ours", self.fates.pop(0) if self.fates else "fine")
        return {"service": self._service()}

    def _start(self, definition, by, fate):
        """A change while another one goes on takes its place."""
        now = self.clock()
        source = self.live_definition()
        if not self.last.is_over:
            source = self.last.source
            self.last.end("STOPPED", now, "replaced by another deployment")
        self.changes.append(Change(self.name, self.first + len(self.changes), definition, source, now, self.settings, fate))
        self.effects.append((f"UpdateService by {by}", definition))
        return self.last

    def foreign_change(self):
        """Somebody deploys the first definition by hand."""
        self.advance()
        return self._start(next(iter(self.definitions)), "foreign", "fine")

    def _find_change(self, arn):
        for one in self.changes:
            if one.arn == arn:
                return one
        raise Refusal(400, "ServiceDeploymentNotFoundException", "The service deploy ARN does not exist.")

    def _ListServiceDeployments(self, given):
        self._check_names(given)
        briefs = [{"serviceDeploymentArn": one.arn, "targetServiceRevisionArn": one.revision, "status": one.status,
                   "statusReason": one.why, "createdAt": one.begun} for one in reversed(self.changes)]
        return {"serviceDeployments": [one for one in briefs if one["status"] in given.get("status", [one["status"]])]}

    def _DescribeServiceDeployments(self, given):
        return {"serviceDeployments": [self._describe_change(self._find_change(arn))
                                       for arn in given["serviceDeploymentArns"]], "failures": []}

    def _describe_change(self, one):
        ready = self._ready(one, self.clock())
        hooks = [{"hookId": f"{one.number}-{stage}", "targetType": "PAUSE", "status": status,
                  "expiresAt": one.stage_begun + PAUSE, "timeoutAction": "ROLLBACK"} for stage, status in one.hooks.items()]
        return {"serviceDeploymentArn": one.arn, "status": one.status, "statusReason": one.why, "lifecycleStage": one.stage,
                "lifecycleHookDetails": hooks, "deploymentConfiguration": one.configuration, "createdAt": one.begun,
                "targetServiceRevision": {"arn": one.revision, "requestedTaskCount": self.desired,
                                          "runningTaskCount": ready, "pendingTaskCount": self.desired - ready,
                                          "requestedProductionTrafficWeight": one.traffic,
                                          "requestedTestTrafficWeight": 100}}

    def _DescribeServiceRevisions(self, given):
        known = {one.revision: one for one in self.changes}
        return {"failures": [], "serviceRevisions": [
            {"serviceRevisionArn": arn, "taskDefinition": known[arn].definition}
            for arn in given["serviceRevisionArns"] if arn in known]}

    def _StopServiceDeployment(self, given):
        one = self._find_change(given["serviceDeploymentArn"])
        if one.is_over or one.status.startswith("ROLLBACK"):
            raise Refusal(400, "ConflictException", "The service deployment cannot be stopped.")
        one.status, one.stage_begun, one.why = "ROLLBACK_IN_PROGRESS", self.clock(), "stopped by a user"
        self.effects.append(("StopServiceDeployment", one.definition))
        return {"serviceDeploymentArn": one.arn}

    def _ContinueServiceDeployment(self, given):
        one = self._find_change(given["serviceDeploymentArn"])
        stage = given["hookId"].partition("-")[2]
        if one.hooks.get(stage) != "AWAITING_ACTION" or one.is_over:
            raise Refusal(400, "InvalidParameterException", "The hook does not await an action.")
        self.effects.append((f"Continue {given.get('action', 'CONTINUE')}", one.definition))
        if given.get("action") == "ROLLBACK":
            one.status, one.stage_begun, one.why = "ROLLBACK_IN_PROGRESS", self.clock(), "a hook said so"
        else:
            one.hooks[stage], one.stage_begun = "SUCCEEDED", self.clock()
        return {"serviceDeploymentArn": one.arn}

    def _RunTask(self, given):
        self._check_names(given)
        if self.definitions[given["taskDefinition"]].get("networkMode") == "awsvpc" and "networkConfiguration" not in given:
            raise Refusal(400, "InvalidParameterException", "Network Configuration must be provided when networkMode 'awsvpc' is specified.")
        if len(given["clientToken"]) > 64:
            raise Refusal(400, "InvalidParameterException", "clientToken is longer than 64")
        known = self.commands.get(given["clientToken"])
        if known and known["given"] != given:
            raise Refusal(400, "ConflictException", "The clientToken is already in use with a different request.")
        if not known:
            [override] = given["overrides"]["containerOverrides"]
            known = self.commands[given["clientToken"]] = {
                "taskArn": f"{PREFIX}:task/prod/c{len(self.commands):031d}", "begun": self.clock(), "given": given, "stopped": False,
                "startedBy": given["startedBy"], "definition": given["taskDefinition"], "container": override["name"],
                "exit_code": self.exit_codes.pop(0) if self.exit_codes else 0}
            self.effects.append(("RunTask", override["command"][-1]))
        return {"tasks": [self._command(known)], "failures": []}

    def _StopTask(self, given):
        for one in self.commands.values():
            if one["taskArn"] == given["task"]:
                one["stopped"] = True
                self.effects.append(("StopTask", given["task"]))
                return {"task": self._command(one)}
        raise Refusal(400, "InvalidParameterException", "The referenced task was not found.")

    def _ListTasks(self, given):
        self._check_names(given, "serviceName")
        wanted = given.get("desiredStatus", "RUNNING")
        return {"taskArns": [arn for arn, task in self.tasks().items()
                             if task["desiredStatus"] == wanted and task["group"] == f"service:{self.name}"]}

    def _DescribeTasks(self, given):
        known = self.tasks()
        return {"tasks": [known[arn] for arn in given["tasks"] if arn in known],
                "failures": [{"arn": arn, "reason": "MISSING"} for arn in given["tasks"] if arn not in known]}
