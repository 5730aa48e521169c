"""Dagster's history of runs, kept in SQLite as Dagster does, with its database held open.

Belongs here: how the history is connected to. Does not belong here: what is in it (Dagster), and where (workspace).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

import sqlalchemy as db
from dagster._core.storage.event_log.sqlite import SqliteEventLogStorage
from dagster._serdes import ConfigurableClassData


class RunHistory(SqliteEventLogStorage):
    """Dagster's own event log, the same files, that keeps one engine a file.

    Dagster makes a new engine for each event, and so compiles every statement again: hundreds of events cost seconds.
    """

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]) -> RunHistory:
        """The history that ``dagster.yaml`` describes."""
        return cls(inst_data=inst_data, **config_value)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[db.Connection]:
        with self._db_lock:
            engine = _engine(self.conn_string_for_shard(shard))
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            with engine.connect() as connection, connection.begin():
                yield connection


@cache
def _engine(address: str) -> db.Engine:
    engine = db.create_engine(address, connect_args={"timeout": 30, "check_same_thread": False})
    # a power cut may cost the last events of a history, never the history
    db.event.listen(engine, "connect", lambda connection, _: connection.execute("pragma synchronous = normal"))
    return engine
