"""Server-held pipelines: versions, conflicts, bindings, templates; and the ready-made ones."""
import json
import pathlib

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
TEXT = "name: held\non: push\njobs:\n  a:\n    runs-on: host\n    steps:\n      - run: echo from the server\n"


def test_a_bound_pipeline_runs_for_a_repository_without_workflows(daemon, git):
    repository = git.repository("acme/app")
    sha = repository.commit({"README": "x"})
    daemon.add_repository(repository)
    daemon.admin("pipeline", "put", "held", "--repository", "acme/app", stdin=TEXT)
    run = daemon.run_of_push(repository, sha)
    assert run["state"] == "succeeded" and run["workflow_path"] == "pipeline:held"
    assert "from the server" in daemon.log_text(run["id"], run["jobs"][0]["id"])


def test_the_second_of_two_editors_gets_409(daemon):
    def save(base, text):
        return daemon.api("/pipelines/p", "PUT", json={"text": text, "base_version": base, "note": ""})

    assert save(0, TEXT).json()["version"] == 1
    assert save(1, TEXT + "# one\n").json()["version"] == 2
    assert save(1, TEXT + "# two\n").status_code == 409
    assert daemon.get("/pipelines/p")["text"].endswith("# one\n")
    assert [item["version"] for item in daemon.get("/pipelines/p/versions")["items"]] == [2, 1]
    assert daemon.admin("pipeline", "get", "p", "--version", "1").stdout == TEXT


def test_text_with_errors_is_never_saved(daemon):
    answer = daemon.api("/pipelines/p", "PUT", json={"text": "on: push\njobs: {}\nfoo: 1\n", "base_version": 0})
    assert answer.status_code == 422 and answer.json()["problems"]
    assert daemon.api("/pipelines/p").status_code == 404


def test_lint_names_line_and_column(daemon):
    problems = daemon.api("/pipelines/lint", "POST", json={"text": "on: push\njobz:\n  a: {}\n"}).json()["problems"]
    assert any(problem["line"] == 2 and "jobs" in problem["message"] + problem["hint"] for problem in problems)


@pytest.mark.parametrize("path", sorted((ROOT / "pipelines").glob("*.yml")), ids=lambda path: path.name)
def test_every_ready_made_workflow_is_clean(daemon, path):
    done = daemon.command("lint", str(path), "--json")
    assert json.loads(done.stdout) == []


def test_templates_are_offered(daemon):
    names = {item["name"]: item for item in daemon.get("/pipelines/templates")["items"]}
    assert {"demo", "python-flask"} <= set(names)
    assert names["demo"]["description"] and names["demo"]["text"] == (ROOT / "pipelines" / "demo.yml").read_text()


def test_plan_says_why(daemon, tmp_path):
    from harness import payloads
    workflow = tmp_path / "w.yml"
    workflow.write_text("on:\n  push:\n    branches: [release]\njobs:\n  a:\n    runs-on: host\n    steps:\n      - run: echo hi\n")
    payload = tmp_path / "p.json"
    payload.write_text(json.dumps(payloads.push("a/b", "https://x.example/a/b.git", "a" * 40)))
    done = daemon.command("plan", str(workflow), "--event", "push", "--payload", str(payload), check=False)
    assert done.returncode == 3 and "release" in done.stdout


def test_eval_prints_kind_and_value(daemon):
    assert json.loads(daemon.command("eval", "1 == 1 && 'yes'").stdout) == {"kind": "string", "value": "yes"}
    wrong = daemon.command("eval", "1 ==", check=False)
    assert wrong.returncode == 1 and json.loads(wrong.stdout)["position"] > 0
    batch = daemon.command("eval", "--batch", stdin='{"expr": "github.a", "contexts": {"github": {"a": 7}}}\n{"expr": "("}\n')
    first, second = map(json.loads, batch.stdout.splitlines())
    assert first == {"kind": "number", "value": 7} and "error" in second


def test_a_dry_run_of_a_delivery_changes_nothing(daemon, git):
    repository = git.repository("acme/app")
    sha = repository.commit({".triphammer/a.yml": TEXT})
    daemon.add_repository(repository)
    guid = daemon.push(repository, sha)
    run = daemon.delivery(guid)["runs"][0]
    daemon.finished_run(run)
    answer = daemon.api(f"/deliveries/{guid}/replay?dry_run=true", "POST", json={})
    assert answer.status_code == 200 and answer.json()["would_start"][0]["workflow"] == "held"
    assert len(daemon.get("/runs")["items"]) == 1
    came = daemon.get(f"/deliveries/{guid}/payload")
    assert came["payload"]["after"] == sha and came["bytes"] > 100
