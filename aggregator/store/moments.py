"""How the database keeps a moment."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from aggregator.store.driver import EPOCH, moment, number


class Moment(TypeDecorator[datetime]):
    """An aware datetime, given back in UTC: on SQLite microseconds since 1970, elsewhere the database's own type.

    Eight bytes that sort, where SQLite's text takes 26, and a fifth of the time to write. Naive datetimes raise.
    """

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Say what the column is."""
        return BigInteger() if dialect.name == "sqlite" else DateTime(timezone=True)

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any] | None:
        """Say how a moment goes in."""
        return number if dialect.name == "sqlite" else super().bind_processor(dialect)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        """Say how a moment comes out."""
        return moment if dialect.name == "sqlite" else super().result_processor(dialect, coltype)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse what has no time zone."""
        return None if value is None else EPOCH + (value - EPOCH)  # raises TypeError without one

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back UTC, whatever the session's time zone."""
        return None if value is None else value.astimezone(UTC)
