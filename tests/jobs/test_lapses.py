"""What subscribers chose and feeds.yaml has no more: they are sent something all the same, and it is said."""

from datetime import timedelta
from pathlib import Path

from aggregator.jobs import register, subscribing
from aggregator.jobs.deliver import deliver
from aggregator.jobs.lapses import lapsed, told
from aggregator.model import Choice, Lapsed
from aggregator.pipeline.tokens import sign
from tests.frontdesk import EXTRA, READER, door
from tests.program import run
from tests.servers import Page, serve
from tests.workspaces import START, desk, item, rss

NO_WEEKLY = EXTRA.replace(", frequency: [each, weekly]", "")
RENAMED = EXTRA.replace("{world: {title: World}", "{planet: {title: World}").replace(", topics: [world]", "")


def subscribed(root: Path, *feeds: str, topics: tuple[str, ...] = (), frequency: str = "each") -> None:
    with desk(root, *feeds, extra=EXTRA).app() as app:
        offer = register.offer_named(app, "morning")
        choice = register.choice_of(offer, topics, frequency)
        assert register.add(app, offer, READER, choice, agreed=True, note="") == "confirmed"


def test_who_chose_weekly_gets_each_issue_when_weekly_is_no_more(tmp_path: Path) -> None:
    with serve({"/a": Page(rss(item(1)))}) as server:
        subscribed(tmp_path, server.url("/a"), frequency="weekly")
        here = desk(tmp_path, server.url("/a"), extra=NO_WEEKLY)
        here.clock.forward(minutes=5)
        report = here.sync()
        with here.app() as app:
            (issue,) = app.store.issues.all("morning")
            assert [to.recipient for to in app.store.issues.deliveries(issue.id)] == [READER]
            assert told(app.config, app.store.subscribers.all()) == (
                "1 subscriber of morning chose weekly, which it has no more: sent each issue",
            )
    assert report.delivered.sent == 1


def test_a_weekly_mail_that_waits_goes_out_after_weekly_is_no_more(tmp_path: Path) -> None:
    with serve({"/a": Page(rss(item(1, at=START - timedelta(hours=1))))}) as server:
        subscribed(tmp_path, server.url("/a"), frequency="weekly")
        here = desk(tmp_path, server.url("/a"), extra=EXTRA)
        here.sync()
        with here.app() as app:
            (issue,) = app.store.issues.all("morning-weekly")
            assert app.store.issues.again(issue.id, ["sent"], now=app.clock()) == 1
        with desk(tmp_path, extra=NO_WEEKLY).app() as app:
            report = deliver(app)
            assert (report.sent, report.dropped) == (1, {})
            uid = register.found(app, READER).uid
            link = sign(app.secret, "unsubscribe", uid, "morning-weekly", app.clock())
            assert subscribing.leave(app, "unsubscribe", link).subscription.state == "left"
    assert run(tmp_path, "digest", "list", "morning-weekly").stdout.count("morning-weekly\t2026-11-23") == 1
    assert "no digest “morning-daily”" in run(tmp_path, "digest", "list", "morning-daily", code=1).stderr


def test_a_choice_of_topics_that_are_no_more_is_of_all_and_says_so(tmp_path: Path) -> None:
    subscribed(tmp_path, topics=("world",))
    with desk(tmp_path, extra=RENAMED).app() as app:
        ((_, (wish,)),) = app.store.subscribers.all()
        assert lapsed(app.config, wish) == Lapsed(("world",))
        assert told(app.config, app.store.subscribers.all()) == (
            "1 subscriber of morning chose topics that are no more (world): sent all of it",
        )
        app.store.subscribers.choose(wish.subscriber, "morning", Choice(("world", "science")))
        assert told(app.config, app.store.subscribers.all()) == (), "something of the choice is left"


def test_the_page_says_what_is_no_more_until_something_else_is_chosen(tmp_path: Path) -> None:
    subscribed(tmp_path, topics=("world",), frequency="weekly")
    renamed = RENAMED.replace("[each, weekly]", "[each, daily]").replace("mon-fri", "mon")
    with door() as opened, opened.front(tmp_path, extra=renamed) as site:
        page = site.ask(site.link("preferences")).text
        assert "The topics you chose are there no more, so all topics are sent" in page
        assert "You chose “Once a week”, which is there no more; what you get now is “Each issue”" in page
        assert 'name="frequency" value="each" checked' in page
        page = site.send(site.link("preferences"), ("topic", "planet"), act="save", frequency="daily").text
        assert "no more" not in page
        wish = site.state()
        assert wish is not None and wish.choice == Choice(("planet",), "daily")
