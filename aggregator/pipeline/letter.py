"""Issue × Letter × address → Message: finished bytes, the same for the same input."""

import hashlib
import hmac
import re
from binascii import b2a_base64, b2a_qp
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape
from typing import Literal
from urllib.parse import quote

from aggregator.model import Issue, Letter, Message, mailbox_of
from aggregator.model.value import value
from aggregator.pipeline.mailpolicy import POLICY, ascii_domain, wire_address
from aggregator.pipeline.plain import plain
from aggregator.pipeline.tokens import Purpose

NOBODY = "undisclosed-recipients:;"
"""The recipient of a copy for the archive: an empty group (RFC 5322 §3.4)."""

_LINE_END = re.compile(r"\r\n|\r|\n")


@value(frozen=True, slots=True)
class Piece:
    """A stretch of a body: ``done`` as it travels, or text with marks, encoded for each recipient."""

    done: bytes
    text: str = ""
    html: bool = False
    base64: bool = False


@value(frozen=True, slots=True)
class Form:
    """A mail to many: all of it that is the same for everybody, written once."""

    sender: str
    digest: str
    period: str
    heads: tuple[
        bytes, bytes, bytes, bytes
    ]  # To comes after the first, Message-ID after the second, links after the third
    body: tuple[Piece, ...]


def marks(secret: bytes, digest: str, period: str) -> dict[Purpose, str]:
    """Make what stands in the letters of an issue for the links of each subscriber, by the page they lead to.

    Nothing answers there (RFC 2606 §2). Without the secret nobody can write a mark, so that no feed can have a link of
    the reader's put into its own text.
    """
    mac = hmac.digest(secret, f"marks\n{digest}\n{period}".encode(), "sha256").hex()[:32]
    return {"unsubscribe": f"https://link.invalid/u-{mac}", "preferences": f"https://link.invalid/p-{mac}"}


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
    form = prepare(issue, letter, sender=sender, date=date, host=host, home=home)
    return fill(form, recipient=recipient, message_id=message_id, unsubscribe=unsubscribe)


def prepare(
    issue: Issue,
    letter: Letter,
    *,
    sender: str,
    date: datetime,
    host: str,
    home: str = "",
    marks: Collection[str] = (),
) -> Form:
    """Write what is the same for all recipients of a letter; ``marks`` stand in it, the rest is as for ``message``."""
    name, address = wire_address(sender)
    home = home or issue.home
    title = plain(issue.title).replace("<", "").replace(">", "")
    boundary = _boundary(letter)
    first = {"From": f"{name} <{address}>" if name else address}
    second = {"Subject": plain(issue.subject), "Date": format_datetime(date.astimezone(UTC))}
    third = {"List-Id": f"{title} <{issue.digest}.{ascii_domain(host)}>".strip()}
    third |= {"List-Archive": f"<{home}>"} if home else {}
    last = {
        "Feedback-ID": f"{issue.period}:{issue.digest}:digest:{_digest(host, size=5)}",
        "Auto-Submitted": "auto-generated",
        "Precedence": "list",
        "MIME-Version": "1.0",
        "Content-Type": f'multipart/alternative; boundary="{boundary}"',
    }
    heads = _headers(first), _headers(second), _headers(third), _headers(last) + b"\r\n"
    return Form(address, issue.digest, issue.period, heads, tuple(_body(letter, boundary.encode(), marks)))


def fill(
    form: Form,
    *,
    recipient: str,
    message_id: str,
    unsubscribe: str = "",
    one_click: str = "",
    links: Mapping[str, str] | None = None,
) -> Message:
    """Write the mail to one of many; ``links`` stand for the marks of the letter, and are ASCII.

    ``one_click`` is an https address where a POST alone unsubscribes (RFC 8058); it comes before ``unsubscribe``.
    """
    name, address = ("", "") if recipient == NOBODY else wire_address(recipient)
    to = _headers({"To": f"{name} <{address}>" if name else address or NOBODY})
    ways = [way if ":" in way else leave_by_mail(way, form.digest) for way in (one_click, unsubscribe) if way]
    leaving = {"List-Unsubscribe": ", ".join(f"<{way}>" for way in ways)} if ways else {}
    leaving |= {"List-Unsubscribe-Post": "List-Unsubscribe=One-Click"} if one_click else {}
    heads = form.heads
    parts = [heads[0], to, heads[1], _headers({"Message-ID": message_id}), heads[2], _headers(leaving), heads[3]]
    body = [piece.done or _encoded(_linked(piece, links or {}), base64=piece.base64) for piece in form.body]
    return Message(form.sender, address, message_id, b"".join(parts + body))


def memo(subject: str, letter: Letter, *, sender: str, recipient: str, message_id: str, date: datetime) -> Message:
    """Write a mail from the program itself to one person: no list, and no answer is wanted (RFC 3834 §5).

    It is plain text where the letter has no HTML.
    """
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
    if letter.html:
        mail.add_alternative(letter.html, subtype="html", charset="utf-8", cte=encoding(letter.html))
        mail.set_boundary(_boundary(letter))
    return Message(from_address, to_address, message_id, mail.as_bytes())


def message_id(digest: str, period: str, recipient: str, host: str) -> str:
    """Name the mail of one issue to one address, the same at each attempt (RFC 5322 §3.6.4), without the address."""
    subject = "\n".join((digest, period, mailbox_of(recipient)))
    return f"<d.{digest}.{period}.{_digest(subject, size=8)}@{ascii_domain(host)}>"


def leave_by_mail(contact: str, digest: str) -> str:
    """Write the ``mailto:`` address by which a reader asks the editor to be taken off the list (RFC 6068)."""
    _, address = wire_address(contact)
    return f"mailto:{quote(address, safe='@!$*+-._~')}?subject={quote(f'unsubscribe {digest}')}"


def sent_size(text: str) -> int:
    """Measure a part as it will be sent, in the smaller of the two encodings."""
    return min(_sizes(text).values())


def encoding(text: str) -> Literal["quoted-printable", "base64"]:
    """Choose the transfer encoding in which a part is smaller."""
    sizes = _sizes(text)
    return "quoted-printable" if sizes["quoted-printable"] <= sizes["base64"] else "base64"


def _headers(values: Mapping[str, str]) -> bytes:
    return b"".join(POLICY.fold_binary(*POLICY.header_store_parse(name, value)) for name, value in values.items())


def _body(letter: Letter, boundary: bytes, marks: Collection[str]) -> Iterator[Piece]:
    """Write the parts, each with its headers; the line end before a boundary belongs to it (RFC 2046 §5.1.1)."""
    for subtype, text in (("plain", letter.text), ("html", letter.html)):
        way = encoding(text)
        headers = {"Content-Type": f'text/{subtype}; charset="utf-8"', "Content-Transfer-Encoding": way}
        yield Piece(b"--" + boundary + b"\r\n" + _headers(headers) + b"\r\n")
        yield from _pieces(text, marks, html=subtype == "html", base64=way == "base64")
        yield Piece(b"\r\n")
    yield Piece(b"--" + boundary + b"--\r\n")


def _pieces(text: str, marks: Collection[str], *, html: bool, base64: bool) -> Iterator[Piece]:
    """Encode all lines without a mark at once, for quoted-printable does so line by line."""
    if not any(mark in text for mark in marks):
        yield Piece(_encoded(text, base64=base64) or b"\r\n")
        return
    if base64:
        yield Piece(b"", text, html, base64)
        return
    marked = re.compile(rf"[^\n]*(?:{'|'.join(map(re.escape, marks))})[^\n]*\n?")
    at = 0
    for found in marked.finditer(text):
        if before := text[at : found.start()]:
            yield Piece(_encoded(before, base64=False))
        yield Piece(b"", found[0], html, base64)
        at = found.end()
    if after := text[at:]:
        yield Piece(_encoded(after, base64=False))


def _linked(piece: Piece, links: Mapping[str, str]) -> str:
    text = piece.text
    for mark, link in links.items():
        text = text.replace(mark, escape(link) if piece.html else link)
    return text


def _encoded(text: str, *, base64: bool) -> bytes:
    data = _wired(text)
    if base64:
        return b"\r\n".join(b2a_base64(data[at : at + 57], newline=False) for at in range(0, len(data), 57))
    return b2a_qp(data)


def _wired(text: str) -> bytes:
    return _LINE_END.sub("\r\n", text).encode("utf-8", "replace")


def _sizes(text: str) -> dict[str, int]:
    """Measure both encodings to the byte: line ends of mail have two, and base64 makes lines of 76 characters."""
    data = _wired(text)
    return {"quoted-printable": len(b2a_qp(data)), "base64": (len(data) + 2) // 3 * 4 + max(len(data) - 1, 0) // 57 * 2}


def _boundary(letter: Letter) -> str:
    """Derive the boundary from what it parts; ``=_`` stands in neither encoding (RFC 2045 §6.7)."""
    return f"=_{_digest(letter.text + letter.html, size=12)}"


def _digest(text: str, *, size: int) -> str:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=size).hexdigest()
