"""Two entries of one feed under titles that say different things: side by side, or one in the place of the other."""

import random
from datetime import datetime, timedelta
from pathlib import Path
from zlib import crc32

import pytest

from aggregator.cli.trace import trace
from aggregator.cli.trace_facts import evidence
from aggregator.jobs.explain import explain
from aggregator.jobs.features import Foresight
from aggregator.jobs.placing import Placing
from aggregator.model import StoredEntry
from aggregator.store.waiting import all_wait
from tests.servers import Page, Server, serve
from tests.workspaces import Clock, Desk, desk, item, rss

TEXT = " ".join(random.Random(1).choices([f"{a}{b}" for a in "bdfgklmnprst" for b in ("ane", "orth", "ust")], k=120))
SHARP, FLAT = "Unit testing of cloud deployments in Csharp", "Unit testing of cloud deployments in Fsharp"


class Ticking(Clock):
    """A clock that goes on by a second each time that it is asked."""

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


def ticking(root: Path, *feeds: str) -> Desk:
    return Desk(desk(root, *feeds).root, Ticking())


def told(number: int, title: str) -> str:
    return item(number, title=title, text=f"{TEXT} {number}")


def stored(here: Desk) -> dict[str, StoredEntry]:
    with here.app() as app:
        return {entry.entry.title: entry for entry in app.store.entries.search(limit=99)}


def sets(here: Desk) -> dict[str, int]:
    return {title: one.text_set for title, one in stored(here).items()}


def placed_anew(here: Desk, *, at_once: int) -> dict[str, int]:
    with here.app() as app:
        with app.store._database.lane.write() as connection:
            all_wait(connection)
        rules, placing = app.rules.version, Placing(app)
        with Foresight(app, limit=at_once) as foresight:
            while batch := foresight.batch():
                rows, learned, stories = placing.place(*batch)
                save, now = app.store.curation.save, app.clock()
                save(rows, rules=rules, now=now, learned=learned, stories=stories, read=batch[0])
    return sets(here)


def read(here: Desk, server: Server, *documents: bytes, times: int = 2) -> None:
    """Sync each document, and after each once more to be told that it has not changed."""
    for document in documents:
        server.pages["/a"] = Page(document, etag=f'"{crc32(document)}"')
        for _ in range(times):
            here.clock.forward(hours=2)
            here.sync()


def test_what_a_feed_lists_side_by_side_is_two_texts_and_it_says_why(tmp_path: Path) -> None:
    with serve({"/a": Page(rss(told(1, SHARP), told(2, FLAT)))}) as server:
        here = ticking(tmp_path, server.url("/a"))
        assert here.sync().placed.duplicates == 0
    first, second = stored(here)[SHARP], stored(here)[FLAT]
    why = f"not the text of entry {first.id}: listed side by side under titles that say different things"
    assert (second.text_set, second.same_as, second.same_like, second.is_copy) == (second.id, why, 0, False)
    with here.app() as app:
        found = explain(app, second, now=app.clock())
        steps = trace(found, app.config.zone)
        facts = evidence(found, steps)["same_text"]
    assert steps["same text"] == [why, "alone"]
    assert isinstance(facts, dict)
    assert (facts["reason"], facts["like"], facts["copies"]) == (why, None, [])


def test_an_entry_that_takes_the_place_of_another_is_its_text_under_a_new_headline(tmp_path: Path) -> None:
    with serve({}) as server:
        here = ticking(tmp_path, server.url("/a"))
        read(here, server, rss(told(1, SHARP)), rss(told(2, FLAT)))
    found = sets(here)
    assert found[FLAT] == found[SHARP]
    assert [placed_anew(here, at_once=many) for many in (1, 500)] == [found, found]


@pytest.mark.parametrize("title", [SHARP, f"{SHARP}: the second part", SHARP.replace("deployments", "deployment")])
def test_an_entry_that_is_listed_twice_under_nearly_one_title_is_told_once(tmp_path: Path, title: str) -> None:
    """As by a site with two categories."""
    with serve({"/a": Page(rss(told(1, SHARP), told(2, title)))}) as server:
        here = ticking(tmp_path, server.url("/a"))
        assert here.sync().placed.duplicates == 1


def test_who_stood_together_stays_two_texts_when_the_first_has_left(tmp_path: Path) -> None:
    """The second came to the first; what was decided then is decided again when all are placed anew."""
    first, second = told(1, SHARP), told(2, FLAT)
    with serve({}) as server:
        here = ticking(tmp_path, server.url("/a"))
        read(here, server, rss(first))
        read(here, server, rss(second, first), rss(second), times=1)  # no other answer confirms what stood there
    found = sets(here)
    assert found[FLAT] != found[SHARP]
    assert [placed_anew(here, at_once=many) for many in (1, 500)] == [found, found]


def test_copies_of_both_at_another_feed_are_those_of_each(tmp_path: Path) -> None:
    """A copy of the first is no way by which the second comes into its set."""
    documents = rss(told(1, SHARP), told(2, FLAT)), rss(told(1, SHARP), told(2, FLAT), title="Planet")
    with serve({f"/{n}": Page(document) for n, document in enumerate(documents)}) as server:
        here = ticking(tmp_path, server.url("/0"), server.url("/1"))
        here.sync()
    with here.app() as app:
        found = {(one.source.title, one.entry.title): one.text_set for one in app.store.entries.search(limit=9)}
    assert found["Planet", SHARP] == found["Example Feed", SHARP] != found["Planet", FLAT]
    assert found["Planet", FLAT] == found["Example Feed", FLAT]
