"""The stand-in's Elastic Load Balancing: one load balancer with a listener for users (80), one for tests (8080) and a rule,
target groups, and what AWS writes into its answers by itself: the target group twice where it is alone, and stickiness."""
import copy

from harness.aws import ACCOUNT, Refusal
from harness.aws_ecs import GROUPS

PREFIX = f"arn:aws:elasticloadbalancing:us-east-1:{ACCOUNT}"
ARN = f"{PREFIX}:loadbalancer/app/shop/0123456789abcdef"
LISTENER = f"{PREFIX}:listener/app/shop/0123456789abcdef/1111111111111111"
TEST_LISTENER = f"{PREFIX}:listener/app/shop/0123456789abcdef/2222222222222222"
RULE = f"{PREFIX}:listener-rule/app/shop/0123456789abcdef/1111111111111111/3333333333333333"
DEFAULT_RULE = f"{PREFIX}:listener-rule/app/shop/0123456789abcdef/1111111111111111/4444444444444444"
UNUSED = f"{PREFIX}:targetgroup/unused/0123456789abcdef"
KNOWN = {**GROUPS, "unused": UNUSED}
LOGIN = {"Type": "authenticate-oidc", "Order": 1, "AuthenticateOidcConfig": {
    "Issuer": "https://login.example.com", "AuthorizationEndpoint": "https://login.example.com/a", "ClientId": "shop",
    "TokenEndpoint": "https://login.example.com/t", "UserInfoEndpoint": "https://login.example.com/u"}}


def forward(**weights):
    """As somebody writes it: forward(blue=100, green=0)."""
    return {"Type": "forward", "ForwardConfig": {
        "TargetGroups": [{"TargetGroupArn": KNOWN[name], "Weight": weight} for name, weight in weights.items()]}}


class Balancer:
    def __init__(self, running):
        self.running = running  # of a target group: how many targets, and their state
        self.dns, self.port, self.protocol = "shop-1.us-east-1.elb.amazonaws.com", 80, "HTTP"
        self.actions = {LISTENER: [forward(blue=100, green=0)], TEST_LISTENER: [forward(green=1)],
                        RULE: [forward(blue=1)]}
        self.conditions = [{"Field": "host-header", "HostHeaderConfig": {"Values": ["*.example.com", "beta.example.com"]}}]
        self.effects = []  # what was changed from outside

    def call(self, operation, given):
        return getattr(self, "_" + operation)(given)

    def weights(self, arn=LISTENER):
        """By the groups' names."""
        names = {group: name for name, group in KNOWN.items()}
        config = self.actions[arn][-1]["ForwardConfig"]
        return {names[one["TargetGroupArn"]]: one["Weight"] for one in config["TargetGroups"]}

    def stick(self, seconds, arn=LISTENER):
        self.actions[arn][-1]["ForwardConfig"]["TargetGroupStickinessConfig"] = {"Enabled": True, "DurationSeconds": seconds}

    # What AWS answers

    def _shown(self, arn):
        out = copy.deepcopy(self.actions[arn])
        for number, action in enumerate(out, 1):
            action["Order"] = number
            if action["Type"] != "forward":
                continue
            config = action["ForwardConfig"]
            config.setdefault("TargetGroupStickinessConfig", {"Enabled": False})
            config["TargetGroups"].reverse()  # in no order that anybody promises
            if len(config["TargetGroups"]) == 1:
                action["TargetGroupArn"] = config["TargetGroups"][0]["TargetGroupArn"]
        return out

    def _listener(self, arn):
        port = self.port if arn == LISTENER else 8080
        return {"ListenerArn": arn, "LoadBalancerArn": ARN, "Port": port, "Protocol": self.protocol,
                "DefaultActions": self._shown(arn)}

    def _rule(self, arn):
        if arn == DEFAULT_RULE:
            return {"RuleArn": arn, "Priority": "default", "IsDefault": True, "Actions": self._shown(LISTENER)}
        return {"RuleArn": arn, "Priority": "1", "IsDefault": False, "Conditions": self.conditions, "Actions": self._shown(arn)}

    def _find(self, arn, kind):
        if arn not in self.actions and arn != DEFAULT_RULE:
            raise Refusal(400, f"{kind}NotFound", f"One or more {kind.lower()}s not found")
        return arn

    def _DescribeListeners(self, given):
        arns = given.get("ListenerArns") or [LISTENER, TEST_LISTENER]
        if given.get("LoadBalancerArn", ARN) != ARN:
            raise Refusal(400, "LoadBalancerNotFound", "One or more load balancers not found")
        if "ListenerArns" in given:
            return {"Listeners": [self._listener(self._find(arn, "Listener")) for arn in arns]}
        # Page by page.
        first = int(given.get("Marker", "0"))
        page = {"Listeners": [self._listener(arns[first])]}
        return {**page, "NextMarker": str(first + 1)} if first + 1 < len(arns) else page

    def _DescribeRules(self, given):
        if "RuleArns" in given:
            return {"Rules": [self._rule(self._find(arn, "Rule")) for arn in given["RuleArns"]]}
        self._find(given["ListenerArn"], "Listener")
        return {"Rules": [self._rule(RULE), self._rule(DEFAULT_RULE)] if given["ListenerArn"] == LISTENER else []}

    def _DescribeLoadBalancers(self, given):
        if given["LoadBalancerArns"] != [ARN]:
            raise Refusal(400, "LoadBalancerNotFound", "One or more load balancers not found")
        return {"LoadBalancers": [{"LoadBalancerArn": ARN, "DNSName": self.dns, "Scheme": "internet-facing"}]}

    def _DescribeTargetGroups(self, given):
        names = {arn: name for name, arn in KNOWN.items()}
        found = [KNOWN[name] for name in given.get("Names", ()) if name in KNOWN]
        found += [arn for arn in given.get("TargetGroupArns", ()) if arn in names]
        if not found:
            raise Refusal(400, "TargetGroupNotFound", "One or more target groups not found")
        return {"TargetGroups": [{"TargetGroupArn": arn, "TargetGroupName": names[arn],
                                  "LoadBalancerArns": [ARN] if self._is_used(arn) else []} for arn in found]}

    def _is_used(self, group):
        return any(one["TargetGroupArn"] == group for actions in self.actions.values() for action in actions
                   for one in action.get("ForwardConfig", {}).get("TargetGroups", ()))

    def _DescribeTargetHealth(self, given):
        group = given["TargetGroupArn"]
        if group not in KNOWN.values():
            raise Refusal(400, "TargetGroupNotFound", "One or more target groups not found")
        count, state = self.running(group) if group in GROUPS.values() else (2, "healthy")
        if not self._is_used(group):
            state = "unused"
        return {"TargetHealthDescriptions": [
            {"Target": {"Id": f"10.0.0.{number + 1}", "Port": 8080}, "TargetHealth": {"State": state}} for number in range(count)]}

    # Changes

    def _ModifyListener(self, given):
        arn = self._find(given["ListenerArn"], "Listener")
        self.put(arn, given["DefaultActions"], "ours")
        return {"Listeners": [self._listener(arn)]}

    def _ModifyRule(self, given):
        arn = self._find(given["RuleArn"], "Rule")
        if arn == DEFAULT_RULE:
            raise Refusal(400, "OperationNotPermitted", "Default rule cannot be modified")
        self.put(arn, given["Actions"], "ours")
        return {"Rules": [self._rule(arn)]}

    def put(self, arn, actions, by):
        for action in actions:
            config = action.get("ForwardConfig")
            if action["Type"] == "authenticate-oidc":
                login = action["AuthenticateOidcConfig"]
                if not login.pop("UseExistingClientSecret", False) and "ClientSecret" not in login:
                    raise Refusal(400, "InvalidLoadBalancerAction", "A client secret is required")
            if action["Type"] == "forward" and config is None:
                action["ForwardConfig"] = {"TargetGroups": [{"TargetGroupArn": action["TargetGroupArn"], "Weight": 1}]}
            groups = action.get("ForwardConfig", {}).get("TargetGroups", ())
            if "TargetGroupArn" in action and action.pop("TargetGroupArn") != groups[0]["TargetGroupArn"]:
                raise Refusal(400, "InvalidLoadBalancerAction", "TargetGroupArn and ForwardConfig differ")
            if not 0 <= len(groups) <= 5 or any(not 0 <= one.get("Weight", 1) <= 999 for one in groups):
                raise Refusal(400, "InvalidLoadBalancerAction", "weights are from 0 to 999")
            if len(groups) == 1:
                groups[0]["Weight"] = 1
        self.actions[arn] = copy.deepcopy(actions)
        self.effects.append((f"put by {by}", self.weights(arn)))


def to_xml(value):
    if isinstance(value, dict):
        return "".join(f"<{key}>{to_xml(one)}</{key}>" for key, one in value.items())
    if isinstance(value, list):
        return "".join(f"<member>{to_xml(one)}</member>" for one in value)
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text.replace("&", "&amp;").replace("<", "&lt;")
