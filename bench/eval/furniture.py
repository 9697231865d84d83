"""Furniture left: articles with the tails of sites put below them, as pages and as entries of a feed, in bare markup.

What is counted is each text in which any part of its tail is left, and the share of the articles' own words that went.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from html import escape
from itertools import cycle, islice
from pathlib import Path

from aggregator.model import Fetched, Known
from aggregator.pipeline.article import article
from aggregator.pipeline.intake import read
from bench.eval.figures import Figure
from bench.eval.pages import shingles

HOW_MANY, LOST = 120, 0.05
NOW = datetime(2026, 11, 26, tzinfo=UTC)
TAILS = (
    ("Leave a Reply", "Your email address will not be published. Required fields are marked *", "More Related Stories"),
    ("Share this:", "Click to share on Facebook (Opens in new window)", "Like this:", "Loading...", "Related"),
    ("The post {title} appeared first on {site}.",),
    ("Sign up for our newsletter", "Enter your email address", "You may also like", "{links}"),
    (
        "Share on Facebook",
        "Tweet",
        "Related Articles",
        "{links}",
        "Leave a comment",
        "Save my name, email, and website",
    ),
    ("Advertisement", "More from {site}", "{links}", "Comments are closed."),
    (
        "This site uses cookies to improve your experience.",
        "Most Read",
        "{links}",
        "© 2026 {site}. All rights reserved.",
    ),
    ("Continue reading {title}", "The post {title} appeared first on {site}."),
    ("Ähnliche Beiträge", "{links}", "Schreibe einen Kommentar", "Deine E-Mail-Adresse wird nicht veröffentlicht."),
    ("Der Beitrag {title} erschien zuerst auf {site}.",),
    ("Articles similaires", "{links}", "Laisser un commentaire", "Votre adresse e-mail ne sera pas publiée."),
    (
        "Artículos relacionados",
        "{links}",
        "Deja una respuesta",
        "Tu dirección de correo electrónico no será publicada.",
    ),
    ("Articoli correlati", "{links}", "Lascia un commento", "Il tuo indirizzo email non sarà pubblicato."),
    ("Artigos relacionados", "{links}", "Deixe um comentário", "O seu endereço de e-mail não será publicado."),
    ("Gerelateerde berichten", "{links}", "Geef een reactie", "Je e-mailadres wordt niet gepubliceerd."),
)
LINKS = (
    "Harbour reopens after the storm",
    "Council votes on the new bridge",
    "Ten books for a long winter",
    "Why the lighthouse went dark",
)


def measure(corpus: Path) -> Iterable[Figure]:
    """Put a tail under each article, read it both ways, and look for what is left of the tail."""
    truth = json.loads((corpus / "pages" / "ground-truth.json").read_text(encoding="utf-8"))
    golds = [truth[id]["articleBody"] for id in sorted(truth)]
    cases = list(islice(zip(cycle(golds), cycle(TAILS), strict=False), HOW_MANY))
    told = [(gold, tail, f"{LINKS[at % 4]}, part {at}") for at, (gold, tail) in enumerate(cases)]
    pages = [article(_page(*one), url="https://harbour.example/news/1", title=one[2]).text for one in told]
    entries = [_entry(_html(*one), one[2]) for one in told]
    yield from _figures("pages", told, pages)
    yield from _figures("entries", told, entries)
    bare = [_entry(_paragraphs(gold), "A title of its own") for gold in golds]
    lost = sum(map(_lost, golds, bare)) / sum(len(list(shingles(gold, 1).elements())) for gold in golds)
    yield Figure("furniture", "articles without a tail", "% of words lost", 100 * lost, LOST, at_most=True)


def _figures(data: str, told: Sequence[tuple[str, Sequence[str], str]], texts: Sequence[str]) -> Iterable[Figure]:
    left = [_left(one[1], one[2], text) for one, text in zip(told, texts, strict=True)]
    errors = tuple(f"{one[1][0]}: {what}" for one, what in zip(told, left, strict=True) if what)[:10]
    share = sum(map(bool, left)) / len(left)
    yield Figure("furniture", f"{len(told)} {data}", "share with any left", share, 0, at_most=True, errors=errors)
    if data == "entries":
        words = sum(len(list(shingles(gold, 1).elements())) for gold, _, _ in told)
        lost = sum(_lost(gold, text) for (gold, _, _), text in zip(told, texts, strict=True)) / words
        yield Figure("furniture", f"{len(told)} {data}", "% of words lost", 100 * lost, LOST, at_most=True)


def _left(tail: Sequence[str], title: str, text: str) -> str:
    """Name a line of a tail that is still there."""
    lines = {line.strip() for line in text.split("\n")}
    said = [line for part in tail for line in (LINKS if part == "{links}" else (_filled(part, title),))]
    return next((line for line in said if line in lines), "")


def _lost(gold: str, text: str) -> int:
    """Count the words of the gold that the text does not have."""
    return (shingles(gold, 1) - Counter(shingles(text, 1))).total()


def _entry(html: str, title: str) -> str:
    document = (
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Harbour</title>'
        f"<link>https://harbour.example/</link><item><title>{escape(title)}</title><guid>1</guid>"
        f"<content:encoded>{escape(html)}</content:encoded></item></channel></rss>"
    )
    url = "https://harbour.example/feed"
    return read(Fetched(url, url, 200, {}, document.encode()), Known(), now=NOW).new[0].text


def _page(gold: str, tail: Sequence[str], title: str) -> str:
    head = f"<head><title>{escape(title)} - Harbour Post</title></head>"
    return f"<html>{head}<body><div><h1>{escape(title)}</h1>{_html(gold, tail, title)}</div></body></html>"


def _html(gold: str, tail: Sequence[str], title: str) -> str:
    return _paragraphs(gold) + "".join(_line(line, title) for line in tail)


def _paragraphs(gold: str) -> str:
    return "".join(f"<p>{escape(line)}</p>" for line in gold.split("\n") if line.strip())


def _line(line: str, title: str) -> str:
    if line == "{links}":
        items = "".join(f'<li><a href="/{at}">{one}</a></li>' for at, one in enumerate(LINKS))
        return f"<ul>{items}</ul>"
    return f"<p>{escape(_filled(line, title))}</p>"


def _filled(line: str, title: str) -> str:
    return line.format(title=title, site="Harbour Post")
