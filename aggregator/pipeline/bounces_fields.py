"""The machine's part of a report: text → fields, as RFC 3464 §2 and RFC 5965 §3 write them, and as servers do."""

import re
from collections.abc import Iterator

from aggregator.model.returned import Action, Notice
from aggregator.pipeline.bounces_codes import enhanced
from aggregator.pipeline.plain import tidy

Fields = dict[str, str]
"""Lower-case names, unfolded values; of a name that comes twice the first counts."""

_FIELD = re.compile(r"([A-Za-z][A-Za-z0-9-]{0,60})[ \t]*:[ \t]*(.*)")
_LONGEST = 2000  # characters of a value
_ADDRESS_IN = re.compile(r"<?([^\s<>;,\"]{1,320}@[^\s<>;,\"]{1,255}?)>?[.,]?(?:\s|$)")
_ESCAPED = re.compile(r"\\x\{([0-9A-Fa-f]{2,6})\}")
_ACTIONS: dict[str, Action] = {
    "fail": "failed",
    "error": "failed",
    "undeliver": "failed",
    "delay": "delayed",
    "deliver": "delivered",
    "relay": "relayed",
    "expand": "expanded",
}
_BY_CLASS: dict[str, Action] = {"2": "delivered", "4": "delayed", "5": "failed"}


def blocks(text: str) -> list[Fields]:
    """Cut a report into its groups of fields: at blank lines, and where a server forgot one before a recipient.

    A line that is no field goes on with the one before, as some servers fold without a blank.
    """
    found: list[Fields] = [{}]
    last = ""
    for line in text.splitlines():
        field = _FIELD.match(line)
        if not line.strip():
            last = ""
            if found[-1]:
                found.append({})
        elif field and not line[0].isspace():
            last = field[1].lower()
            if last == "final-recipient" and last in found[-1]:
                found.append({})
            last = _enter(found[-1], last, field[2])
        elif last and len(found[-1][last]) < _LONGEST:
            found[-1][last] = f"{found[-1][last]} {line.strip()}"
    return [block for block in found if block]


def notices(text: str) -> Iterator[Notice]:
    """Read what a delivery report says of each recipient; groups that say nothing of one are passed over."""
    for block in blocks(text):
        told = "action" in block or "status" in block or "diagnostic-code" in block
        if told and ("reporting-mta" not in block or "action" in block or "final-recipient" in block):
            status, diagnostic = enhanced(block.get("status", "")), _diagnostic(block)
            yield Notice(
                _action(block.get("action", ""), status or enhanced(diagnostic)),
                status,
                diagnostic,
                address_in(block.get("final-recipient", "")),
                address_in(block.get("original-recipient", "") or block.get("x-actual-recipient", "")),
            )


def address_in(value: str) -> str:
    """Take the address out of ``rfc822; reader@example.org``, ``utf-8; …`` (RFC 6533 §3) or less; "" without one."""
    kind, mark, rest = value.partition(";")
    if not mark or "@" in kind:
        rest = value
    rest = rest[:1000]
    found = _ADDRESS_IN.search(_ESCAPED.sub(_unescape, rest).strip())
    return tidy(found[1].rstrip(".")) if found else ""


def _enter(block: Fields, name: str, value: str) -> str:
    """Enter a field unless its name is there; gives the name under which its other lines go on."""
    if name in block:
        return ""
    block[name] = value.strip()
    return name


def _diagnostic(block: Fields) -> str:
    """Give the server's words, without the name of their kind: ``smtp; 550 …``; some stand behind the status."""
    status = block.get("status", "")
    behind = status if any(map(str.isalpha, status)) else ""
    said = block.get("diagnostic-code", "") or block.get("x-display-reason", "") or behind
    kind, mark, words = said.partition(";")
    bare = words if mark and re.fullmatch(r"\s*[A-Za-z][\w.-]{0,20}\s*", kind) else said
    return tidy(bare)[:1000]


def _action(written: str, status: str) -> Action:
    """Read the action, with what servers write behind it; without one the class of the status says it."""
    word = written.strip().lower()
    named = next((action for start, action in _ACTIONS.items() if word.startswith(start)), None)
    return named or _BY_CLASS.get(status[:1], "failed")


def _unescape(match: re.Match[str]) -> str:
    number = int(match[1], 16)
    return chr(number) if 31 < number < 0x110000 and not 0xD800 <= number < 0xE000 else ""
