"""The part of the GitHub stand-in that says what a branch waits for, and what was reported for it ("REST API endpoints
for branches", "… rules", "… commit statuses", "… check runs")."""
import re
import urllib.parse


class GitHubBranches:
    def __init__(self):
        self.required = {}  # repository → contexts of the branch's protection
        self.rules = {}     # repository → contexts of rulesets
        self.statuses = {}  # repository → contexts at the branch's newest commit
        self.checks = {}    # repository → names of check runs there

    def answer(self, verb, path):
        """(status, body) or None: no path of branches."""
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
        if rest == "/status":
            return 200, {"state": "success", "statuses": [{"context": one} for one in self.statuses.get(name, [])]}
        runs = [{"name": one} for one in self.checks.get(name, [])]
        return 200, {"total_count": len(runs), "check_runs": runs}
