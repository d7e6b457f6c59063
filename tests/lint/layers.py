#!/usr/bin/env python3
"""A folder of server/ may include itself and strictly lower levels; heavy headers stay in their room."""
import pathlib
import re
import sys

# One noun in several folders; each may include those before it.
WORKFLOW = ["workflow/expression", "workflow/yaml", "workflow/schema", "workflow/checks", "workflow", "workflow/action"]
STORE = ["store/sqlite", "store/runs", "store/deployments", "store/forge", "store/people", "store"]
RUNNER = ["runner/session", "runner/host", "runner/layers", "runner/aws", "runner/image", "runner/deploy", "runner/deploy/container",
          "runner/deploy/compose", "runner/deploy/swarm", "runner/container", "runner/steps", "runner/deploy/exec", "runner/deploy/ssh",
          "runner/deploy/remote", "runner/deploy/aws", "runner/actions", "runner/terraform", "runner"]
API = ["api/call", "api/pages", "api/live", "api/server", "api/people", "api/runs", "api/artifacts", "api/runner", "api/github",
       "api/repositories", "api/deliveries", "api/pipelines", "api/deployments", "api"]
LEVELS = {
    1: ["base"],
    2: ["model"],
    3: [*WORKFLOW, *STORE, "http", "git", "logs", "archive", "xml"],
    4: ["plan", "protocol", "rollout", "github", "mail", "docker", "aws", "lfs", "artifacts", "importer", "results"],
    5: ["execution", "queue", "access", "definitions", "history", "launcher", "starter"],
    6: [*RUNNER, "deployments", "report", "intake", "doctor"],
    7: ["launch", "schedule", "supervisor"],
    8: API,
    9: ["app"],
    10: ["cli"],
}
# (header pattern, folders that may include it)
ROOMS = [
    (r"sqlite3\.h", ["store/sqlite"]),
    (r"git2", ["git"]),
    (r"yaml-cpp/", ["workflow/yaml"]),
    (r"boost/beast", ["http"]),
    (r"boost/asio/ssl|openssl/ssl\.h", ["http"]),
    (r"simdjson", ["github"]),
    (r"expat\.h", ["xml"]),
]
# What the runner (a static program beside the daemon) and the launcher must never see.
FORBIDDEN = {
    "runner": ["store", "git", "queue", "api", "access"],
    "launcher": ["store", "git", "queue", "api", "access", "workflow", "plan", "logs", "protocol"],
}
ROOT = pathlib.Path(__file__).resolve().parents[2] / "server"
LEVEL_OF = {folder: level for level, folders in LEVELS.items() for folder in folders}


def folder_of(path):
    parts = pathlib.PurePosixPath(path).parts[:-1]
    return "/".join(parts)


def problems_of(file):
    here = folder_of(file.relative_to(ROOT).as_posix())
    if not here:
        return
    if here not in LEVEL_OF:
        yield f"{file}: folder '{here}' is not in the table of levels"
        return
    for number, line in enumerate(file.read_text().splitlines(), 1):
        found = re.match(r'\s*#\s*include\s+[<"]([^>"]+)[>"]', line)
        if not found:
            continue
        name = found.group(1)
        for pattern, rooms in ROOMS:
            if re.match(pattern, name) and here not in rooms:
                yield f"{file}:{number}: <{name}> belongs to {', '.join(rooms)}"
        there = folder_of(name)
        if there not in LEVEL_OF or there == here:
            continue
        inside = any({here, there} <= set(noun) and noun.index(there) < noun.index(here) for noun in (WORKFLOW, STORE, RUNNER, API))
        if LEVEL_OF[there] >= LEVEL_OF[here] and not inside:
            yield f"{file}:{number}: {here} (level {LEVEL_OF[here]}) includes {there} (level {LEVEL_OF[there]})"
        if there.split("/")[0] in FORBIDDEN.get(here.split("/")[0], []):
            yield f"{file}:{number}: {here} must never include {there}"


def main():
    files = sorted([*ROOT.rglob("*.hpp"), *ROOT.rglob("*.cpp")])
    found = [problem for file in files for problem in problems_of(file)]
    print("\n".join(found))
    return 1 if found else 0


sys.exit(main())
