"""Names of one script in a sentence of another: each is laid out by itself (UAX #9, isolates)."""

import re
from collections.abc import Iterable

from aggregator.templates.columns import direction

_FIRST_STRONG, _POP = "\u2068", "\u2069"
_ISOLATE = re.compile(f"{_FIRST_STRONG}([^{_FIRST_STRONG}{_POP}]*){_POP}")


def apart(names: Iterable[str], dir: str) -> tuple[str, ...]:
    """Put names that run the other way than ``dir`` between isolates (U+2068, U+2069)."""
    return tuple(name if direction(name) == dir else f"{_FIRST_STRONG}{name}{_POP}" for name in names)


def isolated(text: str) -> str:
    """Put a text between isolates, so that ``runs`` finds it again in a phrase that it was put into."""
    return f"{_FIRST_STRONG}{text.replace(_FIRST_STRONG, '').replace(_POP, '')}{_POP}"


def runs(text: str) -> list[str]:
    """Part a text at its isolates: every second piece stood in one."""
    return _ISOLATE.split(text)
