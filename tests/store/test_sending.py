"""Deliveries in hand: one sender each, committed before and after, taken from the dead and never from the living."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.errors import NotFoundError
from aggregator.model import Addressed, DeliveryState, DeliveryWord, Pace, Packed, Variant
from aggregator.store.owners import is_gone, me
from aggregator.store.sending import LEASE
from tests.owners import ELSEWHERE, a_dead_process, a_living_process
from tests.store.test_ledger import ISSUE, LETTER, TO, freeze
from tests.store.things import DAY, HOUR, NOW, Desk

SECOND = timedelta(seconds=1)


def ids(
    desk: Desk, owner: str = "me", *, count: int = 10, after: timedelta = timedelta(), digest: str = ""
) -> list[int]:
    found = desk.store.issues.claim(owner, now=NOW + after, count=count, digest=digest)
    return [delivery.id for delivery in found.deliveries]


def crowd(desk: Desk, many: int) -> None:
    to = [Addressed(f"reader{number}@example.org", f"<{number}@example.org>") for number in range(many)]
    desk.store.issues.freeze(ISSUE, LETTER, deliveries=to, now=NOW)


def begun(desk: Desk, owner: str, delivery: int = 1) -> None:
    """Let a sender claim everything, and begin with one."""
    ids(desk, owner)
    assert desk.store.issues.begin(delivery, owner, now=NOW)


def states(desk: Desk) -> list[DeliveryWord]:
    return [delivery.state for delivery in desk.store.issues.deliveries(1)]


def test_what_one_sender_has_no_other_gets(desk: Desk) -> None:
    freeze(desk)
    issues = desk.store.issues
    (first,) = issues.claim("me", now=NOW, count=1).deliveries
    assert first == DeliveryState(1, 1, TO[0].recipient, TO[0].message_id, changed=NOW)
    assert ids(desk, "you") == [2]
    assert ids(desk, "they") == []
    assert not issues.begin(first.id, "you", now=NOW)
    assert issues.begin(first.id, "me", now=NOW)
    issues.settle(first.id, "me", "sent", reply="250 ok", now=NOW + HOUR)
    assert issues.deliveries(1)[0] == replace(first, state="sent", attempts=1, reply="250 ok", changed=NOW + HOUR)
    assert ids(desk, "they", after=DAY) == [2], "a claim of nobody knows whom ends with its lease"


def test_many_senders_at_once_share_all_and_nobody_gets_one_twice(desk: Desk) -> None:
    crowd(desk, 300)
    taken: list[int] = []

    def send(owner: str) -> None:
        while mine := ids(desk, owner, count=7):
            for one in mine:
                assert desk.store.issues.begin(one, owner, now=NOW)
                taken.append(one)
                desk.store.issues.settle(one, owner, "sent", reply="250 ok", now=NOW)

    senders = [threading.Thread(target=send, args=(f"sender {number}",)) for number in range(6)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert sorted(taken) == list(range(1, 301))
    assert set(states(desk)) == {"sent"}


@pytest.mark.parametrize("state", ["sent", "failed", "unknown", "dropped"])
def test_what_is_settled_is_not_sent_again(desk: Desk, state: DeliveryWord) -> None:
    freeze(desk)
    begun(desk, "me")
    desk.store.issues.settle(1, "me", state, reply="", now=NOW)
    assert ids(desk, "you", after=DAY) == [2]
    assert desk.store.issues.waiting(NOW + DAY) == 1


def test_a_deferred_delivery_waits_for_its_time(desk: Desk) -> None:
    freeze(desk)
    issues = desk.store.issues
    begun(desk, "me")
    issues.settle(1, "me", "deferred", reply="451 later", due=NOW + HOUR, now=NOW)
    issues.release("me", now=NOW)
    assert [(one.id, one.reply) for one in issues.deferred(NOW)] == [(1, "451 later")]
    assert [issues.waiting(NOW + after) for after in (timedelta(), HOUR)] == [1, 2]
    assert ids(desk, after=timedelta(minutes=59)) == [2]
    assert ids(desk, after=HOUR) == [1]
    assert issues.begin(1, "me", now=NOW + HOUR)
    assert (issues.deliveries(1)[0].attempts, issues.deliveries(1)[0].due) == (2, None)


def test_only_what_was_an_attempt_is_counted_as_one(desk: Desk) -> None:
    """A refused recipient is one, a server that is down is none, and what had begun is not counted twice."""
    crowd(desk, 3)
    issues = desk.store.issues
    ids(desk)
    issues.settle(1, "me", "deferred", reply="450 busy", due=NOW, now=NOW)
    issues.settle(2, "me", "deferred", reply="no server", due=NOW, now=NOW, counts=False)
    issues.begin(3, "me", now=NOW)
    issues.begin(3, "me", now=NOW)  # offered again on a new connection
    issues.settle(3, "me", "deferred", reply="451 later", due=NOW, now=NOW)
    assert [delivery.attempts for delivery in issues.deliveries(1)] == [1, 0, 1]


def test_a_sender_gives_back_what_it_did_not_begin(desk: Desk) -> None:
    freeze(desk)
    begun(desk, "me")
    desk.store.issues.release("me", now=NOW)
    assert states(desk) == ["unknown", "pending"]
    assert ids(desk, "you") == [2]


def test_what_a_dead_process_was_sending_is_unknown_and_the_rest_is_free(desk: Desk) -> None:
    freeze(desk)
    issues = desk.store.issues
    owner = a_dead_process()
    begun(desk, owner)
    assert ids(desk, "you") == [], "still claimed"
    assert (issues.interrupted(now=NOW), issues.interrupted(now=NOW)) == (1, 0)
    assert states(desk) == ["unknown", "pending"]
    assert ids(desk, "you") == [2]
    issues.settle(1, owner, "sent", reply="250 ok", now=NOW)
    assert states(desk)[0] == "sent", "it was not dead after all, and knows better"


def test_what_a_living_process_sends_is_left_to_it_however_long_it_takes(desk: Desk) -> None:
    freeze(desk)
    with a_living_process() as owner:
        begun(desk, owner)
        assert desk.store.issues.interrupted(now=NOW + 2 * LEASE) == 0
        assert states(desk) == ["sending", "pending"]
    assert desk.store.issues.interrupted(now=NOW) == 1
    assert states(desk) == ["unknown", "pending"]


def test_a_process_that_cannot_be_looked_at_keeps_its_own_until_its_lease_is_over(desk: Desk) -> None:
    freeze(desk)
    begun(desk, ELSEWHERE)
    assert desk.store.issues.interrupted(now=NOW + LEASE - SECOND) == 0
    assert desk.store.issues.interrupted(now=NOW + LEASE) == 1
    assert states(desk) == ["unknown", "pending"]


def test_senders_have_names_of_their_own_and_processes_are_told_apart() -> None:
    mine, other = me(), me()
    assert mine != other
    assert is_gone(mine) is False
    assert is_gone(a_dead_process()) is True
    place, pid, started, word = mine.split(" ")
    assert is_gone(f"{place} {pid} {int(started) + 1} {word}") is True, "another process has its number by now"
    assert [is_gone(name) for name in (ELSEWHERE, "", "me", f"{place}x {pid} {started} {word}")] == [None] * 4


def test_what_was_sending_in_an_older_version_is_unknown(desk: Desk) -> None:
    """Its rows have no owner."""
    freeze(desk)
    begun(desk, "")
    with desk.store.issues._lane.write() as connection:
        connection.execute("UPDATE delivery SET owner = '', lease = NULL")
    assert desk.store.issues.interrupted(now=NOW) == 1


def test_what_only_writes_a_file_is_tried_again_after_an_interruption(desk: Desk) -> None:
    freeze(desk)
    begun(desk, a_dead_process())
    assert desk.store.issues.interrupted(now=NOW + HOUR, again=True) == 1
    first = desk.store.issues.deliveries(1)[0]
    assert (first.state, first.reply, first.attempts, first.changed) == ("pending", "", 1, NOW + HOUR)
    assert ids(desk) == [1, 2]


def test_a_delivery_that_nobody_claimed_cannot_be_settled(desk: Desk) -> None:
    freeze(desk)
    desk.store.issues.settle(1, "me", "sent", reply="250 ok", now=NOW)
    assert states(desk) == ["pending", "pending"]


def test_what_is_unknown_begins_anew_when_somebody_decides_so_and_the_past_has_no_more_say(desk: Desk) -> None:
    freeze(desk)
    issues = desk.store.issues
    owner = a_dead_process()
    begun(desk, owner)
    issues.interrupted(now=NOW)
    assert issues.again(1, ["failed"], now=NOW) == 0
    assert issues.again(1, ["unknown"], now=NOW, recipient="other@example.org") == 0
    assert issues.again(1, ["unknown"], now=NOW, recipient="Reader@Example.org") == 1
    anew = issues.deliveries(1)[0]
    assert (anew.state, anew.attempts, anew.message_id) == ("pending", 0, TO[0].message_id)
    issues.settle(1, owner, "sent", reply="250 ok", now=NOW)
    assert states(desk) == ["pending", "pending"]


def test_the_post_of_one_digest_is_told_from_that_of_another(desk: Desk) -> None:
    freeze(desk)
    freeze(desk, replace(ISSUE, digest="evening"))
    assert [desk.store.issues.waiting(NOW, digest=name) for name in ("", "evening", "none")] == [4, 2, 0]
    assert ids(desk, digest="evening") == [3, 4]
    assert ids(desk, digest="none") == []
    assert ids(desk) == [1, 2]


def test_all_senders_together_keep_to_the_rate(desk: Desk) -> None:
    """Five a second, after a second's worth at once; each claim says when its messages may go."""
    crowd(desk, 40)
    pace = Pace(rate=5)
    turns = [desk.store.issues.claim(owner, now=NOW, count=10, pace=pace) for owner in ("me", "you", "they")]
    assert [(round(one.first, 3), one.every) for one in turns] == [(-1, 0.2), (1, 0.2), (3, 0.2)]
    later = desk.store.issues.claim("me", now=NOW + 6 * SECOND, count=10, pace=pace)
    assert round(later.first, 3) == -1, "the bucket holds a second's worth and no more"


def test_a_slow_rate_has_no_worth_of_a_second(desk: Desk) -> None:
    crowd(desk, 3)
    turns = [desk.store.issues.claim("me", now=NOW, count=1, pace=Pace(rate=0.1)).first for _ in range(3)]
    assert turns == [0, 10, 20]


def test_a_clock_that_was_set_back_does_not_hold_the_mail(desk: Desk) -> None:
    crowd(desk, 20)
    desk.store.issues.claim("me", now=NOW + DAY, count=10, pace=Pace(rate=5))
    assert desk.store.issues.claim("me", now=NOW, count=10, pace=Pace(rate=5)).first == -1


@pytest.mark.parametrize("ahead", [SECOND, 60 * SECOND])
def test_a_machine_whose_clock_is_a_little_ahead_is_not_taken_for_dead(desk: Desk, ahead: timedelta) -> None:
    """Nor one that was before a small step backwards: what it has in hand stays its own."""
    freeze(desk)
    issues = desk.store.issues
    issues.claim(ELSEWHERE, now=NOW + ahead, count=9)
    assert issues.begin(1, ELSEWHERE, now=NOW + ahead)
    assert issues.interrupted(now=NOW) == 0 and states(desk) == ["sending", "pending"]
    assert ids(desk, "you") == [] and issues.begin(2, ELSEWHERE, now=NOW + ahead)


def test_what_was_put_off_or_taken_while_the_clock_was_wrong_is_free_when_it_is_right(desk: Desk) -> None:
    """A year ahead, and set back: nothing waits for that year to pass, and the hour is not full of it."""
    crowd(desk, 4)
    issues, then = desk.store.issues, NOW + 365 * DAY
    for owner, count in (("me", 2), (ELSEWHERE, 2)):
        issues.claim(owner, now=then, count=count)
    assert issues.begin(1, "me", now=then) and issues.begin(3, ELSEWHERE, now=then)
    issues.settle(1, "me", "deferred", reply="451 later", due=then + DAY, now=then)
    issues.settle(2, "me", "deferred", reply="451 later", due=NOW + DAY, now=NOW, counts=False)
    assert issues.interrupted(now=NOW) == 1 and states(desk)[2] == "unknown"
    assert [one.id for one in issues.deferred(NOW)] == [2] and issues.waiting(NOW) == 2
    found = issues.claim("you", now=NOW, count=9, pace=Pace(per_hour=3))
    assert [one.id for one in found.deliveries] == [4, 1]


def test_no_more_than_so_many_an_hour_are_given_out(desk: Desk) -> None:
    crowd(desk, 30)
    issues, pace = desk.store.issues, Pace(per_hour=12)
    first = issues.claim("me", now=NOW, count=8, pace=pace).deliveries
    assert len(issues.claim("you", now=NOW, count=8, pace=pace).deliveries) == 4
    assert issues.claim("they", now=NOW, count=8, pace=pace).full
    for one in first:
        assert one.id == 8 or issues.begin(one.id, "me", now=NOW)
        issues.settle(one.id, "me", "sent" if one.id < 7 else "failed", reply="", now=NOW)
    assert len(issues.claim("they", now=NOW, count=8, pace=pace).deliveries) == 1, "one of them did not go out"
    assert len(issues.claim("we", now=NOW + HOUR, count=20, pace=pace).deliveries) == 12


def test_an_issue_is_kept_as_some_of_its_subscribers_chose_it(desk: Desk) -> None:
    variant = Variant('{"topics":["world"]}', "Another subject", Packed(b"\x00packed", "World"))
    to = [*TO, Addressed("third@example.org", "<3@example.org>", subscriber=7, variant=variant.key)]
    desk.store.issues.freeze(ISSUE, LETTER, deliveries=to, variants=[variant], now=NOW)
    deliveries = desk.store.issues.deliveries(1)
    assert [(one.subscriber, one.letter) for one in deliveries] == [(0, 0), (0, 0), (7, 1)]
    assert desk.store.issues.variant(1) == variant
    with pytest.raises(NotFoundError, match="not kept any more"):
        desk.store.issues.variant(2)


def test_that_a_message_is_being_sent_is_on_the_disk_before_it_goes(desk: Desk) -> None:
    """The connection that says so waits for the disk (synchronous=FULL); the others do not need to."""
    lane = desk.store.issues._lane
    with lane.write(durable=True) as connection:
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
    with lane.write() as connection:
        assert connection.execute("PRAGMA synchronous").fetchone() == (1,)
