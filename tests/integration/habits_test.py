"""What workflows written for GitHub take for granted, without a word about it: `triphammer run` on this machine."""
import os
import resource
import shutil
import subprocess

import pytest

GIT = ["git", "-c", "user.name=A Person", "-c", "user.email=a@example.com"]


@pytest.fixture
def run(binary, tmp_path):
    tree = tmp_path / "tree"
    tree.mkdir()

    def call(workflow, *words, files=None):
        for name, text in {"ci.yml": workflow, **(files or {})}.items():
            path = tree / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        for words_of_git in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "begin"]):
            subprocess.run([*GIT, *words_of_git], cwd=tree, check=True)
        return subprocess.run(
            [str(binary), "run", "ci.yml", *[str(word) for word in words]], cwd=tree, capture_output=True, text=True, timeout=180,
            env={**os.environ, "TMPDIR": str(tmp_path)})

    return call


def test_what_one_job_built_is_found_by_the_next_where_it_was_built(run):
    done = run("""\
on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: mkdir build && echo "$PWD/build/app" > build/where && echo app > build/app
      - uses: actions/upload-artifact@v4
        with: { name: build, path: build }
  test:
    needs: build
    runs-on: ubuntu-latest
    steps:
      - uses: actions/download-artifact@v4
        with: { name: build, path: "${{ github.workspace }}/build" }
      - run: cat "$(cat build/where)" && echo "at $HOME, $GITHUB_WORKSPACE, $RUNNER_TEMP"
      - run: awk '/core file size/ { print "core files of " $5 " and " $6 }' /proc/self/limits
""")

    assert done.returncode == 0, done.stdout
    assert "at /home/runner, /home/runner/workspace, /home/temp\n" in done.stdout
    most = min(1, resource.getrlimit(resource.RLIMIT_CORE)[1] % 2**64)  # one byte: none is written, and none handed over
    assert f"core files of {most} and {most}\n" in done.stdout


def test_steps_may_write_beside_the_workspace(run):
    done = run("""\
on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: mkdir ../build "${{ runner.workspace }}/other" && touch ../build/made
      - run: ls "$RUNNER_WORKSPACE"
        working-directory: ${{ runner.workspace }}/build
      - run: pwd && ls
        working-directory: ../build
      - run: touch by-name && test -f ../workspace/by-name && cd "../$(basename "$GITHUB_REPOSITORY")" && test -f by-name
        working-directory: ${{ runner.workspace }}/${{ github.event.repository.name }}
      - run: test -f by-name && touch /home/runner/work/tree/build/beside ../build/again && test -w /home/runner/work/_temp
        working-directory: /home/runner/work/tree/tree
""")

    assert done.returncode == 0, done.stdout
    assert "build\n      other\n      tree\n      work\n      workspace\n" in done.stdout
    assert "/home/runner/build\n      made\n" in done.stdout


def test_programs_share_memory_and_semaphores(run):
    done = run("""\
on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: |
          from multiprocessing import Pool, shared_memory
          with Pool(2) as pool:
              print(pool.map(abs, [-1, -2]))
          memory = shared_memory.SharedMemory(create=True, size=100)
          memory.close()
          memory.unlink()
        shell: python3 {0}
""")

    assert done.returncode == 0, done.stdout
    assert "[1, 2]" in done.stdout


def test_what_a_step_installs_for_its_user_is_on_the_path(run):
    done = run("""\
on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: |
          mkdir -p ~/.local/bin ~/.cargo/bin
          for tool in ~/.local/bin/mine ~/.cargo/bin/other; do
            printf '#!/bin/sh\\necho found %s\\n' "$tool" > "$tool" && chmod +x "$tool"
          done
      - run: mine && other
""")

    assert done.returncode == 0, done.stdout
    assert "found /home/runner/.local/bin/mine" in done.stdout


@pytest.mark.skipif(not shutil.which("npm", path="/usr/bin:/usr/local/bin"), reason="no npm on this machine")
def test_npm_installs_globally_after_setup_node(run):
    done = run("""\
on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
      - run: npm install --offline --global . && greet
""", files={
        "package.json": '{"name": "greet", "version": "1.0.0", "bin": "greet.js"}',
        "greet.js": "#!/usr/bin/env node\nconsole.log('hello from a global package')\n"})

    assert done.returncode == 0, done.stdout + done.stderr
    assert "hello from a global package" in done.stdout


def test_setup_python_gives_a_pip_that_is_whole(run):
    done = run("""\
on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/setup-python@v5
        id: python
      - run: |
          which pip pip3 python
          python -c 'import sys; print("is a", sys.prefix != sys.base_prefix)'
          pip list --disable-pip-version-check --format freeze
          pip uninstall --yes pip && ! ls "$pythonLocation/bin" | grep pip
""")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "is a True" in done.stdout and "pip==" in done.stdout
    assert "Successfully uninstalled pip" in done.stdout


def test_steps_of_actions_are_called_as_there(run, tmp_path):
    done = run("""\
on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/cache@v4
        with: { path: kept, key: one }
      - uses: actions/cache@v4
        name: Keep ${{ runner.os }}
        with: { path: more, key: two }
      - run: touch kept more
""", "--caches", tmp_path / "caches")

    steps = [line[4:].split("  (")[0] for line in done.stdout.splitlines() if line.startswith("  ✓ ")]
    assert steps == ["Set up job", "Run actions/cache@v4", "Keep Linux", "Run touch kept more", "Post Keep Linux",
                     "Post Run actions/cache@v4"]


def test_a_shell_that_is_missing_and_sudo_are_explained(run):
    done = run("""\
on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: sudo apt-get install --yes tree
        continue-on-error: true
      - run: Write-Host hello
        shell: pwsh
""")

    assert done.returncode == 1
    if not shutil.which("pwsh"):
        assert "either 'pwsh' is not installed in a sandbox on this machine, or" in done.stdout
    assert "sudo gives steps no rights here: what they would install belongs on the machine" in done.stdout


def test_a_remote_action_is_refused_with_the_way_to_allow_it(run):
    commit = "0123456789abcdef0123456789abcdef01234567"
    done = run(f"""\
on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: octo/deploy@{commit}
""")

    assert done.returncode == 1
    assert "octo/deploy is not allowed here" in done.stdout and "--action octo/deploy" in done.stdout
