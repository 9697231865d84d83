"""What becomes of a delivery that a mail server did not take, and of those after it. MailError → Verdict.

| asked for | answer | this delivery | the next ones |
|---|---|---|---|
| a connection, TLS, the login | any but yes | due as before; it was no attempt | wait |
| the sender (MAIL) | 4xx, 5xx | due as before; it was no attempt | wait |
| anything | 5.7.x: a policy | deferred, failed after the last try | wait |
| the recipient (RCPT) | 4xx | deferred; failed after the last try, and a bounce | go on |
| | 5xx | failed, and a bounce | go on |
| DATA, or the whole message | 4xx | deferred, failed after the last try | go on |
| | 5xx | failed; a bounce when it is about the address (5.1.x, 5.2.x) | go on |
| DATA or before | the connection breaks | deferred, failed after the last try | go on |
| the whole message | the connection breaks, no reply, or none that counts | unknown | go on |
"""

import re
from datetime import timedelta

from aggregator.errors import MailError
from aggregator.model import DeliveryWord
from aggregator.model.value import value

_ADDRESS = re.compile(r"[^\s<>\"(),:;=]{1,320}@[^\s<>\"(),:;=]{1,255}")

RETRIES = (
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=24),
)
"""How long after each attempt the next one is made."""

IN_A_ROW = 10
"""After so many refusals for good, and nothing taken in between, it is the server that wants none of our mail."""

_STATUS = re.compile(r"\s*(?P<status>[245]\.\d{1,3}\.\d{1,3})(?!\.?\d)")
_RESTS = (timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=30), timedelta(hours=1))


@value(frozen=True, slots=True)
class Verdict:
    """The state of a delivery that was not taken; ``wait``: so long, when it is deferred."""

    state: DeliveryWord
    wait: timedelta | None = None
    counts: bool = True  # whether it was an attempt
    stops: bool = False  # the run: the next would fare no better
    bounced: bool = False  # the address is refused for good


def judge(error: MailError, attempts: int) -> Verdict:
    """Decide; ``attempts`` were made before this one."""
    if error.unknown:
        return Verdict("unknown")
    if error.blocked:
        return Verdict("deferred", timedelta(), counts=False, stops=True)  # the server rests, not the mail
    status = status_of(error)
    policy = error.permanent and status.startswith("5.7.")
    if error.permanent and not policy:
        about_address = error.step == "recipient" or status.startswith(("5.1.", "5.2."))
        return Verdict("failed", bounced=about_address and error.code > 0)
    if attempts < len(RETRIES):
        return Verdict("deferred", RETRIES[attempts], stops=policy)
    return Verdict("failed", stops=policy, bounced=error.step == "recipient" and not policy and error.code > 0)


def status_of(error: MailError) -> str:
    """Read the enhanced status (RFC 3463) at the beginning of a reply, like 5.1.1; empty when it has none."""
    found = _STATUS.match(error.reply)
    return found["status"] if found and found["status"][0] == str(error.code)[0] else ""


def rest(times: int) -> timedelta:
    """Say how long a server that wants no mail is left alone, after it said so ``times`` times in a row."""
    return _RESTS[min(times, len(_RESTS)) - 1]


def unaddressed(reply: str) -> str:
    """Take the addresses out of a server's words: who is erased must not stay in what is kept of them."""
    return _ADDRESS.sub("…", reply)
