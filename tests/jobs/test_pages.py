"""Full text: the pages behind teasers, asked of a real server, once each, as its robots.txt allow."""

import errno
import json
import os
import signal
import sqlite3
from collections.abc import Callable
from html import escape
from pathlib import Path
from time import monotonic
from types import ModuleType

import pytest

from aggregator import workers
from aggregator.jobs import pages, robots
from aggregator.jobs.pages import OF_A_HOST, PagesRead
from aggregator.model import StoredEntry
from tests.program import run
from tests.servers import Page, Seen, Server, serve
from tests.workspaces import Desk, desk, item, rss

TEASER = "The harbour was closed for nine days before the …"
PARAGRAPHS = tuple(
    f"Paragraph {number} of the story tells at some length, and in a sentence of its own, what the harbour master saw "
    f"on day {number} of the storm, when no ship could leave and none could come in."
    for number in range(1, 7)
)


def article(title: str = "Headline 1", *, more: str = "", paragraphs: tuple[str, ...] = PARAGRAPHS) -> Page:
    told = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    head = f'<title>{title} - Harbour Post</title><meta property="og:image" content="/storm.jpg">'
    body = f"<nav><a href='/'>Home</a></nav><article><h1>{title}</h1>{told}{more}</article>"
    return Page(
        f"<!doctype html><html><head>{head}</head><body>{body}</body></html>".encode(),
        headers={"Content-Type": "text/html; charset=utf-8"},
    )


def workspace(tmp_path: Path, server: Server, *items: str, extra: str = "") -> Desk:
    server.pages["/feed"] = Page(rss(*items))
    return desk(tmp_path, f"{{url: {server.url('/feed')}, full_text: true, history: all}}", extra=extra)


def entry(here: Desk, title: str = "Headline 1") -> StoredEntry:
    with here.app() as app:
        (found,) = [one for one in app.store.entries.search() if one.entry.title == title]
    return found


def said(root: Path, *words: str) -> str:
    """Give what the program printed in one line."""
    return " ".join(run(root, *words).stdout.split())


def teaser(server: Server, number: int = 1, *, text: str = TEASER) -> str:
    return item(number, link=server.url(f"/news/{number}"), text=text)


def test_a_teaser_gets_the_text_of_its_page_and_the_page_is_asked_once(tmp_path: Path) -> None:
    with serve({"/news/1": article(), "/robots.txt": Page(b"User-agent: *\nDisallow: /admin\n")}) as server:
        here = workspace(tmp_path, server, teaser(server))
        report = here.sync()
        here.clock.forward(hours=2)
        here.sync(force=True)
        assert report.pages and (report.pages.asked, report.pages.read) == (1, 1)
        assert len(server.asked("/news/1")) == len(server.asked("/robots.txt")) == 1
        assert "text/html" in server.asked("/news/1")[0].headers["accept"]
    kept = entry(here)
    assert kept.entry.text == "\n\n".join(PARAGRAPHS)
    assert kept.entry.html == "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    assert kept.entry.excerpt.startswith("Paragraph 1 of the story")
    assert kept.entry.image == server.url("/storm.jpg")
    assert PARAGRAPHS[5] in here.outputs()["all.json"].decode()


def test_a_host_with_many_pages_is_asked_for_some_of_them_in_each_sync(tmp_path: Path) -> None:
    many = OF_A_HOST + 5
    with serve({f"/news/{n}": article(f"Headline {n}") for n in range(1, many + 1)}) as server:
        here = workspace(tmp_path, server, *(teaser(server, n) for n in range(1, many + 1)))
        assert [here.sync().pages.asked for _ in range(3)] == [OF_A_HOST, 5, 0]


def test_a_text_in_full_is_not_asked_for(tmp_path: Path) -> None:
    with serve({"/news/1": article()}) as server:
        here = workspace(tmp_path, server, teaser(server, text=" ".join(PARAGRAPHS)))
        here.sync()
        assert server.asked("/news/1") == server.asked("/robots.txt") == []
    assert entry(here).entry.text == " ".join(PARAGRAPHS)


def test_nothing_is_asked_where_full_text_is_not_written(tmp_path: Path) -> None:
    with serve({"/news/1": article()}) as server:
        server.pages["/feed"] = Page(rss(teaser(server)))
        here = desk(tmp_path, server.url("/feed"))
        assert here.sync().pages is None
        assert server.asked("/news/1") == []


def test_what_robots_txt_forbids_is_not_asked_and_that_is_said(tmp_path: Path) -> None:
    robots = b"User-agent: *\nDisallow:\n\nUser-agent: Aggregator\nDisallow: /news/*/\nAllow: /news/2/open$\n"
    pages = {"/robots.txt": Page(robots), "/news/1/": article(), "/news/2/open": article("Headline 2")}
    with serve(pages) as server:
        items = (
            item(1, link=server.url("/news/1/"), text=TEASER),
            item(2, link=server.url("/news/2/open"), text=TEASER),
        )
        here = workspace(tmp_path, server, *items)
        here.sync()
        assert server.asked("/news/1/") == []
        assert len(server.asked("/news/2/open")) == 1
    with here.app() as app:
        page = app.store.pages.of(entry(here).id)
    assert page and (page.outcome, page.reason) == ("refused", "robots.txt of 127.0.0.1 does not allow it")
    assert entry(here).entry.text == TEASER


def test_robots_txt_that_cannot_be_read_forbids_everything_for_now(tmp_path: Path) -> None:
    with serve({"/news/1": article(), "/robots.txt": Page(b"", status=503)}) as server:
        here = workspace(tmp_path, server, teaser(server))
        here.sync()
        assert server.asked("/news/1") == []
        server.pages["/robots.txt"] = Page(b"")
        here.clock.forward(minutes=30)
        here.sync()
        assert server.asked("/news/1") == []
        here.clock.forward(minutes=31)
        here.sync()
        assert len(server.asked("/news/1")) == 1
    assert entry(here).entry.text == "\n\n".join(PARAGRAPHS)


def test_the_time_that_robots_txt_asks_for_between_two_pages_is_given(tmp_path: Path) -> None:
    robots = Page(b"User-agent: *\nCrawl-delay: 0.4\n")
    with serve({"/robots.txt": robots, **{f"/news/{n}": article(f"Headline {n}") for n in (1, 2, 3)}}) as server:
        here = workspace(tmp_path, server, *(teaser(server, n) for n in (1, 2, 3)))
        began = monotonic()
        report = here.sync()
        took = monotonic() - began
    assert report.pages and report.pages.read == 3
    assert took >= 0.8


def test_a_host_that_asks_for_much_time_gets_it_over_several_syncs(tmp_path: Path) -> None:
    """One page a sync, and none before the time is over, also of teasers that are new; nothing counts as a try."""
    robots = Page(b"User-agent: *\nCrawl-delay: 600\n")
    with serve({"/robots.txt": robots, **{f"/news/{n}": article(f"Headline {n}") for n in (1, 2, 3)}}) as server:
        here = workspace(tmp_path, server, teaser(server, 1), teaser(server, 2))
        asked = [here.sync().pages.asked]
        with here.app() as app:
            page = app.store.pages.of(entry(here, "Headline 2").id)
        server.pages["/feed"] = Page(rss(*(teaser(server, n) for n in (1, 2, 3))))
        for minutes in (5, 6, 5, 5):
            here.clock.forward(minutes=minutes)
            asked.append(here.sync(force=True).pages.asked)
    assert page and (page.outcome, page.tries) == ("waiting", 0)
    assert page.reason == "robots.txt of 127.0.0.1 asks for time between two pages"
    assert asked == [1, 0, 1, 0, 1]


def test_robots_txt_is_asked_again_after_a_day(tmp_path: Path) -> None:
    with serve({"/news/1": article(), "/news/2": article("Headline 2")}) as server:
        here = workspace(tmp_path, server, teaser(server))
        here.sync()
        server.pages["/feed"] = Page(rss(teaser(server), teaser(server, 2)))
        here.clock.forward(hours=25)
        here.sync()
        assert len(server.asked("/robots.txt")) == 2
        assert len(server.asked("/news/2")) == 1


def test_a_page_that_fails_is_tried_again_later_and_given_up_in_the_end(tmp_path: Path) -> None:
    with serve({"/news/1": Page(b"", status=500)}) as server:
        here = workspace(tmp_path, server, teaser(server))
        for hours in (0, 1, 2, 7, 24, 24):
            here.clock.forward(hours=hours)
            here.sync(force=True)
        assert len(server.asked("/news/1")) == 4
    with here.app() as app:
        page = app.store.pages.of(entry(here).id)
    assert page and (page.outcome, page.tries) == ("failed", 4)
    assert page.reason.startswith("HTTP 500")
    assert entry(here).entry.text == TEASER


def test_a_page_that_comes_late_makes_no_second_mail(tmp_path: Path) -> None:
    """The text changes, the entry does not count as changed, and the issue that told it is not followed by another."""
    digest = "digests: [{name: morning, when: 'daily 07:00', to: [reader@example.org]}]"
    with serve({"/news/1": Page(b"", status=500)}) as server:
        here = workspace(tmp_path, server, teaser(server), extra=digest)
        first = here.sync()
        before = entry(here)
        server.pages["/news/1"] = article()
        here.clock.forward(hours=2)
        here.sync()
        after = entry(here)
        here.clock.forward(hours=23)
        second = here.sync()
    assert (len(first.issues), second.issues) == (1, [])
    assert after.entry.text == "\n\n".join(PARAGRAPHS)
    assert (after.changed, after.text_set) == (before.changed, before.text_set)


def test_a_later_update_of_the_teaser_leaves_the_full_text(tmp_path: Path) -> None:
    with serve({"/news/1": article()}) as server:
        here = workspace(tmp_path, server, teaser(server))
        here.sync()
        first = entry(here)
        link = server.url("/news/1")
        server.pages["/feed"] = Page(rss(item(1, title="Another headline 1", link=link, text="Another teaser …")))
        here.clock.forward(hours=2)
        report = here.sync(force=True)
        assert len(server.asked("/news/1")) == 1
    assert report.refreshed.updated == 1
    second = entry(here, "Another headline 1")
    assert second.entry.text == first.entry.text == "\n\n".join(PARAGRAPHS)
    assert second.entry.words != first.entry.words


def test_a_page_that_moved_to_another_host_is_asked_there_if_its_robots_txt_allow_it(tmp_path: Path) -> None:
    with serve({"/news/1": article(), "/news/2": article("Headline 2")}) as there:
        there.pages["/robots.txt"] = Page(b"User-agent: *\nDisallow: /news/2")
        moved = {f"/news/{n}": Page(b"", status=302, headers={"Location": there.url(f"/news/{n}")}) for n in (1, 2)}
        with serve(moved) as server:
            here = workspace(tmp_path, server, teaser(server), teaser(server, 2))
            here.sync()
            assert len(there.asked("/news/1")) == 1
            assert there.asked("/news/2") == []
            assert len(there.asked("/robots.txt")) == len(server.asked("/robots.txt")) == 1
    assert entry(here).entry.text == "\n\n".join(PARAGRAPHS)
    assert entry(here, "Headline 2").entry.text == TEASER


def test_pages_that_are_no_article_leave_the_feeds_own_text(tmp_path: Path) -> None:
    login = b"<html><head><title>Sign in</title></head><body><form><input type='password'></form></body></html>"
    pages = {
        "/news/1": Page(login),
        "/news/2": Page(b"%PDF-1.7 ..."),
        "/news/3": Page(b"x" * 5_100_000),
        "/news/4": Page(b"", status=404),
        "/news/5": article("Headline 5", paragraphs=("Too little.",)),
    }
    with serve(dict(pages)) as server:
        here = workspace(tmp_path, server, *(teaser(server, number) for number in range(1, 6)))
        here.sync()
    with here.app() as app:
        found = [app.store.pages.of(entry(here, f"Headline {number}").id) for number in range(1, 6)]
    told = [(page.outcome, page.reason) for page in found if page]
    assert told == [
        ("kept", "a login page (title “Sign in”): the feed's own text is kept"),
        ("kept", "a PDF document: the feed's own text is kept"),
        ("waiting", "the answer is larger than 5 MB"),
        ("waiting", "HTTP 404 Not Found: there is nothing at this address"),
        ("kept", "no article was found on it: the feed's own text is kept"),
    ]
    assert all(entry(here, f"Headline {number}").entry.text == TEASER for number in range(1, 6))


def test_a_front_page_is_no_entrys_text(tmp_path: Path) -> None:
    """Sites lead there what they have no longer; and an entry without a link bears the address of its site."""
    away = Page(b"", status=301, headers={"Location": "/"})
    with serve({"/": article("Harbour Post"), "/robots.txt": Page(b"")}) as there:
        gone = Page(b"", status=301, headers={"Location": there.url("/")})
        with serve({"/news/1": away, "/news/2": gone, "/": article("Harbour Post")}) as server:
            bare = f"<item><title>Headline 3</title><description>{TEASER}</description></item>"
            here = workspace(tmp_path, server, teaser(server), teaser(server, 2), bare)
            server.pages["/feed"] = Page(
                rss(teaser(server), teaser(server, 2), bare).replace(b"https://example.com/", server.url("/").encode())
            )
            here.sync()
        assert there.asked("/") == []
    with here.app() as app:
        found = [app.store.pages.of(entry(here, f"Headline {number}").id) for number in (1, 2, 3)]
    reason = "it leads to the front page of its site"
    assert [(page.outcome, page.reason) for page in found[:2] if page] == [
        ("kept", f"{reason}: the feed's own text is kept"),
        ("refused", reason),
    ]
    assert found[2] is None
    assert all(entry(here, f"Headline {number}").entry.text == TEASER for number in (1, 2, 3))


@pytest.mark.parametrize("charset", ["idna", "hex"])
def test_a_charset_that_decodes_nothing_is_not_heeded(charset: str, tmp_path: Path) -> None:
    page = Page(article().body, headers={"Content-Type": f"text/html; charset={charset}"})
    with serve({"/news/1": page}) as server:
        here = workspace(tmp_path, server, teaser(server))
        here.sync()
    assert entry(here).entry.text == "\n\n".join(PARAGRAPHS)


def test_a_page_that_is_an_attack_costs_itself_only(tmp_path: Path) -> None:
    """Nested elements without an end: what reading does not survive is a reason, and the other page is read."""
    deep = b"<html><body>" + b"<div><b><table>" * 150_000 + b"x"
    with serve({"/news/1": Page(deep), "/news/2": article("Headline 2")}) as server:
        here = workspace(tmp_path, server, teaser(server), teaser(server, 2))
        here.sync()
    assert entry(here).entry.text == TEASER
    assert entry(here, "Headline 2").entry.text == "\n\n".join(PARAGRAPHS)


def end(*_: object, **__: object) -> None:
    """End the process that reads, as the kernel does when there is no memory left."""
    os.kill(os.getpid(), signal.SIGKILL)


def lack(*_: object, **__: object) -> None:
    """Fail as what reads does where the disk is full."""
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize(
    ("fault", "said"),
    [(end, "its process ended (exit code -9)"), (lack, "(no space left on device): look at the room on its disks")],
)
@pytest.mark.parametrize(("job", "work"), [(pages, "read_page"), (robots, "refusals")])
def test_when_the_process_that_reads_ends_or_lacks_room_the_next_run_tries_it_again(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    job: ModuleType,
    work: str,
    fault: Callable[..., None],
    said: str,
) -> None:
    with serve({"/news/1": article(), "/robots.txt": Page(b"User-agent: *\nDisallow: /admin\n")}) as server:
        here = workspace(tmp_path, server, teaser(server))
        with monkeypatch.context() as broken:
            broken.setattr(job, work, fault)
            here.sync()
        with here.app() as app:
            page = app.store.pages.of(entry(here).id)
        here.clock.forward(minutes=1)
        here.sync()
    assert page and page.outcome == "waiting" and said in page.reason
    assert entry(here).entry.text == "\n\n".join(PARAGRAPHS)


def test_what_is_secret_stays_with_the_feed(tmp_path: Path) -> None:
    with serve({"/news/1": article()}) as server:
        server.pages["/feed"] = Page(rss(teaser(server)))
        feed = (
            f"{{url: {server.url('/feed')}, full_text: true, history: all, user_agent: Desk/1, headers: {{X-Key: k}}}}"
        )
        here = desk(tmp_path, feed)
        here.sync()
        seen: Seen = server.asked("/news/1")[0]
    assert "x-key" not in seen.headers
    assert seen.headers["user-agent"] == "Desk/1"


def test_furniture_of_a_page_is_cut_and_the_cuts_are_kept(tmp_path: Path) -> None:
    tail = "<p>Leave a Reply</p><p>Your email address will not be published.</p><p>More Related Stories</p>"
    with serve({"/news/1": article(more=tail)}) as server:
        here = workspace(tmp_path, server, teaser(server))
        here.sync()
    assert entry(here).entry.text == "\n\n".join(PARAGRAPHS)
    with here.app() as app:
        page = app.store.pages.of(entry(here).id)
    assert page and [(cut.text, cut.reason) for cut in page.cuts][-1] == (
        "More Related Stories",
        "the form for comments, or below it",
    )


def test_people_are_told_what_came_of_the_pages(tmp_path: Path) -> None:
    """`feeds show` counts them, `explain` says what was left out of one and why another was not asked for."""
    tail = "<p>Leave a Reply</p><p>Your email address will not be published.</p>"
    robots = Page(b"User-agent: *\nDisallow: /news/2")
    with serve({"/news/1": article(more=tail), "/news/2": article("Headline 2"), "/robots.txt": robots}) as server:
        here = workspace(tmp_path, server, teaser(server), teaser(server, 2))
        here.sync()
        told = said(tmp_path, "feeds", "show", server.url("/feed"))
        read = said(tmp_path, "explain", server.url("/news/1"))
        not_asked = said(tmp_path, "explain", server.url("/news/2"))
    assert "pages of teasers are fetched: 1 read, 1 not allowed" in told
    assert "“Leave a Reply”" in read and "the form for comments" in read
    assert "its feed's own: robots.txt of 127.0.0.1 does not allow it" in not_asked


def test_what_a_feed_repeats_is_learned_and_cut_from_later_entries(tmp_path: Path) -> None:
    """The first three entries teach it; the fourth is stored without it, from the feed and from its page alike."""
    slogan = "Ostrand Post brings you the sea, the wind and the price of herring every day but Sunday."
    tails = "".join(f"<p>{line}</p>" for line in (slogan, "The sea desk"))
    texts = [f"&lt;p&gt;{number} {' '.join(PARAGRAPHS)}&lt;/p&gt;&lt;p&gt;{slogan}&lt;/p&gt;" for number in "abcd"]
    with serve({"/news/5": article("Headline 5", more=tails)}) as server:
        items = [item(at, text=text, link=server.url(f"/news/{at}")) for at, text in enumerate(texts, start=1)]
        here = workspace(tmp_path, server, *items[:3])
        here.sync()
        server.pages["/feed"] = Page(rss(*items, teaser(server, 5)))
        here.clock.forward(hours=2)
        here.sync(force=True)
    assert slogan in entry(here, "Headline 3").entry.text
    assert slogan not in entry(here, "Headline 4").entry.text
    assert entry(here, "Headline 5").entry.text.split("\n\n") == [*PARAGRAPHS, "The sea desk"]


def test_no_statement_for_pages_walks_through_the_archive(tmp_path: Path) -> None:
    """What is to be asked for, what came of it and what robots.txt say are found by indexes."""
    told: list[str] = []
    with serve({"/news/1": article(), "/news/2": article("Headline 2")}) as server:
        here = workspace(tmp_path, server, teaser(server))
        here.sync()
        server.pages["/feed"] = Page(rss(item(1, title="Another headline 1"), teaser(server, 2)))
        with here.app() as app:
            for way in (app.store._database.lane.write, app.store._database.lane.read):
                with way() as connection:
                    connection.set_trace_callback(told.append)
            assert workers.sync(app, force=True).pages == PagesRead(asked=1, read=1)
            assert app.store.pages.counts(1) == {"read": 2}
    with sqlite3.connect(tmp_path / "storage/aggregator.db") as database:
        ours = [one for one in told if " page" in one or "robots" in one]
        plans = {one: str(database.execute(f"EXPLAIN QUERY PLAN {one}").fetchall()) for one in ours}
    assert len(plans) >= 6
    assert {one: plan for one, plan in plans.items() if "SCAN page" in plan or "SCAN entry" in plan} == {}


@pytest.mark.parametrize("name", ["a made-up article", "the article the project began with"])
def test_an_article_as_page_as_content_and_as_description_is_one_entry(
    name: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Its headline once, its paragraphs whole, nothing else; three copies of one text, told once."""
    if name == "a made-up article":
        scraped = (Path(__file__).parents[1] / "data" / "article.txt").read_text(encoding="utf-8")
    else:
        scraped = str(request.getfixturevalue("seed_article"))
    title, *lines = [line.strip() for line in scraped.split("\n\n")]
    marked = "".join(f"<p>{escape(line)}</p>" for line in (title, *lines))
    page = f"<html><head><title>{escape(title)}</title></head><body>{marked}</body></html>".encode()
    with serve({"/news/1": Page(page, headers={"Content-Type": "text/html; charset=utf-8"})}) as server:
        link = server.url("/news/1")
        server.pages["/feed"] = Page(rss(item(1, title=escape(title), link=link, text=f"{lines[1][:200]} …")))
        full = item(2, title=escape(title), text=escape(escape("\n\n".join([title, *lines]))))
        content = f"<content:encoded>{escape(marked)}</content:encoded></item>"
        space = b'<rss xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        whole = rss(item(3, title=escape(title)).replace("</item>", content))
        server.pages["/content"] = Page(whole.replace(b"<rss ", space))
        server.pages["/description"] = Page(rss(full))
        feeds = [f"{{url: {server.url(path)}, full_text: true}}" for path in ("/feed", "/content", "/description")]
        here = desk(tmp_path, *feeds)
        here.sync()
    with here.app() as app:
        stored = app.store.entries.search()
    assert [one.entry.text.split("\n\n") for one in stored] == [lines[1:-3]] * 3
    assert len({one.text_set for one in stored}) == 1
    (told,) = json.loads(here.outputs()["all.json"])["items"]
    assert told["title"] == title
    assert told["content_html"].count("<p>") == len(lines[1:-3])
