#!/usr/bin/env python3
"""File length, catch sites, SQL outside store/, coroutine temporaries, migrations untouched."""
import hashlib
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
MAX_LINES = 400
# Where exceptions end; everywhere else failures are values. A new place needs a reason in its commit.
CATCH_SITES = {
    "server/base/task_group.cpp",     # a child's failure becomes a report to its owner
    "server/http/session.cpp",        # a handler's bug costs one 500, not the process
    "server/store/sqlite/writer.cpp",  # a failing piece of work rolls back its own savepoint only
    "server/workflow/yaml/yaml.cpp",  # yaml-cpp throws
    "server/main.cpp",
    "server/runner_main.cpp",
}
SQL_WORDS = re.compile(r'"\s*(SELECT|INSERT|UPDATE|DELETE|PRAGMA|BEGIN|CREATE TABLE)\s+\w', re.M)
# SQL stands in store/ only; queue/, history/, … call its functions.
SQL_FOLDERS = ("server/store/",)
# g++ 12 destroys aggregate temporaries and closures with owning captures twice inside co_await.
BAD_AWAIT = re.compile(r"co_await[^;]*(\[[^]&]*[A-Za-z_][^]&]*\]\s*\(|[A-Za-z_>]\{[^}]|\(\{)")


def source_files():
    for folder in ("server", "tests"):
        for suffix in ("*.cpp", "*.hpp"):
            yield from sorted((ROOT / folder).rglob(suffix))
    yield from sorted(path for path in (ROOT / "web" / "src").rglob("*") if path.is_file())


def check_file(path):
    name = path.relative_to(ROOT).as_posix()
    text = path.read_text()
    lines = text.count("\n")
    if lines > MAX_LINES:
        yield f"{name}: {lines} lines; split it (limit {MAX_LINES})"
    if not name.startswith("server/"):
        return
    if re.search(r"\bcatch \(", text) and name not in CATCH_SITES:
        yield f"{name}: catch is allowed in: {', '.join(sorted(CATCH_SITES))}"
    if SQL_WORDS.search(text) and not name.startswith(SQL_FOLDERS):
        yield f"{name}: SQL outside store/"
    for found in BAD_AWAIT.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        yield f"{name}:{line}: a temporary inside co_await (CONTRIBUTING.md, coroutines): name it first"


def check_migrations():
    listed = dict(reversed(line.split()) for line in (ROOT / "migrations/SHA256SUMS").read_text().splitlines())
    for path in sorted((ROOT / "migrations").glob("*.sql")):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        if listed.get(path.name) != digest:
            yield f"migrations/{path.name}: changed or not listed; a released migration is never edited (dev migration)"


def main():
    found = [problem for path in source_files() for problem in check_file(path)]
    found += list(check_migrations())
    print("\n".join(found))
    return 1 if found else 0


sys.exit(main())
