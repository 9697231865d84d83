"""What becomes of a delivery that was not taken: the table of docs/delivery.md, row by row."""

from datetime import timedelta

import pytest

from aggregator.errors import MailError, MailStep
from aggregator.pipeline.refusals import RETRIES, Verdict, judge, rest, status_of, unaddressed

SOON = RETRIES[0]
AT_ONCE = timedelta()


def error(step: MailStep, code: int, reply: str = "", **facts: bool) -> MailError:
    permanent = 500 <= code < 600
    return MailError("reader@example.org", code, reply, step=step, **{"permanent": permanent, **facts})


@pytest.mark.parametrize(
    ("refused", "verdict"),
    [
        (error("connect", 0, blocked=True), Verdict("deferred", AT_ONCE, counts=False, stops=True)),
        (error("connect", 421, "4.7.0 too many", blocked=True), Verdict("deferred", AT_ONCE, counts=False, stops=True)),
        (error("connect", 535, "5.7.8 password", blocked=True), Verdict("deferred", AT_ONCE, counts=False, stops=True)),
        (error("sender", 451, "4.3.0 later", blocked=True), Verdict("deferred", AT_ONCE, counts=False, stops=True)),
        (error("sender", 550, "5.7.1 not you", blocked=True), Verdict("deferred", AT_ONCE, counts=False, stops=True)),
        (error("recipient", 450, "4.7.1 greylisted"), Verdict("deferred", SOON)),
        (error("recipient", 452, "4.2.2 mailbox full"), Verdict("deferred", SOON)),
        (error("recipient", 550, "5.1.1 nobody"), Verdict("failed", bounced=True)),
        (error("recipient", 550, "nobody by that name"), Verdict("failed", bounced=True)),
        (error("recipient", 550, "5.7.1 blocked for spam"), Verdict("deferred", SOON, stops=True)),
        (error("recipient", 0, "needs SMTPUTF8", permanent=True), Verdict("failed")),
        (error("data", 451, "4.3.2 later"), Verdict("deferred", SOON)),
        (error("data", 554, "5.5.1 no valid recipients"), Verdict("failed")),
        (error("data", 0, "the connection was lost"), Verdict("deferred", SOON)),
        (error("message", 452, "4.3.1 disk full"), Verdict("deferred", SOON)),
        (error("message", 421, "4.3.2 going down"), Verdict("deferred", SOON)),
        (error("message", 552, "5.3.4 too large"), Verdict("failed")),
        (error("message", 550, "5.1.1 nobody"), Verdict("failed", bounced=True)),
        (error("message", 552, "5.2.2 mailbox full"), Verdict("failed", bounced=True)),
        (error("message", 554, "5.7.1 this looks like spam"), Verdict("deferred", SOON, stops=True)),
        (error("message", 0, "no reply", unknown=True), Verdict("unknown")),
    ],
    ids=str,
)
def test_each_answer_has_its_outcome(refused: MailError, verdict: Verdict) -> None:
    assert judge(refused, 0) == verdict


def test_the_waits_grow_and_end() -> None:
    """5 min, 30 min, 2 h, 6 h, 24 h, and then it has failed; a policy still stops the run."""
    busy, policy = error("recipient", 450, "4.2.1 busy"), error("recipient", 550, "5.7.1 no")
    waits = [judge(busy, attempts).wait for attempts in range(6)]
    assert waits == [timedelta(minutes=5), timedelta(minutes=30), *(timedelta(hours=h) for h in (2, 6, 24)), None]
    assert judge(busy, 5) == Verdict("failed", bounced=True)
    assert judge(error("message", 452, "4.3.1 disk full"), 5) == Verdict("failed")
    assert judge(policy, 5) == Verdict("failed", stops=True)
    assert judge(error("connect", 0, blocked=True), 99).state == "deferred", "it is not the mail's fault"


@pytest.mark.parametrize(
    ("code", "reply", "status"),
    [
        (550, "5.1.1 nobody", "5.1.1"),
        (550, " 5.7.515 access denied", "5.7.515"),
        (550, "5.1.1", "5.1.1"),
        (550, "4.1.1 a status of another class", ""),
        (550, "nobody 5.1.1", ""),
        (550, "5.1.1.1 an address", ""),
        (550, "5.1 half", ""),
        (0, "", ""),
    ],
)
def test_a_status_is_what_stands_first_and_fits_the_code(code: int, reply: str, status: str) -> None:
    assert status_of(error("recipient", code, reply)) == status


def test_a_server_that_wants_no_mail_is_left_alone_longer_each_time() -> None:
    assert [rest(times) // timedelta(minutes=1) for times in (1, 2, 3, 4, 5, 50)] == [5, 15, 30, 60, 60, 60]


@pytest.mark.parametrize("written", ["<reader@example.org>: no", "reader@example.org no", "(to=reader@example.org) no"])
def test_no_address_is_kept_of_a_refusal(written: str) -> None:
    found = unaddressed(f"550 5.7.1 {written}")
    assert found.startswith("550 5.7.1 ") and found.endswith("no") and "example" not in found and "reader" not in found
