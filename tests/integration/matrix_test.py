"""Matrix jobs, concurrency groups, called workflows: the planner's part of the language, with the real binary."""
import time

MATRIX = """
on: push
jobs:
  list:
    runs-on: host
    outputs: { versions: "${{ steps.say.outputs.versions }}" }
    steps:
      - id: say
        run: echo 'versions=["b", "c"]' >> "$GITHUB_OUTPUT"
  test:
    needs: list
    runs-on: host
    outputs: { "of-${{ 1 }}": x }
    strategy:
      max-parallel: 1
      matrix:
        version: ${{ fromJSON(needs.list.outputs.versions) }}
        include: [ { version: b, note: first } ]
    steps:
      - run: echo "got ${{ matrix.version }} ${{ matrix.note }} ${{ strategy.job-index }}/${{ strategy.job-total }}"
  after:
    needs: test
    runs-on: host
    steps: [ { run: "echo ${{ needs.test.result }}" } ]
""".replace('    outputs: { "of-${{ 1 }}": x }\n', "")

FAIL_FAST = """
on: push
jobs:
  test:
    runs-on: host
    strategy: { matrix: { n: [1, 2] } }
    steps:
      - run: if [ "${{ matrix.n }}" = 1 ]; then exit 3; else sleep 60; fi
"""

GROUP = """
on: push
concurrency: { group: "ci-${{ github.ref }}", cancel-in-progress: %s }
jobs:
  a:
    runs-on: host
    steps: [ { run: "sleep %s" } ]
"""

DEPLOYS = """
on: push
jobs:
  deploy:
    runs-on: host
    environment: production
    steps: [ { run: "sleep 0.3; echo deployed" } ]
"""


def states(run):
    return {job["key"]: job["state"] for job in run["jobs"]}


def test_a_matrix_of_another_jobs_output_runs_each_of_its_jobs(daemon, git):
    repository = git.repository("acme/app")
    sha = repository.commit({".triphammer/m.yml": MATRIX})
    daemon.add_repository(repository)

    run = daemon.run_of_push(repository, sha)

    assert run["state"] == "succeeded", run
    assert states(run) == {"list": "succeeded", "test (b, first)": "succeeded", "test (c)": "succeeded", "after": "succeeded"}
    logs = {job["key"]: daemon.log_text(run["id"], job["id"]) for job in run["jobs"]}
    assert "got b first 0/2" in logs["test (b, first)"]
    assert "got c  1/2" in logs["test (c)"]
    assert "success" in logs["after"]
    workflow = daemon.get(f"/runs/{run['id']}/workflow")
    assert (workflow["path"], workflow["text"]) == (".triphammer/m.yml", MATRIX)
    assert "  test (c):\n    needs:\n      - list\n    strategy:\n" in workflow["resolved"]
    assert "run: echo \"got b first 0/2\"\n" in workflow["resolved"] and "${{ needs.test.result }}" in workflow["resolved"]


def test_the_first_failure_of_a_matrix_ends_the_others(daemon, git):
    repository = git.repository("acme/app")
    sha = repository.commit({".triphammer/m.yml": FAIL_FAST})
    daemon.add_repository(repository)

    began = time.monotonic()
    run = daemon.run_of_push(repository, sha)

    assert time.monotonic() - began < 30
    assert run["state"] == "failed"
    assert states(run) == {"test (1)": "failed", "test (2)": "cancelled"}


def test_a_newer_run_of_a_group_ends_the_older_one(daemon, git):
    repository = git.repository("acme/app")
    daemon.add_repository(repository)
    first = daemon.push(repository, repository.commit({".triphammer/g.yml": GROUP % ("true", "60")}))
    [older] = daemon.delivery(first)["runs"]
    daemon.wait_for(lambda: daemon.get(f"/runs/{older}")["state"] == "running", 10, "it does not run")

    newer = daemon.run_of_push(repository, repository.commit({".triphammer/g.yml": GROUP % ("true", "0")}))

    assert newer["state"] == "succeeded"
    assert daemon.get(f"/runs/{older}")["state"] == "cancelled"


def test_no_deployment_to_an_environment_is_dropped(daemon, git):
    repository = git.repository("acme/app")
    daemon.add_repository(repository)
    deliveries = [daemon.push(repository, repository.commit({".triphammer/d.yml": DEPLOYS, "n": str(n)})) for n in range(4)]

    runs = [daemon.delivery(one)["runs"][0] for one in deliveries]
    ended = [daemon.finished_run(run) for run in runs]

    assert [run["state"] for run in ended] == ["succeeded"] * 4
    times = [(job["started_at"], job["finished_at"]) for run in ended for job in run["jobs"]]
    assert times == sorted(times)
    assert all(before[1] <= after[0] for before, after in zip(times, times[1:]))


CALLER = """
on: push
env: { OUTER: "not seen" }
jobs:
  call:
    uses: ./.triphammer/lib.yml
    with: { who: world }
  after:
    needs: call
    runs-on: host
    steps: [ { run: "echo ${{ needs.call.outputs.greeting }}" } ]
"""

CALLED = """
on:
  workflow_call:
    inputs:
      who: { type: string, required: true }
      times: { type: number, default: 2 }
    outputs:
      greeting: { value: "${{ jobs.say.outputs.text }}" }
jobs:
  say:
    runs-on: host
    outputs: { text: "${{ steps.one.outputs.text }}" }
    steps:
      - id: one
        run: |
          echo "text=hello ${{ inputs.who }} x${{ inputs.times }} [$OUTER]" >> "$GITHUB_OUTPUT"
"""

FOLLOWER = """
on:
  workflow_run: { workflows: [first], types: [completed] }
jobs:
  a:
    runs-on: host
    if: github.event.workflow_run.conclusion == 'success'
    env: { BRANCH: "${{ github.event.workflow_run.head_branch }}" }
    steps: [ { run: 'echo "after $BRANCH"' } ]
"""


def test_a_called_workflow_runs_in_its_callers_run(daemon, git):
    repository = git.repository("acme/app")
    sha = repository.commit({".triphammer/main.yml": CALLER, ".triphammer/lib.yml": CALLED})
    daemon.add_repository(repository)

    run = daemon.run_of_push(repository, sha)

    assert run["state"] == "succeeded", run
    assert states(run) == {"call": "succeeded", "call / say": "succeeded", "after": "succeeded"}
    [after] = [job for job in run["jobs"] if job["key"] == "after"]
    assert "hello world x2 []" in daemon.log_text(run["id"], after["id"])


def test_the_end_of_a_run_starts_what_waits_for_it(daemon, git):
    repository = git.repository("acme/app")
    first = "name: first\n" + GROUP % ("false", "0")
    sha = repository.commit({".triphammer/first.yml": first, ".triphammer/then.yml": FOLLOWER})
    daemon.add_repository(repository)

    daemon.run_of_push(repository, sha)

    def follower():
        runs = daemon.get("/runs")["items"]
        return [run for run in runs if run["event"] == "workflow_run"]
    [found] = daemon.wait_for(follower, 20, "nothing followed")
    run = daemon.finished_run(found["id"])
    assert run["state"] == "succeeded"
    assert "after main" in daemon.log_text(run["id"], run["jobs"][0]["id"])
