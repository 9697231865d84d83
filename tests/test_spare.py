"""Memory that is given back."""

import sys
from pathlib import Path

import pytest

from aggregator import spare
from aggregator.spare import give_back


def kilobytes() -> int:
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Anonymous:"))


@pytest.mark.skipif(
    not sys.platform.startswith("linux") or spare._trim() is None,
    reason="needs glibc, on Linux: elsewhere it is a no-op",
)
def test_what_is_not_used_any_more_goes_back_to_the_system() -> None:
    """Sixty megabytes in pieces that the C library keeps when they are dropped, since one above them stays."""
    pieces = [bytearray(60_000) for _ in range(1000)]
    last = bytearray(60_000)
    held = kilobytes()
    pieces.clear()
    give_back()
    assert held - kilobytes() > 40_000
    assert len(last) == 60_000


def test_where_the_c_library_cannot_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spare, "_trim", lambda: None)
    give_back()
