"""Curate: place every new entry, in order of arrival, one run at a time."""

from datetime import datetime
from typing import TYPE_CHECKING

from aggregator.app import App
from aggregator.model import KEYS, WORDS, Curated
from aggregator.model.value import value

if TYPE_CHECKING:
    from aggregator.jobs.features import Foresight
    from aggregator.jobs.placing import Placing

AT_ONCE = 500


@value(frozen=False, slots=True)
class Placed:
    """What curating came to."""

    entries: int = 0
    duplicates: int = 0
    dropped: int = 0


def curate(app: App) -> Placed:
    """Fold duplicates and tag topics until nothing is pending; each batch is one transaction."""
    report = Placed()
    if app.store.curation.queue(app.rules.version, limit=1):
        from aggregator.jobs.features import Foresight  # a run without news never loads them
        from aggregator.jobs.placing import Placing

        with Foresight(app, limit=AT_ONCE) as foresight:
            desk = Placing(app)
            while rows := _placed(app, desk, foresight):
                _count(report, rows)
    return report


def _placed(app: App, desk: "Placing", foresight: "Foresight") -> list[Curated]:
    """Place the batch that is next; nothing of it is at hand any more when the one after it is read."""
    if not (found := foresight.batch()):
        return []
    batch, said = found
    rows, learned, stories = desk.place(batch, said)
    rules, now = app.rules.version, app.clock()
    app.store.curation.save(rows, rules=rules, now=now, learned=learned, stories=stories, read=batch)
    return rows


def _count(report: Placed, rows: list[Curated]) -> None:
    report.entries += len(rows)
    report.duplicates += sum(row.text_set not in (0, row.entry) for row in rows)
    report.dropped += sum(bool(row.dropped) for row in rows)


def reword(app: App) -> None:
    """Make the fingerprints of words anew that an earlier version of the program made.

    Else what it stored would not be known again: call it before anything is read.
    """
    while app.store.curation.reword(WORDS, _anew):
        pass


def readdress(app: App) -> None:
    """Make canonical addresses anew that an earlier version of the program made; call it before anything is read."""
    while app.store.curation.readdress(KEYS, _canonical):
        pass


def _canonical(url: str) -> str:
    from aggregator.pipeline.addresses import canonical  # a run without news never loads it

    return canonical(url)


def _anew(title: str, text: str, published: datetime) -> str:
    from aggregator.pipeline.clean_text import words  # a run without news never loads it

    return words(title, text, day=published.date().isoformat())
