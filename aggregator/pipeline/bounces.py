"""Return paths that name their delivery, and what a report that comes back to one is worth.

    bytes ─read─▶ MailReport ─delivery_of─▶ a delivery ─diagnose─▶ Diagnosis ─why_suppressed─▶ a reason, or none

A return path is ``local+ID.MAC@domain``: variable envelope return paths (VERP), with a mark that only we can make, so
that nobody can report of a delivery whose mail they have not seen.
"""

import hmac
import re
from base64 import b32encode
from hashlib import sha256

from aggregator.model.people import BounceWord
from aggregator.model.returned import Diagnosis, MailReport, Notice
from aggregator.pipeline.bounces_codes import classify, specific
from aggregator.pipeline.mailpolicy import ascii_domain
from aggregator.pipeline.plain import shortened

MAC = 12
"""Characters of a mark: 60 bits, and every guess is a message to us."""

FAILURES = 5
"""So many issues that could not be delivered for a while, each on another day …"""

DAYS = 30
"""… within so many days, and the address counts as no good."""

COMPLAINED = "called unwanted by its reader"
"""So begins the reason why nothing is sent any more to who complained."""

_LOCAL = re.compile(r"(?P<local>[^@\s]+)\+(?P<id>[1-9][0-9]{0,17})\.(?P<mac>[a-z2-7]{12})")
_NO_BOUNCE = {"delivered": "was delivered", "relayed": "was handed on", "expanded": "went to a list of addresses"}


def return_path(secret: bytes, bounces_address: str, delivery_id: int) -> str:
    """Write the envelope sender of one delivery, ``local+ID.MAC@domain``; the mark is in lower case."""
    local, _, domain = bounces_address.rpartition("@")
    return f"{local}+{delivery_id}.{_mac(secret, delivery_id)}@{domain}"


def delivery_of(secret: bytes, bounces_address: str, address: str) -> int | None:
    """Read the delivery off a return path of ours; None for any other address, a forged one included.

    Case does not count: servers on the way may change it. A mark that our own relay puts before the sender (BATV:
    ``prvs=0123456789=local+…``) is passed over. The comparison takes constant time.
    """
    mine, _, domain = bounces_address.casefold().rpartition("@")
    local, _, theirs = address.strip("<> ").casefold().rpartition("@")
    found = _LOCAL.fullmatch(local)
    if not found or theirs != domain or found["local"].rpartition("=")[2] != mine.rpartition("=")[2]:
        return None
    known = hmac.compare_digest(_mac(secret, int(found["id"])), found["mac"])
    return int(found["id"]) if known else None


def diagnose(report: MailReport, recipient: str) -> Diagnosis:
    """Say what a report comes to for a delivery to ``recipient``.

    The return path has told which delivery it is about, and nothing else in the report does. It may tell of another
    address, to which the recipient's mail goes on: that this one is gone for good is then not believed at once, and
    counts as a failure for a while.
    """
    if report.word == "none":
        return Diagnosis(None, why_none=report.why_none)
    if report.word == "complaint":
        return Diagnosis("complaint", diagnostic=report.notices[0].diagnostic if report.notices else "")
    theirs = [notice for notice in report.notices if _is(notice.original, recipient) or _is(notice.final, recipient)]
    others = sorted(report.notices, key=lambda notice: notice.action in ("failed", "delayed"))
    notice = (theirs or others)[0]
    if notice.action in _NO_BOUNCE:
        return Diagnosis(None, why_none=f"it says that the message {_NO_BOUNCE[notice.action]}")
    named = notice.final or notice.original
    return _diagnosis(notice, other="" if theirs or not named else named)


def why_suppressed(diagnosis: Diagnosis, failures: int) -> str:
    """Say why nothing is sent to a subscriber any more after this bounce, or "" when mail goes on.

    ``failures`` are the issues that failed for a while in the last ``DAYS`` days, one a day, this one included.
    """
    detail = " ".join(part for part in (diagnosis.status, diagnosis.diagnostic) if part)
    if diagnosis.kind == "permanent":
        return shortened(f"the address is no good: {detail}", 300)
    if diagnosis.kind == "complaint":
        return shortened(f"{COMPLAINED}: {detail}".removesuffix(": "), 300)
    if diagnosis.kind == "transient" and failures >= FAILURES:
        return shortened(f"{failures} issues in {DAYS} days could not be delivered; the last one: {detail}", 300)
    return ""


def refusal(code: int, text: str) -> Diagnosis:
    """Judge what a server answered while it was spoken to (RFC 5321 §4.2): ``code`` like 550, ``text`` its words."""
    return _diagnosis(Notice("failed", diagnostic=f"{code} {text}".strip()), other="")


def _diagnosis(notice: Notice, *, other: str) -> Diagnosis:
    status = specific(notice.status, notice.diagnostic)
    kind: BounceWord = "delayed" if notice.action == "delayed" else classify(notice.status, notice.diagnostic)
    if other and kind == "permanent":
        kind = "transient"
    said = f"{other}: {notice.diagnostic}" if other else notice.diagnostic
    return Diagnosis(kind, status, shortened(said, 500))


def _is(address: str, recipient: str) -> bool:
    return bool(address) and _compared(address) == _compared(recipient)


def _compared(address: str) -> str:
    local, _, domain = address.casefold().rpartition("@")
    try:
        return f"{local}@{ascii_domain(domain)}"
    except ValueError:  # no domain at all: IDNA errors are ValueErrors
        return f"{local}@{domain}"


def _mac(secret: bytes, delivery_id: int) -> str:
    mark = hmac.digest(secret, b"return-path\0%d" % delivery_id, sha256)
    return b32encode(mark).decode().lower()[:MAC]
