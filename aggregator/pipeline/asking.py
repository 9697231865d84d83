"""Subscription × Letter → Message: the mail that asks whether somebody meant it, and what an asker may write."""

import re
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from hashlib import blake2b
from ipaddress import ip_address, ip_network

from aggregator.model import Letter, Message
from aggregator.pipeline.letter import encoding
from aggregator.pipeline.mailpolicy import POLICY, ascii_domain, wire_address
from aggregator.pipeline.plain import plain

_PLAUSIBLE = re.compile(r"[^\s@\x00-\x1f\x7f]{1,64}@[^\s@\x00-\x1f\x7f]{1,190}")
_IPV4, _IPV6 = 24, 64


def plausible(address: str) -> bool:
    """Tell whether a text looks like a mail address at all (RFC 5321 §4.5.3.1: 64 and 254 characters at most)."""
    return _PLAUSIBLE.fullmatch(address.strip()) is not None


def network_of(host: str, secret: bytes) -> str:
    """Name the network that a request came from, by a hash that says nothing without the secret.

    An IPv6 host is its /64, which one household has and one rented machine too. Of IPv4 it is the /24: whoever rents
    addresses to send requests from rents neighbours, and five subscriptions an hour are many for 256 of them.
    """
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        network = host
    else:
        mapped = getattr(address, "ipv4_mapped", None) or address
        network = str(ip_network((mapped, _IPV4 if mapped.version == 4 else _IPV6), strict=False))
    return blake2b(network.encode(), key=secret, digest_size=16, person=b"network").hexdigest()


def version_of(page: str) -> str:
    """Name the text that somebody agreed to; the same text has the same name."""
    return blake2b(page.encode(), digest_size=8).hexdigest()


def confirmation_id(digest: str, now: datetime, host: str) -> str:
    """Name the mail that asks, fixed when it is queued; ``%s`` stands where the subscriber's uid goes."""
    return f"<c.{digest}.{int(now.timestamp())}.%s@{ascii_domain(host)}>"


def confirmation(
    subject: str, letter: Letter, *, sender: str, recipient: str, message_id: str, date: datetime
) -> Message:
    """Write the mail: no list yet, so no List- headers; no answer is wanted from robots (RFC 3834 §5)."""
    from_name, from_address = wire_address(sender)
    _, to_address = wire_address(recipient)
    mail = EmailMessage(policy=POLICY)
    mail["From"] = f"{from_name} <{from_address}>" if from_name else from_address
    mail["To"] = to_address
    mail["Subject"] = plain(subject)
    mail["Date"] = format_datetime(date.astimezone(UTC))
    mail["Message-ID"] = message_id
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(letter.text, charset="utf-8", cte=encoding(letter.text))
    mail.add_alternative(letter.html, subtype="html", charset="utf-8", cte=encoding(letter.html))
    mail.set_boundary(f"=_{blake2b(letter.text.encode(), digest_size=12).hexdigest()}")
    return Message(from_address, to_address, message_id, mail.as_bytes())
