"""`reports:` of a job: read where its steps ran, kept by the daemon, compared over runs of one commit."""
WORKFLOW = """
on: push
jobs:
  test:
    runs-on: host
    steps:
      - run: |
          mkdir -p out
          outcome=passed
          test "${{ github.run_attempt }}" = 1 && outcome='<failure message="late by '"$PASSWORD"'">tests/test_clock.py:12: late</failure>'
          test "$outcome" = passed && outcome=
          cat > out/report.xml <<XML
          <testsuite name="clock"><testcase classname="clock" name="test_tick" time="0.5">$outcome</testcase>
          <testcase classname="clock" name="test_tock"/></testsuite>
          XML
          printf 'SF:clock.py\\nDA:1,1\\nDA:2,0\\nend_of_record\\n' > out/cover.info
          echo '<!DOCTYPE x [<!ENTITY a "b">]><testsuite>&a;</testsuite>' > out/bomb.xml
          ln -s /etc/passwd out/link.txt
          test -z "$outcome"
        env: { PASSWORD: "${{ secrets.PASSWORD }}" }
    reports:
      junit: [ "out/*.xml" ]
      coverage: out/cover.info
      text: out/link.txt
"""


def test_failures_have_message_and_file_and_a_second_outcome_is_flaky(daemon, git):
    repository = git.repository("acme/app")
    daemon.add_repository(repository)
    daemon.admin("secret", "set", "PASSWORD", stdin="correct-horse")
    run = daemon.run_of_push(repository, repository.commit({".triphammer/r.yml": WORKFLOW}))

    assert run["state"] == "failed"
    [collect] = [step for step in run["jobs"][0]["steps"] if step["name"] == "Collect reports"]
    assert collect["state"] == "succeeded"
    found = daemon.get(f"/runs/{run['id']}/tests")
    [failed] = found["items"]
    assert (failed["name"], failed["file"], failed["line"]) == ("test_tick", "tests/test_clock.py", 12)
    assert failed["message"].startswith("late by ***") and "horse" not in str(found)
    [job] = found["jobs"]
    assert (job["passed"], job["failed"], job["flaky"]) == (1, 1, 0)
    assert (job["coverage"]["lines"], job["coverage"]["covered"]) == (2, 1)
    assert job["problems"] == ["out/bomb.xml: line 1: it declares entities"]
    log = daemon.log_text(run["id"], run["jobs"][0]["id"], collect["number"])
    assert "2 tests: 1 passed, 1 failed, 0 skipped" in log

    daemon.api(f"/runs/{run['id']}/rerun", "POST", json={"jobs": "failed"}).raise_for_status()
    again = daemon.finished_run(run["id"])

    assert again["state"] == "succeeded"
    found = daemon.get(f"/runs/{run['id']}/tests")
    [flaky] = found["items"]
    assert (flaky["name"], flaky["outcome"], flaky["flaky"]) == ("test_tick", "passed", True)
    assert [past["outcome"] for past in flaky["past"]] == ["passed", "failed"]


BROKEN = """
on: push
jobs:
  test:
    runs-on: host
    steps: [ { run: "true" } ]
    reports: { junit: none.xml }
"""


def test_a_missing_report_is_a_warning_and_no_failure(daemon, git):
    repository = git.repository("acme/app")
    daemon.add_repository(repository)

    run = daemon.run_of_push(repository, repository.commit({".triphammer/r.yml": BROKEN}))

    assert run["state"] == "succeeded"
    [job] = daemon.get(f"/runs/{run['id']}/tests")["jobs"]
    assert job["problems"] == ["junit: no file is there: none.xml"]


STOPPED = """
on: push
jobs:
  test:
    runs-on: host
    LIMIT
    steps:
      - run: |
          echo '<testsuite name="half"><testcase classname="half" name="test_done"/></testsuite>' > report.xml
          echo written
          sleep 600
    reports: { junit: report.xml }
"""


def test_a_cancelled_job_keeps_what_its_steps_had_left(daemon, git):
    repository = git.repository("acme/app")
    daemon.add_repository(repository)
    sha = repository.commit({".triphammer/r.yml": STOPPED.replace("LIMIT", "timeout-minutes: 60")})
    [run] = daemon.delivery(daemon.push(repository, sha))["runs"]

    def has_written():
        [job] = daemon.get(f"/runs/{run}")["jobs"]
        return job["steps"] and "written\n" in daemon.log_text(run, job["id"])
    daemon.wait_for(has_written, 30, "no report was written")
    daemon.api(f"/runs/{run}/cancel", method="POST").raise_for_status()

    assert daemon.finished_run(run)["state"] == "cancelled"
    [job] = daemon.get(f"/runs/{run}/tests")["jobs"]
    assert (job["passed"], job["failed"]) == (1, 0)
    steps = daemon.get(f"/runs/{run}")["jobs"][0]["steps"]
    assert [step["state"] for step in steps if step["name"] == "Collect reports"] == ["succeeded"]
