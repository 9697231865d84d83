"""Memory that is given back."""

import subprocess
import sys
from pathlib import Path

import pytest

from aggregator import spare
from aggregator.spare import give_back, part_large

ROOT = Path(__file__).parents[1]


def kilobytes() -> int:
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Anonymous:"))


def freshly(script: str) -> int:
    """Run a script in a process of its own, where no earlier test has left holes, and read the number it prints."""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    return int(done.stdout)


glibc = pytest.mark.skipif(
    not sys.platform.startswith("linux") or spare._known("malloc_trim") is None,
    reason="needs glibc, on Linux: elsewhere it is a no-op",
)


@glibc
def test_what_is_not_used_any_more_goes_back_to_the_system() -> None:
    """Sixty megabytes in pieces that the C library keeps when they are dropped, since one above them stays."""
    pieces = [bytearray(60_000) for _ in range(1000)]
    last = bytearray(60_000)
    held = kilobytes()
    pieces.clear()
    give_back()
    assert held - kilobytes() > 40_000
    assert len(last) == 60_000


HOLES = """
from tests.test_spare import kilobytes
from aggregator.spare import part_large
part_large()
bytearray(30 << 20)
blocks = [bytearray(1 << 20) for _ in range(40)]
last = bytearray(1 << 20)
held = kilobytes()
blocks.clear()
print(held - kilobytes())
"""


@glibc
def test_large_blocks_go_back_when_they_are_dropped() -> None:
    """Forty megabytes below one block that stays, after a larger one was dropped; in a process with no holes yet."""
    assert freshly(HOLES) > 30_000


def test_where_the_c_library_cannot_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spare, "_known", lambda _: None)
    give_back()
    part_large()
