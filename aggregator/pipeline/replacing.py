"""Feeds that are elsewhere now → the edits of feeds.yaml after which each is listed once."""

from collections.abc import Mapping

from aggregator.model.value import value
from aggregator.pipeline.addresses import key


@value(frozen=True, slots=True)
class Move:
    """Where a feed is now, and the words that lead there: “it moved to”."""

    to: str
    why: str = "it moved to"


def replacing(moves: Mapping[str, Move], lines: Mapping[str, int]) -> dict[str, str]:
    """Return the edit for each feed of ``moves``: write where it is now, or take it out where that is listed already.

    ``lines`` has every listed address in its order, with its line where known. Each edit can be made alone, and all of
    them together: an address that takes the place of one feed is there for the feeds below.
    """
    there: dict[str, dict[str, str]] = {}
    for url, line in lines.items() if moves else ():
        there.setdefault(key(url), {})[url] = f"which is listed too{_at(line)}"
    edits = {}
    for url in lines:
        if move := moves.get(url):
            same = there.setdefault(key(move.to), {})
            others = {one: told for one, told in same.items() if one != url}
            if others:
                told = others.get(move.to) or next(iter(others.values()))
                edits[url] = f"remove {url}: {move.why} {move.to}, {told}"
                same.pop(url, None)
            else:
                edits[url] = f"replace {url} by {move.to}"
                same[move.to] = f"which takes the place of {url}{_at(lines[url])}"
    return edits


def _at(line: int) -> str:
    return f" (line {line})" if line else ""
