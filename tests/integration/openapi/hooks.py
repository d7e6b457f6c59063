"""Loaded by schemathesis (SCHEMATHESIS_HOOKS): gives it the ids of what is there, closes the schemas of answers,
and notes every answer."""
import collections
import json
import os

import schemathesis

THERE = json.loads(os.environ["OPENAPI_THERE"])  # path → its parameters
NOTES = os.environ["OPENAPI_NOTES"]
PREFIX = "#/components/schemas/"


calls = collections.Counter()


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Three of four calls are about something that is there."""
    there = THERE.get(context.operation.path)
    calls[context.operation.label] += 1
    if there and calls[context.operation.label] % 4:
        return {**(path_parameters or {}), **there}
    return path_parameters


@schemathesis.hook
def map_query(context, query):
    """A log without a step is nothing; a search beside it is another question."""
    if context.operation.path.endswith(("/log", "/log/raw", "/log/times", "/log/groups")) and calls[context.operation.label] % 2:
        return {"step": "1"}
    return query


@schemathesis.hook
def map_body(context, body):
    """Nothing is fetched from a host that a generator made up."""
    if isinstance(body, dict) and "clone_url" in body:
        body = {**body, "clone_url": "http://127.0.0.1:9/acme/other.git"}
    return body


def reached(schemas, names):
    out, left = set(), list(names)
    while left:
        name = left.pop()
        if name in out:
            continue
        out.add(name)
        left += mentioned(schemas[name])
    return out


def mentioned(tree):
    if isinstance(tree, dict):
        own = [tree["$ref"].removeprefix(PREFIX)] if "$ref" in tree else []
        return own + [name for value in tree.values() for name in mentioned(value)]
    if isinstance(tree, list):
        return [name for value in tree for name in mentioned(value)]
    return []


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """An answer's field that the document does not name is a failure, too."""
    schemas = raw_schema["components"]["schemas"]
    operations = [one for path in raw_schema["paths"].values() for one in path.values()]
    taken = reached(schemas, mentioned([one.get("requestBody") for one in operations]))
    for name in reached(schemas, mentioned([one["responses"] for one in operations])) - taken:
        if "properties" in schemas[name]:
            schemas[name].setdefault("additionalProperties", False)


@schemathesis.check
def is_noted(context, response, case):
    with open(NOTES, "a", encoding="utf-8") as notes:
        notes.write(f"{case.operation.method.upper()} {case.operation.path} {response.status_code}\n")
