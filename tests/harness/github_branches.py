"""The part of the GitHub stand-in that says what a branch waits for, and what was reported for it ("REST API endpoints
for branches", "… rules", "… commit statuses", "… check runs")."""
import hashlib
import json
import re
import urllib.parse


class GitHubBranches:
    def __init__(self):
        self.required = {}  # repository → contexts of the branch's protection
        self.rules = {}     # repository → contexts of rulesets
        self.statuses = {}  # repository → contexts at the branch's newest commit
        self.checks = {}    # repository → names of check runs there
        self.heads = {}     # repository → function: name of a branch → (commit, message)
        self.asked = []     # paths, with whether the answer was a 304

    def answer(self, verb, path, etag=None):
        """(status, body) or (status, body, headers), or None: no path of branches."""
        listed = re.fullmatch(r"/repos/([^/]+/[^/]+)/branches", urllib.parse.urlsplit(path).path)
        if verb == "GET" and listed and listed[1] in self.heads:
            return self._list(path, listed[1], etag)
        commit = re.fullmatch(r"/repos/([^/]+/[^/]+)/commits/([0-9a-f]{40})", path)
        if verb == "GET" and commit and commit[1] in self.heads:
            return self._show(commit[2], self.heads[commit[1]]())
        found = re.fullmatch(r"/repos/([^/]+/[^/]+)/(branches|rules/branches|commits)/([^/]+)(/status|/check-runs)?",
                             urllib.parse.urlsplit(path).path)
        if verb != "GET" or not found:
            return None
        name, kind, branch, rest = found.groups()
        if kind == "branches":
            contexts = self.required.get(name, [])
            return 200, {"name": branch, "commit": {"sha": "a" * 40}, "protected": bool(contexts), "protection": {
                "enabled": bool(contexts), "required_status_checks": {
                    "enforcement_level": "everyone", "contexts": contexts,
                    "checks": [{"context": one, "app_id": None} for one in contexts]}}}
        if kind == "rules/branches":
            return 200, [{"type": "deletion"}, {"type": "required_status_checks", "parameters": {
                "strict_required_status_checks_policy": False,
                "required_status_checks": [{"context": one} for one in self.rules.get(name, [])]}}]
        if not rest:
            return None
        if rest == "/status":
            return 200, {"state": "success", "statuses": [{"context": one} for one in self.statuses.get(name, [])]}
        runs = [{"name": one} for one in self.checks.get(name, [])]
        return 200, {"total_count": len(runs), "check_runs": runs}

    def _list(self, path, name, etag):
        query = {key: int(values[0]) for key, values in urllib.parse.parse_qs(urllib.parse.urlsplit(path).query).items()}
        size, page = query.get("per_page", 30), query.get("page", 1)
        heads = sorted(self.heads[name]().items())[(page - 1) * size:page * size]
        branches = [{"name": branch, "commit": {"sha": sha, "url": "x"}, "protected": False} for branch, (sha, _) in heads]
        tag = '"' + hashlib.sha256(json.dumps(branches).encode()).hexdigest() + '"'
        self.asked.append((path, etag == tag))
        return (304, None, {"ETag": tag}) if etag == tag else (200, branches, {"ETag": tag})

    @staticmethod
    def _show(sha, heads):
        message = next((message for head, message in heads.values() if head == sha), None)
        if message is None:
            return 422, {"message": f"No commit found for SHA: {sha}"}
        person = {"name": "Ada", "email": "ada@example.com", "date": "2026-11-22T08:00:00Z"}
        return 200, {"sha": sha, "commit": {"message": message, "author": person, "committer": person},
                     "author": {"login": "ada", "id": 7}, "committer": {"login": "ada", "id": 7}}
