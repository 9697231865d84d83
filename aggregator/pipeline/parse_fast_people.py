"""Authors, as feedparser puts them together from names, addresses and texts that hold both."""

import re
from typing import Any

from aggregator.pipeline.parse_fast_names import Declined

LONGEST = 500
"""Characters of an author that are looked at here: the search for an address in them is quadratic."""

_MAIL = re.compile(
    r"[A-Za-z0-9_.+-]+@(?:\[(?:[0-9]{1,3}\.){3}|(?:[A-Za-z0-9-]+\.)+)(?:[A-Za-z]{2,4}|[0-9]{1,3})\]?(?:\?subject=\S+)?"
)


def begin(found: Any) -> None:
    """Begin one more author."""
    if found.authors is None:
        found.authors = [{}]
    else:
        found.authors.append({})


def written(found: Any, text: str) -> None:
    """Take an author in one text."""
    begin(found)
    found.author, found.in_one_text = text, True
    if text:
        _split(text, found.authors[-1])


def named(found: Any, key: str, value: str) -> None:
    """Take a name, an email or an address of the author that was begun last, or of the owner of a podcast."""
    settle(found)
    if not found.authors:
        found.authors = [{}]
    found.authors[-1][key] = value


def settle(found: Any) -> None:
    """Make one text of what is known of the last author, or the other way round."""
    person = found.authors[-1] if found.authors else {}
    if not person:
        _split(found.author, person)
        return
    name, email = person.get("name"), person.get("email")
    if name and email:
        found.author = f"{name} ({email})"
    elif name or email:
        found.author = name or email


def _split(text: str, person: dict[str, str]) -> None:
    if len(text) > LONGEST:
        raise Declined("an author as long as a text")
    mail = _MAIL.search(text) if "@" in text else None
    if mail:
        person["email"] = mail[0]
        text = text.replace(mail[0], "")
        for rest in ("()", "<>", "&lt;&gt;"):
            text = text.replace(rest, "")
        text = text.strip()
        text = text[1:] if text.startswith("(") else text
        text = (text[:-1] if text.endswith(")") else text).strip()
    if text:
        person["name"] = text


def together(found: Any) -> str:
    """Return the names of all authors, an address only where there is no name; else those of its source."""
    return (_own(found) if found.authors else "") or found.of_source


def _own(found: Any) -> str:
    if len(found.authors) == 1 and (only := (found.authors[0].get("name") or "").strip()):
        return only
    names = [(one.get("name") or "").strip() or (one.get("email") or "").strip() for one in found.authors if one]
    return ", ".join(dict.fromkeys(name for name in names if name)) or found.author.strip()
