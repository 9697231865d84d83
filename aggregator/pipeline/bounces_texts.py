"""The parts and texts of a message that came back, whatever their encoding."""

import re
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message

MOST_LINES = 20_000
"""So many lines of a message are parsed: each may begin a part, and a part costs the parser what 10 kB of text do."""

MOST_HEADERS = 500
"""So many headers of a part are kept; each look at one goes through all of them."""

LONGEST_HEADER = 2000
"""So many characters of a header are kept: at each semicolon the parser reads all that came before it again."""

_LINES = re.compile(rb"(?:[^\r\n]*(?:\r\n|\r|\n)){0,%d}[^\r\n]*" % MOST_LINES)
_MACHINES = re.compile(
    r"^(?:mailer-?daemon|postmaster|mail[-_.]?(?:delivery|system)|bounces?|mdaemon|noreply|no-reply|"
    r"ndr|microsoftexchange\w*|amavis|root|daemon|mailsystem|delivery-status|mailer)\b",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"[^\s<>()\[\]:;,\"@]{1,128}@[^\s<>()\[\]:;,\"@]{1,255}")
_SYSTEM = re.compile(r"mail (?:delivery|system|server)|delivery (?:sub)?system|postmaster|mailer|daemon", re.IGNORECASE)

_SUBJECT = re.compile(
    r"(?!re:|aw:|sv:).*(?:undeliver|deliver\w* (?:has )?fail|fail\w* (?:mail|notice)|returned (?:mail|to sender)|"
    r"delivery (?:status|notification|failure)|not (?:be )?delivered|returning message|unzustellbar|non remis|"
    r"no entregado|non distribu)",
    re.IGNORECASE,
)


class _Bounded(Message):
    """A message that the parser cannot be kept busy with."""

    def set_raw(self, name: str, value: str) -> None:
        """Keep a header as the parser found it, up to the bounds."""
        if len(self) < MOST_HEADERS:
            super().set_raw(name, value[:LONGEST_HEADER])


def parsed(data: bytes) -> Message:
    """Parse a message, within the bounds of this module; what is beyond them is as if it were not there."""
    found = _LINES.match(data)
    return message_from_bytes(found[0] if found else b"", _Bounded)


def parts(mail: Message) -> list[tuple[str, Message]]:
    """List type and message of every part, the outermost first."""
    return [(part.get_content_type(), part) for part in mail.walk()]


def text_of(part: Message) -> str:
    """Give the text of a part in Unicode; what cannot be decoded is replaced, and a part of parts has none."""
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    charset = part.get_param("charset")
    try:
        return data.decode(charset if isinstance(charset, str) and charset.isascii() else "utf-8", "replace")
    except (LookupError, ValueError):  # a character set that Python has not, or that is no text
        return data.decode("utf-8", "replace")


def headers(mail: Message, *names: str) -> list[str]:
    """Give the values of some headers, as they came; bytes that are not ASCII are read as UTF-8 (RFC 6532)."""
    raw = [str(value) for wanted in names for name, value in mail.raw_items() if name.lower() == wanted]
    return [value.encode("utf-8", "surrogateescape").decode("utf-8", "replace") for value in raw]


def header(mail: Message, name: str) -> str:
    """Give a header on one line, its encoded words decoded where that works; "" without it."""
    value = next(iter(headers(mail, name)), "")
    try:
        return " ".join(str(make_header(decode_header(value))).split())
    except (LookupError, ValueError, HeaderParseError):  # an unknown character set, base64 that is none
        return " ".join(value.split())


def addresses(value: str) -> list[str]:
    """Find the addresses in a header. The standard library's parser of them calls itself for each bracket."""
    return _ADDRESS.findall(value)


def from_a_machine(mail: Message) -> bool:
    """Whether a message is from a mail server, by who sent it and that it wants no answer (RFC 5321 §4.5.5)."""
    value = header(mail, "from")
    known = any(map(_MACHINES.match, addresses(value))) or bool(_SYSTEM.search(_ADDRESS.sub("", value)))
    return known or not value or "mailer-daemon" in value.lower()


def called_a_report(mail: Message) -> bool:
    """Whether the subject of a message says that something was not delivered, and is no answer to that."""
    return bool(_SUBJECT.match(header(mail, "subject")))
