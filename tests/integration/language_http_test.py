"""The language over HTTP: the schema, a text against a stored delivery, the files that count; and what starts
without a webhook, or in another repository."""
import json
import pathlib
import time

import requests

ROOT = pathlib.Path(__file__).resolve().parents[2]


def workflow(jobs, on="push"):
    body = "".join(f"  {name}:\n    runs-on: host\n    steps: [{{ run: echo {name} }}]\n" for name in jobs)
    return f"on: {on}\njobs:\n{body}"


def test_the_schema_is_the_shipped_one_and_open_to_editors(daemon):
    answer = requests.get(f"{daemon.url}/api/v1/schema/workflow.json", timeout=30)
    assert answer.status_code == 200 and answer.headers["Content-Type"].startswith("application/")
    assert answer.json() == json.loads((ROOT / "docs" / "workflow.schema.json").read_text())
    assert "jobs" in answer.json()["properties"]


def test_a_preview_says_what_a_text_would_change_and_writes_nothing(daemon, git):
    repository = git.repository("acme/app")
    sha = repository.commit({".triphammer/ci.yml": workflow(["build", "test"])})
    daemon.add_repository(repository)
    guid = daemon.push(repository, sha)
    daemon.finished_run(daemon.delivery(guid)["runs"][0])

    def preview(text, path=".triphammer/ci.yml", delivery=guid):
        body = {"delivery": delivery, "path": path, "text": text}
        return daemon.api("/pipelines/preview", "POST", json=body)

    answer = preview(workflow(["build", "lint"]))
    assert answer.status_code == 200
    plan = answer.json()
    assert plan["outcome"] == "started"
    assert [job["key"] for job in plan["would_start"][0]["jobs"]] == ["build", "lint"]
    changes = {item["job"]: item["change"] for item in plan["difference"]}
    assert changes == {"build": "same", "lint": "added", "test": "removed"}

    filtered = preview(workflow(["build"], "{ push: { branches: [release] } }")).json()
    assert filtered["outcome"] == "ignored" and "matches none of: release" in filtered["reason"]
    assert {item["change"] for item in filtered["difference"]} == {"removed"}
    broken = preview("on: push\njobs: {}\n").json()
    assert "'jobs' names no job" in broken["reason"]
    assert preview(workflow(["a"]), delivery="nobody").status_code == 404
    assert daemon.api("/pipelines/preview", "POST", json={"delivery": guid}).status_code == 400
    assert len(daemon.get("/runs")["items"]) == 1


def test_only_the_files_that_count_start_and_the_list_can_be_changed(daemon, git):
    repository = git.repository("acme/app")
    sha = repository.commit({
        ".triphammer/ci.yml": workflow(["a"]),
        ".triphammer/stale.yml": "on: push\njobs: nonsense\n",
    })
    daemon.add_repository(repository)

    def set_files(files):
        return daemon.api("/repositories/acme/app/workflow-files", "PUT", json={"workflow_files": files})

    assert set_files(["*.yml", "!stale.yml"]).status_code == 204
    assert daemon.get("/repositories")["items"][0]["workflow_files"] == ["*.yml", "!stale.yml"]
    run = daemon.run_of_push(repository, sha)
    assert run["workflow_path"] == ".triphammer/ci.yml"
    assert len(daemon.get("/runs")["items"]) == 1
    assert set_files([]).status_code == 204
    assert daemon.get("/repositories")["items"][0]["workflow_files"] == []
    assert set_files(["a/b.yml"]).status_code == 400
    assert set_files("ci.yml").status_code == 400
    missing = daemon.api("/repositories/acme/none/workflow-files", "PUT", json={"workflow_files": []})
    assert missing.status_code == 404


def test_a_workflow_of_another_repository_runs_here(daemon, git):
    library = git.repository("acme/library")
    called = ("on:\n  workflow_call:\n    inputs: { who: { type: string, required: true } }\n"
              "    outputs: { said: { value: '${{ jobs.greet.outputs.said }}' } }\n"
              "jobs:\n  greet:\n    runs-on: host\n    outputs: { said: '${{ steps.say.outputs.said }}' }\n    steps:\n"
              "      - id: say\n        run: echo \"said=hello $WHO of $GITHUB_REPOSITORY\" | tee -a \"$GITHUB_OUTPUT\"\n"
              "        env: { WHO: '${{ inputs.who }}' }\n")
    commit = library.commit({".github/workflows/greet.yml": called})
    caller = git.repository("acme/app")
    text = ("on: push\njobs:\n  call:\n    uses: acme/library/.github/workflows/greet.yml@main\n    with: { who: world }\n"
            "  after:\n    needs: call\n    runs-on: host\n    steps: [{ run: 'echo heard ${{ needs.call.outputs.said }}' }]\n")
    sha = caller.commit({".triphammer/ci.yml": text})
    daemon.add_repository(caller)

    refused = daemon.run_of_push(caller, sha)
    assert refused["state"] == "failed" and refused["cause"] == "invalid"
    assert "triphammer repo add acme/library" in json.dumps(refused)

    daemon.add_repository(library)
    run = daemon.run_of_push(caller, caller.commit({"n": "2"}))
    jobs = {job["key"]: job for job in run["jobs"]}
    assert run["state"] == "succeeded" and set(jobs) == {"call", "call / greet", "after"}
    assert "heard hello world of acme/app" in daemon.log_text(run["id"], jobs["after"]["id"])
    assert commit in json.dumps(run)


def test_a_schedule_starts_a_run_at_its_minute(daemon, git):
    repository = git.repository("acme/app")
    on = "{ push: { branches: [none] }, schedule: [{ cron: '* * * * *', timezone: Europe/Berlin }] }"
    repository.commit({".triphammer/tick.yml": workflow(["tick"], on)})
    # What asks for no run asks for none of push; the schedule is there all the same.
    sha = repository.commit({"n": "1"}, message="say no more [skip ci]")
    daemon.add_repository(repository)
    guid = daemon.push(repository, sha, message="say no more [skip ci]")
    assert daemon.delivery(guid)["outcome"] == "ignored"

    end = time.monotonic() + 75
    runs = []
    while not runs and time.monotonic() < end:
        time.sleep(0.5)
        runs = daemon.get("/runs")["items"]
    assert runs and runs[0]["event"] == "schedule"
    run = daemon.finished_run(runs[0]["id"])
    assert run["state"] == "succeeded" and run["sha"] == sha


def test_a_zone_that_the_machine_does_not_know_is_named_with_the_nearest(daemon, tmp_path):
    file = tmp_path / "w.yml"
    file.write_text(workflow(["a"], "{ schedule: [{ cron: '0 5 * * *', timezone: Europe/Berln }] }"))
    done = daemon.command("lint", str(file), check=False)
    assert done.returncode == 1 and "no time zone 'Europe/Berln'" in done.stdout and "Europe/Berlin" in done.stdout
    text = file.read_text()
    problems = daemon.api("/pipelines/lint", "POST", json={"text": text}).json()["problems"]
    assert [problem["code"] for problem in problems] == ["timezone"]
