"""bytes → MailReport: what a message is that came back, with the standard library's parser and our reader of fields."""

import re
from collections.abc import Callable
from dataclasses import replace
from email.message import Message
from hashlib import blake2b
from itertools import islice

from aggregator.model.returned import MailReport, Notice
from aggregator.pipeline.bounces_fields import Fields, blocks, notices
from aggregator.pipeline.bounces_odd import about, odd_notices, said
from aggregator.pipeline.bounces_texts import (
    addresses,
    called_a_report,
    from_a_machine,
    header,
    headers,
    parsed,
    parts,
    text_of,
)
from aggregator.pipeline.plain import tidy

LONGEST = 1_000_000
"""So many bytes of a message are read: a report says what it has to say before it returns the message itself."""

DEEPEST = 60
"""So many parts that hold others; the parser calls itself for each."""

MOST_NOTICES = 100
"""So many recipients of a report are read: ours go to one each."""

FOREIGN = "not to a return path of ours: forged, or of another workspace"

Ours = Callable[[tuple[str, ...]], bool]
"""Whether one of these addresses is a return path of ours."""

# The parser reads these as headers, before their encoding is undone; as text they are read as they stand.
_AS_TEXT = re.compile(
    rb"(content-type:\s*)message/(?:global-)?(delivery-status|feedback-report|disposition-notification|headers)\b",
    re.IGNORECASE,
)
_HOLDING = re.compile(rb"content-type:\s*(?:multipart|message)/", re.IGNORECASE)
_SENT_TO = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-delivered-to", "to")
_CAME_FROM = ("original-mail-from", "x-postfix-sender", "return-path")
_UNWANTED = ("abuse", "fraud", "opt-out", "opt-out-list")
_REPLY = re.compile(
    r"out of (?:the )?office|auto(?:matic|mated)?[ -:]?(?:re(?:ply|sponse)|antwort)|abwesen|vacation|"
    r"on (?:holiday|leave)|absence du bureau|réponse automatique|respuesta automática|fuera de la oficina|自動返信|"
    r"автоответ",
    re.IGNORECASE,
)


def read(data: bytes, ours: Ours | None = None) -> MailReport:
    """Read a message that came back: a delivery report (RFC 3464, RFC 6533), a complaint (RFC 5965), neither.

    Nothing in it raises; what is too deeply nested to be read is no report. ``ours`` is asked for the addresses that it
    may have been sent to before its words are searched, which takes long.
    """
    data = data[:LONGEST]
    if len(_HOLDING.findall(data)) > DEEPEST:
        return MailReport("none", (), _fingerprint("", data), why_none=f"more than {DEEPEST} parts hold other parts")
    mail = parsed(_AS_TEXT.sub(rb"\1text/x-\2", data))
    found = parts(mail)
    status = [text_of(part) for kind, part in found if kind == "text/x-delivery-status"]
    complaint = [text_of(part) for kind, part in found if kind == "text/x-feedback-report"]
    facts = _sent_to(mail, found, status + complaint), _fingerprint(header(mail, "message-id"), data)
    if ours and not ours(facts[0]):
        return _foreign(mail, found, *facts, fields=bool(status or complaint))
    if complaint:
        return _complaint([block for text in complaint for block in blocks(text)], *facts)
    told = tuple(islice((notice for text in status for notice in notices(text)), MOST_NOTICES))
    if told:
        words = said(found)
        return MailReport("delivery", *facts, notices=tuple(_explained(notice, words) for notice in told))
    return _without_fields(mail, data, found, *facts)


def _foreign(
    mail: Message, found: list[tuple[str, Message]], sent_to: tuple[str, ...], fingerprint: str, *, fields: bool
) -> MailReport:
    """Tell, of what came to no return path of ours, only whether a machine wrote it."""
    why = "" if fields else _no_report(mail, found)
    machine = fields or bool(why) or from_a_machine(mail) or called_a_report(mail)
    why = why or (FOREIGN if machine else "no report that can be read")
    return MailReport("none", sent_to, fingerprint, why_none=why, automatic=machine)


def _explained(notice: Notice, words: str) -> Notice:
    """Take the words of the part for people, when the one for machines has none and its code says nothing."""
    if notice.diagnostic or not notice.status.endswith(".0"):
        return notice
    return replace(notice, diagnostic=about(notice.final, words))


def _complaint(fields: list[Fields], sent_to: tuple[str, ...], fingerprint: str) -> MailReport:
    """Tell a complaint of a person from what machines report in the same form."""
    named = {name: value for block in reversed(fields) for name, value in block.items()}
    kind = named.get("feedback-type", "").strip().lower()
    if kind in _UNWANTED:
        by = tidy(named.get("user-agent", "") or named.get("source-ip", ""))
        notice = Notice("failed", diagnostic=f"{kind}, reported by {by}" if by else kind)
        return MailReport("complaint", sent_to, fingerprint, notices=(notice,))
    return MailReport(
        "none", sent_to, fingerprint, why_none=f"feedback that is no complaint: {tidy(kind)[:40] or 'no type'}"
    )


def _without_fields(
    mail: Message, data: bytes, found: list[tuple[str, Message]], sent_to: tuple[str, ...], fingerprint: str
) -> MailReport:
    """Read what has no fields for machines: an answer of a person or a robot, or a report in words only."""
    why = _no_report(mail, found)
    told = () if why else odd_notices(data, mail, found)
    if told:
        return MailReport("delivery", sent_to, fingerprint, notices=told)
    machine = bool(why) or from_a_machine(mail)
    return MailReport("none", sent_to, fingerprint, why_none=why or "no report that can be read", automatic=machine)


def _no_report(mail: Message, found: list[tuple[str, Message]]) -> str:
    """Say what else a message is, when it is known; "" when it may be a report in words only."""
    if any(kind == "text/x-disposition-notification" for kind, _ in found):
        return "a receipt (RFC 8098)"
    if header(mail, "x-failed-recipients"):
        return ""
    if not from_a_machine(mail) and (header(mail, "list-id") or header(mail, "feedback-id")):
        return "mail of a list, perhaps our own that came round"
    automatic = header(mail, "auto-submitted").lower().startswith(("auto-replied", "auto-generated"))
    marked = any(header(mail, name) for name in ("x-autoreply", "x-autorespond", "x-autoresponder"))
    marked = marked or header(mail, "precedence").lower() in ("auto_reply", "auto-reply")
    if marked or _REPLY.search(header(mail, "subject")) or (automatic and not from_a_machine(mail)):
        return "an automatic answer"
    return ""


def _sent_to(mail: Message, found: list[tuple[str, Message]], fields: list[str]) -> tuple[str, ...]:
    """List the addresses that a report may have been sent to, and those that it says the message came from."""
    values = headers(mail, *_SENT_TO)
    told = [block for text in fields for block in blocks(text)]
    told += [block for kind, part in found if kind.endswith("-headers") for block in blocks(text_of(part))[:1]]
    values += [block[name] for block in told for name in _CAME_FROM if name in block]
    values += [value for _, part in found for value in headers(part, "return-path")]
    return tuple(dict.fromkeys(address for value in values[:100] for address in addresses(value[:1000])))


def _fingerprint(message_id: str, data: bytes) -> str:
    """Know a report again that is read twice: by its Message-ID, else by all that follows its first header lines."""
    name = tidy(message_id).encode("utf-8", "replace") or data.partition(b"\n\n")[2] or data
    return blake2b(name, digest_size=16).hexdigest()
