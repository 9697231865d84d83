"""How the database keeps a moment."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


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
        return _to_number if dialect.name == "sqlite" else super().bind_processor(dialect)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        """Say how a moment comes out."""
        return _to_moment if dialect.name == "sqlite" else super().result_processor(dialect, coltype)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse what has no time zone."""
        return None if value is None else EPOCH + (value - EPOCH)  # raises TypeError without one

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back UTC, whatever the session's time zone."""
        return None if value is None else value.astimezone(UTC)


def _to_number(value: datetime | None) -> int | None:
    return None if value is None else (value - EPOCH) // MICROSECOND


def _to_moment(value: int | None) -> datetime | None:
    return None if value is None else EPOCH + timedelta(microseconds=value)
