"""Issue × Letter × address → Message: finished bytes, the same for the same input."""

import hashlib
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Literal
from urllib.parse import quote

from aggregator.model import Issue, Letter, Message
from aggregator.pipeline.mailpolicy import POLICY, ascii_domain, wire_address
from aggregator.pipeline.plain import plain

NOBODY = "undisclosed-recipients:;"
"""The recipient of a copy for the archive: an empty group (RFC 5322 §3.4)."""


def message(
    issue: Issue,
    letter: Letter,
    *,
    sender: str,
    recipient: str,
    message_id: str,
    date: datetime,
    host: str,
    home: str = "",
    unsubscribe: str = "",
) -> Message:
    """Write one mail to one address: multipart/alternative, text first and HTML last (RFC 2046 §5.1.4).

    ``sender`` and ``recipient`` may be ``Name <address>``; a copy for the archive goes to ``NOBODY``. ``host``
    completes the List-Id (RFC 2919), ``home`` (else the issue's) is the List-Archive, ``unsubscribe`` a mail address
    or a whole ``mailto:`` or ``https:`` one (RFC 2369). ``date`` is aware. Raises ValueError for what
    is no address.
    """
    from_name, from_address = wire_address(sender)
    to_name, to_address = ("", "") if recipient == NOBODY else wire_address(recipient)
    mail = EmailMessage(policy=POLICY)
    mail["From"] = f"{from_name} <{from_address}>" if from_name else from_address
    mail["To"] = f"{to_name} <{to_address}>" if to_name else to_address or NOBODY
    mail["Subject"] = plain(issue.subject)
    mail["Date"] = format_datetime(date.astimezone(UTC))
    mail["Message-ID"] = message_id
    for name, value in _list_headers(issue, host=host, home=home or issue.home, unsubscribe=unsubscribe).items():
        mail[name] = value
    mail.set_content(letter.text, charset="utf-8", cte=_encoding(letter.text))
    mail.add_alternative(letter.html, subtype="html", charset="utf-8", cte=_encoding(letter.html))
    mail.set_boundary(_boundary(letter))
    return Message(from_address, to_address, message_id, mail.as_bytes())


def memo(subject: str, text: str, *, sender: str, recipient: str, message_id: str, date: datetime) -> Message:
    """Write a mail of plain text from the program to one person; no list, and no answer is wanted (RFC 3834 §5)."""
    from_name, from_address = wire_address(sender)
    to_name, to_address = wire_address(recipient)
    mail = EmailMessage(policy=POLICY)
    mail["From"] = f"{from_name} <{from_address}>" if from_name else from_address
    mail["To"] = f"{to_name} <{to_address}>" if to_name else to_address
    mail["Subject"] = plain(subject)
    mail["Date"] = format_datetime(date.astimezone(UTC))
    mail["Message-ID"] = message_id
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(text, charset="utf-8", cte=_encoding(text))
    return Message(from_address, to_address, message_id, mail.as_bytes())


def message_id(digest: str, period: str, recipient: str, host: str) -> str:
    """Name the mail of one issue to one address, the same at each attempt (RFC 5322 §3.6.4), without the address."""
    subject = "\n".join((digest, period, recipient.casefold()))
    return f"<d.{digest}.{period}.{_digest(subject, size=8)}@{ascii_domain(host)}>"


def leave_by_mail(contact: str, digest: str) -> str:
    """Write the ``mailto:`` address by which a reader asks the editor to be taken off the list (RFC 6068)."""
    _, address = wire_address(contact)
    return f"mailto:{quote(address, safe='@!$*+-._~')}?subject={quote(f'unsubscribe {digest}')}"


def sent_size(text: str) -> int:
    """Measure a part as it will be sent, in the smaller of the two encodings."""
    return min(_sizes(text).values())


def _list_headers(issue: Issue, *, host: str, home: str, unsubscribe: str) -> dict[str, str]:
    """Tell mailboxes that this is a list (RFC 2919, RFC 2369), and robots that no answer is wanted (RFC 3834 §5)."""
    title = plain(issue.title).replace("<", "").replace(">", "")
    if unsubscribe and ":" not in unsubscribe:
        unsubscribe = leave_by_mail(unsubscribe, issue.digest)
    return {
        "List-Id": f"{title} <{issue.digest}.{ascii_domain(host)}>".strip(),
        **({"List-Archive": f"<{home}>"} if home else {}),
        **({"List-Unsubscribe": f"<{unsubscribe}>"} if unsubscribe else {}),
        "Auto-Submitted": "auto-generated",
        "Precedence": "list",
    }


def _encoding(text: str) -> Literal["quoted-printable", "base64"]:
    sizes = _sizes(text)
    return "quoted-printable" if sizes["quoted-printable"] <= sizes["base64"] else "base64"


def _sizes(text: str) -> dict[str, int]:
    """Measure both encodings: three bytes for each that is not plain and a soft break in 75, or four for three."""
    data = text.encode()
    printable = sum(1 for byte in data if 32 <= byte < 127 and byte != 61) + data.count(b"\n")
    quoted = printable + 3 * (len(data) - printable)
    return {"quoted-printable": quoted + quoted // 75 * 3, "base64": (len(data) + 2) // 3 * 4 * 78 // 76}


def _boundary(letter: Letter) -> str:
    """Derive the boundary from what it parts; ``=_`` stands in neither encoding (RFC 2045 §6.7)."""
    return f"=_{_digest(letter.text + letter.html, size=12)}"


def _digest(text: str, *, size: int) -> str:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=size).hexdigest()
