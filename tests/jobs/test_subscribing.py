"""Stories of subscribing behind the web: mails that ask, over real SMTP; what gathers a digest; two writers at once."""

import re
import threading
import time
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from starlette.testclient import TestClient

from aggregator import workers
from aggregator.app import App
from aggregator.cli.forever import site
from aggregator.errors import NotFoundError
from aggregator.jobs import register, subscribing
from aggregator.jobs.compose import digest_named, due_periods, wanted_mailings
from aggregator.jobs.reception import Reception
from aggregator.jobs.subscribing import NoHomeError
from aggregator.model import Choice, Wanted
from aggregator.pipeline.refusals import RETRIES
from aggregator.pipeline.tokens import sign
from aggregator.store.networks import NETWORK_MOST
from tests.frontdesk import EXTRA, READER, eventually
from tests.postoffice import Clerk, breaking_office, post_office
from tests.servers import Page, serve
from tests.workspaces import START, Desk, desk, item, rss

NO_ONE = "mail: {{from: 'Test Desk <desk@example.org>', smtp: 'smtp://127.0.0.1:{}'}}"


def at_the_desk(root: Path, port: int, *feeds: str) -> Desk:
    return desk(root, *feeds, extra=EXTRA + NO_ONE.format(port))


def ask(app: App, address: str = READER, digest: str = "morning", frequency: str = "each") -> str:
    offer = register.offer_named(app, digest)
    return register.add(app, offer, address, register.choice_of(offer, (), frequency), agreed=False, note="")


def agreed(app: App, address: str = READER, digest: str = "morning", frequency: str = "each") -> str:
    offer = register.offer_named(app, digest)
    return register.add(app, offer, address, register.choice_of(offer, (), frequency), agreed=True, note="at the fair")


def words(here: Desk) -> list[tuple[str, str]]:
    with here.app() as app, app.store.confirmations._lane.read() as connection:
        return list(connection.execute("SELECT state, reply FROM confirmation ORDER BY id"))


def test_a_mistake_in_the_template_of_the_mail_that_asks_holds_up_no_issue(tmp_path: Path) -> None:
    """It is told, and who asked is written to when it is mended."""
    with post_office(Clerk()) as office, serve({"/a": Page(rss(item(1)))}) as server:
        here = at_the_desk(tmp_path, office.port, server.url("/a"))
        with here.app() as app:
            ask(app)
            agreed(app, "other@example.org")
        (tmp_path / "templates").mkdir(exist_ok=True)
        broken = tmp_path / "templates" / "confirm.txt"
        broken.write_text("{{ nobody }}", encoding="utf-8")
        here.clock.forward(hours=2)
        report = here.sync()
        assert report.delivered.sent == 1 and report.delivered.asked
        assert "confirm.txt:1: 'nobody' is undefined" in report.delivered.asked.trouble[0]
        broken.unlink()
        again = here.sync().delivered.asked
        assert again and again.sent == 1


def test_a_sync_sends_the_mails_that_ask_each_once(tmp_path: Path):
    with post_office(Clerk()) as office:
        here = at_the_desk(tmp_path, office.port)
        with here.app() as app:
            assert ask(app) == "queued" and ask(app, "other@example.org") == "queued"
        report = here.sync()
        assert report.delivered.asked and report.delivered.asked.sent == 2
        assert here.sync().delivered.asked is None
        taken = office.clerk.taken
    assert [envelope.rcpt_tos for envelope in taken] == [[READER], ["other@example.org"]]
    mail = message_from_bytes(taken[0].content, policy=policy.default)
    assert mail["From"] == "Test Desk <desk@example.org>" and mail["Message-ID"].startswith("<c.morning.")
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert words(here) == [("sent", "250 2.0.0 OK: queued")] * 2


def test_a_choice_is_confirmed_by_its_mail_however_late_that_goes(tmp_path: Path):
    """The server is away for hours, and the reader for days: what the form asked for is what they get."""
    with post_office(Clerk(rcpt={READER: "450 4.2.1 busy"})) as office:
        here = at_the_desk(tmp_path, office.port)
        with here.app() as app:
            (offer,) = (one for one in subscribing.offers(app) if one.digest == "morning")
            (topic, _), *_ = offer.topics
            form = f"{app.config.home}subscribe/morning"
            asked = subscribing.ask(app, offer, READER, Choice((topic,), "weekly"), via="form", form=form, wording="w")
            since = app.clock()
        assert asked == "queued"
        here.clock.forward(hours=3)
        here.sync()
        office.clerk.rcpt.clear()
        here.clock.forward(hours=7)
        here.sync()
        (taken,) = office.clerk.taken
    text = next(message_from_bytes(taken.content, policy=policy.default).iter_parts()).get_content()
    token = re.findall(r"/confirm/(\S+)", text)[0]
    here.clock.forward(days=6, hours=23)
    with here.app() as app:
        wish = subscribing.confirm(app, token).subscription
    assert (wish.state, wish.choice) == ("confirmed", Choice((topic,), "weekly"))
    assert (wish.consent.asked, wish.consent.form, wish.consent.wording) == (since, form, "w")


def test_the_last_form_before_the_mail_is_what_its_link_confirms(tmp_path: Path):
    """Of this digest, and of those that are confirmed along with it; what an editor's list says replaces nothing."""
    with post_office(Clerk()) as office:
        here = at_the_desk(tmp_path, office.port)
        with here.app() as app:
            for digest in ("morning", "evening"):
                ask(app, digest=digest)
            offer = register.offer_named(app, "morning")
            weekly = register.choice_of(offer, ["science"], "weekly")
            register.add(app, offer, READER, weekly, agreed=False, note="")
            noted = register.offer_named(app, "evening")
            assert register.add(app, noted, READER, Choice(), agreed=False, note="at the fair") == "later"
            roster = f"address,digest,state\n{READER},morning,pending\n{READER},evening,pending\n".encode()
            people = register.read_people(app, roster, name="a.csv", digest="", agreed=False)
            assert register.bring(app, people) == (0, 0, 0)
        here.sync()
        (taken,) = office.clerk.taken
    text = next(message_from_bytes(taken.content, policy=policy.default).iter_parts()).get_content()
    with here.app() as app:
        token = re.findall(r"/confirm/(\S+)", text)[0]
        assert subscribing.reader(app, "confirm", token).subscription.choice == weekly
        who = subscribing.confirm(app, token, ["evening", "inside"]).subscriber
        found = {one.digest: one for one in app.store.subscribers.subscriptions(who.id)}
        assert {one.state for one in found.values()} == {"confirmed"} and found["morning"].choice == weekly
        assert found["evening"].consent.form == "at the fair"


def test_a_mail_refused_for_a_while_is_tried_again_under_its_name(tmp_path: Path):
    with post_office(Clerk(rcpt={READER: "450 4.2.1 busy"})) as office:
        here = at_the_desk(tmp_path, office.port)
        with here.app() as app:
            ask(app)
        report = here.sync().delivered.asked
        assert report and (report.sent, report.deferred, report.trouble) == (0, 1, ["450 4.2.1 busy"])
        assert here.sync().delivered.asked is None
        office.clerk.rcpt.clear()
        here.clock.forward(minutes=31)
        assert here.sync().delivered.asked.sent == 1
    assert words(here) == [("sent", "250 2.0.0 OK: queued")]


def test_a_mail_refused_for_good_or_too_often_is_given_up(tmp_path: Path):
    with post_office(Clerk(rcpt={READER: "550 5.1.1 no such user", "b@example.org": "450 4.2.1 busy"})) as office:
        here = at_the_desk(tmp_path, office.port)
        with here.app() as app:
            ask(app)
            ask(app, "b@example.org")
        for _ in range(len(RETRIES) + 2):
            here.sync()
            here.clock.forward(hours=25)
    assert [state for state, _ in words(here)] == ["failed", "failed"]


def test_a_mail_that_may_have_arrived_is_not_sent_again(tmp_path: Path):
    lines = ("220 here", "250 hello", "250 ok", "250 ok", "354 go on")
    with breaking_office(lines) as (port, _):
        here = at_the_desk(tmp_path, port)
        with here.app() as app:
            ask(app)
        assert here.sync().delivered.asked.failed == 1
    assert words(here)[0][0] == "unknown"
    here.clock.forward(hours=5)
    assert here.sync().delivered.asked is None


def test_without_a_public_address_nobody_is_asked_but_who_agreed_can_be_added(tmp_path: Path):
    here = desk(tmp_path, extra=EXTRA)
    config = tmp_path / "feeds.yaml"
    config.write_text(config.read_text().replace("home: https://desk.example.org/\n", ""))
    with here.app() as app:
        with pytest.raises(NoHomeError, match="`home`"):
            ask(app)
        assert app.store.subscribers.all() == ()
        assert agreed(app) == "confirmed"
        ((who, (wish,)),) = app.store.subscribers.all()
        assert (who.address, wish.state, wish.consent.via, wish.consent.form) == (
            READER,
            "confirmed",
            "editor",
            "at the fair",
        )


def test_an_editor_adds_who_waits_or_left_but_nobody_who_is_suppressed(tmp_path: Path):
    here = desk(tmp_path, extra=EXTRA)
    with here.app() as app:
        ask(app)
        assert agreed(app) == "confirmed"
        who = register.found(app, READER.upper())
        register.remove(app, who)
        assert agreed(app) == "confirmed" and app.store.subscribers.may_get(who.id, "morning", START)
        app.store.subscribers.suppress(who.id, "complaint", START)
        assert agreed(app) == "suppressed" == ask(app, digest="evening")


def test_what_an_editor_says_anew_of_who_is_subscribed_is_kept(tmp_path: Path):
    """Only what is named: the rest of their choice, their pause and the record of their consent stay."""
    with desk(tmp_path, extra=EXTRA).app() as app:
        offer = register.offer_named(app, "morning")
        assert agreed(app, frequency="weekly") == "confirmed"
        who = register.found(app, READER)
        register.pause(app, who, "morning", 2)
        (before,) = app.store.subscribers.subscriptions(who.id)
        assert before.choice.paused_until == datetime(2026, 12, 7, tzinfo=ZoneInfo("Europe/Berlin"))
        topics = register.choice_of(offer, ["world"], "")
        assert register.add(app, offer, READER, topics, agreed=True, note="", named=["topics"]) == "changed"
        (wish,) = app.store.subscribers.subscriptions(who.id)
        assert wish == replace(before, choice=replace(before.choice, topics=("world",)))
        assert register.add(app, offer, READER, Choice(), agreed=True, note="by telephone") == "changed"
        (wish,) = app.store.subscribers.subscriptions(who.id)
        assert (wish.choice.topics, wish.choice.frequency, wish.consent.form) == (("world",), "weekly", "by telephone")
        assert register.add(app, offer, READER, Choice(), agreed=True, note="") == "confirmed"


def test_a_long_list_is_asked_over_days(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(register, "ASKED_A_DAY", 2)
    here = desk(tmp_path, extra=EXTRA)
    lines = "\n".join(f"reader{number}@example.org,pending" for number in range(5))
    with here.app() as app:
        roster = register.read_people(
            app, f"address,state\n{lines}".encode(), name="a.csv", digest="morning", agreed=False
        )
        assert register.bring(app, roster) == (5, 5, 5)
        assert [len(app.store.confirmations.waiting(START + timedelta(days=day))) for day in range(3)] == [2, 4, 5]


@pytest.mark.parametrize(
    "typed",
    [
        "READER@M\u00dcNCHEN.example.org",
        "reader@mu\u0308nchen.example.org",
        " reader@xn--mnchen-3ya.example.org ",
        "reader@m\u00fcnchen.example.org",
    ],
)
def test_somebody_is_found_however_their_address_is_typed(tmp_path: Path, typed: str):
    with desk(tmp_path, extra=EXTRA).app() as app:
        offer = register.offer_named(app, "morning")
        register.add(app, offer, "reader@m\u00fcnchen.example.org", Choice(), agreed=True, note="")
        assert register.found(app, typed).address == "reader@xn--mnchen-3ya.example.org"


@pytest.mark.parametrize(
    ("digest", "topic", "frequency", "words"),
    [
        ("morningg", "", "", "no digest “morningg”"),
        ("morning-weekly", "", "", "--digest morning --frequency weekly"),
        ("morning", "sport", "", "there is: world, science"),
        ("evening", "", "weekly", "cannot be had weekly"),
    ],
)
def test_what_a_digest_does_not_have_is_said(tmp_path: Path, digest: str, topic: str, frequency: str, words: str):
    with desk(tmp_path, extra=EXTRA).app() as app, pytest.raises(NotFoundError, match=words):
        register.choice_of(register.offer_named(app, digest), [topic] if topic else [], frequency)


def test_what_gathers_a_digest_is_made_when_somebody_wants_it(tmp_path: Path):
    """weekly: on the digest's first day of the week, twice as long, with a memory of its own."""
    with serve({"/a": Page(rss(item(1), item(2)))}) as server:
        here = desk(tmp_path, server.url("/a"), extra=EXTRA)
        with here.app() as app:
            names = [one.name for one in wanted_mailings(app, now=START)]
            assert names == ["morning", "evening", "inside"]
            agreed(app, frequency="weekly")
            names = [one.name for one in wanted_mailings(app, now=START)]
            assert names == ["morning", "morning-weekly", "evening", "inside"]
            weekly = digest_named(app, "morning-weekly")
            assert (weekly.when, weekly.size, weekly.to, weekly.title) == (
                "mon 07:00",
                40,
                (),
                "Morning briefing (weekly)",
            )
            assert app.config.rhythm("morning-weekly") == ("morning", "weekly")
            assert app.config.rhythm("morning") == ("morning", "each")
        composed = {f"{issue.digest} {issue.period}" for issue in here.sync().issues}
        assert {"morning 2026-11-23", "morning-weekly 2026-11-23"} <= composed
        here.clock.forward(days=1)
        with here.app() as app:
            assert "morning-weekly" not in [digest.name for digest, _ in due_periods(app, now=app.clock())]
            register.pause(app, register.found(app, READER), "", 4)
            assert "morning-weekly" not in [one.name for one in wanted_mailings(app, now=app.clock())]


def test_what_gathers_a_digest_has_a_feed_of_its_issues_too(tmp_path: Path):
    """At the address that its pages name, and also where a process was killed before it wrote the feed."""
    with serve({"/a": Page(rss(item(1), item(2)))}) as server:
        here = desk(tmp_path, server.url("/a"), extra=EXTRA)
        with here.app() as app:
            agreed(app, frequency="weekly")
        here.sync()
        feed = tmp_path / "storage/outputs/morning-weekly-issues.atom"
        before = feed.read_bytes()
        feed.unlink()
        here.sync()
        page = (tmp_path / "storage/issues/morning-weekly/2026-11-23.html").read_text(encoding="utf-8")
        with here.app() as app:
            answer = TestClient(site(app)).get("/feeds/morning-weekly-issues.atom")
            with Reception(app, tell=print) as reception:
                index, listed = (TestClient(site(app, reception)).get(p).text for p in ("/", "/issues/morning-weekly/"))
    assert answer.content == feed.read_bytes() == before and b"morning-weekly/2026-11-23" in before
    assert 'href="https://desk.example.org/feeds/morning-weekly-issues.atom"' in page
    assert 'href="https://desk.example.org/subscribe/morning"' in page, "the form has the choice of how often"
    assert listed.count('href="../../subscribe/morning"') == 1, "who looks through the issues may want the next"
    assert index.count('href="./subscribe/morning"') == 2 and "subscribe/morning-weekly" not in index + page


def test_the_reception_waits_for_who_writes_and_loses_nothing(tmp_path: Path):
    told: list[str] = []
    with desk(tmp_path, extra=EXTRA).app() as app:
        app.store.meta["w"] = "0"
        stop = threading.Event()

        def writes() -> None:
            while not stop.is_set():
                with app.store.feeds._lane.write() as connection:
                    connection.execute("UPDATE meta SET value = value + 1 WHERE key = 'w'")
                    time.sleep(0.01)
                time.sleep(0.01)

        writer = threading.Thread(target=writes)
        writer.start()
        eventually(lambda: int(app.store.meta["w"]) > 1)
        with Reception(app, tell=told.append) as reception:
            for number in range(20):
                peer = f"198.51.{number}.7"
                assert reception.ask(Wanted("morning", f"reader{number}@example.org", (), "each", peer, "form"))
        stop.set()
        writer.join()
        assert told == [] and len(app.store.subscribers.all()) == 20


def test_forms_that_wait_are_kept_before_the_program_ends(tmp_path: Path):
    with desk(tmp_path, extra=EXTRA).app() as app:
        with Reception(app) as reception:
            for number in range(50):
                peer = f"198.51.{number}.7"
                reception.ask(Wanted("morning", f"reader{number}@example.org", (), "each", peer, "form"))
        assert len(app.store.subscribers.all()) == 50


def test_when_too_much_waits_everybody_is_told_to_come_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("aggregator.jobs.reception.MOST_WAITING", 3)
    with desk(tmp_path, extra=EXTRA).app() as app:
        reception = Reception(app)  # nobody works
        wishes = [Wanted("morning", READER, (), "each", f"192.0.{number}.7", "form") for number in range(4)]
        assert [reception.ask(wish) for wish in wishes] == ["asked", "asked", "asked", "busy"]


def test_one_network_keeps_nobody_else_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Whoever sends forms without end is told so, and gets no more room than comes to something."""
    monkeypatch.setattr("aggregator.jobs.reception.MOST_WAITING", 2 * NETWORK_MOST)
    flood = [Wanted("morning", f"x{number}@example.org", (), "each", "2001:db8::7", "form") for number in range(100)]
    here = desk(tmp_path, extra=EXTRA)
    with here.app() as app:
        reception = Reception(app, rest=0)
        assert [*map(reception.ask, flood)] == ["asked"] * NETWORK_MOST + ["crowded"] * (len(flood) - NETWORK_MOST)
        assert reception.ask(Wanted("morning", READER, (), "each", "192.0.2.7", "form")) == "asked"
        with reception:
            eventually(lambda: app.store.subscribers.by_mailbox(READER) is not None)
        assert len(app.store.subscribers.all()) == NETWORK_MOST + 1
        assert Reception(app).ask(flood[-1]) == "crowded", "a program that begins anew knows of them"
        here.clock.forward(hours=1)
        assert reception.ask(flood[-1]) == "asked" and len(reception._networks) == 1


def test_a_program_that_begins_anew_takes_no_more_than_are_left(tmp_path: Path):
    """Although all come at once, before any is written down: nobody waits for a mail that does not come."""
    forms = [Wanted("morning", f"x{number}@example.org", (), "each", "192.0.2.7", "form") for number in range(8)]
    with desk(tmp_path, extra=EXTRA).app() as app:
        with Reception(app, rest=0) as before:
            assert [before.ask(form) for form in forms[:3]] == ["asked"] * 3
            eventually(lambda: len(app.store.subscribers.all()) == 3)
        anew = Reception(app)  # nobody works
        assert [anew.ask(form) for form in forms[3:]] == ["asked"] * (NETWORK_MOST - 3) + ["crowded"] * 3


def test_a_form_that_cannot_be_kept_is_told_and_costs_no_other(tmp_path: Path):
    told: list[str] = []
    with desk(tmp_path, extra=EXTRA).app() as app, Reception(app, tell=told.append) as reception:
        folder = app.workspace.storage / "consent"
        folder.write_text("in the way")
        reception.ask(Wanted("morning", READER, (), "each", "", "form"))
        eventually(lambda: bool(told))
        folder.unlink()
        reception.ask(Wanted("morning", READER, (), "each", "", "form"))
        eventually(lambda: app.store.subscribers.by_mailbox(READER) is not None)
    assert len(told) == 1 and "consent" in told[0]


def test_two_programs_agree_on_the_secret(tmp_path: Path):
    here = desk(tmp_path, extra=EXTRA)
    with here.app() as one, here.app() as two:
        found: list[bytes] = []
        threads = [threading.Thread(target=lambda app=app: found.append(app.secret)) for app in (one, two)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(set(found)) == 1 and len(found[0]) == 32
    with here.app() as three:
        assert three.secret == found[0]


def test_addresses_that_never_answered_are_pruned(tmp_path: Path):
    here = desk(tmp_path, extra=EXTRA)
    with here.app() as app:
        ask(app)
        here.clock.forward(days=31)
        workers.prune(app, dry_run=True)
        assert app.store.subscribers.by_mailbox(READER)
        workers.prune(app)
        assert app.store.subscribers.by_mailbox(READER) is None


def test_a_sync_forgets_from_which_networks_was_asked(tmp_path: Path):
    here = desk(tmp_path, extra=EXTRA)
    with here.app() as app, Reception(app, rest=0) as reception:
        reception.ask(Wanted("morning", READER, (), "each", "192.0.2.7", "form"))
    here.clock.forward(days=1, seconds=1)
    for asked in (True, False):
        with here.app() as app, app.store.confirmations._lane.read() as connection:
            (network,) = connection.execute("SELECT network FROM confirmation").fetchone()
        assert bool(network) == asked
        here.sync()


def test_a_link_of_a_weekly_mail_is_about_its_digest(tmp_path: Path):
    with desk(tmp_path, extra=EXTRA).app() as app:
        agreed(app, frequency="weekly")
        uid = register.found(app, READER).uid
        token = sign(app.secret, "unsubscribe", uid, "morning-weekly", app.clock())
        assert subscribing.leave(app, "unsubscribe", token).subscription.state == "left"


def test_servers_are_told_for_how_many_people_is_read(tmp_path: Path):
    here = desk(tmp_path, extra=EXTRA.replace("when: daily 19:00,", f"when: daily 19:00, to: [{READER}],"))
    with here.app() as app:
        for address in (READER, "b@example.org", "c@example.org"):
            agreed(app, address)
        ask(app, "pending@example.org")
    with here.app() as app:
        assert "; 3 subscribers)" in app.user_agent


def test_a_choice_of_all_topics_is_of_those_to_come(tmp_path: Path):
    with desk(tmp_path, extra=EXTRA).app() as app:
        offer = register.offer_named(app, "morning")
        assert subscribing.chosen(offer, ["world", "science"], "each") == Choice()
        assert subscribing.chosen(offer, [], "") == Choice()
        assert subscribing.chosen(offer, ["science", "x"], "weekly") == Choice(("science",), "weekly")
        assert timedelta(days=1) < subscribing.UNDO_WITHIN
