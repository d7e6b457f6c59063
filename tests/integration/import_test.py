"""`triphammer import`: what was carried over lints clean and is run, not only read."""
import json
import os
import pathlib
import subprocess

import pytest


ROOT = pathlib.Path(__file__).resolve().parents[2]
USUAL = ROOT / "tests" / "importer" / "Jenkinsfile.usual"
GIT = ["git", "-c", "user.name=A Person", "-c", "user.email=a@example.com"]


@pytest.fixture
def tree(tmp_path):
    folder = tmp_path / "tree"
    folder.mkdir()
    subprocess.run([*GIT, "init", "-q", "-b", "main"], cwd=folder, check=True)
    return folder


@pytest.fixture
def call(binary, tree, tmp_path):
    def call(*words, **environment):
        return subprocess.run(
            [str(binary), *[str(word) for word in words]],
            cwd=tree, capture_output=True, text=True, timeout=120,
            env={**os.environ, "TMPDIR": str(tmp_path), **environment},
        )

    return call


def import_jenkinsfile(call, tree, text):
    (tree / "Jenkinsfile").write_text(text)
    done = call("import", "Jenkinsfile", "--json")
    return done.returncode, json.loads(done.stdout)[0]


def ended_steps(done):
    events = [json.loads(line) for line in done.stdout.splitlines()]
    return {one["name"]: one for one in events if one["event"] == "step" and "log" in one}


def test_a_usual_jenkinsfile_is_carried_and_runs(call, tree):
    status, imported = import_jenkinsfile(call, tree, USUAL.read_text())

    assert status == 1
    assert imported["written"] == ".triphammer/jenkinsfile.yml"
    assert imported["carried"] >= 0.9 * imported["lines"]
    left = [one for one in imported["remarks"] if one["kind"] == "left"]
    assert ["mail" in one["message"] for one in left] == [True]
    lint = call("lint", imported["written"])
    assert (lint.returncode, lint.stdout) == (0, "")
    done = call("run", "--json")
    steps = ended_steps(done)
    assert done.returncode == 0, done.stdout
    logs = "".join(step["log"] for step in steps.values())
    assert "built shop 1.0.1 at info" in logs
    assert "for staging" in logs
    assert "lint has ended" in logs and "lint has failed" not in logs
    assert "afterwards" in logs and "all went well" in logs
    assert "deploying" not in logs


def test_parameters_and_credentials_of_a_jenkinsfile_work(call, tree):
    import_jenkinsfile(call, tree, USUAL.read_text())

    done = call(
        "run", "--json", "--input", "DEPLOY=true", "--input", "TARGET=prod", "--secret", "DEPLOY_TOKEN",
        DEPLOY_TOKEN="a-long-secret",
    )

    assert done.returncode == 0, done.stdout
    assert "deploying to prod" in "".join(step["log"] for step in ended_steps(done).values())


def test_the_ends_of_a_failed_pipeline_run(call, tree):
    status, _ = import_jenkinsfile(call, tree, """\
pipeline {
    agent any
    stages {
        stage('First') {
            steps { sh 'exit 7' }
            post {
                failure { echo 'first has failed' }
                success { echo 'first went well' }
            }
        }
        stage('Second') {
            steps { echo 'second' }
            post {
                always { echo 'second has ended' }
                failure { echo 'second has failed' }
            }
        }
    }
    post {
        failure { echo 'all is lost' }
        success { echo 'all is well' }
        always { echo 'the end' }
    }
}
""")

    done = call("run", "--json")

    assert (status, done.returncode) == (0, 1)
    ran = {name for name, step in ended_steps(done).items() if step["state"] == "succeeded"}
    said = {name.split(": ")[-1] for name in ran if "echo" in name}
    assert said == {"echo 'first has failed'", "echo 'all is lost'", "echo 'the end'"}


def test_a_retry_tries_again_and_a_caught_error_is_caught(call, tree):
    status, _ = import_jenkinsfile(call, tree, """\
pipeline {
    agent any
    stages {
        stage('Try') {
            steps {
                retry(3) {
                    sh 'echo x >> tries; test "$(wc -l < tries)" = 2'
                }
                catchError { sh 'exit 1' }
                catchError {
                    retry(2) {
                        sh '''
                            false
                            echo "went on"
                        '''
                    }
                }
                sh 'test "$(wc -l < tries)" = 2'
            }
        }
    }
}
""")

    done = call("run", "--json")

    assert (status, done.returncode) == (0, 0), done.stdout
    assert "went on" not in "".join(step["log"] for step in ended_steps(done).values())


def test_an_import_overwrites_nothing(call, tree):
    (tree / ".triphammer").mkdir()
    (tree / ".triphammer" / "jenkinsfile.yml").write_text("mine\n")
    (tree / "Jenkinsfile").write_text(USUAL.read_text())

    done = call("import", "Jenkinsfile")

    assert done.returncode == 2
    assert (tree / ".triphammer" / "jenkinsfile.yml").read_text() == "mine\n"


def test_people_read_where_each_line_went(call, tree):
    (tree / "Jenkinsfile").write_text(USUAL.read_text())

    done = call("import", "Jenkinsfile", "--to", "ci")

    assert (tree / "ci" / "jenkinsfile.yml").exists()
    lines = done.stdout.splitlines()
    assert any(line.startswith("Jenkinsfile:") and ": not carried: " in line for line in lines)
    assert lines[-1].endswith("lines carried")


@pytest.mark.parametrize("text, told", [
    ("pipeline {\n  agent any\n  stages {\n", "Jenkinsfile:1: not carried: a { in this block is never closed"),
    ("pipeline { agent any }\n}\n", "Jenkinsfile:2: not carried: stands outside `pipeline`"),
    ("// to do\n", "Jenkinsfile:1: not carried: it has no `pipeline"),
])
def test_what_is_broken_is_never_called_carried(call, tree, text, told):
    (tree / "Jenkinsfile").write_text(text)

    done = call("import", "Jenkinsfile")

    assert done.returncode == 1 and told in done.stdout, done.stdout


def test_remote_actions_are_pinned_in_file_and_lock(call, tree, git):
    action = git.repository("someone/say")
    action.commit({"action.yml": "name: say\n"})
    commit = action.tag("v2", annotated=True)
    (tree / "ci.yml").write_text(
        "on: push\njobs:\n  a:\n    runs-on: host\n    steps:\n      - uses: actions/checkout@v4\n"
        "      - uses: someone/say@v2\n"
    )

    done = call("import", "ci.yml", "--json", TRIPHAMMER_GITHUB_URL=git.url)

    text = (tree / ".triphammer" / "ci.yml").read_text()
    assert f"uses: someone/say@{commit}  # v2\n" in text
    assert "uses: actions/checkout@v4\n" in text
    assert f"someone/say@v2 {commit}\n" in (tree / ".triphammer" / "actions.lock").read_text()
    changed = [one["line"] for one in json.loads(done.stdout)[0]["remarks"] if one["kind"] == "changed"]
    assert changed == [7]


def test_an_action_that_is_nowhere_is_left_and_complained_about(call, tree, git):
    git.repository("someone/say").commit({"action.yml": "name: say\n"})
    (tree / "ci.yml").write_text(
        "on: push\njobs:\n  a:\n    runs-on: host\n    steps:\n      - uses: someone/say@v9\n"
    )

    done = call("import", "ci.yml", TRIPHAMMER_GITHUB_URL=git.url)

    assert done.returncode == 1
    assert "v9" in done.stderr
    assert "ci.yml:6: not carried: " in done.stdout
