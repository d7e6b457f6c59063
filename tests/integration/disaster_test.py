"""A backup made under load, and a bare machine that goes on with it and the key."""
import contextlib
import shutil
import sqlite3
import threading

from harness import payloads

WORKFLOW = "on: push\njobs:\n  a:\n    runs-on: host\n    steps:\n      - run: test \"$IT\" = \"the-$(echo secret)\"\n" \
           "        env: {IT: \"${{ secrets.IT }}\"}\n"


def query(file, text):
    with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
        return database.execute(text).fetchall()


def send_until(daemon, repository, stop, answered):
    number = 0
    while not stop.is_set():
        number += 1
        answer, guid = daemon.deliver(repository, "push", payloads.push(
            repository.name, repository.clone_url, payloads.ZERO, ref=f"refs/heads/{number}", before=f"{number:040x}"))
        answered.append((guid, answer.status_code))


def test_a_bare_machine_goes_on_from_a_backup_that_was_made_under_load(make_daemon, git, tmp_path):
    daemon = make_daemon("lost")
    repository = git.repository("acme/disaster")
    daemon.add_repository(repository)
    daemon.admin("secret", "set", "IT", stdin="the-secret")
    sha = repository.commit({".triphammer/c.yml": WORKFLOW})
    first = daemon.run_of_push(repository, sha)
    assert first["state"] == "succeeded"
    backup, stop, answered = tmp_path / "backup.db", threading.Event(), []
    sender = threading.Thread(target=send_until, args=(daemon, repository, stop, answered))
    sender.start()
    try:
        daemon.wait_for(lambda: len(answered) >= 50)
        before = [guid for guid, status in list(answered) if status == 202]
        daemon.admin("backup", str(backup))
        daemon.wait_for(lambda: len(answered) >= len(before) + 20)
    finally:
        stop.set()
        sender.join()
    assert {status for _, status in answered} == {202}
    key = (daemon.data / "master.key").read_bytes()
    assert backup.stat().st_mode & 0o777 == 0o600
    assert key not in backup.read_bytes() and b"the-secret" not in backup.read_bytes()
    daemon.close()
    shutil.rmtree(daemon.folder)

    bare = make_daemon("bare", start=False)
    bare.data.mkdir(parents=True, mode=0o700)
    assert bare.admin("restore", str(backup), "--check").stdout.startswith("It is whole")
    bare.admin("restore", str(backup))
    assert bare.admin("serve", check=False).returncode == 3  # without the key nothing is readable
    (bare.data / "master.key").write_bytes(key)
    (bare.data / "master.key").chmod(0o600)
    # Every table is that of the backup before anything is done with it.
    tables = [name for name, in query(backup, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'meta'")]
    for table in tables:
        if not table.startswith("sqlite_"):
            now, then = (sorted(query(file, f'SELECT * FROM "{table}"'), key=repr)
                         for file in (bare.data / "triphammer.db", backup))
            # The audit says that it was restored.
            added = [row for row in now if row not in then]
            assert len(added) == (table in ("audit", "changes")), table
            assert [row for row in now if row not in added] == then, table
    bare.start()
    bare.hooks = daemon.hooks

    kept = {guid for guid, in query(bare.data / "triphammer.db", "SELECT guid FROM deliveries")}
    assert set(before) <= kept
    assert bare.get(f"/runs/{first['id']}")["state"] == "succeeded"
    second = bare.run_of_push(repository, repository.commit({"more": "more"}))
    assert second["state"] == "succeeded" and int(second["id"]) > int(first["id"])


def test_a_backup_of_an_older_database_becomes_short(daemon, tmp_path):
    """One without auto_vacuum, half of it free pages."""
    backup, old = tmp_path / "backup.db", tmp_path / "old.db"
    daemon.admin("backup", str(backup))
    daemon.stop()
    with contextlib.closing(sqlite3.connect(backup, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = DELETE")
        database.execute("PRAGMA auto_vacuum = NONE")
        database.execute(f"VACUUM INTO '{old}'")
    with contextlib.closing(sqlite3.connect(old, isolation_level=None)) as database:
        database.execute("VACUUM")
        assert database.execute("PRAGMA auto_vacuum").fetchone() in ((0,), (2,))
        database.execute("CREATE TABLE filler (bytes BLOB)")
        database.executemany("INSERT INTO filler VALUES (?)", [(bytes(4000),)] * 2000)
        database.execute("DROP TABLE filler")

    daemon.admin("restore", str(old))

    assert query(daemon.data / "triphammer.db", "PRAGMA auto_vacuum") == [(2,)]
    daemon.token = None
    daemon.start()
    assert daemon.get("/server")["version"]
