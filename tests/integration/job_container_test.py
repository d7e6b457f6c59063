"""Jobs with `container`, as GitHub documents them: where their files are, who their steps are, what hashFiles()
sees, and what ends one that writes too much."""
import hashlib
import os

import pytest

from harness.engine import docker

pytestmark = pytest.mark.skipif("DOCKER_HOST" not in os.environ, reason="no engine: ./dev test integration starts one")

IMAGE = "triphammer/with-user"


@pytest.fixture
def image():
    """Busybox whose user is not root and whose entry point is no shell."""
    made = docker("create", "triphammer/busybox", "true")
    docker("commit", "--change", "USER 1001:1002", "--change", 'ENTRYPOINT ["/bin/false"]', made, IMAGE)
    docker("rm", made)
    yield IMAGE
    docker("rmi", "-f", IMAGE)


@pytest.fixture
def run(make_daemon, git):
    def push(job, steps, **files):
        daemon = make_daemon(docker={"host": os.environ["DOCKER_HOST"]})
        repository = git.repository("acme/shop")
        text = f"on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n{job}    steps:\n{steps}"
        sha = repository.commit({".triphammer/w.yml": text, **files})
        daemon.add_repository(repository)
        found = daemon.run_of_push(repository, sha, 120)
        [job] = found["jobs"]
        return job, daemon.log_text(found["id"], job["id"])
    return push


def digest_of(*contents):
    """What hashFiles() makes of files with these contents, in the order of their names."""
    return hashlib.sha256(b"".join(hashlib.sha256(one.encode()).digest() for one in contents)).hexdigest()


def test_hash_files_sees_what_the_checkout_and_the_steps_have_left(run):
    job, log = run("    container: triphammer/busybox\n", """\
      - uses: actions/checkout@v4
      - name: First ${{ hashFiles('**/lock') }}
        run: |
          echo "first $HASH"
          mkdir made && echo new > made/lock && echo changed > lock
        env: { HASH: "${{ hashFiles('**/lock') }}" }
      - name: Then ${{ hashFiles('**/lock') }}
        if: hashFiles('made/lock') != '' && hashFiles('nothing') == ''
        run: echo "then $HASH of $OTHER"
        env:
          HASH: "${{ hashFiles('**/lock', '!absent') }}"
          OTHER: "${{ hashFiles(format('{0}/made', github.workspace)) }}"
      - id: broken
        continue-on-error: true
        run: rm lock made/lock && ln -s /etc/passwd made/lock
      - run: echo "links are '${{ hashFiles('**/lock') }}'"
""", lock="as it came\n")

    assert job["state"] == "succeeded", (job, log)
    first, then = digest_of("as it came\n"), digest_of("changed\n", "new\n")
    assert f"first {first}\n" in log
    assert f"then {then} of {digest_of('new' + chr(10))}\n" in log
    names = [step["name"] for step in job["steps"]]
    assert f"First {first}" in names and f"Then {then}" in names
    assert "links are ''\n" in log


def test_steps_find_the_folders_the_shell_and_the_user_that_github_gives_them(run, image):
    job, log = run(f"    container: {image}\n", """\
      - uses: actions/checkout@v4
      - run: |
          set -x
          test "$(id -u):$(id -g)" = 1001:1002
          test "$PWD" = /__w/shop/shop && test "$GITHUB_WORKSPACE" = "$PWD" && test "${{ github.workspace }}" = "$PWD"
          test "$HOME" = /github/home && test "$RUNNER_TEMP" = /__w/_temp && test "${{ runner.temp }}" = /__w/_temp
          touch "$HOME/mine" "$RUNNER_TEMP/mine" mine && echo more >> lock && mkdir sub/more
          test "$(stat -c %u:%g . .git lock sub sub/file | sort -u)" = 1001:1002
          test -n "${{ job.container.id }}" && test -n "${{ job.container.network }}"
          echo "A=1" >> "$GITHUB_ENV" && echo "said=yes" >> "$GITHUB_OUTPUT" && echo "$HOME" >> "$GITHUB_PATH"
          grep -q "^sh" "/proc/$$/comm"
        id: all
      - run: test "$A/${{ steps.all.outputs.said }}" = 1/yes && test "${PATH%%:*}" = /github/home
      - run: test -n "${{ hashFiles('lock', 'sub/**') }}" && test "$(id -u)" = 1001
""", **{"lock": "x\n", "sub/file": "y\n"})

    assert job["state"] == "succeeded", (job, log)


def test_options_say_who_the_steps_are_before_the_image_does(run, image):
    job, log = run(f"    container: {{ image: {image}, options: --user root --cpus 1, env: {{ LEVEL: 2 }} }}\n",
                   '      - run: test "$(id -u)/$LEVEL" = 0/2\n')

    assert job["state"] == "succeeded", (job, log)


def test_a_service_has_the_name_and_the_limits_of_its_options(run):
    job, log = run("""\
    container: triphammer/busybox
    services:
      web:
        image: triphammer/nginx
        ports: ["80:80"]
        options: --name other --ulimit core=-1:-1 --mount type=tmpfs,destination=/srv
        env: { ROOT: /usr/share/nginx/html }
        entrypoint: sh
        command: -c "grep -q ' /srv tmpfs' /proc/mounts && ulimit -c > $ROOT/limit; exec nginx -g 'daemon off;'"
        ready: { http: /limit, port: 80 }
""", '      - run: test "$(wget -qO- http://other/limit)" = unlimited\n')

    assert job["state"] == "succeeded", (job, log)


def test_images_options_and_names_are_taken_as_public_files_write_them(run):
    job, log = run("""\
    container:
      image: docker://triphammer/busybox
      options: >-
        --cap-add=SYS_PTRACE --security-opt seccomp=unconfined
        --memory 200m --memory-swap=-1 --rm -t
    services:
      web:
        image: docker://triphammer/busybox
        ports: [6379, "8080:80/tcp"]
        options: |
          --health-cmd "sh -c \\"test -e /www/index.html\\"" \\
          --health-interval=1s
        command: sh -c 'mkdir /www && echo served >/www/index.html && exec httpd -f -h /www'
      web-guard: { image: triphammer/busybox, command: sleep 1000 }
      loopback: { image: triphammer/busybox, command: sleep 1000 }
""", """\
      - run: |
          set -x
          test "${{ job.services.web.ports[6379] }}/${{ job.services.web.ports['80'] }}" = 6379/80
          test "$(wget -qO- http://web/)" = served
          chroot / true
          grep "CapBnd:.*00000000800c04fb" /proc/self/status
""")

    assert job["state"] == "succeeded", (job, log)


def test_a_shell_that_the_image_does_not_have_is_named(run):
    job, log = run("    container: triphammer/busybox\n    defaults: { run: { shell: bash } }\n", "      - run: echo hello\n")

    assert job["state"] == "failed"
    assert "'bash' is not installed in a container of triphammer/busybox:latest" in log


def test_a_job_that_writes_more_than_its_disk_ends_at_once(run):
    job, log = run("    container: triphammer/busybox\n    resources: { disk: 50m }\n", """\
      - run: |
          dd if=/dev/zero of=small bs=1M count=20
          sleep 2.5
          echo "so much was fine"
          dd if=/dev/zero of=/large bs=1M count=60
          sleep 100
""")

    assert job["state"] == "failed" and job["cause"] == "disk_full", (job, log)
    assert "more disk than the job may use" in job["reason"]
    assert "so much was fine\n" in log


@pytest.mark.parametrize("volume", ["data:/data", "/data"])
def test_what_is_written_in_volumes_counts(run, volume):
    job, log = run(f"    container: {{ image: triphammer/busybox, volumes: ['{volume}'] }}\n    resources: {{ disk: 50m }}\n", """\
      - run: |
          dd if=/dev/zero of=/data/small bs=1M count=20
          sleep 2.5
          echo "so much was fine"
          dd if=/dev/zero of=/data/large bs=1M count=40
          sleep 100
""")

    assert job["state"] == "failed" and job["cause"] == "disk_full", (job, log)
    assert "more disk than the job may use" in job["reason"]
    assert "so much was fine\n" in log


def test_a_container_without_a_network_reaches_nothing(run):
    job, log = run("    container: triphammer/busybox\n    resources: { network: none }\n"
                   "    outputs: { out: '${{ steps.one.outputs.out }}' }\n", """\
      - id: one
        run: |
          echo "devices: $(ls /sys/class/net | tr '\\n' ' ')"
          echo "routes: $(ip route | grep -v unreachable | wc -l)"
          echo "network: ${{ job.container.network }}"
          echo out=put >>"$GITHUB_OUTPUT"
      - run: test ${{ steps.one.outputs.out }} = put
""")

    assert job["state"] == "succeeded", (job, log)
    assert "devices: lo \n" in log and "routes: 0\n" in log and "network: none\n" in log


def test_a_container_without_a_network_has_no_services(run):
    job, log = run("""\
    container: triphammer/busybox
    resources: { network: none }
    services: { web: { image: triphammer/nginx } }
""", "      - run: exit 1\n")

    assert job["state"] == "failed" and job["cause"] == "invalid", (job, log)
    assert "a container without a network reaches no services" in job["reason"]


def test_a_labels_container_has_a_sudo_for_those_who_are_root_anyway(make_daemon, git):
    daemon = make_daemon(docker={"host": os.environ["DOCKER_HOST"]}, runs_on={"ubuntu-latest": "docker:triphammer/busybox"})
    repository = git.repository("acme/shop")
    sha = repository.commit({".triphammer/w.yml": """\
on: push
jobs:
  a:
    runs-on: ubuntu-latest
    steps:
      - run: sudo -E env NAME=value sh -c 'echo "$(id -u) $NAME"'
      - run: sudo -n NAME=other sh -c 'echo "$NAME" > /etc/made' && cat /etc/made && sudo -v
      - run: sudo -- false
        continue-on-error: true
      - run: touch here && test -f "$GITHUB_WORKSPACE/here" && test -w /home/runner/work/_temp && pwd -P
        working-directory: /home/runner/work/shop/shop
"""})
    daemon.add_repository(repository)
    found = daemon.run_of_push(repository, sha, 120)
    [job] = found["jobs"]
    log = daemon.log_text(found["id"], job["id"])

    assert job["state"] == "succeeded", log
    assert "0 value\n" in log and "other\n" in log and "exited with status 1" in log
    assert "\n/__w/shop/shop\n" in log


@pytest.mark.parametrize("container", ["triphammer/busybox", IMAGE])
def test_a_checkout_leaves_of_what_was_there_what_it_leaves_on_a_machine(run, image, container):
    job, log = run(f"    container: {container}\n", """\
      - run: mkdir -p sub/deep && echo early > early.txt && echo early > sub/deep/early.txt && ln -s /etc sub/link
      - uses: actions/checkout@v4
      - run: test ! -e early.txt && test ! -e sub/deep && test ! -e sub/link && test -e /etc/passwd && cat lock sub/file
      - run: echo made > made.txt && echo ruined > lock && rm sub/file && echo ref > .git/refs/heads/mine
      - { uses: actions/checkout@v4, with: { clean: false } }
      - run: cat made.txt lock sub/file && test ! -e .git/refs/heads/mine && test "${{ hashFiles('made.txt') }}" != ''
      - { uses: actions/checkout@v4, with: { path: beside } }
      - run: cat beside/lock made.txt
      - uses: actions/checkout@v4
      - run: ls && ls -A | wc -l
""", **{"lock": "x\n", "sub/file": "y\n"})

    assert job["state"] == "succeeded", (job, log)
    assert "\nmade\nx\ny\n" in log and "\nx\nmade\n" in log and log.endswith("\nlock\nsub\n4\n"), log
