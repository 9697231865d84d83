"""Stories of entries that come to a digest after its issue was made: told in the next one, once, and no archive."""

from datetime import timedelta
from pathlib import Path

from aggregator.jobs import teaching
from aggregator.model import StoredEntry
from tests.jobs.test_pages import TEASER, article
from tests.jobs.test_same_text import body
from tests.servers import Page, serve
from tests.workspaces import START, Desk, desk, item, rss

TOPICS = "topics: {sea: {words: [harbour master]}}"
DIGEST = "digests: [{name: sea, when: daily 07:00, topics: [sea]}]"
HOUR = timedelta(hours=1)


def own(number: int, *, more: str = "") -> str:
    """A text whose words no other number has, so that each is a story of its own."""
    return " ".join([*(f"{word}{chr(97 + number)}" for word in body(number)), more])


def page(number: int) -> Page:
    return article(f"Headline {number}", paragraphs=(own(number, more="The harbour master said so."),))


def letters(root: Path) -> dict[str, str]:
    """The issues that were made, by their period."""
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(root.glob("storage/issues/*/*.txt"))}


def days(here: Desk, count: int) -> dict[str, str]:
    """Sync once a day, an hour after the issue's time; give the issues that were made."""
    for _ in range(count):
        here.clock.forward(hours=24)
        here.sync()
    return letters(here.root)


def entry(here: Desk, title: str) -> StoredEntry:
    with here.app() as app:
        return next(one for one in app.store.entries.search() if one.entry.title == title)


def at_eight(root: Path, *feeds: str, extra: str) -> Desk:
    here = desk(root, *feeds, extra=extra)
    here.clock.now = START + 2 * HOUR
    return here


def test_what_a_page_that_came_late_is_about_is_told_in_the_next_issue_once(tmp_path: Path) -> None:
    """The issue of the morning is made while the page of the teaser cannot be had."""
    pages = {"/news/1": Page(b"", status=503), "/news/2": page(2)}
    with serve(pages) as server:
        news = [item(n, link=server.url(f"/news/{n}"), text=TEASER) for n in (1, 2)]
        server.pages["/feed"] = Page(rss(*news))
        here = at_eight(tmp_path, f"{{url: {server.url('/feed')}, full_text: true}}", extra=f"{TOPICS}\n{DIGEST}")
        here.sync()
        server.pages["/news/1"] = page(1)
        here.clock.forward(minutes=15)
        here.sync()
        assert [tag.topic for tag in entry(here, "Headline 1").tags] == ["sea"]
        told = days(here, 3)
    assert list(told) == ["2026-11-23", "2026-11-24"]
    assert "Headline 2" in told["2026-11-23"] and "Headline 1" not in told["2026-11-23"]
    assert "Headline 1" in told["2026-11-24"] and "Headline 2" not in told["2026-11-24"]


def test_what_a_person_gives_a_topic_is_in_the_next_issue_and_what_was_told_is_not(
    tmp_path: Path,
) -> None:
    other = "digests: [{name: sea, when: daily 07:00, topics: [sea, land]}]"
    topics = "topics: {sea: {words: [harbour]}, land: {words: [meadow]}}"
    news = item(1, text=own(1, more="The harbour.")), item(2, text=own(2)), item(3, text=own(3, more="A meadow."))
    with serve({"/a": Page(rss(*news))}) as server:
        here = at_eight(tmp_path, server.url("/a"), extra=f"{topics}\n{other}")
        here.sync()
        here.clock.forward(hours=1)
        with here.app() as app:
            teaching.fix(app, 2, {"sea": True})
            teaching.fix(app, 3, {"sea": True, "land": False})
        told = days(here, 2)
    assert list(told) == ["2026-11-23", "2026-11-24"]
    assert "Headline 2" not in told["2026-11-23"] and "Headline 3" in told["2026-11-23"]
    assert "Headline 2" in told["2026-11-24"] and "Headline 3" not in told["2026-11-24"]


def test_a_new_rule_brings_what_came_lately_and_not_the_archive(tmp_path: Path) -> None:
    """An entry a day for ten days, none of which any topic knew; then a word is added."""
    with serve({"/a": Page(rss())}) as server:
        here = at_eight(tmp_path, server.url("/a"), extra=f"{TOPICS}\n{DIGEST}")
        for day in range(10):
            news = [item(n, title=f"Report {n}", text=own(n), at=START + n * 24 * HOUR) for n in range(10)]
            server.pages["/a"] = Page(rss(*news[: day + 1]))
            here.sync(force=True)
            here.clock.forward(hours=24)
        assert letters(tmp_path) == {}
        rules = tmp_path / "feeds.yaml"
        rules.write_text(rules.read_text(encoding="utf-8").replace("harbour master", "report"), encoding="utf-8")
        told = days(here, 3)
    ((period, text),) = told.items()
    assert period == "2026-12-04"
    assert [n for n in range(10) if f"Report {n}" in text] == [7, 8, 9]


def test_what_is_no_longer_dropped_is_told_in_the_next_issue(tmp_path: Path) -> None:
    with serve({"/a": Page(rss(item(1, title="Podcast about ships"), item(2)))}) as server:
        feed = f"{{url: '{server.url('/a')}', drop: {{words: [podcast]}}}}"
        here = at_eight(tmp_path, feed, extra="digests: [{name: all, when: daily 07:00}]")
        here.sync()
        here = desk(tmp_path, server.url("/a"), extra="digests: [{name: all, when: daily 07:00}]")
        here.clock.now = START + 3 * HOUR
        told = days(here, 2)
    assert ["Podcast" in text for text in told.values()] == [False, True]


def test_a_copy_in_a_feed_with_the_topic_brings_a_text_that_the_digest_never_told(tmp_path: Path) -> None:
    """The text is known, but not to the readers of this digest; a copy that comes after them brings it no more."""
    text = "The council voted to rebuild the bridge by spring, at a cost that is not known yet."
    pages = {"/a": Page(rss(item(1, title="Bridge", text=text))), "/b": Page(rss(item(5))), "/c": Page(rss(item(6)))}
    with serve(pages) as server:
        feeds = [server.url("/a"), *(f"{{url: '{server.url(path)}', topics: [sea]}}" for path in ("/b", "/c"))]
        here = at_eight(tmp_path, *feeds, extra=f"{TOPICS}\n{DIGEST}")
        here.sync()
        for path, number, hours in (("/b", 7, 10), ("/c", 8, 40)):
            copy = item(number, title="Bridge", text=text, link=f"https://example.net{path}", at=START + hours * HOUR)
            server.pages[path] = Page(rss(copy))
            told = days(here, 1)
        told = days(here, 1)
    assert {period: "Bridge" in letter for period, letter in told.items()} == {"2026-11-23": False, "2026-11-24": True}
