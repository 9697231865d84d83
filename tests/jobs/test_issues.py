"""Stories of digests: when an issue is made, what it tells, and that nothing is told twice or lost."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

from aggregator.app import open_app
from aggregator.jobs.compose import compose_issue, digest_named, next_period, pressed_period
from aggregator.jobs.drafting import approve, draft_of, hold
from tests.servers import Page, serve
from tests.workspaces import START, Desk, desk, item, rss

DIGEST = "digests: [{name: morning, when: daily 07:00, to: [reader@example.org, other@example.org]}]"


def titles(root: Path, period: str) -> str:
    return (root / f"storage/issues/morning/{period}.txt").read_text(encoding="utf-8")


def test_an_issue_is_made_once_kept_as_four_files_and_put_into_the_outbox(tmp_path: Path) -> None:
    """The first sync makes the issue of the latest moment of ``when:``; the second one does nothing."""
    with serve({"/a": Page(rss(item(1)))}) as server:
        here = desk(tmp_path, server.url("/a"), extra=DIGEST)
        first = here.sync()
        second = here.sync()
    assert [issue.period for issue in first.issues] == ["2026-11-22"]  # 07:00 has not come yet on the 23rd
    assert (first.delivered.sent, second.issues, second.delivered.sent) == (2, [], 0)
    files = sorted(path.name for path in (tmp_path / "storage/issues/morning").iterdir())
    assert files == ["2026-11-22.eml", "2026-11-22.html", "2026-11-22.md", "2026-11-22.txt"]
    mails = [message_from_bytes(p.read_bytes(), policy=policy.default) for p in (tmp_path / "storage/outbox").iterdir()]
    assert sorted(mail["To"] for mail in mails) == ["other@example.org", "reader@example.org"]
    assert [part.get_content_type() for part in mails[0].iter_parts()] == ["text/plain", "text/html"]


def test_a_text_told_once_is_not_told_again(tmp_path: Path) -> None:
    """The next day's issue has the new entry alone, although the old one is still in the feed and was edited."""
    with serve({"/a": Page(rss(item(1)))}) as server:
        here = desk(tmp_path, server.url("/a"), extra=DIGEST)
        here.sync()
        edited = item(1, text="The same matter, with a correction of some length in its text.")
        server.pages["/a"] = Page(rss(edited, item(2, at=START + timedelta(hours=20))))
        here.clock.forward(hours=26)
        report = here.sync()
    assert [issue.period for issue in report.issues] == ["2026-11-24"]
    assert "Headline 2" in titles(tmp_path, "2026-11-24")
    assert "Headline 1" not in titles(tmp_path, "2026-11-24")


def test_an_issue_that_was_made_while_the_clock_was_wrong_costs_no_later_one_its_news(tmp_path: Path) -> None:
    """A year ahead for one sync: what came before that is told when it comes, and nothing twice."""
    bridge = item(2, title="Bridge reopens early", text="Cyclists crossed the river again after two years of repairs")
    owl = item(3, title="Owl returns to park", text="Rangers counted four breeding pairs in the old beech wood")
    with serve({"/a": Page(rss(item(1)))}) as server:
        here = desk(tmp_path, server.url("/a"), extra=DIGEST)
        here.sync()
        here.clock.forward(minutes=30)
        server.pages["/a"] = Page(rss(item(1), bridge))
        here.sync(force=True)
        here.clock.forward(days=365)
        assert [issue.period for issue in here.sync().issues] == ["2027-11-22"]
        here.clock.forward(days=-365)
        server.pages["/a"] = Page(rss(item(1), bridge, owl))
        assert here.sync(force=True).refreshed.new == 1
        here.clock.forward(hours=22)
        assert [issue.period for issue in here.sync().issues] == ["2026-11-23"]
    told = titles(tmp_path, "2026-11-23")
    assert "Owl returns" in told and "Bridge reopens" not in told


def test_a_late_copy_of_what_was_known_is_no_news(tmp_path: Path) -> None:
    """Another publisher takes over a text a day later."""
    text = "The council voted to rebuild the bridge by spring, at a cost that is not known yet."
    with serve({"/a": Page(rss(item(1, title="Bridge", text=text))), "/b": Page(rss(item(5)))}) as server:
        here = desk(tmp_path, server.url("/a"), server.url("/b"), extra=DIGEST)
        here.sync()
        copy = item(6, title="Bridge", text=text, link="https://example.net/6", at=START + timedelta(hours=20))
        server.pages["/b"] = Page(rss(item(5), copy))
        here.clock.forward(hours=26)
        report = here.sync()
    assert (report.issues, report.empty) == ([], ["morning 2026-11-24"])


def test_an_empty_issue_is_recorded_and_not_sent(tmp_path: Path) -> None:
    """Nothing new: no file, no mail, and the period is not tried again."""
    with serve({"/a": Page(rss(item(1, at=START - timedelta(days=9))))}) as server:
        here = desk(tmp_path, server.url("/a"), extra=DIGEST)
        report = here.sync()
        again = here.sync()
    assert (report.empty, report.issues, report.delivered.sent, again.empty) == (["morning 2026-11-22"], [], 0, [])
    assert not (tmp_path / "storage/issues").exists() or not list((tmp_path / "storage/issues").rglob("*.eml"))


def test_the_first_issue_bears_no_date_of_long_ago(tmp_path: Path) -> None:
    """A weekly digest that is new on a Monday morning waits for its Thursday, but not for ever."""
    with serve({"/a": Page(rss(item(1)))}) as server:
        here = desk(tmp_path, server.url("/a"), extra=DIGEST.replace("daily", "thu"))
        first, again = here.sync(), here.sync()
        here.clock.forward(days=3, hours=2)
        due = here.sync()
    assert (first.issues, first.empty, again.issues) == ([], [], [])
    assert [issue.period for issue in due.issues] == ["2026-11-26"]


def coming(here: Desk, *, by: datetime | None = None) -> str:
    """Say which issue comes next, as a preview does: nothing can be written."""
    with open_app(here.root, readonly=True, clock=here.clock) as app:
        return next_period(app, digest_named(app, "morning"), now=by or here.clock(), by=by).name


def test_the_issue_that_comes_next_is_named_as_it_will_be_called(tmp_path: Path) -> None:
    """Today's while it is not made, tomorrow's once it is; seen from a moment before, today's again."""
    with serve({"/a": Page(rss(item(1)))}) as server:
        here = desk(tmp_path, server.url("/a"), extra=DIGEST)
        here.sync()
        assert coming(here) == "2026-11-23"  # an hour before its time, and the day before has its issue
        here.clock.forward(hours=2)
        assert coming(here) == "2026-11-23"
        server.pages["/a"] = Page(rss(item(2)))
        made, before = here.clock(), here.clock() - timedelta(seconds=1)
        assert [issue.period for issue in here.sync(force=True).issues] == [coming(here, by=before)] == ["2026-11-23"]
        assert coming(here) == "2026-11-24" == coming(here, by=made)


def test_a_first_issue_that_waits_is_previewed_and_drafted_as_that_of_its_moment(tmp_path: Path) -> None:
    """A weekly digest that is new on a Monday: its Thursday's issue comes next, and no draft makes it come earlier."""
    with serve({"/a": Page(rss(item(1)))}) as server:
        here = desk(tmp_path, server.url("/a"), extra=DIGEST.replace("daily", "thu"))
        assert here.sync().issues == [] and coming(here) == "2026-11-26"
        with here.app() as app:
            digest = digest_named(app, "morning")
            held = hold(app, digest, next_period(app, digest, now=app.clock()))
        assert held and held.period == "2026-11-26"
        early = here.sync()
        here.clock.forward(days=3, hours=2)
        due = here.sync()
    assert (early.issues, early.held) == ([], {}) and due.held == {"morning": "2026-11-26"}


def test_a_first_issue_that_is_made_at_once_bears_the_date_of_its_day(tmp_path: Path) -> None:
    """Not that of the Thursday before the digest was there. The next Thursday has its issue, and no day before it."""
    with serve({"/a": Page(rss(item(1)))}) as server:
        here = desk(tmp_path, server.url("/a"), extra=DIGEST.replace("daily", "thu"))
        here.sync()
        named, came = [], []
        for number in (2, 3, 4):
            with here.app() as app:
                digest = digest_named(app, "morning")
                period = pressed_period(app, digest, now=app.clock())
                named.append(period.name)
                if app.store.issues.find("morning", period.name) is None:
                    compose_issue(app, digest, period)
            here.clock.forward(days=1, hours=1)
            server.pages["/a"] = Page(rss(item(number, at=here.clock())))
            came += here.sync(force=True).issues
            assert coming(here) == ("2026-11-26" if number < 4 else "2026-12-03")
    assert named == ["2026-11-23"] * 3
    assert [issue.period for issue in came] == ["2026-11-26"]


def test_an_issue_that_was_approved_early_holds_up_none_when_the_digest_comes_more_often(tmp_path: Path) -> None:
    """That of a month ahead; then `when:` says daily."""
    with serve({"/a": Page(rss(item(1)))}) as server:
        early = desk(tmp_path, server.url("/a"), extra=DIGEST.replace("daily", "monthly 20"))
        early.sync()
        with early.app() as app:
            digest = digest_named(app, "morning")
            hold(app, digest, next_period(app, digest, now=app.clock()))
            approve(app, draft_of(app, digest))
        assert [issue.period for issue in early.sync().issues] == ["2026-12-20"]
        here, came = desk(tmp_path, server.url("/a"), extra=DIGEST), []
        here.clock.now = early.clock.now
        for number in (2, 3):
            here.clock.forward(days=1)
            server.pages["/a"] = Page(rss(item(number, at=here.clock())))
            came += [issue.period for issue in here.sync(force=True).issues]
    assert came == ["2026-11-23", "2026-11-24"]


def test_a_first_issue_that_waits_for_approval_is_asked_about_for_days(tmp_path: Path) -> None:
    with serve({"/a": Page(rss(item(1)))}) as server:
        weekly = "when: mon 07:00, approve: required"
        here = desk(tmp_path, server.url("/a"), extra=DIGEST.replace("when: daily 07:00", weekly))
        here.clock.forward(hours=2)
        held = here.sync().held
        here.clock.forward(days=2)
        assert held == here.sync().held == {"morning": "2026-11-23"}


def test_who_syncs_rarely_has_a_first_issue_all_the_same(tmp_path: Path) -> None:
    """Four days after each moment, always."""
    with serve({"/a": Page(rss(item(1)))}) as server:
        here = desk(tmp_path, server.url("/a"), extra=DIGEST.replace("daily", "thu"))
        assert here.sync().issues == []
        here.clock.forward(days=7)
        server.pages["/a"] = Page(rss(item(2, at=START + timedelta(days=6))))
        assert [issue.period for issue in here.sync().issues] == ["2026-11-26"]


def test_what_came_after_an_empty_issue_is_in_the_next(tmp_path: Path) -> None:
    """The window goes on from where the last issue ended, sent or not."""
    with serve({"/a": Page(rss(item(1, at=START - timedelta(days=9))))}) as server:
        here = desk(tmp_path, server.url("/a"), extra=DIGEST)
        here.sync()
        server.pages["/a"] = Page(rss(item(2, at=START - timedelta(days=400))))  # back-dated, but first seen now
        here.clock.forward(hours=30)
        here.sync()
    assert "Headline 2" in titles(tmp_path, "2026-11-24")


def test_both_dst_days_have_one_issue_each(tmp_path: Path) -> None:
    """02:30 is skipped in spring and comes twice in autumn in Berlin; the tick sees each day's issue once."""
    digest = "timezone: Europe/Berlin\ndigests: [{name: morning, when: daily 02:30}]"
    for start in (datetime(2026, 3, 28, 20, tzinfo=UTC), datetime(2026, 10, 24, 20, tzinfo=UTC)):
        with serve({"/a": Page(rss())}) as server:
            here = desk(tmp_path / start.strftime("%m"), f"{{url: '{server.url('/a')}', every: 30m}}", extra=digest)
            here.clock.now = start
            periods = []
            for hour in range(1, 33):
                server.pages["/a"] = Page(rss(*(item(n, at=start) for n in range(hour))))
                periods += [issue.period for issue in here.sync().issues]
                here.clock.forward(hours=1)
        assert periods == [f"{start + timedelta(days=n):%Y-%m-%d}" for n in range(3)]


def test_a_sync_without_a_network_does_not_use_up_the_period(tmp_path: Path) -> None:
    """Nobody answered, so nothing is known to be new or not: the issue is made when somebody does."""
    with serve({"/a": Page(b"", status=500)}) as server:
        here = desk(tmp_path, server.url("/a"), extra=DIGEST)
        assert (here.sync().issues, here.sync().empty) == ([], [])
        server.pages["/a"] = Page(rss(item(1)))
        here.clock.forward(minutes=40)
        assert [issue.period for issue in here.sync().issues] == ["2026-11-22"]


def test_files_that_a_killed_process_did_not_write_are_written_by_the_next(tmp_path: Path) -> None:
    """It died between freezing the issue and writing it, and before the outbox."""
    with serve({"/a": Page(rss(item(1)))}) as server:
        here = desk(tmp_path, server.url("/a"), extra=DIGEST)
        here.sync()
    storage = tmp_path / "storage"
    written = {path: path.read_bytes() for path in [*storage.glob("issues/*/*"), *storage.glob("outbox/*")]}
    for path in written:
        path.unlink()
    with here.app() as app, app.store._database.write() as connection:
        connection.exec_driver_sql("UPDATE delivery SET state = 'sending'")
    assert here.sync().delivered.sent == 2
    assert {path: path.read_bytes() for path in written} == written


def test_odd_contacts_titles_and_homes_still_make_mail(tmp_path: Path) -> None:
    """A web address with an @ is no mail address; a title may hold what mail headers do not."""
    odd = [
        "contact: https://social.example.org/@desk",
        "contact: desk@example.org",
    ]
    for number, contact in enumerate(odd):
        with serve({"/a": Page(rss(item(1)))}) as server:
            here = desk(tmp_path / str(number), server.url("/a"), extra=f"{contact}\n{DIGEST}")
            config = here.root / "feeds.yaml"
            text = config.read_text(encoding="utf-8").replace("title: Test Desk", "title: 'Say \"Hi\" <3, daily'")
            config.write_text(text.replace("https://desk.example.org/", "http://[::1]:8000/"), encoding="utf-8")
            assert here.sync().delivered.sent == 2


def test_the_day_whose_issue_was_made_while_the_clock_was_ahead_costs_no_news(tmp_path: Path) -> None:
    """Three days ahead for one sync: that day has its issue already, and the next one tells what came in both."""
    days = {
        "Bridge reopens early": "Cyclists crossed the river again after two years of repairs",
        "Owl returns to park": "Rangers counted four breeding pairs in the old beech wood",
        "Ferry sinks at anchor": "A valve had been left open below the galley, its owner said",
        "Choir wins at last": "Forty voices from the tram depot sang a mass without a score",
    }
    news = [item(number, title=title, text=text) for number, (title, text) in enumerate(days.items(), start=2)]
    with serve({"/a": Page(rss(item(1)))}) as server:
        here = desk(tmp_path, server.url("/a"), extra=DIGEST)
        here.sync()
        server.pages["/a"] = Page(rss(item(9, title="Parade in the rain", text="Nobody stayed at home on Sunday")))
        here.clock.forward(hours=72)
        assert [issue.period for issue in here.sync().issues] == ["2026-11-25"]
        here.clock.forward(hours=-60)
        for number in range(1, len(days) + 1):
            server.pages["/a"] = Page(rss(*news[:number]))
            here.sync(force=True)
            here.clock.forward(hours=24)
    periods = sorted(path.stem for path in (tmp_path / "storage/issues/morning").glob("*.txt"))
    assert periods == ["2026-11-22", "2026-11-23", "2026-11-24", "2026-11-25", "2026-11-26"]
    told = "".join(titles(tmp_path, period) for period in periods)
    assert [told.count(title) for title in days] == [1] * len(days)
