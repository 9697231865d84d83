"""A database file, and the ways into it."""

import sqlite3
from contextlib import AbstractContextManager, closing
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from aggregator.store.driver import explained
from aggregator.store.lane import Lane

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine


class Database:
    """What the keepers share: the express lane, and transactions of the database layer to write or to read in.

    The layer is loaded with the first transaction that needs it; a run without news needs none.
    """

    def __init__(self, path: Path, *, readonly: bool = False) -> None:
        self.path = path
        self.lane = Lane(path, readonly=readonly)
        self._readonly = readonly

    def write(self) -> AbstractContextManager["Connection"]:
        """Begin a transaction that writes; raises WorkspaceError for what the user can mend."""
        from aggregator.store import engines

        return engines.transaction(self._writer, name=str(self.path))

    def read(self) -> AbstractContextManager["Connection"]:
        """Begin a transaction that only reads."""
        from aggregator.store import engines

        return engines.transaction(self._reader, name=str(self.path))

    def tidy(self) -> None:
        """Give freed pages back to the disk, and let SQLite look after its statistics."""
        with explained(str(self.path)), closing(self._writer.raw_connection()) as connection:
            driver = connection.driver_connection
            if isinstance(driver, sqlite3.Connection):
                # execute() would stop after the first page: the driver steps on only where there are columns
                driver.executescript("PRAGMA incremental_vacuum; PRAGMA optimize;")

    def close(self) -> None:
        """Close every connection; the last one folds the write-ahead log into the file."""
        for name in ("_reader", "_writer"):
            if name in vars(self):
                getattr(self, name).dispose()
        self.lane.close()

    @cached_property
    def _reader(self) -> "Engine":
        from aggregator.store import engines

        return engines.spectator(self.path) if self._readonly else engines.reader(self.path)

    @cached_property
    def _writer(self) -> "Engine":
        from aggregator.store import engines

        return self._reader if self._readonly else engines.writer(self.path)
