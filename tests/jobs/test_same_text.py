"""The same text told again: by another newsroom, under another name, from another address."""

import random
from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.cli.trace import trace
from aggregator.cli.trace_facts import evidence
from aggregator.jobs.explain import explain
from aggregator.model import KEYS, StoredEntry
from aggregator.pipeline.copies import fold
from aggregator.pipeline.furniture import paragraph
from aggregator.pipeline.shingles import shared_passages
from tests.servers import Page, serve
from tests.workspaces import Desk, desk, item, rss

WORDS = [f"{a}{b}" for a in "bdfgklmnprst" for b in ("ane", "orth", "ield", "ust", "emple", "ingle", "ower", "ave")]
HOUR = timedelta(hours=1)
PLANET = (("/a", "planet.example"), ("/b", "notes.example"))


def body(seed: int, count: int = 120) -> list[str]:
    return random.Random(seed).choices(WORDS, k=count)


def paragraphs(*texts: str) -> str:
    return "".join(f"&lt;p&gt;{text}&lt;/p&gt;" for text in texts)


def stored(here: Desk) -> dict[str, StoredEntry]:
    with here.app() as app:
        return {entry.entry.title: entry for entry in app.store.entries.search(limit=1000)}


def test_an_agency_copy_with_another_headline_and_notice_is_told_once(tmp_path: Path) -> None:
    """It says of which entry it is a copy, how surely, and the passages can be quoted."""
    text = body(1)
    copy = paragraphs(f"LONDON (Agency) - {' '.join(text[:84])}", "Sign up to our newsletter for more.")
    one = rss(item(1, title="Mayor opens the new bridge", text=" ".join(text)))
    two = rss(item(7, title="At last: a way over the river", text=copy), title="Other Feed")
    with serve({"/a": Page(one), "/b": Page(two)}) as server:
        here = desk(tmp_path, server.url("/a"))
        here.sync()
        here = desk(tmp_path, server.url("/a"), server.url("/b"))
        assert here.sync().placed.duplicates == 1
    entries = stored(here)
    first, second = entries["Mayor opens the new bridge"], entries["At last: a way over the river"]
    assert (second.text_set, second.same_like) == (first.id, first.id)
    assert 0.85 <= second.same_score < 1
    assert second.same_as.startswith(f"nearly the text of entry {first.id}: ")
    assert shared_passages(second.entry.text, first.entry.text)[0] == " ".join(text[:84])
    assert here.outputs()["all.rss"].count(b"<item>") == 1
    with here.app() as app:
        found = explain(app, second, now=app.clock())
        steps = trace(found, app.config.zone)
        told, facts = steps["same text"], evidence(found, steps)["same_text"]
    assert told[0].startswith(second.same_as)
    assert told[1].startswith(f"shared: “{' '.join(text)[:60]}")
    assert told[2:] == [f"copies: {first.id} at 127.0.0.1", f"told by entry {first.id}: it came first"]
    assert isinstance(facts, dict)
    assert (facts["like"], facts["score"], facts["lead"]) == (str(first.id), second.same_score, str(first.id))


@pytest.mark.parametrize("said", ["The post Pier appeared first on Harbour Notes.", "Source: Harbour Notes"])
def test_whom_a_copy_names_as_its_source_stands_for_the_text_also_where_the_line_is_cut(
    tmp_path: Path, said: str
) -> None:
    """The copy came first, and its feed's text ends as a text; who wrote it is not forgotten."""
    text = " ".join(body(3))
    copy = item(1, title="Pier to be built", text=paragraphs(f"{text}.", said), link="https://planet.example/1")
    own = item(2, title="Pier to be built", text=paragraphs(f"{text}."), link="https://notes.example/2")
    pages = {"/a": Page(rss(copy, title="Planet")), "/b": Page(rss(own, title="Harbour Notes"))}
    with serve(pages) as server:
        here = desk(tmp_path, f"{{url: '{server.url('/a')}', publisher: planet.example}}")
        here.sync()
        both = (f"{{url: '{server.url(path)}', publisher: {site}}}" for path, site in PLANET)
        here = desk(tmp_path, *both)
        here.sync()
    with here.app() as app:
        (folded,) = fold(app.store.entries.search())
    assert (folded.lead.source.title, folded.why) == ("Harbour Notes", "a copy names its publisher as the source")


@pytest.mark.parametrize("changed", [False, True], ids=["as it was read", "with another teaser since"])
def test_whom_a_page_names_as_its_source_stands_for_the_text_also_where_the_line_is_cut(
    tmp_path: Path, changed: bool
) -> None:
    text = [f"{' '.join(body(number)).capitalize()}." for number in range(3, 6)]
    told = "".join(f"<p>{part}</p>" for part in text)
    more = "<p>The post <a href='/'>Pier</a> appeared first on <a href='/'>Harbour Notes</a>.</p>"
    page = f"<html><title>Pier to be built</title><article>{told}{more}</article></html>"
    with serve({"/page": Page(page.encode(), headers={"Content-Type": "text/html; charset=utf-8"})}) as server:
        copy = (
            item(1, title="Pier to be built", text=f"{said} …", link=server.url("/page")) for said in ("Pier", "A pier")
        )
        own = item(2, title="Pier to be built", text=paragraphs(*text), link="https://notes.example/2")
        server.pages |= {"/a": Page(rss(next(copy), title="Planet")), "/b": Page(rss(own, title="Harbour Notes"))}
        first = f"{{url: '{server.url('/a')}', publisher: planet.example, full_text: true}}"
        desk(tmp_path, first).sync()
        if changed:
            server.pages["/a"] = Page(rss(next(copy), title="Planet"))
            desk(tmp_path, first).sync(force=True)
        here = desk(tmp_path, first, f"{{url: '{server.url('/b')}', publisher: notes.example}}")
        here.sync()
    with here.app() as app:
        (folded,) = fold(app.store.entries.search())
    assert len(folded.members) == 2 and "appeared first" not in folded.members[0].entry.text
    assert (folded.lead.source.title, folded.why) == ("Harbour Notes", "a copy names its publisher as the source")


def test_a_change_of_rules_parts_no_texts_by_what_was_learned_since(tmp_path: Path) -> None:
    """Two entries were one text before their feed was known to repeat most of it; nothing of them has changed."""
    slogan = [" ".join(body(n, 40)) for n in range(3)]
    texts = [paragraphs(f"{' '.join(body(n, 12))}.", *slogan) for n in range(10, 16)]
    titles = [f"The headline {WORDS[n]}" for n in range(6)]
    titles[1] = f"{titles[0]} again"
    news = [item(n, title=title, text=text) for n, (title, text) in enumerate(zip(titles, texts, strict=True))]
    with serve({"/a": Page(rss(*news[:2]))}) as server:
        here = desk(tmp_path, server.url("/a"))
        here.sync()
        server.pages["/a"] = Page(rss(*news))
        here.clock.forward(hours=2)
        here.sync()
        before = {title: one.text_set for title, one in stored(here).items()}
        here = desk(tmp_path, server.url("/a"), extra="topics: {sea: {words: [headline]}}")
        here.clock.forward(hours=3)
        here.sync()
    found = stored(here)
    first, second, *_, last = titles
    assert before[first] == before[second] != before[last]
    assert {title: one.text_set for title, one in found.items()} == before
    assert all([tag.topic for tag in one.tags] == ["sea"] for one in found.values())
    assert found[second].same_as.startswith("nearly the text of entry")


def test_copies_that_come_in_one_batch_are_one_text(tmp_path: Path) -> None:
    feeds = {f"/{n}": Page(rss(item(n, title=f"Headline {WORDS[n]}", text=" ".join(body(1))))) for n in range(1, 6)}
    with serve(feeds) as server:
        here = desk(tmp_path, *(server.url(path) for path in feeds))
        assert here.sync().placed.duplicates == 4
    assert {entry.text_set for entry in stored(here).values()} == {min(entry.id for entry in stored(here).values())}


def test_a_new_guid_or_host_or_scheme_inside_a_feed_is_the_same_text(tmp_path: Path) -> None:
    """A publisher that moves its site tells its entries again, perhaps a little edited."""
    told = {n: " ".join(body(n)) for n in range(1, 4)}
    before = rss(*(item(n, title=f"What {WORDS[n]} did", text=told[n]) for n in told))
    edited = f"{' '.join(body(2)[:110])} edited"
    after = rss(
        item(1, title=f"What {WORDS[1]} did", text=told[1], guid="https://new.example.com/1"),
        item(2, title=f"What {WORDS[2]} did", text=edited, link="https://example.net/2", guid="n"),
        item(3, title=f"What {WORDS[3]} did today", text=told[3], link="http://www.example.com/3", guid="m"),
    )
    with serve({"/a": Page(before)}) as server:
        here = desk(tmp_path, server.url("/a"))
        here.sync()
        server.pages["/a"] = Page(after)
        here.clock.forward(hours=2)
        report = here.sync()
    assert (report.refreshed.new, report.placed.duplicates) == (3, 3)
    assert here.outputs()["all.rss"].count(b"<item>") == 3


def test_a_feed_that_is_published_anew_over_https_or_from_another_host_is_held(tmp_path: Path) -> None:
    """Nothing of it is mailed: every guid is an address, and every address has changed."""

    def document(root: str) -> Page:
        titles = {f"{root}/{n}": (n, f"What {WORDS[n]} did") for n in range(1, 9)}
        texts = {url: " ".join(body(n)) for url, (n, _) in titles.items()}
        return Page(rss(*(item(n, title=t, text=texts[url], link=url, guid=url) for url, (n, t) in titles.items())))

    for place, (before, after) in enumerate(
        [("http://example.com", "https://example.com"), ("https://example.com", "https://www.example.net/blog")]
    ):
        with serve({"/a": document(before)}) as server:
            here = desk(tmp_path / str(place), server.url("/a"))
            here.sync()
            server.pages["/a"] = document(after)
            here.clock.forward(hours=2)
            report = here.sync()
            with here.app() as app:
                reach = {entry.entry.url.partition("://")[2][:11]: entry.reach for entry in app.store.entries.search()}
                held = [entry.reach for entry in app.store.entries.search() if entry.entry.url.startswith(after)]
        assert (report.refreshed.new, report.placed.duplicates) == (8, 8), reach
        assert held == ["outputs"] * 8


def test_reports_of_one_event_by_two_newsrooms_are_two_texts(tmp_path: Path) -> None:
    quote = " ".join(body(9, 18))
    one = rss(item(1, title="Mayor opens bridge", text=f"{' '.join(body(1))} {quote}"))
    two = rss(item(2, title="Bridge opened by mayor", text=f"{' '.join(body(2))} {quote} {' '.join(body(3))}"))
    with serve({"/a": Page(one), "/b": Page(two)}) as server:
        here = desk(tmp_path, server.url("/a"), server.url("/b"))
        assert here.sync().placed.duplicates == 0


def test_what_a_feed_repeats_makes_no_copies(tmp_path: Path) -> None:
    """A long notice under short entries: learned from the document itself, kept, and known for the next entry."""
    notice = " ".join(body(50, 60))
    entries = [item(n, title=f"Film {WORDS[n]}", text=paragraphs(" ".join(body(n, 14)), notice)) for n in range(1, 7)]
    with serve({"/a": Page(rss(*entries)), "/b": Page(rss(item(9, title="Notes", text=" ".join(body(60)))))}) as server:
        here = desk(tmp_path, server.url("/a"), server.url("/b"))
        assert here.sync().placed.duplicates == 0
        with here.app() as app:
            feeds = {state.url: state.id for state in app.store.feeds.all()}
            assert app.store.texts.repeated(feeds.values()) == {feeds[server.url("/a")]: {paragraph(notice)}}
        copy = rss(item(20, title="Film, seen elsewhere", text=paragraphs(" ".join(body(60, 20)), notice)))
        server.pages["/a"] = Page(rss(item(8, title="Film again", text=paragraphs(" ".join(body(8, 14)), notice))))
        server.pages["/b"] = Page(copy)
        here.clock.forward(hours=2)
        assert here.sync().placed.duplicates == 0


def test_placing_everything_anew_decides_the_same(tmp_path: Path) -> None:
    """Under other rules, and whatever was learned meanwhile: sets, reasons and scores are what they were."""
    pages = {
        "/a": Page(rss(*(item(n, title=f"Headline {WORDS[n]}", text=" ".join(body(n))) for n in range(8)))),
        "/b": Page(rss(*(item(n, title=f"Other {WORDS[n]}", text=" ".join(body(n)[:90])) for n in range(4)))),
    }
    with serve(pages) as server:
        here = desk(tmp_path, server.url("/a"), server.url("/b"))
        here.sync()
        before = {t: (e.text_set, e.same_as, e.same_score) for t, e in stored(here).items()}
        here = desk(tmp_path, server.url("/a"), server.url("/b"), extra="topics: {world: {words: [bane]}}")
        assert here.sync().placed.entries == 12
    assert {t: (e.text_set, e.same_as, e.same_score) for t, e in stored(here).items()} == before
    assert sum(bool(reason) for _, reason, _ in before.values()) == 4


def test_addresses_of_an_earlier_version_are_made_anew(tmp_path: Path) -> None:
    """What an earlier program stored as another page is found to be the same one, before anything is read."""
    pages = {
        "/a": Page(rss(item(1, link="https://m.example.com/bridge-is-open"))),
        "/b": Page(rss(item(2, link="https://example.com/bridge-is-open"))),
    }
    with serve(pages) as server:
        here = desk(tmp_path, server.url("/a"))
        here.sync()
        with here.app() as app, app.store._database.lane.write() as connection:
            connection.execute("UPDATE entry SET key = 'https://m.example.com/bridge-is-open'")
            connection.execute("UPDATE meta SET value = '1' WHERE key = 'keys'")
        here = desk(tmp_path, server.url("/a"), server.url("/b"))
        assert here.sync().placed.duplicates == 1
        with here.app() as app:
            keys = {entry.entry.key for entry in app.store.entries.search()}
            assert (app.store.meta["keys"], keys) == (KEYS, {"https://example.com/bridge-is-open"})


def test_a_text_lives_on_when_the_entry_that_founded_it_is_purged(tmp_path: Path) -> None:
    """A copy that comes later joins by another copy, in the same set and under the same permanent id."""
    text = body(1)
    pages = {
        "/a": Page(rss(item(1, title=f"Headline {WORDS[1]}", text=" ".join(text)))),
        "/b": Page(rss(item(2, title=f"Headline {WORDS[2]}", text=" ".join(text[:110])))),
    }
    with serve(pages) as server:
        here = desk(tmp_path, server.url("/a"), server.url("/b"))
        here.sync()
        first = stored(here)[f"Headline {WORDS[1]}"]
        server.pages["/a"] = Page(rss(item(9, title="Other", text=" ".join(body(9)))))
        here.clock.forward(hours=2)
        here.sync()
        here.clock.forward(hours=2)
        with here.app() as app:
            app.store.retention.prune(now=here.clock(), months=0, at_least=0)
        second = item(2, title=f"Headline {WORDS[2]}", text=" ".join(text[:110]))
        server.pages["/b"] = Page(rss(second, item(3, title=f"Late: Headline {WORDS[2]}", text=" ".join(text[:100]))))
        here.sync(force=True)
    entries = stored(here)
    assert f"Headline {WORDS[1]}" not in entries
    late = entries[f"Late: Headline {WORDS[2]}"]
    assert (late.text_set, late.set_uid, late.set_founded) == (first.text_set, first.uid, first.entry.published)


def test_a_text_of_many_copies_stays_one_when_all_are_placed_anew(tmp_path: Path) -> None:
    """The second of them is more like those after it than like the first."""
    text, head, tail = " ".join(body(7, 60)), " ".join(body(8, 6)), " ".join(body(9, 12))
    told = [f"{text} {tail}", *(f"{head} {text}{f' {word}' * (n > 0)}" for n, word in enumerate(WORDS[:13]))]
    pages = {
        f"/{n}": Page(rss(item(n + 1, title="Mayor opens the new bridge over the river", text=said), title=f"Feed {n}"))
        for n, said in enumerate(told)
    }
    with serve(pages) as server:
        for count in range(1, len(told) + 1):
            here = desk(tmp_path, *(server.url(f"/{n}") for n in range(count)))
            here.sync()
        with here.app() as app:
            assert {entry.text_set for entry in app.store.entries.search(limit=99)} == {1}
        here = desk(tmp_path, *(server.url(f"/{n}") for n in range(count)), extra="topics: {sky: {words: [comet]}}")
        assert here.sync().placed.entries == len(told)
        with here.app() as app:
            assert {entry.text_set for entry in app.store.entries.search(limit=99)} == {1}
