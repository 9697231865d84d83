"""The parts and texts of a message that came back, whatever their encoding."""

import re
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr

_MACHINES = re.compile(
    r"^(?:mailer-?daemon|postmaster|mail[-_.]?(?:delivery|system)|bounces?|mdaemon|noreply|no-reply|"
    r"microsoftexchange\w*|amavis|root|daemon|mailsystem|delivery-status|mailer)\b",
    re.IGNORECASE,
)
_SYSTEM = re.compile(r"mail (?:delivery|system|server)|delivery (?:sub)?system|postmaster|mailer|daemon", re.IGNORECASE)


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


def header(mail: Message, name: str) -> str:
    """Give a header on one line, its encoded words decoded where that works; "" without it."""
    value = str(mail.get(name, ""))
    try:
        return " ".join(str(make_header(decode_header(value))).split())
    except (LookupError, ValueError):  # an unknown character set, base64 that is none
        return " ".join(value.split())


def from_a_machine(mail: Message) -> bool:
    """Whether a message is from a mail server, by who sent it and that it wants no answer (RFC 5321 §4.5.5)."""
    name, address = parseaddr(header(mail, "from"))
    system = bool(_MACHINES.match(address) or _SYSTEM.search(name))
    return system or (str(mail.get("return-path", "")).strip() == "<>" and not address)
