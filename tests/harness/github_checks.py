"""The part of the GitHub stand-in that keeps check runs and deployments, checked against the published description
(`checks/create`, `checks/update`, `checks/get`, `checks/list-for-ref`, `repos/create-deployment`,
`repos/list-deployments`, `repos/create-deployment-status`). What does not fit is answered 422 and remembered."""
import json
import re
import urllib.parse

CHECK_FIELDS = {"name", "head_sha", "details_url", "external_id", "status", "started_at", "conclusion", "completed_at",
                "output", "actions"}
OUTPUT_FIELDS = {"title", "summary", "text", "annotations", "images"}
ANNOTATION_FIELDS = {"path", "start_line", "end_line", "start_column", "end_column", "annotation_level", "message",
                     "title", "raw_details"}
CONCLUSIONS = {"action_required", "cancelled", "failure", "neutral", "success", "skipped", "timed_out"}
DEPLOYMENT_FIELDS = {"ref", "task", "auto_merge", "required_contexts", "payload", "environment", "description",
                     "transient_environment", "production_environment"}
STATUS_FIELDS = {"state", "target_url", "log_url", "description", "environment", "environment_url", "auto_inactive"}
DEPLOYMENT_STATES = {"error", "failure", "inactive", "in_progress", "queued", "pending", "success"}
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"


class GitHubChecks:
    """`app_id` names the App that a token is of, as the stand-in's other half knows it."""

    def __init__(self):
        self.runs = []         # check runs, oldest first, as GitHub shows them, with "repository" beside
        self.deployments = []  # with "repository" and "statuses" beside
        self.complaints = []
        self.failures = []     # statuses that the next changes get

    # --- what GitHub would show ----------------------------------------------------------------------

    def newest(self, sha):
        """name → the check run that counts."""
        return {run["name"]: run for run in self.runs if run["head_sha"] == sha}

    def deployed(self, environment):
        """The states of each deployment, oldest first."""
        return [[status["state"] for status in one["statuses"]] for one in self.deployments
                if one["environment"] == environment]

    # --- the API -------------------------------------------------------------------------------------

    def answer(self, verb, path, raw, app_id):
        """(status, body), or None: no path of these."""
        url = urllib.parse.urlsplit(path)
        query = dict(urllib.parse.parse_qsl(url.query))
        found = re.fullmatch(r"/repos/([^/]+/[^/]+)/(check-runs|deployments|commits/([0-9a-f]{40})/check-runs)"
                             r"(?:/(\d+)(/statuses)?)?", url.path)
        if not found:
            return None
        name, kind, sha, number, statuses = found.groups()
        if verb != "GET" and self.failures:
            return self.failures.pop(0), {"message": "told to fail"}
        if kind == "deployments":
            return self._deployment(verb, name, int(number or 0), bool(statuses), query, raw)
        if not app_id:
            return 403, {"message": "You must authenticate via a GitHub App."}
        if sha:
            return self._list(name, sha, query, app_id)
        return self._check(verb, name, int(number or 0), raw, app_id)

    def _list(self, name, sha, query, app_id):
        if set(query) - {"check_name", "status", "filter", "per_page", "page", "app_id"}:
            return self._refuse(f"list of check runs: {query}")
        mine = [run for run in reversed(self.runs) if (run["repository"], run["head_sha"]) == (name, sha)
                and query.get("check_name", run["name"]) == run["name"]]
        size, page = int(query.get("per_page", 30)), int(query.get("page", 1))
        return 200, {"total_count": len(mine), "check_runs": mine[(page - 1) * size:page * size]}

    def _check(self, verb, name, number, raw, app_id):
        run = next((one for one in self.runs if (one["repository"], one["id"]) == (name, number)), None)
        if verb == "GET" and number:
            return (200, run) if run else (404, {"message": "Not Found"})
        if (verb, bool(number)) not in {("POST", False), ("PATCH", True)}:
            return 405, {"message": "no such method here"}
        body = parse(raw)
        wrong = wrong_with_check(body, is_new=not number)
        if wrong:
            return self._refuse(wrong)
        if number and not run:
            return 404, {"message": "Not Found"}
        if number and run["app"]["id"] != int(app_id):
            return 403, {"message": "Invalid app_id `%s` - check run can only be modified by the GitHub App that created it." % app_id}
        if not number:
            run = {"id": 70001 + len(self.runs), "repository": name, "app": {"id": int(app_id)}, "status": "queued",
                   "conclusion": None, "output": {"annotations_count": 0}, "annotations": [], "edits": -1}
            self.runs.append(run)
        self._apply(run, body)
        return (201 if not number else 200), {key: value for key, value in run.items() if key != "annotations"}

    @staticmethod
    def _apply(run, body):
        output = body.pop("output", {})
        run["annotations"] += output.pop("annotations", [])
        run["output"] = {**run["output"], **output, "annotations_count": len(run["annotations"])}
        if body.get("status") in ("queued", "in_progress"):
            run["conclusion"] = None
        run.update(body)
        run["edits"] += 1

    def _deployment(self, verb, name, number, is_status, query, raw):
        one = next((one for one in self.deployments if (one["repository"], one["id"]) == (name, number)), None)
        if verb == "GET" and not number:
            return self._list_deployments(name, query)
        if verb != "POST" or bool(number) != is_status:
            return 405, {"message": "no such method here"}
        body = parse(raw)
        if number and not one:
            return 404, {"message": "Not Found"}
        wrong = wrong_with_state(body) if number else wrong_with_deployment(body)
        if wrong:
            return self._refuse(wrong)
        if number:
            one["statuses"].append(body)
            return 201, {"id": 90001, **body}
        one = {"id": 80001 + len(self.deployments), "repository": name, "sha": body["ref"], "statuses": [], **body}
        self.deployments.append(one)
        return 201, {key: value for key, value in one.items() if key != "statuses"}

    def _list_deployments(self, name, query):
        if set(query) - {"sha", "ref", "task", "environment", "per_page", "page"}:
            return self._refuse(f"list of deployments: {query}")
        mine = [one for one in reversed(self.deployments) if one["repository"] == name
                and query.get("sha", one["sha"]) == one["sha"]
                and query.get("environment", one["environment"]) == one["environment"]]
        size, page = int(query.get("per_page", 30)), int(query.get("page", 1))
        return 200, mine[(page - 1) * size:page * size]

    def _refuse(self, complaint):
        self.complaints.append(complaint)
        return 422, {"message": complaint}


def parse(raw):
    try:
        return json.loads(raw)
    except ValueError:
        return None


def wrong_with_check(body, is_new):
    if not isinstance(body, dict) or set(body) - CHECK_FIELDS:
        return f"check run: fields {sorted(body or {})}"
    if is_new and not {"name", "head_sha"} <= set(body) or not is_new and "head_sha" in body:
        return f"check run: fields {sorted(body)}"
    if body.get("status", "queued") not in {"queued", "in_progress", "completed"}:
        return f"check run: status {body['status']}"
    if (body.get("status") == "completed") != ("conclusion" in body):
        return "check run: a conclusion belongs to what is completed"
    if body.get("conclusion", "success") not in CONCLUSIONS:
        return f"check run: conclusion {body['conclusion']}"
    if not all(re.fullmatch(TIME, body[name]) for name in ("started_at", "completed_at") if name in body):
        return "check run: times are YYYY-MM-DDTHH:MM:SSZ"
    if not re.match(r"https?://", body.get("details_url", "http://x")):
        return f"check run: details_url {body['details_url']}"
    return wrong_with_output(body["output"]) if "output" in body else None


def wrong_with_output(output):
    if set(output) - OUTPUT_FIELDS or not {"title", "summary"} <= set(output):
        return f"output: fields {sorted(output)}"
    if len(output["summary"]) > 65535 or not output["title"]:
        return "output: title or summary"
    annotations = output.get("annotations", [])
    if len(annotations) > 50:
        return f"output: {len(annotations)} annotations in a request"
    return next(filter(None, map(wrong_with_annotation, annotations)), None)


def wrong_with_annotation(one):
    if set(one) - ANNOTATION_FIELDS or not {"path", "start_line", "end_line", "annotation_level", "message"} <= set(one):
        return f"annotation: fields {sorted(one)}"
    if one["annotation_level"] not in {"notice", "warning", "failure"} or not one["path"] or not one["message"]:
        return f"annotation: {one}"
    if one["path"].startswith("/") or not 1 <= one["start_line"] <= one["end_line"]:
        return f"annotation: {one}"
    if "start_column" in one and one["start_line"] != one["end_line"]:
        return "annotation: columns over several lines"
    if len(one.get("title", "")) > 255 or len(one["message"].encode()) > 64 * 1024:
        return "annotation: too long"
    return None


def wrong_with_deployment(body):
    if not isinstance(body, dict) or set(body) - DEPLOYMENT_FIELDS or "ref" not in body:
        return f"deployment: fields {sorted(body or {})}"
    if body.get("auto_merge") is not False or body.get("required_contexts") != []:
        return "deployment: GitHub would merge, or wait for statuses"
    if len(body.get("description") or "") > 140 or not isinstance(body.get("payload", {}), (dict, str)):
        return "deployment: description or payload"
    return None


def wrong_with_state(body):
    if not isinstance(body, dict) or set(body) - STATUS_FIELDS or body.get("state") not in DEPLOYMENT_STATES:
        return f"deployment status: {body}"
    if len(body.get("description") or "") > 140:
        return "deployment status: description is longer than 140 characters"
    if not all(re.match(r"https?://", body[name]) for name in ("log_url", "environment_url") if name in body):
        return "deployment status: an address is none"
    return None
