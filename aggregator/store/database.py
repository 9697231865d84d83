"""A database file, and the two ways into it."""

import sqlite3
from contextlib import AbstractContextManager, closing
from pathlib import Path

from sqlalchemy import Connection

from aggregator.store import engines


class Database:
    """What the keepers share: a transaction to write in, or one to read in."""

    def __init__(self, path: Path, *, readonly: bool = False) -> None:
        self.path = path
        self._reader = engines.spectator(path) if readonly else engines.reader(path)
        self._writer = self._reader if readonly else engines.writer(path)

    def write(self) -> AbstractContextManager[Connection]:
        """Begin a transaction that writes; raises WorkspaceError for what the user can mend."""
        return engines.transaction(self._writer, name=str(self.path))

    def read(self) -> AbstractContextManager[Connection]:
        """Begin a transaction that only reads."""
        return engines.transaction(self._reader, name=str(self.path))

    def tidy(self) -> None:
        """Give freed pages back to the disk, and let SQLite look after its statistics."""
        with engines.explained(str(self.path)), closing(self._writer.raw_connection()) as connection:
            driver = connection.driver_connection
            if isinstance(driver, sqlite3.Connection):
                # execute() would stop after the first page: the driver steps on only where there are columns
                driver.executescript("PRAGMA incremental_vacuum; PRAGMA optimize;")

    def close(self) -> None:
        """Close every connection; the last one folds the write-ahead log into the file."""
        self._reader.dispose()
        self._writer.dispose()
