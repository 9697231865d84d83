"""What reading one document costs, by several parsers: ``python -m bench.parsers`` (docs/decisions/0007).

Every parser reads the same documents, half RSS 2.0, half Atom 1.0, in turn; the best of many rounds counts, in CPU
time of this process. Those that are not installed are left out.
"""

import argparse
import importlib
import importlib.util
import time
from collections.abc import Callable
from datetime import UTC, datetime
from xml.parsers import expat

from lxml import etree

from aggregator.pipeline.parse import CAP
from aggregator.pipeline.parse_fast import sure
from aggregator.pipeline.parse_reference import reference
from bench.differential import answer
from bench.documents import document
from bench.goals import markdown

Parser = Callable[[bytes], object]
NOW = datetime(2026, 6, 1, tzinfo=UTC)


def events(body: bytes) -> None:
    """Let expat call handlers that do nothing: less cannot be asked of a document."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, attributes: None
    parser.EndElementHandler = parser.CharacterDataHandler = lambda text: None
    parser.Parse(body, True)


def parsers() -> dict[str, Parser]:
    """Name them all, the reference first."""
    found: dict[str, Parser] = {
        "feedparser, as we call it": lambda body: reference(answer(body), cap=CAP),
        "the fast path, whole": lambda body: sure(answer(body), cap=CAP),
        "expat, handlers that do nothing": events,
        "lxml, the tree alone": etree.fromstring,
    }
    if importlib.util.find_spec("fastfeedparser"):
        found["fastfeedparser"] = importlib.import_module("fastfeedparser").parse
    return found


def best(parse: Parser, bodies: list[bytes], best_yet: float) -> float:
    """Give the CPU milliseconds of one document, of this round or of the best one before."""
    started = time.process_time()
    for body in bodies:
        parse(body)
    return min(best_yet, (time.process_time() - started) / len(bodies) * 1000)


def main() -> None:
    """Print a row for each parser."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--documents", type=int, default=20, help="of each format (20)")
    options.add_argument("--rounds", type=int, default=20, help="(20)")
    chosen = options.parse_args()
    formats = [
        [document(2 * n + odd, entries=20, version=0, now=NOW) for n in range(chosen.documents)] for odd in (0, 1)
    ]
    costs = {name: [float("inf")] * len(formats) for name in parsers()}
    for _ in range(chosen.rounds):
        for name, parse in parsers().items():
            costs[name] = [best(parse, bodies, cost) for bodies, cost in zip(formats, costs[name], strict=True)]
    rows = [(name, *(f"{cost:.2f}" for cost in found)) for name, found in costs.items()]
    print(markdown(("CPU ms a document of 20 entries", "RSS 2.0", "Atom 1.0"), rows))


if __name__ == "__main__":
    main()
