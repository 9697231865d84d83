"""Issues to many: who gets what, what becomes of each, how fast, and by how many processes at once."""

import gc
import re
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from aggregator import workers
from aggregator.jobs import register, subscribing
from aggregator.jobs.bounces import bounced
from aggregator.jobs.postrun import Rest, Run
from aggregator.jobs.sending import FORMS, Sender
from aggregator.model import Choice, Subscriber
from aggregator.pipeline.letter import Form, marks
from aggregator.pipeline.refusals import IN_A_ROW
from aggregator.pipeline.tokens import read
from aggregator.store import driver, lane
from tests.mailroom import Mailroom, freeze, furnish, mailroom, people
from tests.postoffice import Clerk, Office, breaking_office, post_office

HELLO = ("220 here", "250 here")
TAKEN = ("250 OK", "250 OK")
WORD = re.compile(r"https://news\.example\.org/(unsubscribe|preferences)/([A-Za-z0-9_.-]+)")


def asked(room: Mailroom, number: int) -> None:
    """Enter so many who are asked whether they mean it."""
    with room.app() as app:
        for one in range(number):
            offer = register.offer_named(app, "morning")
            register.add(app, offer, f"new{one}@example.org", Choice(), agreed=False, note="")


def pruned(room: Mailroom) -> int:
    """Prune, and count the letters that are left."""
    with room.app() as app:
        workers.prune(app)
        with app.store.issues._lane.read() as connection:
            return int(connection.execute("SELECT count(*) FROM letter").fetchone()[0])


def suppressed(room: Mailroom) -> int:
    """Count who gets no more mail."""
    with room.app() as app:
        return sum(bool(person.suppressed) for person, _ in app.store.subscribers.all())


def mails(office: Office) -> dict[str, EmailMessage]:
    """Read what arrived, by the name before the @."""
    found = {}
    for envelope in office.clerk.taken:
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        found[envelope.rcpt_tos[0].partition("@")[0]] = mail
    return found


def texts(mail: EmailMessage) -> str:
    return "".join(part.get_content() for part in mail.iter_parts())


def test_each_subscriber_has_links_of_their_own_in_the_header_and_the_text(tmp_path: Path) -> None:
    """One click unsubscribes (RFC 8058), a mail does too; the archive knows nobody."""
    with post_office() as office:
        room = mailroom(tmp_path, port=office.port, subscribers=3)
        assert room.deliver().sent == 3
        arrived = mails(office)
    for name, mail in arrived.items():
        with room.app() as app:
            person = app.store.subscribers.by_mailbox(f"{name}@example.org")
            assert person
            for page, token in set(WORD.findall(texts(mail))):
                assert read(app.secret, page, token, app.clock()) == (person.uid, "morning")
        link, by_mail = mail["List-Unsubscribe"].split(", ")
        assert WORD.search(link) and by_mail == "<mailto:desk@example.org?subject=unsubscribe%20morning>"
        assert link.strip("<>") in texts(mail)
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert len(link) < 100 and "link.invalid" not in texts(mail)
    assert len({mail["List-Unsubscribe"] for mail in arrived.values()}) == 3
    with room.app() as app:
        own = app.store.issues.letter(1)
    assert not WORD.search(own.html + own.text) and "link.invalid" not in own.html + own.text


def test_no_text_of_a_feed_is_taken_for_the_place_of_a_link(tmp_path: Path) -> None:
    """A story that names the marks of another workspace, or what was one once, is told as it is."""
    theirs = [*marks(bytes(32), "morning", "2026-01-01").values(), "https://link.invalid/preferences-3f1c9e5ad2b7"]
    with post_office() as office:
        furnish(tmp_path, port=office.port)
        room = Mailroom(tmp_path)
        with room.app() as app:
            people(app, 1)
            freeze(app, title=f"Read {' '.join(theirs)}")
        room.deliver()
        (mail,) = mails(office).values()
    assert all(mark in texts(mail).replace("\r\n", "") for mark in theirs)
    assert len(set(WORD.findall(texts(mail)))) == 2


def test_without_a_home_a_mail_is_the_way_to_leave(tmp_path: Path) -> None:
    with post_office() as office:
        furnish(tmp_path, port=office.port)
        (tmp_path / "feeds.yaml").write_text(
            (tmp_path / "feeds.yaml").read_text().replace("home: https://news.example.org/\n", ""), encoding="utf-8"
        )
        room = Mailroom(tmp_path)
        with room.app() as app:
            people(app, 1)
            freeze(app)
        room.deliver()
        (mail,) = mails(office).values()
    assert mail["List-Unsubscribe"] == "<mailto:desk@example.org?subject=unsubscribe%20morning>"
    assert mail["List-Unsubscribe-Post"] is None and "link.invalid" not in texts(mail)


def test_who_chose_topics_reads_these_and_who_chose_none_of_its_gets_no_mail(tmp_path: Path) -> None:
    """One letter for all who chose the same, in the order of feeds.yaml whatever theirs was."""
    choices = [Choice(), Choice(("science", "economy")), Choice(("economy", "science")), Choice(("geopolitics",))]
    with post_office() as office:
        furnish(tmp_path, port=office.port)
        room = Mailroom(tmp_path)
        with room.app() as app:
            people(app, 4, choices=choices)
            freeze(app, stories=2)  # the first is of geopolitics, the second of economy
        assert room.deliver().sent == 4
        arrived, rows = mails(office), room.rows()
    treaty, bank = "mutual defence treaty", "Central bank holds"
    told = {
        name: [word in texts(mail).replace("\r\n", " ") for word in (treaty, bank)] for name, mail in arrived.items()
    }
    assert told == {"reader0": [True] * 2, "reader1": [False, True], "reader2": [False, True], "reader3": [True, False]}
    letters = [rows[f"reader{number}"].letter for number in range(4)]
    assert letters[1] == letters[2] and len(set(letters)) == 3
    assert "treaty" not in arrived["reader1"]["Subject"]


def test_two_addresses_that_are_nearly_one_have_a_mail_each_and_only_one_is_sent_again(tmp_path: Path) -> None:
    """Under one Message-ID the one would be written over the other, or taken for it."""
    furnish(tmp_path, port=0)
    room = Mailroom(tmp_path)
    near = ("groß@example.org", "gross@example.org")
    with room.app() as app:
        people(app, 2)
        wishes = [wish for _, wish in app.store.subscribers.of_digest("morning", ("each",), app.clock())]
        app.store.subscribers.keep(
            (Subscriber(0, "", address, address, app.clock()), wish) for address, wish in zip(near, wishes, strict=True)
        )
        freeze(app)
    assert room.deliver().sent == 4 and len(list((tmp_path / "storage/outbox").iterdir())) == 4
    with room.app() as app:
        assert app.store.issues.again(1, ["sent"], now=app.clock(), recipient="Gross@example.org") == 1
        (again,) = (one for one in app.store.issues.deliveries(1) if one.state == "pending")
    assert again.recipient == "gross@example.org"


def test_a_choice_of_which_nothing_is_told_gets_no_mail(tmp_path: Path) -> None:
    furnish(tmp_path, port=0)
    room = Mailroom(tmp_path)
    with room.app() as app:
        people(app, 2, choices=[Choice(), Choice(("science",))])
        freeze(app, stories=2)
    assert list(room.rows()) == ["reader0"]


def test_choices_that_differ_by_what_is_not_told_share_a_letter(tmp_path: Path) -> None:
    """An issue has as many letters as it can be read in, not as many as there are choices."""
    furnish(tmp_path, port=0)
    room = Mailroom(tmp_path)
    with room.app() as app:
        people(
            app, 3, choices=[Choice(("economy",)), Choice(("economy", "science")), Choice(("economy", "geopolitics"))]
        )
        freeze(app, stories=2)  # nothing of science
    letters = [room.rows()[f"reader{number}"].letter for number in range(3)]
    assert letters[0] == letters[1] != letters[2]


def test_an_issue_of_many_letters_is_sent_with_few_of_them_in_hand(tmp_path: Path) -> None:
    """What a sender holds does not grow with their number."""
    names = ("economy", "geopolitics", "science")
    some = [Choice(one) for count in (1, 2) for one in combinations(names, count)]
    furnish(tmp_path, port=0)
    room = Mailroom(tmp_path)
    with room.app() as app:
        people(app, 100, choices=[Choice(), *some], zones=[f"Etc/GMT{hours:+}" for hours in range(-12, 13)])
        freeze(app)
        assert len({row.letter for row in app.store.issues.deliveries(1)}) == 100
        sender = Sender(app, only="", run=Run(app))
        assert sender.work().sent == 100
        gc.collect()
        assert sum(isinstance(one, Form) for one in gc.get_objects()) <= FORMS


def test_a_subscriber_reads_the_frame_in_their_language(tmp_path: Path) -> None:
    with post_office() as office:
        furnish(tmp_path, port=office.port)
        room = Mailroom(tmp_path)
        with room.app() as app:
            people(app, 1, language="de")
            freeze(app)
        room.deliver()
        (mail,) = mails(office).values()
    assert 'lang="de"' in texts(mail) and "Donnerstag" in texts(mail)


def test_zones_in_which_every_time_is_the_same_share_a_letter(tmp_path: Path) -> None:
    """Where it is the time of the issue itself, in Berlin in winter, that is read."""
    zones = ["", "Europe/Paris", "Africa/Lagos", "Etc/UTC", "Africa/Abidjan", "Europe/London", "Asia/Tokyo"]
    furnish(tmp_path, port=0)
    room = Mailroom(tmp_path)
    with room.app() as app:
        people(app, len(zones), zones=zones)
        freeze(app)
    letters = [room.rows()[f"reader{number}"].letter for number in range(len(zones))]
    assert letters[0] == letters[1] == letters[2] and letters[3] == letters[4] == letters[5]
    assert len(set(letters)) == 3


def test_letters_are_forgotten_a_month_after_they_went_and_no_sooner(tmp_path: Path) -> None:
    with post_office(Clerk(rcpt={"reader0@example.org": "450 4.2.1 busy"})) as office:
        room = mailroom(tmp_path, port=office.port, subscribers=1)
        with room.app() as app:
            people(app, 2, choices=(Choice(), Choice(("science",))))
            freeze(app, number=1)
        assert room.deliver().sent == 1
        room.clock.forward(days=30)
        assert pruned(room) == 3
        room.clock.forward(days=2)
        assert pruned(room) == 2, "those still on their way stay"
        with room.app() as app:
            assert app.store.issues.again(2, ["sent"], now=app.clock()) == 1
        assert "not kept any more" in room.deliver().dropped["reader1@example.org"]


def test_who_stands_in_to_gets_one_mail_also_as_a_subscriber(tmp_path: Path) -> None:
    room = mailroom(tmp_path, port=0, subscribers=2, digest="to: [Reader1@example.org, desk@example.org]")
    assert sorted(room.rows()) == ["Reader1", "desk", "reader0"]
    assert room.deliver().sent == 3


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda people, id, now: people.leave(id, "morning", now), ["left on 20"]),
        (lambda people, id, now: people.pause(id, "morning", now + timedelta(days=7)), ["paused meanwhile"]),
        (lambda people, id, now: people.suppress(id, "5.1.1 nobody", now), ["suppressed meanwhile: 5.1.1 nobody"]),
        (lambda people, id, now: people.erase(id), []),  # dropped already
    ],
    ids=["left", "paused", "suppressed", "erased"],
)
def test_who_left_after_the_issue_was_made_gets_none(tmp_path: Path, change: object, why: list[str]) -> None:
    """The server does not even hear of the address."""
    heard: list[str] = []

    class Listening(Clerk):
        async def handle_RCPT(self, *args: Any) -> str:
            heard.append(args[3])
            return await super().handle_RCPT(*args)

    with post_office(Listening()) as office:
        room = mailroom(tmp_path, port=office.port)
        with room.app() as app:
            person = app.store.subscribers.by_mailbox("reader1@example.org")
            assert person and callable(change)
            change(app.store.subscribers, person.id, app.clock())
        report = room.deliver()
        assert report.sent == 2
        assert all(said.startswith(words) for said, words in zip(report.dropped.values(), why, strict=True))
        assert set(mails(office)) == {"reader0", "reader2"}
        assert heard == ["reader0@example.org", "reader2@example.org"]
        assert room.deliver().sent == 0
    assert sorted(room.states()) == ["dropped", "sent", "sent"]


def test_who_leaves_while_the_server_is_asked_gets_none(tmp_path: Path) -> None:
    """Looked at once more when it has taken the recipient, just before DATA."""
    room = Mailroom(tmp_path)

    class Slow(Clerk):
        async def handle_RCPT(self, *args: Any) -> str:
            with room.app() as app:
                app.store.subscribers.leave(1, "morning", app.clock())
            return await super().handle_RCPT(*args)

    with post_office(Slow()) as office:
        mailroom(tmp_path, port=office.port, subscribers=1)
        (said,) = room.deliver().dropped.values()
        assert said.startswith("left on ") and not office.clerk.taken


@contextmanager
def locked(folder: Path, seconds: float) -> Iterator[None]:
    """Hold the write lock of the database for so long."""
    holder = sqlite3.connect(folder / "storage" / "aggregator.db", isolation_level=None, check_same_thread=False)
    holder.execute("BEGIN IMMEDIATE")
    free = threading.Timer(seconds, holder.rollback)
    free.start()
    yield
    free.join()
    holder.close()


class Busy(Clerk):
    """Has our database locked by somebody else while the first mail is on its way; ``at`` a step, for some time."""

    def __init__(self, folder: Path, at: str, seconds: float) -> None:
        super().__init__()
        self.folder, self.at, self.seconds = folder, at, seconds
        self.held = ExitStack()

    def lock(self, step: str) -> None:
        if step == self.at:
            self.at = ""
            self.held.enter_context(locked(self.folder, self.seconds))

    async def handle_RCPT(self, *args: Any) -> str:
        self.lock("RCPT")
        return await super().handle_RCPT(*args)

    async def handle_DATA(self, *args: Any) -> str:
        self.lock("DATA")
        return await super().handle_DATA(*args)


def patient(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Wait so long for a database that another has locked."""
    for module in (driver, lane):
        monkeypatch.setattr(module, "BUSY_SECONDS", seconds)


def test_our_own_database_in_others_hands_is_no_word_of_the_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run ends, and the next one may begin at once."""
    patient(monkeypatch, 0.3)
    clerk = Busy(tmp_path, "RCPT", 1.0)
    with post_office(clerk) as office:
        room = mailroom(tmp_path, port=office.port, subscribers=2)
        report = room.deliver()
        clerk.held.close()
        assert "locked" in report.why_left and (report.sent, report.left) == (0, 2)
        assert room.deliver().sent == 2


def test_a_reply_is_written_down_when_others_let_the_database_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient(monkeypatch, 0.5)
    clerk = Busy(tmp_path, "DATA", 0.9)
    with post_office(clerk) as office:
        room = mailroom(tmp_path, port=office.port, subscribers=2)
        assert room.deliver().sent == 2
        clerk.held.close()
    assert room.states() == ["sent", "sent"] and len(clerk.taken) == 2


def test_a_small_step_of_the_clock_does_not_end_the_rest_of_a_server(tmp_path: Path) -> None:
    """Set back by a second, or seen from a machine whose clock is a little behind."""
    furnish(tmp_path, port=0)
    with Mailroom(tmp_path).app() as app:
        Rest(app).keep("no", sent=0)
        assert all(Rest(app).reason(app.clock() - timedelta(seconds=seconds)) for seconds in (0, 1, 60))
        assert not Rest(app).reason(app.clock() - timedelta(hours=1))


def test_two_processes_end_the_rest_of_a_server_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    furnish(tmp_path, port=0)
    room = Mailroom(tmp_path)
    with room.app() as one, room.app() as two:
        Rest(one).keep("no", sent=0)
        mine = Rest(one)
        seen = mine._kept()
        Rest(two).keep("", sent=1)
        monkeypatch.setattr(mine, "_kept", lambda: seen)
        mine.keep("", sent=1)
        assert mine.reason(room.clock()) and Rest(one).reason(room.clock()) == ""


def test_who_was_taken_out_of_to_gets_none(tmp_path: Path) -> None:
    room = mailroom(tmp_path, port=0, subscribers=0, digest="to: [one@example.org, two@example.org]")
    furnish(tmp_path, port=0, digest="to: [two@example.org]")
    assert list(room.deliver().dropped.values()) == ["taken out of `to:` meanwhile"]
    assert {name: row.state for name, row in room.rows().items()} == {"one": "dropped", "two": "sent"}


AGAIN = (*TAKEN, "354 go", "250 2.0.0 second")
NEW = (*HELLO, *AGAIN)
VISITS = {
    "RCPT 450": ([[*HELLO, "250 OK", "450 4.7.1 greylisted", "250 reset", *AGAIN]], "deferred sent"),
    "RCPT 550": ([[*HELLO, "250 OK", "550 5.1.1 nobody", "250 reset", *AGAIN]], "failed sent"),
    "RCPT 5.7.x": ([[*HELLO, "250 OK", "550 5.7.1 blocked", "250 reset", "221 bye"]], "deferred pending"),
    "RCPT 421": ([[*HELLO, "250 OK", "421 4.3.2 bye!"], NEW], "deferred sent"),
    "RCPT lost": ([[*HELLO, "250 OK!"], NEW], "deferred sent"),
    "DATA 451": ([[*HELLO, *TAKEN, "451 4.3.0 later", "250 reset", *AGAIN]], "deferred sent"),
    "DATA 554": ([[*HELLO, *TAKEN, "554 5.5.1 no", "250 reset", *AGAIN]], "failed sent"),
    "DATA lost": ([[*HELLO, "250 OK", "250 OK!"], NEW], "deferred sent"),
    "dot 452": ([[*HELLO, *TAKEN, "354 go", "452 4.3.1 full", "250 reset", *AGAIN]], "deferred sent"),
    "dot 554": ([[*HELLO, *TAKEN, "354 go", "554 5.6.0 no", "250 reset", *AGAIN]], "failed sent"),
    "dot 5.7.x": ([[*HELLO, *TAKEN, "354 go", "554 5.7.1 spam", "250 reset", "221 bye"]], "deferred pending"),
    "dot 421": ([[*HELLO, *TAKEN, "354 go", "421 4.3.2 bye!"], NEW], "deferred sent"),
    "dot lost": ([[*HELLO, *TAKEN, "354 go"], NEW], "unknown sent"),
    "dot nonsense": ([[*HELLO, *TAKEN, "354 go", "123 ?"], NEW], "unknown sent"),
    "MAIL 550": ([[*HELLO, "550 5.7.1 not from you", "250 reset", "221 bye"]], "deferred pending"),
    "MAIL 451": ([[*HELLO, "451 4.3.0 later", "250 reset", "221 bye"]], "deferred pending"),
    "greeting 554": ([["554 go away!"]], "deferred pending"),
    "greeting 421": ([["421 4.3.2 busy!"]], "deferred pending"),
    "421 to the second": ([[*NEW, "421 4.3.2 bye!"], NEW], "sent sent"),
    "lost before the second": ([[*NEW, "250 OK!"], NEW], "sent sent"),
    "421 to the dot of the second": ([[*NEW, *TAKEN, "354 go", "421 4.3.2 bye!"], NEW], "sent deferred"),
    "lost after the second": ([[*NEW, *TAKEN, "354 go"]], "sent unknown"),
}


@pytest.mark.parametrize("name", VISITS)
def test_what_a_server_answers_decides_about_this_mail_and_the_next(tmp_path: Path, name: str) -> None:
    """The table of docs/delivery.md: two subscribers, and a server that says these lines."""
    visits, words = VISITS[name]
    with breaking_office(*visits) as (port, _):
        room = mailroom(tmp_path, port=port, subscribers=2)
        room.deliver()
    assert " ".join(room.states()) == words
    codes = [line[:3] for lines in visits for line in lines if line[:3].isdigit() and line[0] in "45"]
    replies = [row.reply for row in room.rows().values() if row.state in ("deferred", "failed")]
    assert all(any(code in reply for code in codes) or not codes or "lost" in reply for reply in replies)


def test_an_address_that_is_no_more_is_suppressed_and_gets_no_next_issue(tmp_path: Path) -> None:
    with post_office(Clerk(rcpt={"reader1@example.org": "550 5.1.1 no such user"})) as office:
        room = mailroom(tmp_path, port=office.port)
        assert list(room.deliver().failed) == ["reader1@example.org"]
    with room.app() as app:
        person = app.store.subscribers.by_mailbox("reader1@example.org")
        assert person and "5.1.1" in person.suppressed
        second = freeze(app, number=1)
        assert len(app.store.issues.deliveries(second.id)) == 2


def test_a_server_that_refuses_everybody_costs_ten_and_not_all(tmp_path: Path) -> None:
    """Whatever it says of each: ten in a row are tried again later, and nobody is suppressed for them."""
    clerk = Clerk(rcpt={f"reader{number}@example.org": "550 5.1.1 no such user" for number in range(100)})
    with post_office(clerk) as office:
        room = mailroom(tmp_path, port=office.port, subscribers=30)
        report = room.deliver()
        assert (len(report.deferred), report.failed, report.left) == (IN_A_ROW, {}, 20)
        assert "10 in a row" in report.why_left and suppressed(room) == 0
        clerk.rcpt.clear()
        room.clock.forward(minutes=5)
        assert room.deliver().sent == 30


def test_two_issues_for_one_address_are_both_tried_again(tmp_path: Path) -> None:
    """The same few addresses are refused for one issue after the other: still no word about them."""
    clerk = Clerk(rcpt={f"reader{number}@example.org": "550 5.1.1 no such user" for number in range(6)})
    with post_office(clerk) as office:
        room = mailroom(tmp_path, port=office.port, subscribers=6)
        with room.app() as app:
            freeze(app, number=1)
        report = room.deliver()
        assert (len(report.deferred), report.failed, report.left) == (6, {}, 2) and suppressed(room) == 0
        clerk.rcpt.clear()
        room.clock.forward(minutes=5)
        assert room.deliver().sent == 12


def test_ten_in_a_row_are_counted_over_all_connections_of_a_run(tmp_path: Path) -> None:
    clerk = Clerk(rcpt={f"reader{number}@example.org": "550 5.1.1 no such user" for number in range(200)})
    with post_office(clerk) as office:
        room = mailroom(tmp_path, port=office.port, subscribers=200)
        report = room.deliver()
    assert IN_A_ROW <= len(report.deferred) <= IN_A_ROW + 1 and suppressed(room) == 0


def test_a_server_that_refuses_everybody_for_days_is_not_asked_for_ever(tmp_path: Path) -> None:
    clerk = Clerk(rcpt={f"reader{number}@example.org": "550 5.1.1 no such user" for number in range(10)})
    with post_office(clerk) as office:
        room = mailroom(tmp_path, port=office.port, subscribers=10)
        for _ in range(6):
            room.deliver()
            room.clock.forward(hours=25)
        assert set(room.states()) == {"failed"} and suppressed(room) == 0
        assert room.deliver().left == 0


def test_a_few_refusals_count_against_the_addresses_once_the_server_takes_another(tmp_path: Path) -> None:
    clerk = Clerk(rcpt={"reader0@example.org": "550 5.1.1 no such user"})
    with post_office(clerk) as office:
        room = mailroom(tmp_path, port=office.port, subscribers=1)
        assert len(room.deliver().failed) == 1 and suppressed(room) == 0
        with room.app() as app:
            people(app, 2)
            freeze(app, number=1)
        assert room.deliver().sent == 1 and suppressed(room) == 1


@pytest.mark.parametrize("spoken", [True, False])
def test_addresses_that_need_utf8_go_where_it_is_spoken_and_cost_no_other(tmp_path: Path, spoken: bool) -> None:
    """What we cannot send says nothing of the server, however many there are; the mail that asks is no exception."""
    with post_office(enable_SMTPUTF8=spoken) as office:
        furnish(tmp_path, port=office.port)
        room = Mailroom(tmp_path)
        with room.app() as app:
            offer = register.offer_named(app, "morning")
            for number in range(IN_A_ROW + 2):
                register.add(
                    app, offer, f"j\u00fcrgen{number}@m\u00fcnchen.example.org", Choice(), agreed=True, note=""
                )
            people(app, 3)
            freeze(app)
            register.add(app, offer, "asked-\u00fc@example.org", Choice(), agreed=False, note="")
        report = room.deliver()
    assert (report.sent, len(report.failed), report.left) == ((IN_A_ROW + 5, 0, 0) if spoken else (3, IN_A_ROW + 2, 0))
    to = {address for envelope in office.clerk.taken for address in envelope.rcpt_tos}
    assert "reader0@example.org" in to
    assert ({"j\u00fcrgen0@xn--mnchen-3ya.example.org", "asked-\u00fc@example.org"} <= to) is spoken


def test_a_server_that_wants_no_mail_is_left_alone_for_a_while(tmp_path: Path) -> None:
    """Five minutes, then fifteen; a person need not wait, and a mail that is taken ends it."""
    with post_office(Clerk(mail=["550 5.7.1 not now"] * 3)) as office:
        room = mailroom(tmp_path, port=office.port)
        assert "5.7.1 not now" in room.deliver().why_left
        resting = room.deliver()
        assert (resting.sent, resting.left) == (0, 3) and "5.7.1 not now; tried again at" in resting.why_left
        room.clock.forward(minutes=5)
        assert room.deliver().left == 3 and office.clerk.offered == 2
        room.clock.forward(minutes=14)
        assert office.clerk.offered == 2 and room.deliver().sent == 0
        assert room.deliver(pressing=True).left == 3 and office.clerk.offered == 3
        room.clock.forward(minutes=5)
        assert room.deliver(pressing=True).sent == 3
        assert room.deliver().sent == 0
    assert room.states() == ["sent"] * 3


def test_a_server_is_not_left_alone_for_a_year_because_the_clock_was_wrong(tmp_path: Path) -> None:
    with post_office(Clerk(mail=["550 5.7.1 not now"])) as office:
        room = mailroom(tmp_path, port=office.port)
        room.clock.forward(days=365)
        assert "5.7.1 not now" in room.deliver().why_left
        room.clock.forward(days=-365)
        assert room.deliver().sent == 3


def test_mail_goes_no_faster_than_it_may(tmp_path: Path) -> None:
    """Twenty a second: twenty at once, and half a second for ten more."""
    with post_office() as office:
        room = mailroom(tmp_path, port=office.port, subscribers=30, mail="rate: 20")
        started = time.monotonic()
        assert room.deliver().sent == 30
        assert time.monotonic() - started > 0.4


def test_what_the_hour_does_not_allow_waits_for_the_next_run(tmp_path: Path) -> None:
    with post_office() as office:
        room = mailroom(tmp_path, port=office.port, subscribers=10, mail="rate: 1000, per_hour: 4")
        report = room.deliver()
        assert (report.sent, report.left) == (4, 6) and "per_hour" in report.why_left
        assert room.deliver().sent == 0
        room.clock.forward(hours=1)
        assert (room.deliver().sent, room.deliver().left) == (4, 2)


def test_the_hour_counts_what_went_out_whatever_became_of_it(tmp_path: Path) -> None:
    """Mails that ask, those refused after DATA, and those that came back: they were handed over all the same."""
    with post_office(Clerk(data=["250 OK", "554 5.6.0 no"])) as office:
        room = mailroom(tmp_path, port=office.port, subscribers=10, mail="rate: 1000, per_hour: 4")
        asked(room, 1)
        report = room.deliver()
        assert report.asked and (report.asked.sent, report.sent, len(report.failed)) == (1, 2, 1)
        with room.app() as app:
            for row in app.store.issues.deliveries(1):
                if row.state == "sent":
                    bounced(app, row.id, 550, "5.1.1 came back")
        assert room.deliver().sent == 0
        room.clock.forward(hours=1)
        assert room.deliver().sent == 4


def test_mails_that_ask_heed_the_hour_the_rate_and_the_end_of_the_run(tmp_path: Path) -> None:
    with post_office() as office:
        furnish(tmp_path, port=office.port, mail="rate: 10, per_hour: 15")
        room = Mailroom(tmp_path)
        asked(room, 30)
        report = room.deliver(patience=0.7)
        assert report.asked and 10 <= report.asked.sent < 15 and "time" in report.why_left
        report = room.deliver()
        assert len(office.clerk.taken) == 15 and "per_hour" in report.why_left
        assert room.deliver().asked.sent == 0


@pytest.mark.parametrize("reply", ["", "550 5.7.1 quota of today is used up"], ids=["connection refused", "policy"])
def test_mails_that_ask_wait_for_a_server_that_wants_no_mail(tmp_path: Path, reply: str) -> None:
    """It is left alone, none of them is given up, and the link in each holds from when it went."""
    clerk = Clerk(rcpt={f"new{number}@example.org": reply for number in range(3)} if reply else {})
    with post_office(clerk) as office:
        furnish(tmp_path, port=office.port if reply else 1)
        room = Mailroom(tmp_path)
        asked(room, 3)
        for _ in range(8):
            report = room.deliver()
            assert report.asked and (report.asked.deferred, report.asked.failed) == (1, 0) and report.why_left
            assert "tried again at" in room.deliver().why_left
            room.clock.forward(hours=1)
        clerk.rcpt.clear()
        furnish(tmp_path, port=office.port)
        room.clock.forward(days=8)
        assert room.deliver().asked.sent == 3
        with room.app() as app:
            for mail in mails(office).values():
                (token,) = re.findall(r"confirm/(\S+)", mail.get_body(("plain",)).get_content())
                assert subscribing.reader(app, "confirm", token)


def test_a_run_ends_in_time(tmp_path: Path) -> None:
    with post_office() as office:
        room = mailroom(tmp_path, port=office.port, subscribers=50, mail="rate: 10")
        report = room.deliver(patience=2)
        assert 10 <= report.sent < 50 and report.left == 50 - report.sent and "time" in report.why_left
    assert Counter(room.states()) == {"sent": report.sent, "pending": report.left}


def test_four_processes_send_one_issue_and_each_address_has_it_once(tmp_path: Path) -> None:
    with post_office() as office:
        room = mailroom(tmp_path, port=office.port, subscribers=400)
        command = [sys.executable, "-m", "aggregator", "-C", str(tmp_path), "digest", "deliver", "morning"]
        running = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(4)]
        said = [process.communicate(timeout=120)[1] for process in running]
        assert [process.returncode for process in running] == [0] * 4, said
        had = Counter(envelope.rcpt_tos[0] for envelope in office.clerk.taken)
    assert len(had) == 400 and set(had.values()) == {1}
    assert set(room.states()) == {"sent"}
    assert sum(int(text.split()[0]) for text in said) == 400


def test_a_process_sends_over_two_connections_of_a_hundred_messages_each(tmp_path: Path) -> None:
    with post_office() as office:
        room = mailroom(tmp_path, port=office.port, subscribers=250)
        assert room.deliver().sent == 250
        assert 3 <= len(office.clerk.sessions) <= 4
