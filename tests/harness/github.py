"""A stand-in for GitHub's REST API: the calls that the product makes, each checked against GitHub's published OpenAPI
description (github_models.py), and by hand against what only the words of its pages say. A request that does
not fit is answered 422 and remembered in `complaints`, which tests expect to be empty.

It can be told to fail: `failures` is a list of (status, headers) given out one by one first; of the requests that change
something every `lose_every`th is done and its answer lost. `moved` has repositories that were renamed (old name → new one),
which answer with GitHub's redirects."""
import json
import re
import time
import urllib.parse

from .github_branches import GitHubBranches
from .github_checks import GitHubChecks
from .github_comments import GitHubComments
from .github_hooks import GitHubHooks
from .github_models import Mismatch, Models
from .loopback import Handler, LoopbackServer

MODELS = Models()
# Of the site, which people's browsers and OAuth ask; the description is of the API alone.
PAGES = re.compile(r"/(login/oauth|settings|organizations/[^/]+/settings|apps/[^/]+/installations)/.*|/favicon\.ico")


class GitHub(LoopbackServer):
    def __init__(self, token="gh-token", port=0, address="127.0.0.1"):
        self.token = token
        self.statuses = []  # (time, repository, sha, body)
        self.reporters = []  # the token of each of them
        self.complaints = []
        self.failures = []
        self.moved = {}
        self.requests = 0
        self.scopes = "repo"  # of the token
        self.ahead = 0  # seconds, of its clock
        self.app = None  # a GitHubApp of github_app.py
        self.manifests = None  # a GitHubManifests of github_manifest.py
        self.oauth = None  # a GitHubOAuth of github_oauth.py
        self.hooks = GitHubHooks()
        self.comments = GitHubComments()
        self.branches = GitHubBranches()
        self.checks = GitHubChecks()
        self.lose_every = 0
        self.acts = 0  # requests that changed something
        self.lost = 0
        super().__init__(_Handler, port, address)
        self.hooks.url = self.url

    def last_states(self, sha):
        """context → state or conclusion as GitHub would show it now; a check run that goes on is "pending"."""
        states = {body["context"]: body["state"] for _, _, at, body in self.statuses if at == sha}
        return {**states, **{name: run["conclusion"] or "pending" for name, run in self.checks.newest(sha).items()}}


def hook_config_complaint(body):
    """What "Update a webhook configuration for an app" does not take, beyond its schema."""
    if body.get("content_type", "json") not in ("json", "form") or str(body.get("insecure_ssl", "0")) not in ("0", "1"):
        return "hook config: content_type or insecure_ssl"
    return None


def check_status(body):
    """What "Create a commit status" does not take, beyond its schema."""
    if len(body.get("description") or "") > 140:
        return "description is longer than 140 characters"
    target = body.get("target_url")
    if target is not None and not re.match(r"https?://", target):
        return f"target_url is not an http(s) URL: {target!r}"
    return None


def checked(act):
    """`act` gets the body of a request that GitHub's description allows; all others are refused."""
    def serve(self):
        raw = self.read_body()
        if self.answer_moved():
            return None
        complaint = self.find_mismatch(raw)
        if not complaint:
            return act(self, raw)
        self.owner.complaints.append(complaint)
        return self._answer(422, {"message": complaint})
    return serve


class _Handler(Handler):
    operation = None  # what is answered now; None: a page

    def find_mismatch(self, raw):
        target, app = urllib.parse.urlsplit(self.path), self.owner.app
        self.operation = None
        if PAGES.fullmatch(target.path):
            return None
        is_app = bool(app) and self._given_token() in app.tokens
        try:
            self.operation = MODELS.check(self.command, self.path, self.headers, raw, is_app)
        except Mismatch as mismatch:
            return str(mismatch)
        return None

    def answer_moved(self):
        """301 for what is read, 307 for what changes something ("Best practices for using the REST API")."""
        name = re.match(r"/repos/([^/]+/[^/]+)", self.path)
        new = name and self.owner.moved.get(name[1])
        if new:
            self.operation = None
            place = self.owner.url + self.path.replace(name[1], new, 1)
            self.answer(301 if self.command == "GET" else 307, [("Location", place)], b"")
        return bool(new)

    def answer(self, status, headers, content):
        try:
            if self.operation:
                MODELS.check_answer(self.operation, status, content)
        except Mismatch as mismatch:
            self.owner.complaints.append(f"the stand-in: {mismatch}")
        super().answer(status, headers, content)

    @checked
    def do_GET(self, _):
        if self.path == "/rate_limit":
            return self._answer_limit()
        return (self._answer_oauth(b"") or self._answer_page(b"") or self._answer_checks(b"") or self._answer_app(b"") or self._answer_comments(b"") or self._answer_hooks(b"")
                or self._answer(404, {"message": "Not Found"}))

    def _answer_oauth(self, raw):
        """Whether somebody signs in."""
        oauth = self.owner.oauth
        found = oauth and oauth.answer(self.command, self.path, self.headers, raw)
        if found:
            status, kind, text = found
            self.answer(status, [("Location" if status == 302 else "Content-Type", kind)], text.encode())
        return bool(found)

    def _answer_page(self, raw):
        """Whether it was for a page that people see, or the code that such a page gave."""
        manifests = self.owner.manifests
        converted = manifests and re.fullmatch(r"/app-manifests/([^/]+)/conversions", self.path)
        if converted and self.command == "POST":
            self._answer(*manifests.convert(converted[1]))
            return True
        found = manifests and manifests.answer(self.command, self.path, raw)
        if found:
            status, kind, text = found
            self.answer(status, [("Location" if status == 302 else "Content-Type", kind)], text.encode())
        return bool(found)

    def _given_token(self):
        return (self.headers.get("Authorization") or "").partition(" ")[2]

    def _answer_given(self):
        """Whether it was asked with an installation's token."""
        owner, url = self.owner, urllib.parse.urlsplit(self.path)
        if owner.manifests and url.path == "/installation/repositories":
            self._answer(*owner.manifests.list_given(self._given_token(), dict(urllib.parse.parse_qsl(url.query))))
            return True
        found = re.match(r"/repos/([^/]+/[^/]+)", url.path)
        shown = found and self._may_see(found[1]) and owner.branches.answer("GET", self.path, self.headers.get("If-None-Match"))
        if shown:
            self._answer(*shown)
            return True
        found = re.fullmatch(r"/repos/([^/]+/[^/]+)", url.path)
        if not found or not owner.app or not owner.app.allows(self._given_token(), found[1], "metadata", "read"):
            return False
        self._answer(200, owner.hooks.repositories[found[1]].describe())
        return True

    def _may_see(self, repository):
        token, app = self._given_token(), self.owner.app
        return token in self.owner.hooks.tokens or app and app.allows(token, repository, "contents", "read")

    def _answer_limit(self):
        """Costs nothing, and says what the token is."""
        if self.headers.get("Authorization") != f"Bearer {self.owner.token}":
            return self._answer(401, {"message": "Bad credentials"})
        fields = {"X-OAuth-Scopes": self.owner.scopes, "X-RateLimit-Remaining": "4999"}
        self._answer(200, {"resources": {}}, fields)

    def date_time_string(self, timestamp=None):
        return super().date_time_string((timestamp or time.time()) + self.owner.ahead)

    @checked
    def do_DELETE(self, raw):
        self._answer_oauth(raw) or self._answer_app(b"") or self._answer_hooks(b"") or self._answer(404, {"message": "Not Found"})

    @checked
    def do_PATCH(self, raw):
        (self._answer_checks(raw) or self._answer_app(raw) or self._answer_comments(raw) or self._answer_hooks(raw)
         or self._answer(404, {"message": "Not Found"}))

    def _answer_checks(self, raw):
        """Whether it was for check runs or deployments."""
        name, app = re.match(r"/repos/([^/]+/[^/]+)/", self.path), self.owner.app
        right = "deployments" if "/deployments" in self.path else "checks"
        by_app = name and app and app.allows(self._given_token(), name[1], right, "write")
        if not by_app and self._given_token() != self.owner.token:
            return False
        found = self.owner.checks.answer(self.command, self.path, raw, app.id if by_app else None)
        if found:
            self._answer(*found)
        return bool(found)

    def _answer_comments(self, raw):
        """Whether it was for comments of pull requests."""
        name, app = re.match(r"/repos/([^/]+/[^/]+)/", self.path), self.owner.app
        token = self._given_token()
        by_app = name and app and app.allows(token, name[1], "pull_requests", "write")
        if not by_app and token != self.owner.token and not (name and self._is_persons(token, name[1])):
            return False
        found = self.owner.comments.answer(self.command, self.path, raw)
        if found == "lost":
            self.close_connection = True
        elif found:
            self._answer(*found)
        return bool(found)

    def _answer_hooks(self, raw):
        """Whether it was for a repository or its webhooks."""
        found = self.owner.hooks.answer(self.command, self.path, self.headers, raw)
        if found == "lost":
            self.close_connection = True
        elif found:
            self._answer(*found)
        return bool(found)

    def _answer_app(self, raw):
        """Whether it was for the App."""
        app = self.owner.app
        if self.command == "GET" and self._answer_given():
            return True
        if app and self.path.startswith("/app/hook/"):
            complaint = app.complaint_about((self.headers.get("Authorization") or "").removeprefix("Bearer "))
            found = (401, {"message": complaint}) if complaint else self._app_hook(raw)
            if found == "lost":
                self.close_connection = True
            else:
                self._answer(*found)
            return True
        found = app and app.answer(self.command, self.path, self.headers.get("Authorization"), raw)
        if found:
            self._answer(*found)
        return bool(found)

    def _app_hook(self, raw):
        hook = self.owner.hooks.app
        if self.path != "/app/hook/config":
            return self.owner.hooks.answer_app(self.path, self.headers)
        if self.command == "PATCH":
            body = json.loads(raw)
            complaint = hook_config_complaint(body)
            if complaint:
                self.owner.complaints.append(complaint)
                return 422, {"message": complaint}
            if self.owner.failures:
                return self.owner.failures.pop(0)[0], {"message": "told to fail"}
            hook["config"]["url"] = body.get("url", hook["config"]["url"])
            hook["secret"] = body.get("secret", hook["secret"])
            if "PATCH /app/hook/config" in self.owner.hooks.lose:
                self.owner.hooks.lose.remove("PATCH /app/hook/config")
                return "lost"
        return 200, {"url": hook["config"]["url"], "content_type": "json", "insecure_ssl": "0", "secret": "********"}

    @checked
    def do_POST(self, raw):
        self.owner.requests += 1
        if self._answer_oauth(raw) or self._answer_page(raw) or self._answer_checks(raw) or self._answer_app(raw) or self._answer_comments(raw) or self._answer_hooks(raw):
            return None
        if self.owner.failures:
            status, headers = self.owner.failures.pop(0)
            return self._answer(status, {"message": "told to fail"}, headers)
        found = re.fullmatch(r"/repos/([^/]+/[^/]+)/statuses/([0-9a-f]{40})", self.path)
        if found and self._given_token() in self.owner.hooks.fine_grained:
            return self._answer(403, {"message": "Resource not accessible by personal access token"})
        if not self._may_report(found and found[1]):
            return self._answer(401, {"message": "Bad credentials"})
        if not self.headers.get("User-Agent"):
            return self._answer(403, {"message": "Request forbidden by administrative rules: no User-Agent"})
        if not found:
            return self._answer(404, {"message": "Not Found"})
        self._take_status(found, raw)

    def _may_report(self, repository):
        app, token = self.owner.app, self._given_token()
        by_app = app and app.allows(token, repository, "statuses", "write")
        return token == self.owner.token or by_app or self._is_persons(token, repository)

    def _is_persons(self, token, repository):
        """Whether it is a classic token that repositories were connected with."""
        hooks = self.owner.hooks
        return repository in hooks.repositories and "repo" in hooks.tokens.get(token, "").split(", ")

    def _take_status(self, found, raw):
        body = json.loads(raw)
        complaint = check_status(body)
        if complaint:
            self.owner.complaints.append(complaint)
            return self._answer(422, {"message": complaint})
        self.owner.statuses.append((time.time(), found[1], found[2], body))
        self.owner.reporters.append(self._given_token())
        self._answer(201, {**body, "id": len(self.owner.statuses)})

    def _is_lost(self, status):
        owner = self.owner
        if self.command == "GET" or status >= 300:
            return False
        owner.acts += 1
        is_lost = bool(owner.lose_every) and owner.acts % owner.lose_every == 0
        owner.lost += is_lost
        return is_lost

    def _answer(self, status, body, headers=None):
        kind = ("Content-Type", "application/json; charset=utf-8")
        content = b"" if body is None else json.dumps(body).encode()
        if self._is_lost(status):
            self.close_connection = True
            return
        self.answer(status, [*(headers or {}).items(), kind], content)
