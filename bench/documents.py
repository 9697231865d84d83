"""Feed documents of a realistic size: 20 entries are about 60 kB, half of the feeds RSS 2.0, half Atom 1.0."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from html import escape
from itertools import accumulate

_SYLLABLES = ("ba", "be", "bo", "da", "del", "den", "dor", "fer", "gal", "har", "hel", "ka", "lan", "men", "or", "per")
_TOPICS = ("world", "economy", "science", "energy", "culture", "sport", "weather", "transport", "health", "technology")


def _made_up_words() -> list[str]:
    chance = random.Random(1)
    lengths = [min(1 + rank // 100, chance.choice((2, 3, 3, 4, 5))) for rank in range(40_000)]  # short ones come often
    return ["".join(chance.choices(_SYLLABLES, k=length)) for length in lengths]


_WORDS = _made_up_words()
_OFTEN = list(accumulate(1 / rank for rank in range(2, 40_002)))
"""How often each word comes, by Zipf's law, so that gzip finds what it finds in prose, and stories what they find."""

_SENTENCES = [random.Random(n).choices(_WORDS, cum_weights=_OFTEN, k=8 + n % 20) for n in range(60)]

Prose = Callable[[random.Random, int], list[str]]
"""Writes so many words."""


def _drawn(chance: random.Random, words: int) -> list[str]:
    return chance.choices(_WORDS, cum_weights=_OFTEN, k=words)


def _of_few(chance: random.Random, words: int) -> list[str]:
    return chance.choices(_WORDS[:200], k=words)


def _mixed(chance: random.Random, words: int) -> list[str]:
    found: list[str] = []
    while len(found) < words:
        found += chance.choice(_SENTENCES)
    return found[:words]


TEXTS: dict[str, Prose] = {"drawn": _drawn, "few": _of_few, "mixed": _mixed}
"""How texts are written: each word drawn anew, as in prose; of two hundred words, so that all are about the same; or
mixed of sixty sentences, so that all share passages."""


@dataclass(frozen=True)
class Item:
    """One entry, before it takes the form of a format."""

    url: str
    guid: str
    title: str
    summary: str
    content: str
    author: str
    topics: tuple[str, ...]
    date: datetime


def document(feed: int, *, entries: int, version: int, now: datetime, texts: str = "drawn") -> bytes:
    """Write feed number ``feed``; a version on, there is one new entry on top and the last one has left.

    ``texts`` is a name of TEXTS.
    """
    newest = now - timedelta(minutes=feed % 50)
    numbers = reversed(range(version, entries + version))
    write_words = TEXTS[texts]
    items = [
        _entry(feed, number, newest - timedelta(minutes=67 * (entries - number)), write_words) for number in numbers
    ]
    write = _rss if feed % 2 == 0 else _atom
    return write(feed, items, updated=items[0].date).encode()


def _entry(feed: int, number: int, date: datetime, write_words: Prose) -> Item:
    chance = random.Random(feed * 100_003 + number)

    def prose(words: int) -> str:
        return " ".join(write_words(chance, words)).capitalize()

    def paragraph() -> str:
        link = f'<a href="https://example.org/{chance.choice(_WORDS)}/{chance.randrange(10**6)}">{prose(2)}</a>'
        return f"<p>{prose(26)} {link}, <em>{prose(1)}</em> {prose(26)}.</p>"

    return Item(
        url=f"https://feed{feed}.example.org/{number}/{prose(4).lower().replace(' ', '-')}",
        guid=f"tag:feed{feed}.example.org,2026:{number}",
        title=prose(8),
        summary=f"{prose(35)}.",
        content="".join(paragraph() for _ in range(5)),
        author=f"{prose(1)} desk",
        topics=tuple(chance.sample(_TOPICS, 2)),
        date=date,
    )


def _rss(feed: int, items: list[Item], *, updated: datetime) -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
        f"<title>Feed {feed}</title><link>https://feed{feed}.example.org/</link><description>Bench</description>"
        f"<language>en</language><lastBuildDate>{format_datetime(updated)}</lastBuildDate>\n"
        + "".join(_item(item) for item in items)
        + "</channel></rss>\n"
    )


def _item(item: Item) -> str:
    return (
        f"<item><title>{item.title}</title><link>{item.url}</link>"
        f'<guid isPermaLink="false">{item.guid}</guid><pubDate>{format_datetime(item.date)}</pubDate>'
        f"<dc:creator>{item.author}</dc:creator>"
        + "".join(f"<category>{topic}</category>" for topic in item.topics)
        + f"<description>{item.summary}</description>"
        f"<content:encoded><![CDATA[{item.content}]]></content:encoded></item>\n"
    )


def _atom(feed: int, items: list[Item], *, updated: datetime) -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">'
        f"<id>tag:feed{feed}.example.org,2026:feed</id><title>Feed {feed}</title>"
        f"<updated>{updated.isoformat()}</updated>"
        f'<link rel="alternate" href="https://feed{feed}.example.org/"/>\n'
        + "".join(_atom_entry(item) for item in items)
        + "</feed>\n"
    )


def _atom_entry(item: Item) -> str:
    return (
        f'<entry><id>{item.guid}</id><title>{item.title}</title><link rel="alternate" href="{item.url}"/>'
        f"<published>{item.date.isoformat()}</published><updated>{item.date.isoformat()}</updated>"
        f"<author><name>{item.author}</name></author>"
        + "".join(f'<category term="{topic}"/>' for topic in item.topics)
        + f'<summary>{item.summary}</summary><content type="html">{escape(item.content)}</content></entry>\n'
    )
