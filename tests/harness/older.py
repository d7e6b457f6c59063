"""Data as an older release leaves them: the same migrations, without the last ones."""
import contextlib
import hashlib
import pathlib
import sqlite3

MIGRATIONS = sorted((pathlib.Path(__file__).resolve().parents[2] / "migrations").glob("*.sql"))
HEAD = """
PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA application_id = 0x54484d52;
CREATE TABLE migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT;
"""


def make_database(file, schema, server_id="an-older-release"):
    with contextlib.closing(sqlite3.connect(file)) as database:
        database.executescript(HEAD)
        for number, migration in enumerate(MIGRATIONS[:schema], 1):
            text = migration.read_text()
            database.executescript(text)
            database.execute("INSERT INTO migrations VALUES (?, ?, ?, 0)",
                             (number, migration.name, hashlib.sha256(text.encode()).hexdigest()))
        database.execute("INSERT INTO meta (key, value) VALUES ('server_id', ?)", (server_id,))
        database.commit()
    set_schema(file, schema)
    file.chmod(0o600)


def set_schema(file, schema):
    with contextlib.closing(sqlite3.connect(file)) as database:
        database.execute(f"PRAGMA user_version = {schema}")


def schema_of(file):
    """Also of a file that nobody has open, and without leaving anything beside it."""
    way = "mode=ro" if pathlib.Path(f"{file}-wal").exists() else "immutable=1"
    with contextlib.closing(sqlite3.connect(f"file:{file}?{way}", uri=True)) as database:
        return database.execute("PRAGMA user_version").fetchone()[0]
