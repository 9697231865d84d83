"""The keeper of what came back: once each, with what follows from it in the same transaction."""

from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from aggregator.model import Bounce, BounceWord
from aggregator.model.returned import Diagnosis
from aggregator.pipeline.bounces import DAYS, FAILURES, why_suppressed
from aggregator.store import Store
from tests.store.things import NOW
from tests.subscribed import delivered_to

READER = "reader@example.org"


def record(store: Store, delivery: int, kind: BounceWord, *, report: str = "", days: float = 0) -> str:
    """Record a bounce of a delivery, so many days after ``NOW``, and give the reason why mail stops."""
    to = store.bounces.addressee(delivery)
    assert to is not None
    diagnosis, came = Diagnosis(kind, "5.2.2", "full"), NOW + timedelta(days=days)
    bounce = Bounce(to.subscriber, delivery, kind, "5.2.2", "full", report or f"{delivery} {days}", came)
    return store.bounces.record(bounce, days=DAYS, why_suppressed=partial(why_suppressed, diagnosis))[1]


@pytest.fixture
def store(path: Path) -> object:
    with Store.open(path, now=NOW) as opened:
        yield opened


def state(store: Store, delivery: int) -> tuple[str, str]:
    states = [found for some in store.issues.deliveries_by_issue().values() for found in some if found.id == delivery]
    return states[0].state, states[0].reply


@pytest.mark.parametrize(
    ("kind", "left", "stops"),
    [
        ("permanent", "failed", True),
        ("transient", "failed", False),
        ("refused", "failed", False),
        ("delayed", "sent", False),
        ("complaint", "sent", True),
    ],
)
def test_what_a_bounce_does_to_its_delivery_and_its_subscriber(
    store: Store, path: Path, kind: BounceWord, left: str, stops: bool
) -> None:
    (delivery,) = delivered_to(store, path, READER)
    assert bool(record(store, delivery, kind)) is stops
    assert state(store, delivery) == (left, "5.2.2 full" if left == "failed" else "250 OK")
    reader = store.subscribers.by_mailbox(READER)
    assert reader is not None and bool(reader.suppressed) is stops
    assert reader.suppressed_at == (NOW if stops else None)


def test_a_report_counts_once(store: Store, path: Path) -> None:
    (delivery,) = delivered_to(store, path, READER)
    assert record(store, delivery, "permanent", report="a")
    reader = store.subscribers.by_mailbox(READER)
    assert reader is not None and store.subscribers.release(reader.id, NOW)
    assert record(store, delivery, "permanent", report="a") == ""  # read again after the editor has decided otherwise
    found = store.subscribers.by_mailbox(READER)
    assert found is not None and found.suppressed == ""
    assert len(store.bounces.latest(10)) == 1


def test_five_issues_on_five_days_in_thirty(store: Store, path: Path) -> None:
    """Five digests of one bad day are one day; a mail that is reported on twice is one issue; old failures lapse."""
    deliveries = delivered_to(store, path, READER, issues=12)
    assert not any(record(store, one, "transient", report=str(one)) for one in deliveries[:6])
    assert not any(record(store, deliveries[6], "transient", days=day) for day in range(1, 9))
    assert not any(record(store, one, "transient", days=40 + place) for place, one in enumerate(deliveries[7:11]))
    assert store.bounces.failures(1, deliveries[10], now=NOW + timedelta(days=43), days=DAYS) == 4
    assert record(store, deliveries[11], "transient", days=44).startswith(f"{FAILURES} issues in {DAYS} days")


def test_who_is_released_begins_anew(store: Store, path: Path) -> None:
    """The fifth failure stopped mail; after the editor's word the next one is the first again."""
    numbers = delivered_to(store, path, READER, issues=10)
    for day, number in enumerate(numbers[:5]):
        record(store, number, "transient", days=day)
    reader = store.subscribers.by_mailbox(READER)
    assert reader is not None and reader.suppressed
    store.subscribers.release(reader.id, NOW + timedelta(days=5))
    for day, number in enumerate(numbers[5:], start=6):
        again = store.subscribers.by_mailbox(READER)
        assert again is not None and not again.suppressed, day
        record(store, number, "transient", days=day)
    last = store.subscribers.by_mailbox(READER)
    assert last is not None and last.suppressed.startswith("5 issues in 30 days")


def test_the_editors_addresses_are_told_and_never_stopped(store: Store, path: Path) -> None:
    """A bounce of an address of `to:` is remembered with the delivery; only the editor can take it out."""
    gone, full, fine = delivered_to(store, path, "gone@example.org", "full@example.org", READER, subscribed=False)
    assert record(store, gone, "permanent") == "" and record(store, full, "transient") == ""
    assert record(store, gone, "complaint", report="2") == ""
    told = store.bounces.no_good(["gone@example.org", "full@example.org", READER, "nobody@example.org"])
    assert told == {"gone@example.org": "complaint: 5.2.2 full"}
    assert store.bounces.addressee(fine) is not None


def test_nothing_is_known_of_who_was_erased(store: Store, path: Path) -> None:
    """Their reports are gone, and one that is read afterwards finds nobody."""
    (delivery,) = delivered_to(store, path, READER)
    record(store, delivery, "transient")
    reader = store.subscribers.by_mailbox(READER)
    assert reader is not None and store.subscribers.erase(reader.id)
    assert store.bounces.addressee(delivery) is None and store.bounces.latest(10) == ()
    assert store.bounces.addressee(4711) is None


def test_who_was_erased_while_their_report_was_read_stays_forgotten(store: Store, path: Path) -> None:
    """Also when the delivery was in a sender's hand: servers repeat the address."""
    delivery, sending = delivered_to(store, path, READER, issues=2)
    to, reader = store.bounces.addressee(delivery), store.subscribers.by_mailbox(READER)
    assert to is not None and reader is not None
    store.issues.again(2, ["sent"], now=NOW)
    assert len(store.issues.claim("me", now=NOW, count=10).deliveries) == 1
    assert store.issues.begin(sending, "me", now=NOW)
    assert store.subscribers.erase(reader.id)
    bounce = Bounce(to.subscriber, delivery, "permanent", "5.1.1", f"<{READER}> unknown", "report", NOW)
    diagnosis = partial(why_suppressed, Diagnosis("permanent", "5.1.1", "unknown"))
    assert store.bounces.record(bounce, days=DAYS, why_suppressed=diagnosis) == (False, "")
    store.issues.settle(sending, "me", "failed", reply=f"550 5.1.1 <{READER}> unknown", now=NOW)
    assert state(store, sending) == ("failed", "") and store.bounces.latest(10) == ()
    with store.subscribers._lane.read() as connection:
        assert not [line for line in connection.iterdump() if READER in line]


def test_bounces_are_listed_the_latest_first(store: Store, path: Path) -> None:
    first, second = delivered_to(store, path, READER, issues=2)
    record(store, first, "transient")
    record(store, second, "permanent", days=1)
    found = store.bounces.latest(10)
    assert [(one.recipient, one.kind, one.period) for one in found] == [
        (READER, "permanent", "2026-11-02"),
        (READER, "transient", "2026-11-01"),
    ]
    assert found[0].came == NOW + timedelta(days=1) and found[1].suppressed.startswith("the address is no good")
    assert len(store.bounces.latest(1)) == 1
