"""The workflows of tests/workflows, each run by `triphammer run`. Their first lines say what has to come of it:
`#? result STATE`, `#? JOB STATE`, `#? JOB | text of its log`, `#? JOB ! text not in its log`, `#? jobs COUNT`,
`#? JOB step NAME`, `#? args WORDS`, `#? file NAME TEXT`, `#? exit STATUS`, `#? none` (others call it)."""
import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "workflows"
GIT = ["git", "-c", "user.name=A Person", "-c", "user.email=a@example.com"]
STATES = ("succeeded", "failed", "cancelled", "timed_out", "skipped")


def wishes_of(path):
    lines = path.read_text().splitlines()
    return [line[3:] for line in lines if line.startswith("#? ")]


def workflows():
    return [path.stem for path in sorted(FOLDER.glob("*.yml")) if wishes_of(path) != ["none"]]


def pick(wishes, word):
    return [wish[len(word) + 1:] for wish in wishes if wish.startswith(word + " ")]


@pytest.fixture
def tree(tmp_path):
    folder = tmp_path / "tree"
    shutil.copytree(FOLDER, folder / ".github" / "workflows")
    return folder


def commit(tree):
    subprocess.run([*GIT, "init", "-q", "-b", "main"], cwd=tree, check=True)
    subprocess.run([*GIT, "add", "."], cwd=tree, check=True)
    subprocess.run([*GIT, "commit", "-q", "-m", "begin"], cwd=tree, check=True)


def look(events):
    """States and logs of the jobs by name, names of their steps, and the result."""
    states, logs, keys, steps = {}, {}, {}, set()
    for one in events:
        if one["event"] == "job":
            states[one["name"]] = one["state"]
            keys[one["job"]] = one["name"]
        if one["event"] == "step":
            name = keys.get(one["job"], one["job"])
            logs[name] = logs.get(name, "") + one.get("log", "")
            steps.add(f"{name} step {one['name']}")
    result = [one["state"] for one in events if one["event"] == "result"]
    return {name: state for name, state in states.items() if state in STATES}, logs, steps, result


def check(wish, states, logs, steps, result):
    if wish in steps:
        return
    if wish.startswith("result "):
        assert result == [wish[7:]]
    elif wish.startswith("jobs "):
        assert len(states) == int(wish[5:]), sorted(states)
    elif found := re.fullmatch(r"(.*?) ([|!]) (.*)", wish):
        job, sign, text = found.groups()
        assert (text in logs[job]) == (sign == "|"), logs[job]
    else:
        job, state = re.fullmatch(rf"(.*) ({'|'.join(STATES)})", wish).groups()
        assert states[job] == state


def test_there_are_fifty():
    assert len(workflows()) >= 50


@pytest.mark.parametrize("name", workflows())
def test_a_workflow_does_what_the_documentation_says(binary, tmp_path, tree, name):
    wishes = wishes_of(FOLDER / f"{name}.yml")
    for file, text in (one.split(" ", 1) for one in pick(wishes, "file")):
        (tree / file).write_text(text + "\n")
    commit(tree)
    words = " ".join(pick(wishes, "args")).split()

    done = subprocess.run(
        [str(binary), "run", f".github/workflows/{name}.yml", "--json", *words],
        cwd=tree, capture_output=True, text=True, timeout=120, env={**os.environ, "TMPDIR": str(tmp_path)},
    )

    states, logs, steps, result = look([json.loads(line) for line in done.stdout.splitlines()])
    if status := pick(wishes, "exit"):
        assert done.returncode == int(status[0]), done.stderr
    for wish in wishes:
        if wish.split()[0] not in ("args", "file", "exit"):
            try:
                check(wish, states, logs, steps, result)
            except (AssertionError, KeyError) as failure:
                pytest.fail(f"{wish}: {failure}\n{states}\n{done.stderr}\n" + "\n".join(f"{k}:\n{v}" for k, v in logs.items()))
