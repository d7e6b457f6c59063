"""The part of the GitHub stand-in that repositories' webhooks live in: made, changed, pinged and removed through
the API, delivered over HTTP, with a log of deliveries that can be listed and read, as GitHub publishes it.

It can behave badly: `lose` answers (what was asked is done, the connection is cut), `repeat_pages` of lists."""
import hashlib
import itertools
import json
import re
import time
import urllib.parse

import requests

from . import payloads

CREATE_FIELDS = {"name", "config", "events", "active"}
CONFIG_FIELDS = {"url", "content_type", "secret", "insecure_ssl"}
# Of those that a repository's webhook can have.
EVENTS = {
    "branch_protection_rule", "check_run", "check_suite", "create", "delete", "deployment", "deployment_status",
    "discussion", "fork", "gollum", "issue_comment", "issues", "label", "member", "milestone", "page_build",
    "public", "pull_request", "pull_request_review", "pull_request_review_comment", "push", "release", "star",
    "status", "watch", "workflow_run",
}


class Repository:
    def __init__(self, name, clone_url, number):
        self.name, self.clone_url, self.number = name, clone_url, number
        self.hooks = {}  # id → hook as GitHub shows it, with its secret beside

    def describe(self):
        return {**payloads.repository(self.name, self.clone_url, self.number), "default_branch": "main",
                "ssh_url": f"git@github.example:{self.name}.git"}


class GitHubHooks:
    """`tokens`: text → scopes of a classic token; a text that is not there is a bad credential."""

    def __init__(self):
        self.repositories = {}
        self.tokens = {}
        self.fine_grained = set()  # tokens that may read repositories and nothing else
        self.deliveries = []       # oldest first; each as the API shows it, with "hook" beside
        self.is_delivering = True  # over HTTP; else nobody is reached
        self.lose = []             # "VERB path-pattern": the next such answer is lost
        self.repeat_pages = 0      # so many pages of deliveries come twice
        self.asked = []            # (verb, path)
        self.page_size = None      # smaller pages than asked for
        self.limit = None          # Retry-After of every answer about deliveries, in seconds
        self.app = {"id": "app", "secret": "the App's own secret", "active": True, "events": ["*"],
                    "config": {"url": "http://127.0.0.1:9/"}}
        self._ids = itertools.count(1001)

    def add(self, name, clone_url, number=4711):
        self.repositories[name] = Repository(name, clone_url, number)
        return self.repositories[name]

    # --- what happens at GitHub ----------------------------------------------------------------------

    def happen(self, name, event, payload):
        """The event is delivered to every active hook that wants it."""
        repository = self.repositories[name]
        for hook in list(repository.hooks.values()):
            if hook["active"] and (event == "ping" or event in hook["events"] or "*" in hook["events"]):
                self.deliver(hook, event, payload)

    def deliver(self, hook, event, payload, guid=None, redelivery=False):
        headers, body = payloads.signed(event, payload, hook["secret"], guid)
        code, status = 0, "failed to connect to host"
        if self.is_delivering:
            try:
                answer = requests.post(hook["config"]["url"], data=body, headers=headers, timeout=10)
                code, status = answer.status_code, "OK" if answer.ok else answer.reason
            except requests.RequestException:
                pass
        hook["last_response"] = {"code": code or None, "status": "active" if code else "unused", "message": status}
        self.deliveries.append({
            "id": next(self._ids), "guid": headers["X-GitHub-Delivery"], "hook": hook["id"], "redelivery": redelivery,
            "delivered_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "duration": 0.1, "status": status,
            "status_code": code, "event": event, "action": payload.get("action"), "installation_id": None,
            "repository_id": payload.get("repository", {}).get("id"), "throttled_at": None,
            "request": {"headers": headers, "payload": payload}, "response": {"headers": {}, "payload": ""},
        })
        return headers["X-GitHub-Delivery"]

    # --- the API -------------------------------------------------------------------------------------

    def answer(self, verb, path, headers, raw):
        """(status, body, headers) or None: not a path of these. "lost": nothing is answered."""
        url = urllib.parse.urlsplit(path)
        known = re.match(r"/repos/([^/]+/[^/]+?)(/hooks(?:/.*)?)?$", url.path)
        if not known:
            return None
        self.asked.append((verb, path))
        refusal = self._refuse(known, headers)
        if refusal:
            return refusal
        repository = self.repositories[known[1]]
        query = dict(urllib.parse.parse_qsl(url.query))
        answer = self._answer(repository, verb, known[2] or "", query, raw, headers)
        return self._unless_lost(f"{verb} {url.path}", answer)

    def answer_app(self, path, headers):
        """What the App's hook was sent."""
        self.asked.append(("GET", path))
        url = urllib.parse.urlsplit(path)
        answer = self._answer_log("/app/hook", "app", url.path.removeprefix("/app/hook"),
                                  dict(urllib.parse.parse_qsl(url.query)), headers)
        return self._unless_lost(f"GET {url.path}", answer)

    def _unless_lost(self, what, answer):
        for wanted in self.lose:
            if re.fullmatch(wanted, what):
                self.lose.remove(wanted)
                return "lost"
        return answer

    def _refuse(self, known, headers):
        token = (headers.get("Authorization") or "").removeprefix("Bearer ")
        if token in self.fine_grained and known[1] in self.repositories:
            if not known[2]:
                return None
            return 403, {"message": "Resource not accessible by personal access token"}, {
                "X-Accepted-GitHub-Permissions": "repository_hooks=write"}
        if token not in self.tokens:
            return 401, {"message": "Bad credentials"}, {}
        scopes = self.tokens[token]
        needed = "admin:repo_hook" if known[2] else "repo"
        if known[1] not in self.repositories or needed not in scopes.split(", "):
            return 404, {"message": "Not Found"}, {
                "X-OAuth-Scopes": scopes, "X-Accepted-OAuth-Scopes": "admin:repo_hook, repo" if known[2] else "repo"}
        return None

    def _answer(self, repository, verb, rest, query, raw, headers):
        if (verb, rest) == ("GET", ""):
            return 200, repository.describe(), {}
        if (verb, rest) == ("GET", "/hooks"):
            return 200, [shown(hook) for hook in repository.hooks.values()], {}
        if (verb, rest) == ("POST", "/hooks"):
            return self._make(repository, json.loads(raw))
        found = re.match(r"/hooks/(\d+)(/.*)?$", rest)
        hook = found and repository.hooks.get(int(found[1]))
        if not hook:
            return 404, {"message": "Not Found"}, {}
        if found[2]:
            return self._answer_of(repository, hook, verb, found[2], query, headers)
        if verb == "PATCH":
            return self._change(hook, json.loads(raw))
        if verb == "DELETE":
            del repository.hooks[hook["id"]]
            return 204, None, {}
        return 200, shown(hook), {}

    def _answer_of(self, repository, hook, verb, rest, query, headers):
        if (verb, rest) == ("POST", "/pings"):
            self.ping(repository, hook)
            return 204, None, {}
        if verb != "GET":
            return 404, {"message": "Not Found"}, {}
        return self._answer_log(f"/repos/{repository.name}/hooks/{hook['id']}", hook["id"], rest, query, headers)

    def _answer_log(self, base, hook, rest, query, headers):
        if self.limit:
            return 403, {"message": "You have exceeded a secondary rate limit."}, {"Retry-After": str(self.limit)}
        mine = [one for one in self.deliveries if one["hook"] == hook]
        if rest == "/deliveries":
            return self._list(f"{base}/deliveries", mine, query, headers)
        found = re.fullmatch(r"/deliveries/(\d+)", rest)
        one = next((one for one in mine if found and one["id"] == int(found[1])), None)
        if not one:
            return 404, {"message": "Not Found"}, {}
        return 200, {key: value for key, value in one.items() if key != "hook"}, {}

    def _list(self, path, deliveries, query, headers):
        newest = [{key: value for key, value in one.items() if key not in ("hook", "request", "response")}
                  for one in reversed(deliveries)]
        etag = '"' + hashlib.sha256(json.dumps(newest).encode()).hexdigest() + '"'
        if "cursor" not in query and headers.get("If-None-Match") == etag:
            return 304, None, {"ETag": etag}
        size = self.page_size or min(int(query.get("per_page", 30)), 100)
        # A cursor names a delivery, so that what comes meanwhile moves nothing.
        begin = next((n for n, one in enumerate(newest) if f"v1_{one['id']}" == query.get("cursor")), 0)
        page, rest = newest[begin:begin + size], newest[begin + size:]
        more = {"ETag": etag}
        if rest:
            after = rest[0]["id"]
            if self.repeat_pages:
                self.repeat_pages -= 1
                after = page[0]["id"]
            more["Link"] = f'<{self.url}{path}?per_page={size}&cursor=v1_{after}>; rel="next"'
        return 200, page, more

    def _make(self, repository, body):
        complaint = wrong_with(body, CREATE_FIELDS, {"config"})
        if not complaint and body.get("name", "web") != "web":
            complaint = "name must be web"
        if not complaint and any(hook["config"]["url"] == body["config"]["url"] for hook in repository.hooks.values()):
            complaint = "Hook already exists on this repository"
        if complaint:
            return 422, {"message": "Validation Failed", "errors": [{"resource": "Hook", "message": complaint}]}, {}
        number = next(self._ids)
        hook = {"type": "Repository", "id": number, "name": "web", "active": body.get("active", True),
                "events": body.get("events", ["push"]), "secret": body["config"].get("secret", ""),
                "config": {key: value for key, value in body["config"].items() if key != "secret"},
                "last_response": {"code": None, "status": "unused", "message": None}}
        repository.hooks[number] = hook
        self.ping(repository, hook)
        return 201, shown(hook), {}

    def _change(self, hook, body):
        complaint = wrong_with(body, {"config", "events", "add_events", "remove_events", "active"}, set())
        if complaint:
            return 422, {"message": "Validation Failed", "errors": [{"resource": "Hook", "message": complaint}]}, {}
        hook["active"] = body.get("active", hook["active"])
        hook["events"] = body.get("events", hook["events"])
        if "config" in body:
            hook["secret"] = body["config"].get("secret", "")
            hook["config"] = {key: value for key, value in body["config"].items() if key != "secret"}
        return 200, shown(hook), {}

    def ping(self, repository, hook):
        self.deliver(hook, "ping", {
            "zen": "Keep it logically awesome.", "hook_id": hook["id"], "hook": shown(hook),
            "repository": repository.describe(), "sender": {"login": "ada", "id": 7}})


def shown(hook):
    """As the API shows it: the secret is not."""
    return {**{key: value for key, value in hook.items() if key != "secret"},
            "config": {**hook["config"], "secret": "********"}}


def wrong_with(body, fields, required):
    """What the published description of the request does not allow; None: nothing."""
    if not isinstance(body, dict) or set(body) - fields or required - set(body):
        return f"fields: {sorted(body)}"
    config = body.get("config", {"url": "http://x"})
    if set(config) - CONFIG_FIELDS or not re.match(r"https?://\S+$", config.get("url", "")):
        return f"config: {sorted(config)}"
    if config.get("content_type", "form") not in ("json", "form") or str(config.get("insecure_ssl", "0")) not in "01":
        return "config"
    unknown = set(body.get("events", [])) - EVENTS
    return f"events: {sorted(unknown)}" if unknown else None
