"""Read a folder of captured documents both ways, with the fast path and with feedparser, and say where they differ.

    python -m bench.differential ../shared/corpus/feeds

Compared is everything that would be stored: the whole ``Intake``, normalised and cleaned.
"""

import argparse
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from aggregator.errors import ParseError
from aggregator.model import Fetched, Intake, Known, ParsedFeed
from aggregator.pipeline.intake import compare
from aggregator.pipeline.parse import CAP
from aggregator.pipeline.parse_fast import Declined, sure
from aggregator.pipeline.parse_reference import reference
from aggregator.pipeline.parse_source import in_utf8, unpacked

URL = "https://example.com/feed"
NOW = datetime(2026, 6, 1, tzinfo=UTC)
KINDS = (".xml", ".atom", ".rss", ".json", ".html")


def answer(body: bytes, **headers: str) -> Fetched:
    """Wrap a document as a server would have sent it."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Fetched(URL, URL, 200, named, in_utf8(unpacked(body)))


def stored(feed: ParsedFeed, *, url: str = URL) -> Intake:
    """Return what a document comes to when nothing is known of its feed."""
    return compare(feed, Known(), url=url, now=NOW)


def difference(fetched: Fetched) -> str:
    """Return where the two ways differ, "" when they agree. Raises Declined when the fast path does not take it."""
    quick = sure(fetched, cap=CAP)
    try:
        slow = reference(fetched, cap=CAP)
    except ParseError as error:
        return f"feedparser refuses it: {error.reason}"
    ours, theirs = (stored(one, url=fetched.final_url) for one in (quick, slow))
    for name in Intake.__slots__:
        if getattr(ours, name) != getattr(theirs, name):
            return f"{name}: {first(getattr(ours, name), getattr(theirs, name))}"
    return "" if len(quick.entries) == len(slow.entries) else "another number of entries"


def first(ours: object, theirs: object) -> str:
    """Return the first field in which two values differ, both ways."""
    if isinstance(ours, tuple) and isinstance(theirs, tuple) and len(ours) == len(theirs):
        return next(first(one, other) for one, other in zip(ours, theirs, strict=True) if one != other)
    for name in getattr(ours, "__slots__", ()):
        one, other = getattr(ours, name), getattr(theirs, name, None)
        if one != other:
            return f"{name}: {one!r} ≠ {other!r}"[:400]
    return f"{ours!r} ≠ {theirs!r}"[:400]


def main() -> int:
    """Print the counts for each folder, what was declined and why, and every difference."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    top = parser.parse_args().folder
    seen: Counter[str] = Counter()
    taken: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    differences = []
    for path in sorted(path for path in top.rglob("*") if path.is_file() and path.suffix in KINDS):
        folder = (
            "/".join(path.relative_to(top).parts[:2]) if "conformance" in path.parts else path.relative_to(top).parts[0]
        )
        seen[folder] += 1
        try:
            differs = difference(answer(path.read_bytes()))
        except Declined as declined:
            reasons[str(declined)] += 1
            continue
        taken[folder] += 1
        if differs:
            differences.append(f"{path.relative_to(top)}: {differs}")
    for folder in seen:
        print(f"{folder:32} {seen[folder]:5} documents, {taken[folder]:5} taken ({taken[folder] / seen[folder]:.0%})")
    print(f"{len(differences)} differences", *differences, sep="\n  ")
    print("declined:", *(f"{times:5} × {reason}" for reason, times in reasons.most_common()), sep="\n  ")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
