"""Stories of stories: an event that several publishers report is told once, and again only with material news."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from aggregator.app import App
from aggregator.jobs.explain import explain
from aggregator.model import StoredEntry
from tests.servers import Page, Server, serve
from tests.storyroom import NEXT_DAY, TREATY
from tests.workspaces import START, Desk, desk, item, rss

DIGEST = "digests: [{name: morning, when: daily 07:00, to: [reader@example.org]}]"
STORIES = "outputs: [{name: all, show: stories}]"


def report(number: int, *, at: timedelta = timedelta(0), text: tuple[str, str] | None = None) -> str:
    """One publisher's report of the treaty, or of something else."""
    title, body = text or TREATY[number]
    return item(number + 1, title=title, text=body, at=START + at, link=f"https://site{number}.example.net/{number}")


@pytest.fixture
def site() -> Iterator[Server]:
    with serve({f"/{n}": Page(rss(report(n), title=f"Paper {n}")) for n in range(3)}) as server:
        yield server


def paper(server: Server, number: int) -> str:
    return f"{{url: '{server.url(f'/{number}')}', publisher: site{number}.example.net}}"


def newsroom(root: Path, server: Server, *, extra: str = DIGEST, papers: Sequence[int] = (0, 1, 2)) -> Desk:
    return desk(root, *(paper(server, n) for n in papers), extra=extra)


def one_story(here: Desk) -> None:
    """Read and curate, and put all that there is into one story: these tests are about telling."""
    config = here.root / "feeds.yaml"
    whole = config.read_text(encoding="utf-8")
    config.write_text(whole.replace(DIGEST, ""), encoding="utf-8")
    here.sync()
    config.write_text(whole, encoding="utf-8")
    with sqlite3.connect(here.root / "storage/aggregator.db") as database:
        founder, uid = database.execute("SELECT id, uid FROM entry ORDER BY id LIMIT 1").fetchone()
        database.execute(
            "UPDATE curation SET story = ?1, story_uid = CASE WHEN entry_id = ?1 THEN '' ELSE ?2 END, "
            "story_like = CASE WHEN entry_id = ?1 THEN 0 ELSE ?1 END, story_score = 0.6, story_why = ?3",
            (founder, uid, json.dumps(["Tarvenia", "Osmere"])),
        )
        database.execute("DELETE FROM meta WHERE key LIKE 'output:%'")


def text_of(here: Desk, period: str) -> str:
    return (here.root / f"storage/issues/morning/{period}.txt").read_text(encoding="utf-8")


def next_morning(here: Desk) -> list[str]:
    """Curate what came, then make the issue that is due."""
    one_story(here)
    return [issue.period for issue in here.sync().issues]


def test_a_story_of_which_all_that_is_said_is_the_headline_is_told(tmp_path: Path) -> None:
    """Feeds of aggregators repeat the title in place of a description: there is nothing to quote."""
    pages = {f"/{n}": Page(rss(report(n, text=(TREATY[n][0], TREATY[n][0])), title=f"Paper {n}")) for n in range(3)}
    with serve(pages) as server:
        here = newsroom(tmp_path, server)
        assert next_morning(here) == ["2026-11-22"]
    assert "1 story from 3 sources" in text_of(here, "2026-11-22")


def test_an_issue_that_cannot_be_made_costs_no_other_its_own(tmp_path: Path, site: Server) -> None:
    broken = "{name: broken, when: daily 07:00, subject: ''}, "
    here = newsroom(tmp_path, site, extra=DIGEST.replace("[{", f"[{broken}{{", 1))
    with here.app(), sqlite3.connect(tmp_path / "storage/aggregator.db") as database:
        refuse = "BEFORE INSERT ON issue WHEN new.digest = 'broken' BEGIN SELECT raise(ABORT, 'no'); END"
        database.execute(f"CREATE TRIGGER no {refuse}")
    report = here.sync()
    assert [issue.digest for issue in report.issues] == ["morning"]
    assert list(report.uncomposed) == ["broken 2026-11-22"]
    assert report.uncomposed["broken 2026-11-22"].startswith("IntegrityError: ")


def test_a_story_of_three_publishers_is_one_line_of_the_issue(tmp_path: Path, site: Server) -> None:
    here = newsroom(tmp_path, site)
    assert next_morning(here) == ["2026-11-22"]
    text = text_of(here, "2026-11-22")
    assert "1 story from 3 sources" in text and "2 more reports" in text
    mail = message_from_bytes(next((tmp_path / "storage/outbox").iterdir()).read_bytes(), policy=policy.default)
    assert "and 1 more" not in mail["Subject"]
    with sqlite3.connect(tmp_path / "storage/aggregator.db") as database:
        assert database.execute("SELECT story FROM told").fetchall() == [(1,)] * 3


def test_it_does_not_come_back_because_another_publisher_reports_it(tmp_path: Path, site: Server) -> None:
    here = newsroom(tmp_path, site)
    next_morning(here)
    same = "A treaty of mutual assistance was signed in Port Hale by the president of Tarvenia."
    site.pages["/2"] = Page(rss(report(2), report(5, at=timedelta(hours=20), text=("Treaty signed", same))))
    here.clock.forward(hours=26)
    assert next_morning(here) == []


def test_it_comes_back_as_an_update_with_what_is_new(tmp_path: Path, site: Server) -> None:
    here = newsroom(tmp_path, site)
    next_morning(here)
    site.pages["/1"] = Page(rss(report(1), report(7, at=timedelta(hours=20), text=NEXT_DAY), title="Paper 1"))
    here.clock.forward(hours=26)
    assert next_morning(here) == ["2026-11-24"]
    text = text_of(here, "2026-11-24")
    assert f"Update: {NEXT_DAY[0]}" in text and "New since Sunday:" in text and "40,000 soldiers" in text
    assert TREATY[0][0] not in text
    assert next_morning(here) == [], "and that is told once, too"


def test_a_story_that_was_told_before_it_was_known_as_one_is_not_told_again(tmp_path: Path, site: Server) -> None:
    """Three texts were three lines; only then Curate learned that they are one story."""
    here = newsroom(tmp_path, site)
    here.sync()
    site.pages["/0"] = Page(rss(report(0), report(4, at=timedelta(hours=20), text=("Treaty", TREATY[4][1]))))
    here.clock.forward(hours=26)
    assert next_morning(here) == []


def test_an_output_of_stories_has_one_item_that_keeps_its_id_when_it_grows(tmp_path: Path, site: Server) -> None:
    here = newsroom(tmp_path, site, extra=STORIES)

    def only_item() -> dict[str, str]:
        one_story(here)
        here.sync()
        (found,) = json.loads(here.outputs()["all.json"])["items"]
        return dict(found)

    before = only_item()
    site.pages["/3"] = Page(rss(report(3), title="Paper 3"))
    newsroom(tmp_path, site, extra=STORIES, papers=(0, 1, 2, 3))
    here.clock.forward(hours=2)
    after = only_item()
    assert (after["id"], after["date_published"]) == (before["id"], before["date_published"])
    assert before["content_html"].count("<li>") == 2 and after["content_html"].count("<li>") == 3
    written = here.outputs()
    assert here.sync(force=True).published.written == [] and here.outputs() == written


def entries(app: App) -> list[StoredEntry]:
    return sorted(app.store.entries.search(limit=99), key=lambda stored: stored.id)


def test_explain_says_how_it_would_fare_in_the_next_issue(tmp_path: Path, site: Server) -> None:
    here = newsroom(tmp_path, site)
    one_story(here)
    with here.app() as app:
        first, second, _ = entries(app)
        (before,) = explain(app, second, now=here.clock.now).standings
        assert (before.place, before.why, before.size) == (1, "", 20)
        assert before.ranked and [part.name for part in before.ranked.parts] == ["recency", "coverage", "pace"]
        found = explain(app, second, now=here.clock.now)
        assert found.joined == first and found.story and found.story.coverage == 3 and found.adds.sentences
    here.sync()
    with here.app() as app:
        (after,) = explain(app, entries(app)[1], now=here.clock.now).standings
        assert (after.place, after.ranked, after.why) == (0, None, "told in the issue of 2026-11-22")
        ((issue, line),) = explain(app, entries(app)[1], now=here.clock.now).issues
        assert (issue.digest, issue.period, issue.entries) == ("morning", "2026-11-22", 1)
        assert (
            line and line.rank == 1 and line.score and [name for name, *_ in line.parts][:2] == ["recency", "coverage"]
        )


def test_explain_says_why_an_entry_is_in_no_issue(tmp_path: Path, site: Server) -> None:
    """A report without news of a story that was told; one for which there was no room; one that is dropped."""
    here = newsroom(tmp_path, site)
    next_morning(here)
    late = "A treaty of mutual assistance was signed in Port Hale."
    site.pages["/2"] = Page(rss(report(2), report(5, at=timedelta(hours=3), text=("Treaty signed", late))))
    here.clock.forward(hours=4)
    one_story(here)
    with here.app() as app:
        told, *_, (standing,) = [explain(app, one, now=here.clock.now).standings for one in entries(app)]
    assert [one.why for one in told] == ["told in the issue of 2026-11-22"]
    assert standing.why == (
        "its story was told in the issue of 2026-11-22, and it says nothing that was not known then: "
        "its headline comes below “More stories” on the page of an issue"
    )


def test_explain_says_when_there_is_no_room(tmp_path: Path, site: Server) -> None:
    small = DIGEST.replace("when:", "size: 1, when:")
    texts = (("Ferry sinks", "A ferry sank."), ("Rates held", "The bank waits."), ("Beetle found", "It sat on a rose."))
    site.pages["/0"] = Page(rss(*(report(n, text=text) for n, text in enumerate(texts))))
    here = newsroom(tmp_path, site, papers=[0])
    here.sync()
    newsroom(tmp_path, site, papers=[0], extra=small.replace("morning", "small"))
    with here.app() as app:
        found = [explain(app, stored, now=here.clock.now).standings[0] for stored in entries(app)]
    assert sorted(standing.place for standing in found) == [0, 0, 1]
    assert all(standing.ranked and standing.ranked.score for standing in found)
    assert {standing.why for standing in found if not standing.place} == {"no room: others come first, and it holds 1"}


def test_explain_knows_that_an_entry_comes_with_its_story(tmp_path: Path, site: Server) -> None:
    """Another of its story has the topic of the digest: it stands there among those that cover it, too."""
    topics = "topics: {folders: {words: ['closed folder']}}"
    one_story(newsroom(tmp_path, site, extra=f"{topics}\n{DIGEST}"))
    here = newsroom(tmp_path, site, extra=f"{topics}\n{DIGEST.replace('{name', '{topics: [folders], name')}")
    with here.app() as app:
        found = [explain(app, stored, now=here.clock.now).standings for stored in entries(app)]
        tags = [bool(stored.tags) for stored in entries(app)]
    assert tags == [True, False, False]
    assert [(one.place, one.why) for (one,) in found] == [(1, "")] * 3
