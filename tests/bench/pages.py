"""A long history: its first page, and how soon a daemon that holds it is ready."""
import json
import sqlite3
import time

import support
from support import Connection, REPOSITORY, Row, median, number_in, ratio_text

SMALL = 2_000
WORKFLOW = json.dumps({"on": "push", "jobs": {name: {"runs-on": "host", "steps": [{"run": "echo hello"}]} for name in ("build", "test")}})
# One real run is copied: its rows, and those of its delivery, jobs, attempts and steps. Columns that
# must be unique or that point to another row are written anew from the copy's number.
COPIES = {
    "deliveries": {"id": "id + :by * k", "guid": "guid || '-' || k", "content_key": "content_key || '-' || k"},
    "delivery_bodies": {"delivery": "delivery + :by * k"},
    "runs": {"id": "id + :by * k", "number": "number + :by * k", "delivery": "delivery + :by * k"},
    "run_contexts": {"run": "run + :by * k"},
    "jobs": {"id": "id + :by * k", "run": "run + :by * k"},
    "attempts": {"id": "id + :by * k", "job": "job + :by * k", "token_sha256": "token_sha256 || '-' || k"},
    "steps": {"attempt": "attempt + :by * k"},
}
# Each finds nothing, so that it looks at all that a page may look at.
FILTERS = ("event=release", "actor=nobody", "workflow=none", "text=nothing-like-this", "branch=none", "state=failed&actor=nobody",
           "repository=acme/bench&workflow=none", "repository=acme/bench&branch=none&text=nothing-like-this")
STRIDE = 2  # the copied run has two jobs: every id moves on by two


def long_history(bench):
    large = 100_000 if bench.quick else 1_000_000
    asked = 200 if bench.quick else 400
    times, ready = {}, {}
    with bench.git() as git, bench.daemon() as daemon:
        repository = git.repository(REPOSITORY)
        daemon.add_repository(repository)
        daemon.run_of_push(repository, repository.commit({".triphammer/b.yml": WORKFLOW}))
        daemon.wait_for(lambda: is_swept(daemon), 30, "the attempts of the copied run were not swept")
        token = daemon.admin_token()
        made = 1
        for count in (SMALL, large):
            daemon.stop()
            multiply(daemon, made, count)
            made = count
            ready[count] = [seconds_to_ready(daemon) * 1000 for _ in range(bench.rounds)]
            daemon.start()
            times[count] = [median(page_times(daemon, token, asked)) for _ in range(bench.rounds)]
        filtered = {text: page_times(daemon, token, asked, text) for text in FILTERS}
        probe = number_in(bench.run_probe("history", "DIR", large), r"newest 50 +([\d.]+) us") / 1000
    small, big = median(times[SMALL]), median(times[large])
    yield Row(f"first page of the history, {large:,} runs", f"{big:.2f} ms", f"{SMALL:,} runs {small:.2f} ms",
              ratio_text(big / small), "≤ 1.30, ≤ 2 ms", big / small <= 1.3 and big <= 2)
    yield Row("  … the bare query of the probe", f"{probe:.2f} ms")
    slowest = max(filtered, key=lambda text: median(filtered[text]))
    worst = max(sorted(taken)[len(taken) * 99 // 100] for taken in filtered.values())
    yield Row(f"  … filtered, the slowest of {len(FILTERS)} ({slowest})", f"{median(filtered[slowest]):.2f} ms", f"p99 {worst:.1f} ms", "",
              "≤ 2 ms, p99 ≤ 30 ms", median(filtered[slowest]) <= 2 and worst <= 30)
    yield Row(f"process start to ready, {large:,} runs", f"{median(ready[large]):.0f} ms",
              f"{SMALL:,} runs {median(ready[SMALL]):.0f} ms", ratio_text(median(ready[large]) / median(ready[SMALL])),
              "< 50 ms", median(ready[large]) < 50)


def is_swept(daemon):
    with sqlite3.connect(f"file:{daemon.data}/triphammer.db?mode=ro", uri=True) as database:
        return database.execute("SELECT count(*) FROM attempts WHERE swept = 0").fetchone()[0] == 0


def multiply(daemon, made, wanted):
    """Copies the first run until there are `wanted`; the daemon is stopped."""
    with sqlite3.connect(daemon.data / "triphammer.db") as database:
        database.executescript("PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; PRAGMA cache_size = -200000;")
        for table, changed in COPIES.items():
            columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
            values = ", ".join(changed.get(column, column) for column in columns)
            first = first_rows(table)
            database.execute(
                f"""WITH RECURSIVE copies (k) AS (SELECT :first UNION ALL SELECT k + 1 FROM copies WHERE k + 1 < :wanted)
                    INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM copies JOIN ({first})""",
                {"first": made, "wanted": wanted, "by": STRIDE},
            )
        database.commit()
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()


def first_rows(table):
    run = "(SELECT min(id) FROM runs)"
    return {
        "deliveries": f"SELECT * FROM deliveries WHERE id = (SELECT delivery FROM runs WHERE id = {run})",
        "delivery_bodies": f"SELECT * FROM delivery_bodies WHERE delivery = (SELECT delivery FROM runs WHERE id = {run})",
        "runs": f"SELECT * FROM runs WHERE id = {run}",
        "run_contexts": f"SELECT * FROM run_contexts WHERE run = {run}",
        "jobs": f"SELECT * FROM jobs WHERE run = {run}",
        "attempts": f"SELECT * FROM attempts WHERE job IN (SELECT id FROM jobs WHERE run = {run})",
        "steps": f"SELECT * FROM steps WHERE attempt IN (SELECT a.id FROM attempts a JOIN jobs j ON j.id = a.job WHERE j.run = {run})",
    }[table]


def seconds_to_ready(daemon):
    """From the start of the process to the first 200 of /readyz; the daemon is stopped again."""
    request = support.get_request("/readyz")
    started = time.perf_counter()
    daemon.start(wait=False)
    while True:
        try:
            with Connection(daemon.port) as connection:
                if connection.ask(request)[0] == 200:
                    taken = time.perf_counter() - started
                    break
        except OSError:
            if time.perf_counter() - started > 30:
                raise
        time.sleep(0.0005)
    daemon.stop()
    return taken


def page_times(daemon, token, count, filtered=""):
    """Milliseconds of many requests on one connection."""
    request = support.get_request(f"/api/v1/runs?limit=50&{filtered}", token)
    with Connection(daemon.port) as connection:
        taken = []
        for _ in range(count):
            status, body, seconds = connection.ask(request)
            if status != 200:
                raise RuntimeError(f"{status} {body[:200]}")
            taken.append(seconds * 1000)
        if len(json.loads(body)["items"]) != (0 if filtered else 50):
            raise RuntimeError("the page does not hold what it should")
    return taken
