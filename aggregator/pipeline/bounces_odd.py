"""Reports in words only: who it is about by flufl.bounce, what it means by the words of the servers."""

import re
from collections.abc import Callable
from email.message import Message

from flufl.bounce import all_failures

from aggregator.model.returned import Action, Notice
from aggregator.pipeline.bounces_codes import specific, tells_a_failure
from aggregator.pipeline.bounces_fields import address_in
from aggregator.pipeline.bounces_texts import called_a_report, from_a_machine, header, parsed, text_of
from aggregator.pipeline.plain import tidy

_READ = 20_000  # characters of text: the words of a server come before the message that it returns
_SCANNED = 100_000, 1000  # bytes and lines that its detectors look at: each line costs them fifty searches
_COPY = re.compile(
    r"^[-= \t>*#]*(?:below this line is a copy|this is a copy of|(?:original|returned) (?:message|mail)|"
    r"start of returned|unsent message|message (?:text )?follows|included is a copy|"
    r"the (?:first|following).{0,40}lines of the)",
    re.IGNORECASE | re.MULTILINE,
)
_CODE = r"(?<![\d.-])[45]\d\d[ -]+(?=[^\d\s]|[45][.]\d)"  # not a telephone number
_REPLY = re.compile(rf"{_CODE}|(?<![\d.])[45][.]\d{{1,3}}[.]\d{{1,3}}(?![.]?\d)")
_RETURNED = ("message/rfc822", "message/global", "text/rfc822-headers", "text/x-headers")
_WARNING = re.compile(
    r"warning only|still being retried|will (?:continue|keep|be retried)|not yet been delivered|"
    r"delivery (?:has been |is )?delayed|no action is required",
    re.IGNORECASE,
)


def odd_notices(data: bytes, mail: Message, found: list[tuple[str, Message]]) -> tuple[Notice, ...]:
    """Read a report without fields; none when it is not known to be one."""
    text = said(found)
    waiting, failed = _recipients(data, mail)
    if not waiting and not failed:
        known = (from_a_machine(mail) or called_a_report(mail)) and (tells_a_failure(text) or _REPLY.search(text))
        return (_notice("", text, waiting=False),) if known else ()
    both = [(address, True) for address in sorted(waiting)] + [(address, False) for address in sorted(failed)]
    return tuple(_notice(address, text, waiting=late) for address, late in both)


def _notice(address: str, text: str, *, waiting: bool) -> Notice:
    action: Action = "delayed" if waiting or _WARNING.search(text) else "failed"
    told = about(address, text)
    return Notice(action, specific("", told), told, final=address)


def _recipients(data: bytes, mail: Message) -> tuple[set[str], set[str]]:
    """Find whom a report is about: those still waited for, and those given up."""
    try:
        waiting, failed = all_failures(parsed(b"\n".join(data[: _SCANNED[0]].split(b"\n")[: _SCANNED[1]])))
    except Exception:  # its detectors raise what they stumble over; who the report is about is then not known
        waiting, failed = frozenset(), frozenset()
    named = {address_in(part) for part in header(mail, "x-failed-recipients").split(",")}
    found = [{address_in(one.decode("utf-8", "replace")) for one in some} - {""} for some in (waiting, failed)]
    return found[0], found[1] or (named - {""} - found[0])


def said(found: list[tuple[str, Message]]) -> str:
    """Give the words of the server: the first text, up to the copy of the message."""
    returned = next((place for place, (kind, _) in enumerate(found) if place and kind in _RETURNED), len(found))
    found = found[:returned]
    plain = [part for kind, part in found if kind == "text/plain"]
    html = [part for kind, part in found if kind == "text/html"]
    if not plain and not html:
        return ""
    text = text_of((plain or html)[0])[:_READ]
    if not plain:
        text = re.sub(r"<[^<>]{0,2000}>", " ", text)
    copy = _COPY.search(text)
    return text[: copy.start()] if copy and copy.start() > 0 else text


def about(address: str, text: str) -> str:
    """Find what a text says of an address, on one line: the paragraph that holds a reply or tells of a failure.

    It is looked for beside the address first.
    """
    paragraphs = [part for part in re.split(r"\n\s*\n", text) if part.strip()]
    named = [place for place, part in enumerate(paragraphs) if address and address.casefold() in part.casefold()]
    near = [paragraphs[at] for place in named for at in (place, place + 1) if at < len(paragraphs)]
    tests: tuple[Callable[[str], object], ...] = (_REPLY.search, tells_a_failure)
    telling = (part for test in tests for some in (near, paragraphs) for part in some if test(part))
    return tidy(_from_reply(next(telling, "") or " ".join(near or paragraphs[:2])))[:1000]


def _from_reply(paragraph: str) -> str:
    """Begin with the server's reply, when there is one, so that its code is the first thing said."""
    reply = re.search(rf"{_CODE}[\s\S]*", paragraph)
    return reply[0] if reply else paragraph
