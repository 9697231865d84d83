"""How the headers of our mails are written: never folded where folding breaks them, never injected, nothing lost."""

import re
from email.header import Header
from email.policy import EmailPolicy
from email.utils import formataddr
from typing import Any

import idna

from aggregator.pipeline.plain import plain

_WIDTH = 76  # of a line with an encoded word (RFC 2047 §2), and of a line of quoted-printable (RFC 2045 §6.7)
_TEXT = frozenset({"subject"})
_ADDRESSED = frozenset({"from", "to", "list-id"})  # a phrase, then something in angle brackets
_TOKEN = re.compile(r"[!-9;-~]+")
_ATOM = r"[^\s<>()\[\],;:\\\"@]+"
_NAME = r'"(?:[^"\\]|\\.)*"|[^<>]*?'
_MAILBOX = re.compile(rf"(?P<open>(?P<name>{_NAME})\s*<)?(?P<local>{_ATOM})@(?P<domain>{_ATOM})(?(open)>)")
_BRACKETED = re.compile(r"(?P<phrase>.*?)\s*<(?P<inner>[^<>\s]+)>", re.DOTALL)


class MailPolicy(EmailPolicy):
    """The standard library's mail policy without its three faults in headers.

    It decodes an encoded word in a header that it is given, line breaks and all (CVE-2024-6923); it encodes a
    List-Unsubscribe beyond 78 characters, which mailbox providers then do not read; it loses blanks in long subjects
    of mixed scripts. Here a subject and a display name are encoded by ``email.header.Header``, all other headers are
    ASCII on one line, and a control character anywhere is an error.
    """

    def header_store_parse(self, name: str, value: Any) -> tuple[str, str]:
        """Keep the value as the text that it is; refuse what could end the header early (RFC 5322 §2.2)."""
        text = str(value)
        if not _TOKEN.fullmatch(name) or plain(text) != text:
            raise ValueError(f"not a header: {name!r}: {text!r}")
        return name, text

    def header_fetch_parse(self, name: str, value: str) -> Any:
        """Give the text back."""
        return value

    def fold(self, name: str, value: str) -> str:
        """Write the header out, with its line end."""
        kind = name.lower()
        if kind in _TEXT:
            written = _encoded(value, name=name)
        elif kind in _ADDRESSED:
            written = _phrase_and_inner(value, name=name)
        else:
            written = value
        return f"{name}: {written}\r\n"

    def fold_binary(self, name: str, value: str) -> bytes:
        """Write the header out as bytes: ASCII, but for an address that needs UTF-8 (RFC 6532)."""
        return self.fold(name, value).encode("utf-8" if name.lower() in _ADDRESSED else "ascii")


POLICY = MailPolicy(linesep="\r\n", max_line_length=_WIDTH, cte_type="7bit")
"""The policy of every mail that we write."""


def wire_address(address: str) -> tuple[str, str]:
    """Split ``Name <local@domain>`` into the name and the address with its domain in ASCII.

    A name loses its control and direction characters. Raises ValueError for what is no address.
    """
    found = _MAILBOX.fullmatch(plain(address).strip())
    if not found or f"{found['local']}@{found['domain']}" not in address:
        raise ValueError(f"not a mail address: {address!r}")
    name = found["name"] or ""
    if name.startswith('"') and name.endswith('"'):
        name = re.sub(r"\\(.)", r"\1", name[1:-1])
    return name, f"{found['local']}@{ascii_domain(found['domain'])}"


def mailbox(name: str, address: str) -> str:
    """Write ``"Name" <address>`` for any name (RFC 5322 §3.4), so that ``wire_address`` reads it back."""
    quoted = re.sub(r'(["\\])', r"\\\1", plain(name))
    return f'"{quoted}" <{address}>'


def ascii_domain(domain: str) -> str:
    """Write a domain as it travels in mail (IDNA 2008, UTS 46); raises ValueError for what is none."""
    return domain if domain.isascii() else idna.encode(domain, uts46=True).decode()


def _encoded(text: str, *, name: str, used: int = 0) -> str:
    """Write text for a header: as it is when that is short and safe, else as encoded words."""
    if text.isascii() and "=?" not in text and len(name) + 2 + len(text) + used <= 2 * _WIDTH:
        return text
    return Header(text, "utf-8", maxlinelen=_WIDTH, header_name=name).encode(linesep="\r\n")


def _phrase_and_inner(value: str, *, name: str) -> str:
    found = _BRACKETED.fullmatch(value)
    if not found or not found["phrase"]:
        return value
    phrase, inner = found["phrase"], found["inner"]
    if phrase.isascii() and "=?" not in phrase:
        return formataddr((phrase, "x@y")).removesuffix("<x@y>") + f"<{inner}>"
    written = Header(phrase, "utf-8", maxlinelen=_WIDTH, header_name=name).encode(linesep="\r\n")
    return f"{written}\r\n <{inner}>"
