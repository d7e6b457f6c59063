"""What jobs store: artifacts and caches, from the job that makes them to whoever reads them."""
import hashlib
import io
import os
import time
import zipfile

import requests

UPLOAD = """
on: push
jobs:
  make:
    runs-on: host
    outputs:
      id: ${{ steps.up.outputs.artifact-id }}
      digest: ${{ steps.up.outputs.artifact-digest }}
    steps:
      - run: |
          mkdir -p out/deep/.hidden
          echo one > out/one.txt
          echo two > out/deep/two.txt
          echo no > out/deep/no.tmp
          echo secret > out/deep/.hidden/x
          ln -s one.txt out/link.txt
          ln -s /etc/hostname out/deep/system.txt
      - id: up
        uses: actions/upload-artifact@v4
        with:
          name: report
          path: |
            out/**
            !out/**/*.tmp
          retention-days: 5
      - uses: actions/upload-artifact@v4
        with: { name: single, path: out/one.txt, compression-level: 0 }
      - uses: actions/upload-artifact@v4
        with: { name: nothing, path: none/** }
      - id: twice
        continue-on-error: true
        uses: actions/upload-artifact@v4
        with: { name: report, path: out/one.txt }
      - run: test "${{ steps.twice.outcome }}" = failure
      - id: needed
        continue-on-error: true
        uses: actions/upload-artifact@v4
        with: { name: needed, path: none, if-no-files-found: error }
      - run: test "${{ steps.needed.outcome }}" = failure
  take:
    needs: make
    runs-on: host
    steps:
      - uses: actions/download-artifact@v4
        id: down
        with: { name: report, path: here }
      - run: |
          test "$(cat here/one.txt)" = one
          test "$(cat here/deep/two.txt)" = two
          test "$(cat here/link.txt)" = one
          test ! -e here/deep/no.tmp
          test ! -e here/deep/.hidden
          test "${{ steps.down.outputs.download-path }}" = "$PWD/here"
      - uses: actions/download-artifact@v4
        with: { path: all }
      - run: test -e all/report/one.txt && test -e all/single/one.txt
      - uses: actions/download-artifact@v4
        with: { path: merged, pattern: "s*", merge-multiple: true }
      - run: test -e merged/one.txt && test ! -e merged/deep
      - uses: actions/download-artifact@v8
        with: { name: report, path: zipped, skip-decompress: true }
      - run: |
          test "$(ls zipped)" = report.zip
          python3 -c 'import zipfile; print(zipfile.ZipFile("zipped/report.zip").read("one.txt").decode())' | grep -x one
      - uses: actions/download-artifact@v8
        with: { path: both, pattern: "s*", skip-decompress: true }
      - run: test "$(find both -type f)" = both/single/single.zip
      - id: gone
        continue-on-error: true
        uses: actions/download-artifact@v4
        with: { name: gone }
      - run: test "${{ steps.gone.outcome }}" = failure
"""

CACHE = """
on: push
jobs:
  build:
    runs-on: host
    steps:
      - id: cache
        uses: actions/cache@v4
        with:
          path: |
            deps
            ~/.tool
          key: deps-%(key)s
          restore-keys: deps-
      - run: |
          echo "hit=${{ steps.cache.outputs.cache-hit }} from=${{ steps.cache.outputs.cache-matched-key }}"
          ls deps ~/.tool 2>/dev/null || true
          if [ -e deps/program ]; then test -x deps/program && test "$(readlink deps/link)" = program; fi
          mkdir -p deps ~/.tool
          echo "%(key)s" > deps/version
          touch deps/program ~/.tool/settings && chmod 755 deps/program
          ln -sfn program deps/link
"""

LARGE = """
on: push
jobs:
  make:
    runs-on: host
    steps:
      - run: head -c 300000000 /dev/urandom > large && sha256sum large
      - uses: actions/upload-artifact@v4
        with: { name: large, path: large, compression-level: 0 }
"""


def run_of(daemon, git, text, name="acme/app"):
    repository = git.repository(name)
    sha = repository.commit({".triphammer/ci.yml": text})
    daemon.add_repository(repository)
    return repository, daemon.run_of_push(repository, sha)


def logs_of(daemon, run):
    return "".join(daemon.log_text(run["id"], job["id"]) for job in run["jobs"])


def zip_of(daemon, run, artifact, **headers):
    return daemon.api(f"/runs/{run['id']}/artifacts/{artifact['id']}/zip", headers=headers)


def test_what_one_job_uploads_another_one_and_a_person_download(daemon, git):
    _, run = run_of(daemon, git, UPLOAD)
    assert run["state"] == "succeeded", logs_of(daemon, run)

    items = daemon.get(f"/runs/{run['id']}/artifacts")["items"]
    assert [one["name"] for one in items] == ["report", "single"]
    report = items[0]
    answer = zip_of(daemon, run, report)
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="report.zip"'
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert hashlib.sha256(answer.content).hexdigest() == report["sha256"]
    [make] = [job for job in run["jobs"] if job["key"] == "make"]
    assert make["outputs"] == {"id": report["id"], "digest": report["sha256"]}
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        assert sorted(archive.namelist()) == ["deep/system.txt", "deep/two.txt", "link.txt", "one.txt"]
        assert archive.read("one.txt") == b"one\n"
    part = zip_of(daemon, run, report, Range="bytes=2-5")
    assert part.status_code == 206 and part.content == answer.content[2:6]
    assert zip_of(daemon, run, report, Range="bytes=-4").content == answer.content[-4:]

    removed = daemon.api(f"/runs/{run['id']}/artifacts/{report['id']}", method="DELETE")
    assert removed.status_code == 204
    assert zip_of(daemon, run, report).status_code == 404
    assert [one["name"] for one in daemon.get(f"/runs/{run['id']}/artifacts")["items"]] == ["single"]


MERGE = """
on: push
jobs:
  make:
    runs-on: host
    strategy: { matrix: { part: [a, b] } }
    steps:
      - run: mkdir out && echo ${{ matrix.part }} > out/${{ matrix.part }}.txt && echo "$PWD" > out/.hidden
      - uses: actions/upload-artifact@v4
        with: { name: "part-${{ matrix.part }}", path: out, include-hidden-files: true }
  merge:
    needs: make
    runs-on: host
    steps:
      - run: mkdir -p dist && head -c 100000 /dev/zero > dist/app.bin
      - id: direct
        uses: actions/upload-artifact@v7
        with: { name: ignored, path: dist/app.bin, archive: false }
      - run: touch dist/other
      - id: many
        continue-on-error: true
        uses: actions/upload-artifact@v7
        with: { path: dist, archive: false }
      - run: test "${{ steps.many.outcome }}" = failure
      - uses: actions/upload-artifact/merge@v4
        with: { pattern: part-*, name: apart, separate-directories: true, include-hidden-files: true }
      - id: all
        uses: actions/upload-artifact/merge@v4
        with: { pattern: part-*, delete-merged: true }
      - id: none
        continue-on-error: true
        uses: actions/upload-artifact/merge@v4
        with: { pattern: part-*, name: never }
      - run: test "${{ steps.none.outcome }}" = failure && test -n "${{ steps.all.outputs.artifact-id }}"
      - uses: actions/download-artifact@v5
        with: { name: app.bin, path: got }
      - uses: actions/download-artifact@v8
        with: { name: app.bin, path: bare, skip-decompress: true }
      - run: cmp got/app.bin dist/app.bin && cmp bare/app.bin dist/app.bin
"""


def test_artifacts_are_merged_into_one_and_a_single_file_has_its_own_name(daemon, git):
    _, run = run_of(daemon, git, MERGE)
    assert run["state"] == "succeeded", logs_of(daemon, run)

    items = {one["name"]: one for one in daemon.get(f"/runs/{run['id']}/artifacts")["items"]}

    def names_in(name):
        with zipfile.ZipFile(io.BytesIO(zip_of(daemon, run, items[name]).content)) as archive:
            return sorted(archive.namelist())

    assert sorted(items) == ["apart", "app.bin", "merged-artifacts"]
    assert names_in("apart") == ["part-a/.hidden", "part-a/a.txt", "part-b/.hidden", "part-b/b.txt"]
    assert names_in("merged-artifacts") == ["a.txt", "b.txt"]
    assert items["app.bin"]["bytes"] > 100_000


def test_a_cache_is_restored_by_key_then_by_prefix_and_saved_at_the_end(daemon, git):
    repository = git.repository("acme/app")
    daemon.add_repository(repository)

    def build(key, branch="main"):
        text = CACHE % {"key": key}
        sha = repository.commit({".triphammer/ci.yml": text, "x": str(time.time_ns())}, branch=branch)
        run = daemon.run_of_push(repository, sha, ref=f"refs/heads/{branch}")
        text = logs_of(daemon, run)
        assert run["state"] == "succeeded", text
        return text

    first = build("1")
    assert "hit= from=\n" in first and "Cache saved with key: deps-1" in first
    again = build("1")
    assert "hit=true from=deps-1" in again and "settings" in again and "not saving cache" in again
    other = build("2")
    assert "hit=false from=deps-1" in other and "Cache saved with key: deps-2" in other
    assert "hit=true from=deps-2" in build("2", branch="feature")
    build("3", branch="feature")
    assert "hit=false from=deps-2" in build("3"), "main read what a branch has saved"


def test_an_upload_survives_the_death_of_the_daemon(daemon, git):
    repository = git.repository("acme/app")
    sha = repository.commit({".triphammer/ci.yml": LARGE})
    daemon.add_repository(repository)
    run = daemon.delivery(daemon.push(repository, sha))["runs"][0]
    folder = os.path.join(daemon.data, "artifacts")
    incoming = os.path.join(folder, "incoming")

    def is_under_way():
        names = os.listdir(incoming)
        return names and os.path.getsize(os.path.join(incoming, names[0])) > 1_000_000

    daemon.wait_for(is_under_way, 60, "the upload did not begin", pause=0.002)
    daemon.kill()
    assert os.listdir(incoming)
    daemon.start()

    found = daemon.finished_run(run, 90)
    assert found["state"] == "succeeded", logs_of(daemon, found)
    [artifact] = daemon.get(f"/runs/{run}/artifacts")["items"]
    with zipfile.ZipFile(io.BytesIO(zip_of(daemon, found, artifact).content)) as archive:
        digest = hashlib.sha256(archive.read("large")).hexdigest()
    assert digest in logs_of(daemon, found)
    files = [name for _, _, names in os.walk(folder) for name in names]
    assert len(files) == 1 and files[0].startswith(artifact["sha256"])
    assert os.stat(folder).st_mode & 0o777 == 0o700


def test_nobody_stores_without_the_token_of_a_running_attempt(daemon, git):
    _, run = run_of(daemon, git, UPLOAD)
    [artifact, _] = daemon.get(f"/runs/{run['id']}/artifacts")["items"]
    anybody = requests.get(f"{daemon.url}/api/v1/runs/{run['id']}/artifacts/{artifact['id']}/zip", timeout=10)
    assert anybody.status_code == 401
    public = requests.get(f"{daemon.url}/runner/v1/artifacts/{artifact['id']}", timeout=10)
    assert public.status_code == 404
