"""The part of the GitHub stand-in where a browser makes a GitHub App from a manifest and installs it: GitHub's own
pages, the conversion of the code, and the lists of what was installed. A manifest that does not fit the published
description is shown as an error, as GitHub does, and remembered."""
import html
import json
import re
import secrets
import urllib.parse

from .github_app import GitHubApp, page_of

FIELDS = {"name", "url", "hook_attributes", "redirect_url", "callback_urls", "setup_url", "description", "public",
          "default_events", "default_permissions", "request_oauth_on_install", "setup_on_update"}
# Which permission lets an App have an event ("Webhook events and payloads"); none: every App may.
NEEDS = {
    "check_run": "checks", "check_suite": "checks", "create": "contents", "delete": "contents", "deployment": "deployments", "deployment_status": "deployments",
    "fork": "contents", "gollum": "contents", "issue_comment": "issues", "issues": "issues", "label": None,
    "milestone": "issues", "page_build": "pages", "public": None, "pull_request": "pull_requests",
    "pull_request_review": "pull_requests", "pull_request_review_comment": "pull_requests", "push": "contents",
    "release": "contents", "watch": None,
}
LEVELS = {"actions", "administration", "checks", "contents", "deployments", "issues", "metadata", "packages", "pages",
          "pull_requests", "repository_hooks", "secrets", "statuses", "workflows"}


class GitHubManifests:
    """`add` names a repository that an admin could choose at the installation."""

    def __init__(self, github, folder):
        self.github, self.folder = github, folder
        self.codes = {}     # code → App, until it is converted
        self.apps = {}      # slug → App
        self.taken = set()  # names that others have
        self.owned = []     # repositories that the admin has
        self.private = set()
        self.failures = []  # statuses that the next conversions get
        self.complaints = []
        self.expired = set()

    def answer(self, verb, path, raw):
        """(status, content type or Location, text) or None: not a page of these."""
        url = urllib.parse.urlsplit(path)
        query = dict(urllib.parse.parse_qsl(url.query))
        form = dict(urllib.parse.parse_qsl(raw.decode())) if verb == "POST" else {}
        found = re.fullmatch(r"(?:/organizations/([^/]+))?/settings/apps/new", url.path)
        if found:
            return self._ask(query.get("state", ""), form.get("manifest", "{}"), found[1] or "ada")
        if url.path == "/settings/apps/manifest":
            return self._make(form)
        found = re.fullmatch(r"/apps/([^/]+)/installations/new", url.path)
        if found:
            return self._install(self.apps.get(found[1]), verb, form)
        return None

    def _ask(self, state, manifest, owner, complaint=""):
        wish = json.loads(manifest)
        wrong = wrong_with(wish)
        if wrong:
            self.complaints.append(wrong)
        complaint = complaint or wrong
        return 200, "text/html", f"""<!doctype html><title>Register new GitHub App</title>
            <p class="error">{html.escape(complaint)}</p><form method="post" action="/settings/apps/manifest">
            <input name="name" value="{html.escape(wish.get('name', ''))}"><input type="hidden" name="state" value="{html.escape(state)}">
            <input type="hidden" name="manifest" value="{html.escape(manifest)}"><input type="hidden" name="owner" value="{owner}">
            <button>Create GitHub App for {owner}</button></form>"""

    def _make(self, form):
        wish = json.loads(form["manifest"])
        if form["name"] in self.taken:
            return self._ask(form["state"], form["manifest"], form["owner"], "Name is already taken")
        self.folder.mkdir(exist_ok=True)
        app = GitHubApp(self.folder, str(5000 + len(self.apps)))
        app.name, app.slug, app.owner, app.wish = form["name"], re.sub(r"[^a-z0-9]+", "-", form["name"].lower()), form["owner"], wish
        app.webhook_secret, app.client_secret = secrets.token_hex(20), secrets.token_hex(20)
        self.apps[app.slug] = app
        code = secrets.token_hex(20)
        self.codes[code] = app
        query = urllib.parse.urlencode({"code": code, "state": form["state"]})
        return 302, f"{wish['redirect_url']}?{query}", ""

    def _install(self, app, verb, form):
        if not app:
            return 404, "text/html", "Not Found"
        if verb == "GET":
            boxes = "".join(f'<label><input type="checkbox" name="{name}" checked>{name}</label>' for name in self.owned)
            return 200, "text/html", f'<!doctype html><title>Install</title><form method="post">{boxes}<button>Install</button></form>'
        app.installed = {name: dict(app.wish["default_permissions"]) for name in self.owned if name in form}
        return 302, f"{app.wish['setup_url']}?installation_id=1000&setup_action=install", ""

    # --- the API -------------------------------------------------------------------------------------

    def convert(self, code):
        """(status, body) of POST /app-manifests/CODE/conversions."""
        if self.failures:
            return self.failures.pop(0), {"message": "told to fail"}
        app = self.codes.pop(code, None)
        if not app or code in self.expired:
            return 404, {"message": "Not Found", "documentation_url": "https://docs.github.com/rest"}
        self.github.app = app
        hook = app.wish["hook_attributes"]
        self.github.hooks.app = {"id": "app", "secret": app.webhook_secret, "active": hook.get("active", True),
                                 "events": app.wish["default_events"], "config": {"url": hook["url"]}}
        return 201, {
            **app.describe(), "client_id": "Iv1.8a61f9b3a7aba766", "client_secret": app.client_secret,
            "webhook_secret": app.webhook_secret, "pem": app.key.read_text()}

    def list_given(self, token, query):
        """GET /installation/repositories with an installation's token."""
        app = self.github.app
        found = app and app.tokens.get(token)
        if not found:
            return 401, {"message": "Bad credentials"}
        mine = [name for name in sorted(app.installed) if app.id_of(name) == found[0]]
        known = self.github.hooks.repositories
        items = [{**(known[name].describe() if name in known else {"id": 9_000 + n, "full_name": name}),
                  "private": name in self.private, "archived": False} for n, name in enumerate(mine)]
        return 200, {"total_count": len(items), "repositories": page_of(items, query)}


def wrong_with(wish):
    """What the published description of a manifest does not allow; "": nothing."""
    if not isinstance(wish, dict) or set(wish) - FIELDS or "url" not in wish:
        return f"fields: {sorted(wish)}"
    hook = wish.get("hook_attributes", {"url": "https://x"})
    if set(hook) - {"url", "active"} or not re.match(r"https?://\S+[^/]$", hook.get("url", "")):
        return f"hook_attributes: {hook}"
    for name in ("url", "redirect_url", "setup_url"):
        if not re.match(r"https?://", wish.get(name, "https://x")):
            return f"{name} is no address"
    if len(wish.get("name", "")) > 34:
        return "Name is too long (maximum is 34 characters)"
    permissions = wish.get("default_permissions", {})
    unknown = [name for name, access in permissions.items() if name not in LEVELS or access not in ("read", "write")]
    if unknown or permissions.get("metadata", "read") != "read":
        return f"default_permissions: {unknown}"
    lacking = [event for event in wish.get("default_events", [])
               if event not in NEEDS or NEEDS[event] and NEEDS[event] not in permissions]
    return f"Default events are not supported by permissions: {lacking}" if lacking else ""
