"""One issue, four shapes: the files of storage/issues/ and the feed of a digest's issues."""

import re
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path

import pytest
from lxml import etree

from aggregator import workers
from aggregator.errors import NotFoundError
from aggregator.jobs.compose import digest_named
from aggregator.jobs.shapes import frozen
from tests.servers import Page, serve
from tests.validity import FAULTS
from tests.workspaces import START, Desk, desk, item, rss

DIGEST = "digests: [{name: morning, title: Morning, when: daily 07:00, to: [reader@example.org]}]"
ATOM = "{http://www.w3.org/2005/Atom}"


def three_days(root: Path) -> Desk:
    """Make an issue on each of three days."""
    with serve({"/a": Page(rss(item(1)))}) as server:
        here = desk(root, server.url("/a"), extra=DIGEST)
        here.sync()
        for day in (2, 3):
            here.clock.forward(hours=24)
            server.pages["/a"] = Page(rss(*(item(n, at=START + timedelta(days=n - 1)) for n in range(1, day + 1))))
            here.sync()
    return here


def feed(here: Desk) -> bytes:
    return here.outputs()["morning-issues.atom"]


def ids(data: bytes) -> list[str]:
    return [entry.findtext(f"{ATOM}id") for entry in etree.fromstring(data).iter(f"{ATOM}entry")]


def test_pages_lead_to_the_issue_before_and_after(tmp_path: Path) -> None:
    """The page of an issue is written again when it has a next one."""
    three_days(tmp_path)
    folder = tmp_path / "storage/issues/morning"
    first, second, third = sorted(path.stem for path in folder.glob("*.html"))
    pages = {path.stem: path.read_text(encoding="utf-8") for path in folder.glob("*.html")}
    assert f'rel="next" href="{second}.html"' in pages[first] and 'rel="prev"' not in pages[first]
    assert f'rel="prev" href="{first}.html"' in pages[second] and f'rel="next" href="{third}.html"' in pages[second]
    assert f'rel="prev" href="{second}.html"' in pages[third] and 'rel="next"' not in pages[third]
    assert f'rel="canonical" href="https://desk.example.org/issues/morning/{third}"' in pages[third]
    assert "https://desk.example.org/subscribe/morning" in pages[third]
    assert not any("reader@example.org" in path.read_text(encoding="utf-8") for path in folder.iterdir())


def test_the_feed_of_issues_is_valid_and_has_each_once_the_latest_first(tmp_path: Path) -> None:
    """Subject, preheader and body as they were frozen, under the address of the page."""
    here = three_days(tmp_path)
    data = feed(here)
    assert FAULTS["atom"](data) == []
    root = etree.fromstring(data)
    entries = list(root.iter(f"{ATOM}entry"))
    with here.app() as app:
        states = app.store.issues.all("morning")
    assert [entry.findtext(f"{ATOM}title") for entry in entries] == [state.subject for state in states]
    links = [entry.find(f"{ATOM}link").get("href") for entry in entries]
    assert links == [f"https://desk.example.org/issues/morning/{state.period}" for state in states]
    assert all("<h2>" in entry.findtext(f"{ATOM}content") for entry in entries) and len(set(ids(data))) == 3
    assert root.findtext(f"{ATOM}updated") == entries[0].findtext(f"{ATOM}updated")


def test_the_feed_of_issues_does_not_change_by_itself(tmp_path: Path) -> None:
    """The same database gives the same bytes, also when the file was lost; a run without news writes nothing."""
    here = three_days(tmp_path)
    before = feed(here)
    path = tmp_path / "storage/outputs/morning-issues.atom"
    stood = path.stat().st_mtime_ns
    here.sync()
    assert path.stat().st_mtime_ns == stood
    path.unlink()
    here.sync()
    assert feed(here) == before


def test_the_feed_of_issues_follows_the_users_templates_and_words(tmp_path: Path) -> None:
    """A program that runs for days reads them as they are now."""
    here = three_days(tmp_path)
    with here.app() as app:
        assert app.templates.frame("en").say("update") == "Update"
        words = tmp_path / "templates" / "words"
        words.mkdir(parents=True, exist_ok=True)
        (words / "en.toml").write_text('times = "By the clocks of {place}"\n', encoding="utf-8")
        assert app.templates.frame("en").say("times", place="Rome") == "By the clocks of Rome"
    here.sync()
    assert b"By the clocks of" in feed(here)
    template = '{% extends "default:issue-feed.html" %}{% block issue %}<p>Mine</p>{% endblock %}'
    (tmp_path / "templates" / "issue-feed.html").write_text(template, encoding="utf-8")
    here.sync()
    assert feed(here).count(b"Mine") == 3


def test_what_was_made_does_not_change_with_the_templates(tmp_path: Path) -> None:
    """But the page of the last issue, which gets a next one; the letter of each is the one that was sent."""
    here = three_days(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.glob("storage/issues/morning/*")}
    letters = [mail.read_bytes() for mail in (tmp_path / "storage/outbox").iterdir()]
    (tmp_path / "templates").mkdir(exist_ok=True)
    for name in ("issue.txt", "issue.md"):
        (tmp_path / "templates" / name).write_text("Mine: {{ issue.subject }}", encoding="utf-8")
    with serve({"/a": Page(rss(item(4, at=START + timedelta(days=3))))}) as server:
        settings = tmp_path / "feeds.yaml"
        text = re.sub(r"- http://127\S+", f"- {server.url('/a')}", settings.read_text(encoding="utf-8"))
        settings.write_text(text, encoding="utf-8")
        here.clock.forward(hours=24)
        assert len(here.sync(force=True).issues) == 1
    after = {path.name: path.read_bytes() for path in tmp_path.glob("storage/issues/morning/*")}
    assert [name for name in sorted(before) if before[name] != after[name]] == ["2026-11-24.html"]
    assert after["2026-11-25.txt"].startswith(b"Mine: ")
    with here.app() as app:
        _, letter = frozen(app, digest_named(app, "morning"), "2026-11-24")
    (sent,) = (mail for mail in map(message_from_bytes, letters) if "2026-11-24" in mail["Message-ID"])
    plain, _ = sent.get_payload()
    assert plain.get_payload(decode=True).decode().replace("\r\n", "\n").rstrip() == letter.text.rstrip()


def test_an_issue_keeps_its_id_when_the_site_moves(tmp_path: Path) -> None:
    """Also then no reader shows it again."""
    here = three_days(tmp_path)
    before = ids(feed(here))
    text = (tmp_path / "feeds.yaml").read_text(encoding="utf-8")
    (tmp_path / "feeds.yaml").write_text(text.replace("desk.example.org", "news.example.org"), encoding="utf-8")
    here.sync()
    assert b"https://news.example.org/issues/morning/" in feed(here) and ids(feed(here)) == before


def test_a_digest_that_nobody_may_subscribe_to_says_nothing_of_it(tmp_path: Path) -> None:
    """No link that leads nowhere."""
    with serve({"/a": Page(rss(item(1)))}) as server:
        desk(tmp_path, server.url("/a"), extra=DIGEST.replace("to:", "subscribe: false, to:")).sync()
    assert not any("ubscribe" in path.read_text(encoding="utf-8") for path in tmp_path.glob("storage/issues/*/*.html"))


def test_what_a_killed_process_did_not_write_is_written_by_the_next(tmp_path: Path) -> None:
    """The files and the feed are made of the frozen issue."""
    here = three_days(tmp_path)
    files = {path: path.read_bytes() for path in tmp_path.glob("storage/issues/morning/*")}
    latest = max(files)
    for path in files:
        if path.stem == latest.stem:
            path.unlink()
    here.sync()
    assert {path: path.read_bytes() for path in tmp_path.glob("storage/issues/morning/*")} == files


def test_before_the_first_issue_its_preview_is_named(tmp_path: Path) -> None:
    said = pytest.raises(NotFoundError, match="was made yet; `digest preview morning` shows the next")
    with desk(tmp_path, extra=DIGEST).app() as app, said:
        frozen(app, digest_named(app, "morning"))


def test_a_mistake_in_a_template_of_the_archive_shows_before_anything_is_frozen(tmp_path: Path) -> None:
    """The issue is made as soon as the template is mended."""
    with serve({"/a": Page(rss(item(1)))}) as server:
        here = desk(tmp_path, server.url("/a"), extra=DIGEST)
        (tmp_path / "templates").mkdir(exist_ok=True)
        broken = tmp_path / "templates" / "issue.md"
        broken.write_text("{{ nobody }}", encoding="utf-8")
        report = here.sync()
        assert re.search(r"issue\.md:1: 'nobody' is undefined$", report.uncomposed["morning 2026-11-22"])
        assert report.templates == report.uncomposed["morning 2026-11-22"]
        with here.app() as app:
            assert app.store.issues.all() == ()
        broken.write_text('{% extends "default:issue.md" %}', encoding="utf-8")
        assert here.sync().templates == ""
        with here.app() as app:
            assert len(app.store.issues.all()) == 1


def test_a_broken_template_holds_up_no_mail_and_no_feed(tmp_path: Path) -> None:
    """The feed of issues stays as it was, what is frozen goes out, and the mistake is told until it is mended."""
    here = three_days(tmp_path)
    before = feed(here)
    with here.app() as app:
        (last, *_) = app.store.issues.all("morning")
        app.store.issues.again(last.id, ["sent"], now=here.clock())
    (tmp_path / "templates").mkdir(exist_ok=True)
    broken = tmp_path / "templates" / "issue-feed.html"
    broken.write_text("{% block issue %}", encoding="utf-8")
    for sent in (1, 0):
        report = here.sync()
        assert list(report.published.unwritten) == ["morning-issues.atom"] and "issue-feed.html:1" in report.templates
        assert report.delivered.sent == sent and feed(here) == before
    broken.unlink()
    report = here.sync()
    assert (report.templates, report.published.unwritten) == ("", {})


def test_files_of_an_issue_that_a_full_disk_did_not_hold_are_written_by_the_next_tick(tmp_path: Path) -> None:
    """Its mail goes out meanwhile; ``run`` need not be started anew."""
    with serve({"/a": Page(rss(item(1)))}) as server:
        here = desk(tmp_path, server.url("/a"), extra=DIGEST)
        (tmp_path / "storage").mkdir(exist_ok=True)
        blocked = tmp_path / "storage" / "issues"
        blocked.write_text("in the way", encoding="utf-8")
        report = here.sync()
        assert "cannot be written" in report.uncomposed["morning 2026-11-22"] and report.delivered.sent == 1
        blocked.unlink()
        with here.app() as app:
            assert workers.sync(app).uncomposed == {}
    assert (blocked / "morning" / "2026-11-22.html").is_file()
