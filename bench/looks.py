"""How issues and pages look: mails of three sizes in four languages, the site, and what checkers say of them."""

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from aggregator.config import TopicConfig
from aggregator.model import Folded, Issue, Letter
from aggregator.pipeline.compose import compose, fit
from aggregator.pipeline.letter import sent_size
from aggregator.pipeline.rank import rank
from aggregator.pipeline.telling import summed_up
from aggregator.templates import Templates
from bench.looks_checkers import SCHEMES, axe, html_validate, mail_programs, pictures
from bench.looks_pages import pages, style
from tests.newsroom import ARABIC, BERLIN, ENGLISH, JAPANESE, NOW, RUSSIAN, digest, issue, news, stories
from tests.storyroom import treaty

COUNTS = (3, 30, 300)
HOME = "https://news.example.org/"
LINKS = {
    "web": f"{HOME}issues/morning/2026-11-23",
    "unsubscribe": f"{HOME}unsubscribe/dG9rZW4tb2YtYS1yZWFkZXI",
    "preferences": f"{HOME}preferences/dG9rZW4tb2YtYS1yZWFkZXI",
}
EDITIONS: Mapping[str, tuple[Any, str, tuple[str, ...]]] = {
    "en": (ENGLISH, "Morning briefing", ("Geopolitics", "Economy", "Science & Nature")),
    "ar": (ARABIC, "موجز الصباح", ("السياسة الدولية", "الاقتصاد", "العلوم والطبيعة")),
    "ja": (JAPANESE, "朝のまとめ", ("国際", "経済", "科学と自然")),
    "ru": (RUSSIAN, "Утренний выпуск", ("Политика", "Экономика", "Наука и природа")),
}
TOPICS = ("geopolitics", "economy", "science")


@dataclass(frozen=True)
class Mail:
    """One issue as it would be sent."""

    name: str
    issue: Issue
    letter: Letter


@dataclass(frozen=True)
class Verdict:
    """What checkers say of one mail or page; a page tells no stories and is not sent."""

    mail: str
    told: int | None
    brief: int | None
    left_out: int | None
    decoded: int
    sent: int | None
    axe: Mapping[str, list[list[Any]]]  # by scheme
    html: list[str]
    unknown: Mapping[str, list[str]]  # to mail programs: what, and to which


def mails(languages: tuple[str, ...] = tuple(EDITIONS)) -> Iterator[Mail]:
    """Compose issues of three sizes in each language, made to fit as jobs do it, and the page of the largest."""
    templates = Templates(None)
    for language in languages:
        texts, title, topics = EDITIONS[language]
        named = [TopicConfig(name=t, title=s) for t, s in zip(TOPICS, topics, strict=True)]
        for count in COUNTS:
            told = news(count, texts=texts, language=language)
            if language == "en":
                told = [*map(Folded, treaty(hours=9)), *told[: count - 1]]
            chosen = digest(title=title, size=500)
            composed = compose(
                chosen,
                summed_up(rank(stories(told), now=NOW, size=500)),
                topics=named,
                period="2026-11-23",
                since=NOW,
                until=NOW,
                now=NOW,
                frame=templates.frame(language),
                zone=BERLIN,
                home=HOME,
            )
            composed, letter = fit(
                composed,
                lambda shown: templates.letter(shown, links=LINKS),
                digest=chosen,
                frame=templates.frame(language),
            )
            yield Mail(f"{language}-{count}", composed, letter)
        page = Letter(templates.page(composed, links={**LINKS, "all": "./", "text": "2026-11-23.txt"}), "")
        yield Mail(f"{language}-page", composed, page)


def hostile() -> Mail:
    """Compose what no column is wide enough for: headlines that are one word or an address, links in notes."""
    templates, link = Templates(None), f"{HOME}2026/11/23/{'the-report-of-the-commission-on-everything-' * 3}.html"
    texts = ((link, f"See {link}", "economy"), ("Donaudampfschifffahrt" * 5, "x" * 250, "economy"), *ARABIC[:1])
    composed = issue(news(6, texts=texts), title="Donaudampfschifffahrtsnachrichten", home=HOME)
    first, *others = composed.sections
    noted = replace(first, lines=(replace(first.lines[0], note=f"Read {link}\n{link}"), *first.lines[1:]))
    composed = replace(composed, note=f"Please read {link} first.", sections=(noted, *others))
    return Mail("hostile", composed, templates.letter(composed, links=LINKS))


def verdicts(packages: Path, pictured: Path | None) -> Iterator[Verdict]:
    """Have every mail, and a page of the archive, looked at by axe-core and html-validate; keep pictures if asked."""
    with tempfile.TemporaryDirectory(prefix="looks-") as scratch:
        composed = {mail.name: mail for mail in (*mails(), hostile())}
        titles = {language: (title, topics) for language, (_, title, topics) in EDITIONS.items()}
        written = {name: mail.letter.html for name, mail in composed.items()} | dict(pages(titles))
        files = {name: Path(scratch) / f"{name}.html" for name in written}
        for name, file in files.items():
            file.write_text(written[name], encoding="utf-8")
        Path(scratch, "style.css").write_text(style(), encoding="utf-8")
        found = html_validate(list(files.values()), packages)
        for name, html in written.items():
            if pictured:
                pictured.mkdir(parents=True, exist_ok=True)
                list(pictures(files[name], pictured, height=3000 if name in composed else 1400))
            axed = {scheme: axe(files[name], packages, scheme=scheme) for scheme in SCHEMES}
            unknown = mail_programs(files[name], packages) if name == "en-300" else {}
            yield Verdict(name, *_figures(composed.get(name), html), axed, found.get(name, []), unknown)


def _figures(mail: Mail | None, html: str) -> tuple[int | None, int | None, int | None, int, int | None]:
    """Count what is told, told briefly and left out, and the bytes of the page and of what is sent."""
    if mail is None:
        return None, None, None, len(html.encode()), None
    lines = mail.issue.lines
    brief = sum(line.brief for line in lines)
    return len(lines), brief, mail.issue.left_out, len(html.encode()), sent_size(html)


def _number(figure: int | None) -> str:
    return "" if figure is None else f"{figure:,}"


def looks_table(found: list[Verdict]) -> str:
    """Print a row a mail, then what was found."""
    rows = [
        "| mail | told | of these briefly | left out | bytes | as sent | axe-core, light | dark | html-validate |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    rows += [
        f"| {one.mail} | {_number(one.told)} | {_number(one.brief)} | {_number(one.left_out)} | {one.decoded:,} |"
        f" {_number(one.sent)} |"
        f" {len(one.axe['light'])} | {len(one.axe['dark'])} | {len(one.html)} |"
        for one in found
    ]
    faults = [f"- {one.mail}, {scheme}: {row}" for one in found for scheme, rows in one.axe.items() for row in rows]
    faults += [f"- {one.mail}: {row}" for one in found for row in one.html]
    unknown = [
        f"- {what}: {', '.join(dict.fromkeys(who))}" for one in found for what, who in sorted(one.unknown.items())
    ]
    known = ["", "What some mail programs do not know, as caniemail has it:", "", *unknown] if unknown else []
    return "\n".join([*rows, "", *faults, *known])
