"""`triphammer run`: called workflows from anywhere in the tree, legs of a matrix one by one, output while it is written."""
import json
import os
import subprocess
import threading

import pytest

GIT = ["git", "-c", "user.name=A Person", "-c", "user.email=a@example.com"]

CALLER = """\
on: push
jobs:
  call:
    uses: ./deep/flows/lib.yml
    with: { who: world }
  after:
    needs: call
    runs-on: host
    steps: [ { run: "echo heard ${{ needs.call.outputs.said }}" } ]
"""
CALLED = """\
on:
  workflow_call:
    inputs: { who: { type: string, required: true } }
    outputs: { said: { value: "${{ jobs.greet.outputs.said }}" } }
jobs:
  greet:
    runs-on: host
    outputs: { said: "${{ steps.say.outputs.said }}" }
    steps:
      - id: say
        run: echo "said=hello ${{ inputs.who }}" >> "$GITHUB_OUTPUT"
"""
MATRIX = """\
on: push
jobs:
  before: { runs-on: host, steps: [ { run: "echo before" } ] }
  legs:
    needs: before
    runs-on: host
    strategy: { matrix: { v: [1, 2], os: [a, b] } }
    steps: [ { run: "echo ${{ matrix.v }} ${{ matrix.os }}" } ]
  other: { runs-on: host, steps: [ { run: "echo other" } ] }
"""


@pytest.fixture
def tree(tmp_path):
    folder = tmp_path / "tree"
    for name, text in {"deep/flows/caller.yml": CALLER, "deep/flows/lib.yml": CALLED, "matrix.yml": MATRIX}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    subprocess.run([*GIT, "init", "-q", "-b", "main"], cwd=folder, check=True)
    subprocess.run([*GIT, "add", "."], cwd=folder, check=True)
    subprocess.run([*GIT, "commit", "-q", "-m", "begin"], cwd=folder, check=True)
    return folder


@pytest.fixture
def call(binary, tmp_path):
    def run(folder, *words):
        return subprocess.run(
            [str(binary), *map(str, words)], cwd=folder, capture_output=True, text=True, timeout=120,
            env={**os.environ, "TMPDIR": str(tmp_path)},
        )
    return run


def jobs_of(done):
    events = [json.loads(line) for line in done.stdout.splitlines()]
    return {one["job"] for one in events if one["event"] == "job" and one["state"] == "succeeded"}


@pytest.mark.parametrize("folder, file", [(".", "deep/flows/caller.yml"), ("deep/flows", "caller.yml"), ("deep", "flows/caller.yml")])
def test_a_called_workflow_is_found_from_every_folder(call, tree, folder, file):
    done = call(tree / folder, "run", file, "--json")

    assert done.returncode == 0, done.stdout + done.stderr
    assert jobs_of(done) == {"call", "call / greet", "after"}
    assert "heard hello world" in done.stdout


def test_plan_and_lint_find_it_too_and_say_what_does_not_fit(call, tree, tmp_path):
    payload = tmp_path / "push.json"
    payload.write_text(json.dumps({
        "ref": "refs/heads/main", "before": "0" * 40, "after": "a" * 40, "created": True, "deleted": False, "forced": False,
        "commits": [], "head_commit": {"id": "a" * 40, "message": "x"}, "sender": {"login": "ada", "id": 7},
        "repository": {"id": 1, "full_name": "a/b", "clone_url": "https://x.example/a/b.git", "default_branch": "main"},
    }))
    file = tree / "deep" / "flows" / "caller.yml"
    plan = ["plan", file, "--event", "push", "--payload", payload]

    assert "call / greet" in call(tmp_path, *plan).stdout
    file.write_text(CALLER.replace("    with: { who: world }\n", ""))
    refused = call(tree / "deep", "lint", "flows/caller.yml")
    allowed = call(tree / "deep", "lint", "flows/caller.yml", "--allow", "missing-input")

    assert refused.returncode == 1 and "needs the input 'who'" in refused.stdout
    assert allowed.returncode == 0 and "warning:" in allowed.stdout
    assert call(tmp_path, *plan, "--json").stdout.count("call / greet") == 0
    assert call(tmp_path, *plan, "--json", "--allow", "missing-input").stdout.count("call / greet") > 0
    file.write_text(CALLER.replace("./deep/flows/lib.yml", "octo/shared/.github/workflows/lib.yml@v1"))
    remote = call(tree, "run", "deep/flows/caller.yml")
    assert remote.returncode != 0 and "triphammer repo add octo/shared" in remote.stdout + remote.stderr


def test_a_job_with_a_matrix_runs_whole_or_as_one_leg(call, tree):
    whole = call(tree, "run", "matrix.yml", "--job", "legs", "--json")
    leg = call(tree, "run", "matrix.yml", "--job", "legs (2, a)", "--json")
    none = call(tree, "run", "matrix.yml", "--job", "legs (3, a)")

    assert whole.returncode == 0, whole.stdout + whole.stderr
    assert jobs_of(whole) == {"before", "legs (1, a)", "legs (1, b)", "legs (2, a)", "legs (2, b)"}
    assert leg.returncode == 0, leg.stdout + leg.stderr
    assert jobs_of(leg) == {"before", "legs (2, a)"}
    assert none.returncode == 2 and "legs" in none.stderr


@pytest.mark.parametrize("words", [[], ["--json"]])
def test_output_is_seen_while_the_step_goes_on(binary, tree, tmp_path, words):
    (tree / "slow.yml").write_text(
        "on: push\njobs:\n  a:\n    runs-on: host\n    steps:\n"
        "      - run: |\n          echo early bird\n          while ! test -e \"$HOME/never\"; do sleep 0.1; done\n"
    )
    command = subprocess.Popen(
        [str(binary), "run", "slow.yml", *words], cwd=tree, stdout=subprocess.PIPE, text=True, start_new_session=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    def says(line):
        if words:
            event = json.loads(line)
            line = event.get("lines", "")
        return "early bird" in line and "echo" not in line

    limit = threading.Timer(60, command.kill)
    limit.start()
    try:
        assert any(says(line) for line in command.stdout)
        assert command.poll() is None
    finally:
        limit.cancel()
        command.terminate()
        command.wait(timeout=60)


def test_a_strategy_may_be_one_expression_and_a_plain_job_has_one_too(call, tree):
    (tree / "s.yml").write_text(
        "on: push\njobs:\n  a:\n    runs-on: host\n"
        "    strategy: >-\n      ${{ fromJSON('{\"matrix\": {\"v\": [1, 2]}, \"fail-fast\": false}') }}\n"
        "    env: >-\n      ${{ fromJSON('{\"ONE\": \"eins\"}') }}\n"
        "    steps: [ { run: \"echo leg ${{ matrix.v }} of ${{ strategy.job-total }} $ONE ${{ strategy.fail-fast }}\" } ]\n"
        "  b:\n    runs-on: { labels: [host] }\n"
        "    steps: [ { run: \"echo plain ${{ strategy.fail-fast }} ${{ strategy.job-index }} ${{ strategy.job-total }} "
        "${{ strategy.max-parallel }}\" } ]\n"
    )

    done = call(tree, "run", "s.yml")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "leg 1 of 2 eins false" in done.stdout and "leg 2 of 2 eins false" in done.stdout
    assert "plain true 0 1 1" in done.stdout


def test_members_keep_the_order_of_file_and_payload(call, tree):
    (tree / "o.yml").write_text(
        "on: { workflow_dispatch: { inputs: { zulu: { default: '1' }, alpha: { default: '2' } } } }\njobs:\n  a:\n    runs-on: host\n"
        "    strategy: { matrix: { zeta: [1], alpha: [2], include: [ { zeta: 1, beta: 3 } ] } }\n"
        "    env: { M: \"${{ toJSON(matrix) }}\", I: \"${{ toJSON(github.event.inputs) }}\" }\n"
        "    steps: [ { run: \"echo matrix $M; echo inputs $I\" } ]\n"
    )

    done = call(tree, "run", "o.yml", "--input", "zulu=1", "--input", "alpha=2")

    assert done.returncode == 0, done.stdout + done.stderr
    flat = " ".join(done.stdout.split())
    assert 'matrix { "zeta": 1, "alpha": 2, "beta": 3 }' in flat
    assert 'inputs { "alpha": "2", "zulu": "1" }' in flat
