"""`triphammer run`: a workflow of the working tree, carried out on the spot by the server's own parts."""
import json
import os
import pathlib
import re
import signal
import subprocess

import pytest

GIT = ["git", "-c", "user.name=A Person", "-c", "user.email=a@example.com"]

WORKFLOW = """\
name: Try
on:
  push: { branches: [release] }
  workflow_dispatch: { inputs: { WHO: { default: nobody } } }
jobs:
  one:
    runs-on: host
    outputs: { said: "${{ steps.say.outputs.said }}" }
    steps:
      - uses: actions/checkout@v4
      - id: say
        run: |
          cat tracked.txt changed.txt new.txt
          test ! -e ignored.txt
          echo "said=hello ${{ inputs.WHO }} ${{ vars.PLACE }}" >> "$GITHUB_OUTPUT"
  two:
    runs-on: host
    needs: one
    steps:
      - run: echo "heard ${{ needs.one.outputs.said }}"
  other:
    runs-on: host
    steps: [ { run: "echo other" } ]
"""


@pytest.fixture
def tree(tmp_path):
    folder = tmp_path / "tree"
    (folder / ".triphammer").mkdir(parents=True)
    (folder / ".triphammer" / "try.yml").write_text(WORKFLOW)
    (folder / ".gitignore").write_text("ignored.txt\n")
    (folder / "tracked.txt").write_text("tracked\n")
    (folder / "changed.txt").write_text("old\n")
    subprocess.run([*GIT, "init", "-q", "-b", "dev"], cwd=folder, check=True)
    subprocess.run([*GIT, "add", "."], cwd=folder, check=True)
    subprocess.run([*GIT, "commit", "-q", "-m", "begin"], cwd=folder, check=True)
    (folder / "changed.txt").write_text("changed\n")
    (folder / "new.txt").write_text("new\n")
    (folder / "ignored.txt").write_text("ignored\n")
    return folder


@pytest.fixture
def run(binary, tree, tmp_path):
    temp = tmp_path / "temp"
    temp.mkdir()

    def call(*words, **environment):
        done = subprocess.run(
            [str(binary), "run", *[str(word) for word in words]],
            cwd=tree, capture_output=True, text=True, timeout=120,
            env={**os.environ, "TMPDIR": str(temp), **environment},
        )
        assert list(temp.iterdir()) == []
        return done

    return call


def events(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


def steps_of(done, job):
    return {one["name"]: one for one in events(done) if one["event"] == "step" and one["job"] == job and "log" in one}


def write(tree, text):
    (tree / ".triphammer" / "try.yml").write_text(text)


def test_runs_the_only_workflow_on_the_tree_as_it_is(run):
    done = run("--json")

    assert (done.returncode, done.stderr) == (0, "")
    log = "".join(step["log"] for step in steps_of(done, "one").values())
    assert "tracked\nchanged\nnew\n" in log
    assert events(done)[-1]["state"] == "succeeded"


def test_leaves_the_index_of_the_tree_alone(run, tree):
    before = subprocess.run(["git", "status", "--porcelain"], cwd=tree, capture_output=True).stdout

    run("--json")

    assert subprocess.run(["git", "status", "--porcelain"], cwd=tree, capture_output=True).stdout == before
    assert subprocess.run(["git", "branch"], cwd=tree, capture_output=True, text=True).stdout == "* dev\n"


def test_hands_inputs_variables_and_outputs_on(run):
    done = run("--input", "WHO=you", "--var", "PLACE=here", "--json")

    assert done.returncode == 0, done.stderr
    assert "heard hello you here" in "".join(step["log"] for step in steps_of(done, "two").values())


def test_one_job_runs_with_what_it_needs(run):
    done = run("--job", "two", "--json")

    assert {one["job"] for one in events(done) if one["event"] == "job"} == {"one", "two"}
    assert run("--job", "three").returncode == 2


def test_filters_count_once_an_event_is_named(run):
    done = run("--event", "push")

    assert done.returncode == 2
    assert "release" in done.stderr


def test_a_short_payload_gets_the_rest_from_the_tree(run, tree):
    (tree.parent / "short.json").write_text('{"ref": "refs/heads/release", "head_commit": {"message": "of the file"}}')
    (tree.parent / "wrong.json").write_text('{"ref": "release"}')
    (tree.parent / "empty.json").write_text("\n")
    write(tree, """\
on: { push: { branches: [release] }, workflow_dispatch: }
jobs:
  one:
    runs-on: host
    steps:
      - run: echo "$GITHUB_REF_NAME $GITHUB_REPOSITORY $GITHUB_ACTOR"
      - run: echo "$MESSAGE ${{ github.event.head_commit.id == github.event.after }}"
        env: { MESSAGE: "${{ github.event.commits[0].message }}" }
""")

    unnamed = run("--payload", tree.parent / "short.json")
    done = run("--event", "push", "--payload", tree.parent / "short.json", "--json")
    wrong = run("--event", "push", "--payload", tree.parent / "wrong.json")
    empty = run("--event", "push", "--payload", tree.parent / "empty.json")

    assert unnamed.returncode == 2 and "--payload: which event is it of?" in unnamed.stderr
    log = "".join(step["log"] for step in steps_of(done, "one").values())
    assert "release local/tree A Person\n" in log and "of the file true\n" in log, log + done.stderr
    assert wrong.returncode == 2 and "--payload: the payload has no usable 'ref'; write it as a webhook has it" in wrong.stderr
    assert empty.returncode == 2 and "empty.json is empty: write {} at least" in empty.stderr


def test_what_a_failed_job_holds_stays_and_people_are_told_where(binary, tree, tmp_path):
    write(tree, """\
on: push
jobs:
  one:
    runs-on: host
    hold-on-failure: 10m
    steps:
      - run: echo evidence > result && false
""")
    temp = tmp_path / "temp"
    temp.mkdir()

    done = subprocess.run(
        [str(binary), "run", "--json"], cwd=tree, capture_output=True, text=True, timeout=120, env={**os.environ, "TMPDIR": str(temp)})

    [folder] = temp.iterdir()
    assert done.returncode == 1 and f"what hold-on-failure keeps lies in {folder} until you remove it\n" in done.stderr, done.stderr
    [reason] = [one["reason"] for one in events(done) if one["event"] == "job" and one["state"] == "failed"]
    place = re.search(r"cd (\S+)", reason)[1]
    assert (pathlib.Path(place) / "result").read_text() == "evidence\n"
    assert ("as root" in reason) == (os.geteuid() == 0), reason
    assert [path.name for path in folder.iterdir()] == ["run"] and [path.name for path in (folder / "run").iterdir()] == ["held"]


def test_people_see_steps_times_and_the_log_of_what_failed(run, tree):
    write(tree, "on: push\njobs:\n  bad:\n    runs-on: host\n    steps:\n      - name: Break it\n        run: echo the reason; exit 3\n      - run: echo never\n")

    done = run()

    assert done.returncode == 1
    assert "✗ Break it" in done.stdout and "      the reason\n" in done.stdout
    assert "failed" in done.stdout.splitlines()[-1]
    assert "\x1b" not in done.stdout


def test_secrets_come_from_environment_or_file_and_are_masked(run, tree):
    write(tree, "on: push\njobs:\n  s:\n    runs-on: host\n    steps:\n      - run: test \"$A$B\" = firstonesecondone && echo \"it is $A\"\n        env: { A: \"${{ secrets.A }}\", B: \"${{ secrets.B }}\" }\n")
    (tree / "secrets").write_text("# mine\nB='secondone'\n")

    done = run("--secret", "A", "--secret-file", "secrets", "--json", A="firstone")

    assert done.returncode == 0, done.stdout
    assert "it is ***" in done.stdout and "firstone" not in done.stdout
    assert run("--secret", "MISSING").returncode == 2
    assert run("--secret", "A=firstone").returncode == 2


def test_a_dry_run_says_what_would_run_and_runs_nothing(run, tree):
    write(tree, WORKFLOW.replace("cat tracked.txt", f"touch {tree}/ran; cat tracked.txt"))

    text = run("--dry-run")
    plan = json.loads(run("--dry-run", "--json").stdout)

    assert text.returncode == 0
    assert text.stdout.index("  one") < text.stdout.index("  two")
    assert [job["key"] for job in plan["runs"][0]["jobs"]] == ["one", "two", "other"]
    assert not (tree / "ran").exists()


def test_a_wrong_workflow_is_a_usage_error_with_its_line(run, tree):
    write(tree, "on: push\njobs:\n  a:\n    runs-on: host\n    stepz: []\n")

    done = run()

    assert done.returncode == 2
    assert ".triphammer/try.yml:5:5: error:" in done.stderr


def test_a_label_without_an_executor_fails_and_lists_the_labels(run, tree):
    write(tree, "on: push\njobs:\n  a:\n    runs-on: mine\n    steps: [ { run: \"true\" } ]\n")

    refused = run()
    named = run("--runs-on", "mine=host")

    assert refused.returncode == 1 and "self-hosted" in refused.stdout
    assert named.returncode == 0


def test_a_folder_without_a_repository_is_a_tree_too(binary, tmp_path):
    (tmp_path / "w.yml").write_text("on: push\njobs:\n  a:\n    runs-on: host\n    steps:\n      - uses: actions/checkout@v4\n      - run: test -e w.yml\n")

    done = subprocess.run([str(binary), "run", "w.yml"], cwd=tmp_path, capture_output=True, text=True, timeout=60)

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("script", ["sleep 1000", "trap '' TERM INT; while :; do sleep 1; done"])
def test_an_interrupt_cancels_and_a_second_one_kills(binary, tree, tmp_path, script):
    write(tree, f"on: push\njobs:\n  a:\n    runs-on: host\n    steps:\n      - run: |\n          {script}\n")
    command = subprocess.Popen(
        [str(binary), "run", "--json"], cwd=tree, stdout=subprocess.PIPE, text=True, start_new_session=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    for line in command.stdout:
        event = json.loads(line)
        if event["event"] == "step" and event["number"] == 1:
            break
    command.send_signal(signal.SIGINT)
    for line in command.stdout:
        if json.loads(line)["event"] == "interrupt":
            break
    if "trap" in script:
        command.send_signal(signal.SIGINT)
    rest = [json.loads(line) for line in command.stdout]

    assert command.wait(timeout=60) == 1
    assert rest[-1]["state"] == "cancelled"
    assert not [path for path in tmp_path.iterdir() if path.name.startswith("triphammer-run")]
