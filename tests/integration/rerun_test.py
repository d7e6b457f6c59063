"""Jobs run again while others of their run go on."""

WORKFLOW = """
on: push
jobs:
  flaky:
    runs-on: host
    steps:
      - run: |
          echo "run attempt ${{ github.run_attempt }}"
          test "${{ github.run_attempt }}" = 2
  long:
    runs-on: host
    steps:
      - run: for i in $(seq 600); do sleep 0.1; done; exit 1
  image:
    needs: flaky
    runs-on: host
    steps: [ { run: "echo built" } ]
"""


def states(run):
    return {job["key"]: job["state"] for job in run["jobs"]}


def by_key(run, key):
    return next(job for job in run["jobs"] if job["key"] == key)


def rerun(daemon, run, jobs):
    return daemon.api(f"/runs/{run}/rerun", "POST", json={"jobs": jobs})


def test_a_failed_job_runs_again_at_once_beside_one_that_runs(daemon, git):
    repository = git.repository("acme/app")
    daemon.add_repository(repository)
    [run] = daemon.delivery(daemon.push(repository, repository.commit({".triphammer/r.yml": WORKFLOW})))["runs"]

    def is_red_beside_running():
        now = states(daemon.get(f"/runs/{run}"))
        return now["flaky"] == "failed" and now["long"] == "running"

    daemon.wait_for(is_red_beside_running, 20)
    before = daemon.get(f"/runs/{run}")

    refused = rerun(daemon, run, by_key(before, "long")["id"])
    assert refused.status_code == 409 and "has not ended" in refused.json()["error"]["message"]
    assert rerun(daemon, run, "failed").status_code == 202

    daemon.wait_for(lambda: states(daemon.get(f"/runs/{run}"))["image"] == "succeeded", 20)
    now = daemon.get(f"/runs/{run}")
    assert states(now) == {"flaky": "succeeded", "long": "running", "image": "succeeded"}
    assert (now["attempt"], by_key(now, "flaky")["attempt"], by_key(now, "long")["attempt"]) == (2, 2, 1)
    assert by_key(now, "long")["fence"] == by_key(before, "long")["fence"]
    assert "run attempt 2" in daemon.log_text(run, by_key(now, "flaky")["id"])
    attempts = daemon.get(f"/runs/{run}/jobs/{by_key(now, 'flaky')['id']}")["attempts"]
    assert [(one["result"], one["steps"][1]["state"]) for one in attempts] == [("failed", "failed"), ("succeeded", "succeeded")]
    assert daemon.api(f"/runs/{run}/jobs/999999").status_code == 404
    assert [one["sha"] for one in daemon.get(f"/runs/{run}/changes")["commits"]] == [now["sha"]]

    assert daemon.api(f"/runs/{run}/cancel", "POST").status_code == 202
    assert daemon.finished_run(run)["state"] == "cancelled"


def test_one_job_and_all_that_has_ended_run_again_beside_one_that_runs(daemon, git):
    repository = git.repository("acme/app")
    daemon.add_repository(repository)
    text = WORKFLOW.replace('test "${{ github.run_attempt }}" = 2', "true")
    [run] = daemon.delivery(daemon.push(repository, repository.commit({".triphammer/r.yml": text})))["runs"]

    def has_attempts(flaky, image):
        now = daemon.get(f"/runs/{run}")
        ends = all(by_key(now, key)["state"] == "succeeded" for key in ("flaky", "image"))
        return ends and (by_key(now, "flaky")["attempt"], by_key(now, "image")["attempt"]) == (flaky, image)

    daemon.wait_for(lambda: has_attempts(1, 1), 20)
    image = by_key(daemon.get(f"/runs/{run}"), "image")["id"]
    assert rerun(daemon, run, image).status_code == 202
    daemon.wait_for(lambda: has_attempts(1, 2), 20)
    assert rerun(daemon, run, "all").status_code == 202
    daemon.wait_for(lambda: has_attempts(2, 3), 20)

    assert states(daemon.get(f"/runs/{run}"))["long"] == "running"
    daemon.api(f"/runs/{run}/cancel", "POST")
    daemon.finished_run(run)
