"""People who subscribe, as the store keeps them."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from aggregator.model import Choice, Consent, Subscriber, mailbox_of
from aggregator.store import Store
from aggregator.store.confirmations import ADDRESS_REST
from aggregator.store.networks import NETWORK_MOST
from tests.store.things import DAY, HOUR, NOW, Desk
from tests.subscribed import delivered_to


@pytest.fixture
def store(desk: Desk) -> Store:
    return desk.store


def ask(store: Store, address: str = "reader@example.org", digest: str = "morning", *, at: datetime = NOW, **more: str):
    """Ask for a digest as the form does."""
    consent = Consent(at, "form", "https://news.example.org/subscribe/morning", "1:abc")
    network, choice = more.pop("network", "net"), Choice(("world",))
    return store.confirmations.ask(address, digest, choice, consent, network=network, message_id="<c.%s@example.org>")


def subscriber(store: Store, address: str = "reader@example.org") -> Subscriber:
    found = store.subscribers.by_mailbox(mailbox_of(address))
    assert found
    return found


def confirmed(store: Store, address: str = "reader@example.org", digest: str = "morning") -> Subscriber:
    ask(store, address, digest, network="")
    found = subscriber(store, address)
    store.subscribers.confirm(found.id, digest, NOW)
    return found


def got(store: Store, digest: str = "morning", *, at: datetime = NOW) -> list[str]:
    return [who.address for who, _ in store.subscribers.of_digest(digest, ["each"], at)]


def test_an_address_is_one_person_however_it_is_written(store: Store):
    ask(store, "Reader@example.org")
    ask(store, "reader@EXAMPLE.org", "evening")
    assert [who.address for who, _ in store.subscribers.all()] == ["Reader@example.org"]
    assert [wish.digest for wish in store.subscribers.subscriptions(subscriber(store).id)] == ["evening", "morning"]


def test_only_who_confirmed_is_sent_anything(store: Store):
    ask(store)
    who = subscriber(store)
    assert got(store) == [] and not store.subscribers.may_get(who.id, "morning", NOW)
    assert store.subscribers.confirm(who.id, "morning", NOW)
    assert not store.subscribers.confirm(who.id, "morning", NOW + HOUR)
    assert got(store) == ["reader@example.org"] and store.subscribers.may_get(who.id, "morning", NOW)
    (wish,) = store.subscribers.subscriptions(who.id)
    assert (wish.state, wish.confirmed, wish.choice.topics) == ("confirmed", NOW, ("world",))
    assert wish.consent == Consent(NOW, "form", "https://news.example.org/subscribe/morning", "1:abc")


def test_leaving_one_digest_leaves_the_others_and_can_be_taken_back_for_a_time(store: Store):
    who = confirmed(store)
    confirmed(store, digest="evening")
    assert store.subscribers.leave(who.id, "morning", NOW) and not store.subscribers.leave(who.id, "morning", NOW)
    assert got(store) == [] and got(store, "evening") == ["reader@example.org"]
    assert not store.subscribers.undo(who.id, "morning", NOW + HOUR), "left before that"
    assert store.subscribers.undo(who.id, "morning", NOW - HOUR) and got(store) == ["reader@example.org"]


def test_who_never_confirmed_cannot_come_in_by_undoing(store: Store):
    ask(store)
    who = subscriber(store)
    store.subscribers.leave(who.id, "morning", NOW)
    assert not store.subscribers.undo(who.id, "morning", NOW - DAY)


def test_a_pause_ends_by_itself(store: Store):
    who = confirmed(store)
    store.subscribers.pause(who.id, "morning", NOW + DAY)
    assert got(store) == [] and not store.subscribers.may_get(who.id, "morning", NOW)
    assert got(store, at=NOW + DAY) == ["reader@example.org"]


def test_who_is_suppressed_gets_no_digest_at_all_until_the_editor_says_so(store: Store):
    who = confirmed(store)
    confirmed(store, digest="evening")
    assert store.subscribers.suppress(who.id, "550 5.1.1 no such user", NOW)
    assert not store.subscribers.suppress(who.id, "another reason", NOW)
    assert got(store) == got(store, "evening") == [] and not store.subscribers.may_get(who.id, "morning", NOW)
    assert subscriber(store).suppressed == "550 5.1.1 no such user" and subscriber(store).suppressed_at == NOW
    assert ask(store, at=NOW + 2 * DAY) == "suppressed"
    assert store.subscribers.release(who.id, NOW) and got(store) == ["reader@example.org"]


def test_a_frequency_is_heeded(store: Store):
    who = confirmed(store)
    store.subscribers.choose(who.id, "morning", Choice((), "weekly"))
    assert got(store) == [] and len(store.subscribers.of_digest("morning", ["weekly"], NOW)) == 1
    assert store.subscribers.frequencies(NOW) == {("morning", "weekly")}


def test_one_mail_a_day_to_an_address_and_the_second_digest_waits_its_turn(store: Store):
    assert ask(store) == "queued" == ask(store), "the second form takes the place of the first"
    (first,) = store.confirmations.waiting(NOW)
    assert store.confirmations.claim(first.id, now=NOW) and not store.confirmations.claim(first.id, now=NOW)
    store.confirmations.settle(first.id, "sent", reply="250 OK", now=NOW)
    assert ask(store, digest="evening", at=NOW + HOUR) == "later"
    assert ask(store, digest="noon", at=NOW + HOUR) == "later"
    assert store.confirmations.waiting(NOW + 23 * HOUR) == ()
    assert [one.digest for one in store.confirmations.waiting(NOW + ADDRESS_REST)] == ["evening"]
    assert [one.digest for one in store.confirmations.waiting(NOW + 2 * ADDRESS_REST)] == ["evening", "noon"]
    assert ask(store, at=NOW + 25 * HOUR) == "later", "after evening's and noon's"


def test_what_was_confirmed_meanwhile_is_not_asked_again(store: Store):
    ask(store)
    (first,) = store.confirmations.waiting(NOW)
    store.subscribers.confirm(first.subscriber.id, "morning", NOW)
    assert store.confirmations.waiting(NOW) == () and not store.confirmations.claim(first.id, now=NOW)
    assert ask(store, at=NOW + 2 * DAY) == "confirmed"


def test_five_mails_an_hour_from_a_network_and_nothing_is_kept_of_the_sixth(store: Store):
    for number in range(NETWORK_MOST):
        assert ask(store, f"reader{number}@example.org") == "queued"
    assert ask(store, "sixth@example.org") == "crowded"
    assert store.subscribers.by_mailbox("sixth@example.org") is None
    assert ask(store, "sixth@example.org", network="another") == "queued"
    assert ask(store, "seventh@example.org", at=NOW + 2 * HOUR) == "queued"
    assert ask(store, "eighth@example.org", network="") == "queued", "the editor's own"


def networks(store: Store) -> list[str]:
    with store.confirmations._lane.read() as connection:
        return [network for (network,) in connection.execute("SELECT network FROM confirmation ORDER BY id")]


def test_the_hash_of_a_network_goes_after_a_day(store: Store):
    ask(store)
    store.confirmations.tidy(NOW + HOUR)
    assert networks(store) == ["net"]
    store.confirmations.tidy(NOW + DAY + HOUR)
    assert networks(store) == [""]


def test_a_mail_that_a_dead_process_was_sending_is_not_sent_again(store: Store):
    ask(store)
    (first,) = store.confirmations.waiting(NOW)
    store.confirmations.claim(first.id, now=NOW)
    store.confirmations.tidy(NOW + 2 * HOUR)
    assert store.confirmations.waiting(NOW + DAY) == ()


def test_who_left_may_ask_again(store: Store):
    who = confirmed(store)
    store.subscribers.leave(who.id, "morning", NOW)
    assert store.confirmations.waiting(NOW + DAY) == (), "what was asked for before is not meant any more"
    assert ask(store, at=NOW + 2 * DAY) == "queued" and got(store) == []
    assert len(store.confirmations.waiting(NOW + 2 * DAY)) == 1
    assert not store.confirmations.confirm(who.id, "morning", NOW, NOW + 2 * DAY), "the link of the first mail"
    assert store.confirmations.confirm(who.id, "morning", NOW + 2 * DAY, NOW + 2 * DAY)
    assert got(store) == ["reader@example.org"]


def another(store: Store, at: datetime, network: str = "net"):
    """Send the form with somebody else's address."""
    consent = Consent(at, "form", "https://news.example.org/other", "2:abc")
    address, choice = "reader@example.org", Choice(("science",), "weekly")
    return store.confirmations.ask(address, "morning", choice, consent, network=network, message_id="<d.%s@x>")


def test_a_form_changes_nothing_of_somebody_until_the_link_of_its_own_mail_is_followed(store: Store):
    ask(store)
    who = subscriber(store)
    before = store.subscribers.subscriptions(who.id)
    (first,) = store.confirmations.waiting(NOW)
    store.confirmations.claim(first.id, now=NOW)
    store.confirmations.settle(first.id, "sent", reply="250 OK", now=NOW)
    assert another(store, NOW + HOUR) == "asked" and another(store, NOW + 2 * DAY) == "queued"
    assert store.subscribers.subscriptions(who.id) == before
    assert store.confirmations.confirm(who.id, "morning", NOW, NOW + 3 * DAY), "the link of the first mail"
    (wish,) = store.subscribers.subscriptions(who.id)
    assert (wish.choice, wish.consent, wish.confirmed) == (before[0].choice, before[0].consent, NOW + 3 * DAY)
    store.subscribers.leave(who.id, "morning", NOW + 4 * DAY)
    left = store.subscribers.subscriptions(who.id)
    assert another(store, NOW + 5 * DAY) == "queued"
    assert store.subscribers.subscriptions(who.id) == left and left[0].state == "left"
    assert store.confirmations.confirm(who.id, "morning", NOW + 5 * DAY, NOW + 6 * DAY)
    (wish,) = store.subscribers.subscriptions(who.id)
    assert (wish.state, wish.choice, wish.consent.wording) == ("confirmed", Choice(("science",), "weekly"), "2:abc")


def test_the_last_form_before_the_mail_is_the_one_that_counts(store: Store):
    """It takes the place of the one that waits, with its time and its attempts; once the mail is out, none does."""
    ask(store)
    (first,) = store.confirmations.waiting(NOW)
    assert another(store, NOW + HOUR) == "queued"
    (second,) = store.confirmations.waiting(NOW + HOUR)
    assert not store.confirmations.claim(first.id, now=NOW + HOUR), "its mail, which was written before, stays here"
    assert store.confirmations.claim(second.id, now=NOW + HOUR)
    settle = store.confirmations.settle
    settle(second.id, "deferred", reply="450 busy", due=NOW + 3 * HOUR, now=NOW + HOUR)
    assert another(store, NOW + 2 * HOUR) == "queued" and store.confirmations.waiting(NOW + 2 * HOUR) == ()
    (third,) = store.confirmations.waiting(NOW + 3 * HOUR)
    assert (third.asked, third.attempts) == (NOW + 2 * HOUR, 1)
    assert store.confirmations.claim(third.id, now=NOW + 3 * HOUR)
    assert ask(store, at=NOW + 3 * HOUR) == "asked", "it is on its way"
    settle(third.id, "sent", reply="250 OK", now=NOW + 3 * HOUR)
    assert ask(store, at=NOW + 4 * HOUR) == "asked"
    who = subscriber(store)
    assert store.confirmations.confirm(who.id, "morning", NOW + 3 * HOUR, NOW + 5 * HOUR)
    (wish,) = store.subscribers.subscriptions(who.id)
    assert (wish.choice, wish.consent.asked) == (Choice(("science",), "weekly"), NOW + 2 * HOUR)
    assert networks(store).count("net") == 5


def test_a_form_of_before_somebody_left_keeps_no_place(store: Store):
    ask(store)
    store.subscribers.leave(subscriber(store).id, "morning", NOW + HOUR)
    assert another(store, NOW + 2 * HOUR) == "later", "a mail waited already"
    (due,) = store.confirmations.waiting(NOW + 2 * DAY)
    assert due.asked == NOW + 2 * HOUR


def test_what_was_asked_while_the_clock_was_ahead_holds_nobody_up(store: Store):
    """A machine that starts in the wrong year: neither the network nor the address waits until then."""
    for number in range(NETWORK_MOST):
        ask(store, f"reader{number}@example.org", at=NOW + 300 * DAY)
    (first, *_) = store.confirmations.waiting(NOW + 300 * DAY)
    store.confirmations.claim(first.id, now=NOW + 300 * DAY)
    store.confirmations.settle(first.id, "sent", reply="250 OK", now=NOW + 300 * DAY)
    assert ask(store, "other@example.org", at=NOW) == "queued"
    assert ask(store, "reader0@example.org", digest="evening", at=NOW) == "later"
    assert [one.digest for one in store.confirmations.waiting(NOW + ADDRESS_REST) if one.due] == ["evening"]


def test_every_form_counts_to_the_bound_of_its_network(store: Store):
    """Whatever came of it; and one without a mail is kept for a day, and no longer."""
    who = confirmed(store)
    assert [another(store, NOW) for _ in range(2)] == ["confirmed"] * 2
    store.subscribers.suppress(who.id, "5.1.1", NOW)
    assert [another(store, NOW) for _ in range(NETWORK_MOST - 2)] == ["suppressed"] * (NETWORK_MOST - 2)
    assert another(store, NOW) == "crowded"
    store.confirmations.tidy(NOW + DAY + HOUR)
    assert networks(store) == [""], "the editor's own"


def test_who_asks_again_is_not_forgotten_before_the_second_mail_is_answered(store: Store):
    ask(store)
    (first,) = store.confirmations.waiting(NOW)
    store.confirmations.claim(first.id, now=NOW)
    store.confirmations.settle(first.id, "sent", reply="250 OK", now=NOW)
    assert ask(store, at=NOW + timedelta(days=29)) == "queued"
    assert store.subscribers.forget(NOW + timedelta(days=31)) == 0
    assert store.subscribers.forget(NOW + timedelta(days=60)) == 1


def test_who_waits_to_be_asked_longer_than_a_month_is_not_forgotten(store: Store):
    """The end of a long list, of which so many are asked a day: their days begin with the mail."""
    later, consent = NOW + timedelta(days=40), Consent(NOW, "import", "list.csv")
    choice, facts = Choice(), {"network": "", "message_id": "<c.%s@x>", "not_before": later}
    assert store.confirmations.ask("reader@example.org", "morning", choice, consent, **facts) == "later"
    assert store.subscribers.forget(NOW + timedelta(days=35)) == 0
    (due,) = store.confirmations.waiting(later)
    store.confirmations.claim(due.id, now=later)
    store.confirmations.settle(due.id, "sent", reply="250 OK", now=later)
    assert store.subscribers.forget(later + timedelta(days=29)) == 0
    assert store.subscribers.forget(later + timedelta(days=31)) == 1


def test_erasing_leaves_no_address_anywhere(store: Store, tmp_path):
    who = confirmed(store)
    with store.subscribers._lane.write() as connection:
        connection.execute("""INSERT INTO issue (id, digest, period, since, until, frozen, skipped, entries, subject,
            data, html, text) VALUES (1, 'morning', '2026-11-23', 1, 2, 3, 0, 1, '', '', '', '')""")
        connection.execute(
            """INSERT INTO delivery (issue_id, recipient, message_id, state, attempts, reply, changed, subscriber_id,
            letter_id, owner) VALUES (1, 'reader@example.org', '<1@x>', 'sent', 1, '250 for reader@example.org', 3, ?,
            0, '')""",
            (who.id,),
        )
        connection.execute(
            "INSERT INTO bounce VALUES (NULL, ?, 1, 'transient', '4.2.2', 'reader@example.org is full', 'f', 4)",
            (who.id,),
        )
    assert store.subscribers.sent_to(who.id)[0][:3] == ("morning", "2026-11-23", "sent")
    assert store.subscribers.bounces_of(who.id)[0].status == "4.2.2"
    assert store.subscribers.erase(who.id) and not store.subscribers.erase(who.id)
    with store.subscribers._lane.read() as connection:
        dump = "\n".join(connection.iterdump())
    assert "reader@example" not in dump and who.uid not in dump and "erased-1@erased.invalid" in dump


def test_erasing_leaves_no_bytes_of_an_address_in_the_files(store: Store, path: Path):
    """Also while another program has the database open, and so the write-ahead log stays."""
    with Store.open(path, now=NOW):
        who = confirmed(store)
        delivered_to(store, path, "reader@example.org")
        store.subscribers.erase(who.id)
        assert b"reader@example" in path.with_name(f"{path.name}-wal").read_bytes()
        assert store.subscribers.fold()
        assert b"reader@example" not in path.with_name(f"{path.name}-wal").read_bytes() + path.read_bytes()


def test_who_reads_all_the_time_keeps_the_log_and_that_is_said(
    store: Store, path: Path, monkeypatch: pytest.MonkeyPatch
):
    who = confirmed(store)
    monkeypatch.setattr("aggregator.store.lane.BUSY_SECONDS", 0.05)
    with store.subscribers._lane.read() as connection:
        assert connection.execute("SELECT count(*) FROM subscriber").fetchone() == (1,)
        store.subscribers.erase(who.id)
        assert not store.subscribers.fold()
    assert store.subscribers.fold()


def test_what_was_still_to_be_sent_to_who_is_erased_is_dropped(store: Store, path: Path):
    who = confirmed(store)
    delivered_to(store, path, "reader@example.org", issues=5)
    words = ("pending", "deferred", "failed", "unknown", "sent")
    with store.subscribers._lane.write() as connection:
        for number, word in enumerate(words, 1):
            facts = (word, 9 if word == "deferred" else None, number)
            connection.execute("UPDATE delivery SET state = ?, due = ?, owner = 'x' WHERE id = ?", facts)
    store.subscribers.erase(who.id)
    with store.subscribers._lane.read() as connection:
        rows = connection.execute("SELECT state, reply, due FROM delivery ORDER BY id").fetchall()
    dropped = ("dropped", "erased", None)
    assert rows == [dropped, dropped, ("failed", "erased", None), ("unknown", "erased", None), ("sent", "", None)]
    assert store.issues.deferred(NOW) == () and not store.issues.claim("me", now=NOW, count=9).deliveries


def test_an_address_of_which_nothing_was_confirmed_is_forgotten(store: Store):
    ask(store)
    ask(store, "left@example.org", network="")
    confirmed(store, "stays@example.org")
    store.subscribers.leave(subscriber(store, "left@example.org").id, "morning", NOW)
    assert store.subscribers.forget(NOW + timedelta(days=29)) == 0
    assert store.subscribers.forget(NOW + timedelta(days=31)) == 1
    assert [who.address for who, _ in store.subscribers.all()] == ["left@example.org", "stays@example.org"]


def test_who_comes_from_elsewhere_overrules_nobody_who_is_here(store: Store):
    who = confirmed(store)
    (wish,) = store.subscribers.subscriptions(who.id)
    store.subscribers.leave(who.id, "morning", NOW)
    other = Subscriber(0, "", "New@example.org", "", NOW, "de", "Europe/Berlin", "complaint", NOW)
    people = [(who, wish), (other, wish)]
    assert store.subscribers.keep(people) == (1, 1) and store.subscribers.keep(people) == (0, 0)
    assert got(store) == []
    new = subscriber(store, "new@example.org")
    assert (new.address, new.language, new.suppressed) == ("New@example.org", "de", "complaint")


def test_readers_are_counted_once(store: Store):
    confirmed(store)
    confirmed(store, digest="evening")
    ask(store, "pending@example.org")
    assert store.subscribers.readers() == {"reader@example.org"}


@pytest.mark.parametrize("times", [3])
def test_a_fact_that_is_made_once_is_the_same_for_all(store: Store, times: int):
    made = [store.meta.once("secret", lambda number=number: str(number)) for number in range(times)]
    assert made == ["0"] * times


def test_two_addresses_that_differ_by_a_letter_are_two_people(store: Store):
    """Case folding would write both with two letters s."""
    for address in ("gross@example.org", "groß@example.org", "GROSS@example.org"):
        ask(store, address)
    assert [who.address for who, _ in store.subscribers.all()] == ["gross@example.org", "groß@example.org"]
