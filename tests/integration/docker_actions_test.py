"""Actions that are containers, local ones and images by name, in jobs on the machine and in containers."""
import os

import pytest

from harness.engine import docker

pytestmark = pytest.mark.skipif("DOCKER_HOST" not in os.environ, reason="no engine: ./dev test integration starts one")

ACTION = """\
name: Stamp
inputs:
  who: { required: true }
  with blank: { default: "two words" }
outputs: { said: { description: what it said } }
runs:
  using: docker
  image: Dockerfile
  args: ["${{ inputs.who }}", two words]
  env: { GREETING: hello, LAYER: action }
  post-entrypoint: /post.sh
"""
DOCKERFILE = """\
FROM triphammer/busybox
COPY entry.sh post.sh /
ENTRYPOINT ["/entry.sh"]
"""
ENTRY = """\
#!/bin/sh
set -e
test "$#" = 2 && test "$2" = "two words" && test "$INPUT_WHO" = "$1" && test "$INPUT_WITH_BLANK" = "two words"
test "$PWD/$GITHUB_WORKSPACE/$HOME" = /github/workspace//github/workspace//github/home
test -f "$GITHUB_EVENT_PATH" && test -d "$RUNNER_TEMP" && test "$LAYER" = step
test ! -e /var/run/docker.sock && test "$MARK" = "$PWD/mark"
grep -q '"ref"' "$GITHUB_EVENT_PATH"
test "$(cat kept)" = kept && test "$(readlink link)" = kept && test -x program && test ! -e absent
rm removed && echo changed > kept && mkdir -p new/folder && echo fresh > new/folder/file
echo "said=$GREETING $1" >> "$GITHUB_OUTPUT"
echo "FROM_ACTION=yes" >> "$GITHUB_ENV"
echo "at=main" >> "$GITHUB_STATE"
echo "### stamped" >> "$GITHUB_STEP_SUMMARY"
echo "::add-mask::whispered" && echo "it whispered"
echo "::notice file=kept,line=1::noted"
"""
POST = '#!/bin/sh\necho "post sees $STATE_at and $(cat kept)"\n'
FILES = {
    ".github/actions/stamp/action.yml": ACTION,
    ".github/actions/stamp/Dockerfile": DOCKERFILE,
    ".github/actions/stamp/entry.sh": ENTRY,
    ".github/actions/stamp/post.sh": POST,
}
BEFORE = """\
      - uses: actions/checkout@v4
      - run: |
          chmod +x .github/actions/stamp/*.sh
          echo kept > kept; ln -s kept link; echo x > removed; echo x > program; chmod 755 program
          touch -d '2020-01-02 03:04:05' program
"""
STEPS = BEFORE + """\
      - id: stamp
        uses: ./.github/actions/stamp
        with: { who: Ada }
        env: { LAYER: step, MARK: "${{ github.workspace }}/mark" }
      - run: |
          test "${{ steps.stamp.outputs.said }}/$FROM_ACTION" = "hello Ada/yes"
          test "$(cat kept)" = changed && test "$(cat new/folder/file)" = fresh && test ! -e removed
          test "$(readlink link)" = kept && test -x program && test -d .git
          test "$(stat -c %Y program)" = "$(date -d '2020-01-02 03:04:05' +%s)"
      - uses: docker://triphammer/busybox
        with: { entrypoint: /bin/echo, args: "said 'by one' $WORD" }
      - id: fails
        uses: docker://triphammer/busybox
        with: { args: sh -c 'exit 7' }
        continue-on-error: true
      - run: test "${{ steps.fails.outcome }}" = failure
"""


def workflow(steps, before=""):
    return f"on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n{before}    steps:\n{steps}"


def objects(daemon):
    """What its jobs have on the engine now."""
    labels = ("--filter", "label=triphammer.role=job", "--filter", f"label=triphammer.server={daemon.server_id}")
    return [line for kind in ("ps -aq", "network ls -q") for line in docker(*kind.split(), *labels).split()]


@pytest.fixture
def run(make_daemon, git):
    def push(text, **config):
        daemon = make_daemon(docker={"host": os.environ["DOCKER_HOST"]}, **config)
        repository = git.repository("acme/app")
        sha = repository.commit({**FILES, ".triphammer/w.yml": text})
        daemon.add_repository(repository)
        found = daemon.run_of_push(repository, sha, 120)
        [job] = found["jobs"]
        assert objects(daemon) == []
        return job, daemon.log_text(found["id"], job["id"])
    return push


@pytest.mark.parametrize("before", ["", "    container: triphammer/python3\n"], ids=["host", "container"])
def test_an_action_in_a_container_works_on_the_workspace_of_the_job(run, before):
    job, log = run(workflow(STEPS, before))

    assert job["state"] == "succeeded", (job, log)
    states = {step["name"]: step["state"] for step in job["steps"]}
    assert states["Post Run ./.github/actions/stamp"] == "succeeded"
    assert "post sees main and changed\n" in log and "it ***\n" in log
    assert "said by one $WORD\n" in log and "exited with status 7" in log


def test_an_action_reaches_the_services_of_its_job_by_name(run):
    job, log = run(workflow(
        "      - uses: docker://triphammer/busybox\n        with: { args: wget -qO- http://web/ }\n",
        "    services: { web: { image: triphammer/nginx, ready: { tcp: 80 } } }\n"))

    assert job["state"] == "succeeded", (job, log)
    assert "it works" in log


def test_a_time_limit_ends_the_container_of_an_action(run):
    job, log = run(workflow(
        "      - uses: docker://triphammer/busybox\n        with: { args: sleep 1000 }\n", 
        "    timeout-minutes: ${{ fromJSON('0.05') }}\n"))

    assert job["state"] == "timed_out", log


def test_a_dockerfile_that_cannot_be_built_says_why(run):
    FILES_BROKEN = BEFORE + "      - run: echo 'RUN exit 9' >> .github/actions/stamp/Dockerfile\n" \
                            "      - uses: ./.github/actions/stamp\n        with: { who: Ada }\n"
    job, log = run(workflow(FILES_BROKEN))

    assert job["state"] == "failed"
    assert "RUN exit 9" in log and "9" in job["reason"]
