"""What GitHub publishes about its REST calls: their parameters and bodies, how they answer, and whether a GitHub App may
make them. `github_models.json` is the part of its OpenAPI description (MIT, github/rest-api-description, as the npm package
@octokit/openapi carries it) that the product's calls reach, and is made again by

    python3 tests/harness/github_models.py FOLDER_OF_THE_PACKAGE > tests/harness/github_models.json

`./dev test all` fetches the package and compares. Every request that reaches the stand-in is checked against it, and what
the stand-in answers, where the published answer is short. An object of a request that lists its members takes no others,
unless it is published that it does: GitHub ignores a misspelt one."""
import json
import pathlib
import re
import sys
import urllib.parse

import jsonschema

PACKAGE = "@octokit/openapi@23.0.2"
REPOSITORY = "/repos/{owner}/{repo}"
OPERATIONS = (
    "GET /app", "GET /app/hook/config", "PATCH /app/hook/config", "GET /app/hook/deliveries",
    "GET /app/hook/deliveries/{delivery_id}", "GET /app/installations",
    "POST /app/installations/{installation_id}/access_tokens", "POST /app-manifests/{code}/conversions",
    "DELETE /applications/{client_id}/token", "GET /installation/repositories", "DELETE /installation/token",
    "GET /rate_limit", "GET /user", "GET /user/orgs",
    f"GET {REPOSITORY}", f"GET {REPOSITORY}/installation",
    f"GET {REPOSITORY}/hooks", f"POST {REPOSITORY}/hooks", f"GET {REPOSITORY}/hooks/{{hook_id}}",
    f"PATCH {REPOSITORY}/hooks/{{hook_id}}", f"DELETE {REPOSITORY}/hooks/{{hook_id}}",
    f"POST {REPOSITORY}/hooks/{{hook_id}}/pings", f"GET {REPOSITORY}/hooks/{{hook_id}}/deliveries",
    f"GET {REPOSITORY}/hooks/{{hook_id}}/deliveries/{{delivery_id}}",
    f"GET {REPOSITORY}/branches", f"GET {REPOSITORY}/branches/{{branch}}", f"GET {REPOSITORY}/rules/branches/{{branch}}",
    f"GET {REPOSITORY}/commits/{{ref}}", f"GET {REPOSITORY}/commits/{{ref}}/status",
    f"GET {REPOSITORY}/commits/{{ref}}/check-runs", f"POST {REPOSITORY}/statuses/{{sha}}",
    f"POST {REPOSITORY}/check-runs", f"GET {REPOSITORY}/check-runs/{{check_run_id}}",
    f"PATCH {REPOSITORY}/check-runs/{{check_run_id}}",
    f"GET {REPOSITORY}/deployments", f"POST {REPOSITORY}/deployments",
    f"POST {REPOSITORY}/deployments/{{deployment_id}}/statuses",
    f"GET {REPOSITORY}/issues/{{issue_number}}/comments", f"POST {REPOSITORY}/issues/{{issue_number}}/comments",
    f"PATCH {REPOSITORY}/issues/comments/{{comment_id}}",
)
FACTS = ("type", "required", "enum", "pattern", "format", "minimum", "maximum", "minLength", "maxLength", "minItems",
         "maxItems", "minProperties", "maxProperties", "uniqueItems", "additionalProperties")
LONGEST = 3500  # characters of an answer's schema
PLACE = pathlib.Path(__file__).with_suffix(".json")


def extract(package):
    """`package`: its folder."""
    document = json.loads((pathlib.Path(package) / "generated/api.github.com.json").read_text())
    return {name: _extract_operation(document, *name.split(" ")) for name in sorted(OPERATIONS)}


def _extract_operation(document, verb, path):
    operation = document["paths"][path][verb.lower()]
    kept = {"id": operation["operationId"], "apps": operation["x-github"]["enabledForGitHubApps"], "path": {}, "query": {},
            "answers": sorted(int(status) for status in operation["responses"] if status[0] in "23")}
    for parameter in (_follow(document, one) for one in operation.get("parameters", ())):
        kept[parameter["in"]][parameter["name"]] = _extract_parameter(document, parameter)
    if "requestBody" in operation:
        body = _follow(document, operation["requestBody"])
        kept["body"] = {"required": body.get("required", False),
                        "schema": _extract_schema(document, body["content"]["application/json"]["schema"])}
    kept["says"] = _extract_answer(document, operation)
    return kept


def _extract_answer(document, operation):
    """Of the first answer that is no error, where it is short; the types of what it says, not what it must say."""
    answer = _follow(document, next(one for status, one in operation["responses"].items() if status[0] == "2"))
    schema = answer.get("content", {}).get("application/json", {}).get("schema", True)
    schema = schema if schema is True else _extract_schema(document, schema, [fact for fact in FACTS if fact != "required"])
    return schema if len(json.dumps(schema)) < LONGEST else True


def _extract_parameter(document, parameter):
    schema = _extract_schema(document, parameter["schema"])
    most = re.search(r"\(max (\d+)\)", parameter.get("description", ""))  # of pages; it is not in the schema
    return {"required": parameter.get("required", False), "schema": {**schema, "maximum": int(most[1])} if most else schema}


def _follow(document, one):
    while "$ref" in one:
        place = document
        for step in one["$ref"].removeprefix("#/").split("/"):
            place = place[step]
        one = place
    return one


def _extract_schema(document, schema, facts=FACTS):
    """As JSON Schema has it, which knows no `nullable`."""
    schema = _follow(document, schema)
    out = {fact: schema[fact] for fact in facts if fact in schema}
    if "properties" in schema:
        out["properties"] = {name: _extract_schema(document, one, facts) for name, one in schema["properties"].items()}
    for part in ("items", "additionalProperties"):
        if isinstance(schema.get(part), dict):
            out[part] = _extract_schema(document, schema[part], facts)
    for part in ("oneOf", "anyOf", "allOf"):
        if part in schema:
            kept = part if "required" in facts else part.replace("one", "any")  # more than one can fit then
            out[kept] = [_extract_schema(document, one, facts) for one in schema[part]]
    return {"anyOf": [out, {"type": "null"}]} if schema.get("nullable") else out


class Mismatch(Exception):
    pass


class Models:
    def __init__(self):
        self.operations = json.loads(PLACE.read_text())
        self.paths = [(name, name.split(" ")[0], re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", name.split(" ")[1])))
                      for name in self.operations]

    def check(self, verb, target, headers, raw, is_app):
        """The operation's name. `is_app`: with the token of an App's installation. Mismatch says where."""
        url = urllib.parse.urlsplit(target)
        name, found = self._find(verb, url.path)
        operation = self.operations[name]
        if is_app and not operation["apps"]:
            raise Mismatch(f"{name} is not for GitHub Apps")
        self._check_parameters(name, operation["path"], [(key, urllib.parse.unquote(text)) for key, text in found.items()])
        self._check_parameters(name, operation["query"],
                               urllib.parse.parse_qsl(url.query, keep_blank_values=True, strict_parsing=bool(url.query)))
        self._check_body(name, operation.get("body"), headers, raw)
        return name

    def check_answer(self, name, status, content):
        """Of the stand-in: whether its status and what it says are published. Errors and 304 can be had from every operation."""
        if status < 400 and status not in (*self.operations[name]["answers"], 304):
            raise Mismatch(f"{name}: answer {status}")
        if (status in (204, 304)) != (content == b""):
            raise Mismatch(f"{name}: answer {status} of {len(content)} bytes")
        if status < 300 and content:
            _validate(f"{name}: answer {status}", self.operations[name]["says"], json.loads(content), closed=False)

    def _find(self, verb, path):
        for name, of, pattern in self.paths:
            found = pattern.fullmatch(path) if of == verb else None
            if found:
                return name, found.groupdict()
        raise Mismatch(f"{verb} {path}: no such operation is published")

    @staticmethod
    def _check_parameters(name, published, given):
        keys = [key for key, _ in given]
        missing = [key for key, one in published.items() if one["required"] and key not in keys]
        unknown = sorted(set(keys) - set(published))
        if missing or unknown or len(keys) != len(set(keys)):
            raise Mismatch(f"{name}: unknown {unknown}, missing {missing}, of {keys}")
        for key, text in given:
            schema = published[key]["schema"]
            _validate(f"{name}: {key}", schema, _typed(schema, text))

    @staticmethod
    def _check_body(name, published, headers, raw):
        if not published and raw:
            raise Mismatch(f"{name} takes no body")
        if not published or not raw and not published["required"]:
            return
        if headers.get("Content-Type", "").partition(";")[0] != "application/json":
            raise Mismatch(f"{name}: Content-Type {headers.get('Content-Type')}")
        try:
            body = json.loads(raw)
        except ValueError as error:
            raise Mismatch(f"{name}: the body is no JSON: {error}") from error
        _validate(name, published["schema"], body)


def _typed(schema, text):
    """A text of an address as what the parameter takes; what does not fit stays a text."""
    if schema.get("type") == "integer" and re.fullmatch(r"-?\d+", text, re.ASCII):
        return int(text)
    return text == "true" if schema.get("type") == "boolean" and text in ("true", "false") else text


def _closed(schema):
    """Without room for members that are not published."""
    out = dict(schema)
    if "properties" in schema:
        out["properties"] = {name: _closed(one) for name, one in schema["properties"].items()}
        out.setdefault("additionalProperties", False)
    if "items" in schema:
        out["items"] = _closed(schema["items"])
    for part in ("oneOf", "anyOf"):
        if part in schema:
            out[part] = [_closed(one) for one in schema[part]]
    return out


FORMATS = jsonschema.FormatChecker(formats=())


@FORMATS.checks("date-time")
def _is_time(value):
    return not isinstance(value, str) or bool(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)", value, re.ASCII))


@FORMATS.checks("uri")
def _is_address(value):
    return not isinstance(value, str) or bool(re.fullmatch(r"https?://[^/\s]+\S*", value))


def _validate(where, schema, value, closed=True):
    validator = jsonschema.Draft7Validator(_closed(schema) if closed else schema, format_checker=FORMATS)
    wrong = jsonschema.exceptions.best_match(validator.iter_errors(value))
    if wrong:
        at = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in wrong.absolute_path)
        raise Mismatch(f"{where}{at}: {wrong.message[:400]}")


def dump(models):
    """A line for each operation, so that a change can be read."""
    return "{\n" + ",\n".join(f"{json.dumps(name)}: {json.dumps(one)}" for name, one in models.items()) + "}\n"


if __name__ == "__main__":
    sys.stdout.write(dump(extract(sys.argv[1])))
