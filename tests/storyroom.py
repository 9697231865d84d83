"""Invented stories: one event in the words of several publishers, and what came of it a day later."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from aggregator.model import Folded, Issue, StoredEntry, Telling
from aggregator.pipeline.compose import compose
from aggregator.pipeline.rank import rank
from aggregator.pipeline.story import group
from aggregator.pipeline.telling import Told, summed_up, tellings
from tests.newsroom import BERLIN, NOW, TOPICS, WORDS, digest, news, stored, told

TREATY = (
    (
        "Tarvenia and Osmere sign a treaty of mutual assistance",
        "The president of Tarvenia and the first secretary of Osmere signed a treaty of mutual assistance in Port Hale "
        "on Wednesday. Its article four obliges each side to help the other against an armed attack. The annex on "
        "military matters was handed over in a closed folder, and neither side would say what is in it.",
    ),
    (
        "Osmere, Tarvenia sign defence treaty in Port Hale; details under seal",
        "Osmere and Tarvenia signed a treaty of mutual assistance on Wednesday, the closest tie between the two states "
        "since the end of the Northern Union. Freight insurers raised their premiums for the northern route by a tenth "
        "within the hour. Officials would not say whether article four includes troops.",
    ),
    (
        "League calls the Port Hale treaty of Tarvenia and Osmere a threat to the Sarn valley",
        "The Coastal League said that it was studying the treaty of mutual assistance which Osmere and Tarvenia signed "
        "in Port Hale. Its foreign secretary spoke of two governments keeping each other warm. Eleven League members "
        "asked for a meeting on Friday.",
    ),
    (
        "What the treaty between Tarvenia and Osmere means for freight",
        "The treaty signed in Port Hale touches rail freight as well as defence. Lirren has ordered four hundred "
        "wagons and expects the northern route to reopen in spring.",
    ),
    ("Tarvenia and Osmere sign a treaty", "The two states signed a treaty of mutual assistance in Port Hale."),
    ("Treaty of Port Hale signed", "A treaty of mutual assistance between Osmere and Tarvenia was signed."),
    ("Port Hale: a treaty, and a closed folder", "What Osmere and Tarvenia signed has an annex that nobody may read."),
)
NEXT_DAY = (
    "Osmere publishes the annex: 40,000 soldiers within ten days",
    "Osmere published the annex of the Port Hale treaty on Thursday night. It promises 40,000 soldiers within ten days "
    "of an attack. The president of Meridon and the Loft Party called an emergency session of parliament for Saturday.",
)
STORY = 501


def treaty(*, hours: float = 20) -> list[StoredEntry]:
    """Seven publishers report the treaty, an hour after each other."""
    return [
        stored(
            STORY + n,
            title=title,
            excerpt=text[:200],
            text=text,
            by=n,
            published=NOW - timedelta(hours=hours - n),
            topics=["geopolitics"],
            story=STORY,
        )
        for n, (title, text) in enumerate(TREATY)
    ]


def next_day() -> StoredEntry:
    """What one of them learned a day later."""
    title, text = NEXT_DAY
    return stored(600, title=title, excerpt=text[:200], text=text, by=1, topics=["geopolitics"], story=STORY)


def telling(*entries: StoredEntry, last: Told | None = None) -> tuple[Telling, ...]:
    """Tell these entries as the one story that they are."""
    stories = group(map(Folded, entries))
    return tellings(stories, since=NOW - timedelta(days=1), told={STORY: all_told(last, entries)} if last else {})


def all_told(last: Told, entries: Sequence[StoredEntry]) -> Told:
    """Have told what there was by then."""
    return replace(last, texts=frozenset(entry.text_set for entry in entries if entry.first_seen <= last.until))


def issue_of(stories: tuple[Telling, ...], **changes: object) -> Issue:
    """Rank and compose."""
    return compose(
        digest(**changes),
        summed_up(rank(stories, now=NOW, size=20)),
        topics=TOPICS,
        period="2026-11-23",
        since=NOW - timedelta(days=1),
        until=NOW,
        now=NOW,
        frame=WORDS.frame("en"),
        zone=BERLIN,
        home="https://news.example.org/",
    )


def front_page() -> Issue:
    """An issue that has it all: a story of seven publishers, an agency's copies, an update, and plain entries."""
    first, *others = treaty()
    copies = [replace(stored(700 + n, by=11 + n), story=STORY, text_set=STORY) for n in range(2)]
    told_whole = group([told(first, *copies), *map(Folded, others)])
    ferry = [
        stored(
            800 + n,
            title=title,
            text=text,
            excerpt=text,
            by=20 + n,
            published=NOW - timedelta(hours=30 - 20 * n),
            topics=["economy"],
            story=800,
        )
        for n, (title, text) in enumerate(
            (
                ("Dockers at Port Hale walk out", "Crane drivers at Port Hale walked out on Monday over new cranes."),
                (
                    "Dockers at Port Hale accept a deal after sixteen days",
                    "Crane drivers and lashers went back to work after 83 per cent of them voted for a settlement. "
                    "Wages rise by nine per cent in two steps, and nobody can be dismissed because of the new cranes.",
                ),
            )
        )
    ]
    update = tellings(
        group(map(Folded, ferry)),
        since=NOW - timedelta(days=1),
        told={800: all_told(Told("2026-11-22", NOW - timedelta(days=1)), ferry)},
    )
    plain = tellings(group(news(9)), since=NOW - timedelta(days=9), told={})
    return issue_of((*tellings(told_whole, since=NOW - timedelta(days=1), told={}), *update, *plain))
