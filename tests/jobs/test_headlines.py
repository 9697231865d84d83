"""Every headline stands over its own publisher's link, and what counts as told stands in the issue."""

import sqlite3
from datetime import timedelta
from pathlib import Path

from aggregator.jobs.explain import explain
from tests.servers import Page, serve
from tests.workspaces import START, Desk, desk, item, rss

HOUR = timedelta(hours=1)
DIGEST = "digests: [{name: morning, when: daily 07:00, to: [reader@example.org]}]"
CLOSED = item(
    1,
    title="Port Hale school closed for weeks as inspectors find cracks in the roof",
    text="Port Hale school is closed for weeks: inspectors found cracks in the roof, headteacher Mara Quill said.",
    at=START - 9 * HOUR,
    link="https://coast.example.net/1",
)
OPEN = item(
    2,
    title="Port Hale school reopens tomorrow as inspectors clear the roof",
    text="Port Hale school reopens on Monday: the inspectors cleared the roof, and all 400 pupils return, headteacher "
    "Mara Quill said.",
    at=START - HOUR,
    link="https://coast.example.net/2",
)


def letter(here: Desk, period: str, *, kind: str = "txt") -> str:
    return (here.root / f"storage/issues/morning/{period}.{kind}").read_text(encoding="utf-8")


def test_of_one_publisher_the_newest_report_leads_and_the_other_is_named(tmp_path: Path) -> None:
    with serve({"/a": Page(rss(CLOSED, title="Coast Daily"))}) as server:
        desk(tmp_path, server.url("/a")).sync()
        server.pages["/a"] = Page(rss(OPEN, CLOSED, title="Coast Daily"))
        here = desk(tmp_path, server.url("/a"), extra=DIGEST)
        here.clock.now = START + 2 * HOUR
        assert [issue.period for issue in here.sync(force=True).issues] == ["2026-11-23"]
    text = letter(here, "2026-11-23")
    assert text.index("reopens tomorrow") < text.index("1 more report:") < text.index("closed for weeks as")
    for address in ("https://coast.example.net/1", "https://coast.example.net/2"):
        assert all(address in letter(here, "2026-11-23", kind=kind) for kind in ("txt", "md", "html"))
    with here.app() as app:
        found = [explain(app, stored, now=here.clock.now) for stored in app.store.entries.search()]
    assert [[issue.period for issue, _ in one.issues] for one in found] == [["2026-11-23"]] * 2


def test_a_headline_stands_over_the_link_of_who_wrote_it(tmp_path: Path) -> None:
    """The headline that most others share is one without a text: another of its publisher's speaks."""
    jolt = item(
        1,
        title="Second city Melbank reimposes lockdown",
        text="Borders of Westoria state shut as Melbank, the second city, locks down over coronavirus; 191 people "
        "tested positive in Westoria on Monday.",
        link="https://jolt.example.net/1",
    )
    sealed = "Westoria to seal off 6.6 million people over coronavirus"
    more = "Westoria, with 6.6 million people, is sealed off over the coronavirus outbreak in Melbank, and 191 people "
    worse = f"{sealed} as outbreak in Melbank worsens"
    bare = item(2, title=worse, text=worse, link="https://cbn.example.net/2")
    told = item(3, title=sealed, text=f"{more}tested positive there.", link="https://cbn.example.net/1")
    pages = {"/a": Page(rss(jolt, title="Al Jolt")), "/b": Page(rss(bare, told, title="CBN"))}
    with serve(pages) as server:
        feeds = [f"{{url: '{server.url(path)}', publisher: {path[1]}.example}}" for path in pages]
        here = desk(tmp_path, *feeds, extra=DIGEST)
        here.clock.now = START + 2 * HOUR
        here.sync()
    markdown = letter(here, "2026-11-23", kind="md")
    assert f"## [{sealed}](<https://cbn.example.net/1>)" in markdown and "**CBN** ·" in markdown
    assert "- CBN: [Westoria to seal off 6.6 million people over coronavirus as outbreak" in markdown
    assert "- Al Jolt: [Second city Melbank reimposes lockdown](<https://jolt.example.net/1>)" in markdown


def test_a_report_that_was_joined_to_a_story_by_mistake_is_offered_on_the_page_of_the_next_issue(
    tmp_path: Path,
) -> None:
    """It says nothing that its story had not, and comes on a day on which there is no issue at all."""
    with serve({"/a": Page(rss(CLOSED, title="Coast Daily")), "/b": Page(rss(title="Bay News"))}) as server:
        feeds = [f"{{url: '{server.url(path)}', publisher: {path[1]}.example}}" for path in ("/a", "/b")]
        here = desk(tmp_path, *feeds, extra=DIGEST)
        here.clock.now = START + 2 * HOUR
        here.sync()
        roof = item(
            3,
            title="Roof inspectors wanted",
            text="Roof inspectors wanted",
            at=START + 20 * HOUR,
            link="https://bay.example.net/3",
        )
        server.pages["/b"] = Page(rss(roof, title="Bay News"))
        here.clock.forward(hours=20)
        here.sync(force=True)
        with sqlite3.connect(tmp_path / "storage/aggregator.db") as database:
            database.execute("UPDATE curation SET story = 1")
        here.clock.forward(hours=4)
        assert here.sync().issues == []
        ferry = item(4, title="A ferry", text="It runs on the current.", at=START + 30 * HOUR)
        server.pages["/b"] = Page(rss(ferry, roof, title="Bay News"))
        here.clock.forward(hours=24)
        here.sync(force=True)
    page, mail = (letter(here, "2026-11-25", kind=kind) for kind in ("html", "txt"))
    assert page.index("More stories") < page.index("Roof inspectors wanted")
    assert "https://bay.example.net/3" in page and "A ferry" in mail and "Roof inspectors" not in mail
    assert "1 more on the web" in mail
