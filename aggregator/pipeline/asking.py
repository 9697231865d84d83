"""What somebody who asks for a digest may write, and how askers are bounded without being known."""

import re
from datetime import datetime
from hashlib import blake2b
from ipaddress import ip_address, ip_network

from aggregator.config.addresses import reader_address
from aggregator.pipeline.mailpolicy import ascii_domain

# U+FFFD is what was not UTF-8.
_SHAPE = re.compile(r"[^\s@\x00-\x1f\x7f\ufffd]{1,64}@[^\s@\x00-\x1f\x7f]{1,190}")
_IPV4, _IPV6 = 24, 64


def plausible(address: str) -> bool:
    """Tell whether a text is a mail address, by its form alone (RFC 5321 §4.1.2, §4.5.3.1), whoever has it."""
    if not _SHAPE.fullmatch(address.strip()):  # cheap, whatever its length
        return False
    try:
        return bool(reader_address(address.strip()))
    except ValueError:
        return False


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
