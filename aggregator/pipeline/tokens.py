"""Links without accounts: (purpose, subscriber, digest, moment) ⇄ a signed token, with itsdangerous.

A token reads ``UID.DIGEST.MOMENT.MAC``: nothing in it is secret, and nothing in it can be changed. The MAC is an HMAC
of 128 bits under a key of its own for each purpose, so that no link can be made into one for another purpose; it is
compared in constant time. The address is not in it, so that logs and mail that is passed on do not tell it.
"""

import hashlib
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Literal

from itsdangerous import BadSignature, Signer

from aggregator.errors import TokenError

Purpose = Literal["confirm", "unsubscribe", "preferences"]
"""What a link is for."""

CONFIRM_WITHIN = timedelta(days=7)
"""How old the token of a confirmation may be; the others never expire, for a mail may be found again years later."""

LONGEST = 200  # a digest's name has 64 characters at most, the rest is shorter
_MAC = partial(hashlib.blake2b, digest_size=16)


def sign(secret: bytes, purpose: Purpose, uid: str, digest: str, now: datetime) -> str:
    """Write a token; the same arguments give the same one. ``now`` (aware) is kept to the second."""
    value = f"{uid}.{digest}.{_short(int(now.timestamp()))}"
    return _signer(secret, purpose).sign(value).decode()


def read(
    secret: bytes, purpose: Purpose, token: str, now: datetime, max_age: timedelta | None = None
) -> tuple[str, str]:
    """Read the uid and the digest out of a token; raises TokenError, ``expired`` when it was good until ``max_age``."""
    signer = _signer(secret, purpose)
    try:
        value = signer.unsign(token if len(token) <= LONGEST else "")
    except (BadSignature, UnicodeError):
        raise TokenError("this link is not one of ours, or not whole") from None
    if signer.sign(value).decode() != token:  # base64 leaves bits over: one token has one spelling
        raise TokenError("this link is not one of ours, or not whole")
    uid, digest, written = value.decode().split(".")
    if max_age is not None and now - datetime.fromtimestamp(int(written, 36), UTC) > max_age:
        raise TokenError("this link has expired", expired=True)
    return uid, digest


def written(token: str) -> datetime:
    """Tell when a token was written that ``read`` has read, to the second."""
    return datetime.fromtimestamp(int(token.split(".")[2], 36), UTC)


def _signer(secret: bytes, purpose: Purpose) -> Signer:
    return Signer(secret, salt=f"aggregator {purpose}", key_derivation="hmac", digest_method=_MAC)


def _short(number: int) -> str:
    """Write a number in base 36."""
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return digits or "0"
