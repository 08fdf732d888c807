"""Everything that the server keeps, in one SQLite database."""

import contextlib
import sqlite3
from collections.abc import Iterator, Mapping

import orjson

from callrecords.graphtypes import JsonObject
from local.cosmos.containers import Container
from local.cosmos.itemtable import ItemTable
from local.cosmos.partitions import Scope

_SCHEMA = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA foreign_keys = ON;

CREATE TABLE IF NOT EXISTS clock (lsn INTEGER NOT NULL);
INSERT INTO clock SELECT 0 WHERE NOT EXISTS (SELECT * FROM clock);

CREATE TABLE IF NOT EXISTS databases (id TEXT PRIMARY KEY, body BLOB NOT NULL);

CREATE TABLE IF NOT EXISTS containers (
    rid TEXT PRIMARY KEY,
    database TEXT NOT NULL REFERENCES databases ON DELETE CASCADE,
    id TEXT NOT NULL,
    body BLOB NOT NULL,
    throughput INTEGER NOT NULL,
    UNIQUE (database, id)
);

CREATE TABLE IF NOT EXISTS items (
    container TEXT NOT NULL REFERENCES containers ON DELETE CASCADE,
    epk TEXT NOT NULL,
    id TEXT NOT NULL,
    number INTEGER NOT NULL,
    lsn INTEGER NOT NULL,
    etag TEXT NOT NULL,
    written REAL NOT NULL,
    ttl INTEGER,
    expires REAL,
    body BLOB NOT NULL,
    PRIMARY KEY (container, epk, id)
);
CREATE UNIQUE INDEX IF NOT EXISTS items_in_order ON items (container, epk, number, lsn, etag);
CREATE INDEX IF NOT EXISTS items_by_id ON items (container, id);
CREATE UNIQUE INDEX IF NOT EXISTS items_by_change ON items (container, lsn);
CREATE INDEX IF NOT EXISTS items_by_expiry ON items (container, expires) WHERE expires IS NOT NULL;
"""


class Storage:
    """Databases, containers with their throughput, and items; `file` may be `:memory:`.

    Every container has the same physical `partitions`.
    """

    def __init__(self, file: str, partitions: Mapping[str, Scope]) -> None:
        self.partitions = partitions
        self._db = sqlite3.connect(file, autocommit=True)
        self._db.executescript(_SCHEMA)
        self.items = ItemTable(self._db)

    def close(self) -> None:
        self._db.close()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Keeps all changes of the block, or none where it raises. May be nested."""
        self._db.execute("SAVEPOINT block")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK TO block")
            raise
        finally:
            self._db.execute("RELEASE block")

    @property
    def lsn(self) -> int:
        """The logical sequence number of the last change."""
        (lsn,) = self._db.execute("SELECT lsn FROM clock").fetchone()
        return int(lsn)

    def next_lsn(self) -> int:
        self._db.execute("UPDATE clock SET lsn = lsn + 1")
        return self.lsn

    def databases(self) -> list[JsonObject]:
        return [orjson.loads(body) for (body,) in self._db.execute("SELECT body FROM databases")]

    def database(self, database_id: str) -> JsonObject | None:
        row = self._db.execute("SELECT body FROM databases WHERE id = ?", (database_id,)).fetchone()
        return orjson.loads(row[0]) if row else None

    def add_database(self, body: JsonObject) -> None:
        self._db.execute("INSERT INTO databases VALUES (?, ?)", (body["id"], orjson.dumps(body)))

    def remove_database(self, database_id: str) -> None:
        """Removes it with all that it contains."""
        self._db.execute("DELETE FROM databases WHERE id = ?", (database_id,))

    def containers(self, database_id: str) -> list[Container]:
        rows = self._db.execute("SELECT body FROM containers WHERE database = ?", (database_id,))
        return [Container(orjson.loads(body)) for (body,) in rows]

    def container(self, database_id: str, container_id: str) -> Container | None:
        key = database_id, container_id
        row = self._db.execute("SELECT body FROM containers WHERE (database, id) = (?, ?)", key).fetchone()
        return Container(orjson.loads(row[0])) if row else None

    def add_container(self, database_id: str, container: Container, throughput: int) -> None:
        row = container.rid, database_id, container.body["id"], orjson.dumps(container.body), throughput
        self._db.execute("INSERT INTO containers VALUES (?, ?, ?, ?, ?)", row)

    def change_container(self, container: Container) -> None:
        row = orjson.dumps(container.body), container.rid
        self._db.execute("UPDATE containers SET body = ? WHERE rid = ?", row)

    def remove_container(self, rid: str) -> None:
        """Removes it with its items."""
        self._db.execute("DELETE FROM containers WHERE rid = ?", (rid,))

    def throughputs(self) -> list[tuple[Container, int]]:
        """Every container of the account, with its request units per second."""
        rows = self._db.execute("SELECT body, throughput FROM containers")
        return [(Container(orjson.loads(body)), throughput) for body, throughput in rows]

    def change_throughput(self, rid: str, throughput: int) -> None:
        self._db.execute("UPDATE containers SET throughput = ? WHERE rid = ?", (throughput, rid))
