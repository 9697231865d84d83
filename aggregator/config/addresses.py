"""Check addresses: of feeds, of web pages, of people."""

import re
from pathlib import PurePosixPath
from urllib.parse import SplitResult, urlsplit

from aggregator.config.wording import got

_LONGEST = 2000
_BLANK_OR_CONTROL = re.compile(r"[\s\x00-\x1f\x7f]")
_SIGNS = "\u200c\u200d\u2190-\u2bff\ufe0f\U0001f000-\U0001faff"  # joiners of some scripts, symbols, emoji
_HOST = re.compile(rf"(?=.*\w)(?:[\w\-{_SIGNS}]+\.)*[\w\-{_SIGNS}]+\.?|[0-9a-fA-F.]*:[0-9a-fA-F:.]*")  # a name, or IPv6
# needs no closer look
_ORDINARY = re.compile(r"https?://[a-z0-9][a-z0-9-]*(\.[a-z0-9-]+)+(:[1-9][0-9]{0,3}|:[1-5][0-9]{4})?(/[!-~]*)?")
_PARTS = re.compile(r"(https?)://([^/?#]*)([^#]*)", re.IGNORECASE)
# Mail within a machine or a house (RFC 6761, RFC 6762), which the validator takes for a mistake.
_WITHIN = re.compile(r"@((?:[a-z0-9-]{1,63}\.)*(?:localhost|local))$", re.IGNORECASE)
_NAMED = re.compile(r'("(?:[^"\\]|\\.)+"|[^"<>]*[^"<>\s])\s*<([^<>]+)>')
_SPECIAL = re.compile(r'[()<>@,:;"\[\].\\]')  # RFC 5322 §3.2.3
_USER = re.compile(  # also without a scheme, and one whose password holds a sign that ends a host; of a port it is none
    r"(?:(?<=//)|\A)(?:[^/?#@]*|[^/?#@:\[]*:(?!\d{0,5}(?:[/?#]|\Z))[^@]{0,200})@"
)
_PORTS = {"http": 80, "https": 443}


def feed_address(text: str) -> str:
    """Check the address of a feed: http(s), or ``file:`` with a path inside the workspace."""
    if text.startswith("file:"):
        return _inside_workspace(text)
    return web_address(text)


def web_address(text: str) -> str:
    """Check an http(s) address (RFC 9110 §4.2): a host, no user info, no blanks."""
    if len(text) <= _LONGEST and _ORDINARY.fullmatch(text):
        return text
    parts = _split(text)
    if parts.scheme not in _PORTS or not parts.hostname or not _HOST.fullmatch(parts.hostname):
        raise ValueError(f"not an http(s) address {got(text)}{_nearest(text)}")
    return text


def without_user(text: str) -> str:
    """Write an address that may hold a user and password for everybody's eyes."""
    return _USER.sub("…@", text)


def home_address(text: str) -> str:
    """Check the public address that links are made from, and give it its trailing slash."""
    parts = _split(web_address(text))
    if parts.query or parts.fragment:
        raise ValueError(f"must be an address without `?` and `#` {got(text)}")
    return text if text.endswith("/") else text + "/"


def contact_address(text: str) -> str:
    """Check how to reach whoever runs this: an email address or a web page."""
    if "@" in text and "/" not in text:
        return mail_address(text)
    try:
        return web_address(text)
    except ValueError:
        raise ValueError(f"neither an email address nor an http(s) address {got(text)}") from None


def reader_address(text: str) -> str:
    """Check the address of somebody who is sent mail: also one whose local part needs SMTPUTF8 (RFC 6531)."""
    return mail_address(text, international=True)


def mail_address(text: str, *, international: bool = False) -> str:
    """Check an email address (RFC 5321 §4.1.2) and give the form that every mail server takes.

    ``international`` ones have a local part that no server takes without SMTPUTF8; their domain is ASCII all the same.
    """
    from email_validator import EmailNotValidError, validate_email  # here: it costs 20 ms, and few commands need it

    within = _WITHIN.search(text)
    try:
        found = validate_email(
            _WITHIN.sub("@within.test", text),
            allow_smtputf8=international,
            check_deliverability=False,
            test_environment=True,
        )
    except EmailNotValidError:
        raise ValueError(f"not an email address like reader@example.org {got(text)}") from None
    address = f"{found.local_part}@{found.ascii_domain}"
    return address.replace("@within.test", f"@{within[1].lower()}") if within else address


def mail_sender(text: str) -> str:
    """Check ``desk@example.org`` or ``World Desk <desk@example.org>``; a name is quoted where RFC 5322 §3.4 asks it."""
    match = _NAMED.fullmatch(text)
    if not match:
        return mail_address(text)
    name = re.sub(r"\\(.)", r"\1", match[1][1:-1]) if match[1].startswith('"') else match[1]
    address = mail_address(match[2])
    if _SPECIAL.search(name):
        name = '"' + re.sub(r'(["\\])', r"\\\1", name) + '"'
    return f"{name} <{address}>"


def trivial(address: str) -> str:
    """Reduce an address to what tells it apart without asking its server (RFC 3986 §6.2.2, §6.2.3)."""
    match = _PARTS.match(address.strip())
    if not match:
        return str(PurePosixPath(address))
    scheme, host = match[1].lower(), match[2].lower()
    rest = match[3] if match[3].startswith("/") else "/" + match[3]
    return f"{scheme}://{host.removesuffix(f':{_PORTS[scheme]}')}{rest}"


def _split(text: str) -> SplitResult:
    if re.match(r"[^/?#]*://[^/?#]*@", text):
        raise ValueError(
            "must not hold a user or password, they would end up in logs and outputs; leave out all up to `@`"
            " (a feed has `username` and `password_env` for them)"
        )
    if len(text) > _LONGEST:
        raise ValueError(f"longer than {_LONGEST} characters {got(text)}")
    if " - " in text:
        raise ValueError(
            f"two lines that YAML takes for one; each `- ` of a list begins in the same column {got(text)}"
        )
    if _BLANK_OR_CONTROL.search(text):
        raise ValueError(f"an address has no blanks {got(text)}")
    try:
        parts = urlsplit(text)
        valid = parts.port != 0
    except ValueError:
        valid = False
    if not valid:
        raise ValueError(f"not an http(s) address {got(text)}")
    return parts


def _nearest(text: str) -> str:
    """Guess what a mistyped scheme was meant to be."""
    scheme, mark, rest = text.partition("://")
    if mark and scheme.lower() in ("feed", "htp", "htttp", "hxxp", "ttp"):
        return f"; did you mean `http://{rest}`?"
    if mark and scheme.lower() in ("htps", "htttps", "ttps", "httpss", "hxxps"):
        return f"; did you mean `https://{rest}`?"
    if not mark and re.fullmatch(r"[\w\-]+(\.[\w\-]+)+(/\S*)?", text):
        return f"; did you mean `https://{text}`?"
    return ""


def _inside_workspace(text: str) -> str:
    path = text.removeprefix("file:")
    if not path or path.startswith(("/", "~")) or "\\" in path:
        raise ValueError(f"must be a path relative to the workspace, like file:samples/news.xml {got(text)}")
    if ".." in PurePosixPath(path).parts:
        raise ValueError(f"must stay inside the workspace, without `..` {got(text)}")
    if any(not sign.isprintable() for sign in path):
        raise ValueError(f"must be printable text {got(text)}")
    return text
