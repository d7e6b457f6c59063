"""Webhooks: how many a second become durable, and how long a lone one takes."""
import hashlib
import hmac
import json
import os
import subprocess
import time

import support
from support import Connection, Row, median, number_in, payloads, ratio_text

from harness.daemon import free_port

BODY_BYTES = 10_284          # the size of a real push
PROBE_SECRET = "s3cret"      # beast_srv's own
SECRET = "a secret of the bench that is long enough"
SYNC_BYTES = 19_000
LONELY = 0.02                # seconds: the webhook before is planned by then
MARK = "b" * 40              # stands where the commit id comes
LINKS = ("keys collaborators teams hooks issue_events events assignees branches tags blobs git_tags git_refs trees statuses "
         "languages stargazers contributors subscribers subscription commits git_commits comments issue_comment contents "
         "compare merges archive downloads issues pulls milestones notifications labels releases deployments").split()


def deleting_push(clone_url):
    """A push that deletes a branch, as long and as wordy as the forge's own: it is decided without git."""
    body = payloads.push(support.REPOSITORY, clone_url, payloads.ZERO, ref="refs/heads/topic", before=MARK)
    for link in LINKS:
        body["repository"][f"{link}_url"] = f"https://api.github.example/repos/{support.REPOSITORY}/{link}{{/id}}"
    words = (f"{number} of the things that a repository says about itself" for number in range(1000))
    text = ""
    while len(json.dumps(body)) + len(text) + 40 < BODY_BYTES:
        text += next(words) + ", "
    body["repository"]["description"] = text
    return json.dumps(body).encode()


def prepare(folder, clone_url, secret, count):
    """Files for intake.lua."""
    folder.mkdir()
    head, tail = deleting_push(clone_url).split(MARK.encode())
    (folder / "head").write_bytes(head)
    (folder / "tail").write_bytes(tail)
    begun = hmac.new(secret.encode(), head, hashlib.sha256)
    with open(folder / "pairs", "w") as pairs:
        for number in range(count):
            commit = hashlib.sha1(str(number).encode()).hexdigest()
            mac = begun.copy()
            mac.update(commit.encode() + tail)
            pairs.write(f"{commit} {mac.hexdigest()}\n")
    return folder


def flood(url, folder, path, seconds):
    """Answers a second, and how many were not 2xx."""
    command = ["wrk", "-t1", "-c64", f"-d{seconds}s", "-s", str(support.ROOT / "tests/bench/intake.lua"), url,
               "--", str(folder), path]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
    rate = number_in(said, r"answers=(\d+)") / number_in(said, r"microseconds=(\d+)") * 1e6
    return rate, int(number_in(said, r"refused=(\d+)")), int(number_in(said, r"broken=(\d+)"))


def flood_probe(bench, folder, seconds):
    port = free_port()
    data = bench.folder / "probe-data"
    data.mkdir(exist_ok=True)
    server = subprocess.Popen([bench.probe("beast_srv"), str(port), "1", str(data)], cwd=data)
    try:
        for _ in range(200):
            try:
                Connection(port).socket.close()
                break
            except OSError:
                time.sleep(0.02)
        rate, refused, broken = flood(f"http://127.0.0.1:{port}", folder, "/raw", seconds)
        if refused or broken:
            raise RuntimeError(f"the probe refused {refused}, broke {broken}")
        return rate
    finally:
        server.kill()
        server.wait()


def flood_product(bench, git_url, folder, seconds):
    with bench.daemon() as daemon:
        hook = add_repository(daemon, git_url)
        rate, refused, broken = flood(daemon.url, folder, hook, seconds)
        return rate, refused + broken


def add_repository(daemon, clone_url):
    secret_file = daemon.folder / "hook-secret"
    secret_file.write_text(SECRET)
    added = daemon.admin("repo", "add", support.REPOSITORY, "--clone-url", clone_url, "--webhook-secret-file",
                         str(secret_file), "--id", "4711", "--json")
    return json.loads(added.stdout)["hook"]


def durable_intake(bench):
    seconds = 2 if bench.quick else 5
    count = 30_000 * seconds
    clone_url = "http://127.0.0.1:9/acme/bench.git"   # nobody listens: nothing may ask git
    ours = prepare(bench.folder / "intake-product", clone_url, SECRET, count)
    theirs = prepare(bench.folder / "intake-probe", clone_url, PROBE_SECRET, count)
    probe, product, failed = [], [], 0
    for _ in range(bench.rounds):
        probe.append(flood_probe(bench, theirs, seconds))
        rate, bad = flood_product(bench, clone_url, ours, seconds)
        product.append(rate)
        failed += bad
    ratio = median(product) / median(probe)
    yield Row("durable intake, 10 KB push, 64 connections", f"{median(product):,.0f}/s", f"beast_srv /raw {median(probe):,.0f}/s",
              ratio_text(ratio), "≥ 0.80, no 5xx", ratio >= 0.8 and failed == 0)
    if failed:
        yield Row("  … answers that were not 2xx, or none", str(failed))


def lone_webhook(bench):
    """One push at a time, each with a sync beside it: both come out of the same quiet, so that a processor that
    must wake up first, or a disk that others use, counts for both."""
    asked = 30 if bench.quick else 100
    clone_url = "http://127.0.0.1:9/acme/bench.git"
    body = deleting_push(clone_url)
    loop, probe, product = [], [], []
    with bench.daemon() as daemon, Connection(daemon.port) as connection, LoneSync(bench.folder / "lone-sync") as sync:
        hook = add_repository(daemon, clone_url)
        time.sleep(0.5)  # what a start leaves to be done in quiet
        for turn in range(bench.rounds):
            loop.append(number_in(bench.run_probe("fsync_lat", "DIR", SYNC_BYTES, 1), r"p50us=(\d+)") / 1000)
            pairs = list(ask_lonely(connection, hook, body, turn, asked, sync))
            product.append(median(asked for asked, _ in pairs) * 1000)
            probe.append(median(synced for _, synced in pairs) * 1000)
    ratio = median(product) / median(probe)
    yield Row("lone webhook to durable 202, p50", f"{median(product):.2f} ms", f"fdatasync of 19 KB {median(probe):.2f} ms",
              ratio_text(ratio), "≤ 2.50", ratio <= 2.5)
    yield Row("  … against syncs in a loop without a pause", "", f"{median(loop):.2f} ms", ratio_text(median(product) / median(loop)))


class LoneSync:
    """Appends to a file and waits for the disk."""

    def __init__(self, path):
        self.file = os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
        self.bytes = b"x" * SYNC_BYTES

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.file)

    def seconds(self):
        started = time.perf_counter()
        os.write(self.file, self.bytes)
        os.fdatasync(self.file)
        return time.perf_counter() - started


def ask_lonely(connection, hook, body, turn, count, sync):
    """(seconds of a webhook, seconds of a sync)"""
    for number in range(count):
        commit = hashlib.sha1(f"lone {turn} {number}".encode()).hexdigest()
        headers, own = payloads.signed("push", body.replace(MARK.encode(), commit.encode()), SECRET)
        request = support.post_request(hook, headers, own)
        time.sleep(LONELY)
        status, answer, seconds = connection.ask(request)
        if status != 202:
            raise RuntimeError(f"{status} {answer}")
        time.sleep(LONELY)
        yield seconds, sync.seconds()
